"""Which of the languages that a study lists people can choose, and why another is not among them.

A language is offered once everything is said in it that participants and interviewers can meet: the study's own texts,
and every version that was opened, in the words that were taken up with it. Of a draft they meet nothing, and a message
goes in the study's source by itself. What was said once stays said: a text that is in doubt now, or that the source has
since worded anew, is shown in the source alone, and takes the language from nobody.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from surveyapp.domain.instrument.easy.words import step_texts
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.instrument.translation import Audience, texts_of, texts_of_questionnaire
from surveyapp.domain.sending.rules import MessageStep
from surveyapp.services.translation import interface_catalogues
from surveyapp.services.translation.po_files import PoUnreadable
from surveyapp.services.translation.study_catalogues import ever_said_in, words_in


@dataclass(frozen=True, kw_only=True)
class OpenedVersion:
    """A version that was opened: the ids of what people meet in it, and those that were ever taken up of it, by
    language."""

    questionnaire: str
    version: int
    texts: frozenset[str]
    taken_up: Mapping[str, frozenset[str]]


def not_offered(folder: Path, study: Study, opened: Sequence[OpenedVersion] | None) -> dict[str, str]:
    """Each language that a study lists and nobody can choose, with a sentence that says why. `opened`: None where the
    database cannot be asked."""
    found = {language: _why_not(folder, study, language, opened) for language in study.languages}
    return {language: why for language, why in found.items() if why is not None}


def _why_not(folder: Path, study: Study, language: str, opened: Sequence[OpenedVersion] | None) -> str | None:
    if language == study.source_language:
        return None
    try:
        missing = _missing(folder, study, language, begun=opened is None or bool(opened))
    except PoUnreadable as error:
        return f"text/{language}.po cannot be read, from line {error.line} on. {error.why}"
    if language in study.partial:
        return None
    if not interface_catalogues.serves_participants(language):
        return no_pages(language)
    if missing:
        return f"{_counted(missing)} not translated. Translate what is missing, then restart."
    for each in opened or ():
        if lacking := sorted(each.texts - each.taken_up.get(language, frozenset())):
            what = f"{each.questionnaire} v{each.version}"
            todo = f"`surveyapp questionnaires reword {study.id} {each.questionnaire}`"
            return f"{_counted(lacking)} never taken up for {what}. Translate what is missing, then {todo} and restart."
    return None


def no_pages(language: str) -> str:
    """Why a language is not offered in which a study may say everything, and the pages around it do not."""
    return f"Shiftline’s own pages for participants are not all translated into {language}."


def _counted(ids: Sequence[str]) -> str:
    return f"“{ids[0]}” was" if len(ids) == 1 else f"{len(ids)} texts, “{ids[0]}” among them, were"


def _missing(folder: Path, study: Study, language: str, *, begun: bool) -> list[str]:
    """The ids of what is not said in a language: of the study's own texts, of those that never were; of a study that
    has not `begun`, of which nothing was ever taken up, of all that people will meet at first. Raises PoUnreadable."""
    words, ever = words_in(folder, language), ever_said_in(folder, language)
    if begun:
        return [id for id, _ in own_texts(study) if id not in ever]
    return [key[0] for key in (*own_texts(study), *texts_met(study)) if key not in words]


def own_texts(study: Study) -> list[tuple[str, str]]:
    """(id, source) of what people meet of a study's own texts, on its pages."""
    own = dataclasses.replace(study, questionnaires={}, messages=None)
    return [(text.id, text.source) for text in texts_of(own) if text.audience is Audience.PARTICIPANT]


def texts_met(study: Study) -> list[tuple[str, str]]:
    """(id, source) of what people meet in its questionnaires, as far as the files can say: in versions that are frozen,
    for no other can be opened. In all of them, where none is yet."""
    frozen = [each for key, each in study.questionnaires.items() if key in study.frozen]
    return list(dict.fromkeys(key for each in frozen or study.questionnaires.values() for key in met_in(each)))


def met_in(questionnaire: Questionnaire) -> list[tuple[str, str]]:
    """(id, source) of what people meet in one version."""
    texts = texts_of_questionnaire(questionnaire)
    return [(text.id, text.source) for text in texts if text.audience is Audience.PARTICIPANT]


def lacking(folder: Path, questionnaire: Questionnaire, language: str) -> list[str]:
    """The ids of what people would meet untranslated in a version that is opened now. Raises PoUnreadable."""
    words = words_in(folder, language)
    return [key[0] for key in met_in(questionnaire) if key not in words]


def writes(folder: Path, study: Study, step: MessageStep, language: str) -> bool:
    """Whether a message is written in a language: all of it is translated, so that none changes its language in the
    middle. Where the file cannot be read it is not."""
    if language == study.source_language:
        return True
    try:
        words = words_in(folder, language)
    except PoUnreadable:
        return False
    return all(each in words for each in step_texts(step))
