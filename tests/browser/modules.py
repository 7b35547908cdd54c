"""The participants' modules in a browser, on a page of their own: a table goes in, results come out."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

from flask import Flask, Response
from playwright.sync_api import Browser, Page

from surveyapp.web.shared import headers, static_files
from tests.browser.conftest import serving_app


@contextlib.contextmanager
def modules(browser: Browser) -> Iterator[Page]:
    """A page of this site with nothing on it, from which modules can be imported."""
    app = Flask("surveyapp")
    static_files.install(app)
    headers.install(app)

    @app.get("/nothing")
    def nothing() -> Response:
        return Response("<!doctype html><title>/static/js/survey/</title>", mimetype="text/html")

    with serving_app(app) as address:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{address}/nothing")
        yield page
        context.close()


def run(page: Page, script: str, given: Any) -> Any:
    """What `script` comes to: the body of a function of `given`, in which `load` imports a module by its name. What
    goes in and comes out is JSON: Playwright's own way of telling values takes many times as long."""
    found = page.evaluate(
        f"""async ([base, text]) => {{
          const load = (name) => import(base + name);
          const act = async (given) => {{ {script} }};
          return JSON.stringify(await act(JSON.parse(text)));
        }}""",
        [page.title(), json.dumps(given)],
    )
    return json.loads(found)
