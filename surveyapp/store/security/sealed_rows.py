"""Rows that hold something sealed, over all people: what is sealed with what, and what is not sealed yet."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from surveyapp.domain.participants import Origin
from surveyapp.store.participants import Sealed
from surveyapp.store.tables import (
    AnswerHistoryRow,
    AnswerRow,
    AttemptRow,
    CaseRow,
    ContactLookupRow,
    ContactRow,
    ExportJobRow,
    KeptFormRow,
    ListImportRow,
    ListRowRow,
    MergeRow,
    ParticipantRow,
    ResponseRow,
    SaveRow,
    StaffRow,
    WordsTranslationRow,
)

WORDS = (AnswerRow, AnswerHistoryRow)
"""The tables that hold answers in people's own words."""


def anything(session: Session) -> bool:
    """Whether any row is sealed with a person's own key."""
    sealed = (
        select(ContactLookupRow.participant_id),
        select(ContactRow.participant_id).where(ContactRow.key_id == "person"),
        select(AttemptRow.id).where(AttemptRow.note_sealed.is_not(None)),
        select(ListRowRow.line).where(ListRowRow.before.is_not(None)),
        select(MergeRow.id).where(MergeRow.before.is_not(None)),
        *(select(table.variable).where(table.sealed.is_not(None)) for table in (*WORDS, WordsTranslationRow)),
    )
    return any(session.execute(query.limit(1)).first() is not None for query in sealed)


def people(session: Session) -> set[uuid.UUID]:
    """Everybody of whom something is sealed with their own key."""
    whose = (
        select(ContactLookupRow.participant_id),
        select(ContactRow.participant_id).where(ContactRow.key_id == "person"),
        select(ListRowRow.participant_id).where(ListRowRow.before.is_not(None)),
        select(MergeRow.kept_id).where(MergeRow.before.is_not(None)),
        select(CaseRow.participant_id)
        .join(AttemptRow, AttemptRow.case_id == CaseRow.id)
        .where(AttemptRow.note_sealed.is_not(None)),
        select(CaseRow.participant_id)
        .join(ResponseRow, ResponseRow.case_id == CaseRow.id)
        .join(SaveRow, SaveRow.response_id == ResponseRow.id)
        .join(AnswerHistoryRow, AnswerHistoryRow.save_id == SaveRow.id)
        .where(AnswerHistoryRow.sealed.is_not(None)),
        select(CaseRow.participant_id)
        .join(ResponseRow, ResponseRow.case_id == CaseRow.id)
        .join(WordsTranslationRow, WordsTranslationRow.response_id == ResponseRow.id)
        .where(WordsTranslationRow.sealed.is_not(None)),
    )
    return {person for query in whose for person in session.scalars(query.distinct()) if person is not None}


def anything_of(session: Session, person: uuid.UUID) -> bool:
    """Whether any row of a person's is sealed with their own key."""
    mine = select(CaseRow.id).where(CaseRow.participant_id == person)
    responses = select(ResponseRow.id).where(ResponseRow.case_id.in_(mine))
    saves = select(SaveRow.id).where(SaveRow.response_id.in_(responses))
    theirs = (
        select(ContactLookupRow.participant_id).where(ContactLookupRow.participant_id == person),
        select(ContactRow.participant_id).where(ContactRow.participant_id == person),
        select(ListRowRow.line).where(ListRowRow.participant_id == person, ListRowRow.before.is_not(None)),
        select(MergeRow.id).where(MergeRow.kept_id == person, MergeRow.before.is_not(None)),
        select(AttemptRow.id).where(AttemptRow.case_id.in_(mine), AttemptRow.note_sealed.is_not(None)),
        select(AnswerRow.variable).where(AnswerRow.response_id.in_(responses), AnswerRow.sealed.is_not(None)),
        select(AnswerHistoryRow.variable).where(
            AnswerHistoryRow.save_id.in_(saves), AnswerHistoryRow.sealed.is_not(None)
        ),
        select(WordsTranslationRow.variable).where(
            WordsTranslationRow.response_id.in_(responses), WordsTranslationRow.sealed.is_not(None)
        ),
    )
    return any(session.execute(query.limit(1)).first() is not None for query in theirs)


