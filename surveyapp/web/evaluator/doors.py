"""Two doors to the same drawing of results: the working view, and a release."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

RELEASED = "viewer"
"""The blueprint of releases; its pages of results have the same names as the working view's."""


def door(page: str, **values: Any) -> str:
    """The address of a page of results behind the door that the reader came in by; of the same release, where its
    number is in the address."""
    if request.blueprint == RELEASED:
        values.setdefault("number", (request.view_args or {}).get("number"))
    return url_for(f"{request.blueprint}.{page}", **values)
