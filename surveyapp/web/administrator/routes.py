"""Accounts: who has one, inviting somebody, ending sessions, and letting a lost second factor go."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from wtforms import EmailField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from surveyapp.domain.errors import InputRefused
from surveyapp.domain.staff import MAY_BE_OF_ALL, OF_THE_INSTALLATION, Role
from surveyapp.services.programs import tokens
from surveyapp.services.staff import accounts, granting
from surveyapp.services.staff.invitations import HOURS
from surveyapp.services.work import Desk
from surveyapp.web.shared.incoming import StaffForm
from surveyapp.web.shared.language import staff_study
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.sign_in import current_staff, desk, staff_only
from surveyapp.web.shared.words import PROGRAM_SCOPES, ROLES, worded

administrator = Blueprint("administrator", __name__, url_prefix="/accounts", template_folder="templates")

ACTS: dict[str, tuple[Callable[[Desk, uuid.UUID], object], LazyString]] = {
    "deactivate": (lambda at, who: accounts.set_active(at, who, False), lazy("They can no longer sign in.")),
    "activate": (lambda at, who: accounts.set_active(at, who, True), lazy("They can sign in again.")),
    "end_sessions": (accounts.end_sessions, lazy("Every session of theirs has ended.")),
    "reset_second_factor": (
        accounts.reset_second_factor,
        lazy("They set up a second factor at the next sign-in."),
    ),
}
"""What an administrator does to an account, and what is said then."""


class InviteForm(StaffForm):
    """Somebody new, and the role they begin with."""

    email = EmailField(lazy("E-mail address"), [InputRequired(lazy("Enter their e-mail address.")), Length(max=254)])
    name = StringField(lazy("Name"), [Length(max=200)])
    role = SelectField(lazy("Role"), validate_choice=False)
    study = SelectField(lazy("Study"), validate_choice=False)

    def __init__(self) -> None:
        super().__init__()
        self.role.choices = [SelectChoice(role.value, str(words)) for role, words in ROLES.items()]
        self.study.choices = [
            SelectChoice("", _("The whole installation")),
            *(SelectChoice(each, str(staff_study(each).title)) for each in sorted(runtime().studies)),
        ]


class RoleForm(StaffForm):
    """A role in the whole installation."""

    role = SelectField(lazy("Role"), validate_choice=False)
    purpose = StringField(lazy("What for"), [InputRequired(lazy("Say what they need the role for."))])

    def __init__(self) -> None:
        super().__init__()
        self.role.choices = [SelectChoice(role.value, str(ROLES[role])) for role in Role if role in MAY_BE_OF_ALL]


@administrator.get("")
@staff_only
def all_accounts() -> Reply:
    """Everybody who has an account."""
    return render_template("administrator/accounts.html", accounts=accounts.users(desk()), title_of=_title)


@administrator.route("/invite", methods=["GET", "POST"])
@staff_only
def invite() -> Reply:
    """Makes an account. The link by which they choose their password is shown this once."""
    accounts.check_holds(desk())
    form = InviteForm()
    if form.validate_on_submit():
        role, study = _role(form.role.data), form.study.data or None
        try:
            added = accounts.add_user(
                desk(),
                form.email.data or "",
                form.name.data or None,
                [role],
                None if role in OF_THE_INSTALLATION else study,
            )
        except InputRefused as refused:
            fields = {"email": form.email, "study": form.study}
            fields.get(refused.field or "", form.role).errors = [_refusal(refused)]
        else:
            if added.link is None:
                flash(_("They had an account already, and have the role now."))
                return redirect(url_for("administrator.account", staff_id=added.staff.id))
            return render_template("administrator/invited.html", added=added, hours=HOURS)
    return render_template("administrator/invite.html", form=form), 422 if form.errors else 200


@administrator.route("/<uuid:staff_id>", methods=["GET", "POST"])
@staff_only
def account(staff_id: uuid.UUID) -> Reply:
    """One account, its roles, and giving one in the whole installation."""
    found = accounts.account(desk(), staff_id)
    form = RoleForm()
    if form.validate_on_submit():
        try:
            granting.grant(desk(), staff_id, None, _role(form.role.data), purpose=form.purpose.data)
        except InputRefused as refused:
            form[refused.field if refused.field == "purpose" else "role"].errors = [_refusal(refused)]
        else:
            flash(_("They have the role. They sign in again."))
            return redirect(url_for("administrator.account", staff_id=staff_id))
    page = render_template(
        "administrator/account.html",
        account=found,
        tokens=tokens.of_account(desk(), staff_id),
        scope_words=PROGRAM_SCOPES,
        form=form,
        title_of=_title,
        own=found.staff.id == current_staff().id,
    )
    return page, 422 if form.errors else 200


@administrator.post("/<uuid:staff_id>/act")
@staff_only
def act(staff_id: uuid.UUID) -> Reply:
    """Lets somebody in or no longer, ends their sessions, or lets a lost second factor go."""
    wanted = ACTS.get(request.form.get("act", ""))
    if wanted is None:
        abort(404)
    does, said = wanted
    does(desk(), staff_id)
    flash(said)
    return redirect(url_for("administrator.account", staff_id=staff_id))


@administrator.post("/<uuid:staff_id>/tokens/<uuid:token_id>/end")
@staff_only
def end_token(staff_id: uuid.UUID, token_id: uuid.UUID) -> Reply:
    """Ends a token by which programs read in somebody's name."""
    tokens.end_of_account(desk(), staff_id, token_id)
    flash(_("The token has ended. Programs read nothing with it any more."))
    return redirect(url_for("administrator.account", staff_id=staff_id))


@administrator.post("/<uuid:staff_id>/take")
@staff_only
def take_role(staff_id: uuid.UUID) -> Reply:
    """Takes a role in the whole installation away."""
    try:
        granting.revoke(desk(), staff_id, None, _role(request.form.get("role")), purpose=request.form.get("purpose"))
    except InputRefused as refused:
        flash(worded(refused.sentence))
    else:
        flash(_("The role is taken away. Their sessions have ended."))
    return redirect(url_for("administrator.account", staff_id=staff_id))


def _role(written: str | None) -> Role:
    try:
        return Role(written)
    except ValueError:
        abort(404)


def _title(study_id: str) -> object:
    """What a study is called; its own name where it is no longer served."""
    return staff_study(study_id).title if study_id in runtime().studies else study_id


def _refusal(refused: InputRefused) -> str:
    if refused.sentence.code == "role_of_a_study":
        return _("This role is of one study: choose which.")
    if refused.sentence.code == "address_unusable":
        return _("This is not an e-mail address.")
    return worded(refused.sentence)
