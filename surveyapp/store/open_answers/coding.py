"""Frames of codes, and which codes fit which answers."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import and_, delete, func, select
from sqlalchemy.orm import Session

from surveyapp.domain.open_answers.codes import AnswerCoding, CodedAnswer, CodeFrame, CodingRound, ThemeCode
from surveyapp.store.open_answers.reading import AnswerPlace, WrittenAnswer
from surveyapp.store.tables import AnswerCodeRow, AnswerRow, CodedAnswerRow, ThemeCodeRow

FramePlace = tuple[str, str, str]
"""A study, a group and a variable."""


def frame(session: Session, place: FramePlace) -> CodeFrame:
    """The frame of a question, each code as its newest version has it, in the order made."""
    return frames(session, *place).get((place[1], place[2]), CodeFrame())


def frames(
    session: Session, study: str, group: str | None = None, variable: str | None = None
) -> dict[tuple[str, str], CodeFrame]:
    """The frames of a study, by group and variable; of one group, of one variable."""
    query = select(ThemeCodeRow).where(ThemeCodeRow.study == study)
    if group is not None:
        query = query.where(ThemeCodeRow.group_id == group)
    if variable is not None:
        query = query.where(ThemeCodeRow.variable == variable)
    newest: dict[tuple[str, str], dict[uuid.UUID, ThemeCode]] = {}
    for row in session.scalars(query.order_by(ThemeCodeRow.version, ThemeCodeRow.id)):
        codes = newest.setdefault((row.group_id, row.variable), {})
        codes[row.id] = ThemeCode(  # a code keeps its place: the first version put it there
            id=row.id,
            version=row.version,
            title=row.title,
            definition=row.definition,
            inclusion=row.inclusion,
            example=row.example,
            parent=row.parent_id,
            state=row.state,
            became=row.became,
            option=row.option,
            by=row.by_staff,
            at=row.at,
        )
    return {place: CodeFrame(tuple(codes.values())) for place, codes in newest.items()}


def keep_codes(session: Session, place: FramePlace, codes: Iterable[ThemeCode]) -> None:
    """Adds versions of codes. Raises IntegrityError where somebody else made that version of one meanwhile."""
    for each in codes:
        session.add(
            ThemeCodeRow(
                id=each.id,
                version=each.version,
                study=place[0],
                group_id=place[1],
                variable=place[2],
                title=each.title,
                definition=each.definition,
                inclusion=each.inclusion,
                example=each.example,
                parent_id=each.parent,
                state=each.state,
                became=each.became,
                option=each.option,
                by_staff=each.by,
                at=each.at,
            )
        )
    session.flush()


def codings(session: Session, answers: Collection[WrittenAnswer]) -> dict[AnswerPlace, AnswerCoding]:
    """What was coded of these answers, by where they stand. What was coded of an answer that another save has replaced
    since is left out."""
    saves = {each.place: each.save_id for each in answers}
    variables = {each.variable for each in answers}
    codes: dict[tuple[uuid.UUID, str, CodingRound], set[uuid.UUID]] = {}
    for fitting in session.scalars(select(AnswerCodeRow).where(AnswerCodeRow.variable.in_(variables))):
        codes.setdefault((fitting.response_id, fitting.variable, fitting.round), set()).add(fitting.code_id)
    found: dict[AnswerPlace, dict[CodingRound, CodedAnswer]] = {}
    for row in session.scalars(select(CodedAnswerRow).where(CodedAnswerRow.variable.in_(variables))):
        place = (row.response_id, row.variable)
        if saves.get(place) == row.save_id:
            found.setdefault(place, {})[row.round] = CodedAnswer(
                round=row.round,
                codes=frozenset(codes.get((*place, row.round), ())),
                version=row.version,
                by=row.by_staff,
                at=row.at,
            )
    return {place: AnswerCoding(rounds) for place, rounds in found.items()}


def code(session: Session, answer: WrittenAnswer, coded: CodedAnswer) -> None:
    """Keeps what somebody said of an answer, in the place of what the same round said before."""
    where = {"response_id": answer.response_id, "variable": answer.variable, "round": coded.round}
    for table in (AnswerCodeRow, CodedAnswerRow):
        session.execute(delete(table).filter_by(**where))
    session.add(CodedAnswerRow(**where, save_id=answer.save_id, version=coded.version, by_staff=coded.by, at=coded.at))
    session.add_all(AnswerCodeRow(**where, code_id=each) for each in coded.codes)
    session.flush()


def themes_of_response(session: Session, study: str, group: str, response_id: uuid.UUID) -> dict[str, tuple[str, ...]]:
    """What every code is called that anybody gave the answers of a response, by variable: of those answers that are
    still as they were coded."""
    query = (
        select(AnswerCodeRow.variable, AnswerCodeRow.code_id)
        .join(
            CodedAnswerRow,
            and_(
                CodedAnswerRow.response_id == AnswerCodeRow.response_id,
                CodedAnswerRow.variable == AnswerCodeRow.variable,
                CodedAnswerRow.round == AnswerCodeRow.round,
            ),
        )
        .join(
            AnswerRow,
            and_(
                AnswerRow.response_id == CodedAnswerRow.response_id,
                AnswerRow.variable == CodedAnswerRow.variable,
                AnswerRow.save_id == CodedAnswerRow.save_id,
            ),
        )
        .where(AnswerCodeRow.response_id == response_id)
    )
    given = {(row.variable, row.code_id) for row in session.execute(query)}
    if not given:
        return {}
    return {
        variable: titles
        for (_, variable), frame in frames(session, study, group).items()
        if (titles := tuple(code.title for code in frame.codes if (variable, code.id) in given))
    }


def code_first(session: Session, coded: Iterable[tuple[WrittenAnswer, CodedAnswer]]) -> None:
    """Keeps what was said of many answers of which nothing was said in that round."""
    for answer, said in coded:
        where = {"response_id": answer.response_id, "variable": answer.variable, "round": said.round}
        session.add(CodedAnswerRow(**where, save_id=answer.save_id, version=said.version, by_staff=said.by, at=said.at))
        session.add_all(AnswerCodeRow(**where, code_id=each) for each in said.codes)
    session.flush()


def replace_code(session: Session, old: uuid.UUID, new: uuid.UUID | None) -> None:
    """Gives the answers of a code another, or none, in every round."""
    session.flush()
    rows = session.scalars(select(AnswerCodeRow).where(AnswerCodeRow.code_id == old)).all()
    for row in rows:
        if new is not None:
            session.merge(
                AnswerCodeRow(response_id=row.response_id, variable=row.variable, round=row.round, code_id=new)
            )
        session.delete(row)
    session.flush()


def uses(session: Session, codes: Collection[uuid.UUID]) -> Mapping[uuid.UUID, int]:
    """How many answers have each of these codes, in whatever round."""
    many = func.count(func.distinct(AnswerCodeRow.response_id)).label("many")
    query = select(AnswerCodeRow.code_id, many).where(AnswerCodeRow.code_id.in_(codes)).group_by(AnswerCodeRow.code_id)
    return {row.code_id: row.many for row in session.execute(query)}
