"""0005: what ended as its last day began ends as that day does, in the study's own zone, on the way up and down."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import Column, Insert, MetaData, Table, insert, select, update
from sqlalchemy.orm import Session

from surveyapp.domain.errors import StateRefused
from surveyapp.domain.fieldwork.cases import AccessKind, Disposition
from surveyapp.domain.participants import Origin
from surveyapp.store import migrating
from surveyapp.store.database import Database, new_id
from surveyapp.store.tables import AccessRow, Base, CaseRow, ParticipantRow

BEFORE = "0004"
Moments = tuple[dt.datetime | None, dt.datetime | None, dt.datetime | None]


def utc(written: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(written).replace(tzinfo=dt.UTC) if written else None


WINDOWS: dict[str, tuple[str, Moments, Moments]] = {
    "summer": (
        "london",
        (utc("2026-06-28 23:00"), utc("2026-08-13 23:00"), utc("2026-11-11 23:00")),
        (utc("2026-06-29 23:00"), utc("2026-08-14 23:00"), utc("2026-11-13 00:00")),
    ),
    "clocks forward and back": (
        "london",
        (utc("2026-03-29 00:00"), utc("2026-10-24 23:00"), utc("2027-01-22 23:00")),
        (utc("2026-03-29 23:00"), utc("2026-10-26 00:00"), utc("2027-01-24 00:00")),
    ),
    "no end": ("london", (None, None, None), (None, None, None)),
    "due alone": ("london", (utc("2026-01-10 00:00"), None, None), (utc("2026-01-11 00:00"), None, None)),
    "far east": (
        "kiritimati",
        (utc("2026-06-14 10:00"), utc("2026-06-20 10:00"), utc("2026-09-18 10:00")),
        (utc("2026-06-15 10:00"), utc("2026-06-21 10:00"), utc("2026-09-19 10:00")),
    ),
    "a midnight that never comes": (
        "santiago",
        (utc("2026-09-05 04:00"), utc("2026-09-06 04:00"), utc("2026-12-05 04:00")),
        (utc("2026-09-06 04:00"), utc("2026-09-07 03:00"), utc("2026-12-06 03:00")),
    ),
}
"""(due, closes, the link's end) as stored before, and after. Links ran 90 days of 24 hours after the closing."""


@pytest.fixture
def studies(tmp_path: Path) -> Path:
    """A folder of studies that say when their days begin, or leave it to the default."""
    for name, line in {
        "london": "",
        "kiritimati": "time_zone: Pacific/Kiritimati\n",
        "santiago": "time_zone: America/Santiago\n",
    }.items():
        (tmp_path / "studies" / name).mkdir(parents=True)
        (tmp_path / "studies" / name / "study.yaml").write_text(f"study: {name}\n{line}", encoding="utf-8")
    return tmp_path / "studies"


def row_of(table: type[Base], **values: object) -> Insert:
    """A row as it was then: of these columns alone, for those that came later have defaults and are not there yet."""
    columns = [Column(each.name, each.type) for each in table.__table__.columns if each.name in values]
    return insert(Table(table.__tablename__, MetaData(), *columns)).values(**values)


def fill(session: Session) -> None:
    for number, (study, (due_at, closes_at, expires_at), _) in enumerate(WINDOWS.values()):
        person, case = new_id(), new_id()
        session.execute(
            row_of(
                ParticipantRow,
                id=person,
                study=study,
                group_id="g",
                reference=f"G-{number}",
                origin=Origin.REAL,
                attributes={},
                enrolled_on=dt.date(2026, 1, 1),
            )
        )
        session.execute(
            row_of(
                CaseRow,
                id=case,
                participant_id=person,
                touchpoint=1,
                opens_at=utc("2026-01-01 00:00"),
                due_at=due_at,
                closes_at=closes_at,
                disposition=Disposition.UNKNOWN,
            )
        )
        session.execute(
            row_of(
                AccessRow,
                id=new_id(),
                digest=str(number),
                case_id=case,
                kind=AccessKind.LINK,
                issued_at=utc("2026-01-01 00:00"),
                expires_at=expires_at,
            )
        )


def moments(database: Database) -> list[Moments]:
    query = (
        select(CaseRow.due_at, CaseRow.closes_at, AccessRow.expires_at, CaseRow.opens_at)
        .join(AccessRow, AccessRow.case_id == CaseRow.id)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
        .order_by(ParticipantRow.reference)
    )
    with database.reading() as session:
        rows = session.execute(query).all()
    assert {row.opens_at for row in rows} == {utc("2026-01-01 00:00")}, "when a case opens stays"
    return [(row.due_at, row.closes_at, row.expires_at) for row in rows]


def test_windows_move_by_a_day_of_their_studys_calendar(database_url: str, studies: Path) -> None:
    database = Database(database_url, any_revision=True)
    migrating.downgrade(database_url, BEFORE, studies)
    with database.writing() as session:
        fill(session)
    stored, after = ([each[index] for each in WINDOWS.values()] for index in (1, 2))
    assert moments(database) == stored
    migrating.upgrade(database_url, studies)
    assert moments(database) == after
    migrating.downgrade(database_url, BEFORE, studies)
    assert moments(database) == stored
    database.dispose()
    migrating.upgrade(database_url, studies)


def test_a_study_that_is_not_there_is_said_and_nothing_changed(database_url: str, studies: Path) -> None:
    database = Database(database_url, any_revision=True)
    migrating.downgrade(database_url, BEFORE, studies)
    with database.writing() as session:
        fill(session)
        session.execute(update(ParticipantRow).where(ParticipantRow.study == "santiago").values(study="gone"))
    with pytest.raises(StateRefused, match=r"“gone”.*SURVEYAPP_QUESTIONNAIRES"):
        migrating.upgrade(database_url, studies)
    assert moments(database) == [each[1] for each in WINDOWS.values()]
    with database.writing() as session:
        session.execute(update(ParticipantRow).where(ParticipantRow.study == "gone").values(study="santiago"))
    database.dispose()
    migrating.upgrade(database_url, studies)
