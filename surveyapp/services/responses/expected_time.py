"""How long a touchpoint's questions take: what half of those needed who have finished, once they are enough, and what
its words make likely before."""

from __future__ import annotations

import datetime as dt
import math
import statistics
from dataclasses import dataclass

from surveyapp.domain.instrument.expected_time import minutes_expected
from surveyapp.domain.instrument.study import Study, Touchpoint
from surveyapp.domain.participants import Origin
from surveyapp.services.runtime import Runtime
from surveyapp.store import responses

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
