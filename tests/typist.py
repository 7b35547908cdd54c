"""A fast typist at an interviewer's screen, and a server that takes its time."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask
from playwright.sync_api import Page, expect

from surveyapp import create_app
from surveyapp.domain.answers import Text
from surveyapp.domain.participants import Participant
from surveyapp.domain.staff import Staff
from surveyapp.services.fieldwork import calls
from surveyapp.services.responses import answering, survey_session
from surveyapp.services.runtime import Runtime
from surveyapp.store import cases
from tests import factories

DELAYS = (0, 150, 300, 800)
"""Milliseconds that the server takes for whatever is asked of it beside scripts and styles."""

ENDS = "nuacpworfbl"
"""The keys of the outcomes of a call."""


class Slow:
    """An application that waits before each answer: `delay` milliseconds."""

    def __init__(self, runtime: Runtime) -> None:
        self.app: Flask = create_app(runtime)
        self.delay = 0
        inner: Callable[..., Iterable[bytes]] = self.app.wsgi_app

        def wait(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            if not environ["PATH_INFO"].startswith("/static/"):
                time.sleep(self.delay / 1000)
            return inner(environ, start_response)

        self.app.wsgi_app = wait  # type: ignore[method-assign]


def begun(runtime: Runtime, staff: Staff, participant: Participant) -> survey_session.ByInterviewer:
    """The interviewer with the case open and consent recorded."""
    who = factories.by_interviewer(staff, participant)
    calls.open_case(runtime, who)
    answering.give_consent(runtime, who, {"take_part": True})
    return who


def goes_wrong(page: Page, runtime: Runtime, who: survey_session.ByInterviewer, random_: random.Random) -> str | None:
    """What went wrong where somebody types faster than the server answers: chooses what brings up a question in words,
    and types its answer at once, beginning with the key of an outcome and Enter. None: nothing did."""
    origin = page.url.partition("/interviews")[0]
    page.goto(f"{origin}/interviews/{who.study}/{who.reference}/{who.touchpoint}/sections/start?mode=phone&language=en")
    expect(page.locator(".item.now")).to_have_attribute("data-item", "heard_via", timeout=20_000)
    first = random_.choice(ENDS)
    words = f"{first.upper()}\n{first}{random_.choice(ENDS)}\nand so on"
    keys = page.keyboard
    keys.press("2")
    keys.press("Control+Enter")
    keys.press("1")
    for line in words.split("\n"):
        keys.type(line)
        keys.press("Enter")
    keys.press("Control+Enter")
    for each in random_.sample(ENDS, 4):
        # On a question that is chosen from, where no letter stands for anything.
        keys.press(each)
        keys.press("Enter")
    expect(page.locator("[data-saved]")).to_contain_text("saved", timeout=20_000)
    with runtime.database.reading() as session:
        case = cases.case_in_scope(session, factories.everyone(runtime), who.reference, who.touchpoint)
        assert case is not None
        attempts = cases.attempts_of(session, case.id)
    if attempts:
        return f"the call ended as {attempts[0].outcome.value}"
    if "/sections/" not in page.url:
        return f"the interview was left for {page.url}"
    said = (survey_session.visit(runtime, who).given or {}).get("first_feeling_why")
    if said is None or said.answer != Text(words.strip()):
        return f"typed {words!r}, stored {said and said.answer!r}"
    return None
