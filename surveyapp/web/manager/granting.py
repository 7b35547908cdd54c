"""Who may: who has which role in a study at which site, given and taken, with a purpose."""

from __future__ import annotations

import uuid

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from wtforms import BooleanField, EmailField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from surveyapp.domain.errors import InputRefused, NotFound
from surveyapp.domain.staff import Role
from surveyapp.services.staff import granting
from surveyapp.services.staff.granting import WhoMay
from surveyapp.web.manager.blueprint import manager, page
from surveyapp.web.shared.incoming import StaffForm
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.sign_in import desk, staff_only
from surveyapp.web.shared.words import ROLES, worded


class GrantForm(StaffForm):
    """A role for somebody who has an account."""

    email = EmailField(lazy("E-mail address of their account"), [InputRequired(lazy("Enter their e-mail address."))])
    role = SelectField(lazy("Role"), validate_choice=False)
    site = SelectField(lazy("Where"), validate_choice=False)
    releases_only = BooleanField(lazy("An evaluator who sees releases only"))
    purpose = StringField(lazy("What for"), [InputRequired(lazy("Say what they need the role for."))])

    def __init__(self, may: WhoMay) -> None:
        super().__init__()
        self.role.choices = [SelectChoice(role.value, str(ROLES[role])) for role in may.roles]
        whole = [SelectChoice("", _("The whole study"))] if may.whole else []
        self.site.choices = whole + [SelectChoice(each.reference, each.name) for each in may.sites]


@manager.route("/<study_id>/who-may", methods=["GET", "POST"])
@staff_only
def who_may(study_id: str) -> Reply:
    """Who has which role, and giving one."""
    found = granting.who_may(desk(), study_id)
    form = GrantForm(found)
    if form.validate_on_submit():
        role = next((each for each in found.roles if each.value == form.role.data), None)
        if role is None:
            form.role.errors = [_("Choose one of the roles.")]
            return page("who_may", form, may=found)
        try:
            given = granting.grant(
                desk(),
                form.email.data or "",
                study_id,
                role,
                form.site.data or None,
                true_counts=not (role is Role.EVALUATOR and form.releases_only.data),
                purpose=form.purpose.data,
            )
        except NotFound as missing:
            form.email.errors = [_no_account(missing)]
        except InputRefused as refused:
            name = {"site": "site", "purpose": "purpose"}.get(refused.field or "", "role")
            form[name].errors = [worded(refused.sentence)]
        else:
            flash(_("They have the role. They sign in again.") if given else _("They had just this already."))
            return redirect(url_for("manager.who_may", study_id=study_id))
    return page("who_may", form, may=found)


def _no_account(missing: NotFound) -> str:
    if missing.sentence.code == "no_account":
        return _("Nobody has an account with this address. An administrator can invite them.")
    return worded(missing.sentence)


@manager.post("/<study_id>/who-may/take")
@staff_only
def take_role(study_id: str) -> Reply:
    """Takes one role of somebody away."""
    said = request.form
    try:
        member, role = uuid.UUID(said.get("member", "")), Role(said.get("role", ""))
    except ValueError:
        abort(404)
    try:
        granting.revoke(
            desk(), member, study_id, role, grants=[(role, said.get("site") or None)], purpose=said.get("purpose")
        )
    except InputRefused as refused:
        flash(worded(refused.sentence))
    else:
        flash(_("The role is taken away. Their sessions have ended."))
    return redirect(url_for("manager.who_may", study_id=study_id))
