"""The pages about a questionnaire, put together."""

from __future__ import annotations

from surveyapp.web.looking import paper
from surveyapp.web.looking import phone as pages
from surveyapp.web.looking.blueprint import looking, phone

__all__ = ["looking", "pages", "paper", "phone"]
