"""An interviewer at their screen, in tests: signs in, opens cases, posts what their pages would post."""

from __future__ import annotations

import contextlib
import re
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import event
from werkzeug.test import TestResponse

from surveyapp.domain.participants import Contact, Participant
from surveyapp.domain.staff import Role, Staff
from surveyapp.services.participants import contacts
from surveyapp.services.runtime import Runtime
from tests import factories
from tests.page import Client, Page

CONTACT = Contact(
    name="Amara Nowak",
    phone="07700 900142",
    email="amara@example.org",
    preferred="phone",
    times="after 16:00",
    language="en",
)


def create_reachable(runtime: Runtime, contact: Contact = CONTACT, **wishes: Any) -> Participant:
    """A participant with a contact record."""
    participant = factories.create_participant(runtime, **wishes)
    with factories.operator(runtime).writing() as work:
        contacts.write(work, participant, contact)
    return participant


class Interviewer:
    """Somebody signed in who works through pages, one case at a time."""

    def __init__(self, client: Client, runtime: Runtime, *roles: Role, staff: Staff | None = None, **made: Any) -> None:
        self.client = Client(client.raw.application.test_client())
        self.runtime = runtime
        self.staff = staff or factories.create_staff(runtime, *(roles or (Role.INTERVIEWER,)), **made)
        assert self.client.sign_in(self.staff.email).status_code == 302
        self.case = ""
        self.talk = "?mode=phone&language=en"

    def token(self) -> str:
        """The CSRF token of the session, from a page that has a form."""
        return self.client.page("/staff/password").fields()["csrf_token"][0]

    def post(self, path: str, data: Mapping[str, Any] | None = None, **options: Any) -> TestResponse:
        return self.client.post(path, {"csrf_token": self.token(), **(data or {})}, **options)

    def open(self, participant: Participant, touchpoint: int = 1, **data: str) -> TestResponse:
        self.case = f"/interviews/{participant.study}/{participant.reference}/{touchpoint}"
        return self.post(f"{self.case}/open", data)

    def start(self, mode: str = "phone") -> str:
        """Starts the interview, consent included, and returns the path of the first section."""
        self.talk = f"?mode={mode}&language=en"
        location = self.post(f"{self.case}/start", {"mode": mode, "language": "en"}).location or ""
        if "/consent" in location:
            agreed = {"consent_take_part": "yes", "consent_recontact": "yes", "consent_quote_words": "yes"}
            location = self.post(location, agreed).location or ""
        return location

    def section(self, section_id: str) -> Page:
        return self.client.page(f"{self.case}/sections/{section_id}{self.talk}")

    def answer(self, section_id: str, answers: Mapping[str, Any], then: str = "next") -> TestResponse:
        """Changes a section's screen and presses a button on it; what stands on it goes along."""
        standing = filled_in(self.section(section_id))
        return self.post(f"{self.case}/sections/{section_id}{self.talk}", {**standing, **answers, "then": then})

    def answer_late(self, section_id: str, answers: Mapping[str, Any]) -> TestResponse:
        """Presses a button of a screen that was open all along."""
        return self.post(f"{self.case}/sections/{section_id}{self.talk}", {**answers, "then": "next"})

    def autosave(self, page: str, form: Mapping[str, Any], **more: Any) -> TestResponse:
        """What the page sends by itself of one of its questions. `more`: what of the save is not as usual."""
        save = {
            "save": str(uuid.uuid4()),
            "page": page,
            "questionnaire": "backfill_1",
            "version": 1,
            "language": "en",
            "form": {name: [values] if isinstance(values, str) else list(values) for name, values in form.items()},
            **more,
        }
        headers = {"X-CSRFToken": self.token()}
        return self.client.raw.post(f"{self.case}/saves{self.talk}", json=save, headers=headers)

    def finish(self, chosen: Mapping[str, Any] | None = None, closing: Mapping[str, Any] | None = None) -> TestResponse:
        """Answers every section that is left, with the first option where nothing is chosen, and hands in. `closing`:
        the last form, where it is not one without a note."""
        for _ in range(40):
            page = self.client.page(f"{self.case}/check{self.talk}")
            section = re.search(r"/sections/(\w+)\?[^\"#]*\" data-primary", page.source)
            if section is None:
                return self.post(f"{self.case}/check{self.talk}", closing or {"attempt_id": str(uuid.uuid4())})
            self.answer(section[1], {**first_options(self.section(section[1])), **(chosen or {})})
        raise AssertionError("the interview has no end")

    def end(self, outcome: str, **data: Any) -> TestResponse:
        form = {"outcome": outcome, "mode": "phone", "attempt_id": str(uuid.uuid4()), "note": "", **data}
        return self.post(f"{self.case}/end", form)


def filled_in(page: Page) -> dict[str, list[str]]:
    """What a page's forms hold: hidden fields, checked boxes, typed text."""
    names = [attributes["name"] for tag, attributes in page.elements if tag == "textarea"]
    written = dict(zip(names, ([text] for text in page.text.get("textarea", [])), strict=True))
    return {name: values for name, values in (page.fields() | written).items() if name != "csrf_token"}


def first_options(page: Page) -> dict[str, str]:
    """The first choice of everything on a screen that has none yet."""
    checked, first = set(page.fields()), dict[str, str]()
    for tag, attributes in page.elements:
        if tag == "input" and attributes.get("type") in ("radio", "checkbox") and "name" in attributes:
            first.setdefault(attributes["name"], attributes["value"])
    # A reason for no answer goes with nothing else.
    some = {name.removesuffix(":missing") for name in checked}
    answered = some | {name for name in first if not name.endswith(":missing")}
    return {
        name: value
        for name, value in first.items()
        if name.removesuffix(":missing") not in (answered if name.endswith(":missing") else some)
    }


@contextlib.contextmanager
def counted(runtime: Runtime) -> Iterator[list[str]]:
    """The SQL statements that a block runs, without those that begin and end transactions."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            statements.append(statement)

    event.listen(runtime.database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(runtime.database.engine, "before_cursor_execute", note)
