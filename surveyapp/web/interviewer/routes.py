"""The interviewer's pages, put together: the desk (queue, opening, ending a call), the interview, and its saves."""

from __future__ import annotations

from surveyapp.web.interviewer import deciding, desk, interview, saves
from surveyapp.web.interviewer.blueprint import interviewer

__all__ = ["deciding", "desk", "interview", "interviewer", "saves"]
