"""A question's page that nobody has answered is drawn once and filled in: it is, to the last letter, the page that is
drawn for one person alone, whoever came to it before and by which way."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from surveyapp import create_app
from surveyapp.domain.instrument.routing import Page
from surveyapp.services.runtime import Runtime
from surveyapp.web.participant import pages
from tests import every_kind, factories
from tests.conftest import Clock
from tests.integration.test_spot import named
from tests.integration.test_spot_pages import OnTheSpot
from tests.page import Client
from tests.phone import SHORTEST, Phone, Value

OF_ITS_OWN = re.compile(r'(?<=name="csrf_token" value=")[^"]+|(?<=name="save_id" value=")[0-9a-f]{32}')
WAYS = ("", "?note=back", "?note=moved", "?from=check", "?from=check&note=moved")
"""What an address may say besides, of the ways that lead to a question."""

Draw = Callable[[Phone, str], str]


@pytest.fixture
def in_full(monkeypatch: pytest.MonkeyPatch) -> Draw:
    """Gets a page as it is drawn for one person alone: each is shown a question of their own."""

    def own(_here: object, page: Page) -> Page:
        return dataclasses.replace(page)

    def draw(phone: Phone, address: str) -> str:
        with monkeypatch.context() as patched:
            patched.setattr(pages, "presented_to", own)
            return source(phone, address)

    return draw


def source(phone: Phone, address: str) -> str:
    return str(phone.client.raw.get(phone.own(address)).get_data(as_text=True))


def compare(phone: Phone, in_full: Draw) -> int:
    """Each way to the question that a phone is at."""
    for way in WAYS:
        shown, drawn = source(phone, phone.path + way), in_full(phone, phone.path + way)
        assert OF_ITS_OWN.sub("", shown) == OF_ITS_OWN.sub("", drawn), phone.path + way
        assert len(OF_ITS_OWN.findall(shown)) == 2, "a token and a save's id"
        assert OF_ITS_OWN.findall(shown)[1] != OF_ITS_OWN.findall(drawn)[1]
    return len(WAYS)


def walk(phone: Phone, in_full: Draw, chosen: dict[str, Value]) -> int:
    compared = 0
    while phone.path.startswith("/survey/q/"):
        compared += compare(phone, in_full)
        phone.send(phone.filled(chosen))
    assert phone.path == "/survey/check"
    return compared


def kept(app: Any) -> Any:
    return app.extensions["untouched"].cache_info()


@pytest.mark.parametrize("group", ["employee", "backfill"])
def test_every_page_of_job_rotation_is_as_drawn_for_one_alone(
    sqlite_url: str, clock: Clock, group: str, in_full: Draw
) -> None:
    runtime = factories.create_runtime(sqlite_url, clock)
    factories.open_questionnaires(runtime)
    app = create_app(runtime)
    compared = 0
    for language, chosen in (("en", {}), ("ur", SHORTEST), ("en-simple", {}), ("pl", {}), ("en", SHORTEST)):
        phone = Phone(runtime, app)
        phone.agree(factories.create_link(runtime, factories.create_participant(runtime, group=group)))
        phone.open(f"{phone.path}?lang={language}")
        compared += walk(phone, in_full, dict(chosen))
    assert kept(app).misses < compared, "some were drawn for whoever came before"


TYPED: dict[str, Value] = {
    "nights": "3",
    "spent": "12,50",
    "arrived:day": "3",
    "arrived:month": "4",
    "arrived:year": "2026",
    "arrived:missing": [],
    "breakfast": "7.30",
    "nickname": "Zeb",
    "story": "It rained.",
    "drinks": ["other"],
    "drinks_other_text": "Cocoa",
}


def test_every_kind_is_as_drawn_for_one_alone(sqlite_url: str, clock: Clock, tmp_path: Path, in_full: Draw) -> None:
    runtime = every_kind.create_runtime(sqlite_url, clock, tmp_path)
    app = create_app(runtime)
    for reference in ("GU-0001", "GU-0002"):
        phone = Phone(runtime, app)
        phone.agree(every_kind.create_link(runtime, reference))
        assert walk(phone, in_full, TYPED) == len(every_kind.PAGES) * len(WAYS)


def test_what_somebody_answered_is_not_kept_for_others(sqlite_url: str, clock: Clock, tmp_path: Path) -> None:
    runtime = every_kind.create_runtime(sqlite_url, clock, tmp_path)
    app = create_app(runtime)
    first, second = Phone(runtime, app), Phone(runtime, app)
    for phone, reference in ((first, "GU-0001"), (second, "GU-0002")):
        phone.agree(every_kind.create_link(runtime, reference))
        phone.answer_until("nickname", TYPED)
    first.send(nickname="Zebedee")
    before = kept(app)
    assert first.open("/survey/q/nickname").fields()["nickname"] == ["Zebedee"]
    assert kept(app) == before, "a page with an answer on it is neither kept nor taken from what is"
    assert second.open("/survey/q/nickname").fields()["nickname"] == [""]
    assert kept(app).hits == before.hits + 1
    # Nor what was refused on it.
    second.send(nickname="Zebedee the twenty-first and last of them")
    assert second.status == 422
    assert kept(app).hits == before.hits + 1


def test_a_page_that_quotes_is_everybodys_own(sqlite_url: str, clock: Clock, tmp_path: Path) -> None:
    told = every_kind.QUESTIONNAIRE.replace("max_length: 20", "max_length: 20, fact: true")
    quoting = told.replace("Tell us about your stay.", "'What was it like, {nickname|you}?'")
    runtime = every_kind.create_runtime(sqlite_url, clock, tmp_path, questionnaire=quoting)
    app = create_app(runtime)
    for reference, name in (("GU-0001", "Zebedee"), ("GU-0002", "Dougal")):
        phone = Phone(runtime, app)
        phone.agree(every_kind.create_link(runtime, reference))
        phone.answer_until("nickname", TYPED)
        before = kept(app)
        phone.send(nickname=name)
        assert phone.heading == f"What was it like, {name}?"
        assert kept(app) == before


def test_on_a_tablet_it_says_where_that_is_given_back(runtime: Runtime, client: Client) -> None:
    """The same page, in somebody's own hands and on a tablet that staff handed over."""
    phone = Phone(runtime, client.raw.application)
    phone.agree(factories.create_link(runtime, factories.create_participant(runtime)))
    tablet, person = OnTheSpot(client, runtime), named(runtime, "Amara Nowak")
    tablet.begin()
    consent = tablet.hand_over(person.reference)
    first = tablet.client.post(consent, {**tablet.client.page(consent).fields(), "agree-take_part": "y"}).location or ""
    assert "Give the tablet back" in tablet.client.page(first).source
    assert "Give the tablet back" not in source(phone, phone.path)
