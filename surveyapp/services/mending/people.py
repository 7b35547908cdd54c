"""What was entered wrong, or is different now, put right: a person's group, site, day of enrolment and what is known of
them; the window of a case, and one that was refused or is closed. What follows is said first, and each change is in the
audit trail."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import FieldFault, FieldsRefused, NotFound, StateRefused
from surveyapp.domain.fieldwork.cases import (
    Case,
    CaseState,
    Disposition,
    disposition_without_refusal,
)
from surveyapp.domain.fieldwork.days import end_of, last_day, start_of
from surveyapp.domain.fieldwork.touchpoint_changes import window_of
from surveyapp.domain.instrument.study import Study, Touchpoint
from surveyapp.domain.participants import Event, Participant, Site
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action, Scope
from surveyapp.services.cases import scheduling
from surveyapp.services.cases.agreed_times import StandingSo, TimeCut, times_cut
from surveyapp.services.cases.state import state_of
from surveyapp.services.participants import enrolling, enrolment_form
from surveyapp.services.participants.enrolling import Placement
from surveyapp.services.participants.written_days import read_day
from surveyapp.services.work import Desk, Work
from surveyapp.store import cases, participants, relationships, responses
from surveyapp.store import enrolment as store
from surveyapp.store.participants import Placed

LATEST = dt.date(2199, 12, 31)
"""A day after this is a slip of the pen."""

ASKED_AGAIN = frozenset({CaseState.REFUSED, CaseState.NOT_ELIGIBLE})
"""States out of which a case comes by asking its person again."""


@dataclass(frozen=True, kw_only=True)
class CaseMove:
    """A case as it stands and as it would: `before` None: there is none yet; `after` None: it would not be asked."""

    touchpoint: int
    title: str
    before: Case | None
    after: Case | None
    state: CaseState | None


@dataclass(frozen=True, kw_only=True)
class MendPlan:
    """What a change of somebody comes to: which columns change, and what becomes of their cases. `new_site`: one that
    is not on record yet, and since when what is known of it holds; `events`: on which day what happened, where that is
    said otherwise than it stands; `corrected`: those of them that had another day; `cut`: the times that were agreed at
    which nobody can call then."""

    participant: Participant
    changed: tuple[str, ...] = ()
    moves: tuple[CaseMove, ...] = ()
    group: str = ""
    site: str = ""
    new_site: tuple[Site, dt.date] | None = None
    enrolled_on: dt.date | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, dt.date] = field(default_factory=dict)
    corrected: frozenset[str] = frozenset()
    cut: tuple[TimeCut, ...] = ()


def columns(study: Study) -> tuple[enrolment_form.ListColumn, ...]:
    """What can be changed of a person, and said of a new site that they come to, in the order shown."""
    changed = {"group", "site", "site_name", "enrolled_on", *(each.id for each in study.site_attributes)}
    changed |= {enrolment_form.attribute_column(each) for each in study.participant_attributes}
    return tuple(each for each in enrolment_form.columns(study) if each.name in changed)


def as_written(study: Study, participant: Participant) -> dict[str, str]:
    """What stands of a person, as `columns` has it; nothing of a new site."""
    own = {
        enrolment_form.attribute_column(each): participant.attributes.get(each.name, "")
        for each in study.attributes
        if each.scope == "participant"
    }
    site = participant.site.reference if participant.site else ""
    return {"group": participant.group, "site": site, "enrolled_on": participant.enrolled_on.isoformat(), **own}


def plan(desk: Desk, study_id: str, reference: str, written: Mapping[str, str]) -> MendPlan:
    """What would follow; nothing is stored. Raises NotPermitted, NotFound, StateRefused, FieldsRefused."""
    scope = desk.scope(Action.MANAGE_PARTICIPANTS, study_id)
    with desk.reading() as work:
        return plan_in(work, scope, desk.study(study_id), reference, written)


def mend(desk: Desk, study_id: str, reference: str, written: Mapping[str, str]) -> MendPlan:
    """Makes the change, and what follows from it. Links and codes go on working. Raises as `plan` does."""
    scope = desk.scope(Action.MANAGE_PARTICIPANTS, study_id)
    study = desk.runtime.study(study_id)
    with desk.writing() as work:
        store.lock(work.session, study_id)
        made = plan_in(work, scope, study, reference, written)
        make(work, study, made)
        return made


def make(work: Work, study: Study, made: MendPlan, source: str = "manager") -> None:
    """Makes a change, in the caller's unit of work, who has locked the study. `source`: who says what happened."""
    reference = made.participant.reference
    if made.changed:
        site = _site(work, study, made)
        participants.replace_placed(
            work.session,
            made.participant.id,
            Placed(
                group=made.group,
                site_id=site.id if site else None,
                enrolled_on=made.enrolled_on or made.participant.enrolled_on,
                attributes=made.attributes,
            ),
        )
        fields = list(made.changed)
        work.record(AuditAction.PARTICIPANT_CHANGED, reference, study=study.id, fields=fields)
    for event, day in made.events.items():
        store.set_event(work.session, made.participant.id, Event(event, day, source))
        action = AuditAction.EVENT_CORRECTED if event in made.corrected else AuditAction.EVENT_RECORDED
        work.record(action, reference, study=study.id, event=event, source=source)
    for each in made.moves:
        if each.before is None and each.after is not None:
            cases.add_case(work.session, each.after)
        elif each.before is not None and each.after is None:
            cases.set_disposition(work.session, each.before, Disposition.NOT_ELIGIBLE)
        elif each.before is not None and each.after is not None:
            scheduling.move(work, study, each.after)


