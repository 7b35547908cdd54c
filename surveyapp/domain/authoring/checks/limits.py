"""The limits of one question: each end before the other, and no more asked for than there is."""

from __future__ import annotations

import datetime as dt
import re

from surveyapp.domain.authoring.yaml_source import Place, Source, shortened
from surveyapp.domain.instrument.questionnaire import Question


def check_limits(source: Source, place: Place, question: Question) -> None:
    """Records every limit that cannot be kept."""
    low, high = question.minimum, question.maximum
    if question.kind == "multiple":
        _check_choices(source, place, question)
    if question.kind != "rating" and low is not None and high is not None and low > high:
        source.fault((*place, "minimum"), "limits_crossed", "The minimum is more than the maximum.")
    written = {"earliest": question.earliest, "latest": question.latest}
    days = {key: day_of(each) for key, each in written.items() if each is not None}
    for key, day in days.items():
        if day is None:
            sentence = f"“{shortened(written[key] or '')}” is not a date. Write it as 2025-01-31."
            source.fault((*place, key), "bad_value", sentence)
    earliest, latest = days.get("earliest"), days.get("latest")
    if earliest is not None and latest is not None and earliest > latest:
        source.fault((*place, "earliest"), "limits_crossed", "The earliest day is after the latest.")


def day_of(written: str) -> dt.date | None:
    """A day as 2025-01-31, in no other of the ways of ISO 8601; None where it is none."""
    try:
        return dt.date.fromisoformat(written) if re.fullmatch(r"\d{4}-\d\d-\d\d", written, re.ASCII) else None
    except ValueError:
        return None


def _check_choices(source: Source, place: Place, question: Question) -> None:
    """How many may be chosen, against how many there are: an exclusive option is chosen alone."""
    together = sum(not option.exclusive for option in question.options)
    if question.minimum is not None and question.options and question.minimum > max(together, 1):
        least = question.minimum
        sentence = f"Only {together} options can be chosen together: nobody could choose {least}. Ask for fewer."
        source.fault((*place, "minimum"), "limits_crossed", sentence)
    for key, number in (("minimum", question.minimum), ("maximum", question.maximum)):
        if number is not None and number < 1:
            source.fault(
                (*place, key), "limits_crossed", f"At least 1 is chosen, or nothing is: {number} says nothing."
            )
