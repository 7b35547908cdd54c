"""What is wrong, for programs (RFC 9457): a status, a name that stays, and a sentence that says what to do."""

from __future__ import annotations

import json
from http import HTTPStatus

from flask import Response
from flask_babel import gettext as _

from surveyapp.domain.errors import (
    InputRefused,
    NotFound,
    NotPermitted,
    NotReady,
    SaidError,
    StateRefused,
)
from surveyapp.services.programs.tokens import ScopeMissing, TokenRefused, TooManyCalls
from surveyapp.web.shared.errors import PROBLEM
from surveyapp.web.shared.words import worded

STATUSES: tuple[tuple[type[SaidError], int], ...] = (
    (TokenRefused, 401),
    (ScopeMissing, 403),
    (NotPermitted, 403),
    (NotFound, 404),
    (InputRefused, 400),
    (StateRefused, 409),
    (NotReady, 503),
)
"""The status of each error that says a sentence."""

READY_IN = 30
"""Seconds after which it is worth asking again for what is being counted."""


def of(error: SaidError) -> Response:
    """The answer for an error that says a sentence; its type ends in the sentence's code."""
    status = next(status for kind, status in STATUSES if isinstance(error, kind))
    made = problem(status, error.sentence.code, worded(error.sentence), getattr(error, "field", None))
    if status == 401:
        made.headers["WWW-Authenticate"] = 'Bearer realm="Shiftline", error="invalid_token"'
    if status == 503:
        made.headers["Retry-After"] = str(READY_IN)
    return made


def too_many(error: TooManyCalls) -> Response:
    """That a program has to wait, and how long."""
    seconds = error.seconds
    made = problem(429, "too_many_requests", _("Too many requests. Wait %(seconds)s seconds.", seconds=seconds))
    made.headers["Retry-After"] = str(seconds)
    return made


def problem(status: int, code: str, detail: str, parameter: str | None = None) -> Response:
    body = {
        "type": f"urn:shiftline:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if parameter is not None:
        body["parameter"] = parameter
    return Response(json.dumps(body, ensure_ascii=False), status, mimetype=PROBLEM)
