"""Two questionnaires beside one another, question by question."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from surveyapp.domain.instrument.condition_text import Gettext, english, known_of
from surveyapp.domain.instrument.questionnaire import Question, Questionnaire, Section
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.versions.diff import Became, Content, Difference, content, difference


@dataclass(frozen=True)
class Piece:
    """Some words of a line, and whether the other side has them elsewhere or not at all."""

    words: str
    differs: bool


@dataclass(frozen=True)
class ComparedLine:
    """One thing that a question holds, on either side; None where a side does not have it."""

    what: str
    about: str | None
    old: tuple[Piece, ...] | None
    new: tuple[Piece, ...] | None

    @property
    def differs(self) -> bool:
        return self.old != self.new


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A question on both sides, or on one. `state`: same, changed, moved, added or removed."""

    id: str
    old: Question | None
    new: Question | None
    state: str
    lines: tuple[ComparedLine, ...]
    became: tuple[Became, ...]


@dataclass(frozen=True)
class Stretch:
    """A section's pairs, under its titles on either side."""

    id: str
    old: str | None
    new: str | None
    pairs: tuple[Pair, ...]


@dataclass(frozen=True)
class SideBySide:
    difference: Difference
    stretches: tuple[Stretch, ...]


def side_by_side(study: Study, old: Questionnaire, new: Questionnaire, _: Gettext = english) -> SideBySide:
    """Both questionnaires in the order of the new one. What is gone stands where it was, after what stood before it."""
    found = difference(study, old, new)
    changed = {each.id: each.became for each in found.questions}
    moved = {each.id for each in found.moved}
    knowns = (known_of(study, old), known_of(study, new))
    before, after = ({question.id: question for question in each.questions} for each in (old, new))

    def pair(name: str) -> Pair:
        first, second = before.get(name), after.get(name)
        contents = [
            {} if question is None else content(question, known, _)
            for question, known in zip((first, second), knowns, strict=True)
        ]
        if first is None or second is None:
            state = "added" if first is None else "removed"
        else:
            state = "changed" if name in changed else "moved" if name in moved else "same"
        return Pair(
            id=name, old=first, new=second, state=state, lines=tuple(_lines(*contents)), became=changed.get(name, ())
        )

    return SideBySide(
        found,
        tuple(
            Stretch(
                name,
                one.title if one else None,
                two.title if two else None,
                tuple(pair(question) for question in questions),
            )
            for name, one, two, questions in _arranged(old, new)
        ),
    )


def _arranged(
    old: Questionnaire, new: Questionnaire
) -> Iterator[tuple[str, Section | None, Section | None, list[str]]]:
    """Every section with the ids of its questions: the new ones, and those that are gone after what they followed."""
    kept = {question.id for question in new.questions}
    followers: dict[str | None, list[str]] = {}
    for section in old.sections:
        last: str | None = None
        for question in section.questions:
            if question.id in kept:
                last = question.id
            else:
                followers.setdefault(last or f"in:{section.id}", []).append(question.id)
    old_sections = {section.id: section for section in old.sections}
    for section in new.sections:
        ids = list(followers.pop(f"in:{section.id}", []))
        for question in section.questions:
            ids += [question.id, *followers.pop(question.id, [])]
        yield section.id, old_sections.get(section.id), section, ids
    for section in old.sections:
        gone = followers.pop(f"in:{section.id}", [])
        if gone:
            yield section.id, section, None, gone


def _lines(old: Content, new: Content) -> Iterator[ComparedLine]:
    for what, about in dict.fromkeys((*new, *old)):
        one, two = old.get((what, about)), new.get((what, about))
        if one is None or two is None:
            yield ComparedLine(what, about, _whole(one, bool(new)), _whole(two, bool(old)))
        else:
            yield ComparedLine(what, about, *_compared(one, two))


def _whole(text: str | None, differs: bool) -> tuple[Piece, ...] | None:
    """A line of one side alone. Where the other side has no such question at all, no line stands out."""
    return None if text is None else (Piece(text, differs),)


def _compared(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both texts, cut where they begin and cease to differ, word by word."""
    one, two = (re.findall(r"\s+|[^\s]+", text) for text in (old, new))
    matcher = difflib.SequenceMatcher(None, one, two, autojunk=False)
    sides: tuple[list[Piece], list[Piece]] = ([], [])
    for tag, a, b, c, d in matcher.get_opcodes():
        for side, words in zip(sides, ("".join(one[a:b]), "".join(two[c:d])), strict=True):
            if words:
                side.append(Piece(words, tag != "equal"))
    return tuple(sides[0]), tuple(sides[1])
