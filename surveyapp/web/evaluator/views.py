"""What the results pages' templates need, made from result objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from flask_babel import gettext as _

from surveyapp.domain.i18n import source_of
from surveyapp.domain.instrument.kinds import Summary
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.open_answers.themes import NONE, UNCODED
from surveyapp.domain.results import WORKING, Change, Crosstab, Distribution, Edition, Shift, ShiftStep, Slice
from surveyapp.reports.charts.bars import BarChart, stretched
from surveyapp.reports.charts.dots import DotChart, dot_chart
from surveyapp.reports.charts.drawn import Chart, by_question, crosstab_chart, question_chart, shift_chart
from surveyapp.reports.files import tables
from surveyapp.reports.files.same_people import same_people
from surveyapp.reports.files.tables import ResultTable
from surveyapp.reports.text import changes, headlines, sentences, series
from surveyapp.reports.text.changes import KeyFigure
from surveyapp.reports.text.coding import coding_words
from surveyapp.reports.text.phrasing import Phrasing
from surveyapp.web.evaluator.choosing import LinkChoice, measure_split, people_choices
from surveyapp.web.shared.assembly import local_time
from surveyapp.web.shared.language import reader_language, spoken, spoken_plural

WORDS = Phrasing(spoken, spoken_plural, reader_language)


@dataclass(frozen=True, kw_only=True)
class QuestionEntry:
    """A measure on the overview. `private`: its headline has a number that is not for publication."""

    shift: Shift
    group: str
    headline: str
    private: bool
    chart: Chart | None
    remarks: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ChangeView:
    """A change's card. `step`: it as a paragraph, for where there are no facts. `broken`: why there is none between the
    two. `marks`: what is not the same on both sides."""

    change: Change
    title: str
    kind: str
    facts: tuple[KeyFigure, ...]
    tests: str | None
    bounds: str | None = None
    step: str = ""
    slices: ResultTable | None
    moves: ResultTable | None
    marks: tuple[str, ...] = ()
    broken: str | None = None


@dataclass(frozen=True, kw_only=True)
class MeasureView:
    """A measure's page. `private` as of a `QuestionEntry`."""

    shift: Shift
    headline: str
    private: bool
    lead: tuple[str, ...]
    chart: Chart | None
    dots: DotChart | None
    steps: ResultTable | None
    notes: tuple[str, ...]
    people: tuple[LinkChoice, ...]
    split: tuple[LinkChoice, ...]
    changes: tuple[ChangeView, ...]
    counts: ResultTable
    beside: ResultTable | None

    @property
    def tables(self) -> Iterator[ResultTable | None]:
        """Every table of the page, for files to be the same."""
        yield from (self.counts, self.steps, self.beside)
        for each in self.changes:
            yield from (each.slices, each.moves)


@dataclass(frozen=True, kw_only=True)
class Block:
    """One question with all its variables: statements, moments."""

    id: str
    question: str
    together: tuple[Distribution, ...]
    chart: Chart | None
    table: ResultTable
    remarks: tuple[str, ...]

    @property
    def themes(self) -> int:
        """Of the themes of people's own words: how many there are. 0 of any other question."""
        first = self.together[0]
        return sum(each.code not in (NONE, UNCODED) for each in first.options) if first.is_themes else 0


@dataclass(frozen=True, kw_only=True)
class CrossView:
    """One question by another, said, drawn and counted. `chart` and tables: None where there is nothing to show."""

    found: Crosstab
    said: str
    chart: Chart | None = None
    table: ResultTable | None = None
    columns: ResultTable | None = None


@dataclass(frozen=True)
class SectionView:
    title: str
    anchor: str
    blocks: tuple[Block, ...]


def edition_words(edition: Edition, study: Study) -> str:
    """Which figures these are and of when: over every page, and in whatever leaves it."""
    if edition.kind == "release":
        number = edition.number
        if edition.at is None:
            return _("Release %(number)s", number=number)
        time = local_time(edition.at, study.time_zone, "d MMMM yyyy")
        return _("Release %(number)s, answers up to %(time)s", number=number, time=time)
    if edition.at is None:
        return _("Working figures, no answers yet")
    return _(
        "Working figures, answers up to %(time)s", time=local_time(edition.at, study.time_zone, "d MMMM yyyy, HH:mm")
    )


def edition_of(results: Sequence[Shift | Distribution]) -> Edition:
    """That of a page: of the latest of what is on it."""
    dated = [(each.edition.at, each.edition) for each in results if each.edition.at]
    return max(dated, key=lambda each: each[0])[1] if dated else results[0].edition if results else WORKING


