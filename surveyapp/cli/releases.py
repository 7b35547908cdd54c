"""`surveyapp releases`: numbered cuts of a study's results that everybody may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from surveyapp.cli.context import ask_first, open_desk, yes_option
from surveyapp.domain.releases import Release

if TYPE_CHECKING:
    from surveyapp.services.results.releasing.releases import ReleaseOutlook


@click.group()
def releases() -> None:
    """Make and look at a study's releases."""


@releases.command()
@click.argument("study")
@click.option("--due", is_flag=True, help="Only if the study says that one is due, without asking: for cron.")
@yes_option
def make(study: str, *, due: bool, yes: bool) -> None:
    """Make the next release of a STUDY. The numbers in it can no longer be taken back."""
    from surveyapp.services.results.releasing import releases as service

    desk = open_desk()
    if not due:
        ahead = service.outlook(desk, study)
        # Of one that would be refused nothing is asked.
        ask_first(yes or bool(ahead.missing), f"{_asked(ahead, study)} Its numbers cannot be taken back.")
    made = service.make_due(desk, study) if due else service.make(desk, study)
    if made is None:
        ahead = service.outlook(desk, study)
        when = f" The next is due on {ahead.due_on}." if ahead.due_on and ahead.due_on > ahead.today else ""
        lack = f" {ahead.missing} people are missing for it." if ahead.missing else ""
        click.echo(f"No release of {study} is due.{when}{lack}")
        return
    click.echo(f"Made {_line(made)}.")


@releases.command("list")
@click.argument("study")
def list_releases(study: str) -> None:
    """Show every release of a STUDY, the newest first."""
    from surveyapp.services.results.releasing import released

    found = released.releases(open_desk(), study)
    if not found:
        click.echo(f"{study} has no release yet. Make one with `surveyapp releases make {study}`.")
    for each in found:
        click.echo(_line(each))


@releases.command()
@click.argument("study")
@click.argument("number", type=click.IntRange(1), required=False)
@click.option("--log", is_flag=True, help="What gave way in it, to what, because of which number. True counts.")
def show(study: str, number: int | None, log: bool) -> None:
    """Show how a release of a STUDY (the newest without a NUMBER) tells what it holds."""
    from surveyapp.services.results.releasing import released

    desk = open_desk()
    release, pages = released.pages(desk, study, number)
    click.echo(_line(release))
    collecting = ", ".join(
        f"{group} {touchpoint}" + (f" until {end:%Y-%m-%d}" if end else "")
        for (group, touchpoint), end in release.collecting.items()
    )
    click.echo(f"Collecting at the cut: {collecting or 'nothing'}.")
    for key, told in pages.items():
        written = "taken down" if told is None else ", ".join(f"{rows} {how}" for how, rows in sorted(told.items()))
        click.echo(f"{key}\t{written or 'nothing'}")
    if log:
        for line in released.log_of(desk, study, release.number):
            click.echo("\t".join(str(value) for value in line.values()))


@releases.command("take-down")
@click.argument("study")
@click.argument("number", type=click.IntRange(1))
@click.argument("pages", nargs=-1, required=True)
@yes_option
def take_down(study: str, number: int, pages: tuple[str, ...], yes: bool) -> None:
    """Delete what PAGES of a release of a STUDY say, for good: of one that must not be read any more. PAGES are called
    as `releases show` calls them (“measure belonging”)."""
    from surveyapp.services.results.releasing import released
    from surveyapp.services.results.releasing import releases as service

    desk = open_desk()
    _, there = released.pages(desk, study, number)
    if unknown := [page for page in pages if page not in there]:
        raise click.ClickException(
            f"Release {number} of {study} has no page {', '.join(unknown)}. It has: {', '.join(there)}."
        )
    question = f"Delete {', '.join(pages)} from release {number} of {study}? It cannot be brought back."
    ask_first(yes, question)
    taken = service.take_down(desk, study, number, pages)
    click.echo(
        f"{taken} of {len(pages)} could be read until now. Whoever opens one reads that the release does not hold it."
    )


def _asked(ahead: ReleaseOutlook, study: str) -> str:
    since = f", {ahead.new_or_changed} of them new or changed" if ahead.last else ""
    return f"Make release {ahead.number} of {study}, of the answers of {ahead.people} people{since}?"


def _line(release: Release) -> str:
    return (
        f"release {release.number}, answers up to {release.answers_at:%Y-%m-%d %H:%M} UTC, cut "
        f"{release.cut_at:%Y-%m-%d %H:%M} UTC by {release.made_by or 'the command line'}: {release.people} people, "
        f"{release.new_or_changed} new or changed"
    )
