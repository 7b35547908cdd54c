"""A list that is taken back undoes what it did, and nothing that anybody did since: each column that a list can have,
beside each thing that can happen meanwhile."""

from __future__ import annotations

import contextlib
import csv
import io
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from surveyapp.domain.errors import ShiftlineError, StateRefused
from surveyapp.domain.fieldwork.cases import Outcome, OutcomeDetail
from surveyapp.domain.fieldwork.lists import ListState
from surveyapp.domain.participants import CONTACT_FIELDS
from surveyapp.domain.privacy.leaving import REASONS, ParticipationChange
from surveyapp.domain.staff import Role
from surveyapp.services.fieldwork import attempts, calls
from surveyapp.services.fieldwork.attempts import SaidOfOutcome
from surveyapp.services.lists import all_at_once, held, taking_back
from surveyapp.services.lists.putting_back import told
from surveyapp.services.lists.putting_back.person import WITHDRAWN
from surveyapp.services.mending import people as mending
from surveyapp.services.mending import touchpoints
from surveyapp.services.participants import enrolment, relating
from surveyapp.services.participants.identity import IdentityFact
from surveyapp.services.privacy import leaving, merging, splitting
from surveyapp.services.responses import answering
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import cases
from surveyapp.store.lists import records
from surveyapp.store.tables import ConsentRow
from tests import factories
from tests.conftest import Clock
from tests.integration.test_lists_brought_in import STUDY
from tests.integration.test_lists_brought_in import desk as desk
from tests.integration.test_lists_brought_in import manager as manager
from tests.integration.test_lists_that_correct import ON_RECORD, REFUSED, attributes, other_values, stands

pytestmark = pytest.mark.both_databases

BY_HAND = {
    "name": "Amina Third",
    "phone": "07700 900160",
    "email": "third@example.org",
    "preferred": "text",
    "times": "weekends",
    "language": "Punjabi",
    "other_phones": "07700 900161",
    "address": "3 High Street",
    "needs": "interpreter",
    "born": "1982",
    "enrolled_on": "2026-06-03",
    "site": "ZZ",
    "event.placement_start": "2026-06-04",
    "event.training_start": "2026-06-05",
}
"""What somebody says of a person after the list: neither what stood before nor what the list says."""

CONTACT_OF = {"given_name": "name", "family_name": "name"}


@dataclass
class Study:
    """A study with somebody for each column that a list can have, of whom a list said that column alone."""

    runtime: Runtime
    desk: Desk
    clock: Clock
    people: Mapping[str, str]
    """References by column."""
    brought: uuid.UUID
    before: Mapping[str, Mapping[str, Any]]
    after: Mapping[str, Mapping[str, Any]]
    """How each stood before the list, and how it left them."""

    def each(self, do: Callable[[str, str], object]) -> None:
        """Does something to each of them, by column and reference; what is refused did not happen."""
        for column, reference in self.people.items():
            with contextlib.suppress(ShiftlineError):
                do(column, reference)

    def now(self) -> dict[str, dict[str, Any]]:
        return stand(self.runtime, self.people)


def stand(runtime: Runtime, people: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    return {column: all_of(runtime, reference) for column, reference in people.items()}


def all_of(runtime: Runtime, reference: str) -> dict[str, Any]:
    """All that stands of somebody: by column, by touchpoint, what they consented to."""
    person = enrolment.contact_of(factories.operator(runtime), STUDY, reference)[0]
    found: dict[str, Any] = {
        name: value
        for name, value in stands(runtime, reference).items()
        if not name.startswith(("consent", "site_name", "site.")) and name not in CONTACT_OF
    }
    with runtime.database.reading() as session:
        for each in cases.cases_of(session, person.id):
            window = (each.opens_at, each.due_at, each.closes_at, each.moved_at)
            found[f"touchpoint.{each.touchpoint}.days"] = window
            found[f"touchpoint.{each.touchpoint}.came"] = (each.disposition, each.next_at)
        said = session.execute(
            select(ConsentRow.purpose, ConsentRow.given, ConsentRow.given_to, ConsentRow.mode).where(
                ConsentRow.participant_id == person.id
            )
        )
        found["consents"] = Counter(tuple(row) for row in said)
    return found


def bring(desk: Desk, rows: list[dict[str, str]]) -> uuid.UUID:
    file = io.StringIO()
    written = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)), restval="")
    written.writeheader()
    written.writerows(rows)
    made = all_at_once.import_file(desk, STUDY, file.getvalue().encode(), update=True, allow_shared=True)
    assert made.stored, made.faults[:3]
    with desk.reading() as work:
        return max(records.of_study(work.session, STUDY, None, 9), key=lambda each: (each.made_at, each.id)).id


