"""`surveyapp users`, as an operator types it."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from surveyapp.cli import main
from surveyapp.domain.audit import AuditAction, AuditEntry
from surveyapp.domain.errors import InputRefused
from surveyapp.domain.staff import MAY, Grant, Role, Staff
from surveyapp.domain.web_sessions import WebSession
from surveyapp.services.runtime import Runtime
from surveyapp.services.security import sessions
from surveyapp.services.security.sessions import Browser
from surveyapp.services.staff import accounts, invitations, sign_in
from surveyapp.services.work import Desk
from surveyapp.store import staff as store
from surveyapp.store.security import audit
from tests import factories
from tests.conftest import Clock

ANA = "ana.kowalska@example.org"


@pytest.fixture(autouse=True)
def _installation(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in factories.environment(runtime.settings.database_url).items():
        monkeypatch.setenv(name, value)


def users(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["users", *arguments])


def link_in(result: Result) -> str:
    assert result.exit_code == 0, result.output
    found = re.search(r"Their link: http://127.0.0.1:8000/staff/join/(\S+)", result.output)
    assert found is not None, result.output
    return found[1]


def credentials(runtime: Runtime, email: str = ANA) -> store.Credentials:
    with runtime.database.reading() as session:
        found = store.credentials(session, email)
    assert found is not None
    return found


def sessions_of(runtime: Runtime, staff: Staff) -> list[WebSession]:
    return sessions.own_sessions(Desk(runtime, staff))


def done(session: Session) -> list[AuditEntry]:
    """The trail without the commands themselves, each of which is an entry before what it does, and without looks."""
    looks = (AuditAction.COMMAND_RUN, AuditAction.ACCOUNTS_SEEN)
    return [each for each in audit.entries(session) if each.action not in looks]


def choose(runtime: Runtime, token: str, password: str) -> sign_in.Entering:
    """Whoever opens the link chooses a password."""
    return invitations.choose_password(runtime, invitations.open_link(runtime, token).id, password)


def test_a_new_user_gets_a_link_to_choose_a_password_by(runtime: Runtime) -> None:
    result = users("add", "Ana.Kowalska@example.org", "--role", "manager")
    entering = choose(runtime, link_in(result), "four words or so")
    assert sign_in.step(runtime, entering) is sign_in.Step.SET_UP
    assert "Ana Kowalska <ana.kowalska@example.org> has an account." in result.output
    every_study = {Grant(Role.MANAGER, study) for study in runtime.studies}
    assert set(credentials(runtime).staff.grants) == every_study


def test_more_roles_leave_the_password_and_end_the_sessions(runtime: Runtime) -> None:
    link = link_in(users("add", ANA, "--role", "evaluator", "--name", "Ana"))
    before = credentials(runtime)
    factories.begin_session(runtime, before.staff)
    result = users("add", ANA, "--role", "evaluator", "--role", "manager", "--study", "job_rotation")
    assert "has the new roles" in result.output
    assert link not in result.output
    after = credentials(runtime)
    assert {grant.role for grant in after.staff.grants} == {Role.EVALUATOR, Role.MANAGER}
    assert after.password_hash == before.password_hash
    assert not sessions_of(runtime, after.staff), "a password alone no longer suffices"
    assert "Nothing changed" in users("add", ANA, "--role", "manager", "--study", "job_rotation").output


def test_a_role_may_be_over_one_site(runtime: Runtime) -> None:
    site = factories.create_site(runtime)
    link_in(users("add", ANA, "--role", "interviewer", "--study", "job_rotation", "--site", "SM"))
    assert credentials(runtime).staff.grants == (Grant(Role.INTERVIEWER, factories.STUDY, site.id),)
    assert "interviewer in job_rotation (site SM)" in users("list").output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("ana", "--role", "manager"), "“ana” is not an e-mail address"),
        ((ANA, "--role", "manager", "--study", "job_rotatoin"), "There is no study “job_rotatoin”"),
        ((ANA, "--role", "manager", "--study", "job_rotation", "--site", "XX"), "There is no site “XX”"),
        ((ANA, "--role", "boss"), "'boss' is not one of"),
        ((ANA,), "Missing option '--role'"),
    ],
)
def test_what_cannot_be_is_said_and_nobody_added(runtime: Runtime, arguments: tuple[str, ...], sentence: str) -> None:
    result = users("add", *arguments)
    assert result.exit_code != 0
    assert sentence in result.output
    assert accounts.users(factories.operator(runtime)) == []


def test_a_reset_ends_sessions_the_password_and_the_link_before(runtime: Runtime) -> None:
    first = link_in(users("add", ANA, "--role", "evaluator"))
    choose(runtime, first, "four words or so")
    factories.begin_session(runtime, credentials(runtime).staff)
    second = link_in(users("reset-password", ANA.upper()))
    third = link_in(users("reset-password", ANA))
    assert not sessions_of(runtime, credentials(runtime).staff)
    with pytest.raises(InputRefused):
        sign_in.check_password(runtime, ANA, "four words or so", Browser())
    for old in (first, second):
        with pytest.raises(invitations.LinkOver):
            choose(runtime, old, "gravel tin oboe harbour")
    choose(runtime, third, "gravel tin oboe harbour")
    assert sign_in.check_password(runtime, ANA, "gravel tin oboe harbour", Browser())


def test_a_lost_second_factor_is_set_up_anew(runtime: Runtime) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    factories.begin_session(runtime, manager)
    assert users("reset-second-factor", manager.email).exit_code == 0
    entering = sign_in.check_password(runtime, manager.email, factories.PASSWORD, Browser())
    assert sign_in.step(runtime, entering) is sign_in.Step.SET_UP
    assert not sessions_of(runtime, manager)


def test_somebody_who_left_no_longer_signs_in(runtime: Runtime) -> None:
    evaluator = factories.create_staff(runtime, Role.EVALUATOR)
    assert users("deactivate", evaluator.email).exit_code == 0
    with pytest.raises(InputRefused):
        sign_in.check_password(runtime, evaluator.email, factories.PASSWORD, Browser())
    assert "deactivated" in users("list").output
    assert users("activate", evaluator.email).exit_code == 0
    assert sign_in.check_password(runtime, evaluator.email, factories.PASSWORD, Browser())


@pytest.mark.parametrize("command", ["reset-password", "reset-second-factor", "deactivate", "activate"])
def test_an_unknown_address_is_said(command: str) -> None:
    result = users(command, "nobody@example.org")
    assert result.exit_code == 1
    assert "Nobody has an account" in result.output


def test_a_role_is_granted_and_revoked(runtime: Runtime) -> None:
    viewer = factories.create_staff(runtime)
    factories.begin_session(runtime, viewer)
    result = users("grant", viewer.email, "mentoring", "viewer", "--purpose", "The funder reads the releases")
    assert result.output == f"{viewer.email} is now viewer in mentoring. They sign in again.\n"
    after = credentials(runtime, viewer.email).staff
    assert after.grants == (Grant(Role.VIEWER, "mentoring"),)
    assert not sessions_of(runtime, viewer)
    factories.begin_session(runtime, viewer)
    assert f"{viewer.email}\t{viewer.name}\tviewer in mentoring" in users("list").output
    assert f"{viewer.id}\t{viewer.email}\t{viewer.name}" in users("list", "--ids").output
    assert "Nothing changed" in users("grant", viewer.email, "mentoring", "viewer").output
    assert credentials(runtime, viewer.email).staff == after, "nothing changed"
    assert "no longer viewer in mentoring" in users("revoke", viewer.email, "mentoring").output
    gone = credentials(runtime, viewer.email).staff
    assert gone.grants == ()
    assert not sessions_of(runtime, viewer)
    with runtime.database.reading() as session:
        granted, revoked = [each for each in done(session) if each.action.value.startswith("roles_")][-2:]
    assert (granted.action, granted.actor.value, granted.subject) == ("roles_granted", "operator", str(viewer.id))
    assert granted.study == revoked.study == "mentoring"
    assert granted.detail == {"roles": ["viewer in mentoring"], "purpose": "The funder reads the releases"}
    assert (revoked.action, revoked.detail) == ("roles_revoked", {"roles": ["viewer in mentoring"]})


def test_true_counts_are_an_evaluators_unless_taken_away(runtime: Runtime) -> None:
    staff = factories.create_staff(runtime, Role.EVALUATOR, more=[Grant(Role.EVALUATOR, "mentoring")])

    def grants() -> dict[str, bool]:
        return {each.study: each.true_counts for each in credentials(runtime, staff.email).staff.grants}

    assert grants() == {factories.STUDY: True, "mentoring": True}
    result = users("grant", staff.email, factories.STUDY, "evaluator", "--no-true-counts")
    assert "is now evaluator in job_rotation and sees releases only" in result.output
    assert grants() == {factories.STUDY: False, "mentoring": True}
    assert "evaluator in job_rotation (releases only); evaluator in mentoring; second factor\n" in users("list").output
    assert "had these roles already" in users("add", staff.email, "--role", "evaluator").output
    assert grants()[factories.STUDY] is False, "adding a role that is there gives nothing back"
    assert "sees true figures" in users("grant", staff.email, factories.STUDY, "evaluator").output
    assert grants()[factories.STUDY] is True


def test_one_role_of_several_is_revoked_at_every_site(runtime: Runtime) -> None:
    site = factories.create_site(runtime)
    staff = factories.create_staff(runtime, Role.EVALUATOR, Role.INTERVIEWER)
    assert users("grant", staff.email, factories.STUDY, "interviewer", "--site", "SM").exit_code == 0
    assert Grant(Role.INTERVIEWER, factories.STUDY, site.id) in credentials(runtime, staff.email).staff.grants
    result = users("revoke", staff.email, factories.STUDY, "interviewer")
    assert "interviewer in job_rotation, interviewer in job_rotation (site SM)" in result.output
    assert credentials(runtime, staff.email).staff.grants == (Grant(Role.EVALUATOR, factories.STUDY),)


def test_the_last_manager_stays(runtime: Runtime) -> None:
    manager = credentials(runtime, factories.create_staff(runtime, Role.EVALUATOR, Role.MANAGER).email).staff
    for arguments in ((manager.email, factories.STUDY), (manager.email, factories.STUDY, "manager")):
        result = users("revoke", *arguments)
        assert result.exit_code == 1
        assert "is the last manager of job_rotation" in result.output
        assert credentials(runtime, manager.email).staff == manager
    # Neither somebody who left, nor one for a single site, nor one of another study takes their place.
    users("deactivate", factories.create_staff(runtime, Role.MANAGER).email)
    factories.create_staff(runtime, Role.MANAGER, site=factories.create_site(runtime))
    factories.create_staff(runtime, Role.MANAGER, study="mentoring")
    assert users("revoke", manager.email, factories.STUDY).exit_code == 1
    assert users("revoke", manager.email, factories.STUDY, "evaluator").exit_code == 0
    factories.create_staff(runtime, Role.MANAGER)
    assert users("revoke", manager.email, factories.STUDY).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("grant", "nobody@example.org", "job_rotation", "viewer"), "Nobody has an account"),
        (("grant", ANA, "job_rotatoin", "viewer"), "There is no study “job_rotatoin”"),
        (("grant", ANA, "job_rotation", "boss"), "'boss' is not one of"),
        (("grant", ANA, "job_rotation", "evaluator", "--site", "XX"), "There is no site “XX”"),
        (("grant", ANA, "job_rotation", "viewer", "--site", "SM"), "is not of one site: give it without --site"),
        (("grant", ANA, "job_rotation", "manager", "--no-true-counts"), "Only an evaluator can be without"),
        (("grant", ANA, "job_rotation"), "Missing argument"),
        (("add", ANA, "--role", "viewer", "--study", "job_rotation", "--site", "SM"), "is not of one site: give it"),
        (("revoke", "nobody@example.org", "job_rotation"), "Nobody has an account"),
        (("revoke", ANA, "job_rotatoin"), "There is no study “job_rotatoin”"),
        (("revoke", ANA, "job_rotation", "boss"), "'boss' is not one of"),
        (("revoke", ANA, "job_rotation", "manager"), "Their roles: evaluator in job_rotation."),
        (("revoke", ANA, "mentoring"), "has no such role in mentoring"),
    ],
)
def test_what_cannot_be_granted_or_revoked_is_said(runtime: Runtime, arguments: tuple[str, ...], sentence: str) -> None:
    factories.create_site(runtime)
    ana = factories.create_staff(runtime, Role.EVALUATOR, email=ANA)
    result = users(*arguments)
    assert result.exit_code != 0
    assert sentence in result.output
    assert credentials(runtime).staff == ana


def test_an_empty_list_says_what_to_do() -> None:
    assert "surveyapp users add" in users("list").output


def test_every_act_leaves_an_entry_without_a_password(runtime: Runtime) -> None:
    first = link_in(users("add", ANA, "--role", "manager"))
    second = link_in(users("reset-password", ANA))
    for command in ("reset-second-factor", "deactivate", "activate"):
        users(command, ANA)
    with runtime.database.reading() as session:
        entries = done(session)
    granted = ["roles_granted"] * len(runtime.studies)
    assert [entry.action for entry in entries][-5 - len(granted) :] == [
        "staff_added",
        *granted,
        "password_reset",
        "second_factor_reset",
        "staff_deactivated",
        "staff_activated",
    ]
    assert not any(secret in str(entry) for entry in entries for secret in (first, second))


def test_somebodys_sessions_are_shown_and_ended(runtime: Runtime, clock: Clock) -> None:
    clock.now = dt.datetime.now(dt.UTC)  # the command has the machine's own
    manager = factories.create_staff(runtime, Role.MANAGER)
    assert users("sessions", manager.email).output == f"{manager.email} is signed in nowhere.\n"
    for _ in range(2):
        factories.begin_session(runtime, manager)
    shown = users("sessions", manager.email)
    assert shown.output.count("a browser that does not say what it is\tsince 20") == 2
    assert len(sessions_of(runtime, manager)) == 2, "showing ends nothing"
    assert "2 ended" in users("sessions", manager.email, "--end").output
    assert not sessions_of(runtime, manager)
    assert users("sessions", "nobody@example.org").exit_code == 1


def test_what_each_role_may_do_is_shown(runtime: Runtime) -> None:
    shown = users("roles").output
    for role, actions in MAY.items():
        line = next(each for each in shown.splitlines() if each.startswith(f"{role.value}: "))
        assert set(line.partition(": ")[2].split("; ")) == {action.value for action in actions}
    assert "  gives interviewer, supervisor, evaluator, viewer" in shown


def test_an_administrator_is_of_the_whole_installation_and_the_last_one_stays(runtime: Runtime) -> None:
    link_in(users("add", ANA, "--role", "administrator"))
    assert credentials(runtime).staff.grants == (Grant(Role.ADMINISTRATOR, None),)
    assert "administrator in the whole installation" in users("list").output
    for arguments in (("revoke", ANA, "-"), ("deactivate", ANA)):
        result = users(*arguments)
        assert (result.exit_code, "is the last administrator" in result.output) == (1, True)
    second = factories.create_staff(runtime)
    result = users("grant", second.email, "-", "administrator")
    assert result.output == f"{second.email} is now administrator in the whole installation. They sign in again.\n"
    assert users("revoke", ANA, "-", "administrator").exit_code == 0
    assert credentials(runtime).staff.grants == ()
    for place, role, why in (("-", "manager", "is of one study"), ("job_rotation", "administrator", "of the whole")):
        result = users("grant", ANA, place, role)
        assert (result.exit_code, why in result.output) == (1, True), result.output
    assert users("grant", ANA, "-", "auditor").exit_code == 0
    assert users("grant", ANA, "job_rotation", "auditor").exit_code == 0


@pytest.mark.parametrize("purpose", ["Ask ana@example.org", "Ring 024 7655 0123", "x" * 301])
def test_a_purpose_reaches_nobody(runtime: Runtime, purpose: str) -> None:
    staff = factories.create_staff(runtime)
    assert users("grant", staff.email, "mentoring", "viewer", "--purpose", purpose).exit_code == 1
    assert credentials(runtime, staff.email).staff.grants == ()
