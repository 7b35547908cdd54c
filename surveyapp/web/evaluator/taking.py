"""What leaves the results pages: files that say which figures they are. Each that is taken from the working view is in
the audit trail."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Response

from surveyapp.domain.instrument.study import Study
from surveyapp.domain.results import Shift
from surveyapp.reports.files import tables
from surveyapp.reports.files.records import Record
from surveyapp.reports.files.same_people import same_people
from surveyapp.reports.files.workbook import workbook
from surveyapp.reports.text import headlines, sentences
from surveyapp.services.results import taking
from surveyapp.web.evaluator import views
from surveyapp.web.shared.sign_in import desk

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def note(study_id: str, what: str, form: str) -> None:
    """Puts into the audit trail that somebody took working figures with them."""
    taking.took(desk(), study_id, what, form)


def workbook_reply(study: Study, shift: Shift, records: Iterable[Record], name: str) -> Response:
    """A shift as a spreadsheet: its tables as the page has them, every figure, and the notes to them."""
    made = [tables.counts(shift, views.WORDS), same_people(shift, views.WORDS)]
    for change in shift.changes:
        if change.people.segment is None:
            made.append(tables.moves(change, shift, views.WORDS))
    notes = [
        views.edition_words(shift.edition, study),
        headlines.headline(shift, views.WORDS),
        *sentences.lead(shift, views.WORDS),
        *sentences.notes(shift, views.WORDS),
    ]
    content = workbook([table for table in made if table], records, notes, views.WORDS)
    if shift.edition.kind == "working":
        note(study.id, name, "xlsx")
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    return Response(content, content_type=XLSX, headers=headers)
