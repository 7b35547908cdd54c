"""A day on the spot: who is on its list, the tablet handed over and taken back, on both databases."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from typing import Any

import pytest

from surveyapp.domain.audit import AuditAction, ByLink
from surveyapp.domain.entry.doors import Familiarity
from surveyapp.domain.errors import (
    AccessRefused,
    FieldsRefused,
    HeldByAnother,
    InputRefused,
    NoSpotDay,
    NotFound,
    NotPermitted,
    StateRefused,
)
from surveyapp.domain.fieldwork.cases import Disposition, Outcome
from surveyapp.domain.participants import Contact, Participant, Site
from surveyapp.domain.staff import Grant, Role, Staff
from surveyapp.domain.web_sessions import SessionStanding, WebSession
from surveyapp.services.fieldwork import calls, spot_days, tablets
from surveyapp.services.fieldwork.spot_days import SpotChoice
from surveyapp.services.participants import contacts, links
from surveyapp.services.responses import answering
from surveyapp.services.runtime import Runtime
from surveyapp.services.security import sessions
from surveyapp.services.work import Desk
from surveyapp.store import cases, participants
from surveyapp.store.entry import accesses
from surveyapp.store.security import audit, web_sessions
from tests import factories
from tests.conftest import Clock
from tests.integration.test_answering import walk_to

PIN = "482913"
CHOSEN = SpotChoice(group="backfill", touchpoint=1, pin=PIN)
AGREED = {"take_part": True}


class Seat:
    """Somebody of staff with a browser of theirs."""

    def __init__(self, runtime: Runtime, *roles: Role, staff: Staff | None = None) -> None:
        self.runtime = runtime
        self.staff = staff or factories.create_staff(runtime, *(roles or (Role.INTERVIEWER,)))
        self.desk = Desk(runtime, self.staff)
        with self.desk.writing() as work:
            self._begun = sessions.begin_staff(work, self.staff, sessions.Browser())
        self.token = self._begun.token

    @property
    def session(self) -> WebSession:
        """As it is now."""
        with self.runtime.database.reading() as session:
            found = web_sessions.by_digest(session, self.runtime.keyring.digests("session", self.token))
        assert found is not None
        return found

    def begin(self, chosen: SpotChoice = CHOSEN) -> Seat:
        spot_days.begin(self.desk, self.session, factories.STUDY, chosen)
        return self

    def people(self) -> spot_days.SpotList:
        return spot_days.people(self.desk, self.session, factories.STUDY)

    def hand_over(self, reference: str) -> str:
        return tablets.hand_over(self.desk, self.session, factories.STUDY, reference)

    def take_back(self, pin: str = PIN) -> None:
        tablets.take_back(self.desk, self.session, pin)

    def who(self, link: str) -> ByLink:
        """Whoever the tablet was handed to, once they are in by the link."""
        return factories.known_by(self.runtime, link)


def named(runtime: Runtime, name: str, **more: object) -> Participant:
    person = factories.create_participant(runtime, **more)
    with factories.operator(runtime).writing() as work:
        contacts.write(work, person, Contact(name=name, phone="024 7655 0000"))
    return person


def site(runtime: Runtime, reference: str) -> Site:
    with runtime.database.writing() as session:
        return participants.add_site(session, factories.STUDY, reference, f"Site {reference}", {}, dt.date(2026, 1, 1))


def actions(runtime: Runtime) -> list[AuditAction]:
    with runtime.database.reading() as session:
        return [entry.action for entry in audit.entries(session)]


def names(found: tuple[spot_days.SpotPerson, ...]) -> list[str]:
    return [each.called for each in found]


@pytest.mark.both_databases
def test_the_list_has_who_may_answer_there_today_by_name(runtime: Runtime, clock: Clock) -> None:
    ford, other = site(runtime, "F1"), site(runtime, "F2")
    named(runtime, "Zoe Adams", site=ford)
    amara = named(runtime, "Amara Nowak", site=ford)
    factories.create_participant(runtime, reference="BF-0900", site=ford)
    named(runtime, "Elsewhere", site=other)
    seat = Seat(runtime).begin(dataclasses.replace(CHOSEN, sites=[ford.id]))
    assert names(seat.people().expected) == ["Amara Nowak", "Zoe Adams", "BF-0900"]
    spot_days.mark(seat.desk, seat.session, factories.STUDY, amara.reference, here=True)
    spot_days.mark(seat.desk, seat.session, factories.STUDY, amara.reference, here=True)
    listed = seat.people()
    assert (names(listed.here), names(listed.expected)) == (["Amara Nowak"], ["Zoe Adams", "BF-0900"])
    assert listed.next is not None
    assert listed.next.reference == amara.reference
    assert actions(runtime).count(AuditAction.ARRIVAL_MARKED) == 1
    # A colleague on the spot sees who has come; tomorrow nobody has.
    colleague = Seat(runtime, Role.MANAGER).begin(dataclasses.replace(CHOSEN, sites=[ford.id, other.id]))
    assert names(colleague.people().here) == ["Amara Nowak"]
    spot_days.mark(seat.desk, seat.session, factories.STUDY, amara.reference, here=False)
    assert not colleague.people().here
    clock.forward(hours=13)
    tomorrow = Seat(runtime, staff=seat.staff)
    with pytest.raises(NoSpotDay):
        tomorrow.people()


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"touchpoint": 9}, ["touchpoint"]),
        ({"group": "nobody"}, ["touchpoint"]),
        ({"sites": []}, ["sites"]),
        ({"sites": [uuid.uuid4()]}, ["sites"]),
        ({"pin": "12"}, ["pin"]),
        ({"pin": "123456"}, ["pin"]),
        ({"pin": "", "sites": [], "touchpoint": 0}, ["sites", "touchpoint", "pin"]),
    ],
)
def test_a_day_that_cannot_begin_says_all_that_is_missing(
    runtime: Runtime, wrong: dict[str, Any], fields: list[str]
) -> None:
    chosen = dataclasses.replace(CHOSEN, **{"sites": [site(runtime, "F1").id]} | wrong)
    seat = Seat(runtime)
    with pytest.raises(FieldsRefused) as refused:
        seat.begin(chosen)
    assert [fault.field for fault in refused.value.faults] == fields
    with pytest.raises(NoSpotDay):
        seat.people()


def test_whoever_works_at_some_sites_sees_these_alone(runtime: Runtime) -> None:
    ford, other = site(runtime, "F1"), site(runtime, "F2")
    mine, theirs = named(runtime, "Mine", site=ford), named(runtime, "Theirs", site=other)
    local = factories.create_staff(runtime)
    local = dataclasses.replace(local, grants=(Grant(Role.INTERVIEWER, factories.STUDY, ford.id),))
    seat = Seat(runtime, staff=local)
    assert [each.id for each in spot_days.places(seat.desk, factories.STUDY).sites] == [ford.id]
    seat.begin(dataclasses.replace(CHOSEN, sites=[ford.id, other.id]))
    assert names(seat.people().expected) == ["Mine"]
    for act in (
        lambda: spot_days.mark(seat.desk, seat.session, factories.STUDY, theirs.reference, here=True),
        lambda: seat.hand_over(theirs.reference),
    ):
        with pytest.raises(NotFound):
            act()
    assert seat.hand_over(mine.reference).startswith("/s/")
    with pytest.raises(NotPermitted):
        Seat(runtime, Role.EVALUATOR).begin()


def test_handed_over_they_answer_by_themselves_and_it_is_taken_back(runtime: Runtime, clock: Clock) -> None:
    person = named(runtime, "Amara Nowak")
    seat = Seat(runtime).begin()
    link = seat.hand_over(person.reference)
    assert seat.session.lent
    with pytest.raises(StateRefused):
        seat.hand_over(person.reference)
    # For hours: the idle clock stands still, and the hold does not lapse.
    clock.forward(hours=3)
    assert seat.session.standing(clock()) is SessionStanding.ALIVE
    colleague = Seat(runtime).begin()
    (line,) = colleague.people().here
    assert line.lease is not None
    assert not line.waits
    with pytest.raises(HeldByAnother):
        colleague.hand_over(person.reference)
    they = seat.who(link)
    answering.give_consent(runtime, they, AGREED)
    walk_to(runtime, they, None, {})
    answering.submit(runtime, they)
    seat.take_back()
    assert not seat.session.lent
    assert seat.session.seen_at == clock()
    with pytest.raises(AccessRefused):
        links.open_link(runtime, link.removeprefix("/s/"))
    with runtime.database.reading() as session:
        case = cases.cases_of(session, person.id)[0]
        (attempt,) = cases.attempts_of(session, case.id)
        assert cases.lease_of(session, case.id) is None
        assert not accesses.accesses_of(session, case.id)
    assert (case.disposition, case.on_their_own_of) == (Disposition.COMPLETE, None)
    assert (attempt.outcome, attempt.staff_id) == (Outcome.COMPLETED, seat.staff.id)
    assert names(seat.people().sent) == ["Amara Nowak"]
    assert {AuditAction.TABLET_HANDED_OVER, AuditAction.TABLET_TAKEN_BACK} <= set(actions(runtime))


def test_handed_over_again_on_the_same_tablet_they_go_on(runtime: Runtime) -> None:
    """On another it is asked who they are, like on any other browser."""
    person = named(runtime, "Amara Nowak")
    seat = Seat(runtime).begin()
    access_id = links.open_link(runtime, seat.hand_over(person.reference).removeprefix("/s/"))
    lent = tablets.lent(runtime, seat.token)
    assert lent is not None
    assert (lent.access_id, lent.began) == (access_id, False)
    begun = sessions.begin_participant(runtime, access_id, sessions.Browser(), lent=sessions.Lent(lent.began))
    assert begun.session.own_device is False
    they = ByLink(access_id=access_id, by=Familiarity.STRANGE, begins=begun.session.id)
    answering.give_consent(runtime, they, AGREED)
    answering.save_page(runtime, they, "heard_via", {"heard_via": ["job_shop"]}, uuid.uuid4())
    seat.take_back()
    assert tablets.lent(runtime, seat.token) is None
    (line,) = seat.people().here
    assert line.waits
    assert line.begun_here
    seat.hand_over(person.reference)
    again = tablets.lent(runtime, seat.token)
    assert again is not None
    assert again.began
    seat.take_back()
    another = Seat(runtime, staff=seat.staff).begin()
    another.hand_over(person.reference)
    elsewhere = tablets.lent(runtime, another.token)
    assert elsewhere is not None
    assert not elsewhere.began


def test_a_pin_is_tried_five_times_and_signing_in_takes_back_what_is_left(runtime: Runtime) -> None:
    person = named(runtime, "Amara Nowak")
    seat = Seat(runtime).begin()
    seat.hand_over(person.reference)
    with pytest.raises(InputRefused):
        seat.take_back("12")
    said = []
    for _try in range(6):
        with pytest.raises(InputRefused) as refused:
            seat.take_back("000001")
        said.append(refused.value.sentence.code)
    assert said == ["spot_pin_wrong"] * 4 + ["spot_pin_spent"] * 2
    with pytest.raises(InputRefused):
        seat.take_back()
    assert seat.session.lent
    tablets.leave(seat.desk, seat.session, seat.token)
    assert seat.session.standing(runtime.clock()) is SessionStanding.ENDED
    with runtime.database.reading() as session:
        case = cases.cases_of(session, person.id)[0]
        assert not accesses.accesses_of(session, case.id)
        assert (case.on_their_own_since, cases.lease_of(session, case.id)) == (None, None)
    assert actions(runtime).count(AuditAction.TABLET_REFUSED) == 5


def test_at_the_end_of_the_day_all_of_it_is_over(runtime: Runtime, clock: Clock) -> None:
    """Midnight in Coventry is an hour before it is in UTC; the session has lasted twelve hours before."""
    person, other = named(runtime, "Amara Nowak"), named(runtime, "Zoe Adams")
    clock.forward(hours=8)
    seat = Seat(runtime).begin()
    calls.open_case(runtime, factories.by_interviewer(seat.staff, other))
    link = seat.hand_over(person.reference)
    end = dt.datetime(2026, 6, 15, 23, tzinfo=dt.UTC)
    assert seat.session.ends_at == end
    with runtime.database.reading() as session:
        for each in (person, other):
            lease = cases.lease_of(session, cases.cases_of(session, each.id)[0].id)
            assert lease is not None
            assert lease.until == end
    clock.now = end
    assert seat.session.standing(clock()) is SessionStanding.EXPIRED
    assert tablets.lent(runtime, seat.token) is None
    with pytest.raises(AccessRefused):
        links.open_link(runtime, link.removeprefix("/s/"))
    Seat(runtime).begin()
    with runtime.database.reading() as session:
        assert not accesses.accesses_of(session, cases.cases_of(session, person.id)[0].id)


def test_taken_back_holds_last_as_long_as_ever(runtime: Runtime, clock: Clock) -> None:
    person, other = named(runtime, "Amara Nowak"), named(runtime, "Zoe Adams")
    seat = Seat(runtime).begin()
    calls.open_case(runtime, factories.by_interviewer(seat.staff, other))
    seat.hand_over(person.reference)
    clock.forward(hours=2)
    seat.take_back()
    with runtime.database.reading() as session:
        lease = cases.lease_of(session, cases.cases_of(session, other.id)[0].id)
    assert lease is not None
    assert lease.until == clock() + dt.timedelta(minutes=runtime.settings.hold_minutes)
    with pytest.raises(StateRefused):
        seat.take_back()
