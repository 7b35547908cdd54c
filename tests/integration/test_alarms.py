"""Many wrong guesses raise an alarm that somebody reads."""

from __future__ import annotations

import logging

import pytest

from surveyapp.domain.staff import Role
from surveyapp.services.runtime import Runtime
from surveyapp.services.security import guesses
from surveyapp.store.security import audit
from tests import factories
from tests.conftest import Clock
from tests.page import Client

NOTICE = "Somebody is guessing at codes or passwords."
HOME = "/manage/job_rotation"


def guess(runtime: Runtime, times: int) -> None:
    """So many wrong codes, each from an address of its own."""
    for number in range(times):
        assert guesses.wrong_code(runtime, f"2001:db8:{number:x}::1") == 0


def raised(runtime: Runtime) -> int:
    with runtime.database.reading() as session:
        return [entry.action for entry in audit.entries(session)].count("guesses_alarmed")


def test_two_hundred_wrong_codes_of_anybody_raise_one_alarm(
    runtime: Runtime, client: Client, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    client.sign_in(manager.email)
    guess(runtime, 199)
    assert raised(runtime) == 0
    assert NOTICE not in client.page(HOME).words
    with caplog.at_level(logging.WARNING):
        guess(runtime, 1)
    assert raised(runtime) == 1
    assert "200 wrong codes and passwords" in caplog.text
    assert NOTICE in client.page(HOME).words
    guess(runtime, 250)
    assert raised(runtime) == 1, "once a day"
    page = client.page("/staff/alarms")
    assert "400 wrong codes and passwords since 15 Jun 2026, 10:30 UTC." in page.words
    client.post("/staff/alarms", page.fields())
    assert NOTICE not in client.page(HOME).words
    clock.forward(days=1)
    guess(runtime, 200)
    assert raised(runtime) == 2


def test_who_runs_no_study_is_told_of_none(runtime: Runtime, client: Client) -> None:
    interviewer = factories.create_staff(runtime, Role.INTERVIEWER)
    guess(runtime, 200)
    client.sign_in(interviewer.email)
    assert NOTICE not in client.page("/interviews").words
    assert client.get("/staff/alarms").status_code == 403
