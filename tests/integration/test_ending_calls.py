"""What came of each attempt, and who may record it: on both databases."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from surveyapp.domain.answers import Mode
from surveyapp.domain.audit import AuditEntry
from surveyapp.domain.errors import InputRefused, NotPermitted, StateRefused
from surveyapp.domain.fieldwork.call_wishes import within_call_hours
from surveyapp.domain.fieldwork.cases import Disposition, Outcome
from surveyapp.domain.participants import Participant
from surveyapp.domain.staff import Role
from surveyapp.services.fieldwork import attempts, call_queue
from surveyapp.services.responses import survey_session
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import cases
from surveyapp.store.entry import accesses
from surveyapp.store.security import audit
from tests import factories
from tests.interviewer import Interviewer, create_reachable
from tests.page import Client, Page


@pytest.fixture
def interviewer(client: Client, runtime: Runtime) -> Interviewer:
    return Interviewer(client, runtime)


def on_the_clock(written: str) -> dt.datetime:
    """A time as the study's own clock shows it, without a zone."""
    return dt.datetime.fromisoformat(written)


def disposition(runtime: Runtime, participant: Participant) -> Disposition:
    with runtime.database.reading() as session:
        return cases.cases_of(session, participant.id)[0].disposition


def trail(runtime: Runtime, action: str) -> list[AuditEntry]:
    with runtime.database.reading() as session:
        return [entry for entry in audit.entries(session) if entry.action == action]


