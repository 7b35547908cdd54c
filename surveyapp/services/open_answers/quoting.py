"""Quoting people's own words: chosen by one reader, cleared by another, and only as long as whoever said them agrees.

Whether words may be quoted is asked each time that they are read: consent that is taken back, an answer that changed, a
person who left, or something in them that says who somebody is take a quotation out at once. In which reports it stands
is kept all the same.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import InputRefused, NotFound
from surveyapp.domain.i18n import joined
from surveyapp.domain.instrument.consent.purposes import Governs
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.normalise import free_text, length, one_line
from surveyapp.domain.open_answers.marking import GONE, MarkedSpan, TextSpan, pieces, redact
from surveyapp.domain.open_answers.quoting import (
    LONGEST_QUOTATION,
    Quotation,
    QuotationBar,
    QuotationState,
    QuotationUse,
)
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action, Scope
from surveyapp.services.open_answers.finding import Finder, finder
from surveyapp.services.open_answers.marking_words import answer_texts
from surveyapp.services.open_answers.questions import OpenQuestion, QuestionPlace, questions
from surveyapp.services.open_answers.reading import Reader, found_question
from surveyapp.services.open_answers.segments import segment_choices, segment_values
from surveyapp.services.work import Desk, Work
from surveyapp.store.answering import consents as said_of_consent
from surveyapp.store.database import new_id
from surveyapp.store.open_answers import coding, marking, reading
from surveyapp.store.open_answers import quoting as store
from surveyapp.store.open_answers.quoting import StoredQuotation
from surveyapp.store.open_answers.reading import WrittenAnswer

LONGEST_WHY = 300
"""Characters of the reason why words are not to be quoted."""


@dataclass(frozen=True, kw_only=True)
class QuotationSight:
    """A quotation as those who may read words see it. `quotation` None: the words are not there as they were chosen;
    `bar`: why it may not be quoted now, whatever was decided; `mine`: whoever looks chose it; `uses`: the reports that
    it stands in."""

    stored: StoredQuotation
    person: uuid.UUID
    quotation: Quotation | None
    bar: QuotationBar | None
    asked_by: str | None
    decided_by: str | None
    mine: bool
    uses: tuple[QuotationUse, ...] = ()

    @property
    def id(self) -> uuid.UUID:
        return self.stored.id

    @property
    def may_be_quoted(self) -> bool:
        return self.stored.state is QuotationState.CLEARED and self.bar is None


@dataclass(frozen=True, kw_only=True)
class ReportWithout:
    """A report that holds words which may not be quoted any more: how many."""

    report: str
    digest: str
    quotations: int


@dataclass(frozen=True, kw_only=True)
class QuotationsRead:
    """A study's quotations in the order asked for, and the reports that hold some that may not be quoted any more."""

    study: Study
    quotations: tuple[QuotationSight, ...]
    reports: tuple[ReportWithout, ...]


def cleared(desk: Desk, study_id: str) -> tuple[Quotation, ...]:
    """The words that may be quoted now, by group, question and theme: for a report of the study's results. Raises
    NotFound, NotPermitted, KeyMissing."""
    scope, study = desk.scope(Action.SEE_RESULTS, study_id), desk.study(study_id)
    with desk.reading() as work:
        seen = sights(work, study, scope)
    found = [each.quotation for each in seen if each.may_be_quoted and each.quotation is not None]
    desk.note(AuditAction.QUOTATIONS_READ, study=study_id, shown=len(found))
    return tuple(sorted(found, key=lambda each: (each.group, each.touchpoint, each.variable, each.themes)))


def used(desk: Desk, study_id: str, quotations: Collection[uuid.UUID], *, report: str, digest: str) -> None:
    """Keeps that a report holds quotations. `report`: what its file is called; `digest`: the SHA-256 of it, in hex.
    Raises NotFound, NotPermitted, and NotFound where one of them may not be quoted (any more)."""
    scope, study = desk.scope(Action.SEE_RESULTS, study_id), desk.study(study_id)
    with desk.writing() as work:
        there = {each.id for each in sights(work, study, scope) if each.may_be_quoted}
        if not set(quotations) <= there:
            raise NotFound(say("no_quotation"))
        uses = [QuotationUse(quotation=each, report=report, digest=digest, at=work.now) for each in quotations]
        store.note_uses(work.session, study_id, uses)
        work.record(AuditAction.QUOTATIONS_USED, study=study_id, report=report, digest=digest, quotations=len(uses))


