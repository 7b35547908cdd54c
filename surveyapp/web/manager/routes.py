"""Being written."""

from __future__ import annotations

from flask import Blueprint

manager = Blueprint("manager", __name__, url_prefix="/manage", template_folder="templates")


@manager.get("/<study_id>")
def participants(study_id: str) -> str:
    return ""
