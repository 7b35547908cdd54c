"""That somebody on the phone is who they say: two facts on record, asked by staff before they act for them."""

from __future__ import annotations

import enum
from collections.abc import Collection

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import InputRefused
from surveyapp.domain.participants import Participant
from surveyapp.domain.sentences import say
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


def facts_on_record(work: Work, participant: Participant) -> tuple[IdentityFact, ...]:
    """What somebody can be asked for: what is on record, and not what it says."""
    held = participants.contact(work.session, participant.id)
    there = {
        IdentityFact.NAME: "name" in held,
        IdentityFact.PHONE: "phone" in held,
        IdentityFact.EMAIL: "email" in held,
        IdentityFact.SITE: participant.site is not None,
        IdentityFact.ENROLLED: True,
        IdentityFact.EVENT: bool(participants.events(work.session, participant.id)),
    }
    return tuple(fact for fact in IdentityFact if there[fact])


def confirm(work: Work, participant: Participant, confirmed: Collection[IdentityFact]) -> None:
    """Notes in the audit trail which facts they were asked for and knew. Raises InputRefused (field `facts`) for fewer
    than `FACTS_NEEDED` of those on record."""
    right = [fact for fact in facts_on_record(work, participant) if fact in confirmed]
    if len(right) < FACTS_NEEDED:
        raise InputRefused(say("facts_missing", needed=FACTS_NEEDED), "facts")
    work.record(
        AuditAction.IDENTITY_CONFIRMED,
        participant.reference,
        study=participant.study,
        facts=[fact.value for fact in right],
    )
