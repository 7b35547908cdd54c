"""Staff signing in: password, second factor, and the limits that make guessing hopeless.

A right password alone opens nothing. It makes an `Entering`, which the web layer keeps, signed, until every `Step` is
done; only `finish` signs somebody in.
"""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from dataclasses import dataclass, replace

from surveyapp.domain.audit import AuditAction, System
from surveyapp.domain.errors import InputRefused, SignInAgain
from surveyapp.domain.sentences import say
from surveyapp.domain.web_sessions import EndedWhy, WebSession
from surveyapp.services.keyring import hash_password, hashed_anew, password_fits
from surveyapp.services.runtime import Runtime
from surveyapp.services.security import guesses, sessions
from surveyapp.services.security.guesses import Guesser
from surveyapp.services.security.sessions import Browser, SignedIn
from surveyapp.services.staff import recovery_codes, totp
from surveyapp.services.staff.passwords import check_new_password
from surveyapp.services.staff.totp import NewSecret
from surveyapp.services.work import Desk, Work
from surveyapp.store import staff as store
from surveyapp.store.sign_in import recovery_codes as code_store

ENTERING_FOR = dt.timedelta(minutes=10)
"""How long a right password waits for what follows it."""

_NOBODY = hash_password("the password of nobody")


class Step(enum.Enum):
    """What stands between a right password and being signed in."""

    SECOND_FACTOR = "second_factor"
    SET_UP = "set_up"
    RECOVERY_CODES = "recovery_codes"
    DONE = "done"


class SignInWay(enum.Enum):
    """What somebody showed to be let in."""

    PASSWORD = "password"  # noqa: S105 - the name of a way
    LINK = "link"
    PROVIDER = "provider"
    PASSKEY = "passkey"
    CODE = "code"
    RECOVERY_CODE = "recovery_code"


@dataclass(frozen=True, kw_only=True)
class Entering:
    """Somebody who showed the first factor at a time, whether they showed the second too, and in which ways. Grants
    nothing. `mark` is of what they sign in with: once that changes, it begins anew."""

    staff_id: uuid.UUID
    mark: str
    at: dt.datetime
    factor_given: bool = False
    ways: tuple[SignInWay, ...]

    def with_factor(self, way: SignInWay) -> Entering:
        """The same, once the second factor was shown."""
        return replace(self, factor_given=True, ways=(*self.ways, way))


def check_password(runtime: Runtime, email: str, password: str, browser: Browser) -> Entering:
    """Lets in, as far as the next step, whose e-mail and password these are. Raises InputRefused with one sentence for
    every reason, after the same work, so that nothing tells which accounts exist; TooManyGuesses, after none. A right
    one that was hashed less slowly than by now is hashed anew: nobody but its owner could do so."""
    guesser = guesses.signing_in(runtime, email, browser)
    with unknown(runtime).reading() as work:
        guesses.check(work, guesser)
        found = store.credentials(work.session, email)
    # Outside any transaction: the hash is slow on purpose, and a writer would hold up everybody's answers meanwhile.
    fits = password_fits((found and found.password_hash) or _NOBODY, password)
    anew = hashed_anew(found.password_hash, password) if fits and found and found.password_hash else None
    with unknown(runtime).writing() as work:
        current = store.credentials_by_id(work.session, found.staff.id, lock=True) if found else None
        if found is not None and current is not None:
            same = current.password_hash is not None and current.password_hash == found.password_hash
            if fits and same and current.staff.active:
                if anew is not None:
                    store.set_password(work.session, current.staff.id, anew)
                    current = replace(current, password_hash=anew)
                return enter(work, current, SignInWay.PASSWORD)
        guesses.wrong_password(work, guesser)
        (work.by(found.staff) if found else work).record(AuditAction.SIGN_IN_REFUSED)
    raise InputRefused(say("sign_in_wrong"))


def enter(work: Work, found: store.Credentials, *ways: SignInWay, factor_given: bool = False) -> Entering:
    """Somebody who has just shown the first factor, or both."""
    return Entering(
        staff_id=found.staff.id, mark=_mark(work.runtime, found), at=work.now, factor_given=factor_given, ways=ways
    )


def step(runtime: Runtime, entering: Entering) -> Step:
    """What they still have to do. Raises SignInAgain."""
    with unknown(runtime).reading() as work:
        return _step(runtime, _credentials(work, entering), entering)


