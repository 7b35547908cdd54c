"""What comes between while an interviewer writes down answers: no network, signed out, taken over, another window, the
participant's own answer."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from surveyapp.domain.answers import Codes, Missing, Reason, Text
from surveyapp.domain.fieldwork.cases import Outcome
from surveyapp.domain.participants import Participant
from surveyapp.domain.privacy.leaving import LeavingReason, ParticipationChange
from surveyapp.domain.staff import Role, Staff
from surveyapp.services.fieldwork import attempts, calls
from surveyapp.services.participants.identity import IdentityFact
from surveyapp.services.privacy import leaving
from surveyapp.services.responses import answering, survey_session
from surveyapp.services.runtime import Runtime
from surveyapp.store import cases
from tests import factories
from tests.browser.accessible import check_accessible
from tests.browser.interviewing import Desk, go, saved, start_of_interview
from tests.browser.interviewing import desk as desk
from tests.browser.interviewing import participant as participant
from tests.browser.interviewing import staff as staff
from tests.typist import begun


def without_a_signal(page: Page) -> Callable[[], None]:
    """No save arrives until what is returned is called."""

    def cut(route: Route) -> None:
        route.abort() if route.request.method == "POST" else route.continue_()

    def back() -> None:
        page.unroute("**/saves*", cut)
        page.evaluate("dispatchEvent(new Event('online'))")

    page.route("**/saves*", cut)
    return back


def asked_of(page: Page, *, stay: bool) -> list[str]:
    """Which boxes the browser puts up from now on, each answered the same."""
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss() if stay else dialog.accept()

    page.on("dialog", answer)
    return asked


def in_words(page: Page) -> None:
    """To the question that is answered in words."""
    page.locator("label", has_text="Positive").click()
    page.get_by_label("What made you feel that way at first?").click()


def in_words_of(page: Page, participant: Participant) -> None:
    """From the start of an interview to that question, with all before it saved."""
    start_of_interview(page, participant)
    in_words(page)
    saved(page)


def test_without_a_network_it_says_so_and_saves_when_it_is_back(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    who = begun(runtime_sqlite, staff, participant)
    page = desk()
    start_of_interview(page, participant)
    back = without_a_signal(page)
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
    back()
    saved(page)
    answers = survey_session.visit(runtime_sqlite, who).ready[1].answers
    assert answers == {
        "heard_via": Codes(("jobcentre_plus",)),
        "heard_via_detail": Missing(Reason.SKIPPED),
        "first_feeling": Codes(("negative",)),
        "first_feeling_why": Text("It is far away"),
        "hopes": Codes(("lasting_employment",)),
    }


def test_whoever_types_on_is_not_taken_to_another_page_once_all_is_saved(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    who = begun(runtime_sqlite, staff, participant)
    page = desk()
    asked = asked_of(page, stay=False)
    in_words_of(page, participant)
    back = without_a_signal(page)
    page.keyboard.type("They say ONE.")
    page.keyboard.press("Control+e")
    expect(page.locator(".told-now")).to_have_text(
        "Everything is saved first. This goes on by itself as soon as it is."
    )
    page.keyboard.type(" And then")
    back()
    page.keyboard.type(" many more words without any pause", delay=40)
    saved(page)
    assert "/sections/start" in page.url
    assert asked == []
    expect(page.locator(".told-now")).to_have_count(0)
    words = survey_session.visit(runtime_sqlite, who).ready[1].answers["first_feeling_why"]
    assert words == Text("They say ONE. And then many more words without any pause")
    page.keyboard.press("Control+e")
    page.wait_for_url("**/end?*")


@pytest.mark.parametrize("button", ["Close without a call", "Sign out"])
def test_a_form_that_leaves_the_page_waits_until_all_is_saved(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff, button: str
) -> None:
    who = begun(runtime_sqlite, staff, participant)
    page = desk()
    asked = asked_of(page, stay=False)
    in_words_of(page, participant)
    back = without_a_signal(page)
    page.keyboard.type("They say ONE.")
    page.get_by_role("button", name=button).click()
    expect(page.locator(".told-now")).to_contain_text("Everything is saved first")
    page.get_by_label("What made you feel that way at first?").focus()
    page.keyboard.press("End")
    page.keyboard.type(" And TWO.")  # whoever types on stays
    back()
    saved(page)
    assert "/sections/start" in page.url
    page.get_by_role("button", name=button).click()
    page.wait_for_url(lambda address: "/sections/" not in address)
    words = survey_session.visit(runtime_sqlite, who).ready[1].answers["first_feeling_why"]
    assert words == Text("They say ONE. And TWO.")
    assert asked == []


def test_once_all_is_saved_it_goes_where_it_was_to_go_and_asks_nothing(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    begun(runtime_sqlite, staff, participant)
    page = desk()
    asked = asked_of(page, stay=True)
    start_of_interview(page, participant)
    in_words(page)
    back = without_a_signal(page)
    page.keyboard.type("They say ONE.")
    page.keyboard.press("Control+e")
    expect(page.locator(".told-now")).to_contain_text("Everything is saved first")
    back()
    page.wait_for_url("**/end?*")
    assert asked == []


def test_whoever_types_without_a_pause_has_it_saved_every_few_seconds(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    who = begun(runtime_sqlite, staff, participant)
    page = desk()
    in_words_of(page, participant)
    page.keyboard.type("word " * 14, delay=100)
    given = survey_session.visit(runtime_sqlite, who).ready[1].answers["first_feeling_why"]
    assert isinstance(given, Text)
    assert len(given.text) >= 20


def test_a_window_with_words_that_are_not_saved_asks_before_it_is_closed(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    begun(runtime_sqlite, staff, participant)
    page = desk()
    asked = asked_of(page, stay=True)
    in_words_of(page, participant)
    page.keyboard.type("Not yet")
    page.evaluate("location.reload()")
    page.keyboard.type(" saved")
    assert asked == ["beforeunload"]
    saved(page)
    expect(page.get_by_label("What made you feel that way at first?")).to_have_value("Not yet saved")
    page.reload()
    expect(page.get_by_label("What made you feel that way at first?")).to_have_value("Not yet saved")
    assert asked == ["beforeunload"]


def test_what_is_entered_before_the_script_is_ready_is_not_lost(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    who = begun(runtime_sqlite, staff, participant)
    page = desk()
    asked = asked_of(page, stay=True)
    page.route("**/interviews/pack/**", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        go(page, participant, "/sections/start?mode=phone&language=en")
    page.locator(".opt:has([name=heard_via][value=other])").click()
    box = page.locator("input[name=heard_via_other_text]")
    box.click()
    page.keyboard.type("Ann, next")
    page.evaluate("location.reload()")
    assert asked == ["beforeunload"]
    page.unroute("**/interviews/pack/**")
    expect(page.locator(".item.now")).to_have_attribute("data-item", "heard_via")
    page.keyboard.type(" door")
    saved(page)
    expect(box).to_have_value("Ann, next door")
    page.reload()
    expect(box).to_have_value("Ann, next door")
    answers = survey_session.visit(runtime_sqlite, who).ready[1].answers
    assert answers["heard_via_other_text"] == Text("Ann, next door")


def test_words_too_long_to_be_saved_are_let_go_of_only_by_whoever_says_so(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    begun(runtime_sqlite, staff, participant)
    page = desk()
    asked = asked_of(page, stay=True)
    in_words_of(page, participant)
    words = page.get_by_label("What made you feel that way at first?")
    words.fill("word " * 1040)
    expect(page.locator("[data-saved]")).to_have_text("saved 11:30, but an answer needs putting right")
    page.evaluate("location.reload()")
    assert asked == ["beforeunload"]
    # In another section, and in this one again, it still stands there.
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("2")
    expect(page.get_by_role("heading", name="Work readiness sessions")).to_be_visible()
    page.keyboard.press("Control+e")
    told = page.locator(".told-now")
    expect(told).to_contain_text("is not saved")
    expect(words).to_be_focused()
    expect(words).to_have_value("word " * 1039 + "word")
    expect(page.locator(".faulty[data-item=first_feeling_why] .fault")).to_be_visible()
    check_accessible(page)
    words.press("End")
    words.press("Backspace")
    expect(told).to_have_count(0)
    page.get_by_role("link", name="Queue").first.click()
    expect(told).to_contain_text("is not saved")
    assert "/sections/start" in page.url
    told.get_by_role("button", name="Go without it").click()
    page.wait_for_url("**/interviews")
    assert asked == ["beforeunload"]


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


def sign_in_as(other: Page, email: str) -> None:
    """On another page of the browser, in place of whoever is signed in there."""
    other.get_by_role("button", name="Sign out").click()
    other.goto(other.url.partition("/staff")[0] + "/interviews")
    other.fill("#email", email)
    other.fill("#password", factories.PASSWORD)
    other.press("#password", "Enter")
    other.wait_for_url("**/interviews")


def woken(page: Page) -> None:
    """Tried again, as when it is looked at."""
    for _ in range(3):
        page.evaluate("dispatchEvent(new Event('online'))")
        page.wait_for_timeout(300)


def test_what_somebody_entered_is_never_saved_as_anothers_who_signs_in_after_them(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    who = begun(runtime_sqlite, staff, participant)
    page = desk()
    start_of_interview(page, participant)
    sam = factories.create_staff(runtime_sqlite, Role.SUPERVISOR, email="sam@example.org", second_factor=False)
    other = page.context.new_page()
    other.goto(page.url.partition("/interviews")[0] + "/interviews")
    sign_in_as(other, sam.email)
    calls.release(runtime_sqlite, who)  # nobody has the case open: nothing else keeps him from it
    page.keyboard.press("2")
    expect(page.locator("[data-saved]")).to_contain_text("Sam is signed in here now")
    woken(page)
    assert survey_session.visit(runtime_sqlite, who).ready[1].answers == {}
    with runtime_sqlite.database.reading() as session:
        assert cases.lease_of(session, survey_session.visit(runtime_sqlite, who).case.id) is None
    sign_in_as(other, staff.email)
    woken(page)
    saved(page)
    given = survey_session.visit(runtime_sqlite, who).given
    assert given is not None
    assert {each.by for each in given.values()} == {staff.id}


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


def died(runtime: Runtime, participant: Participant) -> None:
    _recorded(runtime, participant, ParticipationChange.DIED, LeavingReason.DIED)


def stopped(runtime: Runtime, participant: Participant) -> None:
    _recorded(runtime, participant, ParticipationChange.STOPPED, LeavingReason.TIME)


def withdrew(runtime: Runtime, participant: Participant) -> None:
    _recorded(runtime, participant, ParticipationChange.WITHDRAWN, LeavingReason.PRIVACY)


KNOWN = (IdentityFact.NAME, IdentityFact.PHONE)


def _recorded(runtime: Runtime, person: Participant, change: ParticipationChange, why: LeavingReason) -> None:
    leaving.record(factories.operator(runtime), person.study, person.reference, change, why, KNOWN)


def refused(runtime: Runtime, participant: Participant) -> None:
    supervisor = factories.by_interviewer(factories.create_staff(runtime, Role.SUPERVISOR), participant)
    calls.open_case(runtime, supervisor, take_over=True)
    attempts.record_attempt(runtime, supervisor, Outcome.REFUSED, uuid.uuid4())


@pytest.mark.parametrize(
    ("happens", "said", "stands"),
    [
        (died, "It was recorded meanwhile that they died. End the call", "kept aside, not counted"),
        (stopped, "It was recorded meanwhile that they take part no longer. End the call", "kept aside, not counted"),
        (refused, "It was recorded meanwhile that they refused. End the call", "kept aside, not counted"),
        (withdrew, "They withdrew meanwhile. End the call", "They withdrew meanwhile."),
    ],
)
def test_whose_answers_do_not_count_any_more_is_told_why_and_to_end_the_call(
    runtime_sqlite: Runtime,
    desk: Desk,
    participant: Participant,
    staff: Staff,
    happens: Callable[[Runtime, Participant], None],
    said: str,
    stands: str,
) -> None:
    begun(runtime_sqlite, staff, participant)
    page = desk()
    start_of_interview(page, participant)
    page.keyboard.press("2")
    saved(page)
    happens(runtime_sqlite, participant)
    page.locator("label", has_text="Positive").click()
    expect(page.locator(".told-now")).to_contain_text(said)
    expect(page.locator("[data-hold]")).to_have_text(f"{participant.reference} takes no more answers")
    expect(page.locator("[data-saved]")).to_contain_text(stands)
    check_accessible(page)


def test_a_note_is_shown_again_where_the_end_of_a_call_is_refused(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    begun(runtime_sqlite, staff, participant)
    page = desk()
    go(page, participant, "/end?outcome=answerphone")
    page.get_by_label("Note for whoever calls next").fill("Her sister says: ring after eight.")
    supervisor = factories.create_staff(runtime_sqlite, Role.SUPERVISOR, email="sam@example.org")
    calls.open_case(runtime_sqlite, factories.by_interviewer(supervisor, participant), take_over=True)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Sam has this case open")).to_be_visible()
    expect(page.locator("blockquote")).to_have_text("Her sister says: ring after eight.")
    check_accessible(page)
    calls.release(runtime_sqlite, factories.by_interviewer(supervisor, participant))
    calls.open_case(runtime_sqlite, factories.by_interviewer(staff, participant))
    go(page, participant, "/end?outcome=answerphone")
    withdrew(runtime_sqlite, participant)
    page.get_by_label("Note for whoever calls next").fill("Nobody answers")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("They withdrew meanwhile.")).to_be_visible()
    expect(page.locator("blockquote")).to_have_text("Nobody answers")
    check_accessible(page)
    page.get_by_role("button", name="Back to the queue").click()
    page.wait_for_url("**/interviews")


def test_in_the_middle_of_an_interview_that_does_not_count_any_more_the_key_ends_the_call(
    runtime_sqlite: Runtime, desk: Desk, participant: Participant, staff: Staff
) -> None:
    begun(runtime_sqlite, staff, participant)
    page = desk()
    start_of_interview(page, participant)
    died(runtime_sqlite, participant)
    page.keyboard.press("2")
    expect(page.locator(".told-now")).to_contain_text("End the call, and go back to the queue.")
    page.keyboard.press("Control+e")
    expect(page.get_by_text("What came of the call is kept all the same.")).to_be_visible()
    check_accessible(page)
    page.keyboard.press("k")
    page.get_by_label("What they complained of, in their words").fill("His wife asks not to be rung again.")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/interviews")
    expect(page.get_by_role("main")).to_contain_text(f"{participant.reference}: “Complained” is recorded.")
    go(page, participant)
    expect(page.get_by_role("heading", name="This cannot be done now")).to_be_visible()


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
