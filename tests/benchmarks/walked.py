"""Walks links of `backfill_1` through an application in this process and prints, as JSON, what each question costs the
processor. It runs in the tree of whatever version stands first on the path, so that two versions can be compared:
`python walked.py PEOPLE`, in a scratch folder for its database.

Without script a question is a POST, its redirect and the page that follows; with script (where the version has that
door) a save and its answer. The same answers are given both ways. Only the application's own time is counted, not what
makes the requests.
"""

from __future__ import annotations

import datetime as dt
import html
import io
import json
import re
import statistics
import sys
import tempfile
import time
import urllib.parse
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

_TAG = re.compile(r"<(input|textarea|button)\b([^>]*)>")
_ATTRIBUTE = re.compile(r'([\w:-]+)="([^"]*)"')
_GIVEN_BY_PAGE = frozenset({"csrf_token", "save_id", "seen", "kept_form"})


class InProcess:
    """A browser that calls an application. `spent`: seconds of processor in the last call."""

    def __init__(self, app: Any) -> None:
        self.app, self.cookies, self.spent = app, dict[str, str](), 0.0

    def call(
        self, method: str, address: str, body: bytes = b"", kind: str = "", headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], str]:
        """Status, headers and body."""
        path, _, query = address.partition("?")
        environ = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": urllib.parse.unquote(path),
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "HTTP_HOST": "localhost",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_ACCEPT_LANGUAGE": "en",
            "HTTP_ACCEPT_ENCODING": "gzip",
            "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "CONTENT_TYPE": kind,
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            **(headers or {}),
        }
        answered: list[Any] = []
        began = time.process_time()
        chunks = self.app(environ, lambda status, found, _error=None: answered.append((status, found)))
        whole = b"".join(chunks)
        if hasattr(chunks, "close"):
            chunks.close()
        self.spent = time.process_time() - began
        status, found = answered[0]
        self._keep([value for name, value in found if name == "Set-Cookie"])
        told = dict(found)
        if told.get("Content-Encoding") == "gzip":
            import gzip

            whole = gzip.decompress(whole)
        return int(status[:3]), told, whole.decode()

    def _keep(self, cookies: list[str]) -> None:
        for each in cookies:
            cookie, _, kept = each.split(";")[0].partition("=")
            self.cookies[cookie] = kept

    def get(self, address: str) -> tuple[str, str]:
        """Where the redirects end, and that page."""
        while True:
            status, headers, page = self.call("GET", address)
            if status not in (302, 303, 307, 308):
                assert status == 200, (status, address)
                return address, page
            address = _path(headers["Location"])

    def post(self, address: str, form: dict[str, list[str]]) -> str:
        """Where the answer leads."""
        body = urllib.parse.urlencode(form, doseq=True).encode()
        status, headers, _ = self.call("POST", address, body, "application/x-www-form-urlencoded")
        assert status in (302, 303), (status, address)
        return _path(headers["Location"])


def _path(location: str) -> str:
    parts = urllib.parse.urlsplit(location)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def filled(page: str) -> dict[str, list[str]]:
    """The page's form: of every group the first option, and a sentence where one is written."""
    form: dict[str, list[str]] = {}
    for tag, written in _TAG.findall(page):
        has = {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(written)}
        name = has.get("name", "")
        if not name or tag == "button" or name.endswith(":missing"):
            continue
        if tag == "textarea" or has.get("type", "text") == "text":
            # A way out beside a date's boxes stays empty.
            form[name] = ["7" if has.get("inputmode") in ("numeric", "decimal") else "It went well."]
        elif has.get("type") == "hidden":
            form[name] = [has.get("value", "")]
        else:
            form.setdefault(name, [has.get("value", "on")])
    return form


def begun(browser: InProcess, link: str) -> tuple[str, str]:
    """Leads a browser to the first question: where that is, and the page."""
    address, page = browser.get(link)
    address = browser.post(address, {"csrf_token": filled(page)["csrf_token"], "agree-take_part": ["yes"]})
    address, page = browser.get(address)
    if address.endswith("/begin"):
        address = browser.post(address, {"csrf_token": filled(page)["csrf_token"], "own": ["yes"], "pin": [""]})
        address, page = browser.get(address)
    return address, page


def without_script(browser: InProcess, link: str) -> tuple[list[float], list[tuple[str, dict[str, list[str]]]]]:
    """Seconds a question, and what was answered on which page."""
    address, page = begun(browser, link)
    taken, said = [], []
    while "/q/" in address:
        place = address.partition("?")[0]
        form = filled(page)
        said.append(
            (place.rpartition("/q/")[2], {name: each for name, each in form.items() if name not in _GIVEN_BY_PAGE})
        )
        leads = browser.post(place, form)
        spent = browser.spent
        status, _, page = browser.call("GET", leads)
        assert status == 200, leads
        taken.append(spent + browser.spent)
        address = leads
    assert address.endswith("/check"), address
    return taken, said


