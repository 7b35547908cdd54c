"""Exports that were asked for: one worker at a time has one, and says how far it is."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from surveyapp.domain.exports.jobs import (
    KEPT_FOR,
    LEASE,
    LISTED_FOR,
    MOST_TRIES,
    OPEN,
    ExportJob,
    ExportRequest,
    ExportState,
)
from surveyapp.domain.open_answers.marking import SpanDecision
from surveyapp.domain.staff import Scope
from surveyapp.store.database import rows_changed
from surveyapp.store.participants import Sealed, scoped
from surveyapp.store.tables import CaseRow, ExportJobRow, MarkedSpanRow, ParticipantRow, ResponseRow

_LET_GO: Mapping[str, Any] = {"holder": None, "until": None, "file": None, "key_id": None, "ciphertext": None}
"""What goes with a file, or with whoever made it."""


@dataclass(frozen=True, kw_only=True)
class MadeExport:
    """A file that was made: what it is called where files are kept and by whoever takes it, its size, and what opens
    it, itself sealed."""

    file: str
    name: str
    size: int
    key: Sealed


def add(session: Session, job: ExportJob) -> None:
    """Stores one that was just asked for."""
    session.execute(
        insert(ExportJobRow).values(
            id=job.id,
            staff_id=job.staff_id,
            study=job.study,
            shape=job.request.shape,
            form=job.request.form,
            release=job.request.release,
            references=job.request.references,
            purpose=job.request.purpose,
            language=job.language,
            state=job.state,
            asked_at=job.asked_at,
            tries=0,
            done=0,
            rows=0,
            size=0,
        )
    )


def of_staff(session: Session, staff_id: uuid.UUID, study: str) -> list[ExportJob]:
    """Somebody's of a study, the newest first."""
    query = select(ExportJobRow).where(ExportJobRow.staff_id == staff_id, ExportJobRow.study == study)
    rows = session.scalars(query.order_by(ExportJobRow.asked_at.desc(), ExportJobRow.id.desc()))
    return [_job(row) for row in rows]


def of_one(session: Session, staff_id: uuid.UUID, study: str, job_id: uuid.UUID) -> ExportJob | None:
    """One of somebody's own."""
    query = select(ExportJobRow).where(
        ExportJobRow.id == job_id, ExportJobRow.staff_id == staff_id, ExportJobRow.study == study
    )
    row = session.scalars(query).one_or_none()
    return None if row is None else _job(row)


def claim(session: Session, holder: str, now: dt.datetime) -> ExportJob | None:
    """The one that has waited longest, now this holder's; None where none waits. Two who ask at once are not both given
    the same."""
    free = or_(
        ExportJobRow.state == ExportState.WAITING,
        and_(ExportJobRow.state == ExportState.MAKING, ExportJobRow.until < now),
    )
    waiting = select(ExportJobRow.id).where(free).order_by(ExportJobRow.asked_at, ExportJobRow.id)
    for job_id in session.scalars(waiting).all():
        if rows_changed(
            session,
            update(ExportJobRow)
            .where(ExportJobRow.id == job_id, free)
            .values(
                state=ExportState.MAKING,
                holder=holder,
                until=now + LEASE,
                began_at=now,
                done=0,
                rows=0,
                tries=ExportJobRow.tries + 1,
            )
            .execution_options(synchronize_session=False),
        ):
            return _job(session.get_one(ExportJobRow, job_id, populate_existing=True))
    return None


def going_on(session: Session, job_id: uuid.UUID, holder: str, now: dt.datetime, done: int, rows: int) -> bool:
    """Notes how far the holder is; whether it is still theirs."""
    return _held(session, job_id, holder, {"until": now + LEASE, "done": done, "rows": rows})


def ready(session: Session, job_id: uuid.UUID, holder: str, now: dt.datetime, made: MadeExport) -> bool:
    """Notes that the file is there; whether it was still the holder's."""
    key = {"key_id": made.key.key_id, "ciphertext": made.key.ciphertext}
    about = {"file": made.file, "name": made.name, "size": made.size}
    return _held(session, job_id, holder, {**_LET_GO, "state": ExportState.READY, "ended_at": now, **about, **key})


def given_back(session: Session, job_id: uuid.UUID, holder: str) -> bool:
    """Lets it wait again: the worker stops. That it was begun counts for nothing."""
    waiting = {"state": ExportState.WAITING, "tries": ExportJobRow.tries - 1, "began_at": None}
    return _held(session, job_id, holder, {**_LET_GO, **waiting})


def failed(session: Session, job_id: uuid.UUID, holder: str, now: dt.datetime, why: Mapping[str, Any]) -> bool:
    """Notes why there is no file; whether it was still the holder's."""
    return _held(session, job_id, holder, {**_LET_GO, "state": ExportState.FAILED, "ended_at": now, "why": dict(why)})


def _held(session: Session, job_id: uuid.UUID, holder: str, values: Mapping[str, Any]) -> bool:
    query = update(ExportJobRow).where(
        ExportJobRow.id == job_id, ExportJobRow.holder == holder, ExportJobRow.state == ExportState.MAKING
    )
    query = query.values(**values).execution_options(synchronize_session=False)
    return bool(rows_changed(session, query))


