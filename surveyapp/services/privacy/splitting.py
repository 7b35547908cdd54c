"""Two people who were merged taken apart again: each as before, with what came of their own touchpoints since."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import NotFound, StateRefused
from surveyapp.domain.fieldwork.cases import Case, Disposition, access_expiry
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.participants import Contact, MergeRecord, Participant
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action, Scope
from surveyapp.domain.web_sessions import EndedWhy
from surveyapp.services.cases import consents, scheduling
from surveyapp.services.cases.standing import work_out
from surveyapp.services.participants import contacts
from surveyapp.services.privacy import merging
from surveyapp.services.security import sessions
from surveyapp.services.work import Desk, Work
from surveyapp.store import cases, enrolment, participants
from surveyapp.store.database import undone
from surveyapp.store.entry import accesses
from surveyapp.store.lists import staging
from surveyapp.store.mending import merging as store
from surveyapp.store.mending import pictures
from surveyapp.store.mending.merging import CarriedOver


@dataclass(frozen=True, kw_only=True)
class SplitPlan:
    """What comes of taking two people apart: the touchpoints that go back, and whose answers were set aside."""

    participant: Participant
    merge: MergeRecord
    back: tuple[str, ...]
    aside: tuple[str, ...]


def plan_split(desk: Desk, study_id: str, reference: str, other: str) -> SplitPlan:
    """What would follow of taking somebody apart. Raises NotPermitted, NotFound, and StateRefused where it cannot be
    any more."""
    scope = desk.scope(Action.MANAGE_PARTICIPANTS, study_id)
    with desk.reading() as work:
        kept, merge, kept_of = _held(work, scope, desk.study(study_id), reference, other)
        return SplitPlan(
            participant=kept, merge=merge, back=tuple(kept_of["titles"].values()), aside=tuple(kept_of["aside"])
        )


def split(desk: Desk, study_id: str, reference: str, other: str) -> None:
    """Takes two people apart who were merged: each is as before, with what came of their own touchpoints since. Raises
    as `plan_split` does."""
    scope, study = desk.scope(Action.MANAGE_PARTICIPANTS, study_id), desk.runtime.study(study_id)
    with desk.writing() as work:
        enrolment.lock(work.session, study_id)
        staging.lock_cases(work.session, [merging.person_in(work, scope, study, reference).id])
        kept, merge, kept_of = _held(work, scope, study, reference, other)
        _split(work, study, kept, merge, kept_of)


@contextlib.contextmanager
def as_before(
    work: Work, study: Study, kept: Participant, merge: MergeRecord
) -> Iterator[list[tuple[Participant, Case]]]:
    """Takes two people apart, for as long as the block lasts: the touchpoints with answers that were set aside, each
    with whose it was. Nothing of it stays."""
    sealed = store.before_of(work.session, merge.id)
    if sealed is None:
        yield []
        return
    held: dict[str, Any] = json.loads(work.seals.unseal(kept.id, merging.PICTURE, sealed))
    there = {uuid.UUID(row["id"][1]) for row in held["picture"].get("case", ())}
    with undone(work.session):
        _split(work, study, kept, merge, held)
        people = [
            participants.participant(work.session, each, work.today(study)) for each in (kept.id, merge.folded_id)
        ]
        yield [
            (person, case)
            for person in people
            if person is not None
            for case, response in merging.cases_of(work, person).values()
            if response is not None and case.id in there
        ]


def _held(
    work: Work, scope: Scope, study: Study, reference: str, other: str
) -> tuple[Participant, MergeRecord, dict[str, Any]]:
    kept = merging.person_in(work, scope, study, reference)
    there = {each.reference: each for each in store.of_person(work.session, kept.id)}
    merge = there.get(other)
    if merge is None:
        raise NotFound(say("no_merge", reference=reference, other=other))
    sealed = store.before_of(work.session, merge.id)
    if sealed is None:
        raise StateRefused(say("split_gone", other=other))
    held: dict[str, Any] = json.loads(work.seals.unseal(kept.id, merging.PICTURE, sealed))
    if scope.sites is not None and (held["site"] is None or uuid.UUID(held["site"]) not in scope.sites):
        raise StateRefused(say("split_elsewhere", other=other))
    if kept.withdrawn_at is not None and merging.states_of(kept) != held["states"]["after"]:
        raise StateRefused(say("withdrawn", reference=reference))
    if store.talked_with(work.session, [kept.id], work.now):
        raise StateRefused(say("talked_with_now", reference=reference, other=other))
    return kept, merge, held


def _split(work: Work, study: Study, kept: Participant, merge: MergeRecord, held: dict[str, Any]) -> None:
    session, folded = work.session, merge.folded_id
    carried = CarriedOver(**held["carried"])
    contact, states = contacts.read(work, kept.id), merging.states_of(kept)
    now_theirs = store.Reseal(session, kept.id, folded)
    now_mine = store.Reseal(session, folded, kept.id)
    own = {case.id.hex for case, _ in merging.cases_of(work, kept).values()}
    sessions.end_all_of_participant(work, kept.id, EndedWhy.REPLACED)
    pictures.give(session, held["picture"], dict.fromkeys(carried.swapped, kept.id))

    def between() -> None:
        for key in carried.cases:
            if key in own:
                store.carry_case(session, uuid.UUID(key), folded, now_theirs)

    pictures.put_back(session, held["picture"], between)
    mine = {key: case for key, case in carried.attempts.items() if case in carried.swapped}
    theirs = {key: case for key, case in carried.attempts.items() if case not in carried.swapped}
    store.carry_attempts_back(session, mine, kept.id, now_mine)
    store.carry_attempts_back(session, theirs, folded, now_theirs)
    store.carry_accesses_back(session, carried.accesses)
    store.carry_said_back(session, folded, kept.id, carried)
    if vars(contact) == held["contact"]["after"]:
        merging.save_contact(work, kept.id, contact, Contact(**held["contact"]["before"]))
    for name, after in held["own"]["after"].items():
        before = held["own"]["before"][name]
        if after != before and merging.own_columns(kept)[name] == after:
            value = uuid.UUID(before) if before and name in ("site_id", "not_called_by") else before
            store.replace_person(session, kept.id, **{name: value})
    if states == held["states"]["after"]:
        back = {name: dt.datetime.fromisoformat(at) if at else None for name, at in held["states"]["before"].items()}
        store.replace_person(session, kept.id, **back)
    store.remove(session, merge.id)
    session.flush()
    session.expire_all()
    people = [merging.again(work, study, kept), participants.participant(session, folded, work.today(study))]
    for person in filter(None, people):
        for case, _ in merging.cases_of(work, person).values():
            before, after = (held["dispositions"][name].get(case.id.hex) for name in ("before", "after"))
            if before and after == case.disposition.value != before:
                cases.set_disposition(session, case, Disposition(before))
            if case.next_at is not None and case.next_at.isoformat() == carried.times.get(case.id.hex):
                cases.set_next(session, case.id, None)
            accesses.set_expiry(session, case.id, access_expiry(case, work.runtime.zone(study)))
            work_out(work, study, case.id)
        consents.follow(work, study, person)
        scheduling.plan_cases(work, person)
    for subject, other in ((kept.reference, merge.reference), (merge.reference, kept.reference)):
        work.record(AuditAction.PARTICIPANTS_SPLIT, subject, study=study.id, other=other)
    merging.count_anew(work, kept)
