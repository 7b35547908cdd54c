"""What all of a manager's pages share: their blueprint, and the frame around each page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from surveyapp.web.shared.incoming import StaffForm
from surveyapp.web.shared.language import staff_study
from surveyapp.web.shared.reply import Reply

manager = Blueprint("manager", __name__, url_prefix="/manage", template_folder="templates")

PERSON = "/<study_id>/participants/<reference>"
"""Where a participant's pages are."""


def page(template: str, form: StaffForm | None = None, *, faulty: bool = False, **more: Any) -> Reply:
    """A manager's page about the study in the address, in their language: 422 when its form has errors or something
    else is `faulty`."""
    study = staff_study((request.view_args or {})["study_id"])
    made = render_template(f"manager/{template}.html", study=study, form=form, **more)
    return made, 422 if faulty or (form is not None and form.errors) else 200