def read(desk: Desk, reader: Reader, study_id: str) -> QuotationsRead:
    """Every quotation of a study, whatever became of it; the reading is noted. Raises NotFound, NotPermitted,
    KeyMissing."""
    scope, study = desk.scope(Action.READ_WORDS, study_id), desk.study(study_id)
    with desk.reading() as work:
        seen = sights(work, study, scope)
        uses = store.uses(work.session, study_id)
    fine = {each.id for each in seen if each.may_be_quoted}
    without: dict[tuple[str, str], int] = {}
    for quotation, reports in uses.items():
        # Of what is out of sight here (another site's, perhaps) only a reader of the whole study can tell.
        for each in reports if quotation not in fine and scope.sites is None else ():
            without[each.report, each.digest] = without.get((each.report, each.digest), 0) + 1
    desk.note(AuditAction.QUOTATIONS_READ, study=study_id, shown=len(seen), purpose=reader.purpose)
    return QuotationsRead(
        study=study,
        quotations=tuple(seen),
        reports=tuple(
            ReportWithout(report=report, digest=digest, quotations=number)
            for (report, digest), number in without.items()
        ),
    )


def ask(
    desk: Desk,
    reader: Reader,
    study_id: str,
    place: QuestionPlace,
    token: str,
    written: str,
    *,
    segment: str = "",
    language: str = marking.ORIGINAL,
) -> uuid.UUID:
    """Asks for some words of an answer to be quoted: all of it where none are `written`. `segment`: the attribute whose
    value stands beside the group for a name; `language`: of a translation. Raises NotFound, NotPermitted, and
    InputRefused (`quote`, `segment`)."""
    with desk.writing() as work:
        scope, study = desk.scope(Action.READ_WORDS, study_id), desk.study(study_id)
        answer, texts = answer_texts(work, desk, reader, study_id, place, token)
        text = texts.get(language)
        span = None if text is None else _span(text, one_line(written))
        if text is None or span is None:
            raise InputRefused(say("words_not_there"), "quote")
        if span.end - span.start > LONGEST_QUOTATION:
            raise InputRefused(say("quote_too_long", most=LONGEST_QUOTATION), "quote")
        question = found_question(work, study, *place)
        if segment and _segment(work, study, scope, question, answer, segment) is None:
            raise InputRefused(say("quote_segment_small"), "segment")
        made = StoredQuotation(
            id=new_id(),
            response_id=answer.response_id,
            variable=answer.variable,
            language=language,
            start=span.start,
            end=span.end,
            words=store.fingerprint(work.session, answer.person, text),
            segment=segment,
            state=QuotationState.ASKED,
            asked_by=work.staff_id,
            asked_at=work.now,
        )
        for each in store.quotations(work.session, scope):
            there = (each.place, each.language, each.start, each.end, each.words)
            again = there == (made.place, made.language, made.start, made.end, made.words)
            if again and each.state in (QuotationState.ASKED, QuotationState.CLEARED):
                raise InputRefused(say("quoted_already"), "quote")
        store.add(work.session, made)
        [seen] = [each for each in sights(work, study, scope) if each.id == made.id]
        _refuse_barred(seen, "quote")
        work.record(AuditAction.QUOTATION_ASKED, study=study_id, question=" ".join(map(str, place)))
        return made.id


def decide(desk: Desk, study_id: str, quotation_id: str, *, clear: bool, why: str = "") -> None:
    """Clears a quotation, or refuses it and says `why`: never whoever chose it. Raises NotFound, NotPermitted, and
    InputRefused (`quotation`, `why`)."""
    with desk.writing() as work:
        seen = _seen(work, desk, study_id, quotation_id)
        said = free_text(why)
        if seen.stored.state is not QuotationState.ASKED:
            raise InputRefused(say("quotation_decided"), "quotation")
        if seen.stored.asked_by == work.staff_id:
            raise InputRefused(say("own_quotation"), "quotation")
        if clear:
            _refuse_barred(seen, "quotation")
        elif not said:
            raise InputRefused(say("refusal_wanted"), "why")
        elif length(said) > LONGEST_WHY:
            raise InputRefused(say("purpose_too_long", limit=LONGEST_WHY), "why")
        state = QuotationState.CLEARED if clear else QuotationState.REFUSED
        store.decide(work.session, seen.id, state, work.staff_id, work.now, "" if clear else said)
        _note(work, study_id, seen, state)


