"""Codes of an authenticator app (TOTP, RFC 6238): a key handed over, and kept once a code shows that it arrived."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from dataclasses import dataclass

import pyotp
from cryptography.exceptions import InvalidTag
from pyotp.exceptions import OTPVerificationError

from surveyapp.domain import normalise
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import InputRefused, SignInAgain
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Staff
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Work
from surveyapp.store import staff as store
from surveyapp.store.participants import Sealed

ISSUER = "Shiftline"


@dataclass(frozen=True)
class NewSecret:
    """A key to be set up: as it is typed, the URI of its QR code, and sealed until confirmed."""

    key: str
    uri: str
    sealed: str


def new_secret(runtime: Runtime, staff: Staff) -> NewSecret:
    """A key for somebody's app. Nothing is stored before it is confirmed."""
    key = pyotp.random_base32()
    sealed = runtime.keyring.seal(staff.id, "totp_new", key)
    return _secret(staff, key, f"{sealed.key_id}:{base64.b64encode(sealed.ciphertext).decode()}")


def secret_again(runtime: Runtime, staff: Staff, sealed: str) -> NewSecret:
    """The key that was made for them before. Raises SignInAgain for one that is not theirs."""
    return _secret(staff, _opened(runtime, staff, sealed), sealed)


def keep(work: Work, staff: Staff, sealed: str, typed: str) -> None:
    """Makes a key the one of their app, once a code shows that it has it. The caller has locked the account. Raises
    InputRefused, SignInAgain."""
    key = _opened(work.runtime, staff, sealed)
    used = time_step(key, typed, work.now, after=None)
    if used is None:
        raise InputRefused(say("code_wrong"), "code")
    store.set_totp(work.session, staff.id, work.runtime.keyring.seal(staff.id, "totp", key))
    store.use_totp_step(work.session, staff.id, used)
    work.by(staff).record(AuditAction.SECOND_FACTOR_SET_UP)


def time_step(key: str, typed: str, now: dt.datetime, after: int | None) -> int | None:
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
