"""One place to look: any question, its touchpoints side by side, for whom and by what one likes, and by another
question. For the working view alone."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from surveyapp.analysis import crosstabs, shifts
from surveyapp.analysis.counting import scoring
from surveyapp.analysis.counting.alike import Together
from surveyapp.analysis.counting.vectors import option_vector
from surveyapp.analysis.linked.table import Flags
from surveyapp.analysis.split import by_attribute, everybody
from surveyapp.analysis.tallying import Rules
from surveyapp.domain.errors import NotFound
from surveyapp.domain.i18n import joined
from surveyapp.domain.instrument.kinds import Part, PartType, Summary
from surveyapp.domain.instrument.measures.measure import Measure, MeasureRow
from surveyapp.domain.instrument.piping import plain
from surveyapp.domain.instrument.questionnaire import Net, Option, Question
from surveyapp.domain.instrument.study import Touchpoint
from surveyapp.domain.results import Crosstab, Edition, Shift, ShiftStep
from surveyapp.domain.results.words import Words
from surveyapp.domain.sentences import say
from surveyapp.domain.versions.series import Followed, beside
from surveyapp.services.results.data import (
    CountedScore,
    ResultData,
    counted_scores,
    is_counted,
    planned_scores,
    read_data,
    scores,
)
from surveyapp.services.results.measures import asked_row
from surveyapp.services.results.sides import asked_of_side, attribute_of, side_of
from surveyapp.services.work import Desk


@dataclass(frozen=True, kw_only=True)
class Look:
    """What is looked at. `variable`: a question's or statement's name, or a score's; `option`: one option of a question
    with several choices. `touchpoints` None: all at which it is asked. `by`: an attribute's id; `only`: (attribute,
    value) of those looked at; `matched`: of those alone who answered at every moment."""

    group: str
    variable: str
    option: str | None = None
    touchpoints: tuple[int, ...] | None = None
    matched: bool = False
    by: str | None = None
    only: tuple[str, str] | None = None


@dataclass(frozen=True)
class LookMoment:
    """One moment at which a question is asked: its touchpoint, the variable's key, what the moment is called."""

    touchpoint: int
    key: str
    label: Words | None = None


@dataclass(frozen=True, kw_only=True)
class LookPlace:
    """A question that can be looked at: its name, what it is called, and when it is asked. `options`: those of one with
    several choices, each of which can be looked at. `crosses`: whether people can be counted by it."""

    variable: str
    title: Words
    section: Words
    moments: tuple[LookMoment, ...]
    options: tuple[tuple[str, Words], ...] = ()
    crosses: bool = False

    @property
    def touchpoints(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(each.touchpoint for each in self.moments))


def places(desk: Desk, study_id: str, group: str) -> tuple[LookPlace, ...]:
    """Every question of a group, in the order asked: that of the first touchpoint first. Raises NotFound, NotPermitted,
    NotReady."""
    return places_of(desk, study_id, group)[1]


def places_of(desk: Desk, study_id: str, group: str) -> tuple[Edition, tuple[LookPlace, ...]]:
    """`places`, and of which edition the figures behind them are."""
    data = read_data(desk, study_id)
    if data.study.group(group) is None:
        raise NotFound(say("no_group", group=group))
    return data.edition, data.kept(f"places {group}", tuple[LookPlace, ...], lambda: _places(data, group))


def _places(data: ResultData, group: str) -> tuple[LookPlace, ...]:
    found: dict[str, LookPlace] = {}
    for touchpoint in data.study.touchpoints_of(group):
        for place in _asked_at(data, touchpoint):
            known = found.get(place.variable)
            earlier = known.moments if known else ()
            found[place.variable] = dataclasses.replace(known or place, moments=(*earlier, *place.moments))
    return tuple(found.values())


def _asked_at(data: ResultData, touchpoint: Touchpoint) -> Iterator[LookPlace]:
    """The questions of a touchpoint, a place for each moment of each, then its scores."""
    for each in data.follow(touchpoint):
        part = each.part
        if not is_counted(part):
            continue
        several = part.type is PartType.CODES
        yield LookPlace(
            variable=part.name,
            title=plain(part.statement.text if part.statement else part.label),
            section=each.section,
            moments=(LookMoment(touchpoint.number, part.key, part.moment_label),),
            options=tuple((option.code, option.label) for option in part.question.options) if several else (),
            crosses=part.summary in (Summary.OPTIONS, Summary.RATING) and not several,
        )
    for scored in counted_scores(data, touchpoint):
        title = scored.score.title
        yield LookPlace(
            variable=scored.score.id,
            title=title,
            section=title,
            moments=(LookMoment(touchpoint.number, scored.score.id),),
            crosses=bool(scored.score.bands),
        )


