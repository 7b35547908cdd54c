"""Kinds own their behaviour: nothing outside their room asks for one by name, in Python or in a template."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from surveyapp.domain.instrument.kinds import KINDS, Control, Kind, Summary

PACKAGE = Path(__file__).parents[2] / "surveyapp"
ROOM = PACKAGE / "domain" / "instrument" / "kinds"
NAMES = "|".join(KINDS)
IN_TEMPLATES = re.compile(rf"\bkind\s*(?:==|!=|in\b|not in\b)\s*[(\[]?\s*['\"](?:{NAMES})['\"]")


def asked_by_name(source: str) -> Iterator[int]:
    """The lines on which a `kind` is compared with, or looked up among, the names of kinds."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            of_kinds = any(isinstance(each, ast.Attribute | ast.Name) and _name(each) == "kind" for each in sides)
            words = {each.value for side in sides for each in ast.walk(side) if isinstance(each, ast.Constant)}
            if of_kinds and words & set(KINDS):
                yield node.lineno
        if isinstance(node, ast.Dict):
            keys = {each.value for each in node.keys if isinstance(each, ast.Constant)}
            if len(keys & set(KINDS)) > 2:
                yield node.lineno


def _name(node: ast.Attribute | ast.Name) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id


def test_no_module_asks_for_a_kind_by_name() -> None:
    found = {
        f"{path.relative_to(PACKAGE)}:{line}"
        for path in PACKAGE.rglob("*.py")
        if ROOM not in path.parents
        for line in asked_by_name(path.read_text(encoding="utf-8"))
    }
    assert found == set()


def test_no_template_asks_for_a_kind_by_name() -> None:
    found = {path.name for path in PACKAGE.rglob("*.html") if IN_TEMPLATES.search(path.read_text(encoding="utf-8"))}
    assert found == set()


@pytest.mark.parametrize(
    "source",
    [
        'x.kind == "rating"',
        'kind != "open"',
        'q.kind in ("choice", "multiple")',
        'A = {"date": 1, "open": 2, "short": 3}',
    ],
)
def test_one_would_be_found(source: str) -> None:
    assert list(asked_by_name(source)) == [1]


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_a_kind_says_all_there_is_to_know(kind: Kind) -> None:
    assert isinstance(kind.control, Control)
    assert isinstance(kind.summary, Summary)
    assert kind.described
    assert bool(kind.boxes) == (kind.control is Control.BOXES)
    assert {box for boxes in kind.faulty_boxes.values() for box in boxes} <= {box.name for box in kind.boxes}
    assert kind.closed == ("missing" in kind.accepts), "only what needs an answer has ways out"


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_has_one_template(name: str) -> None:
    assert (PACKAGE / "web/participant/templates/participant/kinds" / f"{name}.html").is_file()


def test_there_is_no_template_without_a_kind() -> None:
    folder = PACKAGE / "web/participant/templates/participant/kinds"
    assert {path.stem for path in folder.iterdir()} == set(KINDS)
