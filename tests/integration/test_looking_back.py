"""A second touchpoint looks back at a first that changed between two people: both are asked the same."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from surveyapp.domain.answers import Answer, Codes, Number, Text
from surveyapp.domain.instrument.routing import Situation
from surveyapp.domain.participants import Participant
from surveyapp.domain.staff import Scope
from surveyapp.services.responses import survey_session
from surveyapp.services.runtime import Runtime
from surveyapp.store import participants
from tests import factories, versioned
from tests.conftest import Clock
from tests.integration.test_pack import slip_of
from tests.phone import Phone
from tests.versioned import STUDY, questionnaire

pytestmark = pytest.mark.both_databases

ANIMAL = "{{id: animal, kind: choice, text: Which animal do you keep?, options: {{{}: Cattle, sheep: Sheep}}}}"
RATE = "{{id: rate, kind: rating, scale: {}, text: How likely is it?}}"
JOB = "{id: job, kind: short, fact: true, text: What is your job?}"

FILES = {
    "first/v1": questionnaire("first", 1, ANIMAL.format("cows"), RATE.format("ten"), JOB),
    "first/v2": questionnaire(
        "first", 2, ANIMAL.format("cattle"), RATE.format("five"), JOB,
        changes="animal: {mapping: {cows: cattle, sheep: sheep}, because: Only the code is another.}\n"
        "rate: {mapping: {1: 1, 2: 1, 3: 2, 4: 2, 5: 3, 6: 3, 7: 4, 8: 4, 9: 5, 10: 5}, because: Half as many.}",
    ),
    "second/v1": questionnaire(
        "second", 1,
        "{id: milk, kind: yes_no, ask_if: {touchpoint_1.animal: cattle}, text: 'As a {touchpoint_1.job|farmer}?'}",
        ANIMAL.format("cattle"),
        "{id: why, kind: open, ask_if: {changed: {from: touchpoint_1.animal, to: animal}}, text: Why another?}",
        "{id: keen, kind: yes_no, ask_if: {at_least: {touchpoint_1.rate: 4}}, text: Are you still keen?}",
    ),
}  # fmt: skip


def said(animal: str, rate: int) -> dict[str, Answer]:
    return {"animal": Codes((animal,)), "rate": Number(Decimal(rate)), "job": Text("Shepherd")}


def person(runtime: Runtime, reference: str) -> Participant:
    with runtime.database.reading() as session:
        scope = Scope(versioned.NAME, runtime.origin)
        found = participants.participant_by_reference(session, scope, reference, runtime.clock().date())
    assert found is not None
    return found


@pytest.fixture
def two_said_the_same(database_url: str, clock: Clock, tmp_path: Path) -> Iterator[Runtime]:
    """The first on version 1, in other codes and on another scale than the second, on version 2."""
    runtime = versioned.create_runtime(database_url, clock, tmp_path, FILES, STUDY[: STUDY.index("measures:")])
    versioned.answer(runtime, 1, 1, said("cows", 5))
    versioned.answer(runtime, 1, 2, said("cattle", 3), start=2)
    yield runtime
    runtime.database.dispose()


def test_two_who_said_the_same_on_two_versions_are_asked_the_same(two_said_the_same: Runtime) -> None:
    runtime = two_said_the_same
    for reference in ("GU-0001", "GU-0002"):
        who = person(runtime, reference)
        phone = Phone(runtime)
        phone.agree(factories.create_link(runtime, who, 2))
        assert "As a Shepherd?" in phone.page.words
        # What the phone is told of what lies outside this response: milk holds, keen does not, why waits for an answer.
        assert slip_of(phone)["outside"] == {"0": True, "1": None, "2": False}
        assert phone.answer_until(None, {"animal": "cattle"}) == ["milk", "animal"]


def test_whoever_moves_them_or_takes_them_along_knows_the_same_of_them(two_said_the_same: Runtime) -> None:
    runtime = two_said_the_same
    second = runtime.study(versioned.NAME).questionnaires["second", 1]
    with factories.operator(runtime).reading() as work:
        known: list[Situation] = [
            survey_session.situation_of(work, person(runtime, reference), 2, second)
            for reference in ("GU-0001", "GU-0002")
        ]
    told = [{key: each.earlier[1][key] for key in ("animal", "rate", "job")} for each in known]
    assert told == [said("cattle", 3)] * 2


DRINKS = "{{id: drinks, kind: multiple, text: What do you drink?, options: {{{}}}}}"
WHY = "{id: why, kind: open, ask_if: {changed: {from: touchpoint_1.drinks, to: drinks}}, text: Why something else now?}"
LAST = "{id: last, kind: yes_no, text: Is that all?}"
ORDERED, TURNED = "tea: Tea, juice: Juice, water: Water", "water: Water, tea: Tea, juice: Juice"
RENAMED, THREE = "aqua: Water, chai: Tea, jus: Juice", "tea: Tea, coffee: Coffee, water: Water"
TWO = "hot: Hot, cold: Cold"
COMPARED = "comparisons:\n  - {variable: drinks, between: [first, second], comparable: yes, because: Only the order.}\n"
SAME_ORDER = "drinks: {comparable: yes, because: Only the order is another.}"

IN_OTHER_ORDERS: dict[str, tuple[list[str], str, str, tuple[str, ...], list[str]]] = {
    # What first asked in each version, what is said of the change, what second asks, what was said then and now.
    "the later touchpoint lists them in another order": ([ORDERED], "", TURNED, ("tea", "water"), ["water", "tea"]),
    "a newer version lists them in another order": (
        [ORDERED, TURNED], SAME_ORDER, ORDERED, ("water", "tea"), ["tea", "water"],
    ),
    "a newer version has other codes, in another order": (
        [ORDERED, RENAMED], "drinks: {mapping: {tea: chai, juice: jus, water: aqua}, because: Codes.}",
        ORDERED, ("aqua", "chai"), ["tea", "water"],
    ),
    "a newer version has one for two, and both were meant": (
        [THREE, TWO], "drinks: {mapping: {tea: hot, coffee: hot, water: cold}, because: Fewer.}",
        THREE, ("hot",), ["tea", "coffee"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", IN_OTHER_ORDERS)
def test_who_says_the_same_of_several_options_is_not_asked_what_changed(
    database_url: str, clock: Clock, tmp_path: Path, name: str
) -> None:
    """In whichever order they were listed; and whoever says something else is, where that can be told."""
    first, change, second, then, now = IN_OTHER_ORDERS[name]
    files = {
        f"first/v{number}": questionnaire(
            "first", number, DRINKS.format(each), **({"changes": change} if number > 1 else {})
        )
        for number, each in enumerate(first, 1)
    }
    files["second/v1"] = questionnaire("second", 1, DRINKS.format(second), WHY, LAST)
    study = STUDY[: STUDY.index("measures:")] + (COMPARED if len(first) == 1 else "")
    runtime = versioned.create_runtime(database_url, clock, tmp_path, files, study)
    for number, drinks, asked in ((1, now, ["drinks", "last"]), (2, ["water"], ["drinks", "why", "last"])):
        versioned.answer(runtime, 1, len(first), {"drinks": Codes(then)}, start=number)
        phone = Phone(runtime)
        phone.agree(factories.create_link(runtime, person(runtime, f"GU-000{number}"), 2))
        assert phone.answer_until(None, {"drinks": drinks}) == asked
    runtime.database.dispose()
