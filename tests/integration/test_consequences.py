"""What follows from each outcome of an attempt, as it is stored, against the table that the rule is held to; and that
undoing brings all of it back. On both databases."""

from __future__ import annotations

import dataclasses
import uuid
from typing import Any

import pytest

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import AccessRefused, InputRefused, NotPermitted, StateRefused
from surveyapp.domain.fieldwork.call_queue import QueuePriority
from surveyapp.domain.fieldwork.cases import CaseState, Outcome, OutcomeDetail
from surveyapp.domain.fieldwork.consequences import ReferralDecision, ReferralKind
from surveyapp.domain.participants import Contact, Participant
from surveyapp.domain.privacy.leaving import LeavingReason, ParticipationChange
from surveyapp.domain.staff import Role, Staff
from surveyapp.services.cases import scheduling
from surveyapp.services.cases.agreed_times import AgreedTime
from surveyapp.services.fieldwork import attempts, call_queue, calls, referrals
from surveyapp.services.fieldwork.attempts import RECORDED_BY_HAND, SaidOfOutcome
from surveyapp.services.participants import enrolment, links
from surveyapp.services.participants.identity import IdentityFact
from surveyapp.services.privacy import leaving
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import cases, participants
from surveyapp.store.calling import undoing
from surveyapp.store.database import new_id
from surveyapp.store.entry import accesses
from surveyapp.store.sending import recipients
from tests import factories
from tests.consequences import TABLE
from tests.interviewer import CONTACT, create_reachable
from tests.page import Client

SAID: dict[Outcome, SaidOfOutcome] = {
    Outcome.NOT_ELIGIBLE: SaidOfOutcome(detail=OutcomeDetail.OUTSIDE_AREA),
    Outcome.MOVED: SaidOfOutcome(detail=OutcomeDetail.CONTACT_TAKEN),
    Outcome.LANGUAGE_BARRIER: SaidOfOutcome(language="pl"),
    Outcome.WITHDREW: SaidOfOutcome(
        confirmed=(IdentityFact.NAME, IdentityFact.PHONE), why=LeavingReason.PRIVACY
    ),
}  # fmt: skip


def person_with_two_cases(runtime: Runtime) -> Participant:
    """Somebody whose touchpoints 1 and 2 are both open."""
    person = create_reachable(runtime)
    with factories.operator(runtime).writing() as work:
        (first,) = cases.cases_of(work.session, person.id)
        cases.add_case(work.session, dataclasses.replace(first, id=new_id(), touchpoint=2))
    return person


def record(runtime: Runtime, staff: Staff, person: Participant, outcome: Outcome, **more: Any) -> uuid.UUID:
    """Opens the first case and records what came of it."""
    who = factories.by_interviewer(staff, person)
    calls.open_case(runtime, who)
    attempt_id = uuid.uuid4()
    agreed = AgreedTime(in_words="tomorrow at 3")
    said = more.pop("said", SAID.get(outcome, SaidOfOutcome()))
    attempts.record_attempt(runtime, who, outcome, attempt_id, more.pop("note", "He said so."), agreed, said)
    return attempt_id


def states(runtime: Runtime, person: Participant) -> list[CaseState]:
    with runtime.database.reading() as session:
        now = participants.participant(session, person.id, runtime.clock().date())
        assert now is not None
        withdrawn = now.withdrawn_at is not None
        return [each.state(runtime.clock(), None, withdrawn) for each in cases.cases_of(session, person.id)]


def queued(runtime: Runtime, staff: Staff) -> tuple[int, ...]:
    """The touchpoint that somebody has the person in their queue for: one is called once, for the first of them."""
    there = call_queue.queue(Desk(runtime, staff)).lines
    return tuple(line.touchpoint.number for line in there if line.priority is not QueuePriority.ANOTHER)


def works(runtime: Runtime, link: str, person: Participant) -> bool:
    """Whether the link opens questions."""
    try:
        links.open_link(runtime, link)
    except AccessRefused:
        return False
    return states(runtime, person)[0] is not CaseState.WITHDRAWN


def everything(runtime: Runtime, person: Participant) -> dict[str, Any]:
    """All that an attempt may change."""
    with runtime.database.reading() as session:
        there = undoing.standing(session, person.id)
        there["attempts"] = [each.id for case in cases.cases_of(session, person.id)
                             for each in cases.attempts_of(session, case.id)]  # fmt: skip
        there["links"] = [each.revoked_at is None for case in cases.cases_of(session, person.id)
                          for each in accesses.accesses_of(session, case.id)]  # fmt: skip
        there["ended ways"] = recipients.ended_ways(session, person.id)
        return there


def notes(runtime: Runtime, person: Participant) -> list[str]:
    with factories.operator(runtime).reading() as work:
        return [each.action.value for each in work.noted_of(person.study, person.reference)]


