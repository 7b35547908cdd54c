"""Who simulated people are: attributes, sites, consent, what happened to them, and how each leans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surveyapp.analysis.linked.table import NO_RESPONSE, Flags
from surveyapp.analysis.simulation.chance import Chance, skewed
from surveyapp.analysis.simulation.columns import AnswerColumn, CodeArray, DayArray
from surveyapp.analysis.simulation.drawing import Leanings
from surveyapp.analysis.simulation.plan import HISTORY, CohortPlan
from surveyapp.domain.instrument.study import Attribute, Group

NOT_KNOWN, NO_SITE, INTERVIEWED = 0.04, 0.05, 0.22
"""Shares: of whom an attribute is not known; who belongs to no site; who answers on the phone."""

NEVER_ANSWER, AGREES, AGREES_TO_MORE = 0.12, 0.985, 0.6
"""Shares: who answers nothing ever; who agrees to what is needed to take part and, of them, to each purpose besides."""


@dataclass(frozen=True, kw_only=True)
class SimulatedPeople:
    """The people of a group in a batch. `numbers` tells them apart in the study; `sites` are places in the plan's list,
    -1 for none. `consents`: what each said to a purpose; `events`: when something happened to them;
    `ever`: whether they answer anything at all."""

    group: Group
    numbers: NDArray[np.int64]
    sites: CodeArray
    enrolled: DayArray
    attributes: Mapping[str, AnswerColumn]
    site_attributes: Mapping[str, AnswerColumn]
    interviewed: Flags
    orders: NDArray[np.int64]
    consents: Mapping[str, Flags]
    events: Mapping[str, DayArray]
    leanings: Leanings
    ever: Flags


def draw_people(plan: CohortPlan, group: Group, numbers: NDArray[np.int64], chance: Chance) -> SimulatedPeople:
    """The people of a group with these numbers, by the chance of the group and batch."""
    people = len(numbers)
    who = chance.of_batch("who")
    sites = np.full(people, -1, dtype=np.int32)
    if plan.sites:
        belongs = who.choice(len(plan.sites), people, p=skewed(len(plan.sites), Chance(plan.seed).of_all("sites")))
        sites = np.where(who.random(people) < NO_SITE, -1, belongs).astype(np.int32)
    attributes = {
        each.name: _column_of(each, people, chance.of_all("attribute", each.name), who)
        for each in plan.attributes("participant")
    }
    site_attributes = {each.name: _of_sites(plan, each, sites) for each in plan.attributes("site")}
    first = np.datetime64(plan.as_of - HISTORY, "D")
    enrolled = first + (who.beta(1.1, 1.4, people) * (HISTORY.days - 5)).astype("timedelta64[D]")
    agrees = who.random(people) < AGREES
    consents = {
        purpose.id: agrees if purpose.required else agrees & (who.random(people) < AGREES_TO_MORE)
        for purpose in plan.study.consent
    }
    events = {
        event: np.where(
            who.random(people) < 0.9,
            enrolled + (2 + who.exponential(14, people)).astype("timedelta64[D]"),
            np.datetime64("NaT", "D"),
        )
        for event in sorted(plan.study.events)
    }
    # What has not happened yet is not known.
    events = {
        event: np.where(days < np.datetime64(plan.as_of, "D"), days, np.datetime64("NaT", "D"))
        for event, days in events.items()
    }
    towards = 0.85 * who.standard_normal(people)
    for name, column in {**attributes, **site_attributes}.items():
        effects = np.append(chance.of_all("effect", name).normal(0, 0.25, len(column.values)), 0.0)
        towards = towards + effects[np.maximum(column.codes, -1)]
    return SimulatedPeople(
        group=group,
        numbers=numbers,
        sites=sites,
        enrolled=enrolled,
        attributes=attributes,
        site_attributes=site_attributes,
        interviewed=who.random(people) < INTERVIEWED,
        orders=who.integers(1, 2**31, people),
        consents=consents,
        events=events,
        leanings=Leanings(chance, towards, np.exp(who.normal(-0.32, 0.8, people))),
        ever=who.random(people) >= NEVER_ANSWER,
    )


def _column_of(
    attribute: Attribute, people: int, of_all: np.random.Generator, who: np.random.Generator
) -> AnswerColumn:
    shares = skewed(len(attribute.values), of_all)
    drawn = who.choice(len(shares), people, p=shares).astype(np.int32)
    return AnswerColumn(drawn, tuple(attribute.values)).where(who.random(people) >= NOT_KNOWN, NO_RESPONSE)


def _of_sites(plan: CohortPlan, attribute: Attribute, sites: CodeArray) -> AnswerColumn:
    values = tuple(attribute.values)
    table = np.array([*(values.index(site[attribute.name]) for site in plan.sites), NO_RESPONSE], dtype=np.int32)
    return AnswerColumn(table[sites], values)