class TestTheEndOfACall:
    @pytest.mark.parametrize(
        ("outcome", "then"),
        [
            ("no_answer", Disposition.NON_CONTACT),
            ("busy", Disposition.NON_CONTACT),
            ("answerphone", Disposition.NON_CONTACT),
            ("callback", Disposition.NON_CONTACT),
            ("appointment", Disposition.NON_CONTACT),
            ("wrong_number", Disposition.UNKNOWN),
            ("language_barrier", Disposition.OTHER),
            ("refused", Disposition.REFUSAL),
            ("broken_off", Disposition.PARTIAL),
            ("link_sent", Disposition.NON_CONTACT),
        ],
    )
    def test_every_outcome_is_recorded_and_lets_the_case_go(
        self, runtime: Runtime, interviewer: Interviewer, outcome: str, then: Disposition
    ) -> None:
        participant = create_reachable(runtime)
        interviewer.open(participant)
        page = interviewer.client.page(f"{interviewer.case}/end?outcome={outcome}")
        data = {name: values[-1] for name, values in page.fields().items() if name in ("outcome", "attempt_id", "mode")}
        agreed = {"agreed": "2026-06-16T14:00"} if outcome in ("callback", "appointment") else {}
        response = interviewer.post(f"{interviewer.case}/end", {**data, **agreed, "note": " Spoke to her son. "})
        assert response.status_code == (200 if outcome == "link_sent" else 302)
        with runtime.database.reading() as session:
            case = cases.cases_of(session, participant.id)[0]
            (attempt,) = cases.attempts_of(session, case.id)
            assert cases.lease_of(session, case.id) is None
        assert case.disposition is then
        assert (attempt.outcome, attempt.mode, attempt.note) == (Outcome(outcome), Mode.PHONE, "Spoke to her son.")
        assert attempt.staff_id == interviewer.staff.id
        agreed_at = dt.datetime(2026, 6, 16, 13, 0, tzinfo=dt.UTC) if agreed else None
        assert attempt.next_at == case.next_at == agreed_at
        (entry,) = trail(runtime, "attempt_recorded")
        assert (entry.subject, entry.detail["outcome"]) == (participant.reference, outcome)

    @pytest.mark.parametrize(
        ("written", "sentence"),
        [
            ("", "Enter the day and time you agreed."),
            ("2026-06-15T11:30", "That time has passed. Enter one to come."),
            ("2026-12-12T10:31", "That is more than 180 days ahead. Check the date."),
            ("2026-12-12T10:30", "These questions are open until 14 August 2026. Choose a time up to then."),
            ("2026-08-15T00:00", "These questions are open until 14 August 2026. Choose a time up to then."),
            ("tomorrow", "Write a day and a time, such as 16 June 2026, 14:00."),
        ],
    )
    def test_a_call_back_needs_a_time_to_come(
        self, runtime: Runtime, interviewer: Interviewer, written: str, sentence: str
    ) -> None:
        participant = create_reachable(runtime)
        interviewer.open(participant)
        refused = interviewer.end("callback", agreed=written)
        assert refused.status_code == 422
        assert sentence in Page(refused.text).words
        assert interviewer.client.page(interviewer.case).words

    @pytest.mark.parametrize("written", ["2026-06-15T11:31", "2026-08-14T23:59"])
    def test_the_next_minute_and_the_last_before_it_closes_are_to_come(
        self, runtime: Runtime, interviewer: Interviewer, written: str
    ) -> None:
        participant = create_reachable(runtime)
        interviewer.open(participant)
        assert interviewer.end("callback", agreed=written).status_code == 302
        with runtime.database.reading() as session:
            (case,) = cases.cases_of(session, participant.id)
        assert case.next_at is not None
        local = case.next_at.astimezone(runtime.zone(runtime.study(factories.STUDY)))
        assert local.replace(tzinfo=None) == dt.datetime.fromisoformat(written)

    @pytest.mark.parametrize(("length", "status"), [(1000, 302), (1001, 422)])
    def test_a_note_has_an_end(self, runtime: Runtime, interviewer: Interviewer, length: int, status: int) -> None:
        interviewer.open(create_reachable(runtime))
        response = interviewer.end("no_answer", note="é" * length)
        assert response.status_code == status

    def test_a_time_outside_calling_hours_is_kept_and_remarked_on(
        self, runtime: Runtime, interviewer: Interviewer
    ) -> None:
        interviewer.open(create_reachable(runtime))
        interviewer.end("callback", agreed="2026-06-15T21:00")
        words = interviewer.client.page("/interviews").words
        assert "The next call is agreed for Monday 15 June, 21:00." in words
        assert "outside calling hours" in words

    def test_a_form_sent_twice_is_one_attempt(self, runtime: Runtime, interviewer: Interviewer) -> None:
        participant = create_reachable(runtime)
        interviewer.open(participant)
        key = str(uuid.uuid4())
        for _ in range(2):
            assert interviewer.end("refused", attempt_id=key).status_code == 302
        with runtime.database.reading() as session:
            assert len(cases.attempts_of(session, cases.cases_of(session, participant.id)[0].id)) == 1

    def test_the_link_is_shown_once_and_opens_their_questions(self, runtime: Runtime, interviewer: Interviewer) -> None:
        participant = create_reachable(runtime)
        interviewer.open(participant)
        key = str(uuid.uuid4())
        shown = Page(interviewer.end("link_sent", attempt_id=key).text)
        (address,) = [attributes["value"] for tag, attributes in shown.elements if attributes.get("id") == "link"]
        token = address.removeprefix(f"{runtime.settings.public_url}/s/")
        opened = survey_session.visit(runtime, factories.known_by(runtime, token))
        assert opened.participant.reference == participant.reference
        assert interviewer.end("link_sent", attempt_id=key).location == "/interviews"
        assert [entry.subject for entry in trail(runtime, "link_given_out")] == [participant.reference]

    def test_completed_is_not_recorded_by_hand(self, runtime: Runtime, interviewer: Interviewer) -> None:
        participant = create_reachable(runtime)
        interviewer.open(participant)
        assert "Choose what came of it" in Page(interviewer.end("completed").text).words
        who = factories.by_interviewer(interviewer.staff, participant)
        with pytest.raises(InputRefused):
            attempts.record_attempt(runtime, who, Outcome.COMPLETED, uuid.uuid4())
        assert disposition(runtime, participant) is Disposition.UNKNOWN

    def test_a_long_note_is_refused_not_cut(self, runtime: Runtime, interviewer: Interviewer) -> None:
        interviewer.open(create_reachable(runtime))
        refused = interviewer.end("no_answer", note="x" * 1001)
        assert refused.status_code == 422
        assert "Make the note shorter: at most 1000 characters." in Page(refused.text).words

    def test_a_refusal_is_final(self, runtime: Runtime, interviewer: Interviewer) -> None:
        participant = create_reachable(runtime)
        interviewer.open(participant)
        interviewer.end("refused")
        assert interviewer.open(participant).status_code == 409
        who = factories.by_interviewer(interviewer.staff, participant)
        with pytest.raises(StateRefused):
            attempts.record_attempt(runtime, who, Outcome.NO_ANSWER, uuid.uuid4())


