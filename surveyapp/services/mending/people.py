"""What was entered wrong, or is different now, put right: a person's group, site, day of enrolment and what is known of
them; the window of a case, and one that was refused or is closed. What follows is said first, and each change is in the
audit trail."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

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
from surveyapp.domain.participants import Participant
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action, Scope
from surveyapp.services.cases import scheduling
from surveyapp.services.cases.state import state_of
from surveyapp.services.participants import enrolment_form
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
    """What a change of somebody comes to: which columns change, and what becomes of their cases."""

    participant: Participant
    changed: tuple[str, ...] = ()
    moves: tuple[CaseMove, ...] = ()
    group: str = ""
    site: str = ""
    enrolled_on: dt.date | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


def columns(study: Study) -> tuple[enrolment_form.ListColumn, ...]:
    """What can be changed of a person, in the order shown."""
    attributes = {enrolment_form.attribute_column(each) for each in study.attributes if each.scope == "participant"}
    return tuple(
        each
        for each in enrolment_form.columns(study)
        if each.name in ("group", "site", "enrolled_on") or each.name in attributes
    )


def as_written(study: Study, participant: Participant) -> dict[str, str]:
    """What stands of a person, as `columns` has it."""
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


def make(work: Work, study: Study, made: MendPlan) -> None:
    """Makes a change, in the caller's unit of work, who has locked the study."""
    if made.changed:
        there = {each.reference: each for each in participants.sites(work.session, study.id, work.today(study))}
        site = there.get(made.site)
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
        for each in made.moves:
            if each.before is None and each.after is not None:
                cases.add_case(work.session, each.after)
            elif each.before is not None and each.after is None:
                cases.set_disposition(work.session, each.before, Disposition.NOT_ELIGIBLE)
            elif each.before is not None and each.after is not None:
                scheduling.move(work, study, each.after)
        fields = list(made.changed)
        work.record(AuditAction.PARTICIPANT_CHANGED, made.participant.reference, study=study.id, fields=fields)


def as_placed(work: Work, person: Participant) -> dict[str, Any]:
    """Where somebody belongs and how their cases stand, as JSON, so that a change can be taken back."""
    return {
        "group": person.group,
        "site": person.site.id.hex if person.site else None,
        "cases": {
            each.id.hex: {
                "disposition": each.disposition.value,
                **{name: at.isoformat() if (at := getattr(each, name)) else None for name in _WINDOW},
            }
            for each in cases.cases_of(work.session, person.id)
        },
    }


_WINDOW = ("opens_at", "due_at", "closes_at", "moved_at")


def take_back(work: Work, study: Study, person: Participant, placed: Mapping[str, Any]) -> None:
    """Puts somebody back where they belonged by `as_placed`. Raises StateRefused where they have begun to answer as one
    of the group that they came to."""
    there = {each.id.hex: each for each in cases.cases_of(work.session, person.id)}
    if placed["group"] != person.group and any(
        responses.response_of(work.session, each.id) is not None for each in there.values()
    ):
        raise StateRefused(say("group_after_answers", reference=person.reference))
    site = uuid.UUID(placed["site"]) if placed["site"] else None
    belongs = Placed(group=placed["group"], site_id=site, enrolled_on=person.enrolled_on, attributes=person.attributes)
    participants.replace_placed(work.session, person.id, belongs)
    for key, case in there.items():
        if key not in placed["cases"]:
            store.take_case_back(work.session, case.id)
            continue
        kept = placed["cases"][key]
        window: dict[str, Any] = {
            name: dt.datetime.fromisoformat(kept[name]) if kept[name] else None for name in _WINDOW
        }
        scheduling.move(work, study, dataclasses.replace(case, **window))
        cases.set_disposition(work.session, case, Disposition(kept["disposition"]))


def again(work: Work, study: Study, person: Participant) -> Participant:
    """Somebody as they stand now."""
    work.session.flush()
    found = participants.participant(work.session, person.id, work.today(study))
    return found or person


def plan_in(work: Work, scope: Scope, study: Study, reference: str, written: Mapping[str, str]) -> MendPlan:
    """`plan`, in the caller's unit of work."""
    person = _person(work, scope, study, reference)
    new, faults = enrolment_form.check(study, work.today(study), {**as_written(study, person), **written})
    sites = {each.reference: each for each in participants.sites(work.session, study.id, work.today(study))}
    mine = scope.sites is None or (new.site in sites and sites[new.site].id in scope.sites)
    if new.site and new.site not in sites:
        faults.append(FieldFault("site", say("site_unknown", site=new.site, sites=sorted(sites))))
    elif not mine:
        own = [each.reference for each in sites.values() if each.id in (scope.sites or ())]
        faults.append(FieldFault("site", say("own_sites_only", sites=own)))
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
    moves = _moves(work, study, person, after_person, there, begun) if {"group", "enrolled_on"} & set(changed) else []
    return MendPlan(
        participant=person,
        changed=changed,
        moves=tuple(moves),
        group=new.group,
        site=new.site,
        enrolled_on=new.enrolled_on,
        attributes=new.attributes,
    )


def _moves(
    work: Work, study: Study, person: Participant, after: Participant, there: Mapping[int, Case], begun: set[int]
) -> list[CaseMove]:
    """What becomes of each case that nobody has begun to answer. One of the same number keeps its links."""
    happened = {each.event: each.on for each in reversed(participants.events(work.session, person.id))}
    zone, standing = work.runtime.zone(study), scheduling.as_it_stands(work, study)
    planned = {each.touchpoint: each for each in scheduling.planned(standing, zone, work.now, after, happened)}
    found = []
    for number in sorted(there.keys() | planned.keys()):
        if number in begun:
            continue
        old, new = there.get(number), planned.get(number)
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
    """A case as it stands and as it would, each with its state."""

    participant: Participant
    touchpoint: Touchpoint
    before: Case
    after: Case
    state_before: CaseState
    state_after: CaseState
    can_be_asked_again: bool


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
    return CasePlan(
        participant=person,
        touchpoint=touchpoint,
        before=case,
        after=after,
        state_before=before,
        state_after=state_of(work, after, response),
        can_be_asked_again=before in ASKED_AGAIN and person.stopped_at is None,
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
