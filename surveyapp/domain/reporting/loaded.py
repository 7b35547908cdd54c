"""Figures that a report prints and nobody's answers are: outcomes intended, costs, and tables with their source.

They stand in `report/figures.yaml`. What follows from others is worked out here and never written twice: a share from
its count and base, a cost for each person from the cost and the people.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Literal

from pydantic import Field

from surveyapp.domain.authoring.checks.names import check_known, check_once
from surveyapp.domain.authoring.schema import Code, Model, NameW, WordsW
from surveyapp.domain.authoring.study_schema import AttributeName
from surveyapp.domain.authoring.yaml_source import Place, Source
from surveyapp.domain.instrument.kinds.base import iso_day
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.reporting.template import ReportText, TemplateReading, read_text

Confidence = Literal["high", "medium", "low"]


@dataclass(frozen=True, kw_only=True)
class SignedRating:
    """How sure somebody is of what stands beside an outcome, with who says so, when, and why."""

    confidence: Confidence
    by: str
    on: dt.date
    why: str


@dataclass(frozen=True, kw_only=True)
class IntendedOutcome:
    """An outcome intended, beside what came of it. `evidence`: texts that name their numbers. `rating`: None while
    nobody has signed one."""

    id: str
    intended: str
    target: str
    evidence: tuple[ReportText, ...]
    rating: SignedRating | None


@dataclass(frozen=True, kw_only=True)
class Cost:
    """An amount: `value`, as it was loaded or as the cost `of` divided `by` another comes to. `unit`: GBP, people."""

    id: str
    label: str
    value: Decimal
    unit: str
    basis: str
    derived: bool
    source: str | None


@dataclass(frozen=True, kw_only=True)
class LoadedRow:
    """A count of a loaded table, under a heading. `percent` of its base, rounded half up. `attribute` and `value`: what
    of the study's own it counts, so that other people's figures find it."""

    id: str
    heading: str
    label: str
    count: int
    base: int
    attribute: str | None = None
    value: str | None = None

    @property
    def percent(self) -> int:
        return (200 * self.count + self.base) // (2 * self.base)


@dataclass(frozen=True, kw_only=True)
class LoadedTable:
    """A table as somebody else counted it."""

    id: str
    title: str
    source: str
    rows: tuple[LoadedRow, ...]

    def share(self, attribute: str, values: Collection[str]) -> tuple[int, int] | None:
        """How many have one of these values of an attribute, of how many; None where it does not count all of them."""
        held = [row for row in self.rows if row.attribute == attribute and row.value in values]
        return (sum(row.count for row in held), held[0].base) if len(held) == len(set(values)) > 0 else None

    def row(self, name: str) -> LoadedRow | None:
        return next((row for row in self.rows if row.id == name), None)


@dataclass(frozen=True, kw_only=True)
class ReportFigures:
    """Everything that was loaded for a report."""

    outcomes: tuple[IntendedOutcome, ...] = ()
    costs: tuple[Cost, ...] = ()
    tables: tuple[LoadedTable, ...] = ()

    def table(self, name: str) -> LoadedTable | None:
        return next((table for table in self.tables if table.id == name), None)

    def cost(self, name: str) -> Cost | None:
        return next((cost for cost in self.costs if cost.id == name), None)

    def loaded_row(self, name: str) -> LoadedRow | None:
        """A row by `table.row`."""
        first, _dot, second = name.partition(".")
        table = self.table(first)
        return table.row(second) if table else None


class LoadedShape(Model):
    """What may be written in `figures.yaml`, as in any file of a study."""


class RatingW(LoadedShape):
    confidence: Confidence
    by: WordsW
    on: WordsW
    why: WordsW


class OutcomeW(LoadedShape):
    id: NameW
    intended: WordsW
    target: WordsW
    evidence: Annotated[list[WordsW], Field(min_length=1)]
    rating: RatingW | None = None


class CostW(LoadedShape):
    id: NameW
    label: WordsW
    value: Annotated[int, Field(ge=0)] | None = None
    of: NameW | None = None
    by: NameW | None = None
    less: NameW | None = None
    times: NameW | None = None
    unit: WordsW = "GBP"
    basis: WordsW = ""
    source: WordsW | None = None


class LoadedRowW(LoadedShape):
    id: NameW
    value: Code | None = None
    label: WordsW
    count: Annotated[int, Field(ge=0)]


class LoadedSectionW(LoadedShape):
    heading: WordsW
    attribute: AttributeName | None = None
    rows: Annotated[list[LoadedRowW], Field(min_length=1)]


class LoadedTableW(LoadedShape):
    id: NameW
    title: WordsW
    source: WordsW
    base: Annotated[int, Field(ge=1)]
    sections: Annotated[list[LoadedSectionW], Field(min_length=1)]


class FiguresW(LoadedShape):
    outcomes: list[OutcomeW] = Field(default_factory=list)
    costs: list[CostW] = Field(default_factory=list)
    tables: list[LoadedTableW] = Field(default_factory=list)


def check_attributes(written: FiguresW, study: Study, source: Source) -> None:
    """Records what loaded tables say of the study's attributes and it does not have."""
    for index, table in enumerate(written.tables):
        for number, section in enumerate(table.sections):
            place: Place = ("tables", index, "sections", number)
            attribute = study.attribute(section.attribute) if section.attribute else None
            if section.attribute:
                known = [each.id for each in study.attributes]
                check_known(source, (*place, "attribute"), section.attribute, known, "attribute")
            for row, each in enumerate(section.rows):
                if each.value is not None and (attribute or not section.attribute):
                    values = attribute.values if attribute else ()
                    check_known(source, (*place, "rows", row, "value"), each.value, values, "value")


