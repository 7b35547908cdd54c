"""A schedule that changed in study.yaml: what is said to move moves, and nothing else."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from surveyapp.domain.errors import NotPermitted
from surveyapp.domain.fieldwork.cases import Case, CaseState, Disposition, Window
from surveyapp.domain.fieldwork.lists import LateChoice
from surveyapp.domain.instrument.study import Anchor, Touchpoint
from surveyapp.domain.participants import Event, Participant
from surveyapp.domain.responses import ResponseState
from surveyapp.domain.staff import Role
from surveyapp.services.mending import people as mending
from surveyapp.services.mending import replanning, touchpoints
from surveyapp.services.mending.replanning import Replan, ReplanChoices, ReplanFate
from surveyapp.services.responses import answering
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import cases, participants, responses
from surveyapp.store.security import audit
from tests import factories
from tests.conftest import Clock
from tests.fieldwork import NOW, make_case

STUDY = factories.STUDY
AGREED = {"take_part": True, "recontact": False}
AS_USUAL = ReplanChoices()
NEW, MOVED, SAME, BEGUN, BY_HAND, OVER, WITHOUT_DAY = ReplanFate
LATER = Window(NOW + dt.timedelta(days=1), None, None)


@pytest.mark.parametrize(
    ("state", "response", "by_hand", "days", "ended", "fate"),
    [
        (CaseState.OPEN, None, False, LATER, False, MOVED),
        (CaseState.SCHEDULED, None, False, LATER, False, MOVED),
        (CaseState.OVERDUE, None, False, LATER, False, MOVED),
        (CaseState.PAUSED, None, False, LATER, False, MOVED),
        (CaseState.CLOSED, None, False, LATER, False, OVER),
        (CaseState.CLOSED, None, False, LATER, True, MOVED),
        (CaseState.REFUSED, None, False, LATER, True, OVER),
        (CaseState.NOT_ELIGIBLE, None, False, LATER, True, OVER),
        (CaseState.DECEASED, None, False, LATER, True, OVER),
        (CaseState.IN_PROGRESS, ResponseState.STARTED, False, LATER, True, BEGUN),
        (CaseState.CLOSED, ResponseState.STARTED, False, LATER, True, BEGUN),
        (CaseState.SUBMITTED, ResponseState.SUBMITTED, False, LATER, True, BEGUN),
        (CaseState.OPEN, None, True, LATER, True, BY_HAND),
        (CaseState.OPEN, None, True, Window(NOW, None, None), False, SAME),
        (CaseState.OPEN, None, False, None, True, WITHOUT_DAY),
    ],
)
def test_what_a_new_schedule_makes_of_a_case(
    state: CaseState, response: ResponseState | None, by_hand: bool, days: Window | None, ended: bool, fate: ReplanFate
) -> None:
    case = dataclasses.replace(make_case(NOW), moved_at=NOW if by_hand else None)
    assert replanning.fate_of(case, state, response, days, ReplanChoices(ended=ended)) is fate


def rescheduled(runtime: Runtime, *touchpoints: Touchpoint) -> Desk:
    """The same installation with candidates asked at these touchpoints, as a manager of the study works there."""
    study = runtime.study(STUDY)
    others = tuple(each for each in study.touchpoints if each.group != "backfill")
    changed = dataclasses.replace(study, touchpoints=(*others, *touchpoints))
    asking = dataclasses.replace(runtime, studies={STUDY: changed})
    return Desk(asking, factories.create_staff(runtime, Role.MANAGER))


def at(number: int, anchor: Anchor, closes: int | None = 60) -> Touchpoint:
    return Touchpoint(
        group="backfill",
        number=number,
        title=f"Touchpoint {number}",
        questionnaire="backfill_1",
        opens=anchor,
        due_days=14,
        closes_days=closes,
    )


def cases_of(runtime: Runtime, person: Participant) -> dict[int, Case]:
    with runtime.database.reading() as session:
        return {each.touchpoint: each for each in cases.cases_of(session, person.id)}


def done(desk: Desk, choices: ReplanChoices = AS_USUAL) -> dict[int, dict[ReplanFate, int]]:
    """Does it, after a look at what follows that has to be the same."""

    def told(plan: Replan) -> list[tuple[object, ...]]:
        return [(each.group, each.number, each.fates, each.states, each.by_hand) for each in plan.touchpoints]

    said, made = replanning.plan(desk, STUDY, choices), replanning.replan(desk, STUDY, choices)
    assert told(said) == told(made)
    return {each.number: dict(each.fates) for each in made.touchpoints if each.group == "backfill"}


ENROLLED = Anchor(type="enrolled")


def test_a_changed_window_reaches_whoever_has_not_begun(runtime: Runtime) -> None:
    waiting, begun, mended = (factories.create_participant(runtime) for _ in range(3))
    link = factories.create_link(runtime, waiting)
    answering.give_consent(runtime, factories.by_link(runtime, begun), AGREED)
    old = Desk(runtime, factories.create_staff(runtime, Role.MANAGER))
    mending.mend_case(old, STUDY, mended.reference, 1, {"closes_on": "2026-12-31"})
    kept = {each.id: cases_of(runtime, each) for each in (begun, mended)}
    desk = rescheduled(runtime, at(1, ENROLLED, closes=90))
    plan = replanning.plan(desk, STUDY)
    assert plan.touchpoints[-1].by_hand == (mended.reference,)
    assert done(desk)[1] == {MOVED: 1, BEGUN: 1, BY_HAND: 1}
    assert {each.id: cases_of(runtime, each) for each in (begun, mended)} == kept
    assert cases_of(runtime, waiting)[1].closes_at == dt.datetime(2026, 9, 13, 23, tzinfo=dt.UTC)
    assert factories.known_by(runtime, link)
    assert done(desk)[1] == {SAME: 1, BEGUN: 1, BY_HAND: 1}
    with runtime.database.reading() as session:
        entries = [entry for entry in audit.entries(session, STUDY) if entry.action.value == "study_replanned"]
    assert [(each.detail["new"], each.detail["moved"]) for each in entries] == [(0, 1)]


def test_a_new_touchpoint_reaches_those_enrolled(runtime: Runtime, clock: Clock) -> None:
    early = factories.create_participant(runtime)
    clock.forward(days=30)
    stopped, withdrawn, late = (factories.create_participant(runtime) for _ in range(3))
    with runtime.database.writing() as session:
        participants.set_stopped(session, stopped.id, clock())
        participants.withdraw(session, withdrawn.id, clock())
        participants.add_event(session, late.id, Event("placement_start", dt.date(2026, 7, 20), "test"))
    wave = Anchor(type="fixed", date=dt.date(2026, 6, 20))
    started = Anchor(type="event", event="placement_start", days=7)
    desk = rescheduled(runtime, at(1, ENROLLED), at(2, wave, closes=10), at(3, started))
    # The wave was over before the others joined: it is the first one's alone, and over for that one, too.
    assert done(desk) == {1: {SAME: 3}, 2: {NEW: 1}, 3: {NEW: 1}}
    assert cases_of(runtime, early)[2].state(clock(), None) is CaseState.CLOSED
    assert set(cases_of(runtime, late)) == {1, 3}
    assert cases_of(runtime, withdrawn).keys() == {1}
    desk = rescheduled(runtime, at(1, ENROLLED), at(2, wave, 10), at(3, started), at(4, ENROLLED))
    done(desk)
    assert cases_of(runtime, stopped)[4].disposition is Disposition.REFUSAL


@pytest.mark.parametrize(
    ("late", "state"),
    [
        (LateChoice.CLOSED, CaseState.CLOSED),
        (LateChoice.FROM_TODAY, CaseState.OPEN),
        (LateChoice.NOT_ASKED, CaseState.NOT_ELIGIBLE),
    ],
)
def test_a_new_touchpoint_that_is_over_already_is_decided_of(
    runtime: Runtime, clock: Clock, late: LateChoice, state: CaseState
) -> None:
    person = factories.create_participant(runtime)
    clock.forward(days=100)
    desk = rescheduled(runtime, at(1, ENROLLED), at(2, ENROLLED, closes=30))
    done(desk, ReplanChoices(late=late))
    assert cases_of(runtime, person)[2].state(clock(), None) is state
    # A window that was chosen is kept by the next one.
    assert done(desk)[2] == {BY_HAND if late is LateChoice.FROM_TODAY else SAME: 1}


def test_what_is_over_moves_when_that_is_asked_for(runtime: Runtime, clock: Clock) -> None:
    person = factories.create_participant(runtime)
    clock.forward(days=70)
    desk = rescheduled(runtime, at(1, ENROLLED, closes=90))
    assert done(desk)[1] == {OVER: 1}
    assert done(desk, ReplanChoices(ended=True))[1] == {MOVED: 1}
    assert cases_of(runtime, person)[1].state(clock(), None) is CaseState.OVERDUE


def test_an_extension_is_no_change_of_the_schedule_and_a_closed_touchpoint_none_of_it(runtime: Runtime) -> None:
    person = factories.create_participant(runtime)
    desk = Desk(runtime, factories.create_staff(runtime, Role.MANAGER))
    touchpoints.change(desk, STUDY, "backfill", 1, {"act": "extend", "days": "7"})
    assert done(desk)[1] == {SAME: 1}
    before = cases_of(runtime, person)
    touchpoints.change(desk, STUDY, "backfill", 1, {"act": "close"})
    assert done(desk)[1] == {WITHOUT_DAY: 1}
    touchpoints.change(desk, STUDY, "backfill", 1, {"act": "undo"})
    assert cases_of(runtime, person) == before


def test_what_follows_from_an_answer_follows_from_when_it_was_sent(runtime: Runtime) -> None:
    person = factories.create_participant(runtime)
    desk = rescheduled(runtime, at(1, ENROLLED), at(2, Anchor(type="submitted", touchpoint=("backfill", 1), days=10)))
    assert done(desk) == {1: {SAME: 1}, 2: {}}
    answering.give_consent(runtime, factories.by_link(runtime, person), AGREED)
    with runtime.database.writing() as session:
        response = responses.response_of(session, cases_of(runtime, person)[1].id)
        assert response is not None
        responses.submit(session, response.id, NOW + dt.timedelta(days=2))
    assert done(desk) == {1: {SAME: 1}, 2: {NEW: 1}}
    assert cases_of(runtime, person)[2].opens_at == dt.datetime(2026, 6, 26, 23, tzinfo=dt.UTC)


def test_a_touchpoint_that_is_gone_leaves_its_cases(runtime: Runtime) -> None:
    person = factories.create_participant(runtime)
    before = cases_of(runtime, person)
    assert done(rescheduled(runtime, at(2, ENROLLED)))[1] == {WITHOUT_DAY: 1}
    assert cases_of(runtime, person)[1] == before[1]


def test_only_who_manages_the_whole_study_plans_anew(runtime: Runtime) -> None:
    site = factories.create_site(runtime)
    for ask in (replanning.plan, replanning.replan):
        with pytest.raises(NotPermitted):
            ask(Desk(runtime, factories.create_staff(runtime, Role.MANAGER, site=site)), STUDY)
