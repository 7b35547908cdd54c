"""Contact records: sealed field by field with the person's own key, and found by parts of their name, phone number or
e-mail address.

What finds a person is sealed with their key too, so that it goes with it, from every copy of the database. A search
opens all that is in scope (40 µs each): a thief of the database learns not even who shares a name.

Reading one is an act that the caller puts in the audit trail.
"""

from __future__ import annotations

import functools
import re
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from surveyapp.domain import normalise
from surveyapp.domain.errors import InputRefused
from surveyapp.domain.fieldwork.call_wishes import CallWishes
from surveyapp.domain.fieldwork.consequences import ReferralKind
from surveyapp.domain.fieldwork.lists import DoubleChoice
from surveyapp.domain.participants import CONTACT_FIELDS, Contact, Participant
from surveyapp.domain.sending.planning import NOT_THEIRS
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Scope
from surveyapp.services.cases.call_wishes import read_wishes
from surveyapp.services.person_keys import PERSONAL
from surveyapp.services.work import Work
from surveyapp.store import participants
from surveyapp.store.calling import referrals
from surveyapp.store.lists import staging
from surveyapp.store.sending import recipients

HOME_REGION = "GB"
"""Where a phone number without a country code belongs."""

SHORTEST_PART = 2
"""Letters that a part of a name must have to be looked for."""

LOOKUP, LOOKUP_SIZE = "lookup", 128
"""What a lookup is bound to beside the person, and of how many bytes its length is a multiple."""

MAXIMUM_LENGTH = 254
"""Characters in a contact field: what an e-mail address may have at most."""


def write(work: Work, participant: Participant, contact: Contact) -> None:
    """Replaces a participant's contact record, and what finds it, in the caller's unit of work. Empty fields are not
    stored. What was wrong with how they were reached is mended where that is another. Raises InputRefused, naming the
    field, when one cannot be used; nothing is stored then."""
    kept = checked(contact)
    write_many(work, [(participant.id, prepared(work, participant.id, read(work, participant.id), kept))])


@dataclass(frozen=True)
class PreparedContact:
    """A contact record as it is stored, everything sealed, and in which fields it reaches somebody otherwise than the
    one before (`reached_otherwise`)."""

    fields: Mapping[str, participants.Sealed]
    lookup: bytes | None
    wishes: CallWishes
    otherwise: frozenset[str]


def prepared(work: Work, participant_id: uuid.UUID, before: Contact, after: Contact) -> PreparedContact:
    """What `write_many` stores of a contact that was `checked`."""
    sealed_fields, lookup = sealed(work, participant_id, after), sealed_lookup(work, participant_id, after)
    return PreparedContact(sealed_fields, lookup, read_wishes(after), reached_otherwise(before, after))


def write_many(work: Work, contacts: Sequence[tuple[uuid.UUID, PreparedContact]]) -> None:
    """Replaces many people's contact records as `write` does one; of several of one person the last stands."""
    for person, each in contacts:
        _mend(work, person, each.otherwise)
    staging.replace_contacts(
        work.session, {person: (each.fields, each.lookup, each.wishes) for person, each in contacts}
    )


MENDS = {
    ReferralKind.WRONG_NUMBER: frozenset({"phone", "other_phones"}),
    ReferralKind.MOVED: frozenset({"phone", "other_phones", "email", "address"}),
}
"""Fields of which another entry lets somebody be called again who was not because of it."""


def reached_otherwise(before: Contact, after: Contact) -> frozenset[str]:
    """The fields by which a contact reaches somebody elsewhere than one before it: another number, not the same one
    written in another way."""
    there, here = _places(before), _places(after)
    return frozenset(name for name in there if there[name] != here[name])


def _places(contact: Contact) -> dict[str, object]:
    reached = reached_by(contact)
    return {
        "phone": reached.get("phone", contact.phone),
        "other_phones": sorted(other_numbers(contact)),
        "email": reached.get("email", contact.email),
        "address": re.findall(r"\w+", contact.address.casefold()),
    }


def _mend(work: Work, participant_id: uuid.UUID, otherwise: Collection[str]) -> None:
    """A way that ended because nobody, or somebody else, was there is open again once its address or number is another;
    and whoever was not called because of it is called."""
    if not otherwise:
        return
    again = [way for name, way in recipients.REACHED_BY.items() if name in otherwise]
    recipients.open_channel(work.session, participant_id, again, NOT_THEIRS)
    mended = [kind for kind, names in MENDS.items() if names & set(otherwise)]
    referrals.mend(work.session, participant_id, mended, work.now, work.staff_id)


