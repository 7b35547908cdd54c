"""Which messages somebody gets at a touchpoint, when and by which way; or why not. Pure functions of the rules, the
person's case, how they can be reached, and what was sent to them before."""

from __future__ import annotations

import datetime as dt
import enum
import functools
from collections.abc import Sequence
from dataclasses import dataclass

from surveyapp.domain.sending.rules import MessageRules, MessageStep, SendingWay, StepKind


class MessageState(enum.StrEnum):
    """How far a message has come. *Handing over* is stored before it is sent: found so later, nobody knows whether it
    went, and it is *uncertain*: never sent again by itself. *Stopped*: somebody let it be, or it was asked for and is
    not to be sent any more."""

    PLANNED = "planned"
    HANDING_OVER = "handing_over"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    BOUNCED = "bounced"
    STOPPED = "stopped"


MAY_HAVE_ARRIVED = frozenset(
    {MessageState.HANDING_OVER, MessageState.SENT, MessageState.UNCERTAIN, MessageState.BOUNCED}
)
"""States of a message that counts as one that the person got: better one too few than one too many."""


class WhyNot(enum.StrEnum):
    """Why a message is not sent, or not sent any more."""

    ANSWERED = "answered"
    NOT_ANSWERED = "not_answered"
    STOPPED = "stopped"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    NOT_ELIGIBLE = "not_eligible"
    CLOSED = "closed"
    PAUSED = "paused"
    TOO_LATE = "too_late"
    ENOUGH = "enough"
    NO_WAY = "no_way"
    BOUNCED = "bounced"
    OPTED_OUT = "opted_out"
    WRONG_NUMBER = "wrong_number"
    MOVED = "moved"
    COMPLAINED = "complained"
    NAMES_SITE = "names_site"
    REFUSED = "refused"
    DONE = "done"
    NOT_SENT_BEFORE = "not_sent_before"
    UNWRITABLE = "unwritable"


NOT_THEIRS = frozenset({WhyNot.BOUNCED, WhyNot.WRONG_NUMBER, WhyNot.MOVED})
"""Why a way ended of which another address or number makes one again."""

ENDS_A_WAY = NOT_THEIRS | {WhyNot.OPTED_OUT}
"""Why a way ends at all; whatever else keeps a message back passes by itself or keeps back every one."""

_NOT_THANKED = frozenset({WhyNot.STOPPED, WhyNot.WITHDRAWN, WhyNot.DECLINED, WhyNot.COMPLAINED})


