"""What a measure shows, in sentences. Pure functions of a result; the reader's language comes with `Phrasing`."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from surveyapp.domain.results import Change, Shift, ShiftRow
from surveyapp.reports.text import series
from surveyapp.reports.text.phrasing import FLAG, Phrasing, of_words


class KeyFigure(NamedTuple):
    """A number to look at, and what it means."""

    big: str
    small: str


def headline(shift: Shift, words: Phrasing) -> str:
    """The shift as one sentence with people in it: from the first row to the second, for everyone in the result."""
    _, title = words.gettext, shift.title
    answered = [row for row in shift.everyone if row.tally.base.count != 0]
    if not answered:
        return _("%(title)s: no answers yet", title=title)
    if len(shift.rows) == 1:
        if not _shown(shift.everyone[0]):
            return _("%(title)s: not shown, to protect people", title=title)
        return _("%(title)s: %(now)s", title=title, now=_of(shift.everyone[0], words))
    before, after = shift.everyone[:2]
    if before.tally.base.count == 0 or after.tally.base.count == 0:
        there = answered[0]
        return _(
            "%(title)s: %(now)s at “%(row)s”, with nothing to compare yet",
            title=title,
            now=_of(there, words),
            row=there.label,
        )
    if not (_shown(before) and _shown(after)):
        return _("%(title)s: no change shown, to protect people", title=title)
    step = shift.step(0, 1)
    if step.state == "broken":
        return _(
            "%(title)s: %(before)s at “%(first)s” and %(now)s at “%(second)s”, which do not compare",
            title=title,
            before=_of(before, words),
            first=before.label,
            now=_of(after, words),
            second=after.label,
        )
    said = _movement(shift, before, after, words)
    return f"{said} {series.MARK}" if step.state == "marked" or before.notes or after.notes else said


def _movement(shift: Shift, before: ShiftRow, after: ShiftRow, words: Phrasing) -> str:
    """A difference smaller than one person of the smaller base is no rise and no fall: it comes of the bases alone."""
    _ = words.gettext
    values = {"title": shift.title, "before": _of(before, words), "now": _of(after, words)}
    first, second = _share(before), _share(after)
    one_person = Fraction(1, min(before.tally.base.count or 1, after.tally.base.count or 1))
    if values["before"] == values["now"]:
        return _("%(title)s stayed at %(now)s", **values)
    if abs(second - first) < one_person:
        return _("%(title)s hardly changed: from %(before)s to %(now)s", **values)
    if second > first:
        return _("%(title)s rose from %(before)s to %(now)s", **values)
    return _("%(title)s fell from %(before)s to %(now)s", **values)


def lead(shift: Shift, words: Phrasing) -> tuple[str, ...]:
    """Who was asked, what is counted, which row looks back, who was asked again: a sentence each."""
    _ = words.gettext
    sentences = [_("%(sentence)s.", sentence=shift.asked_of)]
    sentences.extend(_members(shift, words))
    back = next((row for row in shift.everyone if row.looking_back), None)
    if back:
        sentences.append(
            _(
                "“%(row)s” is looking back, asked at touchpoint %(number)s; the rest was asked at the time.",
                row=back.label,
                number=back.touchpoint,
            )
        )
    if shift.matched and shift.matched_base is not None:
        sentences.append(
            words.ngettext(
                "Only the %(num)s person who answered every time.",
                "Only the %(num)s people who answered every time.",
                shift.matched_base,
            )
        )
    else:
        sentences.extend(_asked_again(shift, words))
    return tuple(sentences)


def _members(shift: Shift, words: Phrasing) -> list[str]:
    """Which options the net is made of; of rows that do not compare, each set's."""
    found: dict[tuple[str, str], list[str]] = {}
    for index, row in enumerate(shift.everyone):
        counted = shift.scale_of(index)
        if counted.net is None:
            continue
        members = [option.label for option in counted.options if option.code in counted.net.members]
        if members and members != [counted.net.label]:
            found.setdefault((counted.net.label, " + ".join(members)), []).append(row.label)
    if len(found) < 2:
        return [words.gettext("“%(net)s” is %(options)s.", net=net, options=options) for net, options in found]
    return [
        words.gettext(
            "“%(net)s” is %(options)s at %(rows)s.",
            net=net,
            options=options,
            rows=words.listed(map(words.quoted, rows)),
        )
        for (net, options), rows in found.items()
    ]


def _asked_again(shift: Shift, words: Phrasing) -> list[str]:
    """How many answered at one touchpoint and again at the next: the matched base comes before any change."""
    return [
        words.gettext(
            "Of the %(before)s who answered at “%(first)s”, %(again)s answered at “%(second)s”; %(lost)s did not.",
            before=(change.base.count or 0) + (change.lost.count or 0),
            again=change.base.count,
            lost=change.lost.count,
            first=_row(shift, change.before_row).label,
            second=_row(shift, change.after_row).label,
        )
        for change in shift.changes
        if change.people.segment is None and change.kind == "measured" and not change.withheld and change.lost.count
    ]


def change_title(change: Change, shift: Shift, words: Phrasing) -> str:
    """“Looking back: from Before the placement to Touchpoint 1”. The two kinds are never called alike."""
    names = {"before": _row(shift, change.before_row).label, "after": _row(shift, change.after_row).label}
    said = words.gettext("Measured: “%(before)s” to “%(after)s”", **names)
    if change.kind == "looking_back":
        said = words.gettext("Looking back: “%(before)s” to “%(after)s”", **names)
    return f"{said} {series.MARK}" if shift.step(change.before_row, change.after_row).state == "marked" else said


