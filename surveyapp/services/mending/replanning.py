"""Cases brought in line with a schedule that changed: what would move is said first.

A new touchpoint reaches those who are enrolled, by the same rule as when they joined. What was begun or sent stays, and
so do days that somebody chose by hand; what is over stays unless it is asked for.
"""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.fieldwork.cases import Case, CaseState, Window, access_expiry
from surveyapp.domain.fieldwork.lists import LateChoice
from surveyapp.domain.fieldwork.touchpoint_changes import NOT_TOUCHED, window_of, with_window
from surveyapp.domain.instrument.study import Study, Touchpoint
from surveyapp.domain.participants import Participant
from surveyapp.domain.responses import ResponseState
from surveyapp.domain.staff import Scope
from surveyapp.services.cases import scheduling
from surveyapp.services.cases.agreed_times import TimeCut, times_cut
from surveyapp.services.mending.whole_study import whole_study
from surveyapp.services.work import Desk, Work
from surveyapp.store import enrolment, participants
from surveyapp.store import roster as lines
from surveyapp.store.mending import schedules as store
from surveyapp.store.mending import touchpoints as many
from surveyapp.store.roster import RosterLine


class ReplanFate(enum.Enum):
    """What a changed schedule makes of a case. All but the first two leave it as it is: it is so already; it was begun
    or sent; its days were chosen by hand; it is over; by the schedule it is not theirs, or its day has not come."""

    NEW = "new"
    MOVED = "moved"
    SAME = "same"
    BEGUN = "begun"
    BY_HAND = "by_hand"
    OVER = "over"
    WITHOUT_DAY = "without_day"


@dataclass(frozen=True, kw_only=True)
class ReplannedCase:
    """A case before (None: there was none) and after."""

    reference: str
    before: Case | None
    after: Case
    state: CaseState


SHOWN = 50
"""How many cases of a touchpoint are shown one by one."""


@dataclass(frozen=True, kw_only=True)
class TouchpointReplan:
    """What becomes of the cases of a group's touchpoint. `states`: where they stand then; `by_hand`: whose days were
    chosen by hand and would be others; `gone`: the study has this touchpoint no longer, and its cases stay."""

    group: str
    number: int
    touchpoint: Touchpoint | None
    fates: Mapping[ReplanFate, int]
    states: Mapping[CaseState, int]
    changed: tuple[ReplannedCase, ...] = ()
    by_hand: tuple[str, ...] = ()

    @property
    def shown(self) -> tuple[ReplannedCase, ...]:
        return self.changed[:SHOWN]


@dataclass(frozen=True, kw_only=True)
class ReplanChoices:
    """`late`: what becomes of new cases whose window is over; `ended`: whether cases that are over move as well."""

    late: LateChoice = LateChoice.CLOSED
    ended: bool = False


@dataclass(frozen=True)
class Replan:
    """What a changed schedule comes to, by touchpoint in the order of the study. `cut`: the times that were agreed at
    which nobody can call then."""

    touchpoints: tuple[TouchpointReplan, ...] = ()
    cut: tuple[TimeCut, ...] = ()

    def count(self, fate: ReplanFate) -> int:
        return sum(each.fates.get(fate, 0) for each in self.touchpoints)

    @property
    def changes(self) -> int:
        """How many cases are new or move."""
        return self.count(ReplanFate.NEW) + self.count(ReplanFate.MOVED)


def plan(desk: Desk, study_id: str, choices: ReplanChoices = ReplanChoices()) -> Replan:
    """What would follow from the schedule as study.yaml has it; nothing is stored. Raises NotPermitted, NotFound."""
    scope = whole_study(desk, study_id)
    study = desk.study(study_id)
    with desk.reading() as work:
        return plan_in(work, scope, scheduling.as_it_stands(work, study), choices)


def replan(desk: Desk, study_id: str, choices: ReplanChoices = ReplanChoices()) -> Replan:
    """Does it, and says what was done. Raises as `plan` does."""
    scope = whole_study(desk, study_id)
    study = desk.runtime.study(study_id)
    with desk.writing() as work:
        enrolment.lock(work.session, study_id)
        store.lock_cases(work.session, scope)
        made = plan_in(work, scope, scheduling.as_it_stands(work, study), choices)
        if made.changes:
            work.record(
                AuditAction.STUDY_REPLANNED,
                study=study_id,
                new=made.count(ReplanFate.NEW),
                moved=made.count(ReplanFate.MOVED),
            )
            carry_out(work, scope, study, [each for touchpoint in made.touchpoints for each in touchpoint.changed])
        return made


def missing(work: Work, scope: Scope, study: Study, key: tuple[str, int]) -> list[ReplannedCase]:
    """The cases at one touchpoint, in a study as it stands, that people should have and have not."""
    made = plan_in(work, scope, study, ReplanChoices(), key)
    return [each for touchpoint in made.touchpoints for each in touchpoint.changed if each.before is None]


