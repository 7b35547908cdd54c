"""What a study says of how long it keeps what it holds of people: touchpoints that exist, days on the calendar, and
words that go no later than the answers they are part of."""

from __future__ import annotations

import datetime as dt

from surveyapp.domain.authoring.checks.limits import FIRST_YEAR, LAST_YEAR, MAXIMUM_DAYS
from surveyapp.domain.authoring.yaml_source import Source
from surveyapp.domain.instrument.consent.retention import KeepUntil, RetentionRule
from surveyapp.domain.instrument.study import Study


def check_retention(study: Study, source: Source) -> None:
    """Records every fault of `retention` in the source's list."""
    rule = study.retention
    if rule is None:
        return
    if not FIRST_YEAR <= rule.study_ends.year <= LAST_YEAR and rule.study_ends != dt.date.max:
        _beyond(source, "study_ends", rule.study_ends.year)
    numbers = {touchpoint.number for touchpoint in study.touchpoints}
    for key in ("contacts", "words", "answers"):
        keep: KeepUntil = getattr(rule, key)
        if key == "words" and keep is rule.answers:
            continue
        if keep.date is not None and not FIRST_YEAR <= keep.date.year <= LAST_YEAR:
            _beyond(source, key, keep.date.year)
        if keep.touchpoint is not None and keep.touchpoint not in numbers:
            there = ", ".join(map(str, sorted(numbers)))
            sentence = f"No group has a touchpoint {keep.touchpoint}. Write one of: {there}."
            source.fault(("retention", key), "unknown_touchpoint", sentence)
        if keep.days > MAXIMUM_DAYS:
            _too_many(source, key)
    if rule.withdrawn_days > MAXIMUM_DAYS:
        _too_many(source, "withdrawn")
    words, answers = _day(rule, rule.words), _day(rule, rule.answers)
    if words is not None and answers is not None and words > answers:
        sentence = "Words are part of the answers, and go with them at the latest. Write an earlier day, or none."
        source.fault(("retention", "words"), "limits_crossed", sentence)


def _day(rule: RetentionRule, keep: KeepUntil) -> dt.date | None:
    """The day, where it is the same for everybody."""
    if keep.date is not None:
        return keep.date
    if keep.touchpoint is not None or keep.days > MAXIMUM_DAYS or rule.study_ends.year > LAST_YEAR:
        return None
    return rule.study_ends + dt.timedelta(days=keep.days)


def _beyond(source: Source, key: str, year: int) -> None:
    sentence = f"The year {year} is not one a study can reach. Write one from {FIRST_YEAR} to {LAST_YEAR}."
    source.fault(("retention", key), "beyond_calendar", sentence)


def _too_many(source: Source, key: str) -> None:
    sentence = f"That is more than {MAXIMUM_DAYS:,} days, a hundred years. Write fewer."
    source.fault(("retention", key), "beyond_calendar", sentence)
