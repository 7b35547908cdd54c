"""Style sheets and scripts: sent small, whole and compressed, kept for good under an address that changes with them.

A style sheet goes as one file with all that it imports, and so does a script of a participant's page, from
`/static/survey/<mark>/`, which changes with any of them: a phone waits for one answer in place of fifteen, and all of
it is of the same release. `make scripts` has written each shorter (`static/js/small/`); where a module has changed
since, they go as they are written.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import brotli
import rcssmin
import rjsmin
from flask import Flask, Response, abort, g, request
from markupsafe import Markup

from surveyapp.web.shared import headers
from surveyapp.web.shared.sheets import needed

SCRIPT = "survey_script"
"""The endpoint of a script with what it imports."""

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([a-z_]+)\.js";\n', re.MULTILINE)
_SHEET = re.compile(r'^@import "([a-z_]+\.css)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?(?:function|class|const) (\w+))", re.MULTILINE)

_SMALL = {"text/css": rcssmin.cssmin, "text/javascript": rjsmin.jsmin}
"""What is made small where it is sent: white space and comments go. What others have made (`vendor/`) goes as they made
it."""

APART = frozenset({"participant"})
"""Modules that are on every page of whoever imports them: they stay a file of their own, which is fetched once."""


def install(app: Flask) -> None:
    """To be called after compression is set up: what is registered last runs first."""
    folder = Path(str(app.static_folder))
    modules, made_small = folder / "js" / "survey", folder / "js" / "small"

    @functools.cache
    def mark(filename: str) -> str | None:
        path = folder / filename
        return hashlib.sha256(_whole(path)).hexdigest()[:10] if path.is_file() else None

    @functools.cache
    def mark_of_all() -> str:
        served = mark_of(modules) + (mark_of(made_small) if is_of(made_small, modules) else "")
        return hashlib.sha256(served.encode()).hexdigest()[:10]

    @functools.cache
    def script_of(name: str) -> str:
        path = made_small / f"{name}.js"
        if path.is_file() and is_of(made_small, modules):
            return path.read_text(encoding="utf-8")
        return small("text/javascript", joined(modules, name))

    app.extensions["scripts"] = script_of

    @functools.cache
    def sheet_of(filename: str) -> str:
        return small("text/css", _whole(folder / filename).decode())

    @app.template_global()
    def carried_style(filename: str, page: str, script: str) -> Markup:
        """What a page needs of a style sheet, and what a script may add to it, to stand in the page itself: it saves a
        phone that has nothing yet the way for it."""
        text = needed(sheet_of(filename), page, script_of(script))
        headers.let_style(text)
        return Markup(text)  # noqa: S704 - a file of ours

    @functools.cache
    def bodies_of_script(name: str) -> Mapping[str, bytes]:
        return in_codings(script_of(name).encode())

    @functools.cache
    def bodies_of(filename: str, mimetype: str) -> Mapping[str, bytes]:
        return in_codings(small(mimetype, _whole(folder / filename).decode()).encode())

    @app.get("/static/survey/<mark>/<name>.js", endpoint=SCRIPT)
    def script(mark: str, name: str) -> Response:
        if mark != mark_of_all() or name not in {path.stem for path in modules.glob("*.js")}:
            abort(404)
        return send_in_coding(Response(mimetype="text/javascript"), bodies_of_script(name))

    @app.url_defaults
    def name_the_content(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == SCRIPT:
            values.setdefault("mark", mark_of_all())
        if endpoint == "static" and "v" not in values and (version := mark(values.get("filename", ""))):
            values["v"] = version

    @functools.cache
    def address_of_file(below: str, endpoint: str, names: tuple[tuple[str, Any], ...]) -> str:
        return app.url_for(endpoint, **dict(names))

    @app.template_global("url_for")
    def address(endpoint: str, **values: Any) -> str:
        """As Flask's; that of a file of ours, which a page names four of and which stays, is worked out once."""
        if endpoint in ("static", SCRIPT) and not any(name.startswith("_") for name in values):
            return address_of_file(request.script_root, endpoint, tuple(values.items()))
        return app.url_for(endpoint, **values)

    @app.after_request
    def send_whole(response: Response) -> Response:
        if request.endpoint not in ("static", SCRIPT) or response.status_code != 200:
            return response
        # Streams are not compressed with gzip, the best that a browser on plain HTTP takes, and the file behind one is
        # left open.
        response.direct_passthrough = False
        response.get_data()
        filename = (request.view_args or {}).get("filename", "")
        if response.mimetype in _SMALL and filename and not filename.startswith("vendor/"):
            send_in_coding(response, bodies_of(filename, response.mimetype))
            # Not of this one file: a sheet changes with what it imports.
            response.set_etag(mark(filename) or "")
        # A file that another one names has no mark in its address: the browser asks whether it changed.
        if "v" in request.args or request.endpoint == SCRIPT:
            headers.keep_for_good(response)
            # Nobody asks whether it is still so, or for a piece of it, or saves it under a name.
            for name in ("ETag", "Last-Modified", "Accept-Ranges", "Content-Disposition"):
                response.headers.pop(name, None)
        else:
            response.headers["Cache-Control"] = "no-cache"
        return response

    @app.after_request
    def send_smallest(response: Response) -> Response:
        coding = request.accept_encodings.best_match(_SLOWEST) if "takes_its_time" in g else None
        if coding and response.mimetype in ("text/html", "application/json"):
            response.set_data(_SLOWEST[coding](response.get_data()))
            response.headers["Content-Encoding"] = coding
        return response


