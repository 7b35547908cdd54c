"""Signing in by a passkey, alone or after the password, setting one up as the first second factor, and showing again by
one that it is oneself."""

from __future__ import annotations

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import InputRefused, StateRefused
from surveyapp.domain.security.passkeys import RelyingParty, relying_party
from surveyapp.domain.sentences import say
from surveyapp.domain.web_sessions import WebSession
from surveyapp.services.runtime import Runtime
from surveyapp.services.security import sessions
from surveyapp.services.staff import passkeys, sign_in
from surveyapp.services.staff.passkeys import Challenge, ChallengePurpose, PasskeyRequest
from surveyapp.services.staff.sign_in import Entering, SignInWay, Step
from surveyapp.services.work import Desk, Work
from surveyapp.store import staff as staff_store
from surveyapp.store.sign_in import passkeys as store


def party_of(runtime: Runtime) -> RelyingParty:
    """The site that passkeys here are for. Raises StateRefused where its address is a number."""
    party = relying_party(runtime.settings.public_url)
    if party is None:
        raise StateRefused(say("no_passkeys_here"))
    return party


def ask_to_sign_in(runtime: Runtime) -> PasskeyRequest:
    """Asks for any passkey that the browser has for this site. Raises StateRefused."""
    return passkeys.ask(party_of(runtime), ChallengePurpose.SIGN_IN, runtime.clock())


def enter(runtime: Runtime, challenge: Challenge | None, answer: str) -> Entering:
    """Lets in whose passkey answered: that is both factors. Failed tries of others do not keep them out, for nobody
    guesses a passkey. Raises InputRefused with one sentence for every reason, StateRefused."""
    party = party_of(runtime)
    with sign_in.unknown(runtime).writing() as work:
        owner = passkeys.owner_of(work, answer)
        found = staff_store.credentials_by_id(work.session, owner, lock=True) if owner else None
        if found is not None and _answers(work, party, found, challenge, answer):
            return sign_in.enter(work, found, SignInWay.PASSKEY, factor_given=True)
        (work.by(found.staff) if found else work).record(AuditAction.SIGN_IN_REFUSED, way=SignInWay.PASSKEY.value)
    raise InputRefused(say("passkey_wrong"))


def _answers(
    work: Work, party: RelyingParty, found: staff_store.Credentials, challenge: Challenge | None, answer: str
) -> bool:
    known = found.staff.active
    return known and passkeys.check(work, party, found.staff.id, ChallengePurpose.SIGN_IN, challenge, answer)


def ask_after_password(runtime: Runtime, entering: Entering) -> PasskeyRequest:
    """Asks for one of the passkeys of somebody whose password was right. Raises SignInAgain, StateRefused."""
    with sign_in.unknown(runtime).reading() as work:
        found = sign_in.at_step(work, entering, Step.SECOND_FACTOR)
        known = store.of_staff(work.session, found.staff.id)
    return passkeys.ask(party_of(runtime), ChallengePurpose.SECOND_FACTOR, runtime.clock(), found.staff.id, known)


def give(runtime: Runtime, entering: Entering, challenge: Challenge | None, answer: str) -> Entering:
    """Takes a passkey as the second factor. Raises InputRefused, SignInAgain, StateRefused."""
    party = party_of(runtime)
    with sign_in.unknown(runtime).writing() as work:
        found = sign_in.at_step(work, entering, Step.SECOND_FACTOR, lock=True)
        good = passkeys.check(work, party, found.staff.id, ChallengePurpose.SECOND_FACTOR, challenge, answer)
        if not good:
            work.by(found.staff).record(AuditAction.SECOND_FACTOR_REFUSED, way=SignInWay.PASSKEY.value)
    if not good:
        raise InputRefused(say("passkey_wrong"))
    return entering.with_factor(SignInWay.PASSKEY)


def ask_to_set_up(runtime: Runtime, entering: Entering) -> PasskeyRequest:
    """Asks for a new passkey of somebody who has no second factor yet. Raises SignInAgain, StateRefused."""
    with sign_in.unknown(runtime).reading() as work:
        found = sign_in.at_step(work, entering, Step.SET_UP)
    return passkeys.ask_to_register(party_of(runtime), runtime.clock(), found.staff, ())


def set_up(runtime: Runtime, entering: Entering, challenge: Challenge | None, answer: str, name: str) -> Entering:
    """Makes a passkey their second factor. Raises InputRefused, SignInAgain, StateRefused."""
    party = party_of(runtime)
    with sign_in.unknown(runtime).writing() as work:
        found = sign_in.at_step(work, entering, Step.SET_UP, lock=True)
        passkeys.register(work, party, found.staff, challenge, answer, name)
        work.by(found.staff).record(AuditAction.PASSKEY_ADDED)
        return sign_in.marked_anew(work, entering).with_factor(SignInWay.PASSKEY)


def ask_again(desk: Desk) -> PasskeyRequest:
    """Asks whoever is signed in for one of their passkeys. Raises StateRefused."""
    party = party_of(desk.runtime)
    with desk.reading() as work:
        known = store.of_staff(work.session, work.staff.id)
        return passkeys.ask(party, ChallengePurpose.AGAIN, work.now, work.staff.id, known)


def verify(desk: Desk, session: WebSession, challenge: Challenge | None, answer: str) -> str:
    """Takes a passkey of whoever is signed in once more, as `sign_in.verify` does a password. Raises InputRefused,
    StateRefused."""
    party = party_of(desk.runtime)
    with desk.writing() as work:
        found = staff_store.credentials_by_id(work.session, work.staff.id, lock=True)
        good = found is not None and passkeys.check(
            work, party, found.staff.id, ChallengePurpose.AGAIN, challenge, answer
        )
        if good:
            work.record(AuditAction.VERIFIED_AGAIN, way=SignInWay.PASSKEY.value)
            return sessions.verified(work, session)
        work.record(AuditAction.SIGN_IN_REFUSED, way=SignInWay.PASSKEY.value)
    raise InputRefused(say("passkey_wrong"))
