"""Scores: made of items that are there and count something, with bands that fit."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

from surveyapp.domain.authoring.checks.names import unknown_question
from surveyapp.domain.authoring.yaml_source import Place, Source
from surveyapp.domain.instrument.kinds import Part, PartType
from surveyapp.domain.instrument.questionnaire import Questionnaire, Score
from surveyapp.domain.instrument.routing import parts_of
from surveyapp.domain.instrument.scores import extent_of, range_of


def check_scores(questionnaire: Questionnaire, source: Source) -> None:
    """Records every fault of a score in the source's list."""
    parts = parts_of(questionnaire)
    taken = {part.name for part in parts.values()}
    for index, score in enumerate(questionnaire.scores):
        place: Place = ("scores", index)
        if score.id in taken:
            source.fault((*place, "id"), "written_twice", f"“{score.id}” is a question or score already.")
        taken.add(score.id)
        for i, key in enumerate(score.items):
            here: Place = (*place, "items", i)
            part = parts.get(key)
            if part is None:
                sentence = f"{questionnaire.id} does not ask “{key}”."
                unknown_question(source, here, key, questionnaire, parts, sentence)
            elif not _counts(part):
                source.fault(
                    here,
                    "no_values",
                    f"The answers to “{key}” count nothing. Give its scale `values`: a number for each option.",
                )
        for i, key in enumerate(score.reverse):
            here = (*place, "reverse", i)
            if key not in score.items:
                near = source.did_you_mean(key, score.items)
                source.fault(here, "unknown_question", f"“{key}” is not an item of this score.{near}")
            elif (part := parts.get(key)) is not None and range_of(part) is None:
                source.fault(here, "no_values", f"“{key}” has no least and greatest value to turn round.")
        if score.minimum_answered > len(score.items):
            source.fault(
                (*place, "minimum_answered"),
                "limits_crossed",
                f"The score has {len(score.items)} items: no more can be needed.",
            )
        _check_bands(score, place, source)
        _check_ends(score, place, source, parts)
        _check_spread(score, place, source, parts)


def _counts(part: Part) -> bool:
    if part.type is PartType.NUMBER:
        return True
    options = part.question.options
    return part.type is PartType.CODE and bool(options) and all(option.value is not None for option in options)


def _check_bands(score: Score, place: Place, source: Source) -> None:
    last: int | None = None
    for band in score.bands:
        here: Place = (*place, "bands", band.code)
        if band.low > band.high:
            source.fault(here, "limits_crossed", "The band begins after its end.")
        if last is not None and band.low != last + 1:
            source.fault(
                here,
                "band_gap",
                f"Bands follow one another without a gap, from the lowest: this one should begin at {last + 1}.",
            )
        last = band.high


def _check_ends(score: Score, place: Place, source: Source, parts: Mapping[str, Part]) -> None:
    """Whatever a score can come to is in a band: one in none is told as if there were no score."""
    if not score.bands or any(key not in parts for key in score.items):
        return
    extent = extent_of(score, parts)
    if extent is None:
        return
    least, most = (f"{float(end):g}" for end in extent)
    lowest, highest = score.bands[0], score.bands[-1]
    sentence = f"Scores go from {least} to {most}, and some would be in no band."
    if lowest.low > extent[0]:
        says = f"{sentence} Let this one begin at {math.floor(extent[0])}."
        source.fault((*place, "bands", lowest.code, "from"), "band_gap", says)
    if highest.high < extent[1]:
        says = f"{sentence} Let this one end at {math.ceil(extent[1])}, or add a band above it."
        source.fault((*place, "bands", highest.code, "to"), "band_gap", says)


def _check_spread(score: Score, place: Place, source: Source, parts: Mapping[str, Part]) -> None:
    """No distribution spreads further than half its range (Popoviciu): a larger one is of another way of scoring."""
    ranges = [range_of(parts[key]) for key in score.items if key in parts]
    if score.reliability is None or None in ranges or len(ranges) < len(score.items):
        return
    least, most = (sum(ends) for ends in zip(*filter(None, ranges), strict=True))
    if score.method == "mean":
        least, most = Fraction(least, len(ranges)), Fraction(most, len(ranges))
    if 2 * Fraction(score.reliability.sd) > most - least:
        source.fault(
            (*place, "reliability", "sd"),
            "limits_crossed",
            f"Scores from {float(least):g} to {float(most):g} cannot have so large a standard deviation: was it "
            "published of another way of scoring?",
        )
