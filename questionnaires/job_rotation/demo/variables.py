"""Every closed variable of the four questionnaires: its options, who is asked, and what people tend to say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["ordered", "single", "multiple", "value"]

SATISFACTION = ("very_satisfied", "quite_satisfied", "neither", "quite_dissatisfied", "very_dissatisfied")
LIKELIHOOD = ("very_likely", "quite_likely", "neither", "quite_unlikely", "very_unlikely")
CONFIDENCE = ("very_confident", "quite_confident", "neither", "not_very_confident", "not_at_all_confident")
AGREEMENT = ("strongly_agree", "tend_to_agree", "neither", "tend_to_disagree", "strongly_disagree")
EXTENT = ("great_extent", "some_extent", "not_very_much", "not_at_all")
CHANGE = ("increased_a_lot", "increased_somewhat", "no_change", "decreased_somewhat", "decreased_a_lot")
FEELING = ("positive", "neutral", "negative")
YES_NO = ("yes", "no")
VALUE = tuple(str(number) for number in range(1, 11))

# A base named in the published tables, and the answer that puts a person in it.
CONDITIONS: dict[str, tuple[str, str]] = {
    "attended": ("attended_readiness_sessions", "yes"),
    "placed": ("placed", "yes"),
    "not_placed": ("placed", "no"),
    "employability": ("employability_sessions", "yes"),
    "not_agreed": ("permanent_position_agreed", "no"),
}


@dataclass(frozen=True)
class Variable:
    """A closed variable of one questionnaire.

    `asked_of` is "all", "asks_uc" or a key of CONDITIONS. Tendencies only break ties between cohorts that all fit the
    published counts. For an ordered variable or a value, `centre` is the place on the scale (0 is the first option; a
    value is itself) of a person of middling mood, and `spread` how far one unit of mood moves it. For the others,
    `odds` is the chance of each option.
    """

    name: str
    kind: Kind
    options: tuple[str, ...]
    asked_of: str = "all"
    centre: float = 0.5
    spread: float = 0.8
    odds: tuple[float, ...] = ()


def ordered(
    name: str, options: tuple[str, ...], asked_of: str = "all", centre: float = 0.5, spread: float = 0.8
) -> Variable:
    """A variable with options from most to least favourable."""
    return Variable(name, "ordered", options, asked_of, centre=centre, spread=spread)


def yes_no(name: str, asked_of: str = "all", centre: float = 0.3) -> Variable:
    """A yes or no whose answer goes with a person's mood."""
    return Variable(name, "ordered", YES_NO, asked_of, centre=centre, spread=0.35)


def value(centre: float = 8.5) -> Variable:
    """The rating of the whole, from 1 to 10."""
    return Variable("overall_value", "value", VALUE, centre=centre, spread=1.25)


def chosen(name: str, odds: dict[str, float], asked_of: str = "all", kind: Kind = "single") -> Variable:
    """One or several options that do not go with mood."""
    return Variable(name, kind, tuple(odds), asked_of, odds=tuple(odds.values()))


def at_now(variable: Variable) -> Variable:
    """The same variable with its moment *now*."""
    return replace(variable, name=f"{variable.name}@now")


HOPES = chosen(
    "hopes",
    {
        "lasting_employment": 0.95,
        "new_knowledge_skills": 0.75,
        "earn_more": 0.7,
        "reduce_uc_reliance": 0.7,
        "confidence": 0.5,
        "meet_people": 0.3,
        "other": 0.05,
    },
    kind="multiple",
)
PLACEMENT = (
    ordered("placement_satisfaction", SATISFACTION, "placed"),
    yes_no("placement_suits", "placed"),
    ordered("employer_support", EXTENT, "placed", centre=0.4),
)
EMPLOYABILITY = (
    chosen("employability_sessions", {"yes": 0.72, "no": 0.28}, "placed"),
    ordered("employability_engaging", AGREEMENT, "employability"),
    ordered("employability_topics", AGREEMENT, "employability", centre=0.8),
)
CAREER_CONFIDENCE = ordered("confidence_career_potential", CONFIDENCE, "placed", centre=0.6)
OUTCOMES = (
    ordered("outcome_skills_experience", AGREEMENT, "placed"),
    ordered("outcome_overcome_challenges", AGREEMENT, "placed", centre=0.7),
    ordered("outcome_less_uc_reliance", AGREEMENT, "placed", centre=0.9),
)
CAREER_OPPORTUNITIES = ordered("career_opportunities", CHANGE)
RECOMMEND = ordered("recommend", LIKELIHOOD, centre=0.35)