def look(desk: Desk, study_id: str, asked: Look) -> Shift:
    """A variable's touchpoints and moments side by side, and the change between every two of them. Raises NotFound,
    NotPermitted, NotReady."""
    data = read_data(desk, study_id)
    _check(data, asked)
    return data.kept(f"look {asked}", Shift, lambda: _look(data, asked))


KnownValues = Mapping[str, tuple[str, ...]]
"""By an attribute's id: which of its values some people have, in the order declared. One of which nothing is known is
not there."""


def known(desk: Desk, study_id: str, asked: Look) -> KnownValues:
    """What is known of those who answered a variable at the touchpoints looked at: the attributes and values by which
    results of it can be asked for without coming to nobody. Of people at the sites that may be looked at; whom `asked`
    narrows to otherwise does not matter. It gives nothing away: the working view has true counts, of which a split by
    the attribute tells the same 0. Raises NotFound, NotPermitted, NotReady."""
    data = read_data(desk, study_id)
    _check(data, asked)
    whole = Look(group=asked.group, variable=asked.variable, touchpoints=asked.touchpoints)
    return data.kept(f"known {whole}", dict[str, tuple[str, ...]], lambda: _known(data, whole))


def _known(data: ResultData, asked: Look) -> dict[str, tuple[str, ...]]:
    found = {}
    ids = [attribute.id for attribute in data.study.attributes]
    for name, own in zip(ids, _alike(data, asked, [(name,) for name in ids]), strict=True):
        rows, _steps = _rows(own, asked)
        people: Flags = functools.reduce(np.logical_or, (row.vector.answered for row in rows))
        held = own.table(asked.group).attribute(name)
        # One place further for each, so that those of whom it is not known come first and are left out.
        counts = np.bincount(held.codes[people].astype(np.intp) + 1, minlength=len(held.values) + 1)[1:]
        found[name] = tuple(value for value, count in zip(held.values, counts, strict=True) if count)
    return {attribute: values for attribute, values in found.items() if values}


def cross(desk: Desk, study_id: str, asked: Look, touchpoint: int, other: str, other_touchpoint: int) -> Crosstab:
    """A variable at a touchpoint by another variable, or by an attribute (its id; `other_touchpoint` 0). Keys are as
    stored (`mood@before`). Raises NotFound, NotPermitted, NotReady."""
    data = read_data(desk, study_id)
    _check(data, asked)
    key = f"cross {asked} {touchpoint} {other} {other_touchpoint}"
    return data.kept(key, Crosstab, lambda: _cross(data, asked, touchpoint, other, other_touchpoint))


def _check(data: ResultData, asked: Look) -> None:
    if data.study.group(asked.group) is None:
        raise NotFound(say("no_group", group=asked.group))
    if asked.by is not None:
        attribute_of(data, asked.by)
    if asked.only is not None and asked.only[1] not in attribute_of(data, asked.only[0]).values:
        raise NotFound(say("no_segment", segment="=".join(asked.only)))


def _look(data: ResultData, asked: Look) -> Shift:
    looked_by = tuple(dict.fromkeys(each for each in (asked.by, asked.only and asked.only[0]) if each))
    (data,) = _alike(data, asked, [looked_by])
    rows, steps = _rows(data, asked)
    first = rows[0].part
    seen = _seen(data, asked)
    both = shifts.answered_at_all(rows)
    base = data.table(asked.group).how_many(both if seen is None else both & seen)
    matched = asked.matched and len(rows) > 1 and base > 0
    if matched:
        seen = both if seen is None else both & seen
    split = everybody(seen)
    if asked.by is not None:
        attribute = attribute_of(data, asked.by)
        held = data.table(asked.group).attribute(attribute.id)
        split = by_attribute(attribute.id, held, attribute.values, seen)
    other = _other_side(data, asked, rows)
    measure = _as_measure(data, asked, rows, other)
    declared = next(
        (each for each in data.study.measures
         if each.group == asked.group and each.variable == asked.variable and asked.option is None), None
    )  # fmt: skip
    made = shifts.shift(
        data.study,
        measure,
        rows,
        split,
        edition=data.edition,
        matched=matched,
        matched_base=base if len(rows) > 1 and base else None,
        segment=asked.by,
        steps=steps,
        turned=other is not None,
        declared=declared is not None and measure.net == declared.net and first.name == declared.variable,
    )
    return dataclasses.replace(made, coding=data.basis(asked.group, rows[-1].part))


