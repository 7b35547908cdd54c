"""Exports that take longer than a page waits: asked for, made by a worker, taken by whoever asked, and gone."""

from __future__ import annotations

import datetime as dt
import errno
import io
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from surveyapp.domain.audit import AuditAction, Operator
from surveyapp.domain.errors import InputRefused, NotFound, NotPermitted, StateRefused
from surveyapp.domain.exports.dataset import AnswerExport, ExportShape
from surveyapp.domain.exports.jobs import KEPT_FOR, LEASE, LISTED_FOR, MOST_OPEN, ExportRequest, ExportState
from surveyapp.domain.staff import Role, Scope
from surveyapp.reports.exports import folder
from surveyapp.services import worker
from surveyapp.services.exports import jobs
from surveyapp.services.exports.jobs import ExportStand
from surveyapp.services.exports.packing import PackExport
from surveyapp.services.privacy import erasing
from surveyapp.services.runtime import Runtime
from surveyapp.services.sealed_files import export_files
from surveyapp.services.work import Desk
from surveyapp.store import participants, staff
from surveyapp.store.answering import export_jobs as store
from surveyapp.store.participants import Sealed
from surveyapp.store.security import audit
from tests import factories, versioned
from tests.conftest import Clock

PURPOSE = "To look at each answer"
ASKED = ExportRequest(shape=ExportShape.RESPONSES, form="csv", purpose=PURPOSE)


@pytest.fixture
def cafe(sqlite_url: str, clock: Clock, tmp_path: Path) -> Iterator[Runtime]:
    made = versioned.create_three_touchpoints(sqlite_url, clock, tmp_path / "q")
    yield made
    made.database.dispose()


@pytest.fixture
def desk(cafe: Runtime) -> Desk:
    return Desk(cafe, factories.create_staff(cafe, Role.EXPORT_ANSWERS, study=versioned.NAME))


def asked(desk: Desk, request: ExportRequest = ASKED) -> uuid.UUID:
    jobs.ask(desk, versioned.NAME, request)
    return stand(desk).job.id


def stand(desk: Desk) -> ExportStand:
    """How what was asked for last stands."""
    return jobs.own(desk, versioned.NAME).stands[0]


def work(runtime: Runtime, pack: PackExport = folder.pack) -> None:
    worker.round_of(factories.operator(runtime), ["exports"], pack=pack)


def refused(desk: Desk, job: uuid.UUID) -> str:
    with pytest.raises(StateRefused) as why:
        jobs.take(desk, versioned.NAME, job)
    return str(why.value)


def kept(runtime: Runtime) -> list[str]:
    return sorted(each.name for each in (runtime.settings.cache / "exports").glob("*"))


def entries(runtime: Runtime) -> list[tuple[AuditAction, object]]:
    ours = {AuditAction.EXPORT_ASKED, AuditAction.ANSWERS_EXPORTED, AuditAction.EXPORT_TAKEN}
    with runtime.database.reading() as session:
        return [(each.action, each.detail["purpose"]) for each in audit.entries(session) if each.action in ours]


def leave(runtime: Runtime, reference: str, *, erased: bool) -> None:
    with Desk(runtime, Operator()).writing() as at_work:
        scope = Scope(versioned.NAME, runtime.origin)
        person = participants.participant_by_reference(at_work.session, scope, reference, at_work.now.date())
        assert person is not None
        if erased:
            erasing.erase(at_work, person)
        else:
            participants.withdraw(at_work.session, person.id, at_work.now)


