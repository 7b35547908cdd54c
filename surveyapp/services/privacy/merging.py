"""Two people in a study who are found to be one, merged into the one whose reference stays. What follows is said
first."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from surveyapp.domain import normalise
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import FieldFault, FieldsRefused, NotFound
from surveyapp.domain.fieldwork.cases import ENDED, Case, Disposition, access_expiry
from surveyapp.domain.fieldwork.lists import DoubleChoice
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.participants import CONTACT_FIELDS, Contact, MergeRecord, Participant
from surveyapp.domain.privacy.leaving import LeavingReason, ParticipationChange
from surveyapp.domain.responses import Response, ResponseState, stands_before
from surveyapp.domain.sending.planning import NOT_THEIRS, WhyNot
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.domain.sentences import Sentence, say
from surveyapp.domain.staff import Action, Scope
from surveyapp.domain.web_sessions import EndedWhy
from surveyapp.services.cases import consents, scheduling, stopping
from surveyapp.services.cases.standing import work_out
from surveyapp.services.mending import before as before_merge
from surveyapp.services.mending.before import Before
from surveyapp.services.participants import contacts
from surveyapp.services.privacy import leaving
from surveyapp.services.results import current
from surveyapp.services.security import sessions
from surveyapp.services.work import Desk, Work
from surveyapp.store import cases, enrolment, participants, responses, results
from surveyapp.store.database import after_commit, new_id
from surveyapp.store.entry import accesses
from surveyapp.store.lists import staging
from surveyapp.store.mending import merging as store
from surveyapp.store.mending import pictures
from surveyapp.store.mending.merging import CarriedOver
from surveyapp.store.sending import recipients

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


def plan(desk: Desk, study_id: str, reference: str, other: str) -> MergePlan:
    """What would follow; nothing is stored. Raises NotPermitted, NotFound, FieldsRefused naming `other`."""
    scope = desk.scope(Action.MANAGE_PARTICIPANTS, study_id)
    with desk.reading() as work:
        return _plan(work, scope, desk.study(study_id), reference, other)


def merge(desk: Desk, study_id: str, reference: str, other: str) -> MergePlan:
    """Makes one person of two, by the reference that stays and the one that goes. Links and codes of both go on
    working. Raises as `plan` does."""
    scope, study = desk.scope(Action.MANAGE_PARTICIPANTS, study_id), desk.runtime.study(study_id)
    with desk.writing() as work:
        enrolment.lock(work.session, study_id)
        both = [person_in(work, scope, study, reference).id]
        if (found := _other(work, scope, study, other)) is not None:
            both.append(found.id)
        staging.lock_cases(work.session, both)
        made = _plan(work, scope, study, reference, other)
        _merge(work, study, made)
        return made


def _plan(work: Work, scope: Scope, study: Study, reference: str, written: str) -> MergePlan:
    kept = person_in(work, scope, study, reference)
    folded = _other(work, scope, study, written)
    fault = _fault(work, scope, kept, folded, written)
    if fault is not None or folded is None:
        raise FieldsRefused((FieldFault("other", fault or say("not_there_check", reference=written)),))
    mine, theirs = cases_of(work, kept), cases_of(work, folded)
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
    held, also = contacts.read_to_act(work, kept.id), contacts.read_to_act(work, folded.id)
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


def cases_of(work: Work, person: Participant) -> dict[int, tuple[Case, Response | None]]:
    """Somebody's cases with what was answered, by touchpoint."""
    return {
        each.touchpoint: (each, responses.response_of(work.session, each.id))
        for each in cases.cases_of(work.session, person.id)
    }


