"""Who may do what, over whom: every role and action, and every mixture of grants that has to stay apart."""

from __future__ import annotations

import uuid

import pytest

from surveyapp.domain.errors import NotPermitted
from surveyapp.domain.participants import Origin
from surveyapp.domain.staff import MAY, SECOND_FACTOR_ROLES, Action, Grant, Role, Scope, Staff, scope_of

NORTH, SOUTH = uuid.UUID(int=1), uuid.UUID(int=2)
I, S, E, M, V = Role.INTERVIEWER, Role.SUPERVISOR, Role.EVALUATOR, Role.MANAGER, Role.VIEWER  # noqa: E741

WHO_MAY: dict[Action, set[Role]] = {
    Action.INTERVIEW: {I, S},
    Action.TAKE_OVER: {S},
    Action.SEE_CONTACTS: {I, S, M},
    Action.SEE_RESULTS: {E},
    Action.SEE_RELEASES: {E, M, V},
    Action.MAKE_RELEASE: {M},
    Action.SEE_OPEN_TEXT: {S, E},
    Action.MANAGE_PARTICIPANTS: {M},
    Action.GIVE_ACCESS: {I, S, M},
    Action.OPEN_VERSION: {M},
    Action.SEE_QUESTIONNAIRES: {E, M},
    Action.HANDLE_RIGHTS: {S, M},
    Action.CORRECT_ANSWERS: {S, M},
}


def make_staff(*grants: Grant, active: bool = True) -> Staff:
    return Staff(
        id=uuid.UUID(int=9),
        email="a@example.org",
        name="A",
        active=active,
        second_factor=True,
        grants=grants,
    )


@pytest.mark.parametrize("action", Action)
def test_each_action_is_for_these_roles(action: Action) -> None:
    assert {role for role in Role if make_staff(Grant(role, "first")).may(action, "first")} == WHO_MAY[action]


@pytest.mark.parametrize("action", Action)
def test_an_evaluator_without_true_counts_sees_releases_alone(action: Action) -> None:
    left = {Action.SEE_RELEASES, Action.SEE_QUESTIONNAIRES}
    staff = make_staff(Grant(E, "first", true_counts=False), Grant(E, "second"))
    assert staff.may(action, "first") is (action in left)
    assert staff.may_everywhere(action, "first") is (action in left)
    assert staff.may(action, "second") is (E in WHO_MAY[action])


def test_true_counts_at_one_site_are_not_those_of_another() -> None:
    staff = make_staff(Grant(E, "first", NORTH, true_counts=True), Grant(E, "first", true_counts=False))
    assert scope_of(staff, Action.SEE_RESULTS, "first", Origin.REAL).sites == frozenset({NORTH})
    assert scope_of(staff, Action.SEE_RELEASES, "first", Origin.REAL).sites is None


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("true_counts", [True, False])
def test_only_an_evaluators_grant_is_of_true_counts(role: Role, true_counts: bool) -> None:
    assert Grant(role, "first", true_counts=true_counts).true_counts is (role is E and true_counts)
    if role is not E:
        assert {each for each in Action if Grant(role, "first", true_counts=true_counts).allows(each)} == MAY[role]


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
