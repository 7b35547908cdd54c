"""A unit of work: who acts, when, and what the audit trail keeps of it."""

from __future__ import annotations

import uuid

import pytest

from surveyapp.domain.audit import Actor, ActorKind, AuditAction, AuditEntry, ByLink, Operator, System
from surveyapp.domain.errors import InputRefused, NotPermitted
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action, Role
from surveyapp.services.fieldwork import calls
from surveyapp.services.responses import answering
from surveyapp.services.results.table import table
from surveyapp.services.runtime import Runtime
from surveyapp.services.security.sessions import Browser
from surveyapp.services.staff import sign_in
from surveyapp.services.work import Desk
from surveyapp.store.security import audit
from tests import factories
from tests.conftest import Clock


def trail(runtime: Runtime) -> list[AuditEntry]:
    with runtime.database.reading() as session:
        return audit.entries(session)


@pytest.fixture
def actors(runtime: Runtime) -> dict[ActorKind, Actor]:
    return {
        ActorKind.STAFF: factories.create_staff(runtime, Role.MANAGER),
        ActorKind.OPERATOR: Operator(),
        ActorKind.PARTICIPANT: ByLink(access_id=uuid.uuid4()),
        ActorKind.SYSTEM: System(),
    }


def test_every_action_of_every_kind_of_actor_is_kept_and_read(
    runtime: Runtime, clock: Clock, actors: dict[ActorKind, Actor]
) -> None:
    assert set(actors) == set(ActorKind)
    before = len(trail(runtime))
    for actor in actors.values():
        with Desk(runtime, actor).writing() as work:
            for action in AuditAction:
                work.record(action, "somebody", study=factories.STUDY, noted=action.value)
    made = trail(runtime)[before:]
    staff = {ActorKind.STAFF: work.by(actors[ActorKind.STAFF]).staff.id}
    assert {(entry.actor, entry.staff_id) for entry in made} == {(kind, staff.get(kind)) for kind in ActorKind}
    assert sorted((entry.actor, entry.action) for entry in made) == sorted(
        (kind, action) for kind in ActorKind for action in AuditAction
    )
    assert all(entry.detail == {"noted": entry.action.value} and entry.at == clock() for entry in made)
    assert {(entry.subject, entry.study) for entry in made} == {("somebody", factories.STUDY)}


def test_what_did_not_happen_is_not_in_the_trail(runtime: Runtime) -> None:
    def goes_wrong() -> None:
        with factories.operator(runtime).writing() as work:
            work.record(AuditAction.CONTACT_SEEN, "BF-0001", study=factories.STUDY)
            raise InputRefused(say("sign_in_wrong"))

    before = trail(runtime)
    with pytest.raises(InputRefused):
        goes_wrong()
    assert trail(runtime) == before


def test_work_that_only_reads_records_nothing(runtime: Runtime) -> None:
    with factories.operator(runtime).reading() as work, pytest.raises(AssertionError):
        work.record(AuditAction.CONTACT_SEEN, "BF-0001", study=factories.STUDY)


def test_all_that_one_unit_of_work_does_happens_at_one_moment(runtime: Runtime, clock: Clock) -> None:
    with factories.operator(runtime).writing() as work:
        work.record(AuditAction.VERSION_OPENED, "first")
        clock.forward(seconds=7)
        work.record(AuditAction.VERSION_OPENED, "second")
    first, second = trail(runtime)[-2:]
    assert first.at == second.at == work.now


def test_consent_says_whether_the_participant_or_an_interviewer_recorded_it(runtime: Runtime) -> None:
    alone, called = factories.create_participant(runtime), factories.create_participant(runtime)
    interviewer = factories.create_staff(runtime, Role.INTERVIEWER)
    answering.give_consent(runtime, factories.by_link(runtime, alone), {"take_part": True})
    who = factories.by_interviewer(interviewer, called)
    calls.open_case(runtime, who)
    answering.give_consent(runtime, who, {"take_part": True})
    found = {
        (entry.subject, entry.actor, entry.staff_id)
        for entry in trail(runtime)
        if entry.action is AuditAction.CONSENT_GIVEN
    }
    assert (alone.reference, ActorKind.PARTICIPANT, None) in found
    assert (called.reference, ActorKind.STAFF, interviewer.id) in found


def test_whoever_is_refused_without_an_account_is_nobody_we_know(runtime: Runtime) -> None:
    member = factories.create_staff(runtime, Role.EVALUATOR)
    for email in ("nobody@example.org", member.email):
        with pytest.raises(InputRefused):
            sign_in.check_password(runtime, email, "wrong", Browser())
    assert [(entry.actor, entry.staff_id) for entry in trail(runtime)[-2:]] == [
        (ActorKind.SYSTEM, None),
        (ActorKind.STAFF, member.id),
    ]


def test_an_operator_sees_all_of_a_study_and_others_what_their_roles_let_them(
    runtime: Runtime, actors: dict[ActorKind, Actor]
) -> None:
    assert factories.operator(runtime).scope(Action.SEE_RESULTS, factories.STUDY) == factories.everyone(runtime)
    assert factories.operator(runtime).studies(Action.SEE_RESULTS) == tuple(sorted(runtime.studies))
    for kind in (ActorKind.PARTICIPANT, ActorKind.SYSTEM):
        desk = Desk(runtime, actors[kind])
        assert desk.studies(Action.SEE_RESULTS) == ()
        with pytest.raises(NotPermitted):
            desk.check(Action.SEE_RESULTS, factories.STUDY)


def test_true_counts_are_for_the_operator_alone(runtime: Runtime, actors: dict[ActorKind, Actor]) -> None:
    for kind, actor in actors.items():
        if kind is not ActorKind.OPERATOR:
            with pytest.raises(NotPermitted):
                table(Desk(runtime, actor), factories.STUDY)