def end(
    session: Session, job_id: uuid.UUID, now: dt.datetime, state: ExportState, why: Mapping[str, Any] | None = None
) -> None:
    """Lets go of the file of one that lay ready."""
    session.execute(
        update(ExportJobRow)
        .where(ExportJobRow.id == job_id, ExportJobRow.state == ExportState.READY)
        .values(state=state, ended_at=now, why=None if why is None else dict(why), **_LET_GO)
        .execution_options(synchronize_session=False)
    )


def remove(session: Session, job_id: uuid.UUID) -> None:
    """Forgets one, whatever becomes of it; whoever makes it finds that it is no longer theirs."""
    session.execute(delete(ExportJobRow).where(ExportJobRow.id == job_id))


def remove_all(session: Session) -> None:
    """Forgets everybody's."""
    session.execute(delete(ExportJobRow))


def void(session: Session, study: str, now: dt.datetime, why: Mapping[str, Any]) -> None:
    """Lets go of every file of a study that lies ready, and lets what is being made begin anew: somebody may be in it
    who was just erased."""
    mine = update(ExportJobRow).where(ExportJobRow.study == study).execution_options(synchronize_session=False)
    session.execute(
        mine.where(ExportJobRow.state == ExportState.READY).values(
            state=ExportState.VOID, ended_at=now, why=dict(why), **_LET_GO
        )
    )
    session.execute(
        mine.where(ExportJobRow.state == ExportState.MAKING).values(
            state=ExportState.WAITING, began_at=None, tries=0, **_LET_GO
        )
    )


def anything_over(session: Session, now: dt.datetime) -> bool:
    """Whether `over` would change anything."""
    query = select(ExportJobRow.id).where(or_(*_over(now).values())).limit(1)
    return session.execute(query).first() is not None


def over(session: Session, now: dt.datetime, why: Mapping[str, Any]) -> None:
    """Lets go of files whose time is over, gives up what was begun too often, and forgets what ended long ago."""
    which = _over(now)
    ended = {"ended_at": now, **_LET_GO}
    for state, values in (
        (ExportState.GONE, {"state": ExportState.GONE, **ended}),
        (ExportState.FAILED, {"state": ExportState.FAILED, "why": dict(why), **ended}),
    ):
        query = update(ExportJobRow).where(which[state]).values(**values)
        session.execute(query.execution_options(synchronize_session=False))
    session.execute(delete(ExportJobRow).where(which[None]).execution_options(synchronize_session=False))


def _over(now: dt.datetime) -> dict[ExportState | None, ColumnElement[bool]]:
    """Which are to become what; None: forgotten."""
    state, ended = ExportJobRow.state, ExportJobRow.ended_at
    silent = and_(state == ExportState.MAKING, ExportJobRow.until < now)
    return {
        ExportState.GONE: and_(state == ExportState.READY, ended <= now - KEPT_FOR),
        ExportState.FAILED: and_(silent, ExportJobRow.tries >= MOST_TRIES),
        None: and_(state.not_in(list(OPEN)), ended <= now - LISTED_FOR),
    }


def files(session: Session) -> set[str]:
    """The files that belong to something: those that lie ready, and what is being made is called by its holder."""
    found = set(session.scalars(select(ExportJobRow.file).where(ExportJobRow.file.is_not(None))))
    holders = session.scalars(select(ExportJobRow.holder).where(ExportJobRow.holder.is_not(None)))
    return {each for each in (*found, *holders) if each is not None}


def key(session: Session, job_id: uuid.UUID) -> Sealed | None:
    """What opens the file of one, itself sealed."""
    row = session.get(ExportJobRow, job_id)
    return Sealed(row.key_id, row.ciphertext) if row and row.key_id and row.ciphertext else None


def words_redacted(session: Session, scope: Scope, since: dt.datetime) -> bool:
    """Whether somebody's words in scope were redacted after a moment."""
    query = scoped(
        select(func.count())
        .select_from(MarkedSpanRow)
        .join(ResponseRow, ResponseRow.id == MarkedSpanRow.response_id)
        .join(CaseRow, CaseRow.id == ResponseRow.case_id)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id),
        scope,
    ).where(MarkedSpanRow.at > since, MarkedSpanRow.decision == SpanDecision.REDACTED)
    return bool(session.scalars(query).one())


def _job(row: ExportJobRow) -> ExportJob:
    request = ExportRequest(
        shape=row.shape, form=row.form, purpose=row.purpose, release=row.release, references=row.references
    )
    return ExportJob(
        id=row.id,
        staff_id=row.staff_id,
        study=row.study,
        request=request,
        language=row.language,
        state=row.state,
        asked_at=row.asked_at,
        tries=row.tries,
        holder=row.holder,
        until=row.until,
        began_at=row.began_at,
        done=row.done,
        rows=row.rows,
        ended_at=row.ended_at,
        file=row.file,
        name=row.name,
        size=row.size,
        why=row.why,
    )
