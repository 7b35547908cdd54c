"""Coding open answers: a frame for each question, a first and a second coder who do not see each other's codes, how far
they agree, and what is settled between them."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from surveyapp.analysis.statistics.agreement import alpha, kappa
from surveyapp.analysis.suggesting import suggested
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import InputRefused, NotFound
from surveyapp.domain.normalise import free_text, length, one_line
from surveyapp.domain.open_answers.codes import (
    MOST_CODES,
    Agreement,
    AnswerCoding,
    CodedAnswer,
    CodeFrame,
    CodeState,
    CodingRound,
    ThemeCode,
    compared,
    counts,
    is_to_be_met_again,
)
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action
from surveyapp.services.open_answers.questions import OpenQuestion, QuestionPlace
from surveyapp.services.open_answers.reading import ReadAnswer, Reader, found_question, read_one, token_of
from surveyapp.services.work import Desk, Work
from surveyapp.store.database import new_id
from surveyapp.store.open_answers import coding as store
from surveyapp.store.open_answers import reading
from surveyapp.store.open_answers.reading import AnswerPlace, WrittenAnswer

LONGEST_TITLE, LONGEST_TEXT = 80, 1000
"""Characters of a code's title, and of each of its texts."""

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


@dataclass(frozen=True, kw_only=True)
class _Sight:
    """What coding of one question looks at."""

    question: OpenQuestion
    place: store.FramePlace
    frame: CodeFrame
    answers: Sequence[WrittenAnswer]
    codings: Mapping[AnswerPlace, AnswerCoding]

    def coding(self, answer: WrittenAnswer) -> AnswerCoding:
        return self.codings.get(answer.place, AnswerCoding())


def standing(desk: Desk, study_id: str, place: QuestionPlace) -> FrameStanding:
    """How the coding of a question stands; no answer is opened. Raises NotFound, NotPermitted."""
    with desk.reading() as work:
        seen = _sight(work, desk, study_id, place)
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
        seen, me = _sight(work, desk, study_id, place), work.staff_id
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
    desk.note(
        AuditAction.WORDS_READ, study=study_id, question=_words(place), shown=1, purpose=reader.purpose, coding=True
    )
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
        seen, me = _sight(work, desk, study_id, place), work.staff_id
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
        work.record(
            AuditAction.WORDS_CODED, study=study_id, question=_words(place), round=name.value, codes=len(fits),
            frame=seen.frame.version,
        )  # fmt: skip


def keep_code(desk: Desk, study_id: str, place: QuestionPlace, code_id: str | None, written: Mapping[str, str]) -> None:
    """Adds a code to a question's frame, or gives one that is there other words or another place (`title`,
    `definition`, `inclusion`, `example`, `parent`): a new version of the frame. Answers that have it keep it. Raises
    NotFound, NotPermitted, and InputRefused, naming the field."""
    with desk.writing() as work:
        seen = _sight(work, desk, study_id, place)
        code = _active(seen.frame, code_id) if code_id else None
        title = one_line(written.get("title", ""))
        texts = {name: free_text(written.get(name, "")) for name in ("definition", "inclusion", "example")}
        if not title:
            raise InputRefused(say("code_title_wanted"), "title")
        if length(title) > LONGEST_TITLE:
            raise InputRefused(say("purpose_too_long", limit=LONGEST_TITLE), "title")
        for name, text in texts.items():
            if length(text) > LONGEST_TEXT:
                raise InputRefused(say("purpose_too_long", limit=LONGEST_TEXT), name)
        others = [each for each in seen.frame.active if code is None or each.id != code.id]
        if any(each.title.casefold() == title.casefold() for each in others):
            raise InputRefused(say("code_title_taken", title=title), "title")
        if code is None and len(others) >= MOST_CODES:
            raise InputRefused(say("codes_too_many", most=MOST_CODES), "title")
        parent = _parent(seen.frame, code, written.get("parent", ""))
        made = dataclasses.replace(
            code or ThemeCode(id=new_id(), version=0, title=title, at=work.now),
            **_now(work, seen.frame),
            title=title,
            parent=parent,
            definition=texts["definition"],
            inclusion=texts["inclusion"],
            example=texts["example"],
        )
        store.keep_codes(work.session, seen.place, [made])
        _note(work, study_id, place, "changed" if code else "added", seen.frame)


def answers_of(desk: Desk, study_id: str, place: QuestionPlace, code_id: str) -> tuple[ThemeCode, int, int]:
    """A code, how many answers have it, and how many codes are nested in it: what a change of it is about. Raises
    NotFound, NotPermitted."""
    with desk.reading() as work:
        seen = _sight(work, desk, study_id, place)
        code = _active(seen.frame, code_id)
        return code, store.uses(work.session, [code.id]).get(code.id, 0), len(seen.frame.nested_in(code.id))


def merge(desk: Desk, study_id: str, place: QuestionPlace, code_id: str, into: str) -> None:
    """Merges a code into another: its answers get that one, what is nested in it goes there too. Raises NotFound,
    NotPermitted, and InputRefused (`into`)."""
    with desk.writing() as work:
        seen = _sight(work, desk, study_id, place)
        code, other = _active(seen.frame, code_id), _active(seen.frame, into)
        if code.id == other.id:
            raise InputRefused(say("code_into_itself"), "into")
        now = _now(work, seen.frame)
        home = None if other.parent == code.id else other.parent
        made = [dataclasses.replace(code, **now, state=CodeState.MERGED, became=other.id)]
        if home != other.parent:
            made.append(dataclasses.replace(other, **now, parent=home))
        under = other.id if home is None else home
        made += [
            dataclasses.replace(each, **now, parent=under)
            for each in seen.frame.nested_in(code.id)
            if each.id != other.id
        ]
        store.keep_codes(work.session, seen.place, made)
        store.replace_code(work.session, code.id, other.id)
        _note(work, study_id, place, "merged", seen.frame)


