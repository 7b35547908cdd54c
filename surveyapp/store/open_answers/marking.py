"""What was decided of places in people's words, and their words as they were translated."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from surveyapp.domain.answers import Answer, Text
from surveyapp.domain.open_answers.marking import GONE, MarkedSpan, SpanDecision, TextSpan, redact
from surveyapp.store.database import seals_of
from surveyapp.store.open_answers.reading import AnswerPlace
from surveyapp.store.tables import CaseRow, MarkedSpanRow, ResponseRow, StaffRow, WordsTranslationRow

AT_A_TIME = 400
"""So many places are asked for in one statement."""

ORIGINAL = ""
"""The language of a place in the words as they were given."""


@dataclass(frozen=True, kw_only=True)
class WordsTranslation:
    """Somebody's words in another language, opened. `by`: the name of who wrote it."""

    language: str
    text: str
    by: str | None
    at: dt.datetime


def marked(
    session: Session, people: dict[AnswerPlace, uuid.UUID], texts: dict[AnswerPlace, str], language: str = ORIGINAL
) -> dict[AnswerPlace, list[MarkedSpan]]:
    """What was decided of places in these texts, by where they stand. What was decided of a text that has changed since
    holds no longer."""
    found: dict[AnswerPlace, list[MarkedSpan]] = {}
    prints: dict[AnswerPlace, set[str]] = {}
    for some in _portions(texts):
        query = select(MarkedSpanRow).where(
            tuple_(MarkedSpanRow.response_id, MarkedSpanRow.variable).in_(some), MarkedSpanRow.language == language
        )
        for row in session.scalars(query.order_by(MarkedSpanRow.start)):
            place = (row.response_id, row.variable)
            if place not in prints:
                prints[place] = seals_of(session).fingerprints(people[place], texts[place])
            if row.words in prints[place]:
                span = TextSpan(row.start, row.end, row.kind)
                found.setdefault(place, []).append(MarkedSpan(span, row.decision, row.by_staff, row.at))
    return found


def redact_answers(
    session: Session, people: Mapping[uuid.UUID, uuid.UUID], answers: Mapping[uuid.UUID, dict[str, Answer]]
) -> None:
    """Takes what was redacted out of the words among responses' answers, as they leave. `people`: whose each response
    is. One statement, and nothing more where nothing was redacted."""
    query = select(MarkedSpanRow).where(
        MarkedSpanRow.response_id.in_(list(people)),
        MarkedSpanRow.language == ORIGINAL,
        MarkedSpanRow.decision == SpanDecision.REDACTED,
    )
    marks: dict[AnswerPlace, list[MarkedSpanRow]] = {}
    for row in session.scalars(query):
        marks.setdefault((row.response_id, row.variable), []).append(row)
    for (response, variable), rows in marks.items():
        told = answers[response].get(variable)
        if isinstance(told, Text):
            words = seals_of(session).fingerprints(people[response], told.text)
            spans = [
                MarkedSpan(TextSpan(row.start, row.end, row.kind), row.decision, row.by_staff, row.at)
                for row in rows
                if row.words in words
            ]
            answers[response][variable] = Text(redact(told.text, spans, lambda _kind: GONE))


def mark(
    session: Session,
    place: AnswerPlace,
    person: uuid.UUID,
    text: str,
    made: Iterable[MarkedSpan],
    language: str = ORIGINAL,
) -> None:
    """Keeps what was decided of places in a text; a place that was decided of already is decided anew."""
    words = seals_of(session).fingerprint(person, text)
    dialect: Any = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    for each in made:
        values = {
            "response_id": place[0],
            "variable": place[1],
            "language": language,
            "start": each.span.start,
            "end": each.span.end,
            "words": words,
            "kind": each.span.kind,
            "decision": each.decision,
            "by_staff": each.by,
            "at": each.at,
        }
        added = dialect.insert(MarkedSpanRow).values(values)
        session.execute(
            added.on_conflict_do_update(
                index_elements=["response_id", "variable", "language", "start", "end", "words"],
                set_={name: values[name] for name in ("kind", "decision", "by_staff", "at")},
            )
        )


def unmark(session: Session, place: AnswerPlace, language: str = ORIGINAL) -> int:
    """Takes back all that was decided of an answer's places; of how many."""
    gone = session.execute(
        delete(MarkedSpanRow)
        .where(
            MarkedSpanRow.response_id == place[0],
            MarkedSpanRow.variable == place[1],
            MarkedSpanRow.language == language,
        )
        .returning(MarkedSpanRow.start)
    )
    return len(gone.all())


def translations(
    session: Session, people: dict[AnswerPlace, uuid.UUID], texts: dict[AnswerPlace, str]
) -> dict[AnswerPlace, list[WordsTranslation]]:
    """These texts in other languages, where somebody wrote them, by where they stand. One of a text that has changed
    since is left out, and one that cannot be opened. Raises KeyMissing without the file of keys or a contact key."""
    found: dict[AnswerPlace, list[WordsTranslation]] = {}
    seals = seals_of(session)
    for some in _portions(texts):
        query = (
            select(WordsTranslationRow, StaffRow.name)
            .outerjoin(StaffRow, StaffRow.id == WordsTranslationRow.by_staff)
            .where(tuple_(WordsTranslationRow.response_id, WordsTranslationRow.variable).in_(some))
            .order_by(WordsTranslationRow.language)
        )
        for made in session.execute(query):
            row: WordsTranslationRow = made.WordsTranslationRow
            place = (row.response_id, row.variable)
            if row.words not in seals.fingerprints(people[place], texts[place]):
                continue
            text = row.text
            if row.sealed is not None:
                text = seals.unsealed(people[place], bound(row.variable, row.language), row.sealed)
                if text is None:
                    continue
            found.setdefault(place, []).append(
                WordsTranslation(language=row.language, text=text or "", by=made.name, at=row.written_at)
            )
    return found


def translate(
    session: Session,
    *,
    study: str,
    place: AnswerPlace,
    person: uuid.UUID,
    text: str,
    language: str,
    translation: str,
    by: uuid.UUID | None,
    at: dt.datetime,
) -> None:
    """Keeps somebody's words in another language, in the place of what was kept of it; an empty one takes that away."""
    where = (
        WordsTranslationRow.response_id == place[0],
        WordsTranslationRow.variable == place[1],
        WordsTranslationRow.language == language,
    )
    session.execute(delete(WordsTranslationRow).where(*where))
    unmark(session, place, language)
    if not translation:
        return
    seals = seals_of(session)
    sealed = None
    if seals.words_sealed(study):
        sealed = seals.seal(person, bound(place[1], language), translation)
    session.add(
        WordsTranslationRow(
            response_id=place[0],
            variable=place[1],
            language=language,
            words=seals.fingerprint(person, text),
            text=translation if sealed is None else None,
            sealed=sealed,
            by_staff=by,
            written_at=at,
        )
    )
    session.flush()


def forget(session: Session, person: uuid.UUID) -> None:
    """Takes away what was kept beside somebody's words."""
    theirs = (
        select(ResponseRow.id).join(CaseRow, CaseRow.id == ResponseRow.case_id).where(CaseRow.participant_id == person)
    )
    for table in (MarkedSpanRow, WordsTranslationRow):
        session.execute(delete(table).where(table.response_id.in_(theirs)))


def bound(variable: str, language: str) -> str:
    """What a translation is bound to beside the person."""
    return f"translation {variable} {language}"


def _portions(places: Collection[AnswerPlace]) -> list[Sequence[AnswerPlace]]:
    every = list(places)
    return [every[start : start + AT_A_TIME] for start in range(0, len(every), AT_A_TIME)]
