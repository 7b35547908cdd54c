"""The open answers of the demonstration cohort carry the report's themes, each by as many people as its words allow.

What an answer carries is written beside it, so that it can be counted whatever the words are; that the words are
invented is looked at too, and that nobody says twice what somebody else says often.
"""

import copy
import re
from collections import Counter
from collections.abc import Callable

import pytest

from tests.cohort import PEOPLE, Answers, Person, answers_of, carrying, gives, movement, read, size_of, themes_of

ROWS = [row for row in read("themes.csv") if row["audience"] in ("employee", "backfill") and row["variable"] != "-"]
# Themes of closed questions: the option that says the same.
CLOSED = {
    "heard_job_shop": "job_shop",
    "heard_jcp": "jobcentre_plus",
    "heard_family": "family",
    "heard_online": "online",
    "not_interview_not_chosen": "interviewed_not_selected",
    "not_right_for_me": "opportunities_not_right",
    "not_my_sector": "not_sector_of_interest",
    "not_logistics_or_told": "logistics",
    "not_other_offer": "other_job_offer",
}
OPEN = [row for row in ROWS if row["theme_id"] not in CLOSED]
Asked = Callable[[Person, Answers], bool]


def said(variable: str, *options: str) -> Asked:
    return lambda person, answers: gives(answers, variable, options)


def rated(least: int, most: int) -> Asked:
    return lambda person, answers: least <= answers["overall_value"] <= most


def moved(variable: str, *ways: int) -> Asked:
    def asked(person: Person, answers: Answers) -> bool:
        steps = movement(answers, variable)
        return (steps > 0) - (steps < 0) in ways

    return asked


def within(variable: str, theme: str) -> Asked:
    return lambda person, answers: theme in themes_of(person, variable)


def manages(person: Person, answers: Answers) -> bool:
    return size_of(person) == "large" and gives(answers, "skills_developed", ("management_leadership",))


# Of whom each theme is reported: `asked_of` of themes.csv up to the first bracket, and what it says of a person.
ASKED_OF: dict[str, Asked] = {
    "all": lambda person, answers: True,
    "first_feeling=positive": said("first_feeling", "positive"),
    "first_feeling=neutral": said("first_feeling", "neutral"),
    "line-management trainees": manages,
    "other trainees": lambda person, answers: not manages(person, answers),
    "benefit_management_experience": within("benefits", "benefit_management_experience"),
    "more satisfied now than before": moved("work_satisfaction", 1),
    "less satisfied now than before": moved("work_satisfaction", -1),
    "more likely to stay": moved("stay_likelihood", 1),
    "progression_improved=tend_to_disagree": said("progression_improved", "tend_to_disagree"),
    "same_opportunity_without not 'no'": said("same_opportunity_without", "yes"),
    "same_opportunity_without=no": said("same_opportunity_without", "no"),
    "responsibilities_changed=yes": lambda person, answers: (
        answers["responsibilities_changed"] == "yes" and size_of(person) == "sme"
    ),
    "heard_via=job_shop": said("heard_via", "job_shop"),
    "hopes has new_knowledge_skills": said("hopes", "new_knowledge_skills"),
    "tends to disagree with topics or one-to-one": lambda person, answers: (
        gives(answers, "readiness_topics_appropriate", ("tend_to_disagree", "strongly_disagree"))
        or gives(answers, "readiness_one_to_one_helpful", ("tend_to_disagree", "strongly_disagree"))
    ),
    "attended": said("attended_readiness_sessions", "yes"),
    "useful_job_coach": within("readiness_most_useful", "useful_job_coach"),
    "not placed": said("placed", "no"),
    "placement_satisfaction=very_satisfied": said("placement_satisfaction", "very_satisfied"),
    "placement_satisfaction=quite_satisfied": said("placement_satisfaction", "quite_satisfied"),
    "placement_satisfaction=neither": said("placement_satisfaction", "neither"),
    "placement_suits=no": said("placement_suits", "no"),
    "placed": said("placed", "yes"),
    "employability sessions": said("employability_sessions", "yes"),
    "overall_value 9 or 10": rated(9, 10),
    "overall_value 7 or 8": rated(7, 8),
    "overall_value 7 or 8, concerns": rated(7, 8),
    "overall_value 6 or below": rated(1, 6),
}
CHANGED = {
    "confidence_long_term_job_why": moved("confidence_long_term_job", 1, -1),
    "confidence_career_potential_why": moved("confidence_career_potential", 1, -1),
}
# Where a theme of candidates without a placement, or of those in one, is meant by its words alone.
MEANT = {
    "feel_earlier_placement": said("placed", "yes"),
    "useful_employer_feedback": said("placed", "no"),
    "ltconf_interview_unplaced": said("placed", "no"),
    "feel_line_manage": manages,
    "sat_up_was_stuck": said("job_title_more_senior", "yes"),
}


def asked_of(row: dict[str, str]) -> Asked:
    if row["asked_of"].startswith("answer changed"):
        return CHANGED[row["variable"]]
    return ASKED_OF[row["asked_of"].partition(" (")[0]]


