"""The page of files that one asked for looks after itself: what was made shows without being loaded again."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from surveyapp.domain.exports.dataset import ExportShape
from surveyapp.domain.exports.jobs import ExportRequest
from surveyapp.domain.staff import Role
from surveyapp.reports.exports import folder
from surveyapp.services import worker
from surveyapp.services.exports import jobs
from surveyapp.services.work import Desk
from tests import factories, versioned
from tests.browser.accessible import check_accessible, check_reflow
from tests.browser.conftest import Tab, serving, sign_in
from tests.conftest import Clock

OWN = f"/results/{versioned.NAME}/exports"


def test_what_was_made_shows_by_itself_and_is_taken(sqlite_url: str, clock: Clock, tmp_path: Path, tab: Tab) -> None:
    cafe = versioned.create_three_touchpoints(sqlite_url, clock, tmp_path / "q", demo=True)
    member = factories.create_staff(cafe, Role.EXPORT_ANSWERS, study=versioned.NAME, second_factor=False)
    asked = ExportRequest(shape=ExportShape.RESPONSES, form="csv", purpose="To look at each answer")
    jobs.ask(Desk(cafe, member), versioned.NAME, asked)
    with serving(cafe) as address:
        page = tab(f"{address}{OWN}")
        sign_in(page, member.email, OWN)
        expect(page.get_by_text("Waits for the worker")).to_be_visible()
        check_accessible(page)
        check_reflow(page)
        worker.round_of(factories.operator(cafe), ["exports"], pack=folder.pack)
        expect(page.get_by_text("Ready", exact=True)).to_be_visible(timeout=20_000)
        expect(page.locator("[data-said]")).to_have_text("Something here has changed.")
        with page.expect_download() as taken:
            page.get_by_role("link", name="Take the file").click()
        assert taken.value.suggested_filename.startswith("cafe_live_")
    cafe.database.dispose()
