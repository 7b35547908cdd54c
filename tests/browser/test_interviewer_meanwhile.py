"""What comes between while an interviewer writes down answers: no network, signed out, taken over, another window, the
participant's own answer."""

from __future__ import annotations

import uuid

from playwright.sync_api import Route, expect

from surveyapp.domain.answers import Codes, Missing, Reason, Text
from surveyapp.domain.participants import Participant
from surveyapp.domain.staff import Role, Staff
from surveyapp.services.fieldwork import calls
from surveyapp.services.responses import answering, survey_session
from surveyapp.services.runtime import Runtime
from tests import factories
from tests.browser.accessible import check_accessible
from tests.browser.interviewing import Desk, saved, start_of_interview
from tests.browser.interviewing import desk as desk
from tests.browser.interviewing import participant as participant
from tests.browser.interviewing import staff as staff
from tests.typist import begun


def test_without_a_network_it_says_so_and_saves_when_it_is_back(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    who = begun(runtime_sqlite, staff, participant)
    page = desk()
    start_of_interview(page, participant)

    def cut(route: Route) -> None:
        route.abort() if route.request.method == "POST" else route.continue_()

    page.route("**/saves*", cut)
    page.keyboard.press("2")
    expect(page.locator("[data-saved]")).to_have_text("Not saved yet – will retry")
    expect(page.locator("#alarm")).to_have_text("Not saved yet – will retry")
    page.keyboard.press("Control+Enter")
    page.keyboard.press("3")
    page.keyboard.type("It is far away")
    page.keyboard.press("Control+Enter")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Work readiness sessions")).to_be_visible()
    page.unroute("**/saves*")
    page.evaluate("dispatchEvent(new Event('online'))")
    saved(page)
    answers = survey_session.visit(runtime_sqlite, who).ready[1].answers
    assert answers == {
        "heard_via": Codes(("jobcentre_plus",)),
        "heard_via_detail": Missing(Reason.SKIPPED),
        "first_feeling": Codes(("negative",)),
        "first_feeling_why": Text("It is far away"),
        "hopes": Codes(("lasting_employment",)),
    }


def test_signed_out_elsewhere_it_goes_on_once_signed_in_again(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    begun(runtime_sqlite, staff, participant)
    page = desk()
    start_of_interview(page, participant)
    other = page.context.new_page()
    other.goto(page.url.partition("/interviews")[0] + "/interviews")
    other.get_by_role("button", name="Sign out").click()
    page.keyboard.press("2")
    expect(page.locator("[data-saved]")).to_contain_text("you are signed out")
    other.fill("#email", staff.email)
    other.fill("#password", factories.PASSWORD)
    other.press("#password", "Enter")
    other.wait_for_url("**/interviews")
    for _ in range(3):
        page.evaluate("dispatchEvent(new Event('online'))")
        page.wait_for_timeout(300)
    saved(page)


def test_what_is_entered_once_a_case_was_taken_over_waits_and_says_who_has_it(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    begun(runtime_sqlite, staff, participant)
    page = desk()
    start_of_interview(page, participant)
    supervisor = factories.create_staff(runtime_sqlite, Role.SUPERVISOR, email="sam@example.org")
    calls.open_case(runtime_sqlite, factories.by_interviewer(supervisor, participant), take_over=True)
    page.keyboard.press("2")
    expect(page.locator("[data-saved]")).to_contain_text("Sam has this case open now. What you entered since is kept")
    calls.release(runtime_sqlite, factories.by_interviewer(supervisor, participant))
    page.evaluate("dispatchEvent(new Event('online'))")
    saved(page)


def test_what_another_window_entered_is_said_and_shown_in_this_one(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    begun(runtime_sqlite, staff, participant)
    page = desk()
    start_of_interview(page, participant)
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator(".item.now")).to_have_attribute("data-item", "heard_via")
    other.keyboard.press("2")
    saved(other)
    expect(page.locator(".told-now")).to_contain_text("open in another window too")
    expect(page.locator("input[name=heard_via][value=jobcentre_plus]")).to_be_checked()


def test_what_the_participant_answered_meanwhile_is_told_and_chosen_from(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    who = begun(runtime_sqlite, staff, participant)
    page = desk()
    start_of_interview(page, participant)
    link = factories.by_link(runtime_sqlite, participant)
    answering.save_page(runtime_sqlite, link, "heard_via", {"heard_via": ["online"]}, uuid.uuid4())
    page.locator("[data-item=heard_via]").get_by_text("From the Jobcentre").click()
    told = page.locator("[data-item=heard_via] .told")
    expect(told).to_contain_text("The participant answered this meanwhile:")
    check_accessible(page)
    told.get_by_role("button", name="Put what I entered in its place").click()
    saved(page)
    expect(told).to_have_count(0)
    assert survey_session.visit(runtime_sqlite, who).ready[1].answers["heard_via"] == Codes(("jobcentre_plus",))
