"""A questionnaire in a browser: a manager looks at it, its author tries it, two versions are answered at once."""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import Page, expect

from surveyapp import create_draft_app
from surveyapp.domain.staff import Role
from surveyapp.services.runtime import Runtime
from surveyapp.settings import ROOT
from tests import factories, versioned
from tests.browser.accessible import check_accessible, check_reflow, check_targets
from tests.browser.conftest import Tab, at_each_size, serving, serving_app, sign_in
from tests.conftest import Clock
from tests.integration.test_moving import cafe_of, guest, visit

MENTEE = "/manage/mentoring/questionnaires/mentee_1"
WAYS = {"on a phone": "", "codebook": "/codebook", "map": "/map", "side by side": "/beside"}


def test_a_manager_looks_at_a_questionnaire_in_every_way(runtime_sqlite: Runtime, live_server: str, tab: Tab) -> None:
    staff = factories.create_staff(runtime_sqlite, Role.MANAGER, study="mentoring", second_factor=False)
    page = tab(f"{live_server}{MENTEE}/v2?in=ur", "phone")
    sign_in(page, staff.email, "/manage/**")
    for path in WAYS.values():
        page.goto(f"{live_server}{MENTEE}/v2{path}?in=ur")
        for _ in at_each_size(page):
            check_accessible(page)
            check_reflow(page)
            check_targets(page, "main :is(button, .button, select, summary, .ways a, .picks a)", 24)
    page.goto(f"{live_server}{MENTEE}/v2?at=hopes&in=ur")
    phone = page.frame_locator("#phone")
    expect(phone.locator("html")).to_have_attribute("dir", "rtl")
    phone.locator("input[type=checkbox]").first.check()
    phone.locator("button.main").click()
    expect(phone.locator("h1")).not_to_contain_text("مینٹور کا ساتھ")
    expect(page.locator("html")).to_have_attribute("dir", "ltr")


def test_a_line_of_the_map_stands_out_from_the_keyboard_too(
    runtime_sqlite: Runtime, live_server: str, tab: Tab
) -> None:
    staff = factories.create_staff(runtime_sqlite, Role.MANAGER, study="mentoring", second_factor=False)
    page = tab(f"{live_server}{MENTEE}/v2/map")
    sign_in(page, staff.email, "/manage/**")
    page.get_by_role("link", name="What would you like help with in your studies?").focus()
    assert page.locator(".tracks path.on").evaluate_all("all => all.map((each) => each.dataset.of)") == ["q-hopes"] * 2
    assert page.locator(".stop.on").evaluate_all("all => all.map((each) => each.dataset.stop)") == [
        "q-hopes",
        "q-study_help_what",
    ]


def test_a_draft_loads_again_when_it_is_saved_and_the_phone_stays_where_it_was(tab: Tab, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "questionnaires" / "mentoring", tmp_path / "mentoring")
    file = tmp_path / "mentoring" / "mentee_1" / "v2.yaml"
    text = file.read_text(encoding="utf-8")
    with serving_app(create_draft_app(str(tmp_path), "mentoring", "mentee_1")) as address:
        page = tab(address)
        check_accessible(page)
        phone = page.frame_locator("#phone")
        phone.get_by_label("I have read what this is about").check()
        phone.get_by_role("button", name="Start").click()
        phone.get_by_role("button", name="Continue").click()
        phone.get_by_label("What is your apprenticeship in?").fill("joinery")
        phone.get_by_role("button", name="Continue").click()
        expect(phone.locator("h1")).to_have_text("On which day did you begin at your workplace?")
        file.write_text(text.replace("On which day did you begin", "On what day did you start"), encoding="utf-8")
        expect(phone.locator("h1")).to_have_text("On what day did you start at your workplace?")
        file.write_text(text.replace("kind: date", "kind: dat"), encoding="utf-8")
        expect(page.get_by_role("alert")).to_contain_text("“dat” cannot be used for “kind”.")
        check_accessible(page)
        file.write_text(text, encoding="utf-8")
        expect(phone.locator("h1")).to_have_text("On which day did you begin at your workplace?")
        phone.get_by_role("link", name="Back").click()
        expect(phone.get_by_label("What is your apprenticeship in?")).to_have_value("joinery")
        # The page is waiting for a change: it need not wait any longer.
        page.goto("about:blank")
        file.write_text(text + "\n", encoding="utf-8")


def test_two_versions_are_answered_in_two_browsers_at_once(
    sqlite_url: str, clock: Clock, tmp_path: Path, tab: Tab
) -> None:
    runtime = cafe_of(sqlite_url, clock, tmp_path, demo=True)
    staff = factories.create_staff(runtime, Role.MANAGER, study=versioned.NAME, second_factor=False)
    links = [guest(runtime, "GU-0001"), guest(runtime, "GU-0002")]
    with serving(runtime) as address:
        early = tab(address + links[0], "phone")
        begin(early)
        choose(early, "How much do you like the coffee?", "Very much")
        expect(early.locator("h1")).to_have_text("Would you recommend it?")

        desk = tab(f"{address}/manage/{versioned.NAME}/versions/first/open")
        sign_in(desk, staff.email, "/open")
        expect(desk.get_by_text("1 person is midway on an earlier version")).to_be_visible()
        desk.get_by_role("button", name="Open version 2").click()

        late = tab(address + links[1], "phone")
        begin(late)
        choose(late, "How much do you like the coffee?", "A little")
        choose(late, "Would you recommend it to a friend?", "Very much")
        choose(early, "Would you recommend it?", "Somewhat")
        choose(late, "How is your mood?", "Fair")
        choose(early, "How is your mood?", "A little")
        early.get_by_label("What is your favourite cup?").fill("The blue one")
        early.get_by_role("button", name="Continue").click()
        choose(late, "Is it fresh?", "Yes")
        for page in (early, late):
            choose(page, "Is that all?", "Yes")
            page.get_by_role("button", name="Send my answers").click()
            expect(page.locator("h1")).to_have_text("Thank you. Your answers were sent")
    versions = [visit(runtime, link).ready[2].version for link in links]
    variables = [set(visit(runtime, link).ready[1].answers) for link in links]
    runtime.database.dispose()
    assert versions == [1, 2]
    assert variables == [
        {"coffee", "recommend", "mood", "gone", "last"},
        {"coffee", "recommend", "mood", "fresh", "last"},
    ]


def begin(page: Page) -> None:
    page.get_by_label("I agree to take part.").check()
    page.get_by_role("button", name="Start").click()
    page.get_by_label("Yes, it is mine").check()
    page.get_by_role("button", name="Continue").click()


def choose(page: Page, question: str, answer: str) -> None:
    expect(page.locator("h1")).to_have_text(question)
    page.get_by_label(answer, exact=True).check()
    page.get_by_role("button", name="Continue").click()
