"""`surveyapp questionnaires check` over hostile files: no traceback, no hang, each a located fault or right."""

from __future__ import annotations

import re
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from surveyapp.cli.questionnaires import check
from surveyapp.domain.authoring.fault_codes import FAULT_CODES
from tests.hostile_files import HostileFile, hostile_files

MOST_SECONDS, LONGEST_WAIT = 5, 120
"""Seconds of work, and seconds in which nothing may be waited for, after which something hangs."""

LINE = re.compile(
    r"(?:note: )?(?P<file>good(?:/[^:]+)?):(?P<line>\d+):(?P<column>\d+): (?P<code>\w+): (?P<sentence>.+)"
)


class Hang(BaseException):
    """Raised into whatever takes too long; no `except` there catches it."""


@contextmanager
def watched() -> Iterator[None]:
    def stop(number: int, _frame: object) -> None:
        raise Hang(f"more than {MOST_SECONDS} s of work, or waiting" if number else "")

    before = {each: signal.signal(each, stop) for each in (signal.SIGPROF, signal.SIGALRM)}
    signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
    signal.setitimer(signal.ITIMER_REAL, LONGEST_WAIT)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        for each, handler in before.items():
            signal.signal(each, handler)


def outcome(hostile: HostileFile, result: Result, folder: Path) -> tuple[str, set[str]]:
    """What came of one file: what is wrong with that (empty: nothing), and the codes found."""
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        return f"traceback: {result.exception!r}", set()
    lines = [match for line in result.output.splitlines() if (match := LINE.fullmatch(line))]
    codes = {line["code"] for line in lines}
    if codes - FAULT_CODES.keys():
        return f"codes that are none: {codes}", codes
    if result.exit_code and not lines:
        return f"refused without a fault: {result.output}", codes
    for line in lines:
        path = folder.parent / line["file"]
        length = path.read_bytes().replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") if path.is_file() else 0
        if not 1 <= int(line["line"]) <= length + 1 or not line["sentence"].endswith((".", "?")):
            return f"not located, or no sentence: {line[0]}", codes
    if hostile.codes is not None and (not hostile.codes & codes if hostile.codes else result.exit_code != 0):
        return f"expected {set(hostile.codes) or 'no fault'}, found {result.output[:500] or 'nothing'}", codes
    return "", codes


def test_every_hostile_file_ends_in_located_faults_or_is_right(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = list(hostile_files())
    assert len(files) >= 240
    assert len({each.name for each in files}) == len(files)
    tally: Counter[str] = Counter()
    wrong: dict[str, str] = {}
    for number, hostile in enumerate(files):
        folder = tmp_path / str(number) / "good"
        folder.mkdir(parents=True)
        hostile.write(folder)
        try:
            with watched():
                result = CliRunner().invoke(check, [str(folder)])
        except Hang as hang:
            wrong[hostile.name] = f"hangs: {hang}"
            continue
        why, codes = outcome(hostile, result, folder)
        if why:
            wrong[hostile.name] = why
        tally["right" if not result.exit_code else "faults"] += 1
        tally.update(f"  {code}" for code in codes)
    with capsys.disabled():
        print(f"\n{len(files)} hostile files: {tally['faults']} with located faults, {tally['right']} right")
    assert wrong == {}, "\n".join(f"{name}: {why}" for name, why in wrong.items())
    found = {code.strip() for code in tally} - {"right", "faults"}
    assert len(found) > 40, found
