"""What a person decides of a message of which nobody knows, or that did not get there; and ways that end."""

from __future__ import annotations

import enum
import uuid

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import NotFound, StateRefused
from surveyapp.domain.sending.planning import MessageState, WhyNot
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action
from surveyapp.services.work import Desk, Work
from surveyapp.store import participants
from surveyapp.store.sending import outbox as store
from surveyapp.store.sending import recipients
from surveyapp.store.sending.outbox import OutboxMessage


class MessageDecision(enum.StrEnum):
    """It arrived; it is sent again; it is let be."""

    ARRIVED = "arrived"
    AGAIN = "again"
    LEFT = "left"


_BECOMES = {
    MessageDecision.ARRIVED: MessageState.SENT,
    MessageDecision.AGAIN: MessageState.PLANNED,
    MessageDecision.LEFT: MessageState.STOPPED,
}


def decide(desk: Desk, study_id: str, message_id: uuid.UUID, decision: MessageDecision) -> None:
    """Decides of a message that is uncertain, failed or came back. Raises NotPermitted, NotFound, StateRefused where
    somebody decided before."""
    scope = desk.scope(Action.MANAGE_PARTICIPANTS, study_id)
    with desk.writing() as work:
        found, today = store.message(work.session, message_id), work.today(work.runtime.study(study_id))
        there = found and participants.participant_by_reference(work.session, scope, found.reference, today)
        if found is None or there is None or found.study != study_id:
            raise NotFound(say("no_message"))
        open_to = (MessageState.UNCERTAIN, MessageState.FAILED, MessageState.BOUNCED)
        more = {"due_at": work.now, "handed_at": None} if decision is MessageDecision.AGAIN else {"ended_at": work.now}
        if not store.moved(
            work.session, message_id, open_to, _BECOMES[decision], decided_by=work.staff_id, why=None, **more
        ):
            raise StateRefused(say("message_decided"))
        if decision is MessageDecision.AGAIN and found.state is MessageState.BOUNCED:
            recipients.open_channel(work.session, found.participant_id, (found.way,), (WhyNot.BOUNCED,))
        work.record(
            AuditAction.MESSAGE_DECIDED,
            found.reference,
            study=study_id,
            touchpoint=found.touchpoint,
            step=found.step,
            decision=decision.value,
        )


def end_way(work: Work, person_id: uuid.UUID, way: SendingWay, why: WhyNot) -> bool:
    """Ends a way by which somebody is reached; whether it was not ended so. Of somebody who is gone it is nothing."""
    person = work.person(person_id)
    if person is None or not recipients.end_channel(work.session, person_id, way, why, work.now):
        return False
    work.record(AuditAction.CHANNEL_ENDED, person.reference, study=person.study, way=way.value, why=why.value)
    return True


def end_every_way(work: Work, person_id: uuid.UUID) -> None:
    """Somebody answered STOP, by whichever way: they are sent nothing more by any, until they say otherwise."""
    for way in SendingWay:
        end_way(work, person_id, way, WhyNot.OPTED_OUT)


def steer_way(desk: Desk, study_id: str, reference: str, way: SendingWay, ends: bool) -> None:
    """Ends a way because the person says so, or opens it again with them. Raises NotPermitted, NotFound."""
    scope = desk.scope(Action.MANAGE_PARTICIPANTS, study_id)
    with desk.writing() as work:
        today = work.today(work.runtime.study(study_id))
        person = participants.participant_by_reference(work.session, scope, reference, today)
        if person is None:
            raise NotFound(say("no_participant", reference=reference))
        if ends:
            end_way(work, person.id, way, WhyNot.OPTED_OUT)
            return
        recipients.open_channel(work.session, person.id, (way,))
        work.record(AuditAction.CHANNEL_OPENED, person.reference, study=study_id, way=way.value)


def bounced(work: Work, sender_reference: str) -> bool:
    """A message came back: it is noted, and the way ends. Of a message that there is not (any more), nothing."""
    found = store.by_sender_reference(work.session, sender_reference)
    if found is not None:
        came_back(work, found)
    return found is not None


def failed(work: Work, sender_reference: str) -> bool:
    """A message did not arrive, though somebody may be there: it is noted, for a person to decide. Of a message that
    there is not (any more), nothing."""
    found = store.by_sender_reference(work.session, sender_reference)
    if found is not None:
        store.moved(work.session, found.id, _SEEN, MessageState.FAILED, why=WhyNot.REFUSED, ended_at=work.now)
    return found is not None


_SEEN = (MessageState.SENT, MessageState.UNCERTAIN, MessageState.HANDING_OVER)
"""States of a message of which somebody may say later that it did not arrive."""


def came_back(work: Work, found: OutboxMessage) -> None:
    """Notes that a message came back, and ends the way by which it went."""
    store.moved(work.session, found.id, _SEEN, MessageState.BOUNCED, why=WhyNot.BOUNCED, ended_at=work.now)
    end_way(work, found.participant_id, found.way, WhyNot.BOUNCED)
