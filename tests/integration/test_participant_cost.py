"""What a page costs: bytes over the air, requests, statements to the database. A phone on 2G pays for each."""

from __future__ import annotations

import gzip

import pytest

from surveyapp import create_app
from surveyapp.services.runtime import Runtime
from tests import factories
from tests.page import Client, Page
from tests.phone import Phone

GZIP = {"Accept-Encoding": "gzip"}
FIRST_PAGE, LARGEST_QUESTION = 12_000, 2_000
"""Bytes, compressed: the first page with its styles and script, and the HTML of a question."""

QUERIES_TO_SHOW, QUERIES_TO_SAVE = 7, 17
"""To show: session, access, case, participant, response, consents, answers."""


def wire(client: Client, address: str) -> int:
    """Bytes of the body as sent."""
    with client.raw.get(address, headers=GZIP) as response:
        assert response.status_code == 200
        assert response.headers["Content-Encoding"] == "gzip", address
        assert gzip.decompress(response.data)
        return len(response.data)


def needed(page: Page) -> list[str]:
    """What the browser fetches besides the page."""
    return [
        attributes.get("href") or attributes["src"]
        for tag, attributes in page.elements
        if (tag == "link" and attributes.get("rel") in ("stylesheet", "icon")) or "src" in attributes
    ]


def test_the_first_page_is_small_and_asks_for_little(phone: Phone) -> None:
    first = phone.open("/survey/consent")
    parts = needed(first)
    assert sorted(part.rpartition("/")[2].partition("?")[0] for part in parts) == [
        "base.css",
        "icon.svg",
        "leaving.js",
        "participant.css",
        "participant.js",
        "tokens.css",
    ]
    assert (
        wire(phone.client, phone.own("/survey/consent"))
        + sum(wire(phone.client, part) for part in parts if ".svg" not in part)
        < FIRST_PAGE
    )


def test_every_page_fits_without_anything_from_elsewhere(runtime: Runtime) -> None:
    client = Client(create_app(runtime).test_client())
    for part in needed(client.page("/start")):
        with client.raw.get(part) as response:
            assert response.status_code == 200
            assert b"@import" not in response.data
            assert b"url(http" not in response.data
            assert "Cookie" not in response.headers["Vary"], "it would be fetched anew whenever the cookie is"
            assert "immutable" in response.headers["Cache-Control"], "its address changes when it does"


def test_statements_a_page_makes_do_not_grow_with_what_was_answered(runtime: Runtime, phone: Phone) -> None:
    with factories.counted(runtime) as at_first:
        phone.open("/survey/q/heard_via")
    phone.answer_until("recommend", {"placed": "yes", "attended_readiness_sessions": "yes"})
    with factories.counted(runtime) as near_the_end:
        phone.open("/survey/q/recommend")
    assert len(reads(near_the_end)) == len(reads(at_first)) <= QUERIES_TO_SHOW
    here, first = needed(phone.page), needed(phone.open("/survey/consent"))
    more = [each.rpartition("/")[2] for each in here if each not in first]
    assert more == ["survey.js"], "nothing but what turns pages is fetched besides the first page's"


def test_statements_a_save_makes(runtime: Runtime, phone: Phone) -> None:
    phone.answer_until("recommend", {"placed": "yes", "attended_readiness_sessions": "yes"})
    form = {**phone.page.fields(), "recommend": "very_likely"}
    with factories.counted(runtime) as statements:
        phone.client.post(phone.own("/survey/q/recommend"), form)
    assert len(reads(statements)) <= QUERIES_TO_SAVE
    with factories.counted(runtime) as again:
        phone.client.post(phone.own("/survey/q/recommend"), form)
    assert not [each for each in again if each.startswith(("INSERT", "UPDATE", "DELETE"))]


def test_checking_reads_no_more_than_a_question(runtime: Runtime, phone: Phone) -> None:
    phone.answer_until(None, {"placed": "yes", "attended_readiness_sessions": "yes"})
    with factories.counted(runtime) as statements:
        phone.open("/survey/check")
    assert len(reads(statements)) <= QUERIES_TO_SHOW


def reads(statements: list[str]) -> list[str]:
    """The statements, without what opens and ends a transaction."""
    return [each for each in statements if not each.startswith(("BEGIN", "COMMIT", "ROLLBACK"))]


@pytest.mark.parametrize("group", ["backfill", "employee"])
def test_no_question_page_is_large(runtime: Runtime, group: str) -> None:
    phone = Phone(runtime)
    phone.agree(factories.create_link(runtime, factories.create_participant(runtime, group)))
    while phone.path.startswith("/survey/q/"):
        assert len(gzip.compress(phone.page.source.encode())) < LARGEST_QUESTION, phone.question
        phone.send(phone.filled({}))
    assert phone.path == "/survey/check"
