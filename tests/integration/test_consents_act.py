"""What somebody consents to is done, where each thing is decided: on both databases."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid

import pytest

from surveyapp.domain.answers import Mode
from surveyapp.domain.errors import StateRefused
from surveyapp.domain.fieldwork.call_stand import CallHold
from surveyapp.domain.fieldwork.cases import ANSWERABLE, AccessKind, Attempt, CaseState, Disposition, Outcome
from surveyapp.domain.instrument.study import Anchor
from surveyapp.domain.participants import ConsentGiven, Contact, Participant
from surveyapp.domain.privacy.leaving import LeavingReason
from surveyapp.domain.staff import Role, Staff
from surveyapp.services.cases import consents, scheduling, stopping
from surveyapp.services.cases.agreed_times import AgreedTime
from surveyapp.services.cases.state import state_of
from surveyapp.services.fieldwork import attempts, call_queue, deciding, working_out
from surveyapp.services.participants import links
from surveyapp.services.participants.identity import IdentityFact
from surveyapp.services.responses import answering, pins, survey_session
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import cases, participants, responses
from surveyapp.store.answering import consents as said_of_consent
from surveyapp.store.calling import stands
from tests import factories
from tests.conftest import Clock
from tests.interviewer import create_reachable

NO = {"take_part": True, "recontact": False, "quote_words": False}
YES = NO | {"recontact": True}


@pytest.fixture
def asking(runtime: Runtime) -> Runtime:
    """Candidates are asked at two touchpoints, whose days do not wait for one another."""
    study = runtime.study(factories.STUDY)
    first, second = study.touchpoints_of("backfill")
    apart = tuple(
        dataclasses.replace(each, opens=Anchor(type="enrolled", days=days), due_days=30, closes_days=90)
        for each, days in ((first, 0), (second, 10))
    )
    study = dataclasses.replace(study, touchpoints=apart)
    return dataclasses.replace(runtime, studies={**runtime.studies, factories.STUDY: study})


@pytest.fixture
def staff(asking: Runtime) -> Staff:
    return factories.create_staff(asking, Role.INTERVIEWER)


@pytest.fixture
def person(asking: Runtime) -> Participant:
    return create_reachable(asking, Contact(name="Amara Nowak", phone="07700 900142"))


def say(runtime: Runtime, person: Participant, agreed: dict[str, bool], touchpoint: int = 1) -> None:
    answering.give_consent(runtime, factories.by_link(runtime, person, touchpoint), agreed)


def standing(runtime: Runtime, person: Participant) -> dict[int, CaseState]:
    with factories.operator(runtime).reading() as work:
        return {
            case.touchpoint: state_of(work, case, responses.response_of(work.session, case.id))
            for case in cases.cases_of(work.session, person.id)
        }


def called(runtime: Runtime, staff: Staff) -> set[str]:
    return {line.reference for line in call_queue.queue(Desk(runtime, staff)).lines}


def test_a_no_makes_the_next_case_a_refusal_and_leaves_this_one_to_be_finished(
    asking: Runtime, person: Participant, staff: Staff, clock: Clock
) -> None:
    assert called(asking, staff) == {person.reference}
    say(asking, person, NO)
    assert standing(asking, person) == {1: CaseState.IN_PROGRESS, 2: CaseState.REFUSED}
    assert called(asking, staff) == set(), "nobody calls to have it finished"
    clock.forward(days=11)
    assert called(asking, staff) == set(), "nor when the next one opens"
    assert standing(asking, person)[1] in ANSWERABLE, "their link opens it still"
    operator = factories.operator(asking)
    with pytest.raises(StateRefused, match="can no longer answer touchpoint 2"):
        links.give_out(operator, factories.STUDY, person.reference, 2, AccessKind.LINK)
    assert links.give_out(operator, factories.STUDY, person.reference, 1, AccessKind.LINK).link


def test_of_two_that_were_begun_the_last_is_theirs_to_finish(
    asking: Runtime, person: Participant, clock: Clock
) -> None:
    say(asking, person, YES)
    clock.forward(days=11)
    say(asking, person, NO, touchpoint=2)
    assert standing(asking, person) == {1: CaseState.REFUSED, 2: CaseState.IN_PROGRESS}


def test_who_has_sent_answers_and_begun_nothing_more_is_asked_nothing_more(
    asking: Runtime, person: Participant
) -> None:
    say(asking, person, YES)
    with factories.operator(asking).writing() as work:
        study = work.runtime.study(factories.STUDY)
        response = responses.response_of(work.session, cases.cases_of(work.session, person.id)[0].id)
        assert response is not None
        responses.submit(work.session, response.id, work.now)
        purpose = next(each for each in study.consent if each.id == "recontact")
        no = ConsentGiven(purpose.id, purpose.version, False, work.now + dt.timedelta(minutes=1))
        consents.record(work, study, person, [no], Mode.PHONE)
        consents.follow(work, study, person)
    assert standing(asking, person) == {1: CaseState.SUBMITTED, 2: CaseState.REFUSED}


def test_stopping_ends_what_can_still_be_answered_and_nothing_that_has_closed(
    asking: Runtime, person: Participant, clock: Clock
) -> None:
    clock.forward(days=95)
    with factories.operator(asking).writing() as work:
        stopping.stop(work, person, LeavingReason.TIME)
    assert standing(asking, person) == {1: CaseState.CLOSED, 2: CaseState.REFUSED}


def test_a_yes_after_that_gives_it_back(asking: Runtime, person: Participant, staff: Staff, clock: Clock) -> None:
    say(asking, person, NO)
    clock.forward(minutes=1)
    say(asking, person, YES)
    assert standing(asking, person) == {1: CaseState.IN_PROGRESS, 2: CaseState.SCHEDULED}
    assert called(asking, staff) == {person.reference}


def test_an_interview_broken_off_and_sent_stays_one(asking: Runtime, person: Participant, staff: Staff) -> None:
    """Neither a yes to being contacted again nor anybody's taking up makes a complete interview of it."""
    say(asking, person, NO)
    with factories.operator(asking).writing() as work:
        case = cases.cases_of(work.session, person.id)[0]
        response = responses.response_of(work.session, case.id)
        assert response is not None
        responses.submit(work.session, response.id, work.now)
        cases.set_disposition(work.session, case, Disposition.REFUSAL)
        cases.add_attempt(
            work.session,
            Attempt(
                id=uuid.uuid4(),
                case_id=case.id,
                staff_id=staff.id,
                staff_name=None,
                at=work.now,
                outcome=Outcome.COMPLETED,
                mode=Mode.PHONE,
            ),
        )
        study = work.runtime.study(factories.STUDY)
        yes = ConsentGiven("recontact", 1, given=True, recorded_at=work.now + dt.timedelta(minutes=1))
        consents.record(work, study, person, [yes], Mode.PHONE)
        consents.follow(work, study, person)
    assert standing(asking, person) == {1: CaseState.SUBMITTED, 2: CaseState.SCHEDULED}, "they may be asked again"
    with factories.operator(asking).writing() as work:
        stopping.stop(work, person, LeavingReason.TIME)
        stopping.take_up(work, person, LeavingReason.CHANGED_MIND)
        assert cases.cases_of(work.session, person.id)[0].disposition is Disposition.REFUSAL


