"""What is stored is read: every column of every table is asked for by something of the program."""

from __future__ import annotations

import ast
import re

import pytest
from sqlalchemy import Table

from surveyapp.settings import ROOT
from surveyapp.store.tables import Base

PACKAGE = ROOT / "surveyapp"
_IN_TEMPLATE = re.compile(r"(?<=[\w\])])\.([a-z_][a-z0-9_]*)")


def names_read() -> set[str]:
    """Everything that is taken out of something by its name, in Python or in a template; a field that is only set, or
    named to be set, is not."""
    found: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        if PACKAGE / "store" / "tables" in path.parents:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                found.add(node.attr)
    for path in PACKAGE.rglob("*.html"):
        found.update(_IN_TEMPLATE.findall(path.read_text(encoding="utf-8")))
    return found


READ = names_read()


@pytest.mark.parametrize("table", Base.metadata.sorted_tables, ids=lambda table: table.name)
def test_every_column_is_read(table: Table) -> None:
    assert {column.name for column in table.columns} - READ == set()
