"""The evaluator's pages, put together: measures and questions, and who answered."""

from __future__ import annotations

from surveyapp.web.evaluator import looking, who
from surveyapp.web.evaluator.routes import evaluator

__all__ = ["evaluator", "looking", "who"]
