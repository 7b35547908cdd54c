"""What GOV.UK Notify tells by itself: with its token, as often as it likes, about anybody or nobody."""

from __future__ import annotations

import dataclasses

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from surveyapp import create_app
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.participants import Participant
from surveyapp.domain.sending.planning import MessageState, WhyNot
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.environment.outside import NotifySettings
from surveyapp.services.privacy import erasing
from surveyapp.services.runtime import Runtime
from surveyapp.services.sending import deciding, outbox
from surveyapp.services.sending.deciding import MessageDecision
from surveyapp.services.sending.ways.carrier import CarrierOutcome
from surveyapp.store.security import audit
from surveyapp.store.sending import recipients
from tests import factories
from tests.conftest import Clock
from tests.sending import STUDY, Told, at_ten, by, reachable, rows, switch_on

TOKEN = "0123456789abcdef" * 2
SENT, BOUNCED, FAILED = MessageState.SENT, MessageState.BOUNCED, MessageState.FAILED


@pytest.fixture
def runtime(runtime: Runtime, clock: Clock) -> Runtime:
    """An installation that Notify knows the token of, at an hour at which it sends."""
    clock.now += at_ten(clock.now)
    notify = NotifySettings("k" * 73, "http://127.0.0.1:1", {"email": "frame", "text": "frame"}, TOKEN)
    return dataclasses.replace(runtime, settings=dataclasses.replace(runtime.settings, notify=notify))


@pytest.fixture
def notify(runtime: Runtime) -> FlaskClient:
    return create_app(runtime).test_client()


def tell(notify: FlaskClient, what: str = "delivery", token: str = TOKEN, **told: object) -> TestResponse:
    return notify.post(f"/api/notify/{what}", json=told, headers={"Authorization": f"Bearer {token}"})


def sent(runtime: Runtime, outcome: CarrierOutcome = CarrierOutcome.SENT) -> tuple[Participant, str, str]:
    """Somebody to whom a message went: our reference of it, and the carrier's."""
    person = reachable(runtime, phone="07700 900142")
    switch_on(runtime)
    outbox.send(factories.operator(runtime), [STUDY], by(Told([outcome])))
    [row] = rows(runtime, person)
    return person, row.id.hex, row.sender_reference or ""


@pytest.mark.parametrize(
    ("before", "status", "after"),
    [
        (CarrierOutcome.SENT, "delivered", SENT),
        (CarrierOutcome.UNCERTAIN, "delivered", SENT),
        (CarrierOutcome.SENT, "permanent-failure", BOUNCED),
        (CarrierOutcome.UNCERTAIN, "permanent-failure", BOUNCED),
        (CarrierOutcome.SENT, "temporary-failure", FAILED),
        (CarrierOutcome.SENT, "technical-failure", FAILED),
        (CarrierOutcome.SENT, "pending", SENT),
        (CarrierOutcome.SENT, "", SENT),
    ],
)
def test_what_became_of_it_is_noted_once(
    runtime: Runtime, notify: FlaskClient, before: CarrierOutcome, status: str, after: MessageState
) -> None:
    person, ours, theirs = sent(runtime, before)
    for _ in range(2):
        assert tell(notify, reference=ours, id=theirs, status=status, to="447700900142").status_code == 200
        assert [each.state for each in rows(runtime, person)] == [after]
    with runtime.database.reading() as session:
        ended = [(way, why) for way, why, _ in recipients.ended_ways(session, person.id)]
        noted = [each.action for each in audit.about(session, STUDY, person.reference)]
    assert ended == ([(SendingWay.TEXT, WhyNot.BOUNCED)] if after is BOUNCED else [])
    assert noted.count(AuditAction.CHANNEL_ENDED) == len(ended)


def test_what_came_back_does_not_arrive_later(runtime: Runtime, notify: FlaskClient) -> None:
    person, ours, theirs = sent(runtime)
    tell(notify, reference=ours, id=theirs, status="permanent-failure")
    tell(notify, reference=ours, id=theirs, status="delivered")
    assert [each.state for each in rows(runtime, person)] == [BOUNCED]


