"""A questionnaire is context at: on a phone, as a codebook, as a map, beside another, and while it is written."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from surveyapp import create_app, create_draft_app
from surveyapp.domain.staff import Role
from surveyapp.services.runtime import Runtime
from surveyapp.settings import ROOT
from surveyapp.store.tables import Base
from surveyapp.web.participant import pages
from tests import factories
from tests.conftest import Clock
from tests.page import Client, Page

MENTEE = "/manage/mentoring/questionnaires/mentee_1"


@pytest.fixture
def installed(sqlite_url: str, clock: Clock) -> Iterator[Runtime]:
    """Both studies, of which Job Rotation's questionnaires are open."""
    made = factories.create_runtime(sqlite_url, clock)
    factories.open_questionnaires(made)
    yield made
    made.database.dispose()


def signed_in(runtime: Runtime, study: str, role: Role = Role.MANAGER) -> Client:
    client = client_of(create_app(runtime))
    assert client.sign_in(factories.create_staff(runtime, role, study=study).email).status_code == 302
    return client


def client_of(app: Flask) -> Client:
    app.testing = True
    return Client(app.test_client())


@pytest.mark.parametrize("study", ["job_rotation", "mentoring"])
def test_every_version_can_be_looked_at_in_every_way_and_language(installed: Runtime, study: str) -> None:
    client = signed_in(installed, study)
    for name, version in installed.study(study).questionnaires:
        for way in ("", "/codebook", "/map", "/beside", "/phone/consent"):
            for language in ("en", "ur") if way in ("/codebook", "/phone/consent") else ("en",):
                page = client.page(f"/manage/{study}/questionnaires/{name}/v{version}{way}?in={language}")
                if way == "/phone/consent":
                    assert ("html", language) in [(tag, each.get("lang")) for tag, each in page.elements]


def test_an_evaluator_reads_the_codebook_and_is_led_nowhere_they_may_not_go(installed: Runtime) -> None:
    client = signed_in(installed, "mentoring", Role.EVALUATOR)
    page = client.page(f"{MENTEE}/v2/codebook")
    for address in page.links():
        if address.startswith(("/manage", "/results")):
            assert client.get(address.partition("#")[0], follow_redirects=True).status_code == 200, address


def test_the_codebook_has_codes_limits_routing_and_scores(installed: Runtime) -> None:
    source = signed_in(installed, "mentoring").page(f"{MENTEE}/v2/codebook").source
    words = " ".join(re.sub("<[^>]+>", " ", source.replace("<wbr>", "")).split()).replace(" ,", ",")
    for said in (
        "12 commute_minutes a number",
        "needs an answer · from 0 to 240",
        "Asked if: first job is The apprenticeship is their first job and belonging (now) is not Fully",
        "Decides whether these are asked: belonging_why, first_job_feeling",
        "somebody_to_talk_to Somebody to talk to",
        "heard_via_other_text",
        "belonging@before In your first week",
        "at least 7 of them answered",
        "very_low Very low 7 17",
    ):
        assert said in words


def test_two_versions_beside_one_another_whichever_is_looked_at(installed: Runtime) -> None:
    client = signed_in(installed, "mentoring")
    for address in (f"{MENTEE}/v2/beside", f"{MENTEE}/v1/beside?with=mentee_1/v2"):
        page = client.page(address)
        assert "From mentee_1 version 1 to mentee_1 version 2." in page.words
        assert "a friend in your trade" in " ".join(page.said("ins"))
        assert "reworded, not comparable" in page.words
    for there, here in (("mentee_2", "mentee_1"), ("mentee_1", "mentee_2")):
        version = "v2" if there == "mentee_1" else "v1"
        address = f"/manage/mentoring/questionnaires/{here}/v1/beside?with={there}/{version}"
        assert "to mentee_2 version 1." in client.page(address).words


@pytest.mark.parametrize(
    "address",
    [
        "/manage/mentoring/questionnaires/mentee_1/v9",
        "/manage/mentoring/questionnaires/mente_1/v1/map",
        "/manage/mentoring/questionnaires/mentee_1/v1/beside?with=mentee_1/v7",
    ],
)
def test_what_there_is_not_is_said_so(installed: Runtime, address: str) -> None:
    page = signed_in(installed, "mentoring").page(address, status=404)
    assert "There is no version" in page.words


def test_only_the_phone_stands_in_a_frame_and_only_in_ours(installed: Runtime) -> None:
    client = signed_in(installed, "mentoring")
    policies = {
        way: client.get(f"{MENTEE}/v2{way}").headers["Content-Security-Policy"]
        for way in ("", "/codebook", "/phone/consent")
    }
    assert "frame-src 'self'" in policies[""]
    assert "frame-ancestors 'none'" in policies[""]
    assert "frame-src" not in policies["/codebook"]
    assert "frame-ancestors 'self'" in policies["/phone/consent"]
    assert "script-src 'self'" in policies["/phone/consent"]
    assert "frame-ancestors 'none'" in client.get("/start").headers["Content-Security-Policy"]


