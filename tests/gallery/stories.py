"""Stories of staff's pages: what several people do one after the other, by keyboard, with a picture at each step.

A story is told in each language at two widths, in light, and dark on a phone's; whoever changes a page in it looks at
them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page

from surveyapp.domain.answers import Codes, Text
from surveyapp.domain.staff import Role
from surveyapp.services.runtime import Runtime
from surveyapp.store import migrating
from tests import factories, versioned
from tests.browser.conftest import serving, sign_in
from tests.conftest import Clock

WIDTHS = {360: 740, 1280: 800}
WHY = f"/results/{versioned.NAME}/words/guest/1/why"
SAID = (
    "It tastes of something, and the people at the counter know my name.",
    "Warm, and near to where I work.",
    "Good beans. Ring 07700 900123 after six if you want to know more.",
)

Told = Callable[[Page, str], None]
"""Takes the pictures of a step that is called so."""


def two_coders(browser: Browser, folder: Path, language: str, told: Told) -> None:
    """Two people code the same answers, the second blind to the first, and settle what they disagree on."""
    url = f"sqlite:///{folder / f'coders-{language}.db'}"
    migrating.upgrade(url)
    files = {"first/v1": versioned.questionnaire("first", 1, versioned.COFFEE, versioned.WHY)}
    runtime = versioned.create_runtime(url, Clock(), folder / f"coders-{language}", files, demo=True)
    versioned.answer(runtime, 1, 1, *({"coffee": Codes(("much",)), "why": Text(each)} for each in SAID))
    with serving(runtime) as address:
        with _reader(browser, runtime, address, language, "first@example.org") as first:
            told(first, "01-what-for")
            _say_purpose(first)
            told(first, "02-answers")
            first.goto(f"{WHY}/codes")
            told(first, "03-no-code-yet")
            for title, means in (("Taste", "What it tastes of"), ("People", "Those who work there"), ("Place", "")):
                first.locator("#new-title").fill(title)
                first.locator("#new-definition").fill(means)
                first.locator("#new-title").press("Enter")
                first.wait_for_load_state()
            told(first, "04-frame")
            _code(first, told, "05-first-coder", ("1", "3", "1"))
            told(first, "06-all-coded")
        with _reader(browser, runtime, address, language, "second@example.org") as second:
            _say_purpose(second)
            _code(second, told, "07-second-coder", ("2", "3", "1"))
            second.goto(f"{WHY}/codes")
            told(second, "08-agreement")
            second.goto(f"{WHY}/coding?settle=yes")
            told(second, "09-settling")
            second.keyboard.press("1")
            second.keyboard.press("Enter")
            second.wait_for_load_state()
            told(second, "10-settled")
    runtime.database.dispose()


STORIES = {"two-coders": two_coders}


def tell(browser: Browser, folder: Path, name: str, language: str, out: Path) -> None:
    """Tells a story and keeps its pictures."""

    def told(page: Page, step: str) -> None:
        for scheme, widths in (("light", WIDTHS), ("dark", {360: WIDTHS[360]})):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            for width, height in widths.items():
                page.set_viewport_size({"width": width, "height": height})
                ending = "" if scheme == "light" else "-dark"
                page.screenshot(path=out / f"{name}-{step}-{language}-{width}{ending}.png", full_page=True)
                if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                    print(f"{name}, {step}, in {language} is wider than {width} px")
        page.emulate_media(color_scheme="light")

    STORIES[name](browser, folder, language, told)


@contextlib.contextmanager
def _reader(browser: Browser, runtime: Runtime, address: str, language: str, email: str) -> Iterator[Page]:
    """Somebody who may read words, signed in, where they are asked what for."""
    member = factories.create_staff(runtime, Role.READ_WORDS, study=versioned.NAME, second_factor=False, email=email)
    context = browser.new_context(base_url=address, locale=language, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto(WHY)
    sign_in(page, member.email, WHY)
    yield page
    context.close()


def _say_purpose(page: Page) -> None:
    page.locator("input[name=purpose]").fill("Chapter 6 of the report")
    page.keyboard.press("Enter")
    page.locator(".answer").first.wait_for()


def _code(page: Page, told: Told, step: str, keys: tuple[str, ...]) -> None:
    """Codes each answer with one key and Enter."""
    page.goto(f"{WHY}/coding")
    told(page, step)
    for key in keys:
        page.keyboard.press(key)
        with page.expect_navigation():
            page.keyboard.press("Enter")
