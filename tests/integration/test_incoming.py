"""What comes in with a request that no page of ours sent: names, origins, bodies, numbers, and what is done when all
else fails."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterator
from pathlib import Path

import flask
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from surveyapp import create_app, create_draft_app
from surveyapp.domain.staff import Role
from surveyapp.services.runtime import Runtime
from surveyapp.watching import logs
from surveyapp.web.shared import headers, incoming
from tests import factories
from tests.fuzz import checks
from tests.interviewer import Interviewer, create_reachable
from tests.marks import RUNS, handed_on
from tests.page import Client, Page

SITE = "https://survey.example.org"


def served(runtime: Runtime, **changes: object) -> FlaskClient:
    """A client of the installation as it is served: errors become pages."""
    return create_app(
        dataclasses.replace(runtime, settings=dataclasses.replace(runtime.settings, **changes))
    ).test_client()


def secure(runtime: Runtime) -> FlaskClient:
    client = served(runtime, public_url=SITE)
    client.environ_base |= {"wsgi.url_scheme": "https", "HTTP_HOST": "survey.example.org"}
    return client


def fields(response: TestResponse) -> dict[str, list[str]]:
    return Page(response.text).fields()


def is_protected(response: TestResponse, https: bool = False) -> bool:
    return headers.protecting(https).items() <= dict(response.headers).items()


# Names


@pytest.mark.parametrize(
    ("host", "path", "status"),
    [
        ("survey.example.org", "/start", 200),
        ("survey.example.org:443", "/start", 200),
        ("survey.example.org", "/health/live", 200),
        ("localhost", "/health/live", 200),
        ("127.0.0.1:8000", "/health/ready", 200),
        ("127.0.0.1:8000", "/metrics", 200),
        ("survey.example.org", "/metrics", 403),
        ("localhost", "/start", 400),
        ("127.0.0.1:8000", "/staff/login", 400),
        ("evil.example", "/start", 400),
        ("evil.example", "/health/live", 400),
        ("survey.example.org.evil.example", "/start", 400),
        ("survey.example.org@evil.example", "/start", 400),
        ("", "/start", 400),
        ("evil.example", "/static/css/base.css", 400),
        ("evil.example", "/nothing", 400),
    ],
)
def test_only_the_names_of_the_site_are_answered_under(runtime: Runtime, host: str, path: str, status: int) -> None:
    response = secure(runtime).get(path, headers={"Host": host}, base_url=SITE)
    assert response.status_code == status
    assert "evil" not in response.text
    if status == 400:
        assert Page(response.text).said("h1") == ["This site has another address"]
        assert is_protected(response, https=True)


def test_a_demonstration_is_on_this_machine(runtime: Runtime) -> None:
    client = served(runtime, demo=True, public_url="http://127.0.0.1:8123")
    assert client.get("/start", headers={"Host": "localhost:8123"}).status_code == 200
    assert client.get("/start", headers={"Host": "127.0.0.1:8123"}).status_code == 200
    assert client.get("/start", headers={"Host": "evil.example"}).status_code == 400


def test_drafts_are_served_to_this_machine_alone(tmp_path: Path) -> None:
    client = create_draft_app(str(tmp_path), "nothing", "nothing").test_client()
    assert client.get("/changes", headers={"Host": "evil.example"}).status_code == 400
    assert client.get("/nothing", headers={"Host": "localhost:5000"}).status_code == 404


def test_behind_a_proxy_the_name_it_was_asked_for_counts(runtime: Runtime) -> None:
    client = served(runtime, public_url=SITE, proxies=1)
    asked = {"Host": "10.0.0.7", "X-Forwarded-Proto": "https"}
    assert client.get("/start", headers=asked | {"X-Forwarded-Host": "survey.example.org"}).status_code == 200
    assert client.get("/start", headers=asked | {"X-Forwarded-Host": "evil.example"}).status_code == 400
    assert client.get("/start", headers=asked).status_code == 400


# From which site a form was sent


@pytest.mark.parametrize(
    ("said", "staff", "participant"),
    [
        ({}, 403, 422),
        ({"Referer": f"{SITE}/staff/login"}, 422, 422),
        ({"Origin": SITE}, 422, 422),
        ({"Sec-Fetch-Site": "same-origin"}, 422, 422),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 422, 422),
        ({"Origin": "null"}, 403, 422),
        ({"Origin": "null", "Referer": f"{SITE}/start"}, 422, 422),
        ({"Sec-Fetch-Site": "none"}, 403, 422),
        ({"Sec-Fetch-Site": "cross-site"}, 403, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": SITE}, 403, 403),
        ({"Sec-Fetch-Site": "cross-site", "Referer": f"{SITE}/start"}, 403, 403),
        ({"Origin": "https://evil.example"}, 403, 403),
        ({"Origin": "https://evil.example", "Referer": f"{SITE}/start"}, 403, 403),
        ({"Origin": "http://survey.example.org"}, 403, 403),
        ({"Origin": f"{SITE}:444"}, 403, 403),
        ({"Origin": f"{SITE}:443"}, 422, 422),
        ({"Referer": "https://evil.example/survey.example.org"}, 403, 403),
        ({"Origin": "https://["}, 403, 403),
    ],
)
def test_a_form_over_https_is_judged_by_where_it_says_it_is_from(
    runtime: Runtime, said: dict[str, str], staff: int, participant: int
) -> None:
    for path, expected in (("/staff/login", staff), ("/start", participant)):
        client = secure(runtime)
        form = fields(client.get(path, base_url=SITE))
        response = client.post(path, data=form | {"code": "x"}, headers=said, base_url=SITE)
        assert response.status_code == expected, (path, said, Page(response.text).words)
        Page(response.text).check()


def test_behind_a_proxy_that_nobody_told_of_forms_still_come_from_here(runtime: Runtime) -> None:
    client = served(runtime, public_url=SITE)
    form = fields(client.get("/staff/login", base_url="http://survey.example.org"))
    response = client.post("/staff/login", data=form, headers={"Origin": SITE}, base_url="http://survey.example.org")
    assert response.status_code == 422


# Cookies


def test_a_browser_that_keeps_no_cookies_is_told_so_and_how_to_go_on(runtime: Runtime, link: str) -> None:
    client = create_app(runtime).test_client(use_cookies=False)
    response = client.get(link, follow_redirects=True)
    assert response.status_code == 403
    page = Page(response.text)
    page.check()
    assert page.said("h1") == ["Your browser did not keep your place"]
    assert "Allow them for this site" in page.words
    form = fields(client.get("/start"))
    response = client.post("/start", data=form | {"code": "K7QM-2VXA-9TB"})
    assert response.status_code == 400
    assert Page(response.text).said("h1") == ["Your browser did not keep your place"]


# Addresses


@pytest.mark.parametrize(
    "asked",
    [
        "endpoint=x",
        "_external=1",
        "_anchor=x&_scheme=javascript&_method=POST",
        "lang=pl&endpoint=x&values=1&_external=1",
        "lang=pl&self=1&request=x",
    ],
)
@pytest.mark.parametrize("host", ["localhost", "evil.example"])
def test_no_name_in_an_address_is_taken_for_an_argument(client: Client, asked: str, host: str) -> None:
    response = client.raw.get(f"/start?{asked}", headers={"Host": host})
    assert response.status_code == (400 if host == "evil.example" else 302 if "lang=" in asked else 200)
    assert "evil" not in response.text
    assert "javascript:" not in response.text
    assert (response.location or "/start").startswith("/start")


@pytest.mark.parametrize("repeated", ["study_id", "reference", "touchpoint"])
def test_names_of_the_path_may_stand_in_the_query_too(runtime: Runtime, client: Client, repeated: str) -> None:
    interviewer = Interviewer(client, runtime)
    person = create_reachable(runtime)
    path = f"/interviews/{person.study}/{person.reference}/1"
    page = interviewer.client.page(f"{path}?{repeated}=other")
    assert f"{path}?{repeated}=other&amp;lang=pl" in page.source
    response = interviewer.client.get(f"{path}?{repeated}=other&lang=pl")
    assert response.location == f"{path}?{repeated}=other"


@pytest.mark.parametrize("number", ["9" * 5000, str(10**30), str(2**63), "²", "٣", "-1", "1.5", "1_0", "%00"])
def test_a_number_in_an_address_that_names_nothing_is_no_page(runtime: Runtime, client: Client, number: str) -> None:
    interviewer = Interviewer(client, runtime)
    person = create_reachable(runtime)
    response = interviewer.client.get(f"/interviews/{person.study}/{person.reference}/{number}")
    assert response.status_code == 404
    assert Page(response.text).said("h1")


@pytest.mark.parametrize("number", ["9" * 5000, str(10**30), "-5", "²", "x", "%00", ""])
def test_a_number_asked_for_that_names_nothing_is_left_out(runtime: Runtime, client: Client, number: str) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    client.sign_in(manager.email)
    for name in ("page", "touchpoint"):
        assert client.get(f"/manage/job_rotation?{name}={number}").status_code == 200
    assert client.get("/manage/job_rotation?page=٢").status_code == 200


@pytest.mark.parametrize(
    "address", ["/survey/q/%00", "/survey/q/" + "a" * 3000, "/manage/job_rotation/participants/%01"]
)
def test_text_that_cannot_be_stored_is_no_address(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


# Bodies


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"email": ["x"], "password": 7}', "application/json"),
        (b"[1, 2]", "application/json"),
        (b"{", "application/json"),
        (b'{"code": "\\ud800"}', "application/json; charset=utf-16"),
        (b"<a/>", "application/xml"),
        (b"email=x", "text/plain"),
    ],
)
@pytest.mark.parametrize("path", ["/start", "/staff/login"])
def test_a_body_that_is_no_form_is_refused_with_a_sentence(client: Client, body: bytes, kind: str, path: str) -> None:
    token = client.page(path).fields()["csrf_token"][0]
    response = client.post(path, body, content_type=kind, headers={"X-CSRFToken": token})
    assert response.status_code == 415
    assert "fill in the form" in Page(response.text).words


def test_a_file_in_place_of_a_text_is_no_text(runtime: Runtime, client: Client) -> None:
    import io

    form = client.page("/staff/login").fields()
    upload = {**form, "email": (io.BytesIO(b"x"), "email.txt"), "password": "x"}
    response = client.post("/staff/login", upload, content_type="multipart/form-data")
    assert response.status_code == 422
    assert "Enter your e-mail address" in Page(response.text).words


def test_a_text_in_place_of_a_file_is_no_file(runtime: Runtime, client: Client) -> None:
    client.sign_in(factories.create_staff(runtime, Role.MANAGER).email)
    path = "/manage/job_rotation/participants/import"
    response = client.post(path, client.page(path).fields() | {"file": "reference,group"})
    assert response.status_code == 422
    assert "Choose the file" in Page(response.text).words


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("0001-01-01T00:00", "Write a day and a time"),
        ("1001-01-01T00:00", "has passed"),
        ("9999-12-31T23:59", "days ahead"),
        ("2026-06-15T10:00", "has passed"),
        ("2027-06-15T10:00", "days ahead"),
        ("٢٠٢٦-٠٦-١٦T١٤:٠٠", None),
        ("2026-06-16 14:00", None),
        ("2026-06-16T14:00:00", None),
        ("16 June 2026, 2pm", None),
        ("16/6/2026 14.00", None),
        ("16th June 2026 at 2 pm", None),
        ("16 czerwca 2026 14:00", None),
        ("१६/६/२०२६ १४:००", None),
        ("16 June 2026", "Write a day and a time"),
        ("14:00", "Write a day and a time"),
        ("\u200e2026-06-16T14:00", None),
        ("2026-06-31T14:00", "Write a day and a time"),
        ("²026-06-16T14:00", "Write a day and a time"),
    ],
)
def test_a_time_agreed_is_read_or_refused_where_it_was_typed(
    runtime: Runtime, client: Client, typed: str, fault: str | None
) -> None:
    interviewer = Interviewer(client, runtime)
    interviewer.open(create_reachable(runtime))
    response = interviewer.end("callback", agreed=typed)
    assert response.status_code == (302 if fault is None else 422)
    assert fault is None or fault in Page(response.text).words


def test_a_search_takes_the_digits_of_any_script(runtime: Runtime, client: Client) -> None:
    person = create_reachable(runtime)
    client.sign_in(factories.create_staff(runtime, Role.MANAGER).email)
    for typed in (
        "٠٧٧٠٠ ٩٠٠١٤٢",
        "\u200e07700\u00a0900142",
        "०७७०० ९००१४२",
        person.reference.lower(),
        "AMARA@example.org",
    ):
        form = client.page("/manage/job_rotation").fields()
        response = client.post("/manage/job_rotation/find", {"csrf_token": form["csrf_token"][0], "find": typed})
        assert (response.location or "").endswith(person.reference), typed


def test_staff_forms_keep_what_was_typed_in_one_shape(runtime: Runtime, client: Client) -> None:
    interviewer = Interviewer(client, runtime)
    interviewer.open(person := create_reachable(runtime))
    interviewer.end("no_answer", note="\u200b E\u0301te\u0301\x00 \u2028 rings\x07 twice \ufeff")
    interviewer.open(person)
    assert "Été" in interviewer.client.page(interviewer.case).words
    assert "\x00" not in interviewer.client.page(interviewer.case).source


# When all else fails


@pytest.fixture
def broken(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    """An installation on which every page fails, those about errors too."""
    client = served(runtime)

    def fail(*_arguments: object, **_values: object) -> str:
        raise RuntimeError("nothing works, not even at /s/SECRETSECRETSECRETSECRET?code=K7QM-2VXA-9TB")

    monkeypatch.setattr(flask.templating, "_render", fail)
    return client


@pytest.mark.parametrize("path", ["/start", "/staff/login", "/nothing", "/start?lang=xx&endpoint=x"])
def test_the_last_resort_needs_nothing_of_the_request_and_logs_no_secret(broken: FlaskClient, path: str) -> None:
    with checks.listening() as heard:
        response = broken.get(path, headers={"Accept-Language": "ur", "Cookie": "shiftline_participant=x"})
        written = "\n".join(line for _level, line in heard.lines)
    assert response.status_code == 500
    assert is_protected(response)
    page = Page(response.text)
    page.check()
    assert page.said("h1") == ["Something went wrong on our side"]
    assert "RuntimeError" in written
    assert "SECRET" not in written
    assert "K7QM" not in written


def test_an_unexpected_error_is_a_page_in_the_readers_language(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, link: str
) -> None:
    client = served(runtime)
    monkeypatch.setattr("surveyapp.services.participants.links.open_link", lambda *_: 1 / 0)
    with checks.listening() as heard:
        response = client.get(link, headers={"Accept-Language": "pl"})
        written = "\n".join(line for _level, line in heard.lines)
    assert response.status_code == 500
    assert 'lang="pl"' in response.text
    assert "ZeroDivisionError" in written
    assert link.removeprefix("/s/") not in written


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ('"GET /s/abcDEF-_123 HTTP/1.1" 302', '"GET /s/… HTTP/1.1" 302'),
        ("/S/abc.", "/S/…"),
        ("https://x.example/s/abc/def", "https://x.example/s/…"),
        ("%2Fs%2Fabc", "%2Fs%2F…"),
        ("GET /start?code=abc&x=1 HTTP/1.1", "GET /start?… HTTP/1.1"),
        ("typed K7QM-2VXA-9TB", "typed …"),
        ("typed k7qm 2vxa 9tb", "typed …"),
        ("typed K7QM-2VXA-9TBC-XY23", "typed …"),
        ("GET /staff/join/abcDEF-_123 HTTP/1.1", "GET /staff/join/… HTTP/1.1"),
        ("static/css/base.css", "static/css/base.css"),
        ("2 questions asked? yes", "2 questions asked? yes"),
    ],
)
def test_no_log_holds_a_link_or_a_code(line: str, written: str) -> None:
    assert logs.without_secrets(line) == written
    create = logging.getLogRecordFactory()
    logs.install()
    try:
        record = logging.getLogger("gunicorn.access").makeRecord("x", 20, "f", 1, "%s", (line,), None)
    finally:
        logging.setLogRecordFactory(create)
    assert record.getMessage() == written


def test_no_more_marks_in_a_row_than_any_writing_has_are_put_in_order(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has no account can fill in this form."""
    form = client.page("/staff/login").fields()
    with handed_on(monkeypatch) as lengths:
        answered = client.post("/staff/login", {**form, "email": RUNS[0], "password": RUNS[0]})
    assert answered.status_code in (200, 422)
    assert lengths


def test_a_moment_is_looked_for_in_no_more_than_people_type(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(incoming, "day_of", asked.append)
    assert incoming.typed_moment("T" * 100_000) is None
    assert asked == []
    assert incoming.typed_moment("T" * incoming.LONGEST_MOMENT) is None
    assert len(asked) == incoming.LONGEST_MOMENT
