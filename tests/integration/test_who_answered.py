"""Who could be asked and who answered, counted by each database; and what no cohort should come to."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import uuid
from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import update

from surveyapp.domain.answers import Codes, Mode
from surveyapp.domain.errors import NotFound, NotPermitted
from surveyapp.domain.fieldwork.cases import Case, Disposition
from surveyapp.domain.fieldwork.standing import COULD_BE_ASKED, Standing, standing_of
from surveyapp.domain.participants import Participant
from surveyapp.domain.privacy.leaving import REASONS, ParticipationChange
from surveyapp.domain.progress.standing import MOST_CALLS, CaseKind, fate_of
from surveyapp.domain.responses import NewSave, Response, ResponseState
from surveyapp.domain.results import ResponseCounts, TouchpointPeople
from surveyapp.domain.staff import Role
from surveyapp.services.cases import scheduling
from surveyapp.services.mending import people as mending
from surveyapp.services.mending import touchpoints
from surveyapp.services.participants.identity import IdentityFact
from surveyapp.services.privacy import leaving
from surveyapp.services.progress import standing as progress_page
from surveyapp.services.results import response
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import cases, participants, responses
from surveyapp.store.database import new_id
from surveyapp.store.progress import cases as progress
from surveyapp.store.progress import response_counts
from surveyapp.store.tables import CaseRow, ParticipantRow
from tests import factories
from tests.conftest import Clock
from tests.interviewer import create_reachable


@pytest.fixture
def desk(runtime: Runtime) -> Desk:
    return factories.operator(runtime)


def case_of(runtime: Runtime, person: Participant, touchpoint: int = 1) -> Case:
    with runtime.database.reading() as session:
        return next(each for each in cases.cases_of(session, person.id) if each.touchpoint == touchpoint)


def hand_in(runtime: Runtime, person: Participant, *modes: Mode, touchpoint: int = 1, **codes: str) -> None:
    """A response with a save in each of these modes, in order, and what follows from handing it in."""
    with factories.operator(runtime).writing() as work:
        case = next(each for each in cases.cases_of(work.session, person.id) if each.touchpoint == touchpoint)
        begun = Response(
            id=new_id(),
            case_id=case.id,
            questionnaire=f"{person.group}_{touchpoint}",
            version=1,
            state=ResponseState.STARTED,
            revision=0,
            seed=1,
            started_at=work.now,
        )
        responses.add_response(work.session, begun)
        given = {key.replace("__", "@"): Codes((code,)) for key, code in codes.items()}
        for mode in modes or (Mode.PHONE,):
            current = responses.response_of(work.session, case.id)
            assert current is not None
            save = NewSave(
                id=uuid.uuid4(),
                section="any",
                language="en",
                mode=mode,
                by=None,
                client_at=None,
                recorded_at=work.now,
                payload_hash=uuid.uuid4().hex,
            )
            saved = responses.record_save(work.session, current, save, given)
            responses.replace_answers(work.session, begun.id, saved, given, {})
            work.session.expire_all()
        responses.submit(work.session, begun.id, work.now)
        work.session.flush()
        scheduling.plan_cases(work, person)


def dispose(runtime: Runtime, person: Participant, disposition: Disposition, touchpoint: int = 1) -> None:
    with runtime.database.writing() as session:
        cases.set_disposition(session, case_of(runtime, person, touchpoint), disposition)


def withdraw(runtime: Runtime, person: Participant) -> None:
    with runtime.database.writing() as session:
        participants.withdraw(session, person.id, runtime.clock())


def counts(desk: Desk, group: str = "backfill", touchpoint: int = 1) -> ResponseCounts:
    told = response.group(desk, factories.STUDY, group)
    return next(each for each in told.response if (each.touchpoint, each.by) == (touchpoint, "")).rows[0]


def shown(row: ResponseCounts) -> dict[str, int | None]:
    """What is not nothing."""
    names = ("cases", "could_be_asked", *(each.value for each in Standing))
    return {name: cell.count for name in names if (cell := getattr(row, name)).count}


def kind_of(case: Case, standing: Standing, mode: Mode | None, calls: int, declined: bool) -> CaseKind:
    """What a page of standing tells apart of a case, by the plain rule."""
    phone = standing is Standing.ANSWERED and mode is Mode.PHONE
    return CaseKind(
        standing=standing,
        fate=fate_of(standing, case.disposition) if standing in COULD_BE_ASKED else None,
        declined=standing is Standing.REFUSED and declined,
        mode=mode if standing is Standing.ANSWERED else None,
        calls=min(calls, MOST_CALLS) if phone else 0,
    )


@pytest.mark.parametrize("paused", [None, 1, 90])
def test_the_database_reckons_a_cases_standing_as_the_domain_does(
    runtime: Runtime, clock: Clock, paused: int | None
) -> None:
    """Every state that a case can be in, by every disposition, response and day: the two rules are held together; so
    they are while it is paused, from before its window ended or from after it (`paused`: days)."""
    people = []
    modes = itertools.cycle((Mode.PHONE, *Mode))
    each_of = itertools.product(Disposition, (None, "begun", "in"), (False, True))
    for number, (disposition, answered, withdrawn) in enumerate(each_of):
        person, mode = factories.create_participant(runtime), None
        if answered == "in":
            mode = next(modes)
            hand_in(runtime, person, Mode.SELF, mode)
        elif answered == "begun":
            with runtime.database.writing() as session:
                responses.add_response(
                    session,
                    Response(
                        id=new_id(),
                        case_id=case_of(runtime, person).id,
                        questionnaire="backfill_1",
                        version=1,
                        state=ResponseState.STARTED,
                        revision=0,
                        seed=1,
                        started_at=runtime.clock(),
                    ),
                )
        dispose(runtime, person, disposition)
        if withdrawn:
            withdraw(runtime, person)
        calls, declined = number % (MOST_CALLS + 3), number % 3 == 0
        with runtime.database.writing() as session:
            own = case_of(runtime, person)
            session.execute(update(CaseRow).where(CaseRow.id == own.id).values(calls=calls))
            session.execute(
                update(ParticipantRow)
                .where(ParticipantRow.id == person.id)
                .values(declined_contact_at=runtime.clock() if declined else None)
            )
        state = {"in": ResponseState.SUBMITTED, "begun": ResponseState.STARTED}.get(answered or "")
        people.append((person, state, withdrawn, (mode, calls, declined)))
    if paused is not None:
        clock.forward(days=paused)
        where = (factories.STUDY, "backfill", 1)
        touchpoints.change(factories.operator(runtime), *where, {"act": "pause"})
    people = [(case_of(runtime, person), *rest) for person, *rest in people]
    moments = {case.opens_at for case, *_ in people} | {case.closes_at for case, *_ in people}
    checked: set[Standing] = set()
    for moment in sorted(moment for moment in moments if moment is not None):
        for now in (moment - dt.timedelta(seconds=1), moment):
            by_domain = Counter(
                standing_of(case, case.state(now, state, withdrawn), now) for case, state, withdrawn, _ in people
            )
            with runtime.database.reading() as session:
                found = response_counts.case_counts(session, factories.everyone(runtime), "backfill", {}, now)
            by_database: Counter[Standing] = Counter()
            for each in found:
                if each.touchpoint == 1:
                    by_database[each.standing] += each.people
            assert by_database == by_domain
            checked |= set(by_domain)
            kinds = Counter(
                kind_of(case, standing_of(case, case.state(now, state, withdrawn), now), *more)
                for case, state, withdrawn, more in people
            )
            with runtime.database.reading() as session:
                alike = progress.tallies(session, factories.everyone(runtime), now)
            assert {each.kind: each.people for each in alike if each.touchpoint == 1} == kinds
    assert checked == set(Standing)
    assert (paused == 1) == all(case.ends_at is None for case, *_ in people)


def test_cases_of_any_touchpoint_a_study_can_have_are_counted_by_letters(runtime: Runtime, clock: Clock) -> None:
    person = factories.create_participant(runtime)
    # Where letters get longer, where there are numbers that are no character, and the last that a file may name.
    numbers = [4, 5, 999, 1000, 1177, 1201, 1999, 2000, 9998, 9999]
    with runtime.database.writing() as session:
        for number in numbers:
            cases.add_case(
                session, dataclasses.replace(case_of(runtime, person), id=new_id(), touchpoint=number, closes_at=None)
            )
    with runtime.database.reading() as session:
        alike = progress.tallies(session, factories.everyone(runtime), clock())
    kind = CaseKind(standing=Standing.OPEN, fate="open")
    found = {each.touchpoint: (each.kind, each.people) for each in alike}
    assert {number: found[number] for number in numbers} == dict.fromkeys(numbers, (kind, 1))


def test_nobody(desk: Desk) -> None:
    for told in response.groups(desk, factories.STUDY):
        assert [shown(table.rows[0]) for table in told.response] == [{}, {}]
    whole = response.group(desk, factories.STUDY, "backfill")
    assert whole.profile == ()
    assert len(whole.unrecorded) == 13
    people = response.touchpoint_people(desk, factories.STUDY, "backfill", 2)
    assert (people.respondents, people.lost) == ((), ())


def test_one_person_who_has_not_answered(runtime: Runtime, desk: Desk) -> None:
    factories.create_participant(runtime, site=factories.create_site(runtime), attributes={"age": "over_50"})
    assert shown(counts(desk)) == {"cases": 1, "could_be_asked": 1, "open": 1}
    told = response.group(desk, factories.STUDY, "backfill")
    (site,) = next(each for each in told.response if each.by == "site" and each.touchpoint == 1).rows
    assert (site.people.label, site.cases.count) == ("Employer SM", 1)
    age = next(each for each in told.profile if each.id == "participant.age")
    assert [each.tally.base.count for each in age.columns] == [1, 0, 0]


def test_a_touchpoint_that_has_not_opened(runtime: Runtime, desk: Desk, clock: Clock) -> None:
    person = factories.create_participant(runtime, attributes={"age": "over_50"})
    hand_in(runtime, person)
    assert shown(counts(desk, touchpoint=2)) == {"cases": 1, "not_open": 1}
    people = response.touchpoint_people(desk, factories.STUDY, "backfill", 2)
    assert (people.respondents, people.lost) == ((), ())
    clock.forward(days=31)
    assert shown(counts(desk, touchpoint=2)) == {"cases": 1, "could_be_asked": 1, "open": 1}
    clock.forward(days=61)
    assert shown(counts(desk, touchpoint=2)) == {"cases": 1, "could_be_asked": 1, "closed": 1}


def test_what_changes_who_may_be_asked_is_counted_anew(runtime: Runtime, desk: Desk) -> None:
    refuser, excluded, leaver = (factories.create_participant(runtime) for _ in range(3))
    assert shown(counts(desk)) == {"cases": 3, "could_be_asked": 3, "open": 3}
    dispose(runtime, refuser, Disposition.REFUSAL)
    assert shown(counts(desk)) == {"cases": 3, "could_be_asked": 3, "open": 2, "refused": 1}
    dispose(runtime, excluded, Disposition.NOT_ELIGIBLE)
    withdraw(runtime, leaver)
    now = {"cases": 3, "could_be_asked": 1, "refused": 1, "not_eligible": 1, "withdrawn": 1}
    assert shown(counts(desk)) == now


def test_who_began_in_one_way_counts_where_they_ended(runtime: Runtime, desk: Desk) -> None:
    hand_in(runtime, factories.create_participant(runtime), Mode.SELF, Mode.PHONE)
    hand_in(runtime, factories.create_participant(runtime), Mode.PHONE, Mode.SELF, Mode.VIDEO)
    assert {mode: cell.count for mode, cell in counts(desk).modes.items() if cell.count} == {"phone": 1, "video": 1}


def second(desk: Desk) -> TouchpointPeople:
    return response.touchpoint_people(desk, factories.STUDY, "backfill", 2)


@pytest.mark.both_databases
def test_those_lost_by_their_answer_before(runtime: Runtime, desk: Desk, clock: Clock) -> None:
    """Two confident and one not stayed; one of each was lost; one gave no answer."""
    confident, unsure = "very_confident", "not_at_all_confident"
    stayed = [confident, confident, unsure]
    people = [factories.create_participant(runtime, attributes={"age": "over_50"}) for _ in range(6)]
    for person, code in zip(people, [*stayed, confident, unsure, None], strict=True):
        codes = {"confidence_career_potential__now": code} if code else {}
        hand_in(runtime, person, **codes)
    clock.forward(days=31)
    for person in people[:3]:
        hand_in(runtime, person, touchpoint=2)
    assert {each.kind for each in second(desk).lost[0].columns} == {"stayed", "lost", "open"}
    clock.forward(days=61)
    found = next(each for each in second(desk).lost if each.id == "confidence_career_potential")
    assert (found.subject, [each.code for each in found.categories]) == ("answer", ["confident", "not_confident"])
    told = {
        each.kind: (
            *(each.tally.cell(code).count for code in ("confident", "not_confident")),
            each.tally.missing["not_known"].count,
        )
        for each in found.columns
    }
    assert told == {"stayed": (2, 1, 0), "lost": (1, 1, 1)}
    assert (found.shares["confident"].count, found.shares["confident"].percent) == (1, 33)


def test_an_evaluator_of_a_site_sees_that_site_alone(runtime: Runtime) -> None:
    mine, other = factories.create_site(runtime, "MINE"), factories.create_site(runtime, "OTHER")
    for site, age in ((mine, "over_50"), (other, "under_25"), (other, "under_25"), (None, "25_50")):
        hand_in(runtime, factories.create_participant(runtime, site=site, attributes={"age": age}))
    # Whoever sees everything first leaves nothing behind for whoever may not.
    assert counts(factories.operator(runtime)).answered.count == 4
    member = factories.create_staff(runtime, Role.EVALUATOR, site=mine)
    told = response.group(Desk(runtime, member), factories.STUDY, "backfill")
    assert [table.rows[0].cases.count for table in told.response if not table.by] == [1, 1]
    sites = [row.people.label for table in told.response if table.by == "site" for row in table.rows]
    assert set(sites) == {"Employer MINE"}
    age = next(each for each in told.profile if each.id == "participant.age")
    values = {code: cell.count for code, cell in age.columns[0].tally.cells.items() if cell.count}
    assert values == {"over_50": 1}
    people = response.touchpoint_people(Desk(runtime, member), factories.STUDY, "backfill", 1)
    assert people.everybody.rows[0].answered.count == 1


def test_a_value_that_is_not_declared_is_not_known(runtime: Runtime, desk: Desk) -> None:
    factories.create_participant(runtime, attributes={"age": "ageless"})
    factories.create_participant(runtime, attributes={"age": "over_50"})
    people = response.touchpoint_people(desk, factories.STUDY, "backfill", 1)
    age = next(each for each in people.respondents if each.id == "participant.age")
    assert [(each.tally.base.count, each.tally.missing["not_known"].count) for each in age.columns] == [(0, 0), (1, 1)]


def test_what_there_is_none_of_is_said(runtime: Runtime, desk: Desk) -> None:
    with pytest.raises(NotFound):
        response.group(desk, factories.STUDY, "nobody")
    with pytest.raises(NotFound):
        response.touchpoint_people(desk, factories.STUDY, "backfill", 9)
    interviewer = factories.create_staff(runtime, Role.INTERVIEWER)
    for asked in (response.groups, lambda who, study: response.group(who, study, "backfill")):
        with pytest.raises(NotPermitted):
            asked(Desk(runtime, interviewer), factories.STUDY)


def in_standing(desk: Desk) -> dict[int, dict[str, int]]:
    """What the page of standing says of each touchpoint of backfill, in the words of who answered."""
    fates = {"not_open": "not_open", "open": "open", "refused": "refused", "not_eligible": "not_eligible"}
    told = {}
    for row in progress_page.standing(desk, factories.STUDY, "").whole:
        if row.touchpoint.group == "backfill":
            found = {name: getattr(row.counts, fate) for name, fate in fates.items()}
            found["closed"] = row.counts.unknown + row.counts.other
            told[row.touchpoint.number] = {name: count for name, count in found.items() if count}
    return told


def in_who_answered(desk: Desk) -> dict[int, dict[str, int | None]]:
    names = ("not_open", "open", "refused", "not_eligible", "closed")
    return {
        number: {name: count for name, count in shown(counts(desk, touchpoint=number)).items() if name in names}
        for number in (1, 2)
    }


@pytest.mark.both_databases
def test_whatever_is_done_to_a_case_shows_at_once_in_both_places_that_count(runtime: Runtime, desk: Desk) -> None:
    """Nothing that a case becomes waits for the next day, neither leaving nor coming back."""
    person = create_reachable(runtime)
    factories.create_participant(runtime)
    here = (factories.STUDY, person.reference)
    manager = Desk(runtime, factories.create_staff(runtime, Role.MANAGER))
    known = (IdentityFact.NAME, IdentityFact.PHONE)

    def left(change: ParticipationChange) -> Callable[[], object]:
        return lambda: leaving.record(manager, *here, change, REASONS[change][0], known)

    def touchpoint(act: str) -> Callable[[], object]:
        return lambda: touchpoints.change(desk, factories.STUDY, "backfill", 1, {"act": act, "days": "3"})

    def case(**written: str) -> Callable[[], object]:
        return lambda: mending.mend_case(manager, *here, 1, written)

    acts: dict[str, Callable[[], object]] = {
        "stopped": left(ParticipationChange.STOPPED),
        "taken up": left(ParticipationChange.TAKEN_UP),
        "died": left(ParticipationChange.DIED),
        "death undone": left(ParticipationChange.DEATH_UNDONE),
        "not eligible": lambda: dispose(runtime, person, Disposition.NOT_ELIGIBLE),
        "asked again": case(again="yes"),
        "window over": case(opens_on="2026-05-01", due_on="", closes_on="2026-05-31"),
        "window to come": case(opens_on="2026-07-01", due_on="", closes_on="2026-07-31"),
        "enrolled earlier": lambda: mending.mend(manager, *here, {"enrolled_on": "2026-01-01"}),
        "enrolled now": lambda: mending.mend(manager, *here, {"enrolled_on": "2026-06-15"}),
        "paused": touchpoint("pause"),
        "resumed": touchpoint("resume"),
        "closed": touchpoint("close"),
        "taken back": touchpoint("undo"),
    }
    counted = [in_standing(desk)]
    for name, act in acts.items():
        act()
        counted.append(in_standing(desk))
        assert in_who_answered(desk) == counted[-1], name
    changed = [name for name, before, after in zip(acts, counted, counted[1:], strict=False) if before != after]
    assert changed == [name for name in acts if name not in ("paused", "resumed")]
