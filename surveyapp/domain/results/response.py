"""Who a study's people are, and who of them answered."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

from surveyapp.domain.results.cells import WITHHELD, WORKING, Category, Cell, Edition, Slice, Tally
from surveyapp.domain.results.words import Words


@dataclass(frozen=True, kw_only=True)
class ResponseCounts:
    """What came of the cases of some people at one touchpoint.

    `cases` are the sum of `could_be_asked`, `not_open` (their touchpoint has not opened for them), `not_eligible` and
    `withdrawn`; `could_be_asked` the sum of `answered`, `open` (not yet: they still may), `closed` (without an answer)
    and `refused`. Percentages are of those who could be asked. `again`: of those `asked_before`, who answered the
    touchpoint before and could be asked at this, how many answered again; None at a group's first. `modes`: how those
    who answered handed it in, with percentages of them; `easy`: how many of them in easy words, of which releases tell
    nothing, and which the first have no place for.
    """

    people: Slice
    cases: Cell
    could_be_asked: Cell
    answered: Cell
    open: Cell
    closed: Cell
    refused: Cell
    not_open: Cell
    not_eligible: Cell
    withdrawn: Cell
    easy: Cell = WITHHELD
    asked_before: Cell | None = None
    again: Cell | None = None
    modes: dict[str, Cell] = field(default_factory=dict)
    low_base: bool = False


@dataclass(frozen=True, kw_only=True)
class ResponseTable:
    """Response at one touchpoint of a group, by what tells its rows apart: nothing (`by` is empty: everybody), the
    `site`, or an attribute's id. `on`: the day on which the cases stood so."""

    edition: Edition = WORKING
    group: str
    touchpoint: int
    by: str
    label: Words
    on: dt.date
    rows: tuple[ResponseCounts, ...]


PeopleKind = Literal["enrolled", "answered", "not_answered", "stayed", "lost", "open", "not_asked"]
"""*enrolled*: everybody of a group who has not withdrawn. At a touchpoint: who *answered*; who could be asked and has
*not answered*. Of those who answered the touchpoint before it: *stayed* (answered again), *lost* (it closed without
their answer, or they refused), *open* (may still answer), *not asked* (not eligible, or not opened for them)."""


@dataclass(frozen=True)
class PeopleColumn:
    """Some people, by one thing that is known of them. The tally's base are those of whom it is known; its `missing`
    has the others, as `not_known`."""

    kind: PeopleKind
    touchpoint: int | None
    tally: Tally


@dataclass(frozen=True, kw_only=True)
class Composition:
    """Groups of people side by side, by one attribute or by their answer at the touchpoint before.

    `subject`: which of the two; `id`: the attribute's, or the measure's. Some of its values together, where other
    people's figures count them so, are a category of kind net. `shares`: of the people in each category (and
    `not_known`) who stayed or were lost, those lost; only where both are columns.
    """

    edition: Edition = WORKING
    group: str
    subject: Literal["attribute", "answer"]
    id: str
    label: Words
    categories: tuple[Category, ...]
    columns: tuple[PeopleColumn, ...]
    shares: dict[str, Cell] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class GroupResponse:
    """Who the people of a group are and who of them answered: response at each touchpoint, everybody first, then by
    site and by segment, and the profile. `unrecorded`: the attributes that are known of nobody in it."""

    edition: Edition = WORKING
    group: str
    on: dt.date
    response: tuple[ResponseTable, ...]
    profile: tuple[Composition, ...] = ()
    unrecorded: tuple[Words, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TouchpointPeople:
    """Of those who could be asked at a touchpoint: who answered beside who has not, and, of those who answered the one
    before, who was lost beside who stayed. `before`: which that is; None at a group's first."""

    edition: Edition = WORKING
    group: str
    touchpoint: int
    before: int | None
    on: dt.date
    everybody: ResponseTable
    respondents: tuple[Composition, ...]
    lost: tuple[Composition, ...]


NOT_KNOWN = "not_known"
"""Those of whom nothing is known, among a tally's `missing`."""