@pytest.fixture
def study(runtime: Runtime, desk: Desk, clock: Clock) -> Study:
    for each in ("SM", "ZZ"):
        factories.create_site(runtime, each)
    factories.create_site(runtime, "LG", size="large", asks_uc="no")
    said = {column: row for column, row in other_values(runtime) if column == "group" or column not in REFUSED}
    people = {column: f"BF-{number:04d}" for number, column in enumerate(said, 1)}
    known = {column.name: next(iter(column.values)) for column in attributes(runtime)} | ON_RECORD
    partners = {column: (f"EM-{2 * n:04d}", f"EM-{2 * n + 1:04d}") for n, column in enumerate(people, 1)}
    bring(desk, [{"group": "employee", "reference": each} for pair in partners.values() for each in pair])
    rows = [
        {**known, "reference": reference, "relationship.paired_with": partners[column][0] if column != "group" else ""}
        for column, reference in people.items()
    ]
    bring(desk, rows)
    clock.forward(minutes=1)
    before = stand(runtime, people)
    rows = [{"group": "backfill", **said[column], "reference": each} for column, each in people.items()]
    for row, column in zip(rows, people, strict=True):
        if "relationship.paired_with" in row:
            row["relationship.paired_with"] = partners[column][1]
    brought = bring(desk, rows)
    clock.forward(minutes=5)
    after = stand(runtime, people)
    assert [column for column in people if after[column] == before[column]] == []
    return Study(runtime, desk, clock, people, brought, before, after)


def corrected(study: Study, reference: str, columns: set[str]) -> None:
    """Whoever is at the desk corrects some columns by hand."""
    person, contact = enrolment.contact_of(study.desk, STUDY, reference)
    said = {name: BY_HAND[name] for name in CONTACT_FIELDS if name in columns}
    if said:
        enrolment.correct_contact(study.desk, STUDY, reference, {**vars(contact), **said}, confirmed=True)
    own = {each.name: list(each.values)[1] for each in attributes(study.runtime)} | {"group": "backfill"}
    placed = {name: {**own, **BY_HAND}[name] for name in columns & ({"site", "enrolled_on", "group"} | set(own))}
    if placed:
        written = mending.as_written(study.runtime.study(STUDY), person)
        mending.mend(study.desk, STUDY, reference, {**written, **placed})
    for event in {each for each in columns if each.startswith("event.")}:
        enrolment.set_event(study.desk, STUDY, reference, event.removeprefix("event."), BY_HAND[event])
    if "relationship.paired_with" in columns:
        relating.set_related(study.desk, STUDY, reference, "paired_with", "")
    if "do_not_contact" in columns:
        left(study, reference, ParticipationChange.TAKEN_UP)


def left(study: Study, reference: str, change: ParticipationChange) -> None:
    facts = (IdentityFact.NAME, IdentityFact.EMAIL)
    leaving.record(factories.operator(study.runtime), STUDY, reference, change, REASONS[change][0], facts)


def the_same_by_hand(study: Study) -> None:
    study.each(lambda column, reference: corrected(study, reference, {CONTACT_OF.get(column, column)}))


def all_else_by_hand(study: Study) -> None:
    names = {*BY_HAND, *(each.name for each in attributes(study.runtime))}
    study.each(lambda column, reference: corrected(study, reference, names - {CONTACT_OF.get(column, column)}))


def the_same_by_another_list(study: Study) -> None:
    rows = []
    for column, reference in study.people.items():
        name = CONTACT_OF.get(column, column)
        if name in BY_HAND:
            rows.append({"group": "backfill", "reference": reference, name: BY_HAND[name]})
    bring(study.desk, rows)


def all_else_by_another_list(study: Study) -> None:
    rows = []
    for column, reference in study.people.items():
        said = {name: value for name, value in BY_HAND.items() if name != CONTACT_OF.get(column, column)}
        group = "employee" if column == "group" else "backfill"
        rows.append({"group": group, "reference": reference, **said})
    bring(study.desk, rows)


def called(outcome: Outcome, detail: OutcomeDetail | None = None) -> Callable[[Study], None]:
    def do(study: Study) -> None:
        staff = factories.create_staff(study.runtime, Role.INTERVIEWER)

        def call(_column: str, reference: str) -> None:
            person = enrolment.contact_of(factories.operator(study.runtime), STUDY, reference)[0]
            who = factories.by_interviewer(staff, person)
            calls.open_case(study.runtime, who)
            said = SaidOfOutcome(detail=detail)
            attempts.record_attempt(study.runtime, who, outcome, uuid.uuid4(), "They said so.", said=said)

        study.each(call)

    return do


def touchpoint(act: str, days: str = "0") -> Callable[[Study], None]:
    def do(study: Study) -> None:
        for group in ("backfill", "employee"):
            touchpoints.change(study.desk, STUDY, group, 1, {"act": act, "days": days})

    return do


def days_by_hand(study: Study) -> None:
    days = {"opens_on": "2026-06-10", "due_on": "", "closes_on": "2026-12-24"}
    study.each(lambda _column, reference: mending.mend_case(study.desk, STUDY, reference, 1, days))


