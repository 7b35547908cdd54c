"""A test client that checks every page it fetches, as a careful reader of HTML would."""

from __future__ import annotations

import functools
import re
from collections import Counter
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests import factories

REFUSED = 422
"""The status of a form that was not taken as it was filled in."""

VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
WRONG = ("fault", "error-summary")
ERROR = ("Error: ", "Błąd: ", "ਗ਼ਲਤੀ: ", "غلطی: ")
"""What is wrong begins so, in each language that there are pages in."""
MAY_STAY_OPEN = frozenset(["li", "p", "td", "th", "tr", "tbody", "thead", "dt", "dd", "option", "html", "head", "body"])

POINTERS = frozenset(["for", "aria-labelledby", "aria-describedby", "aria-controls"])
LEADING = frozenset(["src", "href", "action"])


class Page(HTMLParser):
    """A parsed page: its text by element, its forms with what a browser would post."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.source = source
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.problems: list[str] = []
        self.spoken: list[tuple[str, str]] = []
        """Every stretch of text with the language it is marked with."""
        self._faults: list[tuple[str, int, dict[str, str]]] = []
        self._open: list[str] = []
        self._languages: list[str] = []
        self._stretches: dict[str, list[list[str]]] = {}
        self.feed(source)
        self.close()
        self.text = {tag: ["".join(each) for each in of_each] for tag, of_each in self._stretches.items()}
        if self._open and not set(self._open) <= MAY_STAY_OPEN:
            self.problems.append(f"never closed: {self._open}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            around = self._languages[-1] if self._languages else ""
            own = self.elements[-1][1].get("lang")
            if tag == "span" and own == around:
                self.problems.append(
                    f"says twice that it is in {own}: {self.source.splitlines()[self.getpos()[0] - 1]}"
                )
            self._open.append(tag)
            self._languages.append(own or around)
            stretches = self._stretches.setdefault(tag, [])
            if self.elements[-1][1].get("class") == "fault":
                self._faults.append((tag, len(stretches), self.elements[-1][1]))
            stretches.append([])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open[-1] != tag and self._open[-1] in MAY_STAY_OPEN:
            self._close()
        if not self._open or self._open[-1] != tag:
            self.problems.append(f"</{tag}> at line {self.getpos()[0]} closes nothing (open: {self._open[-3:]})")
        else:
            self._close()

    def _close(self) -> None:
        self._open.pop()
        self._languages.pop()

    def handle_data(self, data: str) -> None:
        within = set(self._open)
        if "script" not in within and "style" not in within and not data.isspace():
            self.spoken.append((data, self._languages[-1] if self._languages else ""))
        for tag in within:
            self._stretches[tag][-1].append(data)

    def said(self, tag: str) -> list[str]:
        """The text of every element of a kind, white space folded."""
        return [" ".join(text.split()) for text in self.text.get(tag, [])]

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text.get("body", [])).split())

    def fields(self) -> dict[str, list[str]]:
        """What the page's forms hold now: hidden fields, filled-in text, checked boxes."""
        found: dict[str, list[str]] = {}
        for tag, attributes in self.elements:
            kind = attributes.get("type", "text")
            if (
                tag == "input"
                and attributes.get("name")
                and (kind not in ("radio", "checkbox") or "checked" in attributes)
            ):
                found.setdefault(attributes["name"], []).append(attributes.get("value", ""))
        return found

    def links(self) -> list[str]:
        return [attributes["href"] for tag, attributes in self.elements if tag == "a" and "href" in attributes]

    def check(self, refused: bool = False) -> None:
        """One H1; a title that says it, and first, where something is wrong (a form was `refused`), that it is; a
        language and direction, nothing marked with its own twice or escaped twice; unique ids; labels that point
        somewhere; closed tags; one focus at most, which what is wrong has, or which reads out what was done; nothing
        inline that the Content-Security-Policy forbids; nothing from another host."""
        assert not self.problems, self.problems
        assert not [text for text, _ in self.spoken if "<span" in text], "markup is read out"
        assert not re.search(r"&amp;(lt|gt|amp|quot|#\d+|#x\w+);", self.source), "escaped twice"
        headings = self.said("h1")
        assert len(headings) == 1, f"one H1, not {headings}"
        title = self.said("title")[0]
        assert headings[0][:40] in title, f"the title “{title}” does not say “{headings[0]}”"
        wrong = [each for _, each in self.elements if each.get("class") in WRONG and "hidden" not in each]
        if wrong or refused:
            assert title.startswith(ERROR), f"the title “{title}” does not say that something is wrong"
        faults = [self.said(tag)[place] for tag, place, each in self._faults if "hidden" not in each]
        assert all(fault.startswith(ERROR) for fault in faults), f"a fault that does not begin as one: {faults}"
        html = next(attributes for tag, attributes in self.elements if tag == "html")
        assert html.get("lang")
        assert html.get("dir") in ("ltr", "rtl")
        ids = Counter(attributes["id"] for _, attributes in self.elements if "id" in attributes)
        assert not [name for name, count in ids.items() if count > 1], "an id is used twice"
        told = any(each.get("id") == "notices" for _, each in self.elements)
        focus = [attributes for _, attributes in self.elements if "autofocus" in attributes]
        assert len(focus) <= 1, f"one focus, not {focus}"
        read_out = focus[0].get("aria-describedby", "").split() if focus else []
        assert not wrong or any(each in focus or each.get("id") in read_out for each in wrong), f"not read out: {wrong}"
        assert wrong or not (told and focus) or "notices" in read_out, f"what was done is not read out: {focus}"
        for tag, attributes in self.elements:
            for name, value in attributes.items():
                if name in POINTERS:
                    for target in value.split():
                        assert target in ids, f"{tag} {name}={target} points nowhere"
                assert name != "style", f"inline style on {tag}"
                assert not name.startswith("on"), f"inline handler on {tag}"
                assert "<span" not in value, f"markup in an attribute of {tag}"
                if name in LEADING:
                    assert not re.match(r"(https?:)?//", value), f"{tag} leaves this site"


