"""What a command does for good it asks about first; each command is known to be of one kind or other."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from surveyapp.cli import main
from surveyapp.services.runtime import Runtime
from tests import factories
from tests.integration.test_audit_of_commands import EVERY_COMMAND
from tests.integration.test_who_answered import hand_in
from tests.interviewer import create_reachable

ASK_FIRST = {
    "participants erase",
    "questionnaires freeze",
    "questionnaires move",
    "questionnaires open",
    "releases make",
    "releases take-down",
}

SAID_TWICE = {
    "backup restore": "--replace, and what is there is set aside",
    "participants replan": "--sure, and without it says what would move",
}
"""Do nothing to what is there without an option of their own."""

BY_RULE = {
    "backup create": "removes older backups by the numbers it is given, never the last whole one",
    "keys replay": "erases whom somebody erased already; --of-nobody says of whom else",
    "messages send": "sends what a manager switched on, as the worker does",
    "retention run": "lets go of what the study says, as the worker does each day; --dry-run says of what",
    "worker": "does by itself what the settings list",
}
"""Go on for good, by what was decided before them: cron runs them."""

OF_NOBODY_REAL = {"demo load", "demo serve", "simulate"}

ADD_OR_CAN_BE_UNDONE = {
    "audit chain",
    "audit protect",
    "backup key",
    "backup settle",
    "db copy",
    "demo links",
    "keys copy",
    "keys reseal",
    "keys rotate",
    "messages update",
    "migrate",
    "participants import",
    "participants stop",
    "participants take-up",
    "participants undo-withdrawal",
    "participants withdraw",
    "questionnaires reword",
    "users activate",
    "users add",
    "users deactivate",
    "users grant",
    "users reset-password",
    "users reset-second-factor",
    "users revoke",
    "users sessions",
}

ONLY_TELL = {
    "audit list",
    "audit verify",
    "backup verify",
    "doctor",
    "export",
    "keys list",
    "messages coverage",
    "messages plan",
    "participants access",
    "participants columns",
    "questionnaires check",
    "questionnaires diff",
    "questionnaires history",
    "questionnaires schema",
    "questionnaires try",
    "releases list",
    "releases show",
    "report",
    "results",
    "users list",
    "users roles",
}


def test_it_is_known_of_every_command_whether_it_can_be_undone() -> None:
    kinds: list[set[str]] = [ASK_FIRST, set(SAID_TWICE), set(BY_RULE), OF_NOBODY_REAL, ADD_OR_CAN_BE_UNDONE, ONLY_TELL]
    assert sorted(name for kind in kinds for name in kind) == sorted(EVERY_COMMAND)


@pytest.mark.parametrize("name", EVERY_COMMAND)
def test_whatever_asks_can_be_told_not_to_and_nothing_else_needs_it(name: str) -> None:
    command: click.Command = main
    for part in name.split():
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), part)
        assert found is not None
        command = found
    assert ("--yes" in {option for each in command.params for option in each.opts}) == (name in ASK_FIRST)


def test_a_release_is_made_only_after_a_yes(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Erasing is asked about in `privacy/test_leaving`, what questionnaires do in `test_cli_versions`."""
    monkeypatch.setattr("surveyapp.cli.releases.open_desk", lambda: factories.operator(runtime))
    make = ["releases", "make", factories.STUDY]
    refused = CliRunner().invoke(main, make)
    assert "Make release" not in refused.output, "what would be refused is not asked about"
    for _ in range(30):
        hand_in(runtime, create_reachable(runtime), recommend="very_likely")
    for answer, says in (("n\n", "Nothing was changed."), ("", "Where nobody can be asked, give --yes.")):
        asked = " ".join(CliRunner().invoke(main, make, input=answer).output.split())
        assert f"Make release 1 of {factories.STUDY}, of the answers of 30 people? Its numbers cannot be" in asked
        assert says in asked
    assert "has no release yet" in CliRunner().invoke(main, ["releases", "list", factories.STUDY]).output
    assert "Made release 1" in CliRunner().invoke(main, make, input="y\n").output
