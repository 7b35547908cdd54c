"""Whom an installation speaks with, where the environment names them: who says who staff are, carriers of messages, a
standby, a cluster, a collector of traces. Each is None where it is not named; half of what it needs raises
SettingsError."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr

from surveyapp.domain.errors import SettingsError
from surveyapp.environment import values
from surveyapp.environment.values import LOCAL, PREFIX
from surveyapp.watching.traces import TraceSettings, are_installed


@dataclass(frozen=True)
class SignInProvider:
    """Who else says who staff are (OpenID Connect), and how we are known there. `label` names it on a button."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    label: str


@dataclass(frozen=True)
class MailSettings:
    """The server that e-mails are handed to (`smtp://…` or `smtps://…`), and whom they are from."""

    server: str = field(repr=False)
    sender: str


@dataclass(frozen=True)
class NotifySettings:
    """GOV.UK Notify: its key, where it is, and the frame (template) of each way that it carries. `callback`: the token
    by which it tells us by itself what came of a message (None: it is asked)."""

    key: str = field(repr=False)
    url: str
    templates: Mapping[str, str]
    callback: str | None = field(default=None, repr=False)


def provider(given: Mapping[str, str]) -> SignInProvider | None:
    wanted = ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
    missing = [name for name in wanted if name not in given]
    if len(missing) == len(wanted) and "OIDC_LABEL" not in given:
        return None
    if missing:
        raise SettingsError(
            f"{PREFIX}{missing[0]} is not set. To sign in with OpenID Connect, set issuer, client id and client "
            "secret; without, unset all of them."
        )
    issuer = given["OIDC_ISSUER"]
    parts = values.parts("OIDC_ISSUER", issuer)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOCAL):
        raise SettingsError(f"{PREFIX}OIDC_ISSUER must begin with https:// (or http:// on your own machine).")
    label = given.get("OIDC_LABEL", parts.hostname or issuer)
    return SignInProvider(issuer, given["OIDC_CLIENT_ID"], given["OIDC_CLIENT_SECRET"], label)


def mailbox(written: str | None) -> str | None:
    if written is None:
        return None
    parts = values.parts("MAILBOX", written)
    local = parts.scheme == "imap" and parts.hostname in ("localhost", "127.0.0.1")
    if (parts.scheme != "imaps" and not local) or not parts.hostname or not parts.username:
        raise SettingsError(
            f"{PREFIX}MAILBOX must be like imaps://user:password@mail.example.org/INBOX (imap:// on your own machine)."
        )
    return written


def mail(given: Mapping[str, str]) -> MailSettings | None:
    server, sender = given.get("MAIL_SERVER"), given.get("MAIL_FROM", "")
    if server is None:
        if sender:
            raise SettingsError(
                f"{PREFIX}MAIL_FROM says whom e-mails are from. Set {PREFIX}MAIL_SERVER too, or unset it."
            )
        return None
    parts = values.parts("MAIL_SERVER", server)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise SettingsError(f"{PREFIX}MAIL_SERVER must be like smtp://user:password@mail.example.org:587, or smtps://…")
    if "@" not in parseaddr(sender)[1]:
        raise SettingsError(
            f"Set {PREFIX}MAIL_FROM to whom e-mails are from, like `The evaluation team <survey@example.org>`."
        )
    return MailSettings(server, sender)


_WAYS = ("email", "text", "letter")

SHORTEST_CALLBACK = 32
"""Characters of the token that GOV.UK Notify sends with what it tells."""


