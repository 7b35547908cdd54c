"""Saves that a script sends in the background: each answered by what became of it, whatever comes late, twice, out of
turn or beside somebody else's."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from surveyapp.domain.answers import Codes, Text
from surveyapp.domain.participants import Participant
from surveyapp.domain.responses import CorrectionReason
from surveyapp.domain.staff import Role
from surveyapp.domain.web_sessions import EndedWhy
from surveyapp.services.privacy import correcting, erasing
from surveyapp.services.questionnaires import response_migration
from surveyapp.services.responses import answering
from surveyapp.services.runtime import Runtime
from surveyapp.services.security import sessions
from surveyapp.services.work import Desk
from surveyapp.store import cases, participants, responses
from surveyapp.store.tables import AnswerHistoryRow
from tests import factories
from tests.conftest import Clock
from tests.device import Device
from tests.integration.test_moving import cafe_of, guest
from tests.phone import SHORTEST, Phone

pytestmark = pytest.mark.both_databases


@pytest.fixture
def device(runtime: Runtime, phone: Phone) -> Device:
    return Device(phone, runtime)


def history(runtime: Runtime, variable: str) -> list[str | None]:
    """All that was ever said of a variable with options, oldest first."""
    with runtime.database.reading() as session:
        rows = session.query(AnswerHistoryRow).filter_by(variable=variable).order_by(AnswerHistoryRow.save_id).all()
        return [row.code for row in rows]


def test_a_page_is_saved_and_the_next_one_told(runtime: Runtime, candidate: Participant, device: Device) -> None:
    assert device.stand()["state"] == "open"
    told = device.save("heard_via", {"heard_via": "job_shop"})
    assert (told["became"], told["revision"], told["next"]) == ("saved", 1, "heard_via_detail")
    assert (told["faults"], told["stands"]) == ([], {})
    assert factories.stored(runtime, candidate) == ({"heard_via": Codes(("job_shop",))}, 1)
    assert device.stand()["revision"] == 1


def test_behind_a_door_nobody_is_told_how_far_somebody_is(
    runtime: Runtime, candidate: Participant, link: str, device: Device
) -> None:
    """An employer who has the link as well could watch them answer."""
    device.save("heard_via", {"heard_via": "job_shop"})
    factories.set_pin(runtime, candidate, "739164")
    other = Device(Phone(runtime), runtime)
    other.phone.open(link)
    stand = other.stand()
    assert (stand["state"], stand["revision"]) == ("door", None)


def test_a_save_that_comes_again_is_dropped_in_silence(
    runtime: Runtime, candidate: Participant, device: Device
) -> None:
    body = device.body("heard_via", {"heard_via": "job_shop"})
    assert device.send(body)["became"] == "saved"
    for again in (body, body | {"form": {"heard_via": ["online"]}}):
        assert device.send(again)["became"] == "known"
    assert factories.stored(runtime, candidate) == ({"heard_via": Codes(("job_shop",))}, 1)


def test_a_late_copy_does_not_undo_what_came_after_it(runtime: Runtime, candidate: Participant, device: Device) -> None:
    first = device.body("heard_via", {"heard_via": "job_shop"})
    device.send(first)
    device.newest["heard_via"] = first["save"]
    assert device.save("heard_via", {"heard_via": "online"})["became"] == "saved"
    assert device.send(first)["became"] == "known"
    assert factories.stored(runtime, candidate)[0] == {"heard_via": Codes(("online",))}


def test_one_that_changed_nothing_is_remembered_and_can_be_built_on(
    runtime: Runtime, candidate: Participant, device: Device
) -> None:
    device.save("heard_via", {"heard_via": "job_shop"})
    same = device.body("heard_via", {"heard_via": "job_shop"})
    assert device.send(same)["became"] == "saved"
    assert device.send(same | {"form": {"heard_via": ["online"]}})["became"] == "known"
    device.newest["heard_via"] = same["save"]
    assert device.save("heard_via", {"heard_via": "family"})["became"] == "saved"
    assert factories.stored(runtime, candidate) == ({"heard_via": Codes(("family",))}, 2)


def test_ones_own_queue_never_conflicts_with_itself(runtime: Runtime, candidate: Participant, device: Device) -> None:
    """Three answers to one page, typed without signal, arrive in one go."""
    for option in ("job_shop", "online", "family"):
        assert device.save("heard_via", {"heard_via": option})["became"] == "saved"
    assert factories.stored(runtime, candidate)[0] == {"heard_via": Codes(("family",))}


def test_what_somebody_else_said_since_stands_until_one_chooses(
    runtime: Runtime, candidate: Participant, device: Device
) -> None:
    device.save("heard_via", {"heard_via": "job_shop"})
    staff = factories.create_staff(runtime, Role.INTERVIEWER)
    theirs = uuid.uuid4()
    interviewer = factories.by_interviewer(staff, candidate)
    answering.save_page(runtime, interviewer, "heard_via", {"heard_via": ["family"]}, theirs)
    mine = device.body("heard_via", {"heard_via": "online"})
    told = device.send(mine)
    assert told["became"] == "contested"
    assert told["stands"] == {
        "heard_via": {
            "save": str(theirs),
            "form": {"heard_via": ["family"]},
            "words": [told["stands"]["heard_via"]["words"][0]],
            "whose": "interviewer",
        }
    }
    assert factories.stored(runtime, candidate)[0] == {"heard_via": Codes(("family",))}
    assert history(runtime, "heard_via") == ["job_shop", "family", "online"]
    assert device.send(mine)["became"] == "contested", "the answer may have been lost: it is told again"
    after_it = device.body("heard_via", {"heard_via": "job_shop"}) | {"over": {"heard_via": mine["save"]}}
    assert device.send(after_it)["became"] == "contested", "what was typed after it is contested, too"
    device.newest["heard_via"] = str(theirs)
    assert device.save("heard_via", {"heard_via": "online"})["became"] == "saved"
    assert factories.stored(runtime, candidate)[0] == {"heard_via": Codes(("online",))}
    assert device.send(mine)["became"] == "known", "somebody chose"


def test_the_same_answer_from_two_sides_is_no_conflict(
    runtime: Runtime, candidate: Participant, device: Device
) -> None:
    device.save("heard_via", {"heard_via": "online"})
    interviewer = factories.by_interviewer(factories.create_staff(runtime, Role.INTERVIEWER), candidate)
    answering.save_page(runtime, interviewer, "heard_via", {"heard_via": ["family"]}, uuid.uuid4())
    assert device.save("heard_via", {"heard_via": "family"})["became"] == "saved"
    assert history(runtime, "heard_via") == ["online", "family"]


def test_what_comes_out_of_turn_is_kept_and_counts_once_the_route_reaches_it(
    runtime: Runtime, candidate: Participant, device: Device
) -> None:
    told = device.save("readiness_leaders_helpful", {"readiness_leaders_helpful": "strongly_agree"})
    assert (told["became"], told["next"]) == ("kept_off_route", "heard_via")
    assert factories.stored(runtime, candidate) == ({}, 1)
    device.save("attended_readiness_sessions", {"attended_readiness_sessions": "yes"})
    assert factories.stored(runtime, candidate)[0] == {
        "attended_readiness_sessions": Codes(("yes",)),
        "readiness_leaders_helpful": Codes(("strongly_agree",)),
    }
    assert device.save("attended_readiness_sessions", {"attended_readiness_sessions": "no"})["became"] == "saved"
    assert "readiness_leaders_helpful" not in factories.stored(runtime, candidate)[0]


def test_what_is_wrong_is_said_in_the_language_it_was_asked_in(runtime: Runtime, device: Device) -> None:
    body = device.body("heard_via", {"heard_via": "television"})
    told = device.send(body)
    assert (told["became"], told["revision"], told["next"]) == ("faulty", 0, "heard_via")
    [fault] = told["faults"]
    assert (fault["variable"], fault["code"]) == ("heard_via", "not_an_option")
    assert fault["sentence"] == "Choose from the answers shown."
    assert fault["id"]
    [polish] = device.send(device.body("heard_via", {}, language="pl"))["faults"]
    assert polish["code"] == "required"
    assert polish["sentence"] != device.send(device.body("heard_via", {}))["faults"][0]["sentence"]
    assert device.send(body | {"form": {"heard_via": ["online"]}})["became"] == "saved", "it left nothing"


@pytest.mark.parametrize("days", [-1, 1, -4000])
def test_a_clock_that_is_off_changes_nothing(
    runtime: Runtime, candidate: Participant, device: Device, clock: Clock, days: int
) -> None:
    at = (clock.now + dt.timedelta(days=days)).isoformat()
    assert device.save("heard_via", {"heard_via": "online"}, at=at)["became"] == "saved"
    assert factories.stored(runtime, candidate)[0] == {"heard_via": Codes(("online",))}


def sent_elsewhere(runtime: Runtime, candidate: Participant, phone: Phone) -> Device:
    """A device with answers of its own, of a person who then sent all of it from another."""
    phone.send(heard_via="family")
    device = Device(phone, runtime)
    other = Phone(runtime)
    factories.set_pin(runtime, candidate, "482913")
    other.open(factories.create_link(runtime, candidate))
    other.prove("482913")
    other.answer_until(None, SHORTEST)
    other.send(to="/survey/check")
    assert other.path == "/survey/done"
    return device


def test_what_arrives_once_another_device_has_sent_is_kept_as_a_correction(
    runtime: Runtime, candidate: Participant, phone: Phone
) -> None:
    device = sent_elsewhere(runtime, candidate, phone)
    before = factories.stored(runtime, candidate)
    body = device.body("heard_via", {"heard_via": "online"})
    told = device.send(body)
    assert (told["became"], told["next"], told["stands"]) == ("kept_as_correction", None, {})
    assert device.send(body)["became"] == "known"
    assert device.stand()["state"] == "sent"
    after = factories.stored(runtime, candidate)
    assert after[0] == before[0], "what was sent stands"
    assert history(runtime, "heard_via")[-1] == "online"


def test_a_browser_in_which_nothing_was_answered_corrects_nothing(
    runtime: Runtime, candidate: Participant, phone: Phone
) -> None:
    sent_elsewhere(runtime, candidate, phone)
    stranger = Phone(runtime)
    stranger.open(factories.create_link(runtime, candidate))
    device = Device(stranger, runtime)
    answer = device.post(device.body("heard_via", {"heard_via": "online"}))
    assert (answer.status_code, answer.json) == (403, {"why": "door"})


def test_for_three_days_after_closing_what_was_begun_is_kept(
    runtime: Runtime, candidate: Participant, device: Device, clock: Clock
) -> None:
    device.save("heard_via", {"heard_via": "job_shop"})
    closes = closing_of(runtime, candidate)
    link = factories.create_link(runtime, candidate)
    clock.now = closes + dt.timedelta(hours=71)
    device.phone.open(link)
    device.token = ""
    late = device.body("heard_via", {"heard_via": "online"})
    assert device.send(late)["became"] == "kept_as_correction"
    assert device.stand()["state"] == "closed"
    clock.forward(hours=2)
    device.phone.open(link)
    device.token = ""
    assert device.send(device.body("heard_via", {"heard_via": "family"}))["became"] == "discarded"
    assert history(runtime, "heard_via") == ["job_shop", "online"]


def closing_of(runtime: Runtime, candidate: Participant) -> dt.datetime:
    with runtime.database.reading() as session:
        closes = cases.cases_of(session, candidate.id)[0].closes_at
    assert closes is not None
    return closes


def test_after_withdrawing_nothing_is_taken_and_the_device_is_told_to_forget(
    runtime: Runtime, candidate: Participant, device: Device
) -> None:
    device.save("heard_via", {"heard_via": "job_shop"})
    body = device.body("heard_via", {"heard_via": "online"})
    with factories.operator(runtime).writing() as work:
        participants.withdraw(work.session, candidate.id, work.now)
    assert device.send(body)["became"] == "discarded"
    assert device.stand()["state"] == "withdrawn"
    with factories.operator(runtime).writing() as work:
        sessions.end_all_of_participant(work, candidate.id, EndedWhy.WITHDRAWN)
    for answer in (device.post(body), device.http.get(device.phone.own("/survey/stand"))):
        assert (answer.status_code, answer.json) == (410, {"why": "gone"})
    assert history(runtime, "heard_via") == ["job_shop"]


def test_the_phone_of_somebody_who_was_erased_is_told_to_forget(
    runtime: Runtime, candidate: Participant, device: Device
) -> None:
    """Nothing is left of them that could say so, but what the phone was given: which nobody else's phone has, and which
    says nothing of somebody who is there."""
    device.save("heard_via", {"heard_via": "job_shop"})
    body = device.body("heard_via", {"heard_via": "online"})
    named = device.http.get(device.phone.own("/survey/slip")).json["whose"]
    assert candidate.id.hex not in named
    other = factories.create_participant(runtime)
    with factories.operator(runtime).writing() as work:
        sessions.end_all_of_participant(work, candidate.id, EndedWhy.LEFT)
    still_there = device.http.get(device.phone.own("/survey/stand"), headers={"X-Whose": named})
    assert (still_there.status_code, still_there.json) == (401, {"why": "ended"})
    with factories.operator(runtime).writing() as work:
        erasing.erase(work, candidate)
    for whose, told in [
        (named, (410, {"why": "gone"})),
        ("", (401, {"why": "ended"})),
        (named[:-2] + ("A" if named[-2] != "A" else "B") + named[-1], (401, {"why": "ended"})),
        (runtime.keyring.whose(other.id), (401, {"why": "ended"})),
        ("łącze", (401, {"why": "ended"})),
    ]:
        headers = {"X-Whose": whose.encode().decode("latin-1")}
        for answer in (device.post(body, headers), device.http.get(device.phone.own("/survey/stand"), headers=headers)):
            assert (answer.status_code, answer.json) == told, whose
    # Another person's link was opened there since.
    own = device.phone.handle
    device.phone.open(factories.create_link(runtime, other))
    device.phone.handle = own
    for whose, status in ((named, 410), (runtime.keyring.whose(other.id), 409)):
        assert device.http.get(device.phone.own("/survey/stand"), headers={"X-Whose": whose}).status_code == status


def test_corrections_come_to_stand_when_staff_open_the_answers_again(
    runtime: Runtime, candidate: Participant, phone: Phone
) -> None:
    device = sent_elsewhere(runtime, candidate, phone)
    device.save("heard_via", {"heard_via": "online"})
    desk = Desk(runtime, factories.create_staff(runtime, Role.MANAGER))
    correcting.reopen(desk, factories.STUDY, candidate.reference, 1, CorrectionReason.SLIP)
    staff = factories.by_interviewer(factories.create_staff(runtime, Role.INTERVIEWER), candidate)
    answering.submit(runtime, staff)
    assert factories.stored(runtime, candidate)[0]["heard_via"] == Codes(("online",))


@pytest.fixture
def cafe(database_url: str, clock: Clock, tmp_path: Path) -> Iterator[Runtime]:
    made = cafe_of(database_url, clock, tmp_path)
    yield made
    made.database.dispose()


def test_a_save_of_a_version_that_is_no_longer_served_goes_through_its_migration(cafe: Runtime) -> None:
    phone = Phone(cafe)
    phone.agree(guest(cafe, "GU-1"))
    device = Device(phone, cafe, "first")
    device.save("coffee", {"coffee": "much"})
    factories.open_questionnaires(cafe, "cafe")
    response_migration.move(factories.operator(cafe), "cafe", "first")
    assert device.save("mood", {"mood": "much"})["became"] in ("saved", "kept_off_route")
    asked_again = device.save("recommend", {"recommend": "much"})
    assert (asked_again["became"], asked_again["next"]) == ("saved", "recommend")
    assert device.save("gone", {"gone": "The blue one"})["became"] == "kept_off_route"
    with cafe.database.reading() as session:
        [response] = [each.id for each in session.query(responses.ResponseRow)]
        given = responses.given_answers(session, response)
    assert {key: each.answer for key, each in given.items()} == {"coffee": Codes(("much",)), "mood": Codes(("good",))}
    assert history(cafe, "recommend") == ["much"]
    assert history(cafe, "mood") == ["much", "good"]
    newer = device.post(device.body("coffee", {"coffee": "not"}, version=3))
    assert (newer.status_code, newer.json) == (422, {"why": "shape"})


@pytest.mark.parametrize(
    "wrong",
    [
        {"page": "no_such_page"},
        {"questionnaire": "employee_1"},
        {"version": 2},
        {"version": 999_999_999},
        {"save": "x"},
        {"form": "x"},
    ],
)
def test_what_is_no_save_of_this_response_is_put_aside(device: Device, wrong: dict[str, Any]) -> None:
    answer = device.post(device.body("heard_via", {"heard_via": "online"}) | wrong)
    assert (answer.status_code, answer.json) == (422, {"why": "shape"})


@pytest.mark.parametrize("body", ["", "{", "null", "[" * 50_000, "\x00", '{"save": "' + "x" * 600_000 + '"}'])
def test_what_is_no_json_is_put_aside(device: Device, body: str) -> None:
    assert (device.post(body).status_code, device.post(body).json) == (422, {"why": "shape"})


def test_only_json_is_taken(device: Device) -> None:
    body = json.dumps(device.body("heard_via", {"heard_via": "online"}))
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        assert device.post(body, content_type=kind).status_code == 415


@pytest.mark.parametrize(
    ("headers", "status", "why"),
    [
        ({"X-CSRFToken": ""}, 403, "token"),
        ({"X-CSRFToken": "wrong"}, 403, "token"),
        ({"Sec-Fetch-Site": "cross-site"}, 403, "elsewhere"),
        ({"Sec-Fetch-Site": "same-site"}, 403, "elsewhere"),
        ({"Sec-Fetch-Site": "", "Origin": "https://elsewhere.example"}, 403, "elsewhere"),
    ],
)
def test_a_forged_save_is_refused(
    runtime: Runtime, candidate: Participant, device: Device, headers: dict[str, str], status: int, why: str
) -> None:
    answer = device.post(device.body("heard_via", {"heard_via": "online"}), headers)
    assert (answer.status_code, answer.json) == (status, {"why": why})
    assert factories.stored(runtime, candidate) == ({}, 0)


def test_a_session_that_ended_waits_for_the_persons_link(
    runtime: Runtime, candidate: Participant, link: str, device: Device
) -> None:
    body = device.body("heard_via", {"heard_via": "online"})
    device.stand()
    device.phone.client.get(device.phone.own("/survey/leave"))
    answer = device.post(body)
    assert (answer.status_code, answer.json) == (401, {"why": "ended"})
    device.phone.open(link)
    assert device.post(body).json == {"why": "token"}
    device.stand()
    assert device.send(body)["became"] == "saved"


def test_another_persons_link_makes_it_wait(runtime: Runtime, device: Device) -> None:
    device.stand()
    body, own = device.body("heard_via", {"heard_via": "online"}), device.phone.handle
    device.phone.open(factories.create_link(runtime, factories.create_participant(runtime)))
    device.phone.handle = own
    answer = device.post(body)
    assert (answer.status_code, answer.json) == (409, {"why": "elses"})


def test_before_consent_nothing_is_taken(runtime: Runtime, link: str) -> None:
    phone = Phone(runtime)
    phone.open(link)
    device = Device(phone, runtime)
    assert device.stand()["state"] == "consent"
    answer = device.post(device.body("heard_via", {"heard_via": "online"}))
    assert (answer.status_code, answer.json) == (403, {"why": "consent"})


def test_words_are_kept_as_they_were_typed(runtime: Runtime, candidate: Participant, device: Device) -> None:
    device.save("heard_via", {"heard_via": "family"})
    device.save("heard_via_detail", {"heard_via_detail": "  میری خالہ\r\nworks there. "})
    assert factories.stored(runtime, candidate)[0]["heard_via_detail"] == Text("میری خالہ\nworks there.")