def carry_out(work: Work, scope: Scope, study: Study, changed: Sequence[ReplannedCase]) -> None:
    """Stores what was planned, inside the caller's unit of work."""
    zone = work.runtime.zone(study)
    store.add_cases(work.session, scope, [each.after for each in changed if each.before is None])
    moved = [each.after for each in changed if each.before is not None]
    many.change_cases(work.session, scope, moved, [access_expiry(each, zone) for each in moved])
    work.record_many(
        AuditAction.CASE_CHANGED,
        [
            (each.reference, {"touchpoint": each.after.touchpoint, "by": "schedule", "after": each.state.value})
            for each in changed
        ],
        study=study.id,
    )


@dataclass(kw_only=True)
class _Found:
    fates: Counter[ReplanFate] = field(default_factory=Counter)
    states: Counter[CaseState] = field(default_factory=Counter)
    changed: list[ReplannedCase] = field(default_factory=list)
    by_hand: list[str] = field(default_factory=list)


def plan_in(
    work: Work, scope: Scope, study: Study, choices: ReplanChoices, only: tuple[str, int] | None = None
) -> Replan:
    """What a study as it stands comes to for everybody in scope who has not withdrawn; `only`: at one touchpoint."""
    zone, now = work.runtime.zone(study), work.now
    there: dict[uuid.UUID, dict[int, RosterLine]] = {}
    for line in lines.lines(work.session, scope):
        if line.case is not None:
            there.setdefault(line.participant_id, {})[line.case.touchpoint] = line
    happened = store.first_events(work.session, scope)
    found: dict[tuple[str, int], _Found] = {each.key: _Found() for each in study.touchpoints}
    for person in participants.participants(work.session, scope, work.today(study)):
        if person.withdrawn_at is not None:
            continue
        mine = there.get(person.id, {})
        sent = {
            number: line.submitted_at.astimezone(zone).date()
            for number, line in mine.items()
            if line.submitted_at is not None
        }
        theirs = scheduling.windows(study, zone, person, happened.get(person.id, {}), sent)
        windows = {touchpoint.number: (touchpoint, days) for touchpoint, days in theirs}
        for number in sorted(mine.keys() | windows.keys()):
            key = person.group, number
            if only is None or key == only:
                here = found.setdefault(key, _Found())
                if (held := mine.get(number)) is not None and held.case is not None:
                    _fate(here, person, held, held.case, windows.get(number), choices, now)
                    continue
                touchpoint, days = windows[number]
                new = scheduling.new_case(touchpoint, days, person, now, zone, choices.late, again=bool(mine))
                here.fates[ReplanFate.NEW] += 1
                _changed(here, person, None, new, new.state(now, None))
    moved = [(each, each.before) for here in found.values() for each in here.changed]
    cut = times_cut(
        work,
        (
            (each.reference, (before, before.state(now, None)), (each.after, each.state))
            for each, before in moved
            if before is not None
        ),
    )
    return Replan(
        cut=cut,
        touchpoints=tuple(
            TouchpointReplan(
                group=group,
                number=number,
                touchpoint=study.touchpoint(group, number),
                fates=here.fates,
                states=here.states,
                changed=tuple(here.changed),
                by_hand=tuple(here.by_hand),
            )
            for (group, number), here in found.items()
            if only is None or (group, number) == only
        ),
    )


def _fate(
    here: _Found,
    person: Participant,
    line: RosterLine,
    case: Case,
    theirs: tuple[Touchpoint, Window] | None,
    choices: ReplanChoices,
    now: dt.datetime,
) -> None:
    """Counts what becomes of a case that is there."""
    state = case.state(now, line.response_state, False, line.reopened)
    days = theirs[1] if theirs else None
    fate = fate_of(case, state, line.response_state, days, choices)
    here.fates[fate] += 1
    if fate is ReplanFate.MOVED and days is not None:
        after = with_window(case, days)
        _changed(here, person, case, after, after.state(now, None))
        return
    here.states[state] += 1
    if fate is ReplanFate.BY_HAND:
        here.by_hand.append(person.reference)


def _changed(here: _Found, person: Participant, before: Case | None, after: Case, state: CaseState) -> None:
    here.states[state] += 1
    here.changed.append(ReplannedCase(reference=person.reference, before=before, after=after, state=state))


def fate_of(
    case: Case, state: CaseState, response: ResponseState | None, days: Window | None, choices: ReplanChoices
) -> ReplanFate:
    """What a schedule that gives a case these days (None: none) makes of it."""
    if days is None:
        return ReplanFate.WITHOUT_DAY
    if window_of(case) == days:
        return ReplanFate.SAME
    if response is not None:
        return ReplanFate.BEGUN
    if case.moved_at is not None:
        return ReplanFate.BY_HAND
    if state in NOT_TOUCHED or (state is CaseState.CLOSED and not choices.ended):
        return ReplanFate.OVER
    return ReplanFate.MOVED
