"""Who may do what, over whom: every role and action, and every mixture of grants that has to stay apart."""

from __future__ import annotations

import uuid

import pytest

from surveyapp.domain.errors import NotPermitted
from surveyapp.domain.participants import Origin
from surveyapp.domain.staff import MAY, SECOND_FACTOR_ROLES, Action, Grant, Role, Scope, Staff, scope_of

NORTH, SOUTH = uuid.UUID(int=1), uuid.UUID(int=2)
I, S, E, M = Role.INTERVIEWER, Role.SUPERVISOR, Role.EVALUATOR, Role.MANAGER  # noqa: E741

WHO_MAY: dict[Action, set[Role]] = {
    Action.INTERVIEW: {I, S},
    Action.TAKE_OVER: {S},
    Action.SEE_CONTACTS: {I, S, M},
    Action.SEE_RESULTS: {E, M},
    Action.SEE_OPEN_TEXT: {S, E},
    Action.MANAGE_PARTICIPANTS: {M},
    Action.GIVE_ACCESS: {I, S, M},
    Action.OPEN_VERSION: {M},
    Action.SEE_QUESTIONNAIRES: {E, M},
}


def make_staff(*grants: Grant, active: bool = True) -> Staff:
    return Staff(
        id=uuid.UUID(int=9),
        email="a@example.org",
        name="A",
        active=active,
        second_factor=True,
        session_version=1,
        grants=grants,
    )


@pytest.mark.parametrize("action", Action)
def test_each_action_is_for_these_roles(action: Action) -> None:
    assert {role for role in Role if make_staff(Grant(role, "first")).may(action, "first")} == WHO_MAY[action]


def test_every_role_has_its_rules() -> None:
    assert set(MAY) == set(Role)
    assert {I, S, M} == SECOND_FACTOR_ROLES


@pytest.mark.parametrize("role", Role)
def test_roles_that_see_contacts_need_a_second_factor(role: Role) -> None:
    assert make_staff(Grant(role, "first")).needs_second_factor is (role in {I, S, M})
    assert make_staff(Grant(E, "first"), Grant(role, "second")).needs_second_factor is (role in {I, S, M})


def test_without_a_role_nobody_may_anything() -> None:
    assert not any(make_staff().may(action, "first") for action in Action)
    assert not make_staff().needs_second_factor


def test_somebody_who_left_may_nothing() -> None:
    left = make_staff(Grant(M, "first"), active=False)
    assert not left.may(Action.MANAGE_PARTICIPANTS, "first")
    assert left.studies(Action.MANAGE_PARTICIPANTS) == ()
    with pytest.raises(NotPermitted):
        scope_of(left, Action.MANAGE_PARTICIPANTS, "first", Origin.REAL)


def test_a_role_is_for_its_study() -> None:
    staff = make_staff(Grant(M, "second"), Grant(I, "first"), Grant(M, "second", NORTH), Grant(M, "a"))
    assert staff.may(Action.MANAGE_PARTICIPANTS, "second")
    assert not staff.may(Action.MANAGE_PARTICIPANTS, "first")
    assert staff.studies(Action.MANAGE_PARTICIPANTS) == ("a", "second")
    assert staff.studies(Action.INTERVIEW) == ("first",)
    with pytest.raises(NotPermitted, match="add and import participants"):
        staff.check(Action.MANAGE_PARTICIPANTS, "first")


@pytest.mark.parametrize(
    ("grants", "sites"),
    [
        ([Grant(I, "first")], None),
        ([Grant(I, "first", NORTH)], {NORTH}),
        ([Grant(I, "first", NORTH), Grant(S, "first", SOUTH)], {NORTH, SOUTH}),
        ([Grant(I, "first", NORTH), Grant(S, "first")], None),
        # Neither a role that may not do it, nor one in another study, widens what somebody sees.
        ([Grant(I, "first", NORTH), Grant(E, "first")], {NORTH}),
        ([Grant(I, "first", NORTH), Grant(M, "first", SOUTH)], {NORTH}),
        ([Grant(I, "first", NORTH), Grant(I, "second")], {NORTH}),
        ([Grant(I, "first", NORTH), Grant(I, "second", SOUTH)], {NORTH}),
    ],
)
def test_whose_data_somebody_sees(grants: list[Grant], sites: set[uuid.UUID] | None) -> None:
    found = scope_of(make_staff(*grants), Action.INTERVIEW, "first", Origin.DEMO)
    assert found == Scope("first", Origin.DEMO, None if sites is None else frozenset(sites))


def test_without_the_right_there_is_no_scope() -> None:
    with pytest.raises(NotPermitted):
        scope_of(make_staff(Grant(E, "first"), Grant(I, "second")), Action.INTERVIEW, "first", Origin.REAL)
