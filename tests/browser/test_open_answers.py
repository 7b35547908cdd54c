"""Open answers in a browser: read, redacted and coded by keyboard alone, on pages that everybody can use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from surveyapp.domain.answers import Codes, Text
from surveyapp.domain.staff import Role
from surveyapp.services.runtime import Runtime
from tests import factories, versioned
from tests.browser.accessible import check_accessible, check_reflow
from tests.browser.conftest import Tab, serving, sign_in
from tests.conftest import Clock

WHY = f"/results/{versioned.NAME}/words/guest/1/why"


@pytest.fixture
def cafe(sqlite_url: str, clock: Clock, tmp_path: Path) -> Iterator[Runtime]:
    files = {"first/v1": versioned.questionnaire("first", 1, versioned.COFFEE, versioned.WHY)}
    made = versioned.create_runtime(sqlite_url, clock, tmp_path, files, demo=True)
    said = ("Ring 07700 900123 after six", "Warm", "Good beans")
    versioned.answer(made, 1, 1, *({"coffee": Codes(("much",)), "why": Text(each)} for each in said))
    yield made
    made.database.dispose()


def test_words_are_redacted_and_coded_by_keyboard_alone(cafe: Runtime, tab: Tab) -> None:
    reader = factories.create_staff(cafe, Role.READ_WORDS, study=versioned.NAME, second_factor=False)
    with serving(cafe) as address:
        page = tab(f"{address}{WHY}")
        sign_in(page, reader.email, WHY)
        check_accessible(page)
        page.get_by_label("Purpose").fill("what is liked")
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("Why is that?")
        check_accessible(page)
        check_reflow(page)
        while not page.evaluate("document.activeElement.closest('.answer')?.textContent.includes('07700')"):
            page.keyboard.press("j")
        page.keyboard.press("r")
        expect(page.locator(".gone")).to_have_text("[phone number removed]")
        expect(page.locator(".answer:focus")).to_contain_text("after six")
        page.keyboard.press("u")
        expect(page.locator("mark")).to_have_text("07700 900123")

        page.goto(f"{address}{WHY}/codes")
        for title in ("Taste", "Warmth"):
            page.get_by_label("Name of the code").last.fill(title)
            page.get_by_role("button", name="Add this code").click()
            expect(page.locator("tbody")).to_contain_text(title)
        check_accessible(page)
        check_reflow(page)
        page.get_by_role("link", name=re.compile("Code the 3 answers")).click()
        check_accessible(page)
        page.keyboard.press("Enter")  # too early: nothing is kept yet
        expect(page.get_by_text("3 answers left.")).to_be_visible()
        page.keyboard.press("2")
        page.keyboard.press("Enter")
        expect(page.get_by_text("2 answers left.")).to_be_visible()
        page.goto(f"{address}{WHY}/codes")
        expect(page.get_by_role("row", name="Warmth")).to_contain_text("1")
