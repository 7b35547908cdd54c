"""A group's touchpoint paused, resumed, extended, closed, and each taken back: what follows is said first.

A pause is the touchpoint's alone: no case is changed, each knows that it is paused. What was begun may be finished. To
extend and to close change every case that is not over, and how each was is kept.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from surveyapp.domain import normalise
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import FieldFault, FieldsRefused, NotFound
from surveyapp.domain.fieldwork import touchpoint_changes as rules
from surveyapp.domain.fieldwork.cases import CaseState, access_expiry
from surveyapp.domain.fieldwork.standing import standing_of
from surveyapp.domain.fieldwork.touchpoint_changes import (
    MOST_DAYS,
    ChangedCase,
    StandingCase,
    TouchpointAct,
    TouchpointChange,
    TouchpointChangeKind,
    TouchpointStanding,
)
from surveyapp.domain.instrument.study import Study, Touchpoint
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action, Scope
from surveyapp.services.cases import scheduling
from surveyapp.services.cases.agreed_times import TimeCut, times_cut
from surveyapp.services.mending import replanning
from surveyapp.services.mending.replanning import ReplannedCase
from surveyapp.services.mending.whole_study import whole_study
from surveyapp.services.work import Desk, Work
from surveyapp.store import enrolment, results
from surveyapp.store.database import new_id
from surveyapp.store.mending import touchpoints as store

NOTHING_DONE = TouchpointStanding()


@dataclass(frozen=True, kw_only=True)
class TouchpointLine:
    """A touchpoint with how it stands, and how many of its cases stand where."""

    touchpoint: Touchpoint
    standing: TouchpointStanding
    counts: Mapping[CaseState, int]
    changes: tuple[TouchpointChange, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TouchpointPlan:
    """What an act comes to. `before` and `after`: how many cases stand where; `windows`: how many have other last days;
    `answering`: the references of those who are answering at this moment, of whom nothing is cut off;
    `new`: the cases of those who joined while it was closed; `cut`: the times that were agreed at which nobody can call
    then, the earliest first."""

    line: TouchpointLine
    act: TouchpointAct
    days: int
    before: Mapping[CaseState, int]
    after: Mapping[CaseState, int]
    windows: int
    answering: tuple[str, ...]
    new: tuple[ReplannedCase, ...] = ()
    cut: tuple[TimeCut, ...] = ()

    @property
    def states(self) -> tuple[CaseState, ...]:
        """The states in which there is a case before or after."""
        return tuple(each for each in CaseState if self.before.get(each) or self.after.get(each))


def lines(desk: Desk, study_id: str) -> list[TouchpointLine]:
    """Every touchpoint of a study, with the cases of those whom the actor manages. Raises NotPermitted."""
    scope = desk.scope(Action.MANAGE_PARTICIPANTS, study_id)
    study = desk.study(study_id)
    with desk.reading() as work:
        standings = store.standings(work.session, study_id)
        return [
            TouchpointLine(
                touchpoint=each,
                standing=standings.get(each.key, NOTHING_DONE),
                counts=_count(_cases(work, scope, each), work.now),
            )
            for group in study.groups
            for each in study.touchpoints_of(group.id)
        ]


def line(desk: Desk, study_id: str, group: str, number: int) -> TouchpointLine:
    """The same of one touchpoint, with what was done to it, the newest first. Raises NotPermitted, NotFound."""
    scope = desk.scope(Action.MANAGE_PARTICIPANTS, study_id)
    with desk.reading() as work:
        return _line(work, scope, desk.study(study_id), group, number)


def plan(desk: Desk, study_id: str, group: str, number: int, written: Mapping[str, str]) -> TouchpointPlan:
    """What would follow of `act` and `days`, as they are written; nothing is stored. Raises NotPermitted, NotFound,
    FieldsRefused."""
    scope = whole_study(desk, study_id)
    with desk.reading() as work:
        return _plan(work, scope, desk.study(study_id), group, number, written)[0]


def change(desk: Desk, study_id: str, group: str, number: int, written: Mapping[str, str]) -> TouchpointPlan:
    """Does it, and says what followed. Raises as `plan` does."""
    scope = whole_study(desk, study_id)
    study = desk.runtime.study(study_id)
    with desk.writing() as work:
        enrolment.lock(work.session, study_id)
        store.lock_cases_at(work.session, scope, group, number)
        made, there, after = _plan(work, scope, study, group, number, written)
        _record(work, study, made)
        _store(work, scope, study, made, there, after)
        return made


def _cases(work: Work, scope: Scope, touchpoint: Touchpoint) -> list[StandingCase]:
    since = work.now - dt.timedelta(minutes=work.runtime.settings.hold_minutes)
    return store.standing_cases(work.session, scope, touchpoint.group, touchpoint.number, work.now, since)


def _count(there: Sequence[StandingCase], now: dt.datetime) -> Counter[CaseState]:
    """In the order in which states are told everywhere."""
    counted = Counter(each.state(now) for each in there)
    return Counter({each: counted[each] for each in CaseState if counted[each]})


def _line(work: Work, scope: Scope, study: Study, group: str, number: int) -> TouchpointLine:
    touchpoint = study.touchpoint(group, number)
    if touchpoint is None:
        raise NotFound(say("no_touchpoint", touchpoint=number, group=group))
    return TouchpointLine(
        touchpoint=touchpoint,
        standing=store.standings(work.session, study.id).get(touchpoint.key, NOTHING_DONE),
        counts=_count(_cases(work, scope, touchpoint), work.now),
        changes=tuple(
            each for each in store.changes(work.session, study.id) if (each.group, each.touchpoint) == touchpoint.key
        ),
    )


def _plan(
    work: Work, scope: Scope, study: Study, group: str, number: int, written: Mapping[str, str]
) -> tuple[TouchpointPlan, list[StandingCase], list[StandingCase]]:
    """What follows, and the cases before and after."""
    found = _line(work, scope, study, group, number)
    act, days = _read(found, written)
    there = _cases(work, scope, found.touchpoint)
    after = _after(work, study, found, act, days, there)
    pairs = list(zip(there, after, strict=True))
    answering = [
        old.reference for old in there if old.busy and not old.sent and old.state(work.now) is CaseState.IN_PROGRESS
    ]
    new = _joined_meanwhile(work, scope, study, found) if act is TouchpointAct.UNDO else []
    made = TouchpointPlan(
        line=found,
        act=act,
        days=days,
        before=_count(there, work.now),
        after=_count(after, work.now) + Counter(each.state for each in new),
        windows=sum(rules.window_of(old.case) != rules.window_of(new.case) for old, new in pairs),
        answering=tuple(answering),
        new=tuple(new),
        cut=times_cut(
            work,
            (
                (old.reference, (old.case, old.state(work.now)), (new.case, new.state(work.now)))
                for old, new in zip(there, after, strict=True)
            ),
        ),
    )
    return made, there, after


def _joined_meanwhile(work: Work, scope: Scope, study: Study, found: TouchpointLine) -> list[ReplannedCase]:
    """The cases of those who came to a touchpoint while it was closed, once it is open again."""
    if found.standing.closed_at is None:
        return []
    standings = {
        **store.standings(work.session, study.id),
        found.touchpoint.key: replace(found.standing, closed_at=None),
    }
    return replanning.missing(work, scope, scheduling.with_changes(study, standings), found.touchpoint.key)


def _read(found: TouchpointLine, written: Mapping[str, str]) -> tuple[TouchpointAct, int]:
    """Raises FieldsRefused."""
    said = written.get("act", "")
    if said not in set(TouchpointAct):
        raise FieldsRefused((FieldFault("act", say("act_missing")),))
    act = TouchpointAct(said)
    if act not in found.standing.acts:
        raise FieldsRefused((FieldFault("act", say("act_not_open")),))
    if act not in (TouchpointAct.EXTEND, TouchpointAct.RESUME):
        return act, 0
    least = 1 if act is TouchpointAct.EXTEND else 0
    text = normalise.code(written.get("days", "")) or ("" if least else "0")
    days = int(text) if text.isdecimal() and len(text) <= 4 else -1
    if not least <= days <= MOST_DAYS:
        sentence = say("days_to_add", written=text[:40], least=least, most=MOST_DAYS)
        raise FieldsRefused((FieldFault("days", sentence),))
    if days and found.touchpoint.due_days is None and found.touchpoint.closes_days is None:
        raise FieldsRefused((FieldFault("days", say("nothing_to_extend")),))
    return act, days


def _after(
    work: Work, study: Study, found: TouchpointLine, act: TouchpointAct, days: int, there: Sequence[StandingCase]
) -> list[StandingCase]:
    """Each case as the act leaves it."""
    zone, now = work.runtime.zone(study), work.now
    match act:
        case TouchpointAct.PAUSE:
            made = [replace(each.case, paused_at=now) for each in there]
        case TouchpointAct.RESUME:
            # Whose window ended during the pause is over once it ends, unless its days are given back.
            extended = [rules.extending(each, days, now, zone) if days else each.case for each in there]
            made = [replace(each, paused_at=None) for each in extended]
        case TouchpointAct.EXTEND:
            made = [rules.extending(each, days, now, zone) for each in there]
        case TouchpointAct.CLOSE:
            made = [replace(rules.closing(each, now, zone), paused_at=None) for each in there]
        case TouchpointAct.UNDO:
            assert found.standing.undoable is not None
            kept = store.changed_by(work.session, found.standing.undoable.id, [each.case for each in there])
            made = [
                rules.taking_back(kept[each.case.id], each) if each.case.id in kept else each.case for each in there
            ]
    return [replace(each, case=case) for each, case in zip(there, made, strict=True)]


def _store(
    work: Work,
    scope: Scope,
    study: Study,
    made: TouchpointPlan,
    there: Sequence[StandingCase],
    after: Sequence[StandingCase],
) -> None:
    touchpoint, standing = made.line.touchpoint, made.line.standing
    changed = [
        (old.reference, ChangedCase(old.case, new.case))
        for old, new in zip(there, after, strict=True)
        if replace(old.case, paused_at=None) != replace(new.case, paused_at=None)
    ]
    if made.act in (TouchpointAct.RESUME, TouchpointAct.CLOSE):
        store.end_pause(work.session, study.id, *touchpoint.key, work.now, work.staff_id)
    if made.act is TouchpointAct.UNDO:
        assert standing.undoable is not None
        store.end(work.session, standing.undoable.id, work.now, work.staff_id)
    kind = _KINDS.get(made.act)
    if kind is None and made.act is TouchpointAct.RESUME and made.days:
        kind = TouchpointChangeKind.EXTENDED
    if kind is not None:
        new = TouchpointChange(
            id=new_id(),
            study=study.id,
            group=touchpoint.group,
            touchpoint=touchpoint.number,
            kind=kind,
            days=made.days,
            made_at=work.now,
            by_staff=work.staff_id,
        )
        store.add(work.session, new)
        store.keep_changed(work.session, new.id, [each for _, each in changed])
    zone = work.runtime.zone(study)
    cases = [each.after for _, each in changed]
    store.change_cases(work.session, scope, cases, [access_expiry(each, zone) for each in cases])
    results.note_changes(work.session, scope, _counted_elsewhere(there, after, work.now))
    replanning.carry_out(work, scope, study, made.new)
    states = {new.case.id: new.state(work.now).value for new in after}
    work.record_many(
        AuditAction.CASE_CHANGED,
        [
            (reference, {"touchpoint": touchpoint.number, "by": made.act.value, "after": states[each.after.id]})
            for reference, each in changed
        ],
        study=study.id,
    )


def _counted_elsewhere(
    there: Sequence[StandingCase], after: Sequence[StandingCase], now: dt.datetime
) -> set[uuid.UUID]:
    """Whose case counts as another once the act is done, though no day of it may be: a window that a pause held open
    has ended."""
    return {
        new.case.participant_id
        for old, new in zip(there, after, strict=True)
        if standing_of(old.case, old.state(now), now) is not standing_of(new.case, new.state(now), now)
    }


_KINDS = {
    TouchpointAct.PAUSE: TouchpointChangeKind.PAUSED,
    TouchpointAct.EXTEND: TouchpointChangeKind.EXTENDED,
    TouchpointAct.CLOSE: TouchpointChangeKind.CLOSED,
}

_RECORDED = {
    TouchpointAct.PAUSE: AuditAction.TOUCHPOINT_PAUSED,
    TouchpointAct.RESUME: AuditAction.TOUCHPOINT_RESUMED,
    TouchpointAct.EXTEND: AuditAction.TOUCHPOINT_EXTENDED,
    TouchpointAct.CLOSE: AuditAction.TOUCHPOINT_CLOSED,
    TouchpointAct.UNDO: AuditAction.TOUCHPOINT_CHANGE_UNDONE,
}


def _record(work: Work, study: Study, made: TouchpointPlan) -> None:
    touchpoint = made.line.touchpoint
    noted: dict[str, Any] = {"group": touchpoint.group, "touchpoint": touchpoint.number, "windows": made.windows}
    if made.days:
        noted["days"] = made.days
    if made.act is TouchpointAct.UNDO and made.line.standing.undoable is not None:
        noted["undone"] = made.line.standing.undoable.kind.value
    work.record(_RECORDED[made.act], study=study.id, **noted)


def days_paused(found: TouchpointLine, now: dt.datetime) -> int:
    """How many days, begun ones with them, a touchpoint has been paused: what can be given back."""
    since = found.standing.paused_at
    return 0 if since is None else max(1, -(-(now - since) // dt.timedelta(days=1)))
