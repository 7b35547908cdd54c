"""Nothing that was answered is lost or doubled, whatever the network, the clock and the phone do (`tests/walks`)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import serving_app
from tests.two_databases import is_whole
from tests.walks import page_app, walked

WALKS = 100
WALKS_OF_ALL = 30
"""Of a run of everything. `make drill` takes a thousand."""


def test_nothing_is_lost_or_doubled_and_what_is_shown_is_true(browser: Browser, pytestconfig: pytest.Config) -> None:
    walks = WALKS_OF_ALL if is_whole(pytestconfig) else WALKS
    found = walked(browser, range(1, walks + 1))
    assert found.kept > walks * 10
    assert not any(found.troubles.values()), str(found)


BROKEN = {
    "lost": "queue.pending = () => [];",
    "untrue": "queue.loses = () => false;",
    "disordered": "queue.first = async () => { await queue.look(); return queue.pending().at(-1); };",
    "doubled": "const { put } = queue; queue.put = (save) => { put.call(queue, { ...save, save: crypto.randomUUID() });"
    " return put.call(queue, save); };",
    "ownConflicts": "const { put } = queue; queue.put = (save) =>"
    " put.call(queue, { ...save, over: { [save.page]: crypto.randomUUID() } });",
    "notTold": "queue.back = () => [];",
}


@pytest.mark.parametrize("trouble", BROKEN)
def test_the_walks_find_a_queue_that_is_broken(browser: Browser, trouble: str) -> None:
    assert any(walked(browser, [seed], broken=BROKEN[trouble]).troubles[trouble] for seed in range(1, 9))


EMPTY = """async (handle) => {
  const { Device, emptyRecord, enter } = await import("/static/js/survey/kept.js");
  const { phoneClock } = await import("/static/js/survey/clock.js");
  const device = new Device(indexedDB, phoneClock);
"""


def test_what_is_kept_is_there_again_in_order_and_by_handle(kept: Page) -> None:
    """In a browser's own storage, after the page was opened anew."""
    kept.evaluate(
        EMPTY
        + """
      for (const id of ["one", "two"]) {
        await device.change(handle, (record) => enter(record, { save: id, page: "coffee", over: { coffee: null } }));
      } }""",
        "ana",
    )
    kept.reload()
    read = EMPTY + "return (await device.read(handle)).saves.map(({ save, over }) => [save, over.coffee]); }"
    assert kept.evaluate(read, "ana") == [["one", None], ["two", "one"]]
    assert kept.evaluate(read, "ben") == []
    kept.evaluate(EMPTY + "await device.forget(handle); }", "ben")
    assert len(kept.evaluate(read, "ana")) == 2
    kept.evaluate(EMPTY + "await device.forget(handle); }", "ana")
    assert kept.evaluate(read, "ana") == []


def test_a_change_that_fails_changes_nothing(kept: Page) -> None:
    kept.evaluate(
        EMPTY
        + """
      await device.change(handle, (record) => { record.back.coffee = "kept"; });
      const failed = [
        device.change(handle, (record) => { record.back.coffee = () => "cannot be stored"; }),
        device.change(handle, () => { throw new Error("no"); }),
      ];
      for (const each of failed) if (await each.then(() => true, () => false)) throw new Error("it did not fail"); }""",
        "ana",
    )
    assert kept.evaluate(EMPTY + "return (await device.read(handle)).back; }", "ana") == {"coffee": "kept"}


FACTORIES = {
    "forbidden": "{ open() { throw new DOMException('no', 'SecurityError'); } }",
    "refused": "{ open() { const asked = { error: 'no' }; setTimeout(() => asked.onerror()); return asked; } }",
    "never answers": "{ open: () => ({}) }",
}


def test_a_storage_that_fails_fails_aloud(kept: Page) -> None:
    for name, factory in FACTORIES.items():
        failed = kept.evaluate(
            f"""async () => {{
          const {{ Device }} = await import("/static/js/survey/kept.js");
          const device = new Device({factory}, {{ after: (_ms, act) => {{ setTimeout(act); return () => {{}}; }} }});
          return device.read("ana").then(() => false, () => true); }}"""
        )
        assert failed, name


@pytest.fixture
def kept(browser: Browser) -> Iterator[Page]:
    with serving_app(page_app()) as address:
        context = browser.new_context()
        page = context.new_page()
        page.goto(address)
        yield page
        context.close()


ANSWERS = [
    (0, None, "waiting"),
    (500, None, "waiting"),
    (503, {"why": "busy"}, "waiting"),
    (429, None, "waiting"),
    (200, {"hello": "station"}, "waiting"),
    (401, {"why": "ended"}, "ended"),
    (403, {"why": "door"}, "ended"),
    (403, {"why": "consent"}, "ended"),
    (409, {"why": "elses"}, "elses"),
    (410, {"why": "gone"}, "gone"),
    (422, {"why": "shape"}, "back"),
    (413, None, "back"),
]


TOLD = """async ([status, body, handle]) => {
  const { openQueue } = await import("/static/js/survey/queue.js");
  const fetch = async () => {
    if (!status) throw new TypeError("no network");
    return { status, headers: new Headers(), text: async () => JSON.stringify(body) };
  };
  const queue = await openQueue({
    handle, own: true, address: "/survey/x", token: "t", fetch, locks: null, channel: null, wakes: () => {},
  });
  await queue.put({ page: "coffee", form: { coffee: ["much"] } });
  for (let tries = 0; tries < 100 && queue.stand() === "saving"; tries += 1) {
    await new Promise((go) => setTimeout(go, 20));
  }
  const told = [queue.stand(), queue.pending().length];
  await queue.clear();
  return told;
}"""


def test_what_the_server_says_is_said_of_the_answers(kept: Page) -> None:
    """Nothing but an answer for this save, or that it is none, or that none is wanted, takes it off the phone."""
    for place, (status, body, stand) in enumerate(ANSWERS):
        told = kept.evaluate(TOLD, [status, body, f"person-{place}"])
        assert told == [stand, 0 if stand in ("gone", "back") else 1], (status, body)
