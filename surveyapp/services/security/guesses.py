"""Guesses at codes and passwords: counted over every process, answered at once, and told of when they are many.

Nobody ever sleeps here. Whoever has to wait is refused with how long, and before anything slow is done for them.
"""

from __future__ import annotations

import datetime as dt
import logging
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
from surveyapp.services.work import Desk, Work
from surveyapp.store.security import guesses as store
from surveyapp.store.security.guesses import Alarm

ALARMS_SHOWN_FOR = dt.timedelta(days=90)


class TooManyGuesses(ShiftlineError):
    """What was guessed is not even looked at, or was wrong once too often: so many seconds have to go by first."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many wrong tries. Wait {seconds} seconds.")
        self.seconds = seconds


@dataclass(frozen=True, kw_only=True)
class Guesser:
    """Who may be guessing: the address they come from and, where this browser signed in to the account before, what it
    is known by (`known_browser`), which others' guesses do not keep out."""

    address: str
    known_browser: str | None = field(default=None, repr=False)


def wrong_code(runtime: Runtime, address: str) -> int:
    """Counts a code that opens nothing; how many seconds its address is asked to wait, 0 at first. A right one is never
    asked about here: it opens, however many wrong ones went before."""
    with _desk(runtime).writing() as work:
        counted = store.add(work.session, GuessKind.CODE, _of_address(runtime, address), work.now)
        _count_with_all(work)
        return counted.left(OF_CODES, work.now)


def check(work: Work, email: str, guesser: Guesser) -> None:
    """Whether a password, or what follows one, is looked at now. Raises TooManyGuesses."""
    seconds = max(
        (
            found.left(slowing, work.now)
            for whose, slowing in _counts(work.runtime, email, guesser)
            if (found := store.tally(work.session, GuessKind.PASSWORD, whose)) is not None
        ),
        default=0,
    )
    if seconds:
        raise TooManyGuesses(seconds)


def wrong_password(work: Work, email: str, guesser: Guesser) -> None:
    """Counts a wrong password, or a wrong code after one. Part of the work that refuses it."""
    for whose, _slowing in _counts(work.runtime, email, guesser):
        store.add(work.session, GuessKind.PASSWORD, whose, work.now)
    _count_with_all(work)


def refused_unseen(runtime: Runtime) -> None:
    """Counts what was not looked at with all the rest, for the alarm: whoever waits is not made to wait longer."""
    with _desk(runtime).writing() as work:
        _count_with_all(work)


def right_password(work: Work, email: str, guesser: Guesser) -> None:
    """Begins the count anew of whoever showed that the account is theirs; the address's stays."""
    store.forget(work.session, GuessKind.PASSWORD, _of_account(work.runtime, email, guesser))


def forget_account(work: Work, email: str) -> None:
    """Begins an account's count anew: an operator has given it a new password."""
    store.forget(work.session, GuessKind.PASSWORD, _of_account(work.runtime, email, Guesser(address="")))


def _counts(runtime: Runtime, email: str, guesser: Guesser) -> list[tuple[str, Slowing]]:
    """Under whom a guess is counted, and how that slows the next; the same whether there is such an account or not."""
    own = (_of_account(runtime, email, guesser), OF_AN_ACCOUNT)
    return [own] if guesser.known_browser else [own, (_of_address(runtime, guesser.address), OF_PASSWORDS)]


def _of_account(runtime: Runtime, email: str, guesser: Guesser) -> str:
    return runtime.keyring.digest("guess", f"{guesser.known_browser or ''}\0{email.strip().lower()}")


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
