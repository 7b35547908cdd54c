"""Staff and their grants."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from surveyapp.domain.staff import Grant, Role, Staff
from surveyapp.store.answering.prepared import Prepared
from surveyapp.store.database import new_id
from surveyapp.store.participants import Sealed
from surveyapp.store.sign_in import recovery_codes
from surveyapp.store.tables import (
    GrantRow,
    PasskeyRow,
    StaffRow,
)


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What signing in checks. `password_hash` is None until a password was chosen; `totp_last_step` the last time step
    used, which may not be used again; `passkeys` and `recovery_codes` (unused) are how many there are."""

    staff: Staff
    password_hash: str | None
    totp: Sealed | None
    totp_last_step: int | None
    passkeys: int
    recovery_codes: int


def add_staff(
    session: Session,
    email: str,
    name: str,
    password_hash: str | None,
    grants: Iterable[Grant],
    created_at: dt.datetime,
    key: uuid.UUID | None = None,
) -> Staff:
    """Adds somebody who may sign in once they have a password, under a key that was made before or a new one. E-mail
    addresses are kept in lower case."""
    staff_id = key or new_id()
    session.add(
        StaffRow(
            id=staff_id,
            email=email.lower(),
            name=name,
            password_hash=password_hash,
            created_at=created_at,
        )
    )
    session.flush()
    kept = tuple(grants)
    add_grants(session, staff_id, kept)
    return Staff(id=staff_id, email=email.lower(), name=name, active=True, second_factor=False, grants=kept)


def add_grants(session: Session, staff_id: uuid.UUID, grants: Iterable[Grant]) -> tuple[Grant, ...]:
    """Adds the grants that the staff member does not have yet, and returns those. One that they have stays as it is,
    whether it lets them see true counts or not."""
    have = {grant.key for grant in _grants(session, staff_id)}
    new = tuple(grant for grant in {grant.key: grant for grant in grants}.values() if grant.key not in have)
    session.add_all(
        GrantRow(
            id=new_id(),
            staff_id=staff_id,
            role=grant.role,
            study=grant.study,
            site_id=grant.site_id,
            true_counts=grant.true_counts,
        )
        for grant in new
    )
    session.flush()
    return new


def set_true_counts(session: Session, staff_id: uuid.UUID, grant: Grant) -> None:
    """Makes a grant that they have let them see true counts, or no longer, as `grant` says."""
    session.execute(update(GrantRow).where(*_is(staff_id, grant)).values(true_counts=grant.true_counts))


def remove_grants(session: Session, staff_id: uuid.UUID, grants: Iterable[Grant]) -> None:
    """Takes grants away."""
    for grant in grants:
        session.execute(delete(GrantRow).where(*_is(staff_id, grant)))


def lock_holders(session: Session, role: Role) -> None:
    """Holds every grant of a role until the unit of work ends, so that two who take it away do so in turn."""
    session.execute(select(GrantRow.id).where(GrantRow.role == role).order_by(GrantRow.id).with_for_update())


def _is(staff_id: uuid.UUID, grant: Grant) -> tuple[ColumnElement[bool], ...]:
    return (
        GrantRow.staff_id == staff_id,
        GrantRow.role == grant.role,
        GrantRow.study.is_not_distinct_from(grant.study),
        GrantRow.site_id.is_not_distinct_from(grant.site_id),
    )


_PASSKEYS = select(func.count()).where(PasskeyRow.staff_id == StaffRow.id).scalar_subquery()
_FOUND = (
    select(
        StaffRow.id,
        StaffRow.email,
        StaffRow.name,
        StaffRow.active,
        StaffRow.single_keys,
        StaffRow.speaks,
        StaffRow.gender,
        StaffRow.password_hash,
        StaffRow.totp_key_id,
        StaffRow.totp_ciphertext,
        StaffRow.totp_last_step,
        _PASSKEYS.label("passkeys"),
        GrantRow.role,
        GrantRow.study,
        GrantRow.site_id,
        GrantRow.true_counts,
    )
    .outerjoin(GrantRow, GrantRow.staff_id == StaffRow.id)
    .order_by(StaffRow.email, GrantRow.study, GrantRow.role, GrantRow.id)
)
"""Somebody is as many rows as they have grants, or one: whoever is signed in is looked up for every page."""
_BY_ID = Prepared(_FOUND.where(StaffRow.id == bindparam("staff")))


