"""What is said where a question is not asked as it was: the mark, its footnote, and why a step is broken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from surveyapp.domain.i18n import in_language_of, joined
from surveyapp.domain.instrument.questionnaire import MomentsLayout
from surveyapp.domain.results import Category, Distribution, SeriesNote, Shift, ShiftStep, Tally
from surveyapp.domain.versions.comparability import UNDECLARED
from surveyapp.reports.text.phrasing import Phrasing, count_words, percent_words, unpublished

MARK = "†"
"""Stands where numbers compare although something was changed; a footnote begins with it."""


def note_words(note: SeriesNote, words: Phrasing) -> str:
    """One note as a sentence or two, the author's reason last."""
    _ = words.gettext
    said = {
        "reworded": _("The wording was changed."),
        "rescaled": _("The possible answers were changed; earlier answers are counted as the new ones."),
        "redefined": _("What is counted was changed; earlier answers are counted the new way."),
        "rebased": _("Who is asked was changed."),
        "relimited": _("What can be answered was changed."),
        "rearranged": _("The order in which it is shown was changed."),
        "extended": _("An answer was added."),
        "left_out": _("Answers to an earlier wording are left out."),
        "broken": _("Not comparable."),
        "removed": _("Not asked any more."),
    }[note.kind]
    if note.version is not None:
        said = {
            "reworded": _("The wording was changed in version %(number)s.", number=note.version),
            "rescaled": _(
                "The possible answers were changed in version %(number)s; earlier answers are counted as the new ones.",
                number=note.version,
            ),
            "redefined": _(
                "What is counted was changed in version %(number)s; earlier answers are counted the new way.",
                number=note.version,
            ),
            "rebased": _("Who is asked was changed in version %(number)s.", number=note.version),
            "relimited": _("What can be answered was changed in version %(number)s.", number=note.version),
            "rearranged": _("The order in which it is shown was changed in version %(number)s.", number=note.version),
            "extended": _("An answer was added in version %(number)s.", number=note.version),
            "left_out": _("Answers from before version %(number)s are left out.", number=note.version),
            "broken": _("Not comparable since version %(number)s.", number=note.version),
            "removed": _("Not asked any more since version %(number)s.", number=note.version),
        }[note.kind]
    if note.options:
        said = _("%(sentence)s New: %(options)s.", sentence=said, options=words.listed(note.options))
    if note.kind == "extended":
        said = _("%(sentence)s Who answered before was not offered this, and is in the base.", sentence=said)
    return f"{said} {_reason(note.reason, words)}" if note.reason else said


def _reason(reason: str, words: Phrasing) -> str:
    """The author's words as they are, or what is said in their place where they said nothing."""
    return words.gettext(reason) if reason in UNDECLARED else reason


def reason_words(step: ShiftStep, words: Phrasing) -> str:
    """Why a step is broken, in the author's words."""
    return joined(" ", dict.fromkeys(_reason(note.reason, words) for note in step.notes if note.reason))


def broken_words(step: ShiftStep, words: Phrasing) -> str:
    """“not comparable: Another scale.”"""
    reason = reason_words(step, words)
    return words.gettext("not comparable: %(reason)s", reason=reason) if reason else words.gettext("not comparable")


def broken_before(shift: Shift, row: int, words: Phrasing) -> str | None:
    """Why a row cannot be set against the one before it; None where it can."""
    step = shift.step(row - 1, row) if row else None
    return broken_words(step, words) if step and step.state == "broken" else None


def marked(shift: Shift, row: int) -> bool:
    """Whether a row carries the mark: its own answers are not all to one wording, or a step that leads to it is
    marked."""
    own = any(each.notes for each in shift.rows[row])
    return own or any(shift.step(before, row).state == "marked" for before in range(row))


def row_label(shift: Shift, row: int) -> str:
    """A row's label, with the mark where it carries one."""
    label = shift.everyone[row].label
    return in_language_of(label, f"{label} {MARK}") if marked(shift, row) else label


def row_words(shift: Shift, row: int, words: Phrasing) -> str:
    """Everything that is said of a row and of the step to it, as one text: for a file, which has no footnotes."""
    step = shift.step(row - 1, row)
    said = [note_words(note, words) for note in shift.everyone[row].notes]
    if row and step.state == "broken":
        before = shift.everyone[row - 1].label
        said.append(words.gettext("“%(row)s”: %(note)s", row=before, note=broken_words(step, words)))
    elif row:
        said.extend(note_words(note, words) for note in step.notes)
    return " ".join(dict.fromkeys(said))


def layout_words(layout: MomentsLayout | None, words: Phrasing) -> str | None:
    """How a before and a now were asked, as a sentence; None where there are not both. People remember towards the
    change, and the more so beside it: it is told wherever such a number is."""
    _ = words.gettext
    match layout:
        case "together":
            return _("Before and now were asked together.")
        case "apart":
            return _("Now was asked first, and before in a later section.")
    return None


def distribution_words(together: Sequence[Distribution], words: Phrasing) -> tuple[str, ...]:
    """What is said of one question's variables: once where it is the same for all, else each by its name."""
    by_text: dict[str, list[str]] = {}
    for each in together:
        name = " · ".join(part for part in (each.statement, each.moment_label) if part)
        everyone = next((tally for tally in each.tallies if tally.people.segment is None), None)
        notes = (note_words(note, words) for note in each.series_notes)
        for text in (*notes, *offered_words(everyone, each.options, words)):
            by_text.setdefault(text, []).append(name)
    return tuple(
        text if len(names) == len(together) or not any(names) else words.labelled(words.listed(names), text)
        for text, names in by_text.items()
    )


def offered_words(tally: Tally | None, options: Sequence[Category], words: Phrasing) -> Iterator[str]:
    """Of each option of several that was added later: how many were not offered it, and how many of the others chose
    it."""
    for option in options if tally else ():
        found = tally.offered.get(option.code) if tally else None
        if tally is None or found is None or found.base.count is None or tally.base.count is None:
            continue
        said = words.gettext(
            "Of the %(base)s who answered, %(without)s were not offered “%(option)s”; of the %(offered)s who were, "
            "%(chosen)s chose it (%(percent)s).",
            base=words.whole(tally.base.count),
            without=words.whole(tally.base.count - found.base.count),
            option=option.label,
            offered=words.whole(found.base.count),
            chosen=count_words(found.chosen, words),
            percent=percent_words(found.chosen, words) or "–",
        )
        yield unpublished(said, found.private, words)


def footnotes(shift: Shift, words: Phrasing) -> tuple[str, ...]:
    """What the marks mean, a text each: rows by themselves, then steps. A step said for one pair is not said again for
    another that passes over it."""
    found: list[str] = []
    for row in shift.everyone:
        for note in row.notes:
            found.append(words.gettext("%(mark)s “%(row)s”: %(note)s", mark=MARK, row=row.label,
                                       note=note_words(note, words)))  # fmt: skip
        found.extend(offered_words(row.tally, shift.options, words))
    told: set[SeriesNote] = set()
    for step in sorted(shift.steps, key=lambda each: each.after_row - each.before_row):
        fresh = [note for note in step.notes if step.state == "marked" and note not in told]
        told.update(fresh)
        first, second = shift.everyone[step.before_row].label, shift.everyone[step.after_row].label
        for note in fresh:
            found.append(words.gettext("%(mark)s “%(first)s” to “%(second)s”: %(note)s", mark=MARK, first=first,
                                       second=second, note=note_words(note, words)))  # fmt: skip
    return tuple(found)
