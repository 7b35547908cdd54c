"""`surveyapp questionnaires`: check the files, freeze a version, open it, see what changed."""

from __future__ import annotations

from pathlib import Path

import click

from surveyapp.cli.context import open_runtime, questionnaires_folder
from surveyapp.domain.errors import QuestionnaireFaults
from surveyapp.domain.written import SCHEMAS, json_schema
from surveyapp.reports.wording_text import difference_lines, history_lines
from surveyapp.services import instruments, wordings


@click.group()
def questionnaires() -> None:
    """Check, freeze and open versions of questionnaires, and see what changed between them."""


@questionnaires.command()
@click.argument("path", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
def check(path: Path | None) -> None:
    """Check the studies under PATH, or the one in it: exit 0, or every fault with file, line and what to do."""
    try:
        summary = instruments.check_folder(path or questionnaires_folder())
    except QuestionnaireFaults as error:
        for fault in error.faults:
            click.echo(str(fault))
        count = len(error.faults)
        raise click.ClickException(f"{count} fault{'s' if count != 1 else ''}. Nothing was changed.") from None
    for line in summary:
        click.echo(line)


@questionnaires.command()
@click.argument("file", type=click.Choice(sorted(SCHEMAS)), default="questionnaire")
def schema(file: str) -> None:
    """Print the JSON Schema of a questionnaire's FILE, or of a study's: editors complete and check with it."""
    click.echo(json_schema(file), nl=False)


@questionnaires.command()
@click.argument("study")
@click.argument("questionnaire")
def freeze(study: str, questionnaire: str) -> None:
    """Freeze the newest version of a QUESTIONNAIRE: from then on its file cannot change."""
    version = instruments.freeze(open_runtime(), study, questionnaire)
    click.echo(f"{questionnaire} is frozen up to version {version}. Commit {study}/{instruments.LOCK}.")


@questionnaires.command("open")
@click.argument("study")
@click.argument("questionnaire")
def open_version(study: str, questionnaire: str) -> None:
    """Open the newest frozen version of a QUESTIONNAIRE for new responses."""
    version, new = instruments.open_newest(open_runtime(), study, questionnaire, None)
    state = "is now open" if new else "was open already"
    click.echo(f"{questionnaire} version {version} {state}.")


@questionnaires.command()
@click.argument("study")
@click.argument("questionnaire")
@click.argument("first", required=False)
@click.argument("second", required=False)
def diff(study: str, questionnaire: str, first: str | None, second: str | None) -> None:
    """Say what is different between two versions of a QUESTIONNAIRE: the two newest, or FIRST and SECOND (v1 v2). For
    two touchpoints, name both: `diff STUDY backfill_1/v1 backfill_2/v1`."""
    found = wordings.find_difference(questionnaires_folder(), study, questionnaire, first, second)
    for line in difference_lines(found):
        click.echo(line)


@questionnaires.command()
@click.argument("study")
@click.argument("variable")
def history(study: str, variable: str) -> None:
    """Follow a VARIABLE through every touchpoint and version: where asked, in which words, what lies between."""
    known, found = wordings.find_history(questionnaires_folder(), study, variable)
    for line in history_lines(known, variable, found):
        click.echo(line)
