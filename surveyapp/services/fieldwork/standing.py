"""Works out how a case stands for whoever calls, whenever something was tried or decided."""

from __future__ import annotations

import uuid

from surveyapp.domain.fieldwork.call_stand import CallDecision, CallHold, CallStand, DecisionKind, call_stand
from surveyapp.domain.instrument.study import Study
from surveyapp.services.participants import contacts
from surveyapp.services.participants.call_wishes import read_wishes
from surveyapp.services.work import Desk, Work
from surveyapp.store.calling import stands
from surveyapp.store.database import new_id

AT_ONCE = 500
"""Of how many cases or people a unit of work works it out: so long nobody else writes on SQLite."""


def work_out(work: Work, study: Study, case_id: uuid.UUID) -> CallStand:
    """Stores how a case stands, from all that was tried and decided. The caller has locked the case."""
    work.session.flush()
    stand = call_stand(
        stands.tried(work.session, case_id), stands.decisions(work.session, case_id), work.runtime.zone(study)
    )
    stands.set_stand(work.session, case_id, stand)
    return stand


def decided(work: Work, study: Study, case_id: uuid.UUID, kind: DecisionKind, more: int = 0) -> CallStand:
    """Keeps a decision of calling somebody, and stores how their case stands now."""
    decision = CallDecision(id=new_id(), case_id=case_id, staff_id=work.staff_id, at=work.now, kind=kind, more=more)
    stands.add_decision(work.session, decision)
    return work_out(work, study, case_id)


def number_mended(work: Work, study: Study, participant_id: uuid.UUID) -> None:
    """Lets somebody be called again whose number was wrong."""
    for case_id in stands.held_back_of(work.session, participant_id, CallHold.NUMBER):
        decided(work, study, case_id, DecisionKind.NUMBER_MENDED)


def work_out_older(desk: Desk) -> int:
    """Works out what was tried, and reads what people asked for, from before either was stored. How many. Doing it
    again finds nothing; killed in between, it goes on from there. Raises KeyMissing."""
    count = 0
    while True:
        with desk.writing() as work:
            there = [each for each in stands.uncounted(work.session, AT_ONCE) if each[1] in desk.runtime.studies]
            for case_id, study in there:
                work_out(work, desk.runtime.study(study), case_id)
        count += len(there)
        if len(there) < AT_ONCE:
            break
    while True:
        with desk.writing() as work:
            people = stands.unread(work.session, AT_ONCE)
            held = contacts.read_many(work, people)
            stands.set_wishes(work.session, {person: read_wishes(contact) for person, contact in held.items()})
        count += len(people)
        if len(people) < AT_ONCE:
            return count


def stored(work: Work, case_id: uuid.UUID) -> CallStand:
    """How a case stands."""
    return stands.stored(work.session, case_id)
