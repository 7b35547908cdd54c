"""The keys of persons, in a file of their own: records of one size, each overwritten where it stands.

A journal or a log would keep what was forgotten; here a key that is forgotten is written over in its place and flushed,
and its place goes on to say that it was. Several processes share the file: whoever writes holds its lock, whoever reads
shares it. A record fills a part of one disk sector, so that it is written whole or not at all, and a key that is
wrapped anew is written beside the old one before that goes.

On a file system that copies on writing, and on a disk that spreads its wear, the old sectors outlive the overwriting
until they are used again. What lies there is still wrapped with the installation's key.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import fcntl
import os
import secrets
import struct
import threading
import time
import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from surveyapp.domain.errors import DatabaseFault, DatabaseUnavailable, KeyMissing
from surveyapp.domain.sentences import say
from surveyapp.store.security.copying.of_files import flush

MAGIC = b"surveyapp person keys 1\n"
SIZE = 256
"""Bytes of a record, and of the header before the first."""

NAMED_BY = "SURVEYAPP_PERSON_KEYS"
"""What says where the file is."""

WRAPPED = 60
"""Bytes of a wrapped key: nonce, 32 bytes, tag."""

NAME = 32
"""Bytes at most that the name of a wrapping key may have."""

_RECORD = struct.Struct(f">16scq{NAME}s{WRAPPED}s{NAME}s{WRAPPED}s")
_NAMES_AT = (25, 25 + NAME + WRAPPED)
"""Where in a record the names of its wrapping keys begin."""
_LIVE, _GONE = b"L", b"E"
_NOTHING = bytes(WRAPPED)


def of_thing(thing: uuid.UUID) -> uuid.UUID:
    """Under what the key of something that is no person stands in the file: its own id (a UUIDv7), as a UUIDv8."""
    return uuid.UUID(int=thing.int & ~(0xF << 76) | 0x8 << 76)


def is_of_thing(key: uuid.UUID) -> bool:
    """Whether a record's key is of something that is no person."""
    return key.version == 8


class KeyFileMissing(KeyMissing):
    """There is no file of keys, or what lies there is none: `path`."""

    def __init__(self, path: Path) -> None:
        super().__init__(say("person_keys_gone"))
        self.path = path


OTHERS_MAKE_IT = 0.5
"""Seconds after which a file that is still empty is not one that another process is just making."""


_FAULTS = {
    errno.ENOSPC: DatabaseFault.FULL,
    errno.EDQUOT: DatabaseFault.FULL,
    errno.EFBIG: DatabaseFault.FULL,
    errno.EROFS: DatabaseFault.KEYS_SHUT,
    errno.EACCES: DatabaseFault.KEYS_SHUT,
    errno.EPERM: DatabaseFault.KEYS_SHUT,
}


def _fault_of(error: OSError) -> DatabaseFault:
    return _FAULTS.get(error.errno or 0, DatabaseFault.DISK)


@dataclass(frozen=True)
class WrappedKey:
    """A person's key, sealed with a key of the installation by that one's name."""

    key_id: str
    wrapped: bytes


@dataclass(frozen=True)
class KeyRecord:
    """What the file says of a person: their key, more than one way wrapped while that changes; none, when it was
    forgotten `gone_at`."""

    person: uuid.UUID
    keys: tuple[WrappedKey, ...]
    gone_at: dt.datetime | None


