"""What the results pages' templates need, made from result objects."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from flask_babel import gettext, ngettext
from flask_babel import gettext as _
from markupsafe import Markup

from surveyapp.domain.instrument.kinds import Summary
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.instrument.translation import in_language_of, source_of
from surveyapp.domain.results import Change, Distribution, Shift, ShiftStep, Slice
from surveyapp.reports.charts import figures, static_svg
from surveyapp.reports.charts.bars import Bar, BarChart, options_chart, scale_chart, shift_chart, stretched
from surveyapp.reports.charts.columns import ColumnChart, Panel, rating_chart
from surveyapp.reports.charts.figures import Figure
from surveyapp.reports.files import tables
from surveyapp.reports.files.tables import ResultTable
from surveyapp.reports.text import changes, headlines, sentences, series
from surveyapp.reports.text.changes import KeyFigure
from surveyapp.reports.text.phrasing import Phrasing
from surveyapp.web.evaluator.asked import MATCHED, ResultsQuery, segments
from surveyapp.web.evaluator.doors import door
from surveyapp.web.shared.language import isolated, reader_language


def _spoken(text: str, /, **values: Any) -> str:
    return str(gettext(text, **{name: isolated(value) for name, value in values.items()}))


def _spoken_plural(one: str, many: str, number: int, /, **values: Any) -> str:
    return str(ngettext(one, many, number, **{name: isolated(value) for name, value in values.items()}))


WORDS = Phrasing(_spoken, _spoken_plural, reader_language)

_VENDOR = Path(__file__).parents[2] / "static" / "vendor"


@functools.cache
def plotly_files() -> tuple[str, str]:
    """The vendored bundle and its style sheet, as static file names. Their version is in their names."""
    (bundle,) = _VENDOR.glob("plotly-*-basic.min.js")
    (style,) = _VENDOR.glob("plotly-*.css")
    return f"vendor/{bundle.name}", f"vendor/{style.name}"


@dataclass(frozen=True)
class LinkChoice:
    """One of several links of which one is taken."""

    label: str
    url: str
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class QuestionEntry:
    """A measure on the overview."""

    shift: Shift
    group: str
    headline: str
    chart: BarChart
    remarks: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ChangeView:
    """A change's card. `broken`: why there is none between the two. `marks`: what is not the same on both sides."""

    change: Change
    title: str
    kind: str
    facts: tuple[KeyFigure, ...]
    tests: str | None
    slices: ResultTable | None
    moves: ResultTable | None
    marks: tuple[str, ...] = ()
    broken: str | None = None


@dataclass(frozen=True, kw_only=True)
class MeasureView:
    """A measure's page."""

    shift: Shift
    headline: str
    lead: tuple[str, ...]
    chart: BarChart
    wide: Figure
    narrow: Figure
    notes: tuple[str, ...]
    people: tuple[LinkChoice, ...]
    split: tuple[LinkChoice, ...]
    changes: tuple[ChangeView, ...]
    counts: ResultTable
    beside: ResultTable | None


@dataclass(frozen=True, kw_only=True)
class Block:
    """One question with all its variables: statements, moments."""

    id: str
    question: str
    together: tuple[Distribution, ...]
    bars: BarChart | None
    columns: ColumnChart | None
    table: ResultTable
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class SectionView:
    title: str
    anchor: str
    blocks: tuple[Block, ...]


def theme_title(theme: str) -> str:
    """A theme is an id in the study's file; the usual ones have a translation."""
    known = {
        "satisfaction": _("Satisfaction"),
        "confidence": _("Confidence"),
        "recommendation": _("Recommendation"),
        "staying": _("Staying"),
    }
    return known.get(theme, theme.replace("_", " ").capitalize())


