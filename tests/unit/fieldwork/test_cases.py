"""What a case is at a time, what an attempt leaves of it, and when a link, a hold and a count end. Each with the moment
at which it turns and the moment before."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from surveyapp.domain.fieldwork.cases import (
    ANSWERABLE,
    OPENS,
    Access,
    AccessKind,
    CaseState,
    Disposition,
    Lease,
    Outcome,
    calls_without_appointment,
    disposition_after,
)
from surveyapp.domain.responses import ResponseState
from tests.fieldwork import NOBODY, NOW, SHORTLY, make_attempt, make_case

DAY, HALF_AN_HOUR = dt.timedelta(days=1), dt.timedelta(minutes=30)
BEFORE, AFTER = NOW - SHORTLY, NOW + SHORTLY
STARTED, SUBMITTED = ResponseState.STARTED, ResponseState.SUBMITTED


@pytest.mark.parametrize(
    ("opens", "due", "closes", "response", "state"),
    [
        (AFTER, None, None, None, CaseState.SCHEDULED),
        (AFTER, None, None, STARTED, CaseState.SCHEDULED),
        (NOW, None, None, None, CaseState.OPEN),
        (BEFORE, None, None, None, CaseState.OPEN),
        (BEFORE, AFTER, None, None, CaseState.OPEN),
        (BEFORE, NOW, None, None, CaseState.OVERDUE),
        (BEFORE, BEFORE, None, None, CaseState.OVERDUE),
        (BEFORE, NOW, AFTER, None, CaseState.OVERDUE),
        (BEFORE, NOW, AFTER, STARTED, CaseState.IN_PROGRESS),
        (BEFORE, None, AFTER, STARTED, CaseState.IN_PROGRESS),
        (BEFORE, None, AFTER, None, CaseState.OPEN),
        (BEFORE, None, NOW, None, CaseState.CLOSED),
        (BEFORE, None, NOW, STARTED, CaseState.CLOSED),
        (BEFORE, BEFORE, BEFORE, None, CaseState.CLOSED),
        (BEFORE, BEFORE, BEFORE, SUBMITTED, CaseState.SUBMITTED),
        (AFTER, None, None, SUBMITTED, CaseState.SUBMITTED),
    ],
)
def test_a_case_turns_at_the_moment(
    opens: dt.datetime,
    due: dt.datetime | None,
    closes: dt.datetime | None,
    response: ResponseState | None,
    state: CaseState,
) -> None:
    assert make_case(opens, due, closes).state(NOW, response) is state


@pytest.mark.parametrize(
    ("disposition", "response", "withdrawn", "state"),
    [
        (Disposition.REFUSAL, None, False, CaseState.REFUSED),
        (Disposition.REFUSAL, STARTED, False, CaseState.REFUSED),
        (Disposition.REFUSAL, SUBMITTED, False, CaseState.SUBMITTED),
        (Disposition.NOT_ELIGIBLE, None, False, CaseState.NOT_ELIGIBLE),
        (Disposition.NOT_ELIGIBLE, STARTED, False, CaseState.NOT_ELIGIBLE),
        (Disposition.NOT_ELIGIBLE, SUBMITTED, False, CaseState.SUBMITTED),
        (Disposition.NOT_ELIGIBLE, SUBMITTED, True, CaseState.WITHDRAWN),
        (Disposition.REFUSAL, None, True, CaseState.WITHDRAWN),
        (Disposition.UNKNOWN, STARTED, True, CaseState.WITHDRAWN),
        *((each, None, False, CaseState.OPEN) for each in (Disposition.UNKNOWN, Disposition.NON_CONTACT)),
        *((each, None, False, CaseState.OPEN) for each in (Disposition.OTHER, Disposition.PARTIAL)),
    ],
)
def test_what_became_of_it_comes_before_the_clock(
    disposition: Disposition, response: ResponseState | None, withdrawn: bool, state: CaseState
) -> None:
    assert make_case(NOW - DAY, disposition=disposition).state(NOW, response, withdrawn) is state


@pytest.mark.parametrize(
    ("closes", "state"), [(None, CaseState.IN_PROGRESS), (AFTER, CaseState.IN_PROGRESS), (NOW, CaseState.SUBMITTED)]
)
def test_what_was_opened_again_is_open_until_the_case_closes(closes: dt.datetime | None, state: CaseState) -> None:
    assert make_case(BEFORE, None, closes).state(NOW, SUBMITTED, reopened=True) is state


def test_what_is_answerable_and_what_a_link_opens() -> None:
    assert {CaseState.OPEN, CaseState.OVERDUE, CaseState.IN_PROGRESS} == ANSWERABLE
    assert {*ANSWERABLE, CaseState.SCHEDULED, CaseState.PAUSED, CaseState.SUBMITTED} == OPENS


C, P, R, NC, O, U, NE = (  # noqa: E741 - AAPOR's letters
    Disposition.COMPLETE,
    Disposition.PARTIAL,
    Disposition.REFUSAL,
    Disposition.NON_CONTACT,
    Disposition.OTHER,
    Disposition.UNKNOWN,
    Disposition.NOT_ELIGIBLE,
)
LEAVES: dict[Outcome, dict[Disposition, Disposition]] = {
    Outcome.NO_ANSWER: {U: NC, NC: NC, P: P, O: O},
    Outcome.BUSY: {U: NC, NC: NC, P: P, O: O},
    Outcome.ANSWERPHONE: {U: NC, NC: NC, P: P, O: O},
    Outcome.CALLBACK: {U: NC, NC: NC, P: P, O: O},
    Outcome.APPOINTMENT: {U: NC, NC: NC, P: P, O: O},
    Outcome.LINK_SENT: {U: NC, NC: NC, P: P, O: O},
    Outcome.WRONG_NUMBER: {U: U, NC: U, P: P, O: O},
    Outcome.MOVED: {U: U, NC: U, P: P, O: O},
    Outcome.LANGUAGE_BARRIER: {U: O, NC: O, P: O, O: O},
    Outcome.REFUSED: {U: R, NC: R, P: R, O: R},
    Outcome.REFUSED_SOFTLY: {U: R, NC: R, P: R, O: R},
    Outcome.NOT_ELIGIBLE: {U: NE, NC: NE, P: NE, O: NE},
    Outcome.COMPLAINED: {U: NC, NC: NC, P: P, O: O},
    Outcome.WITHDREW: {U: U, NC: NC, P: P, O: O},
    Outcome.DECEASED: dict.fromkeys((U, NC, P, O), Disposition.DECEASED),
    Outcome.BROKEN_OFF: {U: P, NC: P, P: P, O: P},
    Outcome.COMPLETED: {U: C, NC: C, P: C, O: C},
}
"""What each outcome leaves of a case that is not settled."""


@pytest.mark.parametrize("outcome", Outcome)
def test_what_an_attempt_leaves(outcome: Outcome) -> None:
    settled = {each: each for each in (C, R, NE, Disposition.DECEASED)}
    assert {each: disposition_after(each, outcome) for each in Disposition} == LEAVES[outcome] | settled


@pytest.mark.parametrize(
    ("expires", "revoked", "works"),
    [
        (None, None, True),
        (AFTER, None, True),
        (NOW, None, False),
        (BEFORE, None, False),
        (None, BEFORE, False),
        (AFTER, NOW, False),
    ],
)
def test_a_link_works_until_it_runs_out_or_is_ended(
    expires: dt.datetime | None, revoked: dt.datetime | None, works: bool
) -> None:
    access = Access(
        id=uuid.uuid4(),
        case_id=NOBODY,
        kind=AccessKind.LINK,
        issued_at=NOW - DAY,
        expires_at=expires,
        revoked_at=revoked,
    )
    assert access.works(NOW, make_case()) is works


@pytest.mark.parametrize(("until", "live"), [(AFTER, True), (NOW, False), (BEFORE, False)])
def test_a_hold_has_lapsed_at_its_end(until: dt.datetime, live: bool) -> None:
    assert Lease(NOBODY, NOBODY, "Ines", until).live(NOW) is live


@pytest.mark.parametrize(
    ("apart", "counted"),
    [
        (dt.timedelta(), 1),
        (HALF_AN_HOUR, 1),
        (-HALF_AN_HOUR, 1),
        (HALF_AN_HOUR + SHORTLY, 2),
        (-HALF_AN_HOUR - SHORTLY, 2),
    ],
)
def test_a_call_made_when_agreed_does_not_count(apart: dt.timedelta, counted: int) -> None:
    agreed = NOW + DAY
    assert calls_without_appointment([make_attempt(agreed + apart), make_attempt(NOW, agreed)]) == counted


def test_a_time_agreed_only_later_excuses_nothing() -> None:
    assert calls_without_appointment([make_attempt(NOW), make_attempt(NOW + SHORTLY, NOW)]) == 2
    assert calls_without_appointment([]) == 0
