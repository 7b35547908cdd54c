"""What an interview that was handed in counts as."""

from __future__ import annotations

from decimal import Decimal

import pytest

from surveyapp.domain.answers import Answer, Codes, Missing, Number, Reason, Text
from surveyapp.domain.fieldwork.cases import Disposition
from surveyapp.domain.fieldwork.completion import DISPOSITIONS, AnsweredShare, is_answer
from surveyapp.domain.instrument.study import Completion, CompletionRule

COMPLETE, PARTIAL, BROKEN_OFF = Completion.COMPLETE, Completion.PARTIAL, Completion.BROKEN_OFF


@pytest.mark.parametrize(
    ("answered", "asked", "complete", "partial", "counts_as"),
    [
        (10, 10, 80, 50, COMPLETE),
        (8, 10, 80, 50, COMPLETE),
        (7, 10, 80, 50, PARTIAL),
        (79, 100, 80, 50, PARTIAL),
        (799, 1000, 80, 50, PARTIAL),
        (5, 10, 80, 50, PARTIAL),
        (49, 100, 80, 50, BROKEN_OFF),
        (0, 10, 80, 50, BROKEN_OFF),
        (0, 0, 80, 50, COMPLETE),
        (2, 3, 66, 33, COMPLETE),
        (1, 3, 66, 33, PARTIAL),
        (1, 3, 67, 34, BROKEN_OFF),
        (99, 100, 100, 100, BROKEN_OFF),
        (5, 10, 50, 50, COMPLETE),
    ],
)
def test_the_share_of_what_was_asked_decides(
    answered: int, asked: int, complete: int, partial: int, counts_as: Completion
) -> None:
    assert AnsweredShare(answered, asked).completion(CompletionRule(complete, partial)) is counts_as


@pytest.mark.parametrize(
    ("answer", "counts"),
    [
        (Codes(("yes",)), True),
        (Number(Decimal(0)), True),
        (Text("No."), True),
        (Missing(Reason.DONT_KNOW), True),
        (Missing(Reason.PREFER_NOT_TO_SAY), False),
        (Missing(Reason.SKIPPED, "The line broke up."), False),
        (None, False),
    ],
)
def test_dont_know_is_an_answer_and_a_refusal_or_nothing_is_none(answer: Answer | None, counts: bool) -> None:
    assert is_answer(answer) is counts


def test_a_break_off_counts_with_refusals() -> None:
    assert DISPOSITIONS == {
        COMPLETE: Disposition.COMPLETE,
        PARTIAL: Disposition.PARTIAL,
        BROKEN_OFF: Disposition.REFUSAL,
    }
