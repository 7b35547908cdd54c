"""What a change between two moments comes to, in sentences: its size first, then tests, then those who answered
the first moment alone."""

from __future__ import annotations

from typing import NamedTuple

from surveyapp.domain.instrument.kinds import Summary
from surveyapp.domain.results import Change, ChangeTest, Shift, ShiftRow
from surveyapp.reports.text import series
from surveyapp.reports.text.phrasing import Phrasing, amount_words, count_words, unpublished
from surveyapp.reports.text.wordings import hidden, mean_words, measured_in, moved, pair_words, plural


class KeyFigure(NamedTuple):
    """A number to look at, and what it means. `private`: not for publication."""

    big: str
    small: str
    private: bool = False


def change_title(change: Change, shift: Shift, words: Phrasing) -> str:
    """“Looking back: from Before the placement to Touchpoint 1”. The two kinds are never called alike."""
    names = {"before": _row(shift, change.before_row).label, "after": _row(shift, change.after_row).label}
    said = words.gettext("Measured: “%(before)s” to “%(after)s”", **names)
    if change.kind == "looking_back":
        said = words.gettext("Looking back: “%(before)s” to “%(after)s”", **names)
    elif change.kind == "yardstick":
        said = words.gettext("Shift of the yardstick: “%(before)s”, as recorded and as remembered", **names)
    return f"{said} {series.MARK}" if shift.step(change.before_row, change.after_row).state == "marked" else said


def change_kind(change: Change, shift: Shift, words: Phrasing) -> str:
    """What kind of comparison it is, as a sentence."""
    before, after = _row(shift, change.before_row), _row(shift, change.after_row)
    if change.kind == "measured":
        return words.gettext("The same people, asked each time.")
    if change.kind == "yardstick":
        return words.gettext(
            "The same people: what they remember at touchpoint %(number)s of the time before, set against what they "
            "answered then. It is no change over time, but in how they measure.",
            number=after.touchpoint,
        )
    if before.touchpoint == after.touchpoint:
        return words.gettext("The same people; both answers were given in one sitting.")
    return words.gettext(
        "The same people; the first answer was remembered, at touchpoint %(number)s.", number=before.touchpoint
    )


def step_words(change: Change, shift: Shift, words: Phrasing) -> str:
    """One step as a paragraph: who the same people are, how they moved, what it comes to, and what it does not say."""
    _ = words.gettext
    rows = {"first": _row(shift, change.before_row).label, "second": _row(shift, change.after_row).label}
    if hidden(change):
        return _("“%(first)s” to “%(second)s”: not shown, to protect people.", **rows)
    if change.base.count == 0:
        return _("“%(first)s” to “%(second)s”: nobody answered both.", **rows)
    found = [_same_people(change, shift, rows, words)]
    pair = pair_words(change, measured_in(change, shift), words)
    net = shift.scale_of(change.after_row).net
    if pair and measured_in(change, shift) == "mean":
        found.append(_("Mean %(before)s, then %(after)s.", before=pair[0], after=pair[1]))
    elif pair and net:
        found.append(_("“%(net)s”: %(before)s, then %(after)s.", net=net.label, before=pair[0], after=pair[1]))
        if not (change.before.shown and change.after.shown):
            found.append(_("No margin of error is given, because a count behind it is not exact."))
    if change.verdict == "unclear":
        found.append(_("That could be a rise, a fall or neither."))
    return unpublished(" ".join(found), change.private, words)


def _same_people(change: Change, shift: Shift, rows: dict[str, str], words: Phrasing) -> str:
    n, values = plural(change.base), {**rows, "base": count_words(change.base, words)}
    if not change.base.told:
        return words.gettext("“%(first)s” to “%(second)s”, those who answered both.", **values)
    if not all(cell.told for cell in moved(change)):
        return words.ngettext(
            "“%(first)s” to “%(second)s”, the same person.",
            "“%(first)s” to “%(second)s”, the same %(base)s people.", n, **values)  # fmt: skip
    rose, same, fell = (amount_words(cell, words) for cell in moved(change))
    if shift.summary is Summary.TIME:
        return words.ngettext(
            "“%(first)s” to “%(second)s”, the same person: %(rose)s later, %(same)s the same, %(fell)s earlier.",
            "“%(first)s” to “%(second)s”, the same %(base)s people: %(rose)s later, %(same)s the same, "
            "%(fell)s earlier.", n, rose=rose, same=same, fell=fell, **values)  # fmt: skip
    return words.ngettext(
        "“%(first)s” to “%(second)s”, the same person: %(rose)s went up, %(same)s stayed, %(fell)s went down.",
        "“%(first)s” to “%(second)s”, the same %(base)s people: %(rose)s went up, %(same)s stayed, "
        "%(fell)s went down.", n, rose=rose, same=same, fell=fell, **values)  # fmt: skip


