"""The frame that the answers to an open question are coded with, and what was coded.

A frame belongs to a question of a group, at all its touchpoints. It is never rewritten: each change of a code is a new
version of the frame, and every version before can be read again.
"""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

MOST_CODES = 100
"""Codes that a frame may have."""


class CodeState(enum.StrEnum):
    """Whether a code is used; *merged*: its answers have another now; *retired*: nothing is coded with it any more."""

    ACTIVE = "active"
    MERGED = "merged"
    RETIRED = "retired"


class CodingRound(enum.StrEnum):
    """Whose codes they are: of the first coder, of a second who has not seen those, or of whoever settled between."""

    FIRST = "first"
    SECOND = "second"
    SETTLED = "settled"


@dataclass(frozen=True, kw_only=True)
class ThemeCode:
    """A code as one version of its frame has it: what it means, which answers it takes in, and an example (never a
    quotation of somebody). `parent`: the code it is nested in; `became`: the one it was merged into; `option`: the one
    that it says, of the question whose line the words stand in."""

    id: uuid.UUID
    version: int
    title: str
    definition: str = ""
    inclusion: str = ""
    example: str = ""
    parent: uuid.UUID | None = None
    state: CodeState = CodeState.ACTIVE
    became: uuid.UUID | None = None
    option: str | None = None
    by: uuid.UUID | None = None
    at: dt.datetime


@dataclass(frozen=True)
class CodeFrame:
    """Every code there was, each as the newest version has it, in the order made."""

    codes: tuple[ThemeCode, ...] = ()

    @property
    def version(self) -> int:
        """0: no code was made yet."""
        return max((each.version for each in self.codes), default=0)

    @property
    def active(self) -> tuple[ThemeCode, ...]:
        """What can be coded with, each code before those nested in it."""
        there = [each for each in self.codes if each.state is CodeState.ACTIVE]
        ids = {each.id for each in there}
        return tuple(
            one
            for top in there
            if top.parent not in ids
            for one in (top, *(each for each in there if each.parent == top.id))
        )

    def code(self, code_id: uuid.UUID) -> ThemeCode | None:
        return next((each for each in self.codes if each.id == code_id), None)

    def nested_in(self, code_id: uuid.UUID) -> tuple[ThemeCode, ...]:
        return tuple(each for each in self.active if each.parent == code_id)


@dataclass(frozen=True, kw_only=True)
class CodedAnswer:
    """What one coder said of an answer: the codes that fit it, none perhaps. `version`: of the frame then."""

    round: CodingRound
    codes: frozenset[uuid.UUID]
    version: int
    by: uuid.UUID | None
    at: dt.datetime


@dataclass(frozen=True)
class AnswerCoding:
    """All that was said of one answer, by round."""

    rounds: Mapping[CodingRound, CodedAnswer] = field(default_factory=dict)

    @property
    def disagree(self) -> bool:
        """Whether two coders said different things, and nobody has settled it."""
        first, second = self.rounds.get(CodingRound.FIRST), self.rounds.get(CodingRound.SECOND)
        return (
            CodingRound.SETTLED not in self.rounds
            and first is not None
            and second is not None
            and first.codes != second.codes
        )

    @property
    def counted(self) -> frozenset[uuid.UUID] | None:
        """The codes that count: as settled, or as the first coder has them. None: it was not coded."""
        for each in (CodingRound.SETTLED, CodingRound.FIRST):
            if each in self.rounds:
                return self.rounds[each].codes
        return None

    def round_of(self, coder: uuid.UUID | None) -> CodingRound | None:
        """Which round somebody codes in: the one they have begun, or the first that is free. None: two others have
        coded it, or it is settled."""
        if CodingRound.SETTLED in self.rounds:
            return None
        for each in (CodingRound.FIRST, CodingRound.SECOND):
            if each not in self.rounds or self.rounds[each].by == coder:
                return each
        return None

    def of(self, coder: uuid.UUID | None) -> CodedAnswer | None:
        """What somebody said themselves: all that they are shown."""
        return next((each for name, each in self.rounds.items()
                     if each.by == coder and name is not CodingRound.SETTLED), None)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """A coefficient of agreement over `n` answers: 1 where two always agree, 0 as by chance, with the limits of its 95%
    interval. `value` None: it cannot be had, for both always said the same one thing, or nobody was compared."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int


def is_to_be_met_again(frame: CodeFrame, coded: CodedAnswer) -> bool:
    """Whether a code that somebody gave was split since, and they have not said which of its parts it is."""
    for code_id in coded.codes:
        parts = frame.nested_in(code_id)
        if any(each.version > coded.version for each in parts) and not coded.codes & {each.id for each in parts}:
            return True
    return False


def with_parents(frame: CodeFrame, codes: Collection[uuid.UUID]) -> frozenset[uuid.UUID]:
    """The codes with those that they are nested in: an answer about a part is about the whole."""
    parents = {each.parent for each in frame.codes if each.id in codes and each.parent is not None}
    return frozenset(codes) | parents


def counts(frame: CodeFrame, codings: Iterable[frozenset[uuid.UUID]]) -> dict[uuid.UUID, int]:
    """Of how many answers each code in use is true, nested ones counted in their parents."""
    found = {each.id: 0 for each in frame.active}
    for codes in codings:
        for each in with_parents(frame, codes) & found.keys():
            found[each] += 1
    return found


def compared(codings: Iterable[AnswerCoding]) -> Iterator[tuple[frozenset[uuid.UUID], frozenset[uuid.UUID]]]:
    """What two coders said of each answer that both have coded, each before anything was settled."""
    for each in codings:
        first, second = each.rounds.get(CodingRound.FIRST), each.rounds.get(CodingRound.SECOND)
        if first is not None and second is not None:
            yield first.codes, second.codes
