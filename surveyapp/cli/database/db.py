"""`surveyapp db`: from one database to another."""

from __future__ import annotations

import time

import click

from surveyapp.cli.context import open_runtime
from surveyapp.environment.values import database_url
from surveyapp.services.moving import copy_all


@click.group()
def db() -> None:
    """Move to another database: from SQLite to PostgreSQL, or to another server."""


@db.command()
@click.option("--from", "source", help="The database to copy. [default: SURVEYAPP_DATABASE_URL]")
@click.option("--to", "target", required=True, help="An empty database: postgresql://user@host/name, or sqlite:///…")
def copy(source: str | None, target: str) -> None:
    """Copy all that a database holds into an empty one, and compare every row. Stop what serves first. Interrupted, the
    same command goes on where it stopped."""
    to = database_url(target, "--to")
    runtime = open_runtime(source, "--from")
    begun = time.monotonic()

    def tell(table: str, done: int, of: int) -> None:
        if of > 10_000:
            click.echo(f"\r{table}: {done:,} of {of:,} rows", err=True, nl=done == of)

    try:
        made = copy_all(runtime, to, tell)
    except KeyboardInterrupt:
        click.echo(err=True)
        raise click.ClickException("Stopped. The same command goes on from there.") from None
    more = f" ({made.before:,} were there already)" if made.before else ""
    taken = time.monotonic() - begun
    click.echo(f"{made.rows:,} rows in {made.tables} tables{more}: all of them the same there. {taken:,.0f} s.")
    click.echo(
        "To serve from it, set SURVEYAPP_DATABASE_URL to it, and leave people’s keys where they are: "
        f"SURVEYAPP_PERSON_KEYS={runtime.settings.person_keys}"
    )
