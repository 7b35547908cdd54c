"""A manager adds people, mends how they are reached, and records what happened to them."""

from __future__ import annotations

import datetime as dt
import shutil
import threading
from pathlib import Path

import pytest

from surveyapp.domain.errors import ContactShared, FieldsRefused, NotFound, NotPermitted, StateRefused
from surveyapp.domain.fieldwork.cases import access_expiry
from surveyapp.domain.participants import Contact, Event, Origin, Participant
from surveyapp.domain.staff import Role, Staff
from surveyapp.services.participants import enrolment
from surveyapp.services.responses import answering
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.settings import ROOT
from surveyapp.store import cases, participants
from surveyapp.store.entry import accesses
from surveyapp.store.security import audit
from tests import factories
from tests.conftest import Clock

pytestmark = pytest.mark.both_databases

STUDY = factories.STUDY
WRITTEN = {
    "group": "backfill",
    "name": "Amina  Farah",
    "phone": "07700 900142",
    "email": "Amina@Example.org",
    "preferred": "phone",
    "times": "after 16:00",
    "language": "English, Somali",
}


@pytest.fixture
def manager(runtime: Runtime) -> Staff:
    return factories.create_staff(runtime, Role.MANAGER)


@pytest.fixture
def desk(runtime: Runtime, manager: Staff) -> Desk:
    return Desk(runtime, manager)


def cases_of(runtime: Runtime, participant: Participant) -> dict[int, dt.datetime]:
    with runtime.database.reading() as session:
        return {case.touchpoint: case.opens_at for case in cases.cases_of(session, participant.id)}


def count(runtime: Runtime) -> int:
    with runtime.database.reading() as session:
        return sum(participants.counts_by_origin(session).values())


def faults_of(refused: pytest.ExceptionInfo[FieldsRefused]) -> dict[str, str]:
    return {fault.field: fault.sentence for fault in refused.value.faults}


def test_somebody_added_has_a_number_a_first_touchpoint_and_a_sealed_contact(
    runtime: Runtime, manager: Staff, desk: Desk
) -> None:
    added = enrolment.add(desk, STUDY, WRITTEN)
    assert (added.reference, added.group, added.origin, added.enrolled_on) == (
        "BF-0001",
        "backfill",
        Origin.REAL,
        dt.date(2026, 6, 15),
    )
    assert cases_of(runtime, added) == {1: dt.datetime(2026, 6, 14, 23, tzinfo=dt.UTC)}
    seen, contact = enrolment.contact_of(desk, STUDY, "BF-0001")
    assert seen == added
    assert contact == Contact(
        name="Amina Farah",
        phone="07700 900142",
        email="Amina@Example.org",
        preferred="phone",
        times="after 16:00",
        language="English, Somali",
    )
    with runtime.database.reading() as session:
        assert b"Farah" not in b"".join(
            sealed.ciphertext for sealed in participants.contact(session, added.id).values()
        )
        trail = [(entry.action, entry.subject, entry.staff_id) for entry in audit.entries(session, STUDY)]
    assert trail[-2:] == [("participant_added", "BF-0001", manager.id), ("contact_seen", "BF-0001", manager.id)]


def test_numbers_go_on_from_the_highest_and_gaps_stay(runtime: Runtime, desk: Desk) -> None:
    factories.create_participant(runtime, reference="BF-0041")
    assert enrolment.add(desk, STUDY, {"group": "backfill"}).reference == "BF-0042"
    assert enrolment.add(desk, STUDY, {"group": "Existing employees"}).reference == "EM-0001"
    assert enrolment.add(desk, STUDY, {"group": "backfill", "reference": "bf-0007"}).reference == "BF-0007"
    assert enrolment.add(desk, STUDY, {"group": "backfill"}).reference == "BF-0043"


