"""Questions as evaluators see them: how many gave which answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType

from surveyapp.analysis.counting import scoring
from surveyapp.analysis.counting.alike import Together
from surveyapp.analysis.counting.vectors import Vector
from surveyapp.analysis.distributions import distribution
from surveyapp.analysis.linked.table import ColumnKey
from surveyapp.analysis.tallying import score_tallies, with_scores
from surveyapp.domain.errors import NotFound
from surveyapp.domain.instrument.kinds import PartType
from surveyapp.domain.instrument.scores import turned_items
from surveyapp.domain.instrument.study import Touchpoint
from surveyapp.domain.open_answers.themes import gained_variable
from surveyapp.domain.results import Distribution
from surveyapp.domain.sentences import say
from surveyapp.domain.versions.series import Followed
from surveyapp.services.results.data import (
    CountedScore,
    ResultData,
    column_of,
    counting,
    is_counted,
    planned_scores,
    read_data,
    scores,
)
from surveyapp.services.work import Desk


def questions(
    desk: Desk, study_id: str, group: str, touchpoint: int, *, segment: str | None = None
) -> tuple[Distribution, ...]:
    """Every question of a group's touchpoint, in the order asked, then its scores; of words, how many wrote some. One
    whose stored answers do not fit it comes back `uncounted`. Raises NotFound, NotPermitted, NotReady."""
    data = read_data(desk, study_id)
    asked = data.study.touchpoint(group, touchpoint)
    if asked is None:
        raise NotFound(say("no_touchpoint", touchpoint=touchpoint, group=group))
    if segment is not None:
        data.segment(segment)
    key = f"questions {group} {touchpoint} {segment}"
    return data.kept(key, tuple[Distribution, ...], lambda: counted_questions(data, asked, segment))


def counted_questions(
    data: ResultData, touchpoint: Touchpoint, segment: str | None, turned: Mapping[str, Followed] = MappingProxyType({})
) -> tuple[Distribution, ...]:
    """`questions`, counted. `turned`: by key, what is counted in another wording than its own."""
    asked = [turned.get(own.part.key, own) for own in data.follow(touchpoint) if is_counted(own.part)]
    coded = bool(data.themes(touchpoint.group))
    planned = [each.asked for each in planned_scores(data, touchpoint)]
    by = data.by(segment)
    alike = data.together(
        touchpoint.group,
        [Together(columns=_columns(touchpoint, each, coded), attributes=by) for each in asked]
        + [Together(scores=(each,), attributes=by) for each in planned],
    )
    found = []
    for each, own in zip(asked, alike, strict=False):
        counted: Vector | None = None
        with counting(each.part.key, touchpoint):
            counted = own.vector(touchpoint, each)
        made = distribution(
            each.part,
            counted,
            own.split(touchpoint.group, segment),
            touchpoint=touchpoint,
            section=each.section,
            rules=data.rules(touchpoint),
            edition=data.edition,
            notes=tuple(dict.fromkeys((*each.notes, *each.turned))),
        )
        made = made.turned_as(turned_items(data.versions[each.wording].scores))
        basis = data.basis(touchpoint.group, each.part)
        found.append(dataclasses.replace(made, coding=basis, gained=_gained(own, touchpoint, each)) if basis else made)
    for own in alike[len(asked) :]:
        found += [_score(own, touchpoint, each, segment) for each in scores(own, touchpoint)]
    return tuple(found)


def _columns(touchpoint: Touchpoint, each: Followed, coded: bool) -> tuple[ColumnKey, ...]:
    """What a question is counted from; with what was said as “other” where words are `coded`."""
    gained = (touchpoint.number, PartType.CODES, gained_variable(each.part.key))
    return (column_of(touchpoint, each.part), *((gained,) if coded else ()))


def _gained(data: ResultData, touchpoint: Touchpoint, each: Followed) -> tuple[tuple[str, int], ...]:
    """How many said each option as “other”, in the order of the options."""
    table, seen = data.table(touchpoint.group), data.looked_at(touchpoint.group)
    column = table.columns.get((touchpoint.number, PartType.CODES, gained_variable(each.part.key)))
    if column is None:
        return ()
    counted = {
        option: table.how_many(flags if seen is None else flags & seen) for option, flags in column.chosen.items()
    }
    return tuple((code, number) for code in each.part.codes if (number := counted.get(code, 0)))


def _score(data: ResultData, touchpoint: Touchpoint, each: CountedScore, segment: str | None) -> Distribution:
    """A score: people by band where it has bands, and its mean and range."""
    split, rules = data.split(touchpoint.group, segment), data.rules(touchpoint)
    made = distribution(
        scoring.bands_part(each.score),
        scoring.banded(each.vector, each.score),
        split,
        touchpoint=touchpoint,
        section=each.score.title,
        rules=rules,
        edition=data.edition,
        notes=each.notes,
    )
    return dataclasses.replace(made, tallies=with_scores(made.tallies, score_tallies(each.vector, split, rules)))
