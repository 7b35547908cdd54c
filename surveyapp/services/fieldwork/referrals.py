"""People who are not called until somebody has seen to something: how they are reached, or what they complained of."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import InputRefused, NotPermitted, StateRefused
from surveyapp.domain.fieldwork.cases import Attempt
from surveyapp.domain.fieldwork.consequences import DECIDES, DECISIONS, ReferralDecision, ReferralKind
from surveyapp.domain.privacy.leaving import LeavingReason, ParticipationChange
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action, Scope
from surveyapp.services.pages import PER_PAGE, ListPage, page_of
from surveyapp.services.privacy import leaving
from surveyapp.services.work import Desk, Work
from surveyapp.store import cases, participants
from surveyapp.store.calling import referrals as store
from surveyapp.store.calling.referrals import Referral


@dataclass(frozen=True)
class ReferralLine:
    """A referral that waits, with the attempt it came of; what was said is its note."""

    referral: Referral
    attempt: Attempt

    @property
    def decisions(self) -> tuple[ReferralDecision, ...]:
        return DECISIONS[self.referral.kind]


def waiting(desk: Desk, study_id: str, page: int = 1, holding: uuid.UUID | None = None) -> ListPage[ReferralLine]:
    """A page of those that the actor is to decide, oldest first; `holding`: that which this one is on, where it waits
    still. The sight of them is in the audit trail. As many statements however many. Raises NotPermitted."""
    seen = _check(_seen(desk, study_id))
    with desk.reading() as work:
        found = [each for scope, kinds in seen for each in store.waiting(work.session, scope, kinds)]
        found.sort(key=lambda each: each.at)
        place = next((place for place, each in enumerate(found) if each.id == holding), None)
        there = page_of(found, page if place is None else place // PER_PAGE + 1)
        attempts = cases.attempts_by_key(work.session, [each.attempt_id for each in there])
    lines = there.with_more(ReferralLine(each, attempts[each.attempt_id]) for each in there)
    count = len(lines.shown)
    desk.note(AuditAction.PARTICIPANTS_SEEN, study=study_id, page="who waits for a decision", count=count)
    return lines


def decide(desk: Desk, study_id: str, referral_id: uuid.UUID | None, decision: ReferralDecision | None) -> Referral:
    """Decides one, and does what follows. Raises NotPermitted, InputRefused (`decision`), and StateRefused where it is
    decided, gone or none at all."""
    seen = _check(_seen(desk, study_id))
    if referral_id is None:
        raise StateRefused(say("referral_gone"))
    with desk.writing() as work:
        found = _one(work, seen, referral_id)
        if found is not None:
            for case in cases.cases_of(work.session, found.participant_id):
                cases.lock_one(work.session, case.id)
            work.session.expire_all()
            found = _one(work, seen, referral_id)
        if found is None:
            raise StateRefused(say("referral_gone"))
        if decision not in DECISIONS[found.kind]:
            raise InputRefused(say("decision_missing"), "decision")
        if decision is ReferralDecision.BY_ANOTHER:
            participants.set_not_called_by(work.session, found.participant_id, found.staff_id)
        if decision is ReferralDecision.STOPPED:
            today = work.today(work.runtime.study(study_id))
            person = participants.participant(work.session, found.participant_id, today)
            assert person is not None
            if person.stopped_at is None:
                leaving.make(work, person, ParticipationChange.STOPPED, LeavingReason.NOT_SAID)
        store.decide(work.session, referral_id, decision, work.now, work.staff_id)
        work.record(
            AuditAction.REFERRAL_DECIDED,
            found.reference,
            study=study_id,
            touchpoint=found.touchpoint,
            kind=found.kind.value,
            decision=decision.value,
        )
        return found


Seen = Sequence[tuple[Scope, Collection[ReferralKind]]]
"""Which referrals somebody decides, and of whom."""


def _seen(desk: Desk, study_id: str) -> Seen:
    actions = [action for action in dict.fromkeys(DECIDES.values()) if desk.may(action, study_id)]
    return [
        (desk.scope(action, study_id), [kind for kind, needed in DECIDES.items() if needed is action])
        for action in actions
    ]


def _check(seen: Seen) -> Seen:
    if not seen:
        raise NotPermitted(say("role_does_not_let", action=Action.HANDLE_RIGHTS))
    return seen


def _one(work: Work, seen: Seen, referral_id: uuid.UUID) -> Referral | None:
    for scope, kinds in seen:
        found = store.in_scope(work.session, scope, referral_id)
        if found is not None and found.kind in kinds:
            return found
    return None