def test_what_was_refused_aloud_stays_refused(asking: Runtime, person: Participant, staff: Staff, clock: Clock) -> None:
    clock.forward(days=11)
    attempts.record_attempt(asking, factories.by_interviewer(staff, person, 2), Outcome.REFUSED, uuid.uuid4())
    say(asking, person, NO)
    clock.forward(minutes=1)
    say(asking, person, YES)
    assert standing(asking, person)[2] is CaseState.REFUSED


def test_who_agrees_a_time_is_called_at_it(asking: Runtime, person: Participant, staff: Staff, clock: Clock) -> None:
    who = factories.by_interviewer(staff, person)
    answering.give_consent(asking, who, NO)
    assert called(asking, staff) == set()
    zone = asking.zone(asking.study(factories.STUDY))
    at = (clock() + dt.timedelta(hours=2)).astimezone(zone).replace(tzinfo=None)
    attempts.record_attempt(asking, who, Outcome.APPOINTMENT, uuid.uuid4(), agreed=AgreedTime(at))
    clock.forward(hours=2)
    assert called(asking, staff) == {person.reference}


def test_a_case_that_comes_later_is_a_refusal_from_the_start(runtime: Runtime) -> None:
    """Of somebody whose next touchpoint opens after they sent this one: it is made, counted, and queued by nobody."""
    person = factories.create_participant(runtime)
    say(runtime, person, NO)
    with factories.operator(runtime).writing() as work:
        here = participants.participant(work.session, person.id, work.today(runtime.study(factories.STUDY)))
        assert here is not None
        assert here.declined_contact_at is not None
        study = runtime.study(factories.STUDY)
        touchpoint, days = scheduling.windows(study, runtime.zone(study), here, {}, {1: work.today(study)})[-1]
        made = scheduling.new_case(
            touchpoint, days, here, work.now, runtime.zone(study), scheduling.LateChoice.CLOSED, again=True
        )
    assert made.touchpoint == 2
    assert made.disposition is Disposition.REFUSAL


