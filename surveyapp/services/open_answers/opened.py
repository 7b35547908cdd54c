"""Words that lie open in memory for as long as they are read: searched, and cut into pieces where something was found
or redacted in them."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from surveyapp.domain.normalise import normalised
from surveyapp.domain.open_answers.marking import MarkedSpan, TextPiece, pieces, redact
from surveyapp.domain.staff import Scope
from surveyapp.services.open_answers.finding import Finder
from surveyapp.services.open_answers.questions import QuestionPlace
from surveyapp.services.work import Work
from surveyapp.store.open_answers import marking
from surveyapp.store.open_answers import reading as store
from surveyapp.store.open_answers.reading import AnswerPlace, WrittenAnswer

HIDDEN = "\u2588"
"""Stands for a redacted place while words are searched: nobody types it."""


@dataclass(frozen=True)
class OpenedWords:
    """Answers whose words lie open in memory, with what was redacted of them."""

    answers: Sequence[WrittenAnswer]
    texts: dict[AnswerPlace, str] = field(repr=False)
    marks: Mapping[AnswerPlace, list[MarkedSpan]]

    def matching(self, answers: Iterable[WrittenAnswer], written: str) -> list[WrittenAnswer]:
        """Those in which all of some words stand, however they are written; all where none is asked for."""
        wanted = wanted_words(written)
        return [each for each in answers if not wanted or all(word in self._searched(each) for word in wanted)]

    def of(self, person: uuid.UUID) -> list[WrittenAnswer]:
        return self._by_person.get(person, [])

    @functools.cached_property
    def _by_person(self) -> dict[uuid.UUID, list[WrittenAnswer]]:
        found: dict[uuid.UUID, list[WrittenAnswer]] = {}
        for each in self.answers:
            found.setdefault(each.person, []).append(each)
        return found

    def pieces(self, finds: Finder, answer: WrittenAnswer) -> tuple[TextPiece, ...]:
        """An answer's words in pieces, with what is found in them and what was decided of it."""
        text = self.texts[answer.place]
        return tuple(pieces(text, finds.find(text), self.marks.get(answer.place, ())))

    def _searched(self, answer: WrittenAnswer) -> str:
        text = self.texts[answer.place]
        marks = self.marks.get(answer.place)
        return folded(redact(text, marks, lambda _kind: HIDDEN) if marks else text)


def folded(text: str) -> str:
    """A text as it is searched: without case, and without marks on Latin letters."""
    plain = normalised("NFKD", text).casefold()
    return "".join(each for each in plain if not "\u0300" <= each <= "\u036f")


def wanted_words(written: str) -> list[str]:
    return folded(written).split()


def opened_words(
    work: Work, scope: Scope, places: Collection[QuestionPlace], only: Collection[uuid.UUID] | None = None
) -> OpenedWords:
    """The answers in words to some questions; `only`: of these people. Raises KeyMissing."""
    return opened(work, written_to(work, scope, places, only))


def written_to(
    work: Work, scope: Scope, places: Collection[QuestionPlace], only: Collection[uuid.UUID] | None = None
) -> list[WrittenAnswer]:
    """The answers to some questions, closed as they lie; `only`: of these people."""
    groups, touchpoints = {each[0] for each in places}, {each[1] for each in places}
    return [
        each
        for each in store.written(
            work.session,
            scope,
            {variable for _, _, variable in places},
            next(iter(groups)) if len(groups) == 1 else None,
            next(iter(touchpoints)) if len(touchpoints) == 1 else None,
            only=only,
        )
        if (each.group, each.touchpoint, each.variable) in places
    ]


def opened(work: Work, answers: Sequence[WrittenAnswer]) -> OpenedWords:
    """These answers, opened. Raises KeyMissing."""
    texts = store.opened(work.session, answers)
    people = {each.place: each.person for each in answers}
    return OpenedWords(answers, texts, marking.marked(work.session, people, texts))
