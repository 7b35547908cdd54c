"""The pages of accounts, roles, the trail, ways out and letting in, in a browser: in English on a desk and in Urdu on a
phone, light and dark; and the page of a database that fails."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.participants import Contact
from surveyapp.domain.staff import Role, Staff
from surveyapp.services.participants import contacts, roster
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store.connecting import engines
from tests import factories
from tests.browser.accessible import check_accessible, check_reflow
from tests.browser.conftest import SIZES, Tab, sign_in
from tests.browser.test_accessibility import SPACED, WIDER
from tests.integration.test_database_faults import locked
from tests.sealed import know

IN = [("en", "desk", "light"), ("ur", "phone", "dark")]

TYPED = "It went well — mostly."

PAGES = (
    "/staff/account",
    "/staff/account/app",
    "/staff/password",
    "/staff/sessions",
    "/staff/programs",
    "/staff/programs/addresses",
    "/staff/alarms",
    "/staff/verify",
    "/accounts",
    "/accounts/{member}",
    "/accounts/invite",
    "/manage/job_rotation/who-may",
    "/manage/job_rotation/touchpoints",
    "/manage/job_rotation/touchpoints/backfill/1",
    "/manage/job_rotation/touchpoints/replan",
    "/results/job_rotation/export",
    "/standing/job_rotation",
    "/standing/job_rotation?by=site",
    "/standing/job_rotation/month/2026/6",
    "/audit",
    "/audit?action=contact_seen",
    "/rights/job_rotation",
    "/rights/job_rotation/{reference}",
    "/rights/job_rotation/{reference}/withdrawn",
    "/rights/job_rotation/{reference}/erased",
    "/rights/job_rotation/{reference}/held",
    "/rights/job_rotation/{reference}/pin",
    "/rights/job_rotation/retention",
    "/manage/job_rotation/participants/{reference}",
    "/interviews/job_rotation/{reference}/1",
)


@pytest.fixture
def everybody(runtime_sqlite: Runtime) -> Staff:
    """Somebody with every role, so that one sign-in shows every page."""
    return factories.create_staff(runtime_sqlite, *Role, email="all@example.org", second_factor=False)


@pytest.mark.parametrize(("language", "size", "scheme"), IN)
def test_they_can_be_used_by_everybody(
    runtime_sqlite: Runtime, tab: Tab, live_server: str, everybody: Staff, language: str, size: str, scheme: str
) -> None:
    known = know(runtime_sqlite, everybody, 1)
    desk = Desk(runtime_sqlite, everybody)
    for action in (AuditAction.CONTACT_SEEN, AuditAction.SEARCHED):
        desk.note(action, known.participant.reference, study=factories.STUDY)
    page = tab(f"{live_server}/staff/account?lang={language}", size, color_scheme=scheme)
    sign_in(page, everybody.email, "/staff/account*")
    member = factories.create_staff(runtime_sqlite, Role.VIEWER, email="viewer@example.org")
    for path in PAGES:
        address = path.format(member=member.id, reference=known.participant.reference)
        answer = page.goto(live_server + address)
        assert answer is not None
        assert answer.status == 200, address
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ur" else "ltr"), address
        check_accessible(page)
        check_reflow(page)
    with factories.operator(runtime_sqlite).writing() as work:
        contacts.write(work, known.participant, Contact(name="Amara Nowak", phone="07700 900123"))
    page.goto(f"{live_server}/rights/job_rotation/{known.participant.reference}/pin")
    for box in page.locator("input[name=facts], #taken").all():
        box.check()
    page.locator("main form button").first.click()
    expect(page.locator(".secret")).to_be_visible()
    check_accessible(page)


def test_where_there_is_to_go_is_a_row_on_a_desk_and_a_line_that_opens_on_a_phone(
    runtime_sqlite: Runtime, tab: Tab, live_server: str
) -> None:
    manager = factories.create_staff(runtime_sqlite, Role.MANAGER)
    page = tab(f"{live_server}/manage/job_rotation")
    sign_in(page, manager.email, "/manage/job_rotation")
    line = page.locator(".places > summary")
    standing = page.get_by_role("link", name="Standing")
    expect(standing).to_be_visible()
    expect(line).to_be_hidden()
    page.set_viewport_size(SIZES["phone"])  # type: ignore[arg-type]
    expect(standing).to_be_hidden()
    expect(line).to_have_text("Participants")
    bar = page.locator("nav.bar").bounding_box()
    assert bar is not None
    assert bar["height"] < 100, "two lines"
    line.focus()
    page.keyboard.press("Enter")
    expect(standing).to_be_visible()
    check_accessible(page)
    check_reflow(page)
    standing.click()
    page.wait_for_url("**/standing/job_rotation")


def test_the_ways_from_a_page_of_a_list_to_others_fit_with_wider_spacing(
    runtime_sqlite: Runtime, tab: Tab, live_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roster, "PER_PAGE", 1)
    for _ in range(3):
        factories.create_participant(runtime_sqlite)
    page = tab(f"{live_server}/manage/job_rotation?page=2")
    sign_in(page, factories.create_staff(runtime_sqlite, Role.MANAGER).email, "/manage/job_rotation*")
    expect(page.locator(".paging a")).to_have_count(2)
    page.set_viewport_size({"width": 320, "height": 640})
    page.evaluate(WIDER, SPACED)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize(("language", "size", "scheme"), IN)
def test_a_database_that_fails_is_said_so_that_it_can_be_read(
    runtime_sqlite: Runtime,
    tab: Tab,
    live_server: str,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    size: str,
    scheme: str,
) -> None:
    monkeypatch.setattr(engines, "BUSY_TIMEOUT_MS", 50)
    runtime_sqlite.database.dispose()
    link = factories.create_link(runtime_sqlite, factories.create_participant(runtime_sqlite))
    page = tab(f"{live_server}/health/live", size, color_scheme=scheme, service_workers="block")
    # A phone that has its questions keeps what is said by itself and shows no page of the server's: this one gets none.
    page.context.route("**/survey/pack/**", lambda route: route.abort())
    page.goto(f"{live_server}{link}")
    page.goto(f"{page.url.partition('?')[0]}?lang={language}")
    while not page.locator("main textarea").count():
        page.locator("main :is(input[type=radio], input[type=checkbox])").first.check()
        page.locator("button.main").click()
    page.locator("main textarea").fill(TYPED)
    mend = locked(runtime_sqlite)
    try:
        page.locator("button.main").click()
        expect(page.locator("h1")).to_be_visible()
        expect(page.locator("main textarea")).to_have_value(TYPED)
        expect(page.locator("main .button")).to_have_count(1)
        check_accessible(page)
        check_reflow(page)
    finally:
        mend()
    page.locator("main .button").click()
    expect(page.get_by_text(TYPED)).to_have_count(0)
    expect(page.locator("main form").first).to_be_visible()
