"""Tables of a report: those of results as the pages have them, and those of what was loaded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from surveyapp.domain.reporting.loaded import IntendedOutcome
from surveyapp.domain.reporting.material import ReportMaterial
from surveyapp.domain.reporting.template import Directive
from surveyapp.domain.results import Cell, ResponseCounts, ResponseTable
from surveyapp.reports.documents.document import DocumentCell, DocumentRow
from surveyapp.reports.documents.numbers import NumberFiller, cost_words, missing
from surveyapp.reports.files.people_tables import PeopleTable, answered_table, targets_table
from surveyapp.reports.files.tables import ResultTable, Value
from surveyapp.reports.text.beside import comparator_value, source_words
from surveyapp.reports.text.phrasing import Phrasing, of_words, percent_words


@dataclass(frozen=True)
class TableMade:
    """A table without its number. `path`: the page of the release that it is of; None where it is of none."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[DocumentRow, ...]
    note: str = ""
    path: str | None = field(default=None, kw_only=True)

    @classmethod
    def of(cls, table: ResultTable) -> TableMade:
        """A table as the page of the result has it; turned round where it is too wide for a sheet of paper."""
        if (turned := _turned(table)) is not None:
            return turned
        width = len(table.columns) - 1
        rows = (
            DocumentRow(
                row.heading,
                (DocumentCell(row.whole, width),) if row.whole is not None else tuple(map(_cell, row.cells)),
                row.detail,
            )
            for row in table.rows
        )
        return cls(table.caption, table.columns, tuple(rows))

    @classmethod
    def of_people(cls, table: PeopleTable) -> TableMade:
        """A table of people, in parts with headings."""
        rows: list[DocumentRow] = []
        for group in table.groups:
            if group.heading:
                rows.append(DocumentRow(group.heading, section=True))
            rows += [
                DocumentRow(row.heading, tuple(_cell(Value(cell.text, cell.percent)) for cell in row.cells), row.detail)
                for row in group.rows
            ]
        return cls(table.caption, table.columns, tuple(rows))


MOST_ACROSS = 6
"""Columns that stand beside one another on paper."""


def _turned(table: ResultTable) -> TableMade | None:
    """Rows for columns; None where a table has room as it is, or has more rows still, or one that is not cell by
    cell."""
    plain = all(row.whole is None and all(cell.span == 1 for cell in row.cells) for row in table.rows)
    if len(table.columns) <= MOST_ACROSS or len(table.rows) >= MOST_ACROSS or not plain:
        return None
    heads = (f"{row.heading} ({row.detail})" if row.detail else row.heading for row in table.rows)
    rows = (
        DocumentRow(title, tuple(_cell(row.cells[place]) for row in table.rows))
        for place, title in enumerate(table.columns[1:])
    )
    return TableMade(table.caption, ("", *heads), tuple(rows))


def _cell(value: Value) -> DocumentCell:
    return DocumentCell(f"{value.text} ({value.percent})" if value.percent else value.text, value.span)


def loaded(block: Directive, material: ReportMaterial, filler: NumberFiller, words: Phrasing) -> TableMade:
    """A table that is of no question: who answered, targets, other people's figures, costs, outcomes, what was loaded.
    Raises Untold."""
    match block.subject:
        case "answered":
            return _answered(material, block.names[0] if block.names else None, words)
        case "targets":
            made = TableMade.of_people(targets_table(material.study.targets, material.study, words))
            return TableMade(made.caption, made.columns, made.rows, words.gettext("Loaded figures, with their source."))
        case "comparators":
            return _comparators(material, words)
        case "costs":
            return _costs(material, words)
        case "outcomes":
            return _outcomes(material, filler, words)
        case _:
            return _loaded(material, block.names[0], words)


def _answered(material: ReportMaterial, group: str | None, words: Phrasing) -> TableMade:
    study = material.study
    groups = [each for each in study.groups if group in (None, each.id)]
    held: list[tuple[str | None, ResponseTable]] = []
    for each in groups:
        for table in material.answered(each.id):
            point = study.touchpoint(each.id, table.touchpoint)
            title = point.title if point else str(table.touchpoint)
            parts = (*([each.title] if len(groups) > 1 else []), title, *([table.label] if table.by else []))
            held.append((words.listed(parts), table))
    if not held:
        raise missing(f"is not in release {material.release.number}, which was made before releases had it.")

    def name(_table: ResponseTable, row: ResponseCounts) -> tuple[str, str | None]:
        return row.people.label or words.gettext("Everyone"), None

    made = TableMade.of_people(answered_table(held, words.gettext("Who answered"), words, name))
    return TableMade(made.caption, made.columns, made.rows, path=f"/people/{groups[0].id}" if len(groups) == 1 else "")


