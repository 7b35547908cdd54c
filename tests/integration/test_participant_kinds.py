"""Every kind of question as a participant's page: shown, filled in, refused with a sentence, filled in again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from surveyapp.domain.answers import Answer, Codes, Day, Missing, Number, Reason, Text, TimeOfDay
from surveyapp.services.responses import survey_session
from surveyapp.services.runtime import Runtime
from tests import every_kind, factories
from tests.conftest import Clock
from tests.phone import Phone, Value


@pytest.fixture
def runtime(database_url: str, clock: Clock, tmp_path: Path) -> Iterator[Runtime]:
    made = every_kind.create_runtime(database_url, clock, tmp_path / "questionnaires")
    yield made
    made.database.dispose()


@pytest.fixture
def link(runtime: Runtime) -> str:
    return every_kind.create_link(runtime)


ANSWERS: dict[str, dict[str, Value]] = {
    "welcome": {},
    "nights": {"nights": "7"},
    "spent": {"spent": "12,50"},
    "arrived": {"arrived:day": "3", "arrived:month": "04", "arrived:year": "2026"},
    "breakfast": {"breakfast": "7.30am"},
    "nickname": {"nickname": "Sam"},
    "story": {"story": "It rained.\r\nStill good."},
    "drinks": {"drinks": ["tea", "other"], "drinks_other_text": "Elderflower"},
    "room_quiet": {"room_quiet@before": "agree", "room_quiet@now": "disagree"},
    "room_warm": {"room_warm@before:missing": "dont_know", "room_warm@now": "neither"},
    "come_back": {"come_back@before": "0", "come_back@now": "10"},
    "happy": {},
    "thanks": {},
}

STORED: dict[str, Answer] = {
    "nights": Number(Decimal(7)), "spent": Number(Decimal("12.50")), "arrived": Day(dt.date(2026, 4, 3)),
    "breakfast": TimeOfDay(dt.time(7, 30)),
    "nickname": Text("Sam"), "story": Text("It rained.\nStill good."), "drinks": Codes(("tea", "other")),
    "drinks_other_text": Text("Elderflower"), "room_quiet@before": Codes(("agree",)),
    "room_quiet@now": Codes(("disagree",)), "room_warm@before": Missing(Reason.DONT_KNOW),
    "room_warm@now": Codes(("neither",)), "come_back@before": Number(Decimal(0)), "come_back@now": Number(Decimal(10)),
    "happy": Missing(Reason.SKIPPED),
}  # fmt: skip


def test_every_kind_is_answered_stored_and_shown_again(runtime: Runtime, phone: Phone, link: str) -> None:
    for page in every_kind.PAGES:
        assert (phone.status, phone.question) == (200, page)
        phone.send(ANSWERS[page])
    assert phone.path == "/survey/check"
    for words in (
        "12.5",
        "3 April 2026",
        "7:30",
        "Something else: Elderflower",
        "This year: Disagree",
        "Last year: Don’t know",
        "A year ago: 0",
        "Not answered",
    ):
        assert words in phone.page.words, words
    visit = survey_session.visit(runtime, factories.known_by(runtime, link))
    assert dict(visit.ready[1].answers) == STORED

    phone.open("/survey/q/arrived")
    assert phone.chosen() == {"arrived:day": ["3"], "arrived:month": ["4"], "arrived:year": ["2026"]}
    phone.open("/survey/q/breakfast")
    assert phone.chosen() == {"breakfast": ["07:30"]}
    phone.open("/survey/q/spent")
    assert phone.chosen() == {"spent": ["12.5"]}
    phone.open("/survey/q/drinks")
    assert phone.chosen() == {"drinks": ["tea", "other"], "drinks_other_text": ["Elderflower"]}
    phone.open("/survey/q/come_back")
    assert phone.chosen() == {"come_back@before": ["0"], "come_back@now": ["10"]}
    phone.open("/survey/q/happy")
    assert phone.chosen() == {}
    phone.open("/survey/q/story")
    assert phone.page.said("textarea") == ["It rained. Still good."]


@pytest.mark.parametrize(
    ("page", "sent", "fault"),
    [
        ("nights", {}, ("#nights", "Write a number, or choose “Don’t know” or “Prefer not to say”.")),
        ("nights", {"nights": "a few"}, ("#nights", "Write a number in figures, such as 12.")),
        ("nights", {"nights": "2.5"}, ("#nights", "Write a whole number, such as 12.")),
        ("nights", {"nights": "61"}, ("#nights", "The number must be 60 or less.")),
        ("nights", {"nights": "-1"}, ("#nights", "The number must be 0 or more.")),
        (
            "nights",
            {"nights": "3", "nights:missing": "dont_know"},
            ("#nights", "You gave an answer and also a reason for not giving one. Keep one or the other."),
        ),
        ("nights", {"nights": ["3", "4"]}, ("#nights", "Give one answer only.")),
        ("nights", {"nights": "9" * 400}, ("#nights", "Write a number in figures, such as 12.")),
        ("spent", {"spent": "1.2345"}, ("#spent", "Write at most 2 digits after the point.")),
        ("spent", {}, ("#spent", "Write a number.")),
        (
            "spent",
            {"spent": "£24,000"},
            (
                "#spent",
                "Did you mean 24,000, or 24? Write it as 24000 or as 24.",
            ),
        ),
        ("breakfast", {}, ("#breakfast", "Write a time, such as 7:30, or choose “Don’t know” or “Prefer not to say”.")),
        (
            "breakfast",
            {"breakfast": "half past seven"},
            ("#breakfast", "Write the time in figures, such as 7:30 or 7:30pm."),
        ),
        ("breakfast", {"breakfast": "4:30"}, ("#breakfast", "The time must be 05:00 or later.")),
        (
            "arrived",
            {},
            ("#arrived-day", "Write the day, month and year, or choose “Don’t know” or “Prefer not to say”."),
        ),
        (
            "arrived",
            {"arrived:day": "31", "arrived:month": "2", "arrived:year": "2026"},
            ("#arrived-day", "That month does not have so many days. Check the day and the month."),
        ),
        (
            "arrived",
            {"arrived:day": "1", "arrived:month": "March"},
            ("#arrived-year", "The year is missing. Write all of it, such as 2025."),
        ),
        ("arrived", {"arrived:day": "1"}, ("#arrived-day", "Write a day that exists, such as 27 3 2025.")),
        (
            "arrived",
            {"arrived:day": "31", "arrived:month": "12", "arrived:year": "2025"},
            ("#arrived-day", "The day must be 1 January 2026 or later."),
        ),
        (
            "arrived",
            {"arrived:day": "1", "arrived:month": "1", "arrived:year": "2027"},
            ("#arrived-day", "The day must be 31 December 2026 or earlier."),
        ),
        (
            "nickname",
            {"nickname": "x" * 21},
            ("#nickname", "Your answer is too long. It can have 20 characters at most."),
        ),
        (
            "nickname",
            {"nickname:missing": "dont_know"},
            ("#nickname", "This cannot be stored as it is written. Write it in other words."),
        ),
        ("story", {"story": " \n "}, ("#story", "Write your answer.")),
        ("drinks", {}, ("#drinks", "Choose at least one answer, or “Don’t know” or “Prefer not to say”.")),
        (
            "drinks",
            {"drinks": ["other"], "drinks_other_text": "y" * 201},
            ("#drinks_other_text", "Your answer is too long. It can have 200 characters at most."),
        ),
        ("room_quiet", {"room_quiet@before": "agree"}, ("#room_quiet-now", "Choose an answer for “This year”.")),
        (
            "room_quiet",
            {"room_quiet@before": "agree", "room_quiet@now": "nonsense"},
            ("#room_quiet-now", "“This year”: Choose from the answers shown."),
        ),
        (
            "come_back",
            {"come_back@before": "11", "come_back@now": "3"},
            ("#come_back-before", "“A year ago”: The number must be 10 or less."),
        ),
    ],
)
def test_what_is_wrong_is_said_at_the_top_and_at_the_field(
    phone: Phone, page: str, sent: dict[str, Value], fault: tuple[str, str]
) -> None:
    for earlier in every_kind.PAGES[: every_kind.PAGES.index(page)]:
        phone.send(ANSWERS[earlier])
    phone.send(sent)
    assert phone.status == 422
    assert phone.faults == [fault]
    assert f"Error: {fault[1]}" in phone.page.said("p")
    assert phone.page.said("title")[0].startswith("Error: ")
    ids = {attributes.get("id") for _, attributes in phone.page.elements}
    assert fault[0].removeprefix("#") in ids
    kept = {name: [value] if isinstance(value, str) else list(value) for name, value in sent.items()}
    textareas = {"story"}
    shown = phone.chosen()
    for name, values in kept.items():
        on_page = {attributes.get("value") for tag, attributes in phone.page.elements if tag == "input"}
        if name not in textareas and len(values) == 1 and values[0] in on_page:
            assert shown[name] == values, "what was typed or ticked is still there"


def test_a_page_to_read_comes_first_and_is_not_lost_on_coming_back(runtime: Runtime, phone: Phone, link: str) -> None:
    assert phone.question == "welcome"
    assert phone.heading == "Before you begin"
    assert phone.page.said("p")[:3] == [
        "Before you begin · part 1 of 1",
        "These questions are about last year.",
        "There are no wrong answers.",
    ]
    again = Phone(runtime)
    again.open(link)
    again.say_whose()
    assert again.question == "welcome"


def test_the_ends_of_a_scale_are_said_to_those_who_listen(phone: Phone) -> None:
    for page in every_kind.PAGES[: every_kind.PAGES.index("come_back")]:
        phone.send(ANSWERS[page])
    labels = phone.page.said("label")
    assert "0: Not at all likely" in labels
    assert "10: Certain" in labels


def test_an_optional_question_can_be_passed(runtime: Runtime, phone: Phone) -> None:
    for page in every_kind.PAGES[:-1]:
        phone.send(ANSWERS[page])
    assert phone.question == "thanks"


def test_a_studys_own_words_carry_their_language_and_direction(database_url: str, clock: Clock, tmp_path: Path) -> None:
    runtime = every_kind.create_runtime(database_url, clock, tmp_path / "arabic", language="ar")
    phone = Phone(runtime)
    phone.open(every_kind.create_link(runtime))
    for _ in range(3):
        html = next(attributes for tag, attributes in phone.page.elements if tag == "html")
        assert (html["lang"], html["dir"]) == ("en", "ltr")
        assert '<b><span lang="ar" dir="rtl">Your year</span></b>' in phone.page.source
        phone.send({"agree-take_part": "yes"})
    assert '<h1><span lang="ar" dir="rtl">How many nights did you stay?</span></h1>' in phone.page.source
    runtime.database.dispose()


def test_a_questionnaire_that_is_not_open_yet_says_so(database_url: str, clock: Clock, tmp_path: Path) -> None:
    runtime = every_kind.create_runtime(database_url, clock, tmp_path / "unopened", open_versions=False)
    phone = Phone(runtime)
    phone.agree(every_kind.create_link(runtime))
    assert (phone.status, phone.heading) == (409, "This is not ready yet")
    runtime.database.dispose()


def test_a_touchpoint_that_opens_on_a_day_says_which(database_url: str, clock: Clock, tmp_path: Path) -> None:
    runtime = every_kind.create_runtime(database_url, clock, tmp_path / "later", opens="2026-07-01")
    phone = Phone(runtime)
    phone.open(every_kind.create_link(runtime))
    assert phone.heading == "It is too early"
    assert "1 July 2026" in phone.page.words
    runtime.database.dispose()
