"""A document for Word: real headings, captions, table headers that are repeated, pictures with their words."""

from __future__ import annotations

import io
from typing import Any

from docx import Document as new_document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from surveyapp.reports.documents import ooxml
from surveyapp.reports.documents.document import (
    Document,
    DocumentContents,
    DocumentFigure,
    DocumentHeading,
    DocumentList,
    DocumentParagraph,
    DocumentQuotations,
    DocumentRow,
    DocumentTable,
)
from surveyapp.reports.drawing.picture import picture_png, picture_svg
from surveyapp.reports.text.phrasing import Phrasing

FONT, INK, SOFT, ACCENT = "Calibri", RGBColor(0x16, 0x20, 0x2A), RGBColor(0x55, 0x60, 0x6A), RGBColor(0x0B, 0x5D, 0x5E)
TEXT_WIDTH = Cm(16)
SHADE, RULE = "E8F1F0", "DEDBD3"

KEPT_TOGETHER = 16
"""Rows of a table that stand on one page; a longer one goes on with its header over it."""


def word_document(document: Document, words: Phrasing) -> bytes:
    """The bytes of a .docx file."""
    return _Writer(document, words).written()


class _Writer:
    def __init__(self, document: Document, words: Phrasing) -> None:
        self.document, self.words = document, words
        self.docx: Any = new_document()
        self.bookmarks = 0

    def written(self) -> bytes:
        self._styles()
        self._properties()
        self._footer()
        self.docx.add_heading(self.document.title, 0)
        if self.document.subtitle:
            self.docx.add_paragraph(self.document.subtitle, style="Subtitle")
        line = self.docx.add_paragraph(style="Caption")
        ooxml.link(line, self.document.address, self.document.edition, str(ACCENT))
        for block in self.document.blocks:
            match block:
                case DocumentHeading():
                    self._heading(block)
                case DocumentParagraph():
                    self.docx.add_paragraph(block.text)
                case DocumentList():
                    for item in block.items:
                        self.docx.add_paragraph(item, style="List Bullet")
                case DocumentContents():
                    self._contents()
                case DocumentFigure():
                    self._figure(block)
                case DocumentTable():
                    self._table(block)
                case DocumentQuotations():
                    self._quotations(block)
        held = io.BytesIO()
        self.docx.save(held)
        return held.getvalue()

    def _styles(self) -> None:
        """One typeface and one colour, whatever the template of the library has; the document's language, and the side
        its lines begin on."""
        styles = self.docx.styles
        for name, size, colour, before in (
            ("Normal", 11, INK, 0),
            ("Title", 26, ACCENT, 0),
            ("Subtitle", 14, SOFT, 0),
            ("Heading 1", 18, ACCENT, 22),
            ("Heading 2", 14, ACCENT, 16),
            ("Heading 3", 12, INK, 12),
            ("Caption", 9.5, SOFT, 0),
        ):
            style = styles[name]
            style.font.name, style.font.size, style.font.color.rgb = FONT, Pt(size), colour
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
                fonts.attrib.pop(qn(f"w:{theme}"), None)
            for script in ("ascii", "hAnsi", "cs"):
                fonts.set(qn(f"w:{script}"), FONT)
            if before:
                style.paragraph_format.space_before = Pt(before)
            style.paragraph_format.space_after = Pt(6)
            if self.document.from_right:
                style.element.get_or_add_pPr().insert_element_before(OxmlElement("w:bidi"), *ooxml.AFTER_BIDI)
        styles["Normal"].paragraph_format.line_spacing = 1.15
        if (border := styles["Title"].element.pPr.find(qn("w:pBdr"))) is not None:
            styles["Title"].element.pPr.remove(border)
        styles["Caption"].font.bold = False
        language = styles["Normal"].element.get_or_add_rPr().find(qn("w:lang"))
        if language is None:
            language = OxmlElement("w:lang")
            styles["Normal"].element.rPr.append(language)
        language.set(qn("w:bidi" if self.document.from_right else "w:val"), self.document.language)
        for found in styles.element.iter(qn("w:lang")):
            found.set(qn("w:val"), self.document.language)
        for section in self.docx.sections:
            section.page_width, section.page_height = Cm(21), Cm(29.7)
            section.left_margin = section.right_margin = Cm(2.5)
            section.top_margin = section.bottom_margin = Cm(2.2)

    def _properties(self) -> None:
        """What says which document it is, and nothing of a person."""
        known = self.docx.core_properties
        known.title, known.subject, known.language = (
            self.document.title,
            self.document.edition,
            self.document.language,
        )
        known.author, known.comments, known.keywords = "", self.document.address, ""

    def _footer(self) -> None:
        footer = self.docx.sections[0].footer.paragraphs[0]
        footer.style = self.docx.styles["Caption"]
        footer.add_run(f"{self.document.edition} · ")
        ooxml.field(footer, "PAGE")

    def _heading(self, block: DocumentHeading) -> None:
        heading = self.docx.add_heading(block.text, block.level)
        self.bookmarks += 1
        ooxml.bookmark(heading, self.bookmarks, _bookmark(block))

    def _contents(self) -> None:
        """A table of contents that is there at once, linked to its headings; Word puts the pages in when it is
        updated."""
        entries = [heading for heading in self.document.headings if heading.level < 3]
        for index, heading in enumerate(entries):
            line = self.docx.add_paragraph()
            line.paragraph_format.left_indent = Cm(0.7 * (heading.level - 1))
            line.paragraph_format.space_after = Pt(1)
            if index == 0:
                for kind in ("begin", None, "separate"):
                    ooxml.field_part(line, kind, r'TOC \o "1-2" \h \z \u')
            ooxml.link_within(line, _bookmark(heading), heading.text)
            if index == len(entries) - 1:
                ooxml.field_part(line, "end", "")

    def _figure(self, block: DocumentFigure) -> None:
        label = self.words.gettext("Figure %(number)s", number=block.number)
        self._caption(self.words.labelled(label, block.caption))
        svg = picture_svg(block.chart, block.said, f"figure-{block.number}", from_right=self.document.from_right)
        paragraph = self.docx.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        paragraph.paragraph_format.line_spacing = 1.0
        shape = paragraph.add_run().add_picture(io.BytesIO(picture_png(svg)), width=TEXT_WIDTH)
        about = shape._inline.docPr
        about.set("title", f"{label}: {block.caption}")
        about.set("descr", block.said)
        about.set("name", label)
        self._note(block.note, block.address)

    def _quotations(self, block: DocumentQuotations) -> None:
        self._caption(block.caption)
        for each in block.quotations:
            paragraph = self.docx.add_paragraph(style="Quote")
            said = paragraph.add_run(self.words.quoted(each.text))
            said._r.get_or_add_rPr().append(ooxml.language(each.language))
            by = paragraph.add_run(f"\n{each.member}")
            by.font.italic, by.font.size, by.font.color.rgb = False, Pt(9), SOFT
            paragraph.paragraph_format.left_indent = Cm(0.8)
            paragraph.paragraph_format.keep_together = True

    def _caption(self, text: str) -> None:
        caption = self.docx.add_paragraph(style="Caption")
        run = caption.add_run(text)
        run.font.bold, run.font.color.rgb, run.font.size = True, INK, Pt(10.5)
        caption.paragraph_format.keep_with_next = True
        caption.paragraph_format.space_before = Pt(12)
        caption.paragraph_format.space_after = Pt(4)

    def _note(self, note: str, address: str, before: float = 0) -> None:
        """What stands under a figure or a table, on one page with itself."""
        line = self.docx.add_paragraph(style="Caption")
        line.paragraph_format.space_before = Pt(before)
        line.add_run(f"{note} ")
        if address:
            ooxml.link(line, address, self.words.gettext("See it in the release"), str(ACCENT))
        line.paragraph_format.space_after = Pt(14)
        line.paragraph_format.keep_together = True

    def _table(self, block: DocumentTable) -> None:
        label = self.words.gettext("Table %(number)s", number=block.number)
        self._caption(self.words.labelled(label, block.caption))
        table = self.docx.add_table(rows=1, cols=len(block.columns))
        table.style = self.docx.styles["Table Grid"]
        table.autofit = False
        ooxml.described(table, block.caption, block.note)
        ooxml.ruled(table, ends=str(ACCENT), between=RULE)
        if self.document.from_right:
            table._tbl.tblPr.insert_element_before(OxmlElement("w:bidiVisual"), "w:tblW", "w:jc", *ooxml.AFTER_BORDERS)
        widths = _widths(block)
        size = Pt(9 if len(block.columns) < 7 else 8)
        for cell, title in zip(table.rows[0].cells, block.columns, strict=True):
            right = title != block.columns[0] and len(title) <= 60 and _numeric(block, block.columns.index(title))
            _fill(cell, title, size, bold=True, right=right)
            ooxml.shade(cell, SHADE)
        ooxml.mark(table.rows[0], "w:tblHeader")
        for row in block.rows:
            self._row(table, row, len(block.columns), size)
        for row in table.rows:
            ooxml.mark(row, "w:cantSplit")
            for cell, width in zip(row.cells, widths, strict=True):
                cell.width = width
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        short = len(block.rows) <= KEPT_TOGETHER
        sections = {place for place, row in enumerate(block.rows, 1) if row.section}
        for place, row in enumerate(table.rows):
            if place == len(block.rows) or not (short or place < 3 or place in sections):
                continue
            for cell in row.cells:
                for paragraph in cell.paragraphs:
                    paragraph.paragraph_format.keep_with_next = True
        self._note(block.note, block.address, before=4)

    def _row(self, table: Any, row: DocumentRow, columns: int, size: Pt) -> None:
        cells = table.add_row().cells
        if row.section:
            _fill(cells[0].merge(cells[columns - 1]), row.heading, size, bold=True)
            return
        _fill(cells[0], row.heading, size)
        if row.detail:
            detail = cells[0].add_paragraph()
            run = detail.add_run(row.detail)
            run.font.size, run.font.color.rgb = Pt(8), SOFT
            detail.paragraph_format.space_after = Pt(2)
        at = 1
        for cell in row.cells:
            place = cells[at]
            if cell.span > 1:
                place = place.merge(cells[min(columns, at + cell.span) - 1])
            _fill(place, cell.text, size, right=_is_number(cell.text))
            at += cell.span


