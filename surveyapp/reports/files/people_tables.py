"""Who answered and who they are as tables of words: what a page prints, from the same result objects as its file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from surveyapp.domain.i18n import joined
from surveyapp.domain.instrument.measures.beside import Target
from surveyapp.domain.instrument.study import Study, Touchpoint
from surveyapp.domain.results import NOT_KNOWN, Cell, Composition, PeopleKind, ResponseCounts, ResponseTable, Tally
from surveyapp.reports.text.beside import comparator_value, source_words
from surveyapp.reports.text.phrasing import FLAG, Phrasing, count_words, percent_words

NameOf = Callable[[ResponseTable, ResponseCounts], tuple[str, str | None]]
"""What a row of response is called, and what is said under it."""


@dataclass(frozen=True)
class PeopleCell:
    """A number or words, under it a percentage; `private`: it is not for publication."""

    text: str
    percent: str | None = None
    private: bool = False


@dataclass(frozen=True)
class PeopleRow:
    """A row. `beside`: a figure of other people, which stands apart from the study's own."""

    heading: str
    cells: tuple[PeopleCell, ...]
    detail: str | None = None
    beside: bool = False


@dataclass(frozen=True)
class PeopleRows:
    """Rows under a heading; or without one."""

    heading: str | None
    rows: tuple[PeopleRow, ...]


@dataclass(frozen=True)
class PeopleTable:
    """Columns, the first of which heads the rows, and rows put together."""

    caption: str
    columns: tuple[str, ...]
    groups: tuple[PeopleRows, ...]

    @property
    def private(self) -> bool:
        """Whether a number of it is not for publication."""
        return any(cell.private for group in self.groups for row in group.rows for cell in row.cells)

    @property
    def beside(self) -> bool:
        """Whether figures of other people stand in it."""
        return any(row.beside for group in self.groups for row in group.rows)


def response_columns(words: Phrasing) -> dict[str, str]:
    """What each count of a row of response is called, in the order shown."""
    _ = words.gettext
    return {
        "cases": _("Cases"),
        "could_be_asked": _("Could be asked"),
        "answered": _("Answered"),
        "open": _("Not yet"),
        "closed": _("Closed without an answer"),
        "refused": _("Refused"),
        "not_open": _("Not opened yet"),
        "not_eligible": _("Not eligible"),
        "withdrawn": _("Withdrawn"),
        "again": _("Answered again"),
    }


ALWAYS = ("cases", "could_be_asked", "answered", "open", "closed")
"""The columns that are there even where nobody is in them."""


def response_table(
    tables: Sequence[tuple[str | None, ResponseTable]],
    caption: str,
    words: Phrasing,
    name: NameOf,
) -> PeopleTable:
    """Response of several tables, each under its heading; those of one heading together."""
    rows = [row for _, table in tables for row in table.rows]
    shown = {
        key: label
        for key, label in response_columns(words).items()
        if key in ALWAYS or any(cell.count for row in rows if (cell := getattr(row, key)) is not None)
    }
    return PeopleTable(
        caption,
        ("", *shown.values()),
        tuple(
            PeopleRows(
                heading,
                tuple(
                    PeopleRow(named[0], tuple(_response_cell(row, key, words) for key in shown), named[1])
                    for _, table in together
                    for row in table.rows
                    if (named := name(table, row))
                ),
            )
            for heading, together in groupby(tables, key=lambda each: each[0])
        ),
    )


def answered_table(
    tables: Sequence[tuple[str | None, ResponseTable]], caption: str, words: Phrasing, name: NameOf
) -> PeopleTable:
    """How many answered, as a release tells it: several tables, each under its heading."""
    return PeopleTable(
        caption,
        ("", response_columns(words)["answered"]),
        tuple(
            PeopleRows(
                heading,
                tuple(
                    PeopleRow(named[0], (_answered_cell(row, words),), named[1])
                    for row in table.rows
                    if (named := name(table, row))
                ),
            )
            for heading, table in tables
        ),
    )


