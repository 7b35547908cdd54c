"""What came back is noted: a message that did not arrive, and somebody who wants no more of them."""

from __future__ import annotations

import imaplib
import logging
import ssl
import uuid
from collections import Counter
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from surveyapp.domain.errors import DatabaseUnavailable, StateRefused
from surveyapp.domain.sending.planning import MessageState
from surveyapp.domain.sending.replies import MailReply, mail_reply, opened, says_stop, written_by
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Scope
from surveyapp.services.one_by_one import one_by_one
from surveyapp.services.participants import contacts
from surveyapp.services.sending import deciding
from surveyapp.services.work import Desk, Work
from surveyapp.store import participants
from surveyapp.store.sending import outbox as store
from surveyapp.store.sending import worker

_log = logging.getLogger(__name__)

TIMEOUT = 30.0
LARGEST = 256 * 1024
"""Bytes of a message that are looked at: what is larger is left unread for somebody to see."""


def read_mailbox(desk: Desk) -> Counter[str]:
    """Looks through what is unread in the mailbox that the settings name; how many came back (`bounced`, `failed`),
    said `stop`, or could not be read (`unreadable`). These and all others stay unread, for whoever reads the mailbox,
    and none keeps the next from being heard. Raises StateRefused where the mailbox cannot be read, and what went wrong
    first with what was heard once all else is done."""
    url = desk.runtime.settings.mailbox
    found: Counter[str] = Counter()
    if url is None:
        return found
    parts = urlsplit(url)
    try:
        if parts.scheme == "imaps":
            secure = ssl.create_default_context()
            box: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                parts.hostname or "", parts.port or 993, ssl_context=secure, timeout=TIMEOUT
            )
        else:
            box = imaplib.IMAP4(parts.hostname or "", parts.port or 143, timeout=TIMEOUT)
        with box:
            box.login(unquote(parts.username or ""), unquote(parts.password or ""))
            box.select(unquote(parts.path.strip("/")) or "INBOX")
            _, numbers = box.search(None, "UNSEEN")
            unread = numbers[0].split() if numbers and numbers[0] else []
            _read_all(desk, box, [each.decode() for each in unread], found)
    except (OSError, imaplib.IMAP4.error) as error:
        raise StateRefused(say("mailbox_not_read", why=type(error).__name__)) from None
    return found


def _read_all(desk: Desk, box: imaplib.IMAP4, numbers: Sequence[str], found: Counter[str]) -> None:
    """Hears these messages, one by one; one that goes wrong is raised once all others are done. Raises at once what
    would be so with the next: the mailbox or the database is gone."""
    wrong: list[Exception] = []
    for number in numbers:
        try:
            _read_one(desk, box, number, found)
        except (OSError, imaplib.IMAP4.abort, DatabaseUnavailable):
            raise
        except Exception as error:  # whatever it is, it is of this one
            wrong.append(error)
    if wrong:
        raise wrong[0]


def _read_one(desk: Desk, box: imaplib.IMAP4, number: str, found: Counter[str]) -> None:
    """Hears one message, and counts what it was."""
    # Peeked at: what is not for us is left as it was.
    _, fetched = box.fetch(number, f"(BODY.PEEK[]<0.{LARGEST}>)")
    raw = next((each[1] for each in fetched if isinstance(each, tuple)), b"")
    try:
        message = opened(raw)
        reply, sender = mail_reply(message), written_by(message)
    except Exception as error:  # whatever the library comes to of what is no e-mail
        _log.warning("a message in the mailbox cannot be read, and stays unread", extra={"kind": type(error).__name__})
        found["unreadable"] += 1
        return
    if (what := _heard(desk, reply, sender)) is not None:
        found[what] += 1
        box.store(number, "+FLAGS", "(\\Seen)")


