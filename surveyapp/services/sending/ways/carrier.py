"""What every carrier of messages is given and says."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class OutgoingMessage:
    """A message as it is handed over; it is in memory alone. `key`: what tells it from every other, for whoever carries
    it; `to`: the e-mail address or phone number; `address`: the lines of a postal one."""

    key: str
    to: str = field(default="", repr=False)
    address: tuple[str, ...] = field(default=(), repr=False)
    subject: str = ""
    text: str = field(default="", repr=False)
    short: str = field(default="", repr=False)
    link: str = field(default="", repr=False)
    code: str = field(default="", repr=False)
    language: str = "en"


class CarrierOutcome(enum.Enum):
    """What came of handing a message over. *Not taken*: it certainly did not go, and may be tried again; *down*: the
    same, and so it will be with the next, as where it is us who are refused; *refused*: it will never be taken;
    *unwritable*: no font has a letter of it, or it cannot be written as an e-mail; *no such address*: nobody is there;
    *uncertain*: it may have gone."""

    SENT = "sent"
    NOT_TAKEN = "not_taken"
    DOWN = "down"
    REFUSED = "refused"
    UNWRITABLE = "unwritable"
    NO_SUCH_ADDRESS = "no_such_address"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True)
class Receipt:
    """What a carrier said. `reference`: by what they know the message."""

    outcome: CarrierOutcome
    reference: str | None = None


class Carrier(Protocol):
    """Somebody who carries messages by one way. `name` is stored with each message."""

    name: str

    def hand_over(self, message: OutgoingMessage) -> Receipt:
        """Never raises for what a carrier may do."""

    def look_up(self, key: str) -> Receipt | None:
        """What became of a message of which nobody knows whether it went; None where they cannot say."""

    def close(self) -> None:
        """Lets go of connections."""
