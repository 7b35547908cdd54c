"""E-mail by SMTP: each step of the talk by itself, because up to `DATA` a message has certainly not gone, and after it
nobody knows until the server has answered."""

from __future__ import annotations

import smtplib
import ssl
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit

from surveyapp.environment.values import LOCAL
from surveyapp.services.sending.ways.carrier import CarrierOutcome, OutgoingMessage, Receipt

TIMEOUT = 20.0
"""Seconds for each answer of the server."""

NOT_THERE = frozenset({550, 551, 553})
"""Answers to an address that mean that nobody is there."""


class MailServer:
    """A mail server, `smtp://user:password@host:587` (STARTTLS, or nothing is said to it; without only to this machine
    itself) or `smtps://host:465`. One connection for as many messages as there are; `sender` is `Name <address>`."""

    name = "smtp"

    def __init__(self, url: str, sender: str, timeout: float = TIMEOUT) -> None:
        self._url, self._timeout = urlsplit(url), timeout
        name, self._from = parseaddr(sender)
        self._sender = Address(name, addr_spec=self._from)
        self._talk: smtplib.SMTP | None = None

    def answers(self) -> bool:
        """Whether it lets us in now. Nothing is sent."""
        try:
            self._connected()
        except (OSError, smtplib.SMTPException):
            return False
        finally:
            self.close()
        return True

    def hand_over(self, message: OutgoingMessage) -> Receipt:
        reference = f"<{message.key}@{self._from.partition('@')[2]}>"
        try:
            talk = self._connected()
        except (OSError, smtplib.SMTPException):
            self.close()
            return Receipt(CarrierOutcome.DOWN)
        try:
            code, _ = talk.mail(self._from)
            if code != 250:
                talk.rset()
                return Receipt(CarrierOutcome.NOT_TAKEN if code < 500 else CarrierOutcome.REFUSED)
            code, _ = talk.rcpt(message.to)
            if code not in (250, 251):
                talk.rset()
                if code in NOT_THERE:
                    return Receipt(CarrierOutcome.NO_SUCH_ADDRESS)
                return Receipt(CarrierOutcome.NOT_TAKEN if code < 500 else CarrierOutcome.REFUSED)
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            self.close()
            return Receipt(CarrierOutcome.REFUSED if isinstance(error, UnicodeError) else CarrierOutcome.NOT_TAKEN)
        try:
            code, _ = talk.data(self._written(message, reference).as_bytes(policy=policy.SMTP))
        except smtplib.SMTPDataError as error:
            # The server did not even want to hear it.
            return Receipt(CarrierOutcome.NOT_TAKEN if error.smtp_code < 500 else CarrierOutcome.REFUSED)
        except (OSError, smtplib.SMTPException):
            self.close()
            return Receipt(CarrierOutcome.UNCERTAIN, reference)
        if code != 250:
            return Receipt(CarrierOutcome.NOT_TAKEN if code < 500 else CarrierOutcome.REFUSED)
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

    def _written(self, message: OutgoingMessage, reference: str) -> EmailMessage:
        made = EmailMessage()
        made["Subject"] = message.subject
        made["From"] = self._sender
        made["To"] = message.to
        made["Date"] = format_datetime(datetime.now(UTC))
        made["Message-ID"] = reference
        # So that nobody's absence is announced to us.
        made["Auto-Submitted"] = "auto-generated"
        made["X-Auto-Response-Suppress"] = "OOF, AutoReply"
        made.set_content(message.text, cte="quoted-printable")
        made["Content-Language"] = message.language
        return made
