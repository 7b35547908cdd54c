"""Objects of many fields are made by name, so that none can take another's place unseen; rows become objects by name
too, so that a column added to a query moves nothing."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import surveyapp
from surveyapp.settings import ROOT

MOST = 4
"""So many fields can be told apart by their place."""


def dataclasses_of_the_package() -> Iterator[type]:
    for found in pkgutil.walk_packages(surveyapp.__path__, "surveyapp."):
        module = importlib.import_module(found.name)
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if kind.__module__ == module.__name__ and dataclasses.is_dataclass(kind):
                yield kind


def test_many_fields_are_given_by_name() -> None:
    by_place = [
        f"{kind.__module__}.{kind.__name__}"
        for kind in dataclasses_of_the_package()
        if sum(not each.kw_only for each in dataclasses.fields(kind)) > MOST
    ]
    assert by_place == []


@pytest.mark.parametrize("path", sorted((ROOT / "surveyapp" / "store").glob("*.py")), ids=lambda path: path.name)
def test_rows_are_read_by_name(path: Path) -> None:
    """No row is taken apart by its order, nor spread into an object."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    rows = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and "session.execute(" in ast.unparse(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }

    def gives_rows(node: ast.expr) -> bool:
        return "session.execute(" in ast.unparse(node) or (isinstance(node, ast.Name) and node.id in rows)

    by_place = [
        f"line {node.target.lineno}: for {ast.unparse(node.target)}"
        for node in ast.walk(tree)
        if isinstance(node, ast.For | ast.comprehension)
        if isinstance(node.target, ast.Tuple) and gives_rows(node.iter)
    ] + [
        f"line {node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for argument in node.args
        if isinstance(argument, ast.Starred) and ast.unparse(argument.value) in {"row", *rows}
    ]
    assert by_place == []
