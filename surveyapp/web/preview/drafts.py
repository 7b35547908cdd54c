"""A questionnaire that is being written, served to its author alone. No database, no sign-in, nothing stored."""

from __future__ import annotations

import functools
import secrets
import time
from pathlib import Path

from flask import Blueprint, Flask, current_app, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response

from surveyapp.services.questionnaires import catalogue as service
from surveyapp.web.preview.blueprint import DRAFTS
from surveyapp.web.preview.routes import phone, preview
from surveyapp.web.shared import assembly
from surveyapp.web.shared.incoming import LOOPBACK

draft = Blueprint("draft", __name__)

BEGINNING = "draft"
"""The extension that holds the folder, the study and the questionnaire that somebody begins with."""

WAIT, LOOK_EVERY = 1.0, 0.2
"""Seconds that a page waits for a change at a time (whoever stops the command waits as long), and between two looks."""


def assemble(app: Flask, folder: Path, study_id: str, questionnaire: str) -> None:
    """Makes an application show one study's questionnaires as their files are at each request, beginning with the
    newest version of one."""
    app.config.update(
        SECRET_KEY=secrets.token_hex(32),
        SITE_NAMES=LOOPBACK,
        SESSION_COOKIE_NAME="shiftline_draft",
        SESSION_COOKIE_SAMESITE="Lax",
        ERROR_PAGE="preview/error.html",
    )
    app.extensions[DRAFTS] = functools.partial(service.draft, folder)
    app.extensions[BEGINNING] = (folder, study_id, questionnaire)
    assembly.assemble_pages(app)
    app.jinja_env.globals["draft_stamp"] = lambda: service.stamp(folder / study_id)
    for blueprint in (draft, preview, phone):
        app.register_blueprint(blueprint)


@draft.get("/")
def begin() -> Response:
    folder, study_id, name = current_app.extensions[BEGINNING]
    version = service.newest(service.draft(folder, study_id), name)
    return redirect(url_for("preview.phone_frame", study_id=study_id, name=name, version=version))


@draft.get("/changes")
def changes() -> Response:
    """Answers when a file has changed since, or after a while if none has."""
    folder, study_id, _ = current_app.extensions[BEGINNING]
    since, until = request.args.get("since"), time.monotonic() + WAIT
    while (now := service.stamp(folder / study_id)) == since and time.monotonic() < until:
        time.sleep(LOOK_EVERY)
    return jsonify(stamp=now)
