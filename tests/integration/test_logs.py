"""What the log of a server tells of what people did: each request, by a number to quote, and nothing of them."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import Any

import pytest

from surveyapp import create_app
from surveyapp.domain.staff import Role
from surveyapp.services.responses import answering
from surveyapp.services.runtime import Runtime, build
from tests import factories
from tests.interviewer import CONTACT, Interviewer, create_reachable
from tests.logged import listening, to_the_end
from tests.page import Client, Page
from tests.phone import Phone

PIN, WORDS = "583920", "Nobody told me where to park"


def served(runtime: Runtime, **changes: Any) -> Client:
    """As for real: errors become pages."""
    settings = dataclasses.replace(runtime.settings, **changes)
    made = build(settings, runtime.clock, runtime.studies) if "slow_ms" in changes else runtime
    return Client(to_the_end(create_app(dataclasses.replace(made, settings=settings)).test_client()))


def told(lines: list[str], event: str = "request") -> list[dict[str, Any]]:
    return [found for found in map(json.loads, lines) if found["event"] == event]


def test_a_whole_story_is_told_by_its_routes_and_names_nobody(
    runtime: Runtime, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = create_reachable(runtime)
    link = factories.create_link(runtime, person)
    with listening() as lines:
        phone = Phone(runtime)
        phone.client = served(runtime)
        phone.open(link)
        phone.send({"agree-take_part": "yes", "agree-recontact": "yes"})
        phone.say_whose("yes", PIN)
        phone.answer_until("first_feeling_why")
        assert phone.path == "/survey/q/first_feeling_why"

        def fails(*_arguments: Any, **_more: Any) -> None:
            raise ValueError(f"cannot store {WORDS!r} of {CONTACT.name}")

        monkeypatch.setattr(answering, "save_page", fails)
        phone.send(first_feeling_why=WORDS)
        assert phone.status == 500
        quoted = re.search(r"quote (\d{4}-\d{4}-\d{4})", phone.page.words)
        monkeypatch.undo()
        phone.client.get(f"/start?code={PIN}&name={CONTACT.name}")
        manager = factories.create_staff(runtime, Role.MANAGER, Role.INTERVIEWER)
        staff = Interviewer(served(runtime), runtime, staff=manager)
        to_the_end(staff.client.raw)
        staff.post(f"/manage/{person.study}/find", {"find": CONTACT.phone})
        staff.client.get(f"/manage/{person.study}/participants/{person.reference}/contact")
        staff.client.get(f"/manage/{CONTACT.name}/participants/{CONTACT.phone}")
    assert quoted is not None
    secrets = (CONTACT.name, CONTACT.phone, CONTACT.email, *CONTACT.name.split(), PIN, WORDS, phone.handle)
    secrets += (link.rpartition("/")[2], manager.email, manager.name, person.reference, str(person.id))
    assert [(each, line) for each in secrets for line in lines if each.casefold() in line.casefold()] == []
    requests = told(lines)
    routes = {each["route"] for each in requests}
    assert {"participant.link", "participant.question", "manager.find", "manager.contact", "staff.login"} <= routes
    assert {each["staff"] for each in requests if each["route"].startswith("manager.")} == {str(manager.id)}
    assert {each.get("study") for each in requests if each["route"] == "manager.contact"} == {person.study}
    known = {"at", "level", "event", "request", "logger", "method", "route", "status", "ms", "study", "staff"}
    assert all(set(each) <= known for each in requests)
    assert len({each["request"] for each in requests}) == len(requests)
    (failure,) = [each for each in map(json.loads, lines) if "exception" in each]
    assert failure["request"] == quoted[1]
    assert failure["exception"].endswith("\nValueError")
    assert "in fails" in failure["exception"]
    assert {each["status"] for each in requests if each["request"] == quoted[1]} == {500}


@pytest.mark.parametrize("path", ["/nothing", "/manage/nothing", "/api/v1/nothing"])
def test_whatever_goes_wrong_has_a_number_that_stands_in_the_log(runtime: Runtime, path: str) -> None:
    client = served(runtime)
    with listening() as lines:
        response = client.get(path, headers={"X-Request-Id": "0000-0000-0000"}, follow_redirects=True)
    number = told(lines)[-1]["request"]
    if response.status_code >= 400:
        assert response.headers["X-Request-Id"] == number != "0000-0000-0000"
    if "json" not in response.content_type and response.status_code >= 400:
        assert number in Page(response.text).words


def test_even_what_no_page_could_tell_of_has_its_number(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    client = served(runtime)
    for name in ("_unexpected", "_page"):
        monkeypatch.setattr(f"surveyapp.web.shared.errors.{name}", lambda *_arguments, **_more: 1 / 0)
    with listening() as lines:
        response = client.get("/nothing")
    (failure,) = told(lines, "an error that no page could tell of")
    assert response.status_code == 500
    assert failure["request"] in Page(response.text).words
    assert response.headers["Content-Length"] == str(len(response.data))


def test_who_asks_how_it_is_stands_in_the_log_where_it_is_not_well(runtime: Runtime) -> None:
    client = served(runtime)
    with listening() as lines:
        client.get("/health/live")
        client.get("/health/nothing")
    assert [each["status"] for each in told(lines)] == [404]


def test_a_slow_page_is_told_with_its_statements_and_nothing_that_is_bound_to_them(runtime: Runtime) -> None:
    person = factories.create_participant(runtime)
    path = factories.create_link(runtime, person)
    with listening() as lines:
        client = served(runtime, slow_ms=1)
        client.get(path, follow_redirects=True)
        served(runtime, slow_ms=600_000).get(path)
        served(runtime).get(path)
    slow = told(lines, "slow")
    assert slow
    assert all(each["level"] == "warning" and each["route"].startswith("participant.") for each in slow)
    assert any(each["statements"] > 1 for each in slow)
    assert any(one["sql"].startswith("SELECT") for each in slow for one in each["slowest"])
    assert str(person.id) not in "".join(lines)
    assert person.id.hex not in "".join(lines)
