"""What it takes to read a large cohort's single answers: in files, by a program, and the words of one question.

Each in a process of its own, for the most memory that one held is that of all it ever did. `python -m
tests.benchmarks.taken DATABASE CACHE WHAT` measures one and prints it as JSON.
"""

from __future__ import annotations

import functools
import json
import resource
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path

from surveyapp.domain.audit import Operator
from surveyapp.domain.exports.dataset import ExportShape
from surveyapp.domain.exports.jobs import ExportRequest
from surveyapp.domain.staff import Role
from surveyapp.reports.exports.folder import write as write_files
from surveyapp.services.exports import pages
from surveyapp.services.exports.answers import export_answers
from surveyapp.services.open_answers import reading
from surveyapp.services.programs import tokens
from surveyapp.services.runtime import Runtime, system_clock
from surveyapp.services.work import Desk
from tests import factories
from tests.benchmarks.shared import Taken, in_words, once, row

STUDY = "mentoring"
PURPOSE = "A benchmark"
TARGETS = {
    "csv": ("60 s", "1 GiB"),
    "sav": ("180 s", "3 GiB"),
    "long csv": ("60 s", "1 GiB"),
    "long sav": ("180 s", "3 GiB"),
    "program": ("5 s", "1 GiB"),
    "words": ("1 s", "1 GiB"),
}
"""By what is taken; for 100,000 people, of whom there are some three million rows of an answer each, and of words for a
question that some 10,000 of them answered. Long targets are a million rows'."""

WORDS = {
    "csv": "every response as csv",
    "sav": "every response as sav",
    "long csv": "every answer, a row each, as csv",
    "long sav": "every answer, a row each, as sav",
    "program": "1,000 people's answers for a program",
    "words": "a page of the words to one question",
}


def main(runtime: Runtime) -> None:
    """Prints a row for each, and the memory that it took."""
    for what, (seconds, memory) in TARGETS.items():
        arguments = [runtime.settings.database_url, str(runtime.settings.cache), what]
        made = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.taken", *arguments], capture_output=True, text=True, check=True
        )
        found = json.loads(made.stdout)
        row(WORDS[what], seconds, in_words(Taken(*found["taken"])))
        row("  memory at most", memory, f"{found['held'] / 2**30:.2f} GiB")


def _measured(database_url: str, cache: str, what: str) -> None:
    runtime = factories.create_runtime(database_url, system_clock, cache=Path(cache))
    taken = once(_prepared(runtime, what))
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    json.dump({"taken": [taken.clock, taken.processor], "held": held}, sys.stdout)


def _prepared(runtime: Runtime, what: str) -> Callable[[], object]:
    """What is measured; what has to be there for it is made now."""
    match what:
        case "program":
            return _by_program(runtime)
        case "words":
            return _words(runtime)
        case files:
            return functools.partial(_files, runtime, files)


def _files(runtime: Runtime, what: str) -> None:
    *long, form = what.split()
    asked = ExportRequest(shape=ExportShape.LONG if long else ExportShape.RESPONSES, form=form, purpose=PURPOSE)
    with tempfile.TemporaryDirectory() as place:
        write_files(export_answers(Desk(runtime, Operator()), STUDY, asked, str), form, Path(place) / "out")


def _desk(runtime: Runtime, role: Role) -> Desk:
    email = f"{role.value}-{uuid.uuid4().hex[:8]}@example.org"
    return Desk(runtime, factories.create_staff(runtime, role, email=email, study=STUDY))


def _by_program(runtime: Runtime) -> Callable[[], object]:
    desk = _desk(runtime, Role.EXPORT_ANSWERS)
    made = tokens.make(desk, "A benchmark", ["answers"], 7, PURPOSE)
    caller = tokens.called_by(runtime, made.secret, "127.0.0.1")
    asked = pages.PageRequest(shape=ExportShape.RESPONSES, dataset="mentee_1")
    return functools.partial(pages.page, desk, caller, STUDY, asked, str)


def _words(runtime: Runtime) -> Callable[[], object]:
    desk = _desk(runtime, Role.READ_WORDS)
    counted = reading.places(desk, STUDY)
    question = min(counted, key=lambda each: abs(each.people - 10_000)).question
    reader, asked = reading.Reader(uuid.uuid4(), PURPOSE), reading.ReadingQuery()
    return functools.partial(reading.read, desk, reader, STUDY, *question.place, asked)


if __name__ == "__main__":
    _measured(*sys.argv[1:])
