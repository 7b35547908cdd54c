"""Guesses at codes and passwords: counted over every process, answered at once, and told of when they are many.

Nobody ever sleeps here. Whoever has to wait is refused with how long, and before anything slow is done for them.
"""

from __future__ import annotations

import datetime as dt
import logging
import secrets
from dataclasses import dataclass, field

from surveyapp.domain.audit import AuditAction, System
from surveyapp.domain.errors import ShiftlineError
from surveyapp.domain.security.guesses import (
    ALARM_AT,
    OF_AN_ACCOUNT,
    OF_CODES,
    OF_PASSWORDS,
    GuessKind,
    Slowing,
    counted_as,
)
from surveyapp.domain.staff import Action
from surveyapp.services.runtime import Runtime
from surveyapp.services.security.sessions import Browser
from surveyapp.services.work import Desk, Work
from surveyapp.store.security import guesses as store
from surveyapp.store.security.guesses import Alarm

ALARMS_SHOWN_FOR = dt.timedelta(days=90)


class TooManyGuesses(ShiftlineError):
    """What was guessed is not even looked at, or was wrong once too often: so many seconds have to go by first."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many wrong tries. Wait {seconds} seconds.")
        self.seconds = seconds


def wrong_code(runtime: Runtime, address: str) -> int:
    """Counts a code that opens nothing; how many seconds its address is asked to wait, 0 at first. A right one is never
    asked about here: it opens, however many wrong ones went before."""
    with _desk(runtime).writing() as work:
        counted = store.add(work.session, GuessKind.CODE, _of_address(runtime, address), work.now)
        _count_with_all(work)
        return counted.left(OF_CODES, work.now)


@dataclass(frozen=True, kw_only=True)
class Guesser:
    """Who tries a password, or what is asked for after one: of which account, from which address and, where the account
    knows the browser, what it knows it by. What others try does not keep a known one out."""

    email: str
    address: str
    known_as: str = field(default="", repr=False)


def signing_in(runtime: Runtime, email: str, browser: Browser) -> Guesser:
    """Somebody who signs in: known where they signed in with this browser before."""
    known_as = browser.known_by.get(account_key(runtime, email), "")
    return Guesser(email=email, address=browser.address, known_as=known_as)


def signed_in(email: str, browser: Browser) -> Guesser:
    """Somebody who is in, and is asked again: known by their session."""
    return Guesser(email=email, address=browser.address, known_as=f"session {browser.token}")


def account_key(runtime: Runtime, email: str) -> str:
    """What an account goes by in a browser that signed in to it: says nothing of whose it is."""
    return runtime.keyring.digest("known_browser", email.strip().lower())[:16]


def new_browser_mark() -> str:
    """What a browser is known by to an account from its first full sign-in on."""
    return secrets.token_urlsafe(16)


def check(work: Work, guesser: Guesser) -> None:
    """Whether what they try is looked at now; asked before anything slow is done. Raises TooManyGuesses."""
    waits = [
        counted.left(slowing, work.now)
        for whose, slowing in _counts(work.runtime, guesser)
        if (counted := store.count(work.session, GuessKind.PASSWORD, whose)) is not None
    ]
    if seconds := max(waits, default=0):
        raise TooManyGuesses(seconds)


def wrong_password(work: Work, guesser: Guesser) -> None:
    """Counts a wrong try. Part of the work that refuses it."""
    for whose, _slowing in _counts(work.runtime, guesser):
        store.add(work.session, GuessKind.PASSWORD, whose, work.now)
    _count_with_all(work)


def wrong_sent_code(work: Work) -> None:
    """Counts, for the alarm, a wrong one of the codes that are sent: each has few tries of its own. Part of the work
    that refuses it."""
    _count_with_all(work)


def refused_unseen(runtime: Runtime) -> None:
    """Counts, for the alarm, what was not looked at. Whoever waits is not made to wait longer."""
    with _desk(runtime).writing() as work:
        _count_with_all(work)


def forget(work: Work, guesser: Guesser) -> None:
    """Begins the count of whoever has shown that the account is theirs anew; an address's stays."""
    store.forget(work.session, GuessKind.PASSWORD, _of_account(work.runtime, guesser))


def _counts(runtime: Runtime, guesser: Guesser) -> list[tuple[str, Slowing]]:
    """Under whom a guess is counted, and how that slows the next; the same whether there is such an account or not."""
    own = (_of_account(runtime, guesser), OF_AN_ACCOUNT)
    return [own] if guesser.known_as else [own, (_of_address(runtime, guesser.address), OF_PASSWORDS)]


def _of_account(runtime: Runtime, guesser: Guesser) -> str:
    return runtime.keyring.digest("guess", f"{guesser.known_as}\0{guesser.email.strip().lower()}")


def _of_address(runtime: Runtime, address: str) -> str:
    return runtime.keyring.digest("guess", counted_as(address))


def _count_with_all(work: Work) -> None:
    counted = store.add_to_all(work.session, work.now)
    if counted.wrong == ALARM_AT:
        store.raise_alarm(work.session, counted, work.now)
        work.by(System()).record(AuditAction.GUESSES_ALARMED, wrong=counted.wrong, since=counted.first_at.isoformat())
        logging.getLogger("surveyapp.guesses").warning(
            "%s wrong codes and passwords since %s: somebody is guessing", counted.wrong, counted.first_at.isoformat()
        )
    elif counted.wrong > ALARM_AT and counted.wrong % 100 == 0:
        store.keep_up(work.session, counted)


def alarms(desk: Desk) -> list[Alarm]:
    """The alarms of the last months, the newest first. Raises NotPermitted."""
    _check(desk)
    with desk.reading() as work:
        return store.alarms(work.session, work.now - ALARMS_SHOWN_FOR)


def unread_alarms(desk: Desk) -> int:
    """How many alarms nobody has said of that they know; 0 for whoever may not see them."""
    if not desk.studies(Action.MANAGE_PARTICIPANTS):
        return 0
    with desk.reading() as work:
        return store.unread(work.session)


def mark_read(desk: Desk) -> None:
    """Whoever asks knows of every alarm there is. Raises NotPermitted."""
    _check(desk)
    with desk.writing() as work:
        if count := store.mark_read(work.session, work.now):
            work.record(AuditAction.ALARMS_READ, count=count)


def _check(desk: Desk) -> None:
    desk.check(Action.MANAGE_PARTICIPANTS, next(iter(desk.studies(Action.MANAGE_PARTICIPANTS)), ""))


def _desk(runtime: Runtime) -> Desk:
    return Desk(runtime, System())
