"""`surveyapp audit`: the trail is insert only and chained, and what is done to it all the same is named."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import json
import re
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from surveyapp.cli import main
from surveyapp.domain.audit import AuditAction, AuditEntry
from surveyapp.domain.errors import StateRefused
from surveyapp.domain.staff import Role
from surveyapp.services.runtime import Runtime, build
from surveyapp.services.security import audit_chain
from surveyapp.services.work import Desk
from surveyapp.store import demonstration
from surveyapp.store.security import audit
from surveyapp.store.security.protection import INSERT_ONLY, unprotected
from tests import factories
from tests.conftest import Clock


@pytest.fixture(autouse=True)
def _installation(runtime: Runtime, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in factories.environment(runtime.settings.database_url).items():
        monkeypatch.setenv(name, value)
    # A command reads the time of the machine: here it stands still for it, too.
    monkeypatch.setattr(build, "__defaults__", (clock, *build.__defaults__[1:]))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["audit", *arguments])


def entries(runtime: Runtime) -> list[AuditEntry]:
    with runtime.database.reading() as session:
        return audit.entries(session)


@pytest.fixture
def desk(runtime: Runtime) -> Desk:
    """Of somebody with a few entries in the trail."""
    desk = Desk(runtime, factories.create_staff(runtime, Role.MANAGER))
    for number in range(5):
        desk.note(AuditAction.CONTACT_SEEN, f"BF-{number:04}", study=factories.STUDY)
    return desk


@pytest.mark.parametrize("act", ["UPDATE audit SET subject = 'x'", "DELETE FROM audit", "DELETE FROM audit_chain"])
def test_nobody_changes_or_removes_an_entry(runtime: Runtime, desk: Desk, act: str) -> None:
    audit_chain.chain(desk)
    before = entries(runtime)
    with pytest.raises(DBAPIError, match="insert only"), runtime.database.writing() as session:
        session.execute(text(act))
    assert entries(runtime) == before


def test_a_demonstration_that_is_made_anew_is_guarded_as_before(runtime: Runtime, desk: Desk) -> None:
    with runtime.database.writing() as session:
        demonstration.empty(session)
    assert entries(runtime) == []
    desk = Desk(runtime, factories.operator(runtime).actor)
    desk.note(AuditAction.CONTACT_SEEN)
    for table in INSERT_ONLY:
        for act in (f"DELETE FROM {table}", f"UPDATE {table} SET {'subject' if table == 'audit' else 'mac'} = 'x'"):
            audit_chain.chain(desk)
            with pytest.raises(DBAPIError, match="insert only"), runtime.database.writing() as session:
                session.execute(text(act))


def test_the_chain_goes_on_where_it_stopped_and_its_head_stands_outside(
    runtime: Runtime, desk: Desk, tmp_path: Path
) -> None:
    file = tmp_path / "head"
    first = run("chain", "--head", str(file))
    assert first.exit_code == 0, first.output
    count = len(entries(runtime))
    assert f"{count} entries chained." in first.output
    assert f"head: {file.read_text().strip()}" in first.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    desk.note(AuditAction.CONTACT_SEEN, "BF-0009")
    assert audit_chain.chain(desk).added == 1
    assert audit_chain.chain(desk).added == 0
    whole = run("verify", "--head", str(file))
    assert whole.exit_code == 0, whole.output
    assert f"is whole: {count + 1} entries" in whole.output


def tamper(session: Session, act: str) -> None:
    """As whoever owns the tables could."""
    with unprotected(session):
        session.execute(text(act))


@pytest.mark.parametrize(
    ("act", "says"),
    [
        ("UPDATE audit SET subject = 'BF-0042' WHERE subject = 'BF-0002'", "was changed"),
        ("UPDATE audit SET detail = '{\"a\": 1}' WHERE subject = 'BF-0002'", "was changed"),
        ("UPDATE audit SET action = 'refused' WHERE subject = 'BF-0002'", "was changed"),
        ("UPDATE audit SET staff_id = NULL WHERE subject = 'BF-0002'", "was changed"),
        ("UPDATE audit_chain SET mac = '0' WHERE number = 3", "entry 3 .* was changed"),
        ("DELETE FROM audit WHERE subject = 'BF-0002'", "was removed"),
        ("DELETE FROM audit_chain WHERE number = 3", "entry 3, was removed"),
        ("DELETE FROM audit_chain", "entry 1, was cut off"),
        ("DELETE FROM audit_chain WHERE number > 2", "entry 3, was cut off"),
    ],
)
def test_what_was_done_to_the_trail_is_named(runtime: Runtime, desk: Desk, tmp_path: Path, act: str, says: str) -> None:
    audit_chain.chain(desk, tmp_path / "head")
    with runtime.database.writing() as session:
        tamper(session, act)
    found = run("verify", "--head", str(tmp_path / "head"))
    assert found.exit_code == 1
    assert re.search(says, found.output), found.output


def test_an_entry_of_long_ago_that_was_not_there_is_named(runtime: Runtime, desk: Desk, clock: Clock) -> None:
    audit_chain.chain(desk)
    clock.now -= dt.timedelta(hours=1)
    desk.note(AuditAction.CONTACT_SEEN, "BF-0777")
    clock.now += dt.timedelta(hours=2)
    assert "was inserted" in run("verify").output
    audit_chain.chain(desk)
    assert "was inserted" in run("verify").output, "chained or not"


def test_two_at_once_make_one_chain(runtime: Runtime, desk: Desk) -> None:
    made: list[int] = []

    def work() -> None:
        made.append(audit_chain.chain(desk).added)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sum(made) == len(entries(runtime))
    assert audit_chain.verify(desk) == (sum(made), None)


@pytest.mark.parametrize("written", [None, "", "seven"])
def test_a_head_that_is_none_is_said(tmp_path: Path, written: str | None) -> None:
    file = tmp_path / "head"
    if written is not None:
        file.write_text(written)
    result = run("verify", "--head", str(file))
    assert (result.exit_code, "holds no head of the audit chain" in result.output) == (1, True)


def test_a_head_that_cannot_be_written_is_said(desk: Desk, tmp_path: Path) -> None:
    result = run("chain", "--head", str(tmp_path / "nowhere" / "head"))
    assert (result.exit_code, "cannot be written" in result.output) == (1, True)
    assert run("verify").exit_code == 0, "and what was chained is"


@pytest.mark.parametrize("lies_there", [b"SQLite format 3\0" * 99, b"a letter", b"\xff\xfe", None])
def test_what_holds_no_head_is_not_written_over(desk: Desk, tmp_path: Path, lies_there: bytes | None) -> None:
    """It may be the database; and it is said before anything is chained."""
    file = tmp_path / "file"
    file.mkdir() if lies_there is None else file.write_bytes(lies_there)
    result = run("chain", "--head", str(file))
    assert (result.exit_code, "is not written over" in result.output) == (1, True), result.output
    assert lies_there is None or file.read_bytes() == lies_there
    assert "is whole: 0 entries" in run("verify").output


def test_an_empty_file_takes_a_head(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "head").touch()
    for _ in range(2):
        assert run("chain", "--head", str(tmp_path / "head")).exit_code == 0


def test_nothing_is_chained_with_another_key(
    runtime: Runtime, desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It would spoil the trail for good: the right key would find fault with all that was added."""
    assert run("chain").exit_code == 0
    desk.note(AuditAction.CONTACT_SEEN, "BF-0009")
    right = runtime.settings.audit_key
    monkeypatch.setenv("SURVEYAPP_AUDIT_KEY", base64.b64encode(b"another" + right[7:]).decode())
    result = run("chain", "--head", str(tmp_path / "head"))
    assert (result.exit_code, "does not fit SURVEYAPP_AUDIT_KEY" in result.output) == (1, True), result.output
    assert not (tmp_path / "head").exists()
    settings = dataclasses.replace(runtime.settings, audit_key=b"another" + right[7:])
    with pytest.raises(StateRefused):
        audit_chain.chain(Desk(dataclasses.replace(runtime, settings=settings), desk.actor))
    monkeypatch.setenv("SURVEYAPP_AUDIT_KEY", base64.b64encode(right).decode())
    assert run("chain").exit_code == 0
    assert run("verify").exit_code == 0, "as if nothing had been"


