"""Contact records: sealed field by field, and found by phone number or e-mail address without being read.

Reading one is an act that the caller puts in the audit trail.
"""

from __future__ import annotations

import uuid
from dataclasses import fields

import phonenumbers

from surveyapp.domain.errors import InputRefused
from surveyapp.domain.participants import CONTACT_FIELDS, Contact, Participant
from surveyapp.domain.staff import Scope
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Work
from surveyapp.store import participants

HOME_REGION = "GB"
"""Where a phone number without a country code belongs."""

MAXIMUM_LENGTH = 254
"""Characters in a contact field: what an e-mail address may have at most."""


def write(work: Work, participant: Participant, contact: Contact) -> None:
    """Replaces a participant's contact record, and what finds it, in the caller's unit of work. Empty fields are not
    stored. Raises InputRefused, naming the field, when one cannot be used; nothing is stored then."""
    kept = checked(contact)
    found = lookups(work.runtime, kept)
    participants.save_contact(work.session, participant.id, sealed(work.runtime, participant.id, kept), found)


def sealed(runtime: Runtime, participant_id: uuid.UUID, contact: Contact) -> dict[str, participants.Sealed]:
    """The fields of a contact that are filled in, each encrypted and bound to its participant."""
    return {
        name: runtime.keyring.seal(participant_id, name, value)
        for name in CONTACT_FIELDS
        if (value := getattr(contact, name))
    }


def read(work: Work, participant_id: uuid.UUID) -> Contact:
    """A participant's contact record; what is not known is empty."""
    stored = participants.contact(work.session, participant_id)
    return Contact(
        **{
            field.name: work.runtime.keyring.unseal(participant_id, field.name, stored[field.name])
            for field in fields(Contact)
            if field.name in stored
        }
    )


def find(work: Work, scope: Scope, written: str) -> list[str]:
    """References of the participants in scope whose phone number or e-mail address this is, however it is written."""
    digests = lookups(work.runtime, Contact(phone=written, email=written))
    return sorted(
        {
            reference
            for kind, digest in digests.items()
            for reference in participants.references_by_digest(work.session, scope, kind, digest)
        }
    )


def lookups(runtime: Runtime, contact: Contact) -> dict[str, str]:
    """What finds a contact: the keyed hash of each of its phone number and e-mail address that can be read as one."""
    found = {"phone": phone_number(contact.phone), "email": email_address(contact.email)}
    return {kind: runtime.keyring.digest(kind, value) for kind, value in found.items() if value}


def checked(contact: Contact) -> Contact:
    """The contact, stray space gone. Raises InputRefused for the first field that cannot be used."""
    kept = Contact(**{field.name: " ".join(getattr(contact, field.name).split()) for field in fields(Contact)})
    for field in fields(Contact):
        if len(getattr(kept, field.name)) > MAXIMUM_LENGTH:
            raise InputRefused(f"Use at most {MAXIMUM_LENGTH} characters.", field.name)
    if kept.phone and phone_number(kept.phone) is None:
        raise InputRefused(
            "Enter one phone number with its area code, such as 07700 900 142 or +48 22 123 45 67.", "phone"
        )
    if kept.email and email_address(kept.email) is None:
        raise InputRefused("Enter an e-mail address such as name@example.org.", "email")
    return kept


def phone_number(written: str) -> str | None:
    """A number as E.164 (`+447700900142`), whatever spaces, brackets or country code it is written with; None if it
    cannot be one. An extension is left out."""
    try:
        number = phonenumbers.parse(written, HOME_REGION)
    except phonenumbers.NumberParseException:
        return None
    # Possible, not valid: numbers set aside for drama and tests must pass, and new ranges come faster than releases.
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def email_address(written: str) -> str | None:
    """An e-mail address in lower case, as it is looked up; None if it cannot be one."""
    name, at, domain = written.strip().casefold().rpartition("@")
    fits = name and at and "." in domain.strip(".") and not any(character.isspace() for character in name + domain)
    return f"{name}@{domain}" if fits else None
