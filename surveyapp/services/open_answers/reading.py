"""Reading answers in people's own words: one question's, or a search of all, opened in memory and noted in the audit
trail with what they are read for. Nobody is named: who wrote which is a number of the page.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from surveyapp.domain.answers import Answer, is_substantive
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import InputRefused, NotFound
from surveyapp.domain.instrument.consent.purposes import Governs
from surveyapp.domain.instrument.kinds import Part
from surveyapp.domain.instrument.piping import plain
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.normalise import one_line
from surveyapp.domain.open_answers.marking import TextPiece, pieces
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action, Scope
from surveyapp.services.open_answers.finding import Finder, finder
from surveyapp.services.open_answers.opened import OpenedWords, opened, opened_words, wanted_words, written_to
from surveyapp.services.open_answers.questions import OpenQuestion, Ticked, questions, ticked
from surveyapp.services.open_answers.segments import SegmentChoice, segment_choices, segment_values
from surveyapp.services.staff.granting import checked_purpose
from surveyapp.services.work import Desk, Work
from surveyapp.store.answering import consents as said_of_consent
from surveyapp.store.open_answers import marking, purposes
from surveyapp.store.open_answers import reading as store
from surveyapp.store.open_answers.marking import WordsTranslation
from surveyapp.store.open_answers.reading import AnswerPlace, WrittenAnswer

A_PAGE = 50
"""Answers shown at once."""


@dataclass(frozen=True)
class Reader:
    """Whoever reads, from one session, and what they said it is for."""

    session_id: uuid.UUID
    purpose: str


@dataclass(frozen=True, kw_only=True)
class ReadingQuery:
    """What is read. `only`: a segment's name and one of its values; `band`: of the question's; `search`: words that an
    answer must have, each of them; `page` from 1."""

    only: tuple[str, str] | None = None
    band: str | None = None
    search: str = ""
    page: int = 1


@dataclass(frozen=True, kw_only=True)
class BesideAnswer:
    """What the same person ticked (`part` and `answer`) or said (`pieces`, in `language`) beside their words, and at
    which touchpoint. `again`: it is the same question, asked at another."""

    touchpoint: int
    title: str
    part: Part | None = None
    answer: Answer | None = None
    pieces: tuple[TextPiece, ...] = ()
    language: str | None = None
    again: bool = False


@dataclass(frozen=True, kw_only=True)
class ReadTranslation:
    """A translation of somebody's words, in pieces."""

    made: WordsTranslation
    pieces: tuple[TextPiece, ...]


@dataclass(frozen=True, kw_only=True)
class ReadAnswer:
    """One answer, as it is read. `token` names it on the page and in this session alone, `person` is the page's number
    for whoever wrote it; `quotable`: whether they agreed to be quoted, in the wording that stands."""

    token: str
    person: int
    question: OpenQuestion
    language: str
    pieces: tuple[TextPiece, ...]
    beside: tuple[BesideAnswer, ...] = ()
    translations: tuple[ReadTranslation, ...] = ()
    quotable: bool = False

    @property
    def waiting(self) -> int:
        """How many places were found of which nobody has decided."""
        every = [*self.pieces, *(piece for each in self.translations for piece in each.pieces)]
        return sum(1 for piece in every if piece.kind is not None and piece.decision is None)

    @property
    def decided(self) -> bool:
        return any(piece.decision is not None for piece in self.pieces)


