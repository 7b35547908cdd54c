"""`surveyapp participants`: many of them from a file."""

from __future__ import annotations

from pathlib import Path

import click

from surveyapp.cli.context import open_desk
from surveyapp.services.participants import bulk_import


@click.group()
def participants() -> None:
    """Add the people a study asks."""


@participants.command("import")
@click.argument("study")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would come of it, and store nothing.")
@click.option("--allow-shared", is_flag=True, help="Add people whose phone number or e-mail address others have too.")
def import_file(study: str, file: Path, dry_run: bool, allow_shared: bool) -> None:
    """Add everybody in a CSV FILE to a STUDY, or nobody: with a fault anywhere, every fault is listed and nothing is
    stored. `participants columns` lists what the first row may name."""
    outcome = bulk_import.import_file(open_desk(), study, file.read_bytes(), dry_run=dry_run, allow_shared=allow_shared)
    for fault in outcome.faults:
        click.echo(f"{file.name}: {fault}", err=True)
    for fault in outcome.shared:
        click.echo(f"{file.name}: {fault}", err=True)
    if outcome.faults:
        raise SystemExit(_sentence(len(outcome.faults), "fault", "faults", "Nobody was added."))
    if outcome.shared and not allow_shared:
        raise SystemExit(
            "Nobody was added. If these people do share a number or an address, run it again with --allow-shared."
        )
    click.echo(
        _sentence(
            len(outcome.references),
            "participant",
            "participants",
            "added." if outcome.stored else "can be added. Nothing was stored.",
        )
    )
    if outcome.new_sites:
        click.echo(f"New sites: {', '.join(outcome.new_sites)}.")


@participants.command()
@click.argument("study")
def columns(study: str) -> None:
    """List the columns a file for a STUDY may have."""
    for column in bulk_import.columns(open_desk(), study):
        needed = "; needed" if column.name in bulk_import.NEEDED else ""
        values = f": {', '.join(column.values)}" if column.values else ""
        click.echo(f"{column.name}\t{column.label}{values}{needed}")


def _sentence(count: int, one: str, several: str, end: str) -> str:
    joint = " " if end[0].islower() else ". "
    return f"{count:,} {one if count == 1 else several}{joint}{end}"
