"""The markup of a page of a pack, without what stands in it over and over: the names and ids of its variables; and
the rest of the page, without what its markup says as well.

What is left is the same on every page that asks in the same way, which compresses to nearly nothing. `page.js` puts
them back in, character by character.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

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


def said_once(page: dict[str, Any]) -> dict[str, Any]:
    """A page with its markup folded, without what that and the page's own name say as well: the codes that its options
    bear, in the order they stand in, and of each part's key what the page is called. `page.js` puts them back."""
    return page | {"parts": [_part_once(page, place, part) for place, part in enumerate(page["parts"])]}


def _part_once(page: dict[str, Any], place: int, part: dict[str, Any]) -> dict[str, Any]:
    left = dict(part)
    if left["key"] == page["id"]:
        del left["key"]
    elif left["key"].startswith(page["id"]):
        left["key"] = MARK + left["key"].removeprefix(page["id"])
    if left.get("codes") == re.findall(rf'name="{MARK}{place}" value="([^"]+)', page["html"]):
        del left["codes"]
    return left
