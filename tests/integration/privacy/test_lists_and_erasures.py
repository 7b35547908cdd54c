"""A list that waits holds people under no key of theirs: with whoever is erased it goes, from copies too; what stays of
a list that is through says nothing of who was in it."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import uuid
import zlib
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import select, update

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import StateRefused
from surveyapp.domain.fieldwork.lists import DoubleChoice, ListState
from surveyapp.domain.staff import Role, Staff
from surveyapp.services import runtime as runtimes
from surveyapp.services import worker
from surveyapp.services.lists import all_at_once, held, imports, list_pages, taking_back
from surveyapp.services.lists.sorting import Decisions
from surveyapp.services.privacy import erasing, replaying
from surveyapp.services.runtime import Runtime
from surveyapp.services.sealed_files import own_keys
from surveyapp.services.work import Desk
from surveyapp.store.database import new_id
from surveyapp.store.lists import records, staging
from surveyapp.store.participants import Sealed
from surveyapp.store.security.key_file import is_of_thing, of_thing
from surveyapp.store.tables import AuditRow, Base, ListImportRow, ParticipantRow
from tests import factories
from tests.conftest import Clock
from tests.integration.test_lists_brought_in import desk as desk
from tests.integration.test_lists_brought_in import manager as manager
from tests.page import Client
from tests.sealed import KnownPerson, know

pytestmark = pytest.mark.both_databases

STUDY = factories.STUDY
NAME = "Amina Yusuf.csv"
LIST = "First Name,Last Name,Mobile\nAmina,Yusuf,07700 900142\n"


@pytest.fixture
def somebody(runtime: Runtime) -> KnownPerson:
    return know(runtime, factories.create_staff(runtime, Role.INTERVIEWER), 1)


def begun(desk: Desk, data: str = LIST) -> uuid.UUID:
    return imports.begin(desk, STUDY, NAME, data.encode())


def looked_at(desk: Desk, data: str = LIST) -> uuid.UUID:
    import_id = begun(desk, data)
    opened = list_pages.opened(desk, STUDY, import_id, group="backfill")
    imports.tell_columns(desk, STUDY, import_id, opened.mapping)
    return import_id


def brought(desk: Desk, data: str = LIST) -> uuid.UUID:
    import_id = looked_at(desk, data)
    imports.decide(desk, STUDY, import_id, Decisions(), DoubleChoice.ANOTHER)
    assert held.record(desk, STUDY, import_id).state is ListState.IMPORTED
    return import_id


def naming(known: KnownPerson) -> str:
    first, last = known.contact.name.split()
    return f"First Name,Last Name,Mobile\n{first},{last},{known.contact.phone}\n"


def row_of(runtime: Runtime, import_id: uuid.UUID) -> dict[str, Any]:
    with runtime.database.reading() as session:
        table = ListImportRow.__table__
        return dict(session.execute(select(table).where(table.c.id == import_id)).mappings().one())


def written(runtime: Runtime) -> str:
    """Every value of every row."""
    with runtime.database.reading() as session:
        return "\n".join(repr(row) for table in Base.metadata.sorted_tables for row in session.execute(select(table)))


def has_key(runtime: Runtime, thing: uuid.UUID) -> bool:
    return of_thing(thing) in runtime.person_keys.of_things()


def erase(runtime: Runtime, known: KnownPerson) -> None:
    with factories.operator(runtime).writing() as work:
        erasing.erase(work, known.participant)


class TestWhoeverIsErased:
    @pytest.mark.parametrize("far", [begun, looked_at])
    def test_is_in_no_list_that_waits_nor_in_a_copy_of_one(
        self, runtime: Runtime, desk: Desk, somebody: KnownPerson, far: Any
    ) -> None:
        import_id = far(desk, naming(somebody))
        copy = row_of(runtime, import_id)
        assert NAME not in repr(copy), "a name of a file names people"
        assert held.record(desk, STUDY, import_id).file_name == NAME
        erase(runtime, somebody)
        now = row_of(runtime, import_id)
        assert (now["file"], now["kept"], now["key_id"], now["file_name"], now["summary"]) == (None, None, None, "", {})
        assert now["state"] is ListState.UNDONE
        assert not has_key(runtime, import_id)
        for going_on in (
            lambda: imports.decide(desk, STUDY, import_id, Decisions(), DoubleChoice.ANOTHER),
            lambda: list_pages.opened(desk, STUDY, import_id),
            lambda: list_pages.looked_at(desk, STUDY, import_id),
        ):
            with pytest.raises(StateRefused):
                going_on()
        with runtime.database.writing() as session:  # as it was in last night's backup
            session.execute(update(ListImportRow).where(ListImportRow.id == import_id).values(**copy))
        with desk.reading() as work:
            for name in ("file", "kept"):
                with pytest.raises(StateRefused):
                    held.unsealed(work, import_id, name)
            for bound_to in (import_id, of_thing(import_id)):
                with pytest.raises((InvalidTag, KeyError)):
                    runtime.keyring.unseal(bound_to, "list file", Sealed("first", copy["file"]))
        assert held.record(desk, STUDY, import_id).file_name == ""

    def test_is_not_brought_back_by_a_list_that_is_being_brought_in(
        self, runtime: Runtime, desk: Desk, somebody: KnownPerson, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whoever works on it meanwhile finds it gone, and takes away whom it has brought."""
        import_id = looked_at(desk, naming(somebody))
        whole = staging.take_in

        def erased_before(*args: Any) -> None:
            monkeypatch.undo()
            records.let_go(args[0], import_id, ListState.UNDONE)
            whole(*args)

        monkeypatch.setattr(staging, "take_in", erased_before)
        imports.decide(desk, STUDY, import_id, Decisions(), DoubleChoice.ANOTHER)
        with runtime.database.reading() as session:
            assert list(session.scalars(select(ParticipantRow.id))) == [somebody.participant.id]

    def test_is_in_no_list_that_was_given_up_half_way(
        self, runtime: Runtime, desk: Desk, somebody: KnownPerson
    ) -> None:
        import_id = brought(desk, naming(somebody))
        with runtime.database.writing() as session:  # killed before it was through
            there = somebody.participant.id
            records.forget_lines(session, import_id, [each.line for each in records.rows_of(session, import_id)])
            mine = update(ParticipantRow).where(ParticipantRow.id != there)
            session.execute(mine.values(study=staging.place_of(import_id)))
            records.change(session, import_id, state=ListState.IMPORTING)
        erase(runtime, somebody)
        with runtime.database.reading() as session:
            assert list(session.scalars(select(ParticipantRow.id))) == []
        assert runtime.person_keys.whose() == set()

    def test_leaves_lists_of_other_studies_and_those_that_are_through(
        self, runtime: Runtime, desk: Desk, somebody: KnownPerson
    ) -> None:
        through, other = brought(desk), begun(desk)
        with runtime.database.writing() as session:
            records.change(session, other, study="mentoring")
        erase(runtime, somebody)
        assert row_of(runtime, through)["state"] is ListState.IMPORTED
        assert row_of(runtime, other)["state"] is ListState.READ
        assert has_key(runtime, other)

    def test_whoever_brought_the_list_is_told(
        self, runtime: Runtime, client: Client, manager: Staff, somebody: KnownPerson
    ) -> None:
        import_id = looked_at(Desk(runtime, manager), naming(somebody))
        erase(runtime, somebody)
        client.sign_in(manager.email)
        page = client.page(f"/manage/{STUDY}/participants/import/{import_id}")
        assert "Somebody was erased who may have been in this list" in page.words
        assert "The list of" in client.page(f"/manage/{STUDY}/participants/import").words


