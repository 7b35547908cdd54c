"""What is sent, as a manager sees and steers it: nothing goes before the calendar was there to be looked at."""

from __future__ import annotations

import re

import pytest

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.participants import Participant
from surveyapp.domain.sending.planning import MessageState, WhyNot
from surveyapp.domain.staff import Role
from surveyapp.services.runtime import Runtime
from surveyapp.services.sending import outbox
from surveyapp.services.sending.ways.carrier import CarrierOutcome
from surveyapp.store import cases
from surveyapp.store.entry import accesses
from surveyapp.store.security import audit
from surveyapp.web.manager.sending import papers
from tests import factories
from tests.conftest import Clock
from tests.page import Client
from tests.sending import STUDY, Told, at_ten, by, reachable, rows, switch_on

PAGE = f"/manage/{STUDY}/messages"


@pytest.fixture
def manager(runtime: Runtime, client: Client, clock: Clock) -> Client:
    clock.now += at_ten(clock.now)
    client.sign_in(factories.create_staff(runtime, Role.MANAGER).email)
    client.raw.application.config["WTF_CSRF_ENABLED"] = False
    return client


def recorded(runtime: Runtime, action: AuditAction) -> list[dict[str, object]]:
    with runtime.database.reading() as session:
        return [each.detail for each in audit.entries(session) if each.action is action]


def text(client: Client, path: str) -> str:
    found = client.raw.get(path)
    assert found.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", found.get_data(as_text=True)).split())


def test_the_calendar_is_there_before_the_first_goes_out(runtime: Runtime, manager: Client) -> None:
    reachable(runtime)
    factories.create_participant(runtime)
    said = text(manager, PAGE)
    assert "Nothing goes out. This is what would" in said
    assert "3 messages, if nobody answers" in said
    assert "Nothing on record reaches them by any of its ways" in said
    assert "1 message goes out on" in text(manager, f"{PAGE}/switch")
    assert manager.raw.post(f"{PAGE}/switch", data={"sends": "on"}).status_code == 302
    assert "Sending is on, but no worker runs" in text(manager, PAGE)
    assert recorded(runtime, AuditAction.SENDING_SWITCHED) == [{"on": True}]


def test_what_one_person_gets_in_their_words(runtime: Runtime, manager: Client) -> None:
    person = reachable(runtime, email="a@example.org", language="Polish")
    said = text(manager, f"/manage/{STUDY}/participants/{person.reference}/messages?step=invite")
    assert "Dzień dobry, Amara Nowak" in said
    there = manager.raw.get(f"/manage/{STUDY}/participants/{person.reference}").get_data(as_text=True)
    assert f"/participants/{person.reference}/messages" in there
    assert "In Polski." in said
    assert "/s/" not in said
    assert {"page": "messages"} in recorded(runtime, AuditAction.CONTACT_SEEN)


def test_an_uncertain_message_is_listed_and_decided(runtime: Runtime, manager: Client) -> None:
    person = reachable(runtime)
    switch_on(runtime)
    outbox.send(factories.operator(runtime), [STUDY], by(Told([CarrierOutcome.UNCERTAIN])))
    [row] = rows(runtime, person)
    assert f"{person.reference}" in text(manager, PAGE)
    assert {"people": [person.reference]} in recorded(runtime, AuditAction.MESSAGES_SEEN)
    path = f"{PAGE}/{row.id}/decide"
    assert manager.raw.post(path, data={"decision": "perhaps"}).status_code == 400
    assert manager.raw.post(path, data={"decision": "arrived"}).status_code == 302
    assert manager.raw.post(path, data={"decision": "again"}).status_code == 409
    assert [each.state for each in rows(runtime, person)] == [MessageState.SENT]
    assert [each["decision"] for each in recorded(runtime, AuditAction.MESSAGE_DECIDED)] == ["arrived"]


def test_letters_are_taken_along_once(runtime: Runtime, manager: Client) -> None:
    person = reachable(runtime, address="Flat 1, 2 High Street, Coventry, CV1 1AA")
    assert manager.raw.post(f"{PAGE}/take/letter").status_code == 409
    switch_on(runtime)
    assert "Letter: 1" in text(manager, PAGE)
    taken = manager.raw.post(f"{PAGE}/take/letter")
    assert taken.mimetype == "application/pdf"
    assert "no-store" in taken.headers["Cache-Control"]
    assert taken.data.count(b"/Type/Page/") + taken.data.count(b"/Type /Page\n") == 1
    assert manager.raw.post(f"{PAGE}/take/letter").status_code == 409
    [row] = rows(runtime, person)
    assert (row.state, row.via) == (MessageState.SENT, "file")
    assert recorded(runtime, AuditAction.MESSAGES_TAKEN) == [{"way": "letter", "count": 1}]


NO_FONT = "\U0010fffd"
"""A private letter that no font has."""


