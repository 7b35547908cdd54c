"""Results as tables of words: what a page prints under a chart, from the same object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, replace

from surveyapp.domain.i18n import joined
from surveyapp.domain.instrument.kinds import Summary
from surveyapp.domain.results import (
    WITHHELD,
    WITHOUT,
    Cell,
    Change,
    Crosstab,
    Distribution,
    Joined,
    Offered,
    Shift,
    ShiftRow,
    Tally,
)
from surveyapp.reports.charts.bars import column_label, people_label, uncounted_words
from surveyapp.reports.text import changes, sentences, series
from surveyapp.reports.text.phrasing import (
    FLAG,
    Phrasing,
    bin_words,
    count_words,
    flagged,
    nothing_words,
    of_words,
    percent_words,
)


@dataclass(frozen=True)
class Value:
    """A cell of a table: a number or words, and under it a percentage. `private`: not for publication. `span`: over so
    many columns."""

    text: str
    percent: str | None = None
    private: bool = False
    span: int = 1


@dataclass(frozen=True)
class ResultTableRow:
    """A row: its heading, what is said under the heading, its cells. `whole` stands in place of all cells. `private`:
    all of it is not for publication."""

    heading: str
    detail: str | None
    cells: tuple[Value, ...]
    whole: str | None = None
    _: KW_ONLY
    private: bool = False


MOST_ACROSS = 8
"""People and statements that stand beside one another in a table; more stand under one another."""


@dataclass(frozen=True)
class ResultTable:
    """Columns, the first of which heads the rows."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[ResultTableRow, ...]


def counts(shift: Shift, words: Phrasing) -> ResultTable:
    """A row a moment (and slice of people): every option, the net, the base, and what was counted beside it."""
    _ = words.gettext
    reasons = _reasons(row.tally for together in shift.rows for row in together)
    scales = [shift.scale_of(index) for index in range(len(shift.rows))]
    options = {option.code: option for counted in scales for option in counted.options}
    columns = (
        _("Moment"),
        *(option.label for option in options.values()),
        *([shift.net.label] if shift.net else []),
        _("Base"),
        *(reason_words(reason, words) for reason in reasons),
    )
    rows = []
    for index, together in enumerate(shift.rows):
        rows.extend(_broken(shift, index, words))
        for row in together:
            label = series.row_label(shift, index)
            label = label if len(together) == 1 else joined(" · ", (label, people_label(row.tally, words)))
            values = _told(row.tally, list(options), words) + ([_value(row.net, words)] if shift.net else [])
            rows.append(_counted(label, row.detail, row, values, reasons, words))
    return ResultTable(_("Answers, in people and percent"), columns, tuple(rows))


def answers(together: Sequence[Distribution], words: Phrasing) -> ResultTable:
    """The variables of one question: a row an option or net, a column a variable (and slice of people)."""
    _, first = words.gettext, together[0]
    reasons = _reasons(tally for each in together for tally in each.tallies)
    columns, tallies, silent = [_("Answer")], [], []
    for each in together:
        for tally in each.tallies:
            label = column_label(each, tally, words) or _("Everyone")
            if tally.withheld:  # said once, and not for each option
                silent.append(ResultTableRow(label, None, (), nothing_words(tally, words)))
            else:
                columns.append(label)
                tallies.append(tally)
    rows = [
        ResultTableRow(option.label, None, tuple(_option(tally, option.code, words) for tally in tallies))
        for option in (first.options if tallies else ())
    ]
    rows += [
        ResultTableRow(net.label, None, tuple(_value(tally.cell(net.code), words) for tally in tallies))
        for net in (first.nets if tallies else ())
    ]
    rows += [
        ResultTableRow(
            _("%(option)s, of those offered it", option=option.label),
            None,
            tuple(_offered(tally.offered.get(option.code), words) for tally in tallies),
        )
        for option in first.options
        if any(option.code in tally.offered for tally in tallies)
    ]
    if any(tally.rating for tally in tallies):
        rows.append(ResultTableRow(_("Mean"), None, tuple(_mean(tally, words) for tally in tallies)))
    rows.extend(_quantity_rows(first, tallies, words))
    rows.append(ResultTableRow(_("Base"), None, tuple(_base(tally, words) for tally in tallies)))
    for reason in reasons:
        rows.append(
            ResultTableRow(
                reason_words(reason, words),
                None,
                tuple(_value(tally.missing.get(reason, WITHHELD), words, percent=False) for tally in tallies),
            )
        )
    if not tallies:
        return ResultTable(first.question, (_("Answer"), _("Everyone")), tuple(silent))
    made = ResultTable(first.question, tuple(columns), tuple(rows))
    if len(tallies) > MOST_ACROSS:
        made = _turned(made, _("People"))
    return replace(made, rows=(*made.rows, *silent))


def _mean(tally: Tally, words: Phrasing) -> Value:
    if tally.rating is None or tally.rating.mean is None:
        return Value(_none(tally, words))
    return Value(words.decimal(tally.rating.mean, 1), private="mean" in tally.rating.private)


