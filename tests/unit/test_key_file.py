"""The file of people's keys: what is written is read, what is forgotten is nowhere in it, and who is killed in the
middle of writing leaves it whole."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import resource
import stat
import uuid
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.errors import DatabaseFault, DatabaseUnavailable
from surveyapp.store.security import key_file
from surveyapp.store.security.key_file import SIZE, WRAPPED, KeyFile, KeyFileMissing, WrappedKey

AT = dt.datetime(2026, 6, 15, 10, 30, tzinfo=dt.UTC)


def wrapped(fill: int, name: str = "first") -> WrappedKey:
    return WrappedKey(name, bytes([fill % 255 + 1]) * WRAPPED)


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    made = KeyFile(tmp_path / "people.keys")
    made.create()
    return made


def test_it_is_its_owners_alone(file: KeyFile) -> None:
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


def test_nothing_makes_a_file_but_being_told_to(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "people.keys")
    somebody = uuid.uuid4()
    for act in (
        lambda: file.read([somebody]),
        lambda: file.add({somebody: wrapped(1)}),
        lambda: file.forget([somebody], AT),
        lambda: file.wrap_anew({somebody: wrapped(1)}),
        lambda: file.put({somebody: (wrapped(1),)}),
        file.everything,
        file.empty,
        lambda: file.copy_to(tmp_path / "copy"),
    ):
        with pytest.raises(KeyFileMissing):
            act()
    assert not file.exists()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("lies_there", [b"something else" * 100, b"", None])
def test_another_file_is_not_taken_for_one(tmp_path: Path, lies_there: bytes | None) -> None:
    place = tmp_path / "people.keys"
    place.mkdir() if lies_there is None else place.write_bytes(lies_there)
    file = KeyFile(place)
    with pytest.raises(KeyFileMissing):
        file.create()
    assert not file.exists()
    with pytest.raises((KeyFileMissing, DatabaseUnavailable)):
        file.add({uuid.uuid4(): wrapped(1)})
    assert lies_there is None or place.read_bytes() == lies_there


def test_where_it_cannot_be_made_it_is_said_and_nothing_is_in_the_way(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "people.keys")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        with pytest.raises(DatabaseUnavailable):
            file.create()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    file.create()
    assert file.exists()
    (tmp_path / "letter").touch()
    with pytest.raises(DatabaseUnavailable):
        KeyFile(tmp_path / "letter" / "people.keys").create()


def test_of_many_a_few_of_each_wrapping_are_enough_to_try(file: KeyFile) -> None:
    people = [uuid.uuid4() for _ in range(9)]
    for number, each in enumerate(people):
        file.add({each: wrapped(number, "first" if number < 5 else "second")})
    file.forget([people[0], people[8]], AT)
    assert [each.person for each in file.some()] == [people[1], people[4], people[5], people[7]]


def test_who_adds_second_gets_what_was_added_first(file: KeyFile) -> None:
    somebody = uuid.uuid4()
    file.add({somebody: wrapped(1)})
    assert KeyFile(file.path).add({somebody: wrapped(2)})[somebody].keys == (wrapped(1),)


def test_a_forgotten_key_is_nowhere_in_the_file_and_its_owner_stays_forgotten(file: KeyFile) -> None:
    gone, stays, never = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    file.add({gone: wrapped(1), stays: wrapped(2)})
    other = KeyFile(file.path)
    other.read([gone])
    file.forget([gone, never], AT)
    assert wrapped(1).wrapped not in file.path.read_bytes()
    for each in (file, other):
        found = each.read([gone, stays, never])
        assert (found[gone].keys, found[gone].gone_at) == ((), AT)
        assert (found[never].keys, found[never].gone_at) == ((), AT)
        assert found[stays].keys == (wrapped(2),)
    file.forget([gone], AT + dt.timedelta(days=1))
    assert file.add({gone: wrapped(3)})[gone].gone_at == AT
    file.wrap_anew({gone: wrapped(4), stays: wrapped(5, "second")})
    assert file.read([gone])[gone].keys == ()
    assert file.read([stays])[stays].keys == (wrapped(5, "second"),)
    assert wrapped(2).wrapped not in file.path.read_bytes()


def test_emptied_it_holds_nothing_and_goes_on(file: KeyFile) -> None:
    before, after = uuid.uuid4(), uuid.uuid4()
    file.add({before: wrapped(1)})
    other = KeyFile(file.path)
    other.read([before])
    file.empty()
    assert wrapped(1).wrapped not in file.path.read_bytes()
    file.add({after: wrapped(2)})
    assert list(other.read([before, after])) == [after]


def test_a_copy_is_written_over_the_former_one(file: KeyFile, tmp_path: Path) -> None:
    people = [uuid.uuid4() for _ in range(3)]
    file.add({each: wrapped(number) for number, each in enumerate(people)})
    copy = tmp_path / "copy"
    assert file.copy_to(copy) == 3
    written_in = copy.stat().st_ino
    file.forget(people[:1], AT)
    assert file.copy_to(copy) == 3
    assert copy.stat().st_ino == written_in
    assert copy.read_bytes() == file.path.read_bytes()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    (tmp_path / "letter").write_text("dear all")
    (tmp_path / "letter").chmod(0o644)
    with pytest.raises(KeyFileMissing):
        file.copy_to(tmp_path / "letter")
    assert (tmp_path / "letter").read_text() == "dear all"
    assert stat.S_IMODE((tmp_path / "letter").stat().st_mode) == 0o644


@given(cut=st.integers(1, SIZE - 1), many=st.integers(0, 12))
def test_half_a_record_at_the_end_is_nobodys(tmp_path_factory: pytest.TempPathFactory, cut: int, many: int) -> None:
    file = KeyFile(tmp_path_factory.mktemp("keys") / "people.keys")
    file.create()
    people = {uuid.uuid4(): wrapped(number) for number in range(many)}
    if people:
        file.add(people)
    with file.path.open("ab") as torn:
        torn.write(b"x" * cut)
    later = uuid.uuid4()
    file.add({later: wrapped(99)})
    found = KeyFile(file.path).read([*people, later])
    assert {each: record.keys for each, record in found.items()} == {
        each: (key,) for each, key in {**people, later: wrapped(99)}.items()
    }


@pytest.mark.parametrize("room", [0, 1, SIZE - 1])
def test_without_room_nothing_is_added_and_nothing_lost(file: KeyFile, room: int) -> None:
    """A limit of the shell's, or a full disk, in the middle of a record."""
    here, new = uuid.uuid4(), uuid.uuid4()
    file.add({here: wrapped(1)})
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file.path.stat().st_size + room, before[1]))
    try:
        with pytest.raises(DatabaseUnavailable) as raised:
            file.add({new: wrapped(2)})
        assert raised.value.fault is DatabaseFault.FULL
        file.forget([here], dt.datetime(2026, 6, 1, tzinfo=dt.UTC))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert file.read([here])[here].gone_at is not None, "what is there is written over: that takes no room"
    assert file.read([new]) == {}
    assert file.add({new: wrapped(3)})[new].keys == (wrapped(3),)


