"""Who is signed in, for the pages of everybody who does."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response

from surveyapp.domain.staff import Staff
from surveyapp.services.security import sessions
from surveyapp.services.security.sessions import SessionOver, SignedIn
from surveyapp.services.work import Desk
from surveyapp.web.shared.language import reader_language
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.session import is_staff_path, token


def signed_in() -> SignedIn | None:
    """Who is signed in with this browser; on participants' pages nobody. Asked of the database once a request."""
    if "signed_in" not in g:
        g.signed_in = _looked_up()
    return cast(SignedIn | None, g.signed_in)


def _looked_up() -> SignedIn | None:
    known = token() if is_staff_path(request.path) else None
    try:
        return sessions.signed_in(runtime(), known) if known else None
    except SessionOver:
        return None


def current_session() -> SignedIn:
    """Who is signed in, and with which session. Only in handlers under `staff_only`."""
    found = signed_in()
    assert found is not None, "the page is not under staff_only"
    return found


def current_staff() -> Staff:
    """Who is signed in. Only in handlers under `staff_only`."""
    return current_session().staff


def desk() -> Desk:
    """Where whoever is signed in acts from, reading the language of the page. Only in handlers under `staff_only`."""
    return Desk(runtime(), current_staff(), reader_language())


F = TypeVar("F", bound=Callable[..., Any])


def staff_only(handler: F) -> F:
    """Lets only signed-in staff through; what they may do is the services' business."""

    @functools.wraps(handler)
    def guarded(*arguments: Any, **named: Any) -> Any:
        return _sign_in_first() if signed_in() is None else handler(*arguments, **named)

    return cast(F, guarded)


def _sign_in_first() -> Response:
    target = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("staff.login", next=target))
