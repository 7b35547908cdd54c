"""Pace and warmth: how long it takes, where one is, boxes that nobody ticked, one's own language, thanks."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from surveyapp import create_app
from surveyapp.domain.responses import Response, ResponseState
from surveyapp.services.responses.expected_time import ExpectedTime, expected_time, minutes_expected
from surveyapp.services.runtime import Runtime
from surveyapp.store import cases, responses
from surveyapp.store.database import new_id
from tests import every_kind, factories
from tests.conftest import NOW, Clock
from tests.integration.test_languages import new_link
from tests.integration.test_participant_kinds import ANSWERS
from tests.page import Page
from tests.phone import SHORTEST, Phone


def finished(runtime: Runtime, number: int, minutes: float) -> None:
    """So many who have answered backfill_1 by themselves, in so many minutes."""
    for _ in range(number):
        person = factories.create_participant(runtime)
        with factories.operator(runtime).writing() as work:
            case = cases.cases_of(work.session, person.id)[0]
            responses.add_response(
                work.session,
                Response(
                    id=new_id(),
                    case_id=case.id,
                    questionnaire="backfill_1",
                    version=1,
                    state=ResponseState.SUBMITTED,
                    revision=0,
                    seed=1,
                    started_at=NOW,
                    submitted_at=NOW + dt.timedelta(minutes=minutes),
                ),
            )


def told(runtime: Runtime) -> ExpectedTime:
    runtime.times.clear()
    study = runtime.study(factories.STUDY)
    touchpoint = study.touchpoint("backfill", 1)
    assert touchpoint is not None
    return expected_time(runtime, study, touchpoint)


def test_the_time_is_counted_from_words_until_thirty_have_finished(runtime: Runtime) -> None:
    by_words = ExpectedTime(minutes_expected(runtime.study(factories.STUDY).newest("backfill_1")), measured=False)
    assert told(runtime) == by_words
    finished(runtime, 29, 14)
    finished(runtime, 5, 300)
    assert told(runtime) == by_words, "whoever was away for hours says nothing of how long it takes"
    finished(runtime, 1, 14)
    assert told(runtime) == ExpectedTime(14, measured=True)
    finished(runtime, 31, 5.5)
    assert told(runtime) == ExpectedTime(6, measured=True)


def test_the_time_is_counted_once_an_hour(runtime: Runtime, clock: Clock) -> None:
    before = told(runtime)
    finished(runtime, 30, 25)
    study = runtime.study(factories.STUDY)
    touchpoint = study.touchpoint("backfill", 1)
    assert touchpoint is not None
    with factories.counted(runtime) as statements:
        assert expected_time(runtime, study, touchpoint) == before
    assert statements == []
    clock.forward(minutes=61)
    assert expected_time(runtime, study, touchpoint) == ExpectedTime(25, measured=True)


def test_invented_people_say_nothing_of_how_long_it_takes(sqlite_url: str, clock: Clock) -> None:
    demo = factories.create_runtime(sqlite_url, clock, demo=True)
    factories.open_questionnaires(demo)
    finished(demo, 30, 0.2)
    assert not told(demo).measured
    demo.database.dispose()


def test_three_facts_and_what_is_behind_them(runtime: Runtime) -> None:
    phone = Phone(runtime)
    phone.open(factories.create_link(runtime, factories.create_participant(runtime)))
    facts = phone.page.said("summary")
    assert facts[0] == "About 9 minutes"
    assert facts[1:3] == [
        "It is up to you whether you take part. You can stop at any time.",
        "Our results never name anyone.",
    ]
    assert "We keep your answers apart from your name and contact details." in phone.page.words
    assert "We do not work for your employer" in phone.page.words


def ticked(page: Page) -> list[str]:
    return [name for name in page.fields() if name.startswith("agree-")]


def test_no_box_is_ticked_that_nobody_ticked_here(runtime: Runtime, clock: Clock) -> None:
    person = factories.create_participant(runtime)
    phone = Phone(runtime)
    phone.open(factories.create_link(runtime, person))
    assert ticked(phone.page) == []
    phone.send({"agree-take_part": "yes", "agree-recontact": "yes"})
    phone.say_whose()
    phone.open("/survey/consent")
    assert ticked(phone.page) == ["agree-take_part", "agree-recontact"], "these very questions were begun with them"
    phone.open("/survey")
    phone.answer_until(None, SHORTEST)
    phone.send()
    clock.forward(days=31)
    later = Phone(runtime)
    later.open(factories.create_link(runtime, person, 2))
    assert later.path == "/survey/consent"
    assert ticked(later.page) == []
    later.send()
    assert later.status == 422


def test_where_somebody_is_stands_in_words_and_a_stroke_a_section(runtime: Runtime) -> None:
    phone = Phone(runtime)
    phone.agree(factories.create_link(runtime, factories.create_participant(runtime)))
    assert "How it began · part 1 of 8" in phone.page.said("p")
    phone.answer_until("placed", {"attended_readiness_sessions": "no"})
    assert "Work placements · part 3 of 7" in phone.page.said("p")
    assert "That was “Work readiness sessions”. All of it is kept." in phone.page.said("p")
    strokes = [each for tag, each in phone.page.elements if tag == "progress"]
    assert [each["value"] == each["max"] for each in strokes] == [True, True] + [False] * 5
    phone.send(placed="no")
    assert "Work placements · part 3 of 5" in phone.page.said("p")
    assert not [text for text in phone.page.said("p") if text.startswith("That was")]
    phone.follow("Back")
    assert not [text for text in phone.page.said("p") if text.startswith("That was")], "it was answered before"


def test_before_and_now_stand_in_one_table_each_cell_with_a_name(runtime: Runtime) -> None:
    phone = Phone(runtime)
    phone.agree(factories.create_link(runtime, factories.create_participant(runtime)))
    phone.answer_until("confidence_career_potential", {"placed": "yes"})
    assert phone.page.said("th")[:3] == ["Before the placement", "Now", "Very confident"]
    cells = [each for tag, each in phone.page.elements if tag == "input" and "aria-label" in each]
    named = {(each["name"], each["value"]): each["aria-label"] for each in cells}
    asked = "confidence_career_potential"
    assert named[f"{asked}@before", "very_confident"] == "Very confident, Before the placement"
    assert named[f"{asked}@now:missing", "dont_know"] == "Don’t know, Now"
    assert [each["id"] for each in cells if "id" in each] == [f"{asked}-before", f"{asked}-now"], "where faults lead"
    phone.send({"confidence_career_potential@before": "quite_confident"})
    assert phone.faults == [("#confidence_career_potential-now", "Choose an answer for “Now”.")]
    assert phone.chosen()["confidence_career_potential@before"] == ["quite_confident"]


def test_a_line_that_goes_with_an_option_and_a_scale_of_numbers_keep_their_room(
    sqlite_url: str, clock: Clock, tmp_path: Path
) -> None:
    made = every_kind.create_runtime(sqlite_url, clock, tmp_path / "study")
    phone = Phone(made)
    phone.agree(every_kind.create_link(made))
    for page in every_kind.PAGES[: every_kind.PAGES.index("room_quiet")]:
        phone.send(ANSWERS[page])
    assert phone.page.said("th")[:2] == ["Last year", "This year"]
    for page in ("room_quiet", "room_warm"):
        phone.send(ANSWERS[page])
    assert phone.question == "come_back"
    assert phone.page.said("th") == []
    made.database.dispose()


LANGUAGES = [
    # What the record says, what the browser asks for, in which language the first page is and which it offers.
    ("pl", "ur,en;q=0.5", "pl", "ur"),
    ("pl", "pl", "pl", None),
    ("", "ur", "ur", None),
    ("pl", "de", "pl", None),
    ("en", "pl-PL,en;q=0.5", "en", "pl"),
]


@pytest.mark.parametrize(("record", "browser", "shown", "offered"), LANGUAGES)
def test_the_browsers_language_is_offered_where_the_record_disagrees(
    runtime: Runtime, record: str, browser: str, shown: str, offered: str | None
) -> None:
    phone = Phone(runtime)
    phone.client.raw.environ_base["HTTP_ACCEPT_LANGUAGE"] = browser
    phone.open(new_link(runtime, record))
    html = next(each for tag, each in phone.page.elements if tag == "html")
    offers = [each["lang"] for tag, each in phone.page.elements if each.get("class") == "offer"]
    assert (html["lang"], offers) == (shown, [offered] if offered else [])
    if offered:
        phone.send({"lang": offered})
        html = next(each for tag, each in phone.page.elements if tag == "html")
        assert (html["lang"], [each for _, each in phone.page.elements if each.get("class") == "offer"]) == (
            offered,
            [],
        )


def test_a_page_that_is_not_there_speaks_the_readers_language(runtime: Runtime) -> None:
    phone = Phone(runtime)
    phone.open("/start?lang=ur")
    for address in ("/nowhere", "/survey/abc/q/nothing", "/survey/check/nowhere"):
        page = phone.open(address)
        html = next(each for tag, each in page.elements if tag == "html")
        assert (phone.status, html["lang"], html["dir"]) == (404, "ur", "rtl"), address
    fresh = create_app(runtime).test_client()
    answered = fresh.get("/nowhere", headers={"Accept-Language": "pl"})
    assert '<html lang="pl"' in answered.text
    assert 'href="/nowhere?lang=ur"' in answered.text, "others are offered"
    chosen = fresh.get("/nowhere?lang=ur", follow_redirects=True)
    assert (chosen.request.path, '<html lang="ur" dir="rtl"' in chosen.text) == ("/nowhere", True)
    elsewhere = fresh.get("/", query_string="lang=pl", environ_overrides={"PATH_INFO": "//example.org/x"})
    assert (elsewhere.location or "").startswith("/example.org/x"), "it leads nowhere else"


def test_thanks_are_in_the_studys_voice(runtime: Runtime) -> None:
    person = factories.create_participant(runtime)
    phone = Phone(runtime)
    phone.agree(factories.create_link(runtime, person))
    phone.answer_until(None, SHORTEST)
    phone.send()
    assert "What you tell us helps to make the scheme better for the people who come next." in phone.page.words
