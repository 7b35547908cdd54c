"""Long jobs that staff asked for: one process at a time has one, and says how far it is."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, func, insert, literal, null, or_, select, update
from sqlalchemy.orm import Session

from surveyapp.domain.jobs.long_jobs import LEASE, LISTED_FOR, MOST_TRIES, OPEN_JOBS, JobKind, JobState, LongJob
from surveyapp.store.database import rows_changed
from surveyapp.store.tables import LongJobRow, StaffRow

_LET_GO: Mapping[str, Any] = {"holder": None, "until": None}


def lock(session: Session, study: str) -> None:
    """Lets one unit of work at a time ask for something in a study, until it ends. On SQLite only one writes anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"jobs {study}"))))


def add(session: Session, job: LongJob, holder: str | None = None) -> None:
    """Stores one that was just asked for; with a `holder`, who does it at once."""
    session.execute(
        insert(LongJobRow).values(
            id=job.id,
            kind=job.kind,
            study=job.study,
            subject=job.subject,
            version=job.version,
            staff_id=job.staff_id,
            state=job.state,
            asked_at=job.asked_at,
            total=job.total,
            done=0,
            changed=0,
            refused=0,
            tries=0,
            holder=holder,
            until=job.until,
        )
    )


def newest(session: Session, study: str, kind: JobKind, subject: str) -> LongJob | None:
    """The one that was asked for last."""
    mine = (LongJobRow.study == study, LongJobRow.kind == kind, LongJobRow.subject == subject)
    return _first(session, *mine)


def under_way(session: Session, study: str, kind: JobKind) -> list[LongJob]:
    """Those of a study that are not through, the longest waiting first."""
    query = _QUERY.where(
        LongJobRow.study == study, LongJobRow.kind == kind, LongJobRow.state.in_(list(OPEN_JOBS))
    ).order_by(LongJobRow.asked_at, LongJobRow.id)
    return [_job(row.LongJobRow, row.name) for row in session.execute(query)]


def anything_to_do(session: Session, now: dt.datetime) -> bool:
    """Whether one waits, or whoever did it has fallen silent."""
    return session.execute(select(LongJobRow.id).where(_free(now)).limit(1)).first() is not None


def waiting_since(session: Session, now: dt.datetime) -> dt.datetime | None:
    """Since when the longest waiting has waited that nobody does; None where there is none."""
    since = func.coalesce(LongJobRow.until, LongJobRow.asked_at)
    return session.scalar(select(since).where(_free(now)).order_by(since).limit(1))


def claim(session: Session, holder: str, now: dt.datetime) -> LongJob | None:
    """The one that has waited longest, now this holder's; None where none waits. Two who ask at once are not both given
    the same."""
    waiting = select(LongJobRow.id).where(_free(now)).order_by(LongJobRow.asked_at, LongJobRow.id)
    for job_id in session.scalars(waiting).all():
        mine = update(LongJobRow).where(LongJobRow.id == job_id, _free(now))
        begun = {"state": JobState.DOING, "holder": holder, "until": now + LEASE, "tries": LongJobRow.tries + 1}
        if rows_changed(session, mine.values(**begun).execution_options(synchronize_session=False)):
            return _first(session, LongJobRow.id == job_id)
    return None


def begin(session: Session, job_id: uuid.UUID, holder: str, now: dt.datetime, left: int) -> bool:
    """Notes how many are left, whom those before have not seen to; whether it is still the holder's. Whoever could not
    be seen to is tried again."""
    total = case((LongJobRow.total < left, left), else_=LongJobRow.total)
    counted = {"total": total, "done": total - left, "refused": 0, "why": null()}
    return _held(session, job_id, holder, {"until": now + LEASE, **counted})


def going_on(session: Session, job_id: uuid.UUID, holder: str, now: dt.datetime) -> bool:
    """Notes that the holder lives; whether it is still theirs."""
    return _held(session, job_id, holder, {"until": now + LEASE})


def went_on(session: Session, job_id: uuid.UUID, holder: str, now: dt.datetime, changed: int) -> bool:
    """Notes that one more is through; whether it is still the holder's."""
    further = {"done": LongJobRow.done + 1, "changed": LongJobRow.changed + changed, "tries": 0}
    return _held(session, job_id, holder, {"until": now + LEASE, **further})


def refused(session: Session, job_id: uuid.UUID, holder: str, now: dt.datetime, why: Mapping[str, Any]) -> bool:
    """Notes that one could not be seen to, and why the first could not; whether it is still the holder's."""
    first = {} if _first_why(session, job_id) else {"why": dict(why)}
    further = {"done": LongJobRow.done + 1, "refused": LongJobRow.refused + 1, "tries": 0}
    return _held(session, job_id, holder, {"until": now + LEASE, **further, **first})


