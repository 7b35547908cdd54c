"""Nothing that was answered is lost or doubled, whatever the network, the clock and the phone do (`tests/walks`)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import serving_app
from tests.walks import page_app, walked

WALKS = 100


def test_nothing_is_lost_or_doubled_and_what_is_shown_is_true(browser: Browser) -> None:
    found = walked(browser, range(1, WALKS + 1))
    assert found.kept > WALKS * 10
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
    assert walked(browser, range(1, 9), broken=BROKEN[trouble]).troubles[trouble]


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


@pytest.mark.parametrize("factory", FACTORIES.values(), ids=FACTORIES)
def test_a_storage_that_fails_fails_aloud(kept: Page, factory: str) -> None:
    failed = kept.evaluate(
        f"""async () => {{
      const {{ Device }} = await import("/static/js/survey/kept.js");
      const device = new Device({factory}, {{ after: (_ms, act) => {{ setTimeout(act); return () => {{}}; }} }});
      return device.read("ana").then(() => false, () => true); }}"""
    )
    assert failed


@pytest.fixture
def kept(browser: Browser) -> Iterator[Page]:
    with serving_app(page_app()) as address:
        context = browser.new_context()
        page = context.new_page()
        page.goto(address)
        yield page
        context.close()
