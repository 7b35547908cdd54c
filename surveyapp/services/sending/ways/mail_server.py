"""E-mail by SMTP: each step of the talk by itself, because up to `DATA` a message has certainly not gone, and after it
nobody knows until the server has answered."""

from __future__ import annotations

import logging
import smtplib
import ssl
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit

from surveyapp.domain.sending.refusals import Refusal, refusal
from surveyapp.environment.values import LOCAL
from surveyapp.services.participants.contacts import ascii_address
from surveyapp.services.sending.ways.carrier import CarrierOutcome, OutgoingMessage, Receipt

TIMEOUT = 20.0
"""Seconds for each answer of the server."""

_CAME_OF = {
    Refusal.NOBODY: CarrierOutcome.NO_SUCH_ADDRESS,
    Refusal.LATER: CarrierOutcome.NOT_TAKEN,
    Refusal.NEVER: CarrierOutcome.REFUSED,
    Refusal.US: CarrierOutcome.DOWN,
}


_log = logging.getLogger(__name__)


class MailServer:
    """A mail server, `smtp://user:password@host:587` (STARTTLS, or nothing is said to it; without only to this machine
    itself) or `smtps://host:465`. One connection for as many messages as there are; `sender` is `Name <address>`."""

    name = "smtp"

    def __init__(self, url: str, sender: str, timeout: float = TIMEOUT) -> None:
        self._url, self._timeout = urlsplit(url), timeout
        name, address = parseaddr(sender)
        self._from = ascii_address(address)
        self._sender = Address(name, addr_spec=self._from)
        self._talk: smtplib.SMTP | None = None

    def answers(self) -> bool:
        """Whether it lets us in now. Nothing is sent."""
        try:
            self._connected()
        except (OSError, smtplib.SMTPException, ValueError):
            return False
        finally:
            self.close()
        return True

    def hand_over(self, message: OutgoingMessage) -> Receipt:
        reference = f"<{message.key}@{self._from.rpartition('@')[2]}>"
        to = ascii_address(message.to)
        try:
            # Before anything is said: what cannot be written keeps nobody else waiting, and certainly did not go.
            written = self._written(message, to, reference).as_bytes(policy=_policy_of(to))
        except Exception as error:  # whatever the library comes to, it is of this one
            _log.warning("a message cannot be written as an e-mail", extra={"kind": type(error).__name__})
            return Receipt(CarrierOutcome.UNWRITABLE)
        try:
            talk = self._connected()
            if not to.isascii() and not talk.has_extn("smtputf8"):
                return Receipt(CarrierOutcome.REFUSED)
            code, _ = talk.mail(self._from, [] if to.isascii() else ["SMTPUTF8"])
        except (OSError, smtplib.SMTPException, ValueError):
            self.close()
            return Receipt(CarrierOutcome.DOWN)
        if not _taken(code):
            # It does not know yet for whom it is.
            return self._refused(CarrierOutcome.DOWN)
        return self._said(talk, to, written, reference)

    def _said(self, talk: smtplib.SMTP, to: str, written: bytes, reference: str) -> Receipt:
        """The rest of the talk, about one message."""
        try:
            code, said = talk.rcpt(to)
        except (OSError, smtplib.SMTPException):
            self.close()
            return Receipt(CarrierOutcome.NOT_TAKEN)
        if not _taken(code):
            return self._refused(_CAME_OF[refusal(code, said.decode("utf-8", "replace"))])
        try:
            code, said = talk.data(written)
        except smtplib.SMTPDataError as error:
            # The server did not even want to hear it.
            code, said = error.smtp_code, _bytes(error.smtp_error)
        except (OSError, smtplib.SMTPException):
            self.close()
            return Receipt(CarrierOutcome.UNCERTAIN, reference)
        if not _taken(code):
            return self._refused(_CAME_OF[refusal(code, said.decode("utf-8", "replace"), of_words=True)])
        return Receipt(CarrierOutcome.SENT, reference)

    def look_up(self, key: str) -> Receipt | None:
        return None

    def close(self) -> None:
        talk, self._talk = self._talk, None
        if talk is not None:
            try:
                talk.quit()
            except (OSError, smtplib.SMTPException):
                talk.close()

    def _connected(self) -> smtplib.SMTP:
        if self._talk is not None:
            try:
                if self._talk.noop()[0] == 250:
                    return self._talk
            except (OSError, smtplib.SMTPException):
                pass
            self.close()
        host, secret = self._url.hostname or "localhost", self._url.password
        if self._url.scheme == "smtps":
            secure = ssl.create_default_context()
            talk: smtplib.SMTP = smtplib.SMTP_SSL(host, self._url.port or 465, timeout=self._timeout, context=secure)
        else:
            talk = smtplib.SMTP(host, self._url.port or 25, timeout=self._timeout)
            talk.ehlo_or_helo_if_needed()
            if talk.has_extn("starttls"):
                talk.starttls(context=ssl.create_default_context())
            elif host not in LOCAL:
                # Whoever stands between can leave it out of what is offered, to read password, addresses and links.
                talk.close()
                raise smtplib.SMTPNotSupportedError("It offers no TLS.")
        if secret is not None:
            talk.login(unquote(self._url.username or ""), unquote(secret))
        talk.ehlo_or_helo_if_needed()
        self._talk = talk
        return talk

    def _refused(self, outcome: CarrierOutcome) -> Receipt:
        """What was refused is over: the next begins anew, in another talk where this one has ended."""
        try:
            if self._talk is not None and outcome is not CarrierOutcome.DOWN and _taken(self._talk.rset()[0]):
                return Receipt(outcome)
        except (OSError, smtplib.SMTPException):
            pass
        self.close()
        return Receipt(outcome)

    def _written(self, message: OutgoingMessage, to: str, reference: str) -> EmailMessage:
        made = EmailMessage()
        made["Subject"] = message.subject
        made["From"] = self._sender
        made["To"] = to
        made["Date"] = format_datetime(datetime.now(UTC))
        made["Message-ID"] = reference
        # So that nobody's absence is announced to us.
        made["Auto-Submitted"] = "auto-generated"
        made["X-Auto-Response-Suppress"] = "OOF, AutoReply"
        made.set_content(message.text, cte="quoted-printable")
        made["Content-Language"] = message.language
        return made


def _policy_of(to: str) -> EmailPolicy[EmailMessage]:
    """How an e-mail is written: in letters that every server knows but for an address that has others."""
    return policy.SMTP if to.isascii() else policy.SMTPUTF8


def _taken(code: int) -> bool:
    return 200 <= code < 300


def _bytes(said: bytes | str) -> bytes:
    return said.encode() if isinstance(said, str) else said
