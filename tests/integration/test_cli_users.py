"""`surveyapp users`, as an operator types it."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner, Result

from surveyapp.cli import main
from surveyapp.domain.staff import Grant, Role
from surveyapp.services.runtime import Runtime
from surveyapp.services.staff import accounts, sign_in
from surveyapp.store import audit
from surveyapp.store import staff as store
from tests import factories

ANA = "ana.kowalska@example.org"


@pytest.fixture(autouse=True)
def _installation(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in factories.environment(runtime.settings.database_url).items():
        monkeypatch.setenv(name, value)


def users(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["users", *arguments])


def one_time_password(result: Result) -> str:
    assert result.exit_code == 0, result.output
    found = re.search(r"One-time password: (\S+)", result.output)
    assert found is not None, result.output
    return found[1]


def credentials(runtime: Runtime, email: str = ANA) -> store.Credentials:
    with runtime.database.reading() as session:
        found = store.credentials(session, email)
    assert found is not None
    return found


def test_a_new_user_gets_a_one_time_password_that_lets_them_in(runtime: Runtime) -> None:
    result = users("add", "Ana.Kowalska@example.org", "--role", "manager")
    entering = sign_in.check_password(runtime, ANA, one_time_password(result))
    assert sign_in.step(runtime, entering) is sign_in.Step.SET_UP
    assert "Ana Kowalska <ana.kowalska@example.org> may now sign in." in result.output
    every_study = {Grant(Role.MANAGER, study) for study in runtime.studies}
    assert set(credentials(runtime).staff.grants) == every_study


def test_more_roles_leave_the_password_and_end_the_sessions(runtime: Runtime) -> None:
    password = one_time_password(users("add", ANA, "--role", "evaluator", "--name", "Ana"))
    before = credentials(runtime)
    result = users("add", ANA, "--role", "evaluator", "--role", "manager", "--study", "job_rotation")
    assert "has the new roles" in result.output
    assert password not in result.output
    after = credentials(runtime)
    assert {grant.role for grant in after.staff.grants} == {Role.EVALUATOR, Role.MANAGER}
    assert after.password_hash == before.password_hash
    assert after.staff.session_version == before.staff.session_version + 1, "a password alone no longer suffices"
    assert "Nothing changed" in users("add", ANA, "--role", "manager", "--study", "job_rotation").output


def test_a_role_may_be_over_one_site(runtime: Runtime) -> None:
    site = factories.create_site(runtime)
    one_time_password(users("add", ANA, "--role", "interviewer", "--study", "job_rotation", "--site", "SM"))
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


def test_a_new_password_ends_sessions_and_the_old_one(runtime: Runtime) -> None:
    first = one_time_password(users("add", ANA, "--role", "evaluator"))
    second = one_time_password(users("password", ANA.upper()))
    with pytest.raises(sign_in.InputRefused):
        sign_in.check_password(runtime, ANA, first)
    assert sign_in.check_password(runtime, ANA, second).session_version == 2


def test_a_lost_second_factor_is_set_up_anew(runtime: Runtime) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    assert users("reset-second-factor", manager.email).exit_code == 0
    entering = sign_in.check_password(runtime, manager.email, factories.PASSWORD)
    assert sign_in.step(runtime, entering) is sign_in.Step.SET_UP
    assert sign_in.staff_of_session(runtime, manager.id, manager.session_version) is None


def test_somebody_who_left_no_longer_signs_in(runtime: Runtime) -> None:
    evaluator = factories.create_staff(runtime, Role.EVALUATOR)
    assert users("deactivate", evaluator.email).exit_code == 0
    with pytest.raises(sign_in.InputRefused):
        sign_in.check_password(runtime, evaluator.email, factories.PASSWORD)
    assert "deactivated" in users("list").output
    assert users("activate", evaluator.email).exit_code == 0
    assert sign_in.check_password(runtime, evaluator.email, factories.PASSWORD)


@pytest.mark.parametrize("command", ["password", "reset-second-factor", "deactivate", "activate"])
def test_an_unknown_address_is_said(command: str) -> None:
    result = users(command, "nobody@example.org")
    assert result.exit_code == 1
    assert "Nobody has an account" in result.output


def test_an_empty_list_says_what_to_do() -> None:
    assert "surveyapp users add" in users("list").output


def test_every_act_leaves_an_entry_without_a_password(runtime: Runtime) -> None:
    first = one_time_password(users("add", ANA, "--role", "manager"))
    second = one_time_password(users("password", ANA))
    for command in ("reset-second-factor", "deactivate", "activate"):
        users(command, ANA)
    with runtime.database.reading() as session:
        entries = audit.entries(session)
    assert [entry.action for entry in entries][-5:] == [
        "staff_added",
        "password_reset",
        "second_factor_reset",
        "staff_deactivated",
        "staff_activated",
    ]
    assert not any(secret in str(entry) for entry in entries for secret in (first, second))
