"""Who is signed in, for the pages of everybody who does."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import redirect, request, url_for
from flask_login import LoginManager, UserMixin, current_user, login_required
from werkzeug.wrappers import Response

from surveyapp.domain.staff import Staff
from surveyapp.services.staff import sign_in
from surveyapp.services.work import Desk
from surveyapp.web.shared.language import reader_language
from surveyapp.web.shared.runtime import runtime

manager = LoginManager()
manager.login_view = "staff.login"
manager.session_protection = "strong"


class SignedIn(UserMixin):
    """A staff member, as Flask-Login wants them. Their key changes with their password, which ends other sessions."""

    def __init__(self, member: Staff) -> None:
        self.member = member
        self.id = f"{member.id}:{member.session_version}"


@manager.user_loader  # type: ignore[untyped-decorator]
def _load(key: str) -> SignedIn | None:
    staff_id, _, version = key.partition(":")
    found = sign_in.staff_of_session(runtime(), uuid.UUID(staff_id), int(version))
    return SignedIn(found) if found else None


@manager.unauthorized_handler  # type: ignore[untyped-decorator]
def _sign_in_first() -> Response:
    target = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("staff.login", next=target))


def current_staff() -> Staff:
    """Who is signed in. Only in handlers under `staff_only`."""
    return cast(SignedIn, current_user).member


def desk() -> Desk:
    """Where whoever is signed in acts from, reading the language of the page. Only in handlers under `staff_only`."""
    return Desk(runtime(), current_staff(), reader_language())


F = TypeVar("F", bound=Callable[..., Any])


def staff_only(handler: F) -> F:
    """Lets only signed-in staff through; what they may do is the services' business."""
    return cast(F, login_required(functools.wraps(handler)(handler)))
