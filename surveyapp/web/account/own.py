"""One's own account, once one is in: the password, and what else one signs in with."""

from __future__ import annotations

import uuid

from flask import redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from surveyapp.domain.errors import InputRefused
from surveyapp.services.staff import own_account, sign_in
from surveyapp.web.account import passkey_forms
from surveyapp.web.account.blueprint import staff
from surveyapp.web.account.forms import CodeForm, PasskeyForm, PasswordForm
from surveyapp.web.account.passkey_forms import challenge_answered, passkeys_at
from surveyapp.web.account.signing_in import app_page
from surveyapp.web.account.steps import give_session
from surveyapp.web.shared.incoming import StaffForm
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.session import browser
from surveyapp.web.shared.sign_in import current_staff, desk, recently_verified, staff_only
from surveyapp.web.shared.words import worded


@staff.get("/account")
@recently_verified
def account() -> Reply:
    return _page(PasskeyForm(formdata=None))


def _page(form: PasskeyForm) -> Reply:
    page = render_template(
        "account/own.html",
        form=form,
        ways=own_account.ways_in(desk()),
        passkeys_at=passkeys_at(),
        provider=runtime().settings.provider,
        recovered="recovered" in request.args,
        done=request.args.get("done"),
    )
    return page, 422 if form.errors else 200


def _back(done: str) -> Response:
    return redirect(url_for("staff.account", done=done))


@staff.post("/account/passkeys/ask")
@recently_verified
def ask_own_passkey() -> Response:
    return passkey_forms.ask(own_account.ask_for_passkey(desk()))


@staff.post("/account/passkeys")
@recently_verified
def add_passkey() -> Reply:
    form = PasskeyForm()
    try:
        own_account.add_passkey(desk(), challenge_answered(), form.answer.data or "", form.name.data or "")
    except InputRefused as refused:
        form.name.errors = [worded(refused.sentence)]
        return _page(form)
    return _back("passkey_added")


@staff.post("/account/passkeys/<uuid:passkey_id>/remove")
@recently_verified
def remove_passkey(passkey_id: uuid.UUID) -> Response:
    own_account.remove_passkey(desk(), passkey_id)
    return _back("passkey_removed")


@staff.route("/account/app", methods=["GET", "POST"])
@recently_verified
def app() -> Reply:
    """An authenticator app is given its key, in place of the one there may be."""
    form = CodeForm()
    if form.validate_on_submit():
        try:
            own_account.set_up_app(desk(), session.get("new_key", ""), form.code.data or "")
        except InputRefused as refused:
            form.code.errors = [worded(refused.sentence)]
        else:
            session.pop("new_key", None)
            return _back("app_set_up")
    kept = session.get("new_key") if form.errors else None
    made = own_account.app_again(desk(), kept) if kept else own_account.new_app(desk())
    return app_page("account/app.html", made, form), 422 if form.errors else 200


@staff.post("/account/app/remove")
@recently_verified
def remove_app() -> Response:
    own_account.remove_app(desk())
    return _back("app_removed")


@staff.post("/account/recovery-codes")
@recently_verified
def new_recovery_codes() -> Reply:
    """Ten new ones, on this one page."""
    codes = own_account.new_recovery_codes(desk())
    return render_template("account/recovery_codes.html", form=StaffForm(formdata=None), codes=codes, on=None)


@staff.route("/password", methods=["GET", "POST"])
@staff_only
def password() -> Reply:
    """A signed-in person changes their password. Every other session of theirs ends."""
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            began = sign_in.change_password(desk(), form.current.data or "", form.password.data or "", browser())
        except InputRefused as refused:
            form[refused.field or "password"].errors = [worded(refused.sentence)]
        else:
            give_session(began)
            return redirect(url_for("staff.password", changed=1))
    page = render_template(
        "account/password.html",
        form=form,
        own=True,
        email=current_staff().email,
        changed="changed" in request.args,
    )
    return page, 422 if form.errors else 200
