"""What becomes of a save that comes late, twice, or beside another's: the tables."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from typing import Any, NamedTuple

import pytest
from pydantic import ValidationError

from surveyapp.domain.answering.saves import (
    LATE_FOR,
    Reception,
    SeenSave,
    SentSave,
    is_contested,
    reception,
    still_contested,
)
from surveyapp.domain.fieldwork.cases import ANSWERABLE, CaseState

A, B, C = (uuid.UUID(int=number) for number in (1, 2, 3))
CLOSED = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


class Stands(NamedTuple):
    client_id: uuid.UUID
    revision: int


@pytest.mark.parametrize("state", list(CaseState))
def test_every_state_says_how_a_save_is_met(state: CaseState) -> None:
    met = reception(state, CLOSED, CLOSED - SECOND, CLOSED)
    if state in ANSWERABLE:
        assert met is Reception.TAKEN
    else:
        assert met is (Reception.DISCARDED if state is CaseState.WITHDRAWN else Reception.LATE)


@pytest.mark.parametrize(
    ("begun", "after", "met"),
    [
        (-SECOND, dt.timedelta(0), Reception.LATE),
        (-SECOND, LATE_FOR - SECOND, Reception.LATE),
        (-SECOND, LATE_FOR, Reception.DISCARDED),
        (dt.timedelta(0), SECOND, Reception.DISCARDED),
    ],
)
def test_closing_is_outlasted_by_three_days(begun: dt.timedelta, after: dt.timedelta, met: Reception) -> None:
    assert reception(CaseState.CLOSED, CLOSED, CLOSED + begun, CLOSED + after) is met


@pytest.mark.parametrize(
    ("standing", "over", "known", "contested"),
    [
        # Nothing stands.
        (None, None, {}, False),
        (None, A, {}, False),
        # What stands was on the screen, or was not.
        (Stands(A, 1), A, {A: SeenSave(A, 1, frozenset("v"))}, False),
        (Stands(A, 1), None, {}, True),
        (Stands(B, 2), A, {A: SeenSave(A, 1, frozenset("v"))}, True),
        # One's own that changed nothing: it said what stood then.
        (Stands(A, 1), B, {B: SeenSave(None, 1, frozenset())}, False),
        (Stands(C, 2), B, {B: SeenSave(None, 1, frozenset())}, True),
        # One's own that changed something else only.
        (Stands(A, 1), B, {B: SeenSave(B, 2, frozenset("w"))}, False),
        # One's own that was contested here: nobody has chosen yet.
        (Stands(A, 1), B, {B: SeenSave(B, 2, frozenset("v"))}, True),
        # One's own that never arrived.
        (Stands(A, 1), B, {}, True),
    ],
)
def test_what_somebody_else_said_since_is_not_written_over(
    standing: Stands | None, over: uuid.UUID | None, known: dict[uuid.UUID, SeenSave], contested: bool
) -> None:
    assert is_contested("v", standing, over, known) is contested


def test_a_known_save_is_contested_until_somebody_chooses() -> None:
    seen = SeenSave(B, 2, frozenset({"v", "w", "x"}))
    standing = {"v": Stands(A, 1), "w": Stands(B, 2), "x": Stands(C, 3)}
    assert still_contested(seen, standing) == ["v"]


GOOD: dict[str, Any] = {
    "save": str(A),
    "page": "p",
    "questionnaire": "q",
    "version": 1,
    "wording": None,
    "language": "en",
    "at": "2026-06-01T10:00:00+01:00",
    "form": {"v": ["yes"]},
    "over": {"v": None},
}


def test_a_save_as_it_is_sent() -> None:
    sent = SentSave.model_validate_json(json.dumps(GOOD))
    assert (sent.save, sent.form, sent.over) == (A, {"v": ["yes"]}, {"v": None})
    assert sent.at == dt.datetime(2026, 6, 1, 9, tzinfo=dt.UTC)


def test_what_no_database_can_hold_is_left_out_of_what_was_typed() -> None:
    sent = SentSave.model_validate_json(json.dumps(GOOD | {"form": {"v\x00": ["a\x00b"]}}))
    assert sent.form == {"v": ["ab"]}


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "{",
        "[]",
        "null",
        '"save"',
        "[" * 100_000,
        '{"save": ' * 50_000,
        "NaN",
        *(
            json.dumps(GOOD | wrong)
            for wrong in (
                {"save": 1},
                {"save": "no"},
                {"save": None},
                {"page": "p" * 201},
                {"page": "p\x00"},
                {"page": 1},
                {"questionnaire": None},
                {"version": "1"},
                {"version": 0},
                {"version": 10**30},
                {"version": 1.5},
                {"version": True},
                {"wording": "2"},
                {"wording": -1},
                {"language": 3},
                {"at": "yesterday"},
                {"at": "2026-06-01T10:00:00"},
                {"at": "9999-12-31T23:59:59-12:00"},
                {"at": "0001-01-01T00:00:00+12:00"},
                {"form": []},
                {"form": {"v": "yes"}},
                {"form": {"v": [1]}},
                {"form": {"v": None}},
                {"form": {"v": [""] * 501}},
                {"form": {str(number): [] for number in range(501)}},
                {"over": {"v": 1}},
                {"over": []},
            )
        ),
        *(json.dumps({key: value for key, value in GOOD.items() if key != left}) for left in ("save", "page", "form")),
    ],
)
def test_what_is_no_save(wrong: str) -> None:
    with pytest.raises(ValidationError):
        SentSave.model_validate_json(wrong)
