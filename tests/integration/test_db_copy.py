"""From one database to another: everything there, compared, broken off and gone on with, and what is refused."""

from __future__ import annotations

import dataclasses
import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text

from surveyapp.cli import main
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import DatabaseUnavailable
from surveyapp.domain.participants import Contact
from surveyapp.domain.staff import Role, Scope
from surveyapp.services import moving, readiness, worker
from surveyapp.services.doctor import looking as doctor
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
from tests.databases import Cluster


def totals(url: str) -> dict[str, store.TableTotal]:
    database = Database(url, any_revision=True)
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

    def killed(table: str, done: int, of: int) -> None:
        if table == "participant" and done > 5:
            raise Killed

    with pytest.raises(Killed):
        moving.copy_all(eleven, sqlite_other, killed)
    half = store.totals(sqlite_other)["participant"].rows
    assert half == 6
    seen = []
    made = moving.copy_all(eleven, sqlite_other, lambda table, done, _of: seen.append((table, done)))
    assert made.before > half
    assert [done for table, done in seen if table == "participant"] == [9, 11]
    assert totals(sqlite_other) == totals(eleven.settings.database_url)
    again = moving.copy_all(eleven, sqlite_other)
    assert again.before == again.rows


@pytest.mark.parametrize("kind", ["sqlite_other", "postgresql_bare"])
def test_broken_off_it_goes_on_after_somebody_looked_whether_all_is_well(
    eleven: Runtime, kind: str, request: pytest.FixtureRequest, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the doctor does each morning by its timer: what it writes is when it looked, and that it did. So does a worker
    that finds nothing to do."""
    monkeypatch.setattr(store, "BATCH", 3)
    to = request.getfixturevalue(kind)
    desk = factories.operator(eleven)
    doctor.look(eleven)
    worker.round_of(desk, ["messages", "exports"])
    with pytest.raises(Killed):
        moving.copy_all(eleven, to, killed_at("participant"))
    copied = totals(to)
    assert copied["heartbeat"].rows == 1
    assert copied["worker_task"].rows > 1
    clock.forward(hours=20)
    doctor.look(eleven)
    worker.round_of(desk, ["messages", "exports"])
    desk.note(AuditAction.COMMAND_RUN, command="doctor")
    moving.copy_all(eleven, to)
    assert totals(to) == totals(eleven.settings.database_url)


class Killed(BaseException):
    pass


def killed_at(table: str) -> moving.Tell:
    def tell(name: str, _done: int, _of: int) -> None:
        if name == table:
            raise Killed

    return tell


@pytest.mark.parametrize("kind", ["sqlite_other", "postgresql_bare"])
def test_a_copy_that_is_not_compared_yet_serves_nobody_and_goes_on(
    eleven: Runtime, kind: str, request: pytest.FixtureRequest, clock: Clock
) -> None:
    """Nothing adds to it meanwhile, not even that it was looked at: else it could not go on."""
    to = request.getfixturevalue(kind)
    with pytest.raises(Killed):
        moving.copy_all(eleven, to, killed_at("participant"))
    half = build(dataclasses.replace(eleven.settings, database_url=to), clock)
    says = "The database is an unfinished copy: .* Run the same command again"
    with pytest.raises(DatabaseUnavailable, match=says):
        readiness.check_start(half)
    with pytest.raises(DatabaseUnavailable, match=says):
        readiness.migrate(half.settings)
    assert [each.todo for each in doctor.look(half) if re.match(says, each.todo)]
    environment = {**os.environ, **factories.environment(to)}
    for command in (["users", "list"], ["audit", "verify"], ["audit", "chain"], ["migrate"], ["doctor"]):
        said = CliRunner().invoke(main, command, env=environment)
        assert (said.exit_code, bool(re.search(says, said.output))) == (1, True), (command, said.output)
    back = f"sqlite:///{eleven.settings.cache.parent / 'never.db'}"
    with pytest.raises(DatabaseUnavailable, match=says):
        moving.copy_all(half, back)
    assert not eleven.settings.cache.with_name("never.db").exists()

    made = moving.copy_all(eleven, to)
    assert 0 < made.before < made.rows
    readiness.check_start(half)
    assert readiness.problem(half) is None
    half.database.dispose()


def test_a_copy_that_was_killed_while_its_tables_were_made_goes_on(
    eleven: Runtime, sqlite_other: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file has all of them, or is not there."""
    upgrade = migrating.upgrade

    def killed(url: str, *more: object, **options: object) -> None:
        upgrade(url, revision="0009")
        raise Killed

    monkeypatch.setattr(migrating, "upgrade", killed)
    with pytest.raises(Killed):
        moving.copy_all(eleven, sqlite_other)
    monkeypatch.setattr(migrating, "upgrade", upgrade)
    moving.copy_all(eleven, sqlite_other)
    assert totals(sqlite_other) == totals(eleven.settings.database_url)


def test_a_copy_that_another_release_began_is_refused(eleven: Runtime, sqlite_other: str) -> None:
    with pytest.raises(Killed):
        moving.copy_all(eleven, sqlite_other, killed_at("participant"))
    there = Database(sqlite_other, any_revision=True)
    with there.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'copying_0009'"))
    there.dispose()
    with pytest.raises(MoveRefused, match="begun by another Shiftline than this one"):
        moving.copy_all(eleven, sqlite_other)


@pytest.mark.parametrize("what", ["missing", "newer"])
def test_nothing_is_made_for_a_database_that_cannot_be_copied(eleven: Runtime, tmp_path: Path, what: str) -> None:
    source, to = f"sqlite:///{tmp_path / 'source.db'}", tmp_path / "a" / "to.db"
    if what == "newer":
        migrating.upgrade(source)
        newer = Database(source, any_revision=True)
        with newer.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        newer.dispose()
    environment = {**os.environ, **factories.environment(eleven.settings.database_url)}
    command = ["db", "copy", "--from", source, "--to", f"sqlite:///{to}"]
    said = CliRunner().invoke(main, command, env=environment)
    assert said.exit_code == 1
    assert ("--from says" if what == "missing" else "by a newer Shiftline") in said.output
    assert not to.parent.exists()


def test_what_something_else_holds_is_left_alone(eleven: Runtime, sqlite_other: str, clock: Clock) -> None:
    migrating.upgrade(sqlite_other)
    factories.create_staff(factories.create_runtime(sqlite_other, clock), Role.MANAGER)
    before = totals(sqlite_other)
    with pytest.raises(MoveRefused, match="Give it an empty database"):
        moving.copy_all(eleven, sqlite_other)
    assert totals(sqlite_other) == before, "and it can be used still: it is not marked"


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


@pytest.fixture
def postgresql_bare(cluster: Cluster) -> str:
    """A database of its own on a server, in which nothing is yet."""
    return cluster.url(cluster.create())
