"""Tokens by which programs read in somebody's name: what each lets be read, and how long it lives.

A token never lets a program read more than its owner may at that moment: what it is for narrows that alone.
"""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from surveyapp.domain.staff import Action

PREFIX = "shiftline_"
"""How every token begins, so that whoever finds one in a file or a log sees what it is."""

RANDOM_BYTES = 32

LIFETIMES = (7, 30, 90, 180, 365)
"""Days that a token may be made for."""

MOST_TOKENS = 20
"""Tokens that one person can have at once."""

LONGEST_NAME = 80

CALLS, WITHIN = 120, dt.timedelta(minutes=1)
"""So many requests a token has within so long."""


class TokenScope(enum.StrEnum):
    """What a token lets be read."""

    RELEASES = "releases"
    QUESTIONNAIRES = "questionnaires"
    STANDING = "standing"
    ANSWERS = "answers"


NEEDS: Mapping[TokenScope, Action] = {
    TokenScope.RELEASES: Action.SEE_RELEASES,
    TokenScope.QUESTIONNAIRES: Action.SEE_QUESTIONNAIRES,
    TokenScope.STANDING: Action.SEE_RESULTS,
    TokenScope.ANSWERS: Action.EXPORT_ANSWERS,
}
"""What its owner must be allowed in a study besides, asked anew at each request."""


class TokenStanding(enum.StrEnum):
    """Whether a token opens anything, and if not, why."""

    ALIVE = "alive"
    EXPIRED = "expired"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True)
class ProgramToken:
    """A token as it is kept: `purpose` is what answers are read for, empty where it reads none; `last_used_at` None
    until it was used."""

    id: uuid.UUID
    staff_id: uuid.UUID
    name: str
    scopes: frozenset[TokenScope]
    purpose: str
    created_at: dt.datetime
    expires_at: dt.datetime
    last_used_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None

    def standing(self, now: dt.datetime) -> TokenStanding:
        """Ended by somebody, past its day, or alive."""
        if self.ended_at is not None:
            return TokenStanding.ENDED
        return TokenStanding.EXPIRED if now >= self.expires_at else TokenStanding.ALIVE


def digest_of(token: str) -> str:
    """What is kept of a token, in hex. SHA-256 without a key: of 256 random bits nobody finds the token from it, and no
    change of keys ends it."""
    return hashlib.sha256(token.encode()).hexdigest()