def _heard(desk: Desk, reply: MailReply, sender: str) -> str | None:
    """What an e-mail was to us, done; None where it is nothing of ours. `sender`: whom it says that it is from."""
    if not reply.bounced and not reply.failed and not reply.stop:
        return None
    with desk.writing() as work:
        for reference in reply.about:
            if reply.bounced and deciding.bounced(work, reference):
                return "bounced"
            if reply.failed and deciding.failed(work, reference):
                return "failed"
            ours = store.by_sender_reference(work.session, reference)
            if reply.stop and ours is not None:
                deciding.end_every_way(work, ours.participant_id)
                return "stop"
        if reply.stop and _stop_of(work, SendingWay.EMAIL, sender):
            return "stop"
    return None


TEXTS = "texts"
"""The worker's row that says up to when texts that came in were looked at."""


def read_texts(desk: Desk) -> int:
    """Looks through the text messages that came in at GOV.UK Notify since the last look; how many said stop. Raises
    StateRefused where it does not answer."""
    notify = desk.runtime.settings.notify
    if notify is None or SendingWay.TEXT.value not in notify.templates:
        return 0
    from surveyapp.services.sending.ways.notify import received_texts

    with desk.reading() as work:
        last, now = worker.tasks(work.session).get(TEXTS), work.now
    since = last.done_at if last else None
    came = received_texts(notify.key, notify.url)
    if came is None:
        raise StateRefused(say("texts_not_read"))
    heard: list[bool] = []
    new = [(number, said) for at, number, said in came if since is None or at >= since]
    one_by_one(new, lambda each: heard.append(heard_text(desk, *each)))
    with desk.writing() as work:
        worker.done(work.session, TEXTS, now)
    return sum(heard)


LOST = {"permanent-failure": True, "temporary-failure": False, "technical-failure": False}
"""What GOV.UK Notify calls a message that did not arrive: whether nobody is there."""


def told_delivery(desk: Desk, our_reference: str, their_id: str, status: str) -> None:
    """What GOV.UK Notify says became of a message, by our reference or by theirs. The same again, or of a message that
    there is not (any more), is nothing; what a person has decided meanwhile stands."""
    with desk.writing() as work:
        found = _message(work, our_reference) or store.by_sender_reference(work.session, their_id)
        if found is None or _of_an_earlier_time(found, their_id):
            return
        if status == "delivered":
            open_ones = (MessageState.HANDING_OVER, MessageState.UNCERTAIN)
            more = {"ended_at": work.now, "reference": their_id or found.sender_reference}
            store.moved(work.session, found.id, open_ones, MessageState.SENT, **more)
        elif LOST.get(status):
            deciding.came_back(work, found)
        elif status in LOST:
            seen = (MessageState.SENT, MessageState.UNCERTAIN, MessageState.HANDING_OVER)
            store.moved(work.session, found.id, seen, MessageState.FAILED, ended_at=work.now)


def _of_an_earlier_time(found: store.OutboxMessage, their_id: str) -> bool:
    """Whether what is told is of a time before, from which on the message was handed over anew: ours names both."""
    return bool(their_id and found.sender_reference and found.sender_reference != their_id)


def _message(work: Work, our_reference: str) -> store.OutboxMessage | None:
    try:
        return store.message(work.session, uuid.UUID(hex=our_reference))
    except ValueError:
        return None


def heard_text(desk: Desk, number: str, said: str) -> bool:
    """A text message that came in: whether it said stop, and was somebody's."""
    if not says_stop(said):
        return False
    with desk.writing() as work:
        return _stop_of(work, SendingWay.TEXT, number)


def _stop_of(work: Work, way: SendingWay, written: str) -> bool:
    """Whoever has this number or address is sent nothing more, in every study; whether anybody has."""
    known = contacts.email_address(written) if way is SendingWay.EMAIL else contacts.phone_number(written)
    if known is None:
        return False
    ended = False
    for study in work.runtime.studies.values():
        scope, today = Scope(study.id, work.runtime.origin), work.today(study)
        for reference in contacts.owners(work, scope, [known]).get(known, []):
            person = participants.participant_by_reference(work.session, scope, reference, today)
            if person is not None:
                deciding.end_every_way(work, person.id)
                ended = True
    return ended