@pytest.mark.parametrize("outcome", RECORDED_BY_HAND)
def test_what_is_stored_is_the_table_and_undone_all_is_as_before(runtime: Runtime, outcome: Outcome) -> None:
    told = TABLE[outcome]
    person = person_with_two_cases(runtime)
    me, colleague = factories.create_staff(runtime, Role.INTERVIEWER), factories.create_staff(runtime, Role.INTERVIEWER)
    link = factories.create_link(runtime, person)
    with factories.operator(runtime).writing() as work:
        case = cases.cases_of(work.session, person.id)[0]
        cases.set_next(work.session, case.id, work.now)
    before = everything(runtime, person)
    runtime.clock.forward(seconds=1)  # type: ignore[attr-defined]
    attempt_id = record(runtime, me, person, outcome)
    with runtime.database.reading() as session:
        first = cases.cases_of(session, person.id)[0]
        assert first.disposition.aapor == told.aapor
        assert (first.next_at is not None) is (told.next_call == "when_agreed")
    assert states(runtime, person) == [told.case, told.other]
    assert (queued(runtime, me), queued(runtime, colleague)) == (told.mine[:1], told.theirs[:1])
    assert works(runtime, link, person) is told.link
    assert notes(runtime, person)[-len(told.trail) :] == list(told.trail)
    runtime.clock.forward(seconds=59)  # type: ignore[attr-defined]
    attempts.undo(runtime, factories.by_interviewer(me, person), attempt_id)
    after = everything(runtime, person)
    if outcome is Outcome.LINK_SENT:
        assert after.pop("links") == [*before.pop("links"), False]
    assert after == before
    assert works(runtime, link, person)
    assert queued(runtime, colleague) == (1,)
    assert notes(runtime, person)[-1] == "attempt_undone"


@pytest.mark.parametrize(
    ("outcome", "note", "said", "field"),
    [
        (Outcome.NOT_ELIGIBLE, "", SaidOfOutcome(), "detail"),
        (Outcome.NOT_ELIGIBLE, "", SaidOfOutcome(detail=OutcomeDetail.CONTACT_TAKEN), "detail"),
        (Outcome.MOVED, "", SaidOfOutcome(), "detail"),
        (Outcome.MOVED, " ", SaidOfOutcome(detail=OutcomeDetail.CONTACT_TAKEN), "note"),
        (Outcome.COMPLAINED, "", SaidOfOutcome(), "note"),
        (Outcome.WITHDREW, "", SaidOfOutcome(), "why"),
        (Outcome.WITHDREW, "", SaidOfOutcome(why=LeavingReason.RETENTION), "why"),
        (Outcome.WITHDREW, "", SaidOfOutcome(why=LeavingReason.TIME, confirmed=[IdentityFact.NAME]), "facts"),
    ],
)
def test_what_is_missing_is_asked_for_and_nothing_happens(
    runtime: Runtime, outcome: Outcome, note: str, said: SaidOfOutcome, field: str
) -> None:
    person = person_with_two_cases(runtime)
    me = factories.create_staff(runtime, Role.INTERVIEWER)
    before = everything(runtime, person)
    with pytest.raises(InputRefused) as refused:
        record(runtime, me, person, outcome, note=note, said=said)
    assert refused.value.field == field
    assert everything(runtime, person) == before


def test_the_dead_are_asked_nothing_ever_until_a_supervisor_says_it_was_an_error(runtime: Runtime) -> None:
    person = person_with_two_cases(runtime)
    me, colleague = factories.create_staff(runtime, Role.INTERVIEWER), factories.create_staff(runtime, Role.INTERVIEWER)
    boss = factories.create_staff(runtime, Role.SUPERVISOR)
    link = factories.create_link(runtime, person)
    there = dataclasses.replace(factories.by_interviewer(colleague, person), touchpoint=2)
    calls.open_case(runtime, there)
    mine = factories.by_interviewer(me, person)
    attempts.record_attempt(runtime, mine, Outcome.DECEASED, uuid.uuid4(), "His wife said so.")
    with pytest.raises(StateRefused):  # a colleague in the middle of it is told at once
        calls.opened_case(runtime, there)
    runtime.clock.forward(minutes=2)  # type: ignore[attr-defined]
    with factories.operator(runtime).writing() as work:
        now = participants.participant(work.session, person.id, work.now.date())
        assert now is not None
        # A touchpoint that comes to be later is ended as well.
        assert {each.disposition.aapor for each in scheduling.first_cases(work, now, {})} == {"O"}
    with pytest.raises(NotPermitted):
        leaving.record(Desk(runtime, me), person.study, person.reference, ParticipationChange.DEATH_UNDONE,
                       LeavingReason.MIXED_UP, ())  # fmt: skip
    with pytest.raises(InputRefused):
        leaving.record(Desk(runtime, boss), person.study, person.reference, ParticipationChange.DEATH_UNDONE, None, ())
    leaving.record(Desk(runtime, boss), person.study, person.reference, ParticipationChange.DEATH_UNDONE,
                   LeavingReason.MIXED_UP, ())  # fmt: skip
    assert states(runtime, person) == [CaseState.OPEN, CaseState.OPEN]
    assert works(runtime, link, person)
    assert queued(runtime, colleague) == (1,)
    assert AuditAction.DEATH_UNDONE.value in notes(runtime, person)


