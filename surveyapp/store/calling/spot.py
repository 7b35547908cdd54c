"""Days on the spot: whose they are, who has come, and in whose hands a tablet is."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, exists, insert, select, update
from sqlalchemy.orm import Session

from surveyapp.domain.fieldwork.cases import Lease
from surveyapp.domain.security.spot_days import PIN_TRIES, SpotDay
from surveyapp.store.database import rows_changed
from surveyapp.store.tables import (
    AccessRow,
    LeaseRow,
    ResponseRow,
    SaveRow,
    SpotArrivalRow,
    SpotDayRow,
    StaffRow,
    WebSessionRow,
)


@dataclass(frozen=True)
class SpotArrival:
    """That somebody has come; `begun_in`: the session whose tablet they began to answer on, if they did."""

    case_id: uuid.UUID
    at: dt.datetime
    begun_in: uuid.UUID | None


def add_day(session: Session, day: SpotDay) -> None:
    """Keeps a day that begins, in place of another of the same session."""
    session.execute(delete(SpotDayRow).where(SpotDayRow.session_id == day.session_id))
    session.execute(
        insert(SpotDayRow).values(
            id=day.id,
            session_id=day.session_id,
            staff_id=day.staff_id,
            study=day.study,
            group_id=day.group,
            touchpoint=day.touchpoint,
            sites=[each.hex for each in day.sites],
            began_at=day.began_at,
            ends_at=day.ends_at,
            pin=day.pin,
            wrong=day.wrong,
            case_id=day.case_id,
            access_id=day.access_id,
        )
    )


def day_of(session: Session, session_id: uuid.UUID) -> SpotDay | None:
    """The day that a session of staff is in, over or not."""
    row = session.execute(
        select(*SpotDayRow.__table__.columns).where(SpotDayRow.session_id == session_id)
    ).one_or_none()
    if row is None:
        return None
    return SpotDay(
        id=row.id,
        session_id=row.session_id,
        staff_id=row.staff_id,
        study=row.study,
        group=row.group_id,
        touchpoint=row.touchpoint,
        sites=tuple(uuid.UUID(each) for each in row.sites),
        began_at=row.began_at,
        ends_at=row.ends_at,
        pin=row.pin,
        wrong=row.wrong,
        case_id=row.case_id,
        access_id=row.access_id,
    )


def remove_day(session: Session, day_id: uuid.UUID) -> None:
    session.execute(delete(SpotDayRow).where(SpotDayRow.id == day_id))


def remove_over(session: Session, now: dt.datetime) -> None:
    """Lets go of everybody's days and arrivals that are over, and of what let in the last of each day."""
    over = select(SpotDayRow.access_id).where(SpotDayRow.ends_at <= now, SpotDayRow.access_id.is_not(None))
    session.execute(delete(AccessRow).where(AccessRow.id.in_(over)))
    session.execute(delete(SpotDayRow).where(SpotDayRow.ends_at <= now))
    session.execute(delete(SpotArrivalRow).where(SpotArrivalRow.until <= now))


def set_lent(session: Session, day_id: uuid.UUID, case_id: uuid.UUID | None, access_id: uuid.UUID | None) -> None:
    """In whose hands the tablet is, and what lets them in; None: the staff member's own."""
    session.execute(update(SpotDayRow).where(SpotDayRow.id == day_id).values(case_id=case_id, access_id=access_id))


def take_try(session: Session, day_id: uuid.UUID) -> bool:
    """Counts a PIN as a wrong one, before it is looked at: so many at once are no more tries. False where there is none
    left."""
    query = update(SpotDayRow).where(SpotDayRow.id == day_id, SpotDayRow.wrong < PIN_TRIES)
    return bool(rows_changed(session, query.values(wrong=SpotDayRow.wrong + 1)))


def give_tries_back(session: Session, day_id: uuid.UUID) -> None:
    """It was the right one, or a passkey was."""
    session.execute(update(SpotDayRow).where(SpotDayRow.id == day_id).values(wrong=0))


def arrivals(session: Session, case_ids: Collection[uuid.UUID], now: dt.datetime) -> dict[uuid.UUID, SpotArrival]:
    """Which of these people have come today, by case."""
    query = (
        select(SpotArrivalRow.case_id, SpotArrivalRow.at, SpotArrivalRow.begun_in)
        .where(SpotArrivalRow.case_id.in_(case_ids), SpotArrivalRow.until > now)
        .order_by(SpotArrivalRow.at, SpotArrivalRow.case_id)
    )
    return {row.case_id: SpotArrival(row.case_id, row.at, row.begun_in) for row in session.execute(query)}


def mark_arrived(session: Session, case_id: uuid.UUID, at: dt.datetime, until: dt.datetime) -> bool:
    """Marks that somebody has come; False where they had already. The caller has locked the case."""
    session.execute(delete(SpotArrivalRow).where(SpotArrivalRow.case_id == case_id, SpotArrivalRow.until <= at))
    if session.scalar(select(exists().where(SpotArrivalRow.case_id == case_id))):
        return False
    session.execute(insert(SpotArrivalRow).values(case_id=case_id, at=at, until=until))
    return True


def unmark_arrived(session: Session, case_id: uuid.UUID) -> bool:
    """They have not come after all; False where nobody had said so."""
    return bool(rows_changed(session, delete(SpotArrivalRow).where(SpotArrivalRow.case_id == case_id)))


def note_begun(session: Session, case_id: uuid.UUID, access_id: uuid.UUID, session_id: uuid.UUID) -> None:
    """Keeps, of an access that goes, whether answers were begun by it, and on the tablet of which session."""
    began = exists().where(WebSessionRow.access_id == access_id, WebSessionRow.began.is_(True))
    session.execute(
        update(SpotArrivalRow)
        .where(SpotArrivalRow.case_id == case_id, began)
        .values(begun_in=session_id)
        .execution_options(synchronize_session=False)
    )


def note_begun_by(session: Session, case_id: uuid.UUID, saves: Collection[uuid.UUID], session_id: uuid.UUID) -> None:
    """Keeps that answers were begun on the tablet of a session, if the first that there is of them came by one of these
    saves (the ids that their sender gave them), and the session is known still."""
    first = (
        exists()
        .where(ResponseRow.case_id == case_id, SaveRow.response_id == ResponseRow.id)
        .where(SaveRow.revision == 1, SaveRow.client_id.in_(saves))
    )
    session.execute(
        update(SpotArrivalRow)
        .where(SpotArrivalRow.case_id == case_id, first, exists().where(WebSessionRow.id == session_id))
        .values(begun_in=session_id)
        .execution_options(synchronize_session=False)
    )


def leases(session: Session, case_ids: Collection[uuid.UUID], now: dt.datetime) -> dict[uuid.UUID, Lease]:
    """Who has which of these cases open."""
    query = (
        select(LeaseRow.case_id, LeaseRow.staff_id, StaffRow.name, LeaseRow.until)
        .join(StaffRow, StaffRow.id == LeaseRow.staff_id)
        .where(LeaseRow.case_id.in_(case_ids), LeaseRow.until > now)
        .order_by(LeaseRow.case_id)
    )
    return {row.case_id: Lease(row.case_id, row.staff_id, row.name, row.until) for row in session.execute(query)}


def hold_until(session: Session, staff_id: uuid.UUID, now: dt.datetime, until: dt.datetime) -> None:
    """Has every live hold of somebody last so long."""
    query = update(LeaseRow).where(LeaseRow.staff_id == staff_id, LeaseRow.until > now)
    session.execute(query.values(until=until).execution_options(synchronize_session=False))