class TestWhatStays:
    def test_of_a_list_that_is_through_is_neither_its_name_nor_what_tells_who_was_in_it(
        self, runtime: Runtime, desk: Desk
    ) -> None:
        plain = hashlib.sha256(LIST.encode()).hexdigest()
        import_id = brought(desk)
        assert row_of(runtime, import_id)["file_name"] == ""
        assert not has_key(runtime, import_id)
        all_at_once.import_file(desk, STUDY, f"group,name\nbackfill,{NAME}\n".encode())
        taking_back.undo(desk, STUDY, import_id)
        everything = written(runtime)
        assert plain not in everything
        assert NAME not in everything
        with runtime.database.reading() as session:
            marks = {row.detail["sha256"] for row in session.scalars(select(AuditRow)) if "sha256" in row.detail}
        assert all(len(each) == 64 for each in marks)
        assert len(marks) == 2

    @pytest.mark.parametrize("before", [False, True], ids=["keyed", "from before marks had keys"])
    def test_a_list_brought_in_twice_is_told(self, runtime: Runtime, desk: Desk, before: bool) -> None:
        data = "group,name\nbackfill,Amina Yusuf\n"
        plain = hashlib.sha256(data.encode()).hexdigest()
        if before:
            with desk.writing() as work:
                work.record(AuditAction.PARTICIPANTS_IMPORTED, study=STUDY, count=1, sha256=plain)
        else:
            assert all_at_once.import_file(desk, STUDY, data.encode()).stored
        again = all_at_once.import_file(desk, STUDY, data.encode(), dry_run=True).shared
        assert [each.sentence.code for each in again] == ["file_imported"]
        assert all_at_once.import_file(desk, STUDY, data.replace("Amina", "Anna").encode(), dry_run=True).shared == ()
        seen = list_pages.looked_at(desk, STUDY, looked_at(desk, data))
        assert seen.again is not None

    def test_and_is_while_the_access_key_it_was_marked_with_is_listed(self, runtime: Runtime, desk: Desk) -> None:
        data = b"group,name\nbackfill,Amina Yusuf\n"
        assert all_at_once.import_file(desk, STUDY, data).stored
        keys = {"new": b"n" * 32, **runtime.settings.access_keys}
        turned = runtimes.build(dataclasses.replace(runtime.settings, access_keys=keys), runtime.clock, runtime.studies)
        assert all_at_once.import_file(factories.operator(turned), STUDY, data, dry_run=True).shared
        turned.database.dispose()

    def test_a_list_that_was_looked_at_before_is_brought_in_under_a_keyed_mark(
        self, runtime: Runtime, desk: Desk
    ) -> None:
        """Lists that wait when this comes: sealed with a contact key, named and marked in clear."""
        import_id = looked_at(desk)
        plain = hashlib.sha256(LIST.encode()).hexdigest()
        with desk.writing() as work:
            kept = json.loads(held.unsealed(work, import_id, "kept"))
            del kept["print"]
            text = base64.b64encode(zlib.compress(json.dumps(kept).encode())).decode()
            stored = runtime.keyring.seal(import_id, "list kept", text)
            records.change(
                work.session, import_id, kept=stored.ciphertext, key_id="first", sha256=plain, file_name=NAME
            )
        assert held.record(desk, STUDY, import_id).file_name == NAME
        imports.decide(desk, STUDY, import_id, Decisions())
        assert row_of(runtime, import_id)["file_name"] == ""
        with runtime.database.reading() as session:
            details = [row.detail for row in session.scalars(select(AuditRow)) if "sha256" in row.detail]
        assert [each["sha256"] for each in details] == [runtime.keyring.digest("list", plain)]

    def test_names_of_lists_from_before_go_with_the_next_night(self, runtime: Runtime, desk: Desk) -> None:
        import_id, plain = brought(desk), hashlib.sha256(LIST.encode()).hexdigest()
        with runtime.database.writing() as session:
            records.change(session, import_id, file_name=NAME, sha256=plain)
        worker.round_of(factories.operator(runtime), ["retention"])
        assert (row_of(runtime, import_id)["file_name"], row_of(runtime, import_id)["sha256"]) == ("", "")


