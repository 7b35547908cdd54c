"""Tokens of one's own, by which programs read; and the page that tells what programs can ask for."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from flask_babel import ngettext
from markupsafe import Markup
from werkzeug.wrappers import Response
from wtforms import HiddenField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from surveyapp.domain.errors import FieldsRefused
from surveyapp.domain.programs.tokens import CALLS, LIFETIMES, LONGEST_NAME
from surveyapp.services.programs import tokens
from surveyapp.services.programs.tokens import MadeToken
from surveyapp.web.programs.operations import AT, OPERATIONS
from surveyapp.web.shared.incoming import StaffForm
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.sign_in import current_staff, desk, recently_verified, staff_only
from surveyapp.web.shared.words import PROGRAM_SCOPES, worded

tokens_of_staff = Blueprint("tokens", __name__, url_prefix="/staff/programs", template_folder="templates")

USUAL_DAYS = 90


@tokens_of_staff.app_template_filter()
def inline_code(text: str) -> Markup:
    """Template filter: what stands between backticks is code."""
    parts = str(text).split("`")
    return Markup("").join(
        Markup('<code dir="ltr">{}</code>').format(part) if place % 2 else Markup("{}").format(part)
        for place, part in enumerate(parts)
    )


def _days(sent: object) -> int:
    """How many days were chosen; 0, which nobody can choose, for anything else."""
    return int(str(sent)) if str(sent) in map(str, LIFETIMES) else 0


class TokenForm(StaffForm):
    """A new token: for which program, what it reads, and for how long."""

    asked_as = HiddenField(default=lambda: str(uuid.uuid4()))
    name = StringField(lazy("Which program"))
    scopes = SelectMultipleField(
        lazy("What it may read"),
        validate_choice=False,
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    purpose = StringField(lazy("What single answers are read for"))
    days = SelectField(lazy("How long it lasts"), coerce=_days, validate_choice=False, default=USUAL_DAYS)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.scopes.choices = [(each.value, str(PROGRAM_SCOPES[each])) for each in tokens.can_have(current_staff())]
        self.days.choices = [SelectChoice(days, ngettext("%(num)s day", "%(num)s days", days)) for days in LIFETIMES]


@tokens_of_staff.route("", methods=["GET", "POST"])
@recently_verified
def own() -> Reply:
    """One's tokens, and making one. It is shown this once."""
    form = TokenForm()
    if form.validate_on_submit():
        try:
            made = tokens.make(
                desk(),
                form.name.data or "",
                form.scopes.data or (),
                form.days.data,
                form.purpose.data or "",
                asked_as=_key(form.asked_as.data),
            )
        except FieldsRefused as refused:
            for fault in refused.faults:
                form[fault.field].errors = [worded(fault.sentence)]
        else:
            return _page(TokenForm(formdata=None), made)
    return _page(form)


def _key(sent: str | None) -> uuid.UUID | None:
    """The key that a form was sent under; None where there is none, as from a program."""
    try:
        return uuid.UUID(sent or "")
    except ValueError:
        return None


def _page(form: TokenForm, made: MadeToken | None = None) -> Reply:
    page = render_template(
        "programs/tokens.html",
        form=form,
        made=made,
        found=tokens.own(desk()),
        most=LONGEST_NAME,
        scope_words=PROGRAM_SCOPES,
    )
    return page, 422 if form.errors else 200


@tokens_of_staff.post("/<uuid:token_id>/end")
@recently_verified
def end(token_id: uuid.UUID) -> Response:
    """Ends one of one's own."""
    tokens.end_own(desk(), token_id)
    flash(_("The token has ended. Programs read nothing with it any more."))
    return redirect(url_for("tokens.own"))


@tokens_of_staff.get("/addresses")
@staff_only
def addresses() -> str:
    """What programs can ask for, for people."""
    address = runtime().settings.public_url or request.host_url.rstrip("/")
    return render_template(
        "programs/addresses.html",
        operations=OPERATIONS,
        at=f"{address.rstrip('/')}{AT}",
        calls=CALLS,
        scope_words=PROGRAM_SCOPES,
    )
