"""A day on the spot, on a tablet: two people, one after the other, on pages that fit and that anybody can use."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from playwright.sync_api import Page, expect
from sqlalchemy import select

from surveyapp.domain.answers import Answer, Codes, Text
from surveyapp.domain.audit import ByLink
from surveyapp.domain.entry.doors import Familiarity
from surveyapp.domain.fieldwork.cases import Disposition
from surveyapp.domain.participants import Participant
from surveyapp.domain.staff import Role
from surveyapp.services.responses import answering
from surveyapp.services.runtime import Runtime
from surveyapp.store import cases
from surveyapp.store.entry import accesses
from surveyapp.store.tables.security import WebSessionRow
from tests import factories
from tests.browser.accessible import check_accessible, check_reflow
from tests.browser.conftest import Tab, sign_in
from tests.browser.phone_pages import READY, go_on
from tests.integration.test_answering import walk_to
from tests.integration.test_spot import PIN, named

DAY = f"/spot/{factories.STUDY}"
SHOTS = os.environ.get("SHOTS")


def looked_at(page: Page, name: str) -> None:
    """Nothing is wider than the screen, on a phone either, and an engine finds nothing wrong."""
    for width in (360, 768, 1280) if SHOTS else ():
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=Path(SHOTS or "") / f"{name}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 768, "height": 1024})
    check_reflow(page)
    check_accessible(page)


def finish(runtime: Runtime, person: Participant) -> None:
    """They answer the rest, and send all of it."""
    with runtime.database.reading() as session:
        (access,) = accesses.accesses_of(session, cases.cases_of(session, person.id)[0].id)
    they = ByLink(access_id=access.id, by=Familiarity.BEGAN)
    walk_to(runtime, they, None, {})
    answering.submit(runtime, they)


def test_a_day_on_the_spot(tab: Tab, live_server: str, runtime_sqlite: Runtime) -> None:
    first, second = named(runtime_sqlite, "Amara Nowak"), named(runtime_sqlite, "Zoe Adams")
    staff = factories.create_staff(runtime_sqlite, Role.INTERVIEWER)
    page = tab(f"{live_server}{DAY}")
    sign_in(page, staff.email, DAY)
    looked_at(page, "begin")
    page.locator("input[value='backfill.1']").check()
    page.fill("#pin", PIN)
    page.get_by_role("button", name="Begin the day").click()
    page.get_by_role("button", name="Is here Amara Nowak").click()
    looked_at(page, "day")
    # The next person in two taps.
    page.get_by_role("link", name="Zoe Adams").click()
    looked_at(page, "person")
    page.go_back()
    page.get_by_role("button", name="Hand over to Amara Nowak").click()
    page.wait_for_url("**/consent**")
    page.locator("input[name=agree-take_part]").check()
    page.locator("button.main").click()
    page.wait_for_url("**/q/**")
    other = page.context.new_page()
    other.goto(f"{live_server}/interviews")
    assert other.url == f"{live_server}/tablet"
    looked_at(other, "lock")
    other.close()
    page.locator("main input[type=radio]").first.check(force=True)
    page.locator("button.main").click()
    expect(page.locator("#state")).to_have_text("Saved")
    finish(runtime_sqlite, first)
    page.goto(f"{live_server}/start")
    page.wait_for_url("**/done")
    page.get_by_role("link", name="Give the tablet back").last.click()
    page.fill("#pin", "000001")
    page.get_by_role("button", name="Take it back").click()
    page.fill("#pin", PIN)
    page.get_by_role("button", name="Take it back").click()
    page.wait_for_url(f"**{DAY}")
    page.get_by_role("link", name="Zoe Adams").click()
    page.get_by_role("button", name="Hand over to Zoe Adams").click()
    page.wait_for_url("**/consent**")
    assert "Amara" not in page.content()
    page.get_by_role("link", name="Give the tablet back").click()
    page.fill("#pin", PIN)
    page.get_by_role("button", name="Take it back").click()
    page.wait_for_url(f"**{DAY}")
    with runtime_sqlite.database.reading() as session:
        became = [cases.cases_of(session, each.id)[0].disposition for each in (first, second)]
    assert became == [Disposition.COMPLETE, Disposition.UNKNOWN]


def test_a_day_without_a_signal(tab: Tab, live_server: str, runtime_sqlite: Runtime) -> None:
    """The network is cut for the whole of it: the list, consent, answers, the tablet back; then all of it arrives."""
    first, _second = named(runtime_sqlite, "Amara Nowak"), named(runtime_sqlite, "Zoe Adams")
    staff = factories.create_staff(runtime_sqlite, Role.INTERVIEWER)
    page = tab(f"{live_server}{DAY}")
    sign_in(page, staff.email, DAY)
    page.locator("input[value='backfill.1']").check()
    page.fill("#pin", PIN)
    page.get_by_role("button", name="Begin the day").click()
    page.get_by_role("link", name="Going where there is no signal?").click()
    page.wait_for_selector("#get-ready")
    looked_at(page, "ready")
    page.fill("#pin", "000001")
    page.get_by_role("button", name="Get ready").click()
    # Packs in four languages are made for the first time.
    page.get_by_text("Tries left: 4").wait_for(timeout=60_000)
    get_ready(page)
    looked_at(page, "away")
    assert page.request.get(f"{live_server}/interviews").url == f"{live_server}/tablet"
    page.context.set_offline(True)
    page.reload()
    # Nobody's name is there before the PIN.
    page.wait_for_selector("#unlock")
    assert "Amara" not in page.content()
    unlock(page, "000001")
    page.get_by_text("That is not the PIN of this day.").wait_for()
    unlock(page, PIN)
    page.get_by_role("button", name="Amara Nowak").click()
    page.wait_for_selector("#consent")
    looked_at(page, "away-consent")
    assert "Zoe" not in page.content()
    page.get_by_role("button", name="Start").click()
    page.locator("#consent .fault").wait_for()
    page.locator("input[name=take_part]").check()
    page.get_by_role("button", name="Start").click()
    page.get_by_role("heading", name="How did you first hear about the scheme?").wait_for()
    looked_at(page, "away-question")
    page.get_by_label("From the Job Shop").check(force=True)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("heading", name="How did you first hear about the scheme?").wait_for(state="detached")
    page.get_by_role("button", name="Finish later").click()
    page.get_by_text("Please give the tablet back.").wait_for()
    page.get_by_role("button", name="Give the tablet back").click()
    unlock(page, PIN)
    page.get_by_text("began: the rest goes on once there is a signal").wait_for()
    page.get_by_text("Sealed on this tablet, waiting for a signal: 1").wait_for()
    kept = page.evaluate(KEPT)
    assert "job_shop" not in kept
    assert "Amara" not in kept
    page.get_by_role("button", name="End, where there is a signal").click()
    expect(page.locator(":focus")).to_contain_text("Ending needs a signal.")
    expect(page.locator("main")).not_to_contain_text("get ready")
    page.context.set_offline(False)
    page.get_by_text("all of it has arrived").wait_for(timeout=15_000)
    page.get_by_role("button", name="End, where there is a signal").click()
    page.wait_for_url("**/tablet")
    assert page.evaluate(KEPT) == "[[],[]]"
    page.fill("#pin", PIN)
    page.get_by_role("button", name="Take it back").click()
    page.wait_for_url(f"**{DAY}")
    assert factories.stored(runtime_sqlite, first)[0]["heard_via"] == Codes(("job_shop",))


DETAIL = "main textarea"
"""Where the second question is answered, in somebody's own words."""


