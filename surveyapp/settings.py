"""Settings: one frozen object, read from the environment once, that refuses bad values with a sentence."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from surveyapp.domain.errors import OF_DATABASE, SettingsError
from surveyapp.environment import keys, outside, values, vault
from surveyapp.environment.outside import MailSettings, NotifySettings, SignInProvider
from surveyapp.environment.values import LOCAL, PREFIX
from surveyapp.environment.vault import SecretPlace
from surveyapp.watching.logs import FORMS, form_of
from surveyapp.watching.traces import TraceSettings

ROOT = Path(__file__).resolve().parent.parent


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
    session_requests: int = 600
    address_requests: int = 6_000
    cache: Path = ROOT / "instance" / "cache"
    backups: Path = ROOT / "instance" / "backups"
    backup_recipients: tuple[str, ...] = ()
    breached_passwords: Path | None = None
    provider: SignInProvider | None = None
    person_keys: Path = ROOT / "instance" / "surveyapp.db.keys"
    mail: MailSettings | None = None
    notify: NotifySettings | None = None
    worker: tuple[str, ...] = ("messages", "exports", "jobs")
    mailbox: str | None = field(default=None, repr=False)
    log: str = "json"
    slow_ms: int | None = None
    metrics_token: str | None = field(default=None, repr=False)
    cluster: str | None = None
    standby_url: str | None = field(default=None, repr=False)
    traces: TraceSettings | None = None
    places: Mapping[str, SecretPlace] = field(default_factory=dict)
    """Where each secret stands that is set."""
    secrets: Path | None = None
    """The folder that they stand in, where the environment names one."""

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
        "SESSION_REQUESTS",
        "ADDRESS_REQUESTS",
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


def from_environment(
    environment: Mapping[str, str], *, database: str | None = None, named: str = OF_DATABASE
) -> Settings:
    """Reads SURVEYAPP_… variables, and the secrets that stand apart from them (`environment/vault`). `database`: the
    address of another one in place of the one that is set, and `named` the option that says so. Raises SettingsError
    for a missing secret, a bad value or an unknown name."""
    given, places = vault.gathered(environment)
    if database is not None:
        given["DATABASE_URL"] = database
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
    secret = keys.secret(given)
    chosen: dict[str, Any] = {}
    if "DATABASE_URL" in given:
        chosen["database_url"] = values.database_url(given["DATABASE_URL"], named)
    if "QUESTIONNAIRES" in given:
        chosen["questionnaires"] = Path(given["QUESTIONNAIRES"])
    demo = values.flag("DEMO", given.get("DEMO", "no"))
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
        chosen["backup_recipients"] = keys.recipients(given["BACKUP_RECIPIENT"])
    if "PERSON_KEYS" in given:
        chosen["person_keys"] = Path(given["PERSON_KEYS"])
    elif chosen.get("database_url", "").startswith("sqlite:///"):
        place = Path(chosen["database_url"].removeprefix("sqlite:///"))
        chosen["person_keys"] = place.with_name(f"{place.name}.keys")
    elif "database_url" in chosen:
        chosen["person_keys"] = ROOT / "instance" / "person.keys"
    for name, low, high in (
        ("HOLD_MINUTES", 1, 480),
        ("PROXIES", 0, 5),
        ("SLOW_MS", 1, 600_000),
        ("SESSION_REQUESTS", 60, 1_000_000),
        ("ADDRESS_REQUESTS", 60, 1_000_000),
    ):
        if name in given:
            chosen[name.lower()] = values.whole(name, given[name], low, high)
    if "BREACHED_PASSWORDS" in given:
        chosen["breached_passwords"] = _breached(given["BREACHED_PASSWORDS"])
    return Settings(
        secret_key=secret,
        secret_keys_before=keys.secrets_before(given),
        access_keys=keys.keys(given, "ACCESS_KEYS", "Participants' links are hashed with the first: keep it"),
        contact_keys=keys.keys(given, "CONTACT_KEYS", "People's own keys are sealed with the first: keep it"),
        audit_key=keys.key(
            given,
            "AUDIT_KEY",
            "The audit trail is chained with it: keep it, apart from the database, or the trail cannot be verified.",
        ),
        demo=demo,
        places=places,
        secrets=vault.folders(environment).get(SecretPlace.FOLDER),
        metrics_token=keys.metrics_token(given.get("METRICS_TOKEN")),
        log=_log(given.get("LOG"), demo),
        traces=outside.traces(given),
        provider=outside.provider(given),
        mail=outside.mail(given),
        notify=outside.notify(given),
        mailbox=outside.mailbox(given.get("MAILBOX")),
        standby_url=outside.standby(given),
        cluster=outside.cluster(given.get("CLUSTER")),
        worker=_worker(given.get("WORKER", ",".join(Settings.worker))),
        **chosen,
    )


def _public_url(url: str, demo: bool) -> str:
    parts = values.parts("PUBLIC_URL", url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(f"{PREFIX}PUBLIC_URL must begin with https:// (or http:// on your own machine).")
    if parts.username is not None or parts.netloc.endswith(":") or parts.path.strip("/") or set("?#") & set(url):
        # Every link is this and a path of ours: what is before a path cannot hold more, and a path not two beginnings.
        raise SettingsError(
            f"{PREFIX}PUBLIC_URL ends with the name that people open, and a port if it needs one, like "
            "https://study.example.org: no user or password before it, and no path, `?` or `#` after it. Give "
            "Shiftline a name of its own."
        )
    if parts.scheme == "http" and parts.hostname not in LOCAL and not demo:
        raise SettingsError(
            f"{PREFIX}PUBLIC_URL begins with http://, so that what people answer would travel open. Put a proxy that "
            "speaks TLS before it, and write https:// (deploy/ has one)."
        )
    return url.rstrip("/")


def _breached(written: str) -> Path:
    try:
        names = os.listdir(written)
    except OSError:
        names = []
    if not any(re.fullmatch(r"[0-9A-Fa-f]{5}(\.txt)?", each) for each in names):
        raise SettingsError(
            f"{PREFIX}BREACHED_PASSWORDS must be a folder of files such as 21BD1 or 21BD1.txt, as Have I Been Pwned's "
            f"downloader writes them. “{written}” holds none."
        )
    return Path(written)


WORKER_TASKS = ("messages", "exports", "jobs", "releases", "retention", "chain", "backup")
"""What `surveyapp worker` can do by itself."""


def _worker(written: str) -> tuple[str, ...]:
    wanted = tuple(each.strip() for each in written.split(",") if each.strip())
    if not wanted or not set(wanted) <= set(WORKER_TASKS):
        raise SettingsError(
            f"{PREFIX}WORKER lists what `surveyapp worker` does, separated by commas, of: {', '.join(WORKER_TASKS)}."
        )
    return wanted


def _log(written: str | None, demo: bool) -> str:
    if written is None:
        return form_of({f"{PREFIX}DEMO": "yes" if demo else "no"})
    if written not in FORMS:
        raise SettingsError(f"{PREFIX}LOG must be one of {', '.join(FORMS)}, not “{written}”.")
    return written
