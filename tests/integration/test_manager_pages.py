"""A manager's pages, as they meet them."""

from __future__ import annotations

import csv
import html
import io
import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from surveyapp import create_app
from surveyapp.domain.staff import Role, Staff
from surveyapp.services import access, answering, enrolment, instruments
from surveyapp.services.runtime import Runtime
from surveyapp.settings import ROOT
from surveyapp.store import audit, people
from tests import factories
from tests.conftest import Clock
from tests.page import Client, Page

HOME = "/manage/job_rotation"
NEW = f"{HOME}/participants/new"
IMPORT = f"{HOME}/participants/import"


@pytest.fixture
def manager(runtime: Runtime, client: Client) -> Staff:
    """Signed in."""
    staff = factories.create_staff(runtime, Role.MANAGER)
    client.sign_in(staff.email)
    return staff


def post(client: Client, path: str, form_on: str | None = None, **data: object) -> Page | str:
    """Posts a form with what its page holds: the page that comes back, or where it leads."""
    held = client.page(form_on or path).fields()
    response = client.post(path, {**held, **data}, content_type="multipart/form-data")
    return response.location or Page(response.text)


def rows(page: Page) -> list[str]:
    """The text of every row of every table, cells apart."""
    return [spaced(row) for row in re.findall(r"<tr.*?</tr>", page.source, re.DOTALL)]


