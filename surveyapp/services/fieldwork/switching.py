"""From an interview to answering by oneself and back, within a call: the answers stand, the case says who goes on."""

from __future__ import annotations

from dataclasses import dataclass

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.entry.doors import Answering
from surveyapp.domain.fieldwork.cases import AccessKind
from surveyapp.domain.staff import Action
from surveyapp.services.fieldwork.calls import callable_visit, record_on
from surveyapp.services.participants import links
from surveyapp.services.participants.links import GivenOut
from surveyapp.services.responses.survey_session import ByInterviewer, answering_of
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import cases


@dataclass(frozen=True)
class HandedOver:
    """The link or code that was made, the only time it can be read, and whether there are answers already, which it
    does not open by itself."""

    given: GivenOut
    answered: bool


def hand_over(runtime: Runtime, who: ByInterviewer, kind: AccessKind) -> HandedOver:
    """Lets the person go on by themselves. What they send completes the case and the call. The hold stays. Raises
    NotPermitted, NotFound, HeldByAnother, StateRefused."""
    with Desk(runtime, who.actor).writing() as work:
        visit = callable_visit(work, who, lock=True)
        who.staff.check_of(Action.GIVE_ACCESS, visit.participant)
        cases.set_on_their_own(work.session, visit.case.id, work.now, who.staff.id)
        given = links.issue(work, visit.participant, visit.case, kind)
        record_on(work, who, links.GIVEN_OUT[kind], claim=False)
        record_on(work, who, AuditAction.CASE_HANDED_OVER)
        return HandedOver(given, answering_of(visit.response) is not Answering.NONE)


def take_back(runtime: Runtime, who: ByInterviewer) -> None:
    """The interviewer asks again, from where the answers stand; the link or code goes on working. Raises as
    `hand_over` does, and StateRefused where they have sent everything."""
    with Desk(runtime, who.actor).writing() as work:
        visit = callable_visit(work, who, lock=True)
        if visit.case.on_their_own_since is not None:
            cases.set_on_their_own(work.session, visit.case.id, None, None)
            record_on(work, who, AuditAction.CASE_TAKEN_BACK)