def given_back(session: Session, job_id: uuid.UUID, holder: str) -> bool:
    """Lets it wait again: the worker stops. That it was begun counts for nothing."""
    tries = case((LongJobRow.tries > 0, LongJobRow.tries - 1), else_=0)
    return _held(session, job_id, holder, {**_LET_GO, "state": JobState.WAITING, "tries": tries})


def through(session: Session, job_id: uuid.UUID, holder: str, now: dt.datetime) -> bool:
    """Notes that nothing is left to do; whether it was still the holder's."""
    done, failed = (literal(each, LongJobRow.state.type) for each in (JobState.DONE, JobState.FAILED))
    state = case((LongJobRow.refused > 0, failed), else_=done)
    return _held(session, job_id, holder, {**_LET_GO, "state": state, "ended_at": now})


def failed(session: Session, job_id: uuid.UUID, holder: str, now: dt.datetime, why: Mapping[str, Any]) -> bool:
    """Notes why it was ended; whether it was still the holder's."""
    return _held(session, job_id, holder, {**_LET_GO, "state": JobState.FAILED, "ended_at": now, "why": dict(why)})


def anything_over(session: Session, now: dt.datetime) -> bool:
    """Whether `over` would change anything."""
    return session.execute(select(LongJobRow.id).where(or_(_given_up(now), _old(now))).limit(1)).first() is not None


def over(session: Session, now: dt.datetime, why: Mapping[str, Any]) -> None:
    """Gives up what was begun too often without getting further, and forgets what ended long ago."""
    ended = {**_LET_GO, "state": JobState.FAILED, "ended_at": now, "why": dict(why)}
    query = update(LongJobRow).where(_given_up(now)).values(**ended)
    session.execute(query.execution_options(synchronize_session=False))
    session.execute(delete(LongJobRow).where(_old(now)).execution_options(synchronize_session=False))


def remove_idle(session: Session, study: str, kind: JobKind, subject: str, now: dt.datetime) -> bool:
    """Forgets what was asked for of something; False, and nothing is, where somebody is at it."""
    mine = (LongJobRow.study == study, LongJobRow.kind == kind, LongJobRow.subject == subject)
    session.execute(
        delete(LongJobRow)
        .where(*mine, or_(_free(now), LongJobRow.state.not_in(list(OPEN_JOBS))))
        .execution_options(synchronize_session=False)
    )
    return session.execute(select(LongJobRow.id).where(*mine).limit(1)).first() is None


def remove_all(session: Session) -> None:
    """Forgets everybody's."""
    session.execute(delete(LongJobRow))


def _free(now: dt.datetime) -> ColumnElement[bool]:
    silent = and_(LongJobRow.state == JobState.DOING, LongJobRow.until < now)
    return or_(LongJobRow.state == JobState.WAITING, silent)


def _given_up(now: dt.datetime) -> ColumnElement[bool]:
    silent = and_(LongJobRow.state == JobState.DOING, LongJobRow.until < now)
    return and_(silent, LongJobRow.tries >= MOST_TRIES)


def _old(now: dt.datetime) -> ColumnElement[bool]:
    return and_(LongJobRow.state.not_in(list(OPEN_JOBS)), LongJobRow.ended_at <= now - LISTED_FOR)


def _held(session: Session, job_id: uuid.UUID, holder: str, values: Mapping[str, Any]) -> bool:
    query = update(LongJobRow).where(
        LongJobRow.id == job_id, LongJobRow.holder == holder, LongJobRow.state == JobState.DOING
    )
    query = query.values(**values).execution_options(synchronize_session=False)
    return bool(rows_changed(session, query))


def _first_why(session: Session, job_id: uuid.UUID) -> Any:
    return session.scalar(select(LongJobRow.why).where(LongJobRow.id == job_id))


_QUERY = select(LongJobRow, StaffRow.name).join(StaffRow, StaffRow.id == LongJobRow.staff_id)


def _first(session: Session, *which: ColumnElement[bool]) -> LongJob | None:
    query = _QUERY.where(*which).order_by(LongJobRow.asked_at.desc(), LongJobRow.id.desc()).limit(1)
    row = session.execute(query.execution_options(populate_existing=True)).first()
    return None if row is None else _job(row.LongJobRow, row.name)


def _job(row: LongJobRow, name: str) -> LongJob:
    return LongJob(
        id=row.id,
        kind=row.kind,
        study=row.study,
        subject=row.subject,
        version=row.version,
        staff_id=row.staff_id,
        staff_name=name,
        state=row.state,
        asked_at=row.asked_at,
        total=row.total,
        done=row.done,
        changed=row.changed,
        refused=row.refused,
        until=row.until,
        ended_at=row.ended_at,
        why=row.why,
    )
