"""What is decided of calling somebody, and what the queue makes of it: on both databases."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid

import pytest
from sqlalchemy import insert, update

from surveyapp.domain.answers import Mode
from surveyapp.domain.errors import HeldByAnother, InputRefused, NotPermitted, StateRefused
from surveyapp.domain.fieldwork.call_queue import QueuePriority
from surveyapp.domain.fieldwork.call_stand import CallHold, DecisionKind
from surveyapp.domain.fieldwork.cases import ANSWERABLE, CaseState, Outcome
from surveyapp.domain.fieldwork.consequences import ReferralKind
from surveyapp.domain.participants import Contact, Participant
from surveyapp.domain.staff import Action, Role, Staff
from surveyapp.services.cases.agreed_times import AgreedTime
from surveyapp.services.fieldwork import attempts, call_queue, calls, deciding, working_out
from surveyapp.services.participants import enrolment
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import cases
from surveyapp.store.calling import referrals, stands, wishes
from surveyapp.store.security import audit
from surveyapp.store.tables import AttemptRow, CaseRow, ParticipantRow
from tests import factories
from tests.conftest import Clock
from tests.interviewer import create_reachable

ANY_TIME = Contact(name="Amara Nowak", phone="07700 900142", language="en")


@pytest.fixture
def staff(runtime: Runtime) -> Staff:
    return factories.create_staff(runtime, Role.INTERVIEWER)


@pytest.fixture
def supervisor(runtime: Runtime) -> Staff:
    return factories.create_staff(runtime, Role.SUPERVISOR)


def tried(runtime: Runtime, staff: Staff, person: Participant, outcome: Outcome, times: int = 1) -> uuid.UUID:
    for made in [uuid.uuid4() for _ in range(times)]:
        runtime.clock.forward(seconds=1)  # type: ignore[attr-defined]
        attempts.record_attempt(runtime, factories.by_interviewer(staff, person), outcome, made)
    return made


def to_be_called(runtime: Runtime, staff: Staff) -> set[str]:
    return {line.reference for line in call_queue.queue(Desk(runtime, staff)).lines}


def decided(runtime: Runtime) -> list[str]:
    with runtime.database.reading() as session:
        return [each.detail["decision"] for each in audit.entries(session) if each.action == "calls_decided"]


def test_after_five_attempts_the_queue_obeys_a_supervisor(
    runtime: Runtime, clock: Clock, staff: Staff, supervisor: Staff
) -> None:
    person = create_reachable(runtime, ANY_TIME)
    tried(runtime, staff, person, Outcome.NO_ANSWER, 5)
    clock.forward(days=1)
    assert to_be_called(runtime, staff) == set()
    why, desk, theirs = CallHold.SUPERVISOR, Desk(runtime, supervisor), factories.by_interviewer(supervisor, person)
    count, (line,) = call_queue.held_back(desk, Action.DECIDE_CALLS, factories.STUDY, why)
    assert (count, line.reference, line.tried) == (1, person.reference, 5)
    with pytest.raises(NotPermitted):
        deciding.decide(runtime, factories.by_interviewer(staff, person), DecisionKind.MORE, 5, 1)
    for more in (0, -1, 11):
        with pytest.raises(InputRefused):
            deciding.decide(runtime, theirs, DecisionKind.MORE, 5, more)
    deciding.decide(runtime, theirs, DecisionKind.MORE, 5, 1)
    assert to_be_called(runtime, staff) == {person.reference}
    tried(runtime, staff, person, Outcome.BUSY)
    # Decided by what was seen before that call: it is asked again.
    with pytest.raises(StateRefused):
        deciding.decide(runtime, theirs, DecisionKind.STOP, 5)
    deciding.decide(runtime, theirs, DecisionKind.STOP, 6)
    clock.forward(days=1)
    assert to_be_called(runtime, staff) == set()
    assert decided(runtime) == ["more", "stop"]


def test_a_supervisor_decides_while_an_interviewer_talks(
    runtime: Runtime, clock: Clock, staff: Staff, supervisor: Staff
) -> None:
    person = create_reachable(runtime, ANY_TIME)
    tried(runtime, staff, person, Outcome.NO_ANSWER, 5)
    who = factories.by_interviewer(staff, person)
    calls.open_case(runtime, who)
    deciding.decide(runtime, factories.by_interviewer(supervisor, person), DecisionKind.STOP, 5)
    assert calls.opened_case(runtime, who).lease.staff_id == staff.id
    clock.forward(minutes=5)
    agreed = AgreedTime(dt.datetime.fromisoformat("2026-06-15T14:00"))
    attempt_id = uuid.uuid4()
    attempts.record_attempt(runtime, who, Outcome.CALLBACK, attempt_id, agreed=agreed)
    assert to_be_called(runtime, staff) == {person.reference}
    # Taken back, it is as it was decided.
    attempts.undo(runtime, who, attempt_id)
    calls.release(runtime, who)
    assert to_be_called(runtime, staff) == set()


def test_a_wrong_number_waits_until_it_is_put_right(runtime: Runtime, clock: Clock, staff: Staff) -> None:
    person = create_reachable(runtime, ANY_TIME)
    tried(runtime, staff, person, Outcome.WRONG_NUMBER)
    clock.forward(days=1)
    manager = Desk(runtime, factories.create_staff(runtime, Role.MANAGER))
    assert to_be_called(runtime, staff) == set()
    written = {"name": "Amara Nowak", "phone": "07700 900142", "language": "en", "times": "after 9"}
    enrolment.correct_contact(manager, factories.STUDY, person.reference, written)
    assert to_be_called(runtime, staff) == set()
    enrolment.correct_contact(manager, factories.STUDY, person.reference, written | {"phone": "07700 900143"})
    assert to_be_called(runtime, staff) == {person.reference}


def allowing(runtime: Runtime, allowed: bool) -> Runtime:
    """The same installation, where the study lets soft refusals be tried once more, or does not."""
    study = dataclasses.replace(runtime.study(factories.STUDY), soft_refusals_again=allowed)
    return dataclasses.replace(runtime, studies={**runtime.studies, study.id: study})


def test_a_soft_refusal_is_tried_once_more_by_somebody_else(runtime: Runtime, clock: Clock, staff: Staff) -> None:
    runtime, strict = allowing(runtime, True), allowing(runtime, False)
    other, person = factories.create_staff(runtime, Role.INTERVIEWER), create_reachable(runtime, ANY_TIME)
    tried(runtime, staff, person, Outcome.REFUSED_SOFTLY)
    who, theirs = factories.by_interviewer(staff, person), factories.by_interviewer(other, person)
    clock.forward(days=14, seconds=-1)
    assert to_be_called(runtime, other) == set()
    with pytest.raises(StateRefused):
        deciding.take_up(runtime, theirs, in_touch=False)
    clock.forward(seconds=1)
    assert to_be_called(strict, other) == set()
    with pytest.raises(StateRefused):
        deciding.take_up(strict, theirs, in_touch=False)
    assert [line.priority for line in call_queue.queue(Desk(runtime, staff)).lines] == [QueuePriority.ANOTHER]
    with pytest.raises(StateRefused):
        deciding.take_up(runtime, who, in_touch=False)
    assert to_be_called(runtime, other) == {person.reference}
    deciding.take_up(runtime, theirs, in_touch=False)
    assert calls.open_case(runtime, theirs).visit.state in ANSWERABLE
    tried(runtime, other, person, Outcome.REFUSED_SOFTLY)
    clock.forward(days=20)
    assert to_be_called(runtime, other) == to_be_called(runtime, staff) == set()


def test_a_refusal_is_final_unless_they_get_in_touch(runtime: Runtime, clock: Clock, staff: Staff) -> None:
    person = create_reachable(runtime, ANY_TIME)
    tried(runtime, staff, person, Outcome.REFUSED)
    who = factories.by_interviewer(staff, person)
    clock.forward(days=20)
    assert to_be_called(runtime, staff) == set()
    with pytest.raises(StateRefused):
        deciding.take_up(runtime, who, in_touch=False)
    (line,) = call_queue.find(Desk(runtime, staff), "amara now").lines
    assert (line.state, line.can_be_opened) == (CaseState.REFUSED, False)
    deciding.take_up(runtime, who, in_touch=True)
    assert calls.open_case(runtime, who).visit.state in ANSWERABLE
    assert decided(runtime) == ["in_touch"]


def test_a_refusal_is_taken_up_by_nobody_while_a_complaint_waits(
    runtime: Runtime, staff: Staff, supervisor: Staff
) -> None:
    person = create_reachable(runtime, ANY_TIME)
    attempt = tried(runtime, staff, person, Outcome.REFUSED)
    with runtime.database.writing() as session:
        referrals.add(session, attempt, person.id, ReferralKind.COMPLAINT, runtime.clock())
    with pytest.raises(StateRefused):
        deciding.take_up(runtime, factories.by_interviewer(staff, person), in_touch=True)
    assert decided(runtime) == []
    deciding.take_up(runtime, factories.by_interviewer(supervisor, person), in_touch=True)
    assert decided(runtime) == ["in_touch"]


def test_somebody_is_called_by_one_at_a_time_whichever_touchpoint_it_is(
    runtime: Runtime, staff: Staff, supervisor: Staff
) -> None:
    person = create_reachable(runtime, ANY_TIME)
    with runtime.database.writing() as session:
        first = session.query(CaseRow).filter_by(participant_id=person.id).one()
        second = {"id": uuid.uuid4(), "participant_id": person.id, "touchpoint": 2, "opens_at": first.opens_at}
        session.add(CaseRow(**second, disposition=first.disposition))
    other = factories.create_staff(runtime, Role.INTERVIEWER)
    assert [line.touchpoint.number for line in call_queue.queue(Desk(runtime, other)).lines] == [1]
    calls.open_case(runtime, factories.by_interviewer(staff, person, 2))
    assert [line.priority for line in call_queue.queue(Desk(runtime, other)).lines] == [QueuePriority.TALKING]
    with pytest.raises(HeldByAnother):
        calls.open_case(runtime, factories.by_interviewer(other, person, 1))
    calls.open_case(runtime, factories.by_interviewer(supervisor, person, 1), take_over=True)
    with pytest.raises(HeldByAnother):
        calls.open_case(runtime, factories.by_interviewer(staff, person, 2))


def test_times_that_clash_are_said_and_can_be_handed_over(runtime: Runtime, staff: Staff) -> None:
    people = [create_reachable(runtime, ANY_TIME) for _ in range(3)]
    for person, minute in zip(people, ("14:00", "14:29", "14:59"), strict=True):
        agreed = AgreedTime(dt.datetime.fromisoformat(f"2026-06-15T{minute}"))
        who = factories.by_interviewer(staff, person)
        attempts.record_attempt(runtime, who, Outcome.APPOINTMENT, uuid.uuid4(), agreed=agreed)
    mine = call_queue.queue(Desk(runtime, staff)).agreed
    assert [line.clash is not None for line in mine] == [True, True, False]
    deciding.hand_over(runtime, factories.by_interviewer(staff, people[0]))
    mine = call_queue.queue(Desk(runtime, staff)).agreed
    assert [(line.reference, line.clash) for line in mine] == [(each.reference, None) for each in people[1:]]
    other = factories.create_staff(runtime, Role.INTERVIEWER)
    with pytest.raises(StateRefused):
        deciding.hand_over(runtime, factories.by_interviewer(other, people[1]))


def test_what_is_stored_is_what_follows_from_what_was_tried(runtime: Runtime, clock: Clock, staff: Staff) -> None:
    person = create_reachable(runtime, ANY_TIME)
    tried(runtime, staff, person, Outcome.NO_ANSWER, 2)
    last = tried(runtime, staff, person, Outcome.LANGUAGE_BARRIER)
    with runtime.database.reading() as session:
        (case_id,) = session.scalars(CaseRow.__table__.select().with_only_columns(CaseRow.id))
        before = stands.stored(session, case_id)
    assert (before.calls, before.not_by, before.tried_outcome) == (3, staff.id, Outcome.LANGUAGE_BARRIER)
    attempts.undo(runtime, factories.by_interviewer(staff, person), last)
    with runtime.database.writing() as session:
        after = stands.stored(session, case_id)
        assert (after.calls, after.not_by, after.tried_outcome) == (2, None, Outcome.NO_ANSWER)
        # As an installation has it that is brought up to date: nothing is worked out yet.
        stands.forget_stands(session, person.id)
        wishes.forget(session, [person.id])
    assert working_out.work_out_older(factories.operator(runtime)) == 2
    assert working_out.work_out_older(factories.operator(runtime)) == 0
    with runtime.database.reading() as session:
        assert stands.stored(session, case_id) == after
        assert wishes.of_row(session.get_one(ParticipantRow, person.id)).languages == ("en",)


def test_cases_of_a_study_without_a_folder_keep_nobody_elses_from_being_worked_out(
    runtime: Runtime, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They lie before the others, and nothing can be worked out of them."""
    monkeypatch.setattr(working_out, "AT_ONCE", 2)
    people = [create_reachable(runtime, ANY_TIME) for _ in range(5)]
    with runtime.database.writing() as session:
        for person in people:
            (case,) = cases.cases_of(session, person.id)
            stored = {"id": uuid.uuid4(), "case_id": case.id, "at": runtime.clock(), "staff_id": staff.id}
            session.execute(insert(AttemptRow).values(stored | {"outcome": Outcome.NO_ANSWER, "mode": Mode.PHONE}))
        gone = update(ParticipantRow).where(ParticipantRow.id.in_([each.id for each in people[:3]]))
        session.execute(gone.values(study="over"))
    working_out.work_out_older(factories.operator(runtime))
    with runtime.database.reading() as session:
        stood = [stands.stored(session, case.id).calls for each in people for case in cases.cases_of(session, each.id)]
    assert stood == [0, 0, 0, 1, 1]
