"""A report's document in one of its forms."""

from __future__ import annotations

from collections.abc import Callable

from surveyapp.reports.documents.document import Document
from surveyapp.reports.documents.page import page
from surveyapp.reports.documents.word import word_document
from surveyapp.reports.text.phrasing import Phrasing

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
HTML = "text/html; charset=utf-8"

REPORT_FORMS = {"docx": DOCX, "html": HTML}
"""Each form that a report has, and what its file is called in a reply."""


def phrasing_of(language: str, gettext: Callable[..., str], ngettext: Callable[..., str]) -> Phrasing:
    """How a report speaks: the interface's words in the study's own language, where it has that one."""
    return Phrasing(gettext, ngettext, lambda: language)


def written_report(document: Document, form: str, words: Phrasing) -> bytes:
    """A report as a file."""
    return word_document(document, words) if form == "docx" else page(document, words)