def test_killed_while_wrapping_anew_either_key_is_there(file: KeyFile, monkeypatch: pytest.MonkeyPatch) -> None:
    somebody = uuid.uuid4()
    file.add({somebody: wrapped(1)})
    monkeypatch.setattr(key_file, "_written", _stopping(key_file._written, after=1))
    with pytest.raises(KeyboardInterrupt):
        file.wrap_anew({somebody: wrapped(2, "second")})
    monkeypatch.undo()
    assert file.read([somebody])[somebody].keys == (wrapped(1), wrapped(2, "second"))
    file.wrap_anew({somebody: wrapped(2, "second")})
    assert file.read([somebody])[somebody].keys == (wrapped(2, "second"),)


def _stopping(function, after):  # type: ignore[no-untyped-def]
    """The function, interrupted at the call after so many."""
    calls = iter(range(after))

    def stopping(*arguments):  # type: ignore[no-untyped-def]
        if next(calls, None) is None:
            raise KeyboardInterrupt
        return function(*arguments)

    return stopping


def _adding(path: Path, people: list[uuid.UUID]) -> None:
    file = KeyFile(path)
    for number, each in enumerate(people):
        file.add({each: wrapped(os.getpid() + number)})


def test_several_processes_add_the_same_people_once(file: KeyFile) -> None:
    people = [uuid.uuid4() for _ in range(40)]
    fork = multiprocessing.get_context("spawn")
    workers = [fork.Process(target=_adding, args=(file.path, order)) for order in (people, people[::-1])]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    records = file.everything()
    assert sorted(record.person for record in records) == sorted(people)


def test_keys_that_are_put_take_the_place_of_those_there_were_and_whoever_is_gone_stays_so(file: KeyFile) -> None:
    one, two, gone, nobody = (uuid.uuid4() for _ in range(4))
    file.add({one: wrapped(1), two: wrapped(2), gone: wrapped(3)})
    file.forget([gone], AT)
    file.put({one: (wrapped(4), wrapped(1)), gone: (wrapped(5),), nobody: (wrapped(6),)})
    file.put({two: (wrapped(7),)}, AT)
    file.wrap_anew({two: wrapped(8)})
    found = file.read([one, two, gone, nobody])
    assert found.keys() == {one, two, gone}
    assert (found[one].keys, found[one].renewed_at) == ((wrapped(4), wrapped(1)), None)
    assert (found[two].keys, found[two].renewed_at) == ((wrapped(8),), AT)
    assert (found[gone].keys, found[gone].gone_at) == ((), AT)
    assert bytes(wrapped(2).wrapped) not in file.path.read_bytes()


def test_a_copy_of_before_that_is_put_in_its_place_while_it_is_used_is_read_as_it_is(
    file: KeyFile, tmp_path: Path
) -> None:
    """A server knows where each record stands; in the copy others may stand there, or nobody."""
    first, later, others = uuid.uuid4(), uuid.uuid4(), [uuid.uuid4(), uuid.uuid4()]
    file.add({first: wrapped(1)})
    older = file.path.read_bytes()
    file.add({later: wrapped(2)})
    assert file.read([later])
    file.path.write_bytes(older)
    assert file.read([first, later]).keys() == {first}
    file.add({later: wrapped(2)})
    file.path.write_bytes(older)
    KeyFile(file.path).add({each: wrapped(3) for each in others})
    found = file.read([first, later, *others])
    assert {person: record.person for person, record in found.items()} == {each: each for each in (first, *others)}
