"""`surveyapp participants`: many of them from a file, and what one of them asks for."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from surveyapp.cli.context import ask_first, open_desk, yes_option
from surveyapp.domain.fieldwork.lists import LateChoice
from surveyapp.domain.privacy.leaving import REASONS, LeavingReason, ParticipationChange
from surveyapp.domain.sentences import in_english
from surveyapp.services.lists import all_at_once
from surveyapp.services.lists.files.text_files import ENCODINGS
from surveyapp.services.mending import replanning
from surveyapp.services.participants.identity import IdentityFact
from surveyapp.services.participants.written_days import DayOrder
from surveyapp.services.privacy import leaving
from surveyapp.services.privacy.leaving import LeavingOutlook


@click.group()
def participants() -> None:
    """Add the people a study asks, and do what one of them asks for."""


@participants.command("import")
@click.argument("study")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would come of it, and store nothing.")
@click.option("--allow-shared", is_flag=True, help="Add people whose phone number or e-mail address others have too.")
@click.option("--update", is_flag=True, help="Change those whose reference is there already by what the file says.")
@click.option("--dates", type=click.Choice([each.value for each in DayOrder]), help="What comes first in 03/06/2026.")
@click.option("--encoding", type=click.Choice(list(ENCODINGS)), help="The character set of a file that is not UTF-8.")
@click.option("--sheet", help="Which sheet of a workbook is the list, by its name.")
def import_file(
    study: str,
    file: Path,
    *,
    dry_run: bool,
    allow_shared: bool,
    update: bool,
    dates: str | None,
    encoding: str | None,
    sheet: str | None,
) -> None:
    """Add everybody in a FILE (CSV or XLSX) to a STUDY, or nobody: with a fault anywhere, every fault is listed and
    nothing is stored. `participants columns` lists what the first row may name."""
    outcome = all_at_once.import_file(
        open_desk(),
        study,
        file.read_bytes(),
        dry_run=dry_run,
        allow_shared=allow_shared,
        update=update,
        order=DayOrder(dates) if dates else None,
        encoding=encoding or "",
        sheet=sheet or "",
    )
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
    if outcome.changed:
        click.echo(_sentence(outcome.changed, "participant", "participants", "in the study already take what it says."))
    if outcome.new_sites:
        click.echo(f"New sites: {', '.join(outcome.new_sites)}.")


@participants.command()
@click.argument("study")
def columns(study: str) -> None:
    """List the columns a file for a STUDY may have."""
    for column in all_at_once.columns(open_desk(), study):
        needed = "; needed" if column.name in all_at_once.NEEDED else ""
        values = f": {', '.join(column.values)}" if column.values else ""
        click.echo(f"{column.name}\t{column.label}{values}{needed}")


@participants.command()
@click.argument("study")
@click.option(
    "--late",
    type=click.Choice([each.value for each in LateChoice]),
    default=LateChoice.CLOSED.value,
    show_default=True,
    help="What becomes of new cases whose window is over.",
)
@click.option("--ended", is_flag=True, help="Move cases that are over, too.")
@click.option("--sure", is_flag=True, help="Do it. Without this, what would move is said and nothing is stored.")
def replan(study: str, *, late: str, ended: bool, sure: bool) -> None:
    """Bring the cases of a STUDY in line with its schedule, after that changed in study.yaml: new touchpoints reach
    those who are enrolled. What was begun or sent stays, and so do days chosen by hand."""
    choices = replanning.ReplanChoices(late=LateChoice(late), ended=ended)
    made = (replanning.replan if sure else replanning.plan)(open_desk(), study, choices)
    for each in made.touchpoints:
        counts = ", ".join(f"{count:,} {in_english(fate)}" for fate, count in _by_fate(each.fates))
        states = ", ".join(f"{count:,} {in_english(state)}" for state, count in each.states.items())
        click.echo(f"{each.group} {each.number}: {counts or 'nobody'}{f' (then: {states})' if states else ''}")
        if each.by_hand:
            click.echo(f"  days chosen by hand stay: {', '.join(each.by_hand)}")
    if not sure and made.changes:
        click.echo("Nothing was stored. Run it again with --sure to do it.")


def _by_fate(fates: Mapping[replanning.ReplanFate, int]) -> list[tuple[replanning.ReplanFate, int]]:
    return [(fate, fates[fate]) for fate in replanning.ReplanFate if fates.get(fate)]


def _sentence(count: int, one: str, several: str, end: str) -> str:
    joint = " " if end[0].islower() else ". "
    return f"{count:,} {one if count == 1 else several}{joint}{end}"


def _facts() -> Callable[[Any], Any]:
    return click.option(
        "--confirmed",
        "confirmed",
        multiple=True,
        required=True,
        type=click.Choice([fact.value for fact in IdentityFact]),
        help="What they were asked for and knew; give it twice or more.",
    )


def _way_out(name: str, change: ParticipationChange, said: str) -> None:
    """Adds a command that records a change: `said` is its help."""

    @click.argument("study")
    @click.argument("reference")
    @click.option("--why", type=click.Choice([why.value for why in REASONS[change]]), default=REASONS[change][0].value)
    @_facts()
    def command(study: str, reference: str, why: str, confirmed: tuple[str, ...], *, yes: bool = True) -> None:
        desk = open_desk()
        facts = frozenset(IdentityFact(each) for each in confirmed)
        if not yes:
            ask_first(yes, _who_goes(leaving.outlook(desk, study, reference)))
        leaving.record(desk, study, reference, change, LeavingReason(why), facts)
        click.echo(f"{reference}: {in_english(change)}.")

    for_good = change is ParticipationChange.ERASED
    participants.command(name, help=said)(yes_option(command) if for_good else command)


def _who_goes(found: LeavingOutlook) -> str:
    who = found.participant
    group = found.study.group(who.group)
    sent = f"who has sent {', '.join(each.title for each, _ in found.sent)}" if found.sent else "who has sent nothing"
    return (
        f"Erase {who.reference}, of {group.title if group else who.group}, enrolled on {who.enrolled_on}, {sent}? It "
        "cannot be undone."
    )


_way_out("stop", ParticipationChange.STOPPED, "Contact somebody of a STUDY no more; what they have sent stays.")
_way_out("take-up", ParticipationChange.TAKEN_UP, "Ask somebody who stopped again, because they want to.")
_way_out("withdraw", ParticipationChange.WITHDRAWN, "Take somebody's answers out of every page, file and count.")
_way_out("erase", ParticipationChange.ERASED, "Erase all that is held of somebody. It cannot be undone.")
_way_out("undo-withdrawal", ParticipationChange.WITHDRAWAL_UNDONE, "Let somebody's answers count again.")


@participants.command()
@click.argument("study")
@click.argument("reference")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="The folder to write to.")
@click.option("--language", help="One of the study's languages; else the one they last answered in.")
@_facts()
def access(study: str, reference: str, out: Path, language: str | None, confirmed: tuple[str, ...]) -> None:
    """Write all that is held of somebody of a STUDY to two files: a page they can read, and JSON. The folder is made
    for whoever runs this alone; hand the files over, then delete them."""
    from surveyapp.reports.files import held_record
    from surveyapp.reports.text.phrasing import Phrasing
    from surveyapp.services.privacy import subject_access
    from surveyapp.services.translation import interface_catalogues

    facts = frozenset(IdentityFact(each) for each in confirmed)
    record = subject_access.held_record(open_desk(), study, reference, facts, language)
    known, gettext, ngettext = interface_catalogues.spoken(record.language)
    written = {
        out / f"{reference}.html": held_record.as_page(record, Phrasing(gettext, ngettext, lambda: known)).encode(),
        out / f"{reference}.json": held_record.as_json(record),
    }
    begun = []
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        for target, content in written.items():
            with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                begun.append(target)
                file.write(content)
    except OSError as error:
        for target in begun:
            target.unlink(missing_ok=True)
        raise click.ClickException(
            f"{out} cannot be written to ({error.strerror}). Name a folder that you may write to."
        ) from None
    for target in written:
        click.echo(str(target))
