"""Who is to be called, in which order."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from surveyapp.domain.answers import Mode
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import NotPermitted
from surveyapp.domain.fieldwork.call_queue import QueuePriority, priority_of
from surveyapp.domain.fieldwork.cases import (
    ANSWERABLE,
    Attempt,
    CaseState,
    Lease,
    calls_without_appointment,
)
from surveyapp.domain.instrument.study import Group, Study, Touchpoint
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action, Scope, Staff
from surveyapp.services.cases import leases
from surveyapp.services.cases.state import state_of
from surveyapp.services.participants import contacts, roster
from surveyapp.services.work import Desk, Work
from surveyapp.store import cases


@dataclass(frozen=True, kw_only=True)
class QueueLine:
    """A case in the queue. `lease` is a live hold, `calls` the attempts that count against the five, `preferred` and
    `times` how and when the participant likes to be reached: they neither name anyone nor reach them."""

    study: Study
    group: Group
    touchpoint: Touchpoint
    reference: str
    site: str | None
    state: CaseState
    priority: QueuePriority
    due_at: dt.datetime | None
    next_at: dt.datetime | None
    calls: int
    attempts: tuple[Attempt, ...]
    preferred: str
    times: str
    lease: Lease | None
    assigned_to: uuid.UUID | None

    @property
    def last_attempt(self) -> Attempt | None:
        return self.attempts[-1] if self.attempts else None

    @property
    def in_person(self) -> bool:
        """Whether they want to be visited, or a visit is agreed."""
        last = self.last_attempt
        agreed = self.next_at is not None and last is not None and last.mode is Mode.IN_PERSON
        return agreed or "person" in self.preferred.casefold()

    def agreed_by(self, staff: Staff) -> bool:
        """Whether there is an agreed time that this staff member is to keep: they agreed it, or the case is theirs."""
        last = self.last_attempt
        return self.next_at is not None and (self.assigned_to == staff.id or bool(last and last.staff_id == staff.id))


def queue(desk: Desk, study: str | None = None, search: str = "") -> list[QueueLine]:
    """Who is to be called, in the order of `QueuePriority` and of the clock, in one study or all of the interviewer's.

    `search`: as `participants.search` reads it, and notes it. Withdrawn people and cases that take no answers
    are never in it. Three queries a study. Raises NotPermitted.
    """
    studies = desk.studies(Action.INTERVIEW)
    if not studies:
        raise NotPermitted(say("role_does_not_let", action=Action.INTERVIEW))
    wanted = [study] if study else studies
    found = {each: set(roster.find(desk, Action.INTERVIEW, each, search)) for each in wanted if search}
    lines: list[QueueLine] = []
    counts: dict[str, int] = {}
    with desk.reading() as work:
        for study_id in wanted:
            scope = desk.scope(Action.INTERVIEW, study_id)
            there = _lines(work, scope, work.study(study_id), found.get(study_id))
            counts[study_id] = len(there)
            lines += there
    # A search has its entry already.
    for study_id, count in counts.items() if not search else ():
        desk.note(AuditAction.QUEUE_SEEN, study=study_id, count=count)
    return sorted(lines, key=_order)


def _lines(work: Work, scope: Scope, study: Study, only: Collection[str] | None) -> list[QueueLine]:
    now = work.now
    lines = []
    waiting = cases.waiting(work.session, scope, now, ("preferred", "times"))
    work.seals.expect(each.case.participant_id for each in waiting if each.sealed)
    for each in waiting:
        if only is not None and each.reference not in only:
            continue
        state = state_of(work, each.case, each.response_state, reopened=each.reopened)
        group, touchpoint = study.group(each.group), study.touchpoint(each.group, each.case.touchpoint)
        if state not in ANSWERABLE or group is None or touchpoint is None:
            continue
        if each.not_called_by == work.staff_id:
            continue  # another interviewer calls them
        calls = calls_without_appointment(each.attempts)
        last = each.attempts[-1].outcome if each.attempts else None
        wishes = {
            name: contacts.opened(work, each.case.participant_id, name, sealed) for name, sealed in each.sealed.items()
        }
        lines.append(
            QueueLine(
                study=study,
                group=group,
                touchpoint=touchpoint,
                reference=each.reference,
                site=each.site,
                state=state,
                priority=priority_of(state, each.case.next_at, last, calls, now),
                due_at=each.case.due_at,
                next_at=each.case.next_at,
                calls=calls,
                attempts=each.attempts,
                preferred=wishes.get("preferred", ""),
                times=wishes.get("times", ""),
                lease=leases.live(each.lease, now),
                assigned_to=each.case.assigned_to,
            )
        )
    return lines


def _order(line: QueueLine) -> tuple[int, dt.datetime, dt.datetime, str, int]:
    last, never = line.last_attempt, dt.datetime.min.replace(tzinfo=dt.UTC)
    # Of those with no agreed time, whoever was not tried for longest comes first: attempts spread over the days.
    moment = line.next_at or (last.at if last else never)
    due = line.due_at or dt.datetime.max.replace(tzinfo=dt.UTC)
    return list(QueuePriority).index(line.priority), moment, due, line.reference, line.touchpoint.number
