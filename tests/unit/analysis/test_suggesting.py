"""Suggested codes come from answers that are alike, and from nothing else."""

from __future__ import annotations

import pytest

from surveyapp.analysis.suggesting import suggested

CODED = [
    ("My manager listened and helped me", frozenset({"support"})),
    ("The manager was a great help", frozenset({"support", "people"})),
    ("I learned to use a computer", frozenset({"skills"})),
    ("Learning new computer skills", frozenset({"skills"})),
    ("Nothing", frozenset[str]()),
]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("a helpful manager", "support"),
        ("I lerned computers", "skills"),  # misspelt
        ("Nothing", None),
        ("zzz qqq", None),
        ("", None),
        ("\u202e \U0001f600", None),
    ],
)
def test_the_likeliest_code_is_that_of_similar_answers(text: str, first: str | None) -> None:
    assert next(iter(suggested(text, CODED)), None) == first


def test_nothing_coded_suggests_nothing() -> None:
    assert suggested("a helpful manager", []) == ()
    assert suggested("a helpful manager", [("Nothing", frozenset())]) == ()
