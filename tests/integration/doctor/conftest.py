"""The door that people come in by: no test leaves this machine."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from surveyapp.services.doctor import servers
from tests.conftest import NOW


@pytest.fixture(autouse=True)
def door(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the doctor meets at the address that people are given: a status and how many days are left, or an error."""
    met: list[Any] = [200, 60]

    def meet(_host: str, _port: int) -> tuple[int, dt.datetime]:
        if isinstance(met[0], Exception):
            raise met[0]
        return met[0], NOW + dt.timedelta(days=met[1])

    monkeypatch.setattr(servers.front_door, "meet", meet)
    return met
