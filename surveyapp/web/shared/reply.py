"""What a handler gives back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from flask import Response as FlaskResponse
from flask import make_response
from werkzeug.wrappers import Response

from surveyapp.domain.privacy.held import HeldRecord
from surveyapp.reports.files import held_record
from surveyapp.reports.text.phrasing import Phrasing
from surveyapp.services.translation import interface_catalogues

Reply = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]
"""A page, a redirect or a file, or a page with a status and perhaps headers."""


def with_query(address: str, query: Mapping[str, str | Sequence[str] | None]) -> str:
    """An address that asks for something more. For names that came from outside: `url_for` would take some of them for
    arguments of its own."""
    more = urlencode({name: value for name, value in query.items() if value is not None}, doseq=True)
    return f"{address}{'&' if '?' in address else '?'}{more}" if more else address


def record_file(record: HeldRecord, *, as_json: bool) -> Reply:
    """All that is held of somebody: as a page that a person reads, in the language of the record, or as a file for a
    machine."""
    known, gettext, ngettext = interface_catalogues.spoken(record.language)
    whole = held_record.as_page(record, Phrasing(gettext, ngettext, lambda: known)).encode()
    response = make_response(held_record.as_json(record) if as_json else whole)
    response.mimetype = "application/json" if as_json else "text/html"
    ending = "json" if as_json else "html"
    response.headers["Content-Disposition"] = f'attachment; filename="{record.reference}.{ending}"'
    return response


def csv_reply(content: bytes, name: str) -> FlaskResponse:
    """A file to download."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return FlaskResponse(content, content_type="text/csv; charset=utf-8", headers=headers)
