"""Results as records, a number each: what a CSV and a spreadsheet hold, made from the objects that pages show.

| column | |
| --- | --- |
| `edition` | “working”, or “release 3” |
| `answers_up_to` | in UTC |
| `row`, `detail`, `touchpoint`, `moment` | which moment; of a change, the first of two |
| `until` | of a change, the second |
| `kind` | option, net, base, missing, statistic; change, movement, test, verdict |
| | offered: of an option that a later version added, those alone to whom it was offered |
| | response, mode, share; comparator: a figure of other people, never counted |
| `count`; `at_least`, `at_most` | people, exactly; or as far as is told |
| `value`, `low`, `high` | a statistic, a change in points, a p-value; its 95% interval |
| `percent`, `base` | of the base; how many people that is |
| `publish` | “yes”: a release tells it; “as released”: what may be published of it a release says; “no”: not for |
| | publication; “withheld”: not told; “not counted”: what is stored does not fit the question |
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from surveyapp.domain.instrument.kinds import Summary
from surveyapp.domain.results import (
    Category,
    Cell,
    Change,
    Crosstab,
    Distribution,
    Edition,
    Shift,
    Tally,
)
from surveyapp.reports.text import series
from surveyapp.reports.text.coding import coding_words
from surveyapp.reports.text.phrasing import ENGLISH

FileValue = str | int | Decimal | dt.date | dt.time | dt.datetime | None
Record = dict[str, FileValue]
"""Values by column; a column that is not there is empty."""

COLUMNS = (
    "study", "edition", "answers_up_to", "group", "measure", "title", "variable", "section", "question",
    "statement", "people", "segment", "segment_value", "touchpoint", "moment", "row", "detail", "until",
    "looking_back", "kind", "category", "label", "count", "at_least", "at_most", "percent", "value", "low", "high",
    "base", "publish", "low_base", "note",
)  # fmt: skip


def shift_records(shift: Shift) -> Iterator[Record]:
    """Every number of a shift: each row's, then each change's."""
    about: Record = {
        "study": shift.study,
        **edition_record(shift.edition),
        "group": shift.group,
        "measure": shift.measure if shift.declared else None,
        "title": shift.title,
        "variable": shift.variable,
        "people": "answered every time" if shift.matched else "everyone",
    }
    for index, together in enumerate(shift.rows):
        counted, note = shift.scale_of(index), series.row_words(shift, index, ENGLISH)
        for row in together:
            here: Record = {
                **about,
                "question": row.asked or shift.question,
                "touchpoint": row.touchpoint,
                "moment": row.moment,
                "row": row.label,
                "detail": row.detail,
                "looking_back": yes(row.looking_back),
                "note": note or None,
            }
            if row.uncounted:
                yield {**here, "kind": "uncounted", "publish": "not counted"}
                continue
            nets = shift.nets if shift.scale_of(index).net is not None else ()
            named = [counted.net] if counted.net and counted.net not in nets else []
            yield from _tally(row.tally, counted.options, (*nets, *named), shift.summary, here)
    for change in shift.changes:
        yield from _change(change, shift, about)


def distribution_records(study: str, distributions: Iterable[Distribution]) -> Iterator[Record]:
    """Every number of some questions. Of one that could not be counted there is one record, which says so."""
    for each in distributions:
        about: Record = {
            "study": study,
            **edition_record(each.edition),
            "group": each.group,
            "variable": each.variable,
            "section": each.section,
            "question": each.question,
            "statement": each.statement,
            "people": "everyone",
            "touchpoint": each.touchpoint,
            "moment": each.moment,
            "row": each.moment_label,
            "looking_back": yes(each.moment == "before"),
            "note": " ".join(
                (*(series.note_words(note, ENGLISH) for note in each.series_notes), *coding_words(each, ENGLISH))
            )
            or None,
        }
        if each.uncounted:
            yield {**about, "kind": "uncounted", "publish": "not counted"}
        for tally in each.tallies:
            yield from _tally(tally, each.options, each.nets, each.summary, about)


def crosstab_records(found: Crosstab) -> Iterator[Record]:
    """Every cell of one question by another; `category` is “row>column”, and the percentage is of the row."""
    about: Record = {
        "study": found.study,
        **edition_record(found.edition),
        "group": found.group,
        "variable": f"{found.down.key}>{found.across.key}",
        "question": found.down.title,
        "statement": found.across.title,
        "people": "everyone",
        "kind": "crossing",
        "low_base": yes(found.low_base),
    }
    for row, down in enumerate(found.down.options):
        for column, across in enumerate(found.across.options):
            label = f"{down.label} > {across.label}"
            base = found.rows[row].count
            yield cell_record(
                about, Category(f"{down.code}>{across.code}", label, "option"), found.cells[row][column], base
            )
    for options, totals in ((found.down.options, found.rows), (found.across.options, found.columns)):
        for option, cell in zip(options, totals, strict=True):
            yield {**cell_record(about, option, cell, found.base.count), "kind": "option"}
    yield {
        **cell_record(about, Category("base", "Answered both", "option"), found.base, found.base.count),
        "kind": "base",
    }


def _tally(
    tally: Tally, options: Sequence[Category], nets: Sequence[Category], summary: Summary, about: Record
) -> Iterator[Record]:
    here = {
        **about,
        "segment": tally.people.segment,
        "segment_value": tally.people.value,
        "low_base": yes(tally.low_base),
    }
    base = tally.base.count
    answered = Category("answered", "Answered", "option")
    yield {**cell_record(here, answered, Cell(None) if tally.withheld else tally.base, base), "kind": "base"}
    if tally.withheld:
        return
    labels = {option.code: option.label for option in options}
    for part in tally.parts(labels):
        joined = Category("+".join(part.members), " + ".join(labels[code] for code in part.members), "option")
        yield cell_record(here, joined, part.cell, base)
    for code, offered in tally.offered.items():
        category = Category(code, labels.get(code, code), "option")
        told = cell_record(here, category, offered.chosen, offered.base.count)
        yield {**told, "kind": "offered", "publish": _publish(here, offered.private)}
    for net in nets:
        yield cell_record(here, net, tally.cell(net.code), base)
    for reason, cell in tally.missing.items():
        yield cell_record(here, Category(reason, reason.replace("_", " ").capitalize(), "missing"), cell, base)
    for name, value, private in _statistics(tally, summary):
        yield {
            **here,
            "kind": "statistic",
            "category": name,
            "label": name.replace("_", " ").capitalize(),
            "value": value,
            "base": base,
            "publish": _publish(here, private or tally.base.private),
        }


def _statistics(tally: Tally, summary: Summary) -> Iterator[tuple[str, FileValue, bool]]:
    """Each by name, and whether it is not for publication."""
    if tally.rating is not None:
        common, private = tally.rating.most_common, tally.rating.private
        yield "mean", tally.rating.mean, "mean" in private
        yield "most_common", " ".join(map(str, common)) if common else None, "most_common" in private
        yield "minimum", tally.rating.minimum, "minimum" in private
        yield "maximum", tally.rating.maximum, "maximum" in private
    if tally.score is not None:
        yield "mean", tally.score.mean, "mean" in tally.score.private
        yield "minimum", tally.score.minimum, "minimum" in tally.score.private
        yield "maximum", tally.score.maximum, "maximum" in tally.score.private
    if tally.quantity is not None:
        for name, value in tally.quantity.statistics:
            if name != "mean" or summary is Summary.QUANTITY:
                yield name, value, name in tally.quantity.private


def _change(change: Change, shift: Shift, about: Record) -> Iterator[Record]:
    before, after = shift.everyone[change.before_row], shift.everyone[change.after_row]
    here: Record = {
        **about,
        "question": after.asked or shift.question,
        "segment": change.people.segment,
        "segment_value": change.people.value,
        "touchpoint": before.touchpoint,
        "moment": before.moment,
        "row": before.label,
        "until": after.label,
        "looking_back": yes(change.kind == "looking_back"),
        "kind": "change",
        "low_base": yes(change.low_base),
        "note": " ".join(
            series.note_words(note, ENGLISH) for note in shift.step(change.before_row, change.after_row).notes
        )
        or None,
    }
    base = change.base.count
    if change.withheld:
        yield cell_record(here, Category("matched", "Answered both", "option"), Cell(None), None)
        return
    for code, label, cell in (
        ("matched", "Answered both", change.base),
        ("first_alone", "Answered the first alone", change.first_alone),
        ("second_alone", "Answered the second alone", change.second_alone),
        ("before", "Favourable before", change.before),
        ("after", "Favourable after", change.after),
        ("gained", "Became favourable", change.gained),
        ("given_up", "Stopped being favourable", change.given_up),
        ("rose", "Rose", change.rose),
        ("same", "Stayed", change.same),
        ("fell", "Fell", change.fell),
    ):
        if cell.told:
            yield cell_record(here, Category(code, label, "option"), cell, base)
    publish = _publish(here, change.net_private)
    if change.points is not None:
        interval = change.interval
        yield {
            **here, "category": "points", "label": "Change in percentage points (Newcombe, paired)",
            "value": change.points, "low": interval.low if interval else None,
            "high": interval.high if interval else None, "base": base, "publish": publish,
        }  # fmt: skip
    if change.mean is not None:
        yield {
            **here, "category": "mean", "label": "Mean change (t, paired)", "value": change.mean.mean,
            "low": change.mean.low, "high": change.mean.high, "base": base,
            "publish": _publish(here, change.mean.private),
        }  # fmt: skip
    for test in change.tests:
        yield {
            **here, "kind": "test", "category": test.name, "label": f"p, {test.name.replace('_', '-')} test",
            "value": _p(test.p), "count": test.n, "base": base,
            "publish": _publish(here, test.private),
        }  # fmt: skip
    if change.reliable is not None:
        reliable = change.reliable
        for code, cell in (("improved", reliable.improved), ("unchanged", reliable.same), ("worse", reliable.worse)):
            yield cell_record(here, Category(f"reliably_{code}", f"Reliably {code}", "option"), cell, base)
    if change.verdict is not None:
        publish = _publish(here, change.base.private)
        yield {**here, "kind": "verdict", "category": change.verdict, "base": base, "publish": publish}
    options = shift.scale_of(change.after_row).options
    for one, cells in zip(options, change.transitions or (), strict=False):
        for two, cell in zip(options, cells, strict=False):
            category = Category(f"{one.code}>{two.code}", f"{one.label} > {two.label}", "option")
            yield {**cell_record(here, category, cell, base), "kind": "movement"}


def cell_record(about: Record, category: Category, cell: Cell, base: int | None) -> Record:
    """A count of a category, with what is known of it `about` it; `kind` is its own where there is none."""
    return {
        **about,
        "kind": about.get("kind") or category.kind,
        "category": category.code,
        "label": category.label,
        "count": cell.count,
        "at_least": cell.low,
        "at_most": cell.high,
        "percent": cell.percent,
        "base": base,
        "publish": _publish(about, cell.private) if cell.told else "withheld",
    }


def _p(value: float) -> Decimal:
    """A p-value with six decimals, or three digits where it is smaller than they tell. None is 0: what is less than
    numbers of a machine hold is the least that they do."""
    return Decimal(f"{value:.6f}") if value >= 0.0001 else Decimal(f"{max(value, sys.float_info.min):.3g}")


def _publish(about: Record, private: bool) -> str:
    """Whether a number may be published: of a working figure without a mark a release says how far."""
    return "no" if private else "as released" if about["edition"] == "working" else "yes"


def edition_record(edition: Edition) -> Record:
    """Which figures these are, as columns."""
    name = "working" if edition.kind == "working" else f"release {edition.number}"
    until = None if edition.at is None else edition.at.astimezone(dt.UTC).isoformat(timespec="seconds")
    return {"edition": name, "answers_up_to": until}


def yes(value: bool) -> str:
    """“yes” or “no”."""
    return "yes" if value else "no"
