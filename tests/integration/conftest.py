"""Fixtures of participants' stories: a candidate, their link, and a phone that is on the first question."""

from __future__ import annotations

import pytest

from surveyapp.domain.participants import Participant
from surveyapp.services.runtime import Runtime
from tests import factories
from tests.phone import Phone


@pytest.fixture
def candidate(runtime: Runtime) -> Participant:
    return factories.create_participant(runtime)


@pytest.fixture
def link(runtime: Runtime, candidate: Participant) -> str:
    return factories.create_link(runtime, candidate)


@pytest.fixture
def phone(runtime: Runtime, link: str) -> Phone:
    """A phone on the first question."""
    phone = Phone(runtime)
    phone.agree(link)
    return phone
