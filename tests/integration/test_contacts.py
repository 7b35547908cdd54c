"""Contact records: sealed, read back, found by phone or e-mail."""

from __future__ import annotations

import dataclasses
import uuid

import pytest
from sqlalchemy import select

from surveyapp.domain.errors import InputRefused, KeyMissing, PersonKeyGone
from surveyapp.domain.participants import Contact
from surveyapp.domain.staff import Scope
from surveyapp.services.participants import contacts
from surveyapp.services.runtime import Runtime
from surveyapp.store import participants
from surveyapp.store.calling import wishes
from surveyapp.store.tables import ParticipantRow
from tests import factories

AMARA = Contact(
    name="Amara Nowak",
    phone="07700 900142",
    email="Amara@Example.org",
    preferred="phone",
    times="after 16:00",
    language="English, Polish",
)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("07700 900 142", "+447700900142"),
        ("(07700) 900142", "+447700900142"),
        ("+44 7700 900142", "+447700900142"),
        ("0044 7700 900142", "+447700900142"),
        ("07700 900142 ext 3", "+447700900142"),
        ("+48 22 123 45 67", "+48221234567"),
        ("12", None),
        ("", None),
        ("ask her sister", None),
        ("07700 900142 / 07700 900143", None),
    ],
)
def test_a_phone_number_is_one_number_however_it_is_written(written: str, number: str | None) -> None:
    assert contacts.phone_number(written) == number


@pytest.mark.parametrize(
    ("written", "address"),
    [
        (" Amara@Example.org ", "amara@example.org"),
        ("amara@example", None),
        ("amara", None),
        ("@example.org", None),
        ("amara @example.org", None),
        ("", None),
    ],
)
def test_an_email_address_is_looked_up_in_lower_case(written: str, address: str | None) -> None:
    assert contacts.email_address(written) == address


def test_a_contact_is_stored_sealed_and_read_back(runtime: Runtime) -> None:
    participant, other = factories.create_participant(runtime), factories.create_participant(runtime)
    with factories.operator(runtime).writing() as work:
        contacts.write(work, participant, AMARA)
        contacts.write(work, other, Contact(name="Somebody Else"))
    with factories.operator(runtime).reading() as work:
        assert contacts.read(work, participant.id) == AMARA
        stored = participants.contact(work.session, participant.id)
        for person, name in ((other.id, "phone"), (participant.id, "name")):
            with pytest.raises(PersonKeyGone):
                contacts.opened(work, person, name, stored["phone"])
        with pytest.raises(KeyMissing):
            contacts.opened(work, uuid.uuid4(), "phone", stored["phone"])
    assert set(stored) == {"name", "phone", "email", "preferred", "times", "language"}
    assert not any(b"Amara" in field.ciphertext or b"900142" in field.ciphertext for field in stored.values())


def test_writing_again_replaces_the_record_and_what_finds_it(runtime: Runtime) -> None:
    participant = factories.create_participant(runtime)
    scope = Scope(factories.STUDY, runtime.origin)
    with factories.operator(runtime).writing() as work:
        contacts.write(work, participant, AMARA)
        work.session.flush()
        contacts.write(work, participant, Contact(name="Amara N", phone="07700 900199"))
    with factories.operator(runtime).reading() as work:
        assert contacts.read(work, participant.id) == Contact(name="Amara N", phone="07700 900199")
        assert contacts.find(work, scope, "07700900142") == []
        assert contacts.find(work, scope, "amara@example.org") == []
        assert contacts.find(work, scope, "+447700900199") == [participant.reference]


@pytest.mark.parametrize(
    ("corrected", "spoken"),
    [
        (AMARA, ("pa",)),
        (dataclasses.replace(AMARA, phone="07700 900199"), ("pa",)),
        (dataclasses.replace(AMARA, language="Polish"), ("pl",)),
        (dataclasses.replace(AMARA, language=""), ()),
    ],
)
def test_the_language_that_was_said_last_counts(runtime: Runtime, corrected: Contact, spoken: tuple[str, ...]) -> None:
    """What a caller wrote down, until a manager corrects the languages on record."""
    person = factories.create_participant(runtime)
    with factories.operator(runtime).writing() as work:
        contacts.write(work, person, AMARA)
        work.session.flush()
        participants.set_language_asked(work.session, person.id, "pa")
    with factories.operator(runtime).writing() as work:
        contacts.write(work, person, corrected)
    with factories.operator(runtime).reading() as work:
        (row,) = work.session.scalars(select(ParticipantRow).where(ParticipantRow.id == person.id))
        assert wishes.of_row(row).languages == spoken


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("amara", True),
        ("NOWAK am", True),
        ("no", True),
        ("nówak", True),
        ("n", False),
        ("owak", False),
        ("amara kowalska", False),
        ("example", False),
        ("07700", False),
        ("", False),
    ],
)
def test_somebody_is_found_by_how_the_parts_of_their_name_begin(runtime: Runtime, written: str, found: bool) -> None:
    participant = factories.create_participant(runtime)
    with factories.operator(runtime).writing() as work:
        contacts.write(work, participant, AMARA)
    with factories.operator(runtime).reading() as work:
        assert contacts.find(work, factories.everyone(runtime), written) == ([participant.reference] if found else [])


def test_what_finds_people_tells_nothing_to_who_has_the_database(runtime: Runtime) -> None:
    people = [factories.create_participant(runtime) for _ in range(2)]
    with factories.operator(runtime).writing() as work:
        contacts.write(work, people[0], AMARA)
        contacts.write(work, people[1], Contact(name="Amara Nowak"))
    with factories.operator(runtime).reading() as work:
        first, second = participants.lookups(work.session, factories.everyone(runtime))
    assert first.ciphertext[12:] != second.ciphertext[12:]
    assert len(first.ciphertext) == len(second.ciphertext)
    assert b"nowak" not in first.ciphertext


def test_everyone_with_a_shared_number_is_found_but_only_in_scope(runtime: Runtime) -> None:
    mine, theirs = factories.create_site(runtime, "A1"), factories.create_site(runtime, "B1")
    people_there = [factories.create_participant(runtime, site=site) for site in (mine, mine, theirs)]
    with factories.operator(runtime).writing() as work:
        for participant in people_there:
            contacts.write(work, participant, Contact(phone="07700 900142"))
    with factories.operator(runtime).reading() as work:
        everywhere = contacts.find(work, Scope(factories.STUDY, runtime.origin), "0770 0900 142")
        my_site = Scope(factories.STUDY, runtime.origin, frozenset({mine.id}))
        here = contacts.find(work, my_site, "07700900142")
    assert everywhere == sorted(each.reference for each in people_there)
    assert here == sorted(each.reference for each in people_there[:2])


@pytest.mark.parametrize(
    ("contact", "field"),
    [
        (Contact(phone="123"), "phone"),
        (Contact(email="nobody"), "email"),
        (Contact(name="x" * 255), "name"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_field_and_nothing_is_stored(
    runtime: Runtime, contact: Contact, field: str
) -> None:
    participant = factories.create_participant(runtime)
    with pytest.raises(InputRefused) as refused, factories.operator(runtime).writing() as work:
        contacts.write(work, participant, contact)
    assert refused.value.field == field
    with factories.operator(runtime).reading() as work:
        assert contacts.read(work, participant.id) == Contact()
