"""Sessions in browsers: begun, found again, ended. What a browser holds is a random token; what we hold is its keyed
hash and, in the same row, everything that decides whether it opens anything."""

from __future__ import annotations

import dataclasses
import datetime as dt
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from surveyapp.domain.audit import Actor, AuditAction, ByLink, System
from surveyapp.domain.errors import AccessRefused, ShiftlineError
from surveyapp.domain.staff import Staff
from surveyapp.domain.web_sessions import (
    STAFF_ABSOLUTE,
    EndedWhy,
    SessionAudience,
    SessionStanding,
    WebSession,
    participants_end,
)
from surveyapp.services.cases.state import runs_out_at
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk, Work
from surveyapp.store import staff as staff_store
from surveyapp.store.database import new_id
from surveyapp.store.entry import accesses
from surveyapp.store.security import web_sessions as store

KEPT_FOR = dt.timedelta(days=30)
"""How long the row of a session stays once it is over."""


class SessionOver(ShiftlineError):
    """The browser's session opens nothing any more, or never did. `session` is None where there never was one."""

    def __init__(self, session: WebSession | None = None, standing: SessionStanding = SessionStanding.ENDED) -> None:
        super().__init__("The session is over. Come in again.")
        self.session = session
        self.standing = standing

    @property
    def why(self) -> EndedWhy | None:
        """Why it was ended, where it was."""
        return self.session.ended_why if self.session else None


@dataclass(frozen=True, kw_only=True)
class Browser:
    """The browser that asks: what it is, in a few words (`device_words`), the token it came with, if it did, the
    address it is at, and what it is known by to the accounts that signed in with it (`guesses.account_key` to a mark).
    """

    words: str = ""
    token: str | None = field(default=None, repr=False)
    address: str = ""
    known_by: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Begun:
    """A session that has just begun, and its token, the only time it can be read."""

    session: WebSession
    token: str = field(repr=False)


@dataclass(frozen=True)
class Lent:
    """That a device of staff's is lent to whoever comes in on it; `began`: they began to answer on it before."""

    began: bool


@dataclass(frozen=True)
class SignedIn:
    """Who is signed in, with which session, and the token that names it."""

    staff: Staff
    session: WebSession
    token: str = field(repr=False)


def begin_staff(work: Work, staff: Staff, browser: Browser) -> SignedIn:
    """Begins a session of somebody who has just shown all that signing in asks for. Whatever the browser came with
    ends: the token is never one that was there before."""
    store.remove_old(work.session, work.now - KEPT_FOR)
    begun = WebSession(
        id=new_id(),
        audience=SessionAudience.STAFF,
        staff_id=staff.id,
        user_agent=browser.words,
        created_at=work.now,
        seen_at=work.now,
        verified_at=work.now,
        expires_at=work.now + STAFF_ABSOLUTE,
    )
    return SignedIn(staff, begun, _begin(work, browser, begun))


def begin_participant(
    runtime: Runtime, access_id: uuid.UUID, browser: Browser, before: WebSession | None = None, lent: Lent | None = None
) -> Begun:
    """Begins the session of whoever came by a link or code, which the caller found to be good. Whatever the browser
    came with ends; `before`: what of it was the same person's, whose device and answers are gone on with; `lent`: the
    device is staff's. Raises AccessRefused."""
    with Desk(runtime, ByLink(access_id=access_id)).writing() as work:
        access = accesses.access(work.session, access_id)
        if access is None:
            raise AccessRefused("wrong")
        begun = WebSession(
            id=new_id(),
            audience=SessionAudience.PARTICIPANT,
            access_id=access_id,
            own_device=False if lent else before.own_device if before else None,
            began=lent.began if lent else before is not None and before.began,
            user_agent=browser.words,
            created_at=work.now,
            seen_at=work.now,
            expires_at=participants_end(work.now, runs_out_at(work, access)),
        )
        return Begun(begun, _begin(work, browser, begun))


def _begin(work: Work, browser: Browser, begun: WebSession) -> str:
    """The token of a session that begins."""
    if browser.token:
        store.end_by_digest(work.session, _digests(work.runtime, browser.token), work.now, EndedWhy.REPLACED)
    token = _new_token()
    store.add(work.session, begun, _digests(work.runtime, token)[0])
    return token


def alive(runtime: Runtime, found: WebSession | None) -> WebSession:
    """A session that was found, marked as used now if that was not written down lately. Raises SessionOver."""
    return _marked(runtime, _living_one(found, runtime.clock()))


def signed_in(runtime: Runtime, token: str) -> SignedIn:
    """Whose session a browser's token is of. Raises SessionOver, also for somebody who may no longer sign in."""
    with nobody_known(runtime).glancing() as work:
        found = _alive(work, token, SessionAudience.STAFF)
        assert found.staff_id is not None
        staff = staff_store.staff_by_id(work.session, found.staff_id)
    if staff is None or not staff.active:
        raise SessionOver(found)
    return SignedIn(staff, _marked(runtime, found), token)


def lent(runtime: Runtime, token: str) -> WebSession | None:
    """The session of staff that a token is of, while its device is in a participant's hands. Not marked as used."""
    with nobody_known(runtime).glancing() as work:
        found = store.by_digest(work.session, _digests(runtime, token))
    return found if found is not None and found.lent and found.alive(runtime.clock()) else None


