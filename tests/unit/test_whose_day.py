"""A moment's day is the day where the study is: it is read off a moment that was put on a clock of the study's, or else
it is said here whose day it is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "surveyapp"

OTHERS = {
    ("cli/demo.py", "as_of"): "a day as it was typed",
    ("cli/security/audit.py", "since"): "a day as it was typed",
    ("cli/security/audit.py", "until"): "a day as it was typed",
    ("domain/exports/tables.py", "response.submitted_at"): "the column says that its day is UTC's",
    ("domain/fieldwork/agreed.py", "local"): "on the study's clock already",
    ("domain/fieldwork/agreed.py", "moved"): "on the study's clock already",
    ("domain/fieldwork/agreed.py", "now"): "on the study's clock already",
    ("domain/sending/planning.py", "local"): "on the study's clock already",
    ("services/cases/agreed_times.py", "at"): "on the study's clock already",
    ("services/cases/agreed_times.py", "in_words"): "on the study's clock already",
    ("services/lists/files/workbook_readers.py", "value"): "a day as it was typed",
    (
        "services/participants/written_days.py",
        "dt.datetime.strptime(written, '%Y-%m-%d').replace(tzinfo=dt.UTC)",
    ): "a day as it was typed",
    ("services/work.py", "self.now"): "of a study that is written no more, and so is nowhere",
    ("store/results.py", "now"): "of a state that nobody has counted yet, and nobody reads",
    ("web/account/blueprint.py", "at"): "of what is of no study",
}
"""What else has a `.date()`, by module and what it is called on: whose day that is."""


def days_read(source: str) -> Iterator[str]:
    """What `.date()` is called on, unless it is put on a clock just before; and `today()`, the machine's own day."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.args:
            continue
        on = node.func.value
        on_a_clock = isinstance(on, ast.Call) and isinstance(on.func, ast.Attribute) and on.func.attr == "astimezone"
        if (node.func.attr == "date" and not on_a_clock) or ast.unparse(node) in ("dt.date.today()", "date.today()"):
            yield ast.unparse(on)


def test_every_day_is_one_where_the_study_is_or_it_is_said_whose() -> None:
    found = {
        (path.relative_to(PACKAGE).as_posix(), on)
        for path in PACKAGE.rglob("*.py")
        for on in days_read(path.read_text(encoding="utf-8"))
    }
    assert found == set(OTHERS)


def test_a_day_of_no_place_would_be_seen() -> None:
    read = "a = work.now.date()\nb = now.astimezone(zone).date()\nc = dt.date.today()\nd = dt.date(2030, 1, 1)"
    assert list(days_read(read)) == ["work.now", "dt.date"]
