"""Two signed cookies: participants' pages and staff's pages never see each other's session.

A cookie holds what a page needs before anybody is known (the CSRF token, a language, the steps of signing in) and the
token of a session in the database, which alone decides whether it opens anything.
"""

from __future__ import annotations

import datetime as dt

from flask import Flask, Response, current_app, has_request_context, request, session
from flask.sessions import SecureCookieSessionInterface, SessionMixin

from surveyapp.domain.web_sessions import PARTICIPANT_ABSOLUTE, device_words
from surveyapp.services.security.sessions import Browser

STAFF_PATHS = (
    "/staff",
    "/interviews",
    "/results",
    "/released",
    "/manage",
    "/rights",
    "/accounts",
    "/audit",
)
"""Where staff work. Everything else is for participants."""

TOKEN = "sid"  # noqa: S105 - the name it goes by in the cookie
"""The token of a session in the database, in the cookie."""

COOKIE_LIVES = PARTICIPANT_ABSOLUTE + dt.timedelta(days=1)
"""How long a cookie's signature is good: longer than any session in the database that it may name."""


def is_staff_path(path: str) -> bool:
    return any(path == prefix or path.startswith(prefix + "/") for prefix in STAFF_PATHS)


def cookie_name(path: str) -> str:
    """The name of the cookie that pages at a path see. Over HTTPS one that a browser takes from this host alone, with
    `Secure`, for the whole of it; a demonstration without HTTPS cannot have such a one."""
    name = "shiftline_staff" if is_staff_path(path) else "shiftline_participant"
    return f"__Host-{name}" if current_app.config["SESSION_COOKIE_SECURE"] else name


def has_cookie() -> bool:
    """Whether the browser sent a session at all, good or not."""
    return cookie_name(request.path) in request.cookies


def token() -> str | None:
    """The token that the browser came with."""
    found = session.get(TOKEN)
    return found if isinstance(found, str) else None


def browser() -> Browser:
    """The browser that asks, as sessions keep it."""
    return Browser(words=device_words(request.headers.get("User-Agent", "")), token=token())


def begin(new: str, language: str | None) -> None:
    """Begins the browser's cookie anew with the token of a new session: nothing is carried over from the one before but
    a language."""
    session.clear()
    session[TOKEN] = new
    if language is not None:
        session["language"] = language


class SessionByAudience(SecureCookieSessionInterface):
    """Flask's signed session, in a cookie named for whom the page is for."""

    def get_cookie_name(self, app: Flask) -> str:
        return cookie_name(request.path if has_request_context() else "")

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """A style sheet or script is the same for everybody: were it to vary by cookie, a phone would fetch it anew
        with every page."""
        if request.endpoint != "static":
            super().save_session(app, session, response)