class KeyFile:
    """The file at a path. Raises KeyFileMissing from everything but `exists` where there is none (`create`: where
    something else lies there), and DatabaseUnavailable where its disk is full or fails: it is a part of what the
    database holds."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._places: dict[bytes, int] = {}
        self._seen: tuple[bytes, int] = (b"", 0)
        self._lock = threading.Lock()

    def exists(self) -> bool:
        try:
            with self._open(fcntl.LOCK_SH):
                return True
        except KeyFileMissing:
            return False

    def create(self) -> None:
        """Makes the file, for its owner alone; one that is there stays as it is."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseUnavailable(_fault_of(error), NAMED_BY) from error
        try:
            file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            self._wait_for_another()
            return
        except OSError as error:
            raise DatabaseUnavailable(_fault_of(error), NAMED_BY) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            _put(file, _header(), 0)
            os.fsync(file)
        except OSError as error:
            # Half a header is none, and would be in the way of the next.
            self.path.unlink(missing_ok=True)
            raise DatabaseUnavailable(_fault_of(error), NAMED_BY) from error
        finally:
            os.close(file)
        flush(self.path.parent)

    def _wait_for_another(self) -> None:
        """Until another process has made the file that is there. Raises KeyFileMissing where none is making it."""
        until = time.monotonic() + OTHERS_MAKE_IT
        while not self.exists():
            if not self.path.is_file() or self.path.stat().st_size or time.monotonic() > until:
                raise KeyFileMissing(self.path)
            time.sleep(OTHERS_MAKE_IT / 20)

    def read(self, people: Collection[uuid.UUID]) -> dict[uuid.UUID, KeyRecord]:
        """The records of these people, of those that there are. Many are read in one go."""
        with self._open(fcntl.LOCK_SH) as file:
            places = self._index(file)
            wanted = {each: place for each in people if (place := places.get(each.bytes)) is not None}
            if len(wanted) > 8:
                whole = _whole(file)
                return {each: _parsed(whole[place : place + SIZE]) for each, place in wanted.items()}
            return {each: _parsed(os.pread(file, SIZE, place)) for each, place in wanted.items()}

    def everything(self) -> list[KeyRecord]:
        """Every record, in the order in which they were added."""
        with self._open(fcntl.LOCK_SH) as file:
            whole = _whole(file)
        return [_parsed(whole[place : place + SIZE]) for place in range(SIZE, len(whole) - SIZE + 1, SIZE)]

    def some(self) -> list[KeyRecord]:
        """The first and the last record of all that are wrapped with the same: enough to try what opens them."""
        with self._open(fcntl.LOCK_SH) as file:
            whole = _whole(file)
        first: dict[bytes, int] = {}
        last: dict[bytes, int] = {}
        for place in range(SIZE, len(whole) - SIZE + 1, SIZE):
            if whole[place + 16 : place + 17] == _LIVE:
                names = b"".join(whole[place + start : place + start + NAME] for start in _NAMES_AT)
                first.setdefault(names, place)
                last[names] = place
        return [_parsed(whole[place : place + SIZE]) for place in sorted({*first.values(), *last.values()})]

    def add(self, keys: Mapping[uuid.UUID, WrappedKey]) -> dict[uuid.UUID, KeyRecord]:
        """Adds keys of people who have no record, and returns the records of all of these as they now are: another
        process may have been first."""
        with self._open(fcntl.LOCK_EX) as file:
            places = self._index(file)
            missing = [each for each in keys if each.bytes not in places]
            if missing:
                made = b"".join(_written(each, _LIVE, 0, (keys[each],)) for each in missing)
                _append(file, made)
                places = self._index(file)
            return {each: _parsed(os.pread(file, SIZE, places[each.bytes])) for each in keys}

    def forget(self, people: Collection[uuid.UUID], at: dt.datetime) -> None:
        """Writes over the keys of these people and says when; of those without a record too, for it tells whoever
        brings back an older database. Whoever was forgotten before keeps that moment."""
        seconds = int(at.timestamp())
        with self._open(fcntl.LOCK_EX) as file:
            places = self._index(file)
            unknown = []
            for each in people:
                place = places.get(each.bytes)
                if place is None:
                    unknown.append(_written(each, _GONE, seconds, ()))
                elif _parsed(os.pread(file, SIZE, place)).gone_at is None:
                    # First with chance, then for good: what a lazy disk kept of the first is no key either.
                    _put(file, each.bytes + _LIVE + secrets.token_bytes(SIZE - 17), place)
                    os.fsync(file)
                    _put(file, _written(each, _GONE, seconds, ()), place)
            if unknown:
                _append(file, b"".join(unknown))
            os.fsync(file)

    def wrap_anew(self, keys: Mapping[uuid.UUID, WrappedKey]) -> None:
        """Puts these wrapped keys in the place of those there are. Killed in between, both are there, and either
        opens. Those who were forgotten meanwhile stay so."""
        with self._open(fcntl.LOCK_EX) as file:
            places = self._index(file)
            known = {each: place for each in keys if (place := places.get(each.bytes)) is not None}
            found = {each: _parsed(os.pread(file, SIZE, place)) for each, place in known.items()}
            turning = [each for each in known if found[each].gone_at is None and found[each].keys != (keys[each],)]
            for each in turning:
                both = (*found[each].keys[:1], keys[each])
                _put(file, _written(each, _LIVE, 0, both), known[each])
            os.fsync(file)
            for each in turning:
                _put(file, _written(each, _LIVE, 0, (keys[each],)), known[each])
            os.fsync(file)

    def empty(self) -> None:
        """Writes over everything. For a database that is emptied and holds nobody real."""
        with self._open(fcntl.LOCK_EX) as file:
            size = os.fstat(file).st_size
            _put(file, _header() + bytes(max(0, size - SIZE)), 0)
            os.fsync(file)
            os.ftruncate(file, SIZE)
            os.fsync(file)

    def copy_to(self, target: Path) -> int:
        """Writes a copy over the former one, in its place; returns how many records it has. Raises KeyFileMissing for a
        target that is something else, OSError."""
        with self._open(fcntl.LOCK_SH) as file:
            whole = _whole(file)
        copy = os.open(target, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(copy, fcntl.LOCK_EX)
            size = os.fstat(copy).st_size
            if size and os.pread(copy, len(MAGIC), 0) != MAGIC:
                raise KeyFileMissing(target)
            os.fchmod(copy, 0o600)
            _put(copy, whole + bytes(max(0, size - len(whole))), 0)
            os.fsync(copy)
            os.ftruncate(copy, len(whole))
            os.fsync(copy)
        finally:
            os.close(copy)
        return len(whole) // SIZE - 1

    @contextlib.contextmanager
    def _open(self, lock: int) -> Iterator[int]:
        # Opened each time: a lock belongs to the opening, and threads and forked workers would share one.
        try:
            file = os.open(self.path, os.O_RDWR if lock == fcntl.LOCK_EX else os.O_RDONLY)
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise KeyFileMissing(self.path) from None
        except OSError as error:
            raise DatabaseUnavailable(_fault_of(error), NAMED_BY) from error
        try:
            fcntl.flock(file, lock)
            if os.pread(file, len(MAGIC), 0) != MAGIC:
                raise KeyFileMissing(self.path)
            yield file
        except IsADirectoryError:
            raise KeyFileMissing(self.path) from None
        except OSError as error:
            raise DatabaseUnavailable(_fault_of(error), NAMED_BY) from error
        finally:
            os.close(file)

    def _index(self, file: int) -> dict[bytes, int]:
        """Where each person's record stands. Records never move: only what was added since is read."""
        header, size = os.pread(file, SIZE, 0), os.fstat(file).st_size
        size -= size % SIZE
        with self._lock:
            if self._seen[0] != header:
                self._places, self._seen = {}, (header, SIZE)
            start = self._seen[1]
            if size > start:
                added = os.pread(file, size - start, start)
                self._places.update(
                    (added[place : place + 16], start + place) for place in range(0, len(added) - SIZE + 1, SIZE)
                )
                self._seen = (header, size)
            return self._places


def _header() -> bytes:
    """A new one for each file and each emptying, so that nobody takes the places of another for its own."""
    return (MAGIC + secrets.token_bytes(16)).ljust(SIZE, b"\0")


def _whole(file: int) -> bytes:
    size = os.fstat(file).st_size
    return os.pread(file, size - size % SIZE, 0)


def _put(file: int, what: bytes, place: int) -> None:
    """Writes all of it. Raises OSError where there is room for a part only."""
    if os.pwrite(file, what, place) < len(what):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _append(file: int, records: bytes) -> None:
    size = os.fstat(file).st_size
    # Half a record at the end is of somebody who was killed while adding it: nothing rests on it.
    _put(file, records, size - size % SIZE)
    os.fsync(file)


def _written(person: uuid.UUID, state: bytes, seconds: int, keys: tuple[WrappedKey, ...]) -> bytes:
    slots: list[bytes] = []
    for each in keys:
        name = each.key_id.encode()
        assert len(name) <= NAME
        assert len(each.wrapped) == WRAPPED
        slots += [name, each.wrapped]
    slots += [b"", _NOTHING] * (2 - len(keys))
    return _RECORD.pack(person.bytes, state, seconds, *slots).ljust(SIZE, b"\0")


def _parsed(record: bytes) -> KeyRecord:
    person, state, seconds, *slots = _RECORD.unpack(record[: _RECORD.size])
    gone = dt.datetime.fromtimestamp(seconds, dt.UTC) if state == _GONE else None
    keys = tuple(
        WrappedKey(name.rstrip(b"\0").decode(errors="replace"), wrapped)
        for name, wrapped in zip(slots[::2], slots[1::2], strict=True)
        if wrapped != _NOTHING
    )
    return KeyRecord(uuid.UUID(bytes=person), () if gone else keys, gone)
