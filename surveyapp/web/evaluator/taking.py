"""What leaves the results pages: files that say which figures they are. Each that is taken from the working view is in
the audit trail."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from flask import Response, abort, request
from flask_babel import gettext as _

from surveyapp.domain.instrument.study import Study
from surveyapp.domain.results import Crosstab, Edition, Shift
from surveyapp.reports.files.records import Record
from surveyapp.reports.files.tables import ResultTable
from surveyapp.reports.files.workbook import Sheet, sheet_each, workbook
from surveyapp.reports.text import headlines, sentences
from surveyapp.reports.text.phrasing import unpublished
from surveyapp.services.results import taking
from surveyapp.web.evaluator import views
from surveyapp.web.evaluator.views import Block
from surveyapp.web.shared.sign_in import desk

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

FORMS = ("png", "svg", "text")
"""What a page makes of its figures itself, in the browser."""

NAMED = re.compile(r"[\w.=|-]{1,200}")


def note(study_id: str, what: str, form: str) -> None:
    """Puts into the audit trail that somebody took working figures with them."""
    taking.took(desk(), study_id, what, form)


def asked_to_note() -> tuple[str, str]:
    """What the page says is taken from it, and in which form. Refused with 400 where no page of ours would say that."""
    what, form = request.form.get("what", ""), request.form.get("form", "")
    if form not in FORMS or not NAMED.fullmatch(what):
        abort(400)
    return what, form


def shift_workbook(
    study: Study,
    shift: Shift,
    records: Iterable[Record],
    name: str,
    *,
    other: Shift | None = None,
    crossed: Crosstab | None = None,
) -> Response:
    """A shift as a spreadsheet: its tables as the page has them, every figure, and the notes to them. `other`: the same
    of the people that it is set beside; `crossed`: one question by another, under it."""
    made = list(views.measure(study, shift, other).tables)
    notes = [
        unpublished(headlines.headline(shift, views.WORDS), headlines.is_private(shift), views.WORDS),
        *sentences.lead(shift, views.WORDS),
        *sentences.notes(shift, views.WORDS),
    ]
    if crossed:
        made += crossed_tables([crossed])
        notes.append(sentences.crossing_words(crossed, views.WORDS))
    return workbook_reply(study, shift.edition, name, sheet_each(made), records, notes)


def crossed_tables(found: Iterable[Crosstab]) -> list[ResultTable | None]:
    """The tables of questions put across one another, as the page has them."""
    drawn = [views.crossing_view(each) for each in found]
    return [table for each in drawn for table in (each.table, each.columns)]


def questions_workbook(
    study: Study, blocks: Sequence[Block], records: Iterable[Record], name: str, notes: Iterable[str]
) -> Response:
    """Every question of a touchpoint as a spreadsheet: a sheet a section, the tables of its questions under one
    another."""
    sections = views.by_section(blocks)
    said = [f"{block.question}: {remark}" for block in blocks for remark in block.remarks]
    return workbook_reply(
        study,
        views.edition_of(views.shown(blocks)),
        name,
        [Sheet(str(each.title), tuple(block.table for block in each.blocks)) for each in sections],
        records,
        (*notes, *said),
    )


def workbook_reply(
    study: Study, edition: Edition, name: str, sheets: Iterable[Sheet], records: Iterable[Record], notes: Iterable[str]
) -> Response:
    """A spreadsheet to download, which says first of which edition its figures are."""
    first = [views.edition_words(edition, study)]
    if edition.kind == "working":
        first.append(_("np: not for publication. What may be published of the rest, a release says."))
        note(study.id, name, "xlsx")
    elif edition.number is not None:
        name = f"{name}_release_{edition.number}"
    content = workbook(sheets, records, [*first, *map(str, notes)], views.WORDS)
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    return Response(content, content_type=XLSX, headers=headers)
