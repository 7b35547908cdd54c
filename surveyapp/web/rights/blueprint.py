"""What people may ask of what is held of them, as staff do it for them: the blueprint, and the frame of its pages."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for

from surveyapp.domain.instrument.study import Study
from surveyapp.domain.staff import Action
from surveyapp.services.participants import roster
from surveyapp.web.rights import words
from surveyapp.web.shared.incoming import StaffForm
from surveyapp.web.shared.language import staff_study
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.sign_in import current_staff, desk

rights = Blueprint("rights", __name__, url_prefix="/rights", template_folder="templates")

PERSON = "/<study_id>/<reference>"
"""Where a participant's pages are."""


def page(template: str, form: StaffForm | None = None, **more: Any) -> Reply:
    """A page about the study in the address, in the reader's language: 422 when its form has errors."""
    study = staff_study((request.view_args or {})["study_id"])
    made = render_template(f"rights/{template}.html", study=study, form=form, words=words, **more)
    return made, 422 if form is not None and form.errors else 200


def home(study: Study, reference: str | None = None) -> str:
    """The page that whoever is here came from: a manager's list or page of a person, a supervisor's queue."""
    if reference is None and current_staff().may(Action.MANAGE_PARTICIPANTS, study.id):
        return url_for("manager.participants", study_id=study.id)
    if reference is None or not roster.those(desk(), Action.MANAGE_PARTICIPANTS, study.id, [reference]):
        return url_for("interviewer.queue")
    return url_for("manager.person", study_id=study.id, reference=reference)
