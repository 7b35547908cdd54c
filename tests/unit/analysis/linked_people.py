"""Linked tables made by hand, and what a plain count of the same lines comes to."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from surveyapp.analysis.linked.build import build
from surveyapp.analysis.linked.table import LinkedTable
from surveyapp.domain.answers import Reason
from surveyapp.domain.instrument.kinds import KINDS, Part, PartType
from surveyapp.domain.instrument.questionnaire import Net, Option, Question
from surveyapp.domain.participants import Origin, Participant, Site
from surveyapp.domain.responses import CountedAnswer

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
) -> Iterable[CountedAnswer]:
    """The stored lines of one answer."""
    for value in given if isinstance(given, tuple) else (given,):
        yield CountedAnswer(
            participant_id=uuid.UUID(int=1000 + number),
            touchpoint=touchpoint,
            version=version,
            variable=variable,
            code=value if isinstance(value, str) else None,
            number=value if isinstance(value, Decimal) else None,
            day=value if isinstance(value, dt.date) else None,
            time_of_day=value if isinstance(value, dt.time) else None,
            words=value is True,
            reason=value if isinstance(value, Reason) else None,
        )


def linked(
    people: Sequence[Participant],
    answers: Iterable[CountedAnswer],
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