class TestKeysOfTheirOwn:
    def test_are_no_persons(self, runtime: Runtime, desk: Desk) -> None:
        """What counts people by their keys, or erases whoever has none, passes them over."""
        import_id = begun(desk)
        assert is_of_thing(of_thing(import_id))
        assert not is_of_thing(new_id())
        assert runtime.person_keys.whose() == set()
        taking_back.discard(desk, STUDY, import_id)
        assert not has_key(runtime, import_id)
        assert runtime.person_keys.forgotten() == {}
        assert replaying.replay(desk) == replaying.Replayed(0, 0)

    def test_go_once_nothing_is_sealed_with_them(self, runtime: Runtime, desk: Desk, clock: Clock) -> None:
        """Of a list that nobody brought in; and where the program was killed before a key went."""
        waits, fresh = begun(desk), new_id()
        lost = uuid.UUID(int=new_id().int - (7_200_000 << 80))
        runtime.person_keys.ensured([of_thing(fresh), of_thing(lost)])
        with desk.writing() as work:
            own_keys.sweep(work)
        assert runtime.person_keys.of_things() == {of_thing(waits), of_thing(fresh)}
        clock.forward(days=4)
        with desk.writing() as work:
            taking_back.remove_old(work)
        assert runtime.person_keys.of_things() == {of_thing(fresh)}
