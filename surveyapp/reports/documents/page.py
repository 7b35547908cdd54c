"""A document as one page for a browser: nothing is loaded from elsewhere, and there is no script in it."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

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
from surveyapp.reports.drawing.picture import NARROW, WIDE, picture_svg
from surveyapp.reports.text.phrasing import Phrasing

STYLE = """
:root { color-scheme: light }
* { box-sizing: border-box }
body { margin: 0; background: #faf9f6; color: #16202a;
  font: 1.0625rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif }
main { max-width: 46rem; margin: 0 auto; padding: 2rem 1rem 4rem }
h1, h2, h3, h4 { line-height: 1.25; text-wrap: balance; overflow-wrap: anywhere }
h1 { font-size: 2.1rem; color: #0b5d5e; margin: 0 0 .5rem }
h2 { font-size: 1.55rem; color: #0b5d5e; margin: 3rem 0 .75rem; padding-top: 1rem; border-top: 2px solid #0b5d5e }
h3 { font-size: 1.2rem; margin: 2rem 0 .5rem }
h4 { font-size: 1.05rem; margin: 1.5rem 0 .4rem }
a { color: #0b5d5e; text-underline-offset: .15em }
a:focus-visible, .scroll:focus-visible { outline: 3px solid #0b5d5e; outline-offset: 2px }
.subtitle { font-size: 1.2rem; color: #55606a; margin: 0 0 .5rem }
.edition, .note { font-size: .9rem; color: #55606a }
nav ol { padding-inline-start: 0; list-style: none; margin: 0 }
nav a { display: inline-block; padding: .25rem 0 }
nav .level-2 { padding-inline-start: 1.25rem }
figure, .table { margin: 2rem 0; padding: 1rem; background: #fff; border: 1px solid #dedbd3; border-radius: .5rem }
figcaption, caption { font-weight: 650; text-align: start; padding-bottom: .75rem; caption-side: top }
figure svg { display: block; width: 100%; height: auto }
caption { position: sticky; inset-inline-start: 0; max-width: calc(100vw - 3.5rem) }
.narrow { display: none }
.scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: .92rem }
th, td { padding: .45rem .6rem; border-bottom: 1px solid #dedbd3; text-align: start; vertical-align: top }
thead th { border-bottom: 2px solid #0b5d5e; vertical-align: bottom }
tbody th { font-weight: 500; min-width: 8rem }
td { min-width: 4.5rem } td.long { min-width: 14rem }
th small { display: block; color: #55606a; font-weight: 400 }
tr.section th { font-weight: 700; background: #eef4f3 }
td { font-variant-numeric: tabular-nums }
.said { margin: 2rem 0 } .about { font-weight: 650; margin: 0 0 .75rem }
blockquote { margin: 0 0 1rem; padding: .25rem 1rem; border-inline-start: 4px solid #62aaa8 }
blockquote p { margin: 0 } blockquote footer { font-size: .9rem; color: #55606a }
@media (max-width: 45rem) { .wide { display: none } .narrow { display: block }
  h1 { font-size: 1.7rem } h2 { font-size: 1.35rem } figure, .table { padding: .75rem; margin-inline: -.25rem } }
@media print { @page { margin: 2cm } body { background: #fff; font-size: 10.5pt } main { max-width: none; padding: 0 }
  figure, tr { break-inside: avoid } h2, h3, h4, caption { break-after: avoid } thead { display: table-header-group }
  figure, .table { border: 0; padding: 0; margin: 1rem 0 } .scroll { overflow: visible } .wide { display: block }
  .narrow { display: none } a { color: inherit; text-decoration: none } nav { break-after: page } }
"""


def page(document: Document, words: Phrasing) -> bytes:
    """The bytes of an HTML file."""
    return "".join(_page(document, words)).encode()


def _page(document: Document, words: Phrasing) -> Iterator[str]:
    side = "rtl" if document.from_right else "ltr"
    yield f'<!doctype html>\n<html lang="{escape(document.language)}" dir="{side}">\n<head>\n<meta charset="utf-8">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    # Whoever opens the file reads its words and pictures, and nothing in it can do anything.
    yield (
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        'img-src data:">\n'
    )
    yield f"<title>{escape(document.title)} · {escape(document.edition)}</title>\n<style>{STYLE}</style>\n</head>\n"
    yield f"<body>\n<main>\n<header>\n<h1>{escape(document.title)}</h1>\n"
    if document.subtitle:
        yield f'<p class="subtitle">{escape(document.subtitle)}</p>\n'
    yield f'<p class="edition">{_linked(document.address, document.edition)}</p>\n</header>\n'
    for block in document.blocks:
        match block:
            case DocumentHeading():
                tag = f"h{block.level + 1}"
                yield f'<{tag} id="{escape(block.anchor)}">{escape(block.text)}</{tag}>\n'
            case DocumentParagraph():
                yield f"<p>{escape(block.text)}</p>\n"
            case DocumentList():
                yield f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in block.items)}</ul>\n"
            case DocumentContents():
                yield _contents(document, words)
            case DocumentFigure():
                yield _figure(block, words, document.from_right)
            case DocumentTable():
                yield from _table(block, words)
            case DocumentQuotations():
                yield _quotations(block, words)
    yield "</main>\n</body>\n</html>\n"


def _linked(address: str, text: str) -> str:
    """Text as a link, where the installation's address is known."""
    if not address.startswith(("http://", "https://")):
        return escape(text)
    return f'<a href="{escape(address)}">{escape(text)}</a>'


def _contents(document: Document, words: Phrasing) -> str:
    items = "".join(
        f'<li class="level-{heading.level}"><a href="#{escape(heading.anchor)}">{escape(heading.text)}</a></li>'
        for heading in document.headings
        if heading.level < 3
    )
    return f'<nav aria-label="{escape(words.gettext("Contents"))}"><ol>{items}</ol></nav>\n'


def _note(note: str, address: str, words: Phrasing) -> str:
    link = f" {_linked(address, words.gettext('See it in the release'))}" if address.startswith("http") else ""
    return f'<p class="note">{escape(note)}{link}</p>'


def _figure(block: DocumentFigure, words: Phrasing, from_right: bool) -> str:
    label = words.gettext("Figure %(number)s", number=block.number)
    drawn = "".join(
        f'<div class="{size}">{picture_svg(block.chart, block.said, name, width, from_right=from_right)}</div>'
        for size, width in (("wide", WIDE), ("narrow", NARROW))
        for name in [f"figure-{block.number}-{size}"]
    )
    caption = escape(words.labelled(label, block.caption))
    note = _note(block.note, block.address, words)
    return f"<figure>\n<figcaption>{caption}</figcaption>\n{drawn}\n{note}</figure>\n"


def _quotations(block: DocumentQuotations, words: Phrasing) -> str:
    said = "".join(
        f'<blockquote><p lang="{escape(each.language)}" dir="auto">{escape(words.quoted(each.text))}</p>'
        f"<footer>{escape(each.member)}</footer></blockquote>\n"
        for each in block.quotations
    )
    return f'<section class="said"><p class="about">{escape(block.caption)}</p>\n{said}</section>\n'


def _table(block: DocumentTable, words: Phrasing) -> Iterator[str]:
    label = words.gettext("Table %(number)s", number=block.number)
    caption = escape(words.labelled(label, block.caption))
    # A wide table moves by itself, also by keyboard, and the page does not.
    yield f'<div class="table">\n<div class="scroll" tabindex="0" role="region" aria-label="{caption}">\n<table>\n'
    corner, *rest = block.columns
    first = f'<th scope="col">{escape(corner)}</th>' if corner else "<td></td>"
    yield f"<caption>{caption}</caption>\n<thead><tr>{first}"
    yield "".join(f'<th scope="col">{escape(title)}</th>' for title in rest)
    yield "</tr></thead>\n<tbody>\n"
    for row in block.rows:
        yield _row(row, len(block.columns))
    yield f"</tbody>\n</table>\n</div>\n{_note(block.note, block.address, words)}</div>\n"


LONG = 40
"""Letters from which a cell is given room."""


def _row(row: DocumentRow, columns: int) -> str:
    if row.section:
        return f'<tr class="section"><th scope="rowgroup" colspan="{columns}">{escape(row.heading)}</th></tr>\n'
    detail = f"<small>{escape(row.detail)}</small>" if row.detail else ""
    cells = "".join(
        f"<td{f' colspan={chr(34)}{cell.span}{chr(34)}' if cell.span > 1 else ''}"
        f"{' class=' + chr(34) + 'long' + chr(34) if len(cell.text) > LONG else ''}>{escape(cell.text)}</td>"
        for cell in row.cells
    )
    return f'<tr><th scope="row">{escape(row.heading)}{detail}</th>{cells}</tr>\n'
