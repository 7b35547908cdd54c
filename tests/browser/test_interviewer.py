"""An interviewer in a browser: by keyboard alone, on a desk and on a phone, with and without a script."""

from __future__ import annotations

import random

from playwright.sync_api import Error, Page, Route, expect

from surveyapp.domain.answers import Codes, Missing, Mode, Reason, Text
from surveyapp.domain.participants import Participant
from surveyapp.domain.staff import Role, Staff
from surveyapp.services.fieldwork import calls
from surveyapp.services.responses import answering, survey_session
from surveyapp.services.runtime import Runtime
from surveyapp.store import cases
from tests import factories
from tests.browser.accessible import check_accessible, check_reflow, check_targets
from tests.browser.conftest import SIZES, Tab, at_each_size, serving_app, sign_in
from tests.browser.interviewing import Desk, go, saved, start_of_interview
from tests.browser.interviewing import desk as desk
from tests.browser.interviewing import participant as participant
from tests.browser.interviewing import staff as staff
from tests.interviewer import create_reachable
from tests.typist import Slow, begun, goes_wrong


def test_from_the_queue_on_everything_goes_by_few_keys(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    """On a phone with a keyboard as far as the first section, and on at a desk: the keys know nothing of sizes."""
    page = desk()
    keys = page.keyboard
    pressed = 6
    expect(page.get_by_role("button", name=f"Open and call {participant.reference}")).to_be_focused()
    # The focus brings whom it calls with it, on a low screen as well.
    page.set_viewport_size({"width": 360, "height": 420})
    page.reload()
    expect(page.get_by_role("button", name=f"Open and call {participant.reference}")).to_be_focused()
    expect(page.locator(".next h2")).to_be_in_viewport()
    page.set_viewport_size(SIZES["phone"])  # type: ignore[arg-type]
    keys.press("Enter")
    page.wait_for_url("**/1")
    expect(page.get_by_role("button", name="Start the interview")).to_be_focused()
    keys.press("Enter")
    page.wait_for_url("**/consent*")
    expect(page.locator(".item.now")).to_have_attribute("data-item", "consent_take_part")
    for answer in ("1", "2", "1"):
        keys.press(answer)
    keys.press("Enter")
    page.wait_for_url("**/sections/start*")
    expect(page.locator(".item.now")).to_have_attribute("data-item", "heard_via")
    assert pressed <= 6
    keys.press("5")
    keys.type("Ann, next door")
    expect(page.locator("[data-item=heard_via_detail]")).to_be_visible()
    keys.press("Enter")
    keys.type("Over the fence.")
    keys.press("Control+Enter")
    keys.press("1")
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
    page.wait_for_url("**/sections/readiness_start*")
    expect(page.get_by_role("heading", name="Work readiness sessions")).to_be_visible()
    answers = survey_session.visit(runtime_sqlite, factories.by_interviewer(staff, participant)).ready[1].answers
    assert dict(answers) == {
        "heard_via": Codes(("other",)),
        "heard_via_other_text": Text("Ann, next door"),
        "heard_via_detail": Text("Over the fence."),
        "first_feeling": Codes(("positive",)),
        "first_feeling_why": Text("1 day a week/no bus - R\nSo there."),
        "hopes": Codes(("confidence",)),
    }
    page.set_viewport_size(SIZES["desk"])  # type: ignore[arg-type]
    count_the_keys_of_the_rest(page, staff, participant)


NOW = """() => {
  const now = document.querySelector(".item.now");
  if (!now) return [null, null];
  const box = [...now.querySelectorAll("textarea, input[type=text]")].find((each) => !each.closest(".specify, .why"));
  return [now.dataset.item, box ? box.inputMode || "text" : null];
}"""
"""The question that is on, and what its own box takes, where it has one."""


def now(page: Page) -> tuple[str | None, str | None]:
    """`NOW`, also where the page is left at this very moment."""
    try:
        name, box = page.evaluate(NOW)
    except Error as error:
        if "navigation" not in error.message:
            raise
        page.wait_for_load_state()
        name, box = page.evaluate(NOW)
    return name, box


def count_the_keys_of_the_rest(page: Page, staff: Staff, participant: Participant) -> None:
    """Goes on to the end, and hands in: closed questions take 1.3 keys at most, and the end two."""
    closed = pressed = 0
    name, box = now(page)
    while "/sections/" in page.url:
        before = name
        if box:
            page.keyboard.type("Some words" if box == "text" else "3")
            page.keyboard.press("Control+Enter")
        else:
            closed += 1
            pressed += 1
            page.keyboard.press("1")
            if now(page)[0] == before:
                pressed += 1
                page.keyboard.press("Enter")
        name, box = now(page)
        if name == before:
            page.wait_for_url("**/check*")
    assert closed > 15
    assert pressed / closed <= 1.3
    expect(page.get_by_role("button", name="Hand in the interview")).to_be_focused()
    expect(page.get_by_text("What was answered")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/interviews")
    expect(page.get_by_role("status")).to_contain_text("is handed in")


def test_every_page_is_accessible_and_fits(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    other = create_reachable(runtime_sqlite)
    colleague = factories.create_staff(runtime_sqlite, Role.INTERVIEWER)
    calls.open_case(runtime_sqlite, factories.by_interviewer(colleague, other))
    page = desk("phone")

    def check(heading: str, targets: str = "") -> None:
        expect(page.locator("h1, h2").filter(has_text=heading).first).to_be_visible()
        for _ in at_each_size(page):
            check_accessible(page)
            check_reflow(page)
            if targets:
                check_targets(page, targets)

    check("Who to call", ".ring button, .next button, .next a, .line button")
    go(page, other)
    check("has this case open")
    go(page, participant)
    check(f"{participant.reference}, touchpoint 1")
    page.get_by_role("button", name="Open the case").click()
    check("Before you start", ".opt, .call, .stream button")
    go(page, participant, "/consent?mode=phone")
    check("Consent")
    page.get_by_role("button", name="Record and go on").click()
    check("There is a problem")
    begun(runtime_sqlite, staff, participant)
    start_of_interview(page, participant)
    check("How it began", ".opt, .on button:visible, .keys a, .keys button")
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
    expect(page.get_by_text("Enter an answer, or skip the question and say why.").first).to_be_visible()
    check_accessible(page)
    go(page, participant, "/check?mode=phone")
    check("Last look")
    go(page, participant, "/end")
    check("End this call")
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
    begun(runtime_sqlite, staff, participant)
    page = desk()
    start_of_interview(page, participant)
    expect(page.locator("[data-saved]")).to_have_text("nothing entered yet")
    expect(page.locator("[data-hold]")).to_have_text(f"{participant.reference} is yours until 12:00")
    page.keyboard.press("2")
    saved(page)
    page.reload()
    expect(page.locator("input[name=heard_via][value=jobcentre_plus]")).to_be_checked()
    expect(page.locator(".item.now")).to_have_attribute("data-item", "heard_via_detail")


def test_back_while_the_pack_is_on_its_way_shows_the_section_of_the_address(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    begun(runtime_sqlite, staff, participant)
    page = desk()
    start_of_interview(page, participant)
    page.locator(".bar a, button, a").get_by_text("Work readiness sessions").first.evaluate("(each) => each.click()")
    page.wait_for_url("**/sections/readiness_start*")
    held: list[Route] = []
    page.route("**/interviews/pack/**", lambda route: held.append(route))
    page.reload(wait_until="commit")
    expect(page.get_by_role("heading", name="Work readiness sessions")).to_be_visible()
    page.evaluate("history.back()")
    page.wait_for_url("**/sections/start*")
    page.unroute("**/interviews/pack/**")
    assert held, "the pack was there already"
    expect(page.locator(".item.now")).to_have_attribute("data-item", "heard_via")


def test_reasons_for_no_answer_have_keys_and_give_way_to_answers(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    who = begun(runtime_sqlite, staff, participant)
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
    page.wait_for_url("**/sections/readiness_start*")
    saved(page)
    answers = survey_session.visit(runtime_sqlite, who).ready[1].answers
    assert answers["heard_via"] == Missing(Reason.SKIPPED, "Had to go 1 2")
    assert answers["first_feeling"] == Missing(Reason.DONT_KNOW)
    assert answers["hopes"] == Missing(Reason.PREFER_NOT_TO_SAY)


def test_a_call_is_ended_by_a_chord_and_taken_back_within_a_minute(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    begun(runtime_sqlite, staff, participant)
    page = desk()
    start_of_interview(page, participant)
    page.keyboard.press("1")
    page.keyboard.press("Control+e")
    page.wait_for_url("**/end?*")
    page.keyboard.press("a")
    page.wait_for_url("**/end?*outcome=answerphone*")
    for key in ("Enter", "Enter", "a", "Enter", "Enter"):
        page.keyboard.press(key)
    assert "outcome=answerphone" in page.url
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/interviews")
    expect(page.get_by_role("status")).to_have_text(f"{participant.reference}: “Answerphone” is recorded.")
    assert tried(runtime_sqlite, participant) == [Mode.PHONE]
    page.get_by_role("button", name="Undo it").click()
    page.wait_for_url("**/1")
    expect(page.get_by_role("status")).to_contain_text("That is taken back")
    assert tried(runtime_sqlite, participant) == []


def tried(runtime: Runtime, participant: Participant) -> list[Mode]:
    with runtime.database.reading() as session:
        case = cases.cases_of(session, participant.id)[0]
        return [attempt.mode for attempt in cases.attempts_of(session, case.id)]


def test_somebody_who_types_faster_than_the_server_answers_ends_no_call(
    runtime_sqlite: Runtime, tab: Tab, staff: Staff
) -> None:
    slow = Slow(runtime_sqlite)
    with serving_app(slow.app) as address:
        page = tab(f"{address}/interviews")
        sign_in(page, staff.email, "/interviews")
        random_ = random.Random(12)
        for slow.delay in (0, 300):
            who = begun(runtime_sqlite, staff, create_reachable(runtime_sqlite))
            assert goes_wrong(page, runtime_sqlite, who, random_) is None, slow.delay


def test_single_keys_can_be_turned_off_for_good(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    begun(runtime_sqlite, staff, participant)
    page = desk()
    start_of_interview(page, participant)
    page.keyboard.press("?")
    with page.expect_response("**/interviews/keys"):
        page.get_by_label("Single keys work").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    page = desk()
    start_of_interview(page, participant)
    page.keyboard.press("2")
    expect(page.locator("[data-saved]")).to_have_text("nothing entered yet")
    expect(page.locator("input[name=heard_via]:checked")).to_have_count(0)


def test_without_a_script_the_interview_is_plain_forms(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    begun(runtime_sqlite, staff, participant)
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
    who = begun(runtime_sqlite, staff, participant)
    answering.save_section(runtime_sqlite, who, "start", {"first_feeling": ["positive"]}, who.staff.id, finish=False)
    page = desk()
    start_of_interview(page, participant)
    words = page.get_by_label("What made you feel that way at first?")
    with page.expect_response("**/saves*"):
        words.fill("Not to be written down")
    with page.expect_response("**/saves*"):
        words.fill("")
    page.reload()
    expect(words).to_have_value("")
    answers = survey_session.visit(runtime_sqlite, who).ready[1].answers
    assert answers["first_feeling_why"] == Missing(Reason.SKIPPED)
