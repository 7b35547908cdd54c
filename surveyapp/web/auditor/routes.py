"""The audit trail, as an auditor reads it: without answers or contact details, because it holds none."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from typing import Any

from flask import Blueprint, render_template, request

from surveyapp.domain.audit import ActorKind, AuditAction, AuditFilter
from surveyapp.services.security import audit_reading
from surveyapp.web.auditor.words import ACTIONS
from surveyapp.web.shared.incoming import whole_number
from surveyapp.web.shared.language import staff_study
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.sign_in import desk, staff_only
from surveyapp.web.shared.words import ACTORS

auditor = Blueprint("auditor", __name__, url_prefix="/audit", template_folder="templates")


@auditor.get("")
@staff_only
def trail() -> Reply:
    """The trail, newest first, narrowed as the address says. Its own reading is an entry, too."""
    asked = request.args
    by = asked.get("by", "")
    wanted = AuditFilter(
        study=asked.get("study") or None,
        since=_day("since"),
        until=_day("until"),
        actor=next((each for each in ActorKind if each.value == by), None),
        staff_id=_key(by),
        action=next((each for each in AuditAction if each.value == asked.get("action")), None),
        subject=asked.get("subject", "").strip() or None,
    )
    found = audit_reading.trail(desk(), wanted, whole_number("page") or 1)
    return render_template(
        "auditor/trail.html",
        trail=found,
        wanted=wanted,
        by=by,
        studies=[staff_study(each) for each in found.studies],
        actions=dict(sorted(ACTIONS.items(), key=lambda pair: str(pair[1]))),
        actors=ACTORS,
        noted=_noted,
        here={name: value for name, value in asked.items() if value and name != "page"},
    )


def _noted(detail: dict[str, Any]) -> list[tuple[str, str]]:
    """What an entry says besides, as it is stored; nothing of what is empty."""
    return [(name, _written(value)) for name, value in detail.items() if value not in ({}, [], None)]


def _written(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ", ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _day(name: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def _key(written: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(written)
    except ValueError:
        return None