def test_what_was_asked_for_is_made_taken_by_whoever_asked_and_gone_after_a_day(
    cafe: Runtime, desk: Desk, clock: Clock
) -> None:
    job = asked(desk)
    assert (stand(desk).job.state, jobs.own(desk, versioned.NAME).worked) == (ExportState.WAITING, False)
    assert "not ready yet" in refused(desk, job)
    work(cafe)
    made = stand(desk).job
    assert (made.state, made.done, jobs.own(desk, versioned.NAME).worked) == (ExportState.READY, made.rows, True)
    taken = jobs.take(desk, versioned.NAME, job)
    with zipfile.ZipFile(taken.content) as archive:
        assert len([name for name in archive.namelist() if name.endswith("_first.csv")]) == 1
    assert taken.name.startswith("cafe_live_")
    taken.content.close()
    assert entries(cafe) == [
        (AuditAction.EXPORT_ASKED, PURPOSE),
        (AuditAction.ANSWERS_EXPORTED, PURPOSE),
        (AuditAction.EXPORT_TAKEN, PURPOSE),
    ]
    # Nobody else takes it, and nothing of it can be read where it lies.
    other = Desk(cafe, factories.create_staff(cafe, Role.EXPORT_ANSWERS, study=versioned.NAME, email="b@example.org"))
    with pytest.raises(NotFound):
        jobs.take(other, versioned.NAME, job)
    assert jobs.own(other, versioned.NAME).stands == ()
    lying = b"".join(each.read_bytes() for each in (cafe.settings.cache / "exports").iterdir())
    assert len(kept(cafe)) == 2
    assert lying.startswith(b"age-encryption.org/v1")
    assert b"PK\x03\x04" not in lying
    clock.forward(hours=KEPT_FOR / dt.timedelta(hours=1))
    assert "its day is over" in refused(desk, job)
    assert (stand(desk).job.state, kept(cafe)) == (ExportState.GONE, [])
    clock.forward(hours=LISTED_FOR / dt.timedelta(hours=1))
    assert jobs.own(desk, versioned.NAME).stands == ()


@pytest.mark.parametrize("erased", [False, True])
def test_a_file_with_somebody_who_left_since_is_void(cafe: Runtime, desk: Desk, erased: bool) -> None:
    job = asked(desk)
    work(cafe)
    leave(cafe, "GU-0001", erased=erased)
    if erased:  # at once, whoever takes it or not
        assert (stand(desk).job.state, kept(cafe)) == (ExportState.VOID, [])
    assert "has left since" in refused(desk, job)
    assert (stand(desk).job.state, kept(cafe)) == (ExportState.VOID, [])
    again = asked(desk)
    work(cafe)
    jobs.take(desk, versioned.NAME, again).content.close()


def test_somebody_erased_while_it_is_made_is_not_in_what_is_made(cafe: Runtime, desk: Desk) -> None:
    left: list[str] = []

    def pack(export: AnswerExport, form: str, place: Path, into: IO[bytes]) -> None:
        folder.pack(export, form, place, into)
        if not left:
            left.append("GU-0001")
            leave(cafe, left[0], erased=True)

    asked(desk)
    work(cafe, pack)
    # It was begun anew by the same worker, without them.
    assert (stand(desk).job.state, len(kept(cafe))) == (ExportState.READY, 2)
    before = [each for each in entries(cafe) if each[0] is AuditAction.ANSWERS_EXPORTED]
    assert len(before) == 2


def test_two_workers_make_it_once(cafe: Runtime, desk: Desk) -> None:
    made: list[str] = []

    def pack(export: AnswerExport, form: str, place: Path, into: IO[bytes]) -> None:
        made.append(form)
        work(cafe, pack)  # another worker looks at what waits meanwhile
        folder.pack(export, form, place, into)

    asked(desk)
    work(cafe, pack)
    assert made == ["csv"]
    assert stand(desk).job.state is ExportState.READY


def test_what_a_worker_was_killed_over_is_taken_up_and_in_the_end_given_up(
    cafe: Runtime, desk: Desk, clock: Clock
) -> None:
    def killed(export: AnswerExport, form: str, place: Path, into: IO[bytes]) -> None:
        raise KeyboardInterrupt  # nothing is noted any more, and what lies there stays

    job = asked(desk)
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            work(cafe, killed)
        assert stand(desk).job.state is ExportState.MAKING
        work(cafe)  # too early: it may still be made
        assert stand(desk).job.state is ExportState.MAKING
        clock.forward(seconds=LEASE.total_seconds() + 1)
        assert stand(desk).interrupted or stand(desk).job.state is ExportState.FAILED
    work(cafe)
    assert stand(desk).job.state is ExportState.FAILED
    assert "never came to an end" in refused(desk, job)
    assert kept(cafe) == []
    jobs.throw_away(desk, versioned.NAME, job)
    asked(desk)
    work(cafe)
    assert stand(desk).job.state is ExportState.READY


def test_whoever_lost_it_to_another_writes_nothing(cafe: Runtime, desk: Desk, clock: Clock) -> None:
    def slow(export: AnswerExport, form: str, place: Path, into: IO[bytes]) -> None:
        clock.forward(seconds=LEASE.total_seconds() + 1)
        work(cafe)  # the other takes it up, and ends first
        folder.pack(export, form, place, into)

    job = asked(desk)
    work(cafe, slow)
    assert (stand(desk).job.state, stand(desk).job.tries) == (ExportState.READY, 2)
    jobs.take(desk, versioned.NAME, job).content.close()
    assert len(kept(cafe)) == 2


