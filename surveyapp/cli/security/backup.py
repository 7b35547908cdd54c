"""`surveyapp backup`: made, tried, put back."""

from __future__ import annotations

from pathlib import Path

import click

from surveyapp.cli.context import open_desk, open_desk_without_studies, open_settings
from surveyapp.cli.security.audit import worded
from surveyapp.domain.authoring.loader import load_studies
from surveyapp.domain.errors import ShiftlineError
from surveyapp.services.privacy import restored as restored_backup
from surveyapp.services.security.backups import archive
from surveyapp.services.security.backups import backup as service
from surveyapp.services.security.backups import folder as backup_folder
from surveyapp.services.security.backups.folder import Keep

FILE = click.Path(dir_okay=False, path_type=Path)


def _identity(path: Path | None) -> str | None:
    # What is no text is none of age's, which is said where it is read.
    return None if path is None else path.read_bytes().decode(errors="replace")


@click.group()
def backup() -> None:
    """Copies of the whole database, encrypted, made while everything goes on."""


@backup.command()
@click.argument("file", type=FILE)
def key(file: Path) -> None:
    """Make the pair of keys that backups are encrypted with. FILE, the secret one, belongs somewhere else."""
    identity, recipient = archive.new_identity()
    try:
        file.touch(mode=0o600, exist_ok=False)
    except OSError as error:
        raise click.ClickException(f"{file} is not made anew: {error.strerror}. Name another file.") from None
    try:
        file.write_text(f"# public key: {recipient}\n{identity}\n", encoding="utf-8")
    except OSError as error:
        file.unlink()
        raise click.ClickException(f"{file} could not be written: {error.strerror}. Name another file.") from None
    click.echo(f"SURVEYAPP_BACKUP_RECIPIENT={recipient}")
    click.echo(
        f"Set that on the server. Keep {file} away from it, and a copy in a second place: without it no backup "
        "can be read.",
        err=True,
    )


@backup.command()
@click.option("--daily", type=click.IntRange(1), default=Keep.daily, show_default=True, help="Keep so many days.")
@click.option("--weekly", type=click.IntRange(0), default=Keep.weekly, show_default=True, help="So many weeks.")
@click.option("--monthly", type=click.IntRange(0), default=Keep.monthly, show_default=True, help="So many months.")
def create(daily: int, weekly: int, monthly: int) -> None:
    """Make a backup, and remove older ones that need not stay: the newest of each day, week and month does."""
    made = service.create(open_desk_without_studies(), Keep(daily, weekly, monthly))
    click.echo(f"{made.path}: {made.manifest.rows} rows in {len(made.manifest.tables)} tables.")
    for path in made.older.removed:
        click.echo(f"Removed {path.name}.")
    for path in made.older.damaged:
        click.echo(
            f"{path} is damaged, or cannot be read. It counts for nothing; look at its disk, and who may read it.",
            err=True,
        )
    for path in made.older.stuck:
        click.echo(f"{path} need not stay and cannot be removed. Look who may.", err=True)
    if made.path.suffix != backup_folder.SEALED:
        click.echo("It is not encrypted: this is a demonstration.", err=True)


@backup.command()
@click.argument("file", type=FILE, required=False)
@click.option("--identity", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The secret key's file.")
def verify(file: Path | None, identity: Path | None) -> None:
    """Look whether a backup (the newest) is whole: with the identity, by restoring it into a database of its own.

    The head of the audit trail that it prints then is what `surveyapp audit verify --head` compares."""
    settings = open_settings()
    found = service.verify(settings, file or backup_folder.newest(settings), _identity(identity))
    if found.manifest is None:
        click.echo(f"{found.path} is what was written. What is in it was not looked at: that takes --identity FILE.")
    else:
        click.echo(
            f"{found.path} is whole: {found.manifest.rows} rows in {len(found.manifest.tables)} tables, as they were "
            f"on {found.manifest.made_at:%Y-%m-%d at %H:%M:%S UTC}."
        )
        if found.manifest.audit_head:
            click.echo(f"head: {found.manifest.audit_head}")
        if found.trail is not None:
            raise click.ClickException(
                f"The audit trail in it is not whole: {worded(found.trail)}. It was so in the database already: look "
                "with `surveyapp audit verify`."
            )


@backup.command()
@click.argument("file", type=FILE)
@click.option("--identity", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The secret key's file.")
@click.option("--replace", is_flag=True, help="Set aside the database that is there.")
def restore(file: Path, identity: Path | None, replace: bool) -> None:
    """Put a backup in the database's place. Stop the server first."""
    settings = open_settings()
    # What would stop what comes after stops it before anything is changed.
    load_studies(settings.questionnaires)
    restored = service.restore(settings, file, _identity(identity), replace=replace)
    click.echo(
        f"The database is as it was on {restored.manifest.made_at:%Y-%m-%d at %H:%M:%S UTC}: "
        f"{restored.manifest.rows} rows."
    )
    try:
        _settle()
    except ShiftlineError as error:
        aside = service.set_aside(settings)
        there = f" What was there before is {', '.join(aside)}." if aside else ""
        raise click.ClickException(
            f"{error}\nThe backup is in the database's place, and not settled: mend that, then run `surveyapp backup "
            f"settle`. Until then nothing is served.{there}"
        ) from error


@backup.command()
def settle() -> None:
    """Go on with a restore that was stopped after the backup was in the database's place."""
    _settle()


def _settle() -> None:
    settled = restored_backup.settle(open_desk())
    if settled.migrated:
        click.echo("Its tables were brought up to date.")
    if settled.erased_again:
        click.echo(f"Erased again, as they were since: {settled.erased_again}.")
    # One that was killed before this one set aside what this one no longer found.
    if aside := service.set_aside(open_settings()):
        click.echo(
            f"What was there before is {', '.join(aside)}. Delete it once this is the right one: nobody is erased from "
            "it."
        )
    click.echo(
        "Links and codes given out since then are unknown, and those ended since then open again. Everybody signs in "
        "anew."
    )