def in_their_hands(tab: Tab, live_server: str, runtime: Runtime) -> tuple[Page, Participant]:
    """A tablet that was handed to somebody who has answered the first question, and is asked the second."""
    person = named(runtime, "Amara Nowak")
    page = tab(f"{live_server}{DAY}")
    sign_in(page, factories.create_staff(runtime, Role.INTERVIEWER).email, DAY)
    page.locator("input[value='backfill.1']").check()
    page.fill("#pin", PIN)
    page.get_by_role("button", name="Begin the day").click()
    page.get_by_role("button", name="Is here Amara Nowak").click()
    page.get_by_role("button", name="Hand over to Amara Nowak").click()
    page.locator("input[name=agree-take_part]").check()
    go_on(page)
    page.wait_for_function(READY)
    page.locator("main input[type=radio]").first.check(force=True)
    page.locator("button.main").click()
    page.wait_for_url("**/q/heard_via_detail")
    expect(page.locator("#state")).to_have_text("Saved")
    return page, person


def detail_of(runtime: Runtime, person: Participant) -> Answer | None:
    return factories.stored(runtime, person)[0].get("heard_via_detail")


def give_back(page: Page) -> None:
    page.get_by_text("Give the tablet back", exact=True).click()


def test_what_is_written_is_taken_before_the_tablet_is_given_back(
    tab: Tab, live_server: str, runtime_sqlite: Runtime
) -> None:
    page, person = in_their_hands(tab, live_server, runtime_sqlite)
    # What cannot be taken is told once, and given up by whoever says so again.
    page.fill(DETAIL, "x" * 10_001)
    give_back(page)
    page.locator("main .fault:visible").wait_for()
    give_back(page)
    page.wait_for_url("**/tablet")
    page.get_by_role("link", name="Back to the questions").click()
    page.wait_for_function(READY)
    page.fill(DETAIL, "y" * 10_001)
    give_back(page)
    page.locator("main .fault:visible").wait_for()
    page.fill(DETAIL, "My sister told me.")
    give_back(page)
    page.wait_for_url("**/tablet")
    assert detail_of(runtime_sqlite, person) == Text("My sister told me.")
    page.get_by_role("link", name="Back to the questions").click()
    page.wait_for_url("**/q/first_feeling**")
    page.wait_for_function(READY)
    page.get_by_role("link", name="Back", exact=True).click()
    expect(page.locator(DETAIL)).to_have_value("My sister told me.")
    # The signal goes: it waits, and the tablet is given back once it is there again.
    page.context.set_offline(True)
    page.fill(DETAIL, "My cousin did.")
    give_back(page)
    page.get_by_role("heading", name="Sending waits for a signal").wait_for()
    page.context.set_offline(False)
    page.wait_for_url("**/tablet")
    assert detail_of(runtime_sqlite, person) == Text("My cousin did.")


