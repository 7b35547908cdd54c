"""Tables of what is done with people's own words: what they are read for, what is redacted, how they are translated,
coded and quoted."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.domain.open_answers.codes import CodeState, CodingRound
from surveyapp.domain.open_answers.marking import SpanDecision, SpanKind
from surveyapp.domain.open_answers.quoting import QuotationState
from surveyapp.store.tables.base import Base, known


class ReadingPurposeRow(Base):
    """What somebody said they read a study's words for, in one session."""

    __tablename__ = "reading_purpose"
    session_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("web_session.id", ondelete="CASCADE"), primary_key=True)
    study: Mapped[str] = mapped_column(primary_key=True)
    purpose: Mapped[str]


class MarkedSpanRow(Base):
    """A place in somebody's words that says who they are, or was taken for one, and what was decided of it. `language`:
    of a translation; empty in the words as given. `words`: a keyed hash of the text that it is a place in."""

    __tablename__ = "marked_span"
    __table_args__ = (known("kind", SpanKind), known("decision", SpanDecision))
    response_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("response.id"), primary_key=True)
    variable: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    start: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    end: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    words: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[SpanKind]
    decision: Mapped[SpanDecision]
    by_staff: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[dt.datetime]


class WordsTranslationRow(Base):
    """Somebody's words in another language, as staff wrote them: sealed under the person's own key, or in `text` where
    the study has words so. `words`: a keyed hash of the text that it translates."""

    __tablename__ = "words_translation"
    response_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("response.id"), primary_key=True)
    variable: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    words: Mapped[str]
    text: Mapped[str | None]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    by_staff: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    written_at: Mapped[dt.datetime]


class ThemeCodeRow(Base):
    """A code of a question's frame, as one version of the frame has it. Insert only: the newest version counts.
    `option`: the one that it says, of the question whose line the words stand in."""

    __tablename__ = "theme_code"
    __table_args__ = (Index(None, "study", "group_id", "variable"), known("state", CodeState))
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    study: Mapped[str]
    group_id: Mapped[str]
    variable: Mapped[str]
    title: Mapped[str]
    definition: Mapped[str]
    inclusion: Mapped[str]
    example: Mapped[str]
    parent_id: Mapped[uuid.UUID | None]
    state: Mapped[CodeState]
    became: Mapped[uuid.UUID | None]
    option: Mapped[str | None]
    by_staff: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[dt.datetime]


class CodedAnswerRow(Base):
    """That somebody coded an answer, in which round. `save_id`: which save brought the answer that was coded;
    `version`: of the frame then."""

    __tablename__ = "coded_answer"
    __table_args__ = (known("round", CodingRound),)
    response_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("response.id"), primary_key=True)
    variable: Mapped[str] = mapped_column(primary_key=True)
    round: Mapped[CodingRound] = mapped_column(primary_key=True)
    save_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("save.id"))
    version: Mapped[int]
    by_staff: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[dt.datetime]


class AnswerCodeRow(Base):
    """A code that fits an answer, in one round."""

    __tablename__ = "answer_code"
    __table_args__ = (known("round", CodingRound), Index(None, "code_id"))
    response_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("response.id"), primary_key=True)
    variable: Mapped[str] = mapped_column(primary_key=True)
    round: Mapped[CodingRound] = mapped_column(primary_key=True)
    code_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)


class QuotationRow(Base):
    """Somebody's words that are asked to be quoted: from which character of an answer to before which. `language`: of a
    translation; empty in the words as given. `words`: a keyed hash of the text that it is a place in; `segment`: the
    attribute that stands for a name beside the group, or nothing."""

    __tablename__ = "quotation"
    __table_args__ = (known("state", QuotationState), Index(None, "response_id", "variable"))
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    response_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("response.id"))
    variable: Mapped[str]
    language: Mapped[str]
    start: Mapped[int]
    end: Mapped[int]
    words: Mapped[str]
    segment: Mapped[str]
    state: Mapped[QuotationState]
    asked_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[dt.datetime]
    decided_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[dt.datetime | None]
    why: Mapped[str]


class QuotationUseRow(Base):
    """That a report holds a quotation. It names nobody and outlives the quotation: what was given out stays out."""

    __tablename__ = "quotation_use"
    __table_args__ = (Index(None, "study"),)
    quotation_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    study: Mapped[str]
    report: Mapped[str]
    at: Mapped[dt.datetime]
