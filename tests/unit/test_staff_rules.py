"""Who may do what, over whom: every role and action, and every mixture of grants that has to stay apart."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid

import pytest

from surveyapp.domain.errors import NotPermitted
from surveyapp.domain.participants import Origin, Participant, Site
from surveyapp.domain.staff import (
    MAY,
    MAY_BE_OF_ALL,
    MAY_GRANT,
    OF_THE_INSTALLATION,
    Action,
    Grant,
    Role,
    Scope,
    Staff,
    scope_of,
)
from surveyapp.settings import ROOT

NORTH, SOUTH = uuid.UUID(int=1), uuid.UUID(int=2)
I, S, E, M, V = Role.INTERVIEWER, Role.SUPERVISOR, Role.EVALUATOR, Role.MANAGER, Role.VIEWER  # noqa: E741
A, D = Role.AUDITOR, Role.ADMINISTRATOR
W, X = Role.READ_WORDS, Role.EXPORT_ANSWERS

WHO_MAY: dict[Action, set[Role]] = {
    Action.INTERVIEW: {I, S},
    Action.TAKE_OVER: {S},
    Action.DECIDE_CALLS: {S},
    Action.SEE_STANDING: {S, M},
    Action.SEE_CONTACTS: {I, S, M},
    Action.SEE_RESULTS: {E},
    Action.SEE_RELEASES: {E, M, V},
    Action.MAKE_RELEASE: {M},
    Action.READ_WORDS: {W},
    Action.EXPORT_ANSWERS: {X},
    Action.MANAGE_PARTICIPANTS: {M},
    Action.GIVE_ACCESS: {I, S, M},
    Action.OPEN_VERSION: {M},
    Action.SEE_QUESTIONNAIRES: {E, M},
    Action.GRANT_ROLES: {M, D},
    Action.HOLD_ACCOUNTS: {D},
    Action.READ_AUDIT: {A},
    Action.HANDLE_RIGHTS: {S, M},
    Action.CORRECT_ANSWERS: {S, M},
}


def given(role: Role, study: str = "first") -> Grant:
    """A role in a study or, where it is of none, in the whole installation."""
    return Grant(role, None if role in OF_THE_INSTALLATION else study)


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
    assert {role for role in Role if make_staff(given(role)).may(action, "first")} == WHO_MAY[action]


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


@pytest.mark.parametrize(("grants", "everywhere"), [((NORTH,), False), ((None,), True), ((NORTH, None), True)])
def test_what_somebody_may_at_a_site_they_may_not_everywhere(
    grants: tuple[uuid.UUID | None, ...], everywhere: bool
) -> None:
    staff = make_staff(*(Grant(M, "first", site) for site in grants))
    assert staff.may(Action.MANAGE_PARTICIPANTS, "first")
    assert staff.may_everywhere(Action.MANAGE_PARTICIPANTS, "first") is everywhere


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("true_counts", [True, False])
def test_only_an_evaluators_grant_is_of_true_counts(role: Role, true_counts: bool) -> None:
    grant = dataclasses.replace(given(role), true_counts=true_counts)
    assert grant.true_counts is (role is E and true_counts)
    if role is not E:
        assert {each for each in Action if grant.allows(each)} == MAY[role]


def test_every_role_has_its_rules() -> None:
    assert set(MAY) == set(Role)


def test_without_a_role_nobody_may_anything() -> None:
    assert not any(make_staff().may(action, "first") for action in Action)


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


def test_an_auditor_of_all_reads_of_every_study_and_of_what_is_of_none() -> None:
    of_all, of_one = make_staff(Grant(A, None)), make_staff(Grant(A, "first"))
    assert [of_all.may(Action.READ_AUDIT, each) for each in ("first", "second", None)] == [True, True, True]
    assert [of_one.may(Action.READ_AUDIT, each) for each in ("first", "second", None)] == [True, False, False]
    assert of_all.studies(Action.READ_AUDIT, ["first", "second"]) == ("first", "second")
    assert of_one.studies(Action.READ_AUDIT, ["first", "second"]) == ("first",)


@pytest.mark.parametrize("role", Role)
def test_a_role_is_of_a_study_of_all_or_of_either(role: Role) -> None:
    for study, fits in ((None, role in {A, D}), ("first", role is not D)):
        if fits:
            assert Grant(role, study).study == study
        else:
            with pytest.raises(ValueError, match=role.value):
                Grant(role, study)


def test_these_roles_give_these() -> None:
    assert {M: {I, S, E, V, W, X}, D: set(Role)} == MAY_GRANT
    assert {A, D} == MAY_BE_OF_ALL
    assert all(Action.GRANT_ROLES in MAY[role] for role in MAY_GRANT)
    assert all(role in MAY_GRANT for role in Role if Action.GRANT_ROLES in MAY[role])


OTHERS = uuid.UUID(int=8)

CAN: list[tuple[Grant, Grant, bool]] = [
    *((Grant(M, "first"), given(role), role in {I, S, E, V, W, X}) for role in Role),
    *((Grant(D, None), given(role), True) for role in Role),
    *((given(own), Grant(V, "first"), False) for own in (I, S, E, V, A, W, X)),
    (Grant(M, "first"), Grant(V, "second"), False),
    (Grant(M, "first"), Grant(I, "first", NORTH), True),
    (Grant(M, "first", NORTH), Grant(I, "first", NORTH), True),
    (Grant(M, "first", NORTH), Grant(I, "first", SOUTH), False),
    (Grant(M, "first", NORTH), Grant(I, "first"), False),
    (Grant(M, "first", NORTH), Grant(V, "first"), False),
    (Grant(D, None), Grant(A, "second"), True),
    (Grant(A, None), Grant(A, None), False),
]


@pytest.mark.parametrize(("own", "wanted", "can"), CAN)
def test_nobody_gives_what_they_hold_no_right_to(own: Grant, wanted: Grant, can: bool) -> None:
    staff = make_staff(own)
    assert staff.may_grant(wanted) is can
    if can:
        staff.check_grant(wanted, OTHERS)
    else:
        with pytest.raises(NotPermitted):
            staff.check_grant(wanted, OTHERS)
    with pytest.raises(NotPermitted, match="their own"):
        staff.check_grant(wanted, staff.id)
    assert not make_staff(own, active=False).may_grant(wanted)


def test_readme_has_the_table_of_who_may() -> None:
    written = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = written.partition("### Who may")[2].partition("\n## ")[0].splitlines()
    first, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|"))
    assert first == ["may", *(role.value for role in Role)]
    assert rows == [[action.value, *("✓" if action in MAY[role] else "" for role in Role)] for action in Action]


def somebody(site: uuid.UUID | None, study: str = "first", origin: Origin = Origin.REAL) -> Participant:
    there = None if site is None else Site(id=site, study=study, reference="S", name="S")
    return Participant(
        id=uuid.UUID(int=1),
        study=study,
        group="g",
        reference="G-0001",
        origin=origin,
        enrolled_on=dt.date(2026, 6, 1),
        site=there,
    )


def test_what_is_done_to_somebody_is_asked_at_their_site() -> None:
    staff = make_staff(Grant(I, "first"), Grant(S, "first", NORTH))
    for person, decides in ((somebody(NORTH), True), (somebody(SOUTH), False), (somebody(None), False)):
        assert staff.may_of(Action.INTERVIEW, person)
        assert staff.may_of(Action.DECIDE_CALLS, person) is decides
    assert not staff.may_of(Action.INTERVIEW, somebody(NORTH, study="second"))
    staff.check_of(Action.DECIDE_CALLS, somebody(NORTH))
    with pytest.raises(NotPermitted, match="at other sites only"):
        staff.check_of(Action.DECIDE_CALLS, somebody(SOUTH))
    with pytest.raises(NotPermitted, match="does not let you make a release"):
        staff.check_of(Action.MAKE_RELEASE, somebody(SOUTH))


def test_two_scopes_have_in_common_whom_both_have() -> None:
    north, south = (Scope("first", Origin.REAL, frozenset({each})) for each in (NORTH, SOUTH))
    whole = Scope("first", Origin.REAL)
    assert north.also(whole) == whole.also(north) == north
    assert north.also(south).sites == frozenset()
    assert whole.also(whole) == whole
    assert not north.also(south).has(somebody(NORTH))
    assert not whole.has(somebody(NORTH, origin=Origin.SIMULATED))
