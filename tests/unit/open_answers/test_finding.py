"""What says who somebody is, in words: what is found, what is not, and what stays of a text without it."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.open_answers.marking import (
    MarkedSpan,
    SpanDecision,
    SpanKind,
    TextPiece,
    TextSpan,
    apart,
    pieces,
    redact,
)
from surveyapp.services.open_answers.finding import Finder

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)

FINDER = Finder(
    {"sandra", "obrien", "zak", "lukasz", "may", "hope", "li", "07700900123", "فاطمہ", "ਗੁਰਪ੍ਰੀਤ"},
    ["Harbour Foods Ltd", "The Mill"],
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("My manager Sandra helped", {"name": ["Sandra"]}),
        ("sandra's team and SANDRA", {"name": ["sandra's", "SANDRA"]}),
        ("Łukasz and O’Brien told me", {"name": ["Łukasz", "O’Brien"]}),
        ("I may go, and I hope so", {}),
        ("May be. Hope so. May I?", {}),
        ("I asked May about it", {"name": ["May"]}),
        ("Mr Li said", {}),  # too short to be looked for
        ("Sandrab and Alessandra", {}),
        ("میں نے فاطمہ سے پوچھا", {"name": ["فاطمہ"]}),
        ("ਗੁਰਪ੍ਰੀਤ ਨੇ ਕਿਹਾ", {"name": ["ਗੁਰਪ੍ਰੀਤ"]}),
        ("ring 07700 900123 after six", {"phone": ["07700 900123"]}),
        ("or +44 (0)24 7683 3333", {"phone": ["+44 (0)24 7683 3333"]}),
        ("write to jo.bloggs+x@example.co.uk, please", {"email": ["jo.bloggs+x@example.co.uk"]}),
        ("I live at CV1 5FB now", {"postcode": ["CV1 5FB"]}),
        ("near cv15fb", {"postcode": ["cv15fb"]}),
        ("my claim is 12345678", {"number": ["12345678"]}),
        ("we were 12 of 105 in 2025", {}),
        ("it cost 10,000 pounds", {}),
        ("at harbour  foods they were kind", {"site": ["harbour  foods"]}),
        ("Harbour Foods Ltd took me", {"site": ["Harbour Foods Ltd"]}),
        ("a windmill", {}),
        ("", {}),
    ],
)
def test_what_says_who_somebody_is_is_found(text: str, found: dict[str, list[str]]) -> None:
    there: dict[str, list[str]] = {}
    for span in FINDER.find(text):
        there.setdefault(span.kind.value, []).append(text[span.start : span.end])
    assert there == found


def test_ten_thousand_characters_without_a_space_are_searched() -> None:
    for text in ("a" * 10_000, "1" * 10_000, "a." * 5_000, "\u202e" * 10_000, "😀" * 10_000):
        FINDER.find(text)


SPANS = st.builds(
    lambda start, more, kind: TextSpan(start, start + more, kind),
    st.integers(0, 30),
    st.integers(1, 12),
    st.sampled_from(SpanKind),
)
MARKS = st.lists(st.builds(lambda span, what: MarkedSpan(span, what, None, NOW), SPANS, st.sampled_from(SpanDecision)))


@given(st.text(max_size=30), st.lists(SPANS), MARKS)
def test_nothing_redacted_is_left_and_nothing_else_is_lost(
    text: str, found: list[TextSpan], marked: list[MarkedSpan]
) -> None:
    hidden = {
        at for each in marked if each.decision is SpanDecision.REDACTED for at in range(each.span.start, each.span.end)
    }
    kept = "".join(each for at, each in enumerate(text) if at not in hidden)
    assert "".join(piece.text for piece in pieces(text, found, marked)) == kept
    assert redact(text, marked, lambda _kind: "") == kept


@given(st.lists(SPANS))
def test_spans_apart_never_overlap_and_every_other_overlaps_one_as_long(spans: list[TextSpan]) -> None:
    kept = apart(spans)
    assert not any(one.overlaps(other) for at, one in enumerate(kept) for other in kept[at + 1 :])
    for each in spans:
        assert any(
            each == other or (each.overlaps(other) and other.end - other.start >= each.end - each.start)
            for other in kept
        )


def test_what_was_decided_goes_before_what_is_found() -> None:
    left = MarkedSpan(TextSpan(0, 5, SpanKind.NAME), SpanDecision.LEFT, None, NOW)
    assert pieces("Grace period", [TextSpan(0, 5, SpanKind.NAME)], [left]) == [
        TextPiece("Grace", SpanKind.NAME, SpanDecision.LEFT),
        TextPiece(" period"),
    ]


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 2), (3, 2)])
def test_an_empty_place_is_none(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="no text stands"):
        TextSpan(start, end)
