"""`surveyapp retention`: letting go of what is held of people once its time is over."""

from __future__ import annotations

import click

from surveyapp.cli.context import open_desk


@click.group()
def retention() -> None:
    """Keep what is held of people no longer than each study says."""


@retention.command()
@click.option("--dry-run", is_flag=True, help="Say what is kept until when, and let go of nothing.")
@click.option("--study", help="Of this study alone.")
def run(dry_run: bool, study: str | None) -> None:
    """Erase or anonymise what the studies keep no longer. For cron; killed half-way, the next run goes on."""
    from surveyapp.services.privacy import retention as service

    desk = open_desk()
    for each in [study] if study else sorted(desk.runtime.studies):
        if desk.runtime.study(each).retention is None:
            click.echo(f"{each}: study.yaml does not say how long anything is kept.")
        elif dry_run:
            for line in service.outlook(desk, each).lines:
                when = "goes now, was kept" if line.over else "is kept"
                click.echo(f"{each}: {line.what.value} of {_people(line.people)} {when} until {line.on}")
        else:
            done = service.run(desk, each)
            told = ", ".join(f"{what.value} of {_people(count)}" for what, count in sorted(done.items()))
            click.echo(f"{each}: {f'let go of {told}' if told else 'nothing to let go of'}.")


def _people(count: int) -> str:
    return f"{count:,} {'person' if count == 1 else 'people'}"
