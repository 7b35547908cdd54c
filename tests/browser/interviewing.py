"""An interviewer signed in at the queue, and somebody to call: what tests of interviews begin with."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from surveyapp.domain.participants import Participant
from surveyapp.domain.staff import Role, Staff
from surveyapp.services.runtime import Runtime
from tests import factories
from tests.browser.conftest import Tab, sign_in
from tests.interviewer import CONTACT, create_reachable

Desk = Callable[..., Page]


@pytest.fixture
def staff(runtime_sqlite: Runtime) -> Staff:
    return factories.create_staff(runtime_sqlite, Role.INTERVIEWER, email="ines@example.org", second_factor=False)


@pytest.fixture
def desk(tab: Tab, live_server: str, staff: Staff) -> Desk:
    """Opens the queue as the interviewer."""

    def open_queue(size: str = "desk", **options: Any) -> Page:
        page = tab(f"{live_server}/interviews", size, **options)
        sign_in(page, staff.email, "/interviews")
        return page

    return open_queue


@pytest.fixture
def participant(runtime_sqlite: Runtime) -> Participant:
    return create_reachable(runtime_sqlite, dataclasses.replace(CONTACT, times=""))


def go(page: Page, participant: Participant, rest: str = "") -> None:
    origin = page.url.partition("/interviews")[0]
    page.goto(f"{origin}/interviews/job_rotation/{participant.reference}/1{rest}")


def start_of_interview(page: Page, participant: Participant) -> None:
    go(page, participant, "/sections/start?mode=phone&language=en")
    expect(page.locator(".item.now")).to_have_attribute("data-item", "heard_via")


def saved(page: Page) -> None:
    expect(page.locator("[data-saved]")).to_have_text("saved 11:30")
