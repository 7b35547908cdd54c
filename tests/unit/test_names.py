"""One capitalised name has one meaning in the whole package (docs/glossary.md): the second one is found here."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "surveyapp"


def capitalised_names(source: str) -> list[str]:
    """The classes and type aliases that a module defines for others: CapWords, public or not."""
    names = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef):
            names.append(node.name)
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        for target in targets:
            inner = target.elts if isinstance(target, ast.Tuple) else [target]
            names += [each.id for each in inner if isinstance(each, ast.Name)]
    return [name for name in names if name.lstrip("_")[:1].isupper() and not name.isupper()]


def test_no_capitalised_name_has_a_second_meaning() -> None:
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(PACKAGE.rglob("*.py")):
        for name in capitalised_names(path.read_text(encoding="utf-8")):
            found[name].append(str(path.relative_to(PACKAGE)))
    assert {name: places for name, places in found.items() if len(places) > 1} == {}


def test_a_second_meaning_would_be_seen() -> None:
    assert capitalised_names("class Line: ...\nLine_ = 1\nWords = dict[str, str]\nONE = 1\nP, Q = 1, 2") == [
        "Line",
        "Line_",
        "Words",
    ]


def test_the_glossary_names_what_is_there() -> None:
    text = (PACKAGE.parent / "docs" / "glossary.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| ")]
    named = {name for row in rows for name in re.findall(r"`([A-Z]\w+)`", row[-1])}
    defined = {name for path in PACKAGE.rglob("*.py") for name in capitalised_names(path.read_text(encoding="utf-8"))}
    assert len(named) > 50
    assert named - defined == set()