@functools.lru_cache(maxsize=16)
def read(source: str) -> Page:
    """A page as its source has it, which is looked at as soon as it comes and then by the test."""
    return Page(source)


class Client:
    """Flask's client, whose every HTML answer is checked: and every form of one that a file answered says that it is
    (`data-file`), so that what was wrong before does not stay on its page."""

    def __init__(self, client: FlaskClient) -> None:
        self.raw = client
        self._answered_by_file: dict[str, bool] = {}

    def get(self, path: str, **options: Any) -> TestResponse:
        return self._checked(self.raw.get(path, **options))

    def post(self, path: str, data: Any = None, **options: Any) -> TestResponse:
        """Posts a form; the CSRF token of the page it stands on must be among the data."""
        response = self._checked(self.raw.post(path, data=data, **options))
        if "attachment" in response.headers.get("Content-Disposition", ""):
            assert self._answered_by_file.get(response.request.path, True), (
                f"{path} does not say that a file answers it"
            )
        return response

    def page(self, path: str, status: int = 200) -> Page:
        """Fetches a page, following redirects."""
        response = self.get(path, follow_redirects=True)
        assert response.status_code == status, (response.status_code, response.request.path)
        return read(response.text)

    def sign_in(self, email: str, password: str = factories.PASSWORD) -> TestResponse:
        """Signs in, with a code from the second factor where the role needs one."""
        form = self.page("/staff/login").fields()
        response = self.post("/staff/login", {**form, "email": email, "password": password})
        if response.location == "/staff/code":
            code = factories.next_code(self.raw.application.extensions["surveyapp"], email)
            response = self.post("/staff/code", {**self.page("/staff/code").fields(), "code": code})
        return response

    def _checked(self, response: TestResponse) -> TestResponse:
        if response.mimetype == "text/html" and response.status_code not in (301, 302, 303, 308):
            page = read(response.text)
            page.check(refused=response.status_code == REFUSED)
            for tag, attributes in page.elements:
                if tag == "form" and attributes.get("method") == "post":
                    to = urlsplit(attributes.get("action") or response.request.path).path
                    # A form that was kept for a new session stands for whichever it was.
                    self._answered_by_file[to] = "data-file" in attributes or response.request.path == "/staff/kept"
        return response
