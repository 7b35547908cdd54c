"""Coding open answers: a first and a second coder who do not see each other's codes, how far they agree, and what is
settled between them."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from surveyapp.analysis.statistics.agreement import alpha, kappa
from surveyapp.analysis.suggesting import suggested
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import InputRefused, NotFound
from surveyapp.domain.open_answers.codes import (
    Agreement,
    AnswerCoding,
    CodedAnswer,
    CodeFrame,
    CodingRound,
    ThemeCode,
    compared,
    counts,
    is_to_be_met_again,
)
from surveyapp.domain.sentences import say
from surveyapp.services.open_answers.coding_sight import CodingSight, coding_sight, place_words
from surveyapp.services.open_answers.questions import OpenQuestion, QuestionPlace
from surveyapp.services.open_answers.reading import ReadAnswer, Reader, read_one, token_of
from surveyapp.services.work import Desk, Work
from surveyapp.store import results
from surveyapp.store.open_answers import coding as store
from surveyapp.store.open_answers import reading
from surveyapp.store.open_answers.reading import WrittenAnswer

MOST_ALIKE = 500
"""Among so many of the answers that somebody coded last, those most like the next are looked for."""


@dataclass(frozen=True, kw_only=True)
class CodeStanding:
    """A code in use: of how many answers it is true, nested ones counted, and how far two coders agree on it."""

    code: ThemeCode
    answers: int
    kappa: Agreement
    alpha: Agreement


@dataclass(frozen=True, kw_only=True)
class FrameStanding:
    """A question's frame and how far coding has come: of `written` answers so many `coded`, by `two` coders, of which
    they `disagree` on some that nobody settled; `mine`: those that whoever asks has coded, `open_to_me` those that they
    still can."""

    question: OpenQuestion
    frame: CodeFrame
    codes: tuple[CodeStanding, ...]
    alpha: Agreement
    written: int
    coded: int
    two: int
    disagree: int
    mine: int
    open_to_me: int


@dataclass(frozen=True, kw_only=True)
class AnswerToCode:
    """An answer, and what its reader said of it. `both`: what two coders said, where it is to be settled; `suggested`:
    the codes that its reader gave similar answers, the likeliest first."""

    question: OpenQuestion
    answer: ReadAnswer
    frame: CodeFrame
    chosen: frozenset[uuid.UUID]
    both: tuple[frozenset[uuid.UUID], frozenset[uuid.UUID]] | None
    left: int
    suggested: tuple[uuid.UUID, ...] = ()


def standing(desk: Desk, study_id: str, place: QuestionPlace) -> FrameStanding:
    """How the coding of a question stands; no answer is opened. Raises NotFound, NotPermitted."""
    with desk.reading() as work:
        seen = coding_sight(work, desk, study_id, place)
        me = work.staff_id
    codings = [seen.coding(each) for each in seen.answers]
    pairs = list(compared(codings))
    made = counts(seen.frame, [codes for each in codings if (codes := each.counted) is not None])
    used = seen.frame.active
    return FrameStanding(
        question=seen.question,
        frame=seen.frame,
        codes=tuple(
            CodeStanding(
                code=code,
                answers=made[code.id],
                kappa=kappa([(code.id in first, code.id in second) for first, second in pairs]),
                alpha=alpha([[(code.id in first, code.id in second)] for first, second in pairs]),
            )
            for code in used
        ),
        alpha=alpha([[(code.id in first, code.id in second) for code in used] for first, second in pairs]),
        written=len(seen.answers),
        coded=sum(1 for each in codings if each.rounds),
        two=len(pairs),
        disagree=sum(1 for each in codings if each.disagree),
        mine=sum(1 for each in codings if each.of(me) is not None),
        open_to_me=sum(1 for each in codings if _waits_for(seen.frame, each, me)),
    )


def next_answer(
    desk: Desk, reader: Reader, study_id: str, place: QuestionPlace, token: str | None = None, *, settle: bool = False
) -> AnswerToCode | None:
    """The answer that a token names or, without one, the next that its reader has not coded (`settle`: that two coders
    disagree on); None where there is none left. Of another's codes a coder sees nothing until both are done. That it is
    read is noted. Raises NotFound, NotPermitted, KeyMissing."""
    with desk.reading() as work:
        seen, me = coding_sight(work, desk, study_id, place), work.staff_id
        waiting = [
            each
            for each in _in_order(reader, seen.answers)
            if (seen.coding(each).disagree if settle else _waits_for(seen.frame, seen.coding(each), me))
        ]
        wanted = waiting[0] if waiting else None
        if token is not None:
            wanted = _named(reader, seen.answers, token)
        if wanted is None:
            return None
        there, both = seen.coding(wanted), None
        if settle and there.disagree:
            both = (there.rounds[CodingRound.FIRST].codes, there.rounds[CodingRound.SECOND].codes)
        mine = there.of(me)
        made = AnswerToCode(
            question=seen.question,
            answer=read_one(work, reader, study_id, wanted, seen.question),
            frame=seen.frame,
            chosen=mine.codes if mine is not None and both is None else frozenset(),
            both=both,
            left=len(waiting),
            suggested=() if both else _suggested(work, seen, wanted, me),
        )
    asked = place_words(place)
    desk.note(AuditAction.WORDS_READ, study=study_id, question=asked, shown=1, purpose=reader.purpose, coding=True)
    return made


def code_answer(
    desk: Desk,
    reader: Reader,
    study_id: str,
    place: QuestionPlace,
    token: str,
    codes: Collection[str],
    *,
    settle: bool = False,
) -> None:
    """Keeps which codes fit an answer, none perhaps, or what is settled between two coders. Raises NotFound,
    NotPermitted, and InputRefused (`codes`) for a code that is not in use, for an answer that two others have coded or
    that is settled, and for one to be settled on which nobody disagrees."""
    with desk.writing() as work:
        seen, me = coding_sight(work, desk, study_id, place), work.staff_id
        answer = _named(reader, seen.answers, token)
        there = seen.coding(answer)
        known = {str(each.id): each.id for each in seen.frame.active}
        if any(each not in known for each in codes):
            raise InputRefused(say("code_gone"), "codes")
        name = there.round_of(me)
        if settle:
            if not there.disagree:
                raise InputRefused(say("nothing_to_settle"), "codes")
            name = CodingRound.SETTLED
        if name is None:
            raise InputRefused(say("coded_by_two"), "codes")
        fits = frozenset(known[each] for each in codes)
        coded = CodedAnswer(round=name, codes=fits, version=seen.frame.version, by=me, at=work.now)
        store.code(work.session, answer, coded)
        results.note_change_of(work.session, answer.person)
        work.record(
            AuditAction.WORDS_CODED, study=study_id, question=place_words(place), round=name.value, codes=len(fits),
            frame=seen.frame.version,
        )  # fmt: skip


def _waits_for(frame: CodeFrame, there: AnswerCoding, coder: uuid.UUID | None) -> bool:
    mine = there.of(coder)
    return there.round_of(coder) is not None and (mine is None or is_to_be_met_again(frame, mine))


def _suggested(work: Work, seen: CodingSight, answer: WrittenAnswer, coder: uuid.UUID | None) -> tuple[uuid.UUID, ...]:
    """From the coder's own codes alone: another's would tell what they are not to see."""
    own = [
        (each, mine) for each in seen.answers if (mine := seen.coding(each).of(coder)) and each.place != answer.place
    ]
    newest = sorted(own, key=lambda each: each[1].at)[-MOST_ALIKE:]
    texts = reading.opened(work.session, [answer, *(each for each, _ in newest)])
    used = {each.id for each in seen.frame.active}
    return suggested(texts[answer.place], [(texts[each.place], mine.codes & used) for each, mine in newest])


def _in_order(reader: Reader, answers: Sequence[WrittenAnswer]) -> list[WrittenAnswer]:
    return sorted(answers, key=lambda each: token_of(reader, each.place))


def _named(reader: Reader, answers: Sequence[WrittenAnswer], token: str) -> WrittenAnswer:
    for each in answers:
        if token_of(reader, each.place) == token:
            return each
    raise NotFound(say("no_such_answer"))
