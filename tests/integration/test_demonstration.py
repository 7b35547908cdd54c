"""The demonstration: what it refuses, what it holds."""

from __future__ import annotations

import dataclasses

import pytest

from surveyapp.domain.errors import StateRefused
from surveyapp.domain.people import Origin
from surveyapp.domain.staff import Scope
from surveyapp.services import access, answering, demo
from surveyapp.services.runtime import Runtime
from surveyapp.store import cases, people
from tests import factories
from tests.conftest import NOW


def test_it_is_not_loaded_outside_a_demonstration(runtime: Runtime) -> None:
    with pytest.raises(StateRefused, match="not a demonstration"):
        demo.load(runtime)
    with pytest.raises(StateRefused):
        demo.new_links(runtime)


def test_it_refuses_a_database_with_real_people_and_touches_nothing(runtime: Runtime) -> None:
    participant = factories.create_participant(runtime)
    assert participant.origin is Origin.REAL
    as_demo = dataclasses.replace(runtime, settings=dataclasses.replace(runtime.settings, demo=True))
    with pytest.raises(StateRefused, match="real people"):
        demo.load(as_demo)
    with runtime.database.reading() as session:
        assert people.counts_by_origin(session) == {Origin.REAL: 1}


def test_its_people_and_responses_are_those_of_the_report(demo_runtime: Runtime) -> None:
    with demo_runtime.database.reading() as session:
        overviews = cases.overviews(session, factories.everyone(demo_runtime), NOW.date())
        assert people.counts_by_origin(session) == {Origin.DEMO: 148}
    handed_in = [(each.participant.group, each.case.touchpoint) for each in overviews if each.submitted_at]
    assert {key: handed_in.count(key) for key in set(handed_in)} == {
        ("backfill", 1): 47,
        ("backfill", 2): 19,
        ("employee", 1): 18,
        ("employee", 2): 11,
    }
    assert all(each.submitted_at < NOW for each in overviews if each.submitted_at)


def test_real_and_invented_people_are_never_in_one_scope(demo_runtime: Runtime) -> None:
    with demo_runtime.database.reading() as session:
        assert people.participants(session, Scope("job_rotation", Origin.REAL), NOW.date()) == []


def test_its_links_open_questionnaires_that_can_be_answered(demo_runtime: Runtime) -> None:
    links = demo.new_links(demo_runtime)
    assert len(links) >= 20
    groups = set()
    for link in links:
        token = link.rpartition("/s/")[2]
        visit = answering.visit(demo_runtime, answering.ByLink(access.open_link(demo_runtime, token)))
        assert not visit.submitted
        groups.add((visit.participant.group, visit.case.touchpoint))
    assert {("backfill", 1), ("backfill", 2), ("employee", 1)} <= groups
