"""Moments asked apart: the now first, the before in a later section, from the form to the stored answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from surveyapp import create_app
from surveyapp.domain.answers import Codes, Number, Text
from surveyapp.domain.authoring.loader import load_study
from surveyapp.domain.errors import QuestionnaireFaults
from surveyapp.domain.instrument.routing import pages_of, parts_of
from surveyapp.domain.staff import Role, Scope
from surveyapp.services.results import distributions
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import cases, responses
from tests import every_kind, factories
from tests.conftest import Clock
from tests.interviewer import Interviewer
from tests.page import Client
from tests.phone import Phone

QUESTIONNAIRE = """\
questionnaire: guest_1
version: 1
title: Your year
sections:
  - id: today
    title: Today
    questions:
      - {id: job, kind: short, text: What is your job?, fact: true, required: true}
      - id: mood
        kind: choice
        text: "How do you feel as a {job|worker}?"
        options: {well: Well, badly: Badly, other: {text: Otherwise, specify: How?}}
        moments: {before: A year ago, now: Today}
        apart: last_year
      - id: rooms
        kind: statements
        scale: agreement
        text: How much do you agree?
        moments: {before: A year ago, now: Today}
        apart: last_year
        statements: {quiet: It is quiet., warm: {text: It is warm., ask_if: {mood@now: well}}}
      - {id: chance, kind: rating, scale: chances, text: Will it last?, moments: {before: A year ago, now: Today},
         apart: last_year}
  - id: between
    title: Between
    questions:
      - {id: why_now, kind: open, text: Why?, ask_if: {mood@now: well}}
  - id: last_year
    title: Last year
    questions:
      - {id: think_back, kind: information, text: Now think of a year ago.}
      - {id: why, kind: open, text: What changed?, ask_if: {changed: mood}}