def overview(study: Study, shifts: Sequence[Shift]) -> list[tuple[str, list[QuestionEntry]]]:
    """Measures by theme, in the order the study names them, all over one axis."""
    charts = stretched([shift_chart(shift, WORDS) for shift in shifts])
    themes: dict[str, list[QuestionEntry]] = {}
    for shift, chart in zip(shifts, charts, strict=True):
        group = study.group(shift.group)
        entry = QuestionEntry(
            shift=shift,
            group=group.title if group else shift.group,
            headline=headlines.headline(shift, WORDS),
            chart=chart,
            remarks=tuple(
                note for note in (*series.footnotes(shift, WORDS), *shift.touchpoint_notes, shift.note) if note
            ),
        )
        themes.setdefault(shift.theme, []).append(entry)
    return [(theme_title(theme), entries) for theme, entries in themes.items()]


def anything_answered(shifts: Sequence[Shift]) -> bool:
    """Whether a single answer stands behind the measures (as far as that may be told)."""
    return any(row.tally.base.count != 0 for shift in shifts for row in shift.everyone)


def measure(study: Study, shift: Shift, other: Shift | None) -> MeasureView:
    """A measure's page. `other`: the same measure for everyone where `shift` is for the matched, and the reverse."""
    beside = None
    if other is not None:
        everyone, matched = (other, shift) if shift.matched else (shift, other)
        beside = tables.side_by_side(everyone, matched, WORDS)
    return MeasureView(
        shift=shift,
        headline=headlines.headline(shift, WORDS),
        lead=sentences.lead(shift, WORDS),
        chart=shift_chart(shift, WORDS),
        wide=figures.shift_figure(shift, WORDS),
        narrow=figures.shift_figure(shift, WORDS, narrow=True),
        notes=sentences.notes(shift, WORDS),
        people=_people_choices(shift, other, beside is not None),
        split=_split_choices(study, shift.segment, functools.partial(_measure_url, shift)),
        changes=_changes(shift),
        counts=tables.counts(shift, WORDS),
        beside=beside,
    )


def _changes(shift: Shift) -> tuple[ChangeView, ...]:
    """A card for every two moments, in order: their change, or why there is none."""
    made = {(each.before_row, each.after_row): _change(each, shift) for each in shift.changes
            if each.people.segment is None}  # fmt: skip
    for step in shift.steps:
        if step.state == "broken":
            made[step.before_row, step.after_row] = _broken(step, shift)
    return tuple(made[pair] for pair in sorted(made))


def _broken(step: ShiftStep, shift: Shift) -> ChangeView:
    back = shift.everyone[step.before_row].looking_back
    bare = Change(
        people=Slice(""),
        kind="looking_back" if back else "measured",
        before_row=step.before_row,
        after_row=step.after_row,
    )
    reason = series.broken_words(step, WORDS)
    title = changes.change_title(bare, shift, WORDS)
    return ChangeView(
        change=bare,
        title=title,
        kind="",
        facts=(),
        tests=None,
        slices=None,
        moves=None,
        broken=reason[:1].upper() + reason[1:],
    )


def _change(change: Change, shift: Shift) -> ChangeView:
    step = shift.step(change.before_row, change.after_row)
    return ChangeView(
        change=change,
        title=changes.change_title(change, shift, WORDS),
        kind=changes.change_kind(change, shift, WORDS),
        facts=changes.facts(change, shift, WORDS),
        tests=changes.tests(change, WORDS),
        slices=tables.slices(change, shift, WORDS) if shift.segment else None,
        moves=tables.moves(change, shift, WORDS),
        marks=tuple(f"{series.MARK} {series.note_words(note, WORDS)}" for note in step.notes),
    )


def _measure_url(shift: Shift, by: str | None, *, matched: bool | None = None) -> str:
    matched = shift.matched if matched is None else matched
    people = MATCHED if matched else None
    return door("measure", study_id=shift.study, measure_id=shift.measure, people=people, by=by)


def _people_choices(shift: Shift, other: Shift | None, differ: bool) -> tuple[LinkChoice, ...]:
    """Everyone, or those asked more than once; nothing to choose where they are the same people."""
    label = sentences.matched_words(shift, WORDS)
    if other is None or label is None or not differ:
        return ()
    return (
        LinkChoice(_("Everyone"), _measure_url(shift, shift.segment, matched=False), not shift.matched),
        LinkChoice(label, _measure_url(shift, shift.segment, matched=True), shift.matched),
    )