def facts(change: Change, shift: Shift, words: Phrasing) -> tuple[KeyFigure, ...]:
    """The size of a change with its interval, who moved, and who answered the first alone; each only where it
    is told."""
    if hidden(change):
        return ()
    found = [
        _people_fact(change, shift, words),
        _moved_fact(change, shift, words),
        _points_fact(change, words),
        _mean_fact(change, words),
        _reliable_fact(change, words),
        _first_alone_fact(change, shift, words),
    ]
    return tuple(fact for fact in found if fact)


def _people_fact(change: Change, shift: Shift, words: Phrasing) -> KeyFigure | None:
    counted = shift.scale_of(change.after_row).net
    if counted is None or change.gained.count is None or change.given_up.count is None:
        return None
    net = change.gained.count - change.given_up.count
    big = words.ngettext("%(signed)s person", "%(signed)s people", abs(net), signed=words.signed(net, plus=True))
    if net == 0:
        big = words.gettext("No more, no fewer")
    both = words.ngettext("%(num)s answered both", "%(num)s answered both", change.base.count or 0)
    small = words.gettext(
        "%(gained)s became “%(net)s”, %(given_up)s went the other way (%(both)s)",
        gained=change.gained.count,
        given_up=change.given_up.count,
        net=counted.label,
        both=both,
    )
    return KeyFigure(big, small, change.net_private)


def _moved_fact(change: Change, shift: Shift, words: Phrasing) -> KeyFigure | None:
    if not all(cell.told for cell in moved(change)):
        return None
    _, base = words.gettext, count_words(change.base, words)
    of = _("of the %(base)s who answered both", base=base)
    if shift.scored:
        of = _("of the %(base)s scored both times", base=base)
    elif shift.summary is Summary.OPTIONS:
        of = _("of the %(base)s who answered both, by option", base=base)
    rose, same, fell = (count_words(cell, words) for cell in moved(change))
    if shift.summary is Summary.TIME:
        big = _("%(rose)s later · %(same)s same · %(fell)s earlier", rose=rose, same=same, fell=fell)
    else:
        big = _("%(rose)s rose · %(same)s same · %(fell)s fell", rose=rose, same=same, fell=fell)
    return KeyFigure(big, of, change.moves_private)


def _points_fact(change: Change, words: Phrasing) -> KeyFigure | None:
    if change.points is None:
        return None
    big = words.ngettext(
        "%(signed)s point", "%(signed)s points", abs(change.points), signed=words.signed(change.points, plus=True)
    )
    if change.interval is None:
        return KeyFigure(big, words.gettext("percentage points"), change.net_private)
    low, high = (words.signed_decimal(end) for end in (change.interval.low, change.interval.high))
    said = words.gettext("95-percent interval %(low)s to %(high)s (Newcombe, paired)", low=low, high=high)
    return KeyFigure(big, said, change.net_private)


def _mean_fact(change: Change, words: Phrasing) -> KeyFigure | None:
    mean, _ = change.mean, words.gettext
    if mean is None:
        return None
    big = words.signed_decimal(mean.mean, plus=True)
    values = {"before": "", "after": ""}
    if mean.before is not None and mean.after is not None:
        values = {"before": mean_words(mean.before, words), "after": mean_words(mean.after, words)}
    if mean.low is None or mean.high is None:
        said = _("mean %(before)s to %(after)s", **values) if values["after"] else _("mean change")
        return KeyFigure(big, said, mean.private)
    values |= {"low": words.signed_decimal(mean.low), "high": words.signed_decimal(mean.high)}
    if not values["after"]:
        said = _("mean change, 95-percent interval %(low)s to %(high)s (t, paired)", **values)
        return KeyFigure(big, said, mean.private)
    said = _(
        "mean %(before)s to %(after)s, 95-percent interval of the change %(low)s to %(high)s (t, paired)", **values
    )
    return KeyFigure(big, said, mean.private)


