"""A file an author wrote, as text, whatever its bytes are: YAML, a translator's .po and a lock come in by this door."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from surveyapp.domain import normalise

MAXIMUM_BYTES = 256_000
"""What a questionnaire, a study or a lock may have: some eighteen times the largest there is."""

_CONFLICT = re.compile(r"^(?:<<<<<<<|>>>>>>>)(?: |$)", re.MULTILINE)


class UnreadableFile(Exception):
    """A file that gives no text: where, a code of `FAULT_CODES`, and a sentence that says what to do."""

    def __init__(self, line: int, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.line, self.code, self.sentence = line, code, sentence


def read_text(path: Path, maximum: int = MAXIMUM_BYTES) -> str:
    """The text of a UTF-8 file, a byte order mark taken off and every line end one newline. Raises UnreadableFile."""
    text = _decoded(read_bytes(path, maximum)).replace("\r\n", "\n").replace("\r", "\n")
    if (at := normalise.unusable_at(text)) is not None:
        sentence = f"There is a character (U+{ord(text[at]):04X}) that no text can have. Take it out."
        raise UnreadableFile(_line(text, at), "bad_character", sentence)
    if conflict := _CONFLICT.search(text):
        sentence = (
            "A merge stopped here. Keep one of the two sides, and take out the lines <<<<<<<, ======= and >>>>>>>."
        )
        raise UnreadableFile(_line(text, conflict.start()), "merge_conflict", sentence)
    return text


def utf_16(data: bytes) -> str | None:
    """The codec of bytes that are UTF-16: by their mark, or without one by every other byte being NUL, as it is then of
    text that is mostly ASCII and never in UTF-8. None for all others."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    high_first, low_first = data[0::2].count(0), data[1::2].count(0)
    if len(data) < 4 or 2 * max(high_first, low_first) <= len(data) // 2:
        return None
    return "utf-16-be" if high_first > low_first else "utf-16-le"


def exists(path: Path) -> bool:
    """Whether something stands under this name, be it a link that leads nowhere."""
    return os.path.lexists(path)


def shown(*names: str) -> str:
    """A path as a fault says it: parts joined by slashes, bytes that are no text as question marks."""
    return os.fsencode("/".join(names)).decode("utf-8", "replace")


def read_bytes(path: Path, maximum: int) -> bytes:
    """What is in a file. Raises UnreadableFile for what is none, cannot be read or is larger."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            what = "a folder" if stat.S_ISDIR(found.st_mode) else "no file that can be read"
            raise UnreadableFile(1, "unreadable", f"This is {what}. Put the file in its place, or take it away.")
        if found.st_size > maximum:
            sentence = f"The file is larger than {maximum // 1000:,} KB, which no such file needs. Split it."
            raise UnreadableFile(1, "too_large", sentence)
        return path.read_bytes()
    except OSError as error:
        # pathlib's own would raise again in a folder that may not be entered.
        is_link = os.path.islink(path)
        why = "This is a link that leads nowhere" if is_link else f"The file cannot be read ({error.strerror})"
        raise UnreadableFile(1, "unreadable", f"{why}. Put the file in its place, or take it away.") from None


def _decoded(data: bytes) -> str:
    if utf_16(data) is not None:
        sentence = "The file is UTF-16, which some editors call Unicode. Save it as UTF-8."
        raise UnreadableFile(1, "not_utf8", sentence)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableFile(line, "not_utf8", "The file is not UTF-8 text. Save it as UTF-8.") from None


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
