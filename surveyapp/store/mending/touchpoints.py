"""What was done to touchpoints, and many cases changed at once."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session, aliased

from surveyapp.domain.fieldwork.cases import Case
from surveyapp.domain.fieldwork.touchpoint_changes import (
    ChangedCase,
    StandingCase,
    TouchpointChange,
    TouchpointChangeKind,
    TouchpointStanding,
    standing_now,
)
from surveyapp.domain.staff import Scope
from surveyapp.store import cases as store
from surveyapp.store import results
from surveyapp.store.database import table_of
from surveyapp.store.participants import scoped
from surveyapp.store.tables import (
    AccessRow,
    CaseRow,
    ChangedCaseRow,
    LeaseRow,
    ParticipantRow,
    ResponseRow,
    SaveRow,
    StaffRow,
    TouchpointChangeRow,
)


def changes(session: Session, study: str) -> list[TouchpointChange]:
    """What was done to a study's touchpoints, the newest first."""
    ended_by = aliased(StaffRow)
    rows = session.execute(
        select(TouchpointChangeRow, StaffRow.name, ended_by.name.label("ended_by_name"))
        .outerjoin(StaffRow, StaffRow.id == TouchpointChangeRow.by_staff)
        .outerjoin(ended_by, ended_by.id == TouchpointChangeRow.ended_by)
        .where(TouchpointChangeRow.study == study)
        .order_by(TouchpointChangeRow.made_at.desc(), TouchpointChangeRow.id.desc())
    )
    return [
        TouchpointChange(
            id=row.TouchpointChangeRow.id,
            study=row.TouchpointChangeRow.study,
            group=row.TouchpointChangeRow.group_id,
            touchpoint=row.TouchpointChangeRow.touchpoint,
            kind=row.TouchpointChangeRow.kind,
            days=row.TouchpointChangeRow.days,
            made_at=row.TouchpointChangeRow.made_at,
            by_staff=row.TouchpointChangeRow.by_staff,
            by_name=row.name,
            ended_at=row.TouchpointChangeRow.ended_at,
            ended_by_name=row.ended_by_name,
        )
        for row in rows
    ]


def standings(session: Session, study: str) -> Mapping[tuple[str, int], TouchpointStanding]:
    """How the touchpoints of a study stand to which something was done. Read once a session, until it changes them."""
    kept: dict[str, Mapping[tuple[str, int], TouchpointStanding]] = session.info.setdefault(_KEPT, {})
    if study not in kept:
        by_key: dict[tuple[str, int], list[TouchpointChange]] = {}
        for each in changes(session, study):
            by_key.setdefault((each.group, each.touchpoint), []).append(each)
        kept[study] = {key: standing_now(several) for key, several in by_key.items()}
    return kept[study]


_KEPT = "standing touchpoints"


def add(session: Session, change: TouchpointChange) -> None:
    session.add(
        TouchpointChangeRow(
            id=change.id,
            study=change.study,
            group_id=change.group,
            touchpoint=change.touchpoint,
            kind=change.kind,
            days=change.days,
            made_at=change.made_at,
            by_staff=change.by_staff,
            ended_at=None,
            ended_by=None,
        )
    )
    session.flush()
    session.info.pop(_KEPT, None)


def end(session: Session, change_id: uuid.UUID, at: dt.datetime, by_staff: uuid.UUID | None) -> None:
    """Says that a change holds no longer."""
    session.execute(
        update(TouchpointChangeRow).where(TouchpointChangeRow.id == change_id).values(ended_at=at, ended_by=by_staff)
    )
    session.info.pop(_KEPT, None)


def end_pause(
    session: Session, study: str, group: str, touchpoint: int, at: dt.datetime, by_staff: uuid.UUID | None
) -> None:
    """Says that a touchpoint is paused no longer."""
    session.execute(
        update(TouchpointChangeRow)
        .where(
            TouchpointChangeRow.study == study,
            TouchpointChangeRow.group_id == group,
            TouchpointChangeRow.touchpoint == touchpoint,
            TouchpointChangeRow.kind == TouchpointChangeKind.PAUSED,
            TouchpointChangeRow.ended_at.is_(None),
        )
        .values(ended_at=at, ended_by=by_staff)
    )
    session.info.pop(_KEPT, None)


