"""`surveyapp report`: a study's report, of a release, for Word or a browser."""

from __future__ import annotations

from pathlib import Path

import click

from surveyapp.cli.context import open_desk

FORMS = {".docx": "docx", ".html": "html"}


@click.command()
@click.argument("study")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The file to write: .docx or .html.")
@click.option("--release", type=click.IntRange(1), help="Of which release; the newest, where nothing is said.")
def report(study: str, out: Path, release: int | None) -> None:
    """Write the report of a STUDY from a release of it. Where a number that it names is not told there, nothing is
    written, and each is said with its place."""
    from surveyapp.reports.documents.building import build
    from surveyapp.reports.documents.forms import phrasing_of, written_report
    from surveyapp.services.reporting import reports
    from surveyapp.services.translation import interface_catalogues

    form = FORMS.get(out.suffix.lower())
    if form is None:
        raise click.ClickException(f"“{out.name}” is neither .docx nor .html. End the file's name in one of them.")
    desk = open_desk()
    material = reports.material(desk, study, release)
    words = phrasing_of(*interface_catalogues.spoken(material.study.source_language))
    document = build(material, words, desk.runtime.settings.public_url)
    content = written_report(document, form, words)
    reports.took(desk, material, out.name, content, document.quoted)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(content)
    except OSError as error:
        raise click.ClickException(
            f"{out} cannot be written ({error.strerror}). Name a file in a folder that you may write to."
        ) from None
    click.echo(f"{out}: the report of {study}, release {material.release.number}.")
    if document.left_out:
        click.echo(
            f"{document.left_out} lists of quotations and themes are left out: nothing of them has been coded, or "
            "cleared to be printed."
        )
