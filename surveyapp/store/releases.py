"""Releases, what they are made of, and what decides whether one may be made."""

from __future__ import annotations

import datetime as dt
import uuid
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from surveyapp.domain.fieldwork.cases import ENDED
from surveyapp.domain.releases import CasesSoFar, CollectingFacts, Release, ReleaseTerms, TouchpointKey
from surveyapp.domain.responses import ResponseState
from surveyapp.domain.staff import Scope
from surveyapp.store import windows
from surveyapp.store.database import rows_changed
from surveyapp.store.participants import scoped
from surveyapp.store.results import forget_pages, released_state
from surveyapp.store.tables import (
    CaseRow,
    ParticipantRow,
    ReleasePageRow,
    ReleaseRow,
    ResponseRow,
    SaveRow,
    StaffRow,
)

_TERMS = TypeAdapter(ReleaseTerms)


class NumberTaken(Exception):
    """Another release of the study got the number in the meantime."""


@dataclass(frozen=True)
class AnswersSince:
    """How far the answers of a study have come since a moment: how many people have answered, how many of them are new
    or changed, or have left, and when the newest answer came (None: nobody has answered)."""

    people: int
    new_or_changed: int
    answers_at: dt.datetime | None


def add(session: Session, release: Release, made_by: uuid.UUID | None, pages: Mapping[str, bytes], log: str) -> None:
    """Stores a release with its pages (JSON, by key): in one unit of work, so that it is there whole or not at all.
    Raises NumberTaken."""
    row = ReleaseRow(
        id=release.id,
        study=release.study,
        origin=release.origin,
        number=release.number,
        cut_at=release.cut_at,
        answers_at=release.answers_at,
        made_by=made_by,
        people=release.people,
        new_or_changed=release.new_or_changed,
        terms=_TERMS.dump_python(release.terms, mode="json"),
        versions={name: list(versions) for name, versions in release.versions.items()},
        collecting={
            f"{group}.{number}": end.isoformat() if end else None for (group, number), end in release.collecting.items()
        },
        log=zlib.compress(log.encode()),
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise NumberTaken from error
    session.add_all(
        ReleasePageRow(release_id=release.id, key=key, body=zlib.compress(body)) for key, body in pages.items()
    )
    session.flush()


def releases(session: Session, scope: Scope) -> list[Release]:
    """Every release of a study, the newest first."""
    rows = session.execute(
        select(ReleaseRow, StaffRow.name)
        .outerjoin(StaffRow, StaffRow.id == ReleaseRow.made_by)
        .where(ReleaseRow.study == scope.study, ReleaseRow.origin == scope.origin)
        .order_by(ReleaseRow.number.desc())
    )
    return [_release(row.ReleaseRow, row.name) for row in rows]


def release(session: Session, scope: Scope, number: int | None = None) -> Release | None:
    """One of them; the newest without a number."""
    query = (
        select(ReleaseRow, StaffRow.name)
        .outerjoin(StaffRow, StaffRow.id == ReleaseRow.made_by)
        .where(ReleaseRow.study == scope.study, ReleaseRow.origin == scope.origin)
        .order_by(ReleaseRow.number.desc())
        .limit(1)
    )
    if number is not None:
        query = query.where(ReleaseRow.number == number)
    row = session.execute(query).one_or_none()
    return None if row is None else _release(row.ReleaseRow, row.name)


def how_many(session: Session, scope: Scope) -> tuple[int, dt.datetime | None]:
    """How many releases a study has, and when the newest was made."""
    query = select(func.count(), func.max(ReleaseRow.cut_at))
    query = query.where(ReleaseRow.study == scope.study, ReleaseRow.origin == scope.origin)
    count, newest = session.execute(query).one()
    return count, newest


def log(session: Session, release_id: uuid.UUID) -> str:
    """What gave way in a release and why, as it was stored."""
    return zlib.decompress(
        session.execute(select(ReleaseRow.log).where(ReleaseRow.id == release_id)).scalar_one()
    ).decode()


def page(session: Session, release_id: uuid.UUID, key: str) -> bytes | None:
    """A page's JSON; None where the release has none of this, or no longer."""
    body = session.scalars(
        select(ReleasePageRow.body).where(ReleasePageRow.release_id == release_id, ReleasePageRow.key == key)
    ).one_or_none()
    return None if body is None else zlib.decompress(body)


def some_pages(session: Session, release_id: uuid.UUID, keys: Collection[str]) -> dict[str, bytes]:
    """Of these pages, those that the release has and that were not taken down."""
    rows = session.execute(
        select(ReleasePageRow.key, ReleasePageRow.body).where(
            ReleasePageRow.release_id == release_id, ReleasePageRow.key.in_(keys), ReleasePageRow.body.is_not(None)
        )
    )
    return {row.key: zlib.decompress(row.body) for row in rows}


def pages(session: Session, release_id: uuid.UUID) -> dict[str, bytes | None]:
    """Every page's JSON by key, in order; None for those that were taken down."""
    rows = session.execute(
        select(ReleasePageRow.key, ReleasePageRow.body)
        .where(ReleasePageRow.release_id == release_id)
        .order_by(ReleasePageRow.key)
    )
    return {row.key: None if row.body is None else zlib.decompress(row.body) for row in rows}


def take_down(session: Session, release_id: uuid.UUID, keys: Collection[str], at: dt.datetime) -> int:
    """Deletes what some pages of a release say, for good; that they were there stays. Returns how many had been read
    until now."""
    forget_pages(session, released_state(release_id))
    return rows_changed(
        session,
        update(ReleasePageRow)
        .where(
            ReleasePageRow.release_id == release_id,
            ReleasePageRow.key.in_(keys),
            ReleasePageRow.taken_down_at.is_(None),
        )
        .values(body=None, taken_down_at=at),
    )


def taken_down(session: Session, release_id: uuid.UUID) -> int:
    """How many pages of a release were taken down."""
    query = select(func.count()).where(
        ReleasePageRow.release_id == release_id, ReleasePageRow.taken_down_at.is_not(None)
    )
    return session.scalars(query).one()


def progress(session: Session, scope: Scope, since: dt.datetime | None) -> AnswersSince:
    """How far the answers have come since a release was cut (None: there was none). People count as changed who handed
    something in since, saved into what they had handed in, or withdrew after they had."""
    sent = func.max(func.coalesce(ResponseRow.sent_again_at, ResponseRow.submitted_at)).label("sent")
    # Of everybody at once: asked person by person, SQLite looks through all that was handed in for each.
    answered = _handed_in(CaseRow.participant_id, sent).group_by(CaseRow.participant_id).subquery()
    here = ParticipantRow.withdrawn_at.is_(None)
    changed: ColumnElement[bool] = here
    if since is not None:
        saved = ParticipantRow.id.in_(
            _handed_in(CaseRow.participant_id)
            .join(SaveRow, SaveRow.response_id == ResponseRow.id)
            # What is saved into answers that are open again, or too late, counts once they are sent.
            .where(SaveRow.recorded_at > since, SaveRow.late.is_(False), ResponseRow.reopened_at.is_(None))
        )
        changed = or_(and_(here, or_(answered.c.sent > since, saved)), ParticipantRow.withdrawn_at > since)
    row = session.execute(
        scoped(
            select(func.count(case((here, 1))).label("people"), func.count(case((changed, 1))).label("changed"))
            .select_from(ParticipantRow)
            .join(answered, answered.c.participant_id == ParticipantRow.id),
            scope,
        )
    ).one()
    newest = session.scalars(
        scoped(
            select(func.max(ResponseRow.submitted_at))
            .join(CaseRow, CaseRow.id == ResponseRow.case_id)
            .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id),
            scope,
        ).where(ResponseRow.state == ResponseState.SUBMITTED, here)
    ).one()
    return AnswersSince(row.people, row.changed, newest)


