"""Sessions in a browser: how long one lives, and why one is over. The row in the database decides; the cookie only
names it."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from dataclasses import dataclass

STAFF_IDLE, STAFF_ABSOLUTE = dt.timedelta(minutes=30), dt.timedelta(hours=12)
"""Staff: so long without a page, and so long at most."""

OWN_DEVICE_IDLE, OTHER_DEVICE_IDLE = dt.timedelta(hours=12), dt.timedelta(minutes=30)
"""Participants: so long without a page on a device that is theirs, and on another or one they said nothing of."""

PARTICIPANT_ABSOLUTE = dt.timedelta(days=30)
"""Participants, at most: to the end of the link or code that let them in, or so long where that is later or never."""

VERIFIED_FOR = dt.timedelta(minutes=10)
"""How long a password or passkey counts as given just now."""

WARN_BEFORE = dt.timedelta(minutes=2)
"""How long before the end a page of staff's says that it comes."""


class SessionAudience(enum.StrEnum):
    """Whose pages a session opens."""

    STAFF = "staff"
    PARTICIPANT = "participant"


SEEN_EVERY = {SessionAudience.STAFF: dt.timedelta(minutes=1), SessionAudience.PARTICIPANT: dt.timedelta(minutes=5)}
"""How far `seen_at` may lie behind: a page that only reads then writes nothing. A session may end as much early."""


class EndedWhy(enum.StrEnum):
    """Why a session was ended. That it grew idle or old needs no writing: its times say so."""

    SIGNED_OUT = "signed_out"
    LEFT = "left"
    REPLACED = "replaced"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a reason
    SECOND_FACTOR_CHANGED = "second_factor_changed"
    ROLES_CHANGED = "roles_changed"
    DEACTIVATED = "deactivated"
    ENDED_BY_OWNER = "ended_by_owner"
    ENDED_BY_ADMINISTRATOR = "ended_by_administrator"
    ACCESS_REVOKED = "access_revoked"
    WITHDRAWN = "withdrawn"


class SessionStanding(enum.Enum):
    """Whether a session lives, and if not, what ended it."""

    ALIVE = "alive"
    ENDED = "ended"
    IDLE = "idle"
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True)
class WebSession:
    """Somebody's stay in one browser. `staff_id` of staff, `access_id` of a participant; `own_device`: whether the
    device is the participant's own (None: not said); `began`: whether an answer was stored in it; `user_agent`: the
    browser in a few words; `seen_at`: the last page, to within `SEEN_EVERY`; `verified_at`: when a password or second
    factor was last given; `expires_at`: its end, however much it is used; `lent_until`: the end of the day for which
    the tablet is in a participant's hands, while it is: it opens nothing of staff's then and does not grow idle."""

    id: uuid.UUID
    audience: SessionAudience
    staff_id: uuid.UUID | None = None
    access_id: uuid.UUID | None = None
    own_device: bool | None = None
    began: bool = False
    user_agent: str = ""
    created_at: dt.datetime
    seen_at: dt.datetime
    verified_at: dt.datetime | None = None
    expires_at: dt.datetime
    ended_at: dt.datetime | None = None
    ended_why: EndedWhy | None = None
    lent_until: dt.datetime | None = None

    @property
    def lent(self) -> bool:
        """Whether the device is in a participant's hands."""
        return self.lent_until is not None

    @property
    def idle_limit(self) -> dt.timedelta:
        if self.audience is SessionAudience.STAFF:
            return STAFF_IDLE
        return OWN_DEVICE_IDLE if self.own_device else OTHER_DEVICE_IDLE

    @property
    def ends_at(self) -> dt.datetime:
        """When it is over unless it is used before, as far as use can put that off."""
        return min(self.lent_until or self.seen_at + self.idle_limit, self.expires_at)

    def standing(self, now: dt.datetime) -> SessionStanding:
        """Ended before all else, then too old, then idle. It lives until its end and not at it. One that is lent when
        its day ends is over for good."""
        if self.ended_at is not None:
            return SessionStanding.ENDED
        if now >= min(self.expires_at, self.lent_until or self.expires_at):
            return SessionStanding.EXPIRED
        return SessionStanding.ALIVE if now < self.ends_at else SessionStanding.IDLE

    def alive(self, now: dt.datetime) -> bool:
        return self.standing(now) is SessionStanding.ALIVE

    def recently_verified(self, now: dt.datetime) -> bool:
        return self.verified_at is not None and now < self.verified_at + VERIFIED_FOR

    def to_be_marked(self, now: dt.datetime) -> bool:
        """Whether it is time to write down again that it was used."""
        return now >= self.seen_at + SEEN_EVERY[self.audience]


def participants_end(now: dt.datetime, access_ends: dt.datetime | None) -> dt.datetime:
    """The absolute end of a participant's session that begins now."""
    longest = now + PARTICIPANT_ABSOLUTE
    return longest if access_ends is None else min(longest, access_ends)


_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def device_words(user_agent: str) -> str:
    """What a browser calls itself, in words that its owner knows it by and that single nobody out: `Firefox, Android`;
    empty where nothing is known of it. The order matters: browsers name those that they are like."""
    found = (next((name for mark, name in known if mark in user_agent), None) for known in (_BROWSERS, _SYSTEMS))
    return ", ".join(name for name in found if name)
