"""Releases as they are stored: whole or not at all, numbered once, of nobody in particular; and what decides whether
one may be made."""

from __future__ import annotations

import dataclasses
import datetime as dt
import signal
import subprocess
import sys
import uuid

import pytest
from sqlalchemy import select, update

from surveyapp.domain.answers import Mode
from surveyapp.domain.fieldwork.cases import Disposition
from surveyapp.domain.participants import Origin, Participant
from surveyapp.domain.releases import CasesSoFar, Release, ReleaseTerms
from surveyapp.domain.responses import ResponseState
from surveyapp.domain.staff import Role, Scope
from surveyapp.services.runtime import Runtime
from surveyapp.store import cases, participants, releases
from surveyapp.store.database import new_id
from surveyapp.store.tables import CaseRow, ResponseRow, SaveRow
from tests import factories
from tests.conftest import Clock

HERE = Scope(factories.STUDY, Origin.REAL)


def release(runtime: Runtime, number: int, **changes: object) -> Release:
    made = Release(
        id=new_id(),
        study=factories.STUDY,
        origin=Origin.REAL,
        number=number,
        cut_at=runtime.clock(),
        answers_at=runtime.clock() - dt.timedelta(hours=1),
        made_by=None,
        people=41,
        new_or_changed=30,
        terms=ReleaseTerms.of(runtime.study(factories.STUDY)),
        versions={"backfill_1": [1, 2]},
        collecting={("backfill", 2): runtime.clock(), ("employee", 1): None},
    )
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


def add(runtime: Runtime, made: Release, made_by: uuid.UUID | None = None, **pages: bytes) -> None:
    with runtime.database.writing() as session:
        releases.add(session, made, made_by, pages, "{}")


def test_a_release_comes_back_as_it_was_made(runtime: Runtime) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    first, second = release(runtime, 1), release(runtime, 2, made_by=manager.name, collecting={})
    add(runtime, first, overview=b'{"a": 1}', questions=b"[]")
    add(runtime, second, manager.id, overview=b'{"a": 2}')
    with runtime.database.reading() as session:
        assert releases.releases(session, HERE) == [second, first]
        assert releases.release(session, HERE) == second
        assert releases.release(session, HERE, 1) == first
        assert releases.release(session, HERE, 3) is None
        assert releases.release(session, Scope(factories.STUDY, Origin.DEMO)) is None
        assert releases.page(session, first.id, "overview") == b'{"a": 1}'
        assert releases.page(session, second.id, "questions") is None
        assert releases.pages(session, first.id) == {"overview": b'{"a": 1}', "questions": b"[]"}
        assert releases.log(session, first.id) == "{}"


def test_a_number_is_given_once(runtime: Runtime) -> None:
    add(runtime, release(runtime, 1), overview=b"first")
    with pytest.raises(releases.NumberTaken):
        add(runtime, release(runtime, 1), overview=b"second")
    add(runtime, release(runtime, 1, study="mentoring"))
    add(runtime, release(runtime, 1, origin=Origin.SIMULATED))
    with runtime.database.reading() as session:
        (only,) = releases.releases(session, HERE)
        assert releases.page(session, only.id, "overview") == b"first"


DIES = """
import dataclasses, sys, time
from surveyapp.store import releases
from surveyapp.store.database import Database, new_id
from surveyapp.domain.participants import Origin
from surveyapp.domain.staff import Scope

database = Database(sys.argv[1])
with database.writing() as session:
    before = releases.release(session, Scope("job_rotation", Origin.REAL))
    half = dataclasses.replace(before, id=new_id(), number=2)
    releases.add(session, half, None, {str(number): b"x" * 1000 for number in range(500)}, "{}")
    print("half-way", flush=True)
    time.sleep(60)
"""


