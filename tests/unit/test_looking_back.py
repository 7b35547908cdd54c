"""Answers of an earlier touchpoint, as the conditions of a later one know them whichever version was answered."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from pathlib import Path

import pytest

from surveyapp.domain.answers import Answer, Codes, Missing, Number, Reason, Text
from surveyapp.domain.instrument.condition_text import condition_words, known_of
from surveyapp.domain.instrument.conditions import MayBe, evaluate
from surveyapp.domain.instrument.earlier.wordings import newest_before
from surveyapp.domain.instrument.routing import Situation, known, walk
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.versions.comparability import VersionId
from surveyapp.domain.versions.looking_back import AnsweredThen, LookingBack
from tests import versioned
from tests.versioned import STUDY, questionnaire

_STUDY = STUDY[: STUDY.index("measures:")]

ANIMAL = "{{id: animal, kind: choice, text: Which?, options: {{{}: Cattle, sheep: Sheep}}}}"
LOAD = "{{id: load, kind: choice, text: How much?, options: {{{}}}}}"
RATE = "{{id: rate, kind: rating, scale: {}, text: How likely?}}"
KEPT = "{{id: kept, kind: multiple, text: What else?, options: {{{}}}}}"
CROP = "{{id: crop, kind: choice, text: Which crop?, options: {{wheat: {}, oats: Oats}}}}"
PAY = "{{id: pay, kind: number, fact: true, text: What are you paid?, units: [{}]}}"
HOURS = "{{id: hours, kind: number, fact: true, text: {}}}"

FIRST = {
    "first/v1": questionnaire(
        "first", 1, ANIMAL.format("cows"), LOAD.format("too_much: Too much, much: Much, right: Right"),
        RATE.format("ten"), KEPT.format("hens: Hens, ducks: Ducks, goats: Goats"), CROP.format("Wheat"),
        PAY.format("a week"), HOURS.format("How many hours?"),
    ),
    "first/v2": questionnaire(
        "first", 2, ANIMAL.format("cattle").replace("sheep: Sheep", "sheep: Sheep, pigs: Pigs"),
        LOAD.format("high: High, right: Right"), RATE.format("five"), KEPT.format("birds: Birds, goats: Goats"),
        CROP.format("Barley"), PAY.format("a month"), HOURS.format("For how many hours?"),
        changes="""animal: {mapping: {cows: cattle, sheep: sheep}, because: Only the code is another.}
