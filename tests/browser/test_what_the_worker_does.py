"""What a manager asked for and the worker does: its page looks after itself, and leads on once it is through."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from surveyapp.domain.staff import Role
from surveyapp.services import worker
from surveyapp.services.lists import imports, list_pages, taking_back
from surveyapp.services.lists.sorting import Decisions
from surveyapp.services.participants import enrolment
from surveyapp.services.questionnaires import moves
from surveyapp.services.work import Desk
from surveyapp.store.jobs import long_jobs as store
from tests import factories, versioned
from tests.browser.accessible import check_accessible, check_reflow
from tests.browser.conftest import Tab, serving, sign_in
from tests.conftest import Clock
from tests.integration.test_moving import cafe_of
from tests.integration.test_moving_very_many import MOVE, MOVING, midway
from tests.integration.test_very_long_lists import page_of

LIST = "First Name,Last Name,Mobile\nAmina,Yusuf,07700 900142\nMarek,Nowak,07700 900143\n"


def test_people_are_moved_and_what_came_of_it_shows_by_itself(
    sqlite_url: str, clock: Clock, tmp_path: Path, tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    cafe = cafe_of(sqlite_url, clock, tmp_path / "q", demo=True)
    midway(cafe)
    monkeypatch.setattr(moves, "AT_ONCE", 2)
    member = factories.create_staff(cafe, Role.MANAGER, study=versioned.NAME, second_factor=False)
    with serving(cafe) as address:
        page = tab(f"{address}{MOVE}")
        sign_in(page, member.email, MOVE)
        page.get_by_role("button", name="Move them").click()
        page.wait_for_url(f"**{MOVING}")
        expect(page.get_by_text("Waits for the worker")).to_be_visible()
        expect(page.get_by_text("No worker does this at present")).to_be_visible()
        check_accessible(page)
        check_reflow(page)
        with cafe.database.writing() as session:
            session.query(store.LongJobRow).update({"total": 1500, "done": 412})
        expect(page.get_by_text("412 of 1,500 people are through.")).to_be_visible(timeout=20_000)
        worker.round_of(factories.operator(cafe), ["jobs"])
        expect(page.get_by_text("3 people were moved.")).to_be_visible(timeout=20_000)
        expect(page.locator("[data-said]")).to_have_text("Something here has changed.")
        check_accessible(page)
        check_reflow(page)
    cafe.database.dispose()


def test_a_list_is_looked_at_and_its_next_page_comes_by_itself(
    sqlite_url: str, clock: Clock, tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = factories.create_runtime(sqlite_url, clock, demo=True)
    factories.open_questionnaires(runtime)
    monkeypatch.setattr(imports, "AT_ONCE", 1)
    member = factories.create_staff(runtime, Role.MANAGER, second_factor=False)
    desk, study = Desk(runtime, member), factories.STUDY
    import_id = imports.begin(desk, study, "autumn.csv", LIST.encode())
    mapping = list_pages.opened(desk, study, import_id, group="backfill").mapping
    imports.tell_columns(desk, study, import_id, mapping)
    with serving(runtime) as address:
        page = tab(f"{address}{page_of(import_id)}")
        sign_in(page, member.email, page_of(import_id))
        expect(page.get_by_text("Every row is being looked at.")).to_be_visible()
        check_accessible(page)
        check_reflow(page)
        worker.round_of(factories.operator(runtime), ["jobs"])
        page.get_by_role("button", name="Bring the list in").click(timeout=20_000)
        expect(page.get_by_text("Everybody is being brought in.")).to_be_visible()
        worker.round_of(factories.operator(runtime), ["jobs"])
        expect(page.get_by_text("2 participants were added.")).to_be_visible(timeout=20_000)
    runtime.database.dispose()


def test_a_list_is_taken_back_and_what_stays_shows_by_itself(
    sqlite_url: str, clock: Clock, tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = factories.create_runtime(sqlite_url, clock, demo=True)
    factories.open_questionnaires(runtime)
    member = factories.create_staff(runtime, Role.MANAGER, second_factor=False)
    desk, study = Desk(runtime, member), factories.STUDY
    for reference in ("BF-0001", "BF-0002"):
        enrolment.add(desk, study, {"group": "backfill", "reference": reference, "name": f"Person {reference}"})
    data = "reference,address,phone\nBF-0001,1 Low Road,07700 900155\nBF-0002,2 Low Road,\n,3 Low Road,\n"
    import_id = imports.begin(desk, study, "autumn.csv", data.encode())
    mapping = list_pages.opened(desk, study, import_id, group="backfill").mapping
    imports.tell_columns(desk, study, import_id, mapping)
    imports.decide(desk, study, import_id, Decisions())
    _, contact = enrolment.contact_of(desk, study, "BF-0001")
    said = {**vars(contact), "address": "9 High Street", "phone": "07700 900199"}
    enrolment.correct_contact(desk, study, "BF-0001", said, confirmed=True)
    monkeypatch.setattr(taking_back, "AT_ONCE", 1)
    with serving(runtime) as address:
        page = tab(f"{address}{page_of(import_id)}")
        sign_in(page, member.email, page_of(import_id))
        expect(page.get_by_text("2 who were there already were changed.")).to_be_visible()
        check_accessible(page)
        check_reflow(page)
        page.get_by_role("button", name="Take it back").click()
        expect(page.get_by_text("0 of 2 people are through.")).to_be_visible()
        check_accessible(page)
        check_reflow(page)
        worker.round_of(factories.operator(runtime), ["jobs"])
        expect(page.get_by_role("listitem").filter(has_text="BF-0001")).to_contain_text(
            "(Phone number, Postal address)", timeout=20_000
        )
        check_accessible(page)
        check_reflow(page)
    runtime.database.dispose()
