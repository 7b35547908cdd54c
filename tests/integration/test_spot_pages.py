"""A day on the spot through its pages: the lock of a tablet against every address there is."""

from __future__ import annotations

import re
import uuid

import pytest

from surveyapp.domain.participants import Participant
from surveyapp.domain.staff import Role
from surveyapp.services.responses import answering
from surveyapp.services.runtime import Runtime
from surveyapp.store import cases
from surveyapp.web.shared.session import is_staff_path
from surveyapp.web.shared.sign_in import TAKES_BACK
from tests import factories
from tests.conftest import Clock
from tests.integration.test_access_rules import PLACES, methods
from tests.integration.test_spot import PIN, named
from tests.interviewer import Interviewer
from tests.page import Client

DAY = f"/spot/{factories.STUDY}"


class OnTheSpot(Interviewer):
    """An interviewer with a tablet: one browser, handed to participants and back."""

    def begin(self, **form: object) -> str | None:
        return self.post(DAY, {"touchpoint": "backfill.1", "pin": PIN, **form}).location

    def hand_over(self, reference: str) -> str:
        """Where the tablet is then."""
        link = self.post(f"{DAY}/{reference}/hand-over").location
        assert link is not None
        return self.client.raw.get(link).location or ""

    def take_back(self, pin: str = PIN) -> str | None:
        token = self.client.page("/tablet").fields()["csrf_token"][0]
        return self.client.post("/tablet", {"csrf_token": token, "pin": pin}).location


@pytest.fixture
def tablet(client: Client, runtime: Runtime) -> OnTheSpot:
    return OnTheSpot(client, runtime)


def case_of(runtime: Runtime, person: Participant) -> uuid.UUID:
    with runtime.database.reading() as session:
        return cases.cases_of(session, person.id)[0].id


def addresses(client: Client) -> list[tuple[str, str, str]]:
    """(method, path, endpoint) of everything there is."""
    adapter = client.raw.application.url_map.bind("localhost")
    return [
        (method, adapter.build(rule.endpoint, {name: PLACES[name] for name in rule.arguments}), rule.endpoint)
        for rule in client.raw.application.url_map.iter_rules()
        for method in sorted(methods(rule))
    ]


def test_while_it_is_lent_no_page_of_staffs_opens_and_of_participants_one(
    runtime: Runtime, tablet: OnTheSpot, client: Client
) -> None:
    """The truth table of the lock: every address of the application, with the tablet in somebody's hands."""
    client.raw.application.config["WTF_CSRF_ENABLED"] = False
    person, other = named(runtime, "Amara Nowak"), named(runtime, "Zoe Adams")
    others = factories.create_link(runtime, other)
    tablet.begin()
    mine = tablet.hand_over(person.reference).partition("?")[0]
    handle = runtime.keyring.handle(case_of(runtime, person))
    assert mine == f"/survey/{handle}/consent"
    browser = tablet.client.raw
    opened = set()
    for method, path, endpoint in addresses(tablet.client):
        if not is_staff_path(path) or endpoint in TAKES_BACK:
            continue
        answer = browser.open(path, method=method)
        assert (answer.status_code, answer.location) == (302, "/tablet"), (method, endpoint)
        by_script = browser.open(path, method=method, headers={"Accept": "application/json"})
        assert (by_script.status_code, by_script.json) == (423, {"why": "lent"}), (method, endpoint)
        opened.add(endpoint)
    assert len(opened) > 100
    # Of participants' pages theirs alone opens: not somebody else's link, no code, no other handle.
    survey = f"/survey/{handle}"
    for path in ("/", "/start", others):
        followed = browser.get(path, follow_redirects=True)
        assert followed.request.path == mine, path
    assert browser.post("/start", data={"code": "K7QM2VXA9TB"}).location == survey
    elsewhere = runtime.keyring.handle(case_of(runtime, other))
    assert browser.get(f"/survey/{elsewhere}").status_code == 409
    # Another browser is not the less free.
    assert client.raw.get(others).status_code == 302