def place_notes(study: Study, group_id: str, number: int) -> tuple[str, ...]:
    """Of whom the questions of a touchpoint are, and what the study says of it."""
    group, touchpoint = study.group(group_id), study.touchpoint(group_id, number)
    assert group is not None
    assert touchpoint is not None
    where = _("Every question: %(group)s, %(touchpoint)s", group=group.title, touchpoint=touchpoint.title)
    return where, *((touchpoint.note,) if touchpoint.note else ())


def shown(blocks: Sequence[Block]) -> list[Distribution]:
    """Every result of some questions."""
    return [each for block in blocks for each in block.together]


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
    charts = over_one_axis([shift_chart(shift, WORDS) for shift in shifts])
    themes: dict[str, list[QuestionEntry]] = {}
    for shift, chart in zip(shifts, charts, strict=True):
        group = study.group(shift.group)
        entry = QuestionEntry(
            shift=shift,
            group=group.title if group else shift.group,
            headline=headlines.headline(shift, WORDS),
            private=headlines.is_private(shift),
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
        private=headlines.is_private(shift),
        lead=sentences.lead(shift, WORDS),
        chart=shift_chart(shift, WORDS),
        dots=dot_chart(shift, WORDS),
        steps=same_people(shift, WORDS),
        notes=sentences.notes(shift, WORDS),
        people=people_choices(shift, sentences.matched_words(shift, WORDS), beside is not None),
        split=measure_split(study, shift),
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
    bare = Change(
        people=Slice(""),
        kind=shift.kind_of(step),
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
        bounds=changes.bounds_words(change, shift, WORDS),
        step=changes.step_words(change, shift, WORDS),
        slices=tables.slices(change, shift, WORDS) if shift.segment else None,
        moves=tables.moves(change, shift, WORDS),
        marks=tuple(f"{series.MARK} {series.note_words(note, WORDS)}" for note in step.notes),
    )


def crossing_view(found: Crosstab) -> CrossView:
    said, chart = sentences.crossing_words(found, WORDS), crosstab_chart(found, WORDS)
    if chart is None:
        return CrossView(found=found, said=said)
    # Where counts are ranges there are no percentages of columns to tell.
    percents = any(percent is not None for line in found.column_percents for percent in line)
    return CrossView(
        found=found,
        said=said,
        chart=chart,
        table=tables.crossed(found, WORDS),
        columns=tables.crossed(found, WORDS, of_columns=True) if percents else None,
    )


def blocks(distributions: Sequence[Distribution]) -> list[Block]:
    """Variables of one question put together, in the order asked; all diverging charts over one axis."""
    made = [_block(together) for together in by_question(distributions)]
    charts = over_one_axis([block.chart for block in made])
    return [replace(block, chart=chart) for block, chart in zip(made, charts, strict=True)]


def over_one_axis(charts: Sequence[Chart | None]) -> list[Chart | None]:
    """The charts of a page, all bars over one axis."""
    bars = iter(stretched([chart for chart in charts if isinstance(chart, BarChart)]))
    return [next(bars) if isinstance(chart, BarChart) else chart for chart in charts]


def by_section(made: Sequence[Block]) -> list[SectionView]:
    found = groupby(made, key=lambda block: source_of(block.together[0].section))
    sections = [tuple(each) for _title, each in found]
    return [
        SectionView(each[0].together[0].section, f"section-{number}", each) for number, each in enumerate(sections, 1)
    ]


def _block(together: tuple[Distribution, ...]) -> Block:
    first = together[0]
    remarks = []
    if any(each.uncounted for each in together):
        remarks.append(
            _("What is stored does not fit this question, so it is not counted. Tell whoever runs Shiftline.")
        )
    if first.summary is Summary.WORDS:
        remarks.append(_("Answered in people’s own words: how many wrote something."))
    if first.edition.kind == "release" and first.summary in (Summary.QUANTITY, Summary.TIME):
        remarks.append(
            _("A release says how many gave an answer, and nothing of which: too few would have given the same.")
        )
    if first.several:
        remarks.append(_("Several answers could be chosen, so they add up to more than 100%."))
    remarks.extend(dict.fromkeys(said for each in together for said in coding_words(each, WORDS)))
    if any(sentences.some_in_no_row(each.tallies) for each in together):
        remarks.append(sentences.in_no_row_words(WORDS))
    layouts = dict.fromkeys(series.layout_words(each.layout, WORDS) for each in together)
    remarks.extend(said for said in layouts if said)
    remarks.extend(series.distribution_words(together, WORDS))
    return Block(
        id=first.variable,
        question=first.question,
        together=together,
        chart=question_chart(together, WORDS),
        table=tables.answers(together, WORDS),
        remarks=tuple(remarks),
    )