def counts(session: Session) -> Counter[tuple[str, str]]:
    """How many rows of what are sealed with which key, `person` for people's own; and, with an empty name, how many
    are not sealed that could be."""
    found: Counter[tuple[str, str]] = Counter()
    for what, named in (("contact", ContactRow.key_id), ("form kept for later", KeptFormRow.key_id)):
        for key_id, many in session.execute(select(named, func.count()).group_by(named)):
            found[what, key_id] = many
    for key_id, many in session.execute(
        select(func.coalesce(ListImportRow.key_id, ""), func.count())
        .where(ListImportRow.key_id.is_not(None))
        .group_by(ListImportRow.key_id)
    ):
        found["list being brought in", key_id] = many
    for key_id, many in session.execute(
        select(func.coalesce(ExportJobRow.key_id, ""), func.count())
        .where(ExportJobRow.key_id.is_not(None))
        .group_by(ExportJobRow.key_id)
    ):
        found["file of answers", key_id] = many
    for key_id, many in session.execute(
        select(func.coalesce(StaffRow.totp_key_id, ""), func.count())
        .where(StaffRow.totp_key_id.is_not(None))
        .group_by(StaffRow.totp_key_id)
    ):
        found["second factor", key_id] = many
    found["lookup", "person"] = session.scalar(select(func.count()).select_from(ContactLookupRow)) or 0
    sealed: Any
    clear: Any
    for what, sealed, clear in (
        ("note", AttemptRow.note_sealed, AttemptRow.note),
        ("words", AnswerRow.sealed, AnswerRow.text),
        ("words once said", AnswerHistoryRow.sealed, AnswerHistoryRow.text),
        ("words translated", WordsTranslationRow.sealed, WordsTranslationRow.text),
    ):
        found[what, "person"] = session.scalar(select(func.count()).where(sealed.is_not(None))) or 0
        # An empty text says that something was written once and is kept no longer.
        found[what, ""] = session.scalar(select(func.count()).where(clear != "")) or 0
    return +found


def contacts_of_before(session: Session, limit: int) -> dict[uuid.UUID, dict[str, Sealed]]:
    """The contacts of some people, by field, that a contact key seals."""
    before = select(ContactRow.participant_id).where(ContactRow.key_id != "person").distinct().limit(limit)
    some = list(session.scalars(before))
    found: dict[uuid.UUID, dict[str, Sealed]] = {}
    for row in session.scalars(select(ContactRow).where(ContactRow.participant_id.in_(some))):
        found.setdefault(row.participant_id, {})[row.field] = Sealed(row.key_id, row.ciphertext)
    return found


@dataclass(frozen=True)
class OpenNote:
    """A note that is not sealed, and whom it is about."""

    attempt: uuid.UUID
    person: uuid.UUID
    note: str


def notes_of_before(session: Session, limit: int) -> list[OpenNote]:
    query = (
        select(AttemptRow.id, CaseRow.participant_id, AttemptRow.note)
        .join(CaseRow, CaseRow.id == AttemptRow.case_id)
        .where(AttemptRow.note.is_not(None))
        .limit(limit)
    )
    return [OpenNote(row.id, row.participant_id, row.note) for row in session.execute(query)]


def seal_notes(session: Session, sealed: Iterable[tuple[uuid.UUID, bytes]]) -> None:
    """Puts sealed notes in the place of those that were not."""
    for attempt, ciphertext in sealed:
        session.execute(update(AttemptRow).where(AttemptRow.id == attempt).values(note=None, note_sealed=ciphertext))


@dataclass(frozen=True, kw_only=True)
class OpenWords:
    """Words that are not sealed, whose they are, and where they stand: by response, or in the history by save."""

    person: uuid.UUID
    text: str
    history: bool
    at: uuid.UUID
    variable: str
    position: int


def words_of_before(session: Session, in_clear: Collection[str], limit: int) -> list[OpenWords]:
    """Some words that are not sealed, of people who are not simulated in studies that seal them."""
    found: list[OpenWords] = []
    for table in WORDS:
        history = table is AnswerHistoryRow
        at: Any = AnswerHistoryRow.save_id if history else AnswerRow.response_id
        query: Any = select(at.label("at"), table.variable, table.position, table.text, CaseRow.participant_id)
        if history:
            query = query.join(SaveRow, SaveRow.id == at).join(ResponseRow, ResponseRow.id == SaveRow.response_id)
        else:
            query = query.join(ResponseRow, ResponseRow.id == at)
        query = (
            query.join(CaseRow, CaseRow.id == ResponseRow.case_id)
            .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
            .where(
                table.text != "",
                ParticipantRow.origin != Origin.SIMULATED,
                ParticipantRow.study.not_in(in_clear),
            )
            .limit(limit)
        )
        found += [
            OpenWords(
                person=row.participant_id,
                text=row.text,
                history=history,
                at=row.at,
                variable=row.variable,
                position=row.position,
            )
            for row in session.execute(query)
        ]
    return found


def seal_words(session: Session, sealed: Iterable[tuple[OpenWords, bytes]]) -> None:
    """Puts sealed words in the place of those that were not."""
    for words, ciphertext in sealed:
        table: Any = AnswerHistoryRow if words.history else AnswerRow
        at = table.save_id if words.history else table.response_id
        where = (at == words.at, table.variable == words.variable, table.position == words.position)
        session.execute(update(table).where(*where).values(text=None, sealed=ciphertext))
