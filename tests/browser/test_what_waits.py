"""What waits on a phone, to its end: whatever happens to the session, the link, the questions or the page meanwhile."""

from __future__ import annotations

import uuid

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from surveyapp.domain.answers import Codes
from surveyapp.domain.participants import Participant
from surveyapp.domain.staff import Role
from surveyapp.services.responses import answering
from surveyapp.services.runtime import Runtime
from surveyapp.store.tables import AccessRow, AnswerHistoryRow, CaseRow, SaveRow
from tests import factories
from tests.browser.conftest import Tab
from tests.browser.phone_pages import PIN, PLACED, READY, go_on, saved
from tests.browser.test_turning import answer, choose, question, ready, turn
from tests.browser.test_turning import first as first
from tests.conftest import Clock
from tests.integration.test_answering import walk_to

HELD = """() => new Promise(done => {
  indexedDB.open("shiftline", 1).onsuccess = ({ target }) => {
    const database = target.result;
    database.transaction("queues").objectStore("queues").getAll().onsuccess = ({ target }) => {
      database.close();
      done(target.result.length);
    };
  };
})"""
"""How many handles have a record on this phone."""


def nothing_held(page: Page) -> None:
    """Until this phone holds nothing of anybody's."""
    for _ in range(200):
        if page.evaluate(HELD) == 0 and page.evaluate("async () => (await caches.keys()).length") == 0:
            return
        page.wait_for_timeout(50)
    raise AssertionError("it is never let go of")


def said(page: Page, words: str) -> None:
    expect(page.locator("#state")).to_have_text(words)


def at_the_end(tab: Tab, runtime: Runtime, person: Participant, link: str) -> Page:
    """On one of the last questions, on a phone of their own."""
    who = factories.by_link(runtime, person)
    answering.give_consent(runtime, who, {"take_part": True})
    walk_to(runtime, who, "overall_value", dict(PLACED))
    factories.set_pin(runtime, person, PIN)
    page = tab(link, "phone")
    if "/pin" in page.url:
        page.fill("#pin", PIN)
        go_on(page)
    page.locator("#own").check()
    go_on(page)
    page.wait_for_function(READY)
    return page


def answered_to_the_end(page: Page) -> None:
    for _ in range(40):
        here = question(page)
        answer(page)
        turn(page)
        page.wait_for_timeout(50)
        if question(page) == here or not page.locator("form.question").count():
            return


def ended(runtime: Runtime, clock: Clock) -> None:
    """Every session, of itself."""
    clock.forward(days=29)


def test_without_a_signal_the_end_is_a_page_that_says_what_waits_and_goes_on_by_itself(
    tab: Tab, runtime_sqlite: Runtime, person: Participant, link: str
) -> None:
    page = at_the_end(tab, runtime_sqlite, person, link)
    page.context.set_offline(True)
    answered_to_the_end(page)
    expect(page.locator("h1")).to_have_text("Nothing is lost. Sending waits for a signal")
    expect(page.locator(".waits")).to_contain_text("Answers that wait on this phone:")
    assert not page.locator("button.main:visible").count()
    page.context.set_offline(False)
    page.wait_for_url("**/check")
    go_on(page)
    page.wait_for_url("**/done")
    nothing_held(page)


def test_all_that_is_sent_without_a_signal_leads_to_what_says_so_and_back(
    tab: Tab, runtime_sqlite: Runtime, person: Participant, link: str
) -> None:
    page = at_the_end(tab, runtime_sqlite, person, link)
    answered_to_the_end(page)
    page.wait_for_url("**/check")
    page.context.set_offline(True)
    page.locator("button.main").click()
    expect(page.locator("h1")).to_have_text("Nothing is lost. Sending waits for a signal")
    page.context.set_offline(False)
    expect(page.locator("h1")).to_have_text("Check your answers")
    go_on(page)
    page.wait_for_url("**/done")
    nothing_held(page)


def test_of_a_session_that_ended_nothing_is_lost(
    first: Page, runtime_sqlite: Runtime, person: Participant, link: str, clock: Clock
) -> None:
    choose(first, "heard_via", "family")
    turn(first)
    saved(first)
    ended(runtime_sqlite, clock)
    first.locator("textarea").fill("Written while it ended.")
    turn(first)
    said(first, "Kept on this phone. Open your link again")
    first.goto(link)
    saved(first)
    assert "Written while it ended." in str(factories.stored(runtime_sqlite, person)[0].values())


