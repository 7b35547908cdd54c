"""Two people in a study who are found to be one: merged into the one whose reference stays, and taken apart again where
that was an error. What follows is said first."""

from __future__ import annotations

import datetime as dt
import enum
import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from surveyapp.domain import normalise
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import EnrolmentRefused, FieldFault, NotFound, StateRefused
from surveyapp.domain.fieldwork.cases import ENDED, Case, Disposition
from surveyapp.domain.fieldwork.lists import DoubleChoice
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.participants import CONTACT_FIELDS, Contact, MergeRecord, Participant
from surveyapp.domain.privacy.leaving import LeavingReason, ParticipationChange
from surveyapp.domain.responses import Response, stands_before
from surveyapp.domain.sentences import Sentence, say
from surveyapp.domain.staff import Action, Scope
from surveyapp.domain.web_sessions import EndedWhy
from surveyapp.services.cases import consents, scheduling, stopping
from surveyapp.services.cases.call_wishes import read_wishes
from surveyapp.services.cases.standing import work_out
from surveyapp.services.participants import contacts
from surveyapp.services.privacy import leaving
from surveyapp.services.results import current
from surveyapp.services.security import sessions
from surveyapp.services.work import Desk, Work
from surveyapp.store import cases, enrolment, participants, responses, results
from surveyapp.store.database import after_commit, new_id
from surveyapp.store.lists import staging
from surveyapp.store.mending import merging as store
from surveyapp.store.mending.merging import CarriedOver

PICTURE = "before a merge"
"""What is bound to the picture of whoever was merged."""

STATES = ("stopped_at", "withdrawn_at", "deceased_at", "declined_contact_at")


class MergeFate(enum.Enum):
    """What becomes of a touchpoint. *Kept*: the other has none there; *carried*: only the other has; *first stands*,
    *other stands*: both have, and which counts."""

    KEPT = "kept"
    CARRIED = "carried"
    FIRST_STANDS = "first_stands"
    OTHER_STANDS = "other_stands"


@dataclass(frozen=True, kw_only=True)
class MergedTouchpoint:
    """A touchpoint of whom two people become. `aside`: answers were begun that do not count then, and are kept."""

    touchpoint: int
    title: str
    fate: MergeFate
    aside: bool = False


@dataclass(frozen=True, kw_only=True)
class MergePlan:
    """What comes of merging. `filled`: what of the contact record and of what is known comes from the other; `change`:
    how they leave the study by it, because the other did."""

    participant: Participant
    other: Participant
    touchpoints: tuple[MergedTouchpoint, ...]
    filled: tuple[str, ...]
    change: ParticipationChange | None


@dataclass(frozen=True, kw_only=True)
class SplitPlan:
    """What comes of taking two people apart: the touchpoints that go back, and whose answers were set aside."""

    participant: Participant
    merge: MergeRecord
    back: tuple[str, ...]
    aside: tuple[str, ...]


def merged_into(desk: Desk, study_id: str, reference: str) -> list[MergeRecord]:
    """Who was merged into somebody. Raises NotPermitted, NotFound."""
    scope = desk.scope(Action.MANAGE_PARTICIPANTS, study_id)
    with desk.reading() as work:
        return store.of_person(work.session, _person(work, scope, desk.study(study_id), reference).id)


def plan(desk: Desk, study_id: str, reference: str, other: str) -> MergePlan:
    """What would follow; nothing is stored. Raises NotPermitted, NotFound, EnrolmentRefused naming `other`."""
    scope = desk.scope(Action.MANAGE_PARTICIPANTS, study_id)
    with desk.reading() as work:
        return _plan(work, scope, desk.study(study_id), reference, other)


def merge(desk: Desk, study_id: str, reference: str, other: str) -> MergePlan:
    """Makes one person of two, by the reference that stays and the one that goes. Links and codes of both go on
    working. Raises as `plan` does."""
    scope, study = desk.scope(Action.MANAGE_PARTICIPANTS, study_id), desk.runtime.study(study_id)
    with desk.writing() as work:
        enrolment.lock(work.session, study_id)
        both = [_person(work, scope, study, reference).id]
        if (found := _other(work, scope, study, other)) is not None:
            both.append(found.id)
        staging.lock_cases(work.session, both)
        made = _plan(work, scope, study, reference, other)
        _merge(work, study, made)
        return made