def test_what_is_written_is_taken_where_the_page_cannot_be_turned(
    tab: Tab, live_server: str, runtime_sqlite: Runtime
) -> None:
    page, person = in_their_hands(tab, live_server, runtime_sqlite)
    page.route("**/slip", lambda route: route.abort())
    page.reload()
    page.fill(DETAIL, "x" * 10_001)
    give_back(page)
    page.locator("main .fault:visible").wait_for()
    page.fill(DETAIL, "My sister told me.")
    give_back(page)
    page.wait_for_url("**/tablet")
    assert detail_of(runtime_sqlite, person) == Text("My sister told me.")


def test_what_is_written_is_taken_on_the_way_to_what_is_theirs(
    tab: Tab, live_server: str, runtime_sqlite: Runtime
) -> None:
    page, person = in_their_hands(tab, live_server, runtime_sqlite)
    page.fill(DETAIL, "My sister told me.")
    page.locator(".foot .yours a").first.click()
    page.wait_for_url(lambda address: "/q/" not in address)
    assert detail_of(runtime_sqlite, person) == Text("My sister told me.")


def test_without_a_signal_what_is_written_is_taken_before_the_tablet_is_given_back(
    tab: Tab, live_server: str, runtime_sqlite: Runtime
) -> None:
    first, second = named(runtime_sqlite, "Amara Nowak"), named(runtime_sqlite, "Zoe Adams")
    page = away(tab, live_server, runtime_sqlite)
    page.context.set_offline(True)
    for person, written in ((first, "My sister told me."), (second, "x" * 10_001)):
        start(page, "Amara Nowak" if person is first else "Zoe Adams")
        page.get_by_label("From the Job Shop").check(force=True)
        page.get_by_role("button", name="Continue").click()
        page.fill(DETAIL, written)
        # The browser's own way back keeps it, too.
        page.go_back()
        page.get_by_role("heading", name="How did you first hear about the scheme?").wait_for()
        page.get_by_role("button", name="Continue").click()
        expect(page.locator(DETAIL)).to_have_value(written)
        give_back(page)
        if person is second:
            page.locator("main .fault:visible").wait_for()
            give_back(page)
        unlock(page, PIN)
        page.get_by_role("heading", name="Without a signal").wait_for()
    page.context.set_offline(False)
    page.get_by_text("all of it has arrived").wait_for()
    assert [detail_of(runtime_sqlite, each) for each in (first, second)] == [Text("My sister told me."), None]


def test_who_began_without_a_signal_goes_on_when_there_is_one(
    tab: Tab, live_server: str, runtime_sqlite: Runtime
) -> None:
    named(runtime_sqlite, "Amara Nowak")
    page = away(tab, live_server, runtime_sqlite)
    page.context.set_offline(True)
    start(page, "Amara Nowak")
    page.get_by_label("From the Job Shop").check(force=True)
    page.get_by_role("button", name="Continue").click()
    second = page.get_by_role("heading", level=1)
    expect(second).not_to_have_text("How did you first hear about the scheme?")
    asked = second.inner_text()
    page.get_by_role("button", name="Give the tablet back").click()
    unlock(page, PIN)
    page.get_by_text("began: the rest goes on once there is a signal").wait_for()
    page.context.set_offline(False)
    page.get_by_text("all of it has arrived").wait_for()
    page.get_by_role("button", name="End, where there is a signal").click()
    page.wait_for_url("**/tablet")
    page.fill("#pin", PIN)
    page.get_by_role("button", name="Take it back").click()
    page.wait_for_url(f"**{DAY}")
    page.get_by_role("button", name="Hand over to Amara Nowak").click()
    page.wait_for_url("**/q/**")
    expect(page.get_by_role("heading", level=1)).to_have_text(asked)


