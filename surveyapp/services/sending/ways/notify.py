"""E-mail, text messages and letters by GOV.UK Notify. Its templates are empty frames: `((subject))` and `((body))`; the
words are the study's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import requests
from notifications_python_client.errors import HTTPError, InvalidResponse
from notifications_python_client.notifications import NotificationsAPIClient
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from surveyapp.domain.sending.rules import SendingWay
from surveyapp.services.sending.ways.carrier import CarrierOutcome, OutgoingMessage, Receipt

ADDRESS_LINES = 7
"""Lines that Notify takes of an address; what is more stands in the last."""


class Notify:
    """GOV.UK Notify for one way. `template`: the id of the frame."""

    name = "notify"

    def __init__(self, key: str, url: str, way: SendingWay, template: str, timeout: float = 30) -> None:
        self._client = _client(key, url, timeout)
        self._way, self._template = way, template

    def hand_over(self, message: OutgoingMessage) -> Receipt:
        try:
            said = self._send(message)
        except HTTPError as error:
            return _came_of(error)
        except InvalidResponse:
            return Receipt(CarrierOutcome.UNCERTAIN)
        except (AssertionError, ValueError):
            # A key that is none, before anything was sent.
            return Receipt(CarrierOutcome.DOWN)
        return Receipt(CarrierOutcome.SENT, str(said.get("id", "")) or None)

    def _send(self, message: OutgoingMessage) -> Mapping[str, Any]:
        client = self._client
        frame = {"subject": message.subject, "body": message.text}
        match self._way:
            case SendingWay.EMAIL:
                said = client.send_email_notification(message.to, self._template, frame, reference=message.key)
            case SendingWay.TEXT:
                body = {"body": message.short}
                said = client.send_sms_notification(message.to, self._template, body, reference=message.key)
            case SendingWay.LETTER:
                head, tail = message.address[: ADDRESS_LINES - 1], message.address[ADDRESS_LINES - 1 :]
                lines = [*head, *([", ".join(tail)] if tail else [])]
                address = {f"address_line_{number}": line for number, line in enumerate(lines, 1)}
                said = client.send_letter_notification(self._template, address | frame, reference=message.key)
        return dict(said)

    def look_up(self, key: str) -> Receipt | None:
        """By our own reference: a message that Notify does not know never went."""
        client = self._client
        try:
            found = client.get_all_notifications(reference=key).get("notifications", [])
        except (HTTPError, InvalidResponse):
            return None
        if not found:
            return Receipt(CarrierOutcome.NOT_TAKEN)
        lost = found[0].get("status") == "permanent-failure"
        return Receipt(
            CarrierOutcome.NO_SUCH_ADDRESS if lost else CarrierOutcome.SENT, str(found[0].get("id", "")) or None
        )

    def close(self) -> None:
        self._client.request_session.close()


def _client(key: str, url: str, timeout: float) -> Any:
    """Its functions say nothing of types."""
    client: Any = NotificationsAPIClient
    made = client(key, base_url=url, timeout=timeout)
    # What goes to it is for its address alone: words, and whom they are for.
    made.request_session.max_redirects = 0
    return made


def received_texts(key: str, url: str, timeout: float = 30) -> list[tuple[dt.datetime, str, str]] | None:
    """The text messages that people sent to the service's number: when, from which number, and what they say. None
    where it does not answer."""
    try:
        found = _client(key, url, timeout).get_received_texts().get("received_text_messages", [])
    except (HTTPError, InvalidResponse):
        return None
    return [
        (_moment(each["created_at"]), f"+{str(each['user_number']).lstrip('+')}", each["content"]) for each in found
    ]


def _moment(written: str) -> dt.datetime:
    return dt.datetime.fromisoformat(written).astimezone(dt.UTC)


def _came_of(error: HTTPError) -> Receipt:
    """A request that never reached it has not gone; one that it refuses says so; of anything else nobody knows."""
    cause = error.__cause__
    if isinstance(cause, requests.ConnectionError) and error.response is None:
        inner = cause.args[0] if cause.args else None
        reason = getattr(inner, "reason", inner)
        never = isinstance(reason, NewConnectionError | ConnectTimeoutError | NameResolutionError)
        return Receipt(CarrierOutcome.DOWN if never else CarrierOutcome.UNCERTAIN)
    if error.response is None:
        return Receipt(CarrierOutcome.UNCERTAIN)
    if error.status_code in (401, 403, 429):
        # A wrong key, a clock that is off, or too many for now: so it will be with the next.
        return Receipt(CarrierOutcome.DOWN)
    return Receipt(CarrierOutcome.REFUSED if 400 <= error.status_code < 500 else CarrierOutcome.UNCERTAIN)