@dataclass(frozen=True)
class PastMessage:
    """A message that there is a row of."""

    step: str
    way: SendingWay
    state: MessageState
    at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Somebody at a touchpoint. `barred`: why they are not asked (any more) there; `reached_by`: the ways for which
    their contact record has something, in no order; `preferred`: the one that they prefer, None where they said nothing
    of it; `ended`: the ways that ended, and why (bounced, opted out, not theirs)."""

    group: str
    opens_at: dt.datetime
    closes_at: dt.datetime | None
    answered_at: dt.datetime | None = None
    barred: WhyNot | None = None
    reached_by: tuple[SendingWay, ...] = ()
    preferred: SendingWay | None = None
    ended: tuple[tuple[SendingWay, WhyNot], ...] = ()
    history: tuple[PastMessage, ...] = ()


@dataclass(frozen=True)
class PlannedMessage:
    """A step for somebody: `way` and `at` of what will be sent, or `why` it will not be."""

    step: MessageStep
    way: SendingWay | None = None
    at: dt.datetime | None = None
    why: WhyNot | None = None


def planned(rules: MessageRules, person: Recipient, now: dt.datetime, zone: dt.tzinfo) -> tuple[PlannedMessage, ...]:
    """What becomes of every step for somebody, from now on. A step of which there is a row is done, unless the row
    still waits or is of an earlier window; nothing is sent twice in one window, and steps that are late keep the days
    between them."""
    made: list[PlannedMessage] = []
    history = [each for each in person.history if not is_of_earlier_window(rules, each, person.opens_at)]
    rows = {each.step: each for each in history}
    counted = sum(each.state in MAY_HAVE_ARRIVED and _is_counted(rules, each.step) for each in history)
    course = _Course(rules=rules, person=person, now=now, zone=zone, counted=counted)
    for step in rules.steps:
        if not step.is_for(person.group):
            continue
        row = rows.get(step.id)
        if row is not None and row.state is not MessageState.PLANNED:
            made.append(PlannedMessage(step, row.way, row.at, WhyNot.DONE))
            if row.state in MAY_HAVE_ARRIVED and step.kind is not StepKind.THANK:
                course.last_way, course.asked = row.way, True
                # A step that was put before this one since may be planned for now: the days count from what is later.
                if course.before is None or row.at >= course.before[1]:
                    course.before = step.after_days, row.at
            continue
        found = course.one(step, row)
        made.append(found)
        if found.why is None and step.kind is not StepKind.THANK:
            assert found.at is not None
            course.counted, course.asked = course.counted + 1, True
            course.last_way, course.before = found.way, (step.after_days, found.at)
    return tuple(made)


def is_of_earlier_window(rules: MessageRules, past: PastMessage, opens_at: dt.datetime) -> bool:
    """Whether a message asked somebody before their window opened, as it is now: it was moved since, and they are asked
    anew in it. What waits is planned by the window as it is, and thanks are for answers."""
    open_yet = past.state in (MessageState.PLANNED, MessageState.HANDING_OVER) or past.at >= opens_at
    return not open_yet and _is_counted(rules, past.step)


def _is_counted(rules: MessageRules, step: str) -> bool:
    found = rules.step(step)
    return found is None or found.kind is not StepKind.THANK


@dataclass(kw_only=True)
class _Course:
    """How far somebody's messages have come while the steps are gone through in their order: how many count, whether
    they were asked yet, by which way last, and when, of a step of how many days (`before`)."""

    rules: MessageRules
    person: Recipient
    now: dt.datetime
    zone: dt.tzinfo
    counted: int
    asked: bool = False
    last_way: SendingWay | None = None
    before: tuple[int, dt.datetime] | None = None

    def one(self, step: MessageStep, row: PastMessage | None) -> PlannedMessage:
        """What becomes of a step that did not go out yet. `row`: the one that waits, if there is one."""
        person, thanks = self.person, step.kind is StepKind.THANK
        if (why := _not_now(step, person, self.asked)) is not None:
            return PlannedMessage(step, why=why)
        if not thanks and self.counted >= self.rules.at_most:
            return PlannedMessage(step, why=WhyNot.ENOUGH)
        way, missing = _way(step, person, row, self.last_way)
        if way is None:
            return PlannedMessage(step, why=missing)
        since = person.answered_at if thanks else person.opens_at
        assert since is not None
        nominal = day_after(since, step.after_days, self.zone)
        if self.before is not None and not thanks:
            nominal = max(nominal, day_after(self.before[1], step.after_days - self.before[0], self.zone))
        at = next_moment(self.rules, max(nominal, self.now), self.zone)
        late = not thanks and person.closes_at is not None and at >= person.closes_at
        return PlannedMessage(step, way, at, WhyNot.TOO_LATE if late else None)


def _not_now(step: MessageStep, person: Recipient, asked: bool) -> WhyNot | None:
    if step.kind is StepKind.THANK:
        if person.barred in _NOT_THANKED:
            return person.barred
        return WhyNot.NOT_ANSWERED if person.answered_at is None else None
    if person.answered_at is not None:
        return WhyNot.ANSWERED
    if person.barred is not None:
        return person.barred
    # Nobody is reminded of what they were never asked, as where the invitation failed.
    return WhyNot.NOT_SENT_BEFORE if step.kind is StepKind.REMIND and not asked else None


def _way(
    step: MessageStep, person: Recipient, row: PastMessage | None, last: SendingWay | None
) -> tuple[SendingWay | None, WhyNot | None]:
    ended = dict(person.ended)
    there = [each for each in step.by if each in person.reached_by]
    can = [each for each in there if each not in ended]
    if not can:
        return None, ended[there[0]] if there else WhyNot.NO_WAY
    if row is not None and row.way in can:
        return row.way, None
    if step.another and last in can and len(can) > 1:
        can.remove(last)
    return (person.preferred if person.preferred in can else can[0]), None


def day_after(moment: dt.datetime, days: int, zone: dt.tzinfo) -> dt.datetime:
    """The beginning of the day that is so many days after a moment, where the study is, in UTC; the moment itself where
    that is later the same day."""
    day = moment.astimezone(zone).date() + dt.timedelta(days=days)
    return max(moment, dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC))


def next_moment(rules: MessageRules, earliest: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """The first moment from `earliest` on at which a study sends, in UTC. An hour that the clocks skip is taken to
    begin when they have; of one that comes twice, both times are in it."""
    return _next_moment(rules.begins, rules.ends, rules.days, earliest, zone)


@functools.lru_cache(maxsize=8192)
def _next_moment(
    begins: dt.time, ends: dt.time, days: frozenset[int], earliest: dt.datetime, zone: dt.tzinfo
) -> dt.datetime:
    local = earliest.astimezone(zone)
    if local.weekday() in days and begins <= local.time() < ends:
        return earliest
    day = local.date() if local.time() < begins else local.date() + dt.timedelta(days=1)
    while day.weekday() not in days:
        day += dt.timedelta(days=1)
    both = (dt.datetime.combine(day, begins.replace(fold=fold), zone).astimezone(dt.UTC) for fold in (0, 1))
    return next((each for each in both if each >= earliest), earliest)


def due(plan: Sequence[PlannedMessage], now: dt.datetime) -> list[PlannedMessage]:
    """What of a plan is to be sent now."""
    return [each for each in plan if each.why is None and each.at is not None and each.at <= now]
