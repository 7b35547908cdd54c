"""One question by another: the same people's answers to both."""

from __future__ import annotations

from dataclasses import dataclass

from surveyapp.domain.results.cells import WORKING, Category, Cell, Edition, NextLook
from surveyapp.domain.results.words import Words


@dataclass(frozen=True, kw_only=True)
class CrossSide:
    """One of the two: a variable at a touchpoint and moment, or an attribute of people (`touchpoint` None)."""

    key: str
    title: Words
    touchpoint: int | None
    moment_label: Words | None = None
    options: tuple[Category, ...]


@dataclass(frozen=True, kw_only=True)
class Crosstab:
    """People by their answers to `down` (a row an option) and `across` (a column an option).

    `base`: those with an answer to both. `cells[i][j]`: their percentages are of the row; `column_percents[i][j]` of
    the column. `rows` and `columns` are the totals, in percent of the base. `left_out`: people with an answer to one
    alone. Of a release an option may be several that are counted together, `again` says when what is `withheld` is
    looked at again, and totals are sums of what is told.
    """

    edition: Edition = WORKING
    study: str
    group: str
    down: CrossSide
    across: CrossSide
    base: Cell
    cells: tuple[tuple[Cell, ...], ...]
    column_percents: tuple[tuple[int | None, ...], ...]
    rows: tuple[Cell, ...]
    columns: tuple[Cell, ...]
    left_out: Cell
    low_base: bool = False
    withheld: bool = False
    again: NextLook | None = None
