"""Staff sign in and out."""

from __future__ import annotations

from flask import make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from surveyapp.domain.errors import InputRefused
from surveyapp.domain.web_sessions import EndedWhy
from surveyapp.reports.drawing.qr import qr_picture
from surveyapp.services.security import guesses, sessions
from surveyapp.services.security.guesses import TooManyGuesses
from surveyapp.services.staff import by_passkey, own_account, sign_in
from surveyapp.services.staff.sign_in import Step
from surveyapp.services.staff.totp import NewSecret
from surveyapp.web.account import passkey_forms
from surveyapp.web.account.blueprint import staff
from surveyapp.web.account.forms import CodeForm, LoginForm, PasskeyForm, RecoveryForm, VerifyForm
from surveyapp.web.account.passkey_forms import challenge_answered, passkeys_at
from surveyapp.web.account.steps import entering_at, go_on, own_page
from surveyapp.web.shared.incoming import StaffForm
from surveyapp.web.shared.navigation import home_of
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.session import TOKEN, browser
from surveyapp.web.shared.sign_in import current_session, current_staff, desk, staff_only
from surveyapp.web.shared.words import worded


@staff.route("/login", methods=["GET", "POST"])
def login() -> Reply:
    form = LoginForm()
    if form.validate_on_submit():
        try:
            entering = sign_in.check_password(runtime(), form.email.data or "", form.password.data or "", browser())
        except InputRefused as refused:
            form.password.errors = [worded(refused.sentence)]
        else:
            return go_on(entering)
    return login_page(form)


def login_page(form: LoginForm) -> Reply:
    """The page that asks who it is."""
    page = render_template(
        "account/login.html",
        form=form,
        late="late" in request.args,
        rested=request.args.get("rested"),
        passkeys_at=passkeys_at(),
        provider=runtime().settings.provider,
    )
    return page, 422 if form.errors else 200


@staff.post("/passkey/ask")
def ask_passkey() -> Response:
    return passkey_forms.ask(by_passkey.ask_to_sign_in(runtime()))


@staff.post("/passkey")
def passkey() -> Reply:
    """A passkey alone: what somebody has, and what they know or are."""
    answered = PasskeyForm()
    try:
        return go_on(by_passkey.enter(runtime(), challenge_answered(), answered.answer.data or ""))
    except InputRefused as refused:
        form = LoginForm(formdata=None)
        form.form_errors = [worded(refused.sentence)]
        return login_page(form)


@staff.route("/code", methods=["GET", "POST"])
def code() -> Reply:
    """The second step: a code from the authenticator app, or a passkey."""
    entering = entering_at(Step.SECOND_FACTOR)
    form = CodeForm()
    if form.validate_on_submit():
        try:
            return go_on(sign_in.check_code(runtime(), entering, form.code.data or "", browser()))
        except InputRefused as refused:
            form.code.errors = [worded(refused.sentence)]
    return _code_page(form)


def _code_page(form: CodeForm) -> Reply:
    found = sign_in.factors(runtime(), entering_at(Step.SECOND_FACTOR))
    page = render_template(
        "account/code.html",
        form=form,
        app=found.totp is not None,
        passkeys=found.passkeys,
        passkeys_at=passkeys_at(),
        codes=found.recovery_codes,
    )
    return page, 422 if form.errors else 200


@staff.post("/code/passkey/ask")
def ask_passkey_after_password() -> Response:
    return passkey_forms.ask(by_passkey.ask_after_password(runtime(), entering_at(Step.SECOND_FACTOR)))


@staff.post("/code/passkey")
def passkey_after_password() -> Reply:
    entering = entering_at(Step.SECOND_FACTOR)
    answered = PasskeyForm()
    try:
        return go_on(by_passkey.give(runtime(), entering, challenge_answered(), answered.answer.data or ""))
    except InputRefused as refused:
        form = CodeForm(formdata=None)
        form.form_errors = [worded(refused.sentence)]
        return _code_page(form)


@staff.route("/recovery", methods=["GET", "POST"])
def recovery() -> Reply:
    """The second step, for whoever has neither phone nor passkey at hand."""
    entering = entering_at(Step.SECOND_FACTOR)
    form = RecoveryForm()
    if form.validate_on_submit():
        try:
            return go_on(sign_in.check_recovery_code(runtime(), entering, form.code.data or "", browser()))
        except InputRefused as refused:
            form.code.errors = [worded(refused.sentence)]
    return render_template("account/recovery.html", form=form), 422 if form.errors else 200


@staff.route("/second-factor", methods=["GET", "POST"])
def second_factor() -> Reply:
    """The second step, the first time: an authenticator app is given its key, or a passkey is made."""
    entering = entering_at(Step.SET_UP)
    form = CodeForm()
    if form.validate_on_submit():
        try:
            return go_on(sign_in.set_up(runtime(), entering, session.get("new_key", ""), form.code.data or ""))
        except InputRefused as refused:
            form.code.errors = [worded(refused.sentence)]
    return _set_up_page(form, PasskeyForm(formdata=None))


