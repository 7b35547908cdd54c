"""`surveyapp simulate`: a made-up cohort of any size, to see how a study and its results bear it."""

from __future__ import annotations

import time

import click

from surveyapp.cli.context import open_desk

MOST = 10_000_000


@click.command()
@click.argument("study")
@click.option("--participants", "count", type=click.IntRange(1, MOST), required=True, help="How many.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), required=True, help="The same seed makes the same cohort.")
@click.option("--database", "url", required=True, help="An empty, migrated database of its own.")
def simulate(study: str, count: int, seed: int, url: str) -> None:
    """Make a cohort of a STUDY: people, sites, cases, and answers as its questionnaires lead to them, some missing,
    drop-out and change. All are marked simulated. Interrupted, the same command goes on where it stopped."""
    from surveyapp.services.simulation.making import simulate as make

    desk = open_desk(url, "--database")
    begun = time.monotonic()
    done = 0

    def progress(more: int) -> None:
        nonlocal done
        done += more
        click.echo(f"\r{done:,} of {count:,} participants", err=True, nl=False)

    try:
        rows = make(desk, study, count, seed, progress)
    except KeyboardInterrupt:
        click.echo(err=True)
        raise click.ClickException(
            "Stopped. What is stored is whole: the same command goes on from there. To begin anew, name an empty "
            "database."
        ) from None
    click.echo(err=True)
    taken = time.monotonic() - begun
    click.echo(f"{count:,} simulated participants of {study}: {rows:,} rows in {taken:,.0f} s.")
