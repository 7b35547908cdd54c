"""What was entered wrong is put right: what follows is said first, done as said, and in the trail."""

from __future__ import annotations

import datetime as dt

import pytest

from surveyapp.domain.errors import FieldsRefused, StateRefused
from surveyapp.domain.fieldwork.cases import Case, CaseState, Disposition
from surveyapp.domain.participants import Participant
from surveyapp.domain.staff import Role, Staff
from surveyapp.services.mending import people as mending
from surveyapp.services.participants import enrolment, links
from surveyapp.services.responses import answering
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import cases, participants
from surveyapp.store.security import audit
from tests import factories
from tests.office import HOME, post
from tests.page import Client, Page

STUDY = factories.STUDY


@pytest.fixture
def manager(runtime: Runtime) -> Staff:
    return factories.create_staff(runtime, Role.MANAGER)


@pytest.fixture
def desk(runtime: Runtime, manager: Staff) -> Desk:
    return Desk(runtime, manager)


@pytest.fixture
def person(runtime: Runtime) -> Participant:
    """Of backfill, enrolled today."""
    return factories.create_participant(runtime, reference="BF-0001")


def case_of(runtime: Runtime, person: Participant, number: int = 1) -> Case:
    with runtime.database.reading() as session:
        return next(each for each in cases.cases_of(session, person.id) if each.touchpoint == number)


def trail(runtime: Runtime) -> list[str]:
    with runtime.database.reading() as session:
        return [entry.action for entry in audit.entries(session, STUDY)]


def test_a_person_moves_group_and_keeps_their_link(runtime: Runtime, desk: Desk, person: Participant) -> None:
    link = factories.create_link(runtime, person)
    plan = mending.plan(desk, STUDY, "BF-0001", {"group": "employee"})
    assert plan.changed == ("group",)
    assert {each.touchpoint for each in plan.moves} >= {1}
    assert case_of(runtime, person) == plan.moves[0].before
    mending.mend(desk, STUDY, "BF-0001", {"group": "employee"})
    found, _ = enrolment.contact_of(desk, STUDY, "BF-0001")
    assert found.group == "employee"
    assert case_of(runtime, person) == plan.moves[0].after
    assert links.open_link(runtime, link.removeprefix("/s/"))
    assert "participant_changed" in trail(runtime)


def test_whoever_has_begun_to_answer_stays_in_their_group(runtime: Runtime, desk: Desk, person: Participant) -> None:
    answering.give_consent(runtime, factories.by_link(runtime, person), {"take_part": True, "recontact": False})
    with pytest.raises(FieldsRefused) as refused:
        mending.mend(desk, STUDY, "BF-0001", {"group": "employee"})
    assert [fault.field for fault in refused.value.faults] == ["group"]
    # What they have begun stays where it is, too.
    before = case_of(runtime, person)
    mending.mend(desk, STUDY, "BF-0001", {"enrolled_on": "2026-06-01"})
    assert case_of(runtime, person) == before


def test_windows_follow_the_day_of_enrolment(runtime: Runtime, desk: Desk, person: Participant) -> None:
    before = case_of(runtime, person)
    plan = mending.plan(desk, STUDY, "BF-0001", {"enrolled_on": "2026-06-05"})
    assert [each.touchpoint for each in plan.moves] == [1]
    mending.mend(desk, STUDY, "BF-0001", {"enrolled_on": "2026-06-05"})
    after = case_of(runtime, person)
    assert after.opens_at == before.opens_at - dt.timedelta(days=10)
    assert after.closes_at is not None
    assert before.closes_at is not None
    assert after.closes_at == before.closes_at - dt.timedelta(days=10)


def test_site_and_attributes_change_and_no_case_moves(runtime: Runtime, desk: Desk, person: Participant) -> None:
    factories.create_site(runtime, "SM")
    plan = mending.mend(desk, STUDY, "BF-0001", {"site": "SM", "age": "25_50"})
    assert (plan.changed, plan.moves) == (("site", "age"), ())
    found, _ = enrolment.contact_of(desk, STUDY, "BF-0001")
    assert found.site is not None
    assert (found.site.reference, found.attributes) == ("SM", {"age": "25_50"})
    with pytest.raises(FieldsRefused):
        mending.mend(desk, STUDY, "BF-0001", {"site": "NOWHERE"})


def test_nothing_different_leaves_no_trace(runtime: Runtime, desk: Desk, person: Participant) -> None:
    assert mending.mend(desk, STUDY, "BF-0001", {"group": "backfill"}).changed == ()
    assert "participant_changed" not in trail(runtime)


