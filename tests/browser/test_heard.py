"""What is heard, and where the focus is, where somebody does not see the page: what was done, what is wrong, what is
about to happen. It is heard where a live region says it, or where it describes the control that has the focus."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from surveyapp.domain.participants import Participant
from surveyapp.domain.staff import Role, Staff
from surveyapp.services.runtime import Runtime
from tests import factories, versioned
from tests.browser.accessible import check_accessible
from tests.browser.conftest import Tab, serving, sign_in
from tests.browser.interviewing import Desk, go, start_of_interview
from tests.browser.interviewing import desk as desk
from tests.browser.interviewing import participant as participant
from tests.browser.interviewing import staff as staff
from tests.browser.phone_pages import PIN, READY, saved
from tests.browser.phone_pages import at as at
from tests.browser.phone_pages import opened as opened
from tests.browser.test_doors import begun as begun_on_a_phone
from tests.browser.test_doors import heading
from tests.browser.test_interviewer_unsaved import in_words_of
from tests.conftest import Clock
from tests.interviewer import CONTACT, create_reachable
from tests.typist import begun

DESCRIBED = """() => (document.activeElement.getAttribute("aria-describedby") ?? "").split(" ")
  .map((id) => document.getElementById(id)?.textContent ?? "").join(" ").replace(/\\s+/g, " ").trim()"""
"""What describes the control that has the focus."""


class TestShift:
    """Leaves at the third time, or the sixth where somebody writes; what it is about to do is said before."""

    def test_what_it_does_is_said_before_it_does_it(self, at: Callable[..., str], opened: Callable[..., Page]) -> None:
        page = opened(at("heard_via"))
        said = page.locator(".top + [role=status]")
        page.keyboard.press("Shift")
        expect(said).to_have_text("Shift leaves this page. Presses left: 2")
        expect(said).to_be_visible()
        page.keyboard.press("Shift")
        expect(said).to_have_text("Shift leaves this page. Presses left: 1")
        check_accessible(page)
        page.keyboard.press("Tab")
        expect(said).to_have_text("")
        page.keyboard.press("Shift")
        expect(said).to_have_text("Shift leaves this page. Presses left: 2")

    def test_where_somebody_writes_a_system_presses_it_five_times(
        self, at: Callable[..., str], opened: Callable[..., Page]
    ) -> None:
        page = opened(at("first_feeling_why"))
        box, said = page.locator("textarea"), page.locator(".top + [role=status]")
        box.click()
        page.keyboard.type("Many hours of it")
        page.keyboard.press("Shift")
        expect(said).to_have_count(0)
        for left in (4, 3, 2, 1):
            page.keyboard.press("Shift")
            expect(said).to_have_text(f"Shift leaves this page. Presses left: {left}")
        expect(box).to_have_value("Many hours of it")
        page.keyboard.press("Shift")
        expect(page).to_have_url("about:blank")


class TestFiles:
    """A form that a file answers leaves its page: what was wrong before is gone then, and what comes is said."""

    def answered(self, page: Page, button: str, title: str) -> None:
        said = page.locator("form[data-file] [role=status]")
        expect(said).to_have_text("")
        with page.expect_download():
            page.get_by_role("button", name=button).click()
        expect(said).to_have_text("The file is being made. Your browser says once it is there.")
        expect(page).to_have_title(re.compile(f"^{title}"))
        expect(page.locator(".fault, .error-summary, [aria-invalid]")).to_have_count(0)
        check_accessible(page)
        # A second press meanwhile makes no second file.
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.method))
        page.get_by_role("button", name=button).click()
        page.wait_for_timeout(300)
        assert asked == []

    def test_after_a_wrong_pin_the_right_one(self, runtime_sqlite: Runtime, live_server: str, tab: Tab) -> None:
        person = create_reachable(runtime_sqlite)
        page = tab(live_server + factories.create_link(runtime_sqlite, person), "phone")
        begun_on_a_phone(page, PIN)
        saved(page)
        page.get_by_role("link", name="See or download your answers").click()
        heading(page, "Your answers so far")
        page.fill("#pin", "999999")
        page.get_by_role("button", name="Download it to read").click()
        expect(page).to_have_title(re.compile("^Error: "))
        page.fill("#pin", PIN)
        self.answered(page, "Download it to read", "Your answers so far")

    def test_after_a_purpose_that_was_left_out(self, sqlite_url: str, clock: Clock, tmp_path: Path, tab: Tab) -> None:
        cafe = versioned.create_three_touchpoints(sqlite_url, clock, tmp_path / "q", demo=True)
        member = factories.create_staff(cafe, Role.EXPORT_ANSWERS, study=versioned.NAME, second_factor=False)
        with serving(cafe) as address:
            page = tab(f"{address}/results/{versioned.NAME}/export")
            sign_in(page, member.email, f"/results/{versioned.NAME}/export")
            page.get_by_role("button", name="Take them out").click()
            expect(page).to_have_title(re.compile("^Error: "))
            page.fill("#purpose", "To look at each answer")
            self.answered(page, "Take them out", "Answers in files")
        cafe.database.dispose()


class TestInterviewing:
    def test_an_answer_that_cannot_be_stored_is_said_before_they_go_on(
        self, runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
    ) -> None:
        begun(runtime_sqlite, staff, participant)
        page = desk()
        in_words_of(page, participant)
        words, spoken = page.get_by_label("What made you feel that way at first?"), page.locator("#alarm")
        words.fill("word " * 1040)
        expect(words).to_have_attribute("aria-invalid", "true")
        expect(page).to_have_title(re.compile("^Error: "))
        expect(spoken).to_have_text("")
        page.keyboard.press("Control+Enter")
        expect(spoken).to_have_text(re.compile("^Error: Your answer is too long"))
        expect(words).to_be_focused()
        page.keyboard.press("Control+Enter")
        expect(words).not_to_be_focused()
        words.fill("One word")
        expect(words).not_to_have_attribute("aria-invalid", "true")
        expect(page).not_to_have_title(re.compile("Error"))

    def test_whoever_leaves_it_with_the_mouse_hears_it_too(
        self, runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
    ) -> None:
        begun(runtime_sqlite, staff, participant)
        page = desk()
        in_words_of(page, participant)
        page.get_by_label("What made you feel that way at first?").fill("word " * 1040)
        page.locator("h1").click()
        expect(page.locator("#alarm")).to_have_text(re.compile("^Error: Your answer is too long"))

    def test_a_hold_that_lapses_is_said_two_minutes_before_and_when_it_has(
        self, runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
    ) -> None:
        begun(runtime_sqlite, staff, participant)
        page = desk()
        page.clock.install()
        start_of_interview(page, participant)
        minutes = runtime_sqlite.settings.hold_minutes
        page.clock.fast_forward((minutes - 3) * 60_000)
        expect(page.locator("#alarm")).to_have_text("")
        page.clock.fast_forward(2 * 60_000)
        expect(page.locator("#alarm")).to_contain_text("lapses in two minutes, unless something is saved")
        expect(page.locator("[data-hold]")).to_contain_text("lapses in two minutes")
        page.clock.fast_forward(2 * 60_000)
        expect(page.locator("#alarm")).to_contain_text("has lapsed: the next save takes it again")

    def test_each_consent_that_is_missing_is_named_and_led_to(
        self, runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
    ) -> None:
        page = desk()
        page.get_by_role("button", name="Open and call").click()
        page.get_by_role("button", name="Start the interview").click()
        page.wait_for_url("**/consent*")
        expect(page.locator(".one:visible")).to_have_count(1)
        page.get_by_role("button", name="Record and go on").click()
        expect(page.locator(".error-summary")).to_be_focused()
        links = page.locator(".error-summary a")
        expect(links).to_have_count(3)
        assert len(set(links.all_inner_texts())) == 3
        for link in links.all():
            expect(page.locator(link.get_attribute("href") or "")).to_be_visible()
        check_accessible(page)

    def test_what_was_recorded_is_heard_with_whom_to_call_next(
        self, runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
    ) -> None:
        another = create_reachable(runtime_sqlite, dataclasses.replace(CONTACT, phone="07700 900143", times=""))
        page = desk()
        opening = page.get_by_role("button", name="Open and call")
        first = participant if participant.reference in opening.inner_text() else another
        opening.click()
        go(page, first, "/end?outcome=no_answer")
        page.keyboard.press("Control+Enter")
        page.wait_for_url("**/interviews")
        expect(opening).to_be_focused()
        heard = page.evaluate(DESCRIBED)
        assert "No answer" in heard
        assert f"for {first.reference} at 11:30. You can undo it until 12:30" in heard
        check_accessible(page)
        page.keyboard.press("Shift+Tab")
        expect(page.get_by_role("button", name="Undo it")).to_be_focused()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/{first.reference}/1")
        expect(page.get_by_role("button", name="Start the interview")).to_be_focused()
        assert page.evaluate(DESCRIBED)


class TestStayingSignedIn:
    @pytest.fixture
    def form(self, runtime_sqlite: Runtime, tab: Tab, live_server: str) -> Page:
        """A manager in the middle of a form, whose session ends in two minutes, as its page knows it."""
        manager = factories.create_staff(runtime_sqlite, Role.MANAGER, second_factor=False)
        where = "/manage/job_rotation/participants/new"
        page = tab(live_server + where)
        sign_in(page, manager.email, where)
        page.clock.install()
        page.goto(page.url)
        page.locator("main input[type=text]").last.focus()
        return page

    def test_what_keeps_it_has_the_focus_and_gives_it_back(self, form: Page) -> None:
        page, box = form, form.locator("main input[type=text]").last
        # The server's clock does not go on with the browser's.
        page.route("**/staff/session", lambda route: self.left(route, soon=110))
        page.clock.fast_forward(28 * 60_000 + 2_000)
        stay = page.get_by_role("button", name="Stay signed in")
        expect(stay).to_be_focused()
        check_accessible(page)
        page.keyboard.press("Enter")
        expect(stay).to_be_hidden()
        expect(box).to_be_focused()
        expect(page.locator(".ending + [role=status]")).to_have_text("You stay signed in.")

    def test_whoever_writes_is_not_asked(self, form: Page) -> None:
        page = form
        told: list[str] = []
        page.on("request", lambda request: told.append(request.method) if "/staff/session" in request.url else None)
        for minute in range(36):
            page.clock.fast_forward(60_000)
            page.keyboard.type("x")
            expect(page.get_by_role("button", name="Stay signed in")).to_be_hidden()
            assert minute > 1 or not told
        assert 5 <= told.count("POST") <= 8

    def left(self, route: Route, soon: int) -> None:
        left = soon if route.request.method == "GET" else 1800
        route.fulfill(json={"left": left, "last": False})


def test_whoever_tries_again_goes_on_from_there(at: Callable[..., str], opened: Callable[..., Page]) -> None:
    page = opened(at("heard_via"))
    page.wait_for_function(READY)
    page.evaluate(
        """async () => {
          const { showState } = await import("/static/js/survey/state.js");
          showState("waiting", () => showState("saved", null));
        }"""
    )
    page.locator("#try").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#try")).to_be_hidden()
    expect(page.locator("button.main")).to_be_focused()
