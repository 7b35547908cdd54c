"""Somebody is erased: from every table, from what is kept beside the database, and from whatever is brought back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import func, select

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import AccessRefused, KeyMissing
from surveyapp.domain.participants import Contact
from surveyapp.domain.staff import Role, Staff
from surveyapp.services.participants import contacts
from surveyapp.services.privacy import erasing, replaying
from surveyapp.services.responses import survey_session
from surveyapp.services.results import current
from surveyapp.services.runtime import Runtime
from surveyapp.store import participants, relationships, results
from surveyapp.store.database import new_id
from surveyapp.store.relationships import RelatedPair
from surveyapp.store.security import audit, erasures
from surveyapp.store.tables import Base
from tests import factories
from tests.sealed import KnownPerson, know

pytestmark = pytest.mark.both_databases


@pytest.fixture
def staff(runtime: Runtime) -> Staff:
    return factories.create_staff(runtime, Role.INTERVIEWER)


def erase(runtime: Runtime, known: KnownPerson) -> None:
    with factories.operator(runtime).writing() as work:
        erasing.erase(work, known.participant)


def rows_of(runtime: Runtime, known: KnownPerson) -> dict[str, int]:
    """How many rows of each table are somebody's."""
    found = {}
    with runtime.database.reading() as session:
        for table in Base.metadata.sorted_tables:
            theirs = erasures.belonging_to(table, known.participant.id)
            if theirs is not None:
                found[table.name] = session.scalar(select(func.count()).select_from(table).where(theirs))
    return {name: count for name, count in found.items() if count}


def test_every_table_that_refers_to_people_is_known_to_belong_to_them() -> None:
    somebody = new_id()
    belonging = {
        table.name for table in Base.metadata.sorted_tables if erasures.belonging_to(table, somebody) is not None
    }
    assert belonging >= {
        "participant", "contact", "contact_lookup", "consent", "event", "relationship", "case", "access", "attempt",
        "lease", "response", "save", "answer", "answer_history", "result_change",
    }  # fmt: skip
    named = {table.name for table in Base.metadata.sorted_tables if "participant_id" in table.c}
    assert named - belonging == erasures.WITHOUT_FOREIGN_KEY


def test_nothing_of_them_is_left_and_of_others_everything(runtime: Runtime, staff: Staff) -> None:
    gone, stays = know(runtime, staff, 1), know(runtime, staff, 2)
    factories.create_link(runtime, gone.participant)
    employee = factories.create_participant(runtime, "employee")
    with factories.operator(runtime).writing() as work:
        pair = RelatedPair("paired_with", employee.id, gone.participant.id)
        relationships.add(work.session, [pair], work.now)
    before = rows_of(runtime, stays)
    assert set(rows_of(runtime, gone)) == {*before, "access", "relationship"}
    erase(runtime, gone)
    assert rows_of(runtime, gone) == {}
    assert {**rows_of(runtime, stays), "result_change": 0} == {**before, "result_change": 0}
    with factories.operator(runtime).reading() as work:
        assert contacts.read(work, stays.participant.id) == stays.contact
        assert contacts.find(work, factories.everyone(runtime), gone.contact.name) == []
        entry = audit.entries(work.session)[-1]
        assert list(erasures.listed(work.session)) == [gone.participant.id]
    assert (entry.action, entry.study, entry.subject, entry.detail) == (AuditAction.ERASED, factories.STUDY, None, {})


def test_their_key_is_destroyed_once_it_is_sure_and_not_before(runtime: Runtime, staff: Staff) -> None:
    known = know(runtime, staff, 1)

    def begin() -> None:
        with factories.operator(runtime).writing() as work:
            erasing.erase(work, known.participant)
            work.session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        begin()
    with factories.operator(runtime).reading() as work:
        assert contacts.read(work, known.participant.id) == known.contact
    erase(runtime, known)
    assert list(runtime.person_keys.forgotten()) == [known.participant.id]
    with pytest.raises(KeyMissing):
        runtime.person_keys.ensured([known.participant.id])


def test_where_nothing_sealed_is_kept_any_more_copies_of_it_cannot_be_opened(runtime: Runtime) -> None:
    person = factories.create_participant(runtime)
    with factories.operator(runtime).writing() as work:
        contacts.write(work, person, Contact(name="Amara Nowak"))
    with factories.operator(runtime).reading() as work:
        copied = participants.contact(work.session, person.id)["name"]
    with factories.operator(runtime).writing() as work:
        erasing.renew_key(work, person.id)
    with factories.operator(runtime).reading() as work:
        assert contacts.opened(work, person.id, "name", copied) == "Amara Nowak", "something is sealed still"
    with factories.operator(runtime).writing() as work:
        contacts.write(work, person, Contact())
        erasing.renew_key(work, person.id)
    with factories.operator(runtime).writing() as work:
        with pytest.raises(KeyMissing):
            contacts.opened(work, person.id, "name", copied)
        contacts.write(work, person, Contact(name="Amara N"))
    with factories.operator(runtime).reading() as work:
        assert contacts.read(work, person.id).name == "Amara N"


