"""Two people who were merged taken apart again: each as before, with what came of their own touchpoints since."""

from __future__ import annotations

import contextlib
import datetime as dt
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
from surveyapp.services.lists.putting_back import kept as kept_rows
from surveyapp.services.mending import before as before_merge
from surveyapp.services.mending.before import Before
from surveyapp.services.participants import contacts
from surveyapp.services.privacy import merging
from surveyapp.services.security import sessions
from surveyapp.services.work import Desk, Work
from surveyapp.store import cases, enrolment, participants
from surveyapp.store.database import before_commit, undone
from surveyapp.store.entry import accesses
from surveyapp.store.lists import staging
from surveyapp.store.mending import apart, pictures
from surveyapp.store.mending import merging as store
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
        kept, merge, before = _held(work, scope, desk.study(study_id), reference, other)
        said = before.kept or {"titles": {}, "aside": ()}
        return SplitPlan(participant=kept, merge=merge, back=tuple(said["titles"].values()), aside=tuple(said["aside"]))


def split(desk: Desk, study_id: str, reference: str, other: str) -> None:
    """Takes two people apart who were merged: each is as before, with what came of their own touchpoints since. Raises
    as `plan_split` does."""
    scope, study = desk.scope(Action.MANAGE_PARTICIPANTS, study_id), desk.runtime.study(study_id)
    with desk.writing() as work:
        enrolment.lock(work.session, study_id)
        staging.lock_cases(work.session, [merging.person_in(work, scope, study, reference).id])
        kept, merge, before = _held(work, scope, study, reference, other)
        _split(work, study, kept, merge, before)


@contextlib.contextmanager
def as_before(
    work: Work, study: Study, kept: Participant, merge: MergeRecord
) -> Iterator[list[tuple[Participant, Case]]]:
    """Takes two people apart, for as long as the block lasts: the touchpoints with answers that were set aside, each
    with whose it was. Nothing of it stays."""
    before = before_merge.opened(work, merge.id, kept.id, merge.folded_id)
    if before is None or before.kept is None or before.folded is None:
        yield []
        return
    there = {uuid.UUID(row["id"][1]) for row in before.picture.get("case", ())}
    with undone(work.session):
        _split(work, study, kept, merge, before)
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
) -> tuple[Participant, MergeRecord, Before]:
    kept = merging.person_in(work, scope, study, reference)
    there = {each.reference: each for each in store.of_person(work.session, kept.id)}
    merge = there.get(other)
    if merge is None:
        raise NotFound(say("no_merge", reference=reference, other=other))
    before = before_merge.opened(work, merge.id, kept.id, merge.folded_id)
    if before is None or before.kept is None or before.folded is None:
        raise StateRefused(say("split_gone", other=other))
    site = before.kept["site"]
    if scope.sites is not None and (site is None or uuid.UUID(site) not in scope.sites):
        raise StateRefused(say("split_elsewhere", other=other))
    if kept.withdrawn_at is not None and merging.states_of(kept) != before.kept["states"]["after"]:
        raise StateRefused(say("withdrawn", reference=reference))
    if store.talked_with(work.session, [kept.id], work.now):
        raise StateRefused(say("talked_with_now", reference=reference, other=other))
    return kept, merge, before


def split_off(work: Work, merge: MergeRecord) -> bool:
    """Takes two people apart one of whom is erased, as far as what was kept opens without their key: what was theirs is
    with them then, for the caller to erase. Whether that could be done."""
    before = before_merge.opened(work, merge.id, merge.kept_id, merge.folded_id)
    kept = work.person(merge.kept_id)
    if before is None or kept is None:
        return False
    _split(work, work.runtime.studies.get(kept.study), kept, merge, before)
    return True


def _split(work: Work, study: Study | None, kept: Participant, merge: MergeRecord, before: Before) -> None:
    """`study` None: it is written no more, and nothing follows for its cases."""
    session, folded = work.session, merge.folded_id
    contact, states = contacts.read(work, kept.id), merging.states_of(kept)
    _back(work, kept, merge, before)
    if before.kept is not None:
        _own_again(work, kept, states, before.kept)
    others = [each for each in store.folded_into(session, [kept.id]) if each != folded]
    store.remove(session, merge.id)
    _seal_apart(work, kept.id, folded, others, before, contact)
    session.flush()
    session.expire_all()
    people = [work.person(each) for each in (kept.id, folded)]
    if study is not None:
        for person in filter(None, people):
            _follow(work, study, person, before.either)
    for subject, other in ((kept.reference, merge.reference), (merge.reference, kept.reference)):
        work.record(AuditAction.PARTICIPANTS_SPLIT, subject, study=kept.study, other=other)
    merging.count_anew(work, kept)


