"""A manager in a browser: the list, somebody new, a file, a link to hand over, signing in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from surveyapp.domain.staff import Role, Staff
from surveyapp.services.participants import enrolment, links
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from tests import factories
from tests.browser.accessible import check_accessible, check_reflow, check_targets
from tests.browser.conftest import PATIENCE_MS, SIZES, Tab, at_each_size, sign_in

HOME = "/manage/job_rotation"

Office = Callable[..., Page]


@pytest.fixture
def manager(runtime_sqlite: Runtime) -> Staff:
    return factories.create_staff(runtime_sqlite, Role.MANAGER, email="max@example.org", second_factor=False)


@pytest.fixture
def office(tab: Tab, live_server: str, manager: Staff) -> Office:
    """Opens a page as the manager."""

    def enter(size: str = "desk", path: str = HOME, **options: Any) -> Page:
        page = tab(live_server + path, size, base_url=live_server, **options)
        sign_in(page, manager.email, path)
        return page

    return enter


def check(page: Page) -> None:
    for _ in at_each_size(page):
        check_accessible(page)
        check_reflow(page)
        check_targets(page, "main :is(button, .button, select, summary, input:not([type=hidden]), th a, td a)", 24)


def test_the_list_leads_from_a_count_to_the_people(runtime_sqlite: Runtime, office: Office) -> None:
    for number in range(52):
        factories.create_participant(runtime_sqlite, reference=f"BF-{number:04d}")
    factories.create_participant(runtime_sqlite, "employee", factories.create_site(runtime_sqlite), reference="EM-0001")
    page = office("phone")
    check(page)
    page.get_by_role("link", name="52 Open, Backfill candidates, Touchpoint 1").click()
    expect(page.get_by_role("table").nth(1).get_by_role("row")).to_have_count(51)
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("table").nth(1).get_by_role("row")).to_have_count(3)
    expect(page.get_by_text("52 in this list")).to_be_visible()
    check(page)
    page.get_by_label("Reference, phone or e-mail").fill("bf-0007")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="BF-0007", level=1)).to_be_visible()
    check(page)


def test_somebody_is_added_after_mending_what_was_wrong(runtime_sqlite: Runtime, office: Office) -> None:
    enrolment_of = factories.create_staff(runtime_sqlite, Role.MANAGER, second_factor=False)
    enrolment.add(Desk(runtime_sqlite, enrolment_of), factories.STUDY, {"group": "backfill", "phone": "07700 900142"})
    page = office("phone", f"{HOME}/participants/new")
    check(page)
    page.get_by_label("Name", exact=True).fill("Amina Farah")
    page.get_by_label("Phone number", exact=True).fill("12")
    page.get_by_label("Site", exact=True).select_option(label="A site that is not in this list")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("alert").get_by_role("link")).to_have_count(3)
    check(page)
    page.get_by_role("alert").get_by_role("link", name=re.compile("Enter one phone number")).click()
    expect(page.get_by_label("Phone number", exact=True)).to_be_focused()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("07700 900142")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Amina Farah")
    page.get_by_label("Group").select_option("backfill")
    page.get_by_label("Reference of the new site").fill("S9")
    page.get_by_label("Employer size").select_option("sme")
    page.get_by_label("Employees are asked about Universal Credit").select_option("yes")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("alert")).to_contain_text("This phone number is also that of BF-0001.")
    check(page)
    page.get_by_label("They share it").check()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("status").first).to_have_text("BF-0002 is added.")
    page.get_by_role("link", name="See or change contact details").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Amina Farah")
    check(page)


def test_a_file_is_mended_checked_and_imported(office: Office) -> None:
    page = office("phone", f"{HOME}/participants/import")
    check(page)

    def send(content: str) -> None:
        file = {"name": "people.csv", "mimeType": "text/csv", "buffer": content.encode()}
        page.get_by_label("The list").set_input_files(files=[file])  # type: ignore[list-item]
        page.get_by_role("button", name="Read the list").click()

    send("")
    expect(page.get_by_role("alert")).to_contain_text("The file is empty")
    check(page)
    send("group,age,Mobile\nbackfil,old,1\nbackfill,,\n")
    expect(page.get_by_label("Mobile")).to_have_value("phone")
    check(page)
    page.get_by_role("button", name="Look at every row").click()
    expect(page.get_by_role("alert")).to_contain_text("3 faults in people.csv.")
    check(page)
    page.get_by_role("button", name="Throw the list away").click()
    send("Name,Mobile\nAmina Yusuf,07700 900142\nYusuf Amina,\n")
    page.get_by_label("Everybody in the list is in").select_option("backfill")
    page.get_by_role("button", name="Look at every row").click()
    expect(page.get_by_role("group", name="Row 3")).to_contain_text("the same name")
    check(page)
    page.get_by_label("Leave the row out").check()
    page.get_by_role("button", name="Bring the list in").click()
    expect(page.get_by_role("status")).to_have_text("1 participant was added.")
    check(page)
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("status")).to_have_text(
        "This list was taken back. 1 participant whom it added is taken out again."
    )
    check(page)


def test_a_link_is_handed_over_on_a_slip(runtime_sqlite: Runtime, office: Office) -> None:
    factories.create_participant(runtime_sqlite, reference="BF-0001")
    page = office("phone", f"{HOME}/participants/BF-0001", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="New link").click()
    expect(page.get_by_role("heading", name="A new link for BF-0001")).to_be_visible()
    picture = page.get_by_role("img")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 100")
    link = page.locator("#secret").inner_text()
    assert links.open_link(runtime_sqlite, link.partition("/s/")[2])
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == link
    check(page)
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Print the slip")).to_be_hidden()
    expect(page.locator("#secret")).to_be_visible()
    page.emulate_media(media="screen")
    page.get_by_role("link", name="Back to BF-0001").click()
    page.get_by_role("button", name="New code").click()
    assert links.open_code(runtime_sqlite, page.locator("#secret").inner_text())
    check(page)
    page.get_by_role("link", name="Back to BF-0001").click()
    page.get_by_role("link", name="End all links and codes").click()
    check(page)
    page.get_by_role("button", name="End them").click()
    expect(page.get_by_role("status")).to_have_text("2 links and codes no longer work.")


def test_links_for_many_and_the_versions(runtime_sqlite: Runtime, office: Office) -> None:
    factories.create_participant(runtime_sqlite, reference="BF-0001")
    page = office("phone", f"{HOME}/participants/links")
    check(page)
    page.get_by_role("button", name="Make them and download the file").click()
    expect(page.get_by_role("alert")).to_contain_text("Say how they reach people.")
    check(page)
    page.get_by_label("To each person themselves").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Make them and download the file").click()
    assert download.value.suggested_filename == "job_rotation-backfill-touchpoint-1-links.csv"
    page.reload()  # pressed again at once it would make no second file
    page.get_by_label("To each person themselves").check()
    page.get_by_role("button", name="Make them and download the file").click()
    expect(page.get_by_role("alert")).to_contain_text("Nobody can be given a link there now.")
    check(page)
    page.locator(".places > summary").click()
    page.get_by_role("link", name="Questionnaires").click()
    expect(page.get_by_text("Open for new responses")).to_have_count(4)
    check(page)


def test_an_empty_study_and_a_slip_need_no_script(runtime_sqlite: Runtime, office: Office) -> None:
    page = office("phone", java_script_enabled=False)
    expect(page.get_by_role("heading", name="Nobody is in this study yet")).to_be_visible()
    page.get_by_role("link", name="Add the first one").click()
    page.get_by_label("Group").select_option("employee")
    page.get_by_role("button", name="Add").click()
    page.get_by_role("button", name="New link").first.click()
    expect(page.locator("#secret")).to_be_visible()
    expect(page.get_by_role("button", name="Copy")).to_be_hidden()


def test_signing_in_with_a_second_factor(browser: Browser, guarded_server: tuple[str, Runtime]) -> None:
    address, runtime = guarded_server
    staff = factories.create_staff(runtime, Role.MANAGER, second_factor=False)
    context = browser.new_context(viewport=SIZES["phone"])  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{address}{HOME}")
    check(page)
    page.get_by_label("E-mail address").fill(staff.email)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    check(page)
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Set up your second factor")).to_be_visible()
    assert page.get_by_role("img").evaluate("image => image.complete && image.naturalWidth > 100")
    check(page)
    key = re.sub(r"\s", "", page.locator("code").inner_text())
    page.get_by_label("Six-digit code").fill("000000")
    page.get_by_role("button", name="Confirm and go on").click()
    expect(page.get_by_role("alert")).to_contain_text("That code is not right")
    check(page)
    page.get_by_label("Six-digit code").fill(pyotp.TOTP(key).at(runtime.clock()))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Keep your recovery codes")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Show the codes").click()
    expect(page.locator(".recovery-codes code")).to_have_count(10)
    check(page)
    page.get_by_role("button", name="I have kept them").click()
    expect(page.get_by_role("heading", name="Participants")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("E-mail address").fill(staff.email)
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Enter your code")).to_be_visible()
    check(page)
    page.get_by_label("Six-digit code").fill(pyotp.TOTP(key).at(runtime.clock(), counter_offset=1))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Participants")).to_be_visible()
    page.get_by_role("link", name=re.compile("your account")).click()
    check(page)
    page.get_by_role("link", name="Change your password").click()
    expect(page.get_by_role("heading", name="Change your password")).to_be_visible()
    check(page)
    context.close()