def _offered(found: Offered | None, words: Phrasing) -> Value:
    if found is None:
        return Value("–")
    return Value(of_words(found.chosen, found.base, words), percent_words(found.chosen, words), found.private)


def _turned(table: ResultTable, corner: str) -> ResultTable:
    """Rows for columns, so that what grows with the people and statements goes down the page."""
    columns = (corner, *(row.heading for row in table.rows))
    rows = (
        ResultTableRow(heading, None, tuple(row.cells[place] for row in table.rows))
        for place, heading in enumerate(table.columns[1:])
    )
    return ResultTable(table.caption, columns, tuple(rows))


def _quantity_rows(first: Distribution, tallies: Sequence[Tally], words: Phrasing) -> Iterator[ResultTableRow]:
    """The statistics of numbers, days or times, a row each, then people by bin; what is hidden, or of nobody, is a
    dash."""
    _ = words.gettext
    quartiles = {"lower_quartile": _("Lower quartile"), "upper_quartile": _("Upper quartile")}
    names = {"mean": _("Mean"), "median": _("Median"), **quartiles, "minimum": _("Lowest"), "maximum": _("Highest")}
    if first.summary is Summary.TIME:
        names = {"median": _("Median"), **quartiles, "minimum": _("Earliest"), "maximum": _("Latest")}
    if not any(tally.quantity for tally in tallies):
        return
    for name, label in names.items():
        held = [dict(tally.quantity.statistics)[name] if tally.quantity else None for tally in tallies]
        yield ResultTableRow(
            label,
            None,
            tuple(
                Value(_none(tally, words))
                if value is None or tally.quantity is None
                else Value(words.measured(value), private=name in tally.quantity.private)
                for tally, value in zip(tallies, held, strict=True)
            ),
        )
    bins = [tally.quantity.bins if tally.quantity else () for tally in tallies]
    for index, found in enumerate(next(filter(None, bins), ())):
        cells = (_value(each[index].cell, words) if each else Value("–") for each in bins)
        yield ResultTableRow(bin_words(found, words), None, tuple(cells))


def moves(change: Change, shift: Shift, words: Phrasing) -> ResultTable | None:
    """Who moved where: before by row, after by column. None where it may not be shown."""
    if change.transitions is None:
        return None
    before, after = shift.rows[change.before_row][0].label, shift.rows[change.after_row][0].label
    options = shift.scale_of(change.after_row).options
    columns = (
        words.gettext("%(before)s ↓ %(after)s →", before=before, after=after),
        *(option.label for option in options),
    )
    rows = tuple(
        ResultTableRow(option.label, None, tuple(_value(cell, words, percent=False) for cell in cells))
        for option, cells in zip(options, change.transitions, strict=True)
    )
    return ResultTable(changes.change_title(change, shift, words), columns, rows)


def slices(change: Change, shift: Shift, words: Phrasing) -> ResultTable:
    """One change for every slice of people: the matched base first, then who moved, then its size."""
    _ = words.gettext
    counted = shift.scale_of(change.after_row).net
    net = counted.label if counted else ""
    columns = (
        _("People"),
        _("Scored both times") if shift.scored else _("Answered both"),
        _("The first alone"),
        _("%(net)s before", net=net),
        _("%(net)s after", net=net),
        _("Rose"),
        _("Same"),
        _("Fell"),
        _("Points"),
        _("95-percent interval"),
    )
    pair = (change.before_row, change.after_row)
    rows = tuple(_slice(each, words) for each in shift.changes if (each.before_row, each.after_row) == pair)
    return ResultTable(changes.change_title(change, shift, words), columns, rows)


def _slice(change: Change, words: Phrasing) -> ResultTableRow:
    _ = words.gettext
    heading = change.people.label or _("Everyone")
    if change.withheld:
        return ResultTableRow(heading, None, (), _("Not shown, to protect people."))
    hidden, interval = _("not shown"), change.interval
    points = hidden if change.points is None else words.signed(change.points, plus=True)
    bounds = hidden
    if interval is not None:
        low, high = words.signed_decimal(interval.low), words.signed_decimal(interval.high)
        bounds = _("%(low)s to %(high)s", low=low, high=high)
    numbers = (change.first_alone, change.before, change.after, change.rose, change.same, change.fell)
    base = count_words(change.base, words)
    cells = (
        Value(f"{base} {FLAG}" if change.low_base else base, private=change.base.private),
        *(_value(number, words, percent=False) for number in numbers),
        Value(points, private=change.points is not None and change.net_private),
        Value(bounds, private=interval is not None and change.net_private),
    )
    return ResultTableRow(heading, None, cells)


def crossed(found: Crosstab, words: Phrasing, *, of_columns: bool = False) -> ResultTable:
    """One question by another: a row an answer of the one, a column an answer of the other, in people and percent of
    the row; `of_columns`: of the column."""
    _ = words.gettext
    caption = _("People, and percent of each row")
    if of_columns:
        caption = _("People, and percent of each column")
    columns = (_("%(down)s ↓ %(across)s →", down=found.down.title, across=found.across.title),
               *(option.label for option in found.across.options), _("Both answered"))  # fmt: skip
    rows = []
    for row, option in enumerate(found.down.options):
        cells = []
        for column, cell in enumerate(found.cells[row]):
            percent = found.column_percents[row][column] if of_columns else cell.percent
            cells.append(
                Value(count_words(cell, words), None if percent is None else words.percent(percent), cell.private)
            )
        rows.append(ResultTableRow(option.label, None, (*cells, _value(found.rows[row], words))))
    total = (*(_value(cell, words) for cell in found.columns), _value(found.base, words, percent=False))
    rows.append(ResultTableRow(_("Everyone"), None, total))
    return ResultTable(caption, columns, tuple(rows))