def test_whoever_is_answering_is_told_that_the_link_opens_nothing(runtime: Runtime, staff: Staff) -> None:
    known = know(runtime, staff, 1)
    who = factories.by_link(runtime, known.participant)
    erase(runtime, known)
    with pytest.raises(AccessRefused):
        survey_session.visit(runtime, who)


def test_the_working_view_loses_them_at_once(runtime: Runtime, staff: Staff) -> None:
    known, desk = know(runtime, staff, 1), factories.operator(runtime)
    study, scope = runtime.study(factories.STUDY), factories.everyone(runtime)
    state = current.up_to_date(desk, study)
    with desk.writing() as work:
        results.keep_page(work.session, scope, state.name, "page", b"counts")
    # On PostgreSQL the cache is a process's, and holds other studies' files of other tests.
    theirs = f"{factories.STUDY}-{runtime.origin.value}/*.arrow"
    kept = list(runtime.settings.cache.glob(theirs))
    assert any(known.participant.id.bytes in path.read_bytes() for path in kept)
    erase(runtime, known)
    assert not list(runtime.settings.cache.glob(theirs))
    assert not any(known.participant.id.bytes in each.read_bytes() for each in runtime.settings.cache.rglob("*.arrow"))
    with desk.reading() as work:
        assert results.state(work.session, scope) is None
        assert results.page(work.session, scope, state.name, "page") is None
    again = current.up_to_date(desk, study)
    assert len(current.tables(desk, study, again)["backfill"].people) == 0


def test_their_number_is_not_given_to_anybody_else(runtime: Runtime) -> None:
    from surveyapp.services.participants import enrolment as enrolling

    desk = factories.operator(runtime)
    written = {"group": "backfill", "name": "Amara Nowak", "phone": "07700 900142"}
    first = enrolling.add(desk, factories.STUDY, {**written, "reference": ""})
    with desk.writing() as work:
        erasing.erase(work, first)
    second = enrolling.add(desk, factories.STUDY, {**written, "reference": ""})
    assert second.reference != first.reference


def test_a_database_brought_back_loses_whoever_was_erased_since(
    runtime: Runtime, staff: Staff, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """What an older database held of somebody is put back, with the keys as they are now."""
    gone, stays = know(runtime, staff, 1), know(runtime, staff, 2)
    with runtime.database.engine.connect() as connection:
        older = [
            (table, [dict(row) for row in connection.execute(select(table).where(theirs)).mappings()])
            for table in Base.metadata.sorted_tables
            if (theirs := erasures.belonging_to(table, gone.participant.id)) is not None
        ]
    erase(runtime, gone)
    with runtime.database.engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(Base.metadata.tables["erasure"].delete())
        for table, rows in older:
            if rows:
                connection.execute(table.insert(), rows)
    desk = factories.operator(runtime)
    with desk.reading() as work:
        assert contacts.read(work, gone.participant.id) == Contact()
    assert replaying.replay(desk) == replaying.Replayed(1, 0)
    assert rows_of(runtime, gone) == {}
    with desk.reading() as work:
        assert contacts.read(work, stays.participant.id) == stays.contact
        assert audit.entries(work.session)[-1].action is AuditAction.ERASURE_REPLAYED
    assert replaying.replay(desk) == replaying.Replayed(0, 0)


def test_keys_brought_back_lose_whoever_was_erased_since(runtime: Runtime, staff: Staff, tmp_path: Path) -> None:
    """The one copy of the keys is from before the erasure."""
    gone, stays = know(runtime, staff, 1), know(runtime, staff, 2)
    shutil.copy(runtime.settings.person_keys, tmp_path / "copy")
    erase(runtime, gone)
    shutil.copy(tmp_path / "copy", runtime.settings.person_keys)
    desk = factories.operator(runtime)
    assert gone.participant.id in runtime.person_keys.of([gone.participant.id])
    assert replaying.replay(desk) == replaying.Replayed(0, 1)
    assert runtime.person_keys.of([gone.participant.id]) == {}
    assert stays.participant.id in runtime.person_keys.of([stays.participant.id])


def test_a_kill_between_the_database_and_the_keys_is_made_good(
    runtime: Runtime, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = know(runtime, staff, 1)
    with monkeypatch.context() as killed:
        killed.setattr(type(runtime.person_keys), "forget", _killed)
        with pytest.raises(KeyboardInterrupt):
            erase(runtime, known)
    assert rows_of(runtime, known) == {}
    assert replaying.replay(factories.operator(runtime)) == replaying.Replayed(0, 1)
    assert runtime.person_keys.of([known.participant.id]) == {}


def _killed(*_arguments: object) -> None:
    raise KeyboardInterrupt