def factors(runtime: Runtime, entering: Entering) -> store.Credentials:
    """What they can show as a second factor. Raises SignInAgain."""
    with unknown(runtime).reading() as work:
        return _credentials(work, entering)


def at_step(work: Work, entering: Entering, expected: Step, *, lock: bool = False) -> store.Credentials:
    """Who is signing in, if this is the step they are at; locked, on request, until the work ends. Raises
    SignInAgain."""
    found = _credentials(work, entering, lock=lock)
    if _step(work.runtime, found, entering) is not expected:
        raise SignInAgain
    return found


def check_code(runtime: Runtime, entering: Entering, typed: str, browser: Browser) -> Entering:
    """Takes the code of an authenticator app, each code once. A wrong one counts like a wrong password. Raises
    InputRefused, SignInAgain, TooManyGuesses."""
    with unknown(runtime).writing() as work:
        found = at_step(work, entering, Step.SECOND_FACTOR, lock=True)
        guesser = guesses.signing_in(runtime, found.staff.email, browser)
        guesses.check(work, guesser)
        used = None
        if found.totp is not None:
            key = runtime.keyring.unseal(found.staff.id, "totp", found.totp)
            used = totp.time_step(key, typed, work.now, after=found.totp_last_step)
        if used is None:
            _refuse(work, found, AuditAction.SECOND_FACTOR_REFUSED, guesser)
        else:
            store.use_totp_step(work.session, found.staff.id, used)
    if used is None:
        raise InputRefused(say("code_wrong"), "code")
    return entering.with_factor(SignInWay.CODE)


def check_recovery_code(runtime: Runtime, entering: Entering, typed: str, browser: Browser) -> Entering:
    """Takes a recovery code as the second factor, each once. A wrong one counts like a wrong password. Raises
    InputRefused, SignInAgain, TooManyGuesses."""
    with unknown(runtime).reading() as work:
        found = at_step(work, entering, Step.SECOND_FACTOR)
        guesser = guesses.signing_in(runtime, found.staff.email, browser)
        guesses.check(work, guesser)
        unused = code_store.unused(work.session, found.staff.id)
    which = recovery_codes.matching(unused, typed)
    with unknown(runtime).writing() as work:
        found = at_step(work, entering, Step.SECOND_FACTOR, lock=True)
        left = {each.id for each in code_store.unused(work.session, found.staff.id)}
        good = which in left
        if good and which is not None:
            code_store.set_used(work.session, which, work.now)
            work.by(found.staff).record(AuditAction.RECOVERY_CODE_USED, left=len(left) - 1)
        else:
            _refuse(work, found, AuditAction.SECOND_FACTOR_REFUSED, guesser)
    if not good:
        raise InputRefused(say("recovery_code_wrong"), "code")
    return entering.with_factor(SignInWay.RECOVERY_CODE)


def new_secret(runtime: Runtime, entering: Entering) -> NewSecret:
    """A key for somebody who has no second factor yet. Raises SignInAgain."""
    with unknown(runtime).reading() as work:
        return totp.new_secret(runtime, _credentials(work, entering).staff)


def secret_again(runtime: Runtime, entering: Entering, sealed: str) -> NewSecret:
    """The key that was made for them before. Raises SignInAgain, also for a key that is not theirs."""
    with unknown(runtime).reading() as work:
        return totp.secret_again(runtime, _credentials(work, entering).staff, sealed)


def set_up(runtime: Runtime, entering: Entering, sealed: str, typed: str) -> Entering:
    """Makes a key their second factor, once a code shows that their app has it. Raises InputRefused, SignInAgain."""
    with unknown(runtime).writing() as work:
        found = at_step(work, entering, Step.SET_UP, lock=True)
        totp.keep(work, found.staff, sealed, typed)
        return marked_anew(work, entering).with_factor(SignInWay.CODE)


def make_recovery_codes(runtime: Runtime, entering: Entering) -> tuple[str, ...]:
    """Ten recovery codes for somebody who has none, the only time they can be read. Raises SignInAgain."""
    codes, salt, digests = recovery_codes.make_set()
    with unknown(runtime).writing() as work:
        found = at_step(work, entering, Step.RECOVERY_CODES, lock=True)
        code_store.replace(work.session, found.staff.id, salt, digests, work.now)
        work.by(found.staff).record(AuditAction.RECOVERY_CODES_MADE)
    return codes


