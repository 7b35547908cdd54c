"""`surveyapp migrate`: brings the database's tables up to date."""

from __future__ import annotations

import click

from surveyapp.cli.context import open_runtime, open_settings
from surveyapp.services import readiness


@click.command()
def migrate() -> None:
    """Create the tables, or bring them up to date."""
    readiness.migrate(open_settings())
    open_runtime()
    click.echo("The database is up to date.")
