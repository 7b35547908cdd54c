"""Where pages of results are read from, and what such a page says of it."""

from __future__ import annotations

import datetime as dt

from flask import Flask, Response, g, request, session
from flask_babel import format_datetime
from flask_babel import gettext as _

from surveyapp.services.results import standby
from surveyapp.services.results.standby import ReadFrom
from surveyapp.services.runtime import Runtime
from surveyapp.web.shared.runtime import has_runtime, runtime
from surveyapp.web.shared.session import is_staff_path

RESULTS = frozenset({"evaluator", "viewer"})
"""The pages of which a standby may be read. What is written, and files of single answers (whoever has left since must
be in none), are the primary's."""

WROTE = "wrote"
"""In staff's cookie: up to where the database had been written when they last changed something."""


def read_runtime() -> Runtime:
    """The runtime that a request of staff's reads from."""
    found = _chosen()
    return runtime() if found is None else found.runtime


def read_from_words() -> str:
    """Template global: what a page says of where it was read from; empty where there is nothing to say."""
    found = _chosen() if has_runtime() else None
    if found is None:
        return ""
    at = format_datetime(found.as_of.astimezone(_zone()).replace(tzinfo=None), "d MMMM yyyy, HH:mm:ss", rebase=False)
    return {
        "standby": _("Read from a copy of the database, as it was on %(at)s.", at=at),
        "own": _(
            "Read from the database itself, as it is on %(at)s: its copy does not have yet what you changed.", at=at
        ),
        "behind": _("Read from the database itself, as it is on %(at)s: its copy has fallen behind.", at=at),
        "silent": _("Read from the database itself, as it is on %(at)s: its copy does not answer.", at=at),
    }[found.why]


def note_written(response: Response) -> Response:
    """After staff changed something: the pages of results that they open next have it."""
    wrote = request.method == "POST" and response.status_code < 400 and is_staff_path(request.path)
    if wrote and has_runtime() and (place := standby.written(runtime())) is not None:
        session[WROTE] = place
    return response


def look_after_reading(app: Flask) -> None:
    app.add_template_global(read_from_words, "read_from_words")
    app.after_request(note_written)


def _chosen() -> ReadFrom | None:
    """Chosen once a request."""
    if request.blueprint not in RESULTS or request.method not in ("GET", "HEAD"):
        return None
    if "read_from" not in g:
        g.read_from = standby.read_from(runtime(), session.get(WROTE))
    found: ReadFrom | None = g.read_from
    return found


def _zone() -> dt.tzinfo:
    """That of the study that the page is of."""
    study = runtime().studies.get((request.view_args or {}).get("study_id", ""))
    return dt.UTC if study is None else runtime().zone(study)
