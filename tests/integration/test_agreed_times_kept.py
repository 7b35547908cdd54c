"""A time that was agreed, and everything that can happen to the case before it: *My appointments* has it with why
nobody can call, until somebody can or nobody waits for it, and the queue and the case say the same."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest

from surveyapp.domain.errors import ShiftlineError, StateRefused
from surveyapp.domain.fieldwork.call_queue import STILL_SAID, QueuePriority, Unkept
from surveyapp.domain.fieldwork.cases import CaseState, Outcome
from surveyapp.domain.participants import Participant
from surveyapp.domain.privacy.leaving import ParticipationChange
from surveyapp.domain.staff import Role, Staff
from surveyapp.services.fieldwork import call_queue, calls, deciding
from surveyapp.services.fieldwork.call_queue import QueueLine, QueueWanted
from surveyapp.services.mending import people, replanning, touchpoints
from surveyapp.services.privacy import merging, splitting
from surveyapp.services.responses import answering, theirs
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from tests import factories
from tests.conftest import Clock
from tests.integration.test_calls_recorded_late import MEANWHILE, shown
from tests.integration.test_undoing_calls import CONSENT, Somebody
from tests.interviewer import Interviewer, create_reachable
from tests.page import Client, Page

AGREED_FOR = dt.datetime(2026, 6, 16, 14, 0, tzinfo=dt.UTC)
"""“Tomorrow at 3”, on the study's clock."""

BEFORE = dt.datetime.fromisoformat("2026-06-16T11:00")
"""As somebody writes it who asks to be called."""

WRITTEN = "Tuesday 16 June, 15:00"


@pytest.fixture
def ines(client: Client, runtime: Runtime) -> Interviewer:
    return Interviewer(client, runtime)


@pytest.fixture
def staff(runtime: Runtime, ines: Interviewer) -> dict[str, Staff]:
    """`me`, with whom the time was agreed, and the others."""
    roles = {"colleague": Role.INTERVIEWER, "supervisor": Role.SUPERVISOR, "manager": Role.MANAGER}
    return {"me": ines.staff} | {name: factories.create_staff(runtime, role) for name, role in roles.items()}


def touchpoint_is(act: str, days: str = "0") -> Callable[[Somebody], object]:
    written = {"act": act, "days": days}
    return lambda who: touchpoints.change(who.desk("manager"), factories.STUDY, "backfill", 1, written)


def _begun_and_paused(who: Somebody) -> None:
    answering.give_consent(who.runtime, who.one, CONSENT)
    who.is_paused("pause")


def _sends(who: Somebody) -> None:
    who.all_is_answered(who.one)
    answering.submit(who.runtime, who.one)


def _part_of_another(who: Somebody) -> None:
    """Listed twice: it is the other record that stays."""
    other = create_reachable(who.runtime)
    merging.merge(who.desk("manager"), factories.STUDY, other.reference, who.person.reference)
    who.person = other


def _days(opens: str, closes: str) -> Callable[[Somebody], object]:
    return lambda who: who.reach({"opens_on": opens, "due_on": "", "closes_on": closes})


@dataclass(frozen=True)
class Then:
    """What is said once something happened. `listed`: whether the time is among my appointments, and `why` nobody can
    call then; `place`: where the case stands in my queue, None where it does not; `opens`: whether it can be opened."""

    listed: bool = True
    why: Unkept | None = None
    place: QueuePriority | None = None
    opens: bool = False


LATER = QueuePriority.LATER
GONE = Then(listed=False)

WAYS: Mapping[str, tuple[Callable[[Somebody], object], Then]] = {
    "nothing": (lambda _who: None, Then(place=LATER, opens=True)),
    "paused": (touchpoint_is("pause"), Then(why=Unkept.PAUSED)),
    "begun, and paused": (_begun_and_paused, Then(why=Unkept.PAUSED, opens=True)),
    "moved to later days": (_days("2026-09-01", "2026-11-30"), Then(why=Unkept.OPENS_LATER)),
    "moved to open that day": (_days("2026-06-16", "2026-11-30"), Then()),
    "moved to end before": (_days("2026-06-01", "2026-06-15"), Then(why=Unkept.ENDS_BEFORE, place=LATER, opens=True)),
    "moved to be over": (_days("2026-06-01", "2026-06-14"), Then(why=Unkept.ENDS_BEFORE)),
    "closed": (touchpoint_is("close"), Then(why=Unkept.ENDS_BEFORE)),
    "extended": (touchpoint_is("extend", "30"), Then(place=LATER, opens=True)),
    "sent by themselves": (_sends, GONE),
    "withdrawn": (lambda who: who.leaves(ParticipationChange.WITHDRAWN), GONE),
    "stopped": (lambda who: who.leaves(ParticipationChange.STOPPED), GONE),
    "died": (lambda who: who.leaves(ParticipationChange.DIED), GONE),
    "part of another": (_part_of_another, Then(place=LATER, opens=True)),
    "wrong number": (
        lambda who: who.record("colleague", Outcome.WRONG_NUMBER, 2),
        Then(why=Unkept.BLOCKED, opens=True),
    ),
    "complains": (lambda who: who.record("colleague", Outcome.COMPLAINED, 2), Then(why=Unkept.BLOCKED)),
    "handed over": (
        lambda who: deciding.hand_over(who.runtime, who.by("me")),
        Then(listed=False, place=LATER, opens=True),
    ),
    "called by another": (
        lambda who: who.record("colleague", Outcome.NO_ANSWER),
        Then(listed=False, place=QueuePriority.RESTING, opens=True),
    ),
    "agreed with another": (
        lambda who: who.record("colleague", Outcome.APPOINTMENT),
        Then(listed=False, place=LATER, opens=True),
    ),
    "has another on the phone": (
        lambda who: calls.open_case(who.runtime, who.by("colleague")),
        Then(place=QueuePriority.TALKING),
    ),
    # Of each person the queue has one case alone.
    "another's time before it": (lambda who: theirs.ask_for_a_call(who.runtime, who.two, BEFORE), Then(opens=True)),
}

