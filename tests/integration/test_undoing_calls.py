"""What came of a call is taken back within the hour only while everything is as the call left it: each outcome,
against each thing that can happen to the person meanwhile. On both databases."""

from __future__ import annotations

import contextlib
import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import select

from surveyapp.domain.errors import HeldByAnother, ShiftlineError, StateRefused
from surveyapp.domain.fieldwork.call_stand import DecisionKind
from surveyapp.domain.fieldwork.cases import Outcome
from surveyapp.domain.privacy.leaving import REASONS, ParticipationChange
from surveyapp.domain.responses import CorrectionReason
from surveyapp.domain.staff import Role, Staff
from surveyapp.services.cases.agreed_times import AgreedTime
from surveyapp.services.fieldwork import attempts, calls, deciding
from surveyapp.services.fieldwork.attempts import RECORDED_BY_HAND, SaidOfOutcome
from surveyapp.services.mending import people, touchpoints
from surveyapp.services.participants import identity
from surveyapp.services.privacy import correcting, leaving, merging
from surveyapp.services.responses import answering, theirs
from surveyapp.services.responses.survey_session import ByInterviewer, ByLink
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store.tables import AttemptRow, CaseRow, ParticipantRow, ReferralRow, ResponseRow
from surveyapp.store.tables.base import Base
from surveyapp.store.tables.people import ParticipationRow
from tests import factories
from tests.conftest import Clock
from tests.integration.test_answering import walk_to
from tests.integration.test_consequences import SAID, person_with_two_cases
from tests.interviewer import create_reachable
from tests.phone import SHORTEST

pytestmark = pytest.mark.both_databases

CONSENT = {"take_part": True, "recontact": True}


class Somebody:
    """A person with two open cases. `one` and `two`: them, by a link of each that was opened before. `answered`: the
    answers to the first are all there, those to the second were sent and are open again."""

    def __init__(self, runtime: Runtime, staff: Mapping[str, Staff], *, answered: bool) -> None:
        self.runtime, self.staff = runtime, staff
        self.person = person_with_two_cases(runtime)
        self.one, self.two = (factories.by_link(runtime, self.person, number) for number in (1, 2))
        if not answered:
            return
        self.all_is_answered(self.one)
        self.all_is_answered(self.two)
        answering.submit(runtime, self.two)
        correcting.reopen(self.desk("manager"), factories.STUDY, self.person.reference, 2, CorrectionReason.SLIP)

    def all_is_answered(self, who: ByLink) -> None:
        answering.give_consent(self.runtime, who, CONSENT)
        walk_to(self.runtime, who, None, SHORTEST)

    def desk(self, name: str) -> Desk:
        return Desk(self.runtime, self.staff[name])

    def by(self, name: str, touchpoint: int = 1) -> ByInterviewer:
        return factories.by_interviewer(self.staff[name], self.person, touchpoint)

    def record(self, by: str, outcome: Outcome, touchpoint: int = 1) -> uuid.UUID:
        """Opens the case and records what came of it."""
        who, attempt_id = self.by(by, touchpoint), uuid.uuid4()
        calls.open_case(self.runtime, who)
        said, agreed = SAID.get(outcome, SaidOfOutcome()), AgreedTime(in_words="tomorrow at 3")
        attempts.record_attempt(self.runtime, who, outcome, attempt_id, "They said so.", agreed, said)
        return attempt_id

    def leaves(self, change: ParticipationChange) -> None:
        """As a supervisor records it."""
        with factories.operator(self.runtime).reading() as work:
            facts = identity.facts(work, self.person)
        desk, why = self.desk("supervisor"), REASONS[change][0]
        leaving.record(desk, factories.STUDY, self.person.reference, change, why, list(facts))

    def reach(self, written: Mapping[str, str]) -> None:
        people.mend_case(self.desk("manager"), factories.STUDY, self.person.reference, 1, written)

    def is_paused(self, act: str) -> None:
        touchpoints.change(self.desk("manager"), factories.STUDY, "backfill", 1, {"act": act, "days": "0"})

    def rows(self) -> dict[str, Any]:
        """All that is stored of the person, their cases, answers and attempts, and of how they left."""
        of_person: tuple[tuple[type[Base], Any], ...] = (
            (ParticipantRow, ParticipantRow.id == self.person.id),
            (CaseRow, CaseRow.participant_id == self.person.id),
            (ReferralRow, ReferralRow.participant_id == self.person.id),
            (ParticipationRow, ParticipationRow.participant_id == self.person.id),
        )
        mine = select(CaseRow.id).where(CaseRow.participant_id == self.person.id)
        of_cases = tuple((table, table.case_id.in_(mine)) for table in (ResponseRow, AttemptRow))
        with self.runtime.database.reading() as session:
            return {
                f"{table.__tablename__}.{column.name} {row.id.hex}": getattr(row, column.key)
                for table, which in (*of_person, *of_cases)
                for row in session.scalars(select(table).where(which))
                for column in table.__table__.columns
            }


