"""The two that are put across one another in a crosstab: each a variable at a touchpoint, or something that is known of
people."""

from __future__ import annotations

import numpy as np

from surveyapp.analysis.counting import scoring
from surveyapp.analysis.counting.alike import Together
from surveyapp.analysis.counting.vectors import Vector
from surveyapp.analysis.tallying import categories
from surveyapp.domain.errors import NotFound
from surveyapp.domain.instrument.kinds import Part, PartType, Summary
from surveyapp.domain.instrument.piping import plain
from surveyapp.domain.instrument.study import Attribute
from surveyapp.domain.results import Category, CrossSide
from surveyapp.domain.sentences import say
from surveyapp.services.results.data import ResultData, column_of, planned_scores, scores


def attribute_of(data: ResultData, attribute_id: str) -> Attribute:
    """Raises NotFound for what is none."""
    found = data.study.attribute(attribute_id)
    if found is None:
        raise NotFound(say("no_segment", segment=attribute_id))
    return found


def asked_of_side(data: ResultData, group: str, key: str, number: int) -> Together:
    """What people have to be alike in for one of the two that are crossed. Raises NotFound as `side_of` does."""
    if number == 0:
        return Together(attributes=(attribute_of(data, key).id,))
    touchpoint = data.study.touchpoint(group, number)
    if touchpoint is None:
        raise NotFound(say("no_touchpoint", touchpoint=number, group=group))
    return Together(
        columns=tuple(column_of(touchpoint, each.part) for each in data.follow(touchpoint) if each.part.key == key),
        scores=tuple(each.asked for each in planned_scores(data, touchpoint) if each.asked.score.id == key),
    )


def side_of(data: ResultData, group: str, key: str, number: int) -> tuple[CrossSide, Vector]:
    """One of the two that are crossed. Raises NotFound for what is not asked, or has no options to cross by."""
    if number == 0:
        attribute = attribute_of(data, key)
        held = data.table(group).attribute(attribute.id)
        options = tuple(Category(value, attribute.values[value], "option") for value in held.values)
        codes = np.where(held.codes < 0, -1, held.codes)
        side = CrossSide(key=key, title=attribute.label, touchpoint=None, options=options)
        return side, Vector(codes, held.values, people=data.table(group).stands_for)
    touchpoint = data.study.touchpoint(group, number)
    if touchpoint is None:
        raise NotFound(say("no_touchpoint", touchpoint=number, group=group))
    for each in data.follow(touchpoint):
        if each.part.key == key and each.part.summary in (Summary.OPTIONS, Summary.RATING):
            if each.part.type is PartType.CODES:
                break
            return cross_side(each.part, number), data.vector(touchpoint, each)
    for scored in scores(data, touchpoint):
        if scored.score.id == key and scored.score.bands:
            part = scoring.bands_part(scored.score)
            return cross_side(part, number), scoring.banded(scored.vector, scored.score)
    raise NotFound(say("no_crossing", name=key))


def cross_side(part: Part, touchpoint: int) -> CrossSide:
    """A variable at a touchpoint as a side of a crosstab."""
    return CrossSide(
        key=part.key,
        title=plain(part.label),
        touchpoint=touchpoint,
        moment_label=part.moment_label,
        options=categories(part)[0],
    )
