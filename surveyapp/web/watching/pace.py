"""What every request passes before anything is looked up for it: whoever asks for more than people do waits."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from functools import lru_cache

from flask import request

from surveyapp.domain.security.guesses import counted_as
from surveyapp.settings import Settings
from surveyapp.watching import meters
from surveyapp.watching.pace import Pace
from surveyapp.web.shared.errors import ErrorPage, asked_too_much
from surveyapp.web.shared.session import token

NOT_COUNTED = frozenset({"static", "health.live", "health.ready", "metrics.read"})
"""Files that are the same for everybody, and what watches over a server."""


def door(settings: Settings, pace: Pace | None = None) -> Callable[[], ErrorPage | None]:
    """What is asked before each request: None, or what is answered in its place. A session is counted by itself, and
    with all of its address, which may be a school's. This machine's own requests are not counted: those of a proxy
    that is not believed would be everybody's."""
    counted = pace or Pace()

    def ask() -> ErrorPage | None:
        if request.endpoint in NOT_COUNTED or (address := _address(request.remote_addr or "")) is None:
            return None
        session = token()
        if session is not None and not counted.takes(f"session {session}", settings.session_requests):
            return _refused("session")
        return None if counted.takes(address, settings.address_requests) else _refused("address")

    return ask


@lru_cache(maxsize=4096)
def _address(written: str) -> str | None:
    """Under whom an address is counted; None for this machine itself."""
    try:
        if ipaddress.ip_address(written.partition("%")[0]).is_loopback:
            return None
    except ValueError:
        pass
    return counted_as(written)


def _refused(by: str) -> ErrorPage:
    meters.refused.labels(by).inc()
    return asked_too_much()
