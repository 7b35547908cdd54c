"""Who is to be called, in which order and why; and finding whoever rings back."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import NotPermitted
from surveyapp.domain.fieldwork.call_queue import (
    CALLED_NOW,
    CLASH,
    Caller,
    QueuePriority,
    Unkept,
    called_from,
    hold_on,
    priority_of,
    unkept,
    written_first,
)
from surveyapp.domain.fieldwork.call_stand import CallHold, CallStand
from surveyapp.domain.fieldwork.call_wishes import CallWishes
from surveyapp.domain.fieldwork.cases import ANSWERABLE, CaseState, Lease
from surveyapp.domain.fieldwork.consequences import ReferralKind
from surveyapp.domain.instrument.study import Group, Study, Touchpoint
from surveyapp.domain.participants import Contact
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action
from surveyapp.services.cases.state import state_of
from surveyapp.services.fieldwork.calls import is_shut
from surveyapp.services.participants import contacts, roster
from surveyapp.services.work import Desk, Work
from surveyapp.store.calling import queue as store
from surveyapp.store.calling import referrals, stands
from surveyapp.store.calling.agreed import agreed_by
from surveyapp.store.calling.called import ALL, CallScope, QueueNarrowed
from surveyapp.store.calling.queue import QueueRow

PER_PAGE = 15
SHOWN_LATER = 3
"""Of those who are not called now, on the page of those who are."""

MOST_AGREED = 12
"""Times agreed that stand beside the queue."""

MOST_FOUND = 30
"""People that a search shows."""


@dataclass(frozen=True, kw_only=True)
class QueueLine:
    """A case in the queue. `priority`: why it stands where it does, None where nobody calls; `hold`: why nobody does;
    `lease`: who has a case of this person open; `keeper`: the name of whose they are; `clash`: another time agreed by
    the same interviewer, too near this one; `tried`: how many attempts there were, where it is to be decided;
    `called_from`: from when they are called whom the study writes to first; `blocked`: what somebody else has to see to
    before they are called again, where it was looked for; `shut`: by a complaint, to whoever does not decide it;
    `unkept`: why nobody can call at the time agreed; `opens_at`, `ends_at`: the days in which they can be."""

    study: Study
    group: Group
    touchpoint: Touchpoint
    participant_id: uuid.UUID
    case_id: uuid.UUID
    reference: str
    site: str | None
    state: CaseState
    priority: QueuePriority | None
    hold: CallHold | None
    opens_at: dt.datetime
    due_at: dt.datetime | None
    ends_at: dt.datetime | None
    next_at: dt.datetime | None
    stand: CallStand
    wishes: CallWishes
    contact: Contact
    lease: Lease | None
    keeper: str | None
    clash: dt.datetime | None = None
    tried: int = 0
    called_from: dt.datetime | None = None
    blocked: frozenset[ReferralKind] = frozenset()
    shut: bool = False
    unkept: Unkept | None = None

    @property
    def can_be_opened(self) -> bool:
        """Whether a call can be begun from here; a refusal is taken up before."""
        return self.state in ANSWERABLE and not self.shut


@dataclass(frozen=True, kw_only=True)
class CallQueue:
    """A page of the queue. `counts`: people by why, over all pages; `now`: those to be called, best first; `later`: of
    the others, the first; `agreed`: times that the interviewer is to keep, the earliest first, and after
    them those at which nobody can call, of `agreed_in_all` and `unkept_in_all`."""

    counts: Mapping[QueuePriority, int]
    now: tuple[QueueLine, ...]
    later: tuple[QueueLine, ...]
    agreed: tuple[QueueLine, ...]
    agreed_in_all: int
    unkept_in_all: int = 0
    page: int = 1
    pages: int = 1

    @property
    def lines(self) -> tuple[QueueLine, ...]:
        return self.now + self.later

    @property
    def called_now(self) -> int:
        return sum(count for priority, count in self.counts.items() if priority in CALLED_NOW)

    @property
    def called_later(self) -> int:
        return sum(self.counts.values()) - self.called_now


@dataclass(frozen=True, kw_only=True)
class QueueWanted:
    """What somebody wants to see of the queue. `later`: those who are not called now, a page at a time."""

    study: str = ""
    group: str = ""
    touchpoint: int | None = None
    agreed: bool = False
    in_person: bool = False
    later: bool = False
    page: int = 1

    @property
    def narrowed(self) -> QueueNarrowed:
        return QueueNarrowed(group=self.group, touchpoint=self.touchpoint, in_person=self.in_person)


EVERYBODY = QueueWanted()


def queue(desk: Desk, wanted: QueueWanted = EVERYBODY) -> CallQueue:
    """A page of those who are to be called, in one study or all of the interviewer's. As many statements however many
    people, and no rows but a page's. Raises NotPermitted."""
    studies = _studies(desk, wanted.study)
    with desk.reading() as work:
        scopes, caller = _scopes(desk, work, studies), _caller(work)
        leases, narrowed = store.held(work.session, scopes, work.now), wanted.narrowed

        counts = store.counts(work.session, scopes, caller, leases, narrowed)
        called_now = sum(count for priority, count in counts.items() if priority in CALLED_NOW)
        times = _agreed(work, scopes, caller, narrowed if wanted.agreed else ALL)
        many = len(times) if wanted.agreed else sum(counts.values()) - called_now if wanted.later else called_now
        pages = max(1, -(-many // PER_PAGE))
        page = min(max(wanted.page, 1), pages)
        skip = (page - 1) * PER_PAGE
        listed = []
        if not wanted.agreed:
            # Those who are not called now come after all who are: where these end on the page, the first of them are
            # seen.
            ends = min(PER_PAGE, many - skip) + (0 if wanted.later else SHOWN_LATER)
            limit = max(PER_PAGE, ends)
            listed = store.places(work.session, scopes, caller, leases, narrowed, skip=skip, limit=limit)
        # A time in another study clashes as well.
        narrow = bool(wanted.study or (wanted.agreed and narrowed != ALL))
        every = _agreed(work, _scopes(desk, work, _studies(desk, "")), caller) if narrow else times
        agreed = list(times)[skip : skip + PER_PAGE] if wanted.agreed else list(times)[:MOST_AGREED]
        lines = _lines(work, caller, dict.fromkeys([*listed, *agreed]), leases)
        kept = _with_what_blocks(work, [lines[each] for each in agreed if each in lines])
    shown = [lines[each] for each in listed if each in lines]
    now = [] if wanted.later else [line for line in shown if line.priority in CALLED_NOW][:PER_PAGE]
    made = CallQueue(
        counts=counts,
        now=tuple(now),
        later=tuple(line for line in shown if line.priority not in CALLED_NOW),
        agreed=tuple(_with_clashes([dataclasses.replace(each, unkept=times[each.case_id][1]) for each in kept], every)),
        agreed_in_all=len(times),
        unkept_in_all=sum(why is not None for _, why in times.values()),
        page=page,
        pages=pages,
    )
    _note_seen(desk, made, studies)
    return made


_Times = Mapping[uuid.UUID, tuple[dt.datetime, Unkept | None]]
"""Times that were agreed, by case, each with why nobody can call then."""


def _agreed(work: Work, scopes: Sequence[CallScope], caller: Caller, narrowed: QueueNarrowed = ALL) -> _Times:
    """The times that are the caller's to keep: the earliest first, those after them at which nobody can call."""
    rows = agreed_by(work.session, scopes, caller, narrowed)
    blocked = referrals.blocking(work.session, {row.case.participant_id for row in rows}) if rows else {}
    found = {}
    for row in rows:
        at = row.case.next_at
        assert at is not None
        state = state_of(work, row.case, row.response_state, reopened=row.reopened)
        hold = hold_on(row.stand, at)
        found[row.case.id] = at, unkept(row.case, state, at, work.now, hold, row.case.participant_id in blocked)
    return dict(sorted(found.items(), key=lambda each: each[1][1] is not None))


@dataclass(frozen=True)
class PeopleFound:
    """Every case that has come for whoever a search means, for `MOST_FOUND` people at most; `more`: it means others,
    too."""

    lines: tuple[QueueLine, ...]
    more: bool = False


def find(desk: Desk, written: str) -> PeopleFound:
    """Whoever rings back, by a reference, names, a phone number or an e-mail address: also those whom nobody calls. The
    search enters the trail without its words. Raises NotPermitted."""
    studies = _studies(desk, "")
    there = [each for study in studies for each in roster.find(desk, Action.INTERVIEW, study, written)]
    with desk.reading() as work:
        scopes, caller = _scopes(desk, work, studies), _caller(work)
        leases = store.held(work.session, scopes, work.now)
        ids = store.found(work.session, scopes, there[:MOST_FOUND], work.now) if there else []
        lines = _with_what_blocks(work, list(_lines(work, caller, ids, leases).values()))
    for study in studies:
        if seen := sorted({line.reference for line in lines if line.study.id == study}):
            desk.note(AuditAction.QUEUE_SEEN, study=study, count=len(seen), references=seen)
    return PeopleFound(tuple(lines), more=len(there) > MOST_FOUND)


def _with_what_blocks(work: Work, lines: Sequence[QueueLine]) -> list[QueueLine]:
    """Lines with what keeps their people from being called, whoever put it on which list."""
    kinds = referrals.blocking(work.session, {line.participant_id for line in lines})
    made = []
    for line in lines:
        blocked = kinds.get(line.participant_id, frozenset())
        person = work.person(line.participant_id) if ReferralKind.COMPLAINT in blocked else None
        made.append(dataclasses.replace(line, blocked=blocked, shut=person is not None and is_shut(work, person)))
    return made


def held_back(
    desk: Desk, action: Action, study: str, why: CallHold, page: int = 1
) -> tuple[int, tuple[QueueLine, ...]]:
    """How many cases of a study nobody calls because of this, and a page of them. Raises NotPermitted."""
    desk.check(action, study)
    with desk.reading() as work:
        scopes = [_scope(desk, work, action, study)]
        caller = _caller(work)
        leases = store.held(work.session, scopes, work.now)
        count, ids = store.held_back(work.session, scopes, why, work.now, (max(page, 1) - 1) * PER_PAGE, PER_PAGE)
        tried = stands.counts(work.session, ids)
        lines = tuple(
            dataclasses.replace(line, tried=tried.get(line.case_id, 0))
            for line in _lines(work, caller, ids, leases).values()
        )
    desk.note(AuditAction.QUEUE_SEEN, study=study, count=len(lines), references=[line.reference for line in lines])
    return count, lines


def _studies(desk: Desk, study: str) -> list[str]:
    studies = desk.studies(Action.INTERVIEW)
    if not studies:
        raise NotPermitted(say("role_does_not_let", action=Action.INTERVIEW))
    if study:
        desk.check(Action.INTERVIEW, study)
    return [study] if study else list(studies)


def _scopes(desk: Desk, work: Work, studies: Iterable[str]) -> list[CallScope]:
    return [_scope(desk, work, Action.INTERVIEW, each) for each in studies]


def _scope(desk: Desk, work: Work, action: Action, study_id: str) -> CallScope:
    study = desk.runtime.study(study_id)
    calls = study.messages.calls if study.messages else None
    return CallScope(
        scope=desk.scope(action, study_id),
        local=work.now.astimezone(desk.runtime.zone(study)),
        soft_again=study.soft_refusals_again,
        written_first=None if calls is None else written_first(calls, work.now, desk.runtime.zone(study)),
    )


def _caller(work: Work) -> Caller:
    staff = work.staff
    return Caller(staff_id=staff.id, now=work.now, local=work.now, speaks=staff.speaks, gender=staff.gender)


def _lines(
    work: Work, caller: Caller, ids: Iterable[uuid.UUID], leases: Mapping[uuid.UUID, Lease]
) -> dict[uuid.UUID, QueueLine]:
    """The lines of these cases, in this order, with how their people are reached."""
    rows = store.rows(work.session, list(ids), leases)
    held = contacts.read_many(work, {row.case.participant_id for row in rows}) if rows else {}
    studies = {row.study: work.study(row.study) for row in rows}
    made = {}
    for row in rows:
        line = _line(work, caller, studies[row.study], row, held.get(row.case.participant_id, Contact()))
        if line is not None:
            made[row.case.id] = line
    return made


def _line(work: Work, caller: Caller, study: Study, row: QueueRow, contact: Contact) -> QueueLine | None:
    group, touchpoint = study.group(row.group), study.touchpoint(row.group, row.case.touchpoint)
    if group is None or touchpoint is None:
        return None
    calls, zone = study.messages.calls if study.messages else None, work.runtime.zone(study)
    since = called_from(calls, row.group, row.case.opens_at, zone)
    waiting = dataclasses.replace(row.waiting, called_from=since)
    there = dataclasses.replace(caller, local=work.now.astimezone(zone))
    state = state_of(work, row.case, row.response_state, reopened=row.reopened)
    hold, at = hold_on(waiting.stand, waiting.next_at), waiting.next_at
    return QueueLine(
        study=study,
        group=group,
        touchpoint=touchpoint,
        participant_id=row.case.participant_id,
        case_id=row.case.id,
        reference=waiting.reference,
        site=row.site,
        state=state,
        priority=priority_of(waiting, there),
        hold=hold,
        opens_at=row.case.opens_at,
        due_at=waiting.due_at,
        ends_at=row.case.ends_at,
        next_at=at,
        stand=waiting.stand,
        wishes=waiting.wishes,
        contact=contact,
        lease=row.lease,
        keeper=row.keeper,
        called_from=since,
        unkept=None if at is None else unkept(row.case, state, at, work.now, hold),
    )


def _with_clashes(lines: Sequence[QueueLine], times: _Times) -> list[QueueLine]:
    """Times agreed, each with another that is too near, where somebody can call at both. `times`: all that the same
    interviewer is to keep."""
    at_which = {case_id: at for case_id, (at, why) in times.items() if why is None}
    made = []
    for line in lines:
        mine = at_which.get(line.case_id)
        near = [
            at
            for case_id, at in at_which.items()
            if case_id != line.case_id and mine is not None and abs(at - mine) < CLASH
        ]
        made.append(dataclasses.replace(line, clash=near[0] if near else None))
    return made


def _note_seen(desk: Desk, made: CallQueue, studies: Sequence[str]) -> None:
    """A sight of names enters the trail, with whose they were."""
    seen = {(line.study.id, line.reference) for line in (*made.lines, *made.agreed)}
    for study in studies:
        references = sorted(reference for of, reference in seen if of == study)
        desk.note(AuditAction.QUEUE_SEEN, study=study, count=len(references), references=references)
