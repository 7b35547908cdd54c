"""What no answer may be, whatever was asked."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from tests.fuzz.browser import Browser, Received
from tests.fuzz.values import MARK
from tests.page import REFUSED, Page

ALWAYS, OF_DATA, OF_REDIRECT = "Cache-Control", "X-Content-Type-Options", "Cross-Origin-Opener-Policy"
OF_PAGE = (OF_DATA, OF_REDIRECT, "Content-Security-Policy", "Referrer-Policy", "Permissions-Policy")
JSON = ("application/json", "application/problem+json")
DATA = (*JSON, "text/css", "text/javascript")
"""The headers that act on each kind of answer."""

POLICY = "default-src 'none'; script-src 'self'; form-action 'self'; frame-ancestors; base-uri 'none'"
"""What every policy says. What has no source of its own, objects among it, has that of `default-src`."""

PASSWORDS = frozenset({"password", "current"})
"""Fields in which one is typed."""


def _headers(received: Received) -> tuple[str, ...]:
    if received.location is not None:
        return (ALWAYS, OF_REDIRECT)
    return (ALWAYS, OF_DATA) if received.mimetype in DATA else (ALWAYS, *OF_PAGE)


def faults(received: Received, method: str, browser: Browser) -> Iterator[str]:
    """What is wrong with an answer, each as a few words."""
    if method in ("TRACE", "CONNECT") and received.status < 400:
        yield f"takes {method}"
    if received.status >= 500:
        yield f"answered {received.status}"
    for name in (*_headers(received), *(["Strict-Transport-Security"] if browser.scheme == "https" else [])):
        if name not in received.headers:
            yield f"{received.status} without {name}"
    policy = received.headers.get("Content-Security-Policy", POLICY)
    if "unsafe" in policy or not all(each in policy for each in POLICY.split("; ")):
        yield f"may run what is not ours: {policy}"
    for name, value in received.headers:
        if name.lower().startswith("access-control-"):
            yield f"lets other sites read it: {name}"
        if re.search(r"[\r\n\0]", f"{name}{value}"):
            yield f"a line end in the header {name}"
    if received.location is not None and not _stays(received.location, browser.host):
        yield f"sends elsewhere: {received.location[:100]}"
    kind = received.headers.get("Content-Type", "")
    if received.body and (not kind or ((kind.startswith("text/") or "+xml" in kind) and "charset=" not in kind)):
        yield f"does not say in which characters it is: {kind}"
    if received.mimetype == "text/html" and received.location is None:
        yield from _of_page(received)
    elif received.status >= 400 and method != "HEAD" and not received.body:
        yield f"{received.status} without a word"
    if MARK in received.text and received.mimetype not in (
        "text/html",
        "application/json",
        "application/problem+json",
        "text/csv",
    ):
        yield f"echoed as {received.mimetype}"


def _stays(location: str, host: str) -> bool:
    if not location.isprintable() or "\\" in location:
        return False
    parts = urlsplit(location)
    if not parts.scheme and not parts.netloc:
        return not location.startswith("//")
    return parts.scheme in ("https", "http") and parts.netloc == host


def _of_page(received: Received) -> Iterator[str]:
    if not received.body:
        return
    page = Page(received.text)
    for tag, attributes in page.elements:
        if tag == "input" and attributes.get("name") in PASSWORDS:
            if attributes.get("type") != "password":
                yield "shows a password"
            if not attributes.get("autocomplete", "").endswith("-password"):
                yield "keeps a password from whatever fills it in"
        if attributes.get("id") == MARK or "onx" in attributes or "onerror" in attributes:
            yield f"markup of somebody's in <{tag}>"
        if any(
            attributes.get(name, "").strip().lower().startswith("javascript:") for name in ("href", "src", "action")
        ):
            yield f"<{tag}> runs an address"
    try:
        page.check(refused=received.status == REFUSED)
    except AssertionError as problem:
        # An entity that was sent is shown as it was sent, and so looks as if a template had escaped it once more: with
        # the mark, or what a message had made of that.
        if not (str(problem).startswith("escaped twice") and MARK[2:] in received.text):
            yield f"{received.status} page: {str(problem).splitlines()[0][:200]}"
    except (IndexError, StopIteration):
        yield f"{received.status} page without a title"


class Heard(logging.Handler):
    """Everything that was logged, as it would be written."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[tuple[int, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append((record.levelno, self.format(record)))

    def faults(self, secrets: Iterable[str]) -> Iterator[str]:
        for level, line in self.lines:
            if "Traceback" in line:
                yield "a traceback: " + _last_places(line)
            elif level >= logging.ERROR:
                yield f"logged: {line.splitlines()[0][:200]}"
            if any(secret in line for secret in secrets):
                yield "a secret is logged"
        self.lines.clear()


def _last_places(traceback: str) -> str:
    lines = traceback.strip().splitlines()
    places = re.findall(r'File "[^"]*?((?:surveyapp|tests)/[^"]*)", line (\d+)', traceback)
    where = " < ".join(f"{name}:{line}" for name, line in places[-3:][::-1])
    return f"{lines[-1][:160]} at {where}"


@contextlib.contextmanager
def listening() -> Iterator[Heard]:
    """Hears all logs meanwhile."""
    heard = Heard()
    root = logging.getLogger()
    loggers = [root, logging.getLogger("surveyapp")]
    levels = [each.level for each in loggers]
    for each in loggers:
        each.addHandler(heard)
    root.setLevel(logging.INFO)
    propagates, loggers[1].propagate = loggers[1].propagate, False
    try:
        yield heard
    finally:
        for each, level in zip(loggers, levels, strict=True):
            each.removeHandler(heard)
            each.setLevel(level)
        loggers[1].propagate = propagates
