"""What SQLite keeps beside a database's file: what was written and is not in the file yet, and what that takes.

SQLite knows whose it is by the name alone. Where another file comes to stand there, what was left by one before is read
as that one's, which mixes two databases; where none stands, or an empty one, it is deleted unasked.
"""

from __future__ import annotations

from pathlib import Path

_WRITTEN, _HELPING = ("-wal", "-journal"), ("-shm",)

ENDS = (*_WRITTEN, *_HELPING)
"""How their names go on after the file's."""


def family(path: Path) -> list[Path]:
    """A database's file and what is beside it, of which any may not be there; what may hold something comes first."""
    return [path.with_name(f"{path.name}{end}") for end in ("", *ENDS)]


def written_beside(path: Path) -> Path | None:
    """What holds something that is not in the file yet, whether or not that is there."""
    return next((each for each in family(path) if each.name.endswith(_WRITTEN) and _holds_something(each)), None)


def left_behind(path: Path) -> Path | None:
    """What holds something of a database whose file is not there, or is empty: it was moved or lost without it."""
    return None if _holds_something(path) else written_beside(path)


def _holds_something(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        # Not there, or in a folder that is shut: whoever opens the file is told which.
        return False