def test_whose_letter_no_font_can_write_is_left_for_a_person_to_decide(runtime: Runtime, manager: Client) -> None:
    first, second = (
        reachable(runtime, address=each) for each in (f"{NO_FONT} Street, Coventry", "2 High Street, Coventry")
    )
    switch_on(runtime)
    assert manager.raw.post(f"{PAGE}/take/letter").mimetype == "application/pdf"
    assert [row.state for row in rows(runtime, second)] == [MessageState.SENT]
    [row] = rows(runtime, first)
    assert (row.state, row.why) == (MessageState.FAILED, WhyNot.UNWRITABLE)
    assert live_links(runtime, first) == 0 < live_links(runtime, second)
    assert "No font of this machine has a letter of it" in text(manager, PAGE)
    manager.raw.post(f"{PAGE}/{row.id}/decide", data={"decision": "again"})
    refused = manager.raw.post(f"{PAGE}/take/letter")
    assert refused.status_code == 409
    assert "fonts-noto-core" in refused.get_data(as_text=True)


def test_letters_that_could_not_be_set_have_not_left(
    runtime: Runtime, manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*given: object) -> bytes:
        raise ValueError("The letters could not be set.")

    person = reachable(runtime, address="2 High Street, Coventry")
    switch_on(runtime)
    monkeypatch.setattr(papers, "letters_pdf", breaks)
    manager.raw.application.config["PROPAGATE_EXCEPTIONS"] = False
    assert manager.raw.post(f"{PAGE}/take/letter").status_code == 500
    assert [row.state for row in rows(runtime, person)] == [MessageState.PLANNED]
    assert live_links(runtime, person) == 0


def live_links(runtime: Runtime, person: Participant) -> int:
    with runtime.database.reading() as session:
        return sum(len(accesses.accesses_of(session, each.id)) for each in cases.cases_of(session, person.id))


def test_a_letter_to_try_goes_to_nobody(runtime: Runtime, manager: Client) -> None:
    assert "A letter to try" in text(manager, PAGE)
    for language, known in (("en", True), ("ur", True), ("xx", False), ("", False)):
        tried = manager.raw.get(f"{PAGE}/letter.pdf", query_string={"language": language})
        assert (tried.status_code, tried.mimetype == "application/pdf") == (200 if known else 404, known)
    assert recorded(runtime, AuditAction.MESSAGES_TAKEN) == []


def test_text_messages_are_taken_along_as_a_file(runtime: Runtime, manager: Client) -> None:
    reachable(runtime, phone="07700 900142")
    switch_on(runtime)
    taken = manager.raw.post(f"{PAGE}/take/text")
    assert taken.mimetype == "text/csv"
    assert "447700900142" in taken.get_data(as_text=True)
    assert "Your own link: http" in taken.get_data(as_text=True)


def test_a_study_that_says_nothing_of_messages_says_so(runtime: Runtime, manager: Client) -> None:
    import dataclasses

    study = runtime.studies[STUDY]
    silent = dataclasses.replace(study, messages=None)
    runtime.studies[STUDY] = silent  # type: ignore[index]
    try:
        runtime._studies_for_staff.clear()
        assert "This study sends nothing" in text(manager, PAGE)
        assert manager.raw.post(f"{PAGE}/switch", data={"sends": "on"}).status_code == 409
    finally:
        runtime.studies[STUDY] = study  # type: ignore[index]


def test_whoever_manages_one_site_does_not_switch_it(runtime: Runtime, client: Client) -> None:
    site = factories.create_site(runtime)
    member = factories.create_staff(runtime, Role.MANAGER, site=site)
    client.sign_in(member.email)
    client.raw.application.config["WTF_CSRF_ENABLED"] = False
    assert "Switch sending on" not in text(client, PAGE)
    assert client.raw.post(f"{PAGE}/switch", data={"sends": "on"}).status_code == 403


def test_somebody_who_says_so_is_reached_by_a_way_no_more_and_again(runtime: Runtime, manager: Client) -> None:
    person = reachable(runtime)
    page = f"/manage/{STUDY}/participants/{person.reference}/messages"
    assert manager.raw.post(f"{page}/way", data={"way": "pigeon"}).status_code == 400
    assert manager.raw.post(f"{page}/way", data={"way": "email"}).status_code == 302
    assert "They want no more messages this way" in text(manager, page)
    switch_on(runtime)
    carrier = Told()
    outbox.send(factories.operator(runtime), [STUDY], by(carrier))
    assert carrier.handed == []
    assert manager.raw.post(f"{page}/way", data={"way": "email", "open": "yes"}).status_code == 302
    outbox.send(factories.operator(runtime), [STUDY], by(carrier))
    assert len(carrier.handed) == 1
    assert recorded(runtime, AuditAction.CHANNEL_ENDED) == [{"way": "email", "why": "opted_out"}]
