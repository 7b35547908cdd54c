"""The page about OWASP's standard has each requirement once, and counts what it says of them."""

from __future__ import annotations

import re
from collections import Counter

from surveyapp.settings import ROOT

PAGE = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")

# Of version 5.0.0, levels 1 and 2: each section, and how many requirements of it. What is of level 3 alone comes last
# in a section, so that those of the others are counted from one.
SECTIONS = {
    1: (2, 9, 11, 3, 2),
    2: (3, 3, 4, 1),
    3: (0, 2, 4, 6, 5, 0, 2),
    4: (3, 1, 2, 4),
    5: (1, 3, 2, 3),
    6: (3, 12, 4, 4, 5, 3, 0, 4),
    7: (3, 4, 2, 5, 2, 2),
    8: (2, 3, 1, 1),
    9: (3, 4),
    10: (2, 2, 4, 11, 5, 2, 3),
    11: (2, 3, 3, 4, 1, 1),
    12: (3, 2, 4),
    13: (1, 5, 2, 5),
    14: (2, 4, 3),
    15: (3, 3, 7),
    16: (1, 5, 4, 3, 3),
    17: (1, 4, 2),
}
VERDICTS = ("met", "partly", "not met", "not applicable")

ROWS = re.findall(rf"^\| (\d+\.\d+\.\d+) \| ({'|'.join(VERDICTS)}) \| .+ \|.*\|$", PAGE, re.MULTILINE)
"""Each requirement, and what is said of it."""


def test_every_requirement_stands_there_once_and_in_its_place() -> None:
    asked = [
        f"{chapter}.{section}.{number}"
        for chapter, sections in SECTIONS.items()
        for section, most in enumerate(sections, 1)
        for number in range(1, most + 1)
    ]
    assert len(asked) == 253
    assert [number for number, _verdict in ROWS] == asked
    titles = [int(each) for each in re.findall(r"^## V(\d+) ", PAGE, re.MULTILINE)]
    assert titles == list(SECTIONS)


def counted() -> str:
    """The table at the top of the page, as it ought to be."""
    names = dict(re.findall(r"^## V(\d+) (.+)$", PAGE, re.MULTILINE))
    lines = [f"| chapter | {' | '.join(VERDICTS)} |", f"| --- |{' ---: |' * len(VERDICTS)}"]
    for chapter in (*map(str, SECTIONS), ""):
        of = Counter(verdict for number, verdict in ROWS if number.startswith(f"{chapter}." if chapter else ""))
        name = f"{chapter} {names[chapter]}" if chapter else "all of them"
        lines.append(f"| {name} | {' | '.join(str(of[each] or '') for each in VERDICTS)} |")
    return "\n".join(lines)


def test_the_page_counts_what_is_below() -> None:
    assert counted() in PAGE, f"Put this in its place:\n\n{counted()}"
