"""How values of the environment are written: addresses, numbers, yes and no. SettingsError for what cannot be read."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from surveyapp.domain.errors import SettingsError

PREFIX = "SURVEYAPP_"

LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
"""Hosts that are whichever machine reads them."""


def database_url(url: str) -> str:
    """The address of a database as SQLAlchemy has it. Raises SettingsError."""
    if url.startswith("postgresql://"):
        return url.replace("postgresql://", "postgresql+psycopg://", 1)
    if url.startswith(("sqlite:///", "postgresql+psycopg://")):
        return url
    raise SettingsError(f"{PREFIX}DATABASE_URL must begin with sqlite:/// or postgresql://.")


def parts(name: str, written: str) -> SplitResult:
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
