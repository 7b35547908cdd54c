"""Style sheets and scripts: sent whole and compressed, kept for good under an address that changes with them.

Modules that import each other stand under one address together (`/static/survey/<mark>/`), which changes with any of
them: an import names its neighbour alone, and what it finds is of the same release.
"""

from __future__ import annotations

import functools
import hashlib
import re
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, request

from surveyapp.web.shared import headers

_COMMENT = re.compile(r"^ *//.*\n", re.MULTILINE)
"""A line that only tells readers of the source something: a quarter of what a phone would fetch."""

MODULES = "survey_script"
"""The endpoint of the participants' modules."""


def install(app: Flask) -> None:
    """To be called after compression is set up: what is registered last runs first."""
    folder = Path(str(app.static_folder))

    @functools.cache
    def mark(filename: str) -> str | None:
        path = folder / filename
        return hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.is_file() else None

    @functools.cache
    def mark_of_all() -> str:
        each = sorted((folder / "js" / "survey").glob("*.js"))
        return hashlib.sha256(b"".join(path.read_bytes() for path in each)).hexdigest()[:10]

    @app.get("/static/survey/<mark>/<path:filename>", endpoint=MODULES)
    def module(mark: str, filename: str) -> Response:
        if mark != mark_of_all():
            abort(404)
        path = folder / "js" / "survey" / filename
        if path.parent != folder / "js" / "survey" or path.suffix != ".js" or not path.is_file():
            abort(404)
        return Response(_COMMENT.sub("", path.read_text(encoding="utf-8")), mimetype="text/javascript")

    @app.url_defaults
    def name_the_content(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == MODULES:
            values.setdefault("mark", mark_of_all())
        if endpoint == "static" and "v" not in values and (version := mark(values.get("filename", ""))):
            values["v"] = version

    @app.after_request
    def send_whole(response: Response) -> Response:
        if request.endpoint not in ("static", MODULES) or response.status_code != 200:
            return response
        # Streams are not compressed with gzip, the best that a browser on plain HTTP takes, and the file behind one is
        # left open.
        response.direct_passthrough = False
        response.get_data()
        # A module that another one imports has no mark in its address: the browser asks whether it changed.
        if "v" in request.args or request.endpoint == MODULES:
            headers.keep_for_good(response)
        else:
            response.headers["Cache-Control"] = "no-cache"
        return response
