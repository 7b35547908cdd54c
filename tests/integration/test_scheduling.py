"""Which cases somebody has, and when they open: one for each anchor, and which of two days it is that anchors."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from surveyapp.domain.fieldwork.cases import Case
from surveyapp.domain.instrument.study import Anchor, Touchpoint
from surveyapp.domain.participants import Event, Participant
from surveyapp.domain.responses import Response, ResponseState
from surveyapp.services.cases import scheduling
from surveyapp.services.runtime import Runtime
from surveyapp.store import cases, participants, responses
from surveyapp.store.database import new_id
from tests import factories

STARTED = "placement_start"


def with_touchpoints(runtime: Runtime, *anchors: Anchor) -> Runtime:
    """The installation, its study asking candidates at these touchpoints alone, from the first on."""
    study = runtime.study(factories.STUDY)
    touchpoints = tuple(
        Touchpoint(
            group="backfill",
            number=number,
            title=f"Touchpoint {number}",
            questionnaire="backfill_1",
            opens=anchor,
            due_days=1,
            closes_days=2,
        )
        for number, anchor in enumerate(anchors, 1)
    )
    return dataclasses.replace(
        runtime, studies={factories.STUDY: dataclasses.replace(study, touchpoints=tuple(reversed(touchpoints)))}
    )


def plan(runtime: Runtime, participant: Participant, *events: tuple[str, str]) -> list[Case]:
    """The cases made once these have happened."""
    with factories.operator(runtime).writing() as work:
        for name, day in events:
            participants.add_event(work.session, participant.id, Event(name, dt.date.fromisoformat(day), "test"))
        work.session.flush()
        return scheduling.plan_cases(work, participant)


def opened_on(made: list[Case], runtime: Runtime) -> dict[int, dt.date]:
    zone = runtime.zone(runtime.study(factories.STUDY))
    return {each.touchpoint: each.opens_at.astimezone(zone).date() for each in made}


@pytest.mark.parametrize(
    "days", [("2026-03-02", "2026-05-04"), ("2026-05-04", "2026-03-02")], ids=["in order", "out of order"]
)
def test_of_two_events_the_first_that_happened_anchors(runtime: Runtime, days: tuple[str, str]) -> None:
    asking = with_touchpoints(runtime, Anchor(type="event", days=28, event=STARTED))
    made = plan(asking, factories.create_participant(asking), *((STARTED, day) for day in days))
    assert opened_on(made, asking) == {1: dt.date(2026, 3, 30)}


def test_another_event_anchors_nothing(runtime: Runtime) -> None:
    asking = with_touchpoints(runtime, Anchor(type="event", event=STARTED), Anchor(type="event", event="job_start"))
    made = plan(asking, factories.create_participant(asking), ("job_start", "2026-05-04"))
    assert opened_on(made, asking) == {2: dt.date(2026, 5, 4)}


def test_each_touchpoint_has_one_case_however_often_it_is_planned(runtime: Runtime) -> None:
    asking = with_touchpoints(
        runtime, Anchor(type="enrolled", days=-3), Anchor(type="fixed", date=dt.date(2026, 10, 25))
    )
    participant = factories.create_participant(asking)
    with runtime.database.reading() as session:
        there = cases.cases_of(session, participant.id)
    assert opened_on(there, asking) == {1: dt.date(2026, 6, 12), 2: dt.date(2026, 10, 25)}
    assert there[1].due_at == dt.datetime(2026, 10, 27, tzinfo=dt.UTC), "the day after one of 25 hours, to its end"
    assert plan(asking, participant) == []


@pytest.mark.parametrize(
    ("submitted", "opens_on"),
    [
        ("2026-06-15 22:59:59", "2026-07-15"),
        ("2026-06-15 23:00:00", "2026-07-16"),  # past midnight where the study is
    ],
)
def test_what_follows_a_response_follows_its_local_day(runtime: Runtime, submitted: str, opens_on: str) -> None:
    asking = with_touchpoints(
        runtime, Anchor(type="enrolled"), Anchor(type="submitted", days=30, touchpoint=("backfill", 1))
    )
    participant = factories.create_participant(asking)
    moment = dt.datetime.fromisoformat(submitted).replace(tzinfo=dt.UTC)
    with factories.operator(asking).writing() as work:
        (first,) = cases.cases_of(work.session, participant.id)
        begun = Response(
            id=new_id(),
            case_id=first.id,
            questionnaire="backfill_1",
            version=1,
            state=ResponseState.STARTED,
            revision=0,
            seed=1,
            started_at=moment,
        )
        responses.add_response(work.session, begun)
        assert scheduling.plan_cases(work, participant) == [], "begun is not handed in"
        responses.submit(work.session, begun.id, moment)
        made = scheduling.plan_cases(work, participant)
    assert opened_on(made, asking) == {2: dt.date.fromisoformat(opens_on)}


def test_whoever_joins_has_the_cases_that_have_come(runtime: Runtime) -> None:
    asking = with_touchpoints(
        runtime,
        Anchor(type="event", days=1, event=STARTED),
        Anchor(type="enrolled", days=2),
        Anchor(type="submitted", touchpoint=("backfill", 1)),
        Anchor(type="event", event="job_start"),
    )
    participant = factories.create_participant(runtime)
    with factories.operator(asking).reading() as work:
        made = scheduling.first_cases(work, participant, {STARTED: dt.date(2026, 6, 1)})
    assert opened_on(made, asking) == {1: dt.date(2026, 6, 2), 2: dt.date(2026, 6, 17)}
    assert [each.touchpoint for each in made] == [1, 2]