def _back(work: Work, kept: Participant, merge: MergeRecord, before: Before) -> None:
    """Puts back what did not go over, and gives back what did."""
    session, folded = work.session, merge.folded_id
    carried = CarriedOver(**before.either["carried"])
    own = {case.id.hex for case, _ in merging.cases_of(work, kept).values()}
    sessions.end_all_of_participant(work, kept.id, EndedWhy.REPLACED)
    picture = before.picture
    pictures.give(session, picture, dict.fromkeys(carried.swapped, kept.id))
    if before.folded is None:
        picture |= pictures.of_another(session, folded, kept.id, merge.reference)

    def between() -> None:
        for key in carried.cases:
            if key in own:
                store.carry_case(session, uuid.UUID(key), folded)

    pictures.put_back(session, picture, between)
    mine = {key: case for key, case in carried.attempts.items() if case in carried.swapped}
    theirs = {key: case for key, case in carried.attempts.items() if case not in carried.swapped}
    store.carry_attempts_back(session, mine, kept.id)
    store.carry_attempts_back(session, theirs, folded)
    store.carry_accesses_back(session, carried.accesses)
    store.carry_said_back(session, folded, kept.id, carried)


def _own_again(work: Work, kept: Participant, states: dict[str, str | None], held: dict[str, Any]) -> None:
    """What is known of whoever stays, and how they left, is as before where it is as the merge left it."""
    for name, after in held["own"]["after"].items():
        before = held["own"]["before"][name]
        if after != before and merging.own_columns(kept)[name] == after:
            value = uuid.UUID(before) if before and name in ("site_id", "not_called_by") else before
            store.replace_person(work.session, kept.id, **{name: value})
    if states == held["states"]["after"]:
        back = {name: dt.datetime.fromisoformat(at) if at else None for name, at in held["states"]["before"].items()}
        store.replace_person(work.session, kept.id, **back)


def _seal_apart(
    work: Work, kept: uuid.UUID, folded: uuid.UUID, others: list[uuid.UUID], before: Before, contact: Contact
) -> None:
    """What each said is sealed with their own key again, what is theirs alone of how they are reached too; `others` are
    merged into whoever stays still. Of whoever is erased nothing is sealed any more."""
    session, keys = work.session, work.runtime.person_keys
    there = keys.of([kept, folded])
    if folded in there:
        apart.reseal(session, apart.Reseal(session, kept, folded))
    if kept not in there:
        return
    alone = apart.Reseal(session, kept, kept, others)
    work.seals.write_together(kept, others)
    apart.forget_lists(session, alone, kept_rows.BEFORE)
    apart.reseal(session, alone)
    apart.outdate_saves(session, kept)
    if before.both is None:
        # What both told together is gone with one of them; what was known before is not.
        contact = Contact(**before.kept["contact"]["before"]) if contact == Contact() and before.kept else contact
    came = {"before": vars(contact), "after": vars(contact)} if before.both is None else before.both["contact"]
    merging.save_contact(work, kept, contact, before_merge.without(contact, came))
    for each in store.of_person(session, kept):
        held = before_merge.opened(work, each.id, kept, each.folded_id)
        if held is not None:
            before_merge.seal_anew(work, each.id, kept, held.without(came))
    before_commit(session, lambda: keys.write_together(kept, others))


def _follow(work: Work, study: Study, person: Participant, said: dict[str, Any]) -> None:
    """What is due of somebody's cases, now that these are theirs alone."""
    dispositions, carried = said["dispositions"], CarriedOver(**said["carried"])
    for case, _ in merging.cases_of(work, person).values():
        before, after = (dispositions[name].get(case.id.hex) for name in ("before", "after"))
        if before and after == case.disposition.value != before:
            cases.set_disposition(work.session, case, Disposition(before))
        if case.next_at is not None and case.next_at.isoformat() == carried.times.get(case.id.hex):
            cases.set_next(work.session, case.id, None)
        accesses.set_expiry(work.session, case.id, access_expiry(case, work.runtime.zone(study)))
        work_out(work, study, case.id)
    consents.follow(work, study, person)
    scheduling.plan_cases(work, person)
