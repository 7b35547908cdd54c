"""That somebody on the phone is who they say: two facts on record, asked by staff before they act for them."""

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


def facts(work: Work, participant: Participant) -> dict[IdentityFact, str | dt.date]:
    """What somebody can be asked for, and what is on record of it. A sight of a contact: the caller notes it."""
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
    return {fact: value for fact, value in held.items() if value}


def confirm(work: Work, participant: Participant, confirmed: Collection[IdentityFact]) -> None:
    """Notes in the audit trail which facts they were asked for and knew. Raises InputRefused (field `facts`) for fewer
    than `FACTS_NEEDED` of those on record."""
    right = [fact for fact in facts(work, participant) if fact in confirmed]
    if len(right) < FACTS_NEEDED:
        raise InputRefused(say("facts_missing", needed=FACTS_NEEDED), "facts")
    work.record(
        AuditAction.IDENTITY_CONFIRMED,
        participant.reference,
        study=participant.study,
        facts=[fact.value for fact in right],
    )