class TestPermission:
    PAGES = (
        "",
        "/job_rotation/BF-1/1",
        "/job_rotation/BF-1/1/consent?mode=phone",
        "/job_rotation/BF-1/1/check?mode=phone",
        "/job_rotation/BF-1/1/sections/start?mode=phone",
        "/job_rotation/BF-1/1/end",
    )
    ACTS = (
        "",
        "/job_rotation/BF-1/1/open",
        "/job_rotation/BF-1/1/release",
        "/job_rotation/BF-1/1/start",
        "/job_rotation/BF-1/1/consent?mode=phone",
        "/job_rotation/BF-1/1/sections/start?mode=phone",
        "/job_rotation/BF-1/1/check?mode=phone",
        "/job_rotation/BF-1/1/end",
    )

    def test_who_is_not_signed_in_is_sent_to_sign_in(self, client: Client) -> None:
        for page in self.PAGES:
            assert (client.get(f"/interviews{page}").location or "").startswith("/staff/login")
        token = client.page("/staff/login").fields()["csrf_token"][0]
        for act in self.ACTS:
            posted = client.post(f"/interviews{act}", {"csrf_token": token})
            assert (posted.location or "").startswith("/staff/login"), act

    @pytest.mark.parametrize("role", [Role.EVALUATOR, Role.MANAGER])
    def test_who_may_not_interview_gets_403(self, client: Client, runtime: Runtime, role: Role) -> None:
        create_reachable(runtime, reference="BF-1")
        other = Interviewer(client, runtime, role)
        for page in self.PAGES:
            assert other.client.get(f"/interviews{page}").status_code == 403, page
        full = {"mode": "phone", "outcome": "no_answer", "attempt_id": str(uuid.uuid4()), "language": "en"}
        for act in self.ACTS:
            assert other.post(f"/interviews{act}", full).status_code == 403, act
        with pytest.raises(NotPermitted):
            call_queue.queue(Desk(runtime, other.staff))

    def test_every_act_needs_the_pages_token(self, runtime: Runtime, interviewer: Interviewer) -> None:
        create_reachable(runtime, reference="BF-1")
        for act in self.ACTS:
            assert interviewer.client.post(f"/interviews{act}", {}).status_code == 400, act


@pytest.mark.parametrize(
    ("local", "within"),
    [
        (on_the_clock("2026-06-15T09:00"), True),
        (on_the_clock("2026-06-15T08:59"), False),
        (on_the_clock("2026-06-15T20:30"), True),
        (on_the_clock("2026-06-15T20:31"), False),
        (on_the_clock("2026-06-20T17:00"), True),
        (on_the_clock("2026-06-21T17:01"), False),
    ],
)
def test_calling_hours(local: dt.datetime, within: bool) -> None:
    assert within_call_hours(local) is within


