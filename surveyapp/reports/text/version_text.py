"""Differences and histories of questions as plain text, 80 columns wide, for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from surveyapp.domain.i18n import N_
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.versions.answer_migration import Fate
from surveyapp.domain.versions.comparability import VersionId
from surveyapp.domain.versions.diff import Became, Difference, Edit
from surveyapp.domain.versions.meaning import Status
from surveyapp.domain.versions.study_meaning import FrozenPurpose
from surveyapp.domain.versions.variable_history import Occurrence, ScoreOccurrence, Since
from surveyapp.reports.text.phrasing import ENGLISH
from surveyapp.reports.text.series import layout_words, note_words

WIDTH = 80


WHAT = {
    "title": N_("Title"),
    "text": N_("Text"),
    "hint": N_("Hint"),
    "interviewer": N_("Interviewer note"),
    "ask_if": N_("Asked if"),
    "order": N_("Order of the options"),
    "low": N_("Low end"),
    "high": N_("High end"),
    "net": N_("Net"),
    "option": N_("Option"),
    "statement": N_("Statement"),
    "moment": N_("Moment"),
    "specify": N_("Line of text beside"),
    "exclusive": N_("Chosen alone"),
    "missing": N_("Reasons for no answer"),
    "required": N_("Answer needed"),
    "minimum": N_("Least"),
    "maximum": N_("Most"),
    "decimals": N_("Decimal places"),
    "earliest": N_("Earliest"),
    "latest": N_("Latest"),
    "max_length": N_("Longest answer"),
    "pattern": N_("Pattern"),
    "fact": N_("May be quoted"),
    "favourable": N_("Favourable net"),
    "neutral": N_("Neutral option"),
    "kind": N_("Kind"),
    "apart": N_("Its before is asked in"),
    "value": N_("Counts as"),
    "units": N_("Unit"),
    "score": N_("Score"),
    "method": N_("How it is made"),
    "items": N_("Items"),
    "reverse": N_("Items turned round"),
    "minimum_answered": N_("Items that must be answered"),
    "reliability": N_("Reliability, as published"),
    "band": N_("Band"),
    "thresholds": N_("Threshold"),
    "completion": N_("When an interview is complete"),
    "segments": N_("Segments"),
    "crosstabs": N_("Questions across one another"),
    "enrolment": N_("End of enrolment"),
    "releases": N_("Releases"),
    "attributes": N_("Attribute"),
    "measures": N_("Measure"),
    "consent": N_("Consent"),
    "touchpoints": N_("Touchpoint"),
    "comparisons": N_("Comparison"),
}

STATUS = {
    "same": N_("the same"),
    "extended": N_("extended"),
    "reworded": N_("reworded"),
    "rescaled": N_("rescaled"),
    "redefined": N_("counted otherwise"),
    "rebased": N_("asked of others"),
    "relimited": N_("limited otherwise"),
    "rearranged": N_("shown in another order"),
    "new": N_("new"),
    "removed": N_("not asked any more"),
}


FATES: dict[Fate, str] = {
    "kept": N_("Kept as it is"),
    "mapped": N_("Mapped"),
    "asked_again": N_("Asked again"),
    "set_aside": N_("Not asked any more, kept in the history"),
}


def difference_lines(found: Difference) -> Iterator[str]:
    """What is different, a line at a time: added, removed and moved first, then each question."""
    yield from _wrapped(f"From {_name(found.old)} to {_name(found.new)}")
    if found.nothing:
        yield "Nothing is different."
        return
    yield from _edits(found.edits, "")
    for title, entries in (
        ("Added", [f"{each.id}: {each.text}" for each in found.added]),
        ("Removed", [f"{each.id}: {each.text}" for each in found.removed]),
        ("Moved", [_moved(each.id, each.old_section, each.new_section, each.after) for each in found.moved]),
        ("Sections added", list(found.sections_added)),
        ("Sections removed", list(found.sections_removed)),
    ):
        yield from _block(title, entries)
    for section in found.sections:
        yield ""
        yield f"Section {section.id}"
        yield from _edits(section.edits, "  ")
    for question in (*found.questions, *found.scores):
        yield ""
        yield from _wrapped(question.id)
        for became in question.became:
            yield from _wrapped(_became(became, question.id), "  ")
            for old, new in became.said.mapping if became.said else ():
                yield from _wrapped(f"{old} becomes {new}", "    ")
        yield from _edits(question.edits, "  ")


_UNSAID = ("extended", "broken", "left_out")
"""Kinds of notes that say more than the status does."""


def history_lines(study: Study, variable: str, found: Iterable[Occurrence]) -> Iterator[str]:
    """Where a variable is asked, in which words, and what lies between."""
    yield variable
    for each in found:
        group = study.group(each.group)
        where = ", ".join(touchpoint.title for touchpoint in each.touchpoints)
        yield ""
        yield from _wrapped(f"{group.title if group else each.group}, {where}: {_name(each.wording)}")
        if each.since is not None:
            yield from _wrapped(_since(each.since), "  ")
            for old, new in each.since.mapping:
                yield from _wrapped(f"{old} becomes {new}", "    ")
        if not each.parts:
            continue
        first = each.parts[0]
        yield from _wrapped(f"Section: {each.section}", "  ")
        yield from _wrapped(f"Text: {first.question.text}", "  ")
        if first.statement:
            yield from _wrapped(f"Statement: {first.statement.text}", "  ")
        moments = [part.moment_label for part in each.parts if part.moment_label]
        if moments:
            layout = layout_words(first.moments_layout, ENGLISH)
            yield from _wrapped(f"Moments: {', '.join(moments)}{f'. {layout}' if layout else ''}", "  ")
        question = first.question
        if question.options:
            yield from _wrapped(f"Options: {' / '.join(option.label for option in question.options)}", "  ")
        if each.asked_if:
            yield from _wrapped(f"Asked if: {each.asked_if}", "  ")
        if first.kind.scaled:
            ends = f" ({question.low} to {question.high})" if question.low and question.high else ""
            yield from _wrapped(f"From {question.minimum} to {question.maximum}{ends}", "  ")


def score_lines(name: str, found: Iterable[ScoreOccurrence]) -> Iterator[str]:
    """How a score is made in each version, and what lies between."""
    yield f"{name}, a score"
    for each in found:
        yield ""
        yield from _wrapped(_name(each.wording))
        if each.since is not None:
            yield from _wrapped(_since(each.since), "  ")
        score = each.score
        yield from _wrapped(f"Title: {score.title}", "  ")
        yield from _wrapped(f"Made as: the {score.method} of {', '.join(score.items)}", "  ")
        if score.reverse:
            yield from _wrapped(f"Turned round: {', '.join(score.reverse)}", "  ")
        yield from _wrapped(f"Items that must be answered: {score.minimum_answered}", "  ")
        if score.bands:
            bands = " / ".join(f"{band.label} ({band.low}–{band.high})" for band in score.bands)
            yield from _wrapped(f"Bands: {bands}", "  ")


def consent_lines(name: str, found: Iterable[tuple[int, FrozenPurpose]]) -> Iterator[str]:
    """Every wording of a purpose of consent."""
    yield f"{name}, a purpose of consent"
    for version, purpose in found:
        yield ""
        yield f"Version {version}, {'required' if purpose.required else 'not required'}"
        yield from _wrapped(purpose.text, "  ")


def study_lines(edits: Iterable[Edit]) -> Iterator[str]:
    """What of study.yaml is not as it was frozen."""
    listed = list(edits)
    if listed:
        yield "study.yaml is not as it was frozen. What was published before may mean something else:"
        yield from _edits(listed, "  ")


def _statuses(statuses: Iterable[Status]) -> str:
    return " and ".join(STATUS[each] for each in statuses)


def _since(since: Since) -> str:
    words = f"Since {_name(since.wording)}: {_statuses(since.statuses)}"
    if since.status == "removed":
        return f"{words}."
    words += ", comparable." if since.comparable else ", not comparable."
    # What became of it is said; of each note the author's reason is left to say, or what stands in its place.
    said = [note.reason or note_words(note, ENGLISH) for note in since.notes if note.reason or note.kind in _UNSAID]
    return " ".join([words, *dict.fromkeys(said)])


def _became(became: Became, question: str) -> str:
    name = "" if became.variable == question else f"{became.variable}: "
    if became.kind_changed:
        return f"{name}another kind of question: it needs another id"
    words = f"{name}{_statuses(became.statuses)}"
    if became.said is None:
        return f"{words}, nothing declared" if became.undeclared else words
    said = "mapped" if became.said.mapping else "comparable" if became.said.comparable else "not comparable"
    return f"{words}, declared {said}: {became.said.because}"


def _moved(name: str, old: str, new: str, after: str | None) -> str:
    place = f"after {after}" if after else "to the beginning"
    return f"{name}: {place}" + (f" (from “{old}” to “{new}”)" if old != new else "")


def _edits(edits: Iterable[Edit], indent: str) -> Iterator[str]:
    for edit in edits:
        what = WHAT.get(edit.what, edit.what.replace("_", " ").capitalize())
        what = f"{what} {edit.about}" if edit.about else what
        if edit.old is None:
            yield from _wrapped(f"{what} added: {edit.new}", indent)
        elif edit.new is None:
            yield from _wrapped(f"{what} removed: {edit.old}", indent)
        else:
            yield from _wrapped(f"{what}:", indent)
            yield from _wrapped(f"- {edit.old}", f"{indent}  ")
            yield from _wrapped(f"+ {edit.new}", f"{indent}  ")


def _block(title: str, entries: list[str]) -> Iterator[str]:
    if entries:
        yield ""
        yield title
        for entry in entries:
            yield from _wrapped(entry, "  ")


def _name(wording: VersionId) -> str:
    return f"{wording.questionnaire} v{wording.version}"


def _wrapped(text: str, indent: str = "") -> list[str]:
    """Lines of at most `WIDTH` characters; what follows the first is indented further."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_on_hyphens=False,
    )
