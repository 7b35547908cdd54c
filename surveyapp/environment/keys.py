"""Secrets and keys that the environment holds. SettingsError says how to make one that is missing or weak."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from surveyapp.domain.errors import SettingsError
from surveyapp.environment.values import PREFIX


def secret(given: Mapping[str, str]) -> str:
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


def key(given: Mapping[str, str], name: str, what_for: str) -> bytes:
    if name not in given:
        raise SettingsError(f"Set {PREFIX}{name} to 32 random bytes in base64 (`openssl rand -base64 32`). {what_for}")
    return _decoded(name, given[name])


def secrets_before(given: Mapping[str, str]) -> tuple[str, ...]:
    before = tuple(each.strip() for each in given.get("SECRET_KEYS_BEFORE", "").split(",") if each.strip())
    if any(len(each) < 32 for each in before):
        raise SettingsError(
            f"{PREFIX}SECRET_KEYS_BEFORE holds what {PREFIX}SECRET_KEY was, several separated by commas, each of at "
            "least 32 characters. Sessions and forms signed with them go on."
        )
    return before


def keys(given: Mapping[str, str], setting: str, why: str) -> dict[str, bytes]:
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


def recipients(written: str) -> tuple[str, ...]:
    found = tuple(each.strip() for each in written.split(","))
    if not all(each.startswith("age1") for each in found):
        raise SettingsError(
            f"{PREFIX}BACKUP_RECIPIENT must be a public key that begins with age1, or several, separated by commas. "
            "`surveyapp backup key FILE` makes one. The secret key has no place here."
        )
    return found


def metrics_token(written: str | None) -> str | None:
    if written is not None and (len(written) < 32 or not written.isascii() or " " in written):
        raise SettingsError(
            f"{PREFIX}METRICS_TOKEN needs at least 32 characters, for example the output of `openssl rand -hex 32`. "
            "Unset it where Prometheus runs on this machine."
        )
    return written
