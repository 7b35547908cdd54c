"""The same people, from each moment to each later one, in one table."""

from __future__ import annotations

from surveyapp.domain.results import Cell, Change, Shift
from surveyapp.reports.files.tables import ResultTable, ResultTableRow, Value
from surveyapp.reports.text.changes import change_title
from surveyapp.reports.text.phrasing import FLAG, Phrasing, count_words


def same_people(shift: Shift, words: Phrasing) -> ResultTable | None:
    """A row a step of everyone: who moved which way by option, the favourable before and after, the change in points
    with its 95% interval. None where nobody can be set against themselves."""
    _ = words.gettext
    changes = [change for change in shift.changes if change.people.segment is None]
    if not changes or not shift.net:
        return None
    columns = (_("Step"), _("Rose"), _("Same"), _("Fell"), shift.net.label, _("Points"))
    caption = _("The same people")
    return ResultTable(caption, columns, tuple(_row(change, shift, words) for change in changes))


def _row(change: Change, shift: Shift, words: Phrasing) -> ResultTableRow:
    _ = words.gettext
    rows = shift.everyone
    heading = _("“%(before)s” to “%(after)s”", before=rows[change.before_row].label, after=rows[change.after_row].label)
    if change.kind == "yardstick":
        heading = change_title(change, shift, words)
    if change.withheld:
        return ResultTableRow(heading, None, (), _("Not shown, to protect people."))
    base = words.ngettext("%(num)s person", "%(num)s people", change.base.count) if change.base.shown else None
    base = base or count_words(change.base, words)
    detail = f"{base} {FLAG}" if change.low_base else base
    cells = (
        *(_value(cell, words) for cell in (change.rose, change.same, change.fell)),
        Value(
            _("%(low)s to %(high)s", low=count_words(change.before, words), high=count_words(change.after, words)),
            private=change.before.private or change.after.private,
        ),
        _points(change, words),
    )
    return ResultTableRow(heading, detail, cells, private=change.base.private)


def _value(cell: Cell, words: Phrasing) -> Value:
    return Value(count_words(cell, words), private=cell.private)


def _points(change: Change, words: Phrasing) -> Value:
    if change.points is None:
        return Value(words.gettext("not shown"))
    said = words.signed(change.points, plus=True)
    if change.interval is None:
        return Value(said, private=change.net_private)
    low, high = words.signed_decimal(change.interval.low), words.signed_decimal(change.interval.high)
    return Value(said, words.gettext("%(low)s to %(high)s", low=low, high=high), change.net_private)
