"""Browser tests run in the machine's own Chromium, driven by Playwright; nothing is downloaded for them."""

import contextlib
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from surveyapp import create_app
from surveyapp.domain.participants import Participant
from surveyapp.services.runtime import Runtime
from tests import factories
from tests.conftest import Clock

# A test's page is gone before what V8 makes of its scripts a second time is of any use, and little of what it holds has
# to be thrown away by then.
SHORT_LIVED = "--js-flags=--no-opt --no-maglev --min-semi-space-size=16 --single-threaded-gc"

QUIET_AND_HEADLESS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--in-process-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


PATIENCE_MS = 30_000
"""How long anything is waited for. Two browsers and two servers share the machine with each other."""

expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A run of everything, which takes a quarter of an hour, tries a browser's test a second time and says so at its
    end (`R`); whoever runs it by hand is told the first time."""
    if os.environ.get("CI") == "true":
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run: the one without a window where there is one, for it is lighter. Without any, the
    tests are skipped, but fail where CI=true."""
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if chromium is None:
        reason = "Chromium is not installed (no `chromium` on the PATH), so browser tests cannot run."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=[*QUIET_AND_HEADLESS, SHORT_LIVED])
        yield launched
        launched.close()


SIZES = {"desk": {"width": 1280, "height": 800}, "phone": {"width": 360, "height": 740}}


def at_each_size(page: Page) -> Iterator[str]:
    """The page as it stands in each size, and then in its own again: what is walked through need be walked once."""
    before = page.viewport_size
    assert before is not None
    for name, size in SIZES.items():
        page.set_viewport_size(size)  # type: ignore[arg-type]
        yield name
    page.set_viewport_size(before)


Tab = Callable[..., Page]


NOT_LOADED = (
    "Failed to load resource",
    "An unknown error occurred when fetching the script",
    "Autofocus processing was blocked because a document already has a focused element",
)
"""Of what cannot be loaded; the second of a service worker, whose page was closed before it was there. The last says
that somebody was quicker than the page, and then the focus is where they put it."""


@pytest.fixture
def tab(browser: Browser) -> Iterator[Tab]:
    """Opens an address in a browser of its own, of a size; whatever it complains about fails the test. What cannot be
    loaded is what the test is about: a refused form, a line that is cut."""
    contexts = []
    complaints: list[str] = []

    def open_at(address: str, size: str = "desk", **options: Any) -> Page:
        context = browser.new_context(**{"viewport": SIZES[size], **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert [each for each in complaints if not each.startswith(NOT_LOADED)] == []


def sign_in(page: Page, email: str, path: str) -> None:
    """From the page that asks who it is to the one that was asked for."""
    page.fill("#email", email)
    page.fill("#password", factories.PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url(f"**{path}")


class Quiet(WSGIRequestHandler):
    """Answers without a line for each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@pytest.fixture
def runtime_sqlite(sqlite_url: str, clock: Clock) -> Iterator[Runtime]:
    """A demonstration installation (its cookies work without TLS) with the Job Rotation questionnaires open."""
    with installed(sqlite_url, clock) as made:
        yield made


@contextlib.contextmanager
def installed(url: str, clock: Clock) -> Iterator[Runtime]:
    made = factories.create_runtime(url, clock, demo=True)
    factories.open_questionnaires(made)
    yield made
    made.database.dispose()


@pytest.fixture(scope="module")
def runtime_of_module(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """The same for all tests of a file: for those that look and change nothing."""
    path = tmp_path_factory.mktemp("module") / "module.db"
    shutil.copy(sqlite_template, path)
    with installed(f"sqlite:///{path}", Clock()) as made:
        yield made


@pytest.fixture(scope="module")
def server_of_module(runtime_of_module: Runtime) -> Iterator[str]:
    with serving(runtime_of_module) as address:
        yield address


def serving(runtime: Runtime) -> contextlib.AbstractContextManager[str]:
    """The application on a free loopback port; its address without a slash at the end."""
    return serving_app(create_app(runtime))


@contextlib.contextmanager
def serving_app(app: Flask) -> Iterator[str]:
    """Any application, the same."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def live_server(runtime_sqlite: Runtime) -> Iterator[str]:
    """The demonstration installation, served."""
    with serving(runtime_sqlite) as address:
        yield address


@pytest.fixture
def person(runtime_sqlite: Runtime) -> Participant:
    """Somebody of the study, asked for the first time."""
    return factories.create_participant(runtime_sqlite)


@pytest.fixture
def link(runtime_sqlite: Runtime, live_server: str, person: Participant) -> str:
    """Theirs, whole."""
    return live_server + factories.create_link(runtime_sqlite, person)


@pytest.fixture
def guarded_server(sqlite_url: str, clock: Clock) -> Iterator[tuple[str, Runtime]]:
    """An installation that is no demonstration, and asks for a second factor, served."""
    runtime = factories.create_runtime(sqlite_url, clock)
    factories.open_questionnaires(runtime)
    with serving(runtime) as address:
        yield address, runtime
    runtime.database.dispose()
