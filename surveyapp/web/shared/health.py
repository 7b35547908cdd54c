"""For whoever watches the server: is it alive, is it ready to serve."""

from __future__ import annotations

from flask import Blueprint

from surveyapp.services import readiness
from surveyapp.web.shared.runtime import runtime

health = Blueprint("health", __name__, url_prefix="/health")


@health.get("/live")
def live() -> tuple[dict[str, str], int]:
    """The process answers."""
    return {"status": "live"}, 200


@health.get("/ready")
def ready() -> tuple[dict[str, str], int]:
    """The database answers and is migrated."""
    problem = readiness.problem(runtime())
    return ({"status": "not ready", "problem": problem}, 503) if problem else ({"status": "ready"}, 200)
