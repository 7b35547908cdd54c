"""Alarms: that somebody guesses at codes or passwords, for those who run studies."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from surveyapp.services.security import guesses
from surveyapp.web.account.blueprint import staff
from surveyapp.web.shared.sign_in import desk, staff_only


@staff.get("/alarms")
@staff_only
def alarms() -> str:
    """What was raised in the last months, and whether anybody has said that they know."""
    return render_template("account/alarms.html", alarms=guesses.alarms(desk()), utc="UTC")


@staff.post("/alarms")
@staff_only
def know_of_alarms() -> Response:
    guesses.mark_read(desk())
    return redirect(url_for("staff.alarms"))