def saving(browser: InProcess, link: str) -> Callable[[str, dict[str, list[str]]], None]:
    """Leads a browser to the first question; returns what sends a save of a page as its script would."""
    address, _ = begun(browser, link)
    own = address.partition("/q/")[0]
    _, _, stand = browser.call("GET", f"{own}/stand")
    token = {"HTTP_X_CSRFTOKEN": json.loads(stand)["token"], "HTTP_SEC_FETCH_SITE": "same-origin"}

    def save(page: str, form: dict[str, list[str]]) -> None:
        body = {
            "save": str(uuid.uuid4()),
            "page": page,
            "questionnaire": "backfill_1",
            "version": 1,
            "wording": None,
            "language": "en",
            "at": "2026-06-15T10:30:00Z",
            "form": form,
            "over": {name.partition(":")[0]: None for name in form},
        }
        status, _, answer = browser.call("POST", f"{own}/saves", json.dumps(body).encode(), "application/json", token)
        assert status == 200, answer
        assert json.loads(answer)["became"] == "saved", answer

    return save


def with_script(browser: InProcess, link: str, said: list[tuple[str, dict[str, list[str]]]]) -> list[float]:
    """Seconds a save."""
    save, taken = saving(browser, link), []
    for page, form in said:
        save(page, form)
        taken.append(browser.spent)
    return taken


class Locks:
    """How long the database is locked for writing, s: the work under the lock, and the disk's part at its end."""

    def __init__(self, engine: Any) -> None:
        from sqlalchemy import event

        self.work: list[float] = []
        self.disk: list[float] = []
        self._commit = engine.dialect.do_commit
        event.listen(engine, "begin", self._begun)
        engine.dialect.do_commit = self._committed

    def _begun(self, connection: Any) -> None:
        if connection.get_execution_options().get("writes"):
            connection.info["begun"] = time.perf_counter()

    def _committed(self, connection: Any) -> None:
        began = time.perf_counter()
        self._commit(connection)
        begun = connection.info.pop("begun", None)
        if begun is not None:
            self.work.append(began - begun)
            self.disk.append(time.perf_counter() - began)


def visits(app: Any, links: list[str]) -> float:
    """What a page takes of somebody after 500 saves, by what it takes of somebody after 10: each the median of 40, in
    turns. One after another, what other programs do meanwhile is measured as well."""
    browsers = []
    for link, saves in zip(links, (10, 500), strict=True):
        browser = InProcess(app)
        address, page = begun(browser, link)
        place, form = address.partition("?")[0], filled(page)
        (field, first), *_ = re.findall(r'type="radio" name="([^":]+)" value="([^"]+)"', page)
        options = [first, *re.findall(rf'name="{field}" value="([^"]+)"', page)[1:2]]
        for count in range(saves):
            # What stood there was this page's own: it says so, as the one after a save does.
            saved = str(uuid.uuid4())
            browser.post(place, {**form, field: [options[count % 2]], "save_id": [saved]})
            form["seen"] = [saved]
        browsers.append((browser, place))
    taken: tuple[list[float], list[float]] = [], []
    for _ in range(40):
        for (browser, place), times in zip(browsers, taken, strict=True):
            assert browser.call("GET", place)[0] == 200
            times.append(browser.spent)
    return statistics.median(taken[1]) / statistics.median(taken[0])


def _today(app: Any, links: list[str], locks: Locks) -> dict[str, float]:
    """What no early version is asked."""
    held = [each * 1000 for each in locks.work]
    disk = statistics.median(locks.disk) * 1000
    return {
        "held": statistics.median(held),
        "held_most": max(held),
        "disk": disk,
        "growth": visits(app, links),
    }


def main(people: int) -> None:
    from surveyapp import create_app
    from surveyapp.store import migrating
    from tests import factories

    with tempfile.TemporaryDirectory(prefix="shiftline-walked-") as folder:
        url = f"sqlite:///{Path(folder) / 'walked.db'}"
        migrating.upgrade(url)
        runtime = factories.create_runtime(url, lambda: dt.datetime(2026, 6, 15, 10, 30, tzinfo=dt.UTC))
        factories.open_questionnaires(runtime)
        links = [factories.create_link(runtime, factories.create_participant(runtime)) for _ in range(2 * people + 4)]
        app = create_app(runtime)
        has_door = any(rule.endpoint == "participant.saves" for rule in app.url_map.iter_rules())
        _, said = without_script(InProcess(app), links.pop())
        if has_door:
            with_script(InProcess(app), links.pop(), said)
        locks = Locks(runtime.database.engine)
        pages = [each for _ in range(people) for each in without_script(InProcess(app), links.pop())[0]]
        saves = (
            [each for _ in range(people) for each in with_script(InProcess(app), links.pop(), said)] if has_door else []
        )
        today = _today(app, links, locks) if has_door else {}
        runtime.database.dispose()
    told = today | {
        "questions": len(said),
        "page": statistics.median(pages) * 1000,
        "page_mean": statistics.fmean(pages) * 1000,
        "save": statistics.median(saves) * 1000 if saves else None,
        "save_mean": statistics.fmean(saves) * 1000 if saves else None,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]))
