"""A simulated cohort, batch by batch: who the people are, when they were asked, and what they said.

Everything follows from the seed: the same batch is drawn the same every time, by itself, whatever is done with it.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surveyapp.analysis.linked.table import NO_RESPONSE, Flags
from surveyapp.analysis.simulation.chance import Chance
from surveyapp.analysis.simulation.columns import AnswerColumn, DayArray, MomentArray
from surveyapp.analysis.simulation.drawing import draw
from surveyapp.analysis.simulation.people import SimulatedPeople, draw_people
from surveyapp.analysis.simulation.plan import BATCH, CohortPlan
from surveyapp.analysis.simulation.routing import ColumnRoute, ColumnSituation, walk
from surveyapp.domain.fieldwork.days import start_of
from surveyapp.domain.instrument.conditions import Condition, KnownValue, references
from surveyapp.domain.instrument.consent.purposes import Governs
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.routing import parts_of
from surveyapp.domain.instrument.study import Touchpoint

GO_ON, COME_BACK, BREAK_OFF = 0.8, 0.2, 0.035
"""Shares: of those who answered last time, or did not, who answers this time; of responses begun, those broken off."""

PACE = np.timedelta64(45, "s")
"""How long a section takes."""


@dataclass(frozen=True, kw_only=True)
class SimulatedResponses:
    """The responses on one version. `rows`: whose of the group's people. `given`: what each would answer; `sections`:
    how many of the first sections they did; `route`: what came of it."""

    questionnaire: Questionnaire
    rows: NDArray[np.intp]
    given: Mapping[str, AnswerColumn]
    sections: NDArray[np.int16]
    situation: ColumnSituation
    route: ColumnRoute


@dataclass(frozen=True, kw_only=True)
class SimulatedSitting:
    """A group's people at a touchpoint. `anchored`: the day each case is counted from; `started` and `submitted`: the
    moments of their responses."""

    touchpoint: Touchpoint
    anchored: DayArray
    started: MomentArray
    submitted: MomentArray
    responses: tuple[SimulatedResponses, ...]

    def answers(self, key: str) -> AnswerColumn:
        """What everybody answered who handed in, on whatever version; nothing for the others."""
        codes = np.full(len(self.started), NO_RESPONSE, dtype=np.int32)
        places: dict[KnownValue, int] = {}
        for each in self.responses:
            column = each.route.answers.get(key)
            if column is not None:
                own = np.array([places.setdefault(value, len(places)) for value in column.values] or [0])
                codes[each.rows] = np.where(column.codes >= 0, own[np.maximum(column.codes, 0)], column.codes)
        return AnswerColumn(codes, tuple(places)).where(~np.isnat(self.submitted), NO_RESPONSE)

    def versions(self) -> NDArray[np.int16]:
        """The version everybody answered; 0 where none."""
        found = np.zeros(len(self.started), dtype=np.int16)
        for each in self.responses:
            found[each.rows] = each.questionnaire.version
        return found


@dataclass(frozen=True)
class SimulatedGroup:
    """The people of a group in a batch, and all that they were asked."""

    people: SimulatedPeople
    sittings: tuple[SimulatedSitting, ...]


def simulated(plan: CohortPlan, batch: int) -> Iterator[SimulatedGroup]:
    """The people of one batch, a group at a time. Raises StateRefused as `draw` does."""
    first = batch * BATCH
    count = min(BATCH, plan.participants - first)
    shares = 1 / np.arange(1, len(plan.groups) + 1)
    chosen = Chance(plan.seed, batch=batch).of_batch("group").choice(len(shares), count, p=shares / shares.sum())
    for place, group in enumerate(plan.groups):
        numbers = np.flatnonzero(chosen == place) + first + 1
        if len(numbers):
            yield _asked(plan, draw_people(plan, group, numbers, Chance(plan.seed, group.id, batch)))


def _asked(plan: CohortPlan, people: SimulatedPeople) -> SimulatedGroup:
    """Touchpoint by touchpoint."""
    sittings: dict[int, SimulatedSitting] = {}
    agreed = np.logical_and.reduce(
        [people.ever, *(people.consents[purpose.id] for purpose in plan.study.required_purposes)]
    )
    again = [people.consents[purpose.id] for purpose in plan.study.purposes_of(Governs.CONTACT_AGAIN)]
    answered, free_from = people.ever, people.enrolled
    for touchpoint in sorted(plan.study.touchpoints_of(people.group.id), key=lambda each: each.number):
        sitting = _sitting(plan, people, touchpoint, sittings, (answered, agreed, free_from))
        sittings[touchpoint.number] = sitting
        answered = np.where(np.isnat(sitting.anchored), answered, ~np.isnat(sitting.submitted))
        # Who does not want to be contacted again is asked once.
        for wanted in again:
            agreed &= wanted | np.isnat(sitting.started)
        done = _days_of(plan, sitting.submitted) + np.timedelta64(1, "D")
        free_from = np.where(np.isnat(done), free_from, done)
    return SimulatedGroup(people, tuple(sittings.values()))


def _sitting(
    plan: CohortPlan,
    people: SimulatedPeople,
    touchpoint: Touchpoint,
    before: Mapping[int, SimulatedSitting],
    ready: tuple[Flags, Flags, DayArray],
) -> SimulatedSitting:
    """One touchpoint. `ready`: who answered last time, who takes part at all, and from which day on each is free."""
    answered, agreed, free_from = ready
    chance = people.leanings.chance.of_batch("sitting", str(touchpoint.number))
    count, today = len(people.numbers), np.datetime64(plan.as_of, "D")
    anchored = _anchored(plan, people, touchpoint, before)
    opens = anchored + np.timedelta64(touchpoint.opens.days, "D")
    day = np.fmax(opens, free_from) + chance.exponential(6, count).astype("timedelta64[D]")
    responds = chance.random(count) < np.where(answered, GO_ON, COME_BACK)
    begun = responds & agreed & ~np.isnat(anchored) & (day < today)
    if touchpoint.closes_days is not None:
        begun &= day <= opens + np.timedelta64(touchpoint.closes_days, "D")
    hours = chance.integers(8 * 3600, 20 * 3600, count).astype("timedelta64[s]")
    started = np.where(begun, _starts_of(plan, np.where(begun, day, today)) + hours, np.datetime64("NaT", "s"))
    versions = plan.versions[touchpoint.questionnaire]
    opened = np.array([_utc(each.opened_at) for each in versions])
    version = np.maximum(np.searchsorted(opened, started, side="right") - 1, 0)
    breaks = chance.random(count) < BREAK_OFF
    reached = chance.random(count)
    submitted = np.full(count, np.datetime64("NaT", "s"))
    responses = []
    for place, each in enumerate(versions):
        rows = np.flatnonzero(begun & (version == place))
        if not len(rows):
            continue
        last = len(each.questionnaire.sections)
        sections = np.where(breaks[rows], (reached[rows] * last), last).astype(np.int16)
        done = rows[sections == last]
        submitted[done] = started[done] + PACE * (last + 1)
        responses.append(_responses(plan, people, touchpoint, each.questionnaire, before, rows, sections))
    return SimulatedSitting(
        touchpoint=touchpoint, anchored=anchored, started=started, submitted=submitted, responses=tuple(responses)
    )


def _responses(
    plan: CohortPlan,
    people: SimulatedPeople,
    touchpoint: Touchpoint,
    questionnaire: Questionnaire,
    before: Mapping[int, SimulatedSitting],
    rows: NDArray[np.intp],
    sections: NDArray[np.int16],
) -> SimulatedResponses:
    given = {
        key: draw(part, touchpoint.number, people.leanings, plan.as_of).take(rows)
        for key, part in parts_of(questionnaire).items()
    }
    earlier: dict[int, dict[str, AnswerColumn]] = {}
    for number, key in looked_back_at(questionnaire):
        if number in before:
            earlier.setdefault(number, {})[key] = before[number].answers(key).take(rows)
    situation = ColumnSituation(
        len(rows),
        earlier,
        {name: column.take(rows) for name, column in people.attributes.items()},
        {name: column.take(rows) for name, column in people.site_attributes.items()},
    )
    return SimulatedResponses(
        questionnaire=questionnaire,
        rows=rows,
        given=given,
        sections=sections,
        situation=situation,
        route=walk(questionnaire, given, situation, sections),
    )


@functools.lru_cache(maxsize=128)
def looked_back_at(questionnaire: Questionnaire) -> tuple[tuple[int, str], ...]:
    """Which answers at earlier touchpoints (number, variable) its route looks at."""
    conditions: list[Condition | None] = [section.ask_if for section in questionnaire.sections]
    for question in questionnaire.questions:
        conditions += [question.ask_if, *(statement.ask_if for statement in question.statements)]
    found = {
        (reference.touchpoint or 0, reference.name): None
        for condition in conditions
        for reference in references(condition)
        if reference.scope == "touchpoint"
    }
    return tuple(found)


def _anchored(
    plan: CohortPlan, people: SimulatedPeople, touchpoint: Touchpoint, before: Mapping[int, SimulatedSitting]
) -> DayArray:
    anchor, never = touchpoint.opens, np.full(len(people.numbers), np.datetime64("NaT", "D"))
    match anchor.type:
        case "enrolled":
            return people.enrolled
        case "fixed":
            return np.full(len(never), np.datetime64(anchor.date, "D"))
        case "event":
            return people.events.get(anchor.event or "", never)
    sitting = before.get(anchor.touchpoint[1]) if anchor.touchpoint else None
    return never if sitting is None else _days_of(plan, sitting.submitted)


def _utc(moment: dt.datetime) -> np.datetime64:
    return np.datetime64(moment.astimezone(dt.UTC).replace(tzinfo=None), "s")


def _starts_of(plan: CohortPlan, days: DayArray) -> MomentArray:
    """The first moment of each day where the study is."""
    each, places = np.unique(days, return_inverse=True)
    return np.array([_utc(start_of(day, plan.zone)) for day in each.astype(object)])[places]


def _days_of(plan: CohortPlan, moments: MomentArray) -> DayArray:
    """The day each moment falls on where the study is."""
    days = np.full(len(moments), np.datetime64("NaT", "D"))
    there = ~np.isnat(moments)
    if there.any():
        hours, places = np.unique(moments[there].astype("datetime64[h]"), return_inverse=True)
        local = [hour.replace(tzinfo=dt.UTC).astimezone(plan.zone).date() for hour in hours.astype(object)]
        days[there] = np.array(local, dtype="datetime64[D]")[places]
    return days
