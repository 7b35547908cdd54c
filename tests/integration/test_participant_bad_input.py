"""Whatever is sent: never a server error, never an answer lost or doubled, always a page that says what to do."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surveyapp import create_app
from surveyapp.domain.answers import Answer, Codes
from surveyapp.domain.people import Participant
from surveyapp.domain.route import NOT_ASKED
from surveyapp.domain.staff import Role
from surveyapp.services import access, answering
from surveyapp.services.runtime import Runtime
from surveyapp.store import responses
from surveyapp.web.shared.limits import limiter
from tests import factories
from tests.conftest import Clock
from tests.page import Client, Page
from tests.phone import Phone


@pytest.fixture
def candidate(runtime: Runtime) -> Participant:
    return factories.create_participant(runtime)


@pytest.fixture
def link(runtime: Runtime, candidate: Participant) -> str:
    return factories.create_link(runtime, candidate)


@pytest.fixture
def phone(runtime: Runtime, link: str) -> Phone:
    """A phone on the first question."""
    phone = Phone(runtime)
    phone.agree(link)
    return phone


def stored(runtime: Runtime, participant: Participant) -> tuple[dict[str, Answer], int]:
    """The current answers, *not asked* left out, and how many saves there were."""
    visit = answering.visit(runtime, factories.by_link(runtime, participant))
    with runtime.database.reading() as session:
        current = responses.current_answers(session, visit.ready[2].id)
    return {key: answer for key, answer in current.items() if answer != NOT_ASKED}, visit.ready[2].revision


# Links and codes


def test_a_wrong_link_says_what_to_do(runtime: Runtime) -> None:
    phone = Phone(runtime)
    phone.open("/s/" + "x" * 24)
    assert (phone.status, phone.heading) == (404, "This link does not work")
    assert "0808 157 0142" in phone.page.words
    assert "/start" in phone.page.links()


@pytest.mark.parametrize("token", ["%00", "é", "a" * 3000, "..", "%F0%9F%98%80", "' OR 1=1 --"])
def test_a_nonsensical_link_is_only_wrong(runtime: Runtime, token: str) -> None:
    assert Phone(runtime).client.get(f"/s/{token}").status_code in (308, 404)


def test_a_full_stop_after_a_link_is_not_part_of_it(runtime: Runtime, link: str) -> None:
    phone = Phone(runtime)
    phone.open(link + ".")
    assert phone.path == "/survey/consent"


def test_an_expired_link_says_so(runtime: Runtime, clock: Clock, link: str) -> None:
    clock.forward(days=60 + access.LINK_DAYS_AFTER_CLOSING + 1)
    phone = Phone(runtime)
    phone.open(link)
    assert (phone.status, phone.heading) == (410, "This link no longer works")
    assert "limited time" in phone.page.words


def test_a_link_revoked_while_answering_ends_there(
    runtime: Runtime, candidate: Participant, phone: Phone, link: str
) -> None:
    phone.send(heard_via="family")
    manager = factories.create_staff(runtime, Role.MANAGER)
    access.revoke(runtime, manager, factories.STUDY, candidate.reference, 1)
    phone.send(first_feeling="positive")
    assert (phone.status, phone.heading) == (410, "This link no longer works")
    assert "What you answered is kept" in phone.page.words
    phone.open(link)
    assert phone.status == 410
    assert stored(runtime, candidate) == ({"heard_via": Codes(("family",))}, 1)


@pytest.mark.parametrize("typed", ["", " ", "abcd", "K7QM-2VXA-9TB", "\x00", "é" * 11, "9" * 5000])
def test_a_wrong_code_says_so_once_and_keeps_what_was_typed(runtime: Runtime, typed: str) -> None:
    phone = Phone(runtime)
    phone.open("/start")
    phone.send(code=typed)
    assert phone.status == 422
    assert phone.page.said("title")[0].startswith("Error: ")
    assert [target for target, _ in phone.faults] == ["#code"]
    if typed == "K7QM-2VXA-9TB":
        assert phone.chosen() == {"code": [typed]}


def test_a_revoked_code_says_that_it_no_longer_works(runtime: Runtime, candidate: Participant) -> None:
    code = factories.create_code(runtime, candidate)
    access.revoke(runtime, factories.create_staff(runtime, Role.MANAGER), factories.STUDY, candidate.reference, 1)
    phone = Phone(runtime)
    phone.open("/start")
    phone.send(code=code)
    assert phone.status == 422
    assert "no longer works" in phone.faults[0][1]


def test_codes_cannot_be_guessed_quickly(runtime: Runtime) -> None:
    app = create_app(runtime)
    app.testing = True
    limiter.reset()
    try:
        client = Client(app.test_client())
        fields = client.page("/start").fields()
        statuses = [
            client.post("/start", {**fields, "code": f"K7QM2VXA9{number:02}"}).status_code for number in range(10, 32)
        ]
    finally:
        limiter.reset()
    assert statuses[:20] == [422] * 20
    assert statuses[20:] == [429, 429]


def test_a_wrong_link_does_not_end_the_session_there_is(phone: Phone) -> None:
    phone.open("/s/nothing")
    assert phone.status == 404
    phone.open("/survey")
    assert phone.question == "heard_via"


def test_another_persons_link_begins_another_session(runtime: Runtime, candidate: Participant, phone: Phone) -> None:
    stale = phone.page.fields()
    other = factories.create_participant(runtime)
    phone.agree(factories.create_link(runtime, other))
    response = phone.client.post("/survey/q/heard_via", {**stale, "heard_via": "online"})
    assert response.status_code == 400
    assert stored(runtime, candidate)[0] == {}
    assert stored(runtime, other)[0] == {}


def test_without_a_session_every_page_says_how_to_come_back(runtime: Runtime) -> None:
    phone = Phone(runtime)
    for address in (
        "/survey",
        "/survey/consent",
        "/survey/q/heard_via",
        "/survey/check",
        "/survey/done",
        "/survey/later",
        "/survey/declined",
    ):
        phone.open(address)
        assert (phone.status, phone.heading) == (403, "Open your link again"), address


# Forms


def test_a_form_without_its_token_is_refused_and_nothing_stored(
    runtime: Runtime, candidate: Participant, phone: Phone
) -> None:
    response = phone.client.post("/survey/q/heard_via", {"heard_via": "family"})
    assert response.status_code == 400
    assert "This page is out of date" in Page(response.text).words
    assert stored(runtime, candidate) == ({}, 0)


def test_the_same_link_opened_again_keeps_a_page_open_elsewhere_good(
    runtime: Runtime, candidate: Participant, phone: Phone, link: str
) -> None:
    first_tab = phone.page.fields()
    phone.open(link)
    response = phone.client.post("/survey/q/heard_via", {**first_tab, "heard_via": "family"})
    assert response.status_code == 302
    assert stored(runtime, candidate)[0] == {"heard_via": Codes(("family",))}


def test_an_empty_page_says_so_at_the_top_and_at_the_field(
    runtime: Runtime, candidate: Participant, phone: Phone
) -> None:
    phone.send()
    assert phone.status == 422
    assert phone.page.said("title")[0].startswith("Error: How did you first hear")
    assert phone.faults == [("#heard_via", "Choose an answer, or “Don’t know” or “Prefer not to say”.")]
    assert "heard_via-fault" in phone.page.source
    assert stored(runtime, candidate) == ({}, 0)


def test_each_moment_has_its_own_fault_and_the_other_stays_chosen(phone: Phone) -> None:
    phone.answer_until("confidence_career_potential", {"placed": "yes", "attended_readiness_sessions": "no"})
    phone.send({"confidence_career_potential@now": "quite_confident"})
    assert phone.faults == [("#confidence_career_potential-before", "Choose an answer for “Before the placement”.")]
    assert phone.chosen() == {"confidence_career_potential@now": ["quite_confident"]}


@pytest.mark.parametrize(
    "value",
    [
        "television",
        "missing:skipped",
        "missing:not_asked",
        "missing:",
        "\x00",
        "yes" * 900,
        "<script>alert(1)</script>",
    ],
)
def test_a_value_that_is_not_an_option_is_refused(
    runtime: Runtime, candidate: Participant, phone: Phone, value: str
) -> None:
    phone.send(heard_via=value)
    assert phone.status == 422
    assert phone.faults == [("#heard_via", "Choose from the answers shown.")]
    assert "<script>alert" not in phone.page.source
    assert stored(runtime, candidate) == ({}, 0)


def test_two_answers_where_one_is_asked_for_are_refused(runtime: Runtime, candidate: Participant, phone: Phone) -> None:
    phone.send(heard_via=["family", "online"])
    assert phone.faults == [("#heard_via", "Choose one answer only.")]
    phone.send(heard_via=["family", "missing:dont_know"])
    assert phone.faults[0][1].startswith("You gave an answer and also a reason")
    assert stored(runtime, candidate) == ({}, 0)


def test_none_of_these_stands_alone(runtime: Runtime) -> None:
    phone = Phone(runtime)
    phone.agree(factories.create_link(runtime, factories.create_participant(runtime, "employee")))
    phone.answer_until("skills_developed")
    phone.send(skills_developed=["digital", "none"])
    assert phone.faults == [
        ("#skills_developed", "“None of these” cannot go with another answer. Keep one or the other.")
    ]
    assert phone.chosen() == {"skills_developed": ["digital", "none"]}


def test_too_long_an_answer_is_refused_whole_and_kept_on_the_page(
    runtime: Runtime, candidate: Participant, phone: Phone
) -> None:
    phone.answer_until("first_feeling_why")
    phone.send(first_feeling_why="a" * 5001)
    assert phone.status == 422
    assert phone.faults == [("#first_feeling_why", "Your answer is too long. It can have 5000 characters at most.")]
    assert "a" * 5001 in phone.page.source
    phone.send(first_feeling_why="a" * 5001, then="later")
    assert phone.status == 422, "leaving would have lost it"
    assert "first_feeling_why" not in stored(runtime, candidate)[0]


def test_answers_to_other_questions_in_the_form_are_not_taken(
    runtime: Runtime, candidate: Participant, phone: Phone
) -> None:
    phone.send(
        {
            "heard_via": "family",
            "recommend": "very_likely",
            "first_feeling": "negative",
            "placed": "yes",
            "heard_via_other_text": "not chosen",
        }
    )
    assert stored(runtime, candidate)[0] == {"heard_via": Codes(("family",))}


def test_a_question_off_the_route_leads_back_to_it(runtime: Runtime, candidate: Participant, phone: Phone) -> None:
    phone.answer_until("weeks_in_placement", {"placed": "yes", "attended_readiness_sessions": "no"})
    other_tab = phone.page.fields()
    phone.open("/survey/q/placed")
    phone.send(placed="no")
    before = stored(runtime, candidate)
    phone.page = phone.open("/survey")
    phone.send({**other_tab, "weeks_in_placement": "under_4"}, to="/survey/q/weeks_in_placement")
    assert (phone.status, phone.question) == (200, "not_placed_reason")
    assert "not the one to answer now" in phone.page.words
    assert stored(runtime, candidate) == before


@pytest.mark.parametrize("page", ["recommend", "nonsense", "heard_via@before", "%00", "q" * 2000])
def test_a_page_out_of_order_leads_to_the_one_to_answer(
    runtime: Runtime, candidate: Participant, phone: Phone, page: str
) -> None:
    form = phone.page.fields()
    phone.open(f"/survey/q/{page}")
    assert (phone.status, phone.question) == (200, "heard_via")
    phone.send({**form, "recommend": "very_likely"}, to=f"/survey/q/{page}")
    assert (phone.status, phone.question) == (200, "heard_via")
    assert stored(runtime, candidate) == ({}, 0)


def test_checking_and_sending_too_early_lead_to_the_question_left(
    runtime: Runtime, candidate: Participant, phone: Phone
) -> None:
    phone.open("/survey/check")
    assert phone.question == "heard_via"
    phone.send(to="/survey/check")
    assert (phone.question, phone.query) == ("heard_via", "note=moved")
    phone.open("/survey/done")
    assert phone.question == "heard_via"


def test_double_tap_on_continue_saves_once(runtime: Runtime, candidate: Participant, phone: Phone) -> None:
    form = {**phone.page.fields(), "heard_via": "family"}
    for _ in range(2):
        phone.send(form, to="/survey/q/heard_via")
        assert phone.question == "first_feeling"
    assert stored(runtime, candidate) == ({"heard_via": Codes(("family",))}, 1)


def test_an_old_form_with_another_answer_is_a_changed_answer(
    runtime: Runtime, candidate: Participant, phone: Phone
) -> None:
    form = phone.page.fields()
    phone.send({**form, "heard_via": "family"})
    phone.send(first_feeling="neutral")
    phone.send({**form, "heard_via": "online"}, to="/survey/q/heard_via")
    assert stored(runtime, candidate)[0] == {"heard_via": Codes(("online",)), "first_feeling": Codes(("neutral",))}


def test_two_tabs_on_the_same_question_keep_the_last_answer_and_the_history(
    runtime: Runtime, candidate: Participant, phone: Phone
) -> None:
    one = phone.page.fields()
    two = phone.open("/survey/q/heard_via").fields()
    assert one["save_id"] != two["save_id"]
    phone.send({**one, "heard_via": "family"}, to="/survey/q/heard_via")
    phone.send({**two, "heard_via": "online"}, to="/survey/q/heard_via")
    assert stored(runtime, candidate) == ({"heard_via": Codes(("online",))}, 2)


@pytest.mark.parametrize("save_id", ["", "1", "not-a-uuid", "\x00", str(uuid.uuid4()) * 40])
def test_a_tampered_save_id_still_saves(runtime: Runtime, candidate: Participant, phone: Phone, save_id: str) -> None:
    phone.send(heard_via="family", save_id=save_id)
    assert phone.question == "first_feeling"
    assert stored(runtime, candidate)[0] == {"heard_via": Codes(("family",))}


def test_sending_twice_sends_once_and_nothing_changes_after(
    runtime: Runtime, candidate: Participant, phone: Phone
) -> None:
    old = phone.page.fields()
    phone.answer_until(None, {"attended_readiness_sessions": "no", "placed": "no"})
    form = phone.page.fields()
    before = stored(runtime, candidate)
    for _ in range(2):
        phone.send(form, to="/survey/check")
        assert (phone.status, phone.path) == (200, "/survey/done")
    phone.send({**old, "heard_via": "online"}, to="/survey/q/heard_via")
    assert (phone.status, phone.path) == (200, "/survey/done")
    phone.send({**form, "agree-take_part": "yes"}, to="/survey/consent")
    assert phone.path == "/survey/done"
    for address in ("/survey/q/heard_via", "/survey/check", "/survey/consent", "/survey/later", "/survey/declined"):
        phone.open(address)
        assert phone.path == "/survey/done", address
    assert stored(runtime, candidate) == before


def test_no_question_before_consent(runtime: Runtime, link: str) -> None:
    phone = Phone(runtime)
    phone.open(link)
    form = phone.page.fields()
    phone.send()
    assert phone.status == 422
    assert phone.faults[0][0] == "#agree-take_part"
    phone.send({"agree-recontact": "yes", "agree-nonsense": "yes"})
    assert phone.status == 422
    assert "agree-recontact" in phone.chosen()
    for address in ("/survey/q/heard_via", "/survey/check", "/survey/done"):
        phone.open(address)
        assert phone.path == "/survey/consent", address
    phone.send({**form, "heard_via": "family"}, to="/survey/q/heard_via")
    assert (phone.status, phone.path) == (200, "/survey/consent")
    phone.send(form, to="/survey/check")
    assert (phone.status, phone.path) == (200, "/survey/consent")


def test_a_body_that_is_no_form_is_refused(phone: Phone) -> None:
    assert phone.client.post("/survey/q/heard_via", json={"heard_via": "family"}).status_code == 400
    assert phone.client.post(
        "/survey/q/heard_via", "a=b" * 400_000, content_type="application/x-www-form-urlencoded"
    ).status_code in (400, 413)
    assert phone.client.raw.put("/survey/q/heard_via").status_code == 405


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(["heard_via", "heard_via_other_text", "save_id", "then", "first_feeling", "heard_via:note"]),
        st.lists(
            st.one_of(st.text(max_size=30), st.sampled_from(["family", "other", "missing:dont_know", "back", "later"])),
            max_size=3,
        ),
    )
)
def test_no_form_whatsoever_is_a_server_error(phone: Phone, form: dict[str, list[str]]) -> None:
    token = phone.open("/survey/q/heard_via").fields()["csrf_token"]
    response = phone.client.post("/survey/q/heard_via", {**form, "csrf_token": token}, follow_redirects=True)
    assert response.status_code in (200, 422)
