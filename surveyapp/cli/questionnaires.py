"""`surveyapp questionnaires`: check the files, freeze a version, open it."""

from __future__ import annotations

from pathlib import Path

import click

from surveyapp.cli.context import open_runtime, questionnaires_folder
from surveyapp.domain.errors import QuestionnaireFaults
from surveyapp.services import instruments


@click.group()
def questionnaires() -> None:
    """Check, freeze and open versions of questionnaires."""


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
def reword(study: str, questionnaire: str) -> None:
    """Take up corrected translations of a QUESTIONNAIRE's open versions."""
    made = instruments.reword(open_runtime(), study, questionnaire, None)
    for each in made:
        click.echo(f"{questionnaire} version {each.version}, {each.language}: revision {each.revision}.")
    if not made:
        click.echo("Nothing changed.")
