"""A touchpoint paused, extended or closed while a study runs, and what each makes of a case."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from surveyapp.domain.fieldwork.cases import OVER, Case, CaseState, Disposition, Window
from surveyapp.domain.fieldwork.days import end_of, last_day
from surveyapp.domain.responses import ResponseState

MOST_DAYS = 366
"""The longest a touchpoint can be extended by at once, in days."""

FINISHING = dt.timedelta(hours=2)
"""How long whoever is answering at the moment of closing has at least: their case stays until the end of that day."""


class TouchpointChangeKind(enum.StrEnum):
    """What was done to a touchpoint."""

    PAUSED = "paused"
    EXTENDED = "extended"
    CLOSED = "closed"


class TouchpointAct(enum.StrEnum):
    """What can be done to a touchpoint."""

    PAUSE = "pause"
    RESUME = "resume"
    EXTEND = "extend"
    CLOSE = "close"
    UNDO = "undo"


@dataclass(frozen=True, kw_only=True)
class TouchpointChange:
    """What was done to a group's touchpoint, by whom and when. `days`: by how many it was extended; `ended_at`: when it
    was resumed or taken back (None: it holds), and `ended_by_name` by whom."""

    id: uuid.UUID
    study: str
    group: str
    touchpoint: int
    kind: TouchpointChangeKind
    days: int
    made_at: dt.datetime
    by_staff: uuid.UUID | None
    by_name: str | None = None
    ended_at: dt.datetime | None = None
    ended_by_name: str | None = None


@dataclass(frozen=True, kw_only=True)
class TouchpointStanding:
    """What the changes of a touchpoint that hold come to. `undoable`: the newest, which alone can be taken back."""

    paused_at: dt.datetime | None = None
    extended: int = 0
    closed_at: dt.datetime | None = None
    undoable: TouchpointChange | None = None

    @property
    def acts(self) -> tuple[TouchpointAct, ...]:
        """What can be done to it now."""
        acts = []
        if self.closed_at is None:
            acts.append(TouchpointAct.PAUSE if self.paused_at is None else TouchpointAct.RESUME)
            acts += [TouchpointAct.EXTEND, TouchpointAct.CLOSE]
        if self.undoable is not None:
            acts.append(TouchpointAct.UNDO)
        return tuple(acts)


def standing_now(changes: Sequence[TouchpointChange]) -> TouchpointStanding:
    """What a touchpoint's changes, in any order, come to now. A pause is ended by resuming, not taken back."""
    held = sorted((each for each in changes if each.ended_at is None), key=lambda each: (each.made_at, each.id))
    when = {each.kind: each.made_at for each in reversed(held)}
    windows = [each for each in held if each.kind is not TouchpointChangeKind.PAUSED]
    return TouchpointStanding(
        paused_at=when.get(TouchpointChangeKind.PAUSED),
        extended=sum(each.days for each in held),
        closed_at=when.get(TouchpointChangeKind.CLOSED),
        undoable=windows[-1] if windows else None,
    )


@dataclass(frozen=True, kw_only=True)
class StandingCase:
    """A case with what decides what becomes of it. `busy`: it is being answered at this moment."""

    case: Case
    reference: str
    response: ResponseState | None = None
    reopened: bool = False
    withdrawn: bool = False
    busy: bool = False

    def state(self, now: dt.datetime) -> CaseState:
        return self.case.state(now, self.response, self.withdrawn, self.reopened)

    @property
    def sent(self) -> bool:
        return self.response is ResponseState.SUBMITTED


NOT_TOUCHED = OVER
"""States in which a case stays as it is, whatever is done to its touchpoint."""

ENDED = NOT_TOUCHED | {CaseState.CLOSED}
"""States of cases that are over."""


def closing(there: StandingCase, now: dt.datetime, zone: dt.tzinfo) -> Case:
    """What closing a touchpoint makes of a case. One that has not opened was never asked (AAPOR: not eligible); one
    that is open ends now with what its attempts and answers made of it: not known, no contact, other, partial; one that
    is being answered has until the end of the day. What was sent and is open again keeps its window."""
    case = there.case
    state = there.state(now)
    if state in ENDED or there.sent:
        return case
    if state is CaseState.SCHEDULED:
        return dataclasses.replace(case, disposition=Disposition.NOT_ELIGIBLE)
    ends = end_of((now + FINISHING).astimezone(zone).date(), zone) if there.busy else now
    if case.ends_at is not None:
        ends = min(ends, case.ends_at)
    due = None if case.due_at is None else min(case.due_at, ends)
    return dataclasses.replace(case, due_at=due, closes_at=max(ends, case.opens_at))


def extending(there: StandingCase, days: int, now: dt.datetime, zone: dt.tzinfo) -> Case:
    """What so many days more make of a case: the last days move, unless it is over. What was sent and is open again
    goes with the others."""
    if there.state(now) in ENDED:
        return there.case
    return with_days(there.case, days, zone)


def with_days(case: Case, days: int, zone: dt.tzinfo) -> Case:
    """A case whose last days are so many days later, each to its end where the study is."""

    def later(end: dt.datetime | None) -> dt.datetime | None:
        return None if end is None else end_of(last_day(end, zone) + dt.timedelta(days=days), zone)

    return dataclasses.replace(case, due_at=later(case.due_at), closes_at=later(case.closes_at))


def window_of(case: Case) -> Window:
    return Window(case.opens_at, case.due_at, case.closes_at)


def with_window(case: Case, days: Window) -> Case:
    """A case with other days."""
    return dataclasses.replace(case, opens_at=days.opens_at, due_at=days.due_at, closes_at=days.closes_at)


@dataclass(frozen=True)
class ChangedCase:
    """A case as it was before a change of its touchpoint, and as that left it."""

    before: Case
    after: Case


def taking_back(changed: ChangedCase, there: StandingCase) -> Case:
    """What taking the change back makes of a case as it stands: its window and its disposition are as they were, each
    where nothing has changed it since."""
    case = there.case
    if window_of(case) == window_of(changed.after) and not (there.busy and _ends_sooner(changed)):
        case = dataclasses.replace(case, due_at=changed.before.due_at, closes_at=changed.before.closes_at)
    if case.disposition is changed.after.disposition:
        case = dataclasses.replace(case, disposition=changed.before.disposition)
    return case


def _ends_sooner(changed: ChangedCase) -> bool:
    before, after = changed.before.closes_at, changed.after.closes_at
    return before is not None and (after is None or before < after)