def split(desk: Desk, study_id: str, place: QuestionPlace, code_id: str, titles: Sequence[str]) -> None:
    """Splits a code into others, which are nested in it: its answers keep it, and are coded with the parts as they are
    met again. Raises NotFound, NotPermitted, and InputRefused (`titles`)."""
    wanted = [title for each in titles if (title := one_line(each))]
    with desk.writing() as work:
        seen = _sight(work, desk, study_id, place)
        code = _active(seen.frame, code_id)
        if code.parent is not None:
            raise InputRefused(say("code_is_nested"), "titles")
        taken = {each.title.casefold() for each in seen.frame.active}
        folded = [each.casefold() for each in wanted]
        if len(wanted) < 2 or len(set(folded)) < len(folded):
            raise InputRefused(say("split_into_two"), "titles")
        if clash := next((each for each in wanted if each.casefold() in taken), None):
            raise InputRefused(say("code_title_taken", title=clash), "titles")
        if any(length(each) > LONGEST_TITLE for each in wanted):
            raise InputRefused(say("purpose_too_long", limit=LONGEST_TITLE), "titles")
        if len(seen.frame.active) + len(wanted) > MOST_CODES:
            raise InputRefused(say("codes_too_many", most=MOST_CODES), "titles")
        now = _now(work, seen.frame)
        made = [ThemeCode(id=new_id(), title=each, parent=code.id, **now) for each in wanted]
        store.keep_codes(work.session, seen.place, made)
        _note(work, study_id, place, "split", seen.frame)


def retire(desk: Desk, study_id: str, place: QuestionPlace, code_id: str) -> None:
    """Takes a code out of use, and from the answers that have it. Raises NotFound, NotPermitted, and InputRefused where
    others are nested in it."""
    with desk.writing() as work:
        seen = _sight(work, desk, study_id, place)
        code = _active(seen.frame, code_id)
        if seen.frame.nested_in(code.id):
            raise InputRefused(say("code_holds_others"), "code")
        store.keep_codes(
            work.session, seen.place, [dataclasses.replace(code, **_now(work, seen.frame), state=CodeState.RETIRED)]
        )
        store.replace_code(work.session, code.id, None)
        _note(work, study_id, place, "retired", seen.frame)


def take_options(desk: Desk, study_id: str, place: QuestionPlace) -> int:
    """Makes the options of a question the codes of the line beside one of them, so that “other” is coded back into its
    question; of how many. Those whose titles are there already are left out. Raises NotFound, NotPermitted."""
    with desk.writing() as work:
        seen = _sight(work, desk, study_id, place)
        taken = {each.title.casefold() for each in seen.frame.active}
        own = seen.question.option
        host = seen.question.ticked[0].part.question if own is not None else None
        titles = [str(each.label) for each in host.options if each.label != own] if host is not None else []
        now = _now(work, seen.frame)
        made = [
            ThemeCode(id=new_id(), title=each[:LONGEST_TITLE], **now)
            for each in titles
            if each[:LONGEST_TITLE].casefold() not in taken
        ]
        if made:
            store.keep_codes(work.session, seen.place, made)
            _note(work, study_id, place, "options_taken", seen.frame)
        return len(made)


def _sight(work: Work, desk: Desk, study_id: str, place: QuestionPlace) -> _Sight:
    scope, study = desk.scope(Action.READ_WORDS, study_id), desk.study(study_id)
    question = found_question(work, study, *place)
    answers = reading.written(work.session, scope, [question.variable], question.group)
    frame_place = (study.id, question.group, question.variable)
    return _Sight(
        question=question,
        place=frame_place,
        frame=store.frame(work.session, frame_place),
        answers=answers,
        codings=store.codings(work.session, answers),
    )


def _waits_for(frame: CodeFrame, there: AnswerCoding, coder: uuid.UUID | None) -> bool:
    mine = there.of(coder)
    return there.round_of(coder) is not None and (mine is None or is_to_be_met_again(frame, mine))


def _suggested(work: Work, seen: _Sight, answer: WrittenAnswer, coder: uuid.UUID | None) -> tuple[uuid.UUID, ...]:
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


def _active(frame: CodeFrame, code_id: str) -> ThemeCode:
    found = next((each for each in frame.active if str(each.id) == code_id), None)
    if found is None:
        raise NotFound(say("code_gone"))
    return found


def _parent(frame: CodeFrame, code: ThemeCode | None, written: str) -> uuid.UUID | None:
    """The code to nest in: one level deep, so that every number can be read."""
    if not written:
        return None
    parent = next((each for each in frame.active if str(each.id) == written), None)
    if parent is None:
        raise InputRefused(say("code_gone"), "parent")
    if parent.parent is not None or (code is not None and (parent.id == code.id or frame.nested_in(code.id))):
        raise InputRefused(say("code_nests_once"), "parent")
    return parent.id


def _now(work: Work, frame: CodeFrame) -> dict[str, Any]:
    return {"version": frame.version + 1, "by": work.staff_id, "at": work.now}


def _note(work: Work, study_id: str, place: QuestionPlace, what: str, frame: CodeFrame) -> None:
    work.record(
        AuditAction.CODE_FRAME_CHANGED, study=study_id, question=_words(place), what=what, version=frame.version + 1
    )


def _words(place: QuestionPlace) -> str:
    return " ".join(map(str, place))
