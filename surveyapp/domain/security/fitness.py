"""What is found when somebody looks whether an installation is fit to serve for real."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Sequence
from dataclasses import dataclass


class Weight(enum.Enum):
    """*Wrong*: it must be mended before anybody answers. *Better*: it holds, and would hold better otherwise."""

    WRONG = "wrong"
    BETTER = "better"


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be, and what to do, each in a sentence."""

    weight: Weight
    what: str
    todo: str


BACKUP_AGE = dt.timedelta(hours=26)
"""A backup each night, and two hours for it."""

CHAIN_AGE = dt.timedelta(hours=2)
"""Entries of the audit trail are chained each hour; until then they can be changed unseen."""

AHEAD = dt.timedelta(minutes=2)
"""How far two clocks may be apart."""

DUE_AGE = dt.timedelta(hours=2)
"""How long a message may be due that something carries."""

JOB_AGE = dt.timedelta(minutes=30)
"""How long something that takes long may wait for the worker before nobody seems to do it."""

UNDONE_AGE = dt.timedelta(days=2)
"""How long something may wait that is done each day."""

CERTIFICATE_LEFT = dt.timedelta(days=14)
"""Certificates are renewed a month before they end."""

LEAST_SIGNS = 8
"""How many different signs a random key has at least: 32 random bytes, or digits, with fewer do not come up."""

LEAST_FREE = 1024**3
"""Bytes free on a disk that is written to."""


def said_of_age(age: dt.timedelta) -> str:
    """An age as somebody says it."""
    hours = int(age.total_seconds() // 3600)
    if hours >= 48:
        return f"{hours // 24} days"
    return f"{hours} hours" if hours >= 2 else f"{int(age.total_seconds() // 60)} minutes"


def wrong(findings: Sequence[Finding]) -> int:
    return sum(1 for each in findings if each.weight is Weight.WRONG)
