"""What GOV.UK Notify tells by itself: what became of a message, and a text message that came in. It comes with a token
that both sides know. Whatever it says of somebody whom nobody knows is answered as if it were known."""

from __future__ import annotations

import functools
import hmac
from collections.abc import Callable, Mapping

from flask import Blueprint, Response, abort, request

from surveyapp.domain.audit import System
from surveyapp.services.security import guesses
from surveyapp.services.sending import hearing
from surveyapp.services.work import Desk
from surveyapp.web.programs.problems import problem
from surveyapp.web.shared import assembly
from surveyapp.web.shared.incoming import sent_object, takes_json
from surveyapp.web.shared.runtime import runtime

carriers = Blueprint("carriers", __name__, url_prefix="/api/notify")

LARGEST = 16 * 1024
"""Bytes of what it tells."""

CallbackBody = Mapping[str, object]


def callback(handler: Callable[[CallbackBody], None]) -> Callable[[], Response]:
    """Lets in whoever has the token, and nobody where none is set; then all that can be read is taken, with 200."""

    @functools.wraps(handler)
    def taken() -> Response:
        settings = runtime().settings.notify
        if settings is None or settings.callback is None:
            abort(404)
        sent = request.authorization
        token = sent.token if sent is not None and sent.type == "bearer" else None
        if token is None or not hmac.compare_digest(token.encode(), settings.callback.encode()):
            return _refused()
        request.max_content_length = LARGEST
        told = sent_object()
        if told is None:
            return problem(400, "not_an_object", "Send one JSON object, as GOV.UK Notify does.")
        handler(told)
        return Response(status=200)

    made = takes_json(taken)
    assembly.csrf.exempt(made)
    return made


def _refused() -> Response:
    """A wrong token is counted with wrong codes of its address; a right one is let in whatever went before."""
    if seconds := guesses.wrong_code(runtime(), request.remote_addr or ""):
        made = problem(429, "too_many_requests", f"Many wrong tokens came from here. Wait {seconds} seconds.")
        made.headers["Retry-After"] = str(seconds)
        return made
    made = problem(401, "token_refused", "Send the token that SURVEYAPP_NOTIFY_CALLBACK says, as a bearer token.")
    made.headers["WWW-Authenticate"] = 'Bearer realm="Shiftline"'
    return made


def _desk() -> Desk:
    return Desk(runtime(), System())


def _text(told: CallbackBody, key: str) -> str:
    found = told.get(key)
    return found if isinstance(found, str) else ""


@carriers.post("/delivery")
@callback
def delivery(told: CallbackBody) -> None:
    """A delivery receipt."""
    hearing.told_delivery(_desk(), _text(told, "reference"), _text(told, "id"), _text(told, "status"))


@carriers.post("/text")
@callback
def text(told: CallbackBody) -> None:
    """A text message that came in."""
    hearing.heard_text(_desk(), f"+{_text(told, 'source_number').lstrip('+')}", _text(told, "message"))