def moved_on(study: Study) -> None:
    study.each(lambda _column, reference: corrected(study, reference, {"site"}))


def began(study: Study) -> None:
    def begin(_column: str, reference: str) -> None:
        person = enrolment.contact_of(study.desk, STUDY, reference)[0]
        who = factories.by_link(study.runtime, person)
        answering.give_consent(study.runtime, who, {"take_part": True, "recontact": True})

    study.each(begin)


def leaves(change: ParticipationChange) -> Callable[[Study], None]:
    return lambda study: study.each(lambda _column, reference: left(study, reference, change))


MEANWHILE: Mapping[str, Callable[[Study], None]] = {
    "nothing": lambda study: None,
    "the same, by hand": the_same_by_hand,
    "all else, by hand": all_else_by_hand,
    "the same, by another list": the_same_by_another_list,
    "all else, by another list": all_else_by_another_list,
    "a call: wrong number": called(Outcome.WRONG_NUMBER),
    "a call: not eligible": called(Outcome.NOT_ELIGIBLE, OutcomeDetail.OUTSIDE_AREA),
    "a call: refused": called(Outcome.REFUSED),
    "the touchpoint is closed": touchpoint("close"),
    "the touchpoint is extended": touchpoint("extend", "30"),
    "the touchpoint is paused": touchpoint("pause"),
    "days are chosen by hand": days_by_hand,
    "they are moved on": moved_on,
    "they begin to answer": began,
    "they stop": leaves(ParticipationChange.STOPPED),
    "they die": leaves(ParticipationChange.DIED),
    "they withdraw": leaves(ParticipationChange.WITHDRAWN),
}


def column_of(key: str) -> str:
    return key.rpartition(".")[0] if key.startswith("touchpoint.") else key


@pytest.mark.parametrize("what", MEANWHILE)
def test_what_a_list_said_goes_back_where_it_stands_and_what_was_said_since_stays(study: Study, what: str) -> None:
    before, after = study.before, study.after
    MEANWHILE[what](study)
    since = study.now()
    study.clock.forward(minutes=5)
    taking_back.undo(study.desk, STUDY, study.brought)
    found = study.now()
    made = told.taken_back(study.desk, STUDY, study.brought)
    assert made is not None
    stayed = {each.reference: set(each.what) for each in made.stayed}
    wrong = []
    for column, reference in study.people.items():
        was, left_as, then, now = before[column], after[column], since[column], found[column]
        if what == "they withdraw":
            assert (now, stayed[reference]) == (then, {WITHDRAWN})
            continue
        lists_own = left_as["consents"] - was["consents"]
        assert now["consents"] == then["consents"] - lists_own, column
        bound = column == "group" and what == "they begin to answer"
        for key in sorted((was.keys() | left_as.keys() | then.keys() | now.keys()) - {"consents"}):
            values = [each.get(key) for each in (was, left_as, then, now)]
            stands_so = values[2] == values[1] and not bound
            due = values[0] if values[1] != values[0] and stands_so else values[2]
            if exception(what, column, key):
                due = values[2]
            if values[3] != due:
                wrong.append((column, key, values))
            kept = values[1] != values[0] and values[3] not in (values[0],)
            if kept and column_of(key) not in stayed.get(reference, ()):
                wrong.append((column, key, "is not told", stayed.get(reference)))
            if values[3] == values[0] and column_of(key) in stayed.get(reference, ()) and key in CONTACT_FIELDS:
                wrong.append((column, key, "is told and was put back"))
    assert wrong == []
    assert made.put_back == len(study.people) - len(stayed)


def exception(what: str, column: str, key: str) -> bool:
    """What stays although the list left it so."""
    if what == "they begin to answer":  # nobody's days change who has begun to answer
        return key.startswith("touchpoint.") and key.endswith(".days")
    if what == "they stop":  # who was stopped by the list cannot stop once more
        return key.endswith(".came") and column != "do_not_contact"
    return what == "they die" and (key.endswith(".came") or key == "do_not_contact")


def test_a_list_of_whom_somebody_was_merged_stays_whole_and_whoever_was_erased_keeps_nobody(study: Study) -> None:
    one, other, erased = (study.people[each] for each in ("name", "phone", "email"))
    left(study, erased, ParticipationChange.ERASED)
    for each in (one, other):
        relating.set_related(study.desk, STUDY, each, "paired_with", "")
    merging.merge(study.desk, STUDY, one, other)
    with pytest.raises(StateRefused, match="merged"):
        taking_back.undo(study.desk, STUDY, study.brought)
    assert held.record(study.desk, STUDY, study.brought).state is ListState.IMPORTED
    splitting.split(study.desk, STUDY, one, other)
    taking_back.undo(study.desk, STUDY, study.brought)
    assert stands(study.runtime, one)["name"] == ON_RECORD["name"]
    assert stands(study.runtime, other)["phone"] == ON_RECORD["phone"]
