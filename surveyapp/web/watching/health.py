"""For whoever watches the server: is it alive, is it ready to serve."""

from __future__ import annotations

from flask import Blueprint, current_app

from surveyapp.services import readiness
from surveyapp.web.shared.runtime import runtime

health = Blueprint("health", __name__, url_prefix="/health")


@health.get("/live")
def live() -> tuple[dict[str, str], int]:
    """The process answers."""
    return {"status": "live"}, 200


@health.get("/ready")
def ready() -> tuple[dict[str, str], int]:
    """The database is there, migrated, and takes a write. Why not is in the log."""
    watch = current_app.extensions.setdefault("surveyapp.ready", readiness.Watch(runtime()))
    return ({"status": "ready"}, 200) if watch.is_ready() else ({"status": "not ready"}, 503)
