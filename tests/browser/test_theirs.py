"""What is theirs, in a browser: consents changed, answers withdrawn and taken along, each in a few taps."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from surveyapp.domain.participants import Contact
from surveyapp.services.responses import answering
from surveyapp.services.runtime import Runtime
from surveyapp.store import participants
from tests import factories
from tests.browser.conftest import Tab
from tests.browser.phone_pages import PIN, READY, go_on, new_link, saved
from tests.browser.test_doors import begun, heading
from tests.browser.test_participant import check_page
from tests.integration.test_answering import walk_to
from tests.interviewer import create_reachable


@pytest.mark.parametrize("javascript", [True, False])
def test_somebody_changes_what_they_agreed_to_and_withdraws(
    runtime_sqlite: Runtime, live_server: str, tab: Tab, javascript: bool
) -> None:
    person = create_reachable(runtime_sqlite, Contact(name="Amara Nowak", phone="07700 900142"))
    page = tab(live_server + factories.create_link(runtime_sqlite, person), "phone", java_script_enabled=javascript)
    begun(page, scripted=javascript)
    page.get_by_role("button", name="Finish later").click()
    page.get_by_role("link", name="Change what you agreed to, stop or withdraw").click()
    heading(page, "What is yours")
    if javascript:
        check_page(page)
    page.locator("#agree-quote_words").check()
    page.get_by_role("button", name="Keep this").click()
    expect(page.get_by_role("status")).to_contain_text("What you agree to is changed.")
    page.get_by_role("button", name="Call me then").click()
    expect(page.locator("#at-fault")).to_contain_text("Choose the day and the time")
    expect(page.locator("#at")).to_be_focused()
    if javascript:
        check_page(page)
    page.get_by_role("link", name="Stop or withdraw").click()
    heading(page, "Stop or withdraw")
    page.get_by_role("button", name="Do it now").click()
    expect(page.locator("#change-fault")).to_contain_text("Choose one of these.")
    expect(page.locator("#change-fault")).to_be_focused()
    if javascript:
        check_page(page)
    page.locator("#change-withdrawn").check()
    page.get_by_role("button", name="Do it now").click()
    heading(page, "Your answers are withdrawn")
    if javascript:
        check_page(page)
    with runtime_sqlite.database.reading() as session:
        found = participants.participant(
            session, person.id, runtime_sqlite.today(runtime_sqlite.study(factories.STUDY))
        )
    assert found is not None
    assert found.withdrawn_at is not None


def test_somebody_takes_all_of_it_along(runtime_sqlite: Runtime, live_server: str, tab: Tab) -> None:
    person = create_reachable(runtime_sqlite, Contact(name="Amara Nowak", phone="07700 900142"))
    link = factories.create_link(runtime_sqlite, person)
    begun(tab(live_server + link, "phone"), PIN)
    page = tab(live_server + link, "phone")
    place = page.url.partition("/pin")[0]
    page.goto(f"{place}/yours/out")
    heading(page, "Stop or withdraw")
    check_page(page)
    page.goto(place)
    page.fill("#pin", PIN)
    page.get_by_role("button", name="See or download your answers").click()
    heading(page, "Your answers so far")
    check_page(page)
    with page.expect_download() as taken:
        page.get_by_role("button", name="Download it for a computer").click()
    record = json.loads(taken.value.path().read_text(encoding="utf-8"))
    assert record["reference"] == person.reference
    assert next(each["answers"] for each in record["touchpoints"])
    # The page is still there, and gives it once more.
    page.wait_for_function("() => !('sent' in document.querySelector('form[data-file]').dataset)")
    with page.expect_download() as taken:
        page.get_by_role("button", name="Download it to read").click()
    assert person.reference in taken.value.path().read_text(encoding="utf-8")


def test_every_question_leads_to_what_is_theirs_once_something_is(
    runtime_sqlite: Runtime, live_server: str, tab: Tab
) -> None:
    page = tab(live_server + new_link(runtime_sqlite), "phone")
    page.locator("#agree-take_part").check()
    go_on(page)
    page.locator("#own").check()
    go_on(page)
    ways = page.locator(".foot .yours")
    page.wait_for_function(READY)
    expect(ways).to_be_hidden()
    # What is typed in by hand before leads back, and says why.
    page.goto("/".join(page.url.split("/")[:5]) + "/answers")
    expect(page.get_by_role("status").first).to_contain_text("There is nothing of yours here yet.")
    page.wait_for_function(READY)
    page.locator(".option").first.click()
    page.locator("button.main").click()
    expect(page.locator("main textarea")).to_be_visible()
    expect(ways).to_be_visible()
    # At once, with what was answered still on its way: it is shown once it is there.
    ways.get_by_role("link", name="See or download your answers").click()
    heading(page, "Your answers so far")
    expect(page.locator(".answers dd")).to_have_count(1)
    page.go_back()
    ways.get_by_role("link", name="Stop or withdraw").click()
    heading(page, "Stop or withdraw")


def test_somebody_chooses_a_pin_after_sending_and_corrects_what_they_sent(
    runtime_sqlite: Runtime, live_server: str, tab: Tab
) -> None:
    person = factories.create_participant(runtime_sqlite)
    page = tab(live_server + factories.create_link(runtime_sqlite, person), "phone")
    page.get_by_role("link", name="What we do with what you tell us").click()
    heading(page, "What we do with what you tell us")
    check_page(page)
    page.get_by_role("link", name="Back", exact=True).click()
    begun(page)
    saved(page)
    who = factories.by_link(runtime_sqlite, person)
    walk_to(runtime_sqlite, who, None, {})
    answering.submit(runtime_sqlite, who)
    own = "/".join(page.url.split("/")[:5])
    page.goto(own)
    heading(page, "Thank you. Your answers were sent")
    check_page(page)
    page.get_by_role("link", name="Choose a PIN to see what you sent").click()
    heading(page, "Choose a PIN")
    check_page(page)
    page.fill("#pin", PIN)
    go_on(page)
    expect(page).to_have_url(f"{own}/answers")
    page.goto(f"{own}/yours")
    check_page(page)
    page.get_by_role("button", name="Open my answers").click()
    expect(page).to_have_url(re.compile(f"^{re.escape(own)}/(check|q/)"))