def test_a_day_in_two_people(runtime: Runtime, tablet: OnTheSpot) -> None:
    first, second = named(runtime, "Amara Nowak"), named(runtime, "Zoe Adams")
    page = tablet.client.page(DAY)
    assert "A PIN for today" in page.source
    refused = tablet.post(DAY, {"pin": "123456"})
    assert refused.status_code == 422
    assert "Choose who is asked there." in refused.text
    assert tablet.begin() == DAY
    listed = tablet.client.page(DAY).source
    assert re.findall(r"Amara Nowak|Zoe Adams", listed)[0] == "Amara Nowak"
    assert "7655" not in listed
    tablet.post(f"{DAY}/{second.reference}/here")
    assert "Hand over to Zoe Adams" in tablet.client.page(DAY).source
    tablet.post(f"{DAY}/{second.reference}/here", {"here": "no"})
    assert "Hand over to" not in tablet.client.page(DAY).source
    assert "You do not see what they answer" in tablet.client.page(f"{DAY}/{first.reference}").source
    survey = tablet.hand_over(first.reference)
    consent = tablet.client.page(survey)
    assert "Give the tablet back" in consent.source
    form = consent.fields()
    after = tablet.client.post(survey, {**form, "agree-take_part": "y"}).location or ""
    # The device is staff's: nobody is asked whose it is.
    assert "/q/" in after
    question = tablet.client.page(after)
    assert "Amara Nowak" not in question.source
    assert tablet.take_back("000001") is None
    assert tablet.take_back() == DAY
    gone = tablet.client.raw.get(after)
    assert gone.status_code == 403
    assert "began" in tablet.client.page(DAY).source
    assert "/q/" in tablet.hand_over(first.reference)
    assert tablet.take_back() == DAY
    assert tablet.hand_over(second.reference).partition("?")[0].endswith("/consent")
    assert tablet.take_back() == DAY
    ended = tablet.post(f"{DAY}/end")
    assert ended.location == DAY
    assert "A PIN for today" in tablet.client.page(DAY).source


def test_who_is_not_on_the_list_or_with_a_colleague_is_said(runtime: Runtime, tablet: OnTheSpot) -> None:
    person = named(runtime, "Amara Nowak")
    assert tablet.post(f"{DAY}/{person.reference}/here").location == DAY
    tablet.begin()
    assert tablet.client.raw.get(f"{DAY}/BF-9999").status_code == 404
    assert "Somebody is not on the list" in tablet.client.page(DAY).source
    colleague = Interviewer(tablet.client, runtime)
    colleague.open(person)
    refused = tablet.post(f"{DAY}/{person.reference}/hand-over")
    assert refused.status_code == 409
    assert f"{colleague.staff.name} has them open" in refused.text
    assert tablet.client.page("/staff/password")


def test_a_form_that_was_open_in_another_tab_is_given_back(runtime: Runtime, tablet: OnTheSpot) -> None:
    person = named(runtime, "Amara Nowak")
    tablet.begin()
    token = tablet.token()
    tablet.hand_over(person.reference)
    sent = tablet.client.post("/interviews", {"csrf_token": token, "search": "what I had typed"})
    assert sent.location == "/tablet"
    tablet.take_back()
    assert "what I had typed" in tablet.client.page("/staff/kept").source


def test_without_the_pin_signing_out_is_the_way_and_nothing_of_theirs_is_left(
    runtime: Runtime, tablet: OnTheSpot, clock: Clock
) -> None:
    person = named(runtime, "Amara Nowak")
    tablet.begin()
    survey = tablet.hand_over(person.reference)
    clock.forward(hours=5)
    lock = tablet.client.page("/tablet")
    assert "Amara" not in lock.source
    assert tablet.staff.name in lock.source
    token = lock.fields()["csrf_token"][0]
    assert tablet.client.post("/tablet/leave", {"csrf_token": token}).location == "/staff/login"
    assert tablet.client.raw.get(survey).status_code == 403
    assert (tablet.client.raw.get(DAY).location or "").startswith("/staff/login")


def test_somebody_who_began_elsewhere_is_asked_for_their_pin(runtime: Runtime, tablet: OnTheSpot) -> None:
    person = named(runtime, "Amara Nowak")
    factories.set_pin(runtime, person, "739164")
    they = factories.by_link(runtime, person)
    answering.give_consent(runtime, they, {"take_part": True})
    answering.save_page(runtime, they, "heard_via", {"heard_via": ["job_shop"]}, uuid.uuid4())
    tablet.begin()
    assert "asks for their PIN" in tablet.client.page(f"{DAY}/{person.reference}").source
    assert tablet.hand_over(person.reference).partition("?")[0].endswith("/pin")


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.MANAGER])
def test_supervisors_and_managers_have_days_too(runtime: Runtime, client: Client, role: Role) -> None:
    person = named(runtime, "Amara Nowak")
    other = OnTheSpot(client, runtime, role)
    assert other.begin() == DAY
    assert "/consent" in other.hand_over(person.reference)
    assert other.take_back() == DAY