def figures_of(written: FiguresW, source: Source, reading: TemplateReading) -> ReportFigures:
    """The figures of a file that has the right shape; what does not fit is recorded in the source, and of the texts
    that name numbers in the `reading`."""
    for key, each in (("outcomes", written.outcomes), ("costs", written.costs), ("tables", written.tables)):
        check_once(source, (key,), [one.id for one in each], key)
    return ReportFigures(
        outcomes=tuple(_outcome(each, source, index, reading) for index, each in enumerate(written.outcomes)),
        costs=_costs(written.costs, source),
        tables=tuple(_table(each, source, index) for index, each in enumerate(written.tables)),
    )


def _outcome(written: OutcomeW, source: Source, index: int, reading: TemplateReading) -> IntendedOutcome:
    rating = None
    if written.rating:
        on = iso_day(written.rating.on)
        if on is None:
            sentence = f"“{written.rating.on}” is not a date. Write the day it was signed, like `2026-11-14`."
            source.fault(("outcomes", index, "rating", "on"), "bad_value", sentence)
        rating = SignedRating(
            confidence=written.rating.confidence, by=written.rating.by, on=on or dt.date.min, why=written.rating.why
        )
    evidence = []
    for number, text in enumerate(written.evidence):
        line, column = source.positions.get(("outcomes", index, "evidence", number), (1, 1))
        evidence.append(read_text(text, line, column, reading))
    return IntendedOutcome(
        id=written.id, intended=written.intended, target=written.target, evidence=tuple(evidence), rating=rating
    )


def _costs(written: list[CostW], source: Source) -> tuple[Cost, ...]:
    known: dict[str, Decimal] = {}
    made = []
    for index, each in enumerate(written):
        value = Decimal(each.value) if each.value is not None else _derived(each, known, source, index)
        known[each.id] = value
        made.append(
            Cost(
                id=each.id,
                label=each.label,
                value=value,
                unit=each.unit,
                basis=each.basis,
                derived=each.value is None,
                source=each.source,
            )
        )
    return tuple(made)


def _derived(each: CostW, known: dict[str, Decimal], source: Source, index: int) -> Decimal:
    """What a cost comes to that is not written: one divided by another, less it, or times it."""
    other = each.by or each.less or each.times
    if each.of is None or other is None:
        sentence = f"“{each.id}” has no amount. Write `value`, or `of` with `by` (divided by), `less` or `times`."
        source.fault(("costs", index), "missing_key", sentence)
        return Decimal(0)
    for key, name in (("of", each.of), ("by" if each.by else "less" if each.less else "times", other)):
        if name not in known:
            sentence = f"No cost before this one is called “{name}”.{source.did_you_mean(name, known)}"
            source.fault(("costs", index, key), "bad_value", sentence)
            return Decimal(0)
    if each.less:
        return known[each.of] - known[each.less]
    if each.times:
        return known[each.of] * known[other]
    if known[other] == 0:
        source.fault(("costs", index, "by"), "bad_value", f"“{other}” is nothing, and nothing divides an amount.")
        return Decimal(0)
    return (known[each.of] / known[other]).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _table(written: LoadedTableW, source: Source, index: int) -> LoadedTable:
    rows = [
        LoadedRow(
            id=row.id,
            heading=section.heading,
            label=row.label,
            count=row.count,
            base=written.base,
            attribute=section.attribute,
            value=row.value,
        )
        for section in written.sections
        for row in section.rows
    ]
    seen: set[str] = set()
    for number, section in enumerate(written.sections):
        for place, row in enumerate(section.rows):
            if row.id in seen:
                sentence = f"Two rows are called “{row.id}”. Rename one, or take it out."
                source.fault(("tables", index, "sections", number, "rows", place), "written_twice", sentence)
            seen.add(row.id)
            if row.count > written.base:
                sentence = f"{row.count} is more than the base, {written.base}. Correct one of them."
                source.fault(("tables", index, "sections", number, "rows", place), "does_not_add_up", sentence)
    return LoadedTable(id=written.id, title=written.title, source=written.source, rows=tuple(rows))
