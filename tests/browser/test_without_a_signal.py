"""A page that is opened again without a signal: the one that was there, with what waits, on a device of theirs."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from flask import Response, request
from playwright.sync_api import Error, Page, expect

from surveyapp import create_app
from surveyapp.domain.answers import Codes, Day
from surveyapp.domain.participants import Participant
from surveyapp.services.runtime import Runtime
from surveyapp.web.packs.parting import AT_ONCE
from tests import factories
from tests.browser.conftest import Tab, serving_app
from tests.browser.phone_pages import READY, TURNS, go_on, saved
from tests.browser.test_turning import answer, choose, question, ready, turn
from tests.integration.test_pack import mentee, open_mentoring

SHELVES = "async () => (await caches.keys()).sort()"
KEPT = """async () => {
  const [, handle] = /^.survey.([^/]+)/.exec(location.pathname);
  const found = await caches.match(`/survey/${handle}/kept`);
  return found ? found.text() : "";
}"""
WORKERS = (
    "async () => (await navigator.serviceWorker.getRegistrations()).map((each) => [each.scope, Boolean(each.active)])"
)


def kept(page: Page, *words: str) -> None:
    """Until what is kept has all of these in it, and a worker that shows it."""
    for _ in range(200):
        found = page.evaluate(KEPT)
        workers = page.evaluate(WORKERS)
        if (
            len(workers) == 2
            and all(active for _, active in workers)
            and found
            and all(word in found for word in words)
        ):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"not kept: {words}")


def refused(page: Page, address: str) -> bool:
    """Whether an address shows nothing without a signal, which is as it would be without any worker."""
    try:
        page.goto(address)
    except Error as error:
        # The browser's own page, that says so, comes after, and would be in the way of wherever one goes next.
        page.wait_for_url("chrome-error://chromewebdata/", wait_until="commit")
        return "ERR_INTERNET_DISCONNECTED" in str(error) or "ERR_FAILED" in str(error)
    return False


def answers_the_first_question(page: Page, link: str) -> None:
    """From a link to an answer that is said to be saved, by a page that turned."""
    page.goto(link)
    page.get_by_label("I have read what this is about").check()
    go_on(page)
    page.locator("#own").check()
    go_on(page)
    page.wait_for_function(TURNS)
    choose(page, "heard_via", "family")
    turn(page)
    assert question(page) != "heard_via"
    said_saved(page)


def said_saved(page: Page) -> None:
    expect(page.locator("#unsaved")).to_be_hidden()
    expect(page.locator("#state")).to_have_text("Saved")


@pytest.fixture
def begun(tab: Tab, link: str) -> Page:
    """A phone of their own, without a signal since its second question."""
    page = ready(tab, link)
    choose(page, "heard_via", "family")
    turn(page)
    saved(page)
    kept(page, '"family"')
    page.context.set_offline(True)
    return page


def on(page: Page) -> str:
    page.wait_for_function(READY)
    return question(page)


def test_a_reload_shows_the_page_that_was_there_and_sends_what_waits(
    begun: Page, runtime_sqlite: Runtime, person: Participant
) -> None:
    page = begun
    first_feeling = on(page)
    answer(page)
    turn(page)
    here = question(page)
    page.reload()
    assert on(page) == here
    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator("#state")).to_have_text("Kept on this phone, trying again")
    page.locator("a.back").click()
    assert question(page) == first_feeling
    expect(page.locator("textarea")).to_have_value("It went well.")
    page.locator("a.back").click()
    expect(page.locator('input[value="family"]')).to_be_checked()
    page.context.set_offline(False)
    saved(page)
    assert first_feeling in factories.stored(runtime_sqlite, person)[0]


def test_the_link_and_a_bare_address_lead_there_too(begun: Page, link: str) -> None:
    here = on(begun)
    begun.goto(link)
    assert on(begun) == here
    begun.goto(begun.url.partition("/q/")[0])
    assert on(begun) == here
    assert refused(begun, link[:-1] + ("a" if link[-1] != "a" else "b"))


def test_what_is_kept_holds_no_token_and_no_words_beyond_the_slip(begun: Page) -> None:
    found = json.loads(begun.evaluate(KEPT))
    assert "token" not in found["slip"]
    assert "csrf_token" not in found["shell"]
    assert found["link"]


def test_a_signal_that_goes_before_all_scripts_came_loses_nothing(
    tab: Tab, link: str, runtime_sqlite: Runtime, person: Participant
) -> None:
    page = tab("about:blank", "phone")
    page.context.route("**/later.js*", lambda route: route.abort())
    answers_the_first_question(page, link)
    assert factories.stored(runtime_sqlite, person)[0]["heard_via"] == Codes(("family",))
    assert page.evaluate(SHELVES) == []
    page.context.unroute("**/later.js*")
    kept(page, '"family"')


def test_a_signal_that_goes_before_further_questions_came_keeps_what_is_answered_and_goes_on_once_it_is_back(
    tab: Tab, link: str, runtime_sqlite: Runtime, person: Participant
) -> None:
    page = tab("about:blank", "phone")
    for late in ("**/later.js*", "**/rest"):
        page.context.route(late, lambda route: route.abort())
    answers_the_first_question(page, link)
    page.context.set_offline(True)
    answered = []
    while question(page) not in answered:
        answered.append(question(page))
        answer(page)
        turn(page)
    waits = page.get_by_text("This goes on by itself as soon as there is a signal.")
    expect(waits).to_be_in_viewport()
    expect(page.locator("#state")).to_have_text("Kept on this phone, trying again")
    assert len(answered) == AT_ONCE - 1
    for late in ("**/later.js*", "**/rest"):
        page.context.unroute(late)
    page.context.set_offline(False)
    expect(waits).to_have_count(0)
    assert question(page) not in answered
    saved(page)
    assert factories.stored(runtime_sqlite, person)[0].keys() >= {"heard_via", *answered}


def test_a_day_that_is_typed_is_read_there_before_and_after_a_reload(
    tab: Tab, live_server: str, runtime_sqlite: Runtime
) -> None:
    open_mentoring(runtime_sqlite)
    person = mentee(runtime_sqlite, "Quillfeather Ltd")
    page = ready(tab, live_server + factories.create_link(runtime_sqlite, person))
    turn(page)
    page.locator("[name=trade]").fill("joinery")
    turn(page)

    def write(day: str) -> None:
        for box, text in zip(("day", "month", "year"), day.split(), strict=True):
            page.locator(f'[name="first_day:{box}"]').fill(text)
        turn(page)

    write("31 2 2026")
    expect(page.locator("#first_day-fault")).to_be_visible()
    write("٢ march 2026")
    assert question(page) == "usual_start"
    saved(page)
    kept(page, '"march"')
    page.context.set_offline(True)
    page.reload()
    assert on(page) == "usual_start"
    page.locator("a.back").click()
    write("31 2 2026")
    expect(page.locator("#first_day-fault")).to_be_visible()
    write("3 3 2026")
    assert question(page) == "usual_start"
    page.context.set_offline(False)
    saved(page)
    assert factories.stored(runtime_sqlite, person)[0]["first_day"] == Day(dt.date(2026, 3, 3))


def test_a_device_that_is_not_theirs_keeps_nothing(tab: Tab, link: str) -> None:
    page = ready(tab, link, own=False)
    choose(page, "heard_via", "family")
    turn(page)
    said_saved(page)
    assert page.evaluate(SHELVES) == []
    assert page.evaluate(WORKERS) == []
    page.context.set_offline(True)
    assert refused(page, page.url)


def test_leaving_lets_go_of_it(begun: Page, link: str) -> None:
    page = begun
    here = page.url
    page.context.set_offline(False)
    with page.expect_request("**/leave"):
        page.get_by_role("link", name="Leave now").click()
    expect(page).to_have_url("about:blank")
    page.context.set_offline(True)
    assert refused(page, here)
    assert refused(page, link)
    page.context.set_offline(False)
    page.goto(here)
    assert page.evaluate(SHELVES) == []


def test_another_link_in_the_same_browser_shows_its_own(
    begun: Page, runtime_sqlite: Runtime, live_server: str, link: str
) -> None:
    page = begun
    first = page.url
    page.context.set_offline(False)
    other = live_server + factories.create_link(runtime_sqlite, factories.create_participant(runtime_sqlite))
    still_open, page = page, page.context.new_page()
    page.goto(other)
    page.context.set_offline(True)
    # A tab that is still open on the first's turns, and keeps its page; whose is shown, the server has said since.
    before = question(still_open)
    answer(still_open)
    turn(still_open)
    assert question(still_open) != before
    kept(still_open, f'"{before}":')
    # Theirs is not kept yet, and the first's is shown to nobody but whoever has their link.
    assert refused(page, first)
    page.goto(link)
    assert on(page) == question(page)
    assert page.url == still_open.url
    answer(page)
    turn(page)
    page.context.set_offline(False)
    # On the server their time is over until the link is opened there again.
    expect(page.locator("h1")).to_have_text("This page is no longer open")
    page.goto(link)
    saved(page)


OLDER = """
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil((async () => {
  await (await caches.open("survey 0 of before")).put("/survey/old", new Response("old"));
  await clients.claim();
})()));
"""


def test_a_worker_of_an_older_release_gives_way_with_what_it_kept(
    tab: Tab, runtime_sqlite: Runtime, person: Participant
) -> None:
    app = create_app(runtime_sqlite)
    worker = app.extensions["scripts"]
    older = {"on": True}
    app.extensions["scripts"] = lambda name: OLDER if older["on"] and name == "worker" else worker(name)

    @app.after_request
    def at_once(response: Response) -> Response:
        if request.path == "/survey/worker.js":
            response.headers["Cache-Control"] = "no-cache"
        return response

    with serving_app(app) as address:
        page = ready(tab, address + factories.create_link(runtime_sqlite, person))
        choose(page, "heard_via", "family")
        turn(page)
        kept(page, '"family"')
        for _ in range(100):
            if "survey 0 of before" in page.evaluate(SHELVES):
                break
            page.wait_for_timeout(50)
        older["on"] = False
        page.reload()
        page.wait_for_function(READY)
        page.evaluate(
            "async () => Promise.all((await navigator.serviceWorker.getRegistrations()).map((each) => each.update()))"
        )
        for _ in range(100):
            if "survey 0 of before" not in page.evaluate(SHELVES):
                break
            page.wait_for_timeout(50)
        assert "survey 0 of before" not in page.evaluate(SHELVES)
        here = on(page)
        page.context.set_offline(True)
        page.reload()
        assert on(page) == here


def test_scripts_of_one_release_never_meet_a_slip_of_another(begun: Page, runtime_sqlite: Runtime) -> None:
    """What is kept for other scripts than those of the page stays where it is."""
    page = begun
    page.evaluate(
        """async () => {
      const [, handle] = /^.survey.([^/]+)/.exec(location.pathname);
      const shelf = await caches.open(`survey 1 ${handle}`);
      const page = await (await shelf.match(`/survey/${handle}/kept`)).json();
      page.slip.scripts = "/static/survey/another/survey.js";
      await shelf.put(`/survey/${handle}/kept`, new Response(JSON.stringify(page)));
    }"""
    )
    page.reload()
    page.wait_for_timeout(300)
    assert page.evaluate(READY) in (None, False) or not page.locator("main h1").count()
    page.context.set_offline(False)
    page.reload()
    assert on(page)


NO = "new DOMException('no', 'SecurityError')"
FORBIDDEN = {
    "caches": "delete globalThis.caches; delete Window.prototype.caches;",
    "workers": "delete Navigator.prototype.serviceWorker;",
    "registering": f"ServiceWorkerContainer.prototype.register = () => Promise.reject({NO});",
    "keeping": f"CacheStorage.prototype.open = () => Promise.reject({NO});",
    "databases": f"Object.defineProperty(globalThis, 'indexedDB', {{ get() {{ throw {NO}; }} }});",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_a_browser_that_forbids_it_goes_on_as_without(
    tab: Tab, link: str, runtime_sqlite: Runtime, person: Participant, what: str
) -> None:
    page = tab("about:blank", "phone")
    page.add_init_script(FORBIDDEN[what])
    answers_the_first_question(page, link)
    assert factories.stored(runtime_sqlite, person)[0]["heard_via"] == Codes(("family",))
    page.get_by_role("link", name="Leave now").click()
    expect(page).to_have_url("about:blank")
