"""Stories of interviewers at their screens."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
import sqlalchemy as sa

from surveyapp.domain.answering.saves import Meanwhile
from surveyapp.domain.answers import Codes, Missing, Mode, Reason, Text
from surveyapp.domain.participants import Participant
from surveyapp.domain.privacy.leaving import LeavingReason, ParticipationChange
from surveyapp.domain.staff import Role
from surveyapp.services.fieldwork import attempts
from surveyapp.services.participants.identity import IdentityFact
from surveyapp.services.privacy import leaving
from surveyapp.services.responses import answering, survey_session
from surveyapp.services.runtime import Runtime
from surveyapp.services.staff import own_account
from surveyapp.services.work import Desk
from surveyapp.store import cases, responses
from surveyapp.store import staff as staff_store
from surveyapp.store.answering import consents as said_of_consent
from surveyapp.store.security import audit
from surveyapp.store.tables import CaseRow, ConsentRow
from surveyapp.web.interviewer.saves import MEANWHILE
from tests import factories
from tests.conftest import Clock
from tests.interviewer import Interviewer, counted, create_reachable
from tests.page import Client, Page


@pytest.fixture
def interviewer(client: Client, runtime: Runtime) -> Interviewer:
    return Interviewer(client, runtime)


def test_half_on_the_phone_page_and_half_by_an_interviewer_is_one_response_with_two_modes(
    runtime: Runtime, interviewer: Interviewer
) -> None:
    participant = create_reachable(runtime)
    link = factories.by_link(runtime, participant)
    answering.give_consent(runtime, link, {"take_part": True})
    answering.save_page(runtime, link, "heard_via", {"heard_via": ["online"]}, uuid.uuid4())
    answering.save_page(runtime, link, "heard_via_detail", {}, uuid.uuid4())
    answering.save_page(runtime, link, "first_feeling", {"first_feeling": ["negative"]}, uuid.uuid4())

    interviewer.open(participant)
    assert "/sections/start" in interviewer.start()
    page = interviewer.section("start")
    assert page.fields()["heard_via"] == ["online"]
    assert "answered by participant" in page.words
    assert interviewer.finish({"attended_readiness_sessions": "no", "placed": "no"}).location == "/interviews"

    visit = survey_session.visit(runtime, link)
    assert visit.submitted
    with runtime.database.reading() as session:
        response = visit.ready[2]
        assert [each.modes for each in responses.summaries(session, visit.participant.id)] == [(Mode.SELF, Mode.PHONE)]
        given = responses.given_answers(session, response.id)
        attempts = cases.attempts_of(session, visit.case.id)
    assert (given["heard_via"].mode, given["heard_via"].by) == (Mode.SELF, None)
    assert (given["hopes"].mode, given["hopes"].by) == (Mode.PHONE, interviewer.staff.id)
    assert [(attempt.outcome.value, attempt.staff_id) for attempt in attempts] == [("completed", interviewer.staff.id)]


def test_an_interview_stopped_half_way_is_taken_up_later_in_another_mode(
    client: Client, runtime: Runtime, interviewer: Interviewer, clock: Clock
) -> None:
    participant = create_reachable(runtime)
    interviewer.open(participant)
    interviewer.start()
    interviewer.answer("start", {"heard_via": "online", "first_feeling": "positive"}, then="stay")
    interviewer.end("broken_off", note="Her bus came.")

    colleague = Interviewer(client, runtime)
    assert "Tried just now: let be until" in colleague.client.page("/interviews?view=later").words
    clock.forward(days=1, hours=6)
    colleague = Interviewer(client, runtime)
    assert "Began to answer, and did not finish." in colleague.client.page("/interviews").words
    colleague.open(participant)
    case = colleague.client.page(colleague.case).words
    assert "Go on with the interview" in case
    assert "Her bus came." in case
    assert "/sections/start?mode=in_person" in colleague.start("in_person")
    page = colleague.section("start")
    assert page.fields()["heard_via"] == ["online"]
    assert f"entered by {interviewer.staff.name}, phone" in page.words
    colleague.finish()

    with runtime.database.reading() as session:
        assert [each.modes for each in responses.summaries(session, participant.id)] == [(Mode.PHONE, Mode.IN_PERSON)]


def test_consent_is_read_out_and_recorded_with_mode_and_interviewer(runtime: Runtime, interviewer: Interviewer) -> None:
    participant = create_reachable(runtime)
    interviewer.open(participant)
    assert "Thank you for your time." in interviewer.client.page(f"{interviewer.case}/consent?mode=video").words
    refused = interviewer.post(f"{interviewer.case}/consent?mode=video", {"consent_take_part": "yes"})
    assert refused.status_code == 422
    assert "Choose yes or no for each line." in Page(refused.text).words
    answers = {"consent_take_part": "yes", "consent_recontact": "no", "consent_quote_words": "no"}
    assert "/sections/start" in (interviewer.post(f"{interviewer.case}/consent?mode=video", answers).location or "")
    with runtime.database.reading() as session:
        said = said_of_consent.last_said(session, participant.id)
        trail = [entry for entry in audit.entries(session) if entry.action.startswith("consent_")]
    assert {key: each.given for key, each in said.items()} == {
        "take_part": True,
        "recontact": False,
        "quote_words": False,
    }
    assert {entry.staff_id for entry in trail} == {interviewer.staff.id}
    assert {entry.detail["mode"] for entry in trail} == {"video"}


def test_without_consent_there_are_no_questions(runtime: Runtime, interviewer: Interviewer) -> None:
    interviewer.open(create_reachable(runtime))
    interviewer.talk = "?mode=phone"
    sent_on = interviewer.client.get(f"{interviewer.case}/sections/start?mode=phone").location or ""
    assert "/consent" in sent_on
    answers = {"consent_take_part": "no", "consent_recontact": "no", "consent_quote_words": "no"}
    declined = interviewer.post(f"{interviewer.case}/consent?mode=phone", answers)
    assert declined.location == f"{interviewer.case}?mode=phone"
    assert "They did not agree to take part" in interviewer.client.page(interviewer.case).words
    refused = interviewer.autosave("heard_via", {"heard_via": "online"})
    assert (refused.status_code, (refused.json or {})["why"]) == (403, "consent")


def test_consent_given_at_touchpoint_1_carries_over(runtime: Runtime, interviewer: Interviewer) -> None:
    participant = create_reachable(runtime)
    interviewer.open(participant)
    interviewer.start()
    interviewer.finish()
    runtime.clock.forward(days=31)  # type: ignore[attr-defined]
    interviewer.client.sign_in(interviewer.staff.email)
    interviewer.open(participant, touchpoint=2)
    page = interviewer.client.page(interviewer.case)
    assert "They agreed to take part before" in page.words
    assert "15 Jun, phone, by you" in page.words
    sent_on = interviewer.post(f"{interviewer.case}/start", {"mode": "phone", "language": "en"}).location or ""
    assert "/2/sections/start" in sent_on
    with runtime.database.reading() as session:
        assert {key: each.given for key, each in said_of_consent.last_said(session, participant.id).items()} == {
            "take_part": True,
            "recontact": True,
            "quote_words": True,
        }


def test_a_save_says_what_became_of_it_and_renews_the_hold(runtime: Runtime, interviewer: Interviewer) -> None:
    participant = create_reachable(runtime)
    interviewer.open(participant)
    interviewer.start()
    save = str(uuid.uuid4())
    saved = interviewer.autosave("first_feeling", {"first_feeling": "positive"}, save=save)
    assert saved.json == {
        "save": save,
        "became": "saved",
        "revision": 1,
        "next": "heard_via",
        "faults": [],
        "stands": {},
        "hold": {"at": "11:30", "until": "12:00", "seconds": 1800, "attempts": 0},
    }
    assert (interviewer.autosave("first_feeling", {}, save=save).json or {})["became"] == "known"
    visit = survey_session.visit(runtime, factories.by_interviewer(interviewer.staff, participant))
    given = (visit.given or {})["first_feeling"]
    assert (given.answer, given.by, given.mode) == (Codes(("positive",)), interviewer.staff.id, Mode.PHONE)


def test_what_the_participant_answered_meanwhile_is_told_and_nothing_is_lost(
    runtime: Runtime, interviewer: Interviewer
) -> None:
    participant = create_reachable(runtime)
    interviewer.open(participant)
    interviewer.start()
    link = factories.by_link(runtime, participant)
    answering.save_page(runtime, link, "heard_via", {"heard_via": ["online"]}, uuid.uuid4())
    told = interviewer.autosave("heard_via", {"heard_via": "family"}, over={"heard_via": None}).json or {}
    assert told["became"] == "contested"
    stands = told["stands"]["heard_via"]
    assert (stands["form"], stands["whose"]) == ({"heard_via": ["online"]}, "self")
    chosen = interviewer.autosave("heard_via", {"heard_via": "family"}, over={"heard_via": stands["save"]})
    assert (chosen.json or {})["became"] == "saved"


def test_what_another_window_sends_after_the_interview_was_handed_in_is_kept_as_a_correction(
    runtime: Runtime, interviewer: Interviewer
) -> None:
    interviewer.open(create_reachable(runtime))
    interviewer.start()
    interviewer.finish()
    late = interviewer.autosave("heard_via", {"heard_via": "online"}).json or {}
    assert (late["became"], late["revision"]) == ("kept_as_correction", None)


KNOWN = (IdentityFact.NAME, IdentityFact.PHONE)
LEFT = {
    Meanwhile.STOPPED: (ParticipationChange.STOPPED, LeavingReason.TIME),
    Meanwhile.WITHDREW: (ParticipationChange.WITHDRAWN, LeavingReason.PRIVACY),
    Meanwhile.DIED: (ParticipationChange.DIED, LeavingReason.DIED),
}


def comes_between(runtime: Runtime, interviewer: Interviewer, why: Meanwhile, participant: Participant) -> None:
    """Makes it so, while the interviewer is at their screen."""
    if why in LEFT:
        leaving.record(factories.operator(runtime), participant.study, participant.reference, *LEFT[why], KNOWN)
    elif why is Meanwhile.SENT:
        interviewer.finish()
    elif why is Meanwhile.CONSENT_TAKEN_BACK:
        interviewer.finish()
        with runtime.database.writing() as session:
            session.execute(sa.update(ConsentRow).values(given=False))
    elif why is Meanwhile.REFUSED:
        interviewer.end("refused")
    elif why is Meanwhile.NOT_ELIGIBLE:
        interviewer.end("not_eligible", detail="outside_group")
    else:
        days = dt.timedelta(days=-1 if why is Meanwhile.CLOSED else 1)
        moved = {"closes_at" if why is Meanwhile.CLOSED else "opens_at": runtime.clock() + days}
        with runtime.database.writing() as session:
            session.execute(sa.update(CaseRow).values(**moved))


@pytest.mark.parametrize("why", Meanwhile, ids=lambda why: why.value)
def test_whatever_came_between_is_told_as_it_is(runtime: Runtime, interviewer: Interviewer, why: Meanwhile) -> None:
    participant = create_reachable(runtime)
    interviewer.open(participant)
    interviewer.start()
    comes_between(runtime, interviewer, why, participant)
    told = interviewer.autosave("heard_via", {"heard_via": "online"}).json or {}
    assert told["became"] in {"kept_as_correction", "discarded"}
    assert told["sentence"].startswith(str(MEANWHILE[why]))
    assert ("is kept." in told["sentence"]) == (told["became"] == "discarded")
    assert ("End the call" in told["sentence"]) == (why is not Meanwhile.SENT)
    assert "hold" not in told


def test_what_keeps_an_interviewer_out_is_told_as_it_is(runtime: Runtime, interviewer: Interviewer) -> None:
    """Whoever is not signed out is not told that they are."""
    participant = create_reachable(runtime)
    interviewer.open(participant)
    interviewer.start()
    with runtime.database.writing() as session:
        session.execute(sa.update(ConsentRow).values(given=False))
    refused = interviewer.autosave("heard_via", {"heard_via": "online"})
    assert refused.status_code == 403
    assert "they do not agree to take part" in (refused.json or {})["sentence"]
    erased = (participant.study, participant.reference, ParticipationChange.ERASED, LeavingReason.PRIVACY, KNOWN)
    leaving.record(factories.operator(runtime), *erased)
    refused = interviewer.autosave("heard_via", {"heard_via": "online"})
    assert refused.status_code == 401
    assert participant.reference in (refused.json or {})["sentence"]
    stranger = interviewer.client.raw.application.test_client()
    signed_out = stranger.post(f"{interviewer.case}/saves", json={}, headers={"Origin": "http://localhost"})
    assert (signed_out.status_code, signed_out.json) == (401, {"why": "ended"})


def test_without_a_script_a_follow_up_never_shown_is_not_skipped(runtime: Runtime, interviewer: Interviewer) -> None:
    participant = create_reachable(runtime)
    interviewer.open(participant)
    interviewer.start()
    answers = {"heard_via": "online", "first_feeling": "negative", "hopes": ["confidence"]}
    sent_on = interviewer.answer("start", answers).location or ""
    assert "/sections/start" in sent_on
    page = interviewer.section("start")
    assert "These answers bring up more questions" in page.words
    assert "What made you feel that way at first?" in page.words
    sent_on = interviewer.answer("start", answers).location or ""
    assert "/sections/readiness_start" in sent_on
    route = survey_session.visit(runtime, factories.by_interviewer(interviewer.staff, participant)).ready[1]
    assert route.answers["first_feeling_why"] == Missing(Reason.SKIPPED)


def test_an_interviewer_may_skip_with_a_reason(runtime: Runtime, interviewer: Interviewer) -> None:
    participant = create_reachable(runtime)
    interviewer.open(participant)
    interviewer.start()
    skipped = {"heard_via:missing": "skipped", "heard_via:note": "The line broke up."}
    interviewer.answer("start", skipped, then="stay")
    route = survey_session.visit(runtime, factories.by_interviewer(interviewer.staff, participant)).ready[1]
    assert route.answers["heard_via"] == Missing(Reason.SKIPPED, "The line broke up.")
    assert interviewer.section("start").fields()["heard_via:note"] == ["The line broke up."]


def test_what_can_be_stored_is_stored_though_something_else_is_wrong(
    runtime: Runtime, interviewer: Interviewer
) -> None:
    participant = create_reachable(runtime)
    interviewer.open(participant)
    interviewer.start()
    wrong = interviewer.answer("start", {"heard_via": "television", "first_feeling": "neutral"})
    assert wrong.status_code == 422
    page = Page(wrong.text)
    assert "Choose from the answers shown." in page.words
    assert "Enter an answer, or skip the question and say why." in page.words
    assert {"#q-heard_via", "#q-hopes"} <= set(page.links())
    answers = survey_session.visit(runtime, factories.by_interviewer(interviewer.staff, participant)).ready[1].answers
    assert answers == {"first_feeling": Codes(("neutral",))}
    by_itself = interviewer.autosave("heard_via", {"heard_via": "television"}).json or {}
    assert by_itself["became"] == "faulty"
    assert [(each["variable"], each["sentence"], each["id"]) for each in by_itself["faults"]] == [
        ("heard_via", "Choose from the answers shown.", "q-heard_via")
    ]


def test_going_past_what_the_participant_said_leaves_it_theirs(runtime: Runtime, interviewer: Interviewer) -> None:
    participant = create_reachable(runtime)
    link = factories.by_link(runtime, participant)
    answering.give_consent(runtime, link, {"take_part": True})
    answering.save_page(
        runtime, link, "heard_via", {"heard_via": ["other"], "heard_via_other_text": ["A poster"]}, uuid.uuid4()
    )
    interviewer.open(participant)
    interviewer.start()
    fields = interviewer.section("start").fields()
    same = {"heard_via": fields["heard_via"], "heard_via_other_text": fields["heard_via_other_text"]}
    interviewer.answer("start", same, then="stay")
    interviewer.answer("start", {**same, "heard_via_other_text": "A poster in the library"}, then="stay")
    with runtime.database.reading() as session:
        response = survey_session.visit(runtime, link).ready[2]
        given = responses.given_answers(session, response.id)
    assert response.revision == 2
    assert given["heard_via"].mode is Mode.SELF
    assert (given["heard_via_other_text"].answer, given["heard_via_other_text"].mode) == (
        Text("A poster in the library"),
        Mode.PHONE,
    )


def test_the_last_look_lists_what_is_unanswered_and_nothing_unfinished_is_handed_in(
    runtime: Runtime, interviewer: Interviewer
) -> None:
    participant = create_reachable(runtime)
    interviewer.open(participant)
    interviewer.start()
    interviewer.answer("start", {"first_feeling": "neutral"}, then="stay")
    page = interviewer.client.page(f"{interviewer.case}/check{interviewer.talk}")
    assert "How did you first hear about the scheme?" in page.words
    assert "3 questions to answer" in page.words
    assert any(link.endswith("#q-heard_via") for link in page.links())
    handed_in = interviewer.post(f"{interviewer.case}/check{interviewer.talk}")
    assert handed_in.location == f"{interviewer.case}/check{interviewer.talk}"
    assert not survey_session.visit(runtime, factories.by_interviewer(interviewer.staff, participant)).submitted


def test_handing_in_twice_records_one_attempt_and_opens_what_follows(
    runtime: Runtime, interviewer: Interviewer
) -> None:
    participant = create_reachable(runtime)
    interviewer.open(participant)
    interviewer.start()
    interviewer.finish()
    who = factories.by_interviewer(interviewer.staff, participant)
    attempts.hand_in(runtime, who, uuid.uuid4())
    late = interviewer.answer_late("start", {"heard_via": "family"})
    assert late.location == "/interviews"
    assert "handed in already" in interviewer.client.page("/interviews").words
    with runtime.database.reading() as session:
        made = cases.cases_of(session, participant.id)
        assert [case.touchpoint for case in made] == [1, 2]
        assert len(cases.attempts_of(session, made[0].id)) == 1
        assert cases.lease_of(session, made[0].id) is None


@pytest.mark.parametrize("section_id", ["overall_", "consent", "..", "%00"])
def test_a_section_that_does_not_exist_is_not_found(
    runtime: Runtime, interviewer: Interviewer, section_id: str
) -> None:
    interviewer.open(create_reachable(runtime))
    interviewer.start()
    path = f"{interviewer.case}/sections/{section_id}{interviewer.talk}"
    assert interviewer.client.get(path).status_code == 404
    # What no address can hold is met by no rule that takes a form.
    assert interviewer.post(path, {"heard_via": "online"}).status_code == (405 if section_id == "%00" else 404)


def test_a_section_that_is_not_asked_sends_on_to_where_they_are(runtime: Runtime, interviewer: Interviewer) -> None:
    interviewer.open(create_reachable(runtime))
    interviewer.start()
    path = f"{interviewer.case}/sections/placement{interviewer.talk}"
    assert "/sections/start" in (interviewer.client.get(path).location or "")


def test_a_page_costs_the_same_however_much_was_answered(runtime: Runtime, interviewer: Interviewer) -> None:
    interviewer.open(create_reachable(runtime))
    interviewer.start()
    counts = []
    for answers in ({"heard_via": "online"}, {"first_feeling": "positive"}):
        with counted(runtime) as page:
            interviewer.client.get(f"{interviewer.case}/sections/start{interviewer.talk}")
        token = interviewer.token()
        with counted(runtime) as save:
            interviewer.client.raw.post(
                f"{interviewer.case}/sections/start{interviewer.talk}",
                data={**answers, "save_id": str(uuid.uuid4())},
                headers={"Accept": "application/json", "X-CSRFToken": token},
            )
        counts.append((len(page), len(save)))
    # Each reads the session and whose it is; whose key words are sealed under is looked up where there are any.
    # PostgreSQL locks the case with a statement of its own, and stores the save in one for SQLite's four.
    assert counts == [(12, 20 if runtime.database.engine.dialect.name == "postgresql" else 21)] * 2


def test_the_mode_is_chosen_before_questions_are_shown(runtime: Runtime, interviewer: Interviewer) -> None:
    interviewer.open(create_reachable(runtime))
    interviewer.start()
    for query in ("", "?mode=self", "?mode=telepathy"):
        assert (interviewer.client.get(f"{interviewer.case}/sections/start{query}").location or "").startswith(
            interviewer.case
        )
    refused = interviewer.post(f"{interviewer.case}/start", {"mode": "self"})
    assert refused.status_code == 422


@pytest.mark.both_databases
def test_whether_single_keys_do_something_is_kept(runtime: Runtime) -> None:
    desk = Desk(runtime, factories.create_staff(runtime, Role.INTERVIEWER))
    for on in (False, True):
        own_account.keep_single_keys(desk, on)
        with desk.reading() as work:
            found = staff_store.staff_by_id(work.session, work.staff.id)
        assert found is not None
        assert found.single_keys is on
