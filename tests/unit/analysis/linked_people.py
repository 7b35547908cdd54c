"""Linked tables made by hand, and what a plain count of the same lines comes to."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from surveyapp.analysis.linked.build import build
from surveyapp.analysis.linked.table import LinkedTable
from surveyapp.domain.answers import Reason
from surveyapp.domain.instrument.kinds import KINDS, Part, PartType
from surveyapp.domain.instrument.questionnaire import Net, Option, Question
from surveyapp.domain.participants import Origin, Participant, Site
from surveyapp.domain.responses import CountedAnswers

DAY = dt.date(2026, 6, 15)

Given = str | Decimal | dt.date | dt.time | bool | Reason | tuple[str, ...]


def person(number: int, attributes: Mapping[str, str] | None = None, site: str | None = None) -> Participant:
    """A participant by number; `site` is the size of theirs."""
    place = None
    if site is not None:
        place = Site(id=uuid.UUID(int=len(site)), study="s", reference=site, name=site, attributes={"size": site})
    return Participant(
        id=uuid.UUID(int=1000 + number),
        study="s",
        group="guest",
        reference=f"GU-{number}",
        origin=Origin.REAL,
        enrolled_on=DAY,
        site=place,
        attributes=attributes or {},
    )


def lines(
    number: int, variable: str, given: Given, *, touchpoint: int = 1, version: int = 1
) -> Iterable[CountedAnswers]:
    """One answer as it is stored, each of its lines by itself."""
    for value in given if isinstance(given, tuple) else (given,):
        yield CountedAnswers(
            touchpoint=touchpoint,
            version=version,
            variable=variable,
            people=[uuid.UUID(int=1000 + number)],
            values=[None if isinstance(value, Reason) else value],
            reasons=[value if isinstance(value, Reason) else None],
        )


def together(each: Iterable[CountedAnswers]) -> list[CountedAnswers]:
    """The same with all that was said to a variable in one column."""
    found: dict[tuple[int, int, str], CountedAnswers] = {}
    for one in each:
        key = (one.touchpoint, one.version, one.variable)
        was = found.get(key)
        found[key] = (
            one
            if was is None
            else replace(
                was,
                people=[*was.people, *one.people],
                values=[*was.values, *one.values],
                reasons=[*was.reasons, *one.reasons],
            )
        )
    return list(found.values())


def linked(
    people: Sequence[Participant],
    answers: Iterable[CountedAnswers],
    types: Mapping[str, PartType],
    attributes: Mapping[str, Sequence[str]] | None = None,
    state: str = "one",
) -> LinkedTable:
    return build(
        group="guest",
        state=state,
        on=DAY,
        people=people,
        answers=answers,
        attributes=attributes or {},
        type_of=lambda _touchpoint, _version, variable: types.get(variable),
    )


def part_of(kind: str, options: Sequence[str] = (), **over: object) -> Part:
    """A question's one part."""
    question = Question(
        id="q",
        kind=kind,
        text="Q?",
        options=tuple(Option(code=code, label=code.title()) for code in options),
        **over,  # type: ignore[arg-type]
    )
    (part,) = KINDS[kind].parts(question)
    return part


def scale(options: Sequence[str], good: Sequence[str]) -> Part:
    """A choice with a good side."""
    net = Net(name="good", label="Good", options=tuple(good))
    return part_of("choice", options, nets=(net,), favourable="good")
