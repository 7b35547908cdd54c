"""A variable as a form asks for it: the same for a participant and for an interviewer, for every kind of question."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from surveyapp import create_app
from surveyapp.domain.answers import Mode, Reason
from surveyapp.domain.errors import AnswerFault
from surveyapp.domain.instrument.kinds import KINDS, Control, Form, Part, missing_field
from surveyapp.domain.instrument.routing import Page, pages_of
from surveyapp.domain.responses import RecordedAnswer
from surveyapp.store.database import new_id
from surveyapp.web.interviewer.screens import REASON_LABELS
from surveyapp.web.shared.answers import REASONS
from surveyapp.web.shared.fields import Field, Filling
from tests import every_kind
from tests.conftest import Clock

CHOSEN = (Control.ONE, Control.SCALE)
"""Where one of several is chosen, with radio buttons."""


@pytest.fixture
def pages(sqlite_url: str, clock: Clock, tmp_path: Path) -> Iterator[tuple[Page, ...]]:
    taste = "{id: taste, kind: choice, text: Sweet?, options: {yes: Yes, so: {text: So, specify: How?}}}"
    written = every_kind.QUESTIONNAIRE.replace("{id: happy,", f"{taste}\n      - {{id: happy,")
    runtime = every_kind.create_runtime(
        sqlite_url, clock, tmp_path / "studies", open_versions=False, questionnaire=written
    )
    found = pages_of(runtime.study(every_kind.NAME).questionnaires["guest_1", 1])
    assert {page.question.kind for page in found} == set(KINDS)
    with create_app(runtime).test_request_context("/"):
        yield found


def fillings(posted: Form | None = None, *faults: AnswerFault, **given: RecordedAnswer) -> tuple[Filling, Filling]:
    """As a participant's page is filled in, and as an interviewer's screen."""
    return (
        Filling(given=given, posted=posted, faults=faults, reasons=REASONS),
        Filling(given=given, posted=posted, faults=faults, reasons=REASON_LABELS, frame="q-"),
    )


def mains(pages: tuple[Page, ...]) -> list[tuple[Page, Part]]:
    return [(page, part) for page in pages for part in page.parts if part.when is None]


def inputs(field: Field) -> list[str]:
    """The ids of everything in which the field is answered."""
    typed = [box.id for box in field.boxes] or ([field.entry_id] if field.typed else [])
    lines = [line.id for line in field.with_lines[1:]]
    return [*typed, *(each.id for each in (*field.options, *field.reasons)), *lines]


def test_both_ask_for_the_same_in_the_same_fields(pages: tuple[Page, ...]) -> None:
    participant, interviewer = fillings()
    for page, part in mains(pages):
        one, other = participant.field(page, part), interviewer.field(page, part)
        for of in (lambda f: f.name, lambda f: [o.value for o in f.options], lambda f: [b.name for b in f.boxes],
                   lambda f: [r.value for r in f.reasons], lambda f: [line.name for line in f.with_lines]):  # fmt: skip
            assert of(one) == of(other)


def test_no_two_inputs_of_a_form_have_one_id_and_a_fault_leads_to_one_that_is_there(pages: tuple[Page, ...]) -> None:
    for filling in fillings():
        ids = [each for page, part in mains(pages) for each in inputs(filling.field(page, part))]
        assert len(ids) == len(set(ids))
        assert all(each.startswith(filling.frame or "") for each in ids)
    for page, part in mains(pages):
        participant, interviewer = (
            filling.field(page, part) for filling in fillings({}, AnswerFault(part.key, "required"))
        )
        assert participant.faulty_id in inputs(participant)
        assert interviewer.id not in inputs(interviewer)
        assert participant.fault is not None


def test_a_reason_stays_where_a_radio_button_was_sent_with_it(pages: tuple[Page, ...]) -> None:
    walked = set()
    for page, part in mains(pages):
        if not (part.codes and part.question.missing):
            continue
        for reason in part.question.missing:
            posted = {part.key: [part.codes[0]], missing_field(part.key): [reason.value]}
            for filling in fillings(posted):
                field = filling.field(page, part)
                assert [each.value for each in field.reasons if each.chosen] == [reason.value]
                held = [each.value for each in field.options if each.chosen]
                assert held == ([] if part.control in CHOSEN else [part.codes[0]])
                walked.add(part.control)
    assert walked == {Control.ONE, Control.SCALE, Control.ANY}


def test_what_was_posted_goes_before_what_was_answered_before(pages: tuple[Page, ...]) -> None:
    page, part = next((page, part) for page, part in mains(pages) if part.name == "taste")
    moment = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    answers = part.kind.parse(page.parts, {"taste": ["so"], "taste_so_text": ["Very"]}).answers
    given = {
        key: RecordedAnswer(
            variable=key,
            answer=each,
            mode=Mode.SELF,
            by=None,
            recorded_at=moment,
            save_id=new_id(),
            client_id=new_id(),
            revision=1,
            language="en",
        )
        for key, each in answers.items()
    }
    for filling in fillings(None, **given):
        field = filling.field(page, part)
        assert [each.value for each in field.options if each.chosen] == ["so"]
        assert [line.value for line in field.with_lines[1:]] == ["Very"]
    for filling in fillings({"taste": ["yes"], missing_field("taste"): ["what"]}, **given):
        field = filling.field(page, part)
        assert [each.value for each in field.options if each.chosen] == ["yes"]
        assert [line.value for line in field.with_lines[1:]] == [""]


def test_a_skip_is_a_reason_like_any_other(pages: tuple[Page, ...]) -> None:
    page, part = next((page, part) for page, part in mains(pages) if part.name == "taste")
    for filling in fillings({"taste": ["yes"], missing_field("taste"): [Reason.SKIPPED.value]}):
        assert not any(each.chosen for each in filling.field(page, part).options)
