"""How the answers of a case were sent is kept with it, and whatever is done it is what the answers themselves say."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from surveyapp.domain.answers import Mode
from surveyapp.domain.errors import FieldsRefused, NotFound, StateRefused
from surveyapp.domain.participants import Participant
from surveyapp.domain.privacy.leaving import REASONS, ParticipationChange
from surveyapp.domain.responses import CorrectionReason, NewSave, Response, ResponseState
from surveyapp.domain.security.fitness import Weight
from surveyapp.domain.staff import Role
from surveyapp.services import moving
from surveyapp.services.doctor import looking as doctor
from surveyapp.services.fieldwork import working_out
from surveyapp.services.participants.identity import IdentityFact
from surveyapp.services.privacy import leaving, merging, splitting
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import cases, demonstration, migrating, responses
from surveyapp.store.database import Database, new_id
from surveyapp.store.demonstration import FilledResponse
from surveyapp.store.mending import pictures
from surveyapp.store.privacy import reopening
from surveyapp.store.tables import CaseRow, ReopeningRow, ResponseRow, SaveRow
from tests import factories
from tests.conftest import Clock
from tests.integration.test_who_answered import hand_in
from tests.interviewer import create_reachable

pytestmark = pytest.mark.both_databases

CONFIRMED = (IdentityFact.NAME, IdentityFact.PHONE)

Kept = dict[uuid.UUID, tuple[bool, Mode | None]]


def kept(database: Database) -> Kept:
    with database.reading() as session:
        rows = session.execute(select(CaseRow.id, CaseRow.sent, CaseRow.sent_mode))
        return {row.id: (row.sent, row.sent_mode) for row in rows}


def said(database: Database) -> Kept:
    """What the rows say, by the plain rule: the last save that was in time and is part of what was sent."""
    with database.reading() as session:
        found: Kept = dict.fromkeys(session.scalars(select(CaseRow.id)), (False, None))
        for each in session.scalars(select(ResponseRow).where(ResponseRow.state == ResponseState.SUBMITTED)):
            at = each.sent_again_at or each.submitted_at
            assert at is not None
            opened = [
                row.revision
                for row in session.scalars(select(ReopeningRow).where(ReopeningRow.response_id == each.id))
                if row.at > at
            ]
            saves = [
                row
                for row in session.scalars(select(SaveRow).where(SaveRow.response_id == each.id))
                if not row.late and (not opened or row.revision <= min(opened))
            ]
            last = max(saves, key=lambda row: row.revision, default=None)
            found[each.case_id] = (True, last.mode if last else None)
    return found


def new_save(at: dt.datetime, mode: Mode, *, late: bool = False) -> NewSave:
    return NewSave(
        id=uuid.uuid4(), section="any", language="en", mode=mode, by=None, client_at=None, recorded_at=at,
        payload_hash=uuid.uuid4().hex, late=late,
    )  # fmt: skip


def begun(case_id: uuid.UUID, at: dt.datetime) -> Response:
    return Response(
        id=new_id(), case_id=case_id, questionnaire="backfill_1", version=1, state=ResponseState.STARTED, revision=0,
        seed=1, started_at=at,
    )  # fmt: skip


@dataclass
class Two:
    """Two people of whom it turns out, perhaps, that they are one; and what can be done to them."""

    runtime: Runtime
    desk: Desk
    people: list[Participant] = field(default_factory=list)

    def _open(self, which: int, act: Callable[[Session, Response | None, uuid.UUID], None]) -> None:
        with self.desk.writing() as work:
            mine = cases.cases_of(work.session, self.people[which].id)
            if mine:
                act(work.session, responses.response_of(work.session, mine[0].id), mine[0].id)

    def save(self, which: int, mode: Mode, *, late: bool = False) -> None:
        def act(session: Session, response: Response | None, case_id: uuid.UUID) -> None:
            if response is None:
                response = begun(case_id, self.runtime.clock())
                responses.add_response(session, response)
            shut = response.state is ResponseState.SUBMITTED and response.reopened_at is None
            # What comes once it is sent is late: `survey_session` lets nothing else in.
            save = new_save(self.runtime.clock(), mode, late=late or shut)
            responses.record_save(session, response, save, {})

        self._open(which, act)

    def send(self, which: int) -> None:
        def act(session: Session, response: Response | None, _case: uuid.UUID) -> None:
            if response is not None and response.state is ResponseState.STARTED:
                responses.submit(session, response.id, self.runtime.clock())
            elif response is not None and response.reopened_at is not None:
                reopening.send_again(session, response.id, self.runtime.clock())

        self._open(which, act)

    def reopen(self, which: int) -> None:
        def act(session: Session, response: Response | None, _case: uuid.UUID) -> None:
            if response is not None and response.state is ResponseState.SUBMITTED and response.reopened_at is None:
                reopening.reopen(session, response, CorrectionReason.SLIP, None, self.runtime.clock())

        self._open(which, act)

    def go_on(self, which: int, mode: Mode, *, ready: bool) -> None:
        """What comes next: they save, and send once they are `ready`; what was sent is opened again."""
        with self.desk.reading() as work:
            mine = cases.cases_of(work.session, self.people[which].id)
            response = responses.response_of(work.session, mine[0].id) if mine else None
        if response is None or response.revision == 0:
            self.save(which, mode)
        elif response.state is ResponseState.SUBMITTED and response.reopened_at is None:
            self.reopen(which)
        elif ready:
            self.send(which)
        else:
            self.save(which, mode)

    def record(self, which: int, change: ParticipationChange) -> None:
        with contextlib.suppress(NotFound, StateRefused, FieldsRefused):
            reference = self.people[which].reference
            leaving.record(self.desk, factories.STUDY, reference, change, REASONS[change][0], CONFIRMED)

    def merge(self, *, apart: bool) -> None:
        act = splitting.split if apart else merging.merge
        with contextlib.suppress(NotFound, StateRefused, FieldsRefused):
            act(self.desk, factories.STUDY, *(each.reference for each in self.people))


LEAVING = [each for each in ParticipationChange if each is not ParticipationChange.ERASED]


@st.composite
def acts(draw: st.DrawFn) -> list[tuple[str, int, Any]]:
    """What is done, to whom, and how. Most of it goes on with what somebody has begun."""
    how: dict[str, st.SearchStrategy[Any]] = {
        "on": st.tuples(st.sampled_from(Mode), st.booleans()),
        "late": st.sampled_from(Mode),
        "record": st.sampled_from([*LEAVING, ParticipationChange.ERASED]),
        "merge": st.booleans(),
    }
    names = draw(st.lists(st.sampled_from(["on"] * 6 + list(how)), min_size=8, max_size=20))
    return [(name, draw(st.integers(0, 1)), draw(how[name])) for name in names]


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(done=acts())
def test_whatever_is_done_it_is_as_the_answers_say(
    runtime: Runtime, clock: Clock, done: list[tuple[str, int, Any]]
) -> None:
    two = Two(runtime, Desk(runtime, factories.create_staff(runtime, Role.MANAGER)))
    two.people = [create_reachable(runtime) for _ in range(2)]
    for act in done:
        clock.forward(minutes=1)
        match act:
            case "on", who, (mode, ready):
                two.go_on(who, mode, ready=ready)
            case "late", who, mode:
                two.save(who, mode, late=True)
            case "record", who, change:
                two.record(who, change)
            case "merge", _, apart:
                two.merge(apart=apart)
        assert kept(runtime.database) == said(runtime.database)


def test_what_is_open_again_counts_as_it_was_sent_first(runtime: Runtime, clock: Clock) -> None:
    two = Two(runtime, factories.operator(runtime), [factories.create_participant(runtime)])
    seen = []
    for act in (
        lambda: two.save(0, Mode.SELF),
        lambda: two.save(0, Mode.PHONE),
        lambda: two.send(0),
        lambda: two.save(0, Mode.PROXY),  # too late
        lambda: two.reopen(0),
        lambda: two.save(0, Mode.VIDEO),
        lambda: two.send(0),
    ):
        clock.forward(minutes=1)
        act()
        seen += [each for each in kept(runtime.database).values() if each[0]] or [(False, None)]
    unsent, by_phone, by_video = (False, None), (True, Mode.PHONE), (True, Mode.VIDEO)
    assert seen == [unsent, unsent, *[by_phone] * 4, by_video]


def test_many_at_once_are_kept_as_one_by_one(runtime: Runtime) -> None:
    people = [factories.create_participant(runtime) for _ in range(3)]
    filled = []
    with factories.operator(runtime).writing() as work:
        for person, modes in zip(people, ([Mode.SELF, Mode.PHONE], [Mode.IN_PERSON], [Mode.SELF]), strict=True):
            made = begun(cases.cases_of(work.session, person.id)[0].id, work.now)
            if len(modes) > 1 or modes != [Mode.SELF]:
                made = dataclasses.replace(made, state=ResponseState.SUBMITTED, submitted_at=work.now)
            saves = {new_id(): new_save(work.now, mode) for mode in modes}
            filled.append(FilledResponse(response=made, saves=saves, answers=()))
        demonstration.add_filled(work.session, filled)
    found = kept(runtime.database)
    assert [found[each.response.case_id] for each in filled] == [
        (True, Mode.PHONE),
        (True, Mode.IN_PERSON),
        (False, None),
    ]


def test_what_differs_is_said_and_worked_out_anew(runtime: Runtime) -> None:
    person = factories.create_participant(runtime)
    hand_in(runtime, person, Mode.SELF)
    right = kept(runtime.database)
    for wrong in ({"sent": False}, {"sent_mode": None}, {"sent_mode": Mode.PROXY}, {"sent": False, "sent_mode": None}):
        with runtime.database.writing() as session:
            session.execute(update(CaseRow).where(CaseRow.participant_id == person.id, CaseRow.sent).values(**wrong))
        found = [each for each in doctor.look(runtime) if "counted otherwise" in each.what]
        assert [(each.weight, "surveyapp migrate" in each.todo) for each in found] == [(Weight.WRONG, True)]
        assert working_out.work_out_older(factories.operator(runtime)) == 1
        assert kept(runtime.database) == right
        assert not [each for each in doctor.look(runtime) if "counted otherwise" in each.what]


def test_a_copy_and_a_picture_say_the_same(runtime: Runtime, tmp_path: Path) -> None:
    hand_in(runtime, factories.create_participant(runtime), Mode.VIDEO)
    there = f"sqlite:///{tmp_path / 'there.db'}"
    moving.copy_all(runtime, there)
    copied = Database(there)
    assert kept(copied) == kept(runtime.database) == said(copied)
    copied.dispose()


def test_whoever_was_taken_out_before_it_was_kept_comes_back_with_it(runtime: Runtime) -> None:
    person = factories.create_participant(runtime)
    hand_in(runtime, person, Mode.PHONE)
    right = kept(runtime.database)
    with runtime.database.writing() as session:
        picture = pictures.take_out(session, person.id)
        for row in picture[CaseRow.__tablename__]:
            del row["sent"], row["sent_mode"]
        pictures.put_back(session, picture, lambda: None)
    assert kept(runtime.database) == right


def test_the_migration_fills_it(runtime: Runtime, clock: Clock) -> None:
    """What was there before is kept as what comes after is."""
    two = Two(runtime, factories.operator(runtime), [factories.create_participant(runtime) for _ in range(3)])
    for which, acts in enumerate(("pose", "psrv", "p")):
        for act in acts:
            clock.forward(minutes=1)
            modes = {"p": Mode.PHONE, "o": Mode.SELF, "v": Mode.VIDEO, "e": None, "s": None, "r": None}
            mode = modes[act]
            if mode is not None:
                two.save(which, mode)
            elif act == "r":
                two.reopen(which)
            else:
                two.send(which)
    right, url = kept(runtime.database), runtime.settings.database_url
    assert sorted(right.values(), key=str) == sorted(said(runtime.database).values(), key=str)
    assert {(True, Mode.SELF), (True, Mode.PHONE), (False, None)} == set(right.values())
    runtime.database.dispose()
    migrating.downgrade(url, "0056")
    migrating.upgrade(url)
    assert kept(runtime.database) == right
