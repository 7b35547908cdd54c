"""Within a call somebody goes on by themselves, and back: on both databases."""

from __future__ import annotations

import dataclasses
import uuid

import pytest

from surveyapp.domain.answers import Mode
from surveyapp.domain.errors import HeldByAnother, InputRefused, NotPermitted
from surveyapp.domain.fieldwork.cases import AccessKind, Disposition, Outcome
from surveyapp.domain.staff import Role
from surveyapp.services.fieldwork import attempts, calls, interview, switching
from surveyapp.services.participants import links
from surveyapp.services.responses import answering, survey_session
from surveyapp.services.runtime import Runtime
from surveyapp.store import cases
from tests import factories
from tests.integration.test_answering import walk_to
from tests.interviewer import create_reachable

AGREED = {"take_part": True}


def test_what_they_send_by_themselves_completes_the_case_and_closes_the_call(runtime: Runtime) -> None:
    person = create_reachable(runtime)
    me = factories.create_staff(runtime, Role.INTERVIEWER)
    who = factories.by_interviewer(me, person)
    calls.open_case(runtime, who)
    before = answering.give_consent(runtime, who, AGREED)
    switched = switching.hand_over(runtime, who, AccessKind.CODE)
    assert switched.given.code is not None
    here = calls.opened_case(runtime, who).visit
    assert (here.case.on_their_own_since, here.case.on_their_own_of) == (runtime.clock(), me.id)
    assert here.response == before.response
    they = factories.known_by(runtime, factories.create_link(runtime, person))
    assert links.open_code(runtime, switched.given.code)
    walk_to(runtime, they, None, {})
    answering.submit(runtime, they)
    with runtime.database.reading() as session:
        case = cases.cases_of(session, person.id)[0]
        (attempt,) = cases.attempts_of(session, case.id)
        assert cases.lease_of(session, case.id) is None
    assert (case.disposition, case.on_their_own_since) == (Disposition.COMPLETE, None)
    assert (attempt.outcome, attempt.mode, attempt.staff_id) == (Outcome.COMPLETED, Mode.SELF, me.id)


def test_back_again_and_ended_otherwise_the_call_is_the_interviewers(runtime: Runtime) -> None:
    person = create_reachable(runtime)
    me, colleague = factories.create_staff(runtime, Role.INTERVIEWER), factories.create_staff(runtime, Role.INTERVIEWER)
    who = factories.by_interviewer(me, person)
    calls.open_case(runtime, who)
    with pytest.raises(HeldByAnother):
        switching.hand_over(runtime, factories.by_interviewer(colleague, person), AccessKind.LINK)
    with pytest.raises(NotPermitted):
        switching.hand_over(
            runtime, factories.by_interviewer(factories.create_staff(runtime, Role.EVALUATOR), person), AccessKind.LINK
        )
    switching.hand_over(runtime, who, AccessKind.LINK)
    switching.take_back(runtime, who)
    assert survey_session.visit(runtime, who).case.on_their_own_since is None
    switching.hand_over(runtime, who, AccessKind.LINK)
    attempt_id = uuid.uuid4()
    attempts.record_attempt(runtime, who, Outcome.BROKEN_OFF, attempt_id)
    assert survey_session.visit(runtime, who).case.on_their_own_since is None
    attempts.undo(runtime, who, attempt_id)
    assert survey_session.visit(runtime, who).case.on_their_own_of == me.id


def test_somebody_answers_for_them_where_the_study_says_who_may(runtime: Runtime) -> None:
    """Each answer says so, and so does what is held of the person."""
    person = create_reachable(runtime)
    me = factories.create_staff(runtime, Role.INTERVIEWER)
    who = factories.by_interviewer(me, person, mode=Mode.PROXY)
    calls.open_case(runtime, who)
    for proxy in ("relative", ""):
        with pytest.raises(InputRefused) as refused:
            interview.begin(runtime, who, proxy)
        assert refused.value.field == "proxy"
    allowed = dataclasses.replace(runtime.studies[factories.STUDY], proxies={"relative": "A relative"})
    runtime = dataclasses.replace(runtime, studies={**runtime.studies, factories.STUDY: allowed}, _studies_in={})
    interview.begin(runtime, who, "relative")
    visit = answering.give_consent(runtime, who, AGREED)
    walk_to(runtime, who, "hopes", {})
    visit = survey_session.visit(runtime, who)
    assert visit.case.proxy == "relative"
    assert {each.mode for each in (visit.given or {}).values()} == {Mode.PROXY}
