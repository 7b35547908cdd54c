"""Cursors: where the next answer to the same request goes on."""

from __future__ import annotations

import base64
import binascii
import hashlib

from flask import request

from surveyapp.domain.errors import InputRefused
from surveyapp.domain.programs.tokens import ProgramToken
from surveyapp.domain.sentences import say

MARK = 8
"""Characters that tell whose request a cursor is of."""


def written(token: ProgramToken, place: str) -> str:
    """The cursor of what comes after a place."""
    return base64.urlsafe_b64encode(f"{_mark(token)}{place}".encode()).decode().rstrip("=")


def opened(token: ProgramToken, cursor: str | None) -> str | None:
    """The place after which an answer begins; None: at the first. Raises InputRefused (`cursor`) for one that is not
    from an answer to this request by this token: what comes in which order is another's there."""
    if cursor is None:
        return None
    try:
        found = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError):
        found = ""
    if not found.startswith(_mark(token)):
        raise InputRefused(say("cursor_unusable"), "cursor")
    return found[MARK:]


def _mark(token: ProgramToken) -> str:
    """Of the token, the address and all that was asked for but how many at once."""
    asked = sorted((name, value) for name, value in request.args.items() if name not in ("cursor", "limit"))
    return hashlib.sha256(repr((token.id.hex, request.path, asked)).encode()).hexdigest()[:MARK]
