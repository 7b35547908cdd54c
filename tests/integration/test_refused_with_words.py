"""Whatever an interviewer had written in a form that is refused is shown to them again, whyever it is refused."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import delete, update
from werkzeug.test import TestResponse

from surveyapp.domain.participants import Participant
from surveyapp.domain.privacy.leaving import LeavingReason, ParticipationChange
from surveyapp.domain.staff import Role
from surveyapp.services.fieldwork import calls
from surveyapp.services.participants.identity import IdentityFact
from surveyapp.services.privacy import leaving
from surveyapp.services.runtime import Runtime
from surveyapp.store.tables import ConsentRow, GrantRow
from tests import factories
from tests.interviewer import Interviewer, create_reachable
from tests.page import Client, Page

WORDS = "Her sister says: ring <after> eight, not before."
KNOWN = (IdentityFact.NAME, IdentityFact.PHONE)

Comes = Callable[[Runtime, Interviewer, Participant], None]


def taken_over(runtime: Runtime, interviewer: Interviewer, person: Participant) -> None:
    supervisor = factories.create_staff(runtime, Role.SUPERVISOR, email="sam@example.org")
    calls.open_case(runtime, factories.by_interviewer(supervisor, person), take_over=True)


def _left(change: ParticipationChange, why: LeavingReason) -> Comes:
    def leaves(runtime: Runtime, interviewer: Interviewer, person: Participant) -> None:
        leaving.record(factories.operator(runtime), person.study, person.reference, change, why, KNOWN)

    return leaves


def loses_the_right(runtime: Runtime, interviewer: Interviewer, person: Participant) -> None:
    with runtime.database.writing() as session:
        session.execute(delete(GrantRow).where(GrantRow.staff_id == interviewer.staff.id))


def consent_is_taken_back(runtime: Runtime, interviewer: Interviewer, person: Participant) -> None:
    with runtime.database.writing() as session:
        session.execute(update(ConsentRow).values(given=False))


COMES_BETWEEN: dict[str, Comes] = {
    "taken over": taken_over,
    "stopped": _left(ParticipationChange.STOPPED, LeavingReason.TIME),
    "died": _left(ParticipationChange.DIED, LeavingReason.DIED),
    "withdrew": _left(ParticipationChange.WITHDRAWN, LeavingReason.PRIVACY),
    "erased": _left(ParticipationChange.ERASED, LeavingReason.PRIVACY),
    "no right any more": loses_the_right,
    "no consent any more": consent_is_taken_back,
}

WRITTEN_IN = {
    "end": {"outcome": "callback", "mode": "phone", "agreed": "2026-12-24T10:30", "note": WORDS},
    "check": {"note": WORDS},
    "section": {"heard_via": "other", "heard_via_other_text": WORDS, "then": "next"},
}


@pytest.fixture
def person(runtime: Runtime) -> Participant:
    return create_reachable(runtime)


@pytest.fixture
def interviewer(client: Client, runtime: Runtime, person: Participant) -> Interviewer:
    at_work = Interviewer(client, runtime)
    at_work.open(person)
    at_work.start()
    return at_work


def forms(interviewer: Interviewer) -> dict[str, str]:
    """Every address of an interviewer's case that takes a form, by its endpoint."""
    _, _, study_id, reference, touchpoint = interviewer.case.split("/")
    values = {"study_id": study_id, "reference": reference, "touchpoint": int(touchpoint), "section_id": "start"}
    found = {}
    for rule in interviewer.client.raw.application.url_map.iter_rules():
        name = rule.endpoint.partition("interviewer.")[2]
        if name and name != "saves" and "POST" in (rule.methods or ()) and rule.arguments:
            built = rule.build(values)
            assert built is not None
            found[{"save": "section", "hand_in": "check"}.get(name, name)] = built[1].partition("?")[0]
    assert {"end", "check", "section"} <= set(found)
    return found


def shows(response: TestResponse) -> bool:
    return WORDS in Page(response.text).words


@pytest.mark.parametrize("comes", COMES_BETWEEN.values(), ids=COMES_BETWEEN)
def test_what_was_written_is_shown_again(
    runtime: Runtime, interviewer: Interviewer, person: Participant, comes: Comes
) -> None:
    addresses = forms(interviewer)
    token = interviewer.token()
    comes(runtime, interviewer, person)
    for name, address in addresses.items():
        written = WRITTEN_IN.get(name, {"note": WORDS})
        if comes is consent_is_taken_back and name not in ("check", "section"):
            continue
        form = {"csrf_token": token, "attempt_id": str(uuid.uuid4()), **written}
        refused = interviewer.client.post(f"{address}{interviewer.talk}", form)
        if name in WRITTEN_IN:
            assert refused.status_code in {403, 404, 409}, name
        if refused.status_code in {403, 404, 409}:
            assert shows(refused), (name, refused.status_code)
            assert "What you had written is not lost" in refused.text
            assert token not in Page(refused.text).words


def test_of_a_case_that_was_let_go_of_it_is_shown_again_too(runtime: Runtime, interviewer: Interviewer) -> None:
    interviewer.post(f"{interviewer.case}/release")
    refused = interviewer.end("callback", note=WORDS)
    assert refused.status_code == 422
    assert shows(refused)
    # Whoever goes on there is in the middle of a call, and nobody else has it.
    when = {"agreed": "2026-06-16T10:30", "note": WORDS}
    assert interviewer.end("callback", **when).location == "/interviews"


def test_a_closing_note_is_shown_again_where_something_is_still_to_answer(interviewer: Interviewer) -> None:
    refused = interviewer.post(f"{interviewer.case}/check{interviewer.talk}", {"note": WORDS})
    assert shows(refused)
    assert "There are questions still to answer" in refused.text
    assert interviewer.post(f"{interviewer.case}/check{interviewer.talk}", {"note": " "}).status_code == 302


def test_a_closing_note_is_shown_again_where_they_sent_it_themselves_meanwhile(
    runtime: Runtime, interviewer: Interviewer, person: Participant
) -> None:
    written = {"attempt_id": str(uuid.uuid4()), "note": WORDS}
    interviewer.finish()
    refused = interviewer.post(f"{interviewer.case}/check{interviewer.talk}", written)
    assert shows(refused)
    assert "handed in already" in refused.text


def test_the_same_closing_form_twice_is_the_same_as_once(runtime: Runtime, interviewer: Interviewer) -> None:
    written = {"attempt_id": str(uuid.uuid4()), "note": WORDS}
    interviewer.finish(closing=written)
    again = interviewer.post(f"{interviewer.case}/check{interviewer.talk}", written)
    assert again.location == "/interviews"


def test_one_word_of_a_note_is_shown_again(runtime: Runtime, interviewer: Interviewer, person: Participant) -> None:
    taken_over(runtime, interviewer, person)
    refused = interviewer.end("answerphone", note="asleep")
    assert "asleep" in Page(refused.text).said("blockquote")


def test_words_of_a_supervisor_that_are_refused_are_shown_again(client: Client, runtime: Runtime) -> None:
    """On every page where staff work but those of their own account."""
    person = create_reachable(runtime)
    manager = Interviewer(client, runtime, Role.MANAGER)
    address = f"/manage/job_rotation/participants/{person.reference}/contact"
    token = manager.token()
    _left(ParticipationChange.ERASED, LeavingReason.PRIVACY)(runtime, manager, person)
    assert shows(manager.client.post(address, {"csrf_token": token, "times": WORDS}))
