"""Being written."""

from __future__ import annotations

from flask import Blueprint

evaluator = Blueprint("evaluator", __name__, url_prefix="/results", template_folder="templates")


@evaluator.get("/<study_id>")
def overview(study_id: str) -> str:
    return ""