def _other_side(data: ResultData, asked: Look, rows: Sequence[shifts.AskedRow]) -> str | None:
    """Of what is worded the other way round (scores turn it): the net of the scale's other side, if it has one."""
    part, point = rows[-1].part, rows[-1].row.touchpoint
    good = part.question.net(part.question.favourable) if part.question.favourable else None
    if good is None or part.key not in data.study.turned_items(asked.group, point):
        return None
    others = {option.code for option in part.question.options} - {*good.options, part.question.neutral}
    return next((net.name for net in part.question.nets if set(net.options) == others), None)


def _as_measure(data: ResultData, asked: Look, rows: Sequence[shifts.AskedRow], other: str | None) -> Measure:
    """The variable as if it were a measure: its favourable net, if it has a good side, is what counts; the `other` of
    what is worded the other way round."""
    part, group = rows[-1].part, data.study.group(asked.group)
    title = plain(part.statement.text if part.statement else part.label)
    assert group is not None
    # What is said of some people alone says so wherever it goes: headline, picture, sentence, spreadsheet.
    alone = ""
    if asked.only is not None:
        attribute = attribute_of(data, asked.only[0])
        alone = f" ({attribute.label}: {attribute.values[asked.only[1]]})"
    declared = [each for each in data.study.measures if (each.group, each.variable) == (asked.group, asked.variable)]
    return Measure(
        id=declared[0].id if declared and not asked.option else asked.variable,
        theme=declared[0].theme if declared else "",
        title=(declared[0].title if declared and not asked.option else title) + alone,
        group=asked.group,
        asked_of=(declared[0].asked_of if declared else group.title) + alone,
        variable=asked.variable,
        net=CHOSEN if asked.option else other or part.question.favourable or "",
        rows=tuple(each.row for each in rows),
        note=declared[0].note if declared and not asked.option else None,
    )


CHOSEN = "chosen"
"""The net of those who chose one option of several."""


def _seen(data: ResultData, asked: Look) -> Flags | None:
    """Whom to look at; None: everybody."""
    seen = data.looked_at(asked.group)
    if asked.only is None:
        return seen
    held = data.table(asked.group).attribute(attribute_of(data, asked.only[0]).id)
    own: Flags = held.codes == held.values.index(asked.only[1])
    return own if seen is None else own & seen


def _points(data: ResultData, asked: Look) -> list[Touchpoint]:
    points = data.study.touchpoints_of(asked.group)
    return [each for each in points if asked.touchpoints is None or each.number in asked.touchpoints]


def _alike(data: ResultData, asked: Look, attributes: Sequence[tuple[str, ...]]) -> list[ResultData]:
    """The data of people alike in what is looked at, once by each of some attributes together."""
    planned, found = [], []
    for point in _points(data, asked):
        planned += [each.asked for each in planned_scores(data, point) if each.asked.score.id == asked.variable]
        found += [
            (point, each.part) for each in data.follow(point)
            if each.part.name == asked.variable and is_counted(each.part)
        ]  # fmt: skip
    # One may be counted as what it is at another touchpoint.
    types = dict.fromkeys(part.type for _, part in found)
    columns = tuple((point.number, each, part.key) for point, part in found for each in types)
    together = Together(columns=columns, scores=tuple(planned))
    return data.together(asked.group, [dataclasses.replace(together, attributes=each) for each in attributes])


