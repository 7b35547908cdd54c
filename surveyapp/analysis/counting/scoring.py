"""Scores as rows of answers: a response's items come to one more variable, whose options are the score's bands."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

from surveyapp.domain.answers import Answer, Codes, Missing, Number, Reason
from surveyapp.domain.instrument.kinds import Part, PartType
from surveyapp.domain.instrument.questionnaire import Option, Question, Questionnaire, Score
from surveyapp.domain.instrument.routing import parts_of
from surveyapp.domain.instrument.scores import band_of, score_of
from surveyapp.domain.instrument.translation import in_language_of


def part_of(score: Score) -> Part:
    """A score's bands as a variable: an option a band, from the lowest."""
    options = tuple(
        Option(code=band.code, label=in_language_of(band.label, f"{band.label} ({band.low}–{band.high})"))
        for band in score.bands
    )
    question = Question(id=score.id, kind="choice", text=score.title, options=options)
    return Part(key=score.id, name=score.id, moment=None, type=PartType.CODE, label=score.title, question=question)


def scored(frame: pd.DataFrame, score: Score, questionnaire: Questionnaire) -> pd.DataFrame:
    """A row for each response, from a frame of the answers to the score's items at one touchpoint, carried into this
    questionnaire's options (its columns in the same order): the band in `code`, or the `reason` for there being none,
    which is not asked where no item was, and skipped where too few have an answer.
    """
    made = [
        {"response_id": key[0], "participant_id": key[1], "version": key[2], "touchpoint": key[3], **cells}
        for key, answers in _responses(frame).items()
        for cells in [_cells(score, questionnaire, answers)]
    ]
    found = pd.DataFrame.from_records([{"variable": score.id, **each} for each in made])
    return found.reindex(columns=frame.columns).astype(object)


Key = tuple[Any, Any, int, int]
"""Response, participant, version, touchpoint."""


def _responses(rows: pd.DataFrame) -> dict[Key, dict[str, Answer]]:
    found: dict[Key, dict[str, Answer]] = {}
    for row in rows.to_dict("records"):
        key = (row["response_id"], row["participant_id"], int(row["version"]), int(row["touchpoint"]))
        found.setdefault(key, {})[str(row["variable"])] = _answer(row)
    return found


def _answer(row: Mapping[Any, Any]) -> Answer:
    if not pd.isna(row["reason"]):
        return Missing(Reason(row["reason"]))
    return Number(Decimal(row["number"])) if pd.isna(row["code"]) else Codes((row["code"],))


def _cells(score: Score, questionnaire: Questionnaire, answers: Mapping[str, Answer]) -> dict[str, Any]:
    value = score_of(score, parts_of(questionnaire), answers)
    if value is None:
        asked = any(answer != Missing(Reason.NOT_ASKED) for answer in answers.values())
        reason = Reason.SKIPPED if asked else Reason.NOT_ASKED
        return {"code": None, "reason": reason.value}
    band = band_of(score, value)
    return {"code": band.code, "reason": None} if band else {"code": None, "reason": Reason.SKIPPED.value}
