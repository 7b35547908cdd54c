"""Whose turn it is to be called, and in which order (fieldwork conventions, standards.md).

This is the rule in words. `store/calling/queue.py` says it to the database, out of what is stored with the case and
its person, and a test holds the two together.
"""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from surveyapp.domain.fieldwork.call_stand import CallHold, CallStand, part_of
from surveyapp.domain.fieldwork.call_wishes import CallWishes
from surveyapp.domain.fieldwork.cases import OVER, Case, CaseState, Outcome
from surveyapp.domain.sending.planning import day_after
from surveyapp.domain.sending.rules import CallRule

SOON = dt.timedelta(hours=1)
"""How long before an agreed time a call comes to the head of the queue."""

CLASH = dt.timedelta(minutes=30)
"""How far apart two agreed times of one interviewer have to be."""


class QueuePriority(enum.Enum):
    """Why somebody is in the queue, in the order in which they are called."""

    OPEN = "open"
    APPOINTMENT = "appointment"
    CALLBACK = "callback"
    BEGUN = "begun"
    OVERDUE = "overdue"
    WAITING = "waiting"
    LATER = "later"
    RESTING = "resting"
    OTHER_HOURS = "other_hours"
    IN_WRITING = "in_writing"
    NOT_YET = "not_yet"
    ANOTHER = "another"
    TALKING = "talking"


ORDER = tuple(QueuePriority)

