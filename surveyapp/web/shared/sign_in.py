"""Who is signed in, for the pages of everybody who does."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response

from surveyapp.domain.errors import DatabaseUnavailable
from surveyapp.domain.staff import Staff
from surveyapp.domain.web_sessions import SessionStanding, WebSession
from surveyapp.services.fieldwork import tablets
from surveyapp.services.fieldwork.tablets import LentTablet
from surveyapp.services.security import sessions
from surveyapp.services.security.sessions import SessionOver, SignedIn
from surveyapp.services.work import Desk
from surveyapp.web.shared.headers import RETRY_AFTER
from surveyapp.web.shared.incoming import is_for_scripts
from surveyapp.web.shared.language import reader_language
from surveyapp.web.shared.reading import read_runtime
from surveyapp.web.shared.runtime import has_runtime, runtime
from surveyapp.web.shared.session import JSON, is_staff_path, keep_form, staff_token, token


def signed_in() -> SignedIn | None:
    """Who is signed in with this browser; on participants' pages nobody. Asked of the database once a request."""
    if "signed_in" not in g:
        g.signed_in = _looked_up()
    return cast(SignedIn | None, g.signed_in)


def _looked_up() -> SignedIn | None:
    known = token() if is_staff_path(request.path) else None
    try:
        return sessions.signed_in(runtime(), known) if known else None
    except SessionOver as over:
        g.session_over = over
        return None


def lent() -> LentTablet | None:
    """In whose hands this browser is, where it is a tablet that staff have handed over. Asked of the database once a
    request, and only where somebody is signed in here."""
    if "lent" not in g:
        known = staff_token()
        g.lent = tablets.lent(runtime(), known) if known else None
    return cast(LentTablet | None, g.lent)


def give_back_at() -> str | None:
    """Template global: where a participant gives the tablet back that they have in their hands, if it is one. Also on
    a page that says that the database fails."""
    try:
        return url_for("tablet.back") if has_runtime() and lent() else None
    except DatabaseUnavailable:
        return None


TAKES_BACK = frozenset({"tablet.back", "tablet.take_back", "tablet.ask_passkey", "tablet.with_passkey", "tablet.leave"})
"""What alone opens, of all pages of staff's, while the tablet is in a participant's hands."""

LENT = 423
"""The status that scripts are answered with then."""


def keep_locked() -> Response | None:
    """Before any page of staff's: while this browser is lent, it leads to where it is taken back. A form that was open
    in another tab is kept for whoever filled it in."""
    if not is_staff_path(request.path) or request.endpoint in TAKES_BACK:
        return None
    # To ask how long a session lives does not prolong it.
    asks = request.endpoint == "staff.session_left" and request.method == "GET"
    try:
        if (lent() if asks else locked()) is None:
            return None
    except DatabaseUnavailable:
        if not is_for_scripts():
            raise
        return Response('{"why":"unavailable"}', 503, RETRY_AFTER, mimetype=JSON)
    by_script = JSON in (request.mimetype, request.accept_mimetypes.best)
    if by_script:
        return Response('{"why":"lent"}', LENT, mimetype=JSON)
    keep_form(locked())
    return redirect(url_for("tablet.back"))


def locked() -> WebSession | None:
    """The session of whoever is signed in, while its device is in a participant's hands."""
    found = signed_in()
    return found.session if found and found.session.lent else None


def session_left() -> int:
    """Template global: how many seconds the session of whoever is signed in lives if they ask for nothing more."""
    return int((current_session().session.ends_at - runtime().clock()).total_seconds())


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
    return Desk(read_runtime(), current_staff(), reader_language())


F = TypeVar("F", bound=Callable[..., Any])


def staff_only(handler: F) -> F:
    """Lets only signed-in staff through; what they may do is the services' business."""

    @functools.wraps(handler)
    def guarded(*arguments: Any, **named: Any) -> Any:
        return _sign_in_first() if signed_in() is None else handler(*arguments, **named)

    return cast(F, guarded)


def recently_verified(handler: F) -> F:
    """Lets only staff through who gave a password or passkey within the last minutes, and asks the others for one: for
    what takes links, contacts or answers away, and for what lets somebody in later. What they sent is kept."""

    @functools.wraps(handler)
    def guarded(*arguments: Any, **named: Any) -> Any:
        found = current_session().session
        if found.recently_verified(runtime().clock()):
            return handler(*arguments, **named)
        if keep_form(found):
            target = url_for("staff.kept")
        elif request.method == "GET":
            target = request.full_path.rstrip("?")
        else:  # Nothing is kept of the forms of one's own account: there it begins anew.
            target = url_for("staff.account")
        return redirect(url_for("staff.verify", next=target))

    return staff_only(cast(F, guarded))


def _sign_in_first() -> Response:
    """To the sign-in page, and from there back: to the page asked for, or to what was sent once the session that it was
    sent in had ended by itself."""
    over: SessionOver | None = g.get("session_over")
    rested = over.session if over and over.standing is not SessionStanding.ENDED else None
    kept = keep_form(rested)
    target = url_for("staff.kept") if kept else request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("staff.login", next=target, rested="kept" if kept else "yes" if rested else None))
