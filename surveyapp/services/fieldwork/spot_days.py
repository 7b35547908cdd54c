"""A day on the spot: begun for some places and a touchpoint, who is due there, who has come."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass, field

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.entry.pins import LONGEST, SHORTEST, is_tried_first, pin_in
from surveyapp.domain.errors import FieldFault, FieldsRefused, NoSpotDay, NotFound
from surveyapp.domain.fieldwork.cases import ANSWERABLE, Case, CaseState, Lease
from surveyapp.domain.fieldwork.days import start_of
from surveyapp.domain.instrument.study import Study, Touchpoint
from surveyapp.domain.participants import Site
from surveyapp.domain.security.spot_days import SpotDay, spot_day_ends
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action, Scope
from surveyapp.domain.web_sessions import WebSession
from surveyapp.services.participants import contacts
from surveyapp.services.participants.roster import state_of_line
from surveyapp.services.work import Desk, Work
from surveyapp.store import cases, participants, roster
from surveyapp.store.calling import held
from surveyapp.store.calling import spot as store
from surveyapp.store.database import new_id


@dataclass(frozen=True)
class SpotPlaces:
    """Where and for whom a day can begin: sites that the staff member may see, touchpoints of the study."""

    study: Study
    sites: tuple[Site, ...]
    touchpoints: tuple[Touchpoint, ...]


@dataclass(frozen=True, kw_only=True)
class SpotChoice:
    """What is chosen of it: a group's touchpoint, the sites, and the PIN that takes the tablet back."""

    group: str
    touchpoint: int
    sites: Collection[uuid.UUID] = ()
    pin: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class SpotPerson:
    """Somebody on the list. `name` is empty where none is on record; `arrived_at`: since when they are there;
    `lease`: a colleague who has their case open."""

    case: Case
    reference: str
    name: str
    site: str | None
    state: CaseState
    arrived_at: dt.datetime | None
    begun_here: bool
    sent_at: dt.datetime | None
    lease: Lease | None

    @property
    def called(self) -> str:
        return self.name or self.reference

    @property
    def waits(self) -> bool:
        """Whether the tablet can be handed to them."""
        return self.state in ANSWERABLE and self.lease is None


@dataclass(frozen=True, kw_only=True)
class SpotList:
    """Everybody who is due on the spot: who is `next`, those who are there, those who are to come, those who have sent
    their answers today."""

    day: SpotDay
    study: Study
    touchpoint: Touchpoint
    sites: tuple[Site, ...]
    here: tuple[SpotPerson, ...]
    expected: tuple[SpotPerson, ...]
    sent: tuple[SpotPerson, ...]

    @property
    def next(self) -> SpotPerson | None:
        return next((each for each in self.here if each.waits), None)

    @property
    def people(self) -> tuple[SpotPerson, ...]:
        return self.here + self.expected + self.sent


def scope_for(desk: Desk, study_id: str) -> Scope:
    """Whom somebody may see on the spot: they see names, and let people in. Raises NotPermitted."""
    return desk.scope(Action.GIVE_ACCESS, study_id, Action.SEE_CONTACTS)


def places(desk: Desk, study_id: str) -> SpotPlaces:
    """Raises NotPermitted, NotFound."""
    scope, study = scope_for(desk, study_id), desk.study(study_id)
    with desk.reading() as work:
        found = participants.sites(work.session, study_id, work.today(study))
    return SpotPlaces(study, tuple(each for each in found if _may_see(scope, each)), study.touchpoints)


def _may_see(scope: Scope, site: Site) -> bool:
    return scope.sites is None or site.id in scope.sites


