"""What is decided of calling somebody: by a supervisor after five attempts, and by whoever takes up a refusal."""

from __future__ import annotations

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import InputRefused, NotFound, StateRefused
from surveyapp.domain.fieldwork.call_stand import MOST_MORE, CallStand, DecisionKind
from surveyapp.domain.fieldwork.cases import ANSWERABLE, CaseState, disposition_without_refusal
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action
from surveyapp.services.cases import standing
from surveyapp.services.fieldwork.calls import check_not_shut, record_on
from surveyapp.services.responses import survey_session
from surveyapp.services.responses.survey_session import ByInterviewer, Visit
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk, Work
from surveyapp.store import cases
from surveyapp.store.calling import stands


def decide(runtime: Runtime, who: ByInterviewer, kind: DecisionKind, seen: int, more: int = 0) -> CallStand:
    """Decides whether somebody is called again: so many attempts `more`, or none. `seen`: how many attempts whoever
    decides knew of; where there are others since, it is asked again. Whoever has the case open goes on, and a time they
    agree after this is kept. Raises InputRefused (`more`), StateRefused, NotPermitted, NotFound."""
    with Desk(runtime, who.actor).writing() as work:
        visit = _locked(work, who)
        who.staff.check_of(Action.DECIDE_CALLS, visit.participant)
        if kind not in (DecisionKind.MORE, DecisionKind.STOP):
            raise InputRefused(say("no_such_decision"), "kind")
        if kind is DecisionKind.MORE and not 1 <= more <= MOST_MORE:
            raise InputRefused(say("attempts_more", limit=MOST_MORE), "more")
        if visit.state not in ANSWERABLE:
            raise StateRefused(
                say("nobody_to_call", reference=who.reference, touchpoint=who.touchpoint, state=visit.state)
            )
        if len(stands.tried(work.session, visit.case.id)) != seen:
            raise StateRefused(say("tried_since", reference=who.reference))
        if kind is DecisionKind.STOP:
            cases.set_next(work.session, visit.case.id, None)
        stand = standing.decided(work, visit.study, visit.case.id, kind, more if kind is DecisionKind.MORE else 0)
        record_on(work, who, AuditAction.CALLS_DECIDED, decision=kind.value, more=more)
        return stand


def take_up(runtime: Runtime, who: ByInterviewer, *, in_touch: bool) -> None:
    """Makes a case that was refused one that can be called: as the person got in touch themselves, or once more after
    a soft refusal, where the study lets them and its time has come. Raises StateRefused, NotPermitted, NotFound."""
    with Desk(runtime, who.actor).writing() as work:
        visit = _locked(work, who)
        if visit.state is not CaseState.REFUSED:
            return
        if visit.participant.stopped_at is not None:
            raise StateRefused(say("stopped_take_up", reference=who.reference))
        check_not_shut(work, visit.participant)
        if not in_touch:
            _check_again(work, who, visit)
        attempts = stands.tried(work.session, visit.case.id)
        state = visit.response.state if visit.response else None
        disposition = disposition_without_refusal(visit.case.disposition, attempts, state)
        cases.set_disposition(work.session, visit.case, disposition)
        kind = DecisionKind.IN_TOUCH if in_touch else DecisionKind.TRIED_AGAIN
        standing.decided(work, visit.study, visit.case.id, kind)
        record_on(work, who, AuditAction.CALLS_DECIDED, decision=kind.value, more=0)


def _check_again(work: Work, who: ByInterviewer, visit: Visit) -> None:
    stand = standing.stored(work, visit.case.id)
    if stand.again_at is None or not work.runtime.study(who.study).soft_refusals_again:
        raise StateRefused(say("refused_for_good", reference=who.reference))
    if stand.again_at > work.now:
        day = stand.again_at.astimezone(work.runtime.zone(visit.study)).date()
        raise StateRefused(say("refused_until", reference=who.reference, day=day))
    if stand.not_by == who.staff.id:
        raise StateRefused(say("refused_to_you", reference=who.reference))


def hand_over(runtime: Runtime, who: ByInterviewer) -> None:
    """Makes a person anybody's again, whose time they agreed and cannot keep. Raises NotPermitted, NotFound."""
    with Desk(runtime, who.actor).writing() as work:
        visit = _locked(work, who)
        stand = standing.stored(work, visit.case.id)
        if stand.keeper != who.staff.id and not who.staff.may_of(Action.DECIDE_CALLS, visit.participant):
            raise StateRefused(say("not_yours", reference=who.reference))
        standing.decided(work, visit.study, visit.case.id, DecisionKind.HANDED_OVER)
        record_on(work, who, AuditAction.CALLS_DECIDED, decision=DecisionKind.HANDED_OVER.value, more=0)


def _locked(work: Work, who: ByInterviewer) -> Visit:
    # Whoever decides does not take the case: somebody may be talking.
    cases.locked_case(work.session, survey_session.visit_in(work, who).case.id)
    visit = survey_session.visit_in(work, who)
    if visit.participant.withdrawn_at is not None:
        raise NotFound(say("no_case", reference=who.reference, touchpoint=who.touchpoint))
    return visit
