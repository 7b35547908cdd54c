"""What comes back, from a mailbox that speaks IMAP: bounces, STOP in four languages, and everything else left alone."""

from __future__ import annotations

import dataclasses
import email
import re
import socketserver
import threading
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage

import pytest

from surveyapp.domain.errors import StateRefused
from surveyapp.domain.sending.planning import MessageState, WhyNot
from surveyapp.domain.sending.replies import MailReply, mail_reply, says_stop
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.services.privacy import erasing
from surveyapp.services.runtime import Runtime
from surveyapp.services.sending import deciding, hearing, outbox
from surveyapp.services.work import Desk
from surveyapp.store.sending import recipients
from tests import factories
from tests.conftest import Clock
from tests.sending import STUDY, Told, at_ten, by, reachable, rows, switch_on

pytestmark = pytest.mark.both_databases


@pytest.mark.parametrize(
    ("said", "stop"),
    [
        ("STOP", True),
        ("\n  Stop.\n\n> Hello Amara", True),
        ("please stop", True),
        ("KONIEC", True),
        ("Rezygnuję!", True),
        ("ਬੰਦ", True),
        ("بند", True),
        ("STOP ALL", True),
        ("Non-stop fun, thank you", False),
        ("I cannot stop thinking about it", False),
        ("> STOP", False),
        ("> Hello Amara\n> Please answer\n\nStop", True),
        ("> Reply STOP\nThank you", False),
        ("", False),
        ("Is the bus stop near?", False),
    ],
)
def test_who_says_stop(said: str, stop: bool) -> None:
    assert says_stop(said) is stop


def bounce(about: str, status: str = "5.1.1") -> EmailMessage:
    """A report as RFC 3464 has it."""
    return _message(
        'From: MAILER-DAEMON@example.org\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\n'
        "Subject: Undelivered\nMIME-Version: 1.0\n\n--b\nContent-Type: text/plain\n\nIt could not be delivered.\n\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\n"
        f"Final-Recipient: rfc822; a@example.org\nAction: failed\nStatus: {status}\n\n"
        f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {about}\nSubject: x\n\n--b--\n"
    )


def answer(about: str, said: str, sender: str = "a@example.org") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["In-Reply-To"] = f"Amara <{sender}>", about
    made.set_content(said)
    return made


def _message(written: str) -> EmailMessage:
    made = email.message_from_string(written, policy=policy.default)
    assert isinstance(made, EmailMessage)
    return made


def test_what_a_report_says() -> None:
    assert mail_reply(bounce("<1@x>")) == MailReply(("<1@x>",), True, False)
    assert mail_reply(bounce("<1@x>", "4.2.2")) == MailReply(("<1@x>",), False, False)
    assert mail_reply(answer("<1@x>", "STOP")) == MailReply(("<1@x>",), False, True)


class Mailbox(socketserver.StreamRequestHandler):
    """As much of IMAP (RFC 9051) as reading a mailbox takes."""

    messages: list[bytes]
    seen: set[int]

    def handle(self) -> None:
        self.wfile.write(b"* OK ready\r\n")
        for line in self.rfile:
            tag, _, command = line.decode().strip().partition(" ")
            self.answer(tag, command)
            if command.upper() == "LOGOUT":
                return

    def answer(self, tag: str, command: str) -> None:
        server = self.server
        assert isinstance(server, MailServerOfTests)
        word = command.split(" ")[0].upper()
        if word == "CAPABILITY":
            self.say("* CAPABILITY IMAP4rev1")
        elif word == "LOGIN" and "secret" not in command:
            self.say(f"{tag} NO wrong")
            return
        elif word == "SELECT":
            self.say(f"* {len(server.messages)} EXISTS")
        elif word == "SEARCH":
            unseen = [str(number) for number in range(1, len(server.messages) + 1) if number not in server.seen]
            self.say(f"* SEARCH {' '.join(unseen)}".rstrip())
        elif word == "FETCH":
            number = int(command.split(" ")[1])
            raw = server.messages[number - 1]
            self.wfile.write(f"* {number} FETCH (BODY[]<0> {{{len(raw)}}}\r\n".encode() + raw + b")\r\n")
        elif word == "STORE":
            server.seen.add(int(command.split(" ")[1]))
        elif word == "LOGOUT":
            self.say("* BYE")
        self.say(f"{tag} OK done")

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class MailServerOfTests(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Mailbox)
        self.messages: list[bytes] = []
        self.seen: set[int] = set()

    def post(self, message: EmailMessage) -> None:
        self.messages.append(message.as_bytes(policy=policy.SMTP))


@pytest.fixture
def server() -> Iterator[MailServerOfTests]:
    with MailServerOfTests() as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def desk_of(runtime: Runtime, server: MailServerOfTests, password: str = "secret") -> Desk:
    url = f"imap://survey:{password}@127.0.0.1:{server.server_address[1]}/INBOX"
    return factories.operator(dataclasses.replace(runtime, settings=dataclasses.replace(runtime.settings, mailbox=url)))