def begin(desk: Desk, session: WebSession, study_id: str, chosen: SpotChoice) -> SpotDay:
    """Begins a day in a session, in place of another. It ends at midnight where the study is, and no later than the
    session. Raises FieldsRefused (of `sites`, `touchpoint`, `pin`), NotPermitted, NotFound."""
    there = places(desk, study_id)
    sites = {each.id for each in there.sites} & set(chosen.sites)
    digits = pin_in(chosen.pin)
    faults = []
    if there.sites and not sites:
        faults.append(FieldFault("sites", say("spot_no_site")))
    if there.study.touchpoint(chosen.group, chosen.touchpoint) is None:
        faults.append(FieldFault("touchpoint", say("spot_no_touchpoint")))
    if digits is None:
        faults.append(FieldFault("pin", say("pin_shape", shortest=SHORTEST, longest=LONGEST)))
    elif is_tried_first(digits):
        faults.append(FieldFault("pin", say("pin_tried_first")))
    if faults or digits is None:
        raise FieldsRefused(tuple(faults))
    day_id = new_id()
    # Hashing takes a while on purpose, and so is done before anything is locked.
    hashed = desk.runtime.keyring.pin_hash(day_id, digits)
    with desk.writing() as work:
        store.remove_over(work.session, work.now)
        day = SpotDay(
            id=day_id,
            session_id=session.id,
            staff_id=work.staff.id,
            study=study_id,
            group=chosen.group,
            touchpoint=chosen.touchpoint,
            sites=tuple(sorted(sites)),
            began_at=work.now,
            ends_at=spot_day_ends(work.now, work.runtime.zone(there.study), session.expires_at),
            pin=hashed,
        )
        store.add_day(work.session, day)
        work.record(
            AuditAction.SPOT_DAY_BEGUN,
            study=study_id,
            group=day.group,
            touchpoint=day.touchpoint,
            sites=[each.reference for each in there.sites if each.id in sites],
        )
        return day


def day_in(work: Work, desk: Desk, session: WebSession, study_id: str) -> SpotDay:
    """The day that a session is in. Raises NotPermitted, NoSpotDay."""
    scope_for(desk, study_id)
    found = store.day_of(work.session, session.id)
    if found is None or not found.lasts(work.now) or found.study != study_id:
        raise NoSpotDay
    return found


def current(desk: Desk, session: WebSession) -> SpotDay | None:
    """The day that a session is in, if it is in one."""
    with desk.reading() as work:
        found = store.day_of(work.session, session.id)
    return found if found is not None and found.lasts(desk.runtime.clock()) else None


def narrowed(desk: Desk, day: SpotDay) -> Scope:
    """Whom of a day somebody may see still. Raises NotPermitted."""
    scope = scope_for(desk, day.study)
    if not day.sites:
        return scope
    sites = frozenset(day.sites) if scope.sites is None else frozenset(day.sites) & scope.sites
    return dataclasses.replace(scope, sites=sites)


def people(desk: Desk, session: WebSession, study_id: str) -> SpotList:
    """Who is due on the spot: who may answer now, and who has sent their answers today. Names are read, and nothing
    else of a contact; the list is an entry of the trail. Raises NoSpotDay, NotPermitted, NotFound."""
    with desk.writing() as work:
        day = day_in(work, desk, session, study_id)
        study = desk.study(day.study)
        touchpoint = study.touchpoint(day.group, day.touchpoint)
        if touchpoint is None:
            raise NotFound(say("touchpoint_gone", touchpoint=day.touchpoint, group=day.group))
        found = _people(work, narrowed(desk, day), day)
        listed = [each.reference for each in found]
        work.record(AuditAction.SPOT_LIST_SEEN, study=day.study, count=len(listed), references=listed)
    everywhere = {each.id: each for each in places(desk, day.study).sites}
    open_to = [each for each in found if each.state in ANSWERABLE]
    arrived = [each for each in open_to if each.arrived_at]
    return SpotList(
        day=day,
        study=study,
        touchpoint=touchpoint,
        sites=tuple(everywhere[each] for each in day.sites if each in everywhere),
        here=tuple(sorted(arrived, key=lambda each: each.arrived_at or day.began_at)),
        expected=tuple(each for each in open_to if not each.arrived_at),
        sent=tuple(each for each in found if each.state is CaseState.SUBMITTED),
    )


