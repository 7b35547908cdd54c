"""Settings: one frozen object, read from the environment once, that refuses bad values with a sentence."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from surveyapp.domain.errors import SettingsError
from surveyapp.watching.logs import FORMS, form_of
from surveyapp.watching.traces import TraceSettings, are_installed

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "SURVEYAPP_"

LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
"""Hosts that are whichever machine reads them."""


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


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything the environment decides. README's table says what each one is."""

    secret_key: str = field(repr=False)
    secret_keys_before: tuple[str, ...] = field(default=(), repr=False)
    access_keys: Mapping[str, bytes] = field(repr=False)
    contact_keys: Mapping[str, bytes] = field(repr=False)
    audit_key: bytes = field(repr=False)
    database_url: str = f"sqlite:///{ROOT / 'instance' / 'surveyapp.db'}"
    questionnaires: Path = ROOT / "questionnaires"
    public_url: str = "http://127.0.0.1:8000"
    demo: bool = False
    hold_minutes: int = 30
    proxies: int = 0
    cache: Path = ROOT / "instance" / "cache"
    backups: Path = ROOT / "instance" / "backups"
    backup_recipients: tuple[str, ...] = ()
    breached_passwords: Path | None = None
    provider: SignInProvider | None = None
    person_keys: Path = ROOT / "instance" / "surveyapp.db.keys"
    mail: MailSettings | None = None
    notify: NotifySettings | None = None
    worker: tuple[str, ...] = ("messages", "exports")
    mailbox: str | None = field(default=None, repr=False)
    log: str = "json"
    slow_ms: int | None = None
    metrics_token: str | None = field(default=None, repr=False)
    cluster: str | None = None
    standby_url: str | None = field(default=None, repr=False)
    traces: TraceSettings | None = None

    @property
    def times_statements(self) -> bool:
        """Whether somebody is told how long statements take."""
        return self.slow_ms is not None or self.traces is not None

    @property
    def contact_key_id(self) -> str:
        """The key that seals new contacts: the first one listed. The others still open old ones."""
        return next(iter(self.contact_keys))


KNOWN = frozenset(
    {
        "DATABASE_URL",
        "SECRET_KEY",
        "SECRET_KEYS_BEFORE",
        "ACCESS_KEYS",
        "CONTACT_KEYS",
        "AUDIT_KEY",
        "QUESTIONNAIRES",
        "PUBLIC_URL",
        "DEMO",
        "HOLD_MINUTES",
        "PROXIES",
        "CACHE",
        "BACKUPS",
        "BACKUP_RECIPIENT",
        "BREACHED_PASSWORDS",
        "OIDC_ISSUER",
        "OIDC_CLIENT_ID",
        "OIDC_CLIENT_SECRET",
        "OIDC_LABEL",
        "PERSON_KEYS",
        "MAIL_SERVER",
        "MAIL_FROM",
        "NOTIFY_KEY",
        "NOTIFY_URL",
        "NOTIFY_CALLBACK",
        "NOTIFY_TEMPLATES",
        "WORKER",
        "MAILBOX",
        "LOG",
        "SLOW_MS",
        "METRICS_TOKEN",
        "CLUSTER",
        "STANDBY_URL",
        "TRACES",
        "TRACES_PERCENT",
        "TRACES_TOKEN",
    }
)