def test_what_became_of_an_earlier_time_is_not_of_this_one(runtime: Runtime, notify: FlaskClient) -> None:
    """A message that a person had sent again has the same reference of ours, so that it arrives once."""
    person, ours, theirs = sent(runtime)
    tell(notify, reference=ours, id=theirs, status="temporary-failure")
    [row] = rows(runtime, person)
    deciding.decide(factories.operator(runtime), STUDY, row.id, MessageDecision.AGAIN)
    outbox.send(factories.operator(runtime), [STUDY], by(Told(prefix="second")))
    tell(notify, reference=ours, id=theirs, status="permanent-failure")
    assert [each.state for each in rows(runtime, person)] == [SENT]
    tell(notify, reference=ours, id=f"second-{ours}", status="permanent-failure")
    assert [each.state for each in rows(runtime, person)] == [BOUNCED]


def test_by_their_reference_where_ours_is_missing(runtime: Runtime, notify: FlaskClient) -> None:
    person, _, theirs = sent(runtime)
    tell(notify, reference=None, id=theirs, status="permanent-failure")
    assert [each.state for each in rows(runtime, person)] == [BOUNCED]


@pytest.mark.parametrize("reference", ["0" * 32, "not ours", "", None, 7, ["x"], {"a": 1}, "\0", "\ud800", "x" * 4_000])
def test_of_nobody_it_is_taken_and_is_nothing(runtime: Runtime, notify: FlaskClient, reference: object) -> None:
    told = {"reference": reference, "id": reference, "source_number": reference}
    assert tell(notify, status="permanent-failure", **told).status_code == 200
    assert tell(notify, "text", message=reference if reference == "\ud800" else "STOP", **told).status_code == 200


def test_a_bounce_for_somebody_erased_is_taken_and_is_nothing(runtime: Runtime, notify: FlaskClient) -> None:
    person, ours, theirs = sent(runtime)
    with factories.operator(runtime).writing() as work:
        erasing.erase(work, person)
    assert tell(notify, reference=ours, id=theirs, status="permanent-failure").status_code == 200


@pytest.mark.parametrize("said", ["STOP", "koniec", "ਬੰਦ", "بند"])
def test_stop_in_four_languages_ends_text_messages(runtime: Runtime, notify: FlaskClient, said: str) -> None:
    person = reachable(runtime, phone="07700 900142")
    for _ in range(2):
        assert tell(notify, "text", source_number="447700900142", message=said).status_code == 200
    with runtime.database.reading() as session:
        assert [(way, why) for way, why, _ in recipients.ended_ways(session, person.id)] == [
            (way, WhyNot.OPTED_OUT) for way in SendingWay
        ]


def test_other_texts_and_other_numbers_are_nothing(runtime: Runtime, notify: FlaskClient) -> None:
    person = reachable(runtime, phone="07700 900142")
    for number, said in (("447700900142", "When is it?"), ("447700900143", "STOP"), ("", "STOP"), (7, None)):
        assert tell(notify, "text", source_number=number, message=said).status_code == 200
    with runtime.database.reading() as session:
        assert recipients.ended_ways(session, person.id) == []


def test_without_the_token_nothing_is_taken_and_many_wrong_ones_wait(runtime: Runtime, notify: FlaskClient) -> None:
    person, ours, theirs = sent(runtime)
    told = {"reference": ours, "id": theirs, "status": "permanent-failure"}
    assert notify.post("/api/notify/delivery", json=told).status_code == 401
    answers = [tell(notify, token="x" * 32, **told) for _ in range(12)]
    assert {each.status_code for each in answers} == {401, 429}
    assert answers[-1].headers["Retry-After"]
    assert [each.state for each in rows(runtime, person)] == [SENT]
    # The right one is let in whatever went before.
    assert tell(notify, **told).status_code == 200


@pytest.mark.parametrize("body", [b"", b"nothing", b"[]", b'"x"', b"{", b"[" * 9000, b"\xff\xfe"])
def test_what_is_no_object_is_said_to_be_none(notify: FlaskClient, body: bytes) -> None:
    answer = notify.post(
        "/api/notify/delivery",
        data=body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {TOKEN}"},
    )
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")


def test_nobody_is_let_in_where_no_token_is_set(runtime: Runtime) -> None:
    notify = runtime.settings.notify
    assert notify is not None
    silent = dataclasses.replace(runtime.settings, notify=dataclasses.replace(notify, callback=None))
    client = create_app(dataclasses.replace(runtime, settings=silent)).test_client()
    assert tell(client, reference="x").status_code == 404