def _plan(work: Work, scope: Scope, study: Study, reference: str, written: str) -> MergePlan:
    kept = _person(work, scope, study, reference)
    folded = _other(work, scope, study, written)
    fault = _fault(work, kept, folded, written)
    if fault is not None or folded is None:
        raise EnrolmentRefused((FieldFault("other", fault or say("not_there_check", reference=written)),))
    mine, theirs = _cases(work, kept), _cases(work, folded)
    made = []
    for number in sorted(mine.keys() | theirs.keys()):
        touchpoint = study.touchpoint(kept.group, number)
        fate, aside = MergeFate.KEPT, False
        if number not in mine:
            fate = MergeFate.CARRIED
        elif number in theirs:
            first, second = mine[number][1], theirs[number][1]
            stands = stands_before(first, second)
            fate = MergeFate.FIRST_STANDS if stands else MergeFate.OTHER_STANDS
            aside = first is not None and second is not None
        title = touchpoint.title if touchpoint else str(number)
        made.append(MergedTouchpoint(touchpoint=number, title=title, fate=fate, aside=aside))
    held, also = contacts.read(work, kept.id), contacts.read(work, folded.id)
    joined = _joined(held, also)
    filled = [name for name in CONTACT_FIELDS if getattr(held, name) != getattr(joined, name)]
    filled += [name for name in folded.attributes if name not in kept.attributes]
    if kept.site is None and folded.site is not None:
        filled.append("site")
    return MergePlan(
        participant=kept,
        other=folded,
        touchpoints=tuple(made),
        filled=tuple(filled),
        change=_strictest(kept, folded),
    )


def _cases(work: Work, person: Participant) -> dict[int, tuple[Case, Response | None]]:
    return {
        each.touchpoint: (each, responses.response_of(work.session, each.id))
        for each in cases.cases_of(work.session, person.id)
    }


def _fault(work: Work, kept: Participant, folded: Participant | None, written: str) -> Sentence | None:
    """Why two people cannot be merged, and what to do."""
    if folded is None:
        into = store.kept_reference(work.session, kept.study, normalise.code(written).upper())
        if into is not None:
            return say("merged_already", reference=written, other=into)
        return say("not_there_check", reference=written) if written else say("other_missing")
    if folded.id == kept.id:
        return say("merge_with_themselves", reference=kept.reference)
    if folded.group != kept.group:
        return say("merge_across_groups", reference=folded.reference, other=kept.reference)
    if store.of_person(work.session, folded.id):
        return say("merge_the_other_way", reference=folded.reference, other=kept.reference)
    if store.talked_with(work.session, [kept.id, folded.id], work.now):
        return say("talked_with_now", reference=kept.reference, other=folded.reference)
    return None


def _strictest(kept: Participant, folded: Participant) -> ParticipationChange | None:
    """How whoever stays leaves the study, where the other has left it further than they did."""
    for name, change in (
        ("withdrawn_at", ParticipationChange.WITHDRAWN),
        ("deceased_at", ParticipationChange.DIED),
        ("stopped_at", ParticipationChange.STOPPED),
    ):
        if getattr(kept, name) is not None:
            return None
        if getattr(folded, name) is not None:
            return change
    return None


def _joined(kept: Contact, folded: Contact) -> Contact:
    """A contact with what the other says where nothing was known, and with the other's numbers beside their own."""
    made = contacts.together(kept, folded, DoubleChoice.MERGE)
    known = {contacts.phone_number(each) for each in (made.phone, *made.other_phones.split(";"))}
    more = [each.strip() for each in (folded.phone, *folded.other_phones.split(";"))]
    others = [made.other_phones, *(each for each in more if each and contacts.phone_number(each) not in known)]
    numbers = "; ".join(dict.fromkeys(filter(None, others)))
    if len(numbers) <= contacts.MAXIMUM_LENGTH:
        made = Contact(**{**vars(made), "other_phones": numbers})
    return made