def test_of_a_link_that_ended_too_a_new_one_sends_it(
    first: Page, runtime_sqlite: Runtime, person: Participant, link: str, live_server: str, clock: Clock
) -> None:
    choose(first, "heard_via", "family")
    turn(first)
    saved(first)
    first.context.set_offline(True)
    first.locator("textarea").fill("Written without a signal.")
    turn(first)
    with runtime_sqlite.database.writing() as session:
        for access in session.scalars(select(AccessRow)):
            access.expires_at = clock.now
    ended(runtime_sqlite, clock)
    first.context.set_offline(False)
    said(first, "Kept on this phone. Open your link again")
    first.goto(link)
    expect(first.locator("h1")).to_have_text("This link no longer works")
    first.goto(live_server + factories.create_link(runtime_sqlite, person))
    saved(first)
    assert "Written without a signal." in str(factories.stored(runtime_sqlite, person)[0].values())


@pytest.mark.parametrize("opened_anew", [False, True])
def test_after_closing_it_is_kept_for_three_days(
    tab: Tab, guarded_server: tuple[str, Runtime], clock: Clock, opened_anew: bool
) -> None:
    """Not where a demonstration is given, which takes answers at any time."""
    address, runtime = guarded_server
    link = address + factories.create_link(runtime, factories.create_participant(runtime))
    first = ready(tab, link)
    choose(first, "heard_via", "family")
    turn(first)
    saved(first)
    first.context.set_offline(True)
    first.locator("textarea").fill("Written before it closed.")
    turn(first)
    with runtime.database.writing() as session:
        clock.forward(minutes=1)
        for case in session.scalars(select(CaseRow)):
            case.closes_at = clock.now
    clock.forward(hours=10)
    if opened_anew:
        first.goto("about:blank")
    first.context.set_offline(False)
    if opened_anew:
        first.goto(link)
    expect(first.locator("h1")).to_have_text("The time for this is over")
    if not opened_anew:
        expect(first.locator(".done-note")).to_contain_text("is not among your answers")
    saved(first)
    with runtime.database.reading() as session:
        late = session.scalars(
            select(AnswerHistoryRow.variable).join(SaveRow, SaveRow.id == AnswerHistoryRow.save_id).where(SaveRow.late)
        ).all()
    assert len(late) == 1


def test_a_page_that_alone_holds_an_answer_is_not_closed_without_a_question(tab: Tab, link: str) -> None:
    page = ready(tab, link, own=False)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.reload()
    page.wait_for_function(READY)
    assert asked == []
    page.context.set_offline(True)
    choose(page, "heard_via", "family")
    turn(page)
    said(page, "This phone cannot keep it. Keep this page open")
    page.context.set_offline(False)
    said(page, "Saved")
    page.context.set_offline(True)
    answer(page)
    turn(page)
    said(page, "This phone cannot keep it. Keep this page open")
    other = page.context.new_page()
    page.close(run_before_unload=True)
    for _ in range(100):
        if asked:
            break
        other.wait_for_timeout(20)
    assert asked == ["beforeunload"]


def on_a_shared_device(tab: Tab, link: str) -> Page:
    """On the first question, where others use the device too."""
    page = ready(tab, link, own=False)
    page.clock.install()
    return page


def unused(page: Page, minutes: int) -> None:
    """Nobody does anything for so long, and then the device is taken up again."""
    page.clock.fast_forward(minutes * 60_000)
    page.evaluate("dispatchEvent(new Event('focus'))")


def test_a_session_that_ended_on_a_shared_device_asks_for_the_link_and_sends_then(
    tab: Tab, runtime_sqlite: Runtime, person: Participant, link: str, clock: Clock
) -> None:
    factories.set_pin(runtime_sqlite, person, PIN)
    page = on_a_shared_device(tab, link)
    choose(page, "heard_via", "family")
    turn(page)
    said(page, "Saved")
    ended(runtime_sqlite, clock)
    page.locator("textarea").fill("Written after it ended.")
    turn(page)
    said(page, "Not sent yet. Keep this page open, and open your link in another tab")
    page.get_by_role("button", name="Finish later").click()
    expect(page.locator("h1")).to_have_text("Nothing is lost. Open your link again")
    expect(page.locator(".waits")).to_contain_text("open your link in another tab")
    expect(page.locator(".where")).to_have_text("Your answers so far")
    states = dict(each.inner_text().split("\n") for each in page.locator(".parts li").all())
    assert states["How it began"] == "Not sent yet"
    assert set(states.values()) == {"Not sent yet", "Not answered yet"}, "nothing else was answered"
    other = page.context.new_page()
    other.goto(link)
    other.fill("#pin", PIN)
    go_on(other)
    # A browser without a window tells a tab nothing of being looked at again.
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_url("**/later")
    assert "Written after it ended." in str(factories.stored(runtime_sqlite, person)[0].values())