def sealed(work: Work, participant_id: uuid.UUID, contact: Contact) -> dict[str, participants.Sealed]:
    """The fields of a contact that are filled in, each encrypted and bound to its participant."""
    return {
        name: participants.Sealed(PERSONAL, work.seals.seal(participant_id, name, value))
        for name in CONTACT_FIELDS
        if (value := getattr(contact, name))
    }


def opened(work: Work, participant_id: uuid.UUID, name: str, sealed: participants.Sealed) -> str:
    """A field of a contact, with whichever key sealed it. Raises KeyMissing."""
    if sealed.key_id == PERSONAL:
        return work.seals.unseal(participant_id, name, sealed.ciphertext)
    return work.runtime.keyring.unseal(participant_id, name, sealed)


def read(work: Work, participant_id: uuid.UUID) -> Contact:
    """A participant's contact record; what is not known is empty."""
    stored = participants.contact(work.session, participant_id)
    return Contact(
        **{
            field.name: opened(work, participant_id, field.name, stored[field.name])
            for field in fields(Contact)
            if field.name in stored
        }
    )


def read_many(work: Work, people: Collection[uuid.UUID]) -> dict[uuid.UUID, Contact]:
    """The contact records of many people."""
    work.seals.expect(people)
    return {
        person: Contact(**{name: opened(work, person, name, each) for name, each in held.items()})
        for person, held in participants.contacts_of(work.session, people).items()
    }


def find(work: Work, scope: Scope, written: str) -> list[str]:
    """References of the participants in scope whose phone number or e-mail address this is, however it is written; or
    who have names that begin with each part of it, of at least two letters."""
    reached = set(reached_by(Contact(phone=written, email=written)).values())
    begun = [part for part in normalise.name_parts(written) if len(part) >= SHORTEST_PART]
    if not reached and not begun:
        return []
    return [
        reference
        for reference, there in lookups(work, scope)
        if (there & reached if reached else all(any(_begins(each, part) for each in there) for part in begun))
    ]


def _begins(entry: str, part: str) -> bool:
    return entry.startswith(part) and "@" not in entry


def owners(work: Work, scope: Scope, wanted: Collection[str]) -> dict[str, list[str]]:
    """Whose these phone numbers and e-mail addresses are, in the forms of `reached_by`, among the participants in
    scope: to references. Those known to nobody are left out."""
    found: dict[str, list[str]] = {}
    wanted = set(wanted)
    for reference, there in lookups(work, scope) if wanted else ():
        for each in sorted(there & wanted):
            found.setdefault(each, []).append(reference)
    return found


def reached_by(contact: Contact) -> dict[str, str]:
    """The phone number and the e-mail address of a contact in the forms that are compared, where each can be read."""
    found = {"phone": phone_number(contact.phone), "email": email_address(contact.email)}
    return {kind: value for kind, value in found.items() if value}


def other_numbers(contact: Contact) -> list[str]:
    """The other phone numbers of a contact in the form that is compared, those that can be read."""
    return [number for each in contact.other_phones.split(";") if (number := phone_number(each))]


def sealed_lookup(work: Work, participant_id: uuid.UUID, contact: Contact) -> bytes | None:
    """What finds a contact, sealed; its length tells nothing of theirs. None where there is nothing to find it by."""
    entry = "\n".join([*normalise.name_parts(contact.name), *reached_by(contact).values(), *other_numbers(contact)])
    if not entry:
        return None
    return work.seals.seal(participant_id, LOOKUP, entry + "\n" * (-len(entry.encode()) % LOOKUP_SIZE))


def lookups(work: Work, scope: Scope) -> Iterator[tuple[str, set[str]]]:
    """What finds each person in scope, opened, by reference."""
    there = participants.lookups(work.session, scope)
    work.seals.expect(each.person for each in there)
    for each in there:
        yield each.reference, set(work.seals.unseal(each.person, LOOKUP, each.ciphertext).split("\n")) - {""}


def checked(contact: Contact) -> Contact:
    """The contact, stray space gone. Raises InputRefused for the first field that cannot be used."""
    return Contact(**{field.name: checked_field(field.name, getattr(contact, field.name)) for field in fields(Contact)})


