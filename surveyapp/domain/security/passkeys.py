"""Passkeys, by which staff sign in: what is kept of one, and for which site it is."""

from __future__ import annotations

import datetime as dt
import ipaddress
import uuid
from dataclasses import dataclass
from urllib.parse import urlsplit

from surveyapp.domain.staff import Staff


@dataclass(frozen=True, kw_only=True)
class Passkey:
    """A public key (COSE) of somebody's, and the number their authenticator gave it. `sign_count`: how often it was
    used, as it counts (0: it does not). `transports`: how a browser reaches it (`usb`, `internal`, `hybrid`)."""

    id: uuid.UUID
    staff_id: uuid.UUID
    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: tuple[str, ...]
    name: str
    created_at: dt.datetime
    last_used_at: dt.datetime | None = None


@dataclass(frozen=True)
class RelyingParty:
    """The site that passkeys are for (WebAuthn Level 3, 4): `id` is a domain, `origin` where its pages are."""

    id: str
    origin: str


def relying_party(public_url: str) -> RelyingParty | None:
    """The site at an address. A number is no domain: of this machine's own, it is `localhost`; at any other there are
    no passkeys (None)."""
    parts = urlsplit(public_url)
    name = parts.hostname or ""
    try:
        number = ipaddress.ip_address(name)
    except ValueError:
        return RelyingParty(name, f"{parts.scheme}://{parts.netloc}") if name else None
    if not number.is_loopback:
        return None
    port = f":{parts.port}" if parts.port else ""
    return RelyingParty("localhost", f"{parts.scheme}://localhost{port}")


@dataclass(frozen=True, kw_only=True)
class WaysIn:
    """What somebody can sign in with. `password`: whether they chose one; `codes`: recovery codes that are left of
    those made for them; `provider`: whether the sign-in provider said who they are before."""

    staff: Staff
    password: bool
    app: bool
    passkeys: tuple[Passkey, ...]
    codes: int
    codes_used: tuple[dt.datetime, ...]
    provider: bool
