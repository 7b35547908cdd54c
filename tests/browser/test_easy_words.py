"""Easy words in a browser: chosen while the page turns, with pictures, with and without a signal, for everybody."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from sqlalchemy import select

from surveyapp.services.runtime import Runtime
from surveyapp.store.tables import SaveRow
from tests.browser.accessible import check_accessible, check_reflow, check_targets
from tests.browser.conftest import Tab
from tests.browser.phone_pages import saved
from tests.browser.test_turning import choose, ready, turn
from tests.browser.test_without_a_signal import kept

LOADED = """() => {
  const shown = document.querySelector(".pictured img");
  return shown?.complete && shown.naturalWidth > 0;
}"""
SHELVED = """async () => {
  for (const name of await caches.keys())
    for (const { url } of await (await caches.open(name)).keys()) if (url.includes("/survey/media/")) return true;
  return false;
}"""


def choose_words(page: Page, words: str) -> None:
    page.locator(".tongues summary").click()
    with page.expect_navigation():
        page.get_by_role("button", name=words).click()


def test_easy_words_are_chosen_turned_saved_and_kept_for_when_there_is_no_signal(
    tab: Tab, link: str, runtime_sqlite: Runtime
) -> None:
    fetched: list[str] = []
    page = ready(tab, link)
    page.on("request", lambda request: fetched.append(request.url) if "/survey/media/" in request.url else None)
    choose(page, "heard_via", "family")
    turn(page)
    saved(page)
    assert fetched == []
    choose_words(page, "Easy words")
    expect(page.locator("h1")).to_contain_text("Tell us how you found out.")
    page.wait_for_function(LOADED)
    check_accessible(page)
    check_reflow(page)
    page.locator(".tongues summary").click()
    check_targets(page, ".words")
    check_reflow(page)
    page.locator(".tongues summary").click()
    # The page turns, and what is answered says in which words it was asked.
    page.fill("textarea", "My brother told me.")
    turn(page)
    expect(page.locator("h1")).to_contain_text("Think back to when you first heard")
    page.wait_for_function(LOADED)
    saved(page)
    with runtime_sqlite.database.reading() as session:
        languages = session.scalars(select(SaveRow.language).order_by(SaveRow.revision)).all()
    assert (languages[0], languages[-1]) == ("en", "en-simple")
    # Without a signal, the page and its pictures are the ones that were there.
    kept(page, "My brother")
    page.wait_for_function(SHELVED)
    page.context.set_offline(True)
    page.reload()
    expect(page.locator("main.easy h1")).to_contain_text("Think back to when you first heard")
    page.context.set_offline(False)
