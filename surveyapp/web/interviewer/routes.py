"""Being written."""

from __future__ import annotations

from flask import Blueprint

interviewer = Blueprint("interviewer", __name__, url_prefix="/interviews", template_folder="templates")


@interviewer.get("")
def queue() -> str:
    return ""
