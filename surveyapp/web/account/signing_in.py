"""Staff sign in and out."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import cast
from urllib.parse import urlsplit

from flask import redirect, render_template, request, session, url_for
from flask_babel import lazy_gettext as lazy
from werkzeug.wrappers import Response
from wtforms import EmailField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from surveyapp.domain.errors import InputRefused
from surveyapp.domain.web_sessions import EndedWhy
from surveyapp.services.security import kept_forms, sessions
from surveyapp.services.security.sessions import SignedIn
from surveyapp.services.staff import sign_in
from surveyapp.services.staff.sign_in import Entering, SignInAgain, Step
from surveyapp.web.account.blueprint import staff
from surveyapp.web.shared.incoming import GUESSABLE, StaffForm, limiter
from surveyapp.web.shared.navigation import home_of
from surveyapp.web.shared.qr import qr_picture
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.session import begin, browser, form_token, is_staff_path, token
from surveyapp.web.shared.sign_in import current_session, current_staff, desk, staff_only
from surveyapp.web.shared.words import worded


class LoginForm(StaffForm):
    email = EmailField(lazy("E-mail address"), [InputRequired(lazy("Enter your e-mail address.")), Length(max=254)])
    password = PasswordField(lazy("Password"), [InputRequired(lazy("Enter your password.")), Length(max=500)])


class CodeForm(StaffForm):
    code = StringField(
        lazy("Six-digit code"), [InputRequired(lazy("Enter the six digits that your app shows.")), Length(max=20)]
    )


class PasswordForm(StaffForm):
    current = PasswordField(lazy("Password you have now"), [InputRequired(lazy("Enter the password you have now."))])
    password = PasswordField(lazy("New password"), [InputRequired(lazy("Enter a new password."))])
    again = PasswordField(
        lazy("New password again"),
        [
            InputRequired(lazy("Enter the new password a second time.")),
            EqualTo("password", lazy("The two new passwords are not the same. Enter them again.")),
        ],
    )


@staff.route("/login", methods=["GET", "POST"])
@limiter.limit(GUESSABLE, methods=["POST"])
def login() -> str | Response | tuple[str, int]:
    form = LoginForm()
    if form.validate_on_submit():
        try:
            entering = sign_in.check_password(runtime(), form.email.data or "", form.password.data or "")
        except InputRefused as refused:
            form.password.errors = [worded(refused.sentence)]
        else:
            return _go_on(entering)
    return render_template(
        "account/login.html", form=form, late="late" in request.args, rested=request.args.get("rested")
    ), 422 if form.errors else 200


@staff.route("/code", methods=["GET", "POST"])
@limiter.limit(GUESSABLE, methods=["POST"])
def code() -> str | Response | tuple[str, int]:
    """The second step: a code from the authenticator app."""
    entering = _entering(Step.CODE)
    form = CodeForm()
    if form.validate_on_submit():
        try:
            return _go_on(sign_in.check_code(runtime(), entering, form.code.data or ""))
        except InputRefused as refused:
            form.code.errors = [worded(refused.sentence)]
    return render_template("account/code.html", form=form), 422 if form.errors else 200


@staff.route("/second-factor", methods=["GET", "POST"])
@limiter.limit(GUESSABLE, methods=["POST"])
def second_factor() -> str | Response | tuple[str, int]:
    """The second step, the first time: an authenticator app is given its key."""
    entering = _entering(Step.SET_UP)
    form = CodeForm()
    if form.validate_on_submit():
        try:
            return _go_on(sign_in.set_up(runtime(), entering, session.get("new_key", ""), form.code.data or ""))
        except InputRefused as refused:
            form.code.errors = [worded(refused.sentence)]
    made = (
        sign_in.secret_again(runtime(), entering, session["new_key"])
        if "new_key" in session
        else sign_in.new_secret(runtime(), entering)
    )
    session["new_key"] = made.sealed
    spaced = " ".join(made.key[start : start + 4] for start in range(0, len(made.key), 4))
    page = render_template("account/second_factor.html", form=form, key=spaced, picture=qr_picture(made.uri))
    return page, 422 if form.errors else 200


@staff.route("/new-password", methods=["GET", "POST"])
@limiter.limit(GUESSABLE, methods=["POST"])
def new_password() -> str | Response | tuple[str, int]:
    """The last step for somebody who came with a one-time password."""
    entering = _entering(Step.NEW_PASSWORD)
    form = PasswordForm()
    del form.current
    if form.validate_on_submit():
        try:
            return _go_on(sign_in.choose_password(runtime(), entering, form.password.data or ""))
        except InputRefused as refused:
            form.password.errors = [worded(refused.sentence)]
    return render_template("account/password.html", form=form, own=False), 422 if form.errors else 200


@staff.route("/password", methods=["GET", "POST"])
@limiter.limit(GUESSABLE, methods=["POST"])
@staff_only
def password() -> str | Response | tuple[str, int]:
    """A signed-in person changes their password. Every other session of theirs ends."""
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            began = sign_in.change_password(desk(), form.current.data or "", form.password.data or "", browser())
        except InputRefused as refused:
            form[refused.field or "password"].errors = [worded(refused.sentence)]
        else:
            _sign_in(began)
            return redirect(url_for("staff.password", changed=1))
    page = render_template("account/password.html", form=form, own=True, changed="changed" in request.args)
    return page, 422 if form.errors else 200


_PAGES = {Step.CODE: "staff.code", Step.SET_UP: "staff.second_factor", Step.NEW_PASSWORD: "staff.new_password"}


def _go_on(entering: Entering) -> Response:
    """To the next step of signing in or, after the last, to where they were going. A fresh session either way."""
    target = _own_page(request.args.get("next"))
    following = sign_in.step(runtime(), entering)
    before = _before()
    if following is not Step.DONE:
        if known := token():
            sessions.end(runtime(), known, EndedWhy.REPLACED)
        session.clear()
        if before:
            session[BEFORE] = before
        session["entering"] = [
            str(entering.staff_id),
            entering.mark,
            entering.at.isoformat(),
            entering.code_given,
        ]
        return redirect(url_for(_PAGES[following], next=target))
    began = sign_in.finish(runtime(), entering, browser())
    _sign_in(began, before)
    if kept_forms.of_session(runtime(), began.session):
        return redirect(url_for("staff.kept"))
    return redirect(target or home_of(began.staff))


BEFORE = "before"
"""In the cookie while somebody signs in: whose session in this browser ended by itself, and the token of its forms."""


def _before() -> list[str] | None:
    if BEFORE in session:
        return cast(list[str], session[BEFORE])
    known, forms = token(), form_token()
    rested = sessions.rested(runtime(), known) if known and forms else None
    return [str(rested.staff_id), str(forms)] if rested else None


def _entering(expected: Step) -> Entering:
    """Who is signing in, if this is the step they are at. Raises SignInAgain."""
    try:
        staff_id, mark, at, code_given = session["entering"]
    except KeyError:
        raise SignInAgain from None
    entering = Entering(uuid.UUID(staff_id), mark, dt.datetime.fromisoformat(at), code_given)
    if sign_in.step(runtime(), entering) is not expected:
        raise SignInAgain
    return entering


def _sign_in(began: SignedIn, before: list[str] | None = None) -> None:
    """Gives the browser the session that has begun. Pages that the same person has open can still be sent."""
    same = before is not None and before[0] == str(began.staff.id)
    begin(began.token, session.get("language"), before[1] if before and same else None)


class VerifyForm(StaffForm):
    password = PasswordField(lazy("Password"), [InputRequired(lazy("Enter your password.")), Length(max=500)])


@staff.route("/verify", methods=["GET", "POST"])
@staff_only
def verify() -> str | Response | tuple[str, int]:
    """Somebody who is signed in shows again that it is they, before what is about many people leaves."""
    form = VerifyForm()
    if form.validate_on_submit():
        try:
            sign_in.verify(desk(), current_session().session, form.password.data or "")
        except InputRefused as refused:
            form.password.errors = [worded(refused.sentence)]
        else:
            return redirect(_own_page(request.args.get("next")) or home_of(current_staff()))
    return render_template("account/verify.html", form=form), 422 if form.errors else 200


@staff.errorhandler(SignInAgain)
def _from_the_beginning(_error: SignInAgain) -> Response:
    late = 1 if session.pop("entering", None) else None
    session.pop("new_key", None)
    return redirect(url_for("staff.login", late=late, next=_own_page(request.args.get("next"))))


@staff.post("/logout")
@staff_only
def logout() -> Response:
    began = current_session()
    sessions.end(runtime(), began.token, EndedWhy.SIGNED_OUT, began.staff)
    session.clear()
    return redirect(url_for("staff.login"))


@staff.get("")
@staff_only
def home() -> Response:
    return redirect(home_of(current_staff()))


@staff.get("/nothing")
@staff_only
def nothing() -> str:
    """For somebody whom nobody has given a role yet."""
    return render_template("account/nothing.html")


def _own_page(target: str | None) -> str | None:
    """A staff page of this site to go on to; anything else is not followed. Browsers drop tabs and line ends from an
    address and read a backslash as a slash, so an address with one is not taken for a path."""
    if not target or not target.isprintable() or "\\" in target:
        return None
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc and is_staff_path(parts.path) else None
