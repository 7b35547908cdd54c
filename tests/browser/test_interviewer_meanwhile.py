"""Who comes between while an interviewer writes down answers: signed out, taken over, another window, the
participant's own answer, or what was recorded of them."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from surveyapp.domain.answers import Codes
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