def test_the_same_digits_open_the_day_however_they_are_typed(
    tab: Tab, live_server: str, runtime_sqlite: Runtime
) -> None:
    named(runtime_sqlite, "Amara Nowak")
    page = away(tab, live_server, runtime_sqlite, "482 913 ")
    page.context.set_offline(True)
    for typed in (PIN, "482-913", "48.29.13", "٤٨٢٩١٣", "\u200f۴۸۲۹۱۳", "੪੮੨੯੧੩", "４８２ ９１３"):
        page.reload()
        page.wait_for_selector("#unlock")
        unlock(page, typed)
        page.get_by_role("button", name="Amara Nowak").wait_for()
    page.reload()
    page.wait_for_selector("#unlock")
    for typed in ("48291", "4829133", "", "482a913", "⁴82913"):
        unlock(page, typed)
        page.get_by_text("That is not the PIN of this day.").wait_for()
        expect(page.locator("#pin-again")).to_have_value("")


def test_names_of_a_day_end_with_it_whether_or_not_a_page_is_opened(
    tab: Tab, live_server: str, runtime_sqlite: Runtime
) -> None:
    """What opens them is a cookie that the browser lets go of by itself; the test lets go of it at once."""
    first = named(runtime_sqlite, "Amara Nowak")
    staff = factories.create_staff(runtime_sqlite, Role.INTERVIEWER)
    page = tab(f"{live_server}{DAY}")
    sign_in(page, staff.email, DAY)
    page.locator("input[value='backfill.1']").check()
    page.fill("#pin", PIN)
    page.get_by_role("button", name="Begin the day").click()
    page.goto(f"{live_server}{DAY}/away")
    get_ready(page)
    (salt,) = [each for each in page.context.cookies() if each["name"] == "spot_day"]
    assert salt["path"] == f"{DAY}/away"
    with runtime_sqlite.database.reading() as session:
        lent = session.scalars(select(WebSessionRow.lent_until).where(WebSessionRow.lent_until.is_not(None))).one()
    left = (lent - runtime_sqlite.clock()).total_seconds()
    assert abs(salt["expires"] - time.time() - left) < 120
    page.context.set_offline(True)
    page.get_by_role("button", name="Amara Nowak").click()
    page.locator("input[name=take_part]").check()
    page.get_by_role("button", name="Start").click()
    page.get_by_label("From the Job Shop").check(force=True)
    page.context.clear_cookies(name="spot_day")
    page.evaluate(WOKEN)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Finish later").click()
    page.get_by_text("Please give the tablet back.").wait_for()
    boxes, days = json.loads(page.evaluate(KEPT))
    assert (len(boxes), days) == (1, [])
    page.get_by_role("button", name="Give the tablet back").click()
    page.get_by_role("heading", name="This day is over").wait_for()
    assert "Amara" not in page.content()
    page.context.set_offline(False)
    page.get_by_text("all of it has arrived").wait_for(timeout=15_000)
    assert factories.stored(runtime_sqlite, first)[0]["heard_via"] == Codes(("job_shop",))


def away(tab: Tab, live_server: str, runtime: Runtime, pin: str = PIN) -> Page:
    """The list of a day without a signal, of whoever was made before: the signal is there still."""
    staff = factories.create_staff(runtime, Role.INTERVIEWER)
    page = tab(f"{live_server}{DAY}")
    sign_in(page, staff.email, DAY)
    page.locator("input[value='backfill.1']").check()
    page.fill("#pin", PIN)
    page.get_by_role("button", name="Begin the day").click()
    page.get_by_role("link", name="Going where there is no signal?").click()
    page.wait_for_selector("#get-ready")
    get_ready(page, pin)
    return page


def start(page: Page, name: str) -> None:
    """The tablet is handed over, and they agree."""
    page.get_by_role("button", name=name).click()
    page.locator("input[name=take_part]").check()
    page.get_by_role("button", name="Start").click()
    page.get_by_role("heading", name="How did you first hear about the scheme?").wait_for()


def get_ready(page: Page, pin: str = PIN) -> None:
    page.fill("#pin", pin)
    page.get_by_role("button", name="Get ready").click()
    page.get_by_role("button", name="Amara Nowak").wait_for(timeout=60_000)


WOKEN = "() => document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))"


def unlock(page: Page, pin: str) -> None:
    page.fill("#pin-again", pin)
    page.get_by_role("button", name="Take it back").click()


KEPT = """async () => {
  const database = await new Promise((done) => {
    const request = indexedDB.open("shiftline spot");
    request.onsuccess = () => done(request.result);
  });
  const all = (name) => new Promise((done) => {
    database.transaction(name).objectStore(name).getAll().onsuccess = ({ target }) => done(target.result);
  });
  const found = JSON.stringify([await all("boxes"), await all("days")]);
  database.close();
  return found;
}"""
"""Everything that the tablet keeps, as text."""
