"""While a touchpoint is paused no window of it ends, whoever asks: what counts, keeps, releases or opens by it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import re

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import aliased

from surveyapp.domain.fieldwork.cases import LINK_DAYS_AFTER_CLOSING, Case, CaseState, access_expiry
from surveyapp.domain.fieldwork.standing import Standing
from surveyapp.domain.instrument.consent.retention import KeepUntil, RetentionRule
from surveyapp.domain.participants import Participant
from surveyapp.domain.privacy.retention import KeptThing
from surveyapp.domain.progress.standing import FATES
from surveyapp.domain.staff import Role
from surveyapp.services.mending import touchpoints
from surveyapp.services.participants import roster
from surveyapp.services.privacy import retention
from surveyapp.services.progress import standing
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.settings import ROOT
from surveyapp.store import cases, releases, windows
from surveyapp.store.tables import CaseRow, ParticipantRow
from tests import factories
from tests.conftest import Clock
from tests.integration.test_who_answered import counts, hand_in, shown
from tests.interviewer import create_reachable
from tests.phone import Phone

STUDY = factories.STUDY
KEY = ("backfill", 1)
DAY = dt.timedelta(days=1)

CHOOSES = {
    "domain/fieldwork/cases.py",
    "domain/fieldwork/touchpoint_changes.py",
    "services/cases/scheduling.py",
    "services/mending/people.py",
    "services/questionnaires/preview.py",
    "services/sending/calendar.py",
    "services/sending/wording.py",
    "store/cases.py",
    "store/enrolment.py",
    "store/mending/touchpoints.py",
    "store/privacy/retention.py",
    "store/roster.py",
    "store/tables/fieldwork.py",
    "store/windows.py",
    "web/manager/templates/manager/list_decide.html",
    "web/manager/templates/manager/replan.html",
}
"""Where a case's `closes_at` is planned, moved or kept as it was, and what a message would say once it goes on."""

NARROWED = {"store/calling/called.py", "store/progress/waiting.py"}
"""Queries that leave out whoever is paused, and ask of the rest alone when they close."""


def test_whoever_asks_when_a_case_ends_asks_what_counts_now() -> None:
    """`closes_at` is what was planned. That a pause holds it open is in `ends_at`, and nowhere else to be forgotten."""
    package = ROOT / "surveyapp"
    asks = re.compile(r"\b(case|CaseRow|of|facts\.case|visit\.case|here\.case|before\.case)\.closes_at\b")
    read = {
        str(path.relative_to(package))
        for pattern in ("*.py", "*.html")
        for path in package.rglob(pattern)
        if asks.search(path.read_text(encoding="utf-8"))
    }
    assert read - CHOOSES == NARROWED
    for name in NARROWED:
        assert "not_paused(" in (package / name).read_text(encoding="utf-8")


@pytest.fixture
def desk(runtime: Runtime) -> Desk:
    return factories.operator(runtime)


def do(desk: Desk, act: str, days: int = 0) -> None:
    touchpoints.change(desk, STUDY, *KEY, {"act": act, "days": str(days)})


def case_of(runtime: Runtime, person: Participant) -> Case:
    with runtime.database.reading() as session:
        return cases.cases_of(session, person.id)[0]


@pytest.mark.both_databases
def test_the_database_reckons_when_a_case_ends_as_the_domain_does(runtime: Runtime, desk: Desk, clock: Clock) -> None:
    later = aliased(CaseRow)
    closes = (None, clock() - DAY, clock(), clock() + DAY)
    for group, closes_at in itertools.product(("backfill", "employee"), closes):
        person = factories.create_participant(runtime, group=group)
        with runtime.database.writing() as session:
            which = update(CaseRow).where(CaseRow.participant_id == person.id)
            session.execute(which.values(closes_at=closes_at, opens_at=clock() - 2 * DAY))
    do(desk, "pause")
    clock.forward(days=2)
    with runtime.database.reading() as session:
        for of in (CaseRow, later):
            query = select(of, windows.ends_at(of)).join(ParticipantRow, ParticipantRow.id == of.participant_id)
            found = [(cases.case_in(row), ends) for row, ends in session.execute(query)]
            assert [ends for _, ends in found] == [case.ends_at for case, _ in found]
            assert sum(case.ends_at != case.closes_at for case, _ in found) == 1, "what was open when the pause began"