def rested(runtime: Runtime, token: str) -> WebSession | None:
    """The session that a token is of, where it ended by itself: what is sent with it is still its owner's. Nothing of
    one that lives, or that somebody ended."""
    with nobody_known(runtime).glancing() as work:
        found = store.by_digest(work.session, _digests(runtime, token))
    ended_by_itself = (SessionStanding.IDLE, SessionStanding.EXPIRED)
    return found if found and found.standing(runtime.clock()) in ended_by_itself else None


def _alive(work: Work, token: str, audience: SessionAudience) -> WebSession:
    found = store.by_digest(work.session, _digests(work.runtime, token))
    if found is None or found.audience is not audience:
        raise SessionOver
    return _living_one(found, work.now)


def _living_one(found: WebSession | None, now: dt.datetime) -> WebSession:
    if found is None:
        raise SessionOver
    standing = found.standing(now)
    if standing is not SessionStanding.ALIVE:
        raise SessionOver(found, standing)
    return found


def _marked(runtime: Runtime, found: WebSession) -> WebSession:
    if found.to_be_marked(runtime.clock()):
        with nobody_known(runtime).writing() as work:
            store.set_seen(work.session, found.id, work.now)
        return dataclasses.replace(found, seen_at=work.now)
    return found


@dataclass(frozen=True)
class Left:
    """How long a session lives if nothing more is asked for. `last`: nothing puts its end off any more."""

    seconds: float
    last: bool


def left(runtime: Runtime, token: str) -> Left | None:
    """How long a session of staff still lives, without marking it as used; None once it is over."""
    try:
        with nobody_known(runtime).glancing() as work:
            return _left(_alive(work, token, SessionAudience.STAFF), work.now)
    except SessionOver:
        return None


def stay(runtime: Runtime, session: WebSession) -> Left:
    """Marks a session as used now, and tells how long it lives then."""
    with nobody_known(runtime).writing() as work:
        store.set_seen(work.session, session.id, work.now)
        return _left(dataclasses.replace(session, seen_at=work.now), work.now)


def _left(session: WebSession, now: dt.datetime) -> Left:
    return Left((session.ends_at - now).total_seconds(), session.ends_at == session.expires_at)


def say_whose(runtime: Runtime, session: WebSession, own: bool) -> None:
    """Keeps what a participant said of the device they are at."""
    with nobody_known(runtime).writing() as work:
        store.set_own_device(work.session, session.id, own)


def verified(work: Work, session: WebSession) -> str:
    """Keeps that whoever uses a session has just given a password or passkey again, and makes the token that it goes by
    from now on: what is open to them then is not open to a copy of the one before."""
    token = _new_token()
    store.set_verified(work.session, session.id, work.now, _digests(work.runtime, token)[0])
    return token


def end(runtime: Runtime, token: str, why: EndedWhy, actor: Actor | None = None) -> None:
    """Ends the session that a browser's token is of, whatever it is; nothing where there is none."""
    with Desk(runtime, actor or System()).writing() as work:
        ended = store.end_by_digest(work.session, _digests(runtime, token), work.now, why)
        if ended and why is EndedWhy.SIGNED_OUT:
            work.record(AuditAction.SIGNED_OUT)


def own_sessions(desk: Desk) -> list[WebSession]:
    """Whoever asks: where they are signed in, the last used first."""
    with desk.reading() as work:
        return _living(work, work.staff.id)


def end_own(desk: Desk, session_id: uuid.UUID) -> None:
    """Ends one of one's own sessions. One that is over already, or somebody else's, stays as it is."""
    with desk.writing() as work:
        if session_id not in {each.id for each in _living(work, work.staff.id)}:
            return
        store.end(work.session, session_id, work.now, EndedWhy.ENDED_BY_OWNER)
        work.record(AuditAction.SESSIONS_ENDED, count=1)


def end_others(desk: Desk, but: WebSession) -> int:
    """Ends all of one's own sessions but one; returns how many."""
    with desk.writing() as work:
        count = store.end_of_staff(work.session, work.staff.id, work.now, EndedWhy.ENDED_BY_OWNER, but.id)
        work.record(AuditAction.SESSIONS_ENDED, count=count)
        return count


def of_staff(work: Work, staff_id: uuid.UUID) -> list[WebSession]:
    """Where somebody is signed in, the last used first. The caller has checked that whoever asks may."""
    return _living(work, staff_id)


def _living(work: Work, staff_id: uuid.UUID) -> list[WebSession]:
    return [each for each in store.of_staff(work.session, staff_id, work.now) if each.alive(work.now)]


def end_all_of_staff(work: Work, staff_id: uuid.UUID, why: EndedWhy) -> int:
    """Ends every session of a staff member; returns how many. Part of whatever is done to their account."""
    return store.end_of_staff(work.session, staff_id, work.now, why)


def end_all_of_case(work: Work, case_id: uuid.UUID, why: EndedWhy) -> int:
    """Ends every session that any link or code of a case let in; returns how many."""
    return store.end_of_case(work.session, case_id, work.now, why)


def end_all_of_participant(work: Work, participant_id: uuid.UUID, why: EndedWhy, but: uuid.UUID | None = None) -> int:
    """Ends every session that any link or code of a participant let in, one perhaps left out; returns how many."""
    return store.end_of_participant(work.session, participant_id, work.now, why, but)


def _new_token() -> str:
    return secrets.token_urlsafe(32)


def _digests(runtime: Runtime, token: str) -> tuple[str, ...]:
    """With the key that new sessions are kept under, and with those that are retiring."""
    return runtime.keyring.digests("session", token)


def nobody_known(runtime: Runtime) -> Desk:
    """Nobody is known before their session is."""
    return Desk(runtime, System())
