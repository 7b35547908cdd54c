"""What a person says in their own words: the themes that their answer carries, or else something that fits."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import words_backfill
import words_employees
import words_otherwise
import words_themes_employees
import words_themes_placement
import words_themes_sessions
from themes import Speaker, Theme, give_out, said_of
from themes_employees import THEMES as EMPLOYEES
from themes_placement import PLACEMENT, VALUE
from themes_sessions import SESSIONS, START
from variables import CONFIDENCE, LIKELIHOOD, QUESTIONNAIRES, SATISFACTION

Answers = Mapping[str, object]
BANKS = {
    group: {**words_otherwise.BANKS, **own}
    for group, own in (("backfill", words_backfill.BANKS), ("employee", words_employees.BANKS))
}
THEMES: dict[str, tuple[Theme, ...]] = {
    "backfill": (*START, *SESSIONS, *PLACEMENT, *VALUE),
    "employee": EMPLOYEES,
}
THEME_WORDS = {**words_themes_employees.WORDS, **words_themes_placement.WORDS, **words_themes_sessions.WORDS}
SKIPPED = {"missing": "skipped"}
# The share of open questions that a person answers who has no theme to give; and how often a sentence may be used.
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
        return [*ends, "attended"] if known.get("attended_readiness_sessions") == "yes" else ends


Banks = Callable[[Told], list[str] | None]


@dataclass(frozen=True)
class OpenQuestion:
    """An open question, the closed variable it comes after, and the banks its answer may come from.

    `banks` is None for those who are not asked; of a bank that is not there, nothing is said. `always` marks the words
    that specify an "other" option, which everyone gives.
    """

    variable: str
    after: str
    banks: Banks
    always: bool = False


def _specify(variable: str) -> OpenQuestion:
    def banks(told: Told) -> list[str] | None:
        answer = told.now.get(variable)
        chose = "other" in answer if isinstance(answer, list) else answer == "other"
        return [f"{variable}.other"] if chose else None

    return OpenQuestion(f"{variable}_other_text", variable, banks, always=True)


def _after(variable: str, closed: str, of: Mapping[str, str] | None = None, after: str = "") -> OpenQuestion:
    """Asked of all who answered a closed question. Other words than a theme's go by that answer, where `of` maps each
    option to the end of a bank's name."""

    def banks(told: Told) -> list[str] | None:
        answer = told.now.get(closed)
        if answer is None or isinstance(answer, dict):
            return None
        return [f"{variable}.{of[str(answer)]}" if of else variable]

    return OpenQuestion(variable, after or closed, banks)


def _if(variable: str, closed: str, *options: str, after: str = "") -> OpenQuestion:
    """Asked of those who gave one of these options, or chose one of them among several."""

    def banks(told: Told) -> list[str] | None:
        answer = told.now.get(closed)
        given = answer if isinstance(answer, list) else [answer]
        return [variable] if any(option in given for option in options) else None

    return OpenQuestion(variable, after or closed, banks)


def _why_changed(name: str, options: tuple[str, ...]) -> OpenQuestion:
    """Asked of a change: from before to now at touchpoint 1, from touchpoint 1's now at touchpoint 2."""

    def banks(told: Told) -> list[str] | None:
        first, last = (told.then if told.later else told.now), told.now
        before, now = first.get(f"{name}@now" if told.later else f"{name}@before"), last.get(f"{name}@now")
        if before is None or now is None or before == now:
            return None
        way = "up" if options.index(str(now)) < options.index(str(before)) else "down"
        return [f"{name}.{way}_later", f"{name}.{way}"] if told.later else [f"{name}_why.{way}"]

    return OpenQuestion(f"{name}_why", f"{name}@now", banks)


def _why_value(told: Told) -> list[str]:
    value, earlier = told.now["overall_value"], told.then.get("overall_value")
    assert isinstance(value, int)
    band = "high" if value >= 9 else "good" if value >= 7 else "low"
    if not told.later:
        return [f"overall_value_why.{band}"]
    if told.now.get("permanent_position_agreed") == "yes":
        return ["overall_value.agreed"]
    if isinstance(earlier, int) and value < earlier:
        return ["overall_value.later_down" if value >= 7 else "overall_value.later_low"]
    return [f"overall_value.{band}", *(f"overall_value.{band}.{end}" for end in told.standing())]


def _recommend(told: Told) -> list[str]:
    bank = "recommend." + {"very_likely": "very", "quite_likely": "quite"}.get(str(told.now["recommend"]), "not")
    return [bank, *(f"{bank}.{end}" for end in told.standing())]


def _satisfaction(told: Told) -> list[str] | None:
    answer = told.now.get("placement_satisfaction")
    if answer is None:
        return None
    if not told.later:
        return ["placement_satisfaction_why"]
    return [
        "placement_satisfaction." + {"very_satisfied": "very", "quite_satisfied": "quite"}.get(str(answer), "neither")
    ]


_AGREE = dict.fromkeys(("strongly_agree", "tend_to_agree"), "agree") | dict.fromkeys(
    ("neither", "tend_to_disagree", "strongly_disagree"), "not"
)
_DISAGREE = ("tend_to_disagree", "strongly_disagree")
_FEELING = {"positive": "positive", "neutral": "neutral", "negative": "neutral"}
_HEARD = {option: option for option in ("job_shop", "jobcentre_plus", "family", "online", "other")}