SAYS = {
    Unkept.PAUSED: "The touchpoint is paused, and nobody calls.",
    Unkept.OPENS_LATER: "Nobody can call then: these questions open on Tuesday 1 September.",
    Unkept.ENDS_BEFORE: "Nobody can call then: these questions are open until",
    Unkept.BLOCKED: "Nobody calls",
}
NOBODY = "At 1 of these times nobody can call, as things stand."


def mine(runtime: Runtime, staff: Staff, person: Participant) -> dict[str, dict[int, QueueLine]]:
    """The lines of somebody by where they are and by touchpoint; what is counted is what is shown."""
    desk, found = Desk(runtime, staff), dict[str, dict[int, QueueLine]]()
    appointments, everybody = (call_queue.queue(desk, QueueWanted(agreed=each)) for each in (True, False))
    assert appointments.agreed_in_all == len(appointments.agreed) == len(everybody.agreed)
    assert appointments.unkept_in_all == sum(each.unkept is not None for each in everybody.agreed)
    for name, lines in (("appointments", appointments.agreed), ("queue", everybody.lines)):
        found[name] = {each.touchpoint.number: each for each in lines if each.reference == person.reference}
    return found


@pytest.mark.both_databases
@pytest.mark.parametrize("way", WAYS)
def test_whatever_happens_before_it_is_said_where_the_time_stands(
    runtime: Runtime, staff: dict[str, Staff], ines: Interviewer, clock: Clock, way: str
) -> None:
    who = Somebody(runtime, staff, answered=False)
    who.record("me", Outcome.APPOINTMENT)
    clock.forward(minutes=2)
    happens, then = WAYS[way]
    happens(who)
    found = mine(runtime, ines.staff, who.person)
    line = found["appointments"].get(1)
    assert (line is not None) is then.listed
    assert line is None or (line.next_at, line.unkept) == (AGREED_FOR, then.why)
    place = found["queue"].get(1)
    assert (place and place.priority) is then.place
    appointments = ines.client.page("/interviews?view=appointments").words
    assert (WRITTEN in appointments.replace("Tue 16 Jun", "Tuesday 16 June")) is then.listed
    assert (NOBODY in appointments) is (then.why is not None)
    if then.why is not None:
        assert SAYS[then.why] in appointments
        beside = ines.client.page("/interviews").words
        assert NOBODY in beside
        assert SAYS[then.why] in beside
    try:
        calls.open_case(runtime, who.by("me"))
    except ShiftlineError:
        assert not then.opens
    else:
        assert then.opens


@pytest.mark.parametrize("way", [way for way, (_, then) in WAYS.items() if then.why is not None])
def test_at_the_time_itself_it_is_there_still_with_why(
    runtime: Runtime, staff: dict[str, Staff], ines: Interviewer, clock: Clock, way: str
) -> None:
    who = Somebody(runtime, staff, answered=False)
    who.record("me", Outcome.APPOINTMENT)
    happens, then = WAYS[way]
    happens(who)
    clock.now = AGREED_FOR
    found = mine(runtime, ines.staff, who.person)
    assert found["appointments"][1].unkept is then.why
    assert 1 not in found["queue"]
    ended = then.why is Unkept.ENDS_BEFORE
    clock.now = AGREED_FOR + STILL_SAID
    assert (1 in mine(runtime, ines.staff, who.person)["appointments"]) is not ended


