"""A questionnaire as those who make it read it: every question, its codes, whom it is asked, what hangs on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from surveyapp.domain.instrument.condition_text import KnownParts, known_of
from surveyapp.domain.instrument.conditions import Condition, Reference, reference_id, references
from surveyapp.domain.instrument.kinds import KINDS, Part
from surveyapp.domain.instrument.piping import quotes, texts_of
from surveyapp.domain.instrument.questionnaire import Question, Questionnaire, Section
from surveyapp.domain.instrument.routing import asked_in
from surveyapp.domain.instrument.study import Study


@dataclass(frozen=True, kw_only=True)
class CodebookEntry:
    """A question: its place from 1, its variables, what it quotes, the questions its own conditions look at, and what
    looks at it: questions and sections by anchor."""

    number: int
    question: Question
    parts: tuple[Part, ...]
    quotes: tuple[str, ...]
    looks_at: tuple[str, ...]
    leads_to: tuple[str, ...]

    @property
    def anchor(self) -> str:
        return question_anchor(self.question.id)


@dataclass(frozen=True)
class Chapter:
    """A section and its questions. `looks_at`: what the section's own condition looks at. `asked_back`: questions of
    earlier sections whose before is asked here."""

    section: Section
    entries: tuple[CodebookEntry, ...]
    looks_at: tuple[str, ...]
    asked_back: tuple[Question, ...] = ()

    @property
    def anchor(self) -> str:
        return section_anchor(self.section.id)


@dataclass(frozen=True)
class Codebook:
    """`known_facts`: what is known of a person before they begin and is looked at or quoted here, in the order met."""

    questionnaire: Questionnaire
    chapters: tuple[Chapter, ...]
    known_facts: tuple[Reference, ...]
    known: KnownParts

    @property
    def entries(self) -> Iterator[CodebookEntry]:
        return (entry for chapter in self.chapters for entry in chapter.entries)


def question_anchor(question_id: str) -> str:
    """What a question is called in a page's addresses. Ids are apart from those of sections, which may be the same."""
    return f"q-{question_id}"


def section_anchor(section_id: str) -> str:
    return f"s-{section_id}"


def codebook(study: Study, questionnaire: Questionnaire) -> Codebook:
    """A questionnaire with its routing worked out both ways."""
    known = known_of(study, questionnaire)
    looked_at: dict[str, dict[str, None]] = {}
    seen_by: dict[str, dict[str, None]] = {}
    known_facts: dict[Reference, None] = {}
    for anchor, condition, texts in _conditioned(questionnaire):
        for reference in (*references(condition), *_quoted(texts)):
            if reference.scope != "answer":
                known_facts[reference] = None
        for reference in references(condition):
            source = _source(reference, known)
            looked_at.setdefault(anchor, {})[source] = None
            seen_by.setdefault(source, {})[anchor] = None
    number = 0
    chapters = []
    for section in questionnaire.sections:
        entries = []
        for question in section.questions:
            number += 1
            anchor = question_anchor(question.id)
            parts = KINDS[question.kind].parts(question)
            quoted = dict.fromkeys(reference_id(each) for each in _quoted(texts_of(question)))
            looks, seen = (tuple(each.get(anchor, ())) for each in (looked_at, seen_by))
            entries.append(
                CodebookEntry(
                    number=number, question=question, parts=parts, quotes=tuple(quoted), looks_at=looks, leads_to=seen
                )
            )
        looks_at = tuple(looked_at.get(section_anchor(section.id), ()))
        own = {question.id for question in section.questions}
        back = tuple(question for question, _ in asked_in(questionnaire, section) if question.id not in own)
        chapters.append(Chapter(section, tuple(entries), looks_at, back))
    return Codebook(questionnaire, tuple(chapters), tuple(known_facts), known)


def _conditioned(questionnaire: Questionnaire) -> Iterator[tuple[str, Condition | None, Iterable[str]]]:
    """(anchor, condition, texts beside it) for every section, question and statement, in the order met."""
    for section in questionnaire.sections:
        yield section_anchor(section.id), section.ask_if, ()
        for question in section.questions:
            anchor = question_anchor(question.id)
            yield anchor, question.ask_if, tuple(texts_of(question))
            for statement in question.statements:
                yield anchor, statement.ask_if, ()


def _quoted(texts: Iterable[str]) -> Iterator[Reference]:
    return (quote.reference for text in texts for quote in quotes(text) if quote.reference)


def _source(reference: Reference, known: KnownParts) -> str:
    part = known.parts.get(reference.name) if reference.scope == "answer" else None
    return question_anchor(part.question.id) if part else reference_id(reference)
