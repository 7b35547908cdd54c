"""The page on which single answers are taken out."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from surveyapp import create_app
from surveyapp.domain.audit import AuditAction, AuditEntry
from surveyapp.domain.staff import Role
from surveyapp.services.runtime import Runtime
from surveyapp.store.security import audit
from surveyapp.web.exporter import routes
from tests import factories, versioned
from tests.conftest import Clock
from tests.page import Client

PAGE = f"/results/{versioned.NAME}/export"
ASKED = {"shape": "responses", "form": "csv", "edition": "", "purpose": "To look at each answer"}


@pytest.fixture
def cafe(sqlite_url: str, clock: Clock, tmp_path: Path) -> Iterator[Runtime]:
    made = versioned.create_three_touchpoints(sqlite_url, clock, tmp_path / "q")
    yield made
    made.database.dispose()


@pytest.fixture
def client(cafe: Runtime) -> Client:
    app = create_app(cafe)
    app.testing = True
    app.config["WTF_CSRF_ENABLED"] = False
    made = Client(app.test_client())
    made.sign_in(factories.create_staff(cafe, Role.EXPORT_ANSWERS, study=versioned.NAME).email)
    return made


def entries(runtime: Runtime) -> list[AuditEntry]:
    with runtime.database.reading() as session:
        return [each for each in audit.entries(session) if each.action is AuditAction.ANSWERS_EXPORTED]


def test_answers_are_taken_out_as_one_file_and_the_trail_says_what_for(cafe: Runtime, client: Client) -> None:
    assert "Responses that were sent: 34." in client.page(PAGE).words
    reply = client.raw.post(PAGE, data=ASKED)
    assert (reply.status_code, reply.mimetype) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(reply.get_data())) as archive:
        names = {name.rpartition("_")[2] for name in archive.namelist()}
        assert names >= {"first.csv", "second.csv", "third.csv", "codebook.csv", "comparability.jsonld", "readme.txt"}
        [first] = [name for name in archive.namelist() if name.endswith("_first.csv")]
        rows = list(csv.DictReader(io.StringIO(archive.read(first).decode("utf-8-sig"))))
    assert len(rows) == 12
    assert {row["drinks_tea"] for row in rows} == {"1", ".not_in_version"}
    [entry] = entries(cafe)
    assert (entry.detail["purpose"], entry.detail["form"]) == (ASKED["purpose"], "csv")


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"purpose": ""}, "Say what these answers are taken out for."),
        ({"purpose": "for me@example.org"}, "leave out e-mail addresses"),
        ({"form": "exe"}, "Not a valid choice"),
        ({"shape": "round"}, "Not a valid choice"),
    ],
)
def test_what_cannot_be_asked_says_why_and_nothing_leaves(
    cafe: Runtime, client: Client, changed: dict[str, str], why: str
) -> None:
    reply = client.raw.post(PAGE, data=ASKED | changed)
    assert reply.status_code == 422
    assert why in reply.get_data(as_text=True)
    assert entries(cafe) == []


def test_more_than_a_browser_waits_for_is_for_the_command_line(
    cafe: Runtime, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "MOST_AT_ONCE", 10)
    reply = client.raw.post(PAGE, data=ASKED)
    assert reply.status_code == 422
    assert "surveyapp export cafe" in reply.get_data(as_text=True)
    assert entries(cafe) == []


def test_whoever_signed_in_some_time_ago_shows_first_that_it_is_they(client: Client, clock: Clock) -> None:
    clock.forward(minutes=20)
    reply = client.raw.get(PAGE)
    assert reply.status_code == 302
    assert "/verify" in str(reply.location)