def test_one_that_died_half_way_was_never_there(runtime: Runtime) -> None:
    whole = release(runtime, 1)
    add(runtime, whole, overview=b"whole")
    url = runtime.settings.database_url
    with subprocess.Popen([sys.executable, "-c", DIES, url], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "half-way\n"
        process.send_signal(signal.SIGKILL)
    with runtime.database.reading() as session:
        assert releases.releases(session, HERE) == [whole]
        assert releases.page(session, whole.id, "overview") == b"whole"
    following = release(runtime, 2)
    add(runtime, following, overview=b"next")
    with runtime.database.reading() as session:
        assert releases.release(session, HERE) == following
        assert releases.pages(session, following.id) == {"overview": b"next"}


def test_what_is_taken_down_is_gone_and_its_place_stays(runtime: Runtime) -> None:
    made = release(runtime, 1)
    add(runtime, made, one=b"1", two=b"2")
    with runtime.database.writing() as session:
        assert releases.take_down(session, made.id, ["one", "three"], runtime.clock()) == 1
        assert releases.take_down(session, made.id, ["one"], runtime.clock()) == 0
    with runtime.database.reading() as session:
        assert releases.page(session, made.id, "one") is None
        assert releases.pages(session, made.id) == {"one": None, "two": b"2"}
        assert releases.some_pages(session, made.id, ["one", "two", "three"]) == {"two": b"2"}
        assert releases.taken_down(session, made.id) == 1


def answer(
    runtime: Runtime, participant: Participant, touchpoint: int = 1, state: ResponseState = ResponseState.SUBMITTED
) -> uuid.UUID:
    """A response handed in now, without a question answered."""
    response = new_id()
    with runtime.database.writing() as session:
        (case,) = (each for each in cases.cases_of(session, participant.id) if each.touchpoint == touchpoint)
        session.add(
            ResponseRow(
                id=response,
                case_id=case.id,
                questionnaire=f"{participant.group}_{touchpoint}",
                version=1,
                state=state,
                revision=0,
                seed=1,
                started_at=runtime.clock(),
                submitted_at=runtime.clock() if state is ResponseState.SUBMITTED else None,
            )
        )
    return response


def save(runtime: Runtime, response: uuid.UUID) -> None:
    with runtime.database.writing() as session:
        session.add(
            SaveRow(
                id=new_id(), client_id=new_id(), response_id=response, revision=1, section="s", version=1,
                language="en", wording=None, mode=Mode.SELF, by_staff=None, client_at=None,
                recorded_at=runtime.clock(), payload_hash="", late=False,
            )
        )  # fmt: skip


def progress(runtime: Runtime, since: dt.datetime | None) -> tuple[int, int]:
    with runtime.database.reading() as session:
        found = releases.progress(session, HERE, since)
    return found.people, found.new_or_changed


def test_who_is_new_or_changed(runtime: Runtime, clock: Clock) -> None:
    assert progress(runtime, None) == (0, 0)
    people = [factories.create_participant(runtime) for _ in range(6)]
    early, changed, _, late, leaver, midway = people
    first = [answer(runtime, each) for each in (early, changed, people[2], leaver)]
    answer(runtime, midway, state=ResponseState.STARTED)
    assert progress(runtime, None) == (4, 4)
    since = runtime.clock()
    with runtime.database.reading() as session:
        sent = releases.submissions(session, HERE, "backfill")
        assert sent == {(each.id, 1): since for each in (early, changed, people[2], leaver)}
        assert releases.submissions(session, HERE, "employee") == {}
    assert progress(runtime, since) == (4, 0)
    clock.now += dt.timedelta(days=1)
    answer(runtime, late)
    assert progress(runtime, since) == (5, 1)
    save(runtime, first[1])
    assert progress(runtime, since) == (5, 2)
    with runtime.database.writing() as session:
        participants.withdraw(session, leaver.id, runtime.clock())
        participants.withdraw(session, midway.id, runtime.clock())
    assert progress(runtime, since) == (4, 3), "who left before they had answered was in no release"
    assert progress(runtime, None) == (4, 4)
    with runtime.database.reading() as session:
        assert releases.progress(session, HERE, since).answers_at == runtime.clock()
    assert progress(runtime, runtime.clock()) == (4, 0)


def test_what_decides_whether_touchpoints_collect(runtime: Runtime, clock: Clock) -> None:
    start = runtime.clock()
    with runtime.database.reading() as session:
        assert releases.collecting_facts(session, HERE).cases == {}
    one, two, three, four = (factories.create_participant(runtime) for _ in range(4))
    with runtime.database.reading() as session:
        closes = {case.id: case.closes_at for each in (one, two) for case in cases.cases_of(session, each.id)}
        facts = releases.collecting_facts(session, HERE)
    (end,) = set(closes.values())
    assert end is not None
    assert facts.cases == {("backfill", 1): CasesSoFar(False, end)}
    assert facts.enrolled == {"backfill": start.date()}

    def set_case(participant: Participant, **values: object) -> None:
        with runtime.database.writing() as session:
            session.execute(update(CaseRow).where(CaseRow.participant_id == participant.id).values(**values))

    def so_far() -> CasesSoFar:
        with runtime.database.reading() as session:
            return releases.collecting_facts(session, HERE).cases["backfill", 1]

    set_case(one, closes_at=None)
    assert so_far() == CasesSoFar(True, end)
    answer(runtime, one)
    assert so_far() == CasesSoFar(False, end)
    set_case(two, disposition=Disposition.REFUSAL)
    set_case(three, disposition=Disposition.NOT_ELIGIBLE, closes_at=None)
    assert so_far() == CasesSoFar(False, end), "there is one more who may answer"
    set_case(four, closes_at=end + dt.timedelta(days=9))
    assert so_far() == CasesSoFar(False, end + dt.timedelta(days=9))
    with runtime.database.writing() as session:
        participants.withdraw(session, four.id, runtime.clock())
    assert so_far() == CasesSoFar(False, start), "the one who answered, then"


def test_a_stored_release_names_no_participant(runtime: Runtime) -> None:
    """Its columns are all there is of it: whose answers were counted is in none."""
    from surveyapp.store.tables import ReleasePageRow, ReleaseRow

    people = {"participant_id", "case_id", "response_id", "reference"}
    assert not people & {*ReleaseRow.__table__.columns.keys(), *ReleasePageRow.__table__.columns.keys()}
    targets = {key.target_fullname for table in (ReleaseRow, ReleasePageRow) for key in table.__table__.foreign_keys}
    assert targets == {"staff.id", "release.id"}
    with runtime.database.reading() as session:
        assert session.scalars(select(ReleaseRow)).all() == []
