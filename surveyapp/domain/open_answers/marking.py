"""What in people's words says who somebody is: where it stands, what was decided of it, and the words without it."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

GONE = "[…]"
"""What stands in a file for redacted words, in any language."""


class SpanKind(enum.StrEnum):
    """What slipped into somebody's words. *Number*: a long one that is no phone number, of an account perhaps; *other*:
    what a reader marked by themselves."""

    NAME = "name"
    SITE = "site"
    PHONE = "phone"
    EMAIL = "email"
    POSTCODE = "postcode"
    NUMBER = "number"
    OTHER = "other"


class SpanDecision(enum.StrEnum):
    """What a reader decided of something found: it goes out with no words, or it says nothing of anybody and stays."""

    REDACTED = "redacted"
    LEFT = "left"


@dataclass(frozen=True, order=True)
class TextSpan:
    """From which character of a text to before which, counted in code points. Raises ValueError for an empty one."""

    start: int
    end: int
    kind: SpanKind = SpanKind.OTHER

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"no text stands from {self.start} to before {self.end}")

    def overlaps(self, other: TextSpan) -> bool:
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class MarkedSpan:
    """A place in a text, what was decided of it, by whom and when."""

    span: TextSpan
    decision: SpanDecision
    by: uuid.UUID | None
    at: dt.datetime


@dataclass(frozen=True)
class TextPiece:
    """A piece of a text: as it is, or something found in it (`kind`), of which it was decided (`decision`) or not yet.
    The text of what was redacted is empty."""

    text: str
    kind: SpanKind | None = None
    decision: SpanDecision | None = None


def apart(spans: Iterable[TextSpan]) -> list[TextSpan]:
    """The spans in order, of those that overlap the longest alone; of two as long, the one that was named first."""
    kept: list[TextSpan] = []
    for each in sorted(spans, key=lambda span: (span.start - span.end, span.start)):
        if not any(each.overlaps(other) for other in kept):
            kept.append(each)
    return sorted(kept)


def redact(text: str, marked: Iterable[MarkedSpan], instead: Callable[[SpanKind], str]) -> str:
    """A text with every redacted place replaced by `instead` of its kind."""
    return "".join(
        instead(piece.kind) if piece.kind is not None and piece.decision is SpanDecision.REDACTED else piece.text
        for piece in pieces(text, (), marked)
    )


def pieces(text: str, found: Iterable[TextSpan], marked: Iterable[MarkedSpan]) -> list[TextPiece]:
    """A text in pieces: what was decided of first, then what was found and overlaps none of that. Together they are the
    text, but for what was redacted, whose characters are in none of them. Places beyond the text's end are left out."""
    return list(_pieces(text, found, list(marked)))


def _pieces(text: str, found: Iterable[TextSpan], marked: list[MarkedSpan]) -> Iterator[TextPiece]:
    redacted = _united([each.span for each in marked if each.decision is SpanDecision.REDACTED])
    left = [each.span for each in marked if each.decision is SpanDecision.LEFT]
    decided: list[tuple[TextSpan, SpanDecision | None]] = [(each, SpanDecision.REDACTED) for each in redacted]
    for spans, decision in ((apart(left), SpanDecision.LEFT), (apart(found), None)):
        there = [span for span, _ in decided]
        decided += [(each, decision) for each in spans if not any(each.overlaps(other) for other in there)]
    at = 0
    for span, decision in sorted(decided, key=lambda each: each[0]):
        if span.start >= len(text):
            break
        if span.start > at:
            yield TextPiece(text[at : span.start])
        hidden = decision is SpanDecision.REDACTED
        yield TextPiece("" if hidden else text[span.start : span.end], span.kind, decision)
        at = min(span.end, len(text))
    if at < len(text):
        yield TextPiece(text[at:])


def _united(spans: Iterable[TextSpan]) -> list[TextSpan]:
    """The same places with no overlaps: nothing that was redacted by either of two comes back between them."""
    made: list[TextSpan] = []
    for each in sorted(spans):
        if made and each.start < made[-1].end:
            last = made.pop()
            each = TextSpan(last.start, max(last.end, each.end), last.kind)
        made.append(each)
    return made