def test_the_receipt_promises_what_the_next_case_says(asking: Runtime, person: Participant, clock: Clock) -> None:
    say(asking, person, YES)
    who = factories.by_link(asking, person)
    zone = asking.zone(asking.study(factories.STUDY))
    opens = (clock() + dt.timedelta(days=10)).astimezone(zone).date()
    next_time = survey_session.asked_again(asking, survey_session.visit(asking, who))
    assert next_time == survey_session.NextTime(opens, come=False)
    clock.forward(days=11)
    assert survey_session.asked_again(asking, survey_session.visit(asking, who)) == survey_session.NextTime(opens, True)
    say(asking, person, NO)
    assert survey_session.asked_again(asking, survey_session.visit(asking, who)) is None


def test_who_stopped_is_not_brought_back_by_a_yes(asking: Runtime, person: Participant, clock: Clock) -> None:
    say(asking, person, NO)
    with factories.operator(asking).writing() as work:
        stopping.stop(work, person, LeavingReason.NOT_SAID)
        study = asking.study(factories.STUDY)
        given = said_of_consent.last_said(work.session, person.id)["recontact"]
        clock.forward(minutes=1)
        later = dataclasses.replace(given, given=True, recorded_at=clock())
        consents.record(work, study, person, [later], Mode.PHONE)
        consents.follow(work, study, person)
    assert set(standing(asking, person).values()) == {CaseState.REFUSED}


def test_what_was_said_before_it_was_stored_is_done_when_tables_are_brought_up_to_date(
    asking: Runtime, person: Participant, staff: Staff, clock: Clock
) -> None:
    say(asking, person, NO)
    willing = create_reachable(asking, Contact(name="Bo Li", phone="07700 900143"))
    say(asking, willing, NO)
    clock.forward(minutes=1)
    say(asking, willing, YES)
    with factories.operator(asking).writing() as work:
        participants.set_declined_contact(work.session, person.id, None)
        for case in cases.cases_of(work.session, person.id):
            cases.set_disposition(work.session, case, Disposition.UNKNOWN)
            stands.set_stand(
                work.session, case.id, dataclasses.replace(stands.stored(work.session, case.id), held_back=None)
            )
    assert called(asking, staff) == {person.reference, willing.reference}
    assert working_out.work_out_older(factories.operator(asking)) == 1
    assert standing(asking, person)[2] is CaseState.REFUSED
    assert called(asking, staff) == {willing.reference}
    assert working_out.work_out_older(factories.operator(asking)) == 0


def test_whoever_does_not_take_part_is_left_alone_where_nothing_else_is_asked(asking: Runtime, staff: Staff) -> None:
    """A study that does not ask whether somebody may be contacted again."""
    study = asking.study(factories.STUDY)
    only = dataclasses.replace(study, consent=study.required_purposes)
    plain = dataclasses.replace(asking, studies={**asking.studies, factories.STUDY: only})
    person = create_reachable(plain, Contact(name="Amara Nowak", phone="07700 900142"))
    assert called(plain, staff) == {person.reference}
    say(plain, person, {})
    assert called(plain, staff) == set()
    assert standing(plain, person)[2] is CaseState.REFUSED
    assert standing(plain, person)[1] in ANSWERABLE, "they can change their mind"
    say(plain, person, {"take_part": True})
    assert called(plain, staff) == {person.reference}
    assert standing(plain, person)[2] is not CaseState.REFUSED


def test_the_hold_says_why(asking: Runtime, person: Participant) -> None:
    say(asking, person, NO)
    with factories.operator(asking).reading() as work:
        first = cases.cases_of(work.session, person.id)[0]
        assert stands.stored(work.session, first.id).held_back is CallHold.NOT_AGAIN


def test_who_gets_in_touch_is_called_again(asking: Runtime, person: Participant, staff: Staff, clock: Clock) -> None:
    say(asking, person, NO)
    clock.forward(days=11)
    deciding.take_up(asking, factories.by_interviewer(staff, person, 2), in_touch=True)
    assert called(asking, staff) == {person.reference}


def test_what_somebody_else_said_by_their_link_is_not_theirs(
    asking: Runtime, person: Participant, staff: Staff, clock: Clock
) -> None:
    """Whoever opened the link first said no: with their consent goes what followed from it."""
    say(asking, person, NO)
    assert standing(asking, person)[2] is CaseState.REFUSED
    supervisor = Desk(asking, factories.create_staff(asking, Role.MANAGER))
    pins.read_out(supervisor, factories.STUDY, person.reference, [IdentityFact.NAME, IdentityFact.PHONE], taken=True)
    assert standing(asking, person)[2] is CaseState.SCHEDULED
    assert called(asking, staff) == {person.reference}
