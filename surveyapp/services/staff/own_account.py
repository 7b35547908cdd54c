"""What somebody signs in with, as they look after it themselves once they are in."""

from __future__ import annotations

import uuid

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import InputRefused, NotFound, StateRefused
from surveyapp.domain.security.passkeys import Passkey, WaysIn
from surveyapp.domain.sentences import say
from surveyapp.services.cases.call_wishes import languages_of
from surveyapp.services.staff import passkeys, recovery_codes, totp
from surveyapp.services.staff.by_passkey import party_of
from surveyapp.services.staff.passkeys import Challenge, PasskeyRequest
from surveyapp.services.staff.totp import NewSecret
from surveyapp.services.work import Desk, Work
from surveyapp.store import staff as store
from surveyapp.store.sign_in import passkeys as passkey_store
from surveyapp.store.sign_in import provider_accounts
from surveyapp.store.sign_in import recovery_codes as code_store


def ways_in(desk: Desk) -> WaysIn:
    """What whoever asks can sign in with."""
    with desk.reading() as work:
        found = _own(work)
        return WaysIn(
            staff=found.staff,
            password=found.password_hash is not None,
            app=found.totp is not None,
            passkeys=passkey_store.of_staff(work.session, found.staff.id),
            codes=code_store.count_unused(work.session, found.staff.id),
            codes_used=tuple(code_store.uses(work.session, found.staff.id)),
            provider=provider_accounts.is_bound(work.session, found.staff.id),
        )


def keep_single_keys(desk: Desk, on: bool) -> None:
    """Whether keys without Ctrl do something on the pages of an interview."""
    with desk.writing() as work:
        store.set_single_keys(work.session, work.staff.id, on)


def keep_interviewing(desk: Desk, languages: str, gender: str) -> None:
    """In which languages they interview, by name or code, and whether they are a woman or a man, where they say so.
    Raises InputRefused (`speaks`)."""
    speaks = languages_of(languages) if languages.strip() else ()
    if languages.strip() and not speaks:
        raise InputRefused(say("languages_unknown"), "speaks")
    with desk.writing() as work:
        store.set_interviewing(work.session, work.staff.id, speaks, gender)


def ask_for_passkey(desk: Desk) -> PasskeyRequest:
    """Asks the browser for another passkey. Raises StateRefused."""
    with desk.reading() as work:
        known = passkey_store.of_staff(work.session, work.staff.id)
        return passkeys.ask_to_register(party_of(desk.runtime), work.now, work.staff, known)


def add_passkey(desk: Desk, challenge: Challenge | None, answer: str, name: str) -> Passkey:
    """Keeps another passkey. Raises InputRefused, StateRefused."""
    party = party_of(desk.runtime)
    with desk.writing() as work:
        _own(work, lock=True)
        made = passkeys.register(work, party, work.staff, challenge, answer, name)
        work.record(AuditAction.PASSKEY_ADDED)
        return made


def remove_passkey(desk: Desk, passkey_id: uuid.UUID) -> None:
    """Takes a passkey of one's own away. Raises NotFound, and StateRefused for the last second factor."""
    with desk.writing() as work:
        found = _own(work, lock=True)
        own = passkey_store.of_staff(work.session, work.staff.id)
        if passkey_id not in {each.id for each in own}:
            raise NotFound(say("no_passkey"))
        if found.totp is None and len(own) == 1 and not desk.runtime.settings.demo:
            raise StateRefused(say("last_factor"))
        passkey_store.remove(work.session, passkey_id)
        work.record(AuditAction.PASSKEY_REMOVED)


def new_app(desk: Desk) -> NewSecret:
    """A key for an authenticator app, in place of one there may be. Nothing is stored before it is confirmed."""
    with desk.reading() as work:
        return totp.new_secret(desk.runtime, work.staff)


def app_again(desk: Desk, sealed: str) -> NewSecret:
    """The key that was made for them before. Raises SignInAgain for one that is not theirs."""
    with desk.reading() as work:
        return totp.secret_again(desk.runtime, work.staff, sealed)


def set_up_app(desk: Desk, sealed: str, typed: str) -> None:
    """Makes a key the one of their app. Raises InputRefused, SignInAgain."""
    with desk.writing() as work:
        _own(work, lock=True)
        totp.keep(work, work.staff, sealed, typed)


def remove_app(desk: Desk) -> None:
    """Takes the authenticator app away. Raises StateRefused for the last second factor."""
    with desk.writing() as work:
        found = _own(work, lock=True)
        if found.totp is None:
            return
        if not passkey_store.of_staff(work.session, work.staff.id) and not desk.runtime.settings.demo:
            raise StateRefused(say("last_factor"))
        store.set_totp(work.session, work.staff.id, None)
        work.record(AuditAction.APP_REMOVED)


def new_recovery_codes(desk: Desk) -> tuple[str, ...]:
    """Ten new ones, the only time they can be read. What is left of the old ones goes."""
    codes, salt, digests = recovery_codes.make_set()
    with desk.writing() as work:
        _own(work, lock=True)
        code_store.replace(work.session, work.staff.id, salt, digests, work.now)
        work.record(AuditAction.RECOVERY_CODES_MADE)
    return codes


def _own(work: Work, *, lock: bool = False) -> store.Credentials:
    found = store.credentials_by_id(work.session, work.staff.id, lock=lock)
    assert found is not None, "staff are never deleted"
    return found
