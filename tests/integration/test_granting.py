"""Who may: roles given and taken on pages, by whom, and what becomes of it."""

from __future__ import annotations

import pytest

from surveyapp import create_app
from surveyapp.domain.audit import AuditAction, AuditEntry
from surveyapp.domain.errors import NotPermitted, StateRefused
from surveyapp.domain.staff import Grant, Role, Staff
from surveyapp.services.runtime import Runtime
from surveyapp.services.staff import accounts, granting
from surveyapp.services.work import Desk
from surveyapp.store import staff as store
from surveyapp.store.security import audit
from tests import factories
from tests.page import Client, Page

WHO_MAY = f"/manage/{factories.STUDY}/who-may"


@pytest.fixture
def app_client(runtime: Runtime) -> Client:
    app = create_app(runtime)
    app.testing = True
    app.config.update(RATELIMIT_ENABLED=False, WTF_CSRF_ENABLED=False)
    return Client(app.test_client())


def now(runtime: Runtime, member: Staff) -> Staff:
    with runtime.database.reading() as session:
        found = store.staff_by_id(session, member.id)
    assert found is not None
    return found


def last(runtime: Runtime, action: AuditAction) -> AuditEntry:
    with runtime.database.reading() as session:
        return next(each for each in audit.entries(session)[::-1] if each.action is action)


def test_a_manager_gives_a_role_with_a_purpose_and_takes_it(runtime: Runtime, app_client: Client) -> None:
    manager, member = factories.create_staff(runtime, Role.MANAGER), factories.create_staff(runtime)
    site = factories.create_site(runtime)
    app_client.sign_in(manager.email)
    said = {"email": member.email.upper(), "role": "interviewer", "site": "SM", "purpose": "Calls in June"}
    assert app_client.post(WHO_MAY, said).location == WHO_MAY
    assert now(runtime, member).grants == (Grant(Role.INTERVIEWER, factories.STUDY, site.id),)
    entry = last(runtime, AuditAction.ROLES_GRANTED)
    assert (entry.staff_id, entry.subject, entry.study) == (manager.id, str(member.id), factories.STUDY)
    assert entry.detail == {"roles": ["interviewer in job_rotation (site SM)"], "purpose": "Calls in June"}
    page = app_client.get(WHO_MAY).text
    assert member.email in page
    taken = {"member": str(member.id), "role": "interviewer", "site": "SM", "purpose": "June is over"}
    assert app_client.post(f"{WHO_MAY}/take", taken).location == WHO_MAY
    assert now(runtime, member).grants == ()
    assert last(runtime, AuditAction.ROLES_REVOKED).detail["purpose"] == "June is over"


@pytest.mark.parametrize(
    ("said", "status", "says"),
    [
        ({"email": ""}, 422, "Enter their e-mail address"),
        ({"email": "nobody@example.org"}, 422, "Nobody has an account with this address"),
        ({"role": "administrator"}, 422, "Choose one of the roles"),
        ({"role": "boss"}, 422, "Choose one of the roles"),
        ({"purpose": ""}, 422, "Say what they need the role for"),
        ({"purpose": "Ask ana@example.org"}, 422, "stays on record for good"),
        ({"site": "XX"}, 422, "There is no site"),
    ],
)
def test_what_cannot_be_given_is_said_and_nothing_changes(
    runtime: Runtime, app_client: Client, said: dict[str, str], status: int, says: str
) -> None:
    manager, member = factories.create_staff(runtime, Role.MANAGER), factories.create_staff(runtime)
    app_client.sign_in(manager.email)
    good = {"email": member.email, "role": "interviewer", "site": "", "purpose": "Calls"}
    response = app_client.post(WHO_MAY, good | said)
    assert (response.status_code, says in response.text) == (status, True), response.text
    assert now(runtime, member).grants == ()


def test_nobody_changes_their_own_roles_nor_gives_what_they_may_not(runtime: Runtime, app_client: Client) -> None:
    site = factories.create_site(runtime)
    manager = factories.create_staff(runtime, Role.MANAGER, site=site)
    other = factories.create_staff(runtime, Role.MANAGER)
    desk = Desk(runtime, manager)
    app_client.sign_in(manager.email)
    for email, role, where in (
        (manager.email, "interviewer", "SM"),
        (other.email, "interviewer", ""),
        (other.email, "supervisor", ""),
    ):
        said = {"email": email, "role": role, "site": where, "purpose": "x"}
        assert app_client.post(WHO_MAY, said).status_code == 403, (email, role, where)
    for role in (Role.MANAGER, Role.AUDITOR):
        with pytest.raises(NotPermitted):
            granting.grant(desk, other.email, factories.STUDY, role)
    with pytest.raises(NotPermitted):
        granting.revoke(desk, other.id, factories.STUDY, Role.MANAGER)
    assert now(runtime, other).grants == other.grants
    assert now(runtime, manager).grants == manager.grants


