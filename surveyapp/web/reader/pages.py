"""The pages of open answers, put together: reading them, coding them, quoting them, case studies."""

from __future__ import annotations

from surveyapp.web.reader import case_studies, coding, quotations
from surveyapp.web.reader.routes import reader

__all__ = ["case_studies", "coding", "quotations", "reader"]