def _site(work: Work, study: Study, made: MendPlan) -> Site | None:
    """Where somebody belongs from now on; a site that is new is stored."""
    there = {each.reference: each for each in participants.sites(work.session, study.id, work.today(study))}
    if made.new_site is not None and made.site not in there:
        site, since = made.new_site
        return participants.add_site(work.session, study.id, site.reference, site.name, site.attributes, since)
    return there.get(made.site)


def again(work: Work, study: Study, person: Participant) -> Participant:
    """Somebody as they stand now."""
    work.session.flush()
    found = participants.participant(work.session, person.id, work.today(study))
    return found or person


def plan_in(
    work: Work,
    scope: Scope,
    study: Study,
    reference: str,
    written: Mapping[str, str],
    coming: Mapping[str, Site] = MappingProxyType({}),
) -> MendPlan:
    """`plan`, in the caller's unit of work, where what happened to somebody (`event.…`) may be said too. `coming`:
    sites that are to be on record when the change is made, by reference."""
    person = _person(work, scope, study, reference)
    new, faults = enrolment_form.check(study, work.today(study), {**as_written(study, person), **written})
    sites = {each.reference: each for each in participants.sites(work.session, study.id, work.today(study))}
    arriving = Placement()
    if new.site not in coming or new.site in sites:
        enrolling.place_sites(study, scope, sites, [(0, new)], arriving)
    told = {fault.field for fault in faults}
    faults += [fault for _, fault in arriving.faults if fault.field not in told]
    new_site = arriving.new_sites.get(new.site)
    if new_site is not None:
        sites[new.site] = new_site[0]
    else:
        sites = {**coming, **sites}
    there = {each.touchpoint: each for each in cases.cases_of(work.session, person.id)}
    begun = {number for number, case in there.items() if responses.response_of(work.session, case.id) is not None}
    if new.group and new.group != person.group:
        if begun:
            faults.append(FieldFault("group", say("group_after_answers", reference=reference)))
        if partners := relationships.partners(work.session, scope, [person.id]):
            unseen = say("related_elsewhere", reference=reference) if None in partners.values() else None
            faults.append(FieldFault("group", unseen or say("group_with_relationship", reference=reference)))
    if faults:
        raise FieldsRefused(tuple(faults))
    before = as_written(study, person)
    after_person = dataclasses.replace(
        person, group=new.group, enrolled_on=new.enrolled_on, attributes=new.attributes, site=sites.get(new.site)
    )
    after = as_written(study, after_person)
    changed = tuple(name for name in before if before[name] != after[name])
    before_events = {each.event: each.on for each in reversed(participants.events(work.session, person.id))}
    events = {event: day for event, day in new.events.items() if before_events.get(event) != day}
    elsewhere = bool({"group", "enrolled_on"} & set(changed))
    moves = []
    if elsewhere or events:
        happened = {**before_events, **events}
        moves = _moves(work, study, person, after_person, there, begun, happened, None if elsewhere else events.keys())
    return MendPlan(
        participant=person,
        changed=changed,
        moves=tuple(moves),
        group=new.group,
        site=new.site,
        new_site=new_site,
        enrolled_on=new.enrolled_on,
        attributes=new.attributes,
        events=events,
        corrected=frozenset(events.keys() & before_events.keys()),
        cut=times_cut(
            work,
            (
                (reference, (each.before, state_of(work, each.before, None)), _then(each))
                for each in moves
                if each.before is not None
            ),
        ),
    )


