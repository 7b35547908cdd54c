"""Every command has its entry in the audit trail, or the reason why it has none. One that is not here is given, and the
trail looked at."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from surveyapp.cli import main
from surveyapp.domain.audit import ActorKind
from surveyapp.domain.audit import AuditAction as A
from surveyapp.services.runtime import Runtime
from tests import factories
from tests.integration.test_audit_complete import trail

FILES_ONLY = "reads and writes files, and opens no database"

COMMANDS: dict[str, str | None] = {
    "backup key": FILES_ONLY,
    "backup restore": "an entry in the database that was put back, by backups/test_put_back",
    "backup settle": "an entry in the database that was put back, by backups/test_put_back",
    "backup verify": "reads a file, into a database of its own",
    "demo load": "empties the trail with all the rest, which is of nobody real",
    "demo serve": "a demonstration, of nobody real; as is all that is entered in it",
    "messages coverage": FILES_ONLY,
    "messages update": FILES_ONLY,
    "questionnaires check": FILES_ONLY,
    "questionnaires diff": FILES_ONLY,
    "questionnaires history": FILES_ONLY,
    "questionnaires freeze": FILES_ONLY,
    "questionnaires schema": FILES_ONLY,
    "questionnaires try": FILES_ONLY,
    "users roles": "shows the table of who may, and opens no database",
}
"""Commands without an entry, and why; every other leaves one."""


@pytest.fixture
def _installation(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in factories.environment(runtime.settings.database_url).items():
        monkeypatch.setenv(name, value)


def commands(group: click.Group, before: str = "") -> Iterator[str]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}"


EVERY_COMMAND = list(commands(main))

CONFIRMED = ["--confirmed", "name", "--confirmed", "phone"]

ARGUMENTS = {
    "audit protect": ["--role", "nobody"],
    "demo links": [],
    "keys copy": ["/nowhere/at/all"],
    "participants access": [factories.STUDY, "BF-0001", "--out", "/nowhere/at/all", *CONFIRMED],
    "participants erase": [factories.STUDY, "BF-0001", *CONFIRMED],
    "participants stop": [factories.STUDY, "BF-0001", *CONFIRMED],
    "participants take-up": [factories.STUDY, "BF-0001", *CONFIRMED],
    "participants undo-withdrawal": [factories.STUDY, "BF-0001", *CONFIRMED],
    "participants withdraw": [factories.STUDY, "BF-0001", *CONFIRMED],
    "participants columns": [factories.STUDY],
    "participants import": [factories.STUDY, __file__],
    "participants replan": [factories.STUDY],
    "questionnaires open": [factories.STUDY, "backfill_1"],
    "questionnaires move": [factories.STUDY, "backfill_1"],
    "questionnaires reword": [factories.STUDY, "backfill_1"],
    "releases list": [factories.STUDY],
    "releases make": [factories.STUDY],
    "releases show": [factories.STUDY],
    "releases take-down": [factories.STUDY, "1", "people backfill", "--yes"],
    "export": [factories.STUDY, "--out", "unwritten", "--purpose", "A test"],
    "report": [factories.STUDY, "--out", "unwritten.html"],
    "results": [factories.STUDY],
    "users activate": ["a@example.org"],
    "users add": ["a@example.org", "--role", "viewer"],
    "users deactivate": ["a@example.org"],
    "users grant": ["a@example.org", factories.STUDY, "viewer"],
    "users reset-password": ["a@example.org"],
    "users reset-second-factor": ["a@example.org"],
    "users revoke": ["a@example.org", factories.STUDY],
    "users sessions": ["a@example.org"],
    "worker": ["--once"],
}


def test_a_command_without_an_entry_is_there() -> None:
    assert set(COMMANDS) <= set(EVERY_COMMAND)


@pytest.mark.usefixtures("_installation")
@pytest.mark.parametrize("name", [name for name in EVERY_COMMAND if name not in COMMANDS])
def test_every_command_is_in_the_trail(runtime: Runtime, name: str) -> None:
    """By its name alone, whether or not it then does something."""
    arguments = ARGUMENTS.get(name, [])
    if name == "simulate":
        arguments = [factories.STUDY, "--participants", "1", "--seed", "1", "--database", runtime.settings.database_url]
    elif name == "db copy":
        arguments = ["--to", runtime.settings.database_url]
    before = len(trail(runtime))
    result = CliRunner().invoke(main, [*name.split(), *arguments])
    assert result.exit_code != 2, result.output
    entry = trail(runtime)[before]
    assert (entry.action, entry.actor, entry.detail) == (A.COMMAND_RUN, ActorKind.OPERATOR, {"command": name})
