"""The pages on which a call ends: what each outcome needs, what follows said before, and lists that are decided."""

from __future__ import annotations

import pytest

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.fieldwork.cases import Outcome
from surveyapp.domain.staff import Role
from surveyapp.services.fieldwork.attempts import RECORDED_BY_HAND
from surveyapp.services.runtime import Runtime
from surveyapp.store import participants
from surveyapp.web.interviewer.views import CONSEQUENCES, ENDINGS
from tests import factories
from tests.interviewer import Interviewer, create_reachable
from tests.page import Client, Page


@pytest.fixture
def interviewer(client: Client, runtime: Runtime) -> Interviewer:
    return Interviewer(client, runtime)


def test_each_outcome_has_one_key_and_says_what_follows() -> None:
    ways = [way for _, ways in ENDINGS for way in ways]
    assert sorted((outcome for _, outcome, _ in ways), key=str) == sorted(RECORDED_BY_HAND, key=str)
    assert len({key for key, _, _ in ways}) == len(ways)
    assert set(CONSEQUENCES) == set(RECORDED_BY_HAND)


def test_somebody_withdraws_on_the_phone_and_it_is_undone(runtime: Runtime, interviewer: Interviewer) -> None:
    person = create_reachable(runtime)
    interviewer.open(person)
    page = interviewer.client.page(f"{interviewer.case}/end?outcome=withdrew")
    assert "leaves every page, file and count at once" in page.words
    assert "You can undo it for an hour, as long as nobody goes on with them." in page.words
    unsure = interviewer.end("withdrew", facts=["name"], why="time")
    assert unsure.status_code == 422
    assert interviewer.end("withdrew", facts=["name", "phone"], why="time").status_code == 302
    with runtime.database.reading() as session:
        now = participants.participant(session, person.id, runtime.clock().date())
        assert now is not None
        assert now.withdrawn_at is not None
    form = interviewer.client.page("/interviews")
    interviewer.post(f"{interviewer.case}/undo", {"attempt_id": form.fields()["attempt_id"][0]})
    assert "Before you start" in interviewer.client.page(interviewer.case).words


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        ("not_eligible", "Choose one of these."),
        ("moved", "Choose one of these."),
        ("complained", "Write down what they complained of"),
        ("withdrew", "Choose the reason that comes closest."),
    ],
)
def test_what_is_missing_is_said_where_it_belongs(
    runtime: Runtime, interviewer: Interviewer, outcome: str, sentence: str
) -> None:
    interviewer.open(create_reachable(runtime))
    refused = interviewer.end(outcome)
    assert refused.status_code == 422
    assert sentence in Page(refused.text).words


def test_a_complaint_stands_on_the_supervisor_s_page_until_it_is_decided(
    client: Client, runtime: Runtime, interviewer: Interviewer
) -> None:
    person = create_reachable(runtime)
    interviewer.open(person)
    interviewer.end("complained", note="Four times, at dinner.")
    assert interviewer.open(person).status_code == 409
    boss = Interviewer(client, runtime, Role.SUPERVISOR)
    address = f"/rights/{person.study}/waiting"
    page = boss.client.page(address)
    assert "Four times, at dinner." in page.words
    referral = page.fields()["referral"][0]
    assert boss.post(address, {"referral": referral}).status_code == 422
    assert boss.post(address, {"referral": "7"}).status_code == 409
    assert boss.post(address, {"referral": referral, "decision": "call_again"}).status_code == 302
    with factories.operator(runtime).reading() as work:
        noted = work.noted_of(person.study, person.reference)
    assert [each.detail for each in noted if each.action is AuditAction.REFERRAL_DECIDED] == [
        {"touchpoint": 1, "kind": "complaint", "decision": "call_again"}
    ]
    assert "Nobody waits for you to decide." in boss.client.page(address).words
    assert interviewer.open(person).status_code == 302
    assert interviewer.client.get(address).status_code == 403


def test_a_code_is_read_out_sign_by_sign_and_the_case_says_who_goes_on(
    runtime: Runtime, interviewer: Interviewer
) -> None:
    interviewer.open(create_reachable(runtime))
    page = Page(interviewer.post(f"{interviewer.case}/themselves", {"kind": "code"}).text)
    assert "type this code" in page.words
    assert "They go on by themselves since 11:30." in interviewer.client.page(interviewer.case).words
    assert interviewer.client.get(f"{interviewer.case}/check?mode=phone").location == interviewer.case + "?mode=phone"
    interviewer.post(f"{interviewer.case}/back")
    assert "They go on by themselves since" not in interviewer.client.page(interviewer.case).words


def test_the_outcomes_are_walked(interviewer: Interviewer, runtime: Runtime) -> None:
    """Each has a page of its own that says what follows before anything is recorded."""
    interviewer.open(create_reachable(runtime))
    for outcome in RECORDED_BY_HAND:
        words = interviewer.client.page(f"{interviewer.case}/end?outcome={outcome.value}").words
        assert " ".join(str(CONSEQUENCES[outcome]).split()) in words, outcome
    assert Outcome.COMPLETED not in RECORDED_BY_HAND