def person(desk: Desk, session: WebSession, study_id: str, reference: str) -> tuple[SpotList, SpotPerson]:
    """Somebody on the list, with it. Raises NotFound for somebody who is not on it, and as `people` does."""
    listed = people(desk, session, study_id)
    found = next((each for each in listed.people if each.reference == reference), None)
    if found is None:
        raise NotFound(say("not_on_the_spot", reference=reference))
    return listed, found


def _people(work: Work, scope: Scope, day: SpotDay) -> list[SpotPerson]:
    """By name; whoever has none on record by reference, after the others."""
    began = start_of(work.today(work.runtime.study(day.study)), work.runtime.zone(work.runtime.study(day.study)))
    lines = []
    for line in roster.lines(work.session, scope, (day.group, day.touchpoint)):
        state = state_of_line(work, line)
        sent_today = state is CaseState.SUBMITTED and line.submitted_at is not None and line.submitted_at >= began
        if line.case is not None and state is not None and not line.stopped and (state in ANSWERABLE or sent_today):
            lines.append((line, line.case, state))
    known = contacts.read_many(work, [line.participant_id for line, *_ in lines])
    names = {key: each.name for key, each in known.items()}
    ids = [case.id for _, case, _ in lines]
    arrived, open_with = store.arrivals(work.session, ids, work.now), store.leases(work.session, ids, work.now)
    found = []
    for line, case, state in lines:
        here, lease = arrived.get(case.id), open_with.get(case.id)
        found.append(
            SpotPerson(
                case=case,
                reference=line.reference,
                name=names.get(line.participant_id, ""),
                site=line.site,
                state=state,
                arrived_at=here.at if here else None,
                begun_here=here is not None and here.begun_in == day.session_id,
                sent_at=line.submitted_at if state is CaseState.SUBMITTED else None,
                lease=lease if lease and lease.staff_id != work.staff.id else None,
            )
        )
    return sorted(found, key=lambda each: (not each.name, each.name.casefold(), each.reference))


def mark(desk: Desk, session: WebSession, study_id: str, reference: str, *, here: bool) -> None:
    """Marks that somebody is there, or that they are not after all; again changes nothing. Raises NoSpotDay,
    NotPermitted, NotFound."""
    with desk.writing() as work:
        day = day_in(work, desk, session, study_id)
        case = case_in(work, desk, day, reference)
        if here:
            changed = store.mark_arrived(work.session, case.id, work.now, day_ends(work, day))
        else:
            changed = store.unmark_arrived(work.session, case.id)
        if changed:
            action = AuditAction.ARRIVAL_MARKED if here else AuditAction.ARRIVAL_UNMARKED
            work.record(action, reference, study=day.study, touchpoint=day.touchpoint)


def day_ends(work: Work, day: SpotDay) -> dt.datetime:
    """The end of the day where the study is, whosever session ends before: others work on the spot, too."""
    zone = work.runtime.zone(work.runtime.study(day.study))
    return spot_day_ends(work.now, zone, dt.datetime.max.replace(tzinfo=dt.UTC))


def case_in(work: Work, desk: Desk, day: SpotDay, reference: str) -> Case:
    """Somebody's case that is on the list of a day, locked with their others. Raises NotFound, NotPermitted."""
    found = cases.case_in_scope(work.session, narrowed(desk, day), reference, day.touchpoint)
    if found is not None:
        held.lock_person(work.session, found.participant_id)
        work.session.expire_all()
        someone = work.person(found.participant_id)
        if someone is not None and someone.group == day.group and someone.stopped_at is None:
            case = cases.case(work.session, found.id)
            assert case is not None
            return case
    raise NotFound(say("not_on_the_spot", reference=reference))


def end(desk: Desk, session: WebSession) -> None:
    """Ends the day; nothing where there is none."""
    with desk.writing() as work:
        day = store.day_of(work.session, session.id)
        if day is not None:
            store.remove_day(work.session, day.id)
            work.record(AuditAction.SPOT_DAY_ENDED, study=day.study)
