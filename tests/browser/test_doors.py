"""Links in browsers: two people on one phone, another browser, a link that was passed on."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from surveyapp.domain.fieldwork.cases import AccessKind
from surveyapp.domain.staff import Role
from surveyapp.services.participants import links
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from tests import factories
from tests.browser.conftest import Tab
from tests.browser.phone_pages import PIN, go_on, new_link
from tests.browser.test_participant import check_page

SPENT = 10


def begun(page: Page, pin: str = "", *, scripted: bool = True) -> None:
    """From the first page to one answer."""
    page.locator("#agree-take_part").check()
    go_on(page)
    if scripted:
        check_page(page)
    if pin:
        page.fill("#pin", pin)
    page.locator("#own").check()
    go_on(page)
    page.locator(".option").first.click()
    go_on(page)


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


@pytest.mark.parametrize("javascript", [True, False])
def test_two_people_on_one_phone(runtime_sqlite: Runtime, live_server: str, tab: Tab, javascript: bool) -> None:
    first = tab(live_server + new_link(runtime_sqlite), "phone", java_script_enabled=javascript)
    begun(first, scripted=javascript)
    place = first.url
    second = first.context.new_page()
    second.goto(live_server + new_link(runtime_sqlite))
    heading(second, "What this is about")
    first.locator("main textarea").fill("At the job centre with Paula")
    go_on(first)
    heading(first, "This page is no longer open")
    assert "Paula" not in first.content()
    if javascript:
        check_page(first)
    first.get_by_role("link", name="Go on with my own").click()
    heading(first, "What this is about")
    first.goto(place)
    heading(first, "This page is no longer open")


def test_another_browser_is_asked_for_the_pin(runtime_sqlite: Runtime, live_server: str, tab: Tab) -> None:
    link = new_link(runtime_sqlite)
    begun(tab(live_server + link, "phone"), PIN)
    other = tab(live_server + link, "phone")
    heading(other, "You have begun already")
    check_page(other)
    for _ in range(SPENT):
        other.fill("#pin", "739164")
        go_on(other)
        check = _ == 0
        if check:
            check_page(other)
    expect(other.locator("#pin")).to_have_count(0)
    expect(other.locator("main")).to_contain_text("ten times")
    check_page(other)


def test_a_link_that_was_passed_on(runtime_sqlite: Runtime, live_server: str, tab: Tab) -> None:
    person = factories.create_participant(runtime_sqlite)
    manager = Desk(runtime_sqlite, factories.create_staff(runtime_sqlite, Role.MANAGER))
    given = links.give_out(manager, factories.STUDY, person.reference, 1, AccessKind.LINK, claim=True)
    page = tab(f"{live_server}{given.link}", "phone")
    heading(page, "Choose a PIN")
    check_page(page)
    page.fill("#pin", "123456")
    go_on(page)
    expect(page.locator("#pin")).to_be_focused()
    check_page(page)
    page.fill("#pin", PIN)
    go_on(page)
    heading(page, "What this is about")
    employer = tab(f"{live_server}{given.link}", "phone")
    heading(employer, "This link is somebody’s already")
    check_page(employer)


def test_what_was_sent_is_seen_after_the_pin(runtime_sqlite: Runtime, live_server: str, tab: Tab) -> None:
    from surveyapp.services.responses import answering
    from tests.integration.test_answering import walk_to

    person = factories.create_participant(runtime_sqlite)
    who = factories.by_link(runtime_sqlite, person)
    answering.give_consent(runtime_sqlite, who, {"take_part": True})
    walk_to(runtime_sqlite, who, None, {})
    answering.submit(runtime_sqlite, who)
    factories.set_pin(runtime_sqlite, person, PIN)
    page = tab(live_server + factories.create_link(runtime_sqlite, person), "phone")
    heading(page, "Thank you. Your answers were sent")
    check_page(page)
    page.get_by_role("link", name="See what you sent").click()
    check_page(page)
    page.fill("#pin", PIN)
    go_on(page)
    heading(page, "What you sent")
    check_page(page)
