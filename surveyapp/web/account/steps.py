"""The steps of signing in, between one page and the next."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import cast
from urllib.parse import urlsplit

from flask import redirect, request, session, url_for
from werkzeug.wrappers import Response

from surveyapp.domain.errors import SignInAgain
from surveyapp.domain.web_sessions import EndedWhy
from surveyapp.services.security import kept_forms, sessions
from surveyapp.services.security.sessions import SignedIn
from surveyapp.services.staff import sign_in
from surveyapp.services.staff.sign_in import Entering, SignInWay, Step
from surveyapp.web.account.blueprint import staff
from surveyapp.web.shared.navigation import home_of
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.session import begin, browser, form_token, is_staff_path, token

_PAGES = {
    Step.SECOND_FACTOR: "staff.code",
    Step.SET_UP: "staff.second_factor",
    Step.RECOVERY_CODES: "staff.keep_recovery_codes",
}


def go_on(entering: Entering, to: str | None = None) -> Response:
    """To the next step of signing in or, after the last, to where they were going (`to`, or what the address says). A
    fresh session either way."""
    target = to or own_page(request.args.get("next"))
    following = sign_in.step(runtime(), entering)
    before = _before()
    if following is not Step.DONE:
        if known := token():
            sessions.end(runtime(), known, EndedWhy.REPLACED)
        language = session.get("language")
        session.clear()
        if language is not None:
            session["language"] = language
        if before:
            session[BEFORE] = before
        session["entering"] = [
            str(entering.staff_id),
            entering.mark,
            entering.at.isoformat(),
            entering.factor_given,
            [each.value for each in entering.ways],
        ]
        return redirect(url_for(_PAGES[following], next=target))
    began = sign_in.finish(runtime(), entering, browser())
    give_session(began, before)
    if kept_forms.of_session(runtime(), began.session):
        return redirect(url_for("staff.kept"))
    if SignInWay.RECOVERY_CODE in entering.ways:
        return redirect(url_for("staff.account", recovered=1))
    return redirect(target or home_of(began.staff))


BEFORE = "before"
"""In the cookie while somebody signs in: whose session in this browser ended by itself, and the token of its forms."""


def _before() -> list[str] | None:
    if BEFORE in session:
        return cast(list[str], session[BEFORE])
    known, forms = token(), form_token()
    rested = sessions.rested(runtime(), known) if known and forms else None
    return [str(rested.staff_id), str(forms)] if rested else None


def entering_at(*expected: Step) -> Entering:
    """Who is signing in, if this is the step they are at. Raises SignInAgain."""
    try:
        staff_id, mark, at, factor_given, ways = session["entering"]
    except (KeyError, ValueError):
        raise SignInAgain from None
    entering = Entering(
        staff_id=uuid.UUID(staff_id),
        mark=mark,
        at=dt.datetime.fromisoformat(at),
        factor_given=factor_given,
        ways=tuple(SignInWay(each) for each in ways),
    )
    if sign_in.step(runtime(), entering) not in expected:
        raise SignInAgain
    return entering


def give_session(began: SignedIn, before: list[str] | None = None) -> None:
    """Gives the browser the session that has begun. Pages that the same person has open can still be sent."""
    same = before is not None and before[0] == str(began.staff.id)
    begin(began.token, session.get("language"), before[1] if before and same else None)


@staff.errorhandler(SignInAgain)
def _from_the_beginning(_error: SignInAgain) -> Response:
    late = 1 if session.pop("entering", None) else None
    session.pop("new_key", None)
    return redirect(url_for("staff.login", late=late, next=own_page(request.args.get("next"))))


def own_page(target: str | None) -> str | None:
    """A staff page of this site to go on to; anything else is not followed. Browsers drop tabs and line ends from an
    address and read a backslash as a slash, so an address with one is not taken for a path."""
    if not target or not target.isprintable() or "\\" in target:
        return None
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc and is_staff_path(parts.path) else None