def change_kind(change: Change, shift: Shift, words: Phrasing) -> str:
    """What kind of comparison it is, as a sentence."""
    before, after = _row(shift, change.before_row), _row(shift, change.after_row)
    if change.kind == "measured":
        return words.gettext("The same people, asked each time.")
    if before.touchpoint == after.touchpoint:
        return words.gettext("The same people; both answers were given in one sitting.")
    return words.gettext(
        "The same people; the first answer was remembered, at touchpoint %(number)s.", number=before.touchpoint
    )


def facts(change: Change, shift: Shift, words: Phrasing) -> tuple[KeyFigure, ...]:
    """The size of a change, who moved, and who was lost. Empty where it is withheld."""
    if change.withheld:
        return ()
    _ = words.gettext
    found: list[KeyFigure] = []
    both = words.ngettext("%(num)s answered both", "%(num)s answered both", change.base.count or 0)
    if change.gained.shown and change.given_up.shown:
        found.append(_people_fact(change, shift, both, words))
    if change.rose.shown and change.same.shown and change.fell.shown:
        found.append(
            KeyFigure(
                _(
                    "%(rose)s rose · %(same)s same · %(fell)s fell",
                    rose=change.rose.count,
                    same=change.same.count,
                    fell=change.fell.count,
                ),
                _("of the %(base)s who answered both, by option", base=change.base.count),
            )
        )
    if change.points is not None:
        found.append(_points_fact(change, words))
    if change.lost.count and change.kind == "measured":
        found.append(
            KeyFigure(
                words.ngettext("%(num)s lost", "%(num)s lost", change.lost.count),
                _(
                    "answered at “%(first)s” and not at “%(second)s”",
                    first=_row(shift, change.before_row).label,
                    second=_row(shift, change.after_row).label,
                ),
            )
        )
    return tuple(found)


def _people_fact(change: Change, shift: Shift, both: str, words: Phrasing) -> KeyFigure:
    net = (change.gained.count or 0) - (change.given_up.count or 0)
    counted = shift.scale_of(change.after_row).net
    big = words.ngettext("%(signed)s person", "%(signed)s people", abs(net), signed=words.signed(net, plus=True))
    if net == 0:
        big = words.gettext("No more, no fewer")
    small = words.gettext(
        "%(gained)s became “%(net)s”, %(given_up)s went the other way (%(both)s)",
        gained=change.gained.count,
        given_up=change.given_up.count,
        net=counted.label if counted else "",
        both=both,
    )
    return KeyFigure(big, small)


def _points_fact(change: Change, words: Phrasing) -> KeyFigure:
    assert change.points is not None
    big = words.ngettext(
        "%(signed)s point", "%(signed)s points", abs(change.points), signed=words.signed(change.points, plus=True)
    )
    if change.interval is None:
        return KeyFigure(big, words.gettext("percentage points"))
    return KeyFigure(
        big,
        words.gettext(
            "95-percent interval %(low)s to %(high)s (Newcombe, paired)",
            low=words.signed(change.interval.low),
            high=words.signed(change.interval.high),
        ),
    )


def tests(change: Change, words: Phrasing) -> str | None:
    """The p-values, where they may be given: never under a low base, and never before the size of the change."""
    parts = []
    if mcnemar := change.test("mcnemar"):
        parts.append(words.gettext("exact McNemar test: p %(p)s", p=_p(mcnemar.p, words)))
    if wilcoxon := change.test("wilcoxon"):
        parts.append(words.gettext("Wilcoxon signed-rank test: p %(p)s", p=_p(wilcoxon.p, words)))
    return words.chained(parts) or None


def notes(shift: Shift, words: Phrasing) -> tuple[str, ...]:
    """The cautions that belong beside the numbers, most important first."""
    _ = words.gettext
    found: list[str] = list(series.footnotes(shift, words))
    found.extend(shift.touchpoint_notes)
    if shift.note:
        found.append(shift.note)
    if any(row.tally.low_base and row.tally.base.count != 0 for together in shift.rows for row in together):
        found.append(
            _("%(flag)s Fewer than %(number)s people: read with caution.", flag=FLAG, number=shift.low_base_under)
        )
    if shift.looking_back:
        found.append(_("A looking-back answer tends to be rosier about today."))
    if hides_something(shift):
        found.append(_("Some counts are not shown, because they are of very few people. No bar is drawn for them."))
    return tuple(found)


def hides_something(shift: Shift) -> bool:
    """Whether a count of a row that is shown is hidden."""
    return any(
        not cell.shown
        for together in shift.rows
        for row in together
        if not row.tally.withheld
        for cell in (row.tally.base, *row.tally.cells.values())
    )


def matched_words(shift: Shift, words: Phrasing) -> str | None:
    """What the people asked more than once are called: “Only the 19 asked twice”. None where there is no such set."""
    if shift.matched_base is None:
        return None
    times = len({row.touchpoint for row in shift.everyone})
    if times == 1:
        return words.gettext("Only the %(number)s who answered both", number=shift.matched_base)
    if times == 2:
        return words.gettext("Only the %(number)s asked twice", number=shift.matched_base)
    return words.gettext("Only the %(number)s asked every time", number=shift.matched_base)


def _of(row: ShiftRow, words: Phrasing) -> str:
    return of_words(row.net, row.tally.base, words)


def _row(shift: Shift, index: int) -> ShiftRow:
    return shift.rows[index][0]


def _shown(row: ShiftRow) -> bool:
    return row.net.shown and row.tally.base.shown


def _share(row: ShiftRow) -> Fraction:
    return Fraction(row.net.count or 0, row.tally.base.count or 1)


def _p(value: float, words: Phrasing) -> str:
    return f"< {words.decimal(0.001, 3)}" if value < 0.001 else f"= {words.decimal(value, 3)}"
