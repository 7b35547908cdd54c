"""What coding a question looks at: its frame, the answers in words to it, and what was coded of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from surveyapp.domain.errors import NotFound
from surveyapp.domain.open_answers.codes import AnswerCoding, CodeFrame, ThemeCode
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action
from surveyapp.services.open_answers.questions import OpenQuestion, QuestionPlace
from surveyapp.services.open_answers.reading import found_question
from surveyapp.services.work import Desk, Work
from surveyapp.store.open_answers import coding as store
from surveyapp.store.open_answers import reading
from surveyapp.store.open_answers.reading import AnswerPlace, WrittenAnswer


@dataclass(frozen=True, kw_only=True)
class CodingSight:
    """What coding of one question looks at."""

    question: OpenQuestion
    place: store.FramePlace
    frame: CodeFrame
    answers: Sequence[WrittenAnswer]
    codings: Mapping[AnswerPlace, AnswerCoding]

    def coding(self, answer: WrittenAnswer) -> AnswerCoding:
        return self.codings.get(answer.place, AnswerCoding())


def coding_sight(work: Work, desk: Desk, study_id: str, place: QuestionPlace) -> CodingSight:
    scope, study = desk.scope(Action.READ_WORDS, study_id), desk.study(study_id)
    question = found_question(work, study, *place)
    answers = reading.written(work.session, scope, [question.variable], question.group)
    frame_place = (study.id, question.group, question.variable)
    return CodingSight(
        question=question,
        place=frame_place,
        frame=store.frame(work.session, frame_place),
        answers=answers,
        codings=store.codings(work.session, answers),
    )


def active_code(frame: CodeFrame, code_id: str) -> ThemeCode:
    found = next((each for each in frame.active if str(each.id) == code_id), None)
    if found is None:
        raise NotFound(say("code_gone"))
    return found


def place_words(place: QuestionPlace) -> str:
    return " ".join(map(str, place))
