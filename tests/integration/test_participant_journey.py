"""A participant from a link or code to a receipt."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from surveyapp.domain.answers import Codes, Missing, Mode, Number, Reason, Text
from surveyapp.domain.participants import Participant
from surveyapp.services.responses import survey_session
from surveyapp.services.runtime import Runtime
from tests import factories
from tests.conftest import NOW, Clock
from tests.phone import SHORTEST, Phone

PLACED = {
    "attended_readiness_sessions": "yes",
    "placed": "yes",
    "employability_sessions": "yes",
    "confidence_career_potential@before": "not_very_confident",
    "confidence_career_potential@now": "very_confident",
}


@pytest.fixture
def phone(runtime: Runtime) -> Phone:
    """A phone that has opened nothing yet."""
    return Phone(runtime)


def given(runtime: Runtime, participant: Participant) -> survey_session.Visit:
    return survey_session.visit(runtime, factories.by_link(runtime, participant))


def test_a_placed_candidate_from_link_to_receipt(
    runtime: Runtime, phone: Phone, candidate: Participant, link: str
) -> None:
    phone.open(link)
    assert phone.path == "/survey/consent"
    assert "About 9 minutes" in phone.page.words
    assert "0808 157 0142" in phone.page.words
    assert "Shiftline" not in phone.page.source

    phone.send({"agree-take_part": "yes", "agree-recontact": "yes"})
    assert (phone.path, phone.heading) == ("/survey/begin", "This phone or computer")
    phone.say_whose()
    assert phone.question == "heard_via"
    passed = phone.answer_until(
        None,
        {
            **PLACED,
            "hopes": ["earn_more", "other"],
            "hopes_other_text": "To get out more",
            "overall_value": "9",
            "overall_value_why": "It changed\nmy week.",
        },
    )
    assert passed[:5] == ["heard_via", "heard_via_detail", "first_feeling", "first_feeling_why", "hopes"]
    assert "skills_wanted" not in passed
    assert "confidence_career_potential_why" in passed
    assert phone.path == "/survey/check"
    assert "Something else: To get out more" in phone.page.words
    assert "Before the placement: Not very confident" in phone.page.words

    phone.send()
    assert phone.path == "/survey/done"
    assert candidate.reference in phone.page.words
    assert "15 June 2026, 11:30" in phone.page.words
    assert "15 July 2026" in phone.page.words

    visit = given(runtime, candidate)
    assert visit.submitted
    answers = visit.ready[1].answers
    assert answers["hopes"] == Codes(("earn_more", "other"))
    assert answers["hopes_other_text"] == Text("To get out more")
    assert answers["overall_value"] == Number(Decimal(9))
    assert answers["overall_value_why"] == Text("It changed\nmy week.")
    assert answers["first_feeling_why"] == Missing(Reason.SKIPPED)
    assert visit.consents["recontact"].given
    assert not visit.consents["quote_words"].given
    assert visit.given is not None
    assert {each.mode for each in visit.given.values()} == {Mode.SELF}


def test_an_employee_from_code_to_receipt(runtime: Runtime, phone: Phone) -> None:
    employee = factories.create_participant(runtime, "employee", factories.create_site(runtime))
    code = factories.create_code(runtime, employee)
    phone.open("/start")
    phone.send(code=code.lower().replace("-", " "))
    assert phone.path == "/survey/consent"
    phone.send({"agree-take_part": "yes"})
    phone.say_whose()
    passed = phone.answer_until(None, {"skills_developed": "none", "work_satisfaction@now": "quite_satisfied"})
    assert "uc_status" in passed
    assert "work_satisfaction_why" in passed
    assert "None of these" in phone.page.words
    phone.send()
    assert phone.path == "/survey/done"
    assert given(runtime, employee).submitted


def test_an_employee_whose_site_is_not_asked_about_universal_credit(runtime: Runtime, phone: Phone) -> None:
    site = factories.create_site(runtime, asks_uc="no")
    phone.agree(factories.create_link(runtime, factories.create_participant(runtime, "employee", site)))
    assert "uc_status" not in phone.answer_until(None)


def test_begun_on_one_device_and_finished_on_another(
    runtime: Runtime, phone: Phone, candidate: Participant, link: str
) -> None:
    phone.open(link)
    phone.send({"agree-take_part": "yes"})
    phone.say_whose(pin="482913")
    phone.answer_until("hopes")
    phone.send(then="later")
    assert phone.path == "/survey/later"
    phone.follow("Leave now")
    assert "Job Rotation" not in phone.page.source
    phone.open("/survey")
    assert (phone.status, phone.heading) == (403, "Open your link again")

    tablet = Phone(runtime)
    tablet.open("/start")
    tablet.send(code=factories.create_code(runtime, candidate))
    tablet.prove("482913")
    assert tablet.question == "hopes"
    assert "Welcome back" in tablet.page.words
    tablet.answer_until(None)
    tablet.send()
    assert tablet.path == "/survey/done"
    phone.open(link)
    assert phone.path == "/survey/done"


def test_finish_later_keeps_what_was_just_chosen(phone: Phone, link: str) -> None:
    phone.agree(link)
    phone.open("/survey/later")
    assert phone.heading == "You can begin later", "nothing is saved that nobody said"
    phone.follow("Go on answering")
    phone.send(heard_via="online", then="later")
    assert (phone.path, phone.heading) == ("/survey/later", "Your answers are saved")
    assert "All but what is not whole yet" not in phone.page.words
    phone.follow("Go on answering")
    assert phone.question == "heard_via_detail"


def test_finish_later_with_half_an_answer_says_so(phone: Phone, link: str) -> None:
    phone.agree(link)
    phone.answer_until("confidence_career_potential", PLACED)
    phone.send({"confidence_career_potential@before": "not_very_confident", "then": "later"})
    assert phone.path == "/survey/later"
    assert "All but what is not whole yet" in phone.page.words


def test_back_shows_the_answer_and_keeps_a_changed_one(
    runtime: Runtime, phone: Phone, candidate: Participant, link: str
) -> None:
    phone.agree(link)
    phone.answer_until("first_feeling", {"heard_via": "family"})
    phone.send(first_feeling="neutral", then="back")
    assert phone.question == "heard_via_detail"
    phone.send(then="back")
    assert phone.question == "heard_via"
    assert phone.chosen() == {"heard_via": ["family"]}
    phone.send(heard_via="online")
    phone.answer_until("first_feeling")
    assert phone.chosen() == {"first_feeling": ["neutral"]}
    assert given(runtime, candidate).ready[1].answers["heard_via"] == Codes(("online",))


def test_back_from_the_first_question_leads_to_what_this_is_about(phone: Phone, link: str) -> None:
    phone.agree(link)
    phone.follow("Back")
    assert phone.path == "/survey/consent"
    assert phone.chosen() == {"agree-take_part": ["yes"], "agree-recontact": ["yes"]}
    phone.send()
    assert phone.question == "heard_via"


def test_change_from_the_check_page_comes_back_to_it(
    runtime: Runtime, phone: Phone, candidate: Participant, link: str
) -> None:
    phone.agree(link)
    phone.answer_until(None, SHORTEST)
    phone.follow("Change: How did you first hear about the scheme?")
    assert (phone.question, phone.query) == ("heard_via", "from=check")
    phone.send(heard_via="family")
    assert phone.path == "/survey/check"
    assert "From family" in phone.page.words

    # What is newly asked comes first, then the check page again.
    phone.follow("Change: Are you in a work placement through the scheme now?")
    phone.send(placed="yes")
    assert (phone.question, phone.query) == ("weeks_in_placement", "from=check")
    passed = phone.answer_until(None, PLACED)
    assert passed[0] == "weeks_in_placement"
    assert "hopes_permanent_position" not in passed
    assert phone.path == "/survey/check"
    assert "not_placed_reason" in given(runtime, candidate).ready[1].not_asked


def test_back_from_a_change_leads_to_the_check_page(phone: Phone, link: str) -> None:
    phone.agree(link)
    phone.answer_until(None, SHORTEST)
    phone.follow("Change: When you first heard about the scheme, how did you feel about it?")
    phone.follow("Back")
    assert phone.path == "/survey/check"


def test_a_long_answer_is_folded_on_the_check_page(phone: Phone, link: str) -> None:
    phone.agree(link)
    words = " ".join(f"word{number}" for number in range(60))
    phone.answer_until(None, {"attended_readiness_sessions": "no", "placed": "no", "first_feeling_why": words})
    folded = [text for text in phone.page.said("details") if "Polski" not in text]
    assert len(folded) == 1
    assert words in folded[0]


def test_a_statement_says_its_grid_in_heading_and_title(phone: Phone, link: str) -> None:
    phone.agree(link)
    phone.answer_until("readiness_convenient_times", PLACED)
    assert phone.heading == (
        "Thinking of the work readiness sessions, how much do you agree or disagree? "
        "The sessions were at times that suited me."
    )
    assert phone.page.said("title")[0] == f"{phone.heading} – Job Rotation"


def test_declining_is_recorded_and_can_be_taken_back(
    runtime: Runtime, phone: Phone, candidate: Participant, link: str
) -> None:
    phone.open(link)
    phone.send(decline="yes")
    assert phone.path == "/survey/declined"
    assert "14 August 2026" in phone.page.words
    assert not given(runtime, candidate).consents["take_part"].given

    again = Phone(runtime)
    again.open(link)
    assert again.path == "/survey/consent"
    assert "If you have changed your mind" in again.page.words
    again.send({"agree-take_part": "yes"})
    again.say_whose()
    assert again.question == "heard_via"


def test_declining_half_way_stops_the_questions(
    runtime: Runtime, phone: Phone, candidate: Participant, link: str
) -> None:
    phone.agree(link)
    phone.send(heard_via="family")
    other_tab = phone.page.fields()
    phone.open("/survey/consent")
    phone.send(decline="yes")
    phone.follow("Stop or withdraw")
    assert phone.path == "/survey/yours/out", "what they said before is theirs to take back"
    phone.client.post(phone.own("/survey/q/first_feeling"), {**other_tab, "first_feeling": "positive"})
    phone.open("/survey/q/first_feeling")
    assert phone.path == "/survey/consent"
    assert "first_feeling" not in (given(runtime, candidate).given or {})
    phone.send({"agree-take_part": "yes"})
    assert phone.question == "heard_via_detail"


def test_consent_carries_over_to_the_next_touchpoint(
    runtime: Runtime, clock: Clock, phone: Phone, candidate: Participant, link: str
) -> None:
    phone.agree(link)
    phone.answer_until(None, PLACED)
    phone.send()
    clock.forward(days=31)
    later = Phone(runtime)
    later.open(factories.create_link(runtime, candidate, 2))
    assert later.path == "/survey/consent"
    assert later.chosen() == {}, "what was agreed to before is asked again, and no box is ticked for anybody"
    later.send({"agree-take_part": "yes"})
    later.say_whose()
    later.answer_until(None, PLACED)
    later.send()
    assert later.path == "/survey/done"
    assert "nothing more for you to do" in later.page.words


def test_too_early_and_too_late_say_when(
    runtime: Runtime, clock: Clock, phone: Phone, candidate: Participant, link: str
) -> None:
    phone.agree(link)
    phone.answer_until("hopes", PLACED)
    clock.now = dt.datetime(2026, 8, 14, 22, 59, tzinfo=dt.UTC)
    phone.open(link)
    phone.open("/survey/later")
    assert "You can do so until 14 August 2026." in phone.page.words
    phone.open("/survey")
    assert phone.question == "hopes", "the last day lasts to its midnight, which is 23:00 UTC in summer"
    clock.forward(minutes=1)
    phone.send(hopes="earn_more")
    assert (phone.path, phone.heading) == ("/survey", "The time for this is over")
    assert "14 August 2026" in phone.page.words
    assert "What you answered before is kept" in phone.page.words
    assert "0808 157 0142" in phone.page.words

    clock.now = NOW
    phone.open(link)
    phone.answer_until(None, PLACED)
    phone.send()
    early = Phone(runtime)
    early.open(factories.create_link(runtime, candidate, 2))
    assert early.heading == "It is too early"
    assert "15 July 2026" in early.page.words


def test_no_page_of_a_participant_names_the_product(phone: Phone, link: str) -> None:
    for address in ("/start", "/s/nothing", "/survey", "/survey/leave", link, "/survey/later"):
        assert "Shiftline" not in phone.open(address).source
