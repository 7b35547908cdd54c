"""A day without a signal: what a tablet is given, what comes back sealed, on both databases."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import json
import uuid
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import delete

from surveyapp.domain.answers import Codes, Mode
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import InputRefused, StateRefused
from surveyapp.domain.fieldwork.cases import Disposition
from surveyapp.domain.participants import Participant
from surveyapp.domain.responses import ResponseState
from surveyapp.services.fieldwork import away, tablets
from surveyapp.services.fieldwork.away import AwayDay, BoxFate
from surveyapp.services.responses import answering, survey_session
from surveyapp.services.runtime import Runtime
from surveyapp.services.security import boxes
from surveyapp.services.security.boxes import BoxUnreadable
from surveyapp.store import cases, participants, responses
from surveyapp.store.answering import consents as said_of_consent
from surveyapp.store.tables import WebSessionRow
from tests import factories
from tests.conftest import Clock
from tests.integration.test_spot import PIN, Seat, actions, named

HEARD = {"page": "heard_via", "questionnaire": "backfill_1", "version": 1, "language": "en"}


def gone(seat: Seat) -> AwayDay:
    return away.go(seat.desk, seat.session, factories.STUDY, PIN)


def save(form: Mapping[str, list[str]], **more: object) -> dict[str, Any]:
    return {**HEARD, "save": str(uuid.uuid4()), "form": dict(form), **more}


def box(given: AwayDay, place: int = 0, **content: object) -> bytes:
    """As the tablet closes it."""
    said = {
        "ticket": given.people[place].ticket,
        "language": "en",
        "at": given.day.began_at.isoformat(),
        "agreed": {"take_part": True},
        "saves": [],
        **content,
    }
    closed = boxes.closed(given.key, json.dumps(said).encode())
    return closed.model_dump_json().encode()


def test_a_tablet_is_given_names_and_what_is_asked_and_the_session_is_locked(runtime: Runtime) -> None:
    named(runtime, "Amara Nowak")
    begun = named(runtime, "Zoe Adams")
    answering.give_consent(runtime, factories.by_link(runtime, begun), {"take_part": True})
    seat = Seat(runtime).begin()
    with pytest.raises(InputRefused):
        away.go(seat.desk, seat.session, factories.STUDY, "000001")
    assert not seat.session.lent
    given = gone(seat)
    # What somebody has begun is not known without a signal.
    assert [each.person.name for each in given.people] == ["Amara Nowak"]
    assert seat.session.lent
    with pytest.raises(StateRefused):
        gone(seat)
    assert AuditAction.SPOT_FETCHED in actions(runtime)
    seat.take_back()
    assert not seat.session.lent


def test_what_comes_back_is_saved_as_their_own_and_twice_as_once(runtime: Runtime, clock: Clock) -> None:
    person = named(runtime, "Amara Nowak")
    seat = Seat(runtime).begin()
    given = gone(seat)
    clock.forward(minutes=40)
    said_at = clock()
    heard = save({"heard_via": ["job_shop"]})
    clock.forward(hours=20)
    first = box(given, at=said_at.isoformat(), saves=[heard])
    assert away.receive(runtime, first) is BoxFate.TAKEN
    assert away.receive(runtime, first) is BoxFate.TAKEN
    # The whole stay again, with one answer more.
    another = save({"heard_via": ["family"]}, over={"heard_via": heard["save"]})
    assert away.receive(runtime, box(given, at=said_at.isoformat(), saves=[heard, another], send=True)) is BoxFate.TAKEN
    with runtime.database.reading() as session:
        (case,) = cases.cases_of(session, person.id)
        response = responses.response_of(session, case.id)
        consents = said_of_consent.last_said(session, person.id)
    assert response is not None
    # It is not complete: nothing that is still to be asked is sent in their name.
    assert (response.state, response.revision) == (ResponseState.STARTED, 2)
    assert response.seed == given.people[0].visit.ready[2].seed
    assert consents["take_part"].recorded_at == said_at
    assert (case.on_their_own_of, case.disposition) == (None, Disposition.PARTIAL)
    visit = answering_visit(runtime, person)
    assert visit["heard_via"].answer == Codes(("family",))
    assert visit["heard_via"].mode is Mode.SELF


def answering_visit(runtime: Runtime, person: Any) -> Any:
    link = factories.create_link(runtime, person)
    return survey_session.visit(runtime, factories.known_by(runtime, link)).given


@pytest.mark.parametrize("when", ["withdrawn", "erased ticket", "paused"])
def test_what_is_not_wanted_any_more_goes_and_what_cannot_be_taken_now_waits(runtime: Runtime, when: str) -> None:
    person = named(runtime, "Amara Nowak")
    given = gone(Seat(runtime).begin())
    sealed = box(given, saves=[save({"heard_via": ["job_shop"]})])
    with runtime.database.writing() as session:
        if when == "withdrawn":
            participants.withdraw(session, person.id, runtime.clock())
        elif when == "paused":
            (case,) = cases.cases_of(session, person.id)
            cases.set_disposition(session, case, Disposition.REFUSAL)
    if when == "erased ticket":
        nobody = boxes.note(
            runtime.keyring,
            {"case": uuid.uuid4().hex, "staff": uuid.uuid4().hex, "seed": 1, "at": "2026-06-15T10:00:00+00:00"},
        )
        sealed = box(given, ticket=nobody)
    expected = BoxFate.REFUSED if when == "paused" else BoxFate.GONE
    assert away.receive(runtime, sealed) is expected
    with runtime.database.reading() as session:
        assert responses.response_of(session, cases.cases_of(session, person.id)[0].id) is None


def test_a_box_is_ours_alone_to_open_and_nobody_elses_to_make(runtime: Runtime) -> None:
    named(runtime, "Amara Nowak")
    given = gone(Seat(runtime).begin())
    good = json.loads(box(given))
    sealed = bytearray(boxes.SealedBox.model_validate(good).sealed)
    sealed[0] ^= 1
    for wrong in (
        b"",
        b"{}",
        json.dumps(good | {"key": "nobody"}).encode(),
        json.dumps(good | {"sealed": base64.b64encode(bytes(sealed)).decode()}).encode(),
        json.dumps(good | {"made": base64.b64encode(b"\4" * 65).decode()}).encode(),
        box(given, ticket="made up"),
        box(given, ticket=given.people[0].ticket[:-6] + "AAAAAA"),
        boxes.closed(given.key, b"no answers").model_dump_json().encode(),
        json.dumps(good | {"nonce": ""}).encode(),
        # By whoever has a tablet, and closes what it would not.
        box(given, ticket="ż.ó"),
        box(given, ticket=given.people[0].ticket.partition(".")[0] + "."),
        box(given, at="0001-01-01T00:00:00+14:00"),
        box(given, language="en\0"),
        box(given, agreed={"take_part\0": True}),
        box(given, saves=[save({"heard_via": ["family"]}, at="9999-12-31T23:59:59-14:00")]),
    ):
        with pytest.raises(BoxUnreadable):
            away.receive(runtime, wrong)


def test_boxes_of_before_open_while_the_key_is_there(runtime: Runtime) -> None:
    named(runtime, "Amara Nowak")
    given = gone(Seat(runtime).begin())
    sealed = box(given)
    newer = dataclasses.replace(runtime.keyring, contact_keys={"new": b"n" * 32, **runtime.keyring.contact_keys})
    assert boxes.public_key(newer)[0] == "new"
    told = json.loads(boxes.opened(newer, boxes.SealedBox.model_validate_json(sealed)))
    assert boxes.read_note(newer, told["ticket"])["seed"]
    with pytest.raises(BoxUnreadable):
        boxes.opened(
            dataclasses.replace(newer, contact_keys={"new": b"n" * 32}), boxes.SealedBox.model_validate_json(sealed)
        )


def test_two_who_answered_for_one_are_both_kept(runtime: Runtime) -> None:
    """Two tablets: whoever arrives second is beside the first, never over it."""
    person = named(runtime, "Amara Nowak")
    one, two = gone(Seat(runtime).begin()), gone(Seat(runtime).begin())
    assert away.receive(runtime, box(one, saves=[save({"heard_via": ["job_shop"]})])) is BoxFate.TAKEN
    assert (
        away.receive(runtime, box(two, saves=[save({"heard_via": ["family"]}, over={"heard_via": None})]))
        is BoxFate.TAKEN
    )
    assert answering_visit(runtime, person)["heard_via"].answer == Codes(("job_shop",))


@pytest.mark.both_databases
def test_who_began_without_a_signal_has_come_and_goes_on_on_this_tablet_alone(runtime: Runtime, clock: Clock) -> None:
    person, other = named(runtime, "Amara Nowak"), named(runtime, "Zoe Adams")
    seat = Seat(runtime).begin()
    given = gone(seat)
    clock.forward(minutes=40)
    heard = save({"heard_via": ["job_shop"]})
    sealed = box(given, at=clock().isoformat(), saves=[heard])
    declined = box(given, 1, at=clock().isoformat(), agreed={"take_part": False})
    clock.forward(minutes=10)
    for _twice in range(2):
        assert away.receive(runtime, sealed) is BoxFate.TAKEN
    assert away.receive(runtime, declined) is BoxFate.TAKEN
    seat.take_back()
    here = {each.reference: each for each in seat.people().here}
    assert here[person.reference].arrived_at == clock() - dt.timedelta(minutes=10)
    assert {name: each.begun_here for name, each in here.items()} == {person.reference: True, other.reference: False}
    assert began_here(seat, person)
    assert not began_here(Seat(runtime, staff=seat.staff).begin(), person)
    # Of the one who said no nothing was begun: whatever they answer elsewhere is not this tablet's to show.
    assert not began_here(seat, other)


def began_here(seat: Seat, person: Participant) -> bool:
    """Whether they go on without their PIN, when the tablet is handed to them."""
    seat.hand_over(person.reference)
    lent = tablets.lent(seat.runtime, seat.token)
    assert lent is not None
    seat.take_back()
    return lent.began


def test_what_was_begun_elsewhere_meanwhile_or_came_another_day_is_not_this_tablets(
    runtime: Runtime, clock: Clock
) -> None:
    person, other = named(runtime, "Amara Nowak"), named(runtime, "Zoe Adams")
    seat = Seat(runtime).begin()
    given = gone(seat)
    at_home = factories.by_link(runtime, person)
    answering.give_consent(runtime, at_home, {"take_part": True})
    answering.save_page(runtime, at_home, "heard_via", {"heard_via": ["family"]}, uuid.uuid4())
    late = [save({"heard_via": ["job_shop"]}, over={"heard_via": None})]
    assert away.receive(runtime, box(given, saves=late)) is BoxFate.TAKEN
    seat.take_back()
    assert [each.begun_here for each in seat.people().here] == [False]
    assert not began_here(seat, person)
    clock.forward(hours=20)
    assert away.receive(runtime, box(given, 1, saves=[save({"heard_via": ["family"]})])) is BoxFate.TAKEN
    tomorrow = Seat(runtime, staff=seat.staff).begin()
    assert not tomorrow.people().here
    assert {each.reference for each in tomorrow.people().expected} == {person.reference, other.reference}


def test_a_box_finds_its_way_when_the_session_of_its_day_is_gone(runtime: Runtime) -> None:
    person = named(runtime, "Amara Nowak")
    seat = Seat(runtime).begin()
    given = gone(seat)
    with runtime.database.writing() as session:
        session.execute(delete(WebSessionRow).where(WebSessionRow.id == seat.session.id))
    assert away.receive(runtime, box(given, saves=[save({"heard_via": ["family"]})])) is BoxFate.TAKEN
    (line,) = Seat(runtime, staff=seat.staff).begin().people().here
    assert (line.reference, line.begun_here) == (person.reference, False)
