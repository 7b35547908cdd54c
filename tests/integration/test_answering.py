"""Answers through the services, on both databases."""

from __future__ import annotations

import dataclasses
import uuid

import pytest

from surveyapp.domain.answers import Codes, Mode
from surveyapp.domain.audit import ByLink
from surveyapp.domain.entry.pins import Pin
from surveyapp.domain.errors import AnswersRefused, NotOnRoute
from surveyapp.services.responses import answering, survey_session
from surveyapp.services.runtime import Runtime
from surveyapp.store import responses
from surveyapp.store.entry import pins
from tests import factories


@pytest.fixture
def who(runtime: Runtime) -> ByLink:
    who = factories.by_link(runtime, factories.create_participant(runtime))
    answering.give_consent(runtime, who, {"take_part": True})
    return who


def test_a_page_is_saved_and_the_next_one_offered(runtime: Runtime, who: ByLink) -> None:
    saved = answering.save_page(runtime, who, "heard_via", {"heard_via": ["job_shop"]}, uuid.uuid4())
    assert saved.visit.ready[1].answers == {"heard_via": Codes(("job_shop",))}
    following = saved.visit.next_page("heard_via")
    assert following is not None
    assert following.id == "heard_via_detail"


@pytest.mark.parametrize("earlier", [None, "earlier"])
def test_a_pin_that_was_chosen_is_kept_with_the_first_answer_and_one_that_is_there_stays(
    runtime: Runtime, who: ByLink, earlier: str | None
) -> None:
    person = survey_session.visit(runtime, who).participant.id
    if earlier is not None:
        with factories.operator(runtime).writing() as work:
            pins.set_pin(work.session, Pin(participant_id=person, hashed=earlier, set_at=work.now))
    chose = dataclasses.replace(who, chosen_pin="chosen")
    answering.save_page(runtime, chose, "heard_via", {"heard_via": ["job_shop"]}, uuid.uuid4())
    with runtime.database.reading() as session:
        found = pins.pin_of(session, person)
    assert found is not None
    assert found.hashed == (earlier or "chosen")


def test_a_form_sent_twice_saves_once(runtime: Runtime, who: ByLink) -> None:
    save_id = uuid.uuid4()
    for _ in range(2):
        saved = answering.save_page(runtime, who, "heard_via", {"heard_via": ["job_shop"]}, save_id)
    assert saved.repeated
    assert saved.visit.ready[2].revision == 1


def test_the_same_form_with_another_answer_is_a_changed_answer(runtime: Runtime, who: ByLink) -> None:
    save_id = uuid.uuid4()
    for option in ("job_shop", "online", "job_shop"):
        saved = answering.save_page(runtime, who, "heard_via", {"heard_via": [option]}, save_id)
    assert saved.visit.ready[2].revision == 3
    assert saved.visit.ready[1].answers["heard_via"] == Codes(("job_shop",))


def test_what_is_not_an_option_is_refused_and_nothing_stored(runtime: Runtime, who: ByLink) -> None:
    with pytest.raises(AnswersRefused) as refused:
        answering.save_page(runtime, who, "heard_via", {"heard_via": ["television"]}, uuid.uuid4())
    assert [fault.code for fault in refused.value.faults] == ["not_an_option"]
    assert survey_session.visit(runtime, who).ready[2].revision == 0


def test_a_page_out_of_order_is_refused_with_the_page_to_be_on(runtime: Runtime, who: ByLink) -> None:
    with pytest.raises(NotOnRoute) as refused:
        answering.save_page(runtime, who, "recommend", {"recommend": ["very_likely"]}, uuid.uuid4())
    assert refused.value.page == "heard_via"


def test_answers_off_the_route_are_not_asked_and_come_back_with_it(runtime: Runtime, who: ByLink) -> None:
    walk_to(runtime, who, "readiness_leaders_helpful", {"attended_readiness_sessions": "yes"})
    answering.save_page(
        runtime, who, "readiness_leaders_helpful", {"readiness_leaders_helpful": ["strongly_agree"]}, uuid.uuid4()
    )
    answering.save_page(
        runtime, who, "attended_readiness_sessions", {"attended_readiness_sessions": ["no"]}, uuid.uuid4()
    )
    visit = survey_session.visit(runtime, who)
    assert "readiness_leaders_helpful" in visit.ready[1].not_asked
    with runtime.database.reading() as session:
        stored = responses.current_answers(session, visit.ready[2].id)
    assert stored["readiness_leaders_helpful"] == answering.NOT_ASKED
    saved = answering.save_page(
        runtime, who, "attended_readiness_sessions", {"attended_readiness_sessions": ["yes"]}, uuid.uuid4()
    )
    assert saved.visit.ready[1].answers["readiness_leaders_helpful"] == Codes(("strongly_agree",))
    with runtime.database.reading() as session:
        stored = responses.current_answers(session, visit.ready[2].id)
    assert stored["readiness_leaders_helpful"] == Codes(("strongly_agree",))


def test_one_response_begun_by_a_participant_and_finished_by_an_interviewer(runtime: Runtime) -> None:
    participant = factories.create_participant(runtime)
    link = factories.by_link(runtime, participant)
    answering.give_consent(runtime, link, {"take_part": True})
    walk_to(runtime, link, "hopes", {})
    phone = factories.by_interviewer(factories.create_staff(runtime, factories.Role.INTERVIEWER), participant)
    walk_to(runtime, phone, None, {})
    answering.submit(runtime, phone)
    visit = survey_session.visit(runtime, phone)
    with runtime.database.reading() as session:
        assert [each.modes for each in responses.summaries(session, participant.id)] == [(Mode.SELF, Mode.PHONE)]
        given = responses.given_answers(session, visit.ready[2].id)
    assert given["heard_via"].mode is Mode.SELF
    assert given["hopes"].mode is Mode.PHONE
    assert given["hopes"].by == phone.staff.id


def walk_to(runtime: Runtime, who: survey_session.Who, stop: str | None, chosen: dict[str, str]) -> None:
    """Answers with the first option, or as chosen, from where the person is up to a page (or the end)."""
    page = survey_session.visit(runtime, who).ready[1].frontier
    while page is not None and page.id != stop:
        form = {
            part.key: [chosen.get(part.key) or (part.question.options[0].code if part.question.options else "7")]
            for part in page.parts
            if part.required
        }
        page = answering.save_page(runtime, who, page.id, form, uuid.uuid4()).visit.next_page(page.id)
