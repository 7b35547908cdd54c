"""Coming by a link to choose a password: an invitation, or a way back in."""

from __future__ import annotations

import uuid

from flask import redirect, render_template, session, url_for
from werkzeug.wrappers import Response

from surveyapp.domain.errors import InputRefused
from surveyapp.services.staff import invitations
from surveyapp.services.staff.invitations import LinkOver
from surveyapp.web.account.blueprint import staff
from surveyapp.web.account.forms import PasswordForm
from surveyapp.web.account.steps import go_on
from surveyapp.web.shared.incoming import GUESSABLE, limiter
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.words import worded


@staff.get("/join/<token>")
@limiter.limit(GUESSABLE)
def join(token: str) -> Response:
    """The link: its token does not stay in the address."""
    link = invitations.open_link(runtime(), token)
    session.pop("entering", None)
    session["link"] = str(link.id)
    return redirect(url_for("staff.new_password"))


@staff.route("/new-password", methods=["GET", "POST"])
@limiter.limit(GUESSABLE, methods=["POST"])
def new_password() -> Reply:
    """Whoever opened a link chooses their password."""
    if "link" not in session:
        raise LinkOver
    link = invitations.opened(runtime(), uuid.UUID(session["link"]))
    form = PasswordForm()
    del form.current
    if form.validate_on_submit():
        try:
            return go_on(invitations.choose_password(runtime(), link.id, form.password.data or ""))
        except InputRefused as refused:
            form.password.errors = [worded(refused.sentence)]
    page = render_template("account/password.html", form=form, own=False, email=link.staff.email)
    return page, 422 if form.errors else 200


@staff.errorhandler(LinkOver)
def _over(_error: LinkOver) -> tuple[str, int]:
    session.pop("link", None)
    return render_template("account/link_over.html", hours=invitations.HOURS), 410
