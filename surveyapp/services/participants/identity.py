"""That somebody on the phone is who they say: two facts on record, asked by staff before they act for them.

Once somebody's contacts went, the day they enrolled may be all that is on record, and what they may ask for is theirs
for years to come. Their reference is a fact then, for that alone: with the day it is two. Whoever knows both and is
somebody else learns answers under no name, for there is no name, number, address, site or event on record where this
is so; no link of theirs is let open by it."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Collection

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import InputRefused
from surveyapp.domain.participants import Participant
from surveyapp.domain.sentences import say
from surveyapp.services.participants import contacts
from surveyapp.services.work import Work
from surveyapp.store import participants

FACTS_NEEDED = 2
"""How many facts have to be right."""


class IdentityFact(enum.StrEnum):
    """Something on record that the person can be asked for, and that a stranger with their link would not know."""

    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    SITE = "site"
    ENROLLED = "enrolled"
    EVENT = "event"
    REFERENCE = "reference"


def facts(work: Work, participant: Participant, rights: bool = False) -> dict[IdentityFact, str | dt.date]:
    """What somebody can be asked for, and what is on record of it. A sight of a contact: the caller notes it.

    `rights`: it is for what they may ask of their part in the study. Where too little is on record to know them by,
    their reference is among it then, which their own pages and messages tell them; not of answers that are made
    nobody's, whose reference nobody was told.
    """
    contact = contacts.read(work, participant.id)
    happened = participants.events(work.session, participant.id)
    held: dict[IdentityFact, str | dt.date] = {
        IdentityFact.NAME: contact.name,
        IdentityFact.PHONE: contact.phone,
        IdentityFact.EMAIL: contact.email,
        IdentityFact.SITE: participant.site.name if participant.site else "",
        IdentityFact.ENROLLED: participant.enrolled_on,
        IdentityFact.EVENT: happened[0].on if happened else "",
    }
    found = {fact: value for fact, value in held.items() if value}
    if rights and len(found) < FACTS_NEEDED and not participants.is_anonymous(work.session, participant.id):
        found[IdentityFact.REFERENCE] = participant.reference
    return found


def confirm(work: Work, participant: Participant, confirmed: Collection[IdentityFact], rights: bool = False) -> None:
    """Notes in the audit trail which facts they were asked for and knew. `rights` as in `facts`. Raises InputRefused
    (field `facts`) for fewer than `FACTS_NEEDED` of those on record."""
    right = [fact for fact in facts(work, participant, rights) if fact in confirmed]
    if len(right) < FACTS_NEEDED:
        raise InputRefused(say("facts_missing", needed=FACTS_NEEDED), "facts")
    work.record(
        AuditAction.IDENTITY_CONFIRMED,
        participant.reference,
        study=participant.study,
        facts=[fact.value for fact in right],
    )
