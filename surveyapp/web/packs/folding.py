"""The markup of a page of a pack, without what stands in it over and over: the names and ids of its variables.

What is left is the same on every page that asks in the same way, which compresses to nearly nothing. `page.js` puts
them back in, character by character.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

MARK = "~"
"""Followed by a figure: the key of the part in that place; by a letter, `a` for the first: its id, where that is
another; by itself: itself."""

MOST = 10
"""Parts that have a figure and a letter; what comes after them stands as it is."""


def folded(html: str, keys: Sequence[str]) -> str:
    """`keys`: of the page's parts, in order."""
    marks: dict[str, str] = {}
    for place, key in enumerate(keys[:MOST]):
        marks[key.replace("@", "-")] = f"{MARK}{chr(ord('a') + place)}"
        marks[key] = f"{MARK}{place}"
    if not marks:
        return html.replace(MARK, MARK * 2)
    # The longest first: the name of one may begin as another's.
    names = "|".join(re.escape(each) for each in sorted(marks, key=len, reverse=True))
    shape = re.compile(rf'{MARK}|(?<=[" ])(?:{names})(?=["\-:])')
    return shape.sub(lambda found: marks.get(found[0], MARK * 2), html)


def unfolded(html: str, keys: Sequence[str]) -> str:
    """As `page.js` does it."""

    def of(found: re.Match[str]) -> str:
        if (mark := found[1]) == MARK:
            return MARK
        return keys[int(mark)] if mark.isdigit() else keys[ord(mark) - ord("a")].replace("@", "-")

    return re.sub(rf"{MARK}([0-9a-j{MARK}])", of, html)
