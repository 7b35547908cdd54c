"""`surveyapp export`: a study's single answers, in files."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from surveyapp.cli.context import open_desk
from surveyapp.domain.exports.dataset import ExportShape

FORMATS = ("csv", "xlsx", "sav", "dta", "parquet", "triples", "ddi")
EVERY = 500
"""After so many rows progress is told anew."""


@click.command()
@click.argument("study")
@click.option("--format", "form", type=click.Choice(FORMATS), default="csv", show_default=True)
@click.option(
    "--shape",
    type=click.Choice([each.value for each in ExportShape]),
    default=ExportShape.RESPONSES.value,
    show_default=True,
    help="A row a response, a person or an answer.",
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="The folder to write to.")
@click.option("--purpose", required=True, help="What for: it is kept in the audit trail and stands in the files.")
@click.option("--release", type=click.IntRange(1), help="Only what had been sent by the cut of this release.")
@click.option("--references", is_flag=True, help="People by their reference, of those who agreed to be linked.")
@click.option("--language", help="The language of labels, one of the study's; else the one it was written in.")
def export(
    study: str,
    form: str,
    shape: str,
    out: Path,
    purpose: str,
    release: int | None,
    references: bool,
    language: str | None,
) -> None:
    """Write the answers of a STUDY, without names, to files in a folder that is made for whoever runs this alone."""
    from surveyapp.domain.exports.jobs import ExportRequest
    from surveyapp.reports.exports import folder
    from surveyapp.services.exports.answers import export_answers
    from surveyapp.services.translation import interface_catalogues

    _known, gettext, _ngettext = interface_catalogues.spoken(language or "en")
    request = ExportRequest(
        shape=ExportShape(shape), form=form, purpose=purpose, release=release, references=references
    )
    desk = dataclasses.replace(open_desk(), language=language)
    made = export_answers(desk, study, request, gettext, _progress)
    for path in folder.write(made, form, out):
        click.echo(str(path))
    click.echo(f"{made.people} people, {made.responses} responses. {' '.join(made.notes)}")


def _progress(name: str, row: int, count: int) -> None:
    if row % EVERY == 0 or row == count:
        click.echo(f"\r{name}: {row} of {count}", err=True, nl=row == count)
