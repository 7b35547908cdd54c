"""People of whom everything is known that is sealed: a contact, a note, an answer in their own words."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from surveyapp.domain.fieldwork.cases import Outcome
from surveyapp.domain.participants import Contact, Participant
from surveyapp.domain.staff import Staff
from surveyapp.services.fieldwork import attempts, calls
from surveyapp.services.participants import contacts
from surveyapp.services.responses import answering
from surveyapp.services.runtime import Runtime
from tests import factories

SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "qui", "ro", "su", "ta")


@dataclass(frozen=True, kw_only=True)
class KnownPerson:
    """A participant, and what was told of them that nobody may read without their key."""

    participant: Participant
    contact: Contact
    note: str
    words: str

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every word by which they could be recognised."""
        return (*self.contact.name.split(), self.contact.phone, self.contact.email, self.note, self.words)


def invented(number: int) -> Contact:
    """A contact like no other: names that stand in no dictionary."""
    first, second = (
        "".join(SYLLABLES[seed >> shift & 15] for shift in (0, 4, 8, 12)).capitalize()
        for seed in (number * 40_503 % 65_536, number * 52_711 % 65_536)
    )
    return Contact(
        name=f"{first} {second}",
        phone=f"07700 9{number:05d}",
        email=f"{first}.{second}{number}@example.org".lower(),
        preferred="phone",
        times="after four",
    )


def know(
    runtime: Runtime, staff: Staff, number: int, *, note: bool = True, reference: str | None = None
) -> KnownPerson:
    """Adds a person who can be reached, has answered in part, and about whom an interviewer wrote something down."""
    person = factories.create_participant(runtime, reference=reference or f"BF-{9000 + number}")
    known = KnownPerson(
        participant=person,
        contact=invented(number),
        note=f"rings back at the {SYLLABLES[number % 16]}-{number} bakery",
        words=f"My neighbour of {SYLLABLES[number % 16]}-{number} street told me",
    )
    with factories.operator(runtime).writing() as work:
        contacts.write(work, person, known.contact)
    at_desk = factories.by_interviewer(staff, person)
    answering.give_consent(runtime, at_desk, {"take_part": True, "recontact": True})
    form = {"heard_via": ["online"], "heard_via_detail": [known.words]}
    answering.save_section(runtime, at_desk, "start", form, uuid.uuid4(), finish=False)
    if note:
        calls.open_case(runtime, at_desk)
        attempts.record_attempt(runtime, at_desk, Outcome.NO_ANSWER, uuid.uuid4(), known.note)
    return known