def _comparators(material: ReportMaterial, words: Phrasing) -> TableMade:
    """Figures of other people under whose they are, beside what of the study."""
    _, study = words.gettext, material.study
    rows: list[DocumentRow] = []
    for people, each in groupby(study.comparators, key=lambda one: one.people):
        rows.append(DocumentRow(people, section=True))
        for one in each:
            beside = words.chained(dict.fromkeys(_own(material, one.id, words)))
            said = (comparator_value(one, words), beside or "–", source_words(one, words))
            rows.append(DocumentRow(one.label, tuple(map(DocumentCell, said))))
    columns = ("", _("Their figure"), _("This study"), _("Source"))
    return TableMade(_("Figures of other people"), columns, tuple(rows), path="")


def _own(material: ReportMaterial, comparator: str, words: Phrasing) -> Iterator[str]:
    """The study's own shares that a figure stands beside, as the release tells them."""
    study = material.study
    found = next(each for each in study.comparators if each.id == comparator)
    for place in found.beside:
        if place.attribute is not None:
            yield from _loaded_own(material, place.attribute, place.options, words)
        if place.variable is None:
            continue
        for point in study.touchpoints:
            if place.group not in (None, point.group):
                continue
            each = material.distribution(point.group, point.number, place.variable)
            if each is None or not each.tallies or each.tallies[0].withheld or len(place.options) != 1:
                continue
            tally = each.tallies[0]
            cell = tally.cell(place.options[0])
            if cell.told:
                percent = percent_words(cell, words)
                said = of_words(cell, tally.base, words) + (f" ({percent})" if percent else "")
                yield words.labelled(point.title, said)


def _loaded_own(material: ReportMaterial, attribute: str, values: Sequence[str], words: Phrasing) -> Iterator[str]:
    """The shares of those whom loaded tables count, which are no part of a release."""
    for table in material.report.figures.tables:
        if (share := table.share(attribute, values)) is not None:
            count, base = share
            percent = words.percent((200 * count + base) // (2 * base))
            yield words.labelled(table.title, f"{of_words(Cell(count), Cell(base), words)} ({percent})")


def _costs(material: ReportMaterial, words: Phrasing) -> TableMade:
    _ = words.gettext
    rows = tuple(
        DocumentRow(
            cost.label,
            (
                DocumentCell(cost_words(cost, words)),
                DocumentCell(cost.basis or "–"),
                DocumentCell(_("worked out") if cost.derived else cost.source or "–"),
            ),
        )
        for cost in material.report.figures.costs
    )
    note = _("Loaded figures, and what follows from them. No answer of a participant is in it.")
    return TableMade(_("What it cost"), ("", _("Amount"), _("What it is of"), _("Source")), rows, note)


def _outcomes(material: ReportMaterial, filler: NumberFiller, words: Phrasing) -> TableMade:
    """Intended beside actual, each with its evidence and how sure somebody is of it."""
    _, file = words.gettext, material.report.figures_file
    rows = tuple(
        DocumentRow(
            outcome.intended,
            (
                DocumentCell(outcome.target),
                DocumentCell(" ".join(filler.fill(text, file) for text in outcome.evidence)),
                DocumentCell(rating_words(outcome, words)),
            ),
        )
        for outcome in material.report.figures.outcomes
    )
    columns = (_("Intended"), _("Target"), _("What came of it, and the evidence"), _("How sure, and who says so"))
    return TableMade(_("Outcomes: intended and actual"), columns, rows, path="")


def rating_words(outcome: IntendedOutcome, words: Phrasing) -> str:
    """How sure somebody is, with their name and the day; or that nobody has signed it."""
    _, rating = words.gettext, outcome.rating
    if rating is None:
        return _("Not rated: nobody has signed a rating yet.")
    sure = {"high": _("High"), "medium": _("Medium"), "low": _("Low")}[rating.confidence]
    return _(
        "%(sure)s. %(why)s Signed: %(name)s, %(day)s.", sure=sure, why=rating.why, name=rating.by,
        day=words.measured(rating.on),
    )  # fmt: skip


def _loaded(material: ReportMaterial, name: str, words: Phrasing) -> TableMade:
    """A table that somebody else counted."""
    _ = words.gettext
    table = material.report.figures.table(name)
    assert table is not None
    rows: list[DocumentRow] = []
    for heading, together in groupby(table.rows, key=lambda row: row.heading):
        rows.append(DocumentRow(heading, section=True))
        rows += [
            DocumentRow(row.label, (DocumentCell(words.whole(row.count)), DocumentCell(words.percent(row.percent))))
            for row in together
        ]
    note = _("Base: %(base)s", base=words.whole(table.rows[0].base))
    note = f"{note}. {words.labelled(_('Source'), table.source)}."
    return TableMade(table.title, ("", _("People"), _("Percent")), tuple(rows), note)