def _answered_cell(row: ResponseCounts, words: Phrasing) -> PeopleCell:
    text = count_words(row.answered, words)
    return PeopleCell(f"{text} {FLAG}" if row.low_base else text)


def _response_cell(row: ResponseCounts, key: str, words: Phrasing) -> PeopleCell:
    cell: Cell | None = getattr(row, key)
    if cell is None:
        return PeopleCell("–")
    text = count_words(cell, words)
    if key == "again":
        assert row.asked_before is not None
        text = words.gettext("%(count)s of %(base)s", count=text, base=count_words(row.asked_before, words))
    elif key == "could_be_asked" and row.low_base and row.could_be_asked.count:
        text = f"{text} {FLAG}"
    percent = percent_words(cell, words) if key in ("answered", "open", "closed", "refused", "again") else None
    return PeopleCell(text, percent if cell.count or key == "answered" else None, cell.private)


def modes_table(tables: Sequence[tuple[str | None, ResponseTable]], words: Phrasing,
                name: NameOf) -> PeopleTable:  # fmt: skip
    """How those who answered handed it in, and how many in easy words, for everybody at each touchpoint."""
    _ = words.gettext
    said = mode_words(words)
    shown = [mode for mode in said if any(row.modes[mode].count for _, table in tables for row in table.rows)]
    easy = any(row.easy.count for _, table in tables for row in table.rows)
    return PeopleTable(
        _("How they answered"),
        ("", *(said[mode] for mode in shown), *([_("In easy words")] if easy else ()), _("Answered")),
        tuple(
            PeopleRows(
                heading,
                tuple(
                    PeopleRow(
                        name(table, row)[0],
                        (
                            *(_value(row.modes[mode], words) for mode in shown),
                            *([_value(row.easy, words)] if easy else ()),
                            _value(row.answered, words, share=False),
                        ),
                    )
                    for _, table in together
                    for row in table.rows
                ),
            )
            for heading, together in groupby(tables, key=lambda each: each[0])
        ),
    )


def mode_words(words: Phrasing) -> dict[str, str]:
    """What the modes of answering are called, by mode."""
    _ = words.gettext
    return {
        "self": _("By themselves"),
        "phone": _("By phone"),
        "in_person": _("In person"),
        "video": _("On video"),
        "proxy": _("By somebody for them"),
    }


def people_words(kind: PeopleKind, words: Phrasing) -> str:
    """What a column's people are called."""
    _ = words.gettext
    return {
        "enrolled": _("Enrolled"),
        "answered": _("Answered"),
        "not_answered": _("Not answered"),
        "stayed": _("Stayed"),
        "lost": _("Lost"),
        "open": _("May still answer"),
        "not_asked": _("Not asked again"),
    }[kind]


def composition_table(
    together: Sequence[Composition], study: Study, caption: str, words: Phrasing, *, beside: bool = False
) -> PeopleTable:
    """Attributes (or answers before) one under another, people side by side; with `beside`, the figures of other people
    under each attribute. Where some were lost, the share of them too."""
    _ = words.gettext
    kinds = list(dict.fromkeys((column.kind, column.touchpoint) for each in together for column in each.columns))
    several = any(kind == "enrolled" for kind, _touchpoint in kinds)
    columns = [
        _column_words(kind, study.touchpoint(together[0].group, number or 0) if several else None, words)
        for kind, number in kinds
    ]
    shares = any(each.shares for each in together)
    return PeopleTable(
        caption,
        ("", *columns, *([_("Lost, of both")] if shares else [])),
        tuple(
            PeopleRows(
                _("Before: %(measure)s", measure=each.label) if each.subject == "answer" else each.label,
                (
                    *_composition_rows(each, kinds, shares, words),
                    *(_beside_rows(each, study, len(kinds) + shares, words) if beside else ()),
                ),
            )
            for each in together
        ),
    )


