"""Where secrets stand: in the environment, or apart from it, in a folder in which each is a file named as its setting.

Whatever keeps secrets for an operator hands them over so: systemd its credentials, which it opens when a unit starts
and shows to that unit alone (`CREDENTIALS_DIRECTORY`), an orchestrator what it mounts, a vault's agent what it writes.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from pathlib import Path

from surveyapp.domain.errors import SettingsError
from surveyapp.environment.values import PREFIX

OF_SYSTEMD = "CREDENTIALS_DIRECTORY"
"""What systemd calls the folder of a unit's credentials."""

FOLDER = f"{PREFIX}SECRETS"
"""The setting that names any other folder."""

SECRET = frozenset(
    {
        "SECRET_KEY",
        "SECRET_KEYS_BEFORE",
        "ACCESS_KEYS",
        "CONTACT_KEYS",
        "AUDIT_KEY",
        "DATABASE_URL",
        "STANDBY_URL",
        "OIDC_CLIENT_SECRET",
        "MAIL_SERVER",
        "MAILBOX",
        "NOTIFY_KEY",
        "NOTIFY_CALLBACK",
        "METRICS_TOKEN",
        "TRACES_TOKEN",
    }
)
"""Settings that are secret, or may hold something that is: these may stand in a folder, and no others, so that there
is one place for each of the rest."""


class SecretPlace(enum.Enum):
    ENVIRONMENT = "the environment"
    CREDENTIALS = "systemd’s credentials"
    FOLDER = "the folder of secrets"


def gathered(environment: Mapping[str, str]) -> tuple[dict[str, str], dict[str, SecretPlace]]:
    """Settings by name without their prefix, and where each of the secret ones stands. What is empty is not set.
    Raises SettingsError for a folder or a file that cannot be read, something in it that is no secret, and a secret
    that stands in two places: one of them would be forgotten when it is changed."""
    given = {
        name.removeprefix(PREFIX): value
        for name, value in environment.items()
        if name.startswith(PREFIX) and name != FOLDER and value != ""
    }
    places = dict.fromkeys(given.keys() & SECRET, SecretPlace.ENVIRONMENT)
    for place, folder in folders(environment).items():
        for name, value in _written_in(folder).items():
            if name in places:
                raise SettingsError(
                    f"{PREFIX}{name} stands in {folder} and in {places[name].value}. Leave it in one of them: it "
                    "would be forgotten in the other when it is changed."
                )
            given[name], places[name] = value, place
    return given, places


def is_given(environment: Mapping[str, str], name: str) -> bool:
    """Whether a secret setting stands in the environment or in a folder that it names."""
    written = f"{PREFIX}{name}"
    return written in environment or any((each / written).is_file() for each in folders(environment).values())


def folders(environment: Mapping[str, str]) -> dict[SecretPlace, Path]:
    named = {SecretPlace.CREDENTIALS: OF_SYSTEMD, SecretPlace.FOLDER: FOLDER}
    return {place: Path(environment[name]) for place, name in named.items() if environment.get(name)}


def _written_in(folder: Path) -> dict[str, str]:
    """What the files of ours say. Those of others are left alone: an orchestrator mounts into one folder for many."""
    try:
        files = sorted(each for each in folder.iterdir() if each.name.startswith(PREFIX))
    except OSError as error:
        raise SettingsError(
            f"The folder of secrets {folder} cannot be read ({error.strerror}). {FOLDER} names it, or systemd for the "
            "credentials of a unit: look whether it is there, and whether this user may open it."
        ) from None
    found: dict[str, str] = {}
    for each in files:
        name = each.name.removeprefix(PREFIX)
        if name not in SECRET:
            raise SettingsError(
                f"{each} is named as no secret that there is. Correct its name, or, if it is another setting, put it "
                "into the environment. README lists them all."
            )
        try:
            written = each.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingsError(
                f"{each} cannot be read ({error.strerror}). Let the user that serves read it."
            ) from None
        except UnicodeDecodeError:
            written = "\0"
        if "\n" in written or "\0" in written:
            raise SettingsError(f"{each} must hold the value of {each.name} and nothing else, as text in one line.")
        if written:
            found[name] = written
    return found
