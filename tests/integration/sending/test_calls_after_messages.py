"""`calls` of a study's messages: whoever is still due is in the list of calls from a day on, and not before."""

from __future__ import annotations

import dataclasses
import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.fieldwork.call_queue import QueuePriority, called_from, written_first
from surveyapp.domain.participants import Contact
from surveyapp.domain.sending.rules import CallRule
from surveyapp.domain.staff import Role
from surveyapp.services.fieldwork import call_queue
from surveyapp.services.participants import contacts
from surveyapp.services.runtime import Runtime
from surveyapp.services.sending import calendar
from surveyapp.services.work import Desk
from surveyapp.store import cases
from tests import factories
from tests.conftest import Clock
from tests.page import Client
from tests.sending import STUDY, reachable

LONDON, KATHMANDU = ZoneInfo("Europe/London"), ZoneInfo("Asia/Kathmandu")


def calling_after(runtime: Runtime, rule: CallRule | None) -> Runtime:
    """The same installation, where the study calls so late."""
    study = runtime.study(STUDY)
    assert study.messages is not None
    changed = dataclasses.replace(study, messages=dataclasses.replace(study.messages, calls=rule))
    return dataclasses.replace(
        runtime, studies={**runtime.studies, STUDY: changed}, _studies_in={}, _studies_for_staff={}
    )


def test_whoever_is_still_due_is_called_from_that_day_on(runtime: Runtime, clock: Clock, client: Client) -> None:
    runtime = calling_after(runtime, CallRule(10))
    person = reachable(runtime, phone="07700 900142", email="a@example.org")
    interviewer = Desk(runtime, factories.create_staff(runtime, Role.INTERVIEWER))
    [line] = call_queue.queue(interviewer).lines
    assert line.priority is QueuePriority.NOT_YET
    begins = dt.datetime.combine(clock.now.date() + dt.timedelta(days=10), dt.time(), LONDON)
    assert line.called_from == begins
    [calls] = calendar.calendar(factories.operator(runtime), STUDY).calls
    assert (calls.day, calls.group, calls.touchpoint, calls.people) == (begins.date(), "backfill", 1, 1)
    touchpoint = calendar.person(factories.operator(runtime), STUDY, person.reference).touchpoints[0]
    assert touchpoint.called_from == begins
    # Who asks for a call is called then.
    with factories.operator(runtime).writing() as work:
        case = next(each for each in cases.cases_of(work.session, person.id) if each.touchpoint == 1)
        cases.set_next(work.session, case.id, clock.now)
    assert [each.priority for each in call_queue.queue(interviewer).lines] == [QueuePriority.CALLBACK]
    with factories.operator(runtime).writing() as work:
        cases.set_next(work.session, case.id, None)
    clock.now = begins + dt.timedelta(hours=11)
    assert [each.priority for each in call_queue.queue(interviewer).lines] == [QueuePriority.WAITING]


def test_a_group_that_is_not_named_is_called_from_the_beginning(runtime: Runtime) -> None:
    runtime = calling_after(runtime, CallRule(10, ("employee",)))
    reachable(runtime, phone="07700 900142")
    interviewer = Desk(runtime, factories.create_staff(runtime, Role.INTERVIEWER))
    assert [each.priority for each in call_queue.queue(interviewer).lines] == [QueuePriority.WAITING]
    assert calendar.calendar(factories.operator(runtime), STUDY).calls == ()


def test_whoever_has_no_number_is_in_no_line_of_the_calendar(runtime: Runtime) -> None:
    runtime = calling_after(runtime, CallRule(10))
    person = factories.create_participant(runtime)
    with factories.operator(runtime).writing() as work:
        contacts.write(work, person, Contact(email="a@example.org"))
    assert calendar.calendar(factories.operator(runtime), STUDY).calls == ()


@pytest.mark.parametrize("zone", [LONDON, KATHMANDU])
def test_a_day_begins_at_midnight_there(zone: ZoneInfo) -> None:
    opened = dt.datetime(2026, 3, 27, 22, 30, tzinfo=dt.UTC)
    day = opened.astimezone(zone).date() + dt.timedelta(days=2)
    assert called_from(CallRule(2), "g", opened, zone) == dt.datetime.combine(day, dt.time(), zone)
    assert called_from(CallRule(0), "g", opened, zone) == opened
    assert called_from(CallRule(2, ("h",)), "g", opened, zone) is None
    assert called_from(None, "g", opened, zone) is None


MINUTES = st.integers(0, 400 * 24 * 60)


@given(MINUTES, st.integers(0, 60 * 24 * 60), st.integers(0, 40), st.sampled_from([LONDON, KATHMANDU]))
def test_what_a_database_is_asked_is_the_same_rule(opened: int, later: int, days: int, zone: ZoneInfo) -> None:
    opens_at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=opened)
    now, rule = opens_at + dt.timedelta(minutes=later), CallRule(days)
    from_then = called_from(rule, "g", opens_at, zone)
    assert from_then is not None
    assert (from_then > now) == (opens_at >= written_first(rule, now, zone).since)
