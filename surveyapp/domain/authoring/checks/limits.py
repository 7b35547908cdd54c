"""Limits: those of the calendar, and of one question, each end before the other and no more asked for than there is."""

from __future__ import annotations

from surveyapp.domain.authoring.yaml_source import Place, Source
from surveyapp.domain.instrument.kinds import KINDS, PartType
from surveyapp.domain.instrument.questionnaire import Question

MAXIMUM_DAYS = 36_525
"""A hundred years: more days than any study waits."""

FIRST_YEAR, LAST_YEAR = 2000, 2199
"""The years on the calendar of studies."""


def check_limits(source: Source, place: Place, question: Question) -> None:
    """Records every limit that cannot be kept."""
    kind, low, high = KINDS[question.kind], question.minimum, question.maximum
    if kind.type is PartType.CODES:
        _check_choices(source, place, question)
    if not kind.scaled and low is not None and high is not None and low > high:
        source.fault((*place, "minimum"), "limits_crossed", "The minimum is more than the maximum.")
    written = {"earliest": question.earliest, "latest": question.latest}
    wrong = {key: kind.limit_fault(each) for key, each in written.items() if each is not None}
    for key, sentence in wrong.items():
        if sentence is not None:
            source.fault((*place, key), "bad_value", sentence)
    if question.earliest and question.latest and not any(wrong.values()) and question.earliest > question.latest:
        source.fault((*place, "earliest"), "limits_crossed", "The earliest is after the latest.")


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
