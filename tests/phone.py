"""A participant's phone: it opens a link, reads the page, and sends what a browser would send."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from flask import Flask
from werkzeug.test import TestResponse

from surveyapp import create_app
from surveyapp.services.runtime import Runtime
from tests.page import Client, Page, read

Value = str | Sequence[str]

HANDLED = re.compile(r"^/survey/([a-z2-7]{20})(?=/|$)")
"""How the addresses of somebody's pages begin."""

SHORTEST = {"attended_readiness_sessions": "no", "placed": "no"}
"""What leads a candidate of Job Rotation past most of its questions."""


class Phone:
    """One browser with its own cookies. After each step `path`, `status` and `page` say what it shows. A path of the
    survey is named without its handle, and leads to this phone's own. Where many are needed they can share an `app`."""

    handle = ""

    def __init__(self, runtime: Runtime, app: Flask | None = None) -> None:
        app = app or create_app(runtime)
        app.testing = True
        self.client = Client(app.test_client())
        self.path, self.query, self.status = "", "", 0
        self.page = Page("")

    def open(self, address: str) -> Page:
        """Follows an address, redirects included."""
        return self._show(self.client.get(self.own(address), follow_redirects=True))

    def send(self, changes: Mapping[str, Value] | None = None, *, to: str | None = None, **fields: Value) -> Page:
        """Sends the page's form as it is filled in, with changes, to where it goes (or to another address)."""
        form = {**self.page.fields(), **(changes or {}), **fields}
        sent = self.client.post(self.own(to or self.action), form)
        if sent.status_code == 307:
            # Sent on with what was in it, which the client has read by then.
            sent = self.client.post(sent.location, form)
        return self._show(self.client.get(sent.location, follow_redirects=True) if sent.location else sent)

    def own(self, address: str) -> str:
        """An address of the survey with this phone's handle in it, once it has one."""
        named = HANDLED.match(address) or not self.handle or address == "/survey/leave"
        return address if named else re.sub(r"^/survey(?=/|$)", f"/survey/{self.handle}", address)

    def agree(self, link: str) -> Page:
        """Opens a link and agrees to take part, and to be contacted again where that is asked."""
        self.open(link)
        self.send({"agree-take_part": "yes", "agree-recontact": "yes"})
        return self.say_whose()

    def say_whose(self, own: str = "yes", pin: str = "") -> Page:
        """Says whose device it is, where that is asked, and chooses a PIN."""
        return self.send(own=own, **({"pin": pin} if pin else {})) if self.path == "/survey/begin" else self.page

    def prove(self, pin: str) -> Page:
        """Gives a PIN where one is asked for, and says that the device is theirs."""
        assert self.path == "/survey/pin", self.path
        self.send(pin=pin)
        return self.say_whose()

    def answer_until(self, stop: str | None, chosen: Mapping[str, Value] | None = None) -> list[str]:
        """Answers page after page with the first option, or as chosen, up to a question (or the check page). Returns
        the questions passed."""
        passed = []
        while self.path.startswith("/survey/q/") and self.question != stop:
            assert self.status == 200, self.page.words
            passed.append(self.question)
            self.send(self.filled(chosen or {}))
        return passed

    def filled(self, chosen: Mapping[str, Value]) -> dict[str, Value]:
        """A form for the page: of every group of radios or boxes the first, unless chosen otherwise."""
        form: dict[str, Value] = {}
        for tag, attributes in self.page.elements:
            if tag == "input" and attributes.get("type") in ("radio", "checkbox"):
                form.setdefault(attributes["name"], attributes["value"])
        # A reason for no answer goes with nothing else.
        answered = {*form, *(name.removesuffix(":missing") for name in chosen)}
        form = {name: value for name, value in form.items() if name.removesuffix(":missing") not in answered - {name}}
        shown = {attributes.get("name") for tag, attributes in self.page.elements if tag in ("input", "textarea")}
        return form | {name: value for name, value in chosen.items() if name in shown}

    @property
    def question(self) -> str:
        """The question the page is about."""
        return self.path.removeprefix("/survey/q/")

    @property
    def action(self) -> str:
        """Where the page's form goes."""
        return next(attributes["action"] for tag, attributes in self.page.elements if tag == "form")

    @property
    def heading(self) -> str:
        return self.page.said("h1")[0]

    @property
    def faults(self) -> list[tuple[str, str]]:
        """What is wrong, as (the variable or box it is said at, the sentence)."""
        ids = [attributes.get("id", "") for tag, attributes in self.page.elements if tag == "p"]
        boxes = [each["id"] for tag, each in self.page.elements if tag == "input" and "aria-invalid" in each]
        found = []
        for name, text in zip(ids, self.page.said("p"), strict=True):
            if name.endswith("-fault"):
                field = name.removesuffix("-fault")
                at = next((box for box in boxes if box.startswith(f"{field}-")), field)
                found.append((f"#{at}", text.removeprefix("Error: ")))
        return found

    def chosen(self) -> dict[str, list[str]]:
        """What is ticked or typed in on the page, hidden fields aside."""
        return {
            name: values
            for name, values in self.page.fields().items()
            if name not in ("csrf_token", "save_id", "seen") and values != [""]
        }

    def follow(self, text: str) -> Page:
        """Follows the first link that says this."""
        links = [attributes.get("href", "") for tag, attributes in self.page.elements if tag == "a"]
        return self.open(next(href for href, said in zip(links, self.page.said("a"), strict=True) if said == text))

    def _show(self, response: TestResponse) -> Page:
        self.status, path = response.status_code, response.request.path
        if found := HANDLED.match(path):
            self.handle = found[1]
        self.path = HANDLED.sub("/survey", path)
        self.query = response.request.query_string.decode()
        self.page = read(response.text)
        return self.page
