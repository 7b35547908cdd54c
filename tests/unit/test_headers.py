"""Each header where a browser acts on it, and nowhere else."""

from __future__ import annotations

import pytest
from flask import Flask, Response, redirect

from surveyapp.web.shared import headers

PAGE = {
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Cross-Origin-Opener-Policy",
    "Permissions-Policy",
    "Cache-Control",
}
DATA, REDIRECT = {"X-Content-Type-Options", "Cache-Control"}, {"Cross-Origin-Opener-Policy", "Cache-Control"}
GUARDS = PAGE | {"Strict-Transport-Security"}


@pytest.mark.parametrize(
    ("path", "mimetype", "expected"),
    [
        ("/page", "text/html", PAGE),
        ("/static/a.svg", "image/svg+xml", PAGE),  # opened by itself it is a page
        ("/file", "text/csv", PAGE),
        ("/data", "application/json", DATA),
        ("/static/a.css", "text/css", DATA),
        ("/static/a.js", "text/javascript", DATA),
        ("/worker.js", "text/javascript", PAGE),  # its policy is the worker's own
    ],
)
@pytest.mark.parametrize("secure", [False, True])
def test_what_guards_an_answer(path: str, mimetype: str, expected: set[str], secure: bool) -> None:
    app = Flask("of headers", static_folder=None)
    headers.install(app)
    app.add_url_rule(path, "it", lambda: Response("{}", mimetype=mimetype))
    answer = app.test_client().get(path, base_url="https://localhost" if secure else None)
    assert {name for name in GUARDS if name in answer.headers} == expected | (
        {"Strict-Transport-Security"} if secure else set()
    )


def test_once_over_https_a_browser_never_asks_without_it_nor_of_a_name_below_it() -> None:
    said = headers.protecting(secure=True)["Strict-Transport-Security"].split("; ")
    assert said == ["max-age=31536000", "includeSubDomains"]


def test_what_only_leads_on_has_no_body() -> None:
    app = Flask("of headers", static_folder=None)
    headers.install(app)
    app.add_url_rule("/on", "on", lambda: redirect("/there"))
    answer = app.test_client().get("/on")
    assert (answer.location, answer.data, answer.headers["Content-Length"]) == ("/there", b"", "0")
    assert {name for name in GUARDS if name in answer.headers} == REDIRECT


def test_what_is_nobodys_is_kept_as_it_says() -> None:
    app = Flask("of headers", static_folder=None)
    headers.install(app)

    @app.get("/data")
    def data() -> Response:
        answer = Response("{}", mimetype="application/json")
        headers.keep_for_good(answer)
        return answer

    assert "immutable" in app.test_client().get("/data").headers["Cache-Control"]