_first_feeling = _after("first_feeling_why", "first_feeling", _FEELING)
_recommended = OpenQuestion("recommend_why", "recommend", _recommend)
_value = OpenQuestion("overall_value_why", "overall_value", _why_value)
_work = _why_changed("work_satisfaction", SATISFACTION)
_stay = _why_changed("stay_likelihood", LIKELIHOOD)
_career = _why_changed("confidence_career_potential", CONFIDENCE)
_placement = (
    OpenQuestion("placement_satisfaction_why", "placement_satisfaction", _satisfaction),
    _if("what_would_suit_better", "placement_suits", "no"),
)

OPEN_QUESTIONS: dict[tuple[str, int], tuple[OpenQuestion, ...]] = {
    ("backfill", 1): (
        _specify("heard_via"),
        _after("heard_via_detail", "heard_via", _HEARD),
        _first_feeling,
        _specify("hopes"),
        _if("skills_wanted", "hopes", "new_knowledge_skills"),
        _if(
            "readiness_topics_disagree_why",
            "readiness_topics_appropriate",
            *_DISAGREE,
            after="readiness_one_to_one_helpful",
        ),
        _if("readiness_one_to_one_disagree_why", "readiness_one_to_one_helpful", *_DISAGREE),
        _after("readiness_most_useful", "readiness_prepared_for_workplace"),
        _after("readiness_improve", "readiness_prepared_for_workplace"),
        _why_changed("confidence_long_term_job", CONFIDENCE),
        _specify("not_placed_reason"),
        *_placement,
        _after("challenges", "employer_support"),
        _after("employability_opinion", "employability_topics"),
        _after("employability_improve", "employability_topics"),
        _career,
        _value,
        _recommended,
    ),
    ("backfill", 2): (_specify("hopes"), *_placement, _career, _value, _recommended),
    ("employee", 1): (
        _after("introduced_how", "introduced_by"),
        _first_feeling,
        # The questionnaire has it before the skills; a cohort's answers need no order.
        _after("training_content", "first_feeling"),
        _specify("skills_developed"),
        _after("benefits", "training_enjoyable"),
        _work,
        _stay,
        _after("progression_improved_why", "progression_improved", _AGREE),
        _after("same_opportunity_without_why", "same_opportunity_without", {"yes": "yes", "no": "no"}),
    ),
    ("employee", 2): (_work, _stay, _recommended),
}


def is_asked(group: str, variable: str, answers: Answers) -> bool:
    """Whether an open question of touchpoint 1 is asked of somebody, by their closed answers."""
    if variable == "responsibilities_after":
        return answers.get("responsibilities_changed") == "yes"
    question = next(each for each in OPEN_QUESTIONS[group, 1] if each.variable == variable)
    return question.banks(Told(answers, {})) is not None


class Teller:
    """Gives the sentences of one group out, the least used first."""

    def __init__(self, group: str, rng: random.Random) -> None:
        self.group = group
        self.rng = rng
        self.uses: Counter[str] = Counter()
        self.duties = {theme: list(pairs) for theme, pairs in words_employees.DUTIES.items()}

    def give_themes(self, speakers: Sequence[Speaker]) -> None:
        """Writes into each speaker which themes their answers at touchpoint 1 carry."""
        give_out(
            THEMES[self.group],
            speakers,
            lambda speaker, variable: is_asked(self.group, variable, speaker.answers),
            self.rng,
        )

    def tell(
        self, touchpoint: int, now: Answers, then: Answers, themes: Mapping[str, Sequence[str]], said: set[str]
    ) -> dict[str, object]:
        """All answers of one sitting, open ones included, near to the questionnaire's order.

        `themes` are those that the answers carry, by variable. `said` holds what this person has said before, and
        takes what they say now.
        """
        told = Told(now, then)
        answers: dict[str, object] = {}
        for variable in QUESTIONNAIRES[self.group, touchpoint]:
            if variable.name in now:
                answers[variable.name] = now[variable.name]
            for question in OPEN_QUESTIONS[self.group, touchpoint]:
                if question.after == variable.name and (banks := question.banks(told)) is not None:
                    answers[question.variable] = self._answer(question, banks, themes.get(question.variable, ()), said)
            if (touchpoint, variable.name) == (1, "responsibilities_changed") and now[variable.name] == "yes":
                before, after = self.duties[next(iter(themes.get("responsibilities_after", ())), "")].pop(0)
                answers |= {"responsibilities_before": before, "responsibilities_after": after}
        return answers

    def _answer(
        self, question: OpenQuestion, banks: list[str], themes: Sequence[str], said: set[str]
    ) -> str | dict[str, str]:
        if themes:
            parts = said_of((each for each in THEMES[self.group] if each.variable == question.variable), themes)
            text = " ".join(self._sentence(THEME_WORDS[each.id], each.id, said) for each in parts)
            said.add(text)
            return text
        if not question.always and self.rng.random() >= ANSWERED_SHARE:
            return dict(SKIPPED)
        pool = [text for bank in banks for text in BANKS[self.group].get(bank, ())]
        return self._sentence(pool, ", ".join(banks), said) if pool else dict(SKIPPED)

    def _sentence(self, words: Sequence[str], name: str, said: set[str]) -> str:
        pool = [text for text in words if text not in said]
        fewest = min((self.uses[text] for text in pool), default=MOST_USES)
        if fewest >= MOST_USES:
            raise ValueError(f"Everything in {name} has been said {MOST_USES} times: write more.")
        text = self.rng.choice([text for text in pool if self.uses[text] == fewest])
        self.uses[text] += 1
        said.add(text)
        return text
