"""`surveyapp migrate`: brings the database's tables up to date."""

from __future__ import annotations

import click

from surveyapp.cli.context import open_desk, open_settings
from surveyapp.services import readiness
from surveyapp.services.fieldwork import working_out
from surveyapp.services.privacy import resealing


@click.command()
def migrate() -> None:
    """Create the tables, or bring them up to date."""
    settings = open_settings()
    if readiness.migrate(settings):
        click.echo(f"A new, empty database was made: {settings.database_url.removeprefix('sqlite:///')}")
    click.echo("The database is up to date.")
    working_out.work_out_older(open_desk())
    sealed = resealing.reseal(open_desk())
    if sealed:
        click.echo(f"Sealed {sealed} contacts, notes and answers of before with people's own keys.")
