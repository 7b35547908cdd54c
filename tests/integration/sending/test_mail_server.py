"""E-mail against a real server: one that answers, is slow, refuses some, breaks off in the middle, or is not there."""

from __future__ import annotations

import asyncio
import dataclasses
import email
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from surveyapp.domain.sending.planning import MessageState, WhyNot
from surveyapp.domain.sending.refusals import Refusal
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.services.runtime import Runtime
from surveyapp.services.sending import outbox, wording
from surveyapp.services.sending.ways.carrier import CarrierOutcome, OutgoingMessage
from surveyapp.services.sending.ways.mail_server import MailServer
from surveyapp.store.entry import accesses
from tests import factories
from tests.conftest import Clock
from tests.sending import STUDY, Told, at_ten, by, reachable, rows, switch_on
from tests.unit.sending.test_refusals import ANSWERS


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
        ("barred@example.org", CarrierOutcome.DOWN),
        ("spam@example.org", CarrierOutcome.DOWN),
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


class Refusing(Post):
    """A server that refuses at one stage of the talk, in these words."""

    def __init__(self, stage: str, answer: str) -> None:
        super().__init__()
        self.stage, self.answer = stage, answer

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.stage == "MAIL":
            return self.answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.stage == "RCPT":
            return self.answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        return self.answer if self.stage == "END" else await super().handle_DATA(server, session, envelope)


class RefusesData(Controller):
    """Its server does not even want to hear what is said."""

    def factory(self) -> SMTP:
        made = super().factory()
        if self.handler.stage == "DATA":

            async def smtp_data(arg: str) -> None:
                await made.push(self.handler.answer)

            made._smtp_methods["DATA"] = smtp_data
        return made


@contextmanager
def refusing(stage: str, answer: str) -> Iterator[str]:
    controller = RefusesData(Refusing(stage, answer), hostname="127.0.0.1", port=_free_port())
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{controller.port}"
    finally:
        controller.stop()


STAGES = ("MAIL", "RCPT", "DATA", "END")
CAME_OF = {
    Refusal.NOBODY: CarrierOutcome.NO_SUCH_ADDRESS,
    Refusal.LATER: CarrierOutcome.NOT_TAKEN,
    Refusal.NEVER: CarrierOutcome.REFUSED,
    Refusal.US: CarrierOutcome.DOWN,
}


@pytest.mark.parametrize("stage", STAGES)
def test_every_refusal_at_every_stage_is_of_what_it_is_of(stage: str) -> None:
    """At the first it does not know yet for whom it is: that is of us, whatever it says."""
    for (code, said), (of_address, of_words) in ANSWERS.items():
        answer = "\r\n".join(
            [*(f"{code}-{line}" for line in said.split("\n")[:-1]), f"{code} {said.split(chr(10))[-1]}"]
        )
        wanted = {"MAIL": Refusal.US, "RCPT": of_address}.get(stage, of_words)
        with refusing(stage, answer) as url:
            mail = server(url)
            came = [mail.hand_over(message("here@example.org")).outcome for _ in range(2)]
            mail.close()
        assert came == [CAME_OF[wanted]] * 2, answer


@pytest.mark.parametrize(
    ("stage", "answer"),
    [
        ("MAIL", "550 5.7.1 authentication required"),
        ("RCPT", "550 5.7.1 Relaying denied"),
        ("RCPT", "550 relay not permitted"),
        ("RCPT", "550 5.2.2 mailbox full"),
        ("DATA", "554 5.7.1 blocked, see spamhaus.org"),
        ("END", "550 5.7.26 unauthenticated"),
    ],
)
def test_a_server_that_refuses_us_takes_nobodys_address_from_them(
    runtime: Runtime, clock: Clock, stage: str, answer: str
) -> None:
    clock.now += at_ten(clock.now)
    people = [reachable(runtime, number) for number in range(3)]
    switch_on(runtime)
    desk = factories.operator(runtime)
    with refusing(stage, answer) as url:
        outbox.send(desk, [STUDY], {SendingWay.EMAIL: server(url)})
    assert {row.state for each in people for row in rows(runtime, each)} == {MessageState.PLANNED}
    clock.forward(hours=1)
    mended = Told()
    outbox.send(desk, [STUDY], by(mended))
    assert len(mended.handed) == len(people)


UNWRITABLE = {
    "a subject of two lines": {"subject": "Job Rotation\nBcc: a@example.org"},
    "half a sign": {"text": "Hello \ud800"},
    "no address": {"to": '"'},
    "an address of two lines": {"to": "a@example.org\nb@example.org"},
}


@pytest.mark.parametrize("what", UNWRITABLE)
def test_what_cannot_be_written_is_never_begun(post: tuple[Post, str], what: str) -> None:
    mail = server(post[1])
    said = {"to": "here@example.org", **UNWRITABLE[what]}
    assert mail.hand_over(message(**said)).outcome is CarrierOutcome.UNWRITABLE
    assert mail._talk is None
    assert mail.hand_over(message("next@example.org")).outcome is CarrierOutcome.SENT
    mail.close()


def test_one_message_that_cannot_be_written_costs_nobody_else_a_round(
    runtime: Runtime, clock: Clock, post: tuple[Post, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a translation has a subject of two lines."""
    clock.now += at_ten(clock.now)
    worded = wording.worded

    def two_lines(*args: Any) -> wording.WordedMessage:
        said = worded(*args)
        return dataclasses.replace(said, subject=said.subject.replace(" ", "\n")) if said.language == "pl" else said

    monkeypatch.setattr(wording, "worded", two_lines)
    polish = [reachable(runtime, email=f"pl{number}@example.org", language="Polish") for number in range(2)]
    others = [reachable(runtime, number) for number in range(2)]
    switch_on(runtime)
    came = outbox.send(factories.operator(runtime), [STUDY], {SendingWay.EMAIL: server(post[1])})
    assert came == {MessageState.FAILED: 2, MessageState.SENT: 2}
    assert [row.why for each in polish for row in rows(runtime, each)] == [WhyNot.UNWRITABLE] * 2
    assert [row.state for each in others for row in rows(runtime, each)] == [MessageState.SENT] * 2
    with runtime.database.reading() as session:
        for each in polish:
            # Nobody has their links: none is left.
            assert accesses.accesses_of(session, rows(runtime, each)[0].case_id) == []


@pytest.mark.parametrize(
    ("to", "arrives_at"),
    [
        ("anna@müller.de", "anna@xn--mller-kva.de"),
        ("anna@例え.jp", "anna@xn--r8jz45g.jp"),
        ("zażółć@example.org", "zażółć@example.org"),
        ("zażółć@müller.de", "zażółć@xn--mller-kva.de"),
    ],
)
def test_an_address_in_other_letters_is_reached(post: tuple[Post, str], to: str, arrives_at: str) -> None:
    mail = server(post[1])
    key = uuid.uuid4().hex
    receipt = mail.hand_over(message(to, key=key))
    mail.close()
    assert receipt.outcome is CarrierOutcome.SENT
    [got] = [each for each in post[0].got if each["Message-ID"] == receipt.reference]
    assert got["To"] == arrives_at


def test_a_sender_in_other_letters_sends(post: tuple[Post, str]) -> None:
    mail = MailServer(post[1], "Team <survey@müller.de>")
    receipt = mail.hand_over(message("here@example.org", key="ee" * 16))
    mail.close()
    assert receipt.reference == f"<{'ee' * 16}@xn--mller-kva.de>"
    [got] = [each for each in post[0].got if each["Message-ID"] == receipt.reference]
    assert got["From"].addresses[0].addr_spec == "survey@xn--mller-kva.de"