def take_back(desk: Desk, study_id: str, quotation_id: str) -> None:
    """Takes back a quotation that was asked for or cleared: it is quoted no more. Raises NotFound, NotPermitted, and
    InputRefused (`quotation`)."""
    with desk.writing() as work:
        seen = _seen(work, desk, study_id, quotation_id)
        if seen.stored.state not in (QuotationState.ASKED, QuotationState.CLEARED):
            raise InputRefused(say("quotation_decided"), "quotation")
        store.decide(work.session, seen.id, QuotationState.TAKEN_BACK, work.staff_id, work.now)
        _note(work, study_id, seen, QuotationState.TAKEN_BACK)


def _note(work: Work, study_id: str, seen: QuotationSight, state: QuotationState) -> None:
    work.record(AuditAction.QUOTATION_DECIDED, study=study_id, variable=seen.stored.variable, decision=state.value)


def _refuse_barred(seen: QuotationSight, field: str) -> None:
    if seen.quotation is not None and not seen.quotation.text.replace(GONE, "").strip(" .,;:!?"):
        raise InputRefused(say("quote_all_redacted"), field)
    match seen.bar:
        case QuotationBar.CONSENT:
            raise InputRefused(say("not_to_be_quoted"), field)
        case QuotationBar.FOUND:
            raise InputRefused(say("quote_decide_first"), field)
        case QuotationBar.CHANGED:
            raise InputRefused(say("quote_changed"), field)


def _seen(work: Work, desk: Desk, study_id: str, quotation_id: str) -> QuotationSight:
    scope, study = desk.scope(Action.READ_WORDS, study_id), desk.study(study_id)
    found = next((each for each in sights(work, study, scope) if str(each.id) == quotation_id), None)
    if found is None:
        raise NotFound(say("no_quotation"))
    return found


def sights(work: Work, study: Study, scope: Scope) -> list[QuotationSight]:
    """Every quotation of people in scope, opened, with whether it may be quoted: as a step of somebody else's work, who
    notes it. Raises KeyMissing."""
    stored = store.quotations(work.session, scope)
    if not stored:
        return []
    return list(_Opened(work, study, scope, stored).sights())