load: {mapping: {too_much: high, much: high, right: right}, because: Three became two.}
rate: {mapping: {1: 1, 2: 1, 3: 2, 4: 2, 5: 3, 6: 3, 7: 4, 8: 4, 9: 5, 10: 5}, because: Ten became five.}
kept: {mapping: {hens: birds, ducks: birds, goats: goats}, because: All birds together.}
crop: {comparable: no, because: The label was wrong.}
pay: {comparable: no, because: Now a month.}
hours: {comparable: no, because: Asked in other words.}""",
    ),
}  # fmt: skip


def study(tmp_path: Path, condition: str, after: int = 0) -> Study:
    """The study with a second touchpoint whose one question is asked on a condition. `after`: it was frozen when so
    many versions of the first were there; else it is a draft."""
    asked = f"{{id: asked, kind: open, text: Why?, ask_if: {condition}}}"
    now = ANIMAL.format("cattle").replace("sheep: Sheep", "sheep: Sheep, pigs: Pigs")
    found = versioned.load(tmp_path, FIRST | {"second/v1": questionnaire("second", 1, now, asked)}, _STUDY)
    return dataclasses.replace(found, frozen={("second", 1): {"first": after}} if after else {})


def holds(found: Study, version: int, key: str, answer: Answer, now: str | None = None) -> bool | None:
    """Whether the condition holds of somebody who answered a version so; `now`: which animal they keep by now."""
    second = found.questionnaires["second", 1]
    then = {1: AnsweredThen(VersionId("first", version), {key: answer})}
    situation = Situation(LookingBack(found, second).known(then))
    route = walk(second, {} if now is None else {"animal": Codes((now,))}, situation)
    return evaluate(second.questions[1].ask_if, known(second, route, situation))


def code(*codes: str) -> Codes:
    return Codes(codes)


def number(value: int) -> Number:
    return Number(Decimal(value))


# (condition, after which version it was frozen, key, {(version, answer): whether it holds})
SAID = [
    ("{touchpoint_1.animal: cattle}", 2, "animal", {(1, "cows"): True, (1, "sheep"): False, (2, "cattle"): True}),
    ("{touchpoint_1.animal: cows}", 1, "animal", {(1, "cows"): True, (2, "cattle"): True, (2, "sheep"): False}),
    ("{touchpoint_1.animal: cattle}", 0, "animal", {(1, "cows"): True, (2, "cattle"): True}),
    # What only fits an older version is written against it, frozen or not.
    ("{touchpoint_1.animal: cows}", 0, "animal", {(1, "cows"): True, (2, "cattle"): True, (2, "pigs"): False}),
    ("{touchpoint_1.load: high}", 2, "load", {(1, "too_much"): True, (1, "much"): True, (1, "right"): False}),
    # A mapping of several to one does not lead back, but for what is true of each of them.
    ("{touchpoint_1.load: much}", 1, "load", {(2, "high"): False, (2, "right"): False, (1, "much"): True}),
    ("{touchpoint_1.load: [much, too_much]}", 1, "load", {(2, "high"): True, (2, "right"): False}),
    ("{not: {touchpoint_1.load: right}}", 1, "load", {(2, "high"): True, (2, "right"): False}),
    ("{answered: touchpoint_1.load}", 1, "load", {(2, "high"): True}),
    # What it may be and may not be neither is so nor is not, however that is written.
    ("{not: {touchpoint_1.load: much}}", 1, "load", {(2, "high"): False, (2, "right"): True, (1, "right"): True}),
    (
        "{not: {not: {touchpoint_1.load: much}}}",
        1,
        "load",
        {(2, "high"): False, (2, "right"): False, (1, "much"): True},
    ),
    (
        "{any: [{touchpoint_1.load: much}, {touchpoint_1.load: too_much}]}",
        1,
        "load",
        {(2, "high"): True, (2, "right"): False},
    ),
    (
        "{not: {any: [{touchpoint_1.load: much}, {touchpoint_1.load: too_much}]}}",
        1,
        "load",
        {(2, "high"): False, (2, "right"): True},
    ),
    (
        "{not: {all: [{touchpoint_1.load: much}, {answered: touchpoint_1.load}]}}",
        1,
        "load",
        {(2, "high"): False, (2, "right"): True},
    ),
    (
        "{not: {at_least: {touchpoint_1.rate: 6}}}",
        1,
        "rate",
        {(2, 3): False, (2, 2): True, (2, 4): False, (1, 5): True},
    ),
    ("{at_least: {touchpoint_1.rate: 4}}", 2, "rate", {(1, 5): False, (1, 7): True, (2, 3): False, (2, 4): True}),
    ("{at_least: {touchpoint_1.rate: 4}}", 1, "rate", {(1, 4): True, (1, 3): False, (2, 3): True, (2, 2): False}),
    ("{at_least: {touchpoint_1.rate: 8}}", 0, "rate", {(1, 8): True, (2, 5): True, (2, 4): False}),
    ("{touchpoint_1.kept: birds}", 2, "kept", {(1, "hens"): True, (1, "goats"): False, (2, "birds"): True}),
    ("{touchpoint_1.kept: hens}", 1, "kept", {(2, "birds"): False, (2, "goats"): False, (1, "hens"): True}),
    # Where nothing compares, an answer stands in its own words, and is else not known.
    ("{touchpoint_1.crop: wheat}", 2, "crop", {(1, "wheat"): False, (2, "wheat"): True}),
    ("{touchpoint_1.crop: oats}", 2, "crop", {(1, "oats"): True, (2, "oats"): True}),
    ("{not: {touchpoint_1.crop: wheat}}", 2, "crop", {(1, "wheat"): True}),
    ("{more_than: {touchpoint_1.pay: 100}}", 2, "pay", {(1, 200): False, (2, 200): True}),
    ("{more_than: {touchpoint_1.hours: 10}}", 2, "hours", {(1, 20): True, (2, 20): True}),
]


@pytest.mark.parametrize(("condition", "after", "key", "told"), SAID)
def test_whoever_says_the_same_is_asked_the_same_whichever_version_they_answered(
    tmp_path: Path, condition: str, after: int, key: str, told: dict[tuple[int, str | int], bool]
) -> None:
    found = study(tmp_path, condition, after)
    made = {
        (version, said): holds(found, version, key, number(said) if isinstance(said, int) else code(said))
        for version, said in told
    }
    assert made == told


def test_what_changed_is_seen_past_a_code_that_was_renamed(tmp_path: Path) -> None:
    found = study(tmp_path, "{changed: {from: touchpoint_1.animal, to: animal}}", 2)
    same = [holds(found, 1, "animal", code("cows"), "cattle"), holds(found, 2, "animal", code("cattle"), "cattle")]
    other = [holds(found, 1, "animal", code("sheep"), "cattle"), holds(found, 2, "animal", code("pigs"), "cattle")]
    assert (same, other) == ([False, False], [True, True])
    assert holds(found, 1, "animal", code("cows")) is None  # not answered yet


def test_what_may_have_changed_neither_did_nor_did_not(tmp_path: Path) -> None:
    both = MayBe((code("cattle"), code("sheep")))
    for condition, of_one, of_other, may_be in (
        ("{changed: {from: touchpoint_1.animal, to: animal}}", False, True, False),
        ("{not: {changed: {from: touchpoint_1.animal, to: animal}}}", True, False, False),
    ):
        second = study(tmp_path / condition[1:4], condition).questionnaires["second", 1]
        given = {"animal": code("cattle")}
        for then, said in ((code("cattle"), of_one), (code("sheep"), of_other), (both, may_be)):
            situation = Situation({1: {"animal": then}})
            route = walk(second, given, situation)
            assert evaluate(second.questions[1].ask_if, known(second, route, situation)) is said


def test_an_answer_to_several_is_all_that_it_may_have_been(tmp_path: Path) -> None:
    found = study(tmp_path, "{touchpoint_1.kept: hens}", 1)
    looking = LookingBack(found, found.questionnaires["second", 1])
    then = {1: AnsweredThen(VersionId("first", 2), {"kept": code("birds", "goats")})}
    told = looking.known(then)[1]
    assert told["kept"] == MayBe((code("hens", "goats"), code("ducks", "goats"), code("hens", "ducks", "goats")))


@pytest.mark.parametrize("answer", [Missing(Reason.DONT_KNOW), Text("So")])
def test_a_reason_and_words_go_along_as_they_are(tmp_path: Path, answer: Answer) -> None:
    found = study(tmp_path, "{touchpoint_1.load: high}", 2)
    looking = LookingBack(found, found.questionnaires["second", 1])
    assert looking.known({1: AnsweredThen(VersionId("first", 1), {"load": answer})}) == {1: {"load": answer}}


def test_what_the_files_do_not_have_stays_as_it_is(tmp_path: Path) -> None:
    found = study(tmp_path, "{touchpoint_1.load: high}", 2)
    looking = LookingBack(found, found.questionnaires["second", 1])
    then = AnsweredThen(VersionId("first", 7), {"load": code("high"), "never": code("a")})
    assert looking.known({1: then}) == {1: dict(then.answers)}


def test_a_condition_is_told_in_the_words_that_it_is_written_against(tmp_path: Path) -> None:
    found = study(tmp_path, "{touchpoint_1.crop: wheat}", 1)
    second = found.questionnaires["second", 1]
    words = condition_words(second.questions[1].ask_if, known_of(found, second))
    assert words == "crop at touchpoint 1 is Wheat"


@pytest.mark.parametrize(
    ("frozen", "after"),
    [
        ([], {}),
        ([("first", 1)], {"first": 1}),
        ([("first", 1), ("first", 2)], {"first": 2}),
        ([("first", 1), ("other", 3)], {"first": 1}),
    ],
)
def test_what_is_still_a_draft_is_nothing_that_a_version_is_written_after(
    tmp_path: Path, frozen: list[tuple[str, int]], after: dict[str, int]
) -> None:
    found = study(tmp_path, "{touchpoint_1.load: high}")
    assert newest_before(found, found.questionnaires["second", 1], frozen) == after
