"""From one database to another: everything there, compared, broken off and gone on with, and what is refused."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from surveyapp.cli import main
from surveyapp.domain.participants import Contact
from surveyapp.domain.staff import Role, Scope
from surveyapp.services import moving
from surveyapp.services.moving import MoveRefused
from surveyapp.services.participants import contacts
from surveyapp.services.runtime import Runtime, build
from surveyapp.services.security import audit_chain
from surveyapp.store import cases, migrating
from surveyapp.store.cases import CaseOverview
from surveyapp.store.database import Database
from surveyapp.store.security import moving as store
from surveyapp.store.tables import AnswerRow, ContactRow, StaffRow
from tests import factories
from tests.conftest import NOW, Clock


def totals(url: str) -> dict[str, store.TableTotal]:
    database = Database(url)
    with store.standing_still(database) as connection:
        found = {table.name: store.total(connection, table) for table in store.TABLES}
    database.dispose()
    return found


def listed_in(runtime: Runtime) -> list[CaseOverview]:
    with runtime.database.reading() as session:
        return cases.overviews(session, Scope(factories.STUDY, runtime.origin), NOW.date())


def contact_in(runtime: Runtime) -> Contact:
    with factories.operator(runtime).reading() as work:
        someone = work.session.scalars(select(ContactRow.participant_id).order_by(ContactRow.participant_id)).first()
        assert someone is not None
        return contacts.read(work, someone)


def test_the_demonstration_goes_to_postgresql_and_back(
    demo_runtime: Runtime, postgresql_url: str, tmp_path: Path, clock: Clock
) -> None:
    audit_chain.chain(factories.operator(demo_runtime))
    before = totals(demo_runtime.settings.database_url)
    assert sum(1 for each in before.values() if each.rows) > 20
    made = moving.copy_all(demo_runtime, postgresql_url)
    assert (made.tables, made.rows, made.before) == (len(before), sum(each.rows for each in before.values()), 0)
    assert totals(postgresql_url) == before

    # It serves there: the trail is whole, and what is sealed opens with the same keys.
    there = build(dataclasses.replace(demo_runtime.settings, database_url=postgresql_url), clock)
    assert audit_chain.verify(factories.operator(there))[1] is None
    assert contact_in(there) == contact_in(demo_runtime) != Contact()
    assert listed_in(there) == listed_in(demo_runtime) != []

    back = f"sqlite:///{tmp_path / 'new' / 'folder' / 'back.db'}"
    moving.copy_all(there, back)
    there.database.dispose()
    assert totals(back) == before


def test_broken_off_it_goes_on(eleven: Runtime, sqlite_other: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "BATCH", 3)

    class Killed(BaseException):
        pass

    def killed(table: str, done: int, of: int) -> None:
        if table == "participant" and done > 5:
            raise Killed

    with pytest.raises(Killed):
        moving.copy_all(eleven, sqlite_other, killed)
    half = totals(sqlite_other)["participant"].rows
    assert half == 6
    seen = []
    made = moving.copy_all(eleven, sqlite_other, lambda table, done, _of: seen.append((table, done)))
    assert made.before > half
    assert [done for table, done in seen if table == "participant"] == [9, 11]
    assert totals(sqlite_other) == totals(eleven.settings.database_url)
    again = moving.copy_all(eleven, sqlite_other)
    assert again.before == again.rows


def test_what_something_else_holds_is_left_alone(eleven: Runtime, sqlite_other: str, clock: Clock) -> None:
    migrating.upgrade(sqlite_other)
    factories.create_staff(factories.create_runtime(sqlite_other, clock), Role.MANAGER)
    before = totals(sqlite_other)
    with pytest.raises(MoveRefused, match="Give it an empty database"):
        moving.copy_all(eleven, sqlite_other)
    assert totals(sqlite_other)["staff"] == before["staff"]


def test_what_is_written_meanwhile_is_found(eleven: Runtime, sqlite_other: str) -> None:
    def write(table: str, _done: int, _of: int) -> None:
        if table == "participant":
            factories.create_staff(eleven, Role.MANAGER)

    with pytest.raises(MoveRefused, match=r"not the same in staff, .*something was written meanwhile"):
        moving.copy_all(eleven, sqlite_other, write)


def test_the_same_database_is_refused(eleven: Runtime, tmp_path: Path) -> None:
    url = eleven.settings.database_url
    (tmp_path / "beside").mkdir()
    for same in (url, url.replace("/test.db", "/beside/../test.db")):
        with pytest.raises(MoveRefused, match="the same database"):
            moving.copy_all(eleven, same)


def test_tables_of_another_revision_are_refused(eleven: Runtime, tmp_path: Path) -> None:
    old = f"sqlite:///{tmp_path / 'old.db'}"
    migrating.upgrade(old, revision="0020")
    with pytest.raises(MoveRefused, match="The database to copy to: "):
        moving.copy_all(eleven, old)


def test_the_command_says_what_comes_next(eleven: Runtime, sqlite_other: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in factories.environment(eleven.settings.database_url).items():
        monkeypatch.setenv(name, value)
    done = CliRunner().invoke(main, ["db", "copy", "--to", sqlite_other])
    assert done.exit_code == 0, done.output
    assert "all of them the same there" in done.output
    assert f"SURVEYAPP_PERSON_KEYS={eleven.settings.person_keys}" in done.output
    there = Database(sqlite_other)
    with there.reading() as session:
        assert len(session.scalars(select(StaffRow)).all()) == 1
        assert session.scalars(select(AnswerRow)).first() is None
    there.dispose()
    wrong = CliRunner().invoke(main, ["db", "copy", "--to", "mysql://somewhere"])
    assert wrong.exit_code == 1
    assert "--to must begin with sqlite:/// or postgresql://" in wrong.output


@pytest.fixture
def sqlite_other(tmp_path: Path) -> str:
    """Where no database is yet."""
    return f"sqlite:///{tmp_path / 'other.db'}"


@pytest.fixture
def eleven(sqlite_url: str, clock: Clock) -> Runtime:
    """Eleven people, and one member of staff."""
    made = factories.create_runtime(sqlite_url, clock)
    factories.open_questionnaires(made)
    factories.create_staff(made, Role.INTERVIEWER)
    for number in range(11):
        factories.create_participant(made, reference=f"BF-{number:04}")
    return made