def take_time() -> None:
    """Sends this answer as small as it gets: of a page a sixth less, for some 10 ms of processor. For what somebody is
    sent once."""
    g.takes_its_time = True


_SLOWEST: Mapping[str, Callable[[bytes], bytes]] = {
    "br": lambda body: brotli.compress(body, quality=11),
    "gzip": lambda body: gzip.compress(body, 9, mtime=0),
}


def in_codings(body: bytes) -> Mapping[str, bytes]:
    """A body by the content coding that it can be sent in, each as small as it gets: what is made once may take its
    time."""
    return {coding: made(body) for coding, made in _SLOWEST.items()} | {"identity": body}


def send_in_coding(response: Response, bodies: Mapping[str, bytes]) -> Response:
    """Sends a body in the best coding that the browser takes."""
    coding = request.accept_encodings.best_match([each for each in bodies if each != "identity"]) or "identity"
    response.set_data(bodies[coding])
    if coding != "identity":
        response.headers["Content-Encoding"] = coding
    response.vary.add("Accept-Encoding")
    return response


def _whole(path: Path) -> bytes:
    """A file; a style sheet with all that it imports."""
    if path.suffix != ".css":
        return path.read_bytes()
    text = path.read_text(encoding="utf-8")
    return _SHEET.sub(lambda found: _whole(path.parent / found[1]).decode(), text).encode()


def small(mimetype: str, text: str) -> str:
    """A style sheet or script that does the same in fewer bytes."""
    return str(_SMALL[mimetype](text))


def mark_of(folder: Path) -> str:
    """Of all scripts in a folder, one after another."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(folder.glob("*.js")))).hexdigest()


def is_of(made_small: Path, modules: Path) -> bool:
    """Whether what was made small was made of these very modules."""
    of = made_small / "OF"
    return of.is_file() and of.read_text(encoding="ascii").strip() == mark_of(modules)


def joined(modules: Path, name: str) -> str:
    """A module with all that it imports, as one: each that is imported in a function of its own, so that their names
    stay apart, in the order in which they would run. Modules here import and export by name alone; only the first
    imports one that stays `APART`."""
    taken = list(APART)
    parts: list[str] = []
    beside: list[str] = []

    def brought_in(found: re.Match[str]) -> str:
        if found[2] in APART:
            beside.append(found[0])
            return ""
        return f"const {{{found[1].replace(' as ', ': ')}}} = ${found[2]};\n"

    def take(each: str) -> None:
        if each in taken and each != name:
            return
        taken.append(each)
        text = (modules / f"{each}.js").read_text(encoding="utf-8")
        for found in _IMPORT.finditer(text):
            take(found[2])
        text = _IMPORT.sub(brought_in, text)
        exported = [found[2] for found in _EXPORT.finditer(text)]
        text = _EXPORT.sub(r"\1", text)
        if re.search(r"^(?:import|export)\b", text, re.MULTILINE):
            raise ValueError(f"{each}.js imports or exports in a way that cannot be joined.")
        if each == name:
            parts.append(text + (f"export {{ {', '.join(exported)} }};\n" if exported else ""))
        else:
            parts.append(f"const ${each} = (() => {{\n{text}return {{ {', '.join(exported)} }};\n}})();\n")

    take(name)
    return "".join(beside + parts)
