"""`surveyapp messages plan | send`: what is to be sent to people, and sending it."""

from __future__ import annotations

from collections import Counter

import click

from surveyapp.cli.context import open_desk


def _studies(desk_studies: list[str], chosen: str | None) -> list[str]:
    return [chosen] if chosen else desk_studies


@click.command()
@click.option("--study", help="Of this study alone.")
def plan(study: str | None) -> None:
    """Say what goes out from now on, day by day, and what does not and why. Sends and stores nothing."""
    from surveyapp.services.sending import calendar

    desk = open_desk()
    for each in _studies(sorted(desk.runtime.studies), study):
        found = calendar.calendar(desk, each)
        if found.study.messages is None:
            click.echo(f"{each}: study.yaml says nothing of messages.")
            continue
        click.echo(f"{each}: sending is {'on' if found.sends else 'off: a manager switches it on'}.")
        for line in found.lines:
            where = f"{line.group} {line.touchpoint}"
            click.echo(
                f"  {line.day} {line.step:<10} {where:<14} {line.way.value:<6} {line.language} {line.people:>6,}"
            )
        for (step, why), people in found.not_sent.items():
            click.echo(f"  not sent   {step:<10} {why.value.replace('_', ' '):<24} {people:>6,}")
        for begin in found.calls:
            where = f"{begin.group} {begin.touchpoint}"
            click.echo(f"  {begin.day} called     {where:<14} {'phone':<6}    {begin.people:>6,}")
        states = Counter[str]()
        for (_, state), count in found.states.items():
            states[state.value.replace("_", " ")] += count
        for said, count in sorted(states.items()):
            click.echo(f"  there are  {said:<35} {count:>6,}")


@click.command()
@click.option("--study", help="Of this study alone.")
def send(study: str | None) -> None:
    """Send what is due, where sending is switched on. For cron, where no worker runs; two at once are harmless."""
    from surveyapp.services.sending import outbox
    from surveyapp.services.sending.ways.chosen import carriers

    desk = open_desk()
    done = outbox.send(desk, _studies(sorted(desk.runtime.studies), study), carriers(desk.runtime.settings))
    told = ", ".join(f"{count:,} {state.value.replace('_', ' ')}" for state, count in sorted(done.items()))
    click.echo(f"{told}." if told else "Nothing is due.")
