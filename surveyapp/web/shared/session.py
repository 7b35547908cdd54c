"""Two signed cookies: participants' pages and staff's pages never see each other's session."""

from __future__ import annotations

from flask import Flask, Response, has_request_context, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin

STAFF_PATHS = ("/staff", "/interviews", "/results", "/released", "/manage", "/accounts", "/audit")
"""Where staff work. Everything else is for participants."""


def is_staff_path(path: str) -> bool:
    return any(path == prefix or path.startswith(prefix + "/") for prefix in STAFF_PATHS)


def cookie_name(path: str) -> str:
    """The name of the cookie that pages at a path see."""
    return "shiftline_staff" if is_staff_path(path) else "shiftline_participant"


def has_cookie() -> bool:
    """Whether the browser sent a session at all, good or not."""
    return cookie_name(request.path) in request.cookies


class SessionByAudience(SecureCookieSessionInterface):
    """Flask's signed session, in a cookie named for whom the page is for."""

    def get_cookie_name(self, app: Flask) -> str:
        return cookie_name(request.path if has_request_context() else "")

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """A style sheet or script is the same for everybody: were it to vary by cookie, a phone would fetch it anew
        with every page."""
        if request.endpoint != "static":
            super().save_session(app, session, response)
