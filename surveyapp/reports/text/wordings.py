"""What is said of one step of a shift, case by case: a full sentence for each, so that each language has its own.

`first_step` is a sentence with the shift's title; `later_step` a clause that stands after “since then,”.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from surveyapp.domain.instrument.kinds import Summary
from surveyapp.domain.results import Category, Cell, Change, Shift
from surveyapp.reports.text.phrasing import Phrasing, amount_words, count_words

ToldIn = Literal["net", "mean", "order", "days", "answers", "words"]
"""What a change is told in: people of a net, a mean, who rose and fell, days or times, who answered alike, or who wrote
something."""


def hidden(change: Change) -> bool:
    """Whether nothing of it is told."""
    return change.withheld or not (change.verdict or change.base.told)


def measured_in(change: Change, shift: Shift) -> ToldIn:
    if shift.scale_of(change.after_row).net is not None and not (change.mean and not change.before.told):
        return "net"
    if shift.summary is Summary.WORDS:
        return "words"
    if shift.summary is Summary.TIME:
        return "days"
    if change.mean or shift.summary in (Summary.RATING, Summary.QUANTITY):
        return "mean"
    return "order" if change.rose.told or change.fell.told else "answers"


def subject(shift: Shift, net: Category | None, words: Phrasing) -> str:
    """What a sentence is about: the title of a measure, which says what is counted of it. A question's own wording does
    not, and “I find it hard to talk to my mentor.” would be of any answer: there the counted one goes along."""
    title = words.named(shift.title)
    if net is None or (shift.declared and title == shift.title):
        return title
    return words.gettext("“%(net)s” to %(title)s", net=net.label, title=title)


def first_step(shift: Shift, change: Change, words: Phrasing) -> str:
    """The first step of a shift whose people answered both times."""
    told_in = measured_in(change, shift)
    pair = pair_words(change, told_in, words)
    if hidden(change):
        return words.gettext("%(title)s: no change shown, to protect people", title=words.named(shift.title))
    if told_in == "net" and pair:
        return _of_net(shift, change, pair, words)
    if told_in == "mean" and pair:
        return _of_mean(shift, change, pair, words)
    said = None
    if told_in == "words":
        said = _of_words(shift, change, words)
    elif change.base.count == 1:
        said = _of_one(shift, change, words)
    elif told_in in ("order", "days") and all(cell.told for cell in moved(change)):
        said = _of_order(shift, change, words) if told_in == "order" else _of_days(shift, change, words)
    elif told_in == "answers" and change.base.told:
        said = _of_answers(shift, change, words)
    said = said or _verdict_alone(shift, change, words)
    if change.kind == "looking_back":
        return words.gettext("%(sentence)s (the first answer looks back)", sentence=said)
    return said


def later_step(shift: Shift, change: Change, words: Phrasing) -> str:
    """A step after the first, whose people answered both times."""
    _ = words.gettext
    if hidden(change):
        return _("no change shown, to protect people")
    told_in = measured_in(change, shift)
    pair = pair_words(change, told_in, words)
    n, values = plural(change.base), _values(shift, change, pair, words)
    if told_in == "words":
        return words.ngettext("one person wrote something again", "%(base)s people wrote something again", n, **values)
    match change.verdict, told_in if pair else None:
        case "rose", "net":
            return words.ngettext(
                "it rose from %(before)s to %(after)s of the same person",
                "it rose from %(before)s to %(after)s of the same %(base)s people", n, **values)  # fmt: skip
        case "fell", "net":
            return words.ngettext(
                "it fell from %(before)s to %(after)s of the same person",
                "it fell from %(before)s to %(after)s of the same %(base)s people", n, **values)  # fmt: skip
        case "rose", "mean":
            return words.ngettext(
                "it rose from %(before)s to %(after)s for the same person",
                "it rose from a mean of %(before)s to %(after)s of the same %(base)s people", n, **values)  # fmt: skip
        case "fell", "mean":
            return words.ngettext(
                "it fell from %(before)s to %(after)s for the same person",
                "it fell from a mean of %(before)s to %(after)s of the same %(base)s people", n, **values)  # fmt: skip
        case "rose", None:
            return _("it became later") if told_in == "days" else _("it rose")
        case "fell", None:
            return _("it became earlier") if told_in == "days" else _("it fell")
        case "no_change", _:
            return _("no change")
        case None, "net" | "mean":
            return words.ngettext("%(before)s, then %(after)s of the same person",
                                  "%(before)s, then %(after)s of the same %(base)s people", n, **values)  # fmt: skip
        case None, None:
            return words.ngettext("one person answered again", "the same %(base)s people answered again", n, **values)
        case _:
            return _("too few to tell")


def pair_words(change: Change, told_in: ToldIn, words: Phrasing) -> tuple[str, str] | None:
    """What a change is from and to, the looking-back one labelled; None where not both are told."""
    if told_in == "net" and change.before.told and change.after.told and change.base.told:
        before, after = amount_words(change.before, words), amount_words(change.after, words)
    elif told_in == "mean" and change.mean and change.mean.before is not None and change.mean.after is not None:
        before, after = mean_words(change.mean.before, words), mean_words(change.mean.after, words)
    else:
        return None
    if change.kind == "looking_back":
        before = words.gettext("%(count)s (looking back)", count=before)
    return before, after


def _of_net(shift: Shift, change: Change, pair: tuple[str, str], words: Phrasing) -> str:
    n, values = plural(change.base), _values(shift, change, pair, words)
    match change.verdict:
        case "rose":
            return words.ngettext(
                "%(title)s rose from %(before)s to %(after)s of the same person",
                "%(title)s rose from %(before)s to %(after)s of the same %(base)s people", n, **values)  # fmt: skip
        case "fell":
            return words.ngettext(
                "%(title)s fell from %(before)s to %(after)s of the same person",
                "%(title)s fell from %(before)s to %(after)s of the same %(base)s people", n, **values)  # fmt: skip
        case "no_change" if change.before == change.after:
            return words.ngettext(
                "%(title)s stayed at %(after)s of the same person",
                "%(title)s stayed at %(after)s of the same %(base)s people", n, **values)  # fmt: skip
        case "no_change":
            return words.ngettext(
                "%(title)s did not change: %(before)s, then %(after)s of the same person",
                "%(title)s did not change: %(before)s, then %(after)s of the same %(base)s people", n, **values
            )  # fmt: skip
        case "unclear":
            return words.ngettext(
                "%(title)s: too few to tell, from %(before)s to %(after)s of the same person",
                "%(title)s: too few to tell, from %(before)s to %(after)s of the same %(base)s people", n, **values
            )  # fmt: skip
        case None:
            return words.ngettext(
                "%(title)s: %(before)s, then %(after)s of the same person",
                "%(title)s: %(before)s, then %(after)s of the same %(base)s people", n, **values)  # fmt: skip


def _of_mean(shift: Shift, change: Change, pair: tuple[str, str], words: Phrasing) -> str:
    n, values = plural(change.base), _values(shift, change, pair, words)
    match change.verdict:
        case "rose":
            return words.ngettext(
                "%(title)s rose from %(before)s to %(after)s for the same person",
                "%(title)s rose from a mean of %(before)s to %(after)s of the same %(base)s people", n, **values
            )  # fmt: skip
        case "fell":
            return words.ngettext(
                "%(title)s fell from %(before)s to %(after)s for the same person",
                "%(title)s fell from a mean of %(before)s to %(after)s of the same %(base)s people", n, **values
            )  # fmt: skip
        case "no_change" if values["before"] == values["after"]:
            return words.ngettext(
                "%(title)s stayed at %(after)s for the same person",
                "%(title)s stayed at a mean of %(after)s of the same %(base)s people", n, **values)  # fmt: skip
        case "no_change":
            return words.ngettext(
                "%(title)s did not change: %(before)s, then %(after)s for the same person",
                "%(title)s did not change: mean %(before)s, then %(after)s of the same %(base)s people", n, **values
            )  # fmt: skip
        case "unclear":
            return words.ngettext(
                "%(title)s: too few to tell, from %(before)s to %(after)s for the same person",
                "%(title)s: too few to tell, from a mean of %(before)s to %(after)s of the same %(base)s people",
                n, **values)  # fmt: skip
        case None:
            return words.ngettext(
                "%(title)s: %(before)s, then %(after)s for the same person",
                "%(title)s: mean %(before)s, then %(after)s of the same %(base)s people", n, **values)  # fmt: skip


def _of_one(shift: Shift, change: Change, words: Phrasing) -> str:
    title = words.named(shift.title)
    if change.verdict == "no_change":
        return words.gettext("%(title)s: the one person who answered both times gave the same answer", title=title)
    return words.gettext("%(title)s: one person answered both times, which is too few to tell", title=title)


def _of_order(shift: Shift, change: Change, words: Phrasing) -> str:
    n, values = plural(change.base), _values(shift, change, None, words)
    match change.verdict:
        case "rose":
            return words.ngettext(
                "%(title)s rose: of the same %(base)s people %(rose)s went up, %(fell)s down, and %(same)s stayed",
                "%(title)s rose: of the same %(base)s people %(rose)s went up, %(fell)s down, and %(same)s stayed",
                n, **values)  # fmt: skip
        case "fell":
            return words.ngettext(
                "%(title)s fell: of the same %(base)s people %(fell)s went down, %(rose)s up, and %(same)s stayed",
                "%(title)s fell: of the same %(base)s people %(fell)s went down, %(rose)s up, and %(same)s stayed",
                n, **values)  # fmt: skip
        case "no_change":
            return words.ngettext(
                "%(title)s did not change: all of the same %(base)s people stayed",
                "%(title)s did not change: all of the same %(base)s people stayed", n, **values)  # fmt: skip
        case _:
            return words.ngettext(
                "%(title)s: too few to tell; of the same %(base)s people %(rose)s went up, %(fell)s down, and %(same)s "
                "stayed",
                "%(title)s: too few to tell; of the same %(base)s people %(rose)s went up, %(fell)s down, and %(same)s "
                "stayed", n, **values)  # fmt: skip


def _of_days(shift: Shift, change: Change, words: Phrasing) -> str:
    """Days and times are later or earlier, which is neither good nor bad."""
    n, values = plural(change.base), _values(shift, change, None, words)
    match change.verdict:
        case "rose":
            return words.ngettext(
                "%(title)s became later: of the same %(base)s people %(rose)s say later, %(fell)s earlier, and "
                "%(same)s the same",
                "%(title)s became later: of the same %(base)s people %(rose)s say later, %(fell)s earlier, and "
                "%(same)s the same", n, **values)  # fmt: skip
        case "fell":
            return words.ngettext(
                "%(title)s became earlier: of the same %(base)s people %(fell)s say earlier, %(rose)s later, and "
                "%(same)s the same",
                "%(title)s became earlier: of the same %(base)s people %(fell)s say earlier, %(rose)s later, and "
                "%(same)s the same", n, **values)  # fmt: skip
        case "no_change":
            return words.ngettext(
                "%(title)s did not change: all of the same %(base)s people stayed",
                "%(title)s did not change: all of the same %(base)s people stayed", n, **values)  # fmt: skip
        case _:
            return words.ngettext(
                "%(title)s: too few to tell; of the same %(base)s people %(rose)s say later, %(fell)s earlier, and "
                "%(same)s the same",
                "%(title)s: too few to tell; of the same %(base)s people %(rose)s say later, %(fell)s earlier, and "
                "%(same)s the same", n, **values)  # fmt: skip


def _of_answers(shift: Shift, change: Change, words: Phrasing) -> str:
    """Options with no better or worse: how many answered alike, and no direction."""
    n, values = plural(change.base), _values(shift, change, None, words)
    if change.same.told:
        return words.ngettext(
            "%(title)s: of the same %(base)s people %(same)s gave the same answer again",
            "%(title)s: of the same %(base)s people %(same)s gave the same answer again", n, **values)  # fmt: skip
    return words.ngettext(
        "%(title)s: %(base)s people answered both times",
        "%(title)s: %(base)s people answered both times", n, **values)  # fmt: skip


def _of_words(shift: Shift, change: Change, words: Phrasing) -> str:
    """What was written has no direction."""
    return words.ngettext(
        "%(title)s: one person wrote something both times",
        "%(title)s: %(base)s people wrote something both times", plural(change.base),
        **_values(shift, change, None, words))  # fmt: skip


def _verdict_alone(shift: Shift, change: Change, words: Phrasing) -> str:
    """Where the counts are not told, and the verdict may be."""
    _, values = words.gettext, {"title": _subject_of(shift, change, words), "base": count_words(change.base, words)}
    if not change.base.told:
        return {
            "rose": _("%(title)s rose among those who answered both times", **values),
            "fell": _("%(title)s fell among those who answered both times", **values),
            "no_change": _("%(title)s did not change among those who answered both times", **values),
            "unclear": _("%(title)s: too few to tell from those who answered both times", **values),
        }[change.verdict or "unclear"]
    n = plural(change.base)
    match change.verdict:
        case "rose":
            return words.ngettext("%(title)s rose among the same %(base)s people",
                                  "%(title)s rose among the same %(base)s people", n, **values)  # fmt: skip
        case "fell":
            return words.ngettext("%(title)s fell among the same %(base)s people",
                                  "%(title)s fell among the same %(base)s people", n, **values)  # fmt: skip
        case "no_change":
            return words.ngettext("%(title)s did not change among the same %(base)s people",
                                  "%(title)s did not change among the same %(base)s people", n, **values)  # fmt: skip
        case "unclear":
            return words.ngettext("%(title)s: too few to tell from the same %(base)s people",
                                  "%(title)s: too few to tell from the same %(base)s people", n, **values)  # fmt: skip
        case None:
            return words.ngettext("%(title)s: %(base)s people answered both times",
                                  "%(title)s: %(base)s people answered both times", n, **values)  # fmt: skip


def mean_words(mean: Decimal, words: Phrasing) -> str:
    """A mean with the decimals that it has."""
    return words.decimal(mean, max(0, -int(mean.as_tuple().exponent)))


def moved(change: Change) -> tuple[Cell, Cell, Cell]:
    return change.rose, change.same, change.fell


def _values(shift: Shift, change: Change, pair: tuple[str, str] | None, words: Phrasing) -> dict[str, str]:
    before, after = pair or ("", "")
    rose, same, fell = (amount_words(cell, words) for cell in moved(change))
    base = count_words(change.base, words)
    return {"title": _subject_of(shift, change, words), "before": before, "after": after, "base": base,
            "rose": rose, "same": same, "fell": fell}  # fmt: skip


def _subject_of(shift: Shift, change: Change, words: Phrasing) -> str:
    net = shift.scale_of(change.after_row).net
    return subject(shift, net if measured_in(change, shift) == "net" else None, words)


def plural(base: Cell) -> int:
    """The number that a plural form goes by: of a range its last, which is the one that stands before the noun."""
    known: Sequence[int | None] = (base.count, base.most, base.least)
    return next((number for number in known if number is not None), 2)