def _fault(work: Work, scope: Scope, kept: Participant, folded: Participant | None, written: str) -> Sentence | None:
    """Why two people cannot be merged, and what to do."""
    if folded is None:
        into = store.kept_reference(work.session, kept.study, normalise.code(written).upper())
        if into is not None and into in participants.references_in(work.session, scope):
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
    mine, theirs = cases_of(work, kept), cases_of(work, folded)
    held = contacts.read_to_act(work, kept.id)
    joined = _joined(held, contacts.read_to_act(work, folded.id))
    ended = recipients.ended_ways(session, folded.id)
    before = {each.id: each.disposition for each, _ in (*mine.values(), *theirs.values())}
    carried = CarriedOver()
    if any(each.fate is MergeFate.OTHER_STANDS for each in made.touchpoints):
        sessions.end_all_of_participant(work, kept.id, EndedWhy.REPLACED)
    sessions.end_all_of_participant(work, folded.id, EndedWhy.REPLACED)
    for each in made.touchpoints:
        if each.fate is not MergeFate.KEPT:
            _carry(work, study, each, mine, theirs, made, carried)
    store.carry_said(session, folded.id, kept.id, carried)
    picture = pictures.take_out(session, folded.id)
    others = store.folded_into(session, [kept.id])
    # How both are reached goes with whichever of them is erased.
    work.seals.write_together(kept.id, [*others, folded.id])
    if joined != held:
        save_contact(work, kept.id, held, joined)
        _end_ways(work, kept.id, held, joined, ended)
    site = kept.site or folded.site
    own: dict[str, Any] = {
        "attributes": {**folded.attributes, **kept.attributes},
        "site_id": site.id if site else None,
        "language_asked": kept.language_asked or folded.language_asked,
        "not_called_by": kept.not_called_by or folded.not_called_by,
    }
    store.replace_person(session, kept.id, **own)
    session.expire_all()
    person = again(work, study, kept)
    if made.change is not None:
        why = LeavingReason.DIED if made.change is ParticipationChange.DIED else LeavingReason.NOT_SAID
        leaving.make(work, person, made.change, why)
    elif person.stopped_at is not None:
        stopping.end_cases(work, person, Disposition.DECEASED if person.deceased_at else Disposition.REFUSAL)
    consents.follow(work, study, person)
    if carried.events:
        scheduling.plan_cases(work, person)
    for case, _ in cases_of(work, person).values():
        work_out(work, study, case.id)
    session.flush()
    session.expire_all()
    person = again(work, study, kept)
    both_say = {
        "carried": asdict(carried),
        "dispositions": {
            "before": {key.hex: each.value for key, each in before.items()},
            "after": {case.id.hex: case.disposition.value for case, _ in cases_of(work, person).values()},
        },
    }
    swapped, rest = pictures.parted(picture, carried.swapped)
    kept_of = Before(
        kept={
            **both_say,
            "picture": swapped,
            "contact": {"before": vars(held)},
            "own": {"before": own_columns(kept), "after": own_columns(person)},
            "states": {"before": states_of(kept), "after": states_of(person)},
            "titles": {each.touchpoint: each.title for each in made.touchpoints if each.fate is not MergeFate.KEPT},
            "aside": [each.title for each in made.touchpoints if each.aside],
            "site": str(folded.site.id) if folded.site else None,
        },
        folded={**both_say, "picture": rest},
        both={"contact": {"before": vars(held), "after": vars(joined)}},
    )
    record = MergeRecord(
        id=new_id(),
        kept_id=kept.id,
        folded_id=folded.id,
        reference=folded.reference,
        made_at=work.now,
        by_staff=work.staff_id,
    )
    store.add(session, record, before_merge.sealed(work, kept.id, folded.id, kept_of, others))
    after_commit(session, lambda: work.runtime.person_keys.write_together(kept.id, [*others, folded.id]))
    for subject, other in ((kept.reference, folded.reference), (folded.reference, kept.reference)):
        work.record(AuditAction.PARTICIPANTS_MERGED, subject, study=study.id, other=other, stays=kept.reference)
    count_anew(work, kept)