def carriers(row: dict[str, str], people: list[Person] | None = None) -> list[Person]:
    """The people whose answer carries the theme of a row, among those the row is of."""
    group = [person for person in (PEOPLE if people is None else people) if person["group"] == row["audience"]]
    [*_, variable] = row["variable"].split(" + ")
    test = asked_of(row)
    return [
        person
        for person in carrying(variable, row["theme_id"], group)
        if (answers := answers_of(person, 1)) is not None and test(person, answers)
    ]


def name_of(row: dict[str, str]) -> str:
    return f"{row['theme_id']}-{row['asked_of'].partition(' (')[0]}"


def test_the_reference_has_the_themes_it_says() -> None:
    assert len(ROWS) == 176
    assert len(OPEN) == 167


@pytest.mark.parametrize("row", OPEN, ids=name_of)
def test_a_theme_is_carried_by_as_many_as_the_report_allows(row: dict[str, str]) -> None:
    assert int(row["implied_low"]) <= len(carriers(row)) <= int(row["implied_high"])


@pytest.mark.parametrize("row", [row for row in ROWS if row["theme_id"] in CLOSED], ids=name_of)
def test_a_theme_of_a_closed_question_is_chosen_so_often(row: dict[str, str]) -> None:
    option = CLOSED[row["theme_id"]]
    chosen = [p for p in PEOPLE if (answers := answers_of(p, 1)) and gives(answers, row["variable"], (option,))]
    assert int(row["implied_low"]) <= len(chosen) <= int(row["implied_high"])


def test_no_theme_is_carried_by_somebody_it_is_not_of_and_none_is_unknown() -> None:
    allowed = Counter[tuple[str, str]]()
    for row in OPEN:
        for variable in row["variable"].split(" + "):
            allowed[variable, row["theme_id"]] += len(carriers(row))
    carried = Counter(
        (variable, theme)
        for person in PEOPLE
        for response in person["responses"]
        for variable, themes in response.get("themes", {}).items()
        for theme in themes
    )
    assert carried == allowed


@pytest.mark.parametrize("theme", MEANT)
def test_a_theme_is_of_those_its_words_mean(theme: str) -> None:
    [row] = [row for row in OPEN if row["theme_id"] == theme]
    assert all(MEANT[theme](person, answers_of(person, 1) or {}) for person in carriers(row))


def test_what_is_part_of_a_theme_carries_that_theme() -> None:
    parts = [(row, found[1]) for row in OPEN if (found := re.match(r"subset of (\w+)", row["note"]))]
    assert len(parts) >= 15
    for row, whole in parts:
        assert all(whole in themes_of(person, row["variable"]) for person in carriers(row)), row["theme_id"]


def test_themes_in_an_order_are_carried_in_that_order() -> None:
    by_list: dict[str, list[tuple[int, int]]] = {}
    for row in OPEN:
        if found := re.match(r"rank (\d+) of", row["printed"]):
            by_list.setdefault(row["asked_of"], []).append((int(found[1]), len(carriers(row))))
    assert len(by_list) == 4
    for ranked in by_list.values():
        counts = [count for _, count in sorted(ranked)]
        assert counts == sorted(counts, reverse=True)


def test_reasons_of_the_very_and_the_quite_satisfied_are_the_shares_that_are_printed() -> None:
    count = Counter(
        answers["placement_satisfaction"]
        for p in PEOPLE
        if (answers := answers_of(p, 1)) and "placement_satisfaction" in answers
    )
    very, quite = count["very_satisfied"], count["quite_satisfied"]
    shares = {row["theme_id"]: len(carriers(row)) for row in OPEN}
    assert (very, quite) == (14, 13)
    assert shares["vsat_role_fit"] * 2 == very
    assert 0.25 < shares["qsat_not_enough_work"] / quite < 1 / 3


def test_a_count_notices_when_one_answer_loses_its_theme() -> None:
    people = copy.deepcopy(PEOPLE)
    [row] = [row for row in OPEN if row["theme_id"] == "challenge_travel"]
    assert len(carriers(row, people)) == 5
    for response in carriers(row, people)[0]["responses"]:
        response.get("themes", {}).pop("challenges", None)
    assert len(carriers(row, people)) == 4


def texts(people: list[Person]) -> list[str]:
    return [
        text
        for person in people
        for response in person["responses"]
        for name, text in response["answers"].items()
        if isinstance(text, str) and " " in text
    ]


def test_an_answer_that_carries_a_theme_says_something() -> None:
    for person in PEOPLE:
        for response in person["responses"]:
            for variable in response.get("themes", {}):
                assert isinstance(response["answers"][variable], str)


def test_no_words_are_those_of_the_reference() -> None:
    def plain(text: str) -> str:
        return re.sub(r"[^a-z ]", "", text.lower())

    labels = {plain(row["theme"]) for row in ROWS} | {plain(row["construct"]) for row in read("constructs.csv")}
    phrases = [label for label in labels if len(label.split()) >= 4]
    said_by_us = [plain(text) for text in texts(PEOPLE)]
    assert len(phrases) > 100
    assert [phrase for phrase in phrases if any(phrase in text for text in said_by_us)] == []