@pytest.mark.both_databases
def test_whoever_is_paused_counts_as_open_until_it_goes_on(runtime: Runtime, desk: Desk, clock: Clock) -> None:
    people = [factories.create_participant(runtime) for _ in range(3)]
    hand_in(runtime, people[0])

    def told() -> dict[str, int]:
        whole = standing.standing(desk, STUDY, "").whole
        return {
            name: count
            for name in FATES
            if (count := sum(getattr(row.counts, name) for row in whole if row.touchpoint.key == KEY))
        }

    def who() -> dict[str, int | None]:
        return {name: count for name, count in shown(counts(desk)).items() if name in {each.value for each in Standing}}

    assert (told(), who()) == ({"complete": 1, "open": 2}, {"answered": 1, "open": 2})
    do(desk, "pause")
    clock.forward(days=90)
    assert case_of(runtime, people[1]).state(clock(), None) is CaseState.PAUSED
    assert (told(), who()) == ({"complete": 1, "open": 2}, {"answered": 1, "open": 2})
    do(desk, "resume")
    assert (told(), who()) == ({"complete": 1, "unknown": 2}, {"answered": 1, "closed": 2}), "no days were given back"


@pytest.mark.both_databases
def test_a_touchpoint_that_is_paused_collects(runtime: Runtime, desk: Desk, clock: Clock) -> None:
    waiting, sent = (factories.create_participant(runtime) for _ in range(2))
    hand_in(runtime, sent)
    do(desk, "pause")
    clock.forward(days=90)
    with runtime.database.reading() as session:
        assert releases.collecting_facts(session, factories.everyone(runtime)).cases[KEY].open_ended
    do(desk, "resume", 90)
    with runtime.database.reading() as session:
        so_far = releases.collecting_facts(session, factories.everyone(runtime)).cases[KEY]
    assert (so_far.open_ended, so_far.last_end) == (False, case_of(runtime, waiting).closes_at)


@pytest.mark.both_databases
def test_contacts_of_whoever_is_paused_are_kept_as_long_as_of_whose_case_does_not_close(
    runtime: Runtime, clock: Clock
) -> None:
    ends = clock().date() + 300 * DAY
    rule = RetentionRule(
        study_ends=ends,
        contacts=KeepUntil(touchpoint=1, days=10),
        words=KeepUntil(days=30),
        answers=KeepUntil(days=90),
    )
    study = dataclasses.replace(runtime.study(STUDY), retention=rule)
    runtime = dataclasses.replace(runtime, studies={**runtime.studies, study.id: study})
    desk = factories.operator(runtime)
    person = create_reachable(runtime)

    def until() -> dt.date:
        with desk.reading() as work:
            return retention.person_until(work, study, person.id)[KeptThing.CONTACTS]

    planned = until()
    assert planned < ends
    do(desk, "pause")
    clock.forward(days=120)
    assert until() == ends + 10 * DAY
    assert retention.run(desk, STUDY) == {}
    do(desk, "resume", 120)
    assert until() == planned + 120 * DAY, "by the day on which it closes now"
    do(desk, "pause")
    clock.forward(days=200)
    assert retention.run(desk, STUDY) == {KeptThing.CONTACTS: 1}, "nothing is kept without an end"


def test_a_link_opens_what_is_paused_however_long(runtime: Runtime, desk: Desk, clock: Clock) -> None:
    person = create_reachable(runtime)
    link = factories.create_link(runtime, person)
    do(desk, "pause")
    clock.forward(days=60 + LINK_DAYS_AFTER_CLOSING + 30)
    phone = Phone(runtime)
    assert "These questions are paused" in phone.open(link).words
    manager = Desk(runtime, factories.create_staff(runtime, Role.MANAGER))
    there = roster.person(manager, STUDY, person.reference).cases[0]
    assert there.accesses == there.live
    do(desk, "resume", 60 + LINK_DAYS_AFTER_CLOSING + 30)
    assert Phone(runtime).agree(link)
    zone = runtime.zone(runtime.study(STUDY))
    there = roster.person(manager, STUDY, person.reference).cases[0]
    assert there.case is not None
    assert {each.expires_at for each in there.accesses} == {access_expiry(there.case, zone)}


def test_a_link_ends_with_what_is_not_given_back(runtime: Runtime, desk: Desk, clock: Clock) -> None:
    link = factories.create_link(runtime, create_reachable(runtime))
    do(desk, "pause")
    clock.forward(days=60 + LINK_DAYS_AFTER_CLOSING + 30)
    do(desk, "resume")
    assert "This link no longer works" in Phone(runtime).open(link).words
