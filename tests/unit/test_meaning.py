"""Every field of the format: a change of it is seen by the comparison, or it has a reason why it changes no meaning."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from surveyapp.domain.answers import Reason
from surveyapp.domain.errors import QuestionnaireFaults
from surveyapp.domain.instrument.conditions import AnyOf, Condition, Is, Not, Reference
from surveyapp.domain.instrument.questionnaire import (
    Band,
    Moment,
    Net,
    Option,
    Pattern,
    Question,
    Questionnaire,
    Reliability,
    Score,
    Section,
    Statement,
)
from surveyapp.domain.versions import comparability, meaning
from surveyapp.domain.versions.meaning import differences, score_differences, variables
from tests import versioned
from tests.versioned import COFFEE, DRINKS, WHY, WORTH, questionnaire

OPTIONS = (
    Option(code="much", label="Much", value=3),
    Option(code="some", label="Some", value=2),
    Option(code="none", label="None", value=1),
)
NETS = (Net("good", "Good", ("much", "some")), Net("bad", "Bad", ("none",)))
IF_YES = Is(Reference("answer", "filter"), ("yes",))
IF_NO = Is(Reference("answer", "filter"), ("no",))
FILTER = Question(
    id="filter",
    kind="yes_no",
    text="Did you?",
    options=(Option(code="yes", label="Yes"), Option(code="no", label="No")),
)
CHOICE = Question(
    id="liked", kind="choice", text="Did you like it?", options=OPTIONS, nets=NETS, favourable="good",
    missing=(Reason.DONT_KNOW,), required=True,
)  # fmt: skip
MULTIPLE = Question(id="liked", kind="multiple", text="Which?", options=OPTIONS, minimum=1, maximum=2)
RATING = Question(id="liked", kind="rating", text="How good?", minimum=1, maximum=5, low="Bad", high="Good")
NUMBER = Question(id="liked", kind="number", text="How many?", minimum=1, maximum=9, units=("pounds", "£"))
DATE = Question(id="liked", kind="date", text="When?", earliest="2025-01-01", latest="2025-12-31")
SHORT = Question(id="liked", kind="short", text="Which code?", pattern=Pattern("[A-Z]", "A letter."))
GRID = Question(
    id="grid", kind="statements", text="How far?", options=OPTIONS, statements=(Statement("liked", "I liked it."),)
)
TWICE = dataclasses.replace(CHOICE, moments=(Moment("before", "Last year"), Moment("now", "Now")))


def first_option(**changed: Any) -> dict[str, Any]:
    return {"options": (dataclasses.replace(OPTIONS[0], **changed), *OPTIONS[1:])}


def first_net(**changed: Any) -> dict[str, Any]:
    return {"nets": (dataclasses.replace(NETS[0], **changed), NETS[1])}


# A field, a question, what is changed in it, and what that is: a change of it is seen, and has to be declared.
SEEN: list[tuple[str, Question, dict[str, Any], str]] = [
    ("Question.text", CHOICE, {"text": "Do you like it?"}, "reworded"),
    ("Question.ask_if", CHOICE, {"ask_if": IF_YES}, "rebased"),
    ("Question.options", CHOICE, {"options": OPTIONS[:2]}, "rescaled"),
    ("Question.options", CHOICE, {"options": OPTIONS[::-1]}, "reworded"),
    ("Question.nets", CHOICE, {"nets": NETS[:1]}, "redefined"),
    ("Question.favourable", CHOICE, {"favourable": "bad"}, "redefined"),
    ("Question.neutral", CHOICE, {"neutral": "some"}, "redefined"),
    ("Question.statements", GRID, {"statements": (Statement("liked", "I did like it."),)}, "reworded"),
    ("Question.moments", TWICE, {"moments": (Moment("before", "A year ago"), Moment("now", "Now"))}, "reworded"),
    ("Question.moments", TWICE, {"moments": ()}, "reworded"),
    ("Question.missing", CHOICE, {"missing": ()}, "relimited"),
    ("Question.required", CHOICE, {"required": False}, "relimited"),
    ("Question.minimum", NUMBER, {"minimum": 2}, "relimited"),
    ("Question.minimum", MULTIPLE, {"minimum": 2}, "relimited"),
    ("Question.minimum", RATING, {"minimum": 0}, "rescaled"),
    ("Question.maximum", NUMBER, {"maximum": 20}, "relimited"),
    ("Question.maximum", MULTIPLE, {"maximum": None}, "relimited"),
    ("Question.maximum", RATING, {"maximum": 10}, "rescaled"),
    ("Question.low", RATING, {"low": "Awful"}, "reworded"),
    ("Question.high", RATING, {"high": "Superb"}, "reworded"),
    ("Question.decimals", NUMBER, {"decimals": 2}, "relimited"),
    ("Question.units", NUMBER, {"units": ("pence",)}, "relimited"),
    ("Question.earliest", DATE, {"earliest": None}, "relimited"),
    ("Question.latest", DATE, {"latest": "2026-12-31"}, "relimited"),
    ("Question.pattern", SHORT, {"pattern": None}, "relimited"),
    ("Question.order", CHOICE, {"order": "reversed_for_half"}, "rearranged"),
    ("Question.apart", TWICE, {"apart": "back"}, "rearranged"),
    ("Question.fact", CHOICE, {"fact": True}, "redefined"),
    ("Option.code", CHOICE, first_option(code="very"), "rescaled"),
    ("Option.label", CHOICE, first_option(label="A lot"), "reworded"),
    ("Option.exclusive", MULTIPLE, first_option(exclusive=True), "reworded"),
    ("Option.value", CHOICE, first_option(value=5), "redefined"),
    ("Net.name", CHOICE, first_net(name="fine"), "redefined"),
    ("Net.label", CHOICE, first_net(label="Fine"), "redefined"),
    ("Net.options", CHOICE, first_net(options=("much",)), "redefined"),
    ("Statement.id", GRID, {"statements": (Statement("else", "I liked it."),)}, "removed"),
    ("Statement.text", GRID, {"statements": (Statement("liked", "I like it."),)}, "reworded"),
    ("Statement.ask_if", GRID, {"statements": (Statement("liked", "I liked it.", IF_YES),)}, "rebased"),
    ("Moment.label", TWICE, {"moments": (Moment("before", "Then"), Moment("now", "Now"))}, "reworded"),
    ("Pattern.match", SHORT, {"pattern": Pattern("[A-Z]+", "A letter.")}, "relimited"),
    ("Section.ask_if", CHOICE, {"ask_if": IF_YES}, "rebased"),
    ("Section.questions", CHOICE, {"id": "else"}, "removed"),
]

RELIABILITY = Reliability(Decimal("0.9"), Decimal("1.5"), "A paper.")
SCORE = Score(
    id="well", title="Feeling well", method="sum", items=("one", "two"), reverse=("two",), minimum_answered=2,
    bands=(Band("low", "Low", 1, 3), Band("high", "High", 4, 6)), reliability=RELIABILITY,
)  # fmt: skip


def first_band(**changed: Any) -> dict[str, Any]:
    return {"bands": (dataclasses.replace(SCORE.bands[0], **changed), SCORE.bands[1])}


def trusted(**changed: Any) -> dict[str, Any]:
    return {"reliability": dataclasses.replace(RELIABILITY, **changed)}


SEEN_IN_A_SCORE: list[tuple[str, dict[str, Any], str]] = [
    ("Score.title", {"title": "Wellbeing"}, "reworded"),
    ("Score.method", {"method": "mean"}, "redefined"),
    ("Score.items", {"items": ("one", "three")}, "redefined"),
    ("Score.reverse", {"reverse": ()}, "redefined"),
    ("Score.minimum_answered", {"minimum_answered": 1}, "redefined"),
    ("Score.bands", {"bands": ()}, "redefined"),
    ("Score.reliability", {"reliability": None}, "redefined"),
    ("Reliability.value", trusted(value=Decimal("0.8")), "redefined"),
    ("Reliability.sd", trusted(sd=Decimal(2)), "redefined"),
    ("Reliability.better", trusted(better="lower"), "redefined"),
    ("Band.code", first_band(code="little"), "redefined"),
    ("Band.label", first_band(label="Little"), "reworded"),
    ("Band.low", first_band(low=0), "redefined"),
    ("Band.high", first_band(high=2), "redefined"),
]

NO_MEANING = {
    "Question.id": "it is the variable's name: under another there is another variable",
    "Question.kind": "it cannot change: `kind_changed`",
    "Question.hint": "it helps to answer the same question; a change may be declared, and the difference shows it",
    "Question.interviewer": "as a hint is, to the one who asks",
    "Question.scale": "a name: what the scale holds stands in the question, and is compared there",
    "Question.media": "it stands beside the words in one rendering; every save says in which its answers were given",
    "Question.max_length": "what people write is counted as written or not, however long",
    "Option.specify": "a line of text beside an option: it is read, and never counted",
    "Pattern.says": "what is said of an answer that does not fit: no answer is another for it",
    "Moment.id": "it is part of the variable's key",
    "Section.id": "a name that no number has",
    "Section.title": "a heading; what a question asks stands in the question",
    "Section.interviewer": "as a question's note to the interviewer is",
    "Reliability.source": "where it was published; the numbers are compared",
    "Score.id": "it is the score's name: under another there is another score",
    "Questionnaire.id": "it is part of every version's name",
    "Questionnaire.version": "it is what is compared",
    "Questionnaire.title": "a heading",
    "Questionnaire.sections": "compared by what they hold; the place of a question is shown as moved",
    "Questionnaire.changes": "it is what is said of differences",
    "Questionnaire.scores": "compared one by one",
    "Questionnaire.wording": "which translation it is; what is compared is the source",
}


def asked(question: Question, section_asks: Condition | None = None) -> Questionnaire:
    sections = (
        Section(id="filters", title="Filters", questions=(FILTER,)),
        Section(id="s", title="S", questions=(question,), ask_if=section_asks),
        Section(id="back", title="Back", questions=(Question(id="think", kind="information", text="Think."),)),
    )
    return Questionnaire(id="first", version=1, title="A title", sections=sections)


def test_every_field_of_the_format_carries_meaning_or_has_a_reason_why_not() -> None:
    formats = (Questionnaire, Section, Question, Option, Net, Statement, Moment, Pattern, Score, Band, Reliability)
    fields = {f"{each.__name__}.{field.name}" for each in formats for field in dataclasses.fields(each)}
    seen = {row[0] for row in SEEN} | {row[0] for row in SEEN_IN_A_SCORE}
    assert seen | set(NO_MEANING) == fields
    assert not seen & set(NO_MEANING)


@pytest.mark.parametrize(("field", "question", "changed", "aspect"), SEEN)
def test_what_carries_meaning_is_seen_and_has_to_be_declared(
    field: str, question: Question, changed: dict[str, Any], aspect: str
) -> None:
    old = variables(asked(question))["liked"]
    if field == "Section.ask_if":
        new = variables(asked(question, changed["ask_if"])).get("liked")
    else:
        new = variables(asked(dataclasses.replace(question, **changed))).get("liked")
    assert meaning.status(old, new) == aspect
    if new is not None:
        assert not comparability.step(old, new, None, 2).comparable
        assert list(differences(new, old)) == list(differences(old, new)) or aspect in ("rescaled", "extended")


@pytest.mark.parametrize(("field", "changed", "aspect"), SEEN_IN_A_SCORE)
def test_what_carries_meaning_in_a_score_is_seen(field: str, changed: dict[str, Any], aspect: str) -> None:
    new = dataclasses.replace(SCORE, **changed)
    assert aspect in score_differences(SCORE, new)
    assert not comparability.score_step(SCORE, new, None, 2).comparable
    assert score_differences(SCORE, SCORE) == {}


def changed_without_meaning(question: Question) -> Question:
    return dataclasses.replace(question, hint="Think.", interviewer="Slowly.", scale="other", max_length=10)


@pytest.mark.parametrize("question", [CHOICE, MULTIPLE, RATING, NUMBER, DATE, SHORT, GRID, TWICE])
def test_what_carries_none_is_no_difference(question: Question) -> None:
    old, new = variables(asked(question)), variables(asked(changed_without_meaning(question)))
    assert differences(old["liked"], new["liked"]) == {}


def test_whom_a_filter_asks_is_whom_it_lets_through() -> None:
    def questionnaire_with(filter_asks: Condition | None) -> Questionnaire:
        first = Question(id="age", kind="yes_no", text="Over 18?", options=FILTER.options)
        questions = (first, dataclasses.replace(FILTER, ask_if=filter_asks), dataclasses.replace(CHOICE, ask_if=IF_YES))
        return Questionnaire(
            id="first", version=1, title="T", sections=(Section(id="s", title="S", questions=questions),)
        )

    old = variables(questionnaire_with(None))["liked"]
    new = variables(questionnaire_with(Is(Reference("answer", "age"), ("yes",))))["liked"]
    assert list(differences(old, new)) == ["rebased"]


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        (IF_YES, IF_YES, True),
        (IF_YES, IF_NO, False),
        (IF_YES, Not(IF_NO), False),
        (AnyOf((IF_YES, IF_NO)), None, False),
    ],
)
def test_a_condition_is_the_same_on_the_section_or_on_the_question(
    one: Condition, two: Condition | None, same: bool
) -> None:
    old = variables(asked(CHOICE, one))["liked"]
    new = variables(asked(dataclasses.replace(CHOICE, ask_if=two)))["liked"]
    assert (differences(old, new) == {}) is same


STRICT = versioned.STUDY.replace(
    "  three:\n",
    "  strict:\n    options: {much: Very much, somewhat: Somewhat, little: A little, not: Not at all}\n"
    "    nets: {liked: {label: Liked it, options: [much]}}\n    favourable: liked\n"
    "  three:\n",
)
STRICTLY = COFFEE.replace("liking", "strict")

# (old question, new question, what the fault says of it)
REFUSED = [
    (COFFEE, STRICTLY, "counted otherwise (`nets`)"),
    (WHY, WHY.replace("coffee: much", "coffee: [much, somewhat]"), "asked of others (`ask_if`)"),
    (COFFEE, COFFEE.replace("liking,", "liking, missing: [],"), "limited otherwise (`missing`)"),
    (DRINKS, DRINKS.replace("text:", "maximum: 2, text:"), "limited otherwise (`maximum`)"),
    (DRINKS, DRINKS.replace("text:", "order: shuffled, text:"), "shown in another order (`order`)"),
    (WORTH, WORTH.replace("ten", "five"), "answered on another scale (`scale`)"),
]


@pytest.mark.parametrize(("old", "new", "says"), REFUSED)
def test_undeclared_it_is_refused_with_the_declaration_that_mends_it(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    """What the fault says to write is written, and the file has no fault any more."""
    filtered = (COFFEE,) if old == WHY else ()
    study = STRICT.partition("measures:")[0].replace("  - {group: guest, number: 2", "  # {group: guest, number: 2")
    first, second = questionnaire("first", 1, *filtered, old), questionnaire("first", 2, *filtered, new)
    with pytest.raises(QuestionnaireFaults) as refused:
        versioned.load(tmp_path / "undeclared", {"first/v1": first, "first/v2": second}, study)
    [fault] = refused.value.faults
    assert (fault.code, fault.file) == ("undeclared_change", "cafe/first/v2.yaml")
    assert says in fault.sentence
    declaration = (
        fault.sentence.partition("under `changes:` `")[2].partition("`, or")[0].replace("because: …", "because: So.")
    )
    declaration = declaration.replace(
        "old: new, …", ", ".join(f"{number}: {(number + 1) // 2}" for number in range(1, 11))
    )
    declared = second.replace("sections:", f"changes:\n  {declaration}\nsections:", 1)
    versioned.load(tmp_path / "declared", {"first/v1": first, "first/v2": declared}, study)