def lock_cases_at(session: Session, scope: Scope, group: str, touchpoint: int) -> None:
    """Locks the cases of a group's touchpoint until the unit of work ends; of a database file all of it is locked."""
    if session.get_bind().dialect.name == "sqlite":
        return
    session.execute(
        scoped(
            select(CaseRow.id).join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id),
            scope,
        )
        .where(ParticipantRow.group_id == group, CaseRow.touchpoint == touchpoint)
        .order_by(CaseRow.id)
        .with_for_update(of=CaseRow)
    ).all()


def standing_cases(
    session: Session, scope: Scope, group: str, touchpoint: int, now: dt.datetime, busy_since: dt.datetime
) -> list[StandingCase]:
    """Every case of a group's touchpoint, by reference. Busy is one that an interviewer holds open, or in which
    something was saved, or that was begun, since `busy_since`. One query."""
    saved = (
        select(func.max(SaveRow.recorded_at)).where(SaveRow.response_id == ResponseRow.id).correlate(ResponseRow)
    ).scalar_subquery()
    rows = session.execute(
        scoped(
            select(
                CaseRow,
                ParticipantRow.reference,
                ParticipantRow.withdrawn_at,
                ResponseRow.state.label("response"),
                ResponseRow.reopened_at,
                ResponseRow.started_at,
                saved.label("saved_at"),
                LeaseRow.until,
            )
            .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
            .outerjoin(ResponseRow, ResponseRow.case_id == CaseRow.id)
            .outerjoin(LeaseRow, LeaseRow.case_id == CaseRow.id),
            scope,
        )
        .where(ParticipantRow.group_id == group, CaseRow.touchpoint == touchpoint)
        .order_by(ParticipantRow.reference)
    )
    return [
        StandingCase(
            case=store.case_in(row.CaseRow),
            reference=row.reference,
            response=row.response,
            reopened=row.reopened_at is not None,
            withdrawn=row.withdrawn_at is not None,
            busy=(row.until is not None and row.until > now)
            or any(at is not None and at >= busy_since for at in (row.started_at, row.saved_at)),
        )
        for row in rows
    ]


def change_cases(
    session: Session, scope: Scope, changed: Sequence[Case], expiries: Sequence[dt.datetime | None]
) -> None:
    """Gives many cases their windows and dispositions, and the links and codes of each that nobody has ended their
    expiry. Their people are counted anew. A handful of statements, however many."""
    if not changed:
        return
    connection = session.connection()
    cases, accesses = table_of(CaseRow), table_of(AccessRow)
    connection.execute(
        update(cases)
        .where(cases.c.id == bindparam("which"))
        .values({name: bindparam(f"new_{name}") for name in _WRITTEN}),
        [{"which": each.id, **{f"new_{name}": getattr(each, name) for name in _WRITTEN}} for each in changed],
    )
    connection.execute(
        update(accesses)
        .where(accesses.c.case_id == bindparam("which"), accesses.c.revoked_at.is_(None))
        .values(expires_at=bindparam("until")),
        [{"which": each.id, "until": until} for each, until in zip(changed, expiries, strict=True)],
    )
    results.note_changes(session, scope, {each.participant_id for each in changed})
    session.expire_all()


_WRITTEN = ("opens_at", "due_at", "closes_at", "disposition", "moved_at")


def keep_changed(session: Session, change_id: uuid.UUID, changed: Sequence[ChangedCase]) -> None:
    """Keeps how cases were before a change, for taking it back."""
    if changed:
        session.execute(
            insert(ChangedCaseRow),
            [
                {
                    "change_id": change_id,
                    "case_id": each.before.id,
                    "due_before": each.before.due_at,
                    "closes_before": each.before.closes_at,
                    "disposition_before": each.before.disposition,
                    "due_after": each.after.due_at,
                    "closes_after": each.after.closes_at,
                    "disposition_after": each.after.disposition,
                }
                for each in changed
            ],
        )


def changed_by(session: Session, change_id: uuid.UUID, there: Collection[Case]) -> dict[uuid.UUID, ChangedCase]:
    """How those of these cases that a change changed were before it and after, by their key."""
    by_id = {each.id: each for each in there}
    found = {}
    for row in session.scalars(
        select(ChangedCaseRow).where(ChangedCaseRow.change_id == change_id).order_by(ChangedCaseRow.case_id)
    ):
        case = by_id.get(row.case_id)
        if case is not None:
            found[case.id] = ChangedCase(
                dataclasses.replace(
                    case, due_at=row.due_before, closes_at=row.closes_before, disposition=row.disposition_before
                ),
                dataclasses.replace(
                    case, due_at=row.due_after, closes_at=row.closes_after, disposition=row.disposition_after
                ),
            )
    return found
