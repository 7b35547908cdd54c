"""A manager's pages for links and codes, files, and versions."""

from __future__ import annotations

import csv
import io
import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from surveyapp import create_app
from surveyapp.domain.staff import Role, Staff
from surveyapp.services.participants import links
from surveyapp.services.questionnaires import versions as questionnaire_versions
from surveyapp.services.responses import answering
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.settings import ROOT
from surveyapp.store import participants
from surveyapp.store.security import audit
from tests import factories
from tests.conftest import Clock
from tests.office import HOME, IMPORT, post, rows
from tests.page import Client, Page


@pytest.fixture
def manager(runtime: Runtime, client: Client) -> Staff:
    """Signed in."""
    staff = factories.create_staff(runtime, Role.MANAGER)
    client.sign_in(staff.email)
    return staff


def test_a_link_is_shown_once_and_opens_their_questions(runtime: Runtime, client: Client, manager: Staff) -> None:
    factories.create_participant(runtime, reference="BF-0001")
    person = f"{HOME}/participants/BF-0001"
    slip = post(client, f"{person}/1/access", person, kind="link")
    assert isinstance(slip, Page)
    link = next(text for text in slip.said("p") if "/s/" in text)
    assert links.open_link(runtime, link.partition("/s/")[2])
    assert any(attributes.get("src", "").startswith("data:image/svg+xml") for _, attributes in slip.elements)
    again = client.page(person)
    assert link not in again.words
    assert "Link, 15 Jun 2026, 11:30 works until" in again.words
    code_slip = post(client, f"{person}/1/access", person, kind="code")
    assert isinstance(code_slip, Page)
    code = re.search(r"\b\w{4}-\w{4}-\w{3}\b", code_slip.words)
    assert code is not None
    assert links.open_code(runtime, code[0])
    assert "/start" in code_slip.words
    assert client.post(f"{person}/1/access", client.page(person).fields()).status_code == 400


def test_links_and_codes_are_ended_after_a_question(runtime: Runtime, client: Client, manager: Staff) -> None:
    participant = factories.create_participant(runtime, reference="BF-0001")
    link = factories.create_link(runtime, participant)
    factories.create_code(runtime, participant)
    path = f"{HOME}/participants/BF-0001/1/end-access"
    assert "2 links and codes for Touchpoint 1 work now." in client.page(path).words
    assert links.open_link(runtime, link.removeprefix("/s/"))
    assert post(client, path) == f"{HOME}/participants/BF-0001"
    page = client.page(f"{HOME}/participants/BF-0001")
    assert "2 links and codes no longer work." in page.words
    assert path not in page.links()
    with pytest.raises(links.AccessRefused):
        links.open_link(runtime, link.removeprefix("/s/"))


def test_links_for_many_come_as_a_file(runtime: Runtime, client: Client, manager: Staff, clock: Clock) -> None:
    path = f"{HOME}/participants/links"
    assert "Nobody can answer now" in client.page(path).words
    for number in (1, 2):
        factories.create_participant(runtime, reference=f"BF-000{number}")
    factories.create_participant(runtime, "employee", reference="EM-0001")
    withdrawn = factories.create_participant(runtime, reference="BF-0003")
    with runtime.database.writing() as session:
        participants.withdraw(session, withdrawn.id, clock.now)
    assert "Backfill candidates, Touchpoint 1: 2 can answer, 2 have no link yet" in client.page(path).words
    form = {**client.page(path).fields(), "touchpoint": "backfill.1", "way": "passed_on"}
    assert client.post(path, {**form, "way": ""}).status_code == 422
    response = client.post(path, form)
    assert response.mimetype == "text/csv"
    assert "attachment" in response.headers["Content-Disposition"]
    lines = list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig"))))
    assert [line["reference"] for line in lines] == ["BF-0001", "BF-0002"]
    for line in lines:
        assert links.open_link(runtime, urlsplit(line["link"]).path.removeprefix("/s/"))
        assert links.open_code(runtime, line["code"])
    refused = client.post(path, form)
    assert refused.status_code == 422
    assert "Nobody can be given a link there now" in refused.text
    assert client.post(path, {**form, "everyone": "y"}).mimetype == "text/csv"
    with runtime.database.reading() as session:
        acts = [(entry.action, entry.subject) for entry in audit.entries(session, factories.STUDY)]
    assert acts.count(("link_given_out", "BF-0001")) == 2


