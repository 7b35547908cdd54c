"""The phone's own Back and Forward, which change the address before any script hears of it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from surveyapp.domain.answers import Text
from surveyapp.domain.participants import Participant
from surveyapp.services.runtime import Runtime
from tests import factories
from tests.browser.conftest import Tab
from tests.browser.phone_pages import READY, saved
from tests.browser.test_turning import choose, question, ready, turn


@pytest.mark.parametrize("own", [True, False], ids=["theirs", "others use it too"])
def test_back_while_the_script_is_on_its_way_takes_nothing_for_another_question_s(
    tab: Tab, link: str, runtime_sqlite: Runtime, person: Participant, own: bool
) -> None:
    phone = ready(tab, link, own=own)
    choose(phone, "heard_via", "family")
    turn(phone)
    assert question(phone) == "heard_via_detail"
    phone.get_by_label("How did that come about?").fill("At home")
    turn(phone)
    saved(phone)
    phone.go_back()
    phone.wait_for_url("**/heard_via_detail")
    held: list[Route] = []
    phone.route("**/slip", lambda route: held.append(route))
    phone.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.forEach((each) => each.unregister()))")
    phone.reload(wait_until="commit")
    box = phone.get_by_label("How did that come about?")
    expect(box).to_have_value("At home")
    with phone.expect_event("framenavigated"):
        phone.evaluate("history.back()")
    box.fill("At home, on a Sunday")
    assert question(phone) == "heard_via"
    phone.wait_for_timeout(200)
    assert held, "the page turns already"
    phone.unroute("**/slip")
    expect(phone.locator('input[name="heard_via"][value="family"]')).to_be_checked()
    assert question(phone) == "heard_via"
    saved(phone)
    assert told(runtime_sqlite, person) == {"heard_via": "family", "heard_via_detail": "At home, on a Sunday"}
    phone.wait_for_function(READY)
    turn(phone)
    expect(box).to_have_value("At home, on a Sunday")
    assert question(phone) == "heard_via_detail"


def told(runtime: Runtime, person: Participant) -> dict[str, str]:
    """What is stored of the first questions, in short."""
    stored = factories.stored(runtime, person)[0]
    return {
        key: each.text if isinstance(each, Text) else getattr(each, "codes", [str(each)])[0]
        for key, each in stored.items()
    }
