"""Names of columns: unique whatever the case, and within what a format takes, in bytes."""

from __future__ import annotations

from collections.abc import Iterable

ANY_LENGTH = 10_000


def unique_names(wanted: Iterable[str], most: int = ANY_LENGTH) -> list[str]:
    """A name for each wanted one, in order, of at most so many bytes: as it is where it fits and is new, otherwise cut
    in its middle and, where that is not new, numbered: how it ends tells it from those beside it. No two are alike even
    where case is not told apart."""
    wanted = list(wanted)
    # Whoever has a name that fits keeps it, whatever becomes of a longer one before.
    kept = {each.lower() for each in wanted if len(each.encode()) <= most}
    taken: set[str] = set()
    made = []
    for each in wanted:
        name, number = _with_its_ending(each, most), 1
        while name.lower() in taken or (name != each and name.lower() in kept):
            number += 1
            ending = f"_{number}"
            name = _with_its_ending(each, most - len(ending)) + ending
        taken.add(name.lower())
        made.append(name)
    return made


def _with_its_ending(name: str, most: int) -> str:
    """A name of at most so many bytes, of which its last words stay, as many as half of that has room for."""
    if len(name.encode()) <= most:
        return name
    parts = name.split("_")[1:]
    kept = ""
    for part in reversed(parts):
        if len(f"_{part}{kept}".encode()) > most // 2:
            break
        kept = f"_{part}{kept}"
    return clipped(name, most - len(kept.encode())).rstrip("_") + kept


def clipped(text: str, most: int) -> str:
    """The beginning of a text that takes at most so many bytes in UTF-8; no character is cut in two."""
    encoded = text.encode()
    return text if len(encoded) <= most else encoded[:most].decode(errors="ignore")


def shortened(text: str, most: int, *, ending: bool = False) -> str:
    """A label of at most so many bytes: on one line, and with … where something was cut; with its `ending`, in the
    middle: there labels of one question differ."""
    plain = " ".join(text.split())
    if len(plain.encode()) <= most:
        return plain
    room = most - len("…".encode())
    if not ending:
        return clipped(plain, room).rstrip() + "…"
    encoded = plain.encode()
    last = encoded[len(encoded) - room // 2 :].decode(errors="ignore").lstrip()
    return clipped(plain, room - len(last.encode())).rstrip() + "…" + last
