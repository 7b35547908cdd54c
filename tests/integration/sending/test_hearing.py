"""What comes back, from a mailbox that speaks IMAP: bounces, STOP in four languages, and everything else left alone."""

from __future__ import annotations

import dataclasses
import email
import re
import socketserver
import threading
import time
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage

import pytest
from sqlalchemy import update

from surveyapp.domain.errors import StateRefused
from surveyapp.domain.sending.planning import MessageState, WhyNot
from surveyapp.domain.sending.replies import MailReply, mail_reply, says_stop
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.services import worker
from surveyapp.services.privacy import erasing
from surveyapp.services.runtime import Runtime
from surveyapp.services.sending import deciding, hearing, outbox
from surveyapp.services.work import Desk
from surveyapp.store.sending import recipients
from surveyapp.store.tables import MessageRow
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


def bounce(about: str, status: str = "5.1.1", action: str = "failed") -> EmailMessage:
    """A report as RFC 3464 has it."""
    return _message(
        'From: MAILER-DAEMON@example.org\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\n'
        "Subject: Undelivered\nMIME-Version: 1.0\n\n--b\nContent-Type: text/plain\n\nIt could not be delivered.\n\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\n"
        f"Final-Recipient: rfc822; a@example.org\nAction: {action}\nStatus: {status}\n\n"
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
    assert mail_reply(bounce("<1@x>", "5.7.1")) == MailReply(("<1@x>",), False, False, failed=True)
    assert mail_reply(bounce("<1@x>", "4.2.2")) == MailReply(("<1@x>",), False, False, failed=True)
    assert mail_reply(bounce("<1@x>", "4.2.2", "delayed")) == MailReply(("<1@x>",), False, False)
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


MALFORMED = {
    "a sender that is a quote": b'From: "\r\nSubject: x\r\n\r\nSTOP\r\n',
    "no header at all": b"STOP\r\n",
    "nothing": b"",
    "zeros": b"\0" * 500,
    "a kind that is none": b"From: a@b.org\r\nContent-Type: (; text/plain; charset*0*=''\r\n\r\nhello\r\n",
    "a charset that is none": b'From: a@b.org\r\nContent-Type: text/plain; charset="undefined"\r\n\r\nhello\r\n',
    "comments in comments": b"From: a@b.org\r\nContent-Type: " + b"(" * 1_900 + b"\r\n\r\nSTOP\r\n",
    "parts in parts": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3_000)
    ),
    "a header that takes minutes": b'From: a@b.org\r\nContent-Type: text/plain; a="'
    + b"=?utf-8?q?a?=" * 15_000
    + b"\r\n\r\nx",
    "a report of nothing": b'From: a@b.org\r\nContent-Type: multipart/report; boundary="\r\n\r\nx\r\n',
    "letters that are none": "From: \u0119 <\u0119@x>\r\n\r\nSTOP".encode("utf-16"),
}
UNREADABLE = {"a kind that is none", "comments in comments", "parts in parts", "a header that takes minutes"}


@pytest.mark.parametrize("which", MALFORMED)
def test_one_malformed_message_keeps_none_from_being_heard(
    runtime: Runtime, clock: Clock, server: MailServerOfTests, which: str
) -> None:
    clock.now += at_ten(clock.now)
    people = [reachable(runtime, number) for number in range(2)]
    server.messages.append(MALFORMED[which])
    server.post(answer("<1@x>", "STOP", "person0@example.org"))
    server.messages.append(MALFORMED[which])
    server.post(answer("<1@x>", "STOP", "person1@example.org"))
    desk, began = desk_of(runtime, server), time.monotonic()
    assert hearing.read_mailbox(desk)["stop"] == 2
    for each in people:
        with runtime.database.reading() as session:
            assert len(recipients.ended_ways(session, each.id)) == len(SendingWay)
    # Somebody looks at it: it stays unread, and is told of.
    assert server.seen == {2, 4}
    assert hearing.read_mailbox(desk) == ({"unreadable": 2} if which in UNREADABLE else {})
    assert time.monotonic() - began < 10


def test_whose_key_is_not_there_keeps_nobody_else_from_being_heard(
    runtime: Runtime, clock: Clock, server: MailServerOfTests
) -> None:
    """Neither in the mailbox, nor where there is something to send to them: what only their key opened is not known."""
    clock.now += at_ten(clock.now)
    stops, lost = reachable(runtime, 1), reachable(runtime, 2)
    switch_on(runtime)
    outbox.send(factories.operator(runtime), [STUDY], by(Told()))
    about = rows(runtime, stops)[0].sender_reference
    with runtime.database.writing() as session:
        session.execute(update(MessageRow).where(MessageRow.reference == about).values(reference="<ours@x>"))
    runtime.person_keys.forget([lost.id], runtime.clock())
    clock.forward(days=3)
    server.post(answer("<1@x>", "STOP", "nobody@example.org"))
    server.post(answer("<ours@x>", "STOP"))
    came = worker.round_of(desk_of(runtime, server), ["messages"])
    assert came.failed == {}
    assert server.seen == {2}
    with runtime.database.reading() as session:
        assert len(recipients.ended_ways(session, stops.id)) == len(SendingWay)


@pytest.mark.parametrize(
    ("status", "state", "ended"),
    [
        ("5.1.1", MessageState.BOUNCED, [WhyNot.BOUNCED]),
        ("5.7.1", MessageState.FAILED, []),
        ("5.2.2", MessageState.FAILED, []),
        ("4.4.7", MessageState.FAILED, []),
    ],
)
def test_a_report_ends_a_way_only_where_nobody_is_there(
    runtime: Runtime, clock: Clock, server: MailServerOfTests, status: str, state: MessageState, ended: list[WhyNot]
) -> None:
    clock.now += at_ten(clock.now)
    person = reachable(runtime)
    switch_on(runtime)
    outbox.send(factories.operator(runtime), [STUDY], by(Told()))
    with runtime.database.writing() as session:
        session.execute(update(MessageRow).values(reference="<ours@x>"))
    server.post(bounce("<ours@x>", status))
    assert hearing.read_mailbox(desk_of(runtime, server)) == {state.value: 1}
    assert [each.state for each in rows(runtime, person)] == [state]
    with runtime.database.reading() as session:
        assert [why for _, why, _ in recipients.ended_ways(session, person.id)] == ended


@pytest.mark.parametrize("sender", ["anna@xn--mller-kva.de", "anna@müller.de", "ANNA@Müller.de"])
def test_stop_from_an_address_in_other_letters_is_heard(
    runtime: Runtime, server: MailServerOfTests, sender: str
) -> None:
    person = reachable(runtime, email="anna@müller.de")
    server.messages.append(f"From: Anna <{sender}>\r\n\r\nSTOP\r\n".encode())
    assert hearing.read_mailbox(desk_of(runtime, server)) == {"stop": 1}
    with runtime.database.reading() as session:
        assert len(recipients.ended_ways(session, person.id)) == len(SendingWay)