def _carry(
    work: Work,
    study: Study,
    each: MergedTouchpoint,
    mine: Mapping[int, tuple[Case, Response | None]],
    theirs: Mapping[int, tuple[Case, Response | None]],
    made: MergePlan,
    carried: CarriedOver,
) -> None:
    """Gives a touchpoint of the other's to whoever stays: the case, or what hangs on it."""
    session, kept, folded = work.session, made.participant.id, made.other.id
    case, answered = theirs[each.touchpoint]
    if each.fate is MergeFate.CARRIED:
        store.carry_case(session, case.id, kept)
        carried.cases.append(case.id.hex)
        return
    own, own_answered = mine[each.touchpoint]
    if each.fate is MergeFate.FIRST_STANDS:
        carried.attempts |= store.carry_attempts(session, case.id, own.id, kept)
        carried.accesses |= store.carry_accesses(session, case.id, own.id)
        standing, aside = own, case
    else:
        store.set_aside(session, own.id, True)
        store.carry_case(session, own.id, folded)
        store.carry_case(session, case.id, kept)
        store.set_aside(session, own.id, False)
        carried.cases.append(case.id.hex)
        carried.swapped.append(own.id.hex)
        carried.attempts |= store.carry_attempts(session, own.id, case.id, kept)
        carried.accesses |= store.carry_accesses(session, own.id, case.id)
        standing, aside = case, own
    sent = own_answered if standing is own else answered
    done = sent is not None and sent.state is ResponseState.SUBMITTED and sent.reopened_at is None
    if standing.next_at is None and aside.next_at is not None and not done:
        # Whoever agreed a time with the one keeps it with the other.
        cases.set_next(session, standing.id, aside.next_at)
        carried.times[standing.id.hex] = aside.next_at.isoformat()
    # Whoever was given a link to the one comes to the other, for as long as is due to that.
    accesses.set_expiry(session, standing.id, access_expiry(standing, work.runtime.zone(study)))
    if not answered and not own_answered and aside.disposition in ENDED and standing.disposition not in ENDED:
        # What they refused once, they refused.
        cases.set_disposition(session, replace(standing, participant_id=kept), aside.disposition)


def save_contact(work: Work, person: uuid.UUID, before: Contact, after: Contact) -> None:
    """Stores how somebody is reached and found."""
    contacts.write_many(work, [(person, contacts.prepared(work, person, before, after))])


def _end_ways(
    work: Work, kept: uuid.UUID, held: Contact, joined: Contact, ended: Sequence[tuple[SendingWay, WhyNot, dt.datetime]]
) -> None:
    """An address or number that comes from the other, of whom ways had `ended`, reaches nobody under this reference
    either."""
    came = {way for name, way in recipients.REACHED_BY.items() if getattr(held, name) != getattr(joined, name)}
    for way, why, at in ended:
        if way in came and why in NOT_THEIRS:
            recipients.end_channel(work.session, kept, way, why, at)


def own_columns(person: Participant) -> dict[str, Any]:
    """What stands of somebody in their own row and comes from both, as JSON keeps it."""
    return {
        "attributes": dict(person.attributes),
        "site_id": str(person.site.id) if person.site else None,
        "language_asked": person.language_asked,
        "not_called_by": str(person.not_called_by) if person.not_called_by else None,
    }


def states_of(person: Participant) -> dict[str, str | None]:
    """How somebody has left the study, as JSON keeps it."""
    found = {name: getattr(person, name) for name in STATES}
    return {name: at.isoformat() if at else None for name, at in found.items()}


def count_anew(work: Work, kept: Participant) -> None:
    """Has the results of a study counted anew."""
    results.drop(work.session, kept.study, kept.origin)
    after_commit(work.session, lambda: current.forget(work.runtime, kept.study, kept.origin))


def again(work: Work, study: Study, person: Participant) -> Participant:
    """Somebody as they stand now."""
    found = participants.participant(work.session, person.id, work.today(study))
    assert found is not None
    return found


def person_in(work: Work, scope: Scope, study: Study, reference: str) -> Participant:
    """Raises NotFound."""
    person = participants.participant_by_reference(work.session, scope, reference, work.today(study))
    if person is None:
        raise NotFound(say("no_participant", reference=reference))
    return person


def _other(work: Work, scope: Scope, study: Study, written: str) -> Participant | None:
    wanted = normalise.code(written).upper()
    return participants.participant_by_reference(work.session, scope, wanted, work.today(study)) if wanted else None