def _then(move: CaseMove) -> StandingSo | None:
    return None if move.after is None or move.state is None else (move.after, move.state)


def _moves(
    work: Work,
    study: Study,
    person: Participant,
    after: Participant,
    there: Mapping[int, Case],
    begun: set[int],
    happened: Mapping[str, dt.date],
    following: Collection[str] | None,
) -> list[CaseMove]:
    """What becomes of each case that nobody has begun to answer. One of the same number keeps its links. `following`:
    of those alone that follow from one of these events, unless their days were chosen by hand."""
    zone, standing = work.runtime.zone(study), scheduling.as_it_stands(work, study)
    planned = {each.touchpoint: each for each in scheduling.planned(standing, zone, work.now, after, happened)}
    found = []
    for number in sorted(there.keys() | planned.keys()):
        if number in begun:
            continue
        old, new = there.get(number), planned.get(number)
        if old is not None and following is not None:
            rule = study.touchpoint(after.group, number)
            if rule is None or rule.opens.event not in following or old.moved_at is not None:
                continue
        touchpoint = study.touchpoint(after.group, number) or study.touchpoint(person.group, number)
        if old is not None and new is not None:
            new = dataclasses.replace(
                old, opens_at=new.opens_at, due_at=new.due_at, closes_at=new.closes_at, moved_at=new.moved_at
            )
            if new == old and after.group == person.group:
                continue
        elif old is not None and study.touchpoint(after.group, number) is not None:
            continue  # it follows from answers or from what happened: nothing of that is changed
        found.append(
            CaseMove(
                touchpoint=number,
                title=touchpoint.title if touchpoint else str(number),
                before=old,
                after=new,
                state=state_of(work, new, None) if new else None,
            )
        )
    return found


def _person(work: Work, scope: Scope, study: Study, reference: str) -> Participant:
    person = participants.participant_by_reference(work.session, scope, reference, work.today(study))
    if person is None:
        raise NotFound(say("no_participant", reference=reference))
    if person.withdrawn_at is not None:
        raise StateRefused(say("withdrawn", reference=reference))
    return person


@dataclass(frozen=True, kw_only=True)
class CasePlan:
    """A case as it stands and as it would, each with its state. `cut`: the time that was agreed, where nobody can call
    then."""

    participant: Participant
    touchpoint: Touchpoint
    before: Case
    after: Case
    state_before: CaseState
    state_after: CaseState
    can_be_asked_again: bool
    cut: tuple[TimeCut, ...]


def case_as_written(desk: Desk, study_id: str, reference: str, number: int) -> dict[str, str]:
    """The days of a case's window, as they are written. Raises NotPermitted, NotFound, StateRefused."""
    made = plan_case(desk, study_id, reference, number, {})
    zone = desk.runtime.zone(desk.runtime.study(study_id))
    return _days(made.before, zone)


def _days(case: Case, zone: dt.tzinfo) -> dict[str, str]:
    return {
        "opens_on": case.opens_at.astimezone(zone).date().isoformat(),
        "due_on": last_day(case.due_at, zone).isoformat() if case.due_at else "",
        "closes_on": last_day(case.closes_at, zone).isoformat() if case.closes_at else "",
    }