def test_an_administrator_holds_accounts_and_sees_nobody_in_a_study(runtime: Runtime, app_client: Client) -> None:
    administrator = factories.create_staff(runtime, Role.ADMINISTRATOR)
    app_client.sign_in(administrator.email)
    said = {"email": "new@example.org", "name": "Nia New", "role": "manager", "study": factories.STUDY}
    shown = app_client.post("/accounts/invite", said)
    assert shown.status_code == 200
    assert "Nia New" in shown.text
    with runtime.database.reading() as session:
        found = store.credentials(session, "new@example.org")
    assert found is not None
    member = found.staff
    assert member.grants == (Grant(Role.MANAGER, factories.STUDY),)
    account = f"/accounts/{member.id}"
    assert app_client.post(account, {"role": "auditor", "purpose": "The yearly audit"}).location == account
    assert Grant(Role.AUDITOR, None) in now(runtime, member).grants
    assert app_client.post(f"{account}/take", {"role": "auditor", "purpose": "done"}).location == account
    for act in ("end_sessions", "reset_second_factor", "deactivate", "activate"):
        assert app_client.post(f"{account}/act", {"act": act}).location == account
        assert now(runtime, member).active is (act != "deactivate")
    assert app_client.post(f"{account}/act", {"act": "explode"}).status_code == 404
    assert app_client.post(f"/accounts/{administrator.id}/act", {"act": "deactivate"}).status_code == 403
    assert app_client.get(WHO_MAY).status_code == 200
    for path in (f"/manage/{factories.STUDY}", f"/results/{factories.STUDY}", f"/released/{factories.STUDY}"):
        assert app_client.get(path).status_code == 403


@pytest.mark.parametrize(
    "said",
    [
        {"email": "nobody", "role": "viewer", "study": factories.STUDY},
        {"email": "a@example.org", "role": "manager", "study": ""},
        {"email": "", "role": "viewer", "study": factories.STUDY},
    ],
)
def test_an_invitation_that_cannot_be_is_said(runtime: Runtime, app_client: Client, said: dict[str, str]) -> None:
    app_client.sign_in(factories.create_staff(runtime, Role.ADMINISTRATOR).email)
    if said["role"] == "manager" and len(runtime.studies) > 1:
        # Without a study, a role that is of one is given in every study, as on the command line.
        assert app_client.post("/accounts/invite", said).status_code == 200
    else:
        assert app_client.post("/accounts/invite", said).status_code == 422


def test_the_last_administrator_stays(runtime: Runtime) -> None:
    first, second = (factories.create_staff(runtime, Role.ADMINISTRATOR) for _ in range(2))
    granting.revoke(Desk(runtime, first), second.id, None, Role.ADMINISTRATOR)
    with pytest.raises(StateRefused, match="last administrator"):
        granting.revoke(factories.operator(runtime), first.id, None)
    with pytest.raises(StateRefused, match="last administrator"):
        accounts.set_active(factories.operator(runtime), first.id, False)
    assert now(runtime, first) == first


def test_the_last_manager_of_a_whole_study_stays_and_one_of_a_site_may_go(runtime: Runtime) -> None:
    operator, site = factories.operator(runtime), factories.create_site(runtime)
    whole, of_site = factories.create_staff(runtime, Role.MANAGER), factories.create_staff(runtime)
    granting.grant(operator, of_site.id, factories.STUDY, Role.MANAGER, site.reference)
    with pytest.raises(StateRefused, match="last manager"):
        granting.revoke(operator, whole.id, factories.STUDY)
    assert granting.revoke(operator, of_site.id, factories.STUDY, grants=[(Role.MANAGER, site.reference)])


def test_an_auditor_reads_the_trail_of_their_study_and_that_they_did(runtime: Runtime, app_client: Client) -> None:
    auditor = factories.create_staff(runtime, Role.AUDITOR)
    desk = Desk(runtime, factories.create_staff(runtime, Role.MANAGER))
    for number in range(60):
        desk.note(AuditAction.PERSON_SEEN, f"BF-{number:04}", study=factories.STUDY)
    desk.note(AuditAction.PERSON_SEEN, "ME-0001", study="mentoring")
    desk.note(AuditAction.ACCOUNTS_SEEN)
    app_client.sign_in(auditor.email)
    page = app_client.get("/audit?action=person_seen").text
    assert "BF-0059" in page
    assert "BF-0009" not in page
    assert "ME-0001" not in page
    assert "BF-0009" in app_client.get("/audit?action=person_seen&page=2").text
    assert "BF-0030" in app_client.get("/audit?subject=BF-0030").text
    assert "BF-0030" not in app_client.get("/audit?subject=BF-0031").text
    assert app_client.get("/audit?study=mentoring").status_code == 403
    assert "There is no such entry" in app_client.get("/audit?until=2020-01-01").text
    entry = last(runtime, AuditAction.TRAIL_READ)
    assert (entry.staff_id, entry.detail) == (auditor.id, {"page": 1, "narrowed": {"until": "2020-01-01"}})
    for bad in ("since=yesterday", "by=nobody", "action=nothing", "page=zero", "page=999999999"):
        assert app_client.get(f"/audit?{bad}").status_code == 200
    whole = factories.create_staff(runtime, more=[Grant(Role.AUDITOR, None)])
    app_client.sign_in(whole.email)
    assert "ME-0001" in app_client.get("/audit?study=mentoring").text
    accounts = Page(app_client.get("/audit?action=accounts_seen").text)
    assert accounts.said("td")[1] == "looked at accounts", "in words, not by its code"