def test_a_worker_that_is_to_stop_gives_it_back(cafe: Runtime, desk: Desk) -> None:
    asked(desk)
    turns = iter([True, True, True])
    worker.round_of(factories.operator(cafe), ["exports"], lambda: next(turns, False), folder.pack)
    assert (stand(desk).job.state, stand(desk).job.tries, kept(cafe)) == (ExportState.WAITING, 0, [])


def full(export: AnswerExport, form: str, place: Path, into: IO[bytes]) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def broken(export: AnswerExport, form: str, place: Path, into: IO[bytes]) -> None:
    raise ZeroDivisionError("GU-0001 said so")


def refusing(export: AnswerExport, form: str, place: Path, into: IO[bytes]) -> None:
    raise InputRefused(jobs.say("too_many_for_sheet", rows=2_000_000, columns=3), "form")


@pytest.mark.parametrize(
    ("pack", "why"),
    [(full, "No space left on device"), (broken, "no fault of yours"), (refusing, "2000000 rows or 3 columns")],
)
def test_what_could_not_be_made_says_why_and_leaves_nothing(
    cafe: Runtime, desk: Desk, pack: PackExport, why: str
) -> None:
    job = asked(desk)
    work(cafe, pack)
    assert (stand(desk).job.state, kept(cafe)) == (ExportState.FAILED, [])
    assert why in refused(desk, job).replace(",", "")
    assert "GU-0001" not in refused(desk, job)


def test_whoever_may_no_longer_when_it_is_made_gets_none(cafe: Runtime, desk: Desk) -> None:
    asked(desk)
    with cafe.database.writing() as session:
        staff.remove_grants(session, desk.actor.id, desk.actor.grants)  # type: ignore[union-attr]
    work(cafe)
    with cafe.database.reading() as session:
        [job] = store.of_staff(session, desk.actor.id, versioned.NAME)  # type: ignore[union-attr]
    assert job.state is ExportState.FAILED
    assert not [each for each in entries(cafe) if each[0] is AuditAction.ANSWERS_EXPORTED]


def test_the_same_twice_and_more_than_one_needs_are_refused(cafe: Runtime, desk: Desk) -> None:
    asked(desk)
    with pytest.raises(StateRefused, match="the same already"):
        asked(desk, ExportRequest(shape=ASKED.shape, form=ASKED.form, purpose="Another purpose"))
    for form in ("sav", "dta"):
        asked(desk, ExportRequest(shape=ASKED.shape, form=form, purpose=PURPOSE))
    with pytest.raises(StateRefused, match=f"{MOST_OPEN} exports"):
        asked(desk, ExportRequest(shape=ASKED.shape, form="parquet", purpose=PURPOSE))
    for purpose, why in (("", "taken out for"), ("me@example.org", "leave out")):
        with pytest.raises(InputRefused, match=why):
            asked(desk, ExportRequest(shape=ASKED.shape, form="xlsx", purpose=purpose))
    with pytest.raises(InputRefused, match="asks nobody"):
        asked(desk, ExportRequest(shape=ASKED.shape, form="xlsx", purpose=PURPOSE, references=True))
    with pytest.raises(NotFound, match="no release 9"):
        asked(desk, ExportRequest(shape=ASKED.shape, form="xlsx", purpose=PURPOSE, release=9))
    reader = factories.create_staff(cafe, Role.EVALUATOR, study=versioned.NAME, email="e@example.org")
    with pytest.raises(NotPermitted):
        asked(Desk(cafe, reader))


def test_a_file_that_is_not_what_was_written_is_gone(cafe: Runtime, desk: Desk) -> None:
    job = asked(desk)
    work(cafe)
    [lying] = (cafe.settings.cache / "exports").glob(f"*{export_files.ENDING}")
    lying.write_bytes(lying.read_bytes()[:-40])
    assert "Ask for it anew" in refused(desk, job)
    assert (stand(desk).job.state, kept(cafe)) == (ExportState.GONE, [])


def test_what_opens_a_file_opens_no_other(cafe: Runtime, desk: Desk) -> None:
    """The key of one is bound to it: put beside another it opens nothing."""
    job = asked(desk)
    work(cafe)
    with cafe.database.reading() as session:
        key = store.key(session, job)
    assert isinstance(key, Sealed)
    with pytest.raises(export_files.FileGone):
        export_files.unseal(cafe, uuid.uuid4(), stand(desk).job.file or "", key, io.BytesIO())