def _merge(work: Work, study: Study, made: MergePlan) -> None:
    session, kept, folded = work.session, made.participant, made.other
    mine, theirs = _cases(work, kept), _cases(work, folded)
    held = contacts.read(work, kept.id)
    joined = _joined(held, contacts.read(work, folded.id))
    before = {each.id: each.disposition for each, _ in (*mine.values(), *theirs.values())}
    carried = CarriedOver()
    if any(each.fate is MergeFate.OTHER_STANDS for each in made.touchpoints):
        sessions.end_all_of_participant(work, kept.id, EndedWhy.REPLACED)
    sessions.end_all_of_participant(work, folded.id, EndedWhy.REPLACED)
    for each in made.touchpoints:
        if each.fate is not MergeFate.KEPT:
            _carry(work, each, mine, theirs, made, carried)
    store.carry_said(session, folded.id, kept.id, carried)
    picture = store.take_out(session, folded.id)
    contacts_changed = joined != held
    if contacts_changed:
        _save_contact(work, kept.id, joined)
    own: dict[str, Any] = {
        "attributes": {**folded.attributes, **kept.attributes},
        "site_id": (kept.site or folded.site).id if (kept.site or folded.site) else None,  # type: ignore[union-attr]
        "language_asked": kept.language_asked or folded.language_asked,
        "not_called_by": kept.not_called_by or folded.not_called_by,
    }
    store.replace_person(session, kept.id, **own)
    session.expire_all()
    person = _again(work, study, kept)
    if made.change is not None:
        why = LeavingReason.DIED if made.change is ParticipationChange.DIED else LeavingReason.NOT_SAID
        leaving.make(work, person, made.change, why)
    elif person.stopped_at is not None:
        stopping.end_cases(work, person, Disposition.DECEASED if person.deceased_at else Disposition.REFUSAL)
    consents.follow(work, study, person)
    if carried.events:
        scheduling.plan_cases(work, person)
    for case, _ in _cases(work, person).values():
        work_out(work, study, case.id)
    session.flush()
    session.expire_all()
    person = _again(work, study, kept)
    text = store.as_text(
        {
            "picture": picture,
            "carried": asdict(carried),
            "contact": {"before": vars(held), "after": vars(joined)},
            "own": {"before": _own(kept), "after": _own(person)},
            "states": {"before": _states(kept), "after": _states(person)},
            "dispositions": {
                "before": {key.hex: each.value for key, each in before.items()},
                "after": {case.id.hex: case.disposition.value for case, _ in _cases(work, person).values()},
            },
            "titles": {each.touchpoint: each.title for each in made.touchpoints if each.fate is not MergeFate.KEPT},
            "aside": [each.title for each in made.touchpoints if each.aside],
            "site": str(folded.site.id) if folded.site else None,
        }
    )
    record = MergeRecord(
        id=new_id(),
        kept_id=kept.id,
        folded_id=folded.id,
        reference=folded.reference,
        made_at=work.now,
        by_staff=work.staff_id,
    )
    store.add(session, record, work.seals.seal(kept.id, PICTURE, text))
    for subject, other in ((kept.reference, folded.reference), (folded.reference, kept.reference)):
        work.record(AuditAction.PARTICIPANTS_MERGED, subject, study=study.id, other=other, stays=kept.reference)
    _count_anew(work, kept)


def _carry(
    work: Work,
    each: MergedTouchpoint,
    mine: Mapping[int, tuple[Case, Response | None]],
    theirs: Mapping[int, tuple[Case, Response | None]],
    made: MergePlan,
    carried: CarriedOver,
) -> None:
    """Gives a touchpoint of the other's to whoever stays: the case, or what hangs on it."""
    session, kept, folded = work.session, made.participant.id, made.other.id
    reseal = store.Reseal(session, folded, kept)
    case, answered = theirs[each.touchpoint]
    if each.fate is MergeFate.CARRIED:
        store.carry_case(session, case.id, kept, reseal)
        carried.cases.append(case.id.hex)
        return
    own, own_answered = mine[each.touchpoint]
    if each.fate is MergeFate.FIRST_STANDS:
        carried.attempts |= store.carry_attempts(session, case.id, own.id, kept, reseal)
        carried.accesses |= store.carry_accesses(session, case.id, own.id)
        standing, aside = own, case
    else:
        store.set_aside(session, own.id, True)
        store.carry_case(session, own.id, folded, None)
        store.carry_case(session, case.id, kept, reseal)
        store.set_aside(session, own.id, False)
        carried.cases.append(case.id.hex)
        carried.swapped.append(own.id.hex)
        carried.attempts |= store.carry_attempts(session, own.id, case.id, kept, None)
        carried.accesses |= store.carry_accesses(session, own.id, case.id)
        standing, aside = case, own
    if not answered and not own_answered and aside.disposition in ENDED and standing.disposition not in ENDED:
        # What they refused once, they refused.
        cases.set_disposition(session, standing.id, aside.disposition)


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
        staging.lock_cases(work.session, [_person(work, scope, study, reference).id])
        kept, merge, kept_of = _held(work, scope, study, reference, other)
        _split(work, study, kept, merge, kept_of)


def _held(
    work: Work, scope: Scope, study: Study, reference: str, other: str
) -> tuple[Participant, MergeRecord, dict[str, Any]]:
    kept = _person(work, scope, study, reference)
    there = {each.reference: each for each in store.of_person(work.session, kept.id)}
    merge = there.get(other)
    if merge is None:
        raise NotFound(say("no_merge", reference=reference, other=other))
    sealed = store.before_of(work.session, merge.id)
    if sealed is None:
        raise StateRefused(say("split_gone", other=other))
    held: dict[str, Any] = json.loads(work.seals.unseal(kept.id, PICTURE, sealed))
    if scope.sites is not None and (held["site"] is None or uuid.UUID(held["site"]) not in scope.sites):
        raise StateRefused(say("split_elsewhere", other=other))
    if kept.withdrawn_at is not None and _states(kept) != held["states"]["after"]:
        raise StateRefused(say("withdrawn", reference=reference))
    if store.talked_with(work.session, [kept.id], work.now):
        raise StateRefused(say("talked_with_now", reference=reference, other=other))
    return kept, merge, held