def side_by_side(everyone: Shift, matched: Shift, words: Phrasing) -> ResultTable | None:
    """Everyone beside those who answered every time, a row a moment. None where they are the same people."""
    if all(
        one.tally.base == two.tally.base and one.net == two.net
        for one, two in zip(everyone.everyone, matched.everyone, strict=True)
    ):
        return None
    rows = []
    for index, (one, two) in enumerate(zip(everyone.everyone, matched.everyone, strict=True)):
        rows.extend(_broken(everyone, index, words))
        values = (_net_of(row, words) for row in (one, two))
        rows.append(ResultTableRow(series.row_label(everyone, index), one.detail, tuple(values)))
    columns = (words.gettext("Moment"), words.gettext("Everyone"), sentences.matched_words(matched, words) or "")
    return ResultTable(
        words.gettext("“%(net)s”, everyone and the same people", net=everyone.net.label if everyone.net else ""),
        columns,
        tuple(rows),
    )


def _net_of(row: ShiftRow, words: Phrasing) -> Value:
    private = row.net.private or row.tally.base.private
    return Value(of_words(row.net, row.tally.base, words), percent_words(row.net, words), private)


def _broken(shift: Shift, index: int, words: Phrasing) -> list[ResultTableRow]:
    """The row that stands between two that do not compare."""
    step = shift.step(index - 1, index)
    if step.state != "broken":
        return []
    return [
        ResultTableRow(
            words.gettext("Not comparable"),
            None,
            (),
            series.reason_words(step, words) or series.broken_words(step, words),
        )
    ]


def reason_words(reason: str, words: Phrasing) -> str:
    """What a reason for having no answer is called."""
    _ = words.gettext
    known = {
        "dont_know": _("Don’t know"),
        "prefer_not_to_say": _("Prefer not to say"),
        "skipped": _("Skipped"),
        "not_asked": _("Not asked"),
        WITHOUT: _("Without an answer"),
    }
    return known.get(reason, reason)


def _counted(
    label: str, detail: str | None, row: ShiftRow, values: Sequence[Value], reasons: Sequence[str], words: Phrasing
) -> ResultTableRow:
    tally = row.tally
    if tally.withheld or row.uncounted:
        return ResultTableRow(
            label, detail, (), uncounted_words(words) if row.uncounted else nothing_words(tally, words)
        )
    beside = [_value(tally.missing.get(reason, WITHHELD), words, percent=False) for reason in reasons]
    return ResultTableRow(label, detail, (*values, _base(tally, words), *beside))


def _told(tally: Tally, codes: Sequence[str], words: Phrasing) -> list[Value]:
    """A value an option; one for neighbours that are told as one, over all of them."""
    found: list[Value] = []
    for part in tally.parts(codes):
        places = [codes.index(code) for code in part.members if code in codes]
        together = places == list(range(places[0], places[0] + len(places)))
        value = _together(part, words)
        if len(part.members) == 1 and part.members[0] not in tally.cells:
            value = Value(words.gettext("not offered"))
        if together:
            found.append(replace(value, span=len(places)))
        else:
            found.extend(_option(tally, code, words) for code in part.members)
    return found


def _option(tally: Tally, code: str, words: Phrasing) -> Value:
    """An option by itself: its count, or with the first of those it is told as one with."""
    (part,) = tally.parts([code])
    if part.members[0] == code:
        return _together(part, words)
    return Value(words.gettext("in the one above"))


def _together(part: Joined, words: Phrasing) -> Value:
    value = _value(part.cell, words)
    if len(part.members) == 1:
        return value
    return replace(value, text=words.gettext("%(count)s (joined)", count=value.text))


def _base(tally: Tally, words: Phrasing) -> Value:
    text = count_words(tally.base, words)
    return Value(f"{text} {FLAG}" if flagged(tally) else text, private=tally.base.private)


def _none(tally: Tally, words: Phrasing) -> str:
    """Why a statistic is not there: of nobody, or not told."""
    return nothing_words(tally, words) or words.gettext("not shown")


def _value(cell: Cell, words: Phrasing, *, percent: bool = True) -> Value:
    return Value(count_words(cell, words), percent_words(cell, words) if percent else None, cell.private)


def _reasons(tallies: Iterable[Tally]) -> list[str]:
    """The reasons that somebody had, or may have had, in any of the tallies; in their order."""
    found: dict[str, bool] = {}
    for tally in tallies:
        for reason, cell in tally.missing.items():
            found[reason] = found.get(reason, False) or cell.count != 0
    return [reason for reason, had in found.items() if had]