CALLED_NOW = frozenset(ORDER[: ORDER.index(QueuePriority.LATER)])
"""Those who can be called now; the others are shown apart, with why."""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who asks whom to call: the moment, the same on the participants' clock, and what is known of the interviewer.
    `speaks`: codes of languages; empty, like `gender`: not said."""

    staff_id: uuid.UUID
    now: dt.datetime
    local: dt.datetime
    speaks: tuple[str, ...] = ()
    gender: str = ""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """What the order rests on. `begun`: there are answers, not all of them sent; `next_at`: the time agreed; `held_by`:
    who has a case of this person open now; `not_called_by`: who is not to call them, about anything;
    `called_from`: from when they are called whom the study writes to first."""

    reference: str
    touchpoint: int
    begun: bool
    due_at: dt.datetime | None
    next_at: dt.datetime | None
    stand: CallStand
    wishes: CallWishes
    held_by: uuid.UUID | None = None
    not_called_by: uuid.UUID | None = None
    called_from: dt.datetime | None = None


@dataclass(frozen=True)
class WrittenFirst:
    """Whom a study writes to before it calls them, at a moment: those of these groups (of none: everybody) whose
    touchpoint opened at `since` or later."""

    since: dt.datetime
    groups: tuple[str, ...] = ()


def written_first(rule: CallRule, now: dt.datetime, zone: dt.tzinfo) -> WrittenFirst:
    """`called_from` the other way round: what the rule means at a moment, as a database is asked it."""
    first = now.astimezone(zone).date() - dt.timedelta(days=rule.after_days - 1)
    return WrittenFirst(dt.datetime.combine(first, dt.time(), zone).astimezone(dt.UTC), rule.groups)


def called_from(rule: CallRule | None, group: str, opens_at: dt.datetime, zone: dt.tzinfo) -> dt.datetime | None:
    """From when somebody of a group is called whose touchpoint opened then; None: from then on."""
    if rule is None or not rule.is_for(group):
        return None
    return day_after(opens_at, rule.after_days, zone)


def hold_on(stand: CallStand, next_at: dt.datetime | None) -> CallHold | None:
    """Why nobody is called. An agreed time is kept, however many attempts there were."""
    return None if stand.held_back is CallHold.SUPERVISOR and next_at is not None else stand.held_back


def is_for_another(case: Waiting, caller: Caller) -> bool:
    """Whether it is to be another interviewer: they asked for one, or speak none of the languages of this one."""
    wishes = case.wishes
    return (
        caller.staff_id in (case.stand.not_by, case.not_called_by)
        or bool(wishes.interviewer and caller.gender and wishes.interviewer != caller.gender)
        or bool(wishes.languages and caller.speaks and not set(wishes.languages) & set(caller.speaks))
    )


def priority_of(case: Waiting, caller: Caller) -> QueuePriority | None:
    """Where a case stands in the queue of an interviewer; None: not in it, as nobody calls."""
    now, next_at = caller.now, case.next_at
    if hold_on(case.stand, next_at) is not None:
        return None
    if case.held_by is not None:
        return QueuePriority.OPEN if case.held_by == caller.staff_id else QueuePriority.TALKING
    if is_for_another(case, caller):
        return QueuePriority.ANOTHER
    if next_at is not None:
        if next_at > now + SOON:
            return QueuePriority.LATER
        agreed = case.stand.tried_outcome is Outcome.APPOINTMENT
        return QueuePriority.APPOINTMENT if agreed else QueuePriority.CALLBACK
    if case.called_from is not None and case.called_from > now:
        return QueuePriority.NOT_YET
    if case.stand.rest_until is not None and case.stand.rest_until > now:
        return QueuePriority.RESTING
    if not case.wishes.suits(caller.local):
        return QueuePriority.OTHER_HOURS
    if case.begun:
        return QueuePriority.BEGUN
    if case.due_at is not None and case.due_at <= now:
        return QueuePriority.OVERDUE
    return QueuePriority.IN_WRITING if case.wishes.in_writing else QueuePriority.WAITING


class Unkept(enum.StrEnum):
    """Why nobody can call at a time that was agreed, as things stand: nothing more is asked; it is decided or waited
    for before they are called again; what is asked opens after it, ends before it, or is paused, nobody knows until
    when."""

    OVER = "over"
    BLOCKED = "blocked"
    HELD = "held"
    OPENS_LATER = "opens_later"
    ENDS_BEFORE = "ends_before"
    PAUSED = "paused"


STILL_SAID = dt.timedelta(days=7)
"""How long after a time that was agreed it is said that nothing more is asked: then nobody waits for it."""


def unkept(
    case: Case, state: CaseState, at: dt.datetime, now: dt.datetime, hold: CallHold | None = None, blocked: bool = False
) -> Unkept | None:
    """Why nobody can call at a time that was agreed of a case which is in a state now; None: somebody can. A time that
    has passed is kept as soon as may be: it is asked of now. `blocked`: something waits to be decided of the person."""
    at = max(at, now)
    if state in OVER:
        return Unkept.OVER
    if blocked:
        return Unkept.BLOCKED
    if hold is not None:
        return Unkept.HELD
    return outside(case, at)


def outside(case: Case, at: dt.datetime) -> Unkept | None:
    """Why a moment is not one at which somebody is called about a case, by its days alone; None: it is."""
    if at < case.opens_at:
        return Unkept.OPENS_LATER
    if case.ends_at is not None and at >= case.ends_at:
        return Unkept.ENDS_BEFORE
    return Unkept.PAUSED if case.paused_at is not None else None


def of_person(cases: Iterable[Waiting]) -> Waiting | None:
    """Which of somebody's cases they are called for: they are called once, and let be for all of them. The time agreed
    first, else the earliest touchpoint."""
    called = [each for each in cases if hold_on(each.stand, each.next_at) is None]
    return min(called, key=lambda each: (each.next_at or ALWAYS, each.touchpoint), default=None)


NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)
ALWAYS = dt.datetime.max.replace(tzinfo=dt.UTC)


def order_of(case: Waiting, caller: Caller) -> tuple[object, ...]:
    """What the queue is sorted by: why they are called; whose they are, one's own first and a colleague's last; an
    agreed time, the earliest first; whether they were not tried much at this part of the day; who was not tried for
    longest; what is due first."""
    priority, stand = priority_of(case, caller), case.stand
    assert priority is not None
    return (
        ORDER.index(priority),
        0 if stand.keeper == caller.staff_id else 1 if stand.keeper is None else 2,
        case.next_at or ALWAYS,
        not stand.parts_left & part_of(caller.local),
        stand.tried_at or NEVER,
        case.due_at or ALWAYS,
        case.reference,
        case.touchpoint,
    )