def rows(runtime: Runtime) -> dict[str, int]:
    with runtime.database.engine.connect() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in Base.metadata.sorted_tables
        }


def fill(page: Page, **chosen: str) -> dict[str, str | list[str]]:
    """A form for the page: of each group the first, no reason for not answering, and what is chosen."""
    form: dict[str, str | list[str]] = dict(page.fields())
    for tag, each in page.elements:
        if tag == "input" and each.get("type") in ("radio", "checkbox") and not each["name"].endswith(":missing"):
            form.setdefault(each["name"], each["value"])
    shown = {each.get("name") for tag, each in page.elements if tag in ("input", "textarea")}
    return form | {name: value for name, value in chosen.items() if name in shown}


def answered_to_the_end(client: Client) -> list[str]:
    """The pages that somebody made up comes by, from consent to the last."""
    known = "site.sector=construction&site.name=Oldbarrow&participant.first_job=yes&seed=5"
    response = client.get(f"{MENTEE}/v2/phone/consent?{known}")
    seen = []
    while "/done" not in response.request.path:
        page = Page(response.text)
        action = next(each["action"] for tag, each in page.elements if tag == "form" and "/phone/" in each["action"])
        seen.append(action.partition("?")[0].rpartition("/")[2])
        form = {**fill(page, trade="joinery", commute_minutes="50"), "agree-take_part": "yes"}
        if "first_day" in seen[-1]:
            form |= {"first_day:day": "2", "first_day:month": "9", "first_day:year": "2024"}
            form.pop("first_day", None)
        response = client.post(action, form, follow_redirects=True)
        assert response.status_code == 200, (seen, Page(response.text).said("li"))
    return seen


def test_somebody_made_up_answers_to_the_end_and_nothing_is_stored(installed: Runtime) -> None:
    client = signed_in(installed, "mentoring")
    before = rows(installed)
    seen = answered_to_the_end(client)
    assert {"safety_training", "commute_effect", "first_job_feeling", "own_mind"} <= set(seen)
    assert seen[-2:] == ["anything_else", "check"]
    assert rows(installed) == before


def test_bad_input_is_answered_as_a_participant_would_be_answered(installed: Runtime) -> None:
    client = signed_in(installed, "mentoring")
    response = client.get(f"{MENTEE}/v2/phone/q/commute_minutes?any=1&in=ur")
    token = Page(response.text).fields()["csrf_token"]
    refused = client.post(
        f"{MENTEE}/v2/phone/q/commute_minutes?any=1", {"csrf_token": token, "commute_minutes": "a while"}
    )
    assert refused.status_code == 422
    assert 'class="fault"' in refused.text
    assert "a while" in refused.text
    # A page that nobody has come to is not shown without being asked for.
    assert "/q/welcome" in client.get(f"{MENTEE}/v2/phone/q/commute_minutes", follow_redirects=True).request.path


def test_after_a_page_that_was_looked_up_come_only_those_that_may_be_asked(installed: Runtime) -> None:
    client = signed_in(installed, "mentoring")
    known = "any=1&site.sector=hospitality&participant.first_job=no"
    response = client.get(f"{MENTEE}/v2/phone/q/commute_minutes?{known}")
    seen = []
    for _ in range(3):
        page = Page(response.text)
        action = next(each["action"] for tag, each in page.elements if tag == "form" and "/phone/" in each["action"])
        response = client.post(action, fill(page, commute_minutes="10"), follow_redirects=True)
        seen.append(response.request.path.rpartition("/")[2])
    assert seen == ["optimistic", "useful", "relaxed"]


def test_finishing_later_needs_no_answer_there_either(installed: Runtime) -> None:
    client = signed_in(installed, "mentoring")
    at = f"{MENTEE}/v2/phone/q/recommend?any=1"
    form = {"csrf_token": client.page(at).fields()["csrf_token"][0], "then": "later"}
    assert client.post(at, form, follow_redirects=True).request.path == f"{MENTEE}/v2/phone/later"


def test_the_codebook_says_ways_out_as_participants_read_them(installed: Runtime) -> None:
    client = signed_in(installed, "mentoring")
    assert "معلوم نہیں" in client.page(f"{MENTEE}/v2/codebook?in=ur").words
    assert "معلوم نہیں" not in client.page(f"{MENTEE}/v2/codebook").words


def test_changing_the_language_above_the_phone_stays_on_its_page(installed: Runtime) -> None:
    page = signed_in(installed, "mentoring").page(f"{MENTEE}/v2?at=recommend&seed=3")
    (urdu,) = (each for each in page.links() if "in=ur" in each)
    assert "at=recommend" in urdu
    assert "seed=3" in urdu


