"""What a list says of people who are there is taken, column by column, or refused in words: never passed over."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from collections.abc import Callable, Iterator, Mapping

import pytest
from sqlalchemy import select

from surveyapp.domain.fieldwork.cases import Case
from surveyapp.domain.fieldwork.lists import DoubleChoice, ListState
from surveyapp.domain.instrument.study import Anchor
from surveyapp.domain.participants import CONTACT_FIELDS
from surveyapp.domain.privacy.leaving import REASONS, ParticipationChange
from surveyapp.domain.staff import Scope, Staff
from surveyapp.services.lists import all_at_once, held, imports, list_pages, taking_back
from surveyapp.services.lists.files.sheet import RowFault
from surveyapp.services.lists.sorting import Decisions
from surveyapp.services.mending import people as mending
from surveyapp.services.participants import enrolment, links, list_columns, relating
from surveyapp.services.participants.identity import IdentityFact
from surveyapp.services.privacy import leaving, merging
from surveyapp.services.responses import answering
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import cases, participants, relationships
from surveyapp.store.security import audit
from surveyapp.store.tables import ConsentRow
from tests import factories
from tests.integration.test_lists_brought_in import STUDY, looked_at
from tests.integration.test_lists_brought_in import desk as desk
from tests.integration.test_lists_brought_in import manager as manager
from tests.office import IMPORT
from tests.page import Client

ON_RECORD = {
    "group": "backfill",
    "enrolled_on": "2026-06-01",
    "site": "SM",
    "name": "Amina Yusuf",
    "phone": "07700 900142",
    "email": "amina@example.org",
    "preferred": "phone",
    "times": "mornings",
    "language": "Polish",
    "other_phones": "07700 900143",
    "address": "1 High Street",
    "needs": "relay",
    "born": "1980",
    "event.placement_start": "2026-06-01",
    "event.training_start": "2026-06-02",
    "relationship.paired_with": "EM-0001",
}

"""Somebody of whom everything is known; their attributes beside it have the first value that the study gives."""

SAID = {
    "group": "employee",
    "enrolled_on": "2026-06-05",
    "site": "LG",
    "site_name": "Employer SM, renamed",
    "name": "Amina Khan",
    "given_name": "Aminah",
    "family_name": "Yusuf-Khan",
    "phone": "07700 900150",
    "email": "khan@example.org",
    "preferred": "email",
    "times": "evenings",
    "language": "Urdu",
    "other_phones": "07700 900151",
    "address": "2 High Street",
    "needs": "large_print",
    "born": "1981",
    "event.placement_start": "2026-06-08",
    "event.training_start": "2026-06-09",
    "relationship.paired_with": "EM-0002",
    "do_not_contact": "yes",
    "consented_on": "2026-06-04",
    "consent_given_to": "Job Shop",
    "consent_wording": "1",
    "consent_mode": "phone",
}

"""What a list says otherwise; of a column that is not here, the last value that the study gives."""

BESIDE = {
    "consent.take_part": {"consented_on": "2026-06-04"},
    "consent.recontact": {"consented_on": "2026-06-04"},
    "consent.quote_words": {"consented_on": "2026-06-04"},
    "site_name": {"site": "SM"},
    "site.employer_size": {"site": "SM"},
    "site.asks_uc": {"site": "SM"},
    "consented_on": {"consent.take_part": "yes"},
    "consent_given_to": {"consent.take_part": "yes", "consented_on": "2026-06-04"},
    "consent_wording": {"consent.take_part": "yes", "consented_on": "2026-06-04"},
    "consent_mode": {"consent.take_part": "yes", "consented_on": "2026-06-04"},
}

"""What has to stand beside a column for it to say anything."""

REFUSED = {
    "group": "group_with_relationship",
    "site_name": "site_differs",
    "site.employer_size": "site_differs",
    "site.asks_uc": "site_differs",
}

"""What one row cannot change, with the sentence that says so: a site is that of others, too."""

Bring = Callable[[Desk, str], list[RowFault]]

"""Brings a list in by one of the doors; what is wrong with it, if anything."""


@pytest.fixture
def people(runtime: Runtime, desk: Desk) -> Callable[[], str]:
    """Adds somebody of whom everything is known, with an employee to go with them, and returns the reference."""
    factories.create_site(runtime, "SM")
    factories.create_site(runtime, "LG", size="large", asks_uc="no")
    numbers = itertools.count(1)

    def add() -> str:
        number = next(numbers)
        both = [f"EM-{2 * number - 1:04d}", f"EM-{2 * number:04d}"]
        for each in both:
            enrolment.add(desk, STUDY, {"group": "employee", "reference": each})
        known = {column.name: next(iter(column.values)) for column in attributes(runtime)}
        written = {**known, **ON_RECORD, "relationship.paired_with": both[0]}
        return enrolment.add(desk, STUDY, written, confirmed=True).reference

    return add


def attributes(runtime: Runtime) -> list[list_columns.ListColumn]:
    study = runtime.study(STUDY)
    own = {each.name for each in study.participant_attributes}
    return [each for each in list_columns.columns(study) if each.name in own]


def other_values(runtime: Runtime) -> Iterator[tuple[str, dict[str, str]]]:
    """For each column that a list can have but that of references, a row that says it otherwise than it stands."""
    for column in list_columns.columns(runtime.study(STUDY)):
        if column.name != "reference":
            value = SAID.get(column.name) or list(column.values)[-1]
            yield column.name, {**BESIDE.get(column.name, {}), column.name: value}


def stands(runtime: Runtime, reference: str) -> dict[str, str]:
    """What stands of somebody, by every column."""
    desk, study = factories.operator(runtime), runtime.study(STUDY)
    person, contact = enrolment.contact_of(desk, STUDY, reference)
    with runtime.database.reading() as session:
        related = relationships.related_to(session, Scope(STUDY, runtime.origin), person.id)
        happened = participants.events(session, person.id)
        theirs = select(ConsentRow).where(ConsentRow.participant_id == person.id).order_by(ConsentRow.recorded_at)
        said = {each.purpose: each for each in session.scalars(theirs)}
        consent = next(iter(said.values()), None)
        found = {
            **mending.as_written(study, person),
            **{name: getattr(contact, name) for name in CONTACT_FIELDS},
            "site_name": person.site.name if person.site else "",
            **{f"site.{name}": value for name, value in (person.site.attributes if person.site else {}).items()},
            "given_name": contact.name.partition(" ")[0],
            "family_name": contact.name.rpartition(" ")[2],
            "do_not_contact": "yes" if person.stopped_at else "no",
            **{f"event.{each.event}": each.on.isoformat() for each in happened},
            **{f"relationship.{each.relationship}": each.reference for each in related},
            **{f"consent.{each.purpose}": "yes" if each.given else "no" for each in said.values()},
        }
        if consent is not None:
            day = consent.recorded_at.astimezone(runtime.zone(study)).date()
            found |= {
                "consented_on": day.isoformat(),
                "consent_given_to": consent.given_to or "",
                "consent_wording": str(consent.version),
                "consent_mode": consent.mode.value,
            }
    return found


def listed(reference: str, said: Mapping[str, str]) -> str:
    return (
        ",".join(["reference", *said]) + "\n" + ",".join([reference, *(f'"{each}"' for each in said.values())]) + "\n"
    )


def by_the_command(desk: Desk, data: str) -> list[RowFault]:
    """Tried first: what is tried and what is done say the same."""
    tried, done = (
        all_at_once.import_file(desk, STUDY, data.encode(), update=True, allow_shared=True, dry_run=dry)
        for dry in (True, False)
    )
    assert (tried.faults, tried.changed, tried.new_sites, tried.references) == (
        done.faults,
        done.changed,
        done.new_sites,
        done.references,
    )
    assert done.stored is not bool(done.faults)
    return list(done.faults)


def by_the_page(desk: Desk, data: str) -> list[RowFault]:
    """What is looked at and what is brought in say the same."""
    import_id = looked_at(desk, data, group="" if "group" in data.splitlines()[0].split(",") else "backfill")
    seen = list_pages.looked_at(desk, STUDY, import_id)
    if not seen.faults:
        imports.decide(desk, STUDY, import_id, Decisions())
        assert held.record(desk, STUDY, import_id).state is ListState.IMPORTED
    return list(seen.faults)


def the_same_as(row: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    """What of a row stands."""
    return {name: value for name, value in row.items() if after.get(name) == value}


@pytest.mark.parametrize("bring", [by_the_command, by_the_page])
def test_every_column_is_taken_or_refused_in_words(
    runtime: Runtime, desk: Desk, people: Callable[[], str], bring: Bring
) -> None:
    walked = []
    for column, row in other_values(runtime):
        reference = people()
        if "relationship.paired_with" in row:
            number = int(reference.partition("-")[2])
            row["relationship.paired_with"] = f"EM-{2 * number:04d}"
        before = stands(runtime, reference)
        assert before.get(column) != row[column], f"{column} is to be said otherwise"
        # The command needs a column of groups; the page is told that everybody is of one.
        named = {} if bring is by_the_page or "group" in row else {"group": "backfill"}
        faults = bring(desk, listed(reference, {**named, **row}))
        after = stands(runtime, reference)
        if faults:
            assert [(each.line, each.column, each.sentence.code) for each in faults] == [(2, column, REFUSED[column])]
            assert after == before
        else:
            assert the_same_as(row, after) == row, f"{column} was said to be taken"
        walked.append(column)
    assert len(walked) == len(list_columns.columns(runtime.study(STUDY))) - 1


def test_somebody_belongs_with_nobody_and_changes_group(
    runtime: Runtime, desk: Desk, people: Callable[[], str]
) -> None:
    reference = people()
    relating.set_related(desk, STUDY, reference, "paired_with", "")
    assert by_the_command(desk, listed(reference, {"group": "employee"})) == []
    assert stands(runtime, reference)["group"] == "employee"


def test_what_is_filled_in_is_what_was_not_known(runtime: Runtime, desk: Desk, people: Callable[[], str]) -> None:
    """Somebody of whom little is known takes all of it; somebody of whom everything is, only what adds up."""
    full = people()
    empty = enrolment.add(desk, STUDY, {"group": "backfill", "name": "Marek Nowak"}).reference
    one = {name: value for name, value in SAID.items() if name != "group" and not name.endswith("_name")}
    one |= {column.name: list(column.values)[-1] for column in attributes(runtime)} | {"consent.take_part": "yes"}
    enrolment.add(desk, STUDY, {"group": "employee", "reference": "EM-0900"})
    for reference, partner in ((empty, "EM-0002"), (full, "EM-0900")):
        before = stands(runtime, reference)
        row = {**one, "relationship.paired_with": partner, "email": f"{reference}@example.org"}
        import_id = looked_at(desk, listed(reference, row))
        imports.decide(desk, STUDY, import_id, Decisions(doubles={2: DoubleChoice.MERGE}))
        assert held.record(desk, STUDY, import_id).state is ListState.IMPORTED
        after = stands(runtime, reference)
        adds_up = {name for name in row if name.startswith("consent") or name == "do_not_contact"}
        new = {name for name in row if not before.get(name)} | adds_up
        assert the_same_as({name: row[name] for name in new}, after) == {name: row[name] for name in new}
        known = {name: value for name, value in before.items() if value and name not in new}
        assert the_same_as(known, after) == known
        assert len(new) > (15 if reference == empty else 4)


@pytest.mark.both_databases
def test_days_that_were_wrong_move_what_follows_from_them_and_go_back_with_the_list(
    runtime: Runtime, desk: Desk, people: Callable[[], str]
) -> None:
    reference = people()

    def windows() -> dict[int, tuple[dt.datetime, dt.datetime | None]]:
        return {each.touchpoint: (each.opens_at, each.closes_at) for each in cases_of(runtime, reference)}

    before, first = stands(runtime, reference), windows()
    row = {"enrolled_on": "2026-06-05", "event.placement_start": "2026-06-08", "event.training_start": "2026-06-09"}
    said = listed(reference, {**row, "site": "LG", "relationship.paired_with": "EM-0002"})
    import_id = looked_at(desk, said)
    [ahead] = list_pages.looked_at(desk, STUDY, import_id).placed
    assert {name: day.isoformat() for name, day in ahead.days.items()} == row
    moved = {each.touchpoint: each.after.opens_at for each in ahead.plan.moves if each.after}
    imports.decide(desk, STUDY, import_id, Decisions())
    assert {number: opens for number, (opens, _) in windows().items() if number in moved} == moved
    assert windows() != first
    with runtime.database.reading() as session:
        done = {(entry.action, entry.subject) for entry in audit.entries(session, STUDY)}
    assert {("event_corrected", reference), ("participant_changed", reference)} <= done
    taking_back.undo(desk, STUDY, import_id)
    assert stands(runtime, reference) == before
    assert windows() == first


def test_the_page_shows_what_a_list_changes_before_it_is_brought_in(
    runtime: Runtime, desk: Desk, client: Client, manager: Staff, people: Callable[[], str]
) -> None:
    reference = people()
    client.sign_in(manager.email)
    row = {"enrolled_on": "2026-06-05", "event.placement_start": "2026-06-08", "site": "LG"}
    import_id = looked_at(desk, listed(reference, row))
    words = client.page(f"{IMPORT}/{import_id}").words
    assert "Whose group, site or days change" in words
    assert all(each in words for each in ("Enrolled on: 5 Jun 2026", "Placement started: 8 Jun 2026"))


def cases_of(runtime: Runtime, reference: str) -> list[Case]:
    person = enrolment.contact_of(factories.operator(runtime), STUDY, reference)[0]
    with runtime.database.reading() as session:
        return cases.cases_of(session, person.id)


def test_a_list_that_is_taken_back_leaves_what_was_begun_since(
    runtime: Runtime, desk: Desk, people: Callable[[], str]
) -> None:
    reference = people()
    import_id = looked_at(desk, listed(reference, {"enrolled_on": "2026-06-05", "site": "LG"}))
    imports.decide(desk, STUDY, import_id, Decisions())
    person = enrolment.contact_of(desk, STUDY, reference)[0]
    answering.give_consent(runtime, factories.by_link(runtime, person), {"take_part": True, "recontact": False})
    begun = cases_of(runtime, reference)[0]
    taking_back.undo(desk, STUDY, import_id)
    assert cases_of(runtime, reference)[0] == begun
    assert stands(runtime, reference)["site"] == "SM"


def following(runtime: Runtime) -> Runtime:
    """The same with a first touchpoint of backfill that opens by an event."""
    study = runtime.study(STUDY)
    by_event = tuple(
        dataclasses.replace(each, opens=Anchor(type="event", event="placement_start", days=7))
        if each.key == ("backfill", 1)
        else each
        for each in study.touchpoints
    )
    return dataclasses.replace(runtime, studies={STUDY: dataclasses.replace(study, touchpoints=by_event)})


@pytest.mark.both_databases
def test_an_event_that_is_corrected_moves_what_follows_from_it(runtime: Runtime, manager: Staff) -> None:
    desk = Desk(following(runtime), manager)
    moved, begun, by_hand = (
        enrolment.add(desk, STUDY, {"group": "backfill", "event.placement_start": "2026-06-01"}) for _ in range(3)
    )
    link = factories.create_link(runtime, moved)
    answering.give_consent(runtime, factories.by_link(runtime, begun), {"take_part": True, "recontact": False})
    mending.mend_case(desk, STUDY, by_hand.reference, 1, {"opens_on": "2026-06-10", "due_on": "", "closes_on": ""})

    def opens() -> list[str]:
        each = [cases_of(runtime, person.reference)[0].opens_at for person in (moved, begun, by_hand)]
        return [moment.astimezone(runtime.zone(runtime.study(STUDY))).date().isoformat() for moment in each]

    assert opens() == ["2026-06-08", "2026-06-08", "2026-06-10"]
    rows = [f"{each.reference},2026-05-04" for each in (moved, begun, by_hand)]
    import_id = looked_at(desk, "\n".join(["reference,event.placement_start", *rows]) + "\n")
    ahead = list_pages.looked_at(desk, STUDY, import_id).placed
    assert [len(each.plan.moves) for each in ahead] == [1, 0, 0]
    imports.decide(desk, STUDY, import_id, Decisions())
    assert opens() == ["2026-05-11", "2026-06-08", "2026-06-10"]
    assert links.open_link(runtime, link.removeprefix("/s/"))
    # Whoever had no such day comes to the touchpoint with it.
    late = enrolment.add(desk, STUDY, {"group": "backfill"})
    assert cases_of(runtime, late.reference) == []
    assert by_the_page(desk, listed(late.reference, {"event.placement_start": "2026-06-01"})) == []
    assert [each.touchpoint for each in cases_of(runtime, late.reference)] == [1]
    taking_back.undo(desk, STUDY, import_id)
    assert opens() == ["2026-06-08", "2026-06-08", "2026-06-10"]
    assert stands(runtime, moved.reference)["event.placement_start"] == "2026-06-01"


def left(runtime: Runtime, desk: Desk, reference: str, change: ParticipationChange) -> None:
    facts = (IdentityFact.NAME, IdentityFact.EMAIL)
    leaving.record(factories.operator(runtime), STUDY, reference, change, REASONS[change][0], facts)


@pytest.mark.parametrize("bring", [by_the_command, by_the_page])
def test_whoever_left_is_said_before_anything_is_done(
    runtime: Runtime, desk: Desk, people: Callable[[], str], bring: Bring
) -> None:
    gone, merged, withdrawn, stopped, kept = (people() for _ in range(5))
    left(runtime, desk, gone, ParticipationChange.ERASED)
    left(runtime, desk, withdrawn, ParticipationChange.WITHDRAWN)
    left(runtime, desk, stopped, ParticipationChange.STOPPED)
    relating.set_related(desk, STUDY, merged, "paired_with", "")
    merging.merge(desk, STUDY, kept, merged)
    rows = [f"{each},backfill,yes@example.org,no" for each in (gone, merged, withdrawn, stopped, kept)]
    faults = bring(desk, "\n".join(["reference,group,email,do_not_contact", *rows]) + "\n")
    assert [(each.line, each.column, each.sentence.code) for each in faults] == [
        (2, "reference", "reference_gone"),
        (3, "reference", "reference_merged"),
        (4, "reference", "withdrawn_in_list"),
        (5, "do_not_contact", "stopped_take_up"),
    ]
    assert kept in str(faults[1].sentence)
    # Nobody is told to leave the reference empty without being told whom that adds anew.
    assert "Leave them out" in str(faults[0].sentence)
    assert "empty" not in str(faults[1].sentence)


def test_whoever_a_row_is_said_to_be_takes_it_whole(runtime: Runtime, desk: Desk, people: Callable[[], str]) -> None:
    """Also where it was not their reference that told, and what cannot be is said with the row."""
    reference = people()
    row = "Name,Phone,Site,Enrolled on,event.placement_start\nAmina Yusuf,07700 900142,{},2026-06-05,2026-06-08\n"
    import_id = looked_at(desk, row.format("LG"))
    imports.decide(desk, STUDY, import_id, Decisions(doubles={2: DoubleChoice.UPDATE}))
    after = stands(runtime, reference)
    assert [after[each] for each in ("site", "enrolled_on", "event.placement_start")] == [
        "LG",
        "2026-06-05",
        "2026-06-08",
    ]
    left(runtime, desk, reference, ParticipationChange.WITHDRAWN)
    import_id = looked_at(desk, row.format("SM"))
    imports.decide(desk, STUDY, import_id, Decisions(doubles={2: DoubleChoice.UPDATE}))
    failure = str(held.failure(held.record(desk, STUDY, import_id)))
    assert failure.startswith(f"Row 2: {reference} has withdrawn")


def test_pairs_that_do_not_fit_are_said(runtime: Runtime, desk: Desk, people: Callable[[], str]) -> None:
    one, other = people(), people()
    head = "reference,group,relationship.paired_with\n"

    def said(*rows: str) -> list[tuple[int, str]]:
        return [(each.line, each.sentence.code) for each in by_the_command(desk, head + "\n".join(rows) + "\n")]

    assert said(f"{one},backfill,EM-0003") == [(2, "related_take_away")]
    assert said(f"{one},backfill,EM-0002", f"{other},backfill,EM-0002") == [(3, "named_twice")]
    assert said(f"{one},backfill,EM-0002", f"EM-0001,employee,{one}") == [(3, "names_somebody_else")]
    assert said(f"{one},backfill,EM-0900") == [(2, "not_there_to_relate")]
    assert said(f"{one},backfill,EM-0900", f"EM-0900,employee,{one}") == [(3, "related_take_away")]
    # A pair as it stands, named from both sides, is no change; and somebody who is there may go with a newcomer.
    assert said(f"{one},backfill,EM-0001", f"EM-0001,employee,{one}") == []
    assert said(f"{one},backfill,EM-0900", "EM-0900,employee,") == []
    assert stands(runtime, one)["relationship.paired_with"] == "EM-0900"