def spaced(source: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", source)).split())


def facts(page: Page) -> set[str]:
    """What the page says as a name and its value."""
    return {spaced(each) for each in re.findall(r"<dt>.*?</dd>", page.source, re.DOTALL)}


def answer(runtime: Runtime, reference_of: object) -> None:
    """Begins a response."""
    answering.give_consent(runtime, reference_of, {"take_part": True})  # type: ignore[arg-type]


def test_an_empty_study_says_what_to_do(client: Client, manager: Staff) -> None:
    page = client.page(HOME)
    assert "Nobody is in this study yet" in page.words
    assert {NEW, IMPORT} <= set(page.links())


def test_everybody_is_listed_with_where_they_stand(
    runtime: Runtime, client: Client, manager: Staff, clock: Clock
) -> None:
    site = factories.create_site(runtime, "SM")
    factories.create_participant(runtime, "employee", site, reference="EM-0001")
    answer(runtime, factories.by_link(runtime, factories.create_participant(runtime, reference="BF-0001")))
    clock.forward(days=15)
    factories.create_participant(runtime, reference="BF-0002")
    page = client.page(HOME)
    assert rows(page) == [
        "Touchpoint Open Overdue In progress Submitted All",
        "Existing employees Touchpoint 1 0 1 0 0 1",
        "Existing employees Touchpoint 2 0 0 0 0 0",
        "Backfill candidates Touchpoint 1 1 0 1 0 2",
        "Backfill candidates Touchpoint 2 0 0 0 0 0",
        "Reference Touchpoint State Due Attempts Submitted Site",
        "BF-0001 Backfill candidates, Touchpoint 1 In progress 29 Jun 2026 0 – –",
        "BF-0002 Backfill candidates, Touchpoint 1 Open 14 Jul 2026 0 – –",
        "EM-0001 Existing employees, Touchpoint 1 Overdue 29 Jun 2026 0 – Employer SM",
    ]
    narrowed = client.page(f"{HOME}?group=backfill&touchpoint=1&state=open")
    assert rows(narrowed)[-1].startswith("BF-0002")
    assert "1 in this list" in narrowed.words
    assert "Nobody stands there now" in client.page(f"{HOME}?state=submitted").words
    assert client.get(f"{HOME}?group=x&touchpoint=y&state=z&page=w").status_code == 200


def test_a_long_list_comes_in_pages_and_few_queries(runtime: Runtime, client: Client, manager: Staff) -> None:
    for _ in range(51):
        factories.create_participant(runtime)
    first, last = client.page(HOME), client.page(f"{HOME}?page=99")
    assert len([row for row in rows(first) if row.startswith("BF-")]) == 50
    assert "Page 1 of 2" in first.words
    assert len([row for row in rows(last) if row.startswith("BF-")]) == 1
    with factories.counted(runtime) as statements:
        client.get(HOME)
    # Who is signed in and their grants; the list; its attempts.
    assert len([each for each in statements if each.startswith("SELECT")]) == 4, statements


def test_somebody_is_added_with_a_form(runtime: Runtime, client: Client, manager: Staff) -> None:
    factories.create_site(runtime, "SM")
    went = post(
        client,
        NEW,
        group="backfill",
        name="Amina Farah",
        phone="07700 900142",
        preferred="phone",
        age="25_50",
        site="SM",
        **{"event.placement_start": "2026-06-01"},
    )
    assert went == f"{HOME}/participants/BF-0001"
    page = client.page(went)
    assert "BF-0001 is added." in page.words
    assert "On record: name, phone, preference." in page.words
    assert "Amina" not in page.words, "contact details are elsewhere"
    assert {"Age 25 to 50", "Site SM, Employer SM", "Placement started 1 Jun 2026"} <= facts(page)


def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(
    runtime: Runtime, client: Client, manager: Staff
) -> None:
    page = post(
        client,
        NEW,
        group="",
        reference="BF-1",
        enrolled_on="2026-02-31",
        name="Amina",
        phone="12",
        age="old",
        site="+",
        new_site="",
        **{"event.training_start": "2027-01-01"},
    )
    assert isinstance(page, Page)
    assert page.said("title")[0].startswith("Error: ")
    links = [link for link in page.links() if link.startswith("#") and link != "#main"]
    assert links == ["#group", "#enrolled_on", "#phone", "#new_site", "#age", "#event.training_start"]
    assert page.fields()["name"] == ["Amina"]
    assert page.fields()["enrolled_on"] == ["2026-02-31"]
    with runtime.database.reading() as session:
        assert people.references(session, factories.STUDY) == set()


def test_a_new_site_is_described_where_it_is_chosen(runtime: Runtime, client: Client, manager: Staff) -> None:
    described = {"new_site": "S9", "site_name": "The Bakery", "site.employer_size": "sme", "site.asks_uc": "no"}
    assert post(client, NEW, group="employee", site="", **described) == f"{HOME}/participants/EM-0001"
    with runtime.database.reading() as session:
        assert people.sites(session, factories.STUDY, runtime.clock().date()) == [], "it was not chosen"
    assert post(client, NEW, group="employee", site="+", **described) == f"{HOME}/participants/EM-0002"
    assert "S9, The Bakery" in client.page(f"{HOME}/participants/EM-0002").words
    assert "S9, The Bakery" in client.page(NEW).said("option")


def test_a_form_sent_twice_adds_one(runtime: Runtime, client: Client, manager: Staff) -> None:
    form = {**client.page(NEW).fields(), "group": "backfill"}
    went = {client.post(NEW, form).location for _ in range(2)}
    assert went == {f"{HOME}/participants/BF-0001"}
    with runtime.database.reading() as session:
        assert people.references(session, factories.STUDY) == {"BF-0001"}


def test_a_shared_number_is_confirmed_on_the_form(runtime: Runtime, client: Client, manager: Staff) -> None:
    enrolment.add(runtime, manager, factories.STUDY, {"group": "backfill", "phone": "07700 900142"})
    assert "confirmed" not in client.page(NEW).source
    page = post(client, NEW, group="backfill", phone="0044 7700 900 142")
    assert isinstance(page, Page)
    assert "This phone number is also that of BF-0001." in page.words
    assert ("input", "confirmed") in [(tag, attributes.get("name")) for tag, attributes in page.elements]
    went = post(client, NEW, group="backfill", phone="0044 7700 900 142", confirmed="y")
    assert went == f"{HOME}/participants/BF-0002"


def test_people_are_found_by_reference_phone_or_address(runtime: Runtime, client: Client, manager: Staff) -> None:
    for number, written in enumerate(({"phone": "07700 900142", "email": "a@example.org"}, {"phone": "07700 900143"})):
        enrolment.add(
            runtime, manager, factories.STUDY, {"group": "backfill", "reference": f"BF-000{number}"} | written
        )
    for wanted in ("bf-0000", " 7700 900142", "A@EXAMPLE.org"):
        assert post(client, f"{HOME}/find", HOME, find=wanted) == f"{HOME}/participants/BF-0000"
    several = post(client, f"{HOME}/find", HOME, find="BF-")
    assert isinstance(several, Page)
    assert {f"{HOME}/participants/BF-0000", f"{HOME}/participants/BF-0001"} <= set(several.links())
    nobody = post(client, f"{HOME}/find", HOME, find="07700 900999")
    assert isinstance(nobody, Page)
    assert nobody.said("h1") == ["Nobody found"]


def test_contact_details_are_seen_and_mended_on_their_own_page(
    runtime: Runtime, client: Client, manager: Staff
) -> None:
    enrolment.add(runtime, manager, factories.STUDY, {"group": "backfill", "name": "Amina", "phone": "07700 900142"})
    path = f"{HOME}/participants/BF-0001/contact"
    assert client.page(path).fields()["name"] == ["Amina"]
    page = post(client, path, phone="1")
    assert isinstance(page, Page)
    assert "#phone" in page.links()
    assert post(client, path, phone="07700 900200") == f"{HOME}/participants/BF-0001"
    assert client.page(path).fields()["phone"] == ["07700 900200"]
    with runtime.database.reading() as session:
        acts = [entry.action for entry in audit.entries(session, factories.STUDY)]
    assert acts.count("contact_seen") >= 2
    assert "contact_corrected" in acts


def test_an_event_is_recorded_on_the_persons_page(runtime: Runtime, client: Client, manager: Staff) -> None:
    factories.create_participant(runtime, reference="BF-0001")
    person = f"{HOME}/participants/BF-0001"
    page = post(client, f"{person}/events", person, event="placement_start", on="")
    assert isinstance(page, Page)
    assert "Say on which day." in page.words
    assert post(client, f"{person}/events", person, event="placement_start", on="2026-06-02") == person
    assert "Placement started 2 Jun 2026" in facts(client.page(person))


def test_a_link_is_shown_once_and_opens_their_questions(runtime: Runtime, client: Client, manager: Staff) -> None:
    factories.create_participant(runtime, reference="BF-0001")
    person = f"{HOME}/participants/BF-0001"
    slip = post(client, f"{person}/1/access", person, kind="link")
    assert isinstance(slip, Page)
    link = next(text for text in slip.said("p") if "/s/" in text)
    assert access.open_link(runtime, link.partition("/s/")[2])
    assert any(attributes.get("src", "").startswith("data:image/svg+xml") for _, attributes in slip.elements)
    again = client.page(person)
    assert link not in again.words
    assert "Link, 15 Jun 2026, 11:30 works until" in again.words
    code_slip = post(client, f"{person}/1/access", person, kind="code")
    assert isinstance(code_slip, Page)
    code = re.search(r"\b\w{4}-\w{4}-\w{3}\b", code_slip.words)
    assert code is not None
    assert access.open_code(runtime, code[0])
    assert "/start" in code_slip.words
    assert client.post(f"{person}/1/access", client.page(person).fields()).status_code == 400


def test_links_and_codes_are_ended_after_a_question(runtime: Runtime, client: Client, manager: Staff) -> None:
    participant = factories.create_participant(runtime, reference="BF-0001")
    link = factories.create_link(runtime, participant)
    factories.create_code(runtime, participant)
    path = f"{HOME}/participants/BF-0001/1/end-access"
    assert "2 links and codes for Touchpoint 1 work now." in client.page(path).words
    assert access.open_link(runtime, link.removeprefix("/s/"))
    assert post(client, path) == f"{HOME}/participants/BF-0001"
    page = client.page(f"{HOME}/participants/BF-0001")
    assert "2 links and codes no longer work." in page.words
    assert path not in page.links()
    with pytest.raises(access.AccessRefused):
        access.open_link(runtime, link.removeprefix("/s/"))


def test_links_for_many_come_as_a_file(runtime: Runtime, client: Client, manager: Staff, clock: Clock) -> None:
    path = f"{HOME}/participants/links"
    assert "Nobody can answer now" in client.page(path).words
    for number in (1, 2):
        factories.create_participant(runtime, reference=f"BF-000{number}")
    factories.create_participant(runtime, "employee", reference="EM-0001")
    withdrawn = factories.create_participant(runtime, reference="BF-0003")
    with runtime.database.writing() as session:
        people.withdraw(session, withdrawn.id, clock.now)
    assert "Backfill candidates, Touchpoint 1: 2 can answer, 2 have no link yet" in client.page(path).words
    form = {**client.page(path).fields(), "touchpoint": "backfill.1"}
    response = client.post(path, form)
    assert response.mimetype == "text/csv"
    assert "attachment" in response.headers["Content-Disposition"]
    lines = list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig"))))
    assert [line["reference"] for line in lines] == ["BF-0001", "BF-0002"]
    for line in lines:
        assert access.open_link(runtime, urlsplit(line["link"]).path.removeprefix("/s/"))
        assert access.open_code(runtime, line["code"])
    refused = client.post(path, form)
    assert refused.status_code == 422
    assert "Nobody can be given a link there now" in refused.text
    assert client.post(path, {**form, "everyone": "y"}).mimetype == "text/csv"
    with runtime.database.reading() as session:
        acts = [(entry.action, entry.subject) for entry in audit.entries(session, factories.STUDY)]
    assert acts.count(("link_given_out", "BF-0001")) == 2


def upload(client: Client, content: str | bytes, *, check: bool = False, **data: object) -> Page | str:
    body = content.encode() if isinstance(content, str) else content
    pressed = {"check": "yes"} if check else {"import": "yes"}
    return post(client, IMPORT, **{"file": (io.BytesIO(body), "people.csv"), **pressed, **data})


def test_a_file_is_checked_and_imported(runtime: Runtime, client: Client, manager: Staff) -> None:
    good = "group,name\nbackfill,A\nbackfill,B\n"
    page = upload(client, good, check=True)
    assert isinstance(page, Page)
    assert "The file is good: 2 participants can be added." in page.words
    assert upload(client, good) == HOME
    assert "2 participants are added." in client.page(HOME).words
    again = upload(client, good)
    assert isinstance(again, Page)
    assert "This very file was imported on 2026-06-15 already." in again.words
    assert upload(client, good, allow_shared="y") == HOME


def test_every_fault_of_a_file_is_listed(runtime: Runtime, client: Client, manager: Staff) -> None:
    page = upload(client, "group,phone\nbackfill,07700 900142\nbackfil,1\n")
    assert isinstance(page, Page)
    assert page.said("title")[0].startswith("Error: ")
    assert "2 faults on 1 line of people.csv." in page.words
    assert rows(page)[1].startswith("3 group “backfil” is not one of the values. Did you mean “backfill”?")
    assert rows(page)[2].startswith("3 phone Enter one phone number")
    nothing = post(client, IMPORT, **{"import": "yes"})
    assert isinstance(nothing, Page)
    assert "Choose the file." in nothing.words


def test_a_file_of_nothing_but_faults_lists_the_first_two_hundred(client: Client, manager: Staff) -> None:
    page = upload(client, "group\n" + "x\n" * 300)
    assert isinstance(page, Page)
    assert "300 faults on 300 lines" in page.words
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
    instruments.freeze(after, factories.STUDY, "backfill_1")
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
    answer(runtime, factories.by_link(runtime, factories.create_participant(runtime)))
    path = f"{HOME}/versions/backfill_1/open"
    assert path in client.page(f"{HOME}/versions").links()
    assert "1 person is midway on an earlier version and finishes on it." in client.page(path).words
    assert post(client, path) == f"{HOME}/versions"
    page = client.page(f"{HOME}/versions")
    assert "Version 2 of backfill_1 is open" in page.words
    assert "Superseded" in page.words
    states = {
        (state.questionnaire, state.version): state
        for state in instruments.version_states(runtime, manager, factories.STUDY)
    }
    assert (states["backfill_1", 1].midway, states["backfill_1", 1].current) == (1, False)
    assert states["backfill_1", 2].current
    before.database.dispose()
    runtime.database.dispose()


def test_a_manager_of_one_site_sees_its_people_and_opens_no_version(runtime: Runtime, client: Client) -> None:
    mine, other = factories.create_site(runtime, "SM"), factories.create_site(runtime, "ML", "large")
    factories.create_participant(runtime, "employee", mine, reference="EM-0001")
    factories.create_participant(runtime, "employee", other, reference="EM-0002")
    staff = factories.create_staff(runtime, Role.MANAGER, site=mine)
    client.sign_in(staff.email)
    page = client.page(HOME)
    assert "EM-0001" in page.words
    assert "EM-0002" not in page.words
    for path in ("", "/contact", "/1/end-access"):
        assert client.get(f"{HOME}/participants/EM-0002{path}").status_code == 404
    assert client.get(f"{HOME}/versions").status_code == 403


@pytest.mark.parametrize("role", [Role.INTERVIEWER, Role.SUPERVISOR, Role.EVALUATOR])
def test_others_see_none_of_it(runtime: Runtime, client: Client, role: Role) -> None:
    factories.create_participant(runtime, reference="BF-0001")
    client.sign_in(factories.create_staff(runtime, role).email)
    for path in (
        "",
        "/participants/new",
        "/participants/import",
        "/participants/import/columns.csv",
        "/participants/BF-0001",
        "/participants/BF-0001/1/end-access",
        "/versions",
        "/versions/backfill_1/open",
    ):
        assert client.get(HOME + path).status_code == 403, path
    assert client.get("/manage/unknown").status_code == 403