def test_on_a_shared_device_a_page_that_nobody_uses_closes(
    tab: Tab, runtime_sqlite: Runtime, person: Participant, link: str
) -> None:
    page = on_a_shared_device(tab, link)
    choose(page, "heard_via", "family")
    turn(page)
    said(page, "Saved")
    page.locator("textarea").fill("Nobody else is to see this.")
    unused(page, 28)
    assert question(page) == "heard_via_detail"
    # Whoever writes uses it.
    page.locator("textarea").press("End")
    unused(page, 28)
    assert question(page) == "heard_via_detail"
    unused(page, 2)
    page.wait_for_url("**/leave?rested=1")
    expect(page.locator("h1")).to_have_text("Open your link again")
    assert "Nobody else is to see this." in str(factories.stored(runtime_sqlite, person)[0].values())
    page.go_back()
    expect(page.locator("h1")).to_have_text("Open your link again")


def test_what_cannot_be_sent_then_waits_behind_a_page_that_shows_none_of_it(
    tab: Tab, runtime_sqlite: Runtime, person: Participant, link: str
) -> None:
    page = on_a_shared_device(tab, link)
    choose(page, "heard_via", "family")
    turn(page)
    said(page, "Saved")
    page.context.set_offline(True)
    page.locator("textarea").fill("Nobody else is to see this.")
    turn(page)
    unused(page, 31)
    expect(page.locator("h1")).to_have_text("Nothing is lost. Sending waits for a signal")
    assert not page.locator("a.back").count()
    page.go_back()
    expect(page.locator("h1")).to_have_text("Nothing is lost. Sending waits for a signal")
    assert "Nobody else" not in page.content()
    page.context.set_offline(False)
    page.wait_for_url("**/leave?rested=1")
    assert "Nobody else is to see this." in str(factories.stored(runtime_sqlite, person)[0].values())


def test_what_is_answered_after_all_was_sent_elsewhere_is_not_said_to_be_saved(
    first: Page, runtime_sqlite: Runtime, person: Participant
) -> None:
    choose(first, "heard_via", "family")
    turn(first)
    saved(first)
    who = factories.by_link(runtime_sqlite, person)
    walk_to(runtime_sqlite, who, None, dict(PLACED))
    answering.submit(runtime_sqlite, who)
    first.locator("textarea").fill("Too late.")
    turn(first)
    first.wait_for_url("**/done?note=late")
    expect(first.locator(".done-note")).to_contain_text("is not among your answers: they had been sent already")
    assert "Too late." not in str(factories.stored(runtime_sqlite, person)[0].values())


def test_leaving_from_the_check_page_lets_go_of_what_waits(
    tab: Tab, runtime_sqlite: Runtime, person: Participant, link: str
) -> None:
    page = at_the_end(tab, runtime_sqlite, person, link)
    answered_to_the_end(page)
    page.wait_for_url("**/check")
    assert page.evaluate(HELD) == 1
    page.get_by_role("link", name="Leave now").click()
    expect(page).to_have_url("about:blank")
    page.goto(link)
    assert page.evaluate(HELD) == 0


def test_send_passes_over_nothing_that_came_back(
    tab: Tab, runtime_sqlite: Runtime, person: Participant, link: str
) -> None:
    """Somebody else answered an earlier question meanwhile; the rest is answered to the end before that is known."""
    page = at_the_end(tab, runtime_sqlite, person, link)
    page.context.set_offline(True)
    here = question(page)
    answer(page)
    turn(page)
    answered_to_the_end(page)
    expect(page.locator("h1")).to_have_text("Nothing is lost. Sending waits for a signal")
    staff = factories.create_staff(runtime_sqlite, Role.INTERVIEWER)
    interviewer = factories.by_interviewer(staff, person)
    answering.save_page(runtime_sqlite, interviewer, here, {here: ["3"]}, uuid.uuid4())
    page.context.set_offline(False)
    told = page.get_by_role("alert")
    expect(told).to_contain_text("An interviewer wrote down meanwhile")
    assert question(page) == here
    answered_to_the_end(page)
    page.wait_for_url("**/check")
    assert str(factories.stored(runtime_sqlite, person)[0][here]) != "3"


def test_the_check_page_sends_what_waits_before_all_is_sent(
    tab: Tab, runtime_sqlite: Runtime, person: Participant, link: str, live_server: str
) -> None:
    page = at_the_end(tab, runtime_sqlite, person, link)
    answered_to_the_end(page)
    page.wait_for_url("**/check")
    check = page.url
    page.goto(check.replace("/check", "/q/heard_via"))
    page.wait_for_function(READY)
    page.route("**/saves", lambda route: route.abort())
    choose(page, "heard_via", "family")
    turn(page)
    said(page, "Kept on this phone, trying again")
    page.goto(check)
    expect(page.locator("button.main")).to_have_text("Send when there is a signal")
    page.locator("button.main").click(force=True)
    assert page.url == check
    page.unroute("**/saves")
    # By itself, in a while.
    expect(page.locator("button.main")).to_have_text("Send my answers")
    page.wait_for_load_state()
    go_on(page)
    page.wait_for_url("**/done")
    assert factories.stored(runtime_sqlite, person)[0]["heard_via"] == Codes(("family",))
