"""Passkeys (WebAuthn): asked for, checked and registered.

Every one is asked to verify whoever holds it, by a PIN, a finger or a face: it is something they have and something
they know or are, both factors in one. Its answer is to a challenge that was made for one step of one browser, is good
for five minutes, and is spent with the answer: a copy of both, even with the browser's signed cookie, opens nothing a
second time.
"""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, generate_challenge
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from surveyapp.domain.errors import InputRefused
from surveyapp.domain.security.passkeys import Passkey, RelyingParty
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Staff
from surveyapp.services.work import Work
from surveyapp.store.database import new_id
from surveyapp.store.sign_in import passkeys as store

GOOD_FOR = dt.timedelta(minutes=5)
"""How long a challenge waits for its answer."""

LONGEST_NAME = 60
MOST = 20
"""So many passkeys one person can have."""

NAME = "Shiftline"

_UNUSABLE = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What the library raises, by what is wrong with an answer that anybody can write."""

_TRANSPORTS = {each.value: each for each in AuthenticatorTransport}


class ChallengePurpose(enum.Enum):
    """What an answer is for. One that was asked for one thing does not do for another."""

    SIGN_IN = "sign_in"
    SECOND_FACTOR = "second_factor"
    REGISTER = "register"
    AGAIN = "again"


@dataclass(frozen=True)
class Challenge:
    """What a passkey is to sign; for whom, once that is known."""

    purpose: ChallengePurpose
    value: bytes
    at: dt.datetime
    staff_id: uuid.UUID | None = None


@dataclass(frozen=True)
class PasskeyRequest:
    """Options to hand to the browser (JSON), and the challenge in them."""

    options: str
    challenge: Challenge


def ask(
    party: RelyingParty,
    purpose: ChallengePurpose,
    now: dt.datetime,
    staff_id: uuid.UUID | None = None,
    known: Iterable[Passkey] = (),
) -> PasskeyRequest:
    """Asks for a passkey: one of those known, or any that the browser has for this site."""
    challenge = Challenge(purpose, generate_challenge(), now, staff_id)
    options = generate_authentication_options(
        rp_id=party.id,
        challenge=challenge.value,
        timeout=_milliseconds(GOOD_FOR),
        allow_credentials=[_descriptor(each) for each in known],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return PasskeyRequest(options_to_json(options), challenge)


def ask_to_register(party: RelyingParty, now: dt.datetime, staff: Staff, known: Iterable[Passkey]) -> PasskeyRequest:
    """Asks the browser for a new passkey of somebody's, where it has none of those known."""
    challenge = Challenge(ChallengePurpose.REGISTER, generate_challenge(), now, staff.id)
    options = generate_registration_options(
        rp_id=party.id,
        rp_name=NAME,
        user_id=_handle(staff),
        user_name=staff.email,
        user_display_name=staff.name,
        challenge=challenge.value,
        timeout=_milliseconds(GOOD_FOR),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[_descriptor(each) for each in known],
    )
    return PasskeyRequest(options_to_json(options), challenge)


def register(
    work: Work, party: RelyingParty, staff: Staff, challenge: Challenge | None, answer: str, name: str
) -> Passkey:
    """Keeps the passkey that a browser made. The caller has locked the account. Raises InputRefused."""
    named = " ".join(name.split())
    if not named or len(named) > LONGEST_NAME:
        raise InputRefused(say("passkey_name", longest=LONGEST_NAME), "name")
    if len(store.of_staff(work.session, staff.id)) >= MOST:
        raise InputRefused(say("passkeys_many", most=MOST), "name")
    expected = _spend(work, challenge, ChallengePurpose.REGISTER, staff.id)
    try:
        made = verify_registration_response(
            credential=_json(answer),
            expected_challenge=expected,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
        given = _json(answer).get("response", {}).get("transports") or []
        transports = tuple(sorted({str(each) for each in given} & set(_TRANSPORTS)))
    except _UNUSABLE:
        raise InputRefused(say("passkey_not_made"), "name") from None
    if store.by_credential(work.session, made.credential_id) is not None:
        raise InputRefused(say("passkey_not_made"), "name")
    passkey = Passkey(
        id=new_id(),
        staff_id=staff.id,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        transports=transports,
        name=named,
        created_at=work.now,
    )
    store.add(work.session, passkey)
    return passkey


def owner_of(work: Work, answer: str) -> uuid.UUID | None:
    """Whose passkey an answer claims to be from. Nothing is checked yet."""
    passkey = _claimed(work, answer)
    return passkey.staff_id if passkey else None


def check(
    work: Work,
    party: RelyingParty,
    staff_id: uuid.UUID,
    purpose: ChallengePurpose,
    challenge: Challenge | None,
    answer: str,
) -> bool:
    """Whether an answer is one of somebody's passkeys' to the challenge it was given, and verified who holds it. The
    caller has locked the account."""
    passkey = _claimed(work, answer)
    if passkey is None or passkey.staff_id != staff_id:
        return False
    known_of = None if purpose is ChallengePurpose.SIGN_IN else staff_id
    try:
        verified = verify_authentication_response(
            credential=_json(answer),
            expected_challenge=_spend(work, challenge, purpose, known_of),
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (InputRefused, *_UNUSABLE):
        return False
    store.set_used(work.session, passkey.id, verified.new_sign_count, work.now)
    return True


def _spend(work: Work, challenge: Challenge | None, purpose: ChallengePurpose, staff_id: uuid.UUID | None) -> bytes:
    """The challenge, which nobody answers again. Raises InputRefused for one that is of another step, of somebody
    else, too old or spent, and where there is none."""
    good = (
        challenge is not None
        and challenge.purpose is purpose
        and challenge.staff_id == staff_id
        and challenge.at <= work.now < challenge.at + GOOD_FOR
    )
    if challenge is None or not good:
        raise InputRefused(say("passkey_late"), "name")
    digest = hashlib.sha256(challenge.value).hexdigest()
    if not store.spend(work.session, digest, work.now, work.now - 2 * GOOD_FOR):
        raise InputRefused(say("passkey_late"), "name")
    return challenge.value


def _claimed(work: Work, answer: str) -> Passkey | None:
    try:
        credential_id = base64url_to_bytes(_json(answer)["rawId"])
    except _UNUSABLE:
        return None
    return store.by_credential(work.session, credential_id)


def _json(answer: str) -> dict[str, Any]:
    """Raises ValueError, RecursionError."""
    read = json.loads(answer)
    if not isinstance(read, dict):
        raise ValueError("not an object")
    return read


def _descriptor(passkey: Passkey) -> PublicKeyCredentialDescriptor:
    return PublicKeyCredentialDescriptor(
        id=passkey.credential_id, transports=[_TRANSPORTS[each] for each in passkey.transports]
    )


def _handle(staff: Staff) -> bytes:
    """By which an authenticator tells accounts apart: the same for all passkeys of one, and nothing that says whose."""
    return hashlib.sha256(b"shiftline passkey" + staff.id.bytes).digest()


def _milliseconds(duration: dt.timedelta) -> int:
    return round(duration / dt.timedelta(milliseconds=1))
