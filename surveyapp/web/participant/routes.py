"""Being written."""

from __future__ import annotations

from flask import Blueprint

participant = Blueprint("participant", __name__, template_folder="templates")


@participant.get("/start")
def start() -> str:
    return ""