@pytest.mark.parametrize(
    ("decision", "mine", "theirs"),
    [
        (ReferralDecision.CALL_AGAIN, (1, 2), (1, 2)),
        (ReferralDecision.BY_ANOTHER, (), (1, 2)),
        (ReferralDecision.STOPPED, (), ()),
    ],
)
def test_a_complaint_is_decided_by_a_supervisor(
    runtime: Runtime, decision: ReferralDecision, mine: tuple[int, ...], theirs: tuple[int, ...]
) -> None:
    person = person_with_two_cases(runtime)
    me, colleague = factories.create_staff(runtime, Role.INTERVIEWER), factories.create_staff(runtime, Role.INTERVIEWER)
    boss = Desk(runtime, factories.create_staff(runtime, Role.SUPERVISOR))
    attempt_id = record(runtime, me, person, Outcome.COMPLAINED, note="Too many calls.")
    with pytest.raises(StateRefused):  # nor by its address
        calls.open_case(runtime, factories.by_interviewer(colleague, person))
    with pytest.raises(NotPermitted):
        referrals.waiting(Desk(runtime, me), person.study)
    (line,) = referrals.waiting(boss, person.study)
    assert (line.referral.kind, line.attempt.note, line.referral.staff_id) == (
        ReferralKind.COMPLAINT, "Too many calls.", me.id
    )  # fmt: skip
    with pytest.raises(InputRefused):
        referrals.decide(boss, person.study, line.referral.id, ReferralDecision.MENDED)
    referrals.decide(boss, person.study, line.referral.id, decision)
    assert (queued(runtime, me), queued(runtime, colleague)) == (mine[:1], theirs[:1])
    assert list(referrals.waiting(boss, person.study)) == []
    with pytest.raises(StateRefused):  # decided twice
        referrals.decide(boss, person.study, line.referral.id, decision)
    with pytest.raises(StateRefused):  # somebody went on with it
        attempts.undo(runtime, factories.by_interviewer(me, person), attempt_id)


def test_a_wrong_number_waits_for_the_manager_until_it_is_mended(runtime: Runtime) -> None:
    person = person_with_two_cases(runtime)
    me = factories.create_staff(runtime, Role.INTERVIEWER)
    boss = Desk(runtime, factories.create_staff(runtime, Role.SUPERVISOR))
    manager = Desk(runtime, factories.create_staff(runtime, Role.MANAGER))
    record(runtime, me, person, Outcome.WRONG_NUMBER)
    assert list(referrals.waiting(boss, person.study)) == []
    (line,) = referrals.waiting(manager, person.study)
    with pytest.raises(StateRefused):
        referrals.decide(boss, person.study, line.referral.id, ReferralDecision.MENDED)
    referrals.decide(manager, person.study, line.referral.id, ReferralDecision.NOT_FOUND)
    assert queued(runtime, me) == ()
    written = {field.name: getattr(CONTACT, field.name) for field in dataclasses.fields(Contact)}
    enrolment.correct_contact(manager, person.study, person.reference, {**written, "times": "mornings"})
    assert queued(runtime, me) == ()
    enrolment.correct_contact(manager, person.study, person.reference, {**written, "phone": "07700 900777"})
    assert queued(runtime, me) == (1,)


def test_what_was_decided_stands_on_the_persons_page_for_whoever_may_decide_it(
    runtime: Runtime, client: Client
) -> None:
    person = person_with_two_cases(runtime)
    manager = factories.create_staff(runtime, Role.MANAGER)
    record(runtime, factories.create_staff(runtime, Role.INTERVIEWER), person, Outcome.WRONG_NUMBER)
    here = f"/manage/{person.study}/participants/{person.reference}"
    client.sign_in(manager.email)
    facts = dict(zip(*(client.page(here).text[tag] for tag in ("dt", "dd")), strict=True))
    assert facts["Wrong number, 15 Jun 2026"] == "waits for a decision"
    (line,) = referrals.waiting(Desk(runtime, manager), person.study)
    referrals.decide(Desk(runtime, manager), person.study, line.referral.id, ReferralDecision.NOT_FOUND)
    facts = dict(zip(*(client.page(here).text[tag] for tag in ("dt", "dd")), strict=True))
    said = "Do not call: nobody knows how to reach them (their link goes on working) decided on 15 Jun 2026"
    assert facts["Wrong number, 15 Jun 2026"] == said


def test_whoever_speaks_another_language_is_left_to_another_interviewer(runtime: Runtime) -> None:
    person = person_with_two_cases(runtime)
    record(runtime, factories.create_staff(runtime, Role.INTERVIEWER), person, Outcome.LANGUAGE_BARRIER)
    with runtime.database.reading() as session:
        now = participants.participant(session, person.id, runtime.clock().date())
    assert now is not None
    assert now.language_asked == "pl"
