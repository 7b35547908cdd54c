"""What a handler gives back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from werkzeug.wrappers import Response

Reply = str | Response | tuple[str, int]
"""A page, a redirect or a file, or a page with a status."""


def with_query(address: str, query: Mapping[str, str | Sequence[str] | None]) -> str:
    """An address that asks for something more. For names that came from outside: `url_for` would take some of them for
    arguments of its own."""
    more = urlencode({name: value for name, value in query.items() if value is not None}, doseq=True)
    return f"{address}{'&' if '?' in address else '?'}{more}" if more else address