@dataclass(frozen=True, kw_only=True)
class ReadPage:
    """A page of answers. `written` counts all there are to the question, `matching` those that are read; `too_few`:
    whether a segment was asked for in which too few people are for words to be read by it."""

    question: OpenQuestion | None
    answers: tuple[ReadAnswer, ...]
    written: int
    matching: int
    page: int
    segments: tuple[SegmentChoice, ...] = ()
    too_few: bool = False

    @property
    def pages(self) -> int:
        return max(1, -(-self.matching // A_PAGE))


@dataclass(frozen=True)
class QuestionCount:
    """A question, and how many people wrote something."""

    question: OpenQuestion
    people: int


def purpose_of(desk: Desk, session_id: uuid.UUID, study_id: str) -> str | None:
    """What somebody said they read a study's words for in this session; None: nothing yet. Raises NotFound,
    NotPermitted."""
    desk.study(study_id)
    desk.check(Action.READ_WORDS, study_id)
    with desk.reading() as work:
        return purposes.purpose(work.session, session_id, study_id)


def say_purpose(desk: Desk, session_id: uuid.UUID, study_id: str, written: str) -> None:
    """Keeps what somebody reads a study's words for. Raises NotFound, NotPermitted, and InputRefused (`purpose`)."""
    desk.study(study_id)
    desk.check(Action.READ_WORDS, study_id)
    said = checked_purpose(one_line(written))
    if not said:
        raise InputRefused(say("purpose_wanted"), "purpose")
    with desk.writing() as work:
        purposes.say_purpose(work.session, session_id, study_id, said)


def places(desk: Desk, study_id: str) -> list[QuestionCount]:
    """Every question that is answered in words, with how many did: nothing is opened. Raises NotFound, NotPermitted."""
    scope, study = desk.scope(Action.READ_WORDS, study_id), desk.study(study_id)
    with desk.reading() as work:
        counts = store.counts(work.session, scope)
        return [
            QuestionCount(each, counts.get((each.group, each.touchpoint.number, each.variable), 0))
            for each in questions(work, study)
        ]


def read(
    desk: Desk, reader: Reader, study_id: str, group: str, touchpoint: int, variable: str, asked: ReadingQuery
) -> ReadPage:
    """The answers to one question, with what stands beside each; the reading is noted before any is shown. Raises
    NotFound, NotPermitted, KeyMissing."""
    scope, study = desk.scope(Action.READ_WORDS, study_id), desk.study(study_id)
    with desk.reading() as work:
        question = found_question(work, study, group, touchpoint, variable)
        every = written_to(work, scope, {question.place})
        chosen: Sequence[WrittenAnswer] = every
        segments = segment_choices(work, study, chosen)
        too_few = False
        if asked.only is not None:
            too_few = asked.only not in {(each.attribute.name, each.value) for each in segments}
            values = {} if too_few else segment_values(work, study, chosen, asked.only[0])
            chosen = [each for each in chosen if too_few or values[each.person] == asked.only[1]]
        band = next((each for each in question.bands if each.id == asked.band), None)
        if band is not None:
            theirs = ticked(work, study, scope, group, question.ticked)
            chosen = [each for each in chosen if question.is_in(band, theirs.get(each.person, {}))]
        if wanted_words(asked.search):
            chosen = opened(work, chosen).matching(chosen, asked.search)
        chosen = _in_order(reader, chosen)
        page = _page(work, scope, study, chosen, asked.page, reader, [question])
    _note(desk, reader, study_id, len(page), question, asked)
    return ReadPage(
        question=question,
        answers=page,
        written=len(every),
        matching=len(chosen),
        page=_within(asked.page, chosen),
        segments=segments,
        too_few=too_few,
    )


def search(desk: Desk, reader: Reader, study_id: str, written: str, page: int = 1) -> ReadPage:
    """The answers to any question of a study in which all of some words stand. What was redacted is not searched.
    Raises NotFound, NotPermitted, KeyMissing."""
    scope, study = desk.scope(Action.READ_WORDS, study_id), desk.study(study_id)
    with desk.reading() as work:
        every = questions(work, study)
        there = opened_words(work, scope, {each.place for each in every})
        chosen = _in_order(reader, there.matching(there.answers, written)) if wanted_words(written) else []
        shown = _page(work, scope, study, chosen, page, reader, every)
    _note(desk, reader, study_id, len(shown), None, ReadingQuery(search=written, page=page))
    return ReadPage(
        question=None, answers=shown, written=len(there.answers), matching=len(chosen), page=_within(page, chosen)
    )


def found_question(work: Work, study: Study, group: str, touchpoint: int, variable: str) -> OpenQuestion:
    """Raises NotFound for what is no question that is answered in words."""
    for each in questions(work, study):
        if each.place == (group, touchpoint, variable):
            return each
    raise NotFound(say("no_question", name=variable))


def found_answer(
    work: Work, scope: Scope, study: Study, reader: Reader, where: tuple[str, int, str], token: str
) -> tuple[WrittenAnswer, str]:
    """The answer that a page of this session names so, and its words. Raises NotFound for one that is no longer there:
    its person withdrew, perhaps."""
    question = found_question(work, study, *where)
    for each in store.written(work.session, scope, [question.variable], question.group, question.touchpoint.number):
        if token_of(reader, each.place) == token:
            return each, store.opened(work.session, [each])[each.place]
    raise NotFound(say("no_such_answer"))


def read_one(work: Work, reader: Reader, study_id: str, answer: WrittenAnswer, question: OpenQuestion) -> ReadAnswer:
    """One answer, opened, as a step of somebody else's work, who notes it. Raises KeyMissing."""
    texts = store.opened(work.session, [answer])
    marks = marking.marked(work.session, {answer.place: answer.person}, texts)
    finds = finder(work, study_id)
    others = marking.translations(work.session, {answer.place: answer.person}, texts)
    return ReadAnswer(
        token=token_of(reader, answer.place),
        person=1,
        question=question,
        language=answer.language,
        pieces=OpenedWords([answer], texts, marks).pieces(finds, answer),
        translations=tuple(_translated(work, finds, answer, others.get(answer.place, ()))),
    )


def token_of(reader: Reader, place: AnswerPlace) -> str:
    """What names an answer in one session: its key would tell when it was given."""
    told = reader.session_id.bytes + place[0].bytes + place[1].encode()
    return hashlib.sha256(told).hexdigest()[:24]


def _in_order(reader: Reader, answers: Iterable[WrittenAnswer]) -> list[WrittenAnswer]:
    """In an order that tells nothing of who they are or when they answered, and is the same within a session."""
    return sorted(answers, key=lambda each: token_of(reader, each.place))


def _within(page: int, chosen: Sequence[WrittenAnswer]) -> int:
    return min(max(1, page), max(1, -(-len(chosen) // A_PAGE)))


def _page(
    work: Work,
    scope: Scope,
    study: Study,
    chosen: Sequence[WrittenAnswer],
    page: int,
    reader: Reader,
    asked: Sequence[OpenQuestion],
) -> tuple[ReadAnswer, ...]:
    """Those on one page, opened, each with what stands beside it: nothing of anybody else is read for it."""
    numbers: dict[uuid.UUID, int] = {}
    for each in chosen:
        numbers.setdefault(each.person, len(numbers) + 1)
    start = (_within(page, chosen) - 1) * A_PAGE
    shown = chosen[start : start + A_PAGE]
    if not shown:
        return ()
    finds, there = finder(work, study.id), opened(work, shown)
    only = {each.person for each in shown}
    people = {each.place: each.person for each in shown}
    others = marking.translations(work.session, people, {place: there.texts[place] for place in people})
    by_place = {each.place: each for each in asked}
    said, beside = None, {}
    if len(asked) == 1:
        [one] = asked
        said = _said_besides(work, scope, study, one, only)
        beside = ticked(work, study, scope, one.group, one.ticked, only)
    quoting = [each.id for each in study.purposes_of(Governs.QUOTE)]
    consents = said_of_consent.last_said_in(work.session, scope, quoting, only) if quoting else {}
    made = []
    for each in shown:
        question = by_place[each.group, each.touchpoint, each.variable]
        besides = _ticked(question, beside.get(each.person, {}))
        if said is not None:
            besides += _said(finds, said, question, each.person)
        made.append(
            ReadAnswer(
                token=token_of(reader, each.place),
                person=numbers[each.person],
                question=question,
                language=each.language,
                pieces=there.pieces(finds, each),
                beside=tuple(besides),
                translations=tuple(_translated(work, finds, each, others.get(each.place, ()))),
                quotable=study.allows(Governs.QUOTE, consents.get(each.person, {})),
            )
        )
    return tuple(made)


def _ticked(question: OpenQuestion, theirs: Mapping[tuple[int, str], Ticked]) -> list[BesideAnswer]:
    """Each as it was shown to whoever ticked it."""
    return [
        BesideAnswer(touchpoint=each.touchpoint, title=plain(then.part.label), part=then.part, answer=then.answer)
        for each in question.ticked
        if (then := theirs.get(each.asked)) is not None and is_substantive(then.answer)
    ]


def _said_besides(
    work: Work, scope: Scope, study: Study, question: OpenQuestion, only: Collection[uuid.UUID]
) -> OpenedWords:
    """What these people said beside the words to a question: to those asked with it, and to itself elsewhere."""
    places = {(question.group, each.touchpoint, each.part.key) for each in question.said}
    places |= {
        (question.group, other.number, question.variable)
        for other in study.touchpoints_of(question.group)
        if other.number != question.touchpoint.number
    }
    return opened_words(work, scope, places, only) if places else OpenedWords([], {}, {})


def _said(finds: Finder, said: OpenedWords, question: OpenQuestion, person: uuid.UUID) -> list[BesideAnswer]:
    titles = {(each.touchpoint, each.part.key): plain(each.part.label) for each in question.said}
    theirs = sorted(said.of(person), key=lambda each: (each.touchpoint, each.variable))
    return [
        BesideAnswer(
            touchpoint=each.touchpoint,
            title=titles.get((each.touchpoint, each.variable), question.title),
            pieces=said.pieces(finds, each),
            language=each.language,
            again=each.variable == question.variable,
        )
        for each in theirs
    ]


def _translated(
    work: Work, finds: Finder, answer: WrittenAnswer, made: Iterable[WordsTranslation]
) -> Iterable[ReadTranslation]:
    for each in made:
        marks = marking.marked(
            work.session, {answer.place: answer.person}, {answer.place: each.text}, each.language
        ).get(answer.place, ())
        yield ReadTranslation(made=each, pieces=tuple(pieces(each.text, finds.find(each.text), marks)))


def _note(
    desk: Desk, reader: Reader, study_id: str, shown: int, question: OpenQuestion | None, asked: ReadingQuery
) -> None:
    """Puts the reading into the audit trail: what was read, and for what; no word of it or of what was looked for."""
    detail: dict[str, Any] = {"shown": shown, "purpose": reader.purpose, "page": asked.page}
    if question is not None:
        detail["question"] = f"{question.group} {question.touchpoint.number} {question.variable}"
    if asked.only is not None:
        detail["only"] = "=".join(asked.only)
    if asked.band is not None:
        detail["band"] = asked.band
    if asked.search:
        detail["searched"] = True
    desk.note(AuditAction.WORDS_READ, study=study_id, **detail)