def test_two_managers_at_once_never_give_out_one_number_twice(runtime: Runtime, desk: Desk) -> None:
    given: list[str] = []

    def add() -> None:
        given.append(enrolment.add(desk, STUDY, {"group": "backfill"}).reference)

    threads = [threading.Thread(target=add) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(given) == [f"BF-{number:04d}" for number in range(1, 7)]


def test_everything_wrong_is_said_at_once_and_nobody_added(runtime: Runtime, desk: Desk) -> None:
    factories.create_participant(runtime, reference="BF-0041")
    with pytest.raises(FieldsRefused) as refused:
        enrolment.add(
            desk,
            STUDY,
            {
                "group": "backfill",
                "reference": "BF-0041",
                "enrolled_on": "2026-06-16",
                "site": "NEW!",
                "age": "under25",
                "phone": "12",
                "email": "amina",
                "preferred": "pigeon",
                "times": "x" * 300,
                "name": "Am\0ina",
                "event.placement_start": "31/02/2026",
            },
        )
    faults = faults_of(refused)
    assert set(faults) == {
        "reference",
        "enrolled_on",
        "site",
        "age",
        "phone",
        "email",
        "preferred",
        "times",
        "name",
        "event.placement_start",
    }
    assert faults["reference"].startswith("BF-0041 is taken.")
    assert faults["enrolled_on"] == "2026-06-16 is still to come. Check the year."
    assert faults["age"] == "“under25” is not one of the values. Did you mean “under_25”?"
    assert "not a date" in faults["event.placement_start"]
    assert count(runtime) == 1


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("group", "", "Say which group. Use one of: employee, backfill."),
        ("group", "back fill", "“back fill” is not one of the values. Did you mean “backfill”?"),
        ("reference", "EM-0001", "“EM-0001” is not a reference of this group. Write it like BF-0042"),
        ("reference", "BF-42", "“BF-42” is not a reference of this group."),
        ("enrolled_on", "1999-12-31", "is too long ago"),
        ("enrolled_on", "2026-13-01", "is not a date"),
        ("site_name", "Bakery", ""),
        ("site.employer_size", "tiny", "“tiny” is not one of the values. Use one of: sme, large."),
        ("phone", "4.47701E+11", "what a spreadsheet makes of a long number"),
        ("preferred", "email", "They prefer an e-mail, but there is no e-mail address."),
    ],
)
def test_each_fault_says_what_to_do(runtime: Runtime, desk: Desk, field: str, value: str, sentence: str) -> None:
    with pytest.raises(FieldsRefused) as refused:
        enrolment.add(desk, STUDY, {"group": "backfill", field: value})
    faults = faults_of(refused)
    assert (field if field != "site_name" else "site") in faults
    assert sentence in " ".join(faults.values())


@pytest.mark.parametrize("written", ["2026-06-01", "01/06/2026", "1/6/2026", "1.6.2026"])
def test_a_date_is_written_as_people_write_it(runtime: Runtime, desk: Desk, written: str) -> None:
    added = enrolment.add(desk, STUDY, {"group": "backfill", "enrolled_on": written})
    assert added.enrolled_on == dt.date(2026, 6, 1)


def test_a_new_site_comes_with_everything_known_of_it(runtime: Runtime, desk: Desk) -> None:
    with pytest.raises(FieldsRefused) as refused:
        enrolment.add(desk, STUDY, {"group": "employee", "site": "S9"})
    assert set(faults_of(refused)) == {"site.employer_size", "site.asks_uc"}
    added = enrolment.add(
        desk,
        STUDY,
        {
            "group": "employee",
            "site": "s9",
            "site_name": "The Bakery",
            "site.employer_size": "Small or medium employer",
            "site.asks_uc": "yes",
            "enrolled_on": "2026-06-01",
        },
    )
    assert added.site is not None
    assert (added.site.reference, added.site.name, added.site.attributes) == (
        "S9",
        "The Bakery",
        {"employer_size": "sme", "asks_uc": "yes"},
    )
    second = enrolment.add(desk, STUDY, {"group": "employee", "site": "S9", "site.employer_size": "sme"})
    assert second.site == added.site
    with pytest.raises(FieldsRefused) as refused:
        enrolment.add(desk, STUDY, {"group": "employee", "site": "S9", "site.employer_size": "large"})
    assert "down as “Small or medium employer”" in faults_of(refused)["site.employer_size"]