def test_once_it_goes_on_whoever_was_to_be_called_is_first(
    runtime: Runtime, staff: dict[str, Staff], ines: Interviewer, clock: Clock
) -> None:
    who = Somebody(runtime, staff, answered=False)
    who.record("me", Outcome.APPOINTMENT)
    who.is_paused("pause")
    clock.now = AGREED_FOR + dt.timedelta(days=9)
    assert mine(runtime, ines.staff, who.person)["appointments"][1].unkept is Unkept.PAUSED
    who.is_paused("resume")
    found = mine(runtime, ines.staff, who.person)
    assert found["appointments"][1].unkept is None
    assert found["queue"][1].priority is QueuePriority.APPOINTMENT


def test_what_comes_late_is_after_what_can_be_kept_and_clashes_with_nothing(
    runtime: Runtime, staff: dict[str, Staff], ines: Interviewer
) -> None:
    moved, kept = (Somebody(runtime, staff, answered=False) for _ in range(2))
    for who in (moved, kept):
        who.record("me", Outcome.APPOINTMENT)
    desk = Desk(runtime, ines.staff)
    assert [each.clash for each in call_queue.queue(desk).agreed] == [AGREED_FOR, AGREED_FOR]
    WAYS["moved to later days"][0](moved)
    lines = call_queue.queue(desk).agreed
    assert [(each.reference, each.clash) for each in lines] == [
        (kept.person.reference, None),
        (moved.person.reference, None),
    ]


class TestATimeThatIsAgreedInACallWhoseCaseChangedMeanwhile:
    def test_before_the_case_opens_it_is_refused_with_the_day(
        self, runtime: Runtime, staff: dict[str, Staff], ines: Interviewer
    ) -> None:
        who = Somebody(runtime, staff, answered=False)
        ines.open(who.person)
        MEANWHILE["moved to later days"](who)
        form = shown(ines, "appointment")
        refused = ines.post(f"{ines.case}/end", form | {"agreed": "2026-06-16T15:00"})
        assert refused.status_code == 422
        words = Page(refused.text).words
        assert "These questions open on 1 September 2026, and nobody calls before." in words, words
        assert ines.post(f"{ines.case}/end", form | {"agreed": "2026-09-02T15:00"}).status_code == 302
        (line,) = mine(runtime, ines.staff, who.person)["appointments"].values()
        assert line.unkept is None
        assert "Wed 2 Sep, 15:00" in ines.client.page("/interviews?view=appointments").words

    def test_of_a_paused_one_it_is_kept_and_said_to_be_so(
        self, runtime: Runtime, staff: dict[str, Staff], ines: Interviewer
    ) -> None:
        who = Somebody(runtime, staff, answered=False)
        ines.open(who.person)
        MEANWHILE["paused"](who)
        page = ines.client.page(f"{ines.case}/end?outcome=appointment")
        assert "The touchpoint is paused, and nobody can call before it goes on." in page.words
        assert ines.post(f"{ines.case}/end", shown(ines, "appointment") | {"agreed": "2026-06-16T15:00"}).location
        said = ines.client.page("/interviews").words
        assert f"The next call is agreed for {WRITTEN}. The touchpoint is paused: nobody can call before" in said
        (line,) = mine(runtime, ines.staff, who.person)["appointments"].values()
        assert (line.next_at, line.unkept) == (AGREED_FOR, Unkept.PAUSED)


def test_whoever_answers_by_themselves_is_promised_no_call_of_a_paused_touchpoint(
    runtime: Runtime, staff: dict[str, Staff]
) -> None:
    who = Somebody(runtime, staff, answered=False)
    answering.give_consent(runtime, who.one, CONSENT)
    theirs.ask_for_a_call(runtime, who.one, BEFORE)
    assert theirs.see(runtime, who.one).called_at is not None
    who.is_paused("pause")
    seen = theirs.see(runtime, who.one)
    assert (seen.callable, seen.called_at) == (False, None)
    with pytest.raises(StateRefused):
        theirs.ask_for_a_call(runtime, who.one, BEFORE)
    who.is_paused("resume")
    WAYS["moved to end before"][0](who)
    seen = theirs.see(runtime, who.one)
    assert (seen.callable, seen.called_at) == (True, None)


