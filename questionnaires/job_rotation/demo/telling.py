"""Which sentence a person says: one that fits their closed answers, seldom one that somebody else has said."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import words_backfill
import words_employees
from variables import CONFIDENCE, LIKELIHOOD, QUESTIONNAIRES, SATISFACTION

Answers = Mapping[str, object]
BANKS = {"backfill": words_backfill.BANKS, "employee": words_employees.BANKS}
SKIPPED = {"missing": "skipped"}
# The share of open questions that a person answers, the rest being optional; and how often a sentence may be used.
ANSWERED_SHARE, MOST_USES = 0.67, 3


@dataclass(frozen=True)
class Told:
    """A person's closed answers at this touchpoint (`now`), and at the first one if this is the second (`then`)."""

    now: Answers
    then: Answers

    @property
    def later(self) -> bool:
        """Whether this is the second touchpoint."""
        return bool(self.then)

    def standing(self) -> list[str]:
        """The parts of the scheme this person knows, as ends of a bank's name: sentences about them fit."""
        known = {**self.then, **self.now}
        ends = ["placed" if known.get("placed") == "yes" else "not_placed"]
        ends += ["interviewed"] if known.get("not_placed_reason") == "interviewed_not_selected" else []
        return [*ends, "attended"] if known.get("attended_readiness_sessions") == "yes" else ends


Banks = Callable[[Told], list[str]]


@dataclass(frozen=True)
class OpenQuestion:
    """An open question, the closed variable it comes after, and the banks its answer may come from (none: not asked).

    `always` marks the words that specify an "other" option, which everyone gives.
    """

    variable: str
    after: str
    banks: Banks
    always: bool = False


def _specify(variable: str) -> OpenQuestion:
    def banks(told: Told) -> list[str]:
        answer = told.now.get(variable)
        chose = "other" in answer if isinstance(answer, list) else answer == "other"
        return [f"{variable}.other"] if chose else []

    return OpenQuestion(f"{variable}_other_text", variable, banks, always=True)


def _by_answer(variable: str, banks_of: Mapping[str, str], with_standing: bool = False) -> Banks:
    """Banks named by the answer: `banks_of` maps each option to the end of a bank's name."""

    def banks(told: Told) -> list[str]:
        answer = told.now.get(variable)
        if answer is None or isinstance(answer, dict):
            return []
        bank = f"{variable}.{banks_of[str(answer)]}"
        return [bank, *(f"{bank}.{end}" for end in told.standing())] if with_standing else [bank]

    return banks


def _why_changed(name: str, options: tuple[str, ...]) -> Banks:
    """Banks for a change: from before to now at touchpoint 1, from touchpoint 1's now at touchpoint 2."""

    def banks(told: Told) -> list[str]:
        first, last = (told.then if told.later else told.now), told.now
        before, now = first.get(f"{name}@now" if told.later else f"{name}@before"), last.get(f"{name}@now")
        if before is None or now is None or before == now:
            return []
        way = "up" if options.index(str(now)) < options.index(str(before)) else "down"
        return [f"{name}.{way}_later", f"{name}.{way}"] if told.later else [f"{name}.{way}"]

    return banks


def _why_value(told: Told) -> list[str]:
    value, earlier = told.now["overall_value"], told.then.get("overall_value")
    assert isinstance(value, int)
    if told.now.get("permanent_position_agreed") == "yes":
        return ["overall_value.agreed"]
    if isinstance(earlier, int) and value < earlier:
        return ["overall_value.later_down" if value >= 7 else "overall_value.later_low"]
    bank = "overall_value." + ("high" if value >= 9 else "good" if value >= 7 else "low")
    return [bank, *(f"{bank}.{end}" for end in told.standing())]


def _skills_wanted(told: Told) -> list[str]:
    hopes = told.now["hopes"]
    assert isinstance(hopes, list)
    return ["skills_wanted"] if "new_knowledge_skills" in hopes else []


def _readiness_improve(told: Told) -> list[str]:
    if told.now["attended_readiness_sessions"] != "yes":
        return []
    if told.now["readiness_convenient_times"] not in ("strongly_agree", "tend_to_agree"):
        return ["readiness_improve.times"]
    if told.now["readiness_useful_in_workplace"] == "strongly_agree":
        return ["readiness_improve.fine", "readiness_improve.content"]
    return ["readiness_improve.content"]


def _challenges(told: Told) -> list[str]:
    if told.now["placed"] != "yes":
        return []
    lacking = told.now["employer_support"] != "great_extent"
    return ["challenges.support", "challenges.general"] if lacking else ["challenges.general"]


def _if(variable: str, answer: str, bank: str) -> Banks:
    return lambda told: [bank] if told.now.get(variable) == answer else []


def _likely(options: tuple[str, ...]) -> dict[str, str]:
    """Scale options to ends of banks' names: the first, the second, and the rest."""
    ends = ("very", "quite", "not", "not", "not")
    return dict(zip(options, ends, strict=True))