def test_a_shared_phone_number_is_confirmed_first(runtime: Runtime, desk: Desk) -> None:
    enrolment.add(desk, STUDY, WRITTEN)
    other = {"group": "employee", "phone": "+44 7700 900142", "email": "other@example.org"}
    with pytest.raises(ContactShared) as shared:
        enrolment.add(desk, STUDY, other)
    assert [(fault.field, fault.sentence) for fault in shared.value.shared] == [
        ("phone", "This phone number is also that of BF-0001.")
    ]
    assert count(runtime) == 1
    assert enrolment.add(desk, STUDY, other, confirmed=True).reference == "EM-0001"


@pytest.mark.parametrize("role", [Role.INTERVIEWER, Role.SUPERVISOR, Role.EVALUATOR])
def test_only_managers_add_people(runtime: Runtime, role: Role) -> None:
    staff = factories.create_staff(runtime, role)
    with pytest.raises(NotPermitted):
        enrolment.add(Desk(runtime, staff), STUDY, WRITTEN)
    with pytest.raises(NotPermitted):
        enrolment.set_event(Desk(runtime, staff), STUDY, "BF-0001", "placement_start", "2026-06-01")


def test_a_manager_of_one_site_adds_and_sees_its_people_only(runtime: Runtime) -> None:
    site, other = factories.create_site(runtime, "SM"), factories.create_site(runtime, "ML", "large")
    staff = factories.create_staff(runtime, Role.MANAGER, site=site)
    assert enrolment.add(Desk(runtime, staff), STUDY, {"group": "employee", "site": "SM"}).site == site
    assert [each.reference for each in enrolment.sites(Desk(runtime, staff), STUDY)] == ["SM"]
    for elsewhere in ("", "ML", "S9"):
        with pytest.raises(FieldsRefused) as refused:
            enrolment.add(Desk(runtime, staff), STUDY, {"group": "employee", "site": elsewhere})
        assert faults_of(refused)["site"] == "You add people at your own sites only. Use one of: SM."
    hidden = factories.create_participant(runtime, site=other)
    with pytest.raises(NotFound):
        enrolment.contact_of(Desk(runtime, staff), STUDY, hidden.reference)
    with pytest.raises(NotFound):
        enrolment.correct_contact(Desk(runtime, staff), STUDY, hidden.reference, {"name": "X"})


def test_a_corrected_contact_replaces_the_one_before(runtime: Runtime, desk: Desk) -> None:
    added = enrolment.add(desk, STUDY, WRITTEN)
    enrolment.correct_contact(desk, STUDY, added.reference, {"name": "Amina Farah", "phone": "07700 900200"})
    _, contact = enrolment.contact_of(desk, STUDY, added.reference)
    assert contact == Contact(name="Amina Farah", phone="07700 900200")
    with runtime.database.reading() as session:
        entry = next(each for each in audit.entries(session, STUDY) if each.action == "contact_corrected")
    assert entry.detail == {"fields": ["phone", "email", "preferred", "times", "language"]}
    with pytest.raises(FieldsRefused) as refused:
        enrolment.correct_contact(desk, STUDY, added.reference, {"phone": "1", "email": "x"})
    assert set(faults_of(refused)) == {"phone", "email"}


def test_a_number_kept_is_not_asked_about_again(runtime: Runtime, desk: Desk) -> None:
    first = enrolment.add(desk, STUDY, WRITTEN)
    second = enrolment.add(desk, STUDY, {"group": "backfill", "phone": "07700 900142"}, confirmed=True)
    enrolment.correct_contact(desk, STUDY, second.reference, {"phone": "07700 900142", "name": "B"})
    with pytest.raises(ContactShared):
        enrolment.correct_contact(desk, STUDY, second.reference, {"email": "amina@example.org"})
    enrolment.correct_contact(desk, STUDY, second.reference, {"email": "amina@example.org"}, confirmed=True)
    assert first.reference != second.reference


def events_of(runtime: Runtime, participant: Participant) -> list[Event]:
    with runtime.database.reading() as session:
        return participants.events(session, participant.id)


