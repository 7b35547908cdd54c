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
from surveyapp.domain.exports.dataset import ExportShape
from surveyapp.domain.staff import Role
from surveyapp.reports.exports import folder
from surveyapp.services import worker
from surveyapp.services.runtime import Runtime
from surveyapp.store.answering import export_jobs as store
from surveyapp.store.security import audit
from surveyapp.web.exporter import routes
from tests import factories, versioned
from tests.conftest import Clock
from tests.page import Client

PAGE, OWN = f"/results/{versioned.NAME}/export", f"/results/{versioned.NAME}/exports"
EMAIL = "exporter@example.org"
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
    factories.create_staff(cafe, Role.EXPORT_ANSWERS, study=versioned.NAME, email=EMAIL)
    made.sign_in(EMAIL)
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


@pytest.mark.parametrize("form", folder.WRITERS)
@pytest.mark.parametrize("shape", ExportShape)
def test_every_format_is_made_of_every_shape_in_the_words_of_whoever_asks(
    client: Client, form: str, shape: ExportShape
) -> None:
    reply = client.raw.post(PAGE, data=ASKED | {"form": form, "shape": shape.value})
    assert (reply.status_code, reply.mimetype) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(reply.get_data())) as archive:
        assert archive.testzip() is None


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


def test_more_than_a_browser_waits_for_is_asked_for_made_and_taken(
    cafe: Runtime, client: Client, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "MOST_AT_ONCE", 10)
    page = client.page(PAGE)
    assert "lies ready for you alone for a day" in page.words
    assert "No worker makes files at present" in page.words
    wrong = client.raw.post(PAGE, data=ASKED | {"purpose": "for me@example.org"})
    assert (wrong.status_code, "leave out e-mail addresses" in wrong.get_data(as_text=True)) == (422, True)
    assert client.raw.post(PAGE, data=ASKED).location == OWN
    assert "You have asked for the same already" in client.raw.post(PAGE, data=ASKED).get_data(as_text=True)
    page = client.page(OWN)
    assert "Waits for the worker" in page.words
    assert "No worker makes files at present" in page.words
    with cafe.database.writing() as session:
        job = store.claim(session, "a worker", clock())
        assert job is not None
        store.going_on(session, job.id, "a worker", clock(), 30, 40)
    clock.forward(seconds=30)
    page = client.page(OWN)
    assert "75% of the rows are written. About 10 seconds more." in page.words
    assert "No worker" not in page.words
    file = f"{OWN}/{job.id}"
    reply = client.raw.get(file)
    assert (reply.status_code, "not ready yet" in reply.get_data(as_text=True)) == (409, True)
    with cafe.database.writing() as session:
        store.given_back(session, job.id, "a worker")
    worker.round_of(factories.operator(cafe), ["exports"], pack=folder.pack)
    assert "Lies here for you alone until" in client.page(OWN).words
    clock.forward(minutes=20)
    assert "/verify" in str(client.raw.get(file).location)
    client.sign_in(EMAIL)
    with client.raw.get(file) as taken:
        assert (taken.status_code, taken.mimetype) == (200, "application/zip")
        with zipfile.ZipFile(io.BytesIO(taken.get_data())) as archive:
            assert any(name.endswith("_first.csv") for name in archive.namelist())
    assert client.raw.post(f"{file}/throw-away").location == OWN
    assert "Nothing is asked for." in client.page(OWN).words
    assert client.raw.get(file).status_code == 404


def test_whoever_signed_in_some_time_ago_shows_first_that_it_is_they(client: Client, clock: Clock) -> None:
    clock.forward(minutes=20)
    reply = client.raw.get(PAGE)
    assert reply.status_code == 302
    assert "/verify" in str(reply.location)
