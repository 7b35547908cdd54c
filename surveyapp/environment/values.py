"""How values of the environment are written: addresses, numbers, yes and no. SettingsError for what cannot be read."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from surveyapp.domain.errors import OF_DATABASE, SettingsError

PREFIX = "SURVEYAPP_"

MOST_PORTS = 65_535

LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
"""Hosts that are whichever machine reads them."""


_SERVER = re.compile(
    r"postgresql\+psycopg://(?:[^:/]*(?::[^@]*)?@)?(?:\[[^/?\]]+\]|[^/:?\[]*)(?::(?P<port>[0-9]{1,5}))?(?:[/?].*)?"
)
"""An address of a database on a server, as SQLAlchemy takes it apart: a password may hold any sign but `@`."""


def database_url(url: str, name: str = OF_DATABASE) -> str:
    """The address of a database as SQLAlchemy has it. `name`: the setting or the option that it was written in. Raises
    SettingsError."""
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    if url.startswith("sqlite:///"):
        return url
    if not url.startswith("postgresql+psycopg://"):
        raise SettingsError(f"{name} must begin with sqlite:/// or postgresql://.")
    read = _SERVER.fullmatch(url)
    if read is None or int(read["port"] or 0) > MOST_PORTS:
        raise SettingsError(_UNREADABLE.format(name))
    return url


_UNREADABLE = (
    "{} cannot be read as an address. Look at its brackets and at what stands after the colon, where a port is a "
    "number up to 65535."
)


def parts(name: str, written: str) -> SplitResult:
    """An address taken apart. It is not said again in what refuses it: it may hold a password. Raises SettingsError,
    also for blanks around it or in the name of its machine, which would be left out here and stay in whatever is made
    of it."""
    try:
        parts = urlsplit(written)
        _readable = parts.port
    except ValueError:
        raise SettingsError(_UNREADABLE.format(f"{PREFIX}{name}")) from None
    if not written.isprintable() or written != written.strip() or _UNNAMED.search(parts.hostname or ""):
        raise SettingsError(
            f"{PREFIX}{name} holds a blank or another sign that no address has there. Take it away, and write the "
            "name of the machine in letters, digits, dots and hyphens."
        )
    return parts


_UNNAMED = re.compile(r"[^\w.:%-]")
"""What the name or the number of a machine does not hold."""


def is_local(parts: SplitResult) -> bool:
    return parts.scheme == "http" and parts.hostname in LOCAL


def whole(name: str, written: str, low: int, high: int) -> int:
    if not written.isascii() or not written.isdigit() or not low <= int(written) <= high:
        raise SettingsError(f"{PREFIX}{name} must be a whole number from {low} to {high}, not “{written}”.")
    return int(written)


def flag(name: str, written: str) -> bool:
    if written.lower() not in ("yes", "no"):
        raise SettingsError(f"{PREFIX}{name} must be yes or no, not “{written}”.")
    return written.lower() == "yes"