def test_a_call_back_is_agreed_in_words_and_of_a_time_that_comes_twice_it_is_asked_which(
    runtime: Runtime, interviewer: Interviewer
) -> None:
    participant = create_reachable(runtime)
    interviewer.open(participant)
    unclear = interviewer.end("callback", in_words="when I am back")
    assert unclear.status_code == 422
    assert "That is not understood as a time" in Page(unclear.text).words
    both = interviewer.end("callback", agreed="2026-06-17T14:00", in_words="Tuesday after 5")
    assert both.status_code == 422
    sentence = "Day and time say 17 June 2026, 14:00, and the words 16 June 2026, 17:00. Leave out what is not meant."
    assert sentence in Page(both.text).words
    assert stand(runtime, participant)[2] == []
    interviewer.end("callback", agreed="2026-06-16T17:00", in_words="Tuesday after 5")
    assert stand(runtime, participant)[1] == dt.datetime(2026, 6, 16, 16, 0, tzinfo=dt.UTC)
    runtime.clock.forward(days=100)  # type: ignore[attr-defined]
    interviewer.client.sign_in(interviewer.staff.email)
    later = create_reachable(runtime)
    interviewer.open(later)
    twice = interviewer.end("callback", agreed="2026-10-25T01:30")
    assert twice.status_code == 422
    assert "Choose which of the two is meant" in Page(twice.text).words
    interviewer.end("callback", agreed="2026-10-25T01:30", which="second")
    assert stand(runtime, later)[1] == dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC)


class TestTakingBack:
    @pytest.mark.parametrize("outcome", ["answerphone", "refused", "callback", "link_sent", "wrong_number"])
    def test_within_the_hour_everything_is_as_before(
        self, runtime: Runtime, interviewer: Interviewer, outcome: str
    ) -> None:
        participant = create_reachable(runtime)
        interviewer.open(participant)
        interviewer.end("callback", agreed="2026-06-20T14:00")
        runtime.clock.forward(minutes=2)  # type: ignore[attr-defined]
        before = stand(runtime, participant)
        interviewer.open(participant)
        interviewer.end(outcome, agreed="2026-06-22T14:00")
        assert stand(runtime, participant) != before
        for _ in range(2):  # whoever does nothing for half an hour is signed out
            runtime.clock.forward(minutes=29)  # type: ignore[attr-defined]
            form = interviewer.client.page("/interviews")
        assert "You can undo it until 12:32, as long as nobody goes on with them." in form.words
        undone = interviewer.post(f"{interviewer.case}/undo", {"attempt_id": form.fields()["attempt_id"][0]})
        assert undone.location == interviewer.case
        assert stand(runtime, participant) == before
        assert "Before you start" in interviewer.client.page(interviewer.case).words
        assert [entry.detail["outcome"] for entry in trail(runtime, "attempt_undone")] == [outcome]
        assert [entry.detail["outcome"] for entry in trail(runtime, "attempt_recorded")] == ["callback", outcome]

    def test_not_after_an_hour_nor_once_somebody_went_on(
        self, client: Client, runtime: Runtime, interviewer: Interviewer
    ) -> None:
        participant = create_reachable(runtime)
        interviewer.open(participant)
        interviewer.end("no_answer")
        attempt_id = interviewer.client.page("/interviews").fields()["attempt_id"][0]
        colleague = Interviewer(client, runtime)
        assert colleague.post(f"{interviewer.case}/undo", {"attempt_id": attempt_id}).status_code == 409
        runtime.clock.forward(seconds=30)  # type: ignore[attr-defined]
        colleague.open(participant)
        assert interviewer.post(f"{interviewer.case}/undo", {"attempt_id": attempt_id}).status_code == 409
        colleague.end("busy")
        assert interviewer.post(f"{interviewer.case}/undo", {"attempt_id": attempt_id}).status_code == 409
        for _ in range(3):
            runtime.clock.forward(minutes=21)  # type: ignore[attr-defined]
            page = interviewer.client.page("/interviews")
        assert "You recorded" not in page.words
        assert stand(runtime, participant)[2] == ["no_answer", "busy"]


def stand(runtime: Runtime, participant: Participant) -> tuple[Disposition, dt.datetime | None, list[str], int]:
    """How a case stands: its disposition, the time agreed, its attempts, and how many links open it."""
    with runtime.database.reading() as session:
        case = cases.cases_of(session, participant.id)[0]
        tried = [attempt.outcome.value for attempt in cases.attempts_of(session, case.id)]
        links = sum(each.revoked_at is None for each in accesses.accesses_of(session, case.id))
        return case.disposition, case.next_at, tried, links
