"""The pages of one's own account, put together."""

from __future__ import annotations

from surveyapp.web.account import alarms, joining, openid, own, own_sessions, signing_in
from surveyapp.web.account.blueprint import staff

__all__ = ["alarms", "joining", "openid", "own", "own_sessions", "signing_in", "staff"]
