"""docs/data_model.md says what is stored: every table, every column, and nothing that is not there."""

from __future__ import annotations

import re

from surveyapp.settings import ROOT
from surveyapp.store.tables import Base


def described() -> dict[str, set[str]]:
    """The columns each table's paragraph names: words in backticks, but for file names and those of other tables."""
    text = (ROOT / "docs" / "data_model.md").read_text(encoding="utf-8")
    paragraphs = re.findall(r"^\*\*`(\w+)`\*\*(.*?)(?=\n\n|\Z)", text, re.S | re.M)
    return {name: set(re.findall(r"`(\w+)`", said)) for name, said in paragraphs}


def test_the_page_has_every_table_with_every_column() -> None:
    stored = {table.name: set(table.columns.keys()) for table in Base.metadata.sorted_tables}
    assert described() == stored