@pytest.mark.parametrize(
    ("written", "state"),
    [
        ({"closes_on": "2026-06-01"}, None),
        ({"opens_on": "2026-06-01", "due_on": "2026-06-05", "closes_on": "2026-06-10"}, CaseState.CLOSED),
        ({"opens_on": "2026-07-01", "due_on": "", "closes_on": ""}, CaseState.SCHEDULED),
        ({"opens_on": "2026-06-01", "due_on": "2026-06-05", "closes_on": "2026-09-10"}, CaseState.OVERDUE),
        ({"opens_on": "2026-06-01", "due_on": "", "closes_on": ""}, CaseState.OPEN),
        ({"opens_on": ""}, None),
        ({"opens_on": "soon"}, None),
        # From the calendar's own ends nothing can be counted on, or back.
        ({"closes_on": "9999-12-31"}, None),
        ({"opens_on": "0001-01-01", "due_on": "", "closes_on": ""}, None),
        ({"opens_on": "1999-12-31", "due_on": "", "closes_on": ""}, None),
        ({"closes_on": "2199-12-31"}, CaseState.OPEN),
        ({"closes_on": "2200-01-01"}, None),
    ],
)
def test_the_window_of_a_case_is_as_written_or_refused(
    runtime: Runtime, desk: Desk, person: Participant, written: dict[str, str], state: CaseState | None
) -> None:
    before = case_of(runtime, person)
    if state is None:
        with pytest.raises(FieldsRefused):
            mending.mend_case(desk, STUDY, "BF-0001", 1, written)
        assert case_of(runtime, person) == before
        return
    assert mending.plan_case(desk, STUDY, "BF-0001", 1, written).state_after is state
    assert case_of(runtime, person) == before
    mending.mend_case(desk, STUDY, "BF-0001", 1, written)
    assert case_of(runtime, person).state(runtime.clock(), None) is state
    assert "case_changed" in trail(runtime)


@pytest.mark.parametrize("disposition", [Disposition.REFUSAL, Disposition.NOT_ELIGIBLE])
def test_a_case_that_was_refused_is_taken_up(
    runtime: Runtime, desk: Desk, person: Participant, disposition: Disposition
) -> None:
    with runtime.database.writing() as session:
        cases.set_disposition(session, case_of(runtime, person), disposition)
    plan = mending.plan_case(desk, STUDY, "BF-0001", 1, {})
    assert plan.can_be_asked_again
    mending.mend_case(desk, STUDY, "BF-0001", 1, {"again": "yes"})
    assert case_of(runtime, person).state(runtime.clock(), None) is CaseState.OPEN


def test_whoever_stopped_is_taken_up_by_themselves_first(runtime: Runtime, desk: Desk, person: Participant) -> None:
    with runtime.database.writing() as session:
        participants.set_stopped(session, person.id, runtime.clock())
    with pytest.raises(FieldsRefused):
        mending.mend_case(desk, STUDY, "BF-0001", 1, {"again": "yes"})
    with runtime.database.writing() as session:
        participants.withdraw(session, person.id, runtime.clock())
    with pytest.raises(StateRefused):
        mending.plan_case(desk, STUDY, "BF-0001", 1, {})


def test_the_pages_show_what_follows_before_anything_is_done(
    runtime: Runtime, client: Client, manager: Staff, person: Participant
) -> None:
    client.sign_in(manager.email)
    here = f"{HOME}/participants/BF-0001/mend"
    held = mending.as_written(runtime.study(STUDY), person)
    shown = post(client, here, **{**held, "enrolled_on": "2026-06-05"})
    assert isinstance(shown, Page)
    assert "Links and codes go on working" in shown.words
    assert enrolment.contact_of(Desk(runtime, manager), STUDY, "BF-0001")[0].enrolled_on == person.enrolled_on
    done = post(client, here, **{**held, "enrolled_on": "2026-06-05", "sure": "yes"})
    assert str(done).endswith("/BF-0001")
    wrong = post(client, here, **{**held, "enrolled_on": "soon"})
    assert isinstance(wrong, Page)
    assert "is not a date" in wrong.words or "Write it like" in wrong.words
    case_page = f"{HOME}/participants/BF-0001/1/mend"
    shown = post(client, case_page, closes_on="2026-12-31")
    assert isinstance(shown, Page)
    assert "It will be" in shown.words
    post(client, case_page, closes_on="2026-12-31", sure="yes")
    closes = case_of(runtime, person).closes_at
    assert closes is not None
    assert closes.date() == dt.date(2027, 1, 1)
    far = post(client, case_page, closes_on="9999-12-31")
    assert isinstance(far, Page)
    assert "31 December 9999 is too far off. Check the year." in far.words
