"""The folder of backups: how they are named, which are undamaged, and which ones stay.

Beside each stands its SHA-256, as `sha256sum` writes it, so that damage is seen without the identity.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from surveyapp.domain.errors import ShiftlineError
from surveyapp.settings import Settings

NAME = "shiftline-{moment}.backup"
SEALED = ".age"
SUM = ".sha256"
_NAMED = re.compile(r"shiftline-\d{8}T\d{12}Z\.backup(\.age)?")


class BackupRefused(ShiftlineError):
    """A backup cannot be made, read or put back. Nothing was changed."""


@dataclass(frozen=True)
class Keep:
    """Which backups stay: the newest of each of so many days, weeks and months that have one."""

    daily: int = 7
    weekly: int = 4
    monthly: int = 6


KEEP = Keep()


@dataclass(frozen=True)
class Pruned:
    """What was `removed` of a folder of backups; `damaged` ones, or ones that cannot be read, count for nothing and
    stay; and what need not stay and could not be removed (`stuck`)."""

    removed: tuple[Path, ...]
    damaged: tuple[Path, ...]
    stuck: tuple[Path, ...] = ()


def backups_in(folder: Path) -> list[Path]:
    """Every backup in a folder, oldest first; halves of one are none, nor is what is named otherwise."""
    return sorted(each for each in folder.glob("shiftline-*.backup*") if _NAMED.fullmatch(each.name))


def is_undamaged(path: Path) -> bool:
    """Whether it is, byte for byte, what was written; what cannot be read is not known to be."""
    try:
        expected = path.with_name(path.name + SUM).read_text(encoding="utf-8").split()[0]
        return sum_of(path) == expected
    except (OSError, ValueError, IndexError):
        return False


def prune(folder: Path, keep: Keep) -> Pruned:
    """Removes what need not stay (`Keep`); never a damaged one, nor the newest that is whole. One that cannot be read
    or removed keeps no other."""
    there = list(reversed(backups_in(folder)))
    damaged = tuple(each for each in there if not is_undamaged(each))
    whole = [each for each in there if each not in damaged]
    stay = set(whole[:1])
    for most, pattern in ((keep.daily, "%Y-%m-%d"), (keep.weekly, "%G-%V"), (keep.monthly, "%Y-%m")):
        newest: dict[str, Path] = {}
        for each in whole:
            newest.setdefault(moment_of(each).strftime(pattern), each)
        stay.update(list(newest.values())[:most])
    gone = [each for each in whole if each not in stay]
    stuck = tuple(each for each in gone if not _removed(each))
    return Pruned(tuple(each for each in gone if each not in stuck), damaged, stuck)


def _removed(path: Path) -> bool:
    try:
        path.unlink()
        path.with_name(path.name + SUM).unlink(missing_ok=True)
    except OSError:
        return False
    return True


def moment_of(path: Path) -> dt.datetime:
    """When a backup was made, by its name."""
    written = path.name.removeprefix("shiftline-").partition(".")[0]
    return dt.datetime.strptime(written, "%Y%m%dT%H%M%S%fZ").replace(tzinfo=dt.UTC)


def newest(settings: Settings) -> Path:
    """The newest backup. Raises BackupRefused where there is none."""
    if not (found := backups_in(settings.backups)):
        raise BackupRefused(f"There is no backup in {settings.backups}. Make one with `surveyapp backup create`.")
    return found[-1]


def sum_of(path: Path) -> str:
    """The SHA-256 of a file, hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