def _is_number(text: str) -> bool:
    return len(text) <= 14 and text[:1].isdigit() and not any(letter.isalpha() for letter in text)


def _numeric(block: DocumentTable, column: int) -> bool:
    """Whether a column has numbers alone, so that its title stands over them."""
    cells = [row.cells[column - 1].text for row in block.rows if not row.section and len(row.cells) >= column]
    return bool(cells) and all(map(_is_number, cells))


LETTER, EDGES = 0.19, 0.45
"""A letter's width in a table, and what stands around a cell's text, cm."""


def _widths(block: DocumentTable) -> list[Any]:
    """The columns' widths: no word is broken where there is room for it, and the rest goes to who has more to say."""
    texts: list[list[str]] = [[title] for title in block.columns]
    for row in block.rows:
        if row.section:
            continue
        texts[0] += [row.heading, (row.detail or "")[: len(row.detail or "") * 2 // 3]]
        at = 1
        for cell in row.cells:
            if cell.span == 1 and at < len(texts):
                texts[at].append(cell.text)
            at += cell.span
    least = [
        LETTER * max((len(word) for text in column for word in text.split()), default=1) + EDGES for column in texts
    ]
    wanted = [min(220, max(map(len, column))) ** 0.8 for column in texts]
    room = TEXT_WIDTH.cm - sum(least)
    if room < 0:
        return [int(TEXT_WIDTH * each / sum(least)) for each in least]
    return [int(Cm(narrowest + room * more / sum(wanted))) for narrowest, more in zip(least, wanted, strict=True)]


def _fill(cell: Any, text: str, size: Pt, *, bold: bool = False, right: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    for extra in cell.paragraphs[1:]:
        extra._p.getparent().remove(extra._p)
    run = paragraph.add_run(text)
    run.font.size, run.font.bold = size, bold
    paragraph.paragraph_format.space_after = Pt(2)
    paragraph.paragraph_format.line_spacing = 1.0
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _bookmark(heading: DocumentHeading) -> str:
    return f"_{heading.anchor.replace('-', '_')}"[:40]
