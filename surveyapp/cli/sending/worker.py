"""`surveyapp worker`: what the installation does by itself."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path
from typing import IO

import click

from surveyapp.cli.context import open_desk
from surveyapp.domain.exports.dataset import AnswerExport
from surveyapp.watching import logs


def _pack(export: AnswerExport, form: str, place: Path, into: IO[bytes]) -> None:
    # Formats take pandas and pyarrow: a worker whom nobody asks for files does without.
    from surveyapp.reports.exports import folder

    folder.pack(export, form, place, into)


@click.command()
@click.option("--once", is_flag=True, help="Do what is due, once, and end; with 1 where a task failed.")
@click.option("--status", is_flag=True, help="Say how each task stands; ends with 1 where one is late or failed.")
def worker(once: bool, status: bool) -> None:
    """Send messages and do what else SURVEYAPP_WORKER lists, until stopped (SIGTERM, Ctrl-C). Two are harmless."""
    from surveyapp.services import worker as service

    desk = open_desk()
    if status:
        stands = service.standing(desk)
        for each in stands:
            when = f"last {each.done_at:%Y-%m-%d %H:%M:%S} UTC" if each.done_at else "never"
            said = f"; it failed since: {each.failed}" if each.failed else ""
            click.echo(f"{each.task:<10} {when}{', late' if each.late else ''}{said}")
        sys.exit(1 if any(each.late or each.failed for each in stands) else 0)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    tasks = desk.runtime.settings.worker
    if not once:
        logs.configure(desk.runtime.settings.log)
        click.echo(f"Working: {', '.join(tasks)}. Stop it with SIGTERM or Ctrl-C.")
    while not stop.is_set():
        came = service.round_of(desk, tasks, lambda: not stop.is_set(), _pack)
        if once:
            for task, did in came.did.items():
                if did:
                    click.echo(f"{task}: {did}")
            for task, why in came.failed.items():
                click.echo(f"{task} failed: {why}", err=True)
            sys.exit(1 if came.failed else 0)
        for _ in range(service.ROUND // service.LOOKS_EVERY):
            if stop.wait(service.LOOKS_EVERY.total_seconds()):
                break
            if "messages" in tasks:
                service.look_for_asked(desk)
            if "jobs" in tasks:
                service.look_for_jobs(desk, lambda: not stop.is_set(), "messages" in tasks)
