"""Deciding what in somebody's words says who they are, and writing their words in another language."""

from __future__ import annotations

import re

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import InputRefused
from surveyapp.domain.normalise import free_text, length, one_line
from surveyapp.domain.open_answers.marking import MarkedSpan, SpanDecision, SpanKind, TextSpan
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action
from surveyapp.services.open_answers.finding import finder
from surveyapp.services.open_answers.questions import QuestionPlace
from surveyapp.services.open_answers.reading import Reader, found_answer
from surveyapp.services.work import Desk, Work
from surveyapp.store.open_answers import marking
from surveyapp.store.open_answers.reading import WrittenAnswer

LONGEST_TRANSLATION = 10_000
"""Characters of a translation."""


def decide_found(
    desk: Desk, reader: Reader, study_id: str, question: QuestionPlace, token: str, decision: SpanDecision
) -> int:
    """Decides of everything that was found in an answer and its translations and that nobody decided of yet, whatever
    it is; of how many places. Raises NotFound, NotPermitted."""
    with desk.writing() as work:
        answer, texts = answer_texts(work, desk, reader, study_id, question, token)
        finds, decided = finder(work, study_id), 0
        for language, text in texts.items():
            there = marking.marked(work.session, {answer.place: answer.person}, {answer.place: text}, language)
            known = [each.span for each in there.get(answer.place, ())]
            waiting = [each for each in finds.find(text) if not any(each.overlaps(other) for other in known)]
            _keep(work, answer, text, waiting, decision, language)
            decided += len(waiting)
        if decided:
            _note(work, study_id, question, decision.value, decided)
    return decided


def redact_words(desk: Desk, reader: Reader, study_id: str, question: QuestionPlace, token: str, written: str) -> int:
    """Redacts some words of an answer wherever they stand in it or its translations: those that were not found by
    themselves. Raises NotFound, NotPermitted, and InputRefused (`words`) where they do not stand there."""
    wanted = one_line(written)
    with desk.writing() as work:
        answer, texts = answer_texts(work, desk, reader, study_id, question, token)
        places = {language: _standing(text, wanted) for language, text in texts.items()} if wanted else {}
        found = sum(len(each) for each in places.values())
        if not found:
            raise InputRefused(say("words_not_there"), "words")
        for language, spans in places.items():
            _keep(work, answer, texts[language], spans, SpanDecision.REDACTED, language)
        _note(work, study_id, question, SpanDecision.REDACTED.value, found)
    return found


def take_back(desk: Desk, reader: Reader, study_id: str, question: QuestionPlace, token: str) -> None:
    """Takes back all that was decided of an answer. Raises NotFound, NotPermitted."""
    with desk.writing() as work:
        answer, texts = answer_texts(work, desk, reader, study_id, question, token)
        gone = sum(marking.unmark(work.session, answer.place, language) for language in texts)
        if gone:
            _note(work, study_id, question, "taken_back", gone)


def translate(
    desk: Desk, reader: Reader, study_id: str, question: QuestionPlace, token: str, language: str, written: str
) -> None:
    """Keeps an answer in another of the study's languages; an empty one takes away what was kept. Raises NotFound,
    NotPermitted, and InputRefused (`language`, `text`)."""
    study, text = desk.study(study_id), free_text(written)
    if language not in study.languages:
        raise InputRefused(say("no_such_language"), "language")
    if length(text) > LONGEST_TRANSLATION:
        raise InputRefused(say("translation_too_long", most=LONGEST_TRANSLATION), "text")
    with desk.writing() as work:
        answer, texts = answer_texts(work, desk, reader, study_id, question, token)
        if language == answer.language:
            raise InputRefused(say("given_in_that_language"), "language")
        marking.translate(
            work.session,
            study=study_id,
            place=answer.place,
            person=answer.person,
            text=texts[marking.ORIGINAL],
            language=language,
            translation=text,
            by=work.staff_id,
            at=work.now,
        )
        work.record(
            AuditAction.WORDS_TRANSLATED, study=study_id, question=_named(question), language=language, kept=bool(text)
        )


def answer_texts(
    work: Work, desk: Desk, reader: Reader, study_id: str, question: QuestionPlace, token: str
) -> tuple[WrittenAnswer, dict[str, str]]:
    """An answer, its words, and those of its translations, by language."""
    scope, study = desk.scope(Action.READ_WORDS, study_id), desk.study(study_id)
    answer, text = found_answer(work, scope, study, reader, question, token)
    made = marking.translations(work.session, {answer.place: answer.person}, {answer.place: text})
    return answer, {marking.ORIGINAL: text, **{each.language: each.text for each in made.get(answer.place, ())}}


def _keep(
    work: Work, answer: WrittenAnswer, text: str, spans: list[TextSpan], decision: SpanDecision, language: str
) -> None:
    made = [MarkedSpan(span, decision, work.staff_id, work.now) for span in spans]
    marking.mark(work.session, answer.place, answer.person, text, made, language)


def _standing(text: str, wanted: str) -> list[TextSpan]:
    """Where some words stand in a text, however they are written in large and small letters: whole words, for a part of
    one says nothing of anybody."""
    before, after = (r"(?<!\w)" if wanted[0].isalnum() else ""), (r"(?!\w)" if wanted[-1].isalnum() else "")
    pattern = re.compile(before + r"\s+".join(map(re.escape, wanted.split())) + after, re.IGNORECASE)
    return [TextSpan(match.start(), match.end(), SpanKind.OTHER) for match in pattern.finditer(text)]


def _note(work: Work, study_id: str, question: QuestionPlace, decision: str, places: int) -> None:
    work.record(AuditAction.WORDS_MARKED, study=study_id, question=_named(question), decision=decision, places=places)


def _named(question: QuestionPlace) -> str:
    return " ".join(map(str, question))
