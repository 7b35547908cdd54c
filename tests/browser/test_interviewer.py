"""An interviewer in a browser: by keyboard alone, on a desk and on a phone, with and without a network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from surveyapp.domain.answers import Codes, Missing, Mode, Reason, Text
from surveyapp.domain.participants import Participant
from surveyapp.domain.staff import Role, Staff
from surveyapp.services.fieldwork import calls
from surveyapp.services.responses import answering, survey_session
from surveyapp.services.runtime import Runtime
from surveyapp.store import cases
from tests import factories
from tests.browser.accessible import check_accessible, check_reflow, check_targets
from tests.browser.conftest import SIZES, Tab, sign_in
from tests.interviewer import create_reachable

Desk = Callable[..., Page]


@pytest.fixture
def staff(runtime_sqlite: Runtime) -> Staff:
    return factories.create_staff(runtime_sqlite, Role.INTERVIEWER, email="ines@example.org", second_factor=False)


@pytest.fixture
def desk(tab: Tab, live_server: str, staff: Staff) -> Desk:
    """Opens the queue as the interviewer."""

    def open_queue(size: str = "desk", **options: Any) -> Page:
        page = tab(f"{live_server}/interviews", size, **options)
        sign_in(page, staff.email, "/interviews")
        return page

    return open_queue


@pytest.fixture
def participant(runtime_sqlite: Runtime) -> Participant:
    return create_reachable(runtime_sqlite)


def begin(runtime: Runtime, staff: Staff, participant: Participant) -> survey_session.ByInterviewer:
    """The interviewer with the case open and consent recorded."""
    who = factories.by_interviewer(staff, participant)
    calls.open_case(runtime, who)
    answering.give_consent(runtime, who, {"take_part": True})
    return who


def go(page: Page, participant: Participant, rest: str = "") -> None:
    origin = page.url.partition("/interviews")[0]
    page.goto(f"{origin}/interviews/job_rotation/{participant.reference}/1{rest}")


def start_of_interview(page: Page, participant: Participant) -> None:
    go(page, participant, "/sections/start?mode=phone&language=en")
    expect(page.locator(".item.now")).to_have_attribute("data-item", "heard_via")


def saved(page: Page) -> None:
    expect(page.locator("[data-saved]")).to_have_text("saved 11:30")


@pytest.mark.parametrize("size", SIZES)
def test_a_section_is_entered_by_keyboard_alone(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff, size: str
) -> None:
    page = desk(size)
    keys = page.keyboard
    page.get_by_role("button", name=f"Take up {participant.reference}").focus()
    keys.press("Enter")
    page.wait_for_url("**/1")
    expect(page.locator(".item.now")).to_have_attribute("data-item", "mode")
    keys.press("1")
    keys.press("Enter")
    keys.press("Enter")
    page.wait_for_url("**/consent*")
    expect(page.locator(".item.now")).to_have_attribute("data-item", "consent_take_part")
    for answer in ("1", "2", "1"):
        keys.press(answer)
        keys.press("Enter")
    keys.press("Enter")
    page.wait_for_url("**/sections/start*")
    expect(page.locator(".item.now")).to_have_attribute("data-item", "heard_via")
    keys.press("5")
    keys.type("Ann, next door")
    expect(page.locator("[data-item=heard_via_detail]")).to_be_visible()
    keys.press("Enter")
    keys.type("Over the fence.")
    keys.press("Control+Enter")
    keys.press("1")
    expect(page.locator("[data-item=first_feeling_why]")).to_be_visible()
    keys.press("Enter")
    keys.type("1 day a week/no bus - R")
    keys.press("Enter")
    keys.type("So there.")
    keys.press("Control+Enter")
    expect(page.locator(".item.now")).to_have_attribute("data-item", "hopes")
    keys.press("1")
    keys.press("5")
    keys.press("1")
    saved(page)
    keys.press("ArrowUp")
    expect(page.locator(".item.now")).to_have_attribute("data-item", "first_feeling_why")
    keys.press("Escape")
    keys.press("ArrowDown")
    keys.press("Enter")
    keys.press("Enter")
    page.wait_for_url("**/sections/readiness_start*")
    answers = survey_session.visit(runtime_sqlite, factories.by_interviewer(staff, participant)).ready[1].answers
    assert dict(answers) == {
        "heard_via": Codes(("other",)),
        "heard_via_other_text": Text("Ann, next door"),
        "heard_via_detail": Text("Over the fence."),
        "first_feeling": Codes(("positive",)),
        "first_feeling_why": Text("1 day a week/no bus - R\nSo there."),
        "hopes": Codes(("confidence",)),
    }


@pytest.mark.parametrize("size", SIZES)
def test_every_page_is_accessible_and_fits(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff, size: str
) -> None:
    other = create_reachable(runtime_sqlite)
    colleague = factories.create_staff(runtime_sqlite, Role.INTERVIEWER)
    calls.open_case(runtime_sqlite, factories.by_interviewer(colleague, other))
    page = desk(size)

    def check(heading: str) -> None:
        expect(page.locator("h1, h2").filter(has_text=heading).first).to_be_visible()
        check_accessible(page)
        check_reflow(page)

    check("To be called")
    check_targets(page, ".line button, .find button, .find select")
    go(page, other)
    check("has this case open")
    go(page, participant)
    check(f"{participant.reference}, touchpoint 1")
    page.get_by_role("button", name="Open the case").click()
    check("Before you start")
    check_targets(page, ".chip, .opt, .call, .stream button")
    go(page, participant, "/consent?mode=phone")
    check("Consent")
    page.get_by_role("button", name="Record and go on").click()
    check("There is a problem")
    begin(runtime_sqlite, staff, participant)
    start_of_interview(page, participant)
    check("How it began")
    check_targets(page, ".opt, .on button:visible, .keys a, .keys button")
    page.keyboard.press("s")
    expect(page.get_by_label("Why is it skipped?").first).to_be_focused()
    check_accessible(page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    check("All keys")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    check("Go to a section")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Next section").click()
    check("Some answers are missing")
    go(page, participant, "/check?mode=phone")
    check("Last look")
    go(page, participant, "/end?outcome=callback")
    expect(page.get_by_label("Day and time agreed")).to_be_focused()
    page.get_by_role("button", name="Record and close the case").click()
    check("There is a problem")
    go(page, participant, "/end?outcome=link_sent")
    expect(page.get_by_label("Note for whoever calls next")).to_be_focused()
    page.get_by_role("button", name="Record and close the case").click()
    check("The link for")


def test_what_was_entered_is_there_after_a_reload(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    begin(runtime_sqlite, staff, participant)
    page = desk()
    start_of_interview(page, participant)
    expect(page.locator("[data-saved]")).to_have_text("nothing entered yet")
    expect(page.locator("[data-hold]")).to_have_text(f"{participant.reference} is yours until 12:00")
    page.keyboard.press("2")
    saved(page)
    page.reload()
    expect(page.locator("input[name=heard_via][value=jobcentre_plus]")).to_be_checked()
    expect(page.locator(".item.now")).to_have_attribute("data-item", "heard_via_detail")


def test_without_a_network_it_says_so_and_saves_when_it_is_back(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    who = begin(runtime_sqlite, staff, participant)
    page = desk()
    start_of_interview(page, participant)

    def cut(route: Route) -> None:
        route.abort() if route.request.method == "POST" else route.continue_()

    page.route("**/sections/**", cut)
    page.keyboard.press("2")
    expect(page.locator("[data-saved]")).to_have_text("Not saved yet – will retry")
    expect(page.locator("#alarm")).to_have_text("Not saved yet – will retry")
    page.keyboard.press("Enter")
    page.keyboard.press("3")
    page.keyboard.press("n")
    expect(page.locator(".item.now")).to_have_attribute("data-item", "first_feeling")
    page.unroute("**/sections/**")
    page.evaluate("dispatchEvent(new Event('online'))")
    saved(page)
    answers = survey_session.visit(runtime_sqlite, who).ready[1].answers
    assert answers == {"heard_via": Codes(("jobcentre_plus",)), "first_feeling": Codes(("negative",))}


def test_signed_out_elsewhere_it_goes_on_once_signed_in_again(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    begin(runtime_sqlite, staff, participant)
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


def test_a_case_taken_over_stops_saving_and_says_who_has_it(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    begin(runtime_sqlite, staff, participant)
    page = desk()
    start_of_interview(page, participant)
    supervisor = factories.create_staff(runtime_sqlite, Role.SUPERVISOR, email="sam@example.org")
    calls.open_case(runtime_sqlite, factories.by_interviewer(supervisor, participant), take_over=True)
    page.keyboard.press("2")
    expect(page.locator("[data-saved]")).to_contain_text("Not saved: Sam has this case open now.")


def test_reasons_for_no_answer_have_keys_and_give_way_to_answers(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    who = begin(runtime_sqlite, staff, participant)
    page = desk()
    start_of_interview(page, participant)
    page.keyboard.press("s")
    page.keyboard.type("Had to go 1 2")
    page.keyboard.press("Enter")
    page.keyboard.press("/")
    page.locator("[data-item=hopes]").get_by_text("Don’t know").click()
    page.keyboard.press("2")
    saved(page)
    expect(page.locator("[data-item=hopes] input:checked")).to_have_attribute("value", "new_knowledge_skills")
    page.keyboard.press("2")
    expect(page.locator("[data-item=hopes] input:checked")).to_have_attribute("value", "skipped")
    page.keyboard.press("-")
    page.get_by_role("button", name="Next section").click()
    page.wait_for_url("**/sections/readiness_start*")
    answers = survey_session.visit(runtime_sqlite, who).ready[1].answers
    assert answers["heard_via"] == Missing(Reason.SKIPPED, "Had to go 1 2")
    assert answers["first_feeling"] == Missing(Reason.DONT_KNOW)
    assert answers["hopes"] == Missing(Reason.PREFER_NOT_TO_SAY)


def test_a_call_is_ended_by_its_key(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    begin(runtime_sqlite, staff, participant)
    page = desk()
    start_of_interview(page, participant)
    page.keyboard.press("1")
    page.keyboard.press("a")
    page.wait_for_url("**/end?*outcome=answerphone*")
    expect(page.get_by_role("button", name="Record and close the case")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/interviews")
    expect(page.get_by_role("status")).to_have_text(f"{participant.reference}: “Answerphone” is recorded.")
    with runtime_sqlite.database.reading() as session:
        case = cases.cases_of(session, participant.id)[0]
        assert [attempt.mode for attempt in cases.attempts_of(session, case.id)] == [Mode.PHONE]


def test_single_keys_can_be_turned_off(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    begin(runtime_sqlite, staff, participant)
    page = desk()
    start_of_interview(page, participant)
    page.keyboard.press("?")
    page.get_by_label("Single keys work").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    page.keyboard.press("n")
    page.reload()
    expect(page.locator("[data-saved]")).to_have_text("nothing entered yet")
    expect(page.locator("input[name=heard_via]:checked")).to_have_count(0)


def test_without_a_script_the_interview_is_plain_forms(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    begin(runtime_sqlite, staff, participant)
    page = desk(java_script_enabled=False)
    go(page, participant, "/sections/start?mode=phone&language=en")
    page.locator("label", has_text="From the Jobcentre").click()
    page.locator("label", has_text="Positive").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("What made you feel that way at first?")).to_be_visible()
    page.locator("label", has_text="A job that lasts").click()
    page.get_by_role("button", name="Next section").click()
    expect(page.get_by_role("heading", name="Work readiness sessions")).to_be_visible()


def test_words_taken_out_again_do_not_come_back(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    who = begin(runtime_sqlite, staff, participant)
    answering.save_section(runtime_sqlite, who, "start", {"first_feeling": ["positive"]}, who.staff.id, finish=False)
    page = desk()
    start_of_interview(page, participant)
    words = page.get_by_label("What made you feel that way at first?")
    with page.expect_response("**/sections/**"):
        words.fill("Not to be written down")
    with page.expect_response("**/sections/**"):
        words.fill("")
    page.reload()
    expect(words).to_have_value("")
    answers = survey_session.visit(runtime_sqlite, who).ready[1].answers
    assert answers["first_feeling_why"] == Missing(Reason.SKIPPED)
