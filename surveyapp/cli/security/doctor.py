"""`surveyapp doctor`: what is not right for real use."""

from __future__ import annotations

import sys

import click

from surveyapp.cli.context import open_runtime, open_settings
from surveyapp.domain.errors import DatabaseUnavailable, QuestionnaireFaults
from surveyapp.domain.security.fitness import Weight, wrong
from surveyapp.services import runtime as runtimes
from surveyapp.services.doctor import looking as service
from surveyapp.services.doctor import machine


@click.command()
def doctor() -> None:
    """Say in sentences what is not right for real use, and what to do, and where each secret is read from. Exits with 1
    where something is wrong."""
    faults = 0
    try:
        runtime = open_runtime()
    except DatabaseUnavailable:
        # That is a finding, beside the others.
        runtime = runtimes.build(open_settings())
    except QuestionnaireFaults as error:
        # And so is that.
        runtime, faults = open_runtime(studies={}), len(error.faults)
    for sentence in machine.read_from(runtime):
        click.echo(sentence)
    found = service.look(runtime, faults)
    for each in found:
        click.echo(f"{'Wrong: ' if each.weight is Weight.WRONG else 'Better: '}{each.what}")
        click.echo(f"    {each.todo}")
    count = wrong(found)
    if count:
        click.echo(
            f"{count} to mend before anybody answers." if count > 1 else "1 thing to mend before anybody answers."
        )
        sys.exit(1)
    click.echo("Fit to serve." if found else "Fit to serve. Nothing was found.")
