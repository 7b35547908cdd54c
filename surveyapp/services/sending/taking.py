"""Messages that nobody carries for us: somebody takes them along, in a file or on paper. They are handed over as they
are taken, once."""

from __future__ import annotations

from dataclasses import dataclass

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import StateRefused
from surveyapp.domain.sending.planning import MessageState
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action
from surveyapp.services.mending.whole_study import whole_study
from surveyapp.services.sending import outbox
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


def take(desk: Desk, study_id: str, way: SendingWay) -> list[TakenMessage]:
    """Takes along what is due by a way, the only time it can be read. All are marked as being handed over before the
    first is given out. Raises NotPermitted, NotFound, StateRefused where sending is off or under way, or nothing is
    due."""
    scope = whole_study(desk, study_id)
    desk.check(Action.SEE_CONTACTS, study_id)
    study = desk.runtime.study(study_id)
    rules_of(study)
    with outbox.the_lock(desk):
        made: list[tuple[OutboxMessage, OutgoingMessage, Given]] = []
        with desk.writing() as work:
            if not store.sends(work.session, study_id)[0]:
                raise StateRefused(say("sending_is_off"))
            outbox.plan_due(work, scope, study)
            for each in store.waiting(work.session, scope, work.now, (way,), MOST):
                taken = outbox.take_up(work, each, TAKEN_ALONG)
                if not isinstance(taken, MessageState):
                    made.append((each, *taken))
            if made:
                work.record(AuditAction.MESSAGES_TAKEN, study=study_id, way=way.value, count=len(made))
                work.record_many(
                    AuditAction.CONTACT_SEEN,
                    [(each.reference, {"file": "messages"}) for each, _, _ in made],
                    study=study_id,
                )
        with desk.writing() as work:
            for each, _, given in made:
                outbox.settle(work, each, Receipt(CarrierOutcome.SENT), given)
    if not made:
        raise StateRefused(say("nothing_to_take"))
    return [TakenMessage(each.reference, each.touchpoint, each.step, message) for each, message, _ in made]
