"""Every page and file of results, and the command, before and after somebody leaves. What the store asks for them is
tried on both databases elsewhere; each of these, the costliest tests of pages there are, meets one."""

from __future__ import annotations

from sqlalchemy import select

from surveyapp.domain.staff import Action
from surveyapp.services.participants.identity import IdentityFact
from surveyapp.services.privacy import erasing
from surveyapp.services.runtime import Runtime
from surveyapp.services.simulation.making import simulate
from surveyapp.services.work import Desk
from surveyapp.store import participants
from surveyapp.store.tables import CaseRow, ParticipantRow, ResponseRow
from tests import factories
from tests.conftest import Clock
from tests.evaluators import Everything
from tests.integration.privacy.test_leaving import UNDONE, WITHDRAWN, record
from tests.integration.privacy.test_leaving import desk as desk
from tests.integration.test_who_answered import hand_in
from tests.interviewer import create_reachable
from tests.page import Client

OF_ANSWERS = frozenset({"", "/questions/backfill/1", "/questions/backfill/1.xlsx", "results"})
OF_PEOPLE = frozenset(
    f"/who{place}{end}" for place in ("", "/backfill", "/backfill/1") for end in ("", ".csv", ".xlsx")
)
"""Where it is said how many have withdrawn."""


def test_numbers_are_what_they_were_before_this_person_answered(runtime: Runtime, desk: Desk, client: Client) -> None:
    """Every page and file of results, and the command, in three states: of everybody else, with this person's
    answers, and after they withdrew. The first and the last say the same, but that somebody withdrew."""
    person = create_reachable(runtime)
    for _ in range(6):
        hand_in(runtime, factories.create_participant(runtime), recommend="very_likely")
    everything = Everything(runtime, client.raw.application)
    without = everything.read()
    hand_in(runtime, person, recommend="very_unlikely", heard_via="family")
    with_them = everything.read()
    record(desk, person, WITHDRAWN)
    after = everything.read()
    assert set(without) == set(with_them) == set(after)
    assert {place for place in without if without[place] != with_them[place]} > OF_ANSWERS
    assert {place for place in without if after[place] != without[place]} <= OF_PEOPLE
    assert {place for place in without if after[place] == with_them[place]} == {
        place for place in without if with_them[place] == without[place]
    }
    record(desk, person, UNDONE)
    assert everything.printed() == with_them["results"]


def test_simulated_people_leave_the_numbers_as_if_they_had_never_been(
    runtime: Runtime, desk: Desk, client: Client, clock: Clock
) -> None:
    """Withdrawn and erased come to the same numbers, whichever way somebody answered that was made up."""
    simulate(factories.operator(runtime), factories.STUDY, 60, 11)
    with runtime.database.reading() as session:
        query = select(ParticipantRow.reference).join(CaseRow).join(ResponseRow)
        sent = query.where(ParticipantRow.group_id == "backfill", ResponseRow.submitted_at.is_not(None))
        reference = session.scalars(sent.order_by(ParticipantRow.reference)).first()
        person = participants.participant_by_reference(
            session, desk.scope(Action.HANDLE_RIGHTS, factories.STUDY), str(reference), clock.now.date()
        )
    assert person is not None
    everything = Everything(runtime, client.raw.application)
    before = everything.read()
    record(desk, person, WITHDRAWN, frozenset({IdentityFact.SITE, IdentityFact.ENROLLED}))
    withdrawn = everything.read()
    assert {place for place in before if before[place] != withdrawn[place]} > OF_ANSWERS
    record(desk, person, UNDONE, frozenset({IdentityFact.SITE, IdentityFact.ENROLLED}))
    assert everything.printed() == before["results"]
    with factories.operator(runtime).writing() as work:
        erasing.erase(work, person)
    erased = everything.read()
    assert {place for place in before if withdrawn[place] != erased[place]} <= OF_PEOPLE
