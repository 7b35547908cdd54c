"""The last day named lasts to its end

What is due on, closes on or works until a day did so as that day began; it does now as the day ends. Every such moment
moves on by one day of the study's own calendar, which is 23 or 25 hours where the clocks change. The time zone stands
in the study's folder, so the folder has to be there (SURVEYAPP_QUESTIONNAIRES).

Revises: 0004
"""

import datetime as dt
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import context, op
from ruamel.yaml import YAML

from surveyapp.domain.errors import StateRefused


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

LINK_DAYS_AFTER_CLOSING = 90
"""What a link outlasted its case by, in days of 24 hours."""

moment = sa.DateTime(timezone=True)
participant = sa.table('participant', sa.column('id', sa.Uuid()), sa.column('study', sa.String()))
case = sa.table(
    'case',
    sa.column('id', sa.Uuid()),
    sa.column('participant_id', sa.Uuid()),
    sa.column('due_at', moment),
    sa.column('closes_at', moment),
)
access = sa.table(
    'access', sa.column('id', sa.Uuid()), sa.column('case_id', sa.Uuid()), sa.column('expires_at', moment)
)


def upgrade() -> None:
    _move(days=1)


def downgrade() -> None:
    _move(days=-1)


def _move(days: int) -> None:
    connection = op.get_bind()
    zones: dict[str, ZoneInfo] = {}

    def zone(study: str) -> ZoneInfo:
        if study not in zones:
            zones[study] = _zone(study)
        return zones[study]

    rows = connection.execute(
        sa.select(case.c.id, participant.c.study, case.c.due_at, case.c.closes_at)
        .join(participant, participant.c.id == case.c.participant_id)
        .where(case.c.due_at.is_not(None) | case.c.closes_at.is_not(None))
    ).all()
    moved = [
        {
            'key': row.id,
            'due': _later(row.due_at, days, zone(row.study)),
            'closes': _later(row.closes_at, days, zone(row.study)),
        }
        for row in rows
    ]
    if moved:
        connection.execute(
            sa.update(case)
            .where(case.c.id == sa.bindparam('key'))
            .values(due_at=sa.bindparam('due'), closes_at=sa.bindparam('closes')),
            moved,
        )
    rows = connection.execute(
        sa.select(access.c.id, participant.c.study, access.c.expires_at)
        .join(case, case.c.id == access.c.case_id)
        .join(participant, participant.c.id == case.c.participant_id)
        .where(access.c.expires_at.is_not(None))
    ).all()
    moved = [
        {'key': row.id, 'expires': _expiry(row.expires_at, days, zone(row.study))} for row in rows
    ]
    if moved:
        connection.execute(
            sa.update(access).where(access.c.id == sa.bindparam('key')).values(expires_at=sa.bindparam('expires')),
            moved,
        )


def _zone(study: str) -> ZoneInfo:
    path = context.config.attributes['questionnaires'] / study / 'study.yaml'
    try:
        written = YAML(typ='safe').load(path.read_text(encoding='utf-8'))
    except FileNotFoundError:
        raise StateRefused(
            f'The database holds cases of the study “{study}”, and {path} is not there: its time zone says when their '
            'days end. Put the folder back, or set SURVEYAPP_QUESTIONNAIRES to where it is, and migrate again. Nothing '
            'was changed.'
        ) from None
    return ZoneInfo(written.get('time_zone', 'Europe/London'))


def _later(stored: dt.datetime | None, days: int, zone: ZoneInfo) -> dt.datetime | None:
    """A local midnight some days of the calendar later, as it is stored."""
    if stored is None:
        return None
    local = (stored if stored.tzinfo else stored.replace(tzinfo=dt.UTC)).astimezone(zone)
    return _stored(_midnight(local.date() + dt.timedelta(days=days), zone), stored)


def _expiry(stored: dt.datetime, days: int, zone: ZoneInfo) -> dt.datetime:
    """Links ran for days of 24 hours after the local midnight of the closing; they now run for days of the
    calendar."""
    aware, after = stored if stored.tzinfo else stored.replace(tzinfo=dt.UTC), dt.timedelta(LINK_DAYS_AFTER_CLOSING)
    if days > 0:
        closes_on = (aware - after).astimezone(zone).date()
        return _stored(_midnight(closes_on + after + dt.timedelta(days), zone), stored)
    closes_on = aware.astimezone(zone).date() - after + dt.timedelta(days)
    return _stored(_midnight(closes_on, zone) + after, stored)


def _midnight(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)


def _stored(value: dt.datetime, like: dt.datetime) -> dt.datetime:
    """SQLite keeps a moment without its zone."""
    return value if like.tzinfo else value.replace(tzinfo=None)