BACKFILL_1 = (
    chosen("heard_via", {"job_shop": 0.5, "jobcentre_plus": 0.28, "family": 0.11, "online": 0.05, "other": 0.06}),
    ordered("first_feeling", FEELING, centre=0.3, spread=0.4),
    HOPES,
    chosen("attended_readiness_sessions", {"yes": 0.5, "no": 0.5}),
    ordered("readiness_leaders_helpful", AGREEMENT, "attended", centre=0.3),
    ordered("readiness_convenient_times", AGREEMENT, "attended"),
    ordered("readiness_topics_appropriate", AGREEMENT, "attended", centre=0.9),
    ordered("readiness_one_to_one_helpful", AGREEMENT, "attended", centre=0.8),
    ordered("readiness_motivation", AGREEMENT, "attended", centre=0.7),
    ordered("readiness_new_opportunities", AGREEMENT, "attended", centre=1.1, spread=1.0),
    ordered("readiness_useful_in_workplace", AGREEMENT, "attended", centre=1.3, spread=1.0),
    ordered("readiness_prepared_for_workplace", AGREEMENT, "attended", centre=1.4, spread=1.0),
    ordered("confidence_long_term_job@before", CONFIDENCE, "attended", centre=2.2, spread=0.9),
    ordered("confidence_long_term_job@now", CONFIDENCE, "attended", centre=0.9),
    chosen("placed", {"yes": 0.62, "no": 0.38}),
    chosen(
        "not_placed_reason",
        {
            "interviewed_not_selected": 0.39,
            "opportunities_not_right": 0.17,
            "not_sector_of_interest": 0.15,
            "logistics": 0.15,
            "other_job_offer": 0.08,
            "other": 0.06,
        },
        "not_placed",
    ),
    chosen("weeks_in_placement", {"under_4": 0.0, "4_to_8": 0.8, "8_or_more": 0.2}, "placed"),
    *PLACEMENT,
    *EMPLOYABILITY,
    ordered("confidence_career_potential@before", CONFIDENCE, "placed", centre=1.9, spread=0.9),
    at_now(CAREER_CONFIDENCE),
    *OUTCOMES,
    yes_no("employer_discussed_permanent", "placed", centre=0.5),
    CAREER_OPPORTUNITIES,
    yes_no("hopes_permanent_position", centre=0.2),
    value(8.5),
    RECOMMEND,
)
BACKFILL_2 = (
    HOPES,
    chosen("placed", {"yes": 1.0, "no": 0.0}),
    *PLACEMENT,
    *EMPLOYABILITY,
    at_now(CAREER_CONFIDENCE),
    *OUTCOMES,
    CAREER_OPPORTUNITIES,
    yes_no("permanent_position_agreed", centre=0.9),
    yes_no("hopes_permanent_position", "not_agreed", centre=0.2),
    value(8.1),
    RECOMMEND,
)
PROGRESSION = ordered("progression_improved", AGREEMENT, centre=0.7)
RESPONSIBILITIES = yes_no("responsibilities_changed", centre=0.6)
JOB_TITLE = yes_no("job_title_more_senior", centre=0.7)

EMPLOYEE_1 = (
    chosen("introduced_by", {"employer": 1.0, "colleague": 0.0, "other": 0.0}),
    ordered("first_feeling", FEELING, centre=0.2, spread=0.4),
    chosen(
        "skills_developed",
        {
            "management_leadership": 0.67,
            "communication": 0.6,
            "problem_solving": 0.3,
            "job_specific_technical": 0.35,
            "digital": 0.15,
            "teamwork": 0.4,
            "other": 0.05,
            "none": 0.05,
        },
        kind="multiple",
    ),
    ordered("training_useful", AGREEMENT, centre=0.4),
    ordered("training_enjoyable", AGREEMENT),
    ordered("work_satisfaction@before", SATISFACTION, centre=0.7),
    ordered("work_satisfaction@now", SATISFACTION, centre=0.3),
    ordered("stay_likelihood@before", LIKELIHOOD, centre=0.5),
    ordered("stay_likelihood@now", LIKELIHOOD, centre=0.2),
    PROGRESSION,
    chosen("same_opportunity_without", {"yes": 0.6, "no": 0.4}),
    RESPONSIBILITIES,
    JOB_TITLE,
    chosen("uc_status@before", {"yes": 0.0, "no": 1.0}, "asks_uc"),
    chosen("uc_status@now", {"yes": 0.0, "no": 1.0}, "asks_uc"),
    value(8.4),
)
EMPLOYEE_2 = (
    ordered("work_satisfaction@now", SATISFACTION, centre=0.4),
    ordered("stay_likelihood@now", LIKELIHOOD, centre=0.3),
    PROGRESSION,
    RESPONSIBILITIES,
    JOB_TITLE,
    value(8.5),
    ordered("recommend", LIKELIHOOD, centre=0.4),
)
QUESTIONNAIRES: dict[tuple[str, int], tuple[Variable, ...]] = {
    ("employee", 1): EMPLOYEE_1,
    ("employee", 2): EMPLOYEE_2,
    ("backfill", 1): BACKFILL_1,
    ("backfill", 2): BACKFILL_2,
}