def _split_choices(study: Study, segment: str | None, url: Callable[[str | None], str]) -> tuple[LinkChoice, ...]:
    if not study.segments:
        return ()
    each = [
        LinkChoice(
            _("By %(segment)s", segment=isolated(_lowered(attribute.label))),
            url(attribute.name),
            segment == attribute.name,
        )
        for attribute in segments(study)
    ]
    return (LinkChoice(_("All together"), url(None), segment is None), *each)


def _lowered(label: str) -> str:
    return in_language_of(label, label[:1].lower() + label[1:])


def questions_url(study: Study, group: str, touchpoint: int, by: str | None = None) -> str:
    return door("questions", study_id=study.id, group=group, touchpoint=touchpoint, by=by)


def touchpoint_choices(
    study: Study, group: str, touchpoint: int, asked: ResultsQuery
) -> list[tuple[str, list[LinkChoice]]]:
    """Every group with its touchpoints, as links that keep the split."""
    return [
        (each.title, [
            LinkChoice(point.title, questions_url(study, each.id, point.number, asked.segment),
                   (each.id, point.number) == (group, touchpoint))
            for point in study.touchpoints_of(each.id)
        ])
        for each in study.groups
    ]  # fmt: skip


def split_choices(study: Study, group: str, touchpoint: int, asked: ResultsQuery) -> tuple[LinkChoice, ...]:
    return _split_choices(study, asked.segment, functools.partial(questions_url, study, group, touchpoint))


def blocks(distributions: Sequence[Distribution]) -> list[Block]:
    """Variables of one question put together, in the order asked; all diverging charts over one axis."""
    made = [_block(tuple(together)) for _key, together in groupby(distributions, key=_question_key)]
    charts = iter(stretched([block.bars for block in made if block.bars]))
    return [replace(block, bars=next(charts)) if block.bars else block for block in made]


def _question_key(each: Distribution) -> tuple[object, ...]:
    return source_of(each.section), source_of(each.question), each.options


def by_section(made: Sequence[Block]) -> list[SectionView]:
    found = groupby(made, key=lambda block: source_of(block.together[0].section))
    sections = [tuple(each) for _title, each in found]
    return [
        SectionView(each[0].together[0].section, f"section-{number}", each) for number, each in enumerate(sections, 1)
    ]


def _block(together: tuple[Distribution, ...]) -> Block:
    first, bars, columns = together[0], None, None
    if first.summary is Summary.RATING and first.options:
        columns = rating_chart(together, WORDS)
    elif first.favourable:
        bars = scale_chart(together, WORDS)
    elif first.options:
        bars = options_chart(together, WORDS)
    remarks = []
    if any(each.uncounted for each in together):
        remarks.append(
            _("What is stored does not fit this question, so it is not counted. Tell whoever runs Shiftline.")
        )
    if first.summary is Summary.WORDS:
        remarks.append(_("Answered in people’s own words: how many wrote something."))
    if first.several:
        remarks.append(_("Several answers could be chosen, so they add up to more than 100%."))
    remarks.extend(series.distribution_words(together, WORDS))
    return Block(
        id=first.variable,
        question=first.question,
        together=together,
        bars=bars,
        columns=columns,
        table=tables.answers(together, WORDS),
        remarks=tuple(remarks),
    )


def question_figures(block: Block) -> tuple[Figure, Figure] | None:
    """(wide, narrow) of one question, or None where there is nothing to draw."""
    if block.bars is None and block.columns is None:
        return None
    return (
        figures.distribution_figure(block.together, WORDS),
        figures.distribution_figure(block.together, WORDS, narrow=True),
    )


def bar_drawing(chart: BarChart, bar: Bar, height: int = 44, labels: bool = True) -> Markup:
    """A template's way to one bar; its texts are escaped where it is drawn."""
    return Markup(static_svg.bar_svg(chart, bar, height=height, labels=labels))  # noqa: S704


def panel_drawing(chart: ColumnChart, panel: Panel) -> Markup:
    return Markup(static_svg.panel_svg(chart, panel))  # noqa: S704
