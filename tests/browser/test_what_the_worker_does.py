"""What a manager asked for and the worker does: its page looks after itself, and leads on once it is through."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from surveyapp.domain.staff import Role
from surveyapp.services import worker
from surveyapp.services.lists import imports, list_pages
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
