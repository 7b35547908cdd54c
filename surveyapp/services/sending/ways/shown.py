"""The demonstration's carrier: nothing leaves the machine. A page shows what would have gone."""

from __future__ import annotations

from surveyapp.services.sending.ways.carrier import CarrierOutcome, OutgoingMessage, Receipt


class ShownOnly:
    """Takes everything and carries nothing."""

    name = "demonstration"

    def __init__(self) -> None:
        self.last: OutgoingMessage | None = None

    def hand_over(self, message: OutgoingMessage) -> Receipt:
        self.last = message
        return Receipt(CarrierOutcome.SENT, message.key)

    def look_up(self, key: str) -> Receipt | None:
        return Receipt(CarrierOutcome.SENT, key)

    def close(self) -> None:
        pass
