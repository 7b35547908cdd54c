"""Words and notes sealed anew, with whom they are once two people are taken apart."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from surveyapp.store import answer_rows
from surveyapp.store import cases as case_store
from surveyapp.store.database import seals_of
from surveyapp.store.open_answers import marking
from surveyapp.store.tables import (
    AnswerHistoryRow,
    AnswerRow,
    AttemptRow,
    CaseRow,
    ListRowRow,
    MarkedSpanRow,
    QuotationRow,
    ResponseRow,
    SaveRow,
    WordsTranslationRow,
)


@dataclass(frozen=True)
class Reseal:
    """Seals what was sealed `before` somebody was taken apart from another with the key of whom it is `after`, unless
    that opens it already, or theirs who are merged into them still (`others`)."""

    session: Session
    before: uuid.UUID
    after: uuid.UUID
    others: Sequence[uuid.UUID] = ()

    def __call__(self, name: str, sealed: bytes) -> bytes | None:
        """What is sealed anew, where it has to be; `name`: what it is bound to beside the person."""
        seals = seals_of(self.session)
        if seals.opens_with(self.after, self.others, name, sealed):
            return None
        text = self.opened(name, sealed)
        return None if text is None else seals.seal(self.after, name, text)

    def opened(self, name: str, sealed: bytes) -> str | None:
        """The text, where there is a key that opens it."""
        return seals_of(self.session).unsealed(self.before, name, sealed)


def reseal(session: Session, how: Reseal) -> None:
    """Seals anew what there is in words of somebody's cases, which are theirs again; what cannot be opened stays."""
    session.flush()
    cases = select(CaseRow.id).where(CaseRow.participant_id == how.after)
    responses = select(ResponseRow.id).where(ResponseRow.case_id.in_(cases))
    if how.before != how.after:
        _reprint(session, responses, how)
    for row in session.execute(
        select(AttemptRow.id, AttemptRow.note_sealed).where(
            AttemptRow.case_id.in_(cases), AttemptRow.note_sealed.is_not(None)
        )
    ).all():
        if (sealed := how(case_store.bound_note(row.id), row.note_sealed)) is not None:
            session.execute(update(AttemptRow).where(AttemptRow.id == row.id).values(note_sealed=sealed))
    saves = select(SaveRow.id).where(SaveRow.response_id.in_(responses))
    table: Any
    for table, at, where in (
        (AnswerRow, AnswerRow.response_id, AnswerRow.response_id.in_(responses)),
        (AnswerHistoryRow, AnswerHistoryRow.save_id, AnswerHistoryRow.save_id.in_(saves)),
    ):
        query = select(at.label("at"), table.variable, table.position, table.sealed)
        for row in session.execute(query.where(where, table.sealed.is_not(None))).all():
            if (sealed := how(answer_rows.bound(row.variable), row.sealed)) is not None:
                one = (at == row.at, table.variable == row.variable, table.position == row.position)
                session.execute(update(table).where(*one).values(sealed=sealed))
    for each in _translations(session, responses):
        if each.sealed and (sealed := how(marking.bound(each.variable, each.language), each.sealed)) is not None:
            each.sealed = sealed
    session.flush()


def _translations(session: Session, responses: Any) -> Iterator[WordsTranslationRow]:
    yield from session.scalars(select(WordsTranslationRow).where(WordsTranslationRow.response_id.in_(responses))).all()


def _reprint(session: Session, responses: Any, how: Reseal) -> None:
    """What was decided of places in words, and their translations, name the text that they are of by its hash."""
    texts = set()
    said = select(AnswerRow.variable, AnswerRow.text, AnswerRow.sealed).where(AnswerRow.response_id.in_(responses))
    for row in session.execute(said).all():
        texts.add(row.text or (row.sealed and how.opened(answer_rows.bound(row.variable), row.sealed)))
    for each in _translations(session, responses):
        texts.add(each.text or (each.sealed and how.opened(marking.bound(each.variable, each.language), each.sealed)))
    seals = seals_of(session)
    table: Any
    for text in filter(None, texts):
        before, after = seals.fingerprints(how.before, text), seals.fingerprint(how.after, text)
        for table in (MarkedSpanRow, WordsTranslationRow, QuotationRow):
            where = (table.response_id.in_(responses), table.words.in_(before - {after}))
            session.execute(update(table).where(*where).values(words=after))


def forget_lists(session: Session, how: Reseal, name: str) -> None:
    """Lets go of how somebody was before a list changed them, where that was of both."""
    query = select(ListRowRow).where(ListRowRow.participant_id == how.after, ListRowRow.before.is_not(None))
    for row in session.scalars(query).all():
        if row.before is not None and not seals_of(session).opens_with(how.after, how.others, name, row.before):
            row.before = None
    session.flush()


def outdate_saves(session: Session, person: uuid.UUID) -> None:
    """Has whatever is being saved of a person worked out anew: it was sealed for what they are no longer."""
    cases = select(CaseRow.id).where(CaseRow.participant_id == person)
    begun = (ResponseRow.case_id.in_(cases), ResponseRow.revision > 0)
    session.execute(update(ResponseRow).where(*begun).values(revision=ResponseRow.revision + 1))
