"""The application's runtime, from wherever a request is handled."""

from __future__ import annotations

from typing import cast

from flask import current_app

from surveyapp.services.runtime import Runtime


def runtime() -> Runtime:
    return cast(Runtime, current_app.extensions["surveyapp"])


def has_runtime() -> bool:
    """Whether there is one: drafts are served without."""
    return "surveyapp" in current_app.extensions
