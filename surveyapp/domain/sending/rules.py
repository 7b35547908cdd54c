"""What a study sends to its people: which messages, when, by which way, in which words."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass


class SendingWay(enum.StrEnum):
    """How a message reaches somebody."""

    EMAIL = "email"
    TEXT = "text"
    LETTER = "letter"


class StepKind(enum.StrEnum):
    """What a message is for: to ask, to ask again, to thank for answers that were sent."""

    INVITE = "invite"
    REMIND = "remind"
    THANK = "thank"


@dataclass(frozen=True, kw_only=True)
class MessageStep:
    """One message of a touchpoint: `after_days` after it opens or, of thanks, after the answers were sent; by the first
    of these ways that reaches the person, `another` than the message before where there is one. `short` is what a text
    message says; of no `groups`: of every group."""

    id: str
    kind: StepKind
    after_days: int
    by: tuple[SendingWay, ...]
    another: bool = False
    subject: str | None = None
    text: str | None = None
    short: str | None = None
    groups: tuple[str, ...] = ()

    def is_for(self, group: str) -> bool:
        return not self.groups or group in self.groups


@dataclass(frozen=True)
class CallRule:
    """That whoever is still due is called from so many days after a touchpoint opens, and not before unless they ask
    for it; of no `groups`: of every group."""

    after_days: int
    groups: tuple[str, ...] = ()

    def is_for(self, group: str) -> bool:
        return not self.groups or group in self.groups


@dataclass(frozen=True, kw_only=True)
class AddressWindow:
    """Where an envelope's window shows a letter, mm from the left and upper edge of an A4 sheet. As it is, that of DIN
    5008, form B, and of most envelopes in Europe."""

    left: int = 20
    top: int = 45
    width: int = 85
    height: int = 45


@dataclass(frozen=True, kw_only=True)
class MessageRules:
    """A study's messages in the order in which they are sent. They go out from `begins` to just before `ends` on the
    clocks of the study, on `days` of the week (Monday is 0); `at_most` so many to a person at a touchpoint, thanks not
    counted. `calls`: when people are called who are written to first (None: at once, as far as messages go); `window`:
    where letters have the address."""

    begins: dt.time
    ends: dt.time
    days: frozenset[int]
    at_most: int
    steps: tuple[MessageStep, ...]
    calls: CallRule | None = None
    window: AddressWindow = AddressWindow()

    def step(self, id: str) -> MessageStep | None:
        return next((each for each in self.steps if each.id == id), None)

    @property
    def letter(self) -> MessageStep | None:
        """The first that goes out as a letter."""
        return next((each for each in self.steps if SendingWay.LETTER in each.by), None)
