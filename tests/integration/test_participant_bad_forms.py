"""Whatever a form sends: never a server error, never an answer lost or doubled, always a page that says what to do."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surveyapp.domain.answers import Codes, Text
from surveyapp.domain.participants import Participant
from surveyapp.services.runtime import Runtime
from tests import factories
from tests.page import Page
from tests.phone import SHORTEST, Phone


def test_a_form_without_its_token_is_refused_and_nothing_stored(
    runtime: Runtime, candidate: Participant, phone: Phone
) -> None:
    response = phone.client.post(phone.own("/survey/q/heard_via"), {"heard_via": "family"})
    assert response.status_code == 400
    given_back = Page(response.text)
    assert "open too long" in given_back.words
    assert given_back.fields()["heard_via"] == ["family"]
    assert factories.stored(runtime, candidate) == ({}, 0)


def test_the_same_link_opened_again_keeps_a_page_open_elsewhere_good(
    runtime: Runtime, candidate: Participant, phone: Phone, link: str
) -> None:
    first_tab = phone.page.fields()
    phone.open(link)
    response = phone.client.post(phone.own("/survey/q/heard_via"), {**first_tab, "heard_via": "family"})
    assert response.status_code == 302
    assert factories.stored(runtime, candidate)[0] == {"heard_via": Codes(("family",))}


def test_an_empty_page_says_so_at_the_top_and_at_the_field(
    runtime: Runtime, candidate: Participant, phone: Phone
) -> None:
    phone.send()
    assert phone.status == 422
    assert phone.page.said("title")[0].startswith("Error: How did you first hear")
    assert phone.faults == [("#heard_via", "Choose an answer, or “Don’t know” or “Prefer not to say”.")]
    assert "heard_via-fault" in phone.page.source
    assert factories.stored(runtime, candidate) == ({}, 0)


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
        "missing:dont_know",
        "missing:",
        "a\x00b",
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
    assert factories.stored(runtime, candidate) == ({}, 0)


def test_two_answers_where_one_is_asked_for_are_refused(runtime: Runtime, candidate: Participant, phone: Phone) -> None:
    phone.send(heard_via=["family", "online"])
    assert phone.faults == [("#heard_via", "Choose one answer only.")]
    phone.send({"heard_via": "family", "heard_via:missing": "dont_know"})
    assert phone.chosen() == {"heard_via:missing": ["dont_know"]}, "a radio button cannot be let go without a script"
    assert phone.faults[0][1].startswith("You gave an answer and also a reason")
    assert factories.stored(runtime, candidate) == ({}, 0)


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
    assert "first_feeling_why" not in factories.stored(runtime, candidate)[0]


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
    assert factories.stored(runtime, candidate)[0] == {"heard_via": Codes(("family",))}


def test_a_question_off_the_route_leads_back_to_it(runtime: Runtime, candidate: Participant, phone: Phone) -> None:
    phone.answer_until("weeks_in_placement", {"placed": "yes", "attended_readiness_sessions": "no"})
    other_tab = phone.page.fields()
    phone.open("/survey/q/placed")
    phone.send(placed="no")
    before = factories.stored(runtime, candidate)
    phone.page = phone.open("/survey")
    phone.send({**other_tab, "weeks_in_placement": "under_4"}, to="/survey/q/weeks_in_placement")
    assert (phone.status, phone.question) == (200, "not_placed_reason")
    assert "not the one to answer now" in phone.page.words
    assert factories.stored(runtime, candidate) == before


@pytest.mark.parametrize("page", ["recommend", "nonsense", "heard_via@before", "q" * 200])
def test_a_page_out_of_order_leads_to_the_one_to_answer(
    runtime: Runtime, candidate: Participant, phone: Phone, page: str
) -> None:
    form = phone.page.fields()
    phone.open(f"/survey/q/{page}")
    assert (phone.status, phone.question) == (200, "heard_via")
    phone.send({**form, "recommend": "very_likely"}, to=f"/survey/q/{page}")
    assert (phone.status, phone.question) == (200, "heard_via")
    assert factories.stored(runtime, candidate) == ({}, 0)


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
        assert phone.question == "heard_via_detail"
    assert factories.stored(runtime, candidate) == ({"heard_via": Codes(("family",))}, 1)


def test_an_old_form_with_another_answer_is_a_changed_answer_once_that_was_told(
    runtime: Runtime, candidate: Participant, phone: Phone
) -> None:
    form = phone.page.fields()
    phone.send({**form, "heard_via": "family"})
    phone.send(heard_via_detail="My aunt works there.")
    phone.send({**form, "heard_via": "online"}, to="/survey/q/heard_via")
    assert phone.status == 409
    phone.send()
    assert factories.stored(runtime, candidate)[0] == {
        "heard_via": Codes(("online",)),
        "heard_via_detail": Text("My aunt works there."),
    }


def test_of_two_tabs_on_the_same_question_the_later_is_told_and_both_are_in_the_history(
    runtime: Runtime, candidate: Participant, phone: Phone
) -> None:
    one = phone.page.fields()
    two = phone.open("/survey/q/heard_via").fields()
    assert one["save_id"] != two["save_id"]
    phone.send({**one, "heard_via": "family"}, to="/survey/q/heard_via")
    phone.send({**two, "heard_via": "online"}, to="/survey/q/heard_via")
    assert phone.status == 409
    assert factories.stored(runtime, candidate) == ({"heard_via": Codes(("family",))}, 2)
    phone.send()
    assert factories.stored(runtime, candidate) == ({"heard_via": Codes(("online",))}, 3)


@pytest.mark.parametrize("save_id", ["", "1", "not-a-uuid", "\x00", "4f1c0a52-7d3e-4b0a-9a57-0d9a1a3c6f10" * 40])
def test_a_tampered_save_id_still_saves(runtime: Runtime, candidate: Participant, phone: Phone, save_id: str) -> None:
    phone.send(heard_via="family", save_id=save_id)
    assert phone.question == "heard_via_detail"
    assert factories.stored(runtime, candidate)[0] == {"heard_via": Codes(("family",))}


def test_sending_twice_sends_once_and_nothing_changes_after(
    runtime: Runtime, candidate: Participant, phone: Phone
) -> None:
    old = phone.page.fields()
    phone.answer_until(None, SHORTEST)
    form = phone.page.fields()
    before = factories.stored(runtime, candidate)
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
    assert factories.stored(runtime, candidate) == before


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
    assert phone.client.post(phone.own("/survey/q/heard_via"), json={"heard_via": "family"}).status_code == 415
    assert phone.client.post(
        phone.own("/survey/q/heard_via"), "a=b" * 400_000, content_type="application/x-www-form-urlencoded"
    ).status_code in (400, 413)
    assert phone.client.raw.put(phone.own("/survey/q/heard_via")).status_code == 405


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(
            [
                "heard_via",
                "heard_via_other_text",
                "save_id",
                "then",
                "first_feeling",
                "heard_via:note",
                "heard_via:missing",
            ]
        ),
        st.lists(
            st.one_of(st.text(max_size=30), st.sampled_from(["family", "other", "dont_know", "back", "later"])),
            max_size=3,
        ),
    )
)
def test_no_form_whatsoever_is_a_server_error(phone: Phone, form: dict[str, list[str]]) -> None:
    token = phone.open("/survey/q/heard_via").fields()["csrf_token"]
    response = phone.client.post(phone.own("/survey/q/heard_via"), {**form, "csrf_token": token}, follow_redirects=True)
    assert response.status_code in (200, 422)