def notify(given: Mapping[str, str]) -> NotifySettings | None:
    key, written = given.get("NOTIFY_KEY"), given.get("NOTIFY_TEMPLATES", "")
    if key is None:
        left = next((each for each in ("NOTIFY_TEMPLATES", "NOTIFY_CALLBACK") if given.get(each)), None)
        if left is not None:
            raise SettingsError(f"Set {PREFIX}NOTIFY_KEY to the key of GOV.UK Notify, or unset {PREFIX}{left}.")
        return None
    templates = dict(each.strip().partition(":")[::2] for each in written.split(",") if each.strip())
    if not templates or not set(templates) <= set(_WAYS) or not all(templates.values()) or len(key) < 73:
        raise SettingsError(
            f"{PREFIX}NOTIFY_KEY needs the whole key, and {PREFIX}NOTIFY_TEMPLATES the id of a template for each way "
            "that it carries: `email:…,text:…,letter:…`. Each template holds ((subject)) and "
            "((body)), that of texts ((body))."
        )
    url = given.get("NOTIFY_URL", "https://api.notifications.service.gov.uk")
    parts = values.parts("NOTIFY_URL", url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1")):
        raise SettingsError(f"{PREFIX}NOTIFY_URL must begin with https:// (or http:// on your own machine).")
    callback = given.get("NOTIFY_CALLBACK")
    if callback is not None and (len(callback) < SHORTEST_CALLBACK or not callback.isascii() or " " in callback):
        raise SettingsError(
            f"{PREFIX}NOTIFY_CALLBACK is the bearer token that you give GOV.UK Notify for callbacks: at least "
            f"{SHORTEST_CALLBACK} random letters and digits, for example the output of `openssl rand -hex 32`."
        )
    return NotifySettings(key, url, templates, callback)


def standby(given: Mapping[str, str]) -> str | None:
    written = given.get("STANDBY_URL")
    if written is None:
        return None
    primary = given.get("DATABASE_URL", "")
    if not all(each.startswith(("postgresql://", "postgresql+psycopg://")) for each in (written, primary)):
        raise SettingsError(
            f"{PREFIX}STANDBY_URL is the address of a standby of the database, like postgresql://…, and both are "
            "PostgreSQL's. Unset it where there is no standby."
        )
    address = values.database_url(written, f"{PREFIX}STANDBY_URL")
    if address == values.database_url(primary):
        raise SettingsError(
            f"{PREFIX}STANDBY_URL is the same as {PREFIX}DATABASE_URL. Name the standby by itself, or unset it."
        )
    return address


def cluster(written: str | None) -> str | None:
    if written is None:
        return None
    try:
        parts = values.parts("CLUSTER", written)
        fits = parts.scheme in ("tcp", "tls") and bool(parts.hostname) and parts.port is not None and not parts.path
    except SettingsError:
        fits = False
    if not fits:
        raise SettingsError(
            f"{PREFIX}CLUSTER must be the address of a Dask scheduler, like tls://scheduler.example.org:8786, or "
            "tcp:// on a network that nobody else is on: whoever reaches it can run programs there. Unset it to count "
            "here."
        )
    return written


def traces(given: Mapping[str, str]) -> TraceSettings | None:
    written = given.get("TRACES")
    if written is None:
        left = next((name for name in ("TRACES_PERCENT", "TRACES_TOKEN") if name in given), None)
        if left is not None:
            raise SettingsError(f"Set {PREFIX}TRACES to the address of a collector, or unset {PREFIX}{left}.")
        return None
    parts = values.parts("TRACES", written)
    if not parts.hostname or parts.username or (parts.scheme != "https" and not values.is_local(parts)):
        raise SettingsError(
            f"{PREFIX}TRACES must be the address at which a collector takes OTLP over HTTP, like "
            "https://collector.example.org:4318 (or http:// on your own machine). "
            f"{PREFIX}TRACES_TOKEN holds the token for it."
        )
    percent = given.get("TRACES_PERCENT", "100")
    if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,4})?", percent) is None or not 0 < float(percent) <= 100:
        raise SettingsError(
            f"{PREFIX}TRACES_PERCENT says of how many requests in a hundred a trace is sent: a number above 0, at most "
            f"100, like 5 or 0.1, not “{percent}”. To send none, unset {PREFIX}TRACES."
        )
    if not are_installed():
        raise SettingsError(
            f"{PREFIX}TRACES names a collector, and what sends traces is not installed. Install it with `make traces`, "
            f"or unset {PREFIX}TRACES."
        )
    address = written if parts.path.strip("/") else f"{written.rstrip('/')}/v1/traces"
    return TraceSettings(address, float(percent) / 100, given.get("TRACES_TOKEN"))
