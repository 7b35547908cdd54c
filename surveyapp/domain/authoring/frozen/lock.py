"""What freezing wrote of a study's questionnaires: `frozen.lock` in its folder.

A line is a version, the SHA-256 of what it resolves to and, of one whose conditions or texts look back, `after` which
versions of earlier questionnaires it was written: those that were the newest frozen when it was.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from surveyapp.domain.authoring.file_text import UnreadableFile, exists, read_text
from surveyapp.domain.errors import Fault, QuestionnaireFaults

LOCK = "frozen.lock"

_HEADER = (
    "# Frozen questionnaire versions and the SHA-256 of what each resolves to. Written by `questionnaires freeze`."
)
_VERSION = r"[a-z][a-z0-9_]* v[1-9]\d{0,3}"
_LINE = re.compile(
    rf"(?P<version>{_VERSION}) (?P<sha256>[0-9a-f]{{64}})(?: after (?P<back>{_VERSION}(?:, {_VERSION})*))?", re.ASCII
)


@dataclass(frozen=True)
class Locked:
    """A frozen version. `looks_back`: by questionnaire, which version was the newest frozen when it was, of those that
    its conditions look back at."""

    sha256: str
    looks_back: Mapping[str, int] = field(default_factory=dict)


def read_lines(folder: Path) -> dict[tuple[str, int], Locked]:
    """What is frozen in a study's folder, by (questionnaire, version). Raises QuestionnaireFaults where the file is not
    as freezing wrote it: nothing is served past it."""
    path, shown = folder / LOCK, f"{folder.name}/{LOCK}"
    if not exists(path):
        return {}
    try:
        lines = read_text(path).split("\n")
    except UnreadableFile as error:
        raise QuestionnaireFaults(
            (Fault(file=shown, line=error.line, column=1, code=error.code, sentence=error.sentence),)
        ) from None
    frozen: dict[tuple[str, int], Locked] = {}
    faults = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line.strip())
        if found is None:
            sentence = "This is no line that freezing wrote: a name, v1, and 64 digits. Bring the last good file back."
            faults.append(Fault(file=shown, line=number, column=1, code="bad_lock", sentence=sentence))
        elif (key := _version(found["version"])) in frozen:
            sentence = f"Version {key[1]} of “{key[0]}” is frozen twice. Keep the line of the release that was opened."
            faults.append(Fault(file=shown, line=number, column=1, code="bad_lock", sentence=sentence))
        else:
            back = found["back"].split(", ") if found["back"] else []
            frozen[key] = Locked(found["sha256"], dict(map(_version, back)))
    if faults:
        raise QuestionnaireFaults(tuple(faults))
    return frozen


def _version(written: str) -> tuple[str, int]:
    name, _, version = written.partition(" v")
    return name, int(version)


def write_lines(folder: Path, frozen: Mapping[tuple[str, int], Locked]) -> None:
    """Writes what is frozen, in the order of its names."""
    lines = [_HEADER]
    for (name, version), locked in sorted(frozen.items()):
        back = ", ".join(f"{each} v{number}" for each, number in sorted(locked.looks_back.items()))
        lines.append(f"{name} v{version} {locked.sha256}" + (f" after {back}" if back else ""))
    (folder / LOCK).write_text("\n".join(lines) + "\n", encoding="utf-8")
