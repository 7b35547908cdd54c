"""A document before it is written in any format: headings, text, figures, tables, each with what it rests on."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from surveyapp.reports.charts.drawn import Chart


@dataclass(frozen=True)
class DocumentHeading:
    level: int
    text: str
    anchor: str


@dataclass(frozen=True)
class DocumentParagraph:
    text: str


@dataclass(frozen=True)
class DocumentList:
    items: tuple[str, ...]


@dataclass(frozen=True)
class DocumentCell:
    """What stands in a cell; `span`: over so many columns."""

    text: str
    span: int = 1


@dataclass(frozen=True)
class DocumentRow:
    """A row: its heading, what is said under it, its cells. `section`: a heading over the rows that follow, with no
    cells."""

    heading: str
    cells: tuple[DocumentCell, ...] = ()
    detail: str | None = None
    section: bool = False


@dataclass(frozen=True, kw_only=True)
class DocumentTable:
    """A numbered table; the first of its columns heads the rows. `note`: its base and release."""

    number: int
    caption: str
    columns: tuple[str, ...]
    rows: tuple[DocumentRow, ...]
    note: str
    address: str


@dataclass(frozen=True, kw_only=True)
class DocumentFigure:
    """A numbered picture. `said`: all of it in words, for whoever does not see it. `note`: its base and release."""

    number: int
    caption: str
    chart: Chart
    said: str
    note: str
    address: str


@dataclass(frozen=True)
class DocumentQuotation:
    """Somebody's words: their `language`, and who stands for a name."""

    text: str
    language: str
    member: str


@dataclass(frozen=True, kw_only=True)
class DocumentQuotations:
    """What people said, under what it is about."""

    caption: str
    quotations: tuple[DocumentQuotation, ...]


@dataclass(frozen=True)
class DocumentContents:
    """The headings, where they are to be listed."""


DocumentBlock = (
    DocumentHeading
    | DocumentParagraph
    | DocumentList
    | DocumentTable
    | DocumentFigure
    | DocumentQuotations
    | DocumentContents
)


@dataclass(frozen=True, kw_only=True)
class Document:
    """A report that is ready to be written. `edition`: which release, in words; `address`: its own, that is linked.
    `quoted`: the quotations in it. `left_out`: how many of the template's lists of quotations and themes have nothing
    in them that may be printed."""

    title: str
    subtitle: str
    edition: str
    address: str
    language: str
    from_right: bool
    blocks: tuple[DocumentBlock, ...]
    left_out: int = 0
    quoted: frozenset[uuid.UUID] = frozenset()

    @property
    def headings(self) -> tuple[DocumentHeading, ...]:
        return tuple(block for block in self.blocks if isinstance(block, DocumentHeading))
