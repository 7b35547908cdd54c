"""Names of columns: unique whatever the case, and within what a format takes, in bytes."""

from __future__ import annotations

from collections.abc import Iterable

ANY_LENGTH = 10_000


def unique_names(wanted: Iterable[str], most: int = ANY_LENGTH) -> list[str]:
    """A name for each wanted one, in order, of at most so many bytes: as it is where it fits and is new, otherwise cut
    and numbered. No two are alike even where case is not told apart."""
    wanted = list(wanted)
    # Whoever has a name that fits keeps it, whatever becomes of a longer one before.
    kept = {each.lower() for each in wanted if len(each.encode()) <= most}
    taken: set[str] = set()
    made = []
    for each in wanted:
        name, number = each, 1
        while name.lower() in taken or len(name.encode()) > most or (name != each and name.lower() in kept):
            number += 1
            ending = f"_{number}"
            name = clipped(each, most - len(ending)) + ending
        taken.add(name.lower())
        made.append(name)
    return made


def clipped(text: str, most: int) -> str:
    """The beginning of a text that takes at most so many bytes in UTF-8; no character is cut in two."""
    encoded = text.encode()
    return text if len(encoded) <= most else encoded[:most].decode(errors="ignore")


def shortened(text: str, most: int) -> str:
    """A label of at most so many bytes: on one line, and with … where something was cut."""
    plain = " ".join(text.split())
    if len(plain.encode()) <= most:
        return plain
    return clipped(plain, most - len("…".encode())).rstrip() + "…"