def _reliable_fact(change: Change, words: Phrasing) -> KeyFigure | None:
    found = change.reliable
    if found is None or not all(cell.told for cell in (found.improved, found.same, found.worse)):
        return None
    improved, same, worse = (count_words(cell, words) for cell in (found.improved, found.same, found.worse))
    return KeyFigure(
        words.gettext("%(improved)s improved · %(same)s between · %(worse)s worse", improved=improved, same=same,
                      worse=worse),
        words.gettext("by more than the scale's own error (reliable change; %(source)s)", source=found.source),
        any(cell.private for cell in (found.improved, found.same, found.worse)),
    )  # fmt: skip


def _first_alone_fact(change: Change, shift: Shift, words: Phrasing) -> KeyFigure | None:
    if change.kind != "measured" or not change.first_alone.told or change.first_alone.count == 0:
        return None
    _, unmatched = words.gettext, count_words(change.first_alone, words)
    rows = {"first": _row(shift, change.before_row).label, "second": _row(shift, change.after_row).label}
    said = _("gave an answer to this at “%(first)s” and none at “%(second)s”", **rows)
    if shift.scored:
        said = _("could be scored at “%(first)s” and not at “%(second)s”", **rows)
    big = words.ngettext("%(num)s not matched", "%(num)s not matched", plural(change.first_alone), num=unmatched)
    return KeyFigure(big, said, change.first_alone.private)


def bounds_words(change: Change, shift: Shift, words: Phrasing) -> str | None:
    """What those without a second answer, for whatever reason, could have made of it; None where there are none, or it
    is not told."""
    bounds, net = change.bounds, shift.scale_of(change.after_row).net
    if bounds is None or net is None or hidden(change) or not bounds.missing:
        return None
    said = words.ngettext(
        "If the one who gave no answer to this at “%(second)s” had stayed the same, %(stayed)s of %(base)s would be "
        "“%(net)s”; at the least %(fallen)s, and at the most %(risen)s.",
        "If the %(missing)s who gave no answer to this at “%(second)s” had stayed as they were, %(stayed)s of %(base)s "
        "would be “%(net)s”; if all had fallen, %(fallen)s; if all had risen, %(risen)s.",
        bounds.missing,
        missing=words.whole(bounds.missing),
        second=_row(shift, change.after_row).label,
        stayed=words.whole(bounds.stayed.count),
        base=words.whole(bounds.base),
        net=net.label,
        fallen=words.whole(bounds.fallen.count),
        risen=words.whole(bounds.risen.count),
    )
    stands = _stands(change, words)
    said = words.gettext("%(first)s %(second)s", first=said, second=stands) if stands else said
    return unpublished(said, bounds.private, words)


def _stands(change: Change, words: Phrasing) -> str | None:
    """Whether the verdict stands whatever those had answered who did not."""
    _, bounds = words.gettext, change.bounds
    assert bounds is not None
    same = {case.verdict for case in (bounds.stayed, bounds.fallen, bounds.risen)} == {change.verdict}
    match change.verdict:
        case "rose":
            return _("The rise stands in each case.") if same else _("Whether it rose depends on them.")
        case "fell":
            return _("The fall stands in each case.") if same else _("Whether it fell depends on them.")
        case "unclear":
            return (
                _("It is too few to tell in each case.")
                if same
                else _("With their answers there might have been enough to tell.")
            )
        case _:
            return None


def tests(change: Change, words: Phrasing) -> str | None:
    """The p-values, where they may be given: never under a low base, and never before the size of the change."""
    if change.low_base or hidden(change):
        return None
    return words.chained(unpublished(_test_words(test, words), test.private, words) for test in change.tests) or None


def _test_words(test: ChangeTest, words: Phrasing) -> str:
    _, p = words.gettext, _p(test.p, words)
    match test.name:
        case "mcnemar":
            return _("Exact McNemar test: p %(p)s", p=p)
        case "sign":
            return _("Exact sign test: p %(p)s", p=p)
        case "wilcoxon":
            return _("Wilcoxon signed-rank test (Pratt): p %(p)s", p=p)
        case "stuart_maxwell":
            return _("Stuart-Maxwell test: p %(p)s", p=p)


def _row(shift: Shift, index: int) -> ShiftRow:
    return shift.rows[index][0]


def _p(value: float, words: Phrasing) -> str:
    return f"< {words.decimal(0.001, 3)}" if value < 0.001 else f"= {words.decimal(value, 3)}"
