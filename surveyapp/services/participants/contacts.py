"""Contact records: sealed field by field, and found by phone number or e-mail address without being read.

Reading one is an act that the caller puts in the audit trail.
"""

from __future__ import annotations

import uuid
from dataclasses import fields, replace

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from surveyapp.domain import normalise
from surveyapp.domain.errors import InputRefused
from surveyapp.domain.participants import CONTACT_FIELDS, Contact, Participant
from surveyapp.domain.sentences import say
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
    kept = Contact(**{field.name: normalise.one_line(getattr(contact, field.name)) for field in fields(Contact)})
    kept = replace(kept, phone=_after("tel:", kept.phone), email=_after("mailto:", kept.email))
    for field in fields(Contact):
        if len(getattr(kept, field.name)) > MAXIMUM_LENGTH:
            raise InputRefused(say("text_too_long", limit=MAXIMUM_LENGTH), field.name)
    if kept.phone and phone_number(kept.phone) is None:
        enter = say("not_a_phone_number")
        refused = say("both", first=say("too_short_to_dial"), second=enter) if _parsed(kept.phone) else enter
        raise InputRefused(refused, "phone")
    if kept.email and email_address(kept.email) is None:
        raise InputRefused(say("not_an_email"), "email")
    return kept


def _after(scheme: str, written: str) -> str:
    """Without the beginning of a link, as an address book exports it."""
    return written[len(scheme) :].lstrip("/").strip() if written.casefold().startswith(scheme) else written


def phone_number(written: str) -> str | None:
    """A number as E.164 (`+447700900142`), whatever spaces, brackets or country code it is written with; None if nobody
    could dial it. An extension is left out."""
    number = _parsed(written)
    if number is None or not _can_be_dialled(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _parsed(written: str) -> phonenumbers.PhoneNumber | None:
    """What may be a phone number, or the beginning of one."""
    try:
        number = phonenumbers.parse(normalise.code(written), HOME_REGION)
    except phonenumbers.NumberParseException:
        return None
    longer = phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.TOO_LONG
    return None if longer else number


_LONG_ENOUGH = (phonenumbers.ValidationResult.IS_POSSIBLE, phonenumbers.ValidationResult.TOO_LONG)


def _can_be_dialled(number: phonenumbers.PhoneNumber) -> bool:
    """A number that is in use, or as long as any in use: numbers set aside for drama and tests must pass, and new
    ranges come faster than releases. Possible alone would let pass one without its area code or its last digit."""
    if phonenumbers.is_valid_number(number):
        return True
    kinds = (phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE)
    reasons = [phonenumbers.is_possible_number_for_type_with_reason(number, kind) for kind in kinds]
    return _LONG_ENOUGH[0] in reasons and all(reason in _LONG_ENOUGH for reason in reasons)


def email_address(written: str) -> str | None:
    """An e-mail address in lower case, as it is looked up; None if it cannot be one. Whether there is such a place, and
    whether it takes post, nobody is asked."""
    try:
        found = validate_email(_after("mailto:", normalise.one_line(written)), check_deliverability=False)
    except EmailNotValidError:
        return None
    return found.normalized.casefold()
