"""The easy words of a study: which texts have them, which a questionnaire cannot be offered without, and how media go
with a revision of them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping

from surveyapp.domain.instrument.easy.media import MediaShelf, StudyMedium, as_words, from_words
from surveyapp.domain.instrument.questionnaire import Question, Questionnaire
from surveyapp.domain.sending.rules import MessageStep

_NOT_SHOWN = re.compile(
    r"proxy\..+|study\.(?:help|public_title)(?:\..+)?|study\.privacy\.(?:controller|contact|regulator)"
    r"|.+\.(?:interviewer|aloud|pattern)|.+\.unit\.\d+"
)
"""Ids of what participants meet elsewhere than on pages that have easy words, of names, and of what nobody reads."""


def may_be_easy(id: str) -> bool:
    """Whether a text that participants meet can have easy words."""
    return _NOT_SHOWN.fullmatch(id) is None


def wanted(questionnaire: Questionnaire) -> Iterator[tuple[str, str]]:
    """(id, source) of every text without whose easy words a questionnaire is not offered in them: what is asked, and
    what is said beneath it. Options are often as easy as they can be."""
    for question in questionnaire.questions:
        id = f"{questionnaire.id}.{question.id}"
        yield f"{id}.text", question.text
        if question.hint is not None:
            yield f"{id}.hint", question.hint
        for statement in question.statements:
            yield f"{id}.statement.{statement.id}", statement.text


def step_texts(step: MessageStep) -> Iterator[tuple[str, str]]:
    """(id, source) of every text of a message: it is sent in easy words where all of them have some."""
    for name in ("subject", "text", "short"):
        source = getattr(step, name)
        if source:
            yield f"message.{step.id}.{name}", source


def media_texts(media: Iterable[StudyMedium]) -> Iterator[tuple[str, str]]:
    """(id, source) of the words that stand for pictures and clips, in the study's source language."""
    for each in media:
        for name in ("alt", "transcript"):
            said = getattr(each.medium, name)
            if said:
                yield f"{each.id}.{name}", said


def media_words(
    questionnaire: Questionnaire, shelf: MediaShelf, language: str, translated: Mapping[tuple[str, str], str]
) -> dict[str, str]:
    """What stands beside a questionnaire's questions in a language, as the words of a revision keep it. `translated`:
    what stands for a picture or clip in the language, by (id, source)."""
    words: dict[str, str] = {}
    for question in questionnaire.questions:
        for each in shelf.of(question.id, language):
            said = {id.rpartition(".")[2]: translated.get((id, source), source) for id, source in media_texts([each])}
            medium = dataclasses.replace(each.medium, alt=said.get("alt"), transcript=said.get("transcript"))
            words |= as_words(f"{questionnaire.id}.{question.id}", medium)
    return words


def with_media(questionnaire: Questionnaire, words: Mapping[str, str]) -> Questionnaire:
    """The questionnaire with what a revision's words have beside its questions."""
    sections = tuple(
        dataclasses.replace(
            section, questions=tuple(_with_media(questionnaire.id, each, words) for each in section.questions)
        )
        for section in questionnaire.sections
    )
    return dataclasses.replace(questionnaire, sections=sections)


def _with_media(questionnaire: str, question: Question, words: Mapping[str, str]) -> Question:
    ofs = ["", *(f"statement.{each.id}" for each in question.statements)]
    ofs += [f"option.{each.code}" for each in question.options]
    found = tuple(each for of in ofs for each in from_words(f"{questionnaire}.{question.id}", of, words))
    return dataclasses.replace(question, media=found) if found else question
