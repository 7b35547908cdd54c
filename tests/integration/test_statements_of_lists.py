"""A page that lists something asks the database as often for many lines as for a few, and a long list is paged."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from surveyapp import create_app
from surveyapp.domain.answers import Mode
from surveyapp.domain.fieldwork.cases import Outcome, OutcomeDetail
from surveyapp.domain.participants import Contact, Participant, Site
from surveyapp.domain.staff import Grant, Role, Staff
from surveyapp.services.fieldwork import attempts
from surveyapp.services.fieldwork.attempts import SaidOfOutcome
from surveyapp.services.pages import PER_PAGE
from surveyapp.services.participants import contacts
from surveyapp.services.responses.survey_session import ByInterviewer
from surveyapp.services.runtime import Runtime
from surveyapp.store import participants
from tests import factories, versioned
from tests.conftest import Clock
from tests.integration.test_moving import cafe_of
from tests.interviewer import counted
from tests.page import Client, Page

FEW, MANY = 3, 11


@pytest.fixture
def cafe(sqlite_url: str, clock: Clock, tmp_path: Path) -> Iterator[Runtime]:
    made = cafe_of(sqlite_url, clock, tmp_path, demo=True)
    yield made
    made.database.dispose()


_numbers = itertools.count(1)


def somebody(cafe: Runtime, site: Site) -> Participant:
    person = factories.create_participant(
        cafe, "guest", site=site, reference=f"GU-{next(_numbers):04d}", study_id=versioned.NAME
    )
    with factories.operator(cafe).writing() as work:
        contacts.write(work, person, Contact(name=f"Ann {person.reference}", phone="07700 900142"))
    return person


def called(cafe: Runtime, staff: Staff, site: Site, outcome: Outcome, detail: OutcomeDetail | None = None) -> None:
    """Somebody is called, and that is what comes of it."""
    who = ByInterviewer(
        staff=staff, study=versioned.NAME, reference=somebody(cafe, site).reference, touchpoint=1, mode=Mode.PHONE
    )
    attempts.record_attempt(cafe, who, outcome, uuid.uuid4(), "They said so.", said=SaidOfOutcome(detail=detail))


def one_more_of_all(cafe: Runtime, staff: Staff, site: Site) -> None:
    """Three who wait to be decided of, and two accounts, of all sites and of one."""
    called(cafe, staff, site, Outcome.COMPLAINED)
    called(cafe, staff, site, Outcome.WRONG_NUMBER)
    called(cafe, staff, site, Outcome.MOVED, OutcomeDetail.CONTACT_TAKEN)
    factories.create_staff(cafe, Role.EVALUATOR, study=versioned.NAME)
    factories.create_staff(cafe, Role.INTERVIEWER, study=versioned.NAME, site=site)


def test_no_page_asks_more_often_for_more_lines(cafe: Runtime) -> None:
    with cafe.database.writing() as session:
        site = participants.add_site(
            session, versioned.NAME, "SM", "Small café", {"size": "small"}, cafe.clock().date()
        )
    here = [each for each in Role if each not in (Role.ADMINISTRATOR, Role.AUDITOR)]
    all_over = [Grant(Role.ADMINISTRATOR, None), Grant(Role.AUDITOR, None)]
    staff = factories.create_staff(cafe, *here, study=versioned.NAME, second_factor=False, more=all_over)
    app = create_app(cafe)
    client = Client(app.test_client())
    assert client.sign_in(staff.email).status_code == 302

    def asked() -> dict[str, int]:
        """How many statements each page of the staff's that lists anything of a study, or of all, takes."""
        found = {}
        for rule in app.url_map.iter_rules():
            if not rule.arguments <= {"study_id"} or "GET" not in (rule.methods or ()) or "sign" in rule.endpoint:
                continue
            path = rule.rule.replace("<study_id>", versioned.NAME)
            found[rule.endpoint] = statements_of(path)
        return found

    def statements_of(path: str) -> int:
        with counted(cafe) as statements:
            client.get(path)
        return len(statements)

    for _ in range(FEW):
        one_more_of_all(cafe, staff, site)
    asked()  # what is read once a process, or counted once
    few = asked()
    for _ in range(MANY - FEW):
        one_more_of_all(cafe, staff, site)
    asked()
    many = asked()
    assert {"rights.waiting", "administrator.all_accounts", "manager.participants"} <= many.keys()
    assert {each: (few[each], count) for each, count in many.items() if count > few[each]} == {}


def test_of_many_who_wait_a_page_is_shown_and_one_of_another_page_is_decided_there(cafe: Runtime) -> None:
    with cafe.database.writing() as session:
        site = participants.add_site(session, versioned.NAME, "SM", "Small café", {}, cafe.clock().date())
    staff = factories.create_staff(cafe, Role.SUPERVISOR, Role.MANAGER, study=versioned.NAME, second_factor=False)
    for _ in range(PER_PAGE + 2):
        called(cafe, staff, site, Outcome.WRONG_NUMBER)
    client = Client(create_app(cafe).test_client())
    assert client.sign_in(staff.email).status_code == 302
    here = f"/rights/{versioned.NAME}/waiting"
    first, second = client.page(here), client.page(f"{here}?page=2")
    assert (len(first.fields()["referral"]), len(second.fields()["referral"])) == (PER_PAGE, 2)
    assert "Page 1 of 2" in first.words
    fields = second.fields()
    last = {"csrf_token": fields["csrf_token"][0], "referral": fields["referral"][1]}
    # From a page that has moved since: what is wrong is said on the page where the person is.
    refused = client.post(here, last)
    assert (refused.status_code, refused.text.count('name="referral"')) == (422, 2)
    assert "There is a problem" in Page(refused.text).words
    done = client.post(f"{here}?page=2", {**last, "decision": "not_found"})
    assert (done.status_code, done.location) == (302, f"{here}?page=2")
    assert len(client.page(f"{here}?page=2").fields()["referral"]) == 1
