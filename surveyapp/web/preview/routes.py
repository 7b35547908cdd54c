"""The pages about a questionnaire, put together."""

from __future__ import annotations

from surveyapp.web.preview import paper
from surveyapp.web.preview import phone as pages
from surveyapp.web.preview.blueprint import phone, preview

__all__ = ["pages", "paper", "phone", "preview"]
