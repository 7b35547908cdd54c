"""A touchpoint is paused, extended and closed: what is said first is what happens, and each can be taken back."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from surveyapp.domain.errors import FieldsRefused, NotFound, NotPermitted, StateRefused
from surveyapp.domain.fieldwork.cases import Case, CaseState, Disposition
from surveyapp.domain.fieldwork.touchpoint_changes import TouchpointAct
from surveyapp.domain.participants import Participant
from surveyapp.domain.staff import Role
from surveyapp.services.fieldwork import call_queue
from surveyapp.services.mending import touchpoints
from surveyapp.services.mending.touchpoints import TouchpointPlan
from surveyapp.services.participants import roster
from surveyapp.services.responses import answering, survey_session
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import cases
from surveyapp.store.security import audit
from tests import factories
from tests.conftest import Clock

STUDY = factories.STUDY
AGREED = {"take_part": True, "recontact": False}
WHERE = (STUDY, "backfill", 1)


@pytest.fixture
def desk(runtime: Runtime) -> Desk:
    return Desk(runtime, factories.create_staff(runtime, Role.MANAGER))


def case_of(runtime: Runtime, person: Participant) -> Case:
    with runtime.database.reading() as session:
        return next(each for each in cases.cases_of(session, person.id) if each.touchpoint == 1)


def trail(runtime: Runtime) -> list[str]:
    with runtime.database.reading() as session:
        return [entry.action.value for entry in audit.entries(session, STUDY)]


def done(desk: Desk, act: str, days: str = "") -> TouchpointPlan:
    """Does it, after a look at what follows that has to be the same."""
    written = {"act": act, "days": days}
    said = touchpoints.plan(desk, *WHERE, written)
    made = touchpoints.change(desk, *WHERE, written)
    assert (said.before, said.after, said.windows, said.answering) == (
        made.before,
        made.after,
        made.windows,
        made.answering,
    )
    return made


def states(desk: Desk) -> dict[str, int]:
    return {state.value: count for state, count in touchpoints.line(desk, *WHERE).counts.items()}


def test_a_pause_keeps_everybody_from_beginning_and_lets_those_finish_who_have(
    runtime: Runtime, desk: Desk, clock: Clock
) -> None:
    begun, new = (factories.create_participant(runtime) for _ in range(2))
    other = factories.create_participant(runtime, group="employee")
    answering.give_consent(runtime, factories.by_link(runtime, begun), AGREED)
    interviewer = Desk(runtime, factories.create_staff(runtime, Role.INTERVIEWER))
    made = done(desk, "pause")
    assert (dict(made.after), made.windows) == ({CaseState.IN_PROGRESS: 1, CaseState.PAUSED: 1}, 0)
    assert made.answering == (begun.reference,)
    assert [each.reference for each in call_queue.queue(interviewer).lines] == [other.reference]
    with pytest.raises(StateRefused):
        answering.give_consent(runtime, factories.by_link(runtime, new), AGREED)
    # The link opens something still: that it is paused.
    assert survey_session.visit(runtime, factories.by_link(runtime, new)).state is CaseState.PAUSED
    answering.give_consent(runtime, factories.by_link(runtime, begun), {**AGREED, "recontact": True})
    # Nothing is overdue, and nothing closes.
    clock.forward(days=90)
    assert states(desk) == {"in_progress": 1, "paused": 1}
    assert roster.roster(desk, STUDY).counts["backfill", 1] == touchpoints.line(desk, *WHERE).counts
    joined = factories.create_participant(runtime)
    assert states(desk)["paused"] == 2
    assert touchpoints.days_paused(touchpoints.line(desk, *WHERE), clock()) == 90
    # Without its days given back, what ended meanwhile is over.
    assert dict(touchpoints.plan(desk, *WHERE, {"act": "resume"}).after) == {CaseState.CLOSED: 2, CaseState.OPEN: 1}
    assert dict(done(desk, "resume", "90").after) == {CaseState.IN_PROGRESS: 1, CaseState.OPEN: 2}
    # 14 August and 90 days: to the end of the day, on the other side of the clocks' change.
    assert case_of(runtime, new).closes_at == dt.datetime(2026, 11, 13, tzinfo=dt.UTC)
    answering.give_consent(runtime, factories.by_link(runtime, joined), AGREED)
    assert {"touchpoint_paused", "touchpoint_resumed", "case_changed"} <= set(trail(runtime))


def test_an_extended_touchpoint_lasts_longer_for_who_is_there_and_who_comes(
    runtime: Runtime, desk: Desk, clock: Clock
) -> None:
    first = factories.create_participant(runtime)
    before = case_of(runtime, first)
    assert done(desk, "extend", "7").windows == 1
    assert case_of(runtime, first) == _later(before, 7)
    second = factories.create_participant(runtime)
    assert _window(case_of(runtime, second)) == _window(_later(before, 7))
    done(desk, "extend", "3")
    assert case_of(runtime, first) == _later(before, 10)
    done(desk, "undo")
    done(desk, "undo")
    assert case_of(runtime, first) == before
    # Whoever came while it lasted was promised that window.
    assert _window(case_of(runtime, second)) == _window(_later(before, 7))
    assert TouchpointAct.UNDO not in touchpoints.line(desk, *WHERE).standing.acts


def test_a_closed_touchpoint_cuts_off_nobody_who_is_answering(runtime: Runtime, desk: Desk, clock: Clock) -> None:
    idle, waiting, busy = (factories.create_participant(runtime) for _ in range(3))
    answering.give_consent(runtime, factories.by_link(runtime, idle), AGREED)
    clock.forward(hours=5)
    answering.give_consent(runtime, factories.by_link(runtime, busy), AGREED)
    before = [case_of(runtime, each) for each in (idle, waiting, busy)]
    made = done(desk, "close")
    assert made.answering == (busy.reference,)
    assert dict(made.after) == {CaseState.CLOSED: 2, CaseState.IN_PROGRESS: 1}
    assert [case_of(runtime, each).disposition for each in (idle, waiting, busy)] == [
        Disposition.PARTIAL,
        Disposition.UNKNOWN,
        Disposition.PARTIAL,
    ]
    answering.give_consent(runtime, factories.by_link(runtime, busy), {**AGREED, "recontact": True})
    late = factories.create_participant(runtime)
    with runtime.database.reading() as session:
        assert cases.cases_of(session, late.id) == []
    clock.forward(days=1)
    assert states(desk) == {"closed": 3}
    assert touchpoints.line(desk, *WHERE).standing.acts == (TouchpointAct.UNDO,)
    done(desk, "undo")
    assert [case_of(runtime, each) for each in (idle, waiting, busy)] == before
    # Whoever joined while it was closed is asked now, by the same rule.
    assert case_of(runtime, late).state(clock(), None) is CaseState.OPEN
    assert "touchpoint_change_undone" in trail(runtime)


def test_links_live_as_long_as_is_due_to_the_new_window(runtime: Runtime, desk: Desk) -> None:
    person = factories.create_participant(runtime)
    factories.create_link(runtime, person)
    before = roster.person(desk, STUDY, person.reference).cases[0].accesses[0].expires_at
    done(desk, "extend", "7")
    after = roster.person(desk, STUDY, person.reference).cases[0].accesses[0].expires_at
    assert before is not None
    assert after == before + dt.timedelta(days=7)


def test_an_interview_that_is_going_on_is_named_and_goes_on(runtime: Runtime, desk: Desk) -> None:
    person, colleague = factories.create_participant(runtime), factories.create_staff(runtime, Role.INTERVIEWER)
    who = factories.by_interviewer(colleague, person)
    answering.give_consent(runtime, factories.by_link(runtime, person), AGREED)
    with runtime.database.writing() as session:
        cases.set_lease(session, case_of(runtime, person).id, colleague.id, runtime.clock() + dt.timedelta(minutes=9))
    assert done(desk, "close").answering == (person.reference,)
    assert survey_session.visit(runtime, who).state is CaseState.IN_PROGRESS


@pytest.mark.parametrize(
    ("written", "field"),
    [
        ({}, "act"),
        ({"act": "stop"}, "act"),
        ({"act": "resume"}, "act"),
        ({"act": "undo"}, "act"),
        *(
            ({"act": "extend", "days": days}, "days")
            for days in ("", "0", "-3", "1.5", "a week", "367", "9" * 400, "٣x")
        ),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    runtime: Runtime, desk: Desk, written: dict[str, str], field: str
) -> None:
    person = factories.create_participant(runtime)
    before = case_of(runtime, person)
    for ask in (touchpoints.plan, touchpoints.change):
        with pytest.raises(FieldsRefused) as refused:
            ask(desk, *WHERE, written)
        assert [each.field for each in refused.value.faults] == [field]
    assert case_of(runtime, person) == before
    assert touchpoints.line(desk, *WHERE).changes == ()


def test_two_managers_closing_at_once_close_it_once(runtime: Runtime, desk: Desk) -> None:
    touchpoints.plan(desk, *WHERE, {"act": "close"})
    done(desk, "close")
    with pytest.raises(FieldsRefused):
        touchpoints.change(desk, *WHERE, {"act": "close"})


def test_only_who_manages_the_whole_study_changes_its_touchpoints(runtime: Runtime) -> None:
    site = factories.create_site(runtime)
    for staff in (
        factories.create_staff(runtime, Role.MANAGER, site=site),
        factories.create_staff(runtime, Role.INTERVIEWER),
    ):
        with pytest.raises(NotPermitted):
            touchpoints.change(Desk(runtime, staff), *WHERE, {"act": "pause"})
    with pytest.raises(NotFound):
        touchpoints.line(Desk(runtime, factories.create_staff(runtime, Role.MANAGER)), STUDY, "backfill", 9)


def _later(case: Case, days: int) -> Case:
    more = dt.timedelta(days=days)
    assert case.due_at is not None
    assert case.closes_at is not None
    return dataclasses.replace(case, due_at=case.due_at + more, closes_at=case.closes_at + more)


def _window(case: Case) -> tuple[object, ...]:
    return case.opens_at, case.due_at, case.closes_at
