"""The environment a command runs in."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from surveyapp.domain.audit import Operator
from surveyapp.domain.errors import OF_DATABASE
from surveyapp.domain.instrument.study import Study
from surveyapp.environment import vault
from surveyapp.services.runtime import Runtime, build
from surveyapp.services.security import operating
from surveyapp.services.work import Desk
from surveyapp.settings import ROOT, Settings, from_environment

DEMO_ENV = ROOT / "instance" / "demo.env"
"""What `make demo` writes: the demonstration's flag and keys. Read only if it is there and no secret key is set."""

AS_FOR_REAL = ("--config", str(ROOT / "deploy" / "gunicorn.conf.py"))
"""How the application is served, in the demonstration as for real."""


def environment() -> Mapping[str, str]:
    """The process's environment, with the demonstration's in it when there is no other."""
    if not DEMO_ENV.exists() or vault.is_given(os.environ, "SECRET_KEY"):
        return os.environ
    written = dict(
        line.split("=", 1)
        for line in DEMO_ENV.read_text(encoding="utf-8").splitlines()
        if "=" in line and not line.startswith("#")
    )
    return {**written, **os.environ}


def open_settings(database: str | None = None, named: str = OF_DATABASE) -> Settings:
    """What the environment says, on another database where one is `named` by an option. Raises SettingsError."""
    return from_environment(environment(), database=database, named=named)


def open_runtime(
    database: str | None = None, named: str = OF_DATABASE, studies: Mapping[str, Study] | None = None
) -> Runtime:
    """The installation that the environment describes (`open_settings`), let go of when the command ends, which the
    audit trail has by its name. `named`: the option that says which database. `studies`: instead of those of the
    questionnaires' files. Raises SettingsError, QuestionnaireFaults, DatabaseUnavailable."""
    address = named if database is not None else OF_DATABASE
    runtime = build(open_settings(database, address), studies=studies, address=address)
    command = click.get_current_context(silent=True)
    if command is not None:
        command.call_on_close(runtime.database.dispose)
        # The name by which it is called does not matter: `surveyapp`, a path, a test.
        operating.note_command(runtime, command.command_path.partition(" ")[2] or command.command_path)
    return runtime


def open_desk(database: str | None = None, named: str = OF_DATABASE) -> Desk:
    """Where the operator acts from, and raises as `open_runtime`."""
    return Desk(open_runtime(database, named), Operator())


def open_desk_without_studies() -> Desk:
    """The same for what keeps safe what is stored, and needs to know nothing of any study: a fault in a questionnaire
    that somebody is writing stops no backup. Raises SettingsError, DatabaseUnavailable."""
    return Desk(open_runtime(studies={}), Operator())


def questionnaires_folder() -> Path:
    """Where the studies are, without needing any key: checking files is for whoever writes them."""
    return Path(environment().get("SURVEYAPP_QUESTIONNAIRES") or ROOT / "questionnaires")


def check_port(port: int) -> None:
    """Raises ClickException where something else serves there."""
    with socket.socket() as wanted:
        wanted.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            wanted.bind(("127.0.0.1", port))
        except OSError:
            raise click.ClickException(f"Port {port} is taken. Name another one with --port.") from None


def serve(application: str, port: int, *more: str) -> None:
    """Becomes gunicorn, on this machine alone: what is written before is seen first, and Ctrl-C reaches it."""
    sys.stdout.flush()
    # Arguments of our own, no shell.
    arguments = [application, "--bind", f"127.0.0.1:{port}", *more]
    os.execve(sys.executable, [sys.executable, "-m", "gunicorn", *arguments], dict(environment()))


yes_option = click.option("--yes", is_flag=True, help="Do it without asking.")


def ask_first(yes: bool, question: str) -> None:
    """Asks before something that cannot be taken back is done. Raises ClickException where the answer is no, or nobody
    can be asked."""
    try:
        agreed = yes or click.confirm(question)
    except click.Abort:
        raise click.ClickException("Nothing was changed. Where nobody can be asked, give --yes.") from None
    if not agreed:
        raise click.ClickException("Nothing was changed.")