class _Opened:
    """What quotations are seen with: their answers, opened, and what was decided, agreed and coded."""

    def __init__(self, work: Work, study: Study, scope: Scope, stored: Sequence[StoredQuotation]) -> None:
        self.work, self.study, self.scope, self.stored = work, study, scope, stored
        session = work.session
        variables = {each.variable for each in stored}
        self.every = reading.written(session, scope, variables)
        wanted = {each.place for each in stored}
        self.answers = {each.place: each for each in self.every if each.place in wanted}
        self.texts = reading.opened(session, list(self.answers.values()))
        self.people = {place: each.person for place, each in self.answers.items()}
        self.translations = marking.translations(session, self.people, self.texts)
        self.codings = coding.codings(session, list(self.answers.values()))
        self.frames = coding.frames(session, study.id)
        self.questions = {each.place: each for each in questions(work, study)}
        quoting = [each.id for each in study.purposes_of(Governs.QUOTE)]
        self.consents = said_of_consent.last_said_in(session, scope, quoting) if quoting else {}
        self.uses = store.uses(session, study.id)
        staff = {by for each in stored for by in (each.asked_by, each.decided_by) if by is not None}
        self.names = store.names(session, staff)
        self.finds: Finder = finder(work, study.id)
        self.segments: dict[tuple[str, uuid.UUID, QuestionPlace], str | None] = {}

    def sights(self) -> Iterator[QuotationSight]:
        for each in self.stored:
            answer = self.answers.get(each.place)
            text = self._text(each)
            quotation, bar = None, None
            if answer is None or text is None:
                bar = QuotationBar.CHANGED
            else:
                quotation, waiting = self._quotation(each, answer, text)
                bar = QuotationBar.FOUND if waiting else None
                if not self.study.allows(Governs.QUOTE, self.consents.get(answer.person, {})):
                    bar = QuotationBar.CONSENT
            yield QuotationSight(
                stored=each,
                person=answer.person if answer is not None else each.response_id,
                quotation=quotation,
                bar=bar,
                asked_by=self.names.get(each.asked_by) if each.asked_by else None,
                decided_by=self.names.get(each.decided_by) if each.decided_by else None,
                mine=each.asked_by is not None and each.asked_by == self.work.staff_id,
                uses=tuple(self.uses.get(each.id, ())),
            )

    def _text(self, stored: StoredQuotation) -> str | None:
        """The text that a quotation is a place in; None where it is another by now."""
        if stored.place not in self.texts:
            return None
        text: str | None = self.texts[stored.place]
        if stored.language != marking.ORIGINAL:
            made = self.translations.get(stored.place, ())
            text = next((each.text for each in made if each.language == stored.language), None)
        if text is None or not store.is_of(self.work.session, stored.words, self.people[stored.place], text):
            return None
        return text

    def _quotation(self, stored: StoredQuotation, answer: WrittenAnswer, text: str) -> tuple[Quotation, bool]:
        """The words as they may stand, and whether something in them waits to be decided of."""
        own = {answer.place: answer.person}, {answer.place: text}
        marks = marking.marked(self.work.session, *own, stored.language).get(answer.place, [])
        some = text[stored.start : stored.end]
        inside = list(_inside(marks, stored.start, stored.end))
        found = [
            TextSpan(max(each.start, stored.start) - stored.start, min(each.end, stored.end) - stored.start, each.kind)
            for each in self.finds.find(text)
            if each.start < stored.end and stored.start < each.end
        ]
        waiting = any(piece.kind is not None and piece.decision is None for piece in pieces(some, found, inside))
        question = self.questions.get((answer.group, answer.touchpoint, answer.variable))
        group = self.study.group(answer.group)
        coded = self.codings.get(answer.place)
        fits = (coded.counted if coded is not None else None) or frozenset()
        frame = self.frames.get((answer.group, answer.variable))
        return Quotation(
            id=stored.id,
            group=answer.group,
            touchpoint=answer.touchpoint,
            variable=answer.variable,
            question=question.title if question is not None else answer.variable,
            text=redact(some, inside, lambda _kind: GONE),
            language=stored.language or answer.language,
            translated=stored.language != marking.ORIGINAL,
            member=group.member if group is not None else answer.group,
            segment=self._segment(stored, answer, question) if stored.segment and question is not None else None,
            themes=tuple(each.title for each in frame.active if each.id in fits) if frame is not None else (),
        ), waiting

    def _segment(self, stored: StoredQuotation, answer: WrittenAnswer, question: OpenQuestion) -> str | None:
        """The segment beside the group, as long as enough people are in it."""
        key = stored.segment, answer.person, question.place
        if key not in self.segments:
            self.segments[key] = _segment(self.work, self.study, self.scope, question, answer, stored.segment)
        return self.segments[key]


def _inside(marks: Sequence[MarkedSpan], start: int, end: int) -> Iterator[MarkedSpan]:
    """What was decided of places in a piece of a text, as places in the piece."""
    for each in marks:
        if each.span.start < end and start < each.span.end:
            span = TextSpan(max(each.span.start, start) - start, min(each.span.end, end) - start, each.span.kind)
            yield MarkedSpan(span, each.decision, each.by, each.at)


def _segment(
    work: Work, study: Study, scope: Scope, question: OpenQuestion, answer: WrittenAnswer, name: str
) -> str | None:
    """The value of an attribute that may stand beside somebody's words, as it is called; None where too few are of it,
    or too few of the others."""
    group, touchpoint, variable = question.place
    answers = reading.written(work.session, Scope(scope.study, scope.origin), [variable], group, touchpoint)
    choices = [each for each in segment_choices(work, study, answers) if each.attribute.name == name]
    own = segment_values(work, study, [answer], name)[answer.person] if choices else None
    found = next((each.attribute for each in choices if each.value == own), None)
    return None if found is None or own is None else joined(": ", (found.label, found.values.get(own, own)))


def _span(text: str, wanted: str) -> TextSpan | None:
    """Where some words stand first in a text, however its spaces fall; all of it where none are wanted."""
    if not wanted:
        start, end = len(text) - len(text.lstrip()), len(text.rstrip())
        return TextSpan(start, end) if start < end else None
    match = re.search(r"\s+".join(map(re.escape, wanted.split())), text)
    return None if match is None else TextSpan(match.start(), match.end())
