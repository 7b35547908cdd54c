"""E-mail against a real server: one that answers, is slow, refuses some, breaks off in the middle, or is not there."""

from __future__ import annotations

import asyncio
import email
import socket
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from surveyapp.services.sending.ways.carrier import CarrierOutcome, OutgoingMessage
from surveyapp.services.sending.ways.mail_server import MailServer


class Post:
    """A server that does to a message what its address says."""

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address.startswith("gone"):
            return "550 5.1.1 nobody is here by that name"
        if address.startswith("busy"):
            return "451 4.3.0 not now"
        if address.startswith("barred"):
            return "554 5.7.1 not for you"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        [to] = envelope.rcpt_tos
        if to.startswith("spam"):
            return "554 5.7.1 this looks like spam"
        if to.startswith("full"):
            return "452 4.2.2 no room now"
        made = email.message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(made, EmailMessage)
        if to.startswith("cut"):
            # It has the message, and its answer never comes.
            self.got.append(made)
            server.transport.close()
            return "250 OK"
        if to.startswith("slow"):
            self.got.append(made)
            await asyncio.sleep(2)
        if not to.startswith("slow"):
            self.got.append(made)
        return "250 OK"


@pytest.fixture(scope="module")
def post() -> Iterator[tuple[Post, str]]:
    handler = Post()
    controller = Controller(handler, hostname="127.0.0.1", port=_free_port())
    controller.start()
    yield handler, f"smtp://127.0.0.1:{controller.port}"
    controller.stop()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def message(to: str, **more: str) -> OutgoingMessage:
    usual = {"key": "0f" * 16, "subject": "Job Rotation: zażółć", "text": "Dzień dobry,\n\nhttps://a.example/s/xyz\n"}
    return OutgoingMessage(to=to, **(usual | more))  # type: ignore[arg-type]


def server(url: str, timeout: float = 5) -> MailServer:
    return MailServer(url, "Zespół <survey@example.org>", timeout)


@pytest.mark.parametrize(
    ("to", "outcome"),
    [
        ("here@example.org", CarrierOutcome.SENT),
        ("gone@example.org", CarrierOutcome.NO_SUCH_ADDRESS),
        ("busy@example.org", CarrierOutcome.NOT_TAKEN),
        ("barred@example.org", CarrierOutcome.REFUSED),
        ("spam@example.org", CarrierOutcome.REFUSED),
        ("full@example.org", CarrierOutcome.NOT_TAKEN),
        ("cut@example.org", CarrierOutcome.UNCERTAIN),
    ],
)
def test_what_the_server_says_is_what_came_of_it(post: tuple[Post, str], to: str, outcome: CarrierOutcome) -> None:
    mail = server(post[1])
    try:
        assert mail.hand_over(message(to)).outcome is outcome
        # Whatever it was, the next goes out.
        assert mail.hand_over(message("next@example.org")).outcome is CarrierOutcome.SENT
    finally:
        mail.close()


def test_one_that_answers_too_late_leaves_it_uncertain(post: tuple[Post, str]) -> None:
    mail = server(post[1], timeout=0.5)
    try:
        receipt = mail.hand_over(message("slow@example.org"))
    finally:
        mail.close()
    assert receipt.outcome is CarrierOutcome.UNCERTAIN
    assert receipt.reference == f"<{'0f' * 16}@example.org>"


def test_one_that_is_not_there_is_down() -> None:
    assert server(f"smtp://127.0.0.1:{_free_port()}").hand_over(message("a@example.org")).outcome is CarrierOutcome.DOWN


def test_to_another_machine_nothing_goes_without_tls() -> None:
    """Another machine: an address that is not this one's own name for itself, of a server that offers no TLS."""
    handler = Post()
    controller = Controller(handler, hostname="127.0.0.2", port=_free_port())
    controller.start()
    try:
        mail = server(f"smtp://me:secret@127.0.0.2:{controller.port}")
        assert not mail.answers()
        assert mail.hand_over(message("here@example.org")).outcome is CarrierOutcome.DOWN
    finally:
        controller.stop()
    assert handler.got == []


def test_the_message_arrives_as_it_was_written(post: tuple[Post, str]) -> None:
    mail = server(post[1])
    receipt = mail.hand_over(message("here@example.org", key="ab" * 16, text="سلام\n" + "x" * 2000 + "\n"))
    mail.close()
    got = next(each for each in post[0].got if each["Message-ID"] == receipt.reference)
    assert (got["To"], got["Subject"]) == ("here@example.org", "Job Rotation: zażółć")
    assert got["From"].addresses[0].display_name == "Zespół"
    assert got.get_content().replace("\r\n", "\n") == "سلام\n" + "x" * 2000 + "\n"
    assert got["Auto-Submitted"] == "auto-generated"


def test_nothing_that_is_filled_in_makes_another_header(post: tuple[Post, str]) -> None:
    from surveyapp.domain.sending.words import filled

    subject = filled("{study}: hello", {"study": "Job\r\nBcc: everybody@example.org"})
    mail = server(post[1])
    receipt = mail.hand_over(message("here@example.org", key="cd" * 16, subject=subject))
    mail.close()
    got = next(each for each in post[0].got if each["Message-ID"] == receipt.reference)
    assert got["Bcc"] is None
    assert got["Subject"] == "Job Bcc: everybody@example.org: hello"
