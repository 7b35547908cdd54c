"""Every time that an interviewer agreed can be gone to, and clashes with whichever other is too near."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from surveyapp.domain.fieldwork.cases import Outcome
from surveyapp.domain.participants import Participant
from surveyapp.services.cases.agreed_times import AgreedTime
from surveyapp.services.fieldwork import attempts, call_queue
from surveyapp.services.fieldwork.call_queue import PER_PAGE, QueueWanted
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from tests import factories
from tests.conftest import Clock
from tests.interviewer import Interviewer, create_reachable
from tests.page import Client

pytestmark = pytest.mark.both_databases

FIRST = dt.datetime.fromisoformat("2026-06-16T09:00")


@pytest.fixture
def ines(client: Client, runtime: Runtime) -> Interviewer:
    return Interviewer(client, runtime)


def agree(runtime: Runtime, who: Interviewer, count: int) -> list[Participant]:
    """Call backs agreed for 9:00, 10:00 … of one day and the next, but for the last of a page and the one after it,
    which are 20 minutes apart."""
    people = [create_reachable(runtime) for _ in range(count)]
    for number, person in enumerate(people):
        at = FIRST + dt.timedelta(hours=number)
        at -= dt.timedelta(minutes=40) if number == PER_PAGE else dt.timedelta()
        by = factories.by_interviewer(who.staff, person)
        attempts.record_attempt(runtime, by, Outcome.CALLBACK, uuid.uuid4(), agreed=AgreedTime(at))
    return people


def test_pages_lead_to_all_of_them_and_the_count_is_true(runtime: Runtime, ines: Interviewer, clock: Clock) -> None:
    people = agree(runtime, ines, 18)
    clock.forward(hours=1, minutes=1)  # none of them can be undone any more
    ines.client.sign_in(ines.staff.email)
    beside = ines.client.page("/interviews")
    assert "Times you agreed 18" in beside.words
    assert "All times you agreed" in beside.words
    first = ines.client.page("/interviews?view=appointments")
    assert "Times you agreed 18" in first.words
    assert "Page 1 of 2" in first.words
    (more,) = (each for each in first.links() if "page=2" in each)
    second = ines.client.page(more)
    shown = [[each.reference in page.words for each in people] for page in (first, second)]
    assert shown == [[True] * 15 + [False] * 3, [False] * 15 + [True] * 3]
    assert any("page=1" in each for each in second.links())


def test_a_clash_is_said_over_the_end_of_a_page_and_of_the_card(runtime: Runtime, ines: Interviewer) -> None:
    people = agree(runtime, ines, PER_PAGE + 2)
    desk = Desk(runtime, ines.staff)
    clashing = {
        line.reference
        for page in (1, 2)
        for line in call_queue.queue(desk, QueueWanted(agreed=True, page=page)).agreed
        if line.clash is not None
    }
    assert clashing == {people[PER_PAGE - 1].reference, people[PER_PAGE].reference}


def test_where_all_stand_there_nothing_more_is_promised(runtime: Runtime, ines: Interviewer) -> None:
    agree(runtime, ines, 2)
    words = ines.client.page("/interviews").words
    assert "Times you agreed 2" in words
    assert "All times you agreed" not in words
