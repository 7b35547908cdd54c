"""What is in a database, so that a copy can be held against it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from surveyapp.domain.errors import ShiftlineError

SET_ASIDE = "before_restore_"
"""How what was there before something was put back is called."""


class CopyRefused(ShiftlineError):
    """The database cannot be copied or put back so. Nothing was changed."""


@dataclass(frozen=True)
class TableContents:
    """How many rows a table has, and what they all come to: a SHA-256 over every value of every row."""

    rows: int
    sha256: str


Contents = Mapping[str, TableContents]
"""What is in a database, by table."""


def differences(expected: Contents, found: Contents) -> list[str]:
    """What is not the same, table by table."""
    said = []
    for name in sorted({*expected, *found}):
        if name not in found:
            said.append(f"{name} is missing")
        elif name not in expected:
            said.append(f"{name} was not there")
        elif found[name].rows != expected[name].rows:
            said.append(f"{name} has {found[name].rows} rows in place of {expected[name].rows}")
        elif found[name] != expected[name]:
            said.append(f"{name} has other values")
    return said


def sum_of(rows: Iterator[bytes]) -> TableContents:
    total, count = hashlib.sha256(), 0
    for row in rows:
        total.update(row + b"\n")
        count += 1
    return TableContents(count, total.hexdigest())


def refuse_unless_equal(expected: Contents, found: Contents) -> None:
    if said := differences(expected, found):
        raise CopyRefused(f"What was put back is not what was backed up: {'; '.join(said)}. Nothing was changed.")
