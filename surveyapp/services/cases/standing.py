"""Works out how a case stands for whoever calls, whenever something was tried or decided."""

from __future__ import annotations

import uuid

from surveyapp.domain.fieldwork.call_stand import CallDecision, CallStand, DecisionKind, call_stand
from surveyapp.domain.instrument.study import Study
from surveyapp.services.work import Work
from surveyapp.store.calling import stands
from surveyapp.store.database import new_id


def work_out(work: Work, study: Study, case_id: uuid.UUID) -> CallStand:
    """Stores how a case stands, from all that was tried and decided. The caller has locked the case."""
    work.session.flush()
    stand = call_stand(
        stands.tried(work.session, case_id),
        stands.decisions(work.session, case_id),
        work.runtime.zone(study),
        stands.declined_contact_at(work.session, case_id),
    )
    stands.set_stand(work.session, case_id, stand)
    return stand


def decided(work: Work, study: Study, case_id: uuid.UUID, kind: DecisionKind, more: int = 0) -> CallStand:
    """Keeps a decision of calling somebody, and stores how their case stands now."""
    decision = CallDecision(id=new_id(), case_id=case_id, staff_id=work.staff_id, at=work.now, kind=kind, more=more)
    stands.add_decision(work.session, decision)
    return work_out(work, study, case_id)


def stored(work: Work, case_id: uuid.UUID) -> CallStand:
    """How a case stands."""
    return stands.stored(work.session, case_id)
