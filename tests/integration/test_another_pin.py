"""Another PIN, chosen by whoever gives the one that they have: without a script, as any browser sends it."""

from __future__ import annotations

from typing import Any

import pytest

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.entry.pins import TRIES
from surveyapp.domain.participants import Participant
from surveyapp.services.responses import pins as services
from surveyapp.services.runtime import Runtime
from surveyapp.store.entry import pins
from tests import factories
from tests.phone import Phone
from tests.sending import begun

PIN, ANOTHER = "481516", "230842"
PAGE = "/survey/yours/another-pin"


@pytest.fixture
def person(runtime: Runtime) -> Participant:
    return factories.create_participant(runtime)


@pytest.fixture
def phone(runtime: Runtime, person: Participant) -> Phone:
    return begun(runtime, person, PIN)


def choose(phone: Phone, present: str, new: str) -> None:
    phone.send({"pin": present, "new": new}, to=PAGE)


def fits(runtime: Runtime, person: Participant, digits: str) -> bool:
    with runtime.database.reading() as session:
        pin = pins.pin_of(session, person.id)
    return pin is not None and runtime.keyring.pin_fits(pin.hashed, person.id, digits)


def test_the_new_one_opens_and_the_former_does_not(runtime: Runtime, person: Participant, phone: Phone) -> None:
    link = factories.create_link(runtime, person)
    other = Phone(runtime)
    other.open(link)
    other.prove(PIN)
    assert "Choose another PIN" in phone.open("/survey/yours").words
    assert phone.open(PAGE).said("h1") == ["Choose another PIN"]
    choose(phone, "481 516", ANOTHER)
    assert phone.path == "/survey/yours"
    assert "Your PIN is another now." in phone.page.words
    assert "Download it to read" in phone.open("/survey/answers").words
    assert factories.actions(runtime, person)[-1] is AuditAction.PIN_CHANGED
    assert fits(runtime, person, ANOTHER)
    assert not fits(runtime, person, PIN)
    # Whoever got in elsewhere with the former one is out, and asked for the new one.
    assert "What is yours" not in other.open("/survey/yours").words
    other.open(link)
    assert other.path == "/survey/pin"
    other.send(pin=PIN)
    assert "That is not your PIN." in other.page.words
    other.send(pin=ANOTHER)
    assert other.path != "/survey/pin"


@pytest.mark.parametrize(
    ("present", "new", "fault", "of"),
    [
        ("999071", ANOTHER, f"That is not your PIN. Tries left: {TRIES - 1}.", "pin"),
        ("", ANOTHER, "Write 6 to 32 digits, and nothing else.", "pin"),
        ("secret", ANOTHER, "Write 6 to 32 digits, and nothing else.", "pin"),
        (PIN, "12345", "Write 6 to 32 digits, and nothing else.", "new"),
        (PIN, "123456", "That is one of the first that anybody would try.", "new"),
        (PIN, "4815-16", "That is the PIN that you wrote above. Choose another.", "new"),
        (PIN, "<b>230842", "Write 6 to 32 digits, and nothing else.", "new"),
    ],
)
def test_what_is_wrong_is_said_beside_it(
    present: str, new: str, fault: str, of: str, runtime: Runtime, person: Participant, phone: Phone
) -> None:
    choose(phone, present, new)
    assert phone.status == 422
    [(where, said)] = phone.faults
    assert (where, said.startswith(fault)) == (f"#{of}", True), said
    assert phone.chosen() == {}
    assert fits(runtime, person, PIN)
    # A slip of the new one is no guess at the present one.
    with runtime.database.reading() as session:
        pin = pins.pin_of(session, person.id)
    assert pin is not None
    assert pin.wrong == (1 if "Tries left" in fault else 0)


def test_of_two_who_choose_at_once_the_first_is_kept(
    runtime: Runtime, person: Participant, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hashing takes a while, and nothing is locked meanwhile."""
    hashed = services._hashed

    def while_another_is_chosen(*asked: Any) -> str:
        monkeypatch.setattr(services, "_hashed", hashed)
        other = Phone(runtime)
        other.open(factories.create_link(runtime, person))
        other.prove(PIN)
        choose(other, PIN, ANOTHER)
        assert other.path == "/survey/yours"
        return hashed(*asked)

    monkeypatch.setattr(services, "_hashed", while_another_is_chosen)
    choose(phone, PIN, "730519")
    assert fits(runtime, person, ANOTHER)


def test_guesses_end_as_they_do_at_the_door(runtime: Runtime, person: Participant, phone: Phone) -> None:
    for guess in range(TRIES):
        choose(phone, f"99907{guess}", ANOTHER)
        assert phone.status == 422
    assert "so it no longer opens anything" in phone.open("/survey/yours").words
    choose(phone, PIN, ANOTHER)
    assert phone.path == "/survey/yours"
    assert fits(runtime, person, PIN)
    assert factories.actions(runtime, person).count(AuditAction.PIN_REFUSED) == TRIES


def test_whoever_has_none_or_is_not_let_in_changes_none(runtime: Runtime, person: Participant) -> None:
    without = begun(runtime, person)
    assert "Choose another PIN" not in without.open("/survey/yours").words
    choose(without, PIN, ANOTHER)
    assert without.path == "/survey/yours"
    stranger = Phone(runtime)
    stranger.open(factories.create_link(runtime, person))
    choose(stranger, PIN, ANOTHER)
    assert not fits(runtime, person, ANOTHER)
