"""Style sheets and scripts: sent whole and compressed, kept for good under an address that changes with them."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path
from typing import Any

from flask import Flask, Response, request


def install(app: Flask) -> None:
    """To be called after compression is set up: what is registered last runs first."""
    folder = Path(str(app.static_folder))

    @functools.cache
    def mark(filename: str) -> str | None:
        path = folder / filename
        return hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.is_file() else None

    @app.url_defaults
    def name_the_content(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "v" not in values and (version := mark(values.get("filename", ""))):
            values["v"] = version

    @app.after_request
    def send_whole(response: Response) -> Response:
        if request.endpoint != "static" or response.status_code != 200:
            return response
        # Streams are not compressed with gzip, the best that a browser on plain HTTP takes, and the file behind one is
        # left open.
        response.direct_passthrough = False
        response.get_data()
        # A module that another one imports has no mark in its address: the browser asks whether it changed.
        kept = "public, max-age=31536000, immutable" if "v" in request.args else "no-cache"
        response.headers["Cache-Control"] = kept
        return response