_SATISFIED = dict(zip(SATISFACTION, ("very", "quite", "neither", "neither", "neither"), strict=True))
_AGREE = {"strongly_agree": "agree", "tend_to_agree": "agree"} | dict.fromkeys(
    ("neither", "tend_to_disagree", "strongly_disagree"), "not"
)
_USEFUL = {"strongly_agree": "useful", "tend_to_agree": "useful"} | dict.fromkeys(
    ("neither", "tend_to_disagree", "strongly_disagree"), "not_useful"
)
_FEELING = {"positive": "positive", "neutral": "neutral", "negative": "neutral"}


def _benefits(told: Told) -> list[str]:
    return [f"benefits.{_USEFUL[str(told.now['training_useful'])]}"]


_recommend = OpenQuestion("recommend_why", "recommend", _by_answer("recommend", _likely(LIKELIHOOD), True))
_work = OpenQuestion("work_satisfaction_why", "work_satisfaction@now", _why_changed("work_satisfaction", SATISFACTION))
_stay = OpenQuestion("stay_likelihood_why", "stay_likelihood@now", _why_changed("stay_likelihood", LIKELIHOOD))
_first_feeling = OpenQuestion("first_feeling_why", "first_feeling", _by_answer("first_feeling", _FEELING))
_placement = (
    OpenQuestion(
        "placement_satisfaction_why",
        "placement_satisfaction",
        _by_answer("placement_satisfaction", _SATISFIED),
    ),
    OpenQuestion("what_would_suit_better", "placement_suits", _if("placement_suits", "no", "what_would_suit_better")),
)
_career = OpenQuestion(
    "confidence_career_potential_why",
    "confidence_career_potential@now",
    _why_changed("confidence_career_potential", CONFIDENCE),
)
_value = OpenQuestion("overall_value_why", "overall_value", _why_value)

OPEN_QUESTIONS: dict[tuple[str, int], tuple[OpenQuestion, ...]] = {
    ("backfill", 1): (
        _specify("heard_via"),
        _first_feeling,
        _specify("hopes"),
        OpenQuestion("skills_wanted", "hopes", _skills_wanted),
        OpenQuestion(
            "readiness_most_useful",
            "readiness_prepared_for_workplace",
            _if("attended_readiness_sessions", "yes", "readiness_most_useful"),
        ),
        OpenQuestion("readiness_improve", "readiness_prepared_for_workplace", _readiness_improve),
        OpenQuestion(
            "confidence_long_term_job_why",
            "confidence_long_term_job@now",
            _why_changed("confidence_long_term_job", CONFIDENCE),
        ),
        _specify("not_placed_reason"),
        *_placement,
        OpenQuestion("challenges", "employer_support", _challenges),
        _career,
        _value,
        _recommend,
    ),
    ("backfill", 2): (_specify("hopes"), *_placement, _career, _value, _recommend),
    ("employee", 1): (
        _first_feeling,
        _specify("skills_developed"),
        OpenQuestion("benefits", "training_enjoyable", _benefits),
        _work,
        _stay,
        OpenQuestion("progression_improved_why", "progression_improved", _by_answer("progression_improved", _AGREE)),
        OpenQuestion(
            "same_opportunity_without_why",
            "same_opportunity_without",
            _by_answer("same_opportunity_without", {"yes": "yes", "no": "no"}),
        ),
    ),
    ("employee", 2): (_work, _stay, _recommend),
}


class Teller:
    """Gives sentences of one group out, the least used first."""

    def __init__(self, group: str, rng: random.Random) -> None:
        self.group = group
        self.rng = rng
        self.uses: Counter[str] = Counter()
        self.duties = list(words_employees.DUTIES)

    def tell(self, touchpoint: int, now: Answers, then: Answers, said: set[str]) -> dict[str, object]:
        """All answers of one sitting in the questionnaire's order, open ones included.

        `said` holds the sentences this person has used before, and takes those they use now.
        """
        told = Told(now, then)
        answers: dict[str, object] = {}
        for variable in QUESTIONNAIRES[self.group, touchpoint]:
            if variable.name in now:
                answers[variable.name] = now[variable.name]
            for question in OPEN_QUESTIONS[self.group, touchpoint]:
                if question.after == variable.name and (banks := question.banks(told)):
                    speaks = question.always or self.rng.random() < ANSWERED_SHARE
                    answers[question.variable] = self._sentence(banks, said) if speaks else dict(SKIPPED)
            if (touchpoint, variable.name) == (1, "responsibilities_changed") and now[variable.name] == "yes":
                before, after = self.duties.pop(0)
                answers |= {"responsibilities_before": before, "responsibilities_after": after}
        return answers

    def _sentence(self, banks: list[str], said: set[str]) -> str:
        pool = [text for bank in banks for text in BANKS[self.group].get(bank, ()) if text not in said]
        fewest = min(self.uses[text] for text in pool)
        if fewest >= MOST_USES:
            raise ValueError(f"Everything in {', '.join(banks)} has been said {MOST_USES} times: write more.")
        text = self.rng.choice([text for text in pool if self.uses[text] == fewest])
        self.uses[text] += 1
        said.add(text)
        return text
