"""What a link opens: how far the answers are, who opens it where, and with what. Links are forwarded, printed and
passed on by employers; a table says what each of them shows then."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Answering(enum.Enum):
    """How far a case's answers are. Nobody has said anything yet until the first is stored, whatever was agreed
    to; those that were opened again after sending are some."""

    NONE = "none"
    SOME = "some"
    SENT = "sent"


class Familiarity(enum.Enum):
    """What is known of the browser that opens a link: nothing; that the answers were begun in it; that they were, on a
    device of the person's own, in the session that still lives; that the person's PIN was given in it, since the link
    was opened."""

    STRANGE = "strange"
    BEGAN = "began"
    STAYED = "stayed"
    PROVEN = "proven"


class Passage(enum.Enum):
    """How a link or code comes to the person: given to themselves; or passed on by somebody else, or on paper, so that
    whoever opens it first claims it with a PIN."""

    DIRECT = "direct"
    PASSED_ON = "passed_on"


class PinStanding(enum.Enum):
    """Whether somebody has a PIN, and whether it may still be tried."""

    NONE = "none"
    SET = "set"
    SPENT = "spent"


class Door(enum.Enum):
    """What a link shows: the questions; a PIN to be chosen first, or to be given; that somebody began, and whom to ask;
    thanks, with the rest after a PIN, once one is chosen, or not at all; thanks and the rest."""

    QUESTIONS = "questions"
    CLAIM = "claim"
    PIN = "pin"
    ASK = "ask"
    THANKS_PIN = "thanks_pin"
    THANKS_CHOOSE = "thanks_choose"
    THANKS = "thanks"
    RECEIPT = "receipt"


@dataclass(frozen=True, kw_only=True)
class DoorRule:
    """A line of the table; what it does not name may be anything."""

    answering: Answering
    by: frozenset[Familiarity] = frozenset(Familiarity)
    passage: frozenset[Passage] = frozenset(Passage)
    pin: frozenset[PinStanding] = frozenset(PinStanding)
    opens: Door

    def fits(self, answering: Answering, by: Familiarity, passage: Passage, pin: PinStanding) -> bool:
        return self.answering is answering and by in self.by and passage in self.passage and pin in self.pin


_KNOWN = frozenset({Familiarity.BEGAN, Familiarity.STAYED, Familiarity.PROVEN})
_STAYED = frozenset({Familiarity.STAYED})
_STRANGE = frozenset({Familiarity.STRANGE})
_PROVEN = frozenset({Familiarity.PROVEN})
_DIRECT, _PASSED_ON = frozenset({Passage.DIRECT}), frozenset({Passage.PASSED_ON})
_NO_PIN, _PIN, _SPENT = (frozenset({each}) for each in PinStanding)

DOORS: tuple[DoorRule, ...] = (
    # There is nothing to see yet, so it opens anywhere; but one that was passed on is its claimer's.
    DoorRule(answering=Answering.NONE, passage=_DIRECT, opens=Door.QUESTIONS),
    DoorRule(answering=Answering.NONE, passage=_PASSED_ON, pin=_NO_PIN, opens=Door.CLAIM),
    DoorRule(answering=Answering.NONE, passage=_PASSED_ON, pin=_PIN | _SPENT, by=_KNOWN, opens=Door.QUESTIONS),
    DoorRule(answering=Answering.NONE, passage=_PASSED_ON, pin=_PIN, by=_STRANGE, opens=Door.PIN),
    DoorRule(answering=Answering.NONE, passage=_PASSED_ON, pin=_SPENT, by=_STRANGE, opens=Door.ASK),
    # Somebody began: only where they did, or with their PIN. What was begun without one cannot be claimed elsewhere.
    DoorRule(answering=Answering.SOME, passage=_DIRECT, by=_KNOWN, opens=Door.QUESTIONS),
    DoorRule(answering=Answering.SOME, passage=_PASSED_ON, pin=_NO_PIN, by=_KNOWN, opens=Door.CLAIM),
    DoorRule(answering=Answering.SOME, passage=_PASSED_ON, pin=_PIN | _SPENT, by=_KNOWN, opens=Door.QUESTIONS),
    DoorRule(answering=Answering.SOME, pin=_PIN, by=_STRANGE, opens=Door.PIN),
    DoorRule(answering=Answering.SOME, pin=_NO_PIN | _SPENT, by=_STRANGE, opens=Door.ASK),
    # Sent: the link alone says thanks, wherever it is opened.
    DoorRule(answering=Answering.SENT, by=_PROVEN, opens=Door.RECEIPT),
    DoorRule(answering=Answering.SENT, by=frozenset(Familiarity) - _PROVEN, pin=_PIN, opens=Door.THANKS_PIN),
    DoorRule(answering=Answering.SENT, by=frozenset(Familiarity) - _PROVEN, pin=_SPENT, opens=Door.THANKS),
    # Whoever has no PIN chooses one where they answered, on a device of their own, while that session lives.
    DoorRule(answering=Answering.SENT, by=_STAYED, pin=_NO_PIN, opens=Door.THANKS_CHOOSE),
    DoorRule(answering=Answering.SENT, by=_STRANGE | frozenset({Familiarity.BEGAN}), pin=_NO_PIN, opens=Door.THANKS),
)
"""The whole table: each case fits one line and no other."""


def door(answering: Answering, by: Familiarity, passage: Passage, pin: PinStanding) -> Door:
    """What a link opens."""
    return next(rule.opens for rule in DOORS if rule.fits(answering, by, passage, pin))


READS_ANSWERS = frozenset({Door.QUESTIONS, Door.RECEIPT})
"""Behind these, somebody sees what was answered. Behind the others it is not even read from the database."""

TAKES_PIN = frozenset({Door.PIN, Door.THANKS_PIN})
"""Where a PIN is asked for."""


def takes_pin(opened: Door, by: Familiarity, pin: PinStanding) -> bool:
    """Whether a PIN can be given: where one is asked for, and by whoever is let in without, for what needs it."""
    return opened in TAKES_PIN or (opened is Door.QUESTIONS and by is not Familiarity.PROVEN and pin is PinStanding.SET)


CHOOSES_PIN = frozenset({Door.CLAIM, Door.THANKS_CHOOSE})
"""Where one is chosen before anything else is shown."""
