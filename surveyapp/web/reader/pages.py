"""The pages of open answers, put together: reading them, coding them, quoting them."""

from __future__ import annotations

from surveyapp.web.reader import coding, quotations
from surveyapp.web.reader.routes import reader

__all__ = ["coding", "quotations", "reader"]