def _column_words(kind: PeopleKind, touchpoint: Touchpoint | None, words: Phrasing) -> str:
    said = people_words(kind, words)
    return joined(" · ", (said, touchpoint.title)) if touchpoint else said


def _composition_rows(
    each: Composition, kinds: Sequence[tuple[PeopleKind, int | None]], shares: bool, words: Phrasing
) -> Iterable[PeopleRow]:
    _ = words.gettext
    held = {(column.kind, column.touchpoint): column.tally for column in each.columns}
    tallies: list[Tally | None] = [held.get(kind) for kind in kinds]

    def row(heading: str, code: str, cells: Iterable[PeopleCell]) -> PeopleRow:
        share = [_value(each.shares[code], words, bare=True) if code in each.shares else PeopleCell("–")]
        return PeopleRow(heading, (*cells, *(share if shares else [])))

    for category in each.categories:
        label = category.label or _("Any other answer")
        cells = [PeopleCell("–") if tally is None else _value(tally.cell(category.code), words) for tally in tallies]
        yield row(label, category.code, cells)
    yield PeopleRow(
        _("Known of"),
        (*(PeopleCell("–") if tally is None else _base(tally, words) for tally in tallies),
         *([PeopleCell("")] if shares else [])),
    )  # fmt: skip
    if any(tally is not None and tally.missing[NOT_KNOWN].count != 0 for tally in tallies):
        cells = [
            PeopleCell("–") if tally is None else _value(tally.missing[NOT_KNOWN], words, share=False)
            for tally in tallies
        ]
        yield row(_("Not known"), NOT_KNOWN, cells)


def _beside_rows(each: Composition, study: Study, width: int, words: Phrasing) -> Iterable[PeopleRow]:
    """Figures of other people, under the first column: the rest of the row says where they come from."""
    for comparator, options in study.comparators_of_attribute(each.group, each.id):
        attribute = study.attribute(each.id)
        labels = [attribute.values[code] for code in options] if attribute else []
        heading = comparator.label if len(labels) > 1 or not labels else labels[0]
        yield PeopleRow(
            joined(" · ", (comparator.people, heading)),
            (PeopleCell(comparator_value(comparator, words)), *(PeopleCell("") for _ in range(width - 1))),
            source_words(comparator, words),
            beside=True,
        )


def targets_table(targets: Sequence[Target], study: Study, words: Phrasing) -> PeopleTable:
    """What the programme set out to reach and how far it had come, with where that is from."""
    _ = words.gettext
    return PeopleTable(
        _("Targets and what was reached"),
        ("", _("Target"), _("Reached"), _("Of the target"), _("As at"), _("Source")),
        (PeopleRows(None, tuple(_target_row(each, study, words) for each in targets)),),
    )


def _target_row(target: Target, study: Study, words: Phrasing) -> PeopleRow:
    attribute = study.attribute(target.by) if target.by else None
    labels = attribute.values if attribute else {}
    parts = [words.labelled(labels[code], words.whole(people)) for code, people in target.parts.items()]
    detail = ". ".join(part for part in (words.listed(parts), target.note) if part)
    reached = words.gettext("no figure") if target.actual is None else words.whole(target.actual)
    share = "–" if target.actual is None else words.percent(target.percent or 0)
    cells = (words.whole(target.target), reached, share, words.measured(target.as_at), target.source)
    return PeopleRow(target.label, tuple(map(PeopleCell, cells)), detail or None)


def _value(cell: Cell, words: Phrasing, *, share: bool = True, bare: bool = False) -> PeopleCell:
    """A count with its share; `bare`: the share alone."""
    percent = percent_words(cell, words) if share else None
    if bare:
        return PeopleCell(percent or "–", None, cell.private and cell.percent is not None)
    return PeopleCell(count_words(cell, words), percent if cell.count else None, cell.private)


def _base(tally: Tally, words: Phrasing) -> PeopleCell:
    text = count_words(tally.base, words)
    return PeopleCell(f"{text} {FLAG}" if tally.low_base and tally.base.count else text, None, tally.base.private)