@pytest.mark.parametrize("act", ["UPDATE audit SET study = 'x' WHERE id = {}", "DELETE FROM audit WHERE id = {}"])
def test_after_a_last_entry_that_was_changed_it_goes_on_when_told_to(runtime: Runtime, desk: Desk, act: str) -> None:
    audit_chain.chain(desk)
    last = "(SELECT entry_id FROM audit_chain ORDER BY number DESC LIMIT 1)"
    with runtime.database.writing() as session:
        tamper(session, act.format(last))
    assert run("chain").exit_code == 1
    assert run("chain", "--anyway").exit_code == 0
    assert run("chain").exit_code == 0
    assert run("verify").exit_code == 1, "what was done is named all the same"


def test_the_trail_is_listed_as_it_is_narrowed(runtime: Runtime, desk: Desk) -> None:
    lines = run("list", "--action", "contact_seen", "--limit", "2").output.splitlines()
    assert [line.split("\t")[4] for line in lines] == ["BF-0004", "BF-0003"]
    email = desk.actor.email  # type: ignore[union-attr]
    assert {line.split("\t")[1] for line in lines} == {email}
    assert len(run("list", "--subject", "BF-0001").output.splitlines()) == 1
    assert run("list", "--study", "mentoring").output == ""
    assert run("list", "--until", "2026-06-14").output == ""
    assert len(run("list", "--since", "2026-06-15", "--who", email).output.splitlines()) == 5
    commands = run("list", "--actor", "operator", "--action", "command_run").output.splitlines()
    assert json.loads(commands[0].split("\t")[5]) == {"command": "audit list"}
    assert run("list", "--who", "nobody@example.org").exit_code == 1


