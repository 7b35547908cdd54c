"""One's own sessions: where one is signed in, how long this page has, and what was typed when one ended."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import format_timedelta, ngettext
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from surveyapp.services.security import kept_forms, sessions
from surveyapp.web.account.blueprint import staff
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.session import token, typed_texts
from surveyapp.web.shared.sign_in import current_session, desk, staff_only


@staff.get("/sessions")
@staff_only
def own_sessions() -> str:
    """Where one is signed in, this browser first."""
    here = current_session().session
    found = sorted(sessions.own_sessions(desk()), key=lambda each: each.id != here.id)
    now = runtime().clock()
    return render_template(
        "account/sessions.html",
        found=found,
        here=here,
        ago=lambda moment: format_timedelta(min(moment - now, -dt.timedelta(seconds=1)), add_direction=True),
    )


@staff.post("/sessions")
@staff_only
def end_sessions() -> Response:
    """Ends one session, or all but this one, for whoever gave a password or passkey within the last minutes: somebody
    with a copy of this session could keep its owner out."""
    here = current_session().session
    if not here.recently_verified(runtime().clock()):
        return redirect(url_for("staff.verify", next=url_for("staff.own_sessions")))
    if "others" in request.form:
        count = sessions.end_others(desk(), here)
        flash(ngettext("%(num)s session has ended.", "%(num)s sessions have ended.", count))
    else:
        try:
            sessions.end_own(desk(), uuid.UUID(request.form.get("session", "")))
        except ValueError:
            abort(400)
        flash(_("That session has ended."))
    return redirect(url_for("staff.own_sessions"))


@staff.get("/session")
def session_left() -> Response:
    """How long this browser's session lives if nothing more is asked for, in seconds. Asking does not prolong it."""
    known = token()
    return _left(sessions.left(runtime(), known) if known else None)


@staff.post("/session")
@staff_only
def stay() -> Response:
    """Puts the end off, as far as it can be."""
    return _left(sessions.stay(runtime(), current_session().session))


def _left(left: sessions.Left | None) -> Response:
    return jsonify(left=max(0, int(left.seconds)) if left else 0, last=bool(left and left.last))


@staff.get("/kept")
@staff_only
def kept() -> Reply:
    """What one had typed when a session ended, to be sent now or thrown away."""
    found = kept_forms.of_session(runtime(), current_session().session)
    if not found:
        return redirect(url_for("staff.home"))
    return render_template("account/kept.html", found=found, texts_of=typed_texts)


@staff.post("/kept")
@staff_only
def throw_away() -> Response:
    try:
        kept_forms.let_go(runtime(), current_session().session, uuid.UUID(request.form.get("kept", "")))
    except ValueError:
        abort(400)
    return redirect(url_for("staff.kept"))
