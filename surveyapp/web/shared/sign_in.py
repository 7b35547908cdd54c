"""Staff sign in and out."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user, logout_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired, Length

from surveyapp.domain.errors import InputRefused
from surveyapp.domain.staff import Action, Staff
from surveyapp.services import signing_in
from surveyapp.web.shared.limits import GUESSABLE, limiter
from surveyapp.web.shared.runtime import runtime

staff = Blueprint("staff", __name__, url_prefix="/staff")
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
    found = signing_in.staff_of_session(runtime(), uuid.UUID(staff_id), int(version))
    return SignedIn(found) if found else None


@manager.unauthorized_handler  # type: ignore[untyped-decorator]
def _sign_in_first() -> Response:
    target = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("staff.login", next=target))


def current_staff() -> Staff:
    """Who is signed in. Only in handlers under `staff_only`."""
    return cast(SignedIn, current_user).member


F = TypeVar("F", bound=Callable[..., Any])


def staff_only(handler: F) -> F:
    """Lets only signed-in staff through; what they may do is the services' business."""
    return cast(F, login_required(functools.wraps(handler)(handler)))


class LoginForm(FlaskForm):
    email = EmailField(lazy("E-mail address"), [InputRequired(lazy("Enter your e-mail address.")), Length(max=254)])
    password = PasswordField(lazy("Password"), [InputRequired(lazy("Enter your password.")), Length(max=500)])


@staff.route("/login", methods=["GET", "POST"])
@limiter.limit(GUESSABLE, methods=["POST"])
def login() -> str | Response | tuple[str, int]:
    form = LoginForm()
    if form.validate_on_submit():
        try:
            member = signing_in.check_password(runtime(), form.email.data or "", form.password.data or "")
        except InputRefused:
            form.password.errors = [_("The e-mail address or the password is not right. Check both and try again.")]
        else:
            session.clear()
            login_user(SignedIn(member))
            session.permanent = True
            return redirect(_own_page(request.args.get("next")) or home_of(member))
    return render_template("shared/login.html", form=form), 422 if form.errors else 200


@staff.post("/logout")
@staff_only
def logout() -> Response:
    logout_user()
    session.clear()
    return redirect(url_for("staff.login"))


@staff.get("")
@staff_only
def home() -> Response:
    return redirect(home_of(current_staff()))


def home_of(member: Staff) -> str:
    """The page a staff member's work begins on."""
    for action, endpoint in ((Action.MANAGE_PARTICIPANTS, "manager.participants"), (Action.INTERVIEW, "interviewer.queue"),
                             (Action.SEE_RESULTS, "evaluator.overview")):
        for study in member.studies(action):
            return url_for(endpoint, **({} if endpoint == "interviewer.queue" else {"study_id": study}))
    return url_for("staff.nothing")


@staff.get("/nothing")
@staff_only
def nothing() -> str:
    """For somebody whom nobody has given a role yet."""
    return render_template("shared/nothing.html")


def _own_page(target: str | None) -> str | None:
    """A path on this site to go on to; anything else is not followed."""
    return target if target and target.startswith("/") and not target.startswith(("//", "/\\")) else None
