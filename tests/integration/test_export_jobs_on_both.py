"""What the store does of exports, on both databases: one at a time has one, and what is over goes."""

from __future__ import annotations

import datetime as dt
import uuid

from surveyapp.domain.exports.dataset import ExportShape
from surveyapp.domain.exports.jobs import KEPT_FOR, LEASE, LISTED_FOR, MOST_TRIES, ExportJob, ExportRequest, ExportState
from surveyapp.domain.staff import Role
from surveyapp.services.runtime import Runtime
from surveyapp.store.answering import export_jobs as store
from surveyapp.store.database import new_id
from surveyapp.store.participants import Sealed
from tests import factories
from tests.conftest import Clock

REQUEST = ExportRequest(shape=ExportShape.WIDE, form="csv", purpose="To see")
WHY = {"code": "export_void", "params": {}}
MADE = store.MadeExport(file="f", name="f.zip", size=3 * 2**31, key=Sealed("first", b"key"))


def asked(runtime: Runtime, staff_id: uuid.UUID) -> uuid.UUID:
    job = ExportJob(
        id=new_id(),
        staff_id=staff_id,
        study=factories.STUDY,
        request=REQUEST,
        language="en",
        state=ExportState.WAITING,
        asked_at=runtime.clock(),
    )
    with runtime.database.writing() as session:
        store.add(session, job)
    return job.id


def states(runtime: Runtime, staff_id: uuid.UUID) -> dict[uuid.UUID, ExportState]:
    with runtime.database.reading() as session:
        return {each.id: each.state for each in store.of_staff(session, staff_id, factories.STUDY)}


def test_an_export_is_one_workers_until_it_is_made_or_falls_silent(runtime: Runtime, clock: Clock) -> None:
    whose = factories.create_staff(runtime, Role.EXPORT_ANSWERS).id
    first = asked(runtime, whose)
    clock.forward(seconds=1)
    second = asked(runtime, whose)
    with runtime.database.writing() as one:
        mine = store.claim(one, "a", clock())
    with runtime.database.writing() as other:
        theirs, nothing = store.claim(other, "b", clock()), store.claim(other, "c", clock())
    assert (mine and mine.id, theirs and theirs.id, nothing) == (first, second, None)
    with runtime.database.writing() as session:
        assert store.going_on(session, first, "a", clock(), 5, 10)
        assert not store.going_on(session, first, "b", clock(), 5, 10)
        assert store.ready(session, first, "a", clock(), MADE)
        assert store.given_back(session, second, "b")
        assert store.files(session) == {"f"}
        assert store.key(session, first) == MADE.key
    found = store.of_one
    with runtime.database.reading() as session:
        made = found(session, whose, factories.STUDY, first)
        assert made is not None
        assert (made.request, made.size, made.done, made.rows) == (REQUEST, MADE.size, 5, 10)
        assert found(session, uuid.uuid4(), factories.STUDY, first) is None
    for tried in range(MOST_TRIES):
        with runtime.database.writing() as session:
            again = store.claim(session, f"d{tried}", clock())
            assert (again and again.id, again and again.tries) == (second, tried + 1)
        clock.forward(seconds=LEASE.total_seconds() + 1)
    with runtime.database.writing() as session:
        assert store.anything_over(session, clock())
        store.over(session, clock(), WHY)
        assert not store.anything_over(session, clock())
    assert states(runtime, whose) == {first: ExportState.READY, second: ExportState.FAILED}
    clock.forward(hours=KEPT_FOR / dt.timedelta(hours=1))
    with runtime.database.writing() as session:
        store.over(session, clock(), WHY)
        assert store.key(session, first) is None
    assert states(runtime, whose) == {first: ExportState.GONE, second: ExportState.FAILED}
    clock.forward(hours=LISTED_FOR / dt.timedelta(hours=1))
    with runtime.database.writing() as session:
        store.over(session, clock(), WHY)
    assert states(runtime, whose) == {}


def test_whoever_is_erased_voids_what_lies_ready_and_lets_the_rest_begin_anew(runtime: Runtime, clock: Clock) -> None:
    whose = factories.create_staff(runtime, Role.EXPORT_ANSWERS).id
    ready, making = asked(runtime, whose), asked(runtime, whose)
    with runtime.database.writing() as session:
        holders = {}
        for holder in ("a", "b"):
            job = store.claim(session, holder, clock())
            assert job is not None
            holders[job.id] = holder
        store.ready(session, ready, holders[ready], clock(), MADE)
        store.void(session, "another", clock(), WHY)
    assert states(runtime, whose) == {ready: ExportState.READY, making: ExportState.MAKING}
    with runtime.database.writing() as session:
        store.void(session, factories.STUDY, clock(), WHY)
        assert not store.ready(session, making, holders[making], clock(), MADE)
        assert (store.key(session, ready), store.files(session)) == (None, set())
    assert states(runtime, whose) == {ready: ExportState.VOID, making: ExportState.WAITING}


def test_whoever_makes_one_says_why_it_failed_and_what_lay_ready_is_ended_or_forgotten(
    runtime: Runtime, clock: Clock
) -> None:
    whose = factories.create_staff(runtime, Role.EXPORT_ANSWERS).id
    failing, ready = asked(runtime, whose), asked(runtime, whose)
    with runtime.database.writing() as session:
        holders = {job.id: holder for holder in "ab" if (job := store.claim(session, holder, clock()))}
        assert not store.failed(session, failing, "another", clock(), WHY)
        assert store.failed(session, failing, holders[failing], clock(), WHY)
        store.end(session, ready, clock(), ExportState.VOID, WHY)
        assert store.ready(session, ready, holders[ready], clock(), MADE)
    assert states(runtime, whose) == {failing: ExportState.FAILED, ready: ExportState.READY}
    with runtime.database.writing() as session:
        store.end(session, ready, clock(), ExportState.VOID, WHY)
        store.remove(session, failing)
        assert (store.key(session, ready), store.files(session)) == (None, set())
    assert states(runtime, whose) == {ready: ExportState.VOID}
