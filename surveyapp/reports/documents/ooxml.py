"""What python-docx has no words for, in the elements of Office Open XML (ECMA-376, part 1)."""

from __future__ import annotations

from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

AFTER_BIDI = ("w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:outlineLvl")
AFTER_BORDERS = (
    "w:tblBorders",
    "w:shd",
    "w:tblLayout",
    "w:tblCellMar",
    "w:tblLook",
    "w:tblCaption",
    "w:tblDescription",
)
"""What the format wants after these: Word reads a file whose parts are out of order as damaged."""


def language(code: str) -> Any:
    """The mark of a run's language."""
    made = OxmlElement("w:lang")
    made.set(qn("w:val"), code)
    return made


def bookmark(paragraph: Any, number: int, name: str) -> None:
    """Marks a paragraph, so that `link_within` leads to it. `number`: one of its own in the document."""
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    start.set(qn("w:id"), str(number))
    start.set(qn("w:name"), name)
    end.set(qn("w:id"), str(number))
    paragraph._p.insert(1 if paragraph._p.pPr is not None else 0, start)
    paragraph._p.append(end)


def link_within(paragraph: Any, name: str, text: str) -> None:
    """A link to a bookmark of the document."""
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), name)
    link.append(run_of(text))
    paragraph._p.append(link)


def shade(cell: Any, fill: str) -> None:
    """Fills a cell's ground with a colour, in hex."""
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", fill)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)


def mark(row: Any, name: str) -> None:
    """Says something of a table's row by an element of that name."""
    row._tr.get_or_add_trPr().append(OxmlElement(name))


def ruled(table: Any, *, ends: str, between: str) -> None:
    """Lines over and under a table, thin ones between its rows, none between columns; colours in hex."""
    borders = OxmlElement("w:tblBorders")
    for side, size, colour in (
        ("top", "8", ends),
        ("left", "0", None),
        ("bottom", "8", ends),
        ("right", "0", None),
        ("insideH", "4", between),
        ("insideV", "0", None),
    ):
        line = OxmlElement(f"w:{side}")
        line.set(qn("w:val"), "single" if colour else "nil")
        line.set(qn("w:sz"), size)
        line.set(qn("w:color"), colour or "auto")
        borders.append(line)
    table._tbl.tblPr.insert_element_before(borders, *AFTER_BORDERS)


def described(table: Any, title: str, text: str) -> None:
    """What a table is, for whoever hears it."""
    properties = table._tbl.tblPr
    for name, value in (("w:tblCaption", title), ("w:tblDescription", text)):
        made = OxmlElement(name)
        made.set(qn("w:val"), value)
        properties.append(made)


def run_of(text: str) -> Any:
    """A run that belongs to no paragraph yet."""
    run, words = OxmlElement("w:r"), OxmlElement("w:t")
    words.text = text
    words.set(qn("xml:space"), "preserve")
    run.append(words)
    return run


def link(paragraph: Any, address: str, text: str, ink: str) -> None:
    """A link in a colour, in hex; where the installation's address is not known there is only a path, which is printed
    and not linked."""
    if not address.startswith(("http://", "https://")):
        paragraph.add_run(text)
        return
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    run = run_of(text)
    style, colour, line = OxmlElement("w:rPr"), OxmlElement("w:color"), OxmlElement("w:u")
    colour.set(qn("w:val"), ink)
    line.set(qn("w:val"), "single")
    style.extend([colour, line])
    run.insert(0, style)
    link.append(run)
    paragraph._p.append(link)


def field(paragraph: Any, code: str) -> None:
    """Something that Word works out, as the number of a page."""
    for kind in ("begin", None, "end"):
        field_part(paragraph, kind, code)


def field_part(paragraph: Any, kind: str | None, code: str) -> None:
    """Where a field begins, parts from what it shows, or ends; None: its code."""
    run = OxmlElement("w:r")
    if kind is None:
        made = OxmlElement("w:instrText")
        made.set(qn("xml:space"), "preserve")
        made.text = f" {code} "
    else:
        made = OxmlElement("w:fldChar")
        made.set(qn("w:fldCharType"), kind)
    run.append(made)
    paragraph._p.append(run)