def staff_by_id(session: Session, staff_id: uuid.UUID) -> Staff | None:
    session.flush()
    found = _each(_BY_ID.rows(session, {"staff": staff_id}))
    return found[0].staff if found else None


def staff_by_ids(session: Session, keys: Iterable[uuid.UUID]) -> list[Staff]:
    """Those of these who have an account, by e-mail address."""
    wanted = set(keys)
    if not wanted:
        return []
    return [each.staff for each in _each(session.execute(_FOUND.where(StaffRow.id.in_(wanted))))]


def credentials(session: Session, email: str) -> Credentials | None:
    """By e-mail address, in any case."""
    return _credentials(session, _FOUND.where(StaffRow.email == email.strip().lower()))


def credentials_by_id(session: Session, staff_id: uuid.UUID, *, lock: bool = False) -> Credentials | None:
    """By key; locked, on request, until the unit of work ends: tries made at once are counted one after the other."""
    query = _FOUND.where(StaffRow.id == staff_id)
    return _credentials(session, query.with_for_update(of=StaffRow) if lock else query)


def everyone(session: Session) -> list[Staff]:
    """All staff, by e-mail address."""
    return [each.staff for each in _each(session.execute(_FOUND))]


def set_password(session: Session, staff_id: uuid.UUID, password_hash: str | None) -> None:
    """Changes the password, or takes it away. Sessions are for whoever asks to end."""
    session.get_one(StaffRow, staff_id).password_hash = password_hash


def set_active(session: Session, staff_id: uuid.UUID, active: bool) -> None:
    """Whether they may sign in."""
    session.get_one(StaffRow, staff_id).active = active


def set_single_keys(session: Session, staff_id: uuid.UUID, on: bool) -> None:
    """Whether keys without Ctrl do something on the pages of an interview."""
    session.get_one(StaffRow, staff_id).single_keys = on


def set_interviewing(session: Session, staff_id: uuid.UUID, speaks: Iterable[str], gender: str) -> None:
    """In which languages they interview, and whether they are a woman or a man, where they said."""
    row = session.get_one(StaffRow, staff_id)
    row.speaks, row.gender = ",".join(speaks), gender


def set_totp(session: Session, staff_id: uuid.UUID, sealed: Sealed | None) -> None:
    """Sets or takes away the second factor."""
    row = session.get_one(StaffRow, staff_id)
    row.totp_key_id = sealed.key_id if sealed else None
    row.totp_ciphertext = sealed.ciphertext if sealed else None
    row.totp_last_step = None


def use_totp_step(session: Session, staff_id: uuid.UUID, step: int) -> None:
    """Marks a time step's code as used."""
    session.get_one(StaffRow, staff_id).totp_last_step = step


def _grants(session: Session, staff_id: uuid.UUID) -> tuple[Grant, ...]:
    rows = session.scalars(
        select(GrantRow).where(GrantRow.staff_id == staff_id).order_by(GrantRow.study, GrantRow.role, GrantRow.id)
    )
    return tuple(Grant(row.role, row.study, row.site_id, row.true_counts) for row in rows)


class _StaffRead(NamedTuple):
    staff: Staff
    row: Row[Any]


def _each(rows: Iterable[Row[Any]]) -> list[_StaffRead]:
    """Everybody in rows of `_FOUND`, each with one of their rows."""
    found: list[_StaffRead] = []
    for _, of_one in itertools.groupby(rows, key=lambda row: row.id):
        row, *more = of_one
        granted = () if row.role is None else (row, *more)
        staff = Staff(
            id=row.id,
            email=row.email,
            name=row.name,
            active=row.active,
            second_factor=row.totp_ciphertext is not None or row.passkeys > 0,
            grants=tuple(Grant(each.role, each.study, each.site_id, each.true_counts) for each in granted),
            single_keys=row.single_keys,
            speaks=tuple(filter(None, row.speaks.split(","))),
            gender=row.gender,
        )
        found.append(_StaffRead(staff, row))
    return found


def _credentials(session: Session, query: Select[*tuple[Any, ...]]) -> Credentials | None:
    found = _each(session.execute(query))
    if not found:
        return None
    staff, row = found[0].staff, found[0].row
    return Credentials(
        staff=staff,
        password_hash=row.password_hash,
        totp=Sealed(row.totp_key_id, row.totp_ciphertext) if row.totp_key_id and row.totp_ciphertext else None,
        totp_last_step=row.totp_last_step,
        passkeys=row.passkeys,
        recovery_codes=recovery_codes.count_unused(session, staff.id),
    )
