"""How passkeys are asked for and answered: what is to be signed goes to the browser as JSON, its challenge into the
signed cookie, whence it is taken out with the answer, whatever that is."""

from __future__ import annotations

import base64
import datetime as dt
import uuid

from flask import Response, request, session

from surveyapp.domain.security.passkeys import relying_party
from surveyapp.services.staff.passkeys import Challenge, ChallengePurpose, PasskeyRequest
from surveyapp.web.shared.runtime import runtime

CHALLENGE = "challenge"


def ask(asked: PasskeyRequest) -> Response:
    """What the script on the page hands to the browser."""
    challenge = asked.challenge
    session[CHALLENGE] = [
        challenge.purpose.value,
        base64.b64encode(challenge.value).decode(),
        challenge.at.isoformat(),
        str(challenge.staff_id) if challenge.staff_id else None,
    ]
    return Response(asked.options, mimetype="application/json")


def challenge_answered() -> Challenge | None:
    """The challenge that this browser was given, which it is not given again."""
    kept = session.pop(CHALLENGE, None)
    if kept is None:
        return None
    purpose, value, at, staff_id = kept
    return Challenge(
        ChallengePurpose(purpose),
        base64.b64decode(value),
        dt.datetime.fromisoformat(at),
        uuid.UUID(staff_id) if staff_id else None,
    )


def passkeys_at() -> str | None:
    """Where passkeys work: empty here, under the name the page was asked for; the address to open it at instead; None
    nowhere."""
    party = relying_party(runtime().settings.public_url)
    if party is None:
        return None
    here = f"{request.scheme}://{request.host}"
    return "" if here == party.origin else party.origin