def _merged(who: Somebody) -> None:
    """Somebody listed twice: the other record goes into this one."""
    other = create_reachable(who.runtime)
    merging.merge(who.desk("manager"), factories.STUDY, who.person.reference, other.reference)


def _asks_for_a_call(who: Somebody) -> None:
    tomorrow = who.runtime.clock().replace(tzinfo=None, hour=11, minute=0) + dt.timedelta(days=1)
    theirs.ask_for_a_call(who.runtime, who.one, tomorrow)


def _put_right(who: Somebody) -> None:
    """A supervisor undoes what was said of the person, whichever it was."""
    change = ParticipationChange.DEATH_UNDONE
    with contextlib.suppress(StateRefused):
        who.leaves(ParticipationChange.WITHDRAWAL_UNDONE)
        change = ParticipationChange.WITHDRAWN
    who.leaves(change)


MEANWHILE: Mapping[str, Callable[[Somebody], object]] = {
    "withdrawn": lambda who: who.leaves(ParticipationChange.WITHDRAWN),
    "died": lambda who: who.leaves(ParticipationChange.DIED),
    "stopped": lambda who: who.leaves(ParticipationChange.STOPPED),
    "withdrew on the phone": lambda who: theirs.change(who.runtime, who.one, ParticipationChange.WITHDRAWN),
    "sent": lambda who: answering.submit(who.runtime, who.one),
    "sent again": lambda who: answering.submit(who.runtime, who.two),
    "refused by themselves": lambda who: theirs.change(who.runtime, who.one, ParticipationChange.STOPPED),
    "begins on their own": lambda who: answering.give_consent(who.runtime, who.one, CONSENT),
    "begins the other on their own": lambda who: answering.give_consent(who.runtime, who.two, CONSENT),
    "asks for a call": _asks_for_a_call,
    "another's attempt": lambda who: who.record("colleague", Outcome.NO_ANSWER),
    "another's attempt at the other case": lambda who: who.record("colleague", Outcome.NO_ANSWER, 2),
    "another case's agreed time": lambda who: who.record("colleague", Outcome.APPOINTMENT, 2),
    "listed twice": _merged,
    "put right": _put_right,
}
"""After which it is too late."""

HARMLESS: Mapping[str, Callable[[Somebody], object]] = {
    "nothing": lambda _who: None,
    "moved to other days": lambda who: who.reach({"opens_on": "2026-06-01", "due_on": "", "closes_on": "2026-11-30"}),
    "paused": lambda who: who.is_paused("pause"),
    "more calls": lambda who: deciding.decide(who.runtime, who.by("supervisor"), DecisionKind.MORE, 1, 2),
}
"""What does not speak of the call: it outlasts what is taken back."""

ANSWERED = ("sent", "sent again", "nothing")
"""Before which all is answered."""

OF_ITS_OWN = ("moved_at", "opens_at", "due_at", "closes_at", "allowed")
"""What of a case the harmless change. How many calls are allowed is worked out from those that were made."""


