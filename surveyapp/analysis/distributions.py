"""How a variable was answered at a touchpoint, for the working view."""

from __future__ import annotations

from surveyapp.analysis.counting.vectors import Vector
from surveyapp.analysis.split import Split
from surveyapp.analysis.tallying import Rules, categories, tallies
from surveyapp.domain.instrument.kinds import Part, PartType
from surveyapp.domain.instrument.piping import plain
from surveyapp.domain.instrument.study import Touchpoint
from surveyapp.domain.results import Distribution, Edition, SeriesNote


def distribution(
    part: Part,
    vector: Vector | None,
    split: Split,
    *,
    touchpoint: Touchpoint,
    section: str,
    rules: Rules,
    edition: Edition,
    notes: tuple[SeriesNote, ...] = (),
) -> Distribution:
    """One variable's distribution over the slices of a split. `vector` None: what is stored does not fit it."""
    options, nets = categories(part)
    return Distribution(
        edition=edition,
        group=touchpoint.group,
        touchpoint=touchpoint.number,
        variable=part.name,
        moment=part.moment,
        question=plain(part.question.text),
        text=plain(part.label),
        statement=plain(part.statement.text) if part.statement else None,
        moment_label=part.moment_label,
        layout=part.moments_layout,
        summary=part.summary,
        section=section,
        options=options,
        nets=nets,
        tallies=() if vector is None else tallies(part, vector, split, rules),
        note=touchpoint.note,
        favourable=part.question.favourable,
        neutral=part.question.neutral,
        low=part.question.low,
        high=part.question.high,
        series_notes=notes,
        several=part.type is PartType.CODES,
        uncounted=vector is None,
    )
