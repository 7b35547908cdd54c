"""How far a study's easy words are, questionnaire by questionnaire, and in which it is offered in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from surveyapp.domain.instrument.easy.renderings import easy_of
from surveyapp.domain.instrument.easy.words import media_texts, media_words, step_texts, wanted
from surveyapp.domain.instrument.questionnaire import MediumKind, Questionnaire
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.instrument.translation import words_for
from surveyapp.domain.sending.rules import MessageStep
from surveyapp.services.translation import study_catalogues
from surveyapp.services.translation.po_files import PoUnreadable, read
from surveyapp.services.translation.study_catalogues import Share


@dataclass(frozen=True, kw_only=True)
class EasyCoverage:
    """How far a version of a questionnaire is in the easy words of a language: of what is asked, and of its questions
    that have a picture, a sound, a clip. It is offered once `words` is complete."""

    language: str
    questionnaire: str
    version: int
    words: Share
    beside: dict[MediumKind, Share]
    draft: bool


def coverage(folder: Path, study: Study) -> Iterator[EasyCoverage]:
    """Of the newest version of each questionnaire, in each language that has easy words. Raises PoUnreadable."""
    for language in study.easy:
        words = study_catalogues.easy_words_in(folder, language)
        file = easy_of(language)
        draft = read(study_catalogues.file_of(folder, file), file).is_draft
        for name in dict.fromkeys(each for each, _ in study.questionnaires):
            questionnaire = study.newest(name)
            texts = _wanted(study, questionnaire, language)
            yield EasyCoverage(
                language=language,
                questionnaire=name,
                version=questionnaire.version,
                words=Share(sum(each in words for each in texts), len(texts)),
                beside={kind: _beside(study, questionnaire, language, kind) for kind in MediumKind},
                draft=draft,
            )


def of_messages(folder: Path, study: Study) -> Iterator[tuple[str, Share, bool]]:
    """How many of a study's messages are sent in easy words, by each language that has some; whether they are a draft.
    Raises PoUnreadable."""
    steps = study.messages.steps if study.messages else ()
    for language in study.easy if steps else ():
        file = easy_of(language)
        said = Share(sum(writes(folder, study, each, language) for each in steps), len(steps))
        yield language, said, read(study_catalogues.file_of(folder, file), file).is_draft


def writes(folder: Path, study: Study, step: MessageStep, language: str) -> bool:
    """Whether a message can be written in the easy words of a language: all of it has them, so that none changes its
    voice in the middle. Where their file cannot be read it cannot."""
    return _has_all(folder, study, language, step_texts(step))


def _has_all(folder: Path, study: Study, language: str, texts: Iterable[tuple[str, str]]) -> bool:
    if language not in study.easy:
        return False
    try:
        words = study_catalogues.easy_words_in(folder, language)
    except PoUnreadable:
        return False
    return all(each in words for each in texts)


def _wanted(study: Study, questionnaire: Questionnaire, language: str) -> list[tuple[str, str]]:
    texts = list(wanted(questionnaire))
    if language != study.source_language:
        for question in questionnaire.questions:
            texts += media_texts(study.media.of(question.id, language))
    return texts


def _beside(study: Study, questionnaire: Questionnaire, language: str, kind: MediumKind) -> Share:
    having = {
        each.question for each in study.media.media if each.medium.kind is kind and each.language in (None, language)
    }
    return Share(sum(each.id in having for each in questionnaire.questions), len(questionnaire.questions))


def is_offered(folder: Path, study: Study, questionnaire: Questionnaire, language: str) -> bool:
    """Whether a version of a questionnaire can be had in the easy words of a language: all that it asks has them. Where
    their file cannot be read it cannot: `questionnaires check` says so."""
    return _has_all(folder, study, language, _wanted(study, questionnaire, language))


def recorded(folder: Path, study: Study, questionnaire: Questionnaire, language: str) -> dict[str, str]:
    """What a revision of a version in the easy words of a language keeps: the words themselves, the usual ones where
    there are none easier, and what stands beside them. Empty where it is not offered. Raises PoUnreadable."""
    if not is_offered(folder, study, questionnaire, language):
        return {}
    words = study_catalogues.words_in(folder, easy_of(language))
    return words_for(questionnaire, words) | media_words(questionnaire, study.media, language, words)
