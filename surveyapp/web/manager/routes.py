"""The manager's pages, put together: people, links and codes, files and versions, releases."""

from __future__ import annotations

from surveyapp.web.manager import filing, giving, granting, importing, people, releasing
from surveyapp.web.manager.blueprint import manager
from surveyapp.web.manager.mending import merging, replanning, touchpoints
from surveyapp.web.manager.sending import pages as sending

__all__ = [
    "filing",
    "giving",
    "granting",
    "importing",
    "manager",
    "merging",
    "people",
    "releasing",
    "replanning",
    "sending",
    "touchpoints",
]
