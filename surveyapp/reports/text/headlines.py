"""A shift as one sentence with people in it: every moment is told, and no direction that its interval denies.

What is said of a step is the change of the *same* people. Where a count is told in part the sentence says that part
(“at least 84”, “between 5 and 9”); where only the verdict is told, that alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from surveyapp.domain.instrument.kinds import Summary
from surveyapp.domain.results import Change, Shift, ShiftRow
from surveyapp.reports.text import series, wordings
from surveyapp.reports.text.phrasing import FLAG, Phrasing, count_words, of_words
from surveyapp.reports.text.wordings import mean_words, plural


@dataclass(frozen=True)
class HeadlineStep:
    """From one moment that somebody answered to the next. `change`: None where the two do not compare, or nothing is
    known of the same people."""

    before_row: int
    after_row: int
    change: Change | None


def headline(shift: Shift, words: Phrasing) -> str:
    """The shift for everyone in the result, with the marks of a low base (⚑) and of what is not the same (†)."""
    said = _sentence(shift, words)
    low = any(step.change.low_base for step in steps(shift) if step.change and not step.change.withheld)
    rows = answered_rows(shift)
    if len(rows) == 1:
        low = shift.everyone[rows[0]].tally.low_base and not shift.everyone[rows[0]].tally.withheld
    marked = len(rows) > 1 and (
        any(shift.everyone[row].notes for row in rows)
        or any(shift.step(step.before_row, step.after_row).state == "marked" for step in steps(shift))
    )
    return " ".join([said, *[FLAG] * low, *[series.MARK] * marked])


def is_private(shift: Shift) -> bool:
    """Whether a number of the headline, or one that it was made of, is not for publication."""
    rows = answered_rows(shift)
    found = [_row_private(shift.everyone[row]) for row in rows[:1]] if len(rows) == 1 else []
    for step in steps(shift):
        if step.change is not None and step.change.base.count != 0:
            found.append(_step_private(shift, step.change))
        else:
            found += [_row_private(shift.everyone[row]) for row in (step.before_row, step.after_row)]
    return any(found)


def _row_private(row: ShiftRow) -> bool:
    tally = row.tally
    if row.net.told:
        return row.net.private or tally.base.private
    summary = tally.score or tally.rating or tally.quantity
    return tally.base.private or bool(summary and {"mean", "median"} & set(summary.private))


def _step_private(shift: Shift, change: Change) -> bool:
    match wordings.measured_in(change, shift):
        case "net":
            return change.net_private
        case "mean":
            return change.base.private or bool(change.mean and change.mean.private)
        case _:
            return change.moves_private


def answered_rows(shift: Shift) -> list[int]:
    """The moments that somebody has answered at, or where it is not told whether anybody has."""
    return [index for index, row in enumerate(shift.everyone) if row.tally.base.count != 0 and not row.uncounted]


def steps(shift: Shift) -> list[HeadlineStep]:
    """From each answered moment to the next, for everyone. What is remembered of a time of which there is a record is
    no moment of its own: it stands beside the record, as the shift of the yardstick."""
    changes = {(each.before_row, each.after_row): each for each in shift.changes if each.people.segment is None}
    rows = answered_rows(shift)
    recorded = next((row for row in rows if not shift.everyone[row].looking_back), len(shift.rows))
    rows = [row for row in rows if row < recorded or not shift.everyone[row].looking_back]
    return [HeadlineStep(one, two, changes.get((one, two))) for one, two in pairwise(rows)]


def _sentence(shift: Shift, words: Phrasing) -> str:
    _ = words.gettext
    rows = answered_rows(shift)
    if not rows:
        return _("%(title)s: no answers yet", title=words.named(shift.title))
    if len(rows) == 1:
        return _one_moment(shift, rows[0], words)
    first, *others = steps(shift)
    clauses = [_first(shift, first, words)]
    clauses += [_later(shift, step, words, only=len(others) == 1) for step in others]
    clauses += [
        _("nobody has answered “%(row)s” yet", row=row.label)
        for index, row in enumerate(shift.everyone)
        if index > rows[-1]
    ]
    return words.chained(clauses)


def _one_moment(shift: Shift, index: int, words: Phrasing) -> str:
    row, _, title = shift.everyone[index], words.gettext, words.named(shift.title)
    if row.tally.withheld or not row.tally.base.told:
        return _("%(title)s: not shown, to protect people", title=title)
    now = moment_words(shift, row, words)
    if row.net.told:
        title = wordings.subject(shift, shift.scale_of(index).net, words)
    if len(shift.rows) == 1:
        return _("%(title)s: %(now)s", title=title, now=now)
    return _("%(title)s: %(now)s at “%(row)s”, with nothing to compare yet", title=title, now=now, row=row.label)


def moment_words(shift: Shift, row: ShiftRow, words: Phrasing) -> str:
    """What one moment comes to, by itself: “18 of 19”, “mean 8.3 of 29 people”, “29 people answered”."""
    tally, people = row.tally, plural(row.tally.base)
    base = count_words(tally.base, words)
    if row.net.told:
        return of_words(row.net, tally.base, words)
    summary = tally.score or tally.rating or tally.quantity
    if summary is not None and summary.mean is not None:
        mean = mean_words(summary.mean, words)
        return words.ngettext("%(mean)s from one person", "mean %(mean)s of %(base)s people", people, mean=mean,
                              base=base)  # fmt: skip
    if tally.quantity is not None and tally.quantity.median is not None:
        median = words.measured(tally.quantity.median)
        return words.ngettext("%(median)s from one person", "median %(median)s of %(base)s people", people,
                              median=median, base=base)  # fmt: skip
    if shift.summary is Summary.WORDS:
        return words.ngettext("one person wrote something", "%(base)s people wrote something", people, base=base)
    return words.ngettext("one person answered", "%(base)s people answered", people, base=base)


def _first(shift: Shift, step: HeadlineStep, words: Phrasing) -> str:
    """The first step, with the title: a sentence of its own for each case."""
    _, change = words.gettext, step.change
    before, after = shift.everyone[step.before_row], shift.everyone[step.after_row]
    if change is None or change.base.count == 0:
        title, then, now = _apart(shift, step, words)
        apart = {"title": title, "before": then, "first": before.label, "now": now, "second": after.label}
        if before.tally.withheld or after.tally.withheld:
            return _("%(title)s: no change shown, to protect people", title=title)
        if shift.step(step.before_row, step.after_row).state == "broken":
            return _("%(title)s: %(before)s at “%(first)s” and %(now)s at “%(second)s”, which do not compare", **apart)
        if change is None:
            return _("%(title)s: %(before)s at “%(first)s” and %(now)s at “%(second)s”", **apart)
        return _("%(title)s: %(before)s at “%(first)s” and %(now)s at “%(second)s”, and nobody answered both", **apart)
    return wordings.first_step(shift, change, words)


def _apart(shift: Shift, step: HeadlineStep, words: Phrasing) -> tuple[str, str, str]:
    """What two moments are of, and each by itself: where not the same is counted, each says what."""
    rows = [step.before_row, step.after_row]
    nets = [shift.scale_of(row).net if shift.everyone[row].net.told else None for row in rows]
    said = [moment_words(shift, shift.everyone[row], words) for row in rows]
    title = words.named(shift.title)
    if len({net and net.label for net in nets}) == 1:
        title = wordings.subject(shift, nets[0], words)
    elif any(wordings.subject(shift, net, words) != title for net in nets):
        said = [words.labelled(net.label, each) if net else each for net, each in zip(nets, said, strict=True)]
    return title, said[0], said[1]


def _later(shift: Shift, step: HeadlineStep, words: Phrasing, *, only: bool) -> str:
    """A step after the first, as a clause. With more than three moments it says since which."""
    said = _clause(shift, step, words)
    if only:
        return words.gettext("since then, %(clause)s", clause=said)
    return words.gettext("since “%(row)s”, %(clause)s", row=shift.everyone[step.before_row].label, clause=said)


def _clause(shift: Shift, step: HeadlineStep, words: Phrasing) -> str:
    _, change, after = words.gettext, step.change, shift.everyone[step.after_row]
    if shift.step(step.before_row, step.after_row).state == "broken":
        return _("not asked in a way that compares")
    if change is None:
        return moment_words(shift, after, words)
    if change.base.count == 0:
        return _("nobody has answered again")
    return wordings.later_step(shift, change, words)
