"""How long a touchpoint's questions take: what half of those needed who have finished, once they are enough, and what
its words make likely before.

Reading: 150 words a minute. Adults read 238 a minute silently in English (Brysbaert 2019, Journal of Memory and
Language 109); who answers often reads in a second language, or on a small screen. Answering: what a finger needs, and
for answers in one's own words, half of which are left empty, a sentence of fifteen words at 20 a minute. What not
everybody is asked counts half.
"""

from __future__ import annotations

import datetime as dt
import math
import statistics
from collections.abc import Iterator
from dataclasses import dataclass

from surveyapp.domain.instrument.kinds import PartType
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.routing import Page, pages_of
from surveyapp.domain.instrument.study import Study, Touchpoint
from surveyapp.domain.participants import Origin
from surveyapp.services.runtime import Runtime
from surveyapp.store import responses

SECONDS_A_WORD = 60 / 150
SECONDS_TO_ANSWER = {PartType.TEXT: 22.5}
SECONDS_TO_CHOOSE = 3.0

ENOUGH = 30
"""People who have finished, before what they needed is said."""

NEWEST = 200
"""So many of the newest are looked at: a questionnaire's pace may change."""

ONE_SITTING = dt.timedelta(hours=2)
"""Whoever took longer had stopped in between: that is not how long it takes."""

KEPT_FOR = dt.timedelta(hours=1)


@dataclass(frozen=True)
class ExpectedTime:
    """Whole minutes. `measured`: from those who have finished."""

    minutes: int
    measured: bool


def expected_time(runtime: Runtime, study: Study, touchpoint: Touchpoint) -> ExpectedTime:
    """Counted once an hour in a process. Invented people's times are nobody's."""
    key = (study.id, touchpoint.questionnaire)
    now = runtime.clock()
    known = runtime.times.get(key)
    if known is None or now - known[0] > KEPT_FOR:
        known = runtime.times[key] = now, _worked_out(runtime, study, touchpoint.questionnaire)
    minutes, measured = known[1]
    return ExpectedTime(minutes, measured)


def _worked_out(runtime: Runtime, study: Study, questionnaire: str) -> tuple[int, bool]:
    taken: list[dt.timedelta] = []
    if runtime.origin is Origin.REAL:
        with runtime.database.reading() as session:
            found = responses.times_alone(session, study.id, questionnaire, NEWEST)
        taken = [each for each in found if each <= ONE_SITTING]
    if len(taken) < ENOUGH:
        return minutes_expected(runtime.study(study.id).newest(questionnaire)), False
    return max(1, math.ceil(statistics.median(each.total_seconds() for each in taken) / 60)), True


def minutes_expected(questionnaire: Questionnaire) -> int:
    """Whole minutes, rounded up; at least one."""
    return max(1, math.ceil(sum(map(_seconds, pages_of(questionnaire))) / 60))


def _seconds(page: Page) -> float:
    reading = SECONDS_A_WORD * sum(len(text.split()) for text in _texts(page))
    answering = sum(SECONDS_TO_ANSWER.get(part.type, SECONDS_TO_CHOOSE) for part in page.parts if part.when is None)
    conditions = (page.section.ask_if, page.question.ask_if, page.statement.ask_if if page.statement else None)
    return (reading + answering) / (2 if any(conditions) else 1)


def _texts(page: Page) -> Iterator[str]:
    """What is read on the page: of a grid's statements, the question and its options with the first alone."""
    question = page.question
    if page.statement is not None:
        yield page.statement.text
        if page.statement != question.statements[0]:
            return
    yield question.text
    yield question.hint or ""
    yield from (option.label for option in question.options)
    yield from (moment.label for moment in question.moments)