def upload(client: Client, content: str) -> str:
    """Chooses a file whose headings are ours, and has every row looked at: where it is."""
    chosen = {**client.page(IMPORT).fields(), "file": (io.BytesIO(content.encode()), "people.csv")}
    here = client.post(IMPORT, chosen, content_type="multipart/form-data").location
    columns = {f"column-{place}": name for place, name in enumerate(content.split("\n")[0].split(","))}
    client.post(f"{here}/columns", {**client.page(here).fields(), **columns})
    return str(here)


def test_a_file_is_looked_at_and_imported(client: Client, manager: Staff) -> None:
    good = "group,name\nbackfill,A\nbackfill,B\n"
    here = upload(client, good)
    assert "2 rows. Nothing is stored yet." in client.page(here).words
    client.post(f"{here}/decide", {**client.page(here).fields(), "go": "on"})
    assert "2 participants were added." in client.page(here).words
    assert "This very file was imported on 15 June 2026 already." in client.page(upload(client, good)).words


def test_every_fault_of_a_file_is_listed(client: Client, manager: Staff) -> None:
    here = upload(client, "group,phone\nbackfill,07700 900142\nbackfil,1\n")
    page = client.page(here)
    assert "2 faults in people.csv." in page.words
    assert rows(page)[1].startswith("3 Group “backfil” is not one of the values. Did you mean “backfill”?")
    assert rows(page)[2].startswith("3 Phone number Enter one phone number")
    assert client.post(f"{here}/decide", {**page.fields(), "go": "on"}).status_code == 422
    nothing = post(client, IMPORT)
    assert isinstance(nothing, Page)
    assert "Choose the file." in nothing.words


def test_a_file_of_nothing_but_faults_lists_the_first_two_hundred(client: Client, manager: Staff) -> None:
    page = client.page(upload(client, "group\n" + "x\n" * 300))
    assert "300 faults in people.csv" in page.words
    assert "100 more are not shown." in page.words


def test_an_empty_file_to_fill_in_can_be_downloaded(client: Client, manager: Staff) -> None:
    response = client.get(f"{IMPORT}/columns.csv")
    assert response.mimetype == "text/csv"
    assert response.data.decode("utf-8-sig").startswith("group,reference,enrolled_on,site,")


def test_the_versions_that_are_open_are_listed(client: Client, manager: Staff) -> None:
    page = client.page(f"{HOME}/versions")
    assert page.words.count("Open for new responses") == 4
    assert client.get(f"{HOME}/versions/backfill_1/open").status_code == 404, "the newest is open"


def with_a_second_version(runtime: Runtime, folder: Path, clock: Clock) -> Runtime:
    """The installation after the second version of a questionnaire was written and frozen."""
    shutil.copytree(
        ROOT / "questionnaires" / factories.STUDY, folder / factories.STUDY, ignore=shutil.ignore_patterns("demo")
    )
    first = folder / factories.STUDY / "backfill_1" / "v1.yaml"
    second = first.read_text(encoding="utf-8").replace("\nversion: 1\n", "\nversion: 2\n")
    first.with_name("v2.yaml").write_text(second, encoding="utf-8")
    after = factories.create_runtime(runtime.settings.database_url, clock, folder)
    questionnaire_versions.freeze(after, factories.STUDY, "backfill_1")
    return after


def test_a_new_version_takes_the_place_of_the_one_before(clock: Clock, sqlite_url: str, tmp_path: Path) -> None:
    before = factories.create_runtime(sqlite_url, clock)
    factories.open_questionnaires(before)
    runtime = with_a_second_version(before, tmp_path / "questionnaires", clock)
    app = create_app(runtime)
    app.testing = True
    client = Client(app.test_client())
    manager = factories.create_staff(runtime, Role.MANAGER)
    client.sign_in(manager.email)
    who = factories.by_link(runtime, factories.create_participant(runtime))
    answering.give_consent(runtime, who, {"take_part": True})
    path = f"{HOME}/versions/backfill_1/open"
    assert path in client.page(f"{HOME}/versions").links()
    assert (
        "1 person is midway on an earlier version and finishes on it, unless you move them afterwards."
        in client.page(path).words
    )
    assert post(client, path) == f"{HOME}/versions"
    page = client.page(f"{HOME}/versions")
    assert "Version 2 of backfill_1 is open" in page.words
    assert "Superseded" in page.words
    states = {
        (state.questionnaire, state.version): state
        for state in questionnaire_versions.version_states(Desk(runtime, manager), factories.STUDY)
    }
    assert (states["backfill_1", 1].midway, states["backfill_1", 1].current) == (1, False)
    assert states["backfill_1", 2].current
    before.database.dispose()
    runtime.database.dispose()