def _set_up_page(form: CodeForm, passkey_form: PasskeyForm) -> Reply:
    entering = entering_at(Step.SET_UP)
    made = (
        sign_in.secret_again(runtime(), entering, session["new_key"])
        if "new_key" in session
        else sign_in.new_secret(runtime(), entering)
    )
    page = app_page("account/second_factor.html", made, form, passkey_form_=passkey_form, passkeys_at=passkeys_at())
    return page, 422 if form.errors or passkey_form.errors else 200


def app_page(template: str, made: NewSecret, form: StaffForm, **more: object) -> str:
    """A page that hands a key to an authenticator app; the key is kept, sealed, until a code comes back."""
    session["new_key"] = made.sealed
    spaced = " ".join(made.key[start : start + 4] for start in range(0, len(made.key), 4))
    return render_template(template, form=form, key=spaced, picture=qr_picture(made.uri), **more)


@staff.post("/second-factor/passkey/ask")
def ask_first_passkey() -> Response:
    return passkey_forms.ask(by_passkey.ask_to_set_up(runtime(), entering_at(Step.SET_UP)))


@staff.post("/second-factor/passkey")
def first_passkey() -> Reply:
    entering = entering_at(Step.SET_UP)
    form = PasskeyForm()
    try:
        return go_on(
            by_passkey.set_up(runtime(), entering, challenge_answered(), form.answer.data or "", form.name.data or "")
        )
    except InputRefused as refused:
        form.name.errors = [worded(refused.sentence)]
    return _set_up_page(CodeForm(formdata=None), form)


@staff.route("/recovery-codes", methods=["GET", "POST"])
def keep_recovery_codes() -> Reply:
    """The last step for somebody who has none: ten codes, shown once."""
    entering = entering_at(Step.RECOVERY_CODES)
    form = StaffForm()
    codes = sign_in.make_recovery_codes(runtime(), entering) if form.validate_on_submit() else ()
    on = url_for("staff.go_on_from_codes", next=request.args.get("next"))
    return render_template("account/recovery_codes.html", form=form, codes=codes, on=on)


@staff.post("/recovery-codes/kept")
def go_on_from_codes() -> Response:
    return go_on(entering_at(Step.DONE))


@staff.route("/verify", methods=["GET", "POST"])
@staff_only
def verify() -> Reply:
    """Somebody who is signed in shows again that it is they, before what is about many people leaves."""
    form = VerifyForm()
    if form.validate_on_submit():
        try:
            return _verified(sign_in.verify(desk(), current_session().session, form.password.data or "", browser()))
        except InputRefused as refused:
            form.password.errors = [worded(refused.sentence)]
    return _verify_page(form)


@staff.post("/verify/passkey/ask")
@staff_only
def ask_passkey_again() -> Response:
    return passkey_forms.ask(by_passkey.ask_again(desk()))


@staff.post("/verify/passkey")
@staff_only
def verify_by_passkey() -> Reply:
    answered = PasskeyForm()
    try:
        given = answered.answer.data or ""
        return _verified(by_passkey.verify(desk(), current_session().session, challenge_answered(), given))
    except InputRefused as refused:
        form = VerifyForm(formdata=None)
        form.form_errors = [worded(refused.sentence)]
        return _verify_page(form)


def _verify_page(form: VerifyForm) -> Reply:
    """Offers what they have: a password, passkeys, the provider that let them in."""
    page = render_template(
        "account/verify.html",
        form=form,
        ways=own_account.ways_in(desk()),
        passkeys_at=passkeys_at(),
        provider=runtime().settings.provider,
    )
    return page, 422 if form.errors else 200


def _verified(token: str) -> Response:
    session[TOKEN] = token
    return redirect(own_page(request.args.get("next")) or home_of(current_staff()))


@staff.errorhandler(TooManyGuesses)
def _wait(error: TooManyGuesses) -> Response:
    """What was tried is not looked at. The page says for how long."""
    guesses.refused_unseen(runtime())
    minutes = -(-error.seconds // 60)
    sentence = ngettext(
        "Too many passwords or codes were wrong, of this account or from where you are. Wait %(num)s minute, then try "
        "again. A passkey works at once, and so does a browser in which you signed in before.",
        "Too many passwords or codes were wrong, of this account or from where you are. Wait %(num)s minutes, then try "
        "again. A passkey works at once, and so does a browser in which you signed in before.",
        minutes,
    )
    page = render_template("shared/error_staff.html", title=_("Too many tries"), sentence=sentence, typed=())
    return make_response(page, 429, {"Retry-After": str(error.seconds)})


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
