"""The pages of open answers, put together: reading them, and coding them."""

from __future__ import annotations

from surveyapp.web.reader import coding
from surveyapp.web.reader.routes import reader

__all__ = ["coding", "reader"]
