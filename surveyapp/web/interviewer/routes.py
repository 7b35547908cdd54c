"""The interviewer's pages, put together: the desk (queue, opening), the end of a call, the interview, and its saves."""

from __future__ import annotations

from surveyapp.web.interviewer import desk, ending, interview, saves, switching
from surveyapp.web.interviewer.blueprint import interviewer

__all__ = ["desk", "ending", "interview", "interviewer", "saves", "switching"]