def _rows(data: ResultData, asked: Look) -> tuple[list[shifts.AskedRow], tuple[ShiftStep, ...]]:
    """Every touchpoint and moment at which a variable is asked. Where it became another kind of question, the newest
    kind alone. Raises NotFound."""
    points = _points(data, asked)
    scored = [
        _score_row(data, point, each) for point in points for each in scores(data, point)
        if each.score.id == asked.variable
    ]  # fmt: skip
    if scored:
        return scored, tuple(
            ShiftStep(one, two, "comparable" if scored[one].part == scored[two].part else "broken")
            for two in range(len(scored))
            for one in range(two)
        )
    found = [
        (point, each) for point in points for each in data.follow(point)
        if each.part.name == asked.variable and is_counted(each.part)
    ]  # fmt: skip
    if not found:
        raise NotFound(say("no_question", name=asked.variable))
    newest = found[-1][1].part
    found = [(point, each) for point, each in found if each.part.summary is newest.summary]
    turned, steps = beside(data.wordings(asked.group), [each for _, each in found])
    rows = [
        asked_row(data, _measure_row(data, point, each), point, each)
        for (point, _), each in zip(found, turned, strict=True)
    ]  # fmt: skip
    if asked.option is not None:
        rows = [_of_option(row, asked.option) for row in rows]
    return rows, steps


def _measure_row(data: ResultData, touchpoint: Touchpoint, followed: Followed) -> MeasureRow:
    """What a row is called: as a measure of the study calls it, else by its touchpoint and moment."""
    part = followed.part
    for measure in data.study.measures:
        if (measure.group, measure.variable) == (touchpoint.group, part.name):
            for row in measure.rows:
                if (row.touchpoint, row.moment) == (touchpoint.number, part.moment):
                    return row
    label = joined(" · ", (touchpoint.title, part.moment_label)) if part.moment_label else touchpoint.title
    return MeasureRow(touchpoint.number, part.moment, label)


def _score_row(data: ResultData, touchpoint: Touchpoint, each: CountedScore) -> shifts.AskedRow:
    return shifts.AskedRow(
        row=MeasureRow(touchpoint.number, None, touchpoint.title),
        part=scoring.bands_part(each.score),
        vector=scoring.banded(each.vector, each.score),
        rules=data.rules(touchpoint),
        notes=each.notes,
        scores=each.vector,
        reliability=each.score.reliability,
    )


def _of_option(row: shifts.AskedRow, code: str) -> shifts.AskedRow:
    """One option of several as a variable of its own. Raises NotFound."""
    option = row.part.question.option(code)
    if option is None or row.part.type is not PartType.CODES:
        raise NotFound(say("no_option", option=code))
    question = Question(
        id=row.part.question.id,
        kind="choice",
        text=row.part.question.text,
        options=(Option(code="yes", label=option.label),),
        nets=(Net(name=CHOSEN, label=option.label, options=("yes",)),),
    )
    part = Part(key=row.part.key, name=row.part.name, moment=row.part.moment, type=PartType.CODE,
                label=row.part.label, question=question, moment_label=row.part.moment_label)  # fmt: skip
    vector = option_vector(row.vector, row.part.codes.index(code))
    return shifts.AskedRow(
        row=row.row, part=part, vector=vector, rules=row.rules, notes=row.notes, uncounted=row.uncounted
    )


def _cross(data: ResultData, asked: Look, touchpoint: int, other: str, other_touchpoint: int) -> Crosstab:
    sides = ((asked.variable, touchpoint), (other, other_touchpoint))
    looked_at = [asked_of_side(data, asked.group, key, number) for key, number in sides]
    only = (attribute_of(data, asked.only[0]).id,) if asked.only else ()
    (data,) = data.together(
        asked.group,
        [
            Together(
                columns=tuple(dict.fromkeys(key for each in looked_at for key in each.columns)),
                scores=tuple({score.key: score for each in looked_at for score in each.scores}.values()),
                attributes=tuple(dict.fromkeys((*only, *(name for each in looked_at for name in each.attributes)))),
            )
        ],
    )
    (one, first), (two, second) = (side_of(data, asked.group, key, number) for key, number in sides)
    points = [data.study.touchpoint(asked.group, number) for number in (touchpoint, other_touchpoint)]
    collecting = any(data.rules(point).collecting for point in points if point)
    return crosstabs.crosstab(
        (one, two),
        (first, second),
        everybody(_seen(data, asked)),
        Rules(data.study.thresholds, collecting),
        study=data.study.id,
        group=asked.group,
        edition=data.edition,
    )
