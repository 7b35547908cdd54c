"""`surveyapp demo`: the demonstration, its links, and its server."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import os
import secrets

import click

from surveyapp.cli.context import AS_FOR_REAL, DEMO_ENV, check_port, open_runtime, open_settings
from surveyapp.cli.context import serve as become_server
from surveyapp.environment import vault
from surveyapp.services import readiness
from surveyapp.services.demo import loading as service
from surveyapp.services.questionnaires import versions as questionnaire_versions
from surveyapp.services.runtime import Runtime

DEFAULT_PORT = 8000


@click.group()
def demo() -> None:
    """A study full of invented people, to try everything on."""


@demo.command()
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day the demonstration is for (today).")
def load(as_of: dt.datetime | None) -> None:
    """Build the demonstration anew. What was entered before is lost."""
    _write_environment()
    count = service.load(_migrated(), as_of.date() if as_of else None)
    click.echo(f"Loaded {count} invented people.")


@demo.command()
@click.option("--limit", type=click.IntRange(1), help="At most so many.")
@click.option("--port", type=click.IntRange(1, 65535), help=f"Where it is served, if not at {DEFAULT_PORT}.")
def links(limit: int | None, port: int | None) -> None:
    """Print new start links, one a line, for people who can still answer."""
    runtime = open_runtime()
    if port is not None:
        settings = dataclasses.replace(runtime.settings, public_url=_address(port))
        runtime = dataclasses.replace(runtime, settings=settings)
    for link in service.new_links(runtime, limit):
        click.echo(link)


@demo.command()
@click.option("--port", type=click.IntRange(1, 65535), default=DEFAULT_PORT, show_default=True)
def serve(port: int) -> None:
    """Serve the demonstration on this machine until Ctrl-C, building it first if there is none."""
    check_port(port)
    _write_environment()
    os.environ.setdefault("SURVEYAPP_PUBLIC_URL", _address(port))
    runtime = _migrated()
    questionnaire_versions.check_frozen(runtime)
    if not service.is_loaded(runtime):
        click.echo("Loading the demonstration, once: a minute or two…")
        service.load(runtime)
    _greet(runtime, port)
    runtime.database.dispose()
    become_server("wsgi:app", port, *AS_FOR_REAL)


def _address(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def _migrated() -> Runtime:
    settings = open_settings()
    service.refuse_a_real_one(settings)
    readiness.migrate(settings)
    return open_runtime()


def _greet(runtime: Runtime, port: int) -> None:
    url = runtime.settings.public_url
    click.echo(f"\nShiftline’s demonstration is at {url}\n")
    click.echo(f"Staff sign in at {url}/staff/login with the password {service.password(runtime)}")
    for email, (_, role) in service.STAFF.items():
        click.echo(f"  {role.value:14} {email}")
    click.echo("\nParticipants begin with a personal link, such as")
    for link in service.new_links(runtime, 3):
        click.echo(f"  {link}")
    click.echo(f"More of them: .venv/bin/surveyapp demo links{'' if port == DEFAULT_PORT else f' --port {port}'}")
    click.echo("\nStop it with Ctrl-C. What is entered is kept; `.venv/bin/surveyapp demo load` starts afresh.\n")


def _write_environment() -> None:
    """Makes the demonstration's keys, once. An installation that has keys of its own is left alone."""
    if vault.is_given(os.environ, "SECRET_KEY"):
        return
    if DEMO_ENV.exists():
        _add_new_keys()
        _rename_access_key()
        return
    DEMO_ENV.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        "# Made by `make demo`, for this demonstration alone.",
        "SURVEYAPP_DEMO=yes",
        f"SURVEYAPP_SECRET_KEY={secrets.token_hex(32)}",
        f"SURVEYAPP_ACCESS_KEYS=demo:{_key()}",
        f"SURVEYAPP_CONTACT_KEYS=demo:{_key()}",
        f"SURVEYAPP_AUDIT_KEY={_key()}",
    ]
    DEMO_ENV.touch(mode=0o600)
    DEMO_ENV.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _add_new_keys() -> None:
    """A demonstration that was made before there was such a key goes on with one of its own."""
    written = DEMO_ENV.read_text(encoding="utf-8")
    if "SURVEYAPP_AUDIT_KEY=" not in written:
        DEMO_ENV.write_text(f"{written.rstrip()}\nSURVEYAPP_AUDIT_KEY={_key()}\n", encoding="utf-8")


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _rename_access_key() -> None:
    """A demonstration made before access keys had names goes on with the one it has."""
    written = DEMO_ENV.read_text(encoding="utf-8")
    if "SURVEYAPP_ACCESS_KEY=" in written:
        DEMO_ENV.write_text(written.replace("SURVEYAPP_ACCESS_KEY=", "SURVEYAPP_ACCESS_KEYS=demo:"), encoding="utf-8")
