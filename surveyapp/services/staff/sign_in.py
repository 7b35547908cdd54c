"""Staff signing in: password, second factor, and the limits that make guessing hopeless.

A right password alone opens nothing for people whose roles see personal data. It makes an `Entering`, which the web
layer keeps, signed, until every `Step` is done; only `finish` signs somebody in.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import enum
import uuid
from dataclasses import dataclass, replace

import pyotp
from cryptography.exceptions import InvalidTag
from pyotp.exceptions import OTPVerificationError

from surveyapp.domain import normalise
from surveyapp.domain.audit import AuditAction, System
from surveyapp.domain.errors import InputRefused, ShiftlineError
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Staff
from surveyapp.domain.web_sessions import EndedWhy, WebSession
from surveyapp.services.keyring import hash_password, password_fits
from surveyapp.services.runtime import Runtime
from surveyapp.services.security import sessions
from surveyapp.services.security.sessions import Browser, SignedIn
from surveyapp.services.staff.passwords import check_new_password
from surveyapp.services.work import Desk, Work
from surveyapp.store import staff as store
from surveyapp.store.participants import Sealed

MAXIMUM_FAILURES, LOCKED_FOR = 10, dt.timedelta(minutes=15)
"""Wrong passwords and codes in a row after which an account rests."""

ENTERING_FOR = dt.timedelta(minutes=10)
"""How long a right password waits for what follows it."""

ISSUER = "Shiftline"

_NOBODY = hash_password("the password of nobody")


class Step(enum.Enum):
    """What stands between a right password and being signed in."""

    CODE = "code"
    SET_UP = "set_up"
    NEW_PASSWORD = "new_password"  # noqa: S105 - the name of a step
    DONE = "done"


class SignInAgain(ShiftlineError):
    """Signing in took too long, or the account changed meanwhile: it begins anew."""

    def __init__(self) -> None:
        super().__init__("That took too long. Sign in again.")


@dataclass(frozen=True)
class Entering:
    """Somebody whose password was right at a time, and whether their code was too. Grants nothing. `mark` is of what
    they sign in with: once that changes, it begins anew."""

    staff_id: uuid.UUID
    mark: str
    at: dt.datetime
    code_given: bool = False


@dataclass(frozen=True)
class NewSecret:
    """A second factor to be set up: the key to type, the URI of its QR code, and the key sealed until confirmed."""

    key: str
    uri: str
    sealed: str


def check_password(runtime: Runtime, email: str, password: str) -> Entering:
    """Lets in, as far as the next step, whose e-mail and password these are. Raises InputRefused with one sentence for
    every reason, after the same work, so that nothing tells which accounts exist."""
    with _unknown(runtime).reading() as work:
        found = store.credentials(work.session, email)
    # Outside any transaction: the hash is slow on purpose, and a writer would hold up everybody's answers meanwhile.
    fits = password_fits(found.password_hash if found else _NOBODY, password)
    with _unknown(runtime).writing() as work:
        current = store.credentials_by_id(work.session, found.staff.id, lock=True) if found else None
        if found is None or current is None or _rests(work, current):
            (work.by(found.staff) if found else work).record(AuditAction.SIGN_IN_REFUSED)
        else:
            expired = current.password_expires_at is not None and work.now >= current.password_expires_at
            if fits and not expired and current.staff.active and current.password_hash == found.password_hash:
                return Entering(current.staff.id, _mark(runtime, current), work.now)
            _count_failure(work, current, AuditAction.SIGN_IN_REFUSED)
    raise InputRefused(say("sign_in_wrong"))


def step(runtime: Runtime, entering: Entering) -> Step:
    """What they still have to do. Raises SignInAgain."""
    with _unknown(runtime).reading() as work:
        return _step(runtime, _credentials(work, entering), entering)


def check_code(runtime: Runtime, entering: Entering, typed: str) -> Entering:
    """Takes the code of the second factor, each code once. A wrong one counts like a wrong password. Raises
    InputRefused, SignInAgain."""
    with _unknown(runtime).writing() as work:
        found = _credentials(work, entering, lock=True)
        used = None
        if found.totp is not None and not _rests(work, found):
            key = runtime.keyring.unseal(found.staff.id, "totp", found.totp)
            used = _time_step(key, typed, work.now, after=found.totp_last_step)
            if used is None:
                _count_failure(work, found, AuditAction.SECOND_FACTOR_REFUSED)
            else:
                store.use_totp_step(work.session, found.staff.id, used)
    if used is None:
        raise InputRefused(say("code_wrong"), "code")
    return replace(entering, code_given=True)


def new_secret(runtime: Runtime, entering: Entering) -> NewSecret:
    """A key for somebody who has no second factor yet. Nothing is stored before it is confirmed. Raises SignInAgain."""
    with _unknown(runtime).reading() as work:
        found = _credentials(work, entering)
    key = pyotp.random_base32()
    sealed = runtime.keyring.seal(found.staff.id, "totp_new", key)
    return _secret(found.staff, key, f"{sealed.key_id}:{base64.b64encode(sealed.ciphertext).decode()}")


def secret_again(runtime: Runtime, entering: Entering, sealed: str) -> NewSecret:
    """The key that was made for them before. Raises SignInAgain, also for a key that is not theirs."""
    with _unknown(runtime).reading() as work:
        found = _credentials(work, entering)
    return _secret(found.staff, _opened(runtime, found.staff, sealed), sealed)


def set_up(runtime: Runtime, entering: Entering, sealed: str, typed: str) -> Entering:
    """Makes a key their second factor, once a code shows that their app has it. Raises InputRefused, SignInAgain."""
    with _unknown(runtime).writing() as work:
        found = _credentials(work, entering, lock=True)
        if _step(runtime, found, entering) is not Step.SET_UP:
            raise SignInAgain
        key = _opened(runtime, found.staff, sealed)
        used = _time_step(key, typed, work.now, after=None)
        if used is None:
            raise InputRefused(say("code_wrong"), "code")
        store.set_totp(work.session, found.staff.id, runtime.keyring.seal(found.staff.id, "totp", key))
        store.use_totp_step(work.session, found.staff.id, used)
        work.by(found.staff).record(AuditAction.SECOND_FACTOR_SET_UP)
        return replace(entering, mark=_mark_now(work, entering), code_given=True)


def choose_password(runtime: Runtime, entering: Entering, new: str) -> Entering:
    """Replaces a one-time password. Raises InputRefused, SignInAgain."""
    with _unknown(runtime).reading() as work:
        before = _credentials(work, entering)
    check_new_password(new, before.staff.email, before.password_hash)
    hashed = hash_password(new)
    with _unknown(runtime).writing() as work:
        found = _credentials(work, entering, lock=True)
        if _step(runtime, found, entering) is not Step.NEW_PASSWORD:
            raise SignInAgain
        store.set_password(work.session, found.staff.id, hashed)
        sessions.end_all_of_staff(work, found.staff.id, EndedWhy.PASSWORD_CHANGED)
        work.by(found.staff).record(AuditAction.PASSWORD_CHANGED)
        return replace(entering, mark=_mark_now(work, entering))


def finish(runtime: Runtime, entering: Entering, browser: Browser) -> SignedIn:
    """Signs them in when nothing is left to do. Raises SignInAgain."""
    with _unknown(runtime).writing() as work:
        found = _credentials(work, entering, lock=True)
        if _step(runtime, found, entering) is not Step.DONE:
            raise SignInAgain
        store.set_failures(work.session, found.staff.id, 0, None)
        work.by(found.staff).record(AuditAction.SIGNED_IN)
        return sessions.begin_staff(work, found.staff, browser)


def change_password(desk: Desk, current: str, new: str, browser: Browser) -> SignedIn:
    """Changes a signed-in person's own password, which ends all their sessions and begins this browser's anew. A wrong
    current one counts like a wrong one at sign-in. Raises InputRefused, naming the field."""
    with desk.reading() as work:
        staff = work.staff
        before = store.credentials_by_id(work.session, staff.id)
    fits = before is not None and password_fits(before.password_hash, current)
    if before is not None and fits:
        check_new_password(new, before.staff.email, before.password_hash)
    hashed = hash_password(new)
    with desk.writing() as work:
        found = store.credentials_by_id(work.session, staff.id, lock=True)
        if found is not None and not _rests(work, found):
            if fits and before is not None and found.password_hash == before.password_hash:
                store.set_password(work.session, staff.id, hashed)
                sessions.end_all_of_staff(work, staff.id, EndedWhy.PASSWORD_CHANGED)
                work.record(AuditAction.PASSWORD_CHANGED)
                return sessions.begin_staff(work, found.staff, browser)
            _count_failure(work, found, AuditAction.PASSWORD_CHANGE_REFUSED)
    raise InputRefused(say("own_password_wrong"), "current")


def verify(desk: Desk, session: WebSession, password: str) -> None:
    """Takes a signed-in person's password once more. A wrong one counts like a wrong one at sign-in. Raises
    InputRefused."""
    with desk.reading() as work:
        staff = work.staff
        before = store.credentials_by_id(work.session, staff.id)
    fits = before is not None and password_fits(before.password_hash, password)
    with desk.writing() as work:
        found = store.credentials_by_id(work.session, staff.id, lock=True)
        if found is not None and not _rests(work, found):
            if fits and before is not None and found.password_hash == before.password_hash:
                sessions.verified(work, session)
                work.record(AuditAction.VERIFIED_AGAIN)
                return
            _count_failure(work, found, AuditAction.SIGN_IN_REFUSED)
    raise InputRefused(say("own_password_wrong"), "password")


def _unknown(runtime: Runtime) -> Desk:
    """Whoever signs in is not known before they have; what is audited on the way is by the account they name."""
    return Desk(runtime, System())


def _rests(work: Work, found: store.Credentials) -> bool:
    return found.locked_until is not None and found.locked_until > work.now


def _count_failure(work: Work, found: store.Credentials, action: AuditAction) -> None:
    failures = found.failures + 1
    until = work.now + LOCKED_FOR if failures >= MAXIMUM_FAILURES else None
    store.set_failures(work.session, found.staff.id, failures % MAXIMUM_FAILURES, until)
    work.by(found.staff).record(action)


def _credentials(work: Work, entering: Entering, *, lock: bool = False) -> store.Credentials:
    found = store.credentials_by_id(work.session, entering.staff_id, lock=lock)
    late = work.now >= entering.at + ENTERING_FOR
    if found is None or late or not found.staff.active or _mark(work.runtime, found) != entering.mark:
        raise SignInAgain
    return found


def _mark(runtime: Runtime, found: store.Credentials) -> str:
    """What changes with anything that somebody signs in with, and tells nothing of it."""
    factor = found.totp.ciphertext.hex() if found.totp else ""
    return runtime.keyring.digest("entering", f"{found.password_hash}\0{factor}")


def _mark_now(work: Work, entering: Entering) -> str:
    found = store.credentials_by_id(work.session, entering.staff_id)
    assert found is not None
    return _mark(work.runtime, found)


def _step(runtime: Runtime, found: store.Credentials, entering: Entering) -> Step:
    wanted = not runtime.settings.demo and (found.totp is not None or found.staff.needs_second_factor)
    if wanted and not entering.code_given:
        return Step.CODE if found.totp is not None else Step.SET_UP
    return Step.DONE if found.password_expires_at is None else Step.NEW_PASSWORD


def _time_step(key: str, typed: str, now: dt.datetime, after: int | None) -> int | None:
    """The time step (RFC 6238, 30 seconds, one either side) whose code was typed, unless one as late was used."""
    code = normalise.code(typed).replace(" ", "").replace("-", "")
    try:
        used = pyotp.TOTP(key).verify_and_get_timecode(code, for_time=now, valid_window=1)
    except OTPVerificationError:
        return None
    return used if after is None or used > after else None


def _secret(staff: Staff, key: str, sealed: str) -> NewSecret:
    return NewSecret(key, pyotp.TOTP(key).provisioning_uri(name=staff.email, issuer_name=ISSUER), sealed)


def _opened(runtime: Runtime, staff: Staff, sealed: str) -> str:
    key_id, _, written = sealed.partition(":")
    try:
        return runtime.keyring.unseal(staff.id, "totp_new", Sealed(key_id, base64.b64decode(written, validate=True)))
    except (InvalidTag, KeyError, ValueError, binascii.Error):
        raise SignInAgain from None
