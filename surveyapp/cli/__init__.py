"""The operator's command line: `surveyapp backup | demo | export | keys | messages | participants | …`."""

from __future__ import annotations

import errno
import os
import sys
from typing import Any

import click

from surveyapp.cli.lazy import LazyGroup
from surveyapp.domain.errors import ShiftlineError, said_of_file


class Main(LazyGroup):
    """Shows what a person can mend as a sentence, not a traceback."""

    def main(self, *arguments: Any, **options: Any) -> Any:
        # The files a command makes are its own user's alone.
        os.umask(0o077)
        try:
            try:
                return super().main(*arguments, **options)
            except ShiftlineError as error:
                click.echo(str(error), err=True)
                sys.exit(1)
            finally:
                # What is left is written while somebody can be told that it was not.
                sys.stdout.flush()
        except OSError as error:
            if (said := said_of_file(error)) is None and error.errno != errno.EPIPE:
                raise
            _give_up_output()
            if said is not None:
                click.echo(said, err=True)
            sys.exit(1)


def _give_up_output() -> None:
    """What cannot be written is not tried again at the end, where it would be said in a traceback."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(
    cls=Main,
    commands_in={
        "audit": "surveyapp.cli.security.audit:audit",
        "backup": "surveyapp.cli.security.backup:backup",
        "db": "surveyapp.cli.database.db:db",
        "demo": "surveyapp.cli.demo:demo",
        "doctor": "surveyapp.cli.security.doctor:doctor",
        "export": "surveyapp.cli.exports.export:export",
        "report": "surveyapp.cli.exports.report:report",
        "keys": "surveyapp.cli.keys:keys",
        "messages": "surveyapp.cli.messages:messages",
        "questionnaires": "surveyapp.cli.questionnaires:questionnaires",
        "participants": "surveyapp.cli.participants:participants",
        "releases": "surveyapp.cli.releases:releases",
        "retention": "surveyapp.cli.privacy.retention:retention",
        "results": "surveyapp.cli.results:results",
        "simulate": "surveyapp.cli.simulate:simulate",
        "users": "surveyapp.cli.users:users",
        "worker": "surveyapp.cli.sending.worker:worker",
        "migrate": "surveyapp.cli.database.migrate:migrate",
    },
)
def main() -> None:
    """Shiftline: run longitudinal participant surveys, and read how people changed."""