RENAMED = {"ACCESS_KEY": "ACCESS_KEYS"}
"""Settings of before, and what took their place."""


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Reads SURVEYAPP_… variables. Raises SettingsError for a missing secret, a bad value or an unknown name."""
    given = {
        name.removeprefix(PREFIX): value
        for name, value in environment.items()
        if name.startswith(PREFIX) and value != ""
    }
    for old, new in RENAMED.items():
        if old in given:
            raise SettingsError(
                f"{PREFIX}{old} is now {PREFIX}{new}, which holds several: set it to `first:` and the key you have, "
                f"and unset {PREFIX}{old}. What rests on that key goes on working."
            )
    unknown = sorted(set(given) - KNOWN)
    if unknown:
        raise SettingsError(
            f"{PREFIX}{unknown[0]} is not a setting. README lists them all; correct its name or unset it."
        )
    secret = _secret(given)
    chosen: dict[str, Any] = {}
    if "DATABASE_URL" in given:
        chosen["database_url"] = database_url(given["DATABASE_URL"])
    if "QUESTIONNAIRES" in given:
        chosen["questionnaires"] = Path(given["QUESTIONNAIRES"])
    demo = _flag("DEMO", given.get("DEMO", "no"))
    if "PUBLIC_URL" in given:
        chosen["public_url"] = _public_url(given["PUBLIC_URL"], demo)
    if "CACHE" in given:
        chosen["cache"] = Path(given["CACHE"])
    elif chosen.get("database_url", "").startswith("sqlite:///"):
        # Beside its database: two installations on one machine do not share a folder.
        place = Path(chosen["database_url"].removeprefix("sqlite:///"))
        chosen["cache"] = place.with_name(f"{place.name}.cache")
    if "BACKUPS" in given:
        chosen["backups"] = Path(given["BACKUPS"])
    if "BACKUP_RECIPIENT" in given:
        chosen["backup_recipients"] = _recipients(given["BACKUP_RECIPIENT"])
    if "PERSON_KEYS" in given:
        chosen["person_keys"] = Path(given["PERSON_KEYS"])
    elif chosen.get("database_url", "").startswith("sqlite:///"):
        place = Path(chosen["database_url"].removeprefix("sqlite:///"))
        chosen["person_keys"] = place.with_name(f"{place.name}.keys")
    elif "database_url" in chosen:
        chosen["person_keys"] = ROOT / "instance" / "person.keys"
    for name, low, high in (("HOLD_MINUTES", 1, 480), ("PROXIES", 0, 5), ("SLOW_MS", 1, 600_000)):
        if name in given:
            chosen[name.lower()] = _whole(name, given[name], low, high)
    if "BREACHED_PASSWORDS" in given:
        chosen["breached_passwords"] = _breached(given["BREACHED_PASSWORDS"])
    return Settings(
        secret_key=secret,
        secret_keys_before=_secrets_before(given),
        access_keys=_keys(given, "ACCESS_KEYS", "Participants' links are hashed with the first: keep it"),
        contact_keys=_keys(given, "CONTACT_KEYS", "People's own keys are sealed with the first: keep it"),
        audit_key=_key(
            given,
            "AUDIT_KEY",
            "The audit trail is chained with it: keep it, apart from the database, or the trail cannot be verified.",
        ),
        demo=demo,
        metrics_token=_metrics_token(given.get("METRICS_TOKEN")),
        log=_log(given.get("LOG"), demo),
        traces=_traces(given),
        provider=_provider(given),
        mail=_mail(given),
        notify=_notify(given),
        mailbox=_mailbox(given.get("MAILBOX")),
        standby_url=_standby(given),
        cluster=_cluster(given.get("CLUSTER")),
        worker=_worker(given.get("WORKER", ",".join(Settings.worker))),
        **chosen,
    )


def _secret(given: Mapping[str, str]) -> str:
    secret = given.get("SECRET_KEY", "")
    if len(secret) < 32:
        raise SettingsError(
            f"Set {PREFIX}SECRET_KEY to a random text of at least 32 characters, for example the output "
            "of `openssl rand -hex 32`. Sessions and forms are signed with it. (`make demo` makes its own.)"
        )
    return secret


def _decoded(name: str, written: str) -> bytes:
    try:
        key = base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        raise SettingsError(
            f"{PREFIX}{name} needs 32 random bytes in base64, for example the output of `openssl rand -base64 32`."
        )
    return key


def _key(given: Mapping[str, str], name: str, what_for: str) -> bytes:
    if name not in given:
        raise SettingsError(f"Set {PREFIX}{name} to 32 random bytes in base64 (`openssl rand -base64 32`). {what_for}")
    return _decoded(name, given[name])


def _secrets_before(given: Mapping[str, str]) -> tuple[str, ...]:
    before = tuple(each.strip() for each in given.get("SECRET_KEYS_BEFORE", "").split(",") if each.strip())
    if any(len(each) < 32 for each in before):
        raise SettingsError(
            f"{PREFIX}SECRET_KEYS_BEFORE holds what {PREFIX}SECRET_KEY was, several separated by commas, each of at "
            "least 32 characters. Sessions and forms signed with them go on."
        )
    return before


def _keys(given: Mapping[str, str], setting: str, why: str) -> dict[str, bytes]:
    """Keys by name, in the order in which they are written."""
    if setting not in given:
        raise SettingsError(
            f"Set {PREFIX}{setting} to `name:key`, the key 32 random bytes in base64 (`openssl rand -base64 32`). "
            f"{why}, and list older ones after a new one, separated by commas, until `surveyapp keys list` says that "
            "nothing rests on them."
        )
    keys: dict[str, bytes] = {}
    for entry in given[setting].split(","):
        name, separator, key = entry.strip().partition(":")
        if not separator or not name:
            raise SettingsError(f"{PREFIX}{setting} is written `name:key`, several separated by commas.")
        if name == "person" or len(name.encode()) > 32 or name in keys:
            raise SettingsError(
                f"{PREFIX}{setting}: “{name}” cannot be the name of a key. Each has another, of at most 32 letters, "
                "and `person` is what is written where a person's own key seals."
            )
        keys[name] = _decoded(setting, key)
    return keys


def _recipients(written: str) -> tuple[str, ...]:
    found = tuple(each.strip() for each in written.split(","))
    if not all(each.startswith("age1") for each in found):
        raise SettingsError(
            f"{PREFIX}BACKUP_RECIPIENT must be a public key that begins with age1, or several, separated by commas. "
            "`surveyapp backup key FILE` makes one. The secret key has no place here."
        )
    return found


def database_url(url: str) -> str:
    """The address of a database as SQLAlchemy has it. Raises SettingsError."""
    if url.startswith("postgresql://"):
        return url.replace("postgresql://", "postgresql+psycopg://", 1)
    if url.startswith(("sqlite:///", "postgresql+psycopg://")):
        return url
    raise SettingsError(f"{PREFIX}DATABASE_URL must begin with sqlite:/// or postgresql://.")


def _parts(name: str, written: str) -> SplitResult:
    """An address taken apart. It is not said again in what refuses it: it may hold a password."""
    try:
        parts = urlsplit(written)
        _readable = parts.port
    except ValueError:
        raise SettingsError(
            f"{PREFIX}{name} cannot be read as an address. Look at its brackets and at what stands after the colon, "
            "where a port is a number up to 65535."
        ) from None
    return parts


def _public_url(url: str, demo: bool) -> str:
    parts = _parts("PUBLIC_URL", url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(f"{PREFIX}PUBLIC_URL must begin with https:// (or http:// on your own machine).")
    if parts.scheme == "http" and parts.hostname not in LOCAL and not demo:
        raise SettingsError(
            f"{PREFIX}PUBLIC_URL begins with http://, so that what people answer would travel open. Put a proxy that "
            "speaks TLS before it, and write https:// (deploy/ has one)."
        )
    return url.rstrip("/")


def _breached(written: str) -> Path:
    folder = Path(written)
    if not folder.is_dir() or not any(re.fullmatch(r"[0-9A-Fa-f]{5}(\.txt)?", each.name) for each in folder.iterdir()):
        raise SettingsError(
            f"{PREFIX}BREACHED_PASSWORDS must be a folder of files such as 21BD1 or 21BD1.txt, as Have I Been Pwned's "
            f"downloader writes them. “{written}” holds none."
        )
    return folder


def _provider(given: Mapping[str, str]) -> SignInProvider | None:
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
    parts = _parts("OIDC_ISSUER", issuer)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOCAL):
        raise SettingsError(f"{PREFIX}OIDC_ISSUER must begin with https:// (or http:// on your own machine).")
    label = given.get("OIDC_LABEL", parts.hostname or issuer)
    return SignInProvider(issuer, given["OIDC_CLIENT_ID"], given["OIDC_CLIENT_SECRET"], label)


def _mailbox(written: str | None) -> str | None:
    if written is None:
        return None
    parts = _parts("MAILBOX", written)
    local = parts.scheme == "imap" and parts.hostname in ("localhost", "127.0.0.1")
    if (parts.scheme != "imaps" and not local) or not parts.hostname or not parts.username:
        raise SettingsError(
            f"{PREFIX}MAILBOX must be like imaps://user:password@mail.example.org/INBOX (imap:// on your own machine)."
        )
    return written


WORKER_TASKS = ("messages", "exports", "releases", "retention", "chain", "backup")
"""What `surveyapp worker` can do by itself."""


def _worker(written: str) -> tuple[str, ...]:
    wanted = tuple(each.strip() for each in written.split(",") if each.strip())
    if not wanted or not set(wanted) <= set(WORKER_TASKS):
        raise SettingsError(
            f"{PREFIX}WORKER lists what `surveyapp worker` does, separated by commas, of: {', '.join(WORKER_TASKS)}."
        )
    return wanted


def _mail(given: Mapping[str, str]) -> MailSettings | None:
    server, sender = given.get("MAIL_SERVER"), given.get("MAIL_FROM", "")
    if server is None:
        if sender:
            raise SettingsError(
                f"{PREFIX}MAIL_FROM says whom e-mails are from. Set {PREFIX}MAIL_SERVER too, or unset it."
            )
        return None
    parts = _parts("MAIL_SERVER", server)
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


def _notify(given: Mapping[str, str]) -> NotifySettings | None:
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
    parts = _parts("NOTIFY_URL", url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1")):
        raise SettingsError(f"{PREFIX}NOTIFY_URL must begin with https:// (or http:// on your own machine).")
    callback = given.get("NOTIFY_CALLBACK")
    if callback is not None and (len(callback) < SHORTEST_CALLBACK or not callback.isascii() or " " in callback):
        raise SettingsError(
            f"{PREFIX}NOTIFY_CALLBACK is the bearer token that you give GOV.UK Notify for callbacks: at least "
            f"{SHORTEST_CALLBACK} random letters and digits, for example the output of `openssl rand -hex 32`."
        )
    return NotifySettings(key, url, templates, callback)


def _metrics_token(written: str | None) -> str | None:
    if written is not None and (len(written) < 32 or not written.isascii() or " " in written):
        raise SettingsError(
            f"{PREFIX}METRICS_TOKEN needs at least 32 characters, for example the output of `openssl rand -hex 32`. "
            "Unset it where Prometheus runs on this machine."
        )
    return written


def _standby(given: Mapping[str, str]) -> str | None:
    written = given.get("STANDBY_URL")
    if written is None:
        return None
    primary = given.get("DATABASE_URL", "")
    if not all(each.startswith(("postgresql://", "postgresql+psycopg://")) for each in (written, primary)):
        raise SettingsError(
            f"{PREFIX}STANDBY_URL is the address of a standby of the database, like postgresql://…, and both are "
            "PostgreSQL's. Unset it where there is no standby."
        )
    if database_url(written) == database_url(primary):
        raise SettingsError(
            f"{PREFIX}STANDBY_URL is the same as {PREFIX}DATABASE_URL. Name the standby by itself, or unset it."
        )
    return database_url(written)


def _cluster(written: str | None) -> str | None:
    if written is None:
        return None
    try:
        parts = urlsplit(written)
        fits = parts.scheme in ("tcp", "tls") and bool(parts.hostname) and parts.port is not None and not parts.path
    except ValueError:
        fits = False
    if not fits:
        raise SettingsError(
            f"{PREFIX}CLUSTER must be the address of a Dask scheduler, like tls://scheduler.example.org:8786, or "
            "tcp:// on a network that nobody else is on: whoever reaches it can run programs there. Unset it to count "
            "here."
        )
    return written


def _traces(given: Mapping[str, str]) -> TraceSettings | None:
    written = given.get("TRACES")
    if written is None:
        left = next((name for name in ("TRACES_PERCENT", "TRACES_TOKEN") if name in given), None)
        if left is not None:
            raise SettingsError(f"Set {PREFIX}TRACES to the address of a collector, or unset {PREFIX}{left}.")
        return None
    parts = _parts("TRACES", written)
    if not parts.hostname or parts.username or (parts.scheme != "https" and not _is_local(parts)):
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


def _is_local(parts: SplitResult) -> bool:
    return parts.scheme == "http" and parts.hostname in LOCAL


def _log(written: str | None, demo: bool) -> str:
    if written is None:
        return form_of({f"{PREFIX}DEMO": "yes" if demo else "no"})
    if written not in FORMS:
        raise SettingsError(f"{PREFIX}LOG must be one of {', '.join(FORMS)}, not “{written}”.")
    return written


def _whole(name: str, written: str, low: int, high: int) -> int:
    if not written.isascii() or not written.isdigit() or not low <= int(written) <= high:
        raise SettingsError(f"{PREFIX}{name} must be a whole number from {low} to {high}, not “{written}”.")
    return int(written)


def _flag(name: str, written: str) -> bool:
    if written.lower() not in ("yes", "no"):
        raise SettingsError(f"{PREFIX}{name} must be yes or no, not “{written}”.")
    return written.lower() == "yes"