def collecting_facts(session: Session, scope: Scope) -> CollectingFacts:
    """What decides whether a study's touchpoints collect. Two queries, however many cases. Those of people who
    withdrew, refused or are not eligible hold nothing open: nobody answers them. Those that a pause holds open may be
    answered once it is over, and nobody can say until when."""
    submitted = ResponseRow.state == ResponseState.SUBMITTED
    nobody = CaseRow.disposition.in_(ENDED)
    unsent = or_(ResponseRow.state.is_(None), ~submitted, ResponseRow.reopened_at.is_not(None))
    waiting, ends = and_(unsent, ~nobody), windows.ends_at(CaseRow)
    query = (
        select(
            ParticipantRow.group_id,
            CaseRow.touchpoint,
            func.max(case((and_(waiting, ends.is_(None)), 1), else_=0)).label("open_ended"),
            func.max(case((waiting, ends))).label("closes"),
            func.max(case((submitted, ResponseRow.submitted_at))).label("submitted"),
        )
        .select_from(CaseRow)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
        .outerjoin(ResponseRow, ResponseRow.case_id == CaseRow.id)
        .where(ParticipantRow.withdrawn_at.is_(None))
        .group_by(ParticipantRow.group_id, CaseRow.touchpoint)
    )
    cases: dict[TouchpointKey, CasesSoFar] = {}
    for row in session.execute(scoped(query, scope)):
        last = [each for each in (row.closes, row.submitted) if each is not None]
        cases[row.group_id, row.touchpoint] = CasesSoFar(bool(row.open_ended), max(last, default=None))
    enrolled = scoped(
        select(ParticipantRow.group_id, func.max(ParticipantRow.enrolled_on).label("last")).group_by(
            ParticipantRow.group_id
        ),
        scope,
    )
    return CollectingFacts(cases, {row.group_id: row.last for row in session.execute(enrolled)})


def submissions(session: Session, scope: Scope, group: str) -> dict[tuple[uuid.UUID, int], dt.datetime]:
    """When somebody of a group handed in a touchpoint's answers."""
    query = (
        select(CaseRow.participant_id, CaseRow.touchpoint, ResponseRow.submitted_at)
        .join(CaseRow, CaseRow.id == ResponseRow.case_id)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
        .where(ResponseRow.state == ResponseState.SUBMITTED, ParticipantRow.group_id == group)
    )
    rows = session.execute(scoped(query, scope))
    return {(row.participant_id, row.touchpoint): row.submitted_at for row in rows}


def _handed_in(*columns: Any) -> Select[Any]:
    """Columns of the responses that were handed in, and of their cases."""
    return (
        select(*columns)
        .select_from(ResponseRow)
        .join(CaseRow, CaseRow.id == ResponseRow.case_id)
        .where(ResponseRow.state == ResponseState.SUBMITTED)
    )


def _release(row: ReleaseRow, made_by: str | None) -> Release:
    collecting = {}
    for key, end in row.collecting.items():
        group, _, number = key.rpartition(".")
        collecting[group, int(number)] = dt.datetime.fromisoformat(end) if end else None
    return Release(
        id=row.id,
        study=row.study,
        origin=row.origin,
        number=row.number,
        cut_at=row.cut_at,
        answers_at=row.answers_at,
        made_by=made_by,
        people=row.people,
        new_or_changed=row.new_or_changed,
        terms=_TERMS.validate_python(row.terms),
        versions=row.versions,
        collecting=collecting,
    )
