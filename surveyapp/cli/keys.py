"""`surveyapp keys`: what is sealed with what, changing keys, and the one copy of people's own."""

from __future__ import annotations

from pathlib import Path

import click

from surveyapp.cli.context import open_desk, open_desk_without_studies


@click.group()
def keys() -> None:
    """See, change and copy the keys that things are sealed with."""


@keys.command("list")
def list_keys() -> None:
    """Show what is sealed or hashed with which key, and which keys nothing rests on any more."""
    from surveyapp.services.privacy import rotating

    found = rotating.inventory(open_desk())
    for each in found:
        key = f"{each.setting} {each.key_id}".rstrip()
        wrong = " (missing!)" if each.missing else " (another key than they rest on!)" if each.shut else ""
        click.echo(f"{each.count:>8}  {each.what}\t{key}{wrong}")
    if waiting := rotating.waiting_pins(found):
        click.echo(
            f"{waiting} PINs come under the first of SURVEYAPP_ACCESS_KEYS when they are next given. Whoever has not "
            "given theirs when their key is taken out is let in by staff, and chooses another."
        )
    for setting, name in rotating.retired(found):
        click.echo(f"Nothing rests on {name} any more: take it out of SURVEYAPP_{setting}.")


@keys.command()
def rotate() -> None:
    """Seal anew, with the first of SURVEYAPP_CONTACT_KEYS, what older ones seal. Goes on while the site is served."""
    from surveyapp.services.privacy import rotating

    done = rotating.rotate(open_desk())
    click.echo(
        f"Sealed anew: the keys of {done.keys} people, {done.second_factors} second factors, {done.lists} lists being "
        f"brought in, {done.rows} rows of before. `surveyapp keys list` says which keys can be taken out "
        "of the settings."
    )


@keys.command()
def reseal() -> None:
    """Seal with people's own keys what is from before they had any."""
    from surveyapp.services.privacy import resealing

    click.echo(f"Sealed {resealing.reseal(open_desk())} contacts, notes and answers with people's own keys.")


@keys.command()
@click.argument("to", type=click.Path(dir_okay=False, path_type=Path))
def copy(to: Path) -> None:
    """Copy the file of people's keys TO a place, over the copy that is there: keep one, and none in series."""
    from surveyapp.services.privacy import copying

    count = copying.copy(open_desk_without_studies(), to)
    click.echo(f"Copied the keys of {count} people, and whose were destroyed, to {to}.")


@keys.command()
@click.option("--of-nobody", is_flag=True, help="Destroy, too, the keys of people whom the database does not know.")
def replay(of_nobody: bool) -> None:
    """Erase again whoever was erased: after a database or a file of keys was put back from a copy."""
    from surveyapp.services.privacy import replaying

    desk = open_desk()
    done = replaying.replay(desk)
    click.echo(f"Erased {done.people} people again, and destroyed {done.keys} keys again.")
    if of_nobody:
        click.echo(f"Destroyed {replaying.renew_of_nobody(desk)} keys of people whom the database does not know.")