@pytest.mark.parametrize(
    "command", ["audit list", "messages plan", "messages send", "retention run", "users add a@b.org --role viewer"]
)
def test_an_option_that_names_no_study_is_refused(desk: Desk, command: str) -> None:
    done = CliRunner().invoke(main, [*command.split(), "--study", "nope"])
    assert (done.exit_code, "There is no study “nope”." in done.output) == (1, True), done.output


def test_the_trail_of_a_study_whose_files_are_gone_is_listed(desk: Desk) -> None:
    with desk.writing() as work:
        work.record(AuditAction.CONTACT_SEEN, study="gone_by")
    assert len(run("list", "--study", "gone_by").output.splitlines()) == 1


def test_sqlite_says_that_it_has_no_roles(runtime: Runtime) -> None:
    if runtime.database.engine.dialect.name == "sqlite":
        result = run("protect", "--role", "app")
        assert (result.exit_code, "SQLite has no roles" in result.output) == (1, True)


@pytest.fixture
def application(runtime: Runtime) -> Iterator[Connection]:
    """A connection as a role of PostgreSQL that owns nothing and was given its rights."""
    if runtime.database.engine.dialect.name != "postgresql":
        pytest.skip("only PostgreSQL has roles")
    with runtime.database.engine.begin() as owner:
        owner.exec_driver_sql("DROP ROLE IF EXISTS shiftline_app")
        owner.exec_driver_sql("CREATE ROLE shiftline_app LOGIN")
    assert run("protect", "--role", "shiftline_app").exit_code == 0
    engine = create_engine(runtime.settings.database_url.replace("shiftline@", "shiftline_app@"))
    with engine.connect() as connection:
        yield connection
    engine.dispose()
    with runtime.database.engine.begin() as owner:
        owner.exec_driver_sql("DROP OWNED BY shiftline_app")
        owner.exec_driver_sql("DROP ROLE shiftline_app")


@pytest.mark.parametrize("table", INSERT_ONLY)
def test_the_applications_role_may_add_to_the_trail_and_no_more(application: Connection, table: str) -> None:
    assert application.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one() >= 0
    column = "subject" if table == "audit" else "mac"
    for act in (f"UPDATE {table} SET {column} = 'x'", f"DELETE FROM {table}", f"TRUNCATE {table}"):
        application.rollback()
        with pytest.raises(DBAPIError, match="permission denied"):
            application.exec_driver_sql(act)
    for act in (f"ALTER TABLE {table} DISABLE TRIGGER USER", f"DROP TABLE {table}"):
        application.rollback()
        with pytest.raises(DBAPIError, match="must be owner"):
            application.exec_driver_sql(act)
    application.rollback()


def test_what_else_the_application_does_its_role_may(application: Connection) -> None:
    application.exec_driver_sql("UPDATE participant SET reference = reference")
    application.exec_driver_sql("DELETE FROM lease")
    application.rollback()


@pytest.mark.parametrize(("role", "says"), [("nobody_there", "has no role"), ("shiftline", "owns the tables")])
def test_a_role_that_cannot_be_kept_from_it_is_said(runtime: Runtime, role: str, says: str) -> None:
    if runtime.database.engine.dialect.name == "postgresql":
        result = run("protect", "--role", role)
        assert (result.exit_code, says in result.output) == (1, True)