def plan_case(desk: Desk, study_id: str, reference: str, number: int, written: Mapping[str, str]) -> CasePlan:
    """What a case would be with these days (`opens_on`, `due_on`, `closes_on`) and, with `again`, asked again. Raises
    NotPermitted, NotFound, StateRefused, FieldsRefused."""
    scope = desk.scope(Action.MANAGE_PARTICIPANTS, study_id)
    with desk.reading() as work:
        return _plan_case(work, scope, desk.study(study_id), reference, number, written)


def mend_case(desk: Desk, study_id: str, reference: str, number: int, written: Mapping[str, str]) -> CasePlan:
    """Makes the change. Raises as `plan_case` does."""
    scope = desk.scope(Action.MANAGE_PARTICIPANTS, study_id)
    study = desk.runtime.study(study_id)
    with desk.writing() as work:
        found = cases.case_in_scope(work.session, scope, reference, number)
        if found is not None:
            cases.locked_case(work.session, found.id)
        made = _plan_case(work, scope, study, reference, number, written)
        if made.before == made.after:
            return made
        after = made.after
        scheduling.move(work, study, after)
        if after.disposition is not made.before.disposition:
            cases.set_disposition(work.session, made.before, after.disposition)
        detail = {
            "touchpoint": number,
            "before": made.state_before.value,
            "after": made.state_after.value,
            **_days(after, work.runtime.zone(study)),
        }
        work.record(AuditAction.CASE_CHANGED, reference, study=study_id, **detail)
        return made


def _plan_case(
    work: Work, scope: Scope, study: Study, reference: str, number: int, written: Mapping[str, str]
) -> CasePlan:
    person = _person(work, scope, study, reference)
    case = cases.case_in_scope(work.session, scope, reference, number)
    touchpoint = study.touchpoint(person.group, number)
    if case is None or touchpoint is None:
        raise NotFound(say("no_case", reference=reference, touchpoint=number))
    zone = work.runtime.zone(study)
    response = responses.response_of(work.session, case.id)
    before = state_of(work, case, response)
    days, faults = _read_days({**_days(case, zone), **written})
    if person.stopped_at is not None and written.get("again"):
        faults.append(FieldFault("again", say("stopped_take_up", reference=reference)))
    if faults:
        raise FieldsRefused(tuple(faults))
    disposition = case.disposition
    if written.get("again") and before in ASKED_AGAIN:
        attempts = cases.attempts_of(work.session, case.id)
        disposition = disposition_without_refusal(case.disposition, attempts, response.state if response else None)
    opens_on = days["opens_on"]
    assert opens_on is not None
    after = dataclasses.replace(
        case,
        opens_at=start_of(opens_on, zone),
        due_at=end_of(days["due_on"], zone) if days["due_on"] else None,
        closes_at=end_of(days["closes_on"], zone) if days["closes_on"] else None,
        disposition=disposition,
    )
    if window_of(after) != window_of(case):
        after = dataclasses.replace(after, moved_at=work.now)
    state_after = state_of(work, after, response)
    return CasePlan(
        participant=person,
        touchpoint=touchpoint,
        before=case,
        after=after,
        state_before=before,
        state_after=state_after,
        can_be_asked_again=before in ASKED_AGAIN and person.stopped_at is None,
        cut=times_cut(work, [(reference, (case, before), (after, state_after))]),
    )


def _read_days(written: Mapping[str, str]) -> tuple[dict[str, dt.date | None], list[FieldFault]]:
    days: dict[str, dt.date | None] = {}
    faults = []
    for name in ("opens_on", "due_on", "closes_on"):
        value = written[name].strip()
        day = days[name] = read_day(value) if value else None
        if value and day is None:
            faults.append(FieldFault(name, say("not_a_date", written=value[:60])))
        elif day is not None and not enrolment_form.EARLIEST <= day <= LATEST:
            faults.append(FieldFault(name, say("day_too_far" if day > LATEST else "day_too_long_ago", day=day)))
        elif name == "opens_on" and not value:
            faults.append(FieldFault(name, say("day_missing")))
    opens, due, closes = (days[name] for name in ("opens_on", "due_on", "closes_on"))
    if not faults and opens and ((due and due < opens) or (closes and closes < (due or opens))):
        faults.append(FieldFault("closes_on" if closes and closes < (due or opens) else "due_on", say("days_backward")))
    return days, faults