def _split(work: Work, study: Study, kept: Participant, merge: MergeRecord, held: dict[str, Any]) -> None:
    session, folded = work.session, merge.folded_id
    carried = CarriedOver(**held["carried"])
    contact, states = contacts.read(work, kept.id), _states(kept)
    now_theirs = store.Reseal(session, kept.id, folded)
    now_mine = store.Reseal(session, folded, kept.id)
    own = {case.id.hex for case, _ in _cases(work, kept).values()}
    sessions.end_all_of_participant(work, kept.id, EndedWhy.REPLACED)
    store.place_of(session, held["picture"], dict.fromkeys(carried.swapped, kept.id))

    def between() -> None:
        for key in carried.cases:
            if key in own:
                store.carry_case(session, uuid.UUID(key), folded, now_theirs)

    store.put_back(session, held["picture"], between)
    mine = {key: case for key, case in carried.attempts.items() if case in carried.swapped}
    theirs = {key: case for key, case in carried.attempts.items() if case not in carried.swapped}
    store.carry_attempts_back(session, mine, kept.id, now_mine)
    store.carry_attempts_back(session, theirs, folded, now_theirs)
    store.carry_accesses_back(session, carried.accesses)
    store.carry_said_back(session, folded, kept.id, carried)
    if vars(contact) == held["contact"]["after"]:
        _save_contact(work, kept.id, Contact(**held["contact"]["before"]))
    for name, after in held["own"]["after"].items():
        before = held["own"]["before"][name]
        if after != before and _own(kept)[name] == after:
            value = uuid.UUID(before) if before and name in ("site_id", "not_called_by") else before
            store.replace_person(session, kept.id, **{name: value})
    if states == held["states"]["after"]:
        back = {name: dt.datetime.fromisoformat(at) if at else None for name, at in held["states"]["before"].items()}
        store.replace_person(session, kept.id, **back)
    store.remove(session, merge.id)
    session.flush()
    session.expire_all()
    people = [_again(work, study, kept), participants.participant(session, folded, work.today(study))]
    for person in filter(None, people):
        for case, _ in _cases(work, person).values():
            before, after = (held["dispositions"][name].get(case.id.hex) for name in ("before", "after"))
            if before and after == case.disposition.value != before:
                cases.set_disposition(session, case.id, Disposition(before))
            work_out(work, study, case.id)
        consents.follow(work, study, person)
        scheduling.plan_cases(work, person)
    for subject, other in ((kept.reference, merge.reference), (merge.reference, kept.reference)):
        work.record(AuditAction.PARTICIPANTS_SPLIT, subject, study=study.id, other=other)
    _count_anew(work, kept)


def _save_contact(work: Work, person: uuid.UUID, contact: Contact) -> None:
    sealed, lookup = contacts.sealed(work, person, contact), contacts.sealed_lookup(work, person, contact)
    participants.save_contact(work.session, person, sealed, lookup, read_wishes(contact))


def _own(person: Participant) -> dict[str, Any]:
    return {
        "attributes": dict(person.attributes),
        "site_id": str(person.site.id) if person.site else None,
        "language_asked": person.language_asked,
        "not_called_by": str(person.not_called_by) if person.not_called_by else None,
    }


def _states(person: Participant) -> dict[str, str | None]:
    """How somebody has left the study, as JSON keeps it."""
    found = {name: getattr(person, name) for name in STATES}
    return {name: at.isoformat() if at else None for name, at in found.items()}


def _count_anew(work: Work, kept: Participant) -> None:
    results.drop(work.session, kept.study, kept.origin)
    after_commit(work.session, lambda: current.forget(work.runtime, kept.study, kept.origin))


def _again(work: Work, study: Study, person: Participant) -> Participant:
    found = participants.participant(work.session, person.id, work.today(study))
    assert found is not None
    return found


def _person(work: Work, scope: Scope, study: Study, reference: str) -> Participant:
    person = participants.participant_by_reference(work.session, scope, reference, work.today(study))
    if person is None:
        raise NotFound(say("no_participant", reference=reference))
    return person


def _other(work: Work, scope: Scope, study: Study, written: str) -> Participant | None:
    wanted = normalise.code(written).upper()
    return participants.participant_by_reference(work.session, scope, wanted, work.today(study)) if wanted else None