def test_changing_the_language_on_the_phone_keeps_the_answers_and_the_looker_s_own_language(
    installed: Runtime,
) -> None:
    client = signed_in(installed, "mentoring")
    page = client.page(f"{MENTEE}/v2/phone/q/trade?any=1")
    form = {**page.fields(), "trade": "joinery", "lang": "ur"}
    response = client.post(f"{MENTEE}/v2/phone/q/trade?any=1", form, follow_redirects=True)
    found = Page(response.text)
    assert ("html", "ur") in [(tag, each.get("lang")) for tag, each in found.elements]
    assert found.fields()["trade"] == ["joinery"]
    assert ("html", "en") in [(tag, each.get("lang")) for tag, each in client.page(f"{MENTEE}/v2").elements]


# While it is written


@pytest.fixture
def studies(tmp_path: Path) -> Path:
    for study in ("mentoring", "job_rotation"):
        shutil.copytree(ROOT / "questionnaires" / study, tmp_path / study)
    return tmp_path


def write(studies: Path, old: str, new: str) -> None:
    path = studies / "mentoring" / "mentee_1" / "v2.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_draft_is_shown_as_its_file_is_now(studies: Path) -> None:
    client = client_of(create_draft_app(str(studies), "mentoring", "mentee_1"))
    front = client.get("/", follow_redirects=True)
    assert front.request.path == f"{MENTEE}/v2"
    stamp = client.get("/changes").get_json()["stamp"]
    at = f"{MENTEE}/v2/phone/q/commute_minutes?any=1"
    assert "About how many minutes" in client.page(at).said("h1")[0]
    write(studies, "About how many minutes", "Roughly how many minutes")
    assert client.get(f"/changes?since={stamp}").get_json()["stamp"] != stamp
    assert "Roughly how many minutes" in client.page(at).said("h1")[0]
    for way in ("", "/codebook", "/map", "/beside"):
        assert client.get(f"{MENTEE}/v2{way}").status_code == 200


def test_a_draft_is_answered_to_the_end_as_well(studies: Path) -> None:
    client = client_of(create_draft_app(str(studies), "mentoring", "mentee_1"))
    assert answered_to_the_end(client)[-1] == "check"
    for method, path, _page in pages.PAGES:
        if method == "GET" and "<" not in path:
            assert client.get(f"{MENTEE}/v2/phone{path}").status_code in (200, 302), path


def test_a_draft_with_a_fault_says_where_and_goes_on_where_it_can(studies: Path) -> None:
    client = client_of(create_draft_app(str(studies), "mentoring", "mentee_1"))
    write(studies, "ask_if: {hopes: study_help}", "ask_if: {hopes: study_hel}")
    page = client.page(f"{MENTEE}/v2")
    assert "Did you mean “study_help”?" in page.words
    assert "mentoring/mentee_1/v2.yaml:" in page.words
    write(studies, "kind: date", "kind: dat")
    for way in ("", "/phone/consent"):
        page = client.page(f"{MENTEE}/v2{way}", status=422)
        assert "“dat” cannot be used for “kind”." in page.words
    write(studies, "kind: dat\n", "kind: date\n")
    assert client.get(f"{MENTEE}/v2/phone/consent").status_code == 200


def test_what_was_answered_is_kept_when_a_draft_changes_as_far_as_it_still_is_an_answer(studies: Path) -> None:
    client = client_of(create_draft_app(str(studies), "mentoring", "mentee_1"))
    page = client.page(f"{MENTEE}/v2/phone/q/heard_via?any=1")
    response = client.post(f"{MENTEE}/v2/phone/q/heard_via?any=1", {**page.fields(), "heard_via": "friend"})
    carried = (response.location or "").partition("?")[2]
    at = f"{MENTEE}/v2/phone/q/heard_via?{carried}"
    assert client.page(at).fields()["heard_via"] == ["friend"]
    write(studies, "          friend: From a friend or my family\n", "")
    assert client.page(at).fields().get("heard_via") is None


def test_a_draft_whose_file_went_away_comes_back_with_it(studies: Path) -> None:
    client = client_of(create_draft_app(str(studies), "mentoring", "mentee_1"))
    file = studies / "mentoring" / "mentee_1" / "v2.yaml"
    elsewhere = file.rename(studies / "elsewhere")
    page = client.page(f"{MENTEE}/v2", status=404)
    assert "draft" in {each.get("id") for _, each in page.elements}, "nothing waits for the file"
    stamp = client.get("/changes").get_json()["stamp"]
    elsewhere.rename(file)
    assert client.get(f"/changes?since={stamp}").get_json()["stamp"] != stamp
    assert client.get(f"{MENTEE}/v2").status_code == 200


def test_a_draft_of_nothing_is_said_so(studies: Path) -> None:
    client = client_of(create_draft_app(str(studies), "mentoring", "mentee_1"))
    page = client.page("/manage/mentoring/questionnaires/mentee_7/v1", status=404)
    assert page.said("h1") == ["There is no such page"]
