"""E-mail, text messages and letters by GOV.UK Notify. Its templates are empty frames: `((subject))` and `((body))`; the
words are the study's."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

import requests
from notifications_python_client.errors import HTTPError, InvalidResponse
from notifications_python_client.notifications import NotificationsAPIClient
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from surveyapp.domain.sending.rules import SendingWay
from surveyapp.services.sending.ways.carrier import CarrierOutcome, OutgoingMessage, Receipt

LOST = {
    "permanent-failure": CarrierOutcome.NO_SUCH_ADDRESS,
    "temporary-failure": CarrierOutcome.REFUSED,
    "technical-failure": CarrierOutcome.REFUSED,
    "validation-failed": CarrierOutcome.REFUSED,
    "virus-scan-failed": CarrierOutcome.REFUSED,
    "cancelled": CarrierOutcome.REFUSED,
}
"""What it calls a message that did not arrive, and what that is."""

ADDRESS_LINES = 7
"""Lines that Notify takes of an address; what is more stands in the last."""


_OF_US = re.compile(
    r"api key|trial mode|template not found|template has been|template_id|missing personalisation|not allowed to send",
    re.IGNORECASE,
)
"""Words of a refusal of whoever sends: a key for trials, a frame that is gone or is no frame of ours. Addresses of
letters are missed as a part of the personalisation too, with the line's name."""


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
        except (HTTPError, InvalidResponse, AssertionError, ValueError):
            return None
        if not found:
            return Receipt(CarrierOutcome.NOT_TAKEN)
        came = LOST.get(str(found[0].get("status")), CarrierOutcome.SENT)
        return Receipt(came, str(found[0].get("id", "")) or None)

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
    except (HTTPError, InvalidResponse, AssertionError, ValueError):
        return None
    return [
        (_moment(each.get("created_at")), f"+{str(each.get('user_number')).lstrip('+')}", str(each.get("content")))
        for each in found
    ]


def _moment(written: object) -> dt.datetime:
    """When something came in; what says nothing of it came in now, and is looked at."""
    try:
        return dt.datetime.fromisoformat(str(written)).astimezone(dt.UTC)
    except ValueError:
        return dt.datetime.now(dt.UTC)


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
    if not 400 <= error.status_code < 500:
        return Receipt(CarrierOutcome.UNCERTAIN)
    return Receipt(CarrierOutcome.DOWN if _is_of_us(error) else CarrierOutcome.REFUSED)


def _is_of_us(error: HTTPError) -> bool:
    """Whether whoever sends is refused, and so would be with the next: a wrong key or address of the service, a clock
    that is off, too many for now. A message or its address are refused as a bad request alone."""
    said = str(error.message)
    return error.status_code != 400 or ("address_line" not in said and _OF_US.search(said) is not None)
