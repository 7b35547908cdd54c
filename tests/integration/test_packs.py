"""A pack for somebody who hands links out, such as an employer: it is the same whoever has answered."""

from __future__ import annotations

import re

import pytest

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.participants import Contact, Participant
from surveyapp.domain.privacy.leaving import LeavingReason
from surveyapp.domain.staff import Role
from surveyapp.services.cases import stopping
from surveyapp.services.participants import contacts
from surveyapp.services.runtime import Runtime
from surveyapp.store.security import audit
from tests import factories
from tests.page import Client, Page
from tests.phone import SHORTEST, Phone

STUDY = factories.STUDY
LINKS = f"/manage/{STUDY}/participants/links"


@pytest.fixture
def people(runtime: Runtime) -> list[Participant]:
    """Three who work at one site, with names that a manager may see."""
    site = factories.create_site(runtime, "CF", "sme")
    made = [factories.create_participant(runtime, site=site) for _ in range(3)]
    with factories.operator(runtime).writing() as work:
        for person, name in zip(made, ("Amara Nowak", "Ben Okafor", "Chandra Rao"), strict=True):
            contacts.write(work, person, Contact(name=name))
    return made


@pytest.fixture
def manager(runtime: Runtime, client: Client) -> Client:
    client.sign_in(factories.create_staff(runtime, Role.MANAGER).email)
    return client


def make(manager: Client) -> Page:
    page = manager.page(LINKS)
    place = next(attributes["value"] for tag, attributes in page.elements if tag == "option")
    form = {"csrf_token": page.fields()["csrf_token"][0], "place": place}
    return Page(manager.post(f"/manage/{STUDY}/participants/pack", form).text)


def codes(page: Page) -> list[str]:
    return re.findall(r'class="secret code">([^<]+)<', page.source)


def told(page: Page) -> str:
    """What it says, but for the codes, of which each is another."""
    return re.sub(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{3}|src=\"[^\"]*\"", "", page.words)


def test_it_is_the_same_whoever_has_answered(runtime: Runtime, people: list[Participant], manager: Client) -> None:
    before = make(manager)
    assert {"To read out", "What you may do", "What you may not do", "Your own list"} <= set(before.said("h3"))
    assert {"Amara Nowak", "Ben Okafor", "Chandra Rao"} <= set(before.said("strong"))
    phone = Phone(runtime)
    phone.agree(factories.create_link(runtime, people[0]))
    phone.answer_until(None, SHORTEST)
    phone.send()
    assert phone.path == "/survey/done"
    after = make(manager)
    assert told(after) == told(before)
    assert len(codes(after)) == 3
    assert set(codes(after)) & set(codes(before)) == set()


def test_a_card_is_its_persons_once_they_chose_a_pin(
    runtime: Runtime, people: list[Participant], manager: Client
) -> None:
    code = codes(make(manager))[0]
    phone = Phone(runtime)
    phone.open("/start")
    phone.send(code=code)
    assert phone.heading == "Choose a PIN"
    phone.send(pin="481516")
    assert phone.path == "/survey/consent"
    # Whoever opened the card before it was handed over gets nowhere.
    other = Phone(runtime)
    other.open("/start")
    other.send(code=code)
    assert (other.path, other.heading) == ("/survey/pin", "This link is somebody’s already")
    with runtime.database.reading() as session:
        noted = [each.action for each in audit.about(session, STUDY, people[0].reference)]
    assert {AuditAction.LINK_GIVEN_OUT, AuditAction.CODE_GIVEN_OUT, AuditAction.CONTACT_SEEN} <= set(noted)


def test_whoever_stopped_has_no_card_and_that_says_nothing(
    runtime: Runtime, people: list[Participant], manager: Client
) -> None:
    with factories.operator(runtime).writing() as work:
        stopping.stop(work, people[1], LeavingReason.NOT_SAID)
    page = make(manager)
    assert len(codes(page)) == 2
    assert "Not everybody has a card: some are asked at another time or in another way." in page.words


@pytest.mark.parametrize("place", ["", "backfill", "backfill.1.Nowhere", "backfill.x.y", "backfill.99999.y"])
def test_for_nobody_it_says_so(runtime: Runtime, people: list[Participant], manager: Client, place: str) -> None:
    token = manager.page(LINKS).fields()["csrf_token"][0]
    manager.post(f"/manage/{STUDY}/participants/pack", {"csrf_token": token, "place": place})
    assert "Nobody" in manager.page(LINKS).words