def test_an_event_is_recorded_and_corrected(runtime: Runtime, manager: Staff, desk: Desk) -> None:
    added = enrolment.add(desk, STUDY, {"group": "backfill", "event.placement_start": "2026-06-01"})
    for day in ("02/06/2026", "2026-06-02"):
        enrolment.set_event(desk, STUDY, added.reference, "placement_start", day)
    assert events_of(runtime, added) == [Event("placement_start", dt.date(2026, 6, 2), "manager")]
    enrolment.set_event(desk, STUDY, added.reference, "training_start", "2026-06-03")
    with runtime.database.reading() as session:
        acts = [each.action for each in audit.entries(session, STUDY) if each.action.startswith("event_")]
    assert acts == ["event_corrected", "event_recorded"]
    for event, day, field in (
        ("placed", "2026-06-01", "event"),
        ("placement_start", "", "on"),
        ("placement_start", "2026-07-01", "on"),
    ):
        with pytest.raises(FieldsRefused) as refused:
            enrolment.set_event(desk, STUDY, added.reference, event, day)
        assert set(faults_of(refused)) == {field}


def test_touchpoints_follow_an_event_and_move_with_it_until_answered(
    sqlite_url: str, clock: Clock, tmp_path: Path
) -> None:
    questionnaires = tmp_path / "questionnaires"
    shutil.copytree(ROOT / "questionnaires" / STUDY, questionnaires / STUDY, ignore=shutil.ignore_patterns("demo"))
    file = questionnaires / STUDY / "study.yaml"
    head, _, tail = file.read_text(encoding="utf-8").partition("questionnaire: backfill_1\n    opens: enrolled")
    assert tail
    file.write_text(f"{head}questionnaire: backfill_1\n    opens: event(placement_start) + 7 days{tail}", "utf-8")
    runtime = factories.create_runtime(sqlite_url, clock, questionnaires)
    factories.open_questionnaires(runtime)
    desk = Desk(runtime, factories.create_staff(runtime, Role.MANAGER))

    added = enrolment.add(desk, STUDY, {"group": "backfill"})
    assert cases_of(runtime, added) == {}, "nothing has happened yet"
    enrolment.set_event(desk, STUDY, added.reference, "placement_start", "2026-06-01")
    assert cases_of(runtime, added) == {1: dt.datetime(2026, 6, 7, 23, tzinfo=dt.UTC)}
    factories.create_link(runtime, added)
    enrolment.set_event(desk, STUDY, added.reference, "placement_start", "2026-06-03")
    assert cases_of(runtime, added) == {1: dt.datetime(2026, 6, 9, 23, tzinfo=dt.UTC)}
    with runtime.database.reading() as session:
        (case,) = cases.cases_of(session, added.id)
        (link,) = accesses.accesses_of(session, case.id)
    assert link.expires_at == access_expiry(case, runtime.zone(runtime.study(STUDY))), "their link goes with it"
    answering.give_consent(runtime, factories.by_link(runtime, added), {"take_part": True})
    enrolment.set_event(desk, STUDY, added.reference, "placement_start", "2026-06-05")
    assert cases_of(runtime, added) == {1: dt.datetime(2026, 6, 9, 23, tzinfo=dt.UTC)}, "somebody is answering"
    known = enrolment.add(desk, STUDY, {"group": "backfill", "event.placement_start": "2026-06-02"})
    assert cases_of(runtime, known) == {1: dt.datetime(2026, 6, 8, 23, tzinfo=dt.UTC)}
    runtime.database.dispose()


def test_nothing_is_changed_about_somebody_who_withdrew(runtime: Runtime, desk: Desk) -> None:
    added = enrolment.add(desk, STUDY, WRITTEN)
    with runtime.database.writing() as session:
        participants.withdraw(session, added.id, runtime.clock())
    with pytest.raises(StateRefused):
        enrolment.correct_contact(desk, STUDY, added.reference, {"name": "X"})
    with pytest.raises(StateRefused):
        enrolment.set_event(desk, STUDY, added.reference, "placement_start", "2026-06-01")
