"""Which of two answers of one person stands."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from surveyapp.domain.responses import Response, ResponseState, stands_before

NOW = dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC)


def answered(revision: int = 1, sent: int | None = None) -> Response:
    """`sent`: so many days ago."""
    return Response(
        id=uuid.UUID(int=1),
        case_id=uuid.UUID(int=2),
        questionnaire="q",
        version=1,
        state=ResponseState.STARTED if sent is None else ResponseState.SUBMITTED,
        revision=revision,
        seed=0,
        started_at=NOW,
        submitted_at=None if sent is None else NOW - sent * dt.timedelta(days=1),
    )


@pytest.mark.parametrize(
    ("one", "other", "first"),
    [
        (None, None, True),
        (None, answered(), False),
        (answered(), None, True),
        (answered(revision=3), answered(revision=3), True),
        (answered(revision=3), answered(revision=4), False),
        (answered(revision=9), answered(sent=0), False),
        (answered(sent=0), answered(revision=9), True),
        (answered(sent=1), answered(sent=2), False),
        (answered(sent=2), answered(sent=1), True),
        (answered(sent=1), answered(sent=1), True),
        (None, answered(sent=9), False),
    ],
)
def test_what_is_further_along_or_was_sent_first_stands(
    one: Response | None, other: Response | None, first: bool
) -> None:
    assert stands_before(one, other) is first