def checked_field(name: str, written: str) -> str:
    """One field of a contact, the same."""
    kept = normalise.one_line(written) if written else ""
    if not kept:
        return ""
    if name == "phone":
        kept = _after("tel:", kept)
    elif name == "email":
        kept = _after("mailto:", kept)
    if len(kept) > MAXIMUM_LENGTH:
        raise InputRefused(say("text_too_long", limit=MAXIMUM_LENGTH), name)
    if name == "phone" and kept and phone_number(kept) is None:
        enter = say("not_a_phone_number")
        refused = say("both", first=say("too_short_to_dial"), second=enter) if _parsed(kept) else enter
        raise InputRefused(refused, name)
    if name == "other_phones":
        for each in filter(None, (part.strip() for part in kept.split(";"))):
            if phone_number(each) is None:
                raise InputRefused(say("not_another_phone", written=each[:60]), name)
    if name == "email" and kept and email_address(kept) is None:
        raise InputRefused(say("not_an_email"), name)
    return kept


def needed_for(contact: Contact) -> str:
    """The field of a contact without which the way that somebody prefers reaches nobody; empty for any other way."""
    return {"phone": "phone", "text": "phone", "email": "email"}.get(contact.preferred, "")


def together(before: Contact, said: Contact, choice: DoubleChoice) -> Contact:
    """A contact with what a row says: where nothing was known or, for an update, wherever it says something."""
    values = {each.name: (getattr(before, each.name), getattr(said, each.name)) for each in fields(Contact)}
    return Contact(
        **{name: (new or old) if choice is DoubleChoice.UPDATE else (old or new) for name, (old, new) in values.items()}
    )


def _after(scheme: str, written: str) -> str:
    """Without the beginning of a link, as an address book exports it."""
    return written[len(scheme) :].lstrip("/").strip() if written.casefold().startswith(scheme) else written


@functools.lru_cache(maxsize=100_000)
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


_CALLED = (phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE)
_LONG_ENOUGH = (phonenumbers.ValidationResult.IS_POSSIBLE, phonenumbers.ValidationResult.TOO_LONG)


def _can_be_dialled(number: phonenumbers.PhoneNumber) -> bool:
    """A number that is in use, or as long as any in use: numbers set aside for drama and tests must pass, and new
    ranges come faster than releases. Possible alone would let pass one without its area code or its last digit."""
    # How long it is is looked at first: it costs a tenth of what the patterns of each kind do.
    reasons = [phonenumbers.is_possible_number_for_type_with_reason(number, kind) for kind in _CALLED]
    long_enough = _LONG_ENOUGH[0] in reasons and all(reason in _LONG_ENOUGH for reason in reasons)
    return long_enough or phonenumbers.is_valid_number(number)


_ATOM = r"[A-Za-z0-9_!#$%&'*+/=?^`{|}~-]+"
_DOT_ATOM = re.compile(rf"({_ATOM}(?:\.{_ATOM})*)@([A-Za-z0-9.-]+)")
"""An address as nearly all are written (RFC 5322, 3.2.3): what is before the sign needs no further look."""


@functools.lru_cache(maxsize=100_000)
def email_address(written: str) -> str | None:
    """An e-mail address in lower case, as it is looked up; None if it cannot be one. Whether there is such a place, and
    whether it takes post, nobody is asked."""
    kept = _after("mailto:", normalise.one_line(written))
    plain = _DOT_ATOM.fullmatch(kept)
    if plain is None:
        return _validated(kept)
    # A list has as many domains as there are employers. The library takes a millisecond to look at one.
    domain = _domain(plain[2])
    if domain is None or len(kept) > MAXIMUM_LENGTH:
        return None
    # One that is written in other letters than it is shown in may be too long as it is shown.
    return f"{plain[1]}@{domain}".casefold() if domain == plain[2].casefold() else _validated(kept)


@functools.lru_cache(maxsize=10_000)
def _domain(written: str) -> str | None:
    found = _validated(f"a@{written}")
    return found.removeprefix("a@") if found else None


def _validated(written: str) -> str | None:
    try:
        return validate_email(written, check_deliverability=False).normalized.casefold()
    except EmailNotValidError:
        return None


def ascii_address(address: str) -> str:
    """An e-mail address with its domain in the letters of the first mail servers (`müller.de` as `xn--mller-kva.de`),
    which all of them know; the address itself where its domain is in them, or cannot be."""
    mailbox, _, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{mailbox}@{validate_email(f'a@{domain}', check_deliverability=False).ascii_domain}"
    except EmailNotValidError:
        return address


def forget_read() -> None:
    """Lets go of the numbers and addresses that were read: a list reads each several times over."""
    phone_number.cache_clear()
    email_address.cache_clear()
    _domain.cache_clear()
