"""What a measure shows, in sentences. Pure functions of a result; the reader's language comes with `Phrasing`."""

from __future__ import annotations

from collections.abc import Sequence

from surveyapp.domain.results import Change, Crosstab, Shift, ShiftRow, Tally
from surveyapp.reports.text import series
from surveyapp.reports.text.coding import coding_words
from surveyapp.reports.text.phrasing import FLAG, Phrasing, count_words, marked, next_look_words, unpublished
from surveyapp.reports.text.wordings import plural


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
        said = _matched_alone(plural(shift.matched_base), words, scored=shift.scored)
        sentences.append(unpublished(said, shift.matched_base.private, words))
    else:
        sentences.extend(_asked_again(shift, words))
    return tuple(sentences)


def _matched_alone(people: int, words: Phrasing, *, scored: bool) -> str:
    if scored:
        return words.ngettext(
            "Only the %(num)s person who could be scored every time.",
            "Only the %(num)s people who could be scored every time.",
            people,
        )
    return words.ngettext(
        "Only the %(num)s person who gave an answer to this every time.",
        "Only the %(num)s people who gave an answer to this every time.",
        people,
    )


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
    """How many gave an answer at one touchpoint and again at the next: the matched base comes before any change. Of the
    others some may have answered the rest of the touchpoint."""
    return [
        unpublished(_again(shift, change, words), change.base.private or change.first_alone.private, words)
        for change in shift.changes
        if change.people.segment is None
        and change.kind == "measured"
        and not change.withheld
        and change.first_alone.told
        and change.first_alone.count != 0
    ]


def _again(shift: Shift, change: Change, words: Phrasing) -> str:
    values = {
        "again": count_words(change.base, words),
        "alone": count_words(change.first_alone, words),
        "first": _row(shift, change.before_row).label,
        "second": _row(shift, change.after_row).label,
    }
    if change.base.count is None or change.first_alone.count is None:
        return words.gettext(
            "Of those who gave an answer to this at “%(first)s”, %(again)s gave one at “%(second)s”; %(alone)s did "
            "not.",
            **values,
        )
    before = change.base.count + change.first_alone.count
    if shift.scored:
        return words.gettext(
            "Of the %(before)s who could be scored at “%(first)s”, %(again)s could be at “%(second)s”; %(alone)s could "
            "not.",
            before=before,
            **values,
        )
    return words.gettext(
        "Of the %(before)s who gave an answer to this at “%(first)s”, %(again)s gave one at “%(second)s”; %(alone)s "
        "did not.",
        before=before,
        **values,
    )


def notes(shift: Shift, words: Phrasing) -> tuple[str, ...]:
    """The cautions that belong beside the numbers, most important first."""
    _ = words.gettext
    found: list[str] = [*series.footnotes(shift, words), *coding_words(shift, words)]
    found.extend(shift.touchpoint_notes)
    if shift.note:
        found.append(shift.note)
    low = any(row.tally.low_base and row.tally.base.count != 0 for together in shift.rows for row in together)
    if low or any(change.low_base and not change.withheld and change.base.count != 0 for change in shift.changes):
        found.append(
            _("%(flag)s Fewer than %(number)s people: read with caution.", flag=FLAG, number=shift.low_base_under)
        )
    if any(some_in_no_row([row.tally for row in together]) for together in shift.rows):
        found.append(in_no_row_words(words))
    if shift.segment:
        found.append(split_words(words))
    for layout in dict.fromkeys(row.layout for row in shift.everyone):
        if (said := series.layout_words(layout, words)) is not None:
            found.append(said)
    if shift.looking_back:
        found.append(_("A looking-back answer tends to be rosier about today."))
    if hides_something(shift):
        found.append(_("Some counts are not shown, because they are of very few people. No bar is drawn for them."))
    return tuple(found)


def some_in_no_row(tallies: Sequence[Tally]) -> bool:
    """Whether those of whom the value of a segment is known are certainly fewer than everyone, by what is told: what a
    release leaves open, this does not tell either."""
    everyone = [each.base for each in tallies if each.people.segment is None]
    bases = [each.base.most for each in tallies if each.people.segment is not None]
    if not bases or None in bases:
        return False
    return any(each.least is not None and sum(base or 0 for base in bases) < each.least for each in everyone)


def in_no_row_words(words: Phrasing) -> str:
    return words.gettext(
        "The rows do not add up to “Everyone”: of some people it is not known which of them they belong to."
    )


def split_words(words: Phrasing) -> str:
    """By what people are split: somebody who moved counts at every touchpoint where they are now (in a release: where
    they were when it was made)."""
    return words.gettext(
        "People count by what was last known of them, and by the site where they were last, at every touchpoint."
    )


def crossing_words(found: Crosstab, words: Phrasing) -> str:
    """Of whom one question by another is, or why nothing is told."""
    _ = words.gettext
    if found.withheld:
        said = _("Not shown, to protect people.")
        again = next_look_words(found.again, words)
        return f"{said} {again}" if again else said
    if found.base.count == 0:
        return _("Nobody answered both.")
    said = words.ngettext(
        "One person answered both.", "%(base)s people answered both.", plural(found.base),
        base=count_words(found.base, words),
    )  # fmt: skip
    said = unpublished(said, found.base.private, words)
    joined = [
        option.label for side in (found.down, found.across) for option in side.options if option.members
    ]  # fmt: skip
    if joined:
        named = words.listed([f"“{label}”" for label in dict.fromkeys(joined)])
        said += " " + _("Counted together, because few chose one of them: %(answers)s.", answers=named)
    return said


def hides_something(shift: Shift) -> bool:
    """Whether of a row that is shown there is a count of which nothing at all is told."""
    return any(
        not cell.told
        for together in shift.rows
        for row in together
        if not row.tally.withheld
        for cell in (row.tally.base, *row.tally.cells.values())
    )


def matched_words(shift: Shift, words: Phrasing) -> str | None:
    """What the people counted more than once are called: “Only the 19 who answered this twice”, with the mark where how
    many they are is not for publication. None where there is no such set."""
    if shift.matched_base is None:
        return None
    return marked(_matched_words(shift, count_words(shift.matched_base, words), words), shift.matched_base.private)


def _matched_words(shift: Shift, number: str, words: Phrasing) -> str:
    times = len({row.touchpoint for row in shift.everyone})
    if shift.scored:
        return words.gettext("Only the %(number)s scored every time", number=number)
    if times == 1:
        return words.gettext("Only the %(number)s who answered both", number=number)
    if times == 2:
        return words.gettext("Only the %(number)s who answered this twice", number=number)
    return words.gettext("Only the %(number)s who answered this every time", number=number)


def _row(shift: Shift, index: int) -> ShiftRow:
    return shift.rows[index][0]