class TestWhoeverChangesTheDaysIsTold:
    """Which times were agreed at which nobody can call then, and with whom."""

    @pytest.mark.parametrize(
        ("act", "cuts"), [("pause", True), ("close", True), ("extend", False)], ids=lambda each: str(each)
    )
    def test_of_a_touchpoint(
        self, runtime: Runtime, staff: dict[str, Staff], client: Client, act: str, cuts: bool
    ) -> None:
        who = Somebody(runtime, staff, answered=False)
        who.record("me", Outcome.APPOINTMENT)
        written = {"act": act, "days": "7"}
        desk = who.desk("manager")
        plan = touchpoints.plan(desk, factories.STUDY, "backfill", 1, written)
        assert [(each.reference, each.at, each.keeper) for each in plan.cut] == (
            [(who.person.reference, AGREED_FOR, staff["me"].name)] if cuts else []
        )
        client.sign_in(staff["manager"].email)
        path = f"/manage/{factories.STUDY}/touchpoints/backfill/1"
        token = client.page(path).fields()["csrf_token"][0]
        page = Page(client.post(path, {"csrf_token": token, **written}).text).words
        assert (f"{who.person.reference}, {WRITTEN}, {staff['me'].name}" in page) is cuts
        touchpoints.change(desk, factories.STUDY, "backfill", 1, written)
        if cuts:  # it is said once: by whoever changes it next it is not taken away
            act = "resume" if act == "pause" else "undo"
            plan = touchpoints.plan(desk, factories.STUDY, "backfill", 1, {"act": act, "days": "0"})
            assert plan.cut == ()

    @pytest.mark.parametrize("way", ["moved to later days", "moved to open that day", "moved to end before"])
    def test_of_one_case(self, runtime: Runtime, staff: dict[str, Staff], client: Client, way: str) -> None:
        who = Somebody(runtime, staff, answered=False)
        who.record("me", Outcome.APPOINTMENT)
        opens, closes = {
            "moved to later days": ("2026-09-01", "2026-11-30"),
            "moved to open that day": ("2026-06-16", "2026-11-30"),
            "moved to end before": ("2026-06-01", "2026-06-15"),
        }[way]
        written = {"opens_on": opens, "due_on": "", "closes_on": closes}
        plan = people.plan_case(who.desk("manager"), factories.STUDY, who.person.reference, 1, written)
        assert bool(plan.cut) is (WAYS[way][1].why is not None)
        client.sign_in(staff["manager"].email)
        path = f"/manage/{factories.STUDY}/participants/{who.person.reference}/1/mend"
        token = client.page(path).fields()["csrf_token"][0]
        page = Page(client.post(path, {"csrf_token": token, **written}).text).words
        assert (f"{WRITTEN}, {staff['me'].name}" in page) is bool(plan.cut)

    def test_of_a_day_of_enrolment(self, runtime: Runtime, staff: dict[str, Staff]) -> None:
        who = Somebody(runtime, staff, answered=False)
        who.record("me", Outcome.APPOINTMENT)
        desk, reference = who.desk("manager"), who.person.reference
        for day, cuts in (("2026-06-14", False), ("2024-01-02", True)):
            plan = people.plan(desk, factories.STUDY, reference, {"enrolled_on": day})
            assert any(each.touchpoint == 1 for each in plan.moves)
            assert [each.reference for each in plan.cut] == ([reference] if cuts else [])

    def test_of_a_schedule(self, runtime: Runtime, staff: dict[str, Staff]) -> None:
        who = Somebody(runtime, staff, answered=False)
        who.record("me", Outcome.APPOINTMENT)
        study = runtime.study(factories.STUDY)
        moved = tuple(
            dataclasses.replace(each, opens=dataclasses.replace(each.opens, days=200)) if each.number == 1 else each
            for each in study.touchpoints
        )
        changed = {**runtime.studies, study.id: dataclasses.replace(study, touchpoints=moved)}
        plan = replanning.plan(Desk(dataclasses.replace(runtime, studies=changed), staff["manager"]), study.id)
        assert [each.reference for each in plan.cut] == [who.person.reference]


def test_a_time_goes_with_whoever_was_listed_twice_and_back_again(runtime: Runtime, staff: dict[str, Staff]) -> None:
    who = Somebody(runtime, staff, answered=False)
    who.record("me", Outcome.APPOINTMENT)
    first, desk = who.person, who.desk("manager")
    _part_of_another(who)
    assert mine(runtime, staff["me"], who.person)["appointments"][1].next_at == AGREED_FOR
    splitting.split(desk, factories.STUDY, who.person.reference, first.reference)
    assert mine(runtime, staff["me"], who.person)["appointments"] == {}
    assert mine(runtime, staff["me"], first)["appointments"][1].next_at == AGREED_FOR


def test_the_words_of_what_is_over_are_there(runtime: Runtime, staff: dict[str, Staff], ines: Interviewer) -> None:
    """A touchpoint that is closed before a case opens ends it as one that was never asked."""
    who = Somebody(runtime, staff, answered=False)
    who.record("me", Outcome.APPOINTMENT)
    WAYS["moved to open that day"][0](who)
    touchpoint_is("close")(who)
    line = mine(runtime, ines.staff, who.person)["appointments"][1]
    assert (line.state, line.unkept) == (CaseState.NOT_ELIGIBLE, Unkept.OVER)
    said = "Nobody calls them about this any more: not eligible."
    assert said in ines.client.page("/interviews?view=appointments").words
