"""A manager's pages, as they meet them."""

from __future__ import annotations

import pytest

from surveyapp.domain.staff import Role, Staff
from surveyapp.services.participants import enrolment
from surveyapp.services.responses import answering
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import participants
from surveyapp.store.security import audit
from tests import factories
from tests.conftest import Clock
from tests.office import HOME, IMPORT, NEW, facts, post, rows
from tests.page import Client, Page


@pytest.fixture
def manager(runtime: Runtime, client: Client) -> Staff:
    """Signed in."""
    staff = factories.create_staff(runtime, Role.MANAGER)
    client.sign_in(staff.email)
    return staff


@pytest.fixture
def desk(runtime: Runtime, manager: Staff) -> Desk:
    return Desk(runtime, manager)


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
    client.sign_in(manager.email)  # days without a use end a session
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
    # The session; who is signed in, with what they may; the list; its attempts; the alarms not read yet.
    assert len([each for each in statements if each.startswith("SELECT")]) == 5, statements


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
        assert participants.references(session, factories.STUDY) == set()


def test_a_new_site_is_described_where_it_is_chosen(runtime: Runtime, client: Client, manager: Staff) -> None:
    described = {"new_site": "S9", "site_name": "The Bakery", "site.employer_size": "sme", "site.asks_uc": "no"}
    assert post(client, NEW, group="employee", site="", **described) == f"{HOME}/participants/EM-0001"
    with runtime.database.reading() as session:
        assert participants.sites(session, factories.STUDY, runtime.clock().date()) == [], "it was not chosen"
    assert post(client, NEW, group="employee", site="+", **described) == f"{HOME}/participants/EM-0002"
    assert "S9, The Bakery" in client.page(f"{HOME}/participants/EM-0002").words
    assert "S9, The Bakery" in client.page(NEW).said("option")


def test_a_form_sent_twice_adds_one(runtime: Runtime, client: Client, manager: Staff) -> None:
    form = {**client.page(NEW).fields(), "group": "backfill"}
    went = {client.post(NEW, form).location for _ in range(2)}
    assert went == {f"{HOME}/participants/BF-0001"}
    with runtime.database.reading() as session:
        assert participants.references(session, factories.STUDY) == {"BF-0001"}


def test_a_shared_number_is_confirmed_on_the_form(runtime: Runtime, client: Client, desk: Desk) -> None:
    enrolment.add(desk, factories.STUDY, {"group": "backfill", "phone": "07700 900142"})
    assert "confirmed" not in client.page(NEW).source
    page = post(client, NEW, group="backfill", phone="0044 7700 900 142")
    assert isinstance(page, Page)
    assert "This phone number is also that of BF-0001." in page.words
    assert ("input", "confirmed") in [(tag, attributes.get("name")) for tag, attributes in page.elements]
    went = post(client, NEW, group="backfill", phone="0044 7700 900 142", confirmed="y")
    assert went == f"{HOME}/participants/BF-0002"


def test_people_are_found_by_reference_phone_or_address(runtime: Runtime, client: Client, desk: Desk) -> None:
    for number, written in enumerate(({"phone": "07700 900142", "email": "a@example.org"}, {"phone": "07700 900143"})):
        enrolment.add(desk, factories.STUDY, {"group": "backfill", "reference": f"BF-000{number}"} | written)
    for wanted in ("bf-0000", " 7700 900142", "A@EXAMPLE.org"):
        assert post(client, f"{HOME}/find", HOME, find=wanted) == f"{HOME}/participants/BF-0000"
    several = post(client, f"{HOME}/find", HOME, find="BF-")
    assert isinstance(several, Page)
    assert {f"{HOME}/participants/BF-0000", f"{HOME}/participants/BF-0001"} <= set(several.links())
    nobody = post(client, f"{HOME}/find", HOME, find="07700 900999")
    assert isinstance(nobody, Page)
    assert nobody.said("h1") == ["Nobody found"]


def test_contact_details_are_seen_and_mended_on_their_own_page(runtime: Runtime, client: Client, desk: Desk) -> None:
    enrolment.add(desk, factories.STUDY, {"group": "backfill", "name": "Amina", "phone": "07700 900142"})
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
    versions = client.page(f"{HOME}/versions")
    assert "Midway" not in versions.words
    assert not [link for link in versions.links() if link.endswith("/open")]
    assert client.get(f"{HOME}/versions/backfill_1/open").status_code == 403


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
        "/versions/backfill_1/open",
        "/versions/backfill_1/move",
    ):
        assert client.get(HOME + path).status_code == 403, path
    assert client.get("/manage/unknown").status_code == 403
