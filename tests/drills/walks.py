"""What people answer on phones is neither lost nor doubled: walks over a made-up network, clock and storage, and walks
in a real browser whose server is killed (kill -9) while it sends."""

from __future__ import annotations

import contextlib
import random
import shutil
from collections import Counter

from playwright.sync_api import Browser, Page, sync_playwright

from surveyapp.services.runtime import system_clock
from tests import factories
from tests.browser.conftest import QUIET_AND_HEADLESS
from tests.drills import Ground, Row, none, rounds
from tests.drills._load import people, stored
from tests.drills._server import Server
from tests.walks import walked

DATABASES = ("sqlite",)
FULL = {"walks": 1000, "kills": 40}
SHORT = {"walks": 5, "kills": 2}

ANSWERS = 12
"""Of a walk whose server is killed once."""

OPEN_QUEUE = """async () => {
  const { openQueue } = await import("/static/js/survey/queue.js");
  const address = location.pathname.split("/").slice(0, 3).join("/");
  window.queue = await openQueue({ handle: address.split("/")[2], own: true, address });
}"""

FIRST = """() => queue.put({
  page: "heard_via", questionnaire: "backfill_1", version: 1, wording: null, language: "en",
  form: { heard_via: ["job_shop"] }, over: { heard_via: null },
}).then(() => {})"""

ANSWER = """(text) => queue.put({
  page: "heard_via_detail", questionnaire: "backfill_1", version: 1, wording: null, language: "en",
  form: { heard_via_detail: [text] }, over: { heard_via_detail: null },
}).then(() => queue.stand())"""


def run(ground: Ground, walks: int, kills: int) -> list[Row]:
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if chromium is None:
        return [Row("Chromium", "not installed (no `chromium` on the PATH)", False)]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET_AND_HEADLESS)
        found = walked(browser, range(1, walks + 1))
        killed = _killed(ground, browser, kills)
        browser.close()
    troubles = found.troubles
    return [
        Row("walks", found.walks),
        Row("answers on them, and saves that arrived", (found.answers, found.requests), found.kept > 0),
        none("answers lost", len(troubles["lost"]) + len(troubles["left"])),
        none("doubled", len(troubles["doubled"])),
        none("in another order", len(troubles["disordered"])),
        none("walks on which something was shown that was not so", len(troubles["untrue"])),
        none("on which somebody was in conflict with nobody else", len(troubles["ownConflicts"])),
        none("on which an answer came back and was not shown", len(troubles["notTold"])),
        *killed,
    ]


def _killed(ground: Ground, browser: Browser, kills: int) -> list[Row]:
    random_ = random.Random(11)
    runtime = factories.create_runtime(ground.url, system_clock)
    factories.open_questionnaires(runtime)
    links = {each.reference: factories.create_link(runtime, each) for each in people(runtime, kills)}
    said: dict[str, list[str]] = {}
    server = Server(ground)
    try:
        server.wait_until_ready()
        for number, (reference, link) in zip(rounds("walks with a kill", kills), links.items(), strict=False):
            said[reference] = _walk(
                browser, server, f"http://127.0.0.1:{server.port}{link}", reference, number, random_
            )
    finally:
        server.stop()
    history, stands = stored(runtime, ground.url)
    runtime.database.dispose()
    counted = {reference: Counter(history.get(reference, [])) for reference in said}
    return [
        Row("walks on which the server was killed", len(said)),
        Row("answers on them", sum(map(len, said.values()))),
        none("answers lost", sum(counted[who][each] == 0 for who, texts in said.items() for each in texts)),
        none("doubled", sum(times - 1 for each in counted.values() for times in each.values())),
        none("walks whose history is in another order", sum(history.get(who) != texts for who, texts in said.items())),
        none("whose last answer is not the one that stands", sum(stands.get(who) != said[who][-1] for who in said)),
    ]


def _walk(
    browser: Browser, server: Server, link: str, reference: str, number: int, random_: random.Random
) -> list[str]:
    """Opens the link, answers, and meanwhile kills a worker or the master; in every third walk the page is opened anew
    while answers are still waiting. What was answered, once all of it is shown as saved."""
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(60_000)
    _begin(page, link)
    page.evaluate(FIRST)
    texts = []
    killed_at = random_.randrange(2, ANSWERS - 1)
    for place in range(ANSWERS):
        texts.append(f"{reference} wrote: line {place}")
        if place == killed_at and number % 2:
            server.kill_worker(random_)
        elif place == killed_at:
            server.kill_master()
        shown = page.evaluate(ANSWER, texts[-1])
        if shown == "cannot_keep":
            raise RuntimeError("The browser keeps nothing.")
        if place == killed_at + 1 and number % 3 == 0:
            _wait_for(server)
            page.reload()
            page.evaluate(OPEN_QUEUE)
        page.wait_for_timeout(random_.choice((0, 5, 60)))
    _wait_for(server)
    page.evaluate("() => { queue.tryNow(); }")
    page.wait_for_function("() => queue.stand() === 'saved'", polling=50)
    context.close()
    return texts


def _wait_for(server: Server) -> None:
    """Until it is there again. One that was killed may still have held the place of the next."""
    while True:
        server.keep_up()
        with contextlib.suppress(RuntimeError):
            return server.wait_until_ready()


def _begin(page: Page, link: str) -> None:
    page.goto(link)
    page.locator("input[name='agree-take_part']").check()
    with page.expect_navigation():
        page.locator("button.main").click()
    page.locator("#own").check()
    with page.expect_navigation():
        page.locator("button.main").click()
    page.evaluate(OPEN_QUEUE)
