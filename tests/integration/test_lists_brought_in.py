"""A list on its way into a study: read, its columns told, looked at, decided of, brought in whole, taken back."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import re
import uuid
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from surveyapp.domain.errors import InputRefused, NotFound, StateRefused
from surveyapp.domain.fieldwork.cases import CaseState, Disposition
from surveyapp.domain.fieldwork.lists import DoubleChoice, LateChoice, ListState
from surveyapp.domain.participants import Contact
from surveyapp.domain.staff import Role, Scope, Staff
from surveyapp.services import worker
from surveyapp.services.lists import all_at_once, bringing, held, imports, list_pages, taking_back
from surveyapp.services.lists.sorting import Decisions
from surveyapp.services.mending import touchpoints
from surveyapp.services.participants import contacts, enrolment
from surveyapp.services.participants.written_days import DayOrder
from surveyapp.services.responses import answering
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import cases, participants
from surveyapp.store.answering import consents as said_of_consent
from surveyapp.store.database import new_id
from surveyapp.store.lists import records, staging
from surveyapp.store.security import audit
from surveyapp.store.tables import ConsentRow, EventRow, ParticipantRow
from tests import factories
from tests.conftest import Clock
from tests.list_files import workbook
from tests.office import IMPORT
from tests.page import Client, Page

STUDY = factories.STUDY
LIST = "First Name,Last Name,Mobile,Shoe size\nAmina,Yusuf,07700 900142,39\nMarek,Nowak,07700 900143,43\n"


@pytest.fixture
def manager(runtime: Runtime) -> Staff:
    return factories.create_staff(runtime, Role.MANAGER)


@pytest.fixture
def desk(runtime: Runtime, manager: Staff) -> Desk:
    return Desk(runtime, manager)


def looked_at(desk: Desk, data: str, **mapping: Any) -> uuid.UUID:
    """A list whose columns are as proposed."""
    import_id = imports.begin(desk, STUDY, "list.csv", data.encode())
    opened = list_pages.opened(desk, STUDY, import_id, **{"group": "backfill", **mapping})
    imports.tell_columns(desk, STUDY, import_id, opened.mapping)
    return import_id


def references(runtime: Runtime) -> set[str]:
    with runtime.database.reading() as session:
        return set(participants.references_in(session, Scope(STUDY, runtime.origin)))


def contact(desk: Desk, reference: str) -> Contact:
    return enrolment.contact_of(desk, STUDY, reference)[1]


def placed_of(runtime: Runtime, reference: str) -> tuple[str, str, set[int]]:
    with factories.operator(runtime).reading() as work:
        today = runtime.today(runtime.study(STUDY))
        found = participants.participant_by_reference(work.session, factories.everyone(runtime), reference, today)
        assert found is not None
        asked = {
            each.touchpoint: each
            for each in cases.cases_of(work.session, found.id)
            if each.disposition is not Disposition.NOT_ELIGIBLE
        }
    return found.group, found.site.reference if found.site else "", set(asked)


def test_a_list_is_brought_in_by_its_pages_and_taken_back(runtime: Runtime, client: Client, manager: Staff) -> None:
    client.sign_in(manager.email)
    sent = {**client.page(IMPORT).fields(), "file": (io.BytesIO(LIST.encode()), "people.csv")}
    here = client.post(IMPORT, sent, content_type="multipart/form-data").location
    columns = client.page(here)
    chosen = re.findall(r'<option value="(\w*)" selected>', columns.source)
    assert chosen == ["given_name", "family_name", "phone"]
    fields = {**columns.fields(), **{f"column-{place}": each for place, each in enumerate(chosen)}}
    # Which group they are in is still to be said.
    refused = client.post(f"{here}/columns", fields)
    assert Page(refused.text).words.count("Say which group") == 2, "above, and where it is put right"
    assert {'href="#group"', 'id="group"', 'id="group-fault"'} <= set(
        re.findall(r'(?:id|href)="#?group[-a-z]*"', refused.text)
    )
    client.post(f"{here}/columns", {**fields, "group": "backfill"})
    seen = client.page(here)
    assert "Amina Yusuf" in seen.words
    assert references(runtime) == set()
    client.post(f"{here}/decide", {**seen.fields(), "go": "on"})
    assert "2 participants were added" in client.page(here).words
    assert references(runtime) == {"BF-0001", "BF-0002"}
    file = list(csv.DictReader(io.StringIO(client.get(f"{here}/results.csv").text.removeprefix("\ufeff"))))
    assert [(row["line"], row["result"], row["reference"], row["name"]) for row in file] == [
        ("2", "added", "BF-0001", "Amina Yusuf"),
        ("3", "added", "BF-0002", "Marek Nowak"),
    ]
    client.post(f"{here}/undo", client.page(here).fields())
    assert "This list was taken back" in client.page(here).words
    assert references(runtime) == set()
    with runtime.database.reading() as session:
        done = [(entry.action, entry.subject) for entry in audit.entries(session, STUDY)]
    assert ("contact_seen", "BF-0001") in done
    assert {"list_seen", "participants_imported", "import_undone"} <= {action for action, _ in done}


def test_what_cannot_be_read_is_said_where_it_was_chosen(client: Client, manager: Staff) -> None:
    client.sign_in(manager.email)
    for data, said in ((b"%PDF-1.7", "This is a PDF"), (b"", "The file is empty"), (b"Name\n", "nobody in the file")):
        sent = {**client.page(IMPORT).fields(), "file": (io.BytesIO(data), "x")}
        answer = client.post(IMPORT, sent, content_type="multipart/form-data")
        assert (answer.status_code, said in Page(answer.text).words) == (422, True)


def test_dates_that_could_be_either_are_asked(desk: Desk) -> None:
    data = "Name,Date joined\nAmina Yusuf,03/06/2026\n"
    with pytest.raises(InputRefused, match="03/06/2026"):
        looked_at(desk, data)
    import_id = looked_at(desk, data, order=DayOrder.MONTH)
    imports.decide(desk, STUDY, import_id, Decisions())
    assert enrolment.contact_of(desk, STUDY, "BF-0001")[0].enrolled_on == dt.date(2026, 3, 6)


@pytest.mark.parametrize(
    ("choice", "state", "disposition"),
    [
        (LateChoice.CLOSED, CaseState.CLOSED, Disposition.UNKNOWN),
        (LateChoice.FROM_TODAY, CaseState.OPEN, Disposition.UNKNOWN),
        (LateChoice.NOT_ASKED, CaseState.NOT_ELIGIBLE, Disposition.NOT_ELIGIBLE),
    ],
)
def test_cases_that_would_be_closed_are_decided_of(
    runtime: Runtime, desk: Desk, choice: LateChoice, state: CaseState, disposition: Disposition
) -> None:
    import_id = looked_at(desk, "Name,Date joined\nAmina Yusuf,2025-01-13\nMarek Nowak,2026-06-13\n")
    seen = list_pages.looked_at(desk, STUDY, import_id)
    late = next(each for each in seen.ahead if each.late)
    assert (late.group, late.number, late.people, late.late) == ("backfill", 1, 2, 1)
    imports.decide(desk, STUDY, import_id, Decisions(late={("backfill", 1): choice}))
    person = enrolment.contact_of(desk, STUDY, "BF-0001")[0]
    with runtime.database.reading() as session:
        case = next(each for each in cases.cases_of(session, person.id) if each.touchpoint == 1)
    assert (case.state(runtime.clock(), None), case.disposition) == (state, disposition)


@pytest.mark.both_databases
def test_what_a_list_said_of_somebody_who_is_there_is_taken_back_with_it(runtime: Runtime, desk: Desk) -> None:
    enrolment.add(desk, STUDY, {"group": "backfill", "name": "Amina Yusuf"})
    enrolment.set_event(desk, STUDY, "BF-0001", "placement_start", "2026-06-01")

    def stands() -> tuple[object, ...]:
        person = enrolment.contact_of(desk, STUDY, "BF-0001")[0]
        with runtime.database.reading() as session:
            return (
                person.stopped_at is not None,
                {each.event: each.on for each in participants.events(session, person.id)},
                {name: each.given for name, each in said_of_consent.last_said(session, person.id).items()},
                [each.disposition for each in cases.cases_of(session, person.id)],
            )

    before = stands()
    import_id = looked_at(
        desk,
        "Reference,event.placement_start,event.training_start,consent.take_part,consented_on,do_not_contact\n"
        "BF-0001,2026-05-05,2026-06-09,yes,2026-06-02,yes\n",
    )
    imports.decide(desk, STUDY, import_id, Decisions())
    happened = {"placement_start": dt.date(2026, 5, 5), "training_start": dt.date(2026, 6, 9)}
    assert stands() == (True, happened, {"take_part": True}, [Disposition.REFUSAL])
    taking_back.undo(desk, STUDY, import_id)
    assert stands() == before


def test_a_list_is_not_taken_back_once_somebody_has_answered(runtime: Runtime, desk: Desk) -> None:
    import_id = looked_at(desk, LIST)
    imports.decide(desk, STUDY, import_id, Decisions())
    person = enrolment.contact_of(desk, STUDY, "BF-0001")[0]
    answering.give_consent(runtime, factories.by_link(runtime, person), {"take_part": True, "recontact": False})
    with pytest.raises(StateRefused, match="begun to answer"):
        taking_back.undo(desk, STUDY, import_id)
    assert references(runtime) == {"BF-0001", "BF-0002"}


def test_needs_consent_other_phones_and_who_wants_to_be_left_alone(runtime: Runtime, desk: Desk) -> None:
    import_id = looked_at(
        desk,
        "Name,Phone,Needs,Date of birth year,Do not contact,consent.take_part,Consent date,Consent taken by\n"
        'Amina Yusuf,07700 900142 / 07700 900143,"large print, relay",,,yes,2026-05-02,Job Shop\n'
        "Marek Nowak,,,,yes,,,\n",
    )
    imports.decide(desk, STUDY, import_id, Decisions())
    person, held = enrolment.contact_of(desk, STUDY, "BF-0001")
    assert (held.phone, held.other_phones, held.needs) == ("07700 900142", "07700 900143", "large_print, relay")
    with factories.operator(runtime).reading() as work:
        said = said_of_consent.last_said(work.session, person.id)
        assert [(each.purpose, each.given) for each in said.values()] == [("take_part", True)]
        assert contacts.find(work, Scope(STUDY, runtime.origin), "07700 900143") == ["BF-0001"]
        stopped = participants.participant_by_reference(
            work.session, Scope(STUDY, runtime.origin), "BF-0002", dt.date(2026, 6, 15)
        )
        assert stopped is not None
        assert stopped.stopped_at is not None
        assert {each.disposition for each in cases.cases_of(work.session, stopped.id)} == {Disposition.REFUSAL}


@pytest.mark.parametrize("choice", [DoubleChoice.MERGE, DoubleChoice.UPDATE])
def test_a_row_that_belongs_to_an_earlier_one_loses_nothing(runtime: Runtime, desk: Desk, choice: DoubleChoice) -> None:
    """Whatever it says, somebody on record would be told of it: so is somebody who is only just brought in."""
    head = (
        "Name,Phone,event.placement_start,consent.take_part,consent.recontact,Day of the consent,Who took the consent,"
        "Does not want to be contacted\n"
    )
    rows = "Kerry Platt,07700 900150,,,,,,\nKerry Platt,07700 900150,2026-06-01,yes,no,2026-06-01,Ann,yes\n"
    imports.decide(desk, STUDY, looked_at(desk, head + rows), Decisions(doubles={3: choice}))
    assert references(runtime) == {"BF-0001"}
    with runtime.database.reading() as session:
        [person] = session.scalars(select(ParticipantRow)).all()
        events = {each.event: each.on_date for each in session.scalars(select(EventRow))}
        said = {each.purpose: each.given for each in session.scalars(select(ConsentRow))}
    assert person.stopped_at is not None
    assert person.declined_contact_at is not None
    assert events == {"placement_start": dt.date(2026, 6, 1)}
    assert said["take_part"]
    assert not said["recontact"]


def test_a_row_that_belongs_to_one_of_somebody_on_record_is_theirs_too(runtime: Runtime, desk: Desk) -> None:
    enrolment.add(desk, STUDY, {"group": "backfill", "name": "Amina Yusuf", "phone": "07700 900142"})
    list_ = "Name,Phone\nAmina Yusuf,07700 900160\nA Yusuf-Khan,07700 900160\nA Y Khan,07700 900160\n"
    merged = dict.fromkeys((2, 3, 4), DoubleChoice.MERGE)
    imports.decide(desk, STUDY, looked_at(desk, list_), Decisions(doubles=merged))
    assert references(runtime) == {"BF-0001"}


def test_a_row_that_is_there_twice_is_one_person_whoever_else_has_their_number(runtime: Runtime, desk: Desk) -> None:
    enrolment.add(desk, STUDY, {"group": "backfill", "name": "Amina Yusuf", "phone": "07700 900142"})
    list_ = "Name,Phone\nChloe Brown,07700 900142\nchloe brown,07700900142\n"
    import_id = looked_at(desk, list_)
    doubles = {each.double.line: each.double for each in list_pages.looked_at(desk, STUDY, import_id).doubles}
    assert (doubles[2].reference, doubles[3].other_line) == ("BF-0001", 2)
    chosen = {2: DoubleChoice.ANOTHER, 3: DoubleChoice.MERGE}
    imports.decide(desk, STUDY, import_id, Decisions(doubles=chosen))
    assert references(runtime) == {"BF-0001", "BF-0002"}


def test_a_note_before_the_list_is_no_list(runtime: Runtime, desk: Desk) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    book.active.append(["From the works council, in June"])
    book.create_sheet("People").append(["Name", "Phone"])
    book["People"].append(["Amina Yusuf", "07700 900142"])
    file = io.BytesIO()
    book.save(file)
    import_id = imports.begin(desk, STUDY, "people.xlsx", file.getvalue())
    opened = list_pages.opened(desk, STUDY, import_id, group="backfill")
    assert opened.mapping.sheet == "People"


def test_a_list_that_nobody_brings_in_goes_by_itself(runtime: Runtime, desk: Desk, clock: Clock) -> None:
    import_id = looked_at(desk, "Name,Phone\nAmina Yusuf,07700 900142\n")
    clock.forward(hours=71)
    worker.round_of(factories.operator(runtime), ["retention"])
    with factories.operator(runtime).reading() as work:
        assert held.unsealed(work, import_id, "file")
    clock.forward(hours=2)
    worker.round_of(factories.operator(runtime), ["retention"])
    with factories.operator(runtime).reading() as work, pytest.raises(StateRefused):
        held.unsealed(work, import_id, "file")


def test_all_of_a_list_is_in_or_nothing(runtime: Runtime, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    import_id = looked_at(desk, LIST)
    monkeypatch.setattr(staging, "AT_ONCE", 1)
    stage: Callable[..., None] = staging.stage
    calls = []

    def breaks(*arguments: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise OSError("the disk is full")
        stage(*arguments)

    monkeypatch.setattr(staging, "stage", breaks)
    imports.decide(desk, STUDY, import_id, Decisions())
    found = held.record(desk, STUDY, import_id)
    assert found.state is ListState.CHECKED
    assert "Nobody was added" in str(held.failure(found))
    assert references(runtime) == set()
    with runtime.database.reading() as session:
        assert staging.staged(session, import_id) == []
    monkeypatch.setattr(staging, "stage", stage)
    imports.decide(desk, STUDY, import_id, Decisions())
    assert len(references(runtime)) == 2


@pytest.mark.both_databases
def test_a_number_that_was_given_to_somebody_meanwhile_is_not_given_twice(
    runtime: Runtime, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = looked_at(desk, LIST)
    somebody = enrolment.contact_of(desk, STUDY, enrolment.add(desk, STUDY, {"group": "employee"}).reference)[0]
    somebody = dataclasses.replace(somebody, group="backfill")
    take_in = bringing._take_in

    def late(work: Any, *arguments: Any) -> Any:
        work.session.flush()
        participants.add_participant(work.session, dataclasses.replace(somebody, id=new_id(), reference="BF-0001"))
        return take_in(work, *arguments)

    monkeypatch.setattr(bringing, "_take_in", late)
    imports.decide(desk, STUDY, import_id, Decisions())
    assert references(runtime) == {"BF-0001", "BF-0002", "BF-0003", "EM-0001"}
    assert contact(desk, "BF-0003").name == "Amina Yusuf"


@pytest.mark.both_databases
def test_what_was_interrupted_is_thrown_away(runtime: Runtime, desk: Desk, clock: Clock) -> None:
    import_id = looked_at(desk, LIST)
    with runtime.database.writing() as session:
        records.change(session, import_id, state=ListState.IMPORTING, beat_at=clock())
    with pytest.raises(StateRefused):
        taking_back.discard(desk, STUDY, import_id)
    clock.now += dt.timedelta(minutes=2)
    assert held.interrupted(desk, held.record(desk, STUDY, import_id))
    taking_back.discard(desk, STUDY, import_id)
    with pytest.raises(NotFound):
        held.record(desk, STUDY, import_id)


@pytest.mark.both_databases
def test_whoever_an_interrupted_list_had_brought_goes_with_it(
    runtime: Runtime, desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = looked_at(desk, LIST)
    with monkeypatch.context() as killed:
        # The process ends before it could take anything back.
        killed.setattr(bringing, "_take_in", lambda *_: (_ for _ in ()).throw(OSError("killed")))
        killed.setattr(bringing, "clear", lambda *_: None)
        imports.decide(desk, STUDY, import_id, Decisions())
    with runtime.database.reading() as session:
        [left] = {each.study for each in session.scalars(select(ParticipantRow))}
    assert left == staging.place_of(import_id)
    clock.forward(hours=73)
    worker.round_of(factories.operator(runtime), ["retention"])
    with runtime.database.reading() as session:
        assert session.scalars(select(ParticipantRow)).all() == []


def test_a_list_of_another_is_seen_by_who_manages_the_whole_study(runtime: Runtime, desk: Desk) -> None:
    import_id = looked_at(desk, LIST)
    site = factories.create_site(runtime)
    of_a_site = factories.create_staff(runtime, Role.MANAGER, site=site)
    with pytest.raises(NotFound):
        held.record(Desk(runtime, of_a_site), STUDY, import_id)
    other = factories.create_staff(runtime, Role.MANAGER)
    assert held.record(Desk(runtime, other), STUDY, import_id).id == import_id


def test_a_workbook_is_brought_in(runtime: Runtime, desk: Desk) -> None:
    data = workbook([("Our people",), ("Name", "Mobile"), ("Amina Yusuf", 7700900142)])
    import_id = imports.begin(desk, STUDY, "people.xlsx", data)
    opened = list_pages.opened(desk, STUDY, import_id, group="backfill")
    imports.tell_columns(desk, STUDY, import_id, opened.mapping)
    imports.decide(desk, STUDY, import_id, Decisions())
    assert contact(desk, "BF-0001") == Contact(name="Amina Yusuf", phone="7700900142")


def test_the_command_line_updates_by_reference(runtime: Runtime, desk: Desk) -> None:
    enrolment.add(desk, STUDY, {"group": "backfill", "name": "Amina Yusuf", "phone": "07700 900142"})
    data = b"group,reference,phone\nbackfill,BF-0001,07700 900199\nbackfill,BF-0002,07700 900150\n"
    refused = all_at_once.import_file(desk, STUDY, data)
    assert [str(each.sentence)[:16] for each in refused.faults] == ["BF-0001 is taken"]
    outcome = all_at_once.import_file(desk, STUDY, data, update=True, allow_shared=True)
    assert (outcome.references, outcome.changed, outcome.stored) == (("BF-0002",), 1, True)
    assert contact(desk, "BF-0001") == Contact(name="Amina Yusuf", phone="07700 900199")


@pytest.mark.both_databases
def test_a_touchpoint_that_is_closed_while_a_list_comes_in_is_not_forgotten(
    runtime: Runtime, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = looked_at(desk, LIST)
    progress = imports._progress

    def closing(*arguments: Any) -> Callable[[int], None]:
        tell = progress(*arguments)

        def told(done: int) -> None:
            touchpoints.change(desk, STUDY, "backfill", 1, {"act": "close", "days": ""})
            tell(done)

        return told

    monkeypatch.setattr(imports, "_progress", closing)
    imports.decide(desk, STUDY, import_id, Decisions())
    found = held.record(desk, STUDY, import_id)
    assert found.state is ListState.CHECKED
    assert "while this list came in" in str(held.failure(found))
    assert references(runtime) == set()
    monkeypatch.setattr(imports, "_progress", progress)
    imports.decide(desk, STUDY, import_id, Decisions())
    assert {1} & placed_of(runtime, "BF-0001")[2] == set()