PROFILE_ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "backfill": ("age", "gender", "ethnicity", "highest_qualification", "training_offered"),
    "employee": (
        "age",
        "gender",
        "ethnicity",
        "salary_band",
        "training_offered",
        "training_accreditation",
        "training_level",
    ),
}
# What goes with what among profile attributes: (attribute, value, other attribute, the values it may have).
PROFILE_LINKS: dict[str, tuple[tuple[str, str, str, tuple[str, ...]], ...]] = {
    "backfill": (
        ("highest_qualification", "level_7", "age", ("25_50", "over_50")),
        ("training_offered", "machine_operator", "age", ("25_50",)),
    ),
    "employee": (
        ("training_offered", "nvq_level_3_adult_care", "training_level", ("level_3",)),
        ("training_offered", "nvq_level_3_adult_care", "training_accreditation", ("accredited",)),
        ("training_offered", "leadership_management", "training_accreditation", ("accredited",)),
        ("training_offered", "leadership_management", "training_level", ("level_3",)),
        ("training_offered", "management_shadowing", "training_accreditation", ("non_accredited",)),
        ("training_offered", "management_shadowing", "training_level", ("level_3",)),
        ("training_offered", "breakaway_classroom", "training_level", ("level_1",)),
        ("training_offered", "breakaway_classroom", "training_accreditation", ("non_accredited",)),
    ),
}

# Pairs of answers nobody gives in one sitting: (variable, options, variable, options).
Pair = tuple[str, tuple[str, ...], str, tuple[str, ...]]
NOT_POSITIVE = AGREEMENT[2:]
IMPLAUSIBLE: tuple[Pair, ...] = (
    ("recommend", LIKELIHOOD[2:], "overall_value", VALUE[7:]),
    ("recommend", LIKELIHOOD[:1], "overall_value", VALUE[:5]),
    ("recommend", LIKELIHOOD[:2], "overall_value", VALUE[:4]),
    ("permanent_position_agreed", ("yes",), "overall_value", VALUE[:8]),
    ("permanent_position_agreed", ("yes",), "recommend", LIKELIHOOD[1:]),
    ("permanent_position_agreed", ("yes",), "placement_satisfaction", SATISFACTION[2:]),
    ("placement_satisfaction", SATISFACTION[:2], "overall_value", VALUE[:5]),
    ("placement_satisfaction", SATISFACTION[:1], "overall_value", VALUE[:6]),
    ("placement_satisfaction", SATISFACTION[2:], "overall_value", VALUE[6:]),
    ("placement_satisfaction", SATISFACTION[:1], "placement_suits", ("no",)),
    ("placement_satisfaction", SATISFACTION[3:], "placement_suits", ("yes",)),
    ("placement_satisfaction", SATISFACTION[3:], "recommend", LIKELIHOOD[:1]),
    ("employer_support", EXTENT[2:], "placement_satisfaction", SATISFACTION[:1]),
    ("training_useful", NOT_POSITIVE, "overall_value", VALUE[7:]),
    ("skills_developed", ("none",), "training_useful", AGREEMENT[:2]),
    ("work_satisfaction@now", SATISFACTION[2:], "overall_value", VALUE[8:]),
    ("work_satisfaction@now", SATISFACTION[2:], "training_useful", AGREEMENT[:1]),
    ("job_title_more_senior", ("yes",), "progression_improved", NOT_POSITIVE),
    ("job_title_more_senior", ("yes",), "responsibilities_changed", ("no",)),
)
# Pairs that are unusual: each costs as much as one answer a step away from what the person would tend to say.
UNUSUAL: tuple[Pair, ...] = (
    ("heard_via", ("job_shop",), "attended_readiness_sessions", ("no",)),
    ("heard_via", ("online", "other"), "attended_readiness_sessions", ("yes",)),
)
# Variables that move the same way between touchpoints, if both move.
GO_TOGETHER: tuple[tuple[str, str], ...] = (
    ("overall_value", "placement_satisfaction"),
    ("overall_value", "placement_suits"),
    ("overall_value", "work_satisfaction@now"),
    ("recommend", "placement_satisfaction"),
    ("recommend", "placement_suits"),
    ("work_satisfaction@now", "stay_likelihood@now"),
)