"""
PAGES = [
    "job", "mood", "quiet", "warm", "chance", "why_now", "think_back", "mood-before", "quiet-before", "warm-before",
    "chance-before", "why",
]  # fmt: skip


@pytest.fixture
def runtime(database_url: str, clock: Clock, tmp_path: Path) -> Iterator[Runtime]:
    made = every_kind.create_runtime(
        database_url, clock, tmp_path, questionnaire=QUESTIONNAIRE, thresholds="{minimum_base: 1, minimum_cell: 1}"
    )
    yield made
    made.database.dispose()


def stored(runtime: Runtime, reference: str) -> dict[str, object]:
    with runtime.database.reading() as session:
        case = cases.case_in_scope(session, Scope(every_kind.NAME, runtime.origin), reference, 1)
        assert case is not None
        response = responses.response_of(session, case.id)
        assert response is not None
        return dict(responses.current_answers(session, response.id))


def test_the_now_is_asked_first_and_the_before_after_what_is_to_be_read(runtime: Runtime) -> None:
    questionnaire = runtime.study(every_kind.NAME).newest("guest_1")
    assert [page.id for page in pages_of(questionnaire)] == PAGES
    parts = parts_of(questionnaire)
    assert {parts[key].moments_layout for key in ("mood@now", "mood@before", "warm@before")} == {"apart"}
    assert parts["job"].moments_layout is None


def test_a_participant_from_the_first_page_to_what_is_stored(runtime: Runtime) -> None:
    phone = Phone(runtime)
    phone.agree(every_kind.create_link(runtime))
    phone.send({"job": "baker"})
    assert phone.question == "mood"
    assert "How do you feel as a baker?" in phone.page.words
    assert "Today" in phone.page.words
    assert "A year ago" not in phone.page.words
    assert phone.heading == "How do you feel as a baker?"
    phone.send()
    assert phone.status == 422, "an answer is needed"
    phone.send({"mood@now": "well"})
    assert phone.answer_until("think_back", {"warm@now": "agree", "chance@now": "7"}) == [
        "quiet", "warm", "chance", "why_now",
    ]  # fmt: skip
    phone.send()
    assert phone.question == "mood-before"
    assert "A year ago" in phone.page.words
    assert "Today" not in phone.page.words
    phone.send({"mood@before": "other", "mood_other_text@before": "Tired"})
    assert phone.answer_until("why", {"warm@before": "disagree", "chance@before": "2"}) == [
        "quiet-before", "warm-before", "chance-before",
    ]  # fmt: skip
    phone.send({"why": "A new job"})
    assert phone.path == "/survey/check"
    words = phone.page.words
    assert words.index("Today") < words.index("Last year") < words.index("Tired")
    assert phone.page.source.count('<span class="lead">How much do you agree?') == 2, "once in each section"
    phone.follow("Change: How do you feel as a baker?")
    assert phone.question == "mood"
    phone.open("/survey/check")
    phone.send()
    assert phone.path == "/survey/done"
    found = stored(runtime, "GU-0001")
    assert (found["mood@now"], found["mood@before"]) == (Codes(("well",)), Codes(("other",)))
    assert found["mood_other_text@before"] == Text("Tired")
    assert (found["warm@now"], found["warm@before"]) == (Codes(("agree",)), Codes(("disagree",)))
    assert (found["chance@now"], found["chance@before"]) == (Number(7), Number(2))
    assert found["why"] == Text("A new job")


def test_whoever_was_not_asked_the_now_is_not_asked_the_before(runtime: Runtime) -> None:
    phone = Phone(runtime)
    phone.agree(every_kind.create_link(runtime))
    phone.send({"job": "baker"})
    phone.send({"mood@now": "badly"})
    passed = phone.answer_until(None, {"mood@before": "badly"})
    assert passed == ["quiet", "chance", "think_back", "mood-before", "quiet-before", "chance-before"]


def test_an_interviewer_has_both_sections_and_results_have_both_moments(runtime: Runtime) -> None:
    app = create_app(runtime)
    app.testing = True
    staff = factories.create_staff(runtime, Role.INTERVIEWER, study=every_kind.NAME)
    interviewer = Interviewer(Client(app.test_client()), runtime, staff=staff)
    interviewer.open(every_kind.create_guest(runtime, "GU-0002"))
    interviewer.start()
    interviewer.answer("today", {"job": "baker", "mood@now": "badly", "quiet@now": "agree", "chance@now": "3"})
    assert "mood@before" not in interviewer.section("today").fields()
    assert "mood@now" not in interviewer.section("last_year").fields()
    interviewer.answer("last_year", {"mood@before": "well", "quiet@before": "agree", "chance@before": "9"})
    interviewer.answer("last_year", {"why": "The noise"})
    assert "/check" not in (interviewer.finish().location or "")
    evaluator = factories.create_staff(runtime, Role.EVALUATOR, study=every_kind.NAME)
    desk = Desk(runtime, evaluator)
    found = {each.key: each for each in distributions.questions(desk, every_kind.NAME, "guest", 1)}
    assert found["mood@now"].tallies[0].cells["badly"].count == found["mood@before"].tallies[0].cells["well"].count == 1
    assert (found["mood@now"].section, found["mood@before"].section) == ("Today", "Last year")


def test_the_codebook_says_where_each_is_asked(runtime: Runtime) -> None:
    app = create_app(runtime)
    app.testing = True
    client = Client(app.test_client())
    client.sign_in(factories.create_staff(runtime, Role.MANAGER, study=every_kind.NAME).email)
    page = client.page(f"/manage/{every_kind.NAME}/questionnaires/guest_1/v1/codebook")
    assert "Asked here, of the time before: mood, rooms, chance" in " ".join(page.words.split())
    assert page.words.count("asked later, in Last year") == 3


def test_a_condition_on_the_before_stands_after_it(tmp_path: Path) -> None:
    folder = tmp_path / every_kind.NAME
    (folder / "guest_1").mkdir(parents=True)
    (folder / "study.yaml").write_text(every_kind.STUDY.format(language="en", opens="enrolled"), encoding="utf-8")
    early = "why_now, kind: open, text: Why?, ask_if: {%s}"
    written = QUESTIONNAIRE.replace(early % "mood@now: well", early % "changed: mood")
    (folder / "guest_1" / "v1.yaml").write_text(written, encoding="utf-8")
    with pytest.raises(QuestionnaireFaults) as refused:
        load_study(folder)
    assert [fault.code for fault in refused.value.faults] == ["asked_later"]
