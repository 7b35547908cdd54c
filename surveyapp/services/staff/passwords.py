"""What a password must be, and the one-time passwords that operators hand over."""

from __future__ import annotations

import datetime as dt
import secrets

from surveyapp.domain.errors import InputRefused
from surveyapp.domain.sentences import say
from surveyapp.services.keyring import CODE_ALPHABET, password_fits, written_code

MINIMUM_LENGTH, MAXIMUM_LENGTH = 12, 200
ONE_TIME_FOR = dt.timedelta(days=7)
"""How long a one-time password waits for its owner."""

_FEWEST_CHARACTERS = 5


def new_one_time_password() -> str:
    """78 random bits, as it is typed: K7QM-2VXA-9TBC-XY23."""
    return written_code("".join(secrets.choice(CODE_ALPHABET) for _ in range(16)))


def check_new_password(new: str, email: str, old_hash: str) -> None:
    """Raises InputRefused unless the password can be chosen: long, not a pattern, not the e-mail address, not the old
    one. No rules about kinds of characters, which make passwords shorter and no safer (NIST SP 800-63B)."""
    if not MINIMUM_LENGTH <= len(new) <= MAXIMUM_LENGTH:
        raise InputRefused(
            say("password_length", shortest=MINIMUM_LENGTH, longest=MAXIMUM_LENGTH),
            "password",
        )
    if len(set(new.casefold())) < _FEWEST_CHARACTERS:
        raise InputRefused(say("password_guessable"), "password")
    if email.casefold() in new.casefold():
        raise InputRefused(say("password_has_address"), "password")
    if password_fits(old_hash, new):
        raise InputRefused(say("password_same"), "password")