def finish(runtime: Runtime, entering: Entering, browser: Browser) -> SignedIn:
    """Signs them in when nothing is left to do. Raises SignInAgain."""
    with unknown(runtime).writing() as work:
        found = at_step(work, entering, Step.DONE, lock=True)
        guesses.forget(work, guesses.signing_in(runtime, found.staff.email, browser))
        work.by(found.staff).record(AuditAction.SIGNED_IN, ways=[each.value for each in entering.ways])
        return sessions.begin_staff(work, found.staff, browser)


def change_password(desk: Desk, current: str, new: str, browser: Browser) -> SignedIn:
    """Changes a signed-in person's own password, which ends all their sessions and begins this browser's anew. A wrong
    current one counts like a wrong one at sign-in. Raises TooManyGuesses, and InputRefused, naming the field."""
    with desk.reading() as work:
        staff = work.staff
        guesser = guesses.signed_in(staff.email, browser)
        guesses.check(work, guesser)
        before = store.credentials_by_id(work.session, staff.id)
    known = before.password_hash if before else None
    fits = known is not None and password_fits(known, current)
    if fits:
        check_new_password(new, staff, known, desk.runtime.settings.breached_passwords)
    hashed = hash_password(new)
    with desk.writing() as work:
        found = store.credentials_by_id(work.session, staff.id, lock=True)
        if found is not None:
            if fits and found.password_hash == known:
                store.set_password(work.session, staff.id, hashed)
                sessions.end_all_of_staff(work, staff.id, EndedWhy.PASSWORD_CHANGED)
                work.record(AuditAction.PASSWORD_CHANGED)
                return sessions.begin_staff(work, found.staff, browser)
            _refuse(work, found, AuditAction.PASSWORD_CHANGE_REFUSED, guesser)
    raise InputRefused(say("own_password_wrong"), "current")


def verify(desk: Desk, session: WebSession, password: str, browser: Browser) -> str:
    """Takes a signed-in person's password once more; the token of their session from then on. Raises InputRefused,
    TooManyGuesses."""
    with desk.reading() as work:
        staff = work.staff
        guesser = guesses.signed_in(staff.email, browser)
        guesses.check(work, guesser)
        before = store.credentials_by_id(work.session, staff.id)
    known = before.password_hash if before else None
    fits = known is not None and password_fits(known, password)
    with desk.writing() as work:
        found = store.credentials_by_id(work.session, staff.id, lock=True)
        if found is not None:
            if fits and found.password_hash == known:
                work.record(AuditAction.VERIFIED_AGAIN)
                return sessions.verified(work, session)
            _refuse(work, found, AuditAction.SIGN_IN_REFUSED, guesser)
    raise InputRefused(say("own_password_wrong"), "password")


def marked_anew(work: Work, entering: Entering) -> Entering:
    """The same, after they themselves changed what they sign in with on the way."""
    found = store.credentials_by_id(work.session, entering.staff_id)
    assert found is not None
    return replace(entering, mark=_mark(work.runtime, found))


def unknown(runtime: Runtime) -> Desk:
    """Whoever signs in is not known before they have; what is audited on the way is by the account they name."""
    return Desk(runtime, System())


def _refuse(work: Work, found: store.Credentials, action: AuditAction, guesser: Guesser) -> None:
    guesses.wrong_password(work, guesser)
    work.by(found.staff).record(action)


def _credentials(work: Work, entering: Entering, *, lock: bool = False) -> store.Credentials:
    found = store.credentials_by_id(work.session, entering.staff_id, lock=lock)
    late = work.now >= entering.at + ENTERING_FOR
    if found is None or late or not found.staff.active or _mark(work.runtime, found) != entering.mark:
        raise SignInAgain
    return found


def _mark(runtime: Runtime, found: store.Credentials) -> str:
    """What changes with anything that somebody signs in with, and tells nothing of it."""
    app = found.totp.ciphertext.hex() if found.totp else ""
    return runtime.keyring.digest("entering", f"{found.password_hash}\0{app}\0{found.passkeys}")


def _step(runtime: Runtime, found: store.Credentials, entering: Entering) -> Step:
    """Everybody shows a second factor; in a demonstration whoever set one up. A provider that saw to it does."""
    has_factor = found.totp is not None or found.passkeys > 0
    if not entering.factor_given:
        if has_factor:
            return Step.SECOND_FACTOR
        return Step.DONE if runtime.settings.demo else Step.SET_UP
    if has_factor and not found.recovery_codes and SignInWay.PROVIDER not in entering.ways:
        return Step.RECOVERY_CODES
    return Step.DONE