def test_a_mailbox_is_read(runtime: Runtime, clock: Clock, server: MailServerOfTests) -> None:
    clock.now += at_ten(clock.now)
    gone, stops, talks, erased = (reachable(runtime, number) for number in range(4))
    switch_on(runtime)
    outbox.send(factories.operator(runtime), [STUDY], by(Told()))
    about = {each.id: rows(runtime, each)[0].sender_reference or "" for each in (gone, stops, talks, erased)}
    # A carrier names a message as a mail server would.
    assert all(re.fullmatch(r"ref-\w+", each) for each in about.values())
    with runtime.database.writing() as session:
        from sqlalchemy import update

        from surveyapp.store.tables import MessageRow

        for each in about.values():
            session.execute(update(MessageRow).where(MessageRow.reference == each).values(reference=f"<{each}@x>"))
    with factories.operator(runtime).writing() as work:
        erasing.erase(work, erased)
    server.post(bounce(f"<{about[gone.id]}@x>"))
    server.post(answer(f"<{about[stops.id]}@x>", "STOP"))
    server.post(answer(f"<{about[talks.id]}@x>", "When does it end?"))
    server.post(bounce(f"<{about[erased.id]}@x>"))
    desk = desk_of(runtime, server)
    assert hearing.read_mailbox(desk) == {"bounced": 1, "stop": 1}
    # What is nothing of ours stays unread, for whoever reads the mailbox.
    assert server.seen == {1, 2}
    assert hearing.read_mailbox(desk) == {}
    with runtime.database.reading() as session:
        ends = {
            each.id: [why for _, why, _ in recipients.ended_ways(session, each.id)] for each in (gone, stops, talks)
        }
    assert ends == {gone.id: [WhyNot.BOUNCED], stops.id: [WhyNot.OPTED_OUT] * 3, talks.id: []}
    assert rows(runtime, gone)[0].state is MessageState.BOUNCED
    clock.forward(days=3)
    carrier = Told()
    outbox.send(factories.operator(runtime), [STUDY], by(carrier))
    assert [each.to for each in carrier.handed] == ["person2@example.org"]


def test_a_mailbox_that_does_not_let_us_in_says_so(runtime: Runtime, server: MailServerOfTests) -> None:
    with pytest.raises(StateRefused, match="SURVEYAPP_MAILBOX"):
        hearing.read_mailbox(desk_of(runtime, server, "wrong"))


def test_a_text_message_that_says_stop_ends_all_messages_to_whoever_has_its_number(runtime: Runtime) -> None:
    person = reachable(runtime, phone="07700 900142", email="a@example.org")
    desk = factories.operator(runtime)
    assert hearing.heard_text(desk, "447700900142", "Thank you!") is False
    assert hearing.heard_text(desk, "+447700900199", "STOP") is False
    assert hearing.heard_text(desk, "+44 7700 900142", "Stop") is True
    with runtime.database.reading() as session:
        ended = [(way, why) for way, why, _ in recipients.ended_ways(session, person.id)]
    assert sorted(ended) == [(way, WhyNot.OPTED_OUT) for way in sorted(SendingWay)]


PAGES = {
    "<p>STOP</p>": True,
    "<html><head><title>Re</title><style>p { color: red }</style></head><body><div dir=ltr><b>Stop</b> please</div>"
    "<div class=quote>On Monday you wrote:<blockquote>Answer with STOP</blockquote></div></body></html>": True,
    "<div>&#83;TOP<br>Sent from my phone</div>": True,
    "<blockquote>STOP</blockquote><p>When does it end?</p>": False,
    "<p>Do not stop</p>": False,
    "<p>Hello,</p><p>STOP</p>": False,
    "": False,
}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_that_says_stop_is_heard_as_a_text_is(page: str) -> None:
    message = EmailMessage()
    message["In-Reply-To"] = "<1@x>"
    message.set_content(page, subtype="html")
    assert mail_reply(message) == MailReply(("<1@x>",), False, PAGES[page])


def test_who_answers_stop_to_an_email_gets_no_reminder_as_a_text(runtime: Runtime, clock: Clock) -> None:
    clock.now += at_ten(clock.now)
    person = reachable(runtime, phone="07700 900142", email="a@example.org")
    other = reachable(runtime, phone="07700 900143", email="b@example.org")
    switch_on(runtime)
    carrier = Told()
    outbox.send(factories.operator(runtime), [STUDY], by(carrier))
    assert sorted(each.to for each in carrier.handed) == ["a@example.org", "b@example.org"]
    with factories.operator(runtime).writing() as work:
        deciding.end_every_way(work, person.id)
        deciding.end_way(work, other.id, SendingWay.EMAIL, WhyNot.BOUNCED)
    clock.forward(days=3)
    later = Told()
    outbox.send(factories.operator(runtime), [STUDY], by(later))
    assert [each.to for each in later.handed] == ["+447700900143"]