@pytest.fixture
def staff(runtime: Runtime) -> dict[str, Staff]:
    interviewers = {name: factories.create_staff(runtime, Role.INTERVIEWER) for name in ("me", "colleague")}
    return interviewers | {
        role.value: factories.create_staff(runtime, role) for role in (Role.SUPERVISOR, Role.MANAGER)
    }


def happened(who: Somebody, what: Callable[[Somebody], object]) -> bool:
    """Whether it could be, and changed anything."""
    before = who.rows()
    try:
        what(who)
    except ShiftlineError:
        assert who.rows() == before
    return who.rows() != before


@pytest.mark.parametrize("outcome", RECORDED_BY_HAND)
def test_what_happened_to_the_person_since_is_never_taken_back(
    runtime: Runtime, staff: dict[str, Staff], clock: Clock, outcome: Outcome
) -> None:
    came_to_be = set()
    for name, what in MEANWHILE.items():
        who = Somebody(runtime, staff, answered=name in ANSWERED)
        before = who.rows()
        clock.forward(minutes=2)
        attempt_id = who.record("me", outcome)
        clock.forward(seconds=20)
        if happened(who, what):
            came_to_be.add(name)
            now = who.rows()
            assert attempts.undoable(who.desk("me")) is None, name
            with pytest.raises(StateRefused) as refused:
                attempts.undo(runtime, who.by("me"), attempt_id)
            assert refused.value.sentence.code == "too_late_to_undo", name
            assert who.rows() == now, name
        else:
            offered = attempts.undoable(who.desk("me"))
            assert offered is not None, name
            assert offered.id == attempt_id, name
            attempts.undo(runtime, who.by("me"), attempt_id)
            assert without(who.rows(), ParticipationRow) == without(before, ParticipationRow), name
        clock.forward(minutes=2)
    assert came_to_be


@pytest.mark.parametrize("outcome", RECORDED_BY_HAND)
def test_what_does_not_speak_of_the_call_outlasts_its_being_taken_back(
    runtime: Runtime, staff: dict[str, Staff], clock: Clock, outcome: Outcome
) -> None:
    for name, what in HARMLESS.items():
        who = Somebody(runtime, staff, answered=name in ANSWERED)
        before = who.rows()
        clock.forward(minutes=2)
        attempt_id = who.record("me", outcome)
        clock.forward(seconds=20)
        happened(who, what)
        changed = own(who.rows())
        attempts.undo(runtime, who.by("me"), attempt_id)
        after = without(who.rows(), ParticipationRow)
        assert after == without(before, ParticipationRow) | own(after), name
        assert name == "more calls" or own(after) == changed, name
        if name == "paused":
            who.is_paused("resume")
        clock.forward(minutes=2)


def own(rows: Mapping[str, Any]) -> dict[str, Any]:
    """What of these rows the harmless may have changed."""
    return {key: value for key, value in rows.items() if key.split()[0] in {f"case.{each}" for each in OF_ITS_OWN}}


def without(rows: Mapping[str, Any], table: type[Base]) -> dict[str, Any]:
    """Rows but those of a table: that a way out was taken back is noted beside it."""
    return {key: value for key, value in rows.items() if not key.startswith(f"{table.__tablename__}.")}


def test_nobody_takes_up_again_whom_a_colleague_has_on_the_phone(runtime: Runtime, staff: dict[str, Staff]) -> None:
    who = Somebody(runtime, staff, answered=False)
    attempt_id = who.record("me", Outcome.NO_ANSWER)
    calls.open_case(runtime, who.by("colleague", 2))
    now = who.rows()
    with pytest.raises(HeldByAnother):
        attempts.undo(runtime, who.by("me"), attempt_id)
    assert who.rows() == now


def test_somebody_whose_call_was_taken_back_is_the_interviewers_again(
    runtime: Runtime, staff: dict[str, Staff]
) -> None:
    who = Somebody(runtime, staff, answered=False)
    attempts.undo(runtime, who.by("me"), who.record("me", Outcome.NO_ANSWER))
    assert calls.opened_case(runtime, who.by("me")).attempts == ()
