"""Messages that nobody carries for us: somebody takes them along, in a file or on paper. They are handed over as they
are taken, once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import StateRefused
from surveyapp.domain.sending.planning import MessageState
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action
from surveyapp.services.mending.whole_study import whole_study
from surveyapp.services.sending import outbox, wording
from surveyapp.services.sending.facts import rules_of
from surveyapp.services.sending.outbox import Given
from surveyapp.services.sending.ways.carrier import CarrierOutcome, OutgoingMessage, Receipt
from surveyapp.services.sending.ways.chosen import TAKEN_ALONG
from surveyapp.services.work import Desk
from surveyapp.store.sending import outbox as store
from surveyapp.store.sending.outbox import OutboxMessage

MOST = 500
"""Messages that are taken along at once; the next are there afterwards."""


@dataclass(frozen=True)
class TakenMessage:
    """A message that was taken along, and whose it is."""

    reference: str
    touchpoint: int
    step: str
    message: OutgoingMessage


Made = TypeVar("Made")


def take(
    desk: Desk,
    study_id: str,
    way: SendingWay,
    make: Callable[[list[TakenMessage]], Made],
    writable: Callable[[OutgoingMessage], bool] = lambda message: True,
) -> Made:
    """Takes along what is due by a way, as what `make` makes of it, the only time it can be read. All are marked as
    being handed over before the first is made anything of. What is not `writable` is left out, for a person to decide;
    where `make` raises, nothing has left, and all wait. Raises NotPermitted, NotFound, StateRefused where sending is
    off or under way, or nothing is due or writable."""
    scope = whole_study(desk, study_id)
    desk.check_everywhere(Action.SEE_CONTACTS, study_id, say("role_does_not_let", action=Action.SEE_CONTACTS))
    study = desk.runtime.study(study_id)
    rules_of(study)
    with outbox.the_lock(desk):
        found: list[tuple[OutboxMessage, OutgoingMessage, Given]] = []
        with desk.writing() as work:
            if not store.sends(work.session, study_id)[0]:
                raise StateRefused(say("sending_is_off"))
            outbox.plan_due(work, scope, study)
            # Whoever takes them along now does not wait until a carrier is tried again.
            for each in store.waiting(work.session, scope, None, (way,), MOST):
                taken = outbox.take_up(work, each, TAKEN_ALONG)
                if not isinstance(taken, MessageState):
                    found.append((each, *taken))
            if found:
                work.record(AuditAction.MESSAGES_TAKEN, study=study_id, way=way.value, count=len(found))
                work.record_many(
                    AuditAction.CONTACT_SEEN,
                    [(each.reference, {"file": "messages"}) for each, _, _ in found],
                    study=study_id,
                )
        if not found:
            raise StateRefused(say("nothing_to_take"))
        came_to = [CarrierOutcome.NOT_TAKEN] * len(found)
        try:
            can = [writable(message) for _, message, _ in found]
            made = (
                make(
                    [
                        TakenMessage(each.reference, each.touchpoint, each.step, message)
                        for (each, message, _), good in zip(found, can, strict=True)
                        if good
                    ]
                )
                if any(can)
                else None
            )
            came_to = [CarrierOutcome.SENT if good else CarrierOutcome.UNWRITABLE for good in can]
        finally:
            with desk.writing() as work:
                for (each, _, given), outcome in zip(found, came_to, strict=True):
                    outbox.settle(work, each, Receipt(outcome), given)
    if made is None:
        raise StateRefused(say("letters_unwritable"))
    return made


def trial(desk: Desk, study_id: str, language: str, address: tuple[str, ...]) -> OutgoingMessage:
    """The first letter that a study sends as nobody gets it: it opens nothing, and is not stored. Raises NotPermitted,
    NotFound, StateRefused where the study writes no letters."""
    desk.check(Action.MANAGE_PARTICIPANTS, study_id)
    study = desk.runtime.study(study_id)
    step = rules_of(study).letter
    if step is None:
        raise StateRefused(say("no_letters", study=study.title))
    link = desk.runtime.settings.public_url
    with desk.reading() as work:
        facts = wording.facts_for(work, study, None, language, name="", link=wording.LINK_HERE, code=wording.CODE_HERE)
        said = wording.worded(work, study, step, SendingWay.LETTER, language, facts)
    return OutgoingMessage(
        key="",
        address=address,
        subject=said.subject,
        text=said.text,
        link=link,
        code=facts.known["code"],
        language=language,
    )
