"""A key for each person, with which what says who they are, and their own words, are sealed.

The keys lie outside the database and its backups, each sealed ("wrapped") with the first of the installation's contact
keys. Where a person's key is forgotten, nothing that was sealed with it can be read again: not in the database, nor in
any copy of it.

While others are merged into somebody, what is written of them is sealed with a key that follows from all of theirs
(`together`), so that whichever of them is erased takes it along; what each had said before stays under their own.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import os
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.orm import Session

from surveyapp.domain.errors import DatabaseFault, DatabaseUnavailable, KeyMissing, PersonKeyGone
from surveyapp.domain.sentences import say
from surveyapp.store.mending import merging
from surveyapp.store.participants import Sealed
from surveyapp.store.security.key_file import KeyFile, KeyRecord, WrappedKey, is_of_thing

PERSONAL = "person"
"""What stands where a row says which key sealed it: the person's own. No contact key has this name."""


@dataclass(frozen=True)
class PersonKeys:
    """The keys of everybody. `in_clear`: the studies whose answers in words are not sealed."""

    file: KeyFile
    contact_keys: Mapping[str, bytes] = field(repr=False)
    in_clear: frozenset[str] = frozenset()

    def seals(self) -> PersonSeals:
        """What a unit of work opens and seals with."""
        return PersonSeals(self)

    def of(self, people: Collection[uuid.UUID]) -> dict[uuid.UUID, bytes]:
        """The own keys of these people, of those who have one. Raises KeyMissing without the file, or without the
        contact key that one is wrapped with."""
        found, shut = self.tried_of(people)
        for error in shut.values():
            raise error
        return {person: keys[-1] for person, keys in found.items()}

    def tried_of(
        self, people: Collection[uuid.UUID]
    ) -> tuple[dict[uuid.UUID, tuple[bytes, ...]], dict[uuid.UUID, KeyMissing]]:
        """The keys of these people that are there and open: the first seals, the last is their own, all of them open;
        and why others do not, of those whose key is there. Raises KeyMissing without the file."""
        found: dict[uuid.UUID, tuple[bytes, ...]] = {}
        shut: dict[uuid.UUID, KeyMissing] = {}
        for person, record in self.file.read(people).items():
            if record.gone_at is not None:
                continue
            if keys := self._unwrapped(record):
                found[person] = keys
            else:
                shut[person] = KeyMissing(say("contact_key_gone", names=[each.key_id for each in record.keys]))
        return found, shut

    def ensured(self, people: Collection[uuid.UUID]) -> dict[uuid.UUID, tuple[bytes, ...]]:
        """The keys of these people, as `tried_of` has them, made for those who have none: on the disk before anything
        is sealed with them. Raises KeyMissing as `of` does, and for somebody who was erased."""
        found, shut = self.tried_of(people)
        for error in shut.values():
            raise error
        missing = [each for each in people if each not in found]
        if missing:
            made = {each: self.wrapped(each, AESGCM.generate_key(256)) for each in missing}
            there = self.file.add(made)
            if any(record.gone_at for record in there.values()):
                raise KeyMissing(say("person_key_gone"))
            found |= {person: self._unwrapped(record) for person, record in there.items()}
        return found

    def forget(self, people: Collection[uuid.UUID], at: dt.datetime) -> None:
        """Destroys these people's keys, for good, and says when. Raises KeyMissing without the file."""
        self.file.forget(people, at)

    def renew(self, people: Collection[uuid.UUID], at: dt.datetime) -> None:
        """Puts new keys in the place of these people's, of whom nothing is sealed now: copies of what was can no longer
        be opened. Nothing where they have none. Raises KeyMissing without the file."""
        self.file.put({each: (self.wrapped(each, AESGCM.generate_key(256)),) for each in people}, at)

    def write_together(self, person: uuid.UUID, others: Sequence[uuid.UUID]) -> None:
        """From now on what is written of a person is sealed with the key that they have together with these others, or
        with their own where there are none. Nothing where one of them has no key. Raises KeyMissing without the
        file."""
        found, _shut = self.tried_of([person, *others])
        if found.keys() != {person, *others}:
            return
        own = found[person][-1]
        wanted = (together([own, *(found[each][-1] for each in others)]), own) if others else (own,)
        if wanted != found[person]:
            self.file.put({person: tuple(self.wrapped(person, each) for each in wanted)})

    def wrap_anew(self, people: Collection[uuid.UUID]) -> None:
        """Wraps these people's keys with the first contact key. Raises KeyMissing where one does not open."""
        self.of(people)
        found, _shut = self.tried_of(people)
        single = {person: self.wrapped(person, keys[0]) for person, keys in found.items() if len(keys) == 1}
        self.file.wrap_anew(single)
        self.file.put(
            {
                person: tuple(self.wrapped(person, each) for each in keys)
                for person, keys in found.items()
                if person not in single
            }
        )

    def forgotten(self) -> dict[uuid.UUID, dt.datetime]:
        """Whose keys were destroyed, and when: the erasures, as they are known outside the database. Raises KeyMissing
        without the file."""
        return {
            each.person: each.gone_at
            for each in self.file.everything()
            if each.gone_at is not None and not is_of_thing(each.person)
        }

    def writing_together(self) -> list[uuid.UUID]:
        """Those of whom what is written is sealed with a key that they have together with others. Raises KeyMissing
        without the file."""
        several = [each for each in self.file.everything() if len(each.keys) > 1]
        return [each.person for each in several if len(self._unwrapped(each)) > 1]

    def whose(self) -> set[uuid.UUID]:
        """Everybody who has a key. Raises KeyMissing without the file."""
        return {each for each in self._there() if not is_of_thing(each)}

    def of_things(self) -> set[uuid.UUID]:
        """The keys that are no person's (`own_keys`). Raises KeyMissing without the file."""
        return {each for each in self._there() if is_of_thing(each)}

    def _there(self) -> set[uuid.UUID]:
        return {each.person for each in self.file.everything() if each.gone_at is None}

    def never_renewed(self) -> set[uuid.UUID]:
        """Everybody who has the key that they had first. Raises KeyMissing without the file."""
        first = (each.person for each in self.file.everything() if each.gone_at is None and each.renewed_at is None)
        return {each for each in first if not is_of_thing(each)}

    def tried(self) -> tuple[set[str], set[str]]:
        """The names of the contact keys that people's own are wrapped with: of those that open them, and of those that
        do not, because they are not listed or another key stands under the name. Tries a few of each. Raises KeyMissing
        without the file."""
        opened: set[str] = set()
        shut: set[str] = set()
        for record in self.file.some():
            for each in record.keys:
                (shut if self._opened(record.person, each) is None else opened).add(each.key_id)
        return opened, shut

    def wrapped(self, person: uuid.UUID, key: bytes) -> WrappedKey:
        """A person's key, sealed with the first contact key."""
        key_id = next(iter(self.contact_keys))
        nonce = os.urandom(12)
        return WrappedKey(key_id, nonce + AESGCM(self.contact_keys[key_id]).encrypt(nonce, key, _wrapping(person)))

    def _unwrapped(self, record: KeyRecord) -> tuple[bytes, ...]:
        """The keys of a record that open, each once: one that is just being wrapped anew is there twice."""
        return tuple(dict.fromkeys(filter(None, (self._opened(record.person, each) for each in record.keys))))

    def _opened(self, person: uuid.UUID, key: WrappedKey) -> bytes | None:
        outer = self.contact_keys.get(key.key_id)
        if outer is None:
            return None
        try:
            return AESGCM(outer).decrypt(key.wrapped[:12], key.wrapped[12:], _wrapping(person))
        except InvalidTag:
            return None


def _wrapping(person: uuid.UUID) -> bytes:
    return b"person key\0" + person.bytes


def together(own: Sequence[bytes]) -> bytes:
    """The key that several people have together, whose own keys these are: it is kept nowhere but where it seals, and
    follows from theirs as long as each of them is there."""
    return hmac.new(own[0], b"together\0" + b"".join(own[1:]), hashlib.sha256).digest()


class PersonSeals:
    """The keys that a unit of work has met, each looked up once."""

    def __init__(self, keys: PersonKeys) -> None:
        self._store = keys
        self._met: dict[uuid.UUID, tuple[bytes, ...]] = {}
        self._shut: dict[uuid.UUID, KeyMissing] = {}
        self._besides: dict[uuid.UUID, dict[tuple[uuid.UUID, bytes], None]] = {}
        self._sealed_with: dict[uuid.UUID, bytes] = {}
        self._decided: set[uuid.UUID] = set()
        self._session: Session | None = None

    def bind(self, session: Session) -> None:
        """Tells whose unit of work this is: it knows who was merged into whom."""
        self._session = session

    def expect(self, people: Iterable[uuid.UUID]) -> None:
        """Looks up the keys of many people in one go. That one is not there, or not opened, is told by what wants it.
        Raises KeyMissing without the file."""
        if wanted := {each for each in people if each not in self._met and each not in self._shut}:
            found, shut = self._store.tried_of(wanted)
            self._met |= found
            gone = PersonKeyGone(say("person_key_gone"))
            self._shut |= {each: shut.get(each, gone) for each in wanted if each not in found}

    def expect_new(self, people: Iterable[uuid.UUID]) -> None:
        """The same, making those that there are not. Raises KeyMissing as `PersonKeys.ensured` does."""
        if wanted := {each for each in people if each not in self._met}:
            self._met |= self._store.ensured(wanted)
            for each in wanted:
                self._shut.pop(each, None)

    def seal(self, person: uuid.UUID, name: str, text: str) -> bytes:
        """AES-256-GCM under the person's key, or the one they have together with whoever was merged into them, bound to
        them and to what it is called. Raises KeyMissing."""
        self.expect_new((person,))
        if person not in self._decided:
            self._sealed_with.setdefault(person, self._met[person][0])
        return _closed(self._met[person][0], person, name, text)

    def seal_with(self, person: uuid.UUID, others: Sequence[uuid.UUID], name: str, text: str) -> bytes:
        """The same as while these others, and no more, are merged into them. Raises KeyMissing."""
        self.expect_new((person, *others))
        return _closed(self._key_with(person, others), person, name, text)

    def unseal(self, person: uuid.UUID, name: str, sealed: bytes) -> str:
        """Raises PersonKeyGone where no key of the person opens it, nor of whoever was merged into them: theirs is
        not there, was destroyed or renewed, or it was tampered with or belongs elsewhere; and KeyMissing without the
        file of keys or the contact key that theirs is wrapped with."""
        self.expect((person,))
        for key in self._met.get(person, ()):
            if (text := _text_of(key, person, name, sealed)) is not None:
                return text
        for owner, key in self._keys_besides(person):
            if (text := _text_of(key, owner, name, sealed)) is not None:
                return text
        raise self._shut.get(person) or PersonKeyGone(say("person_key_gone"))

    def unsealed(self, person: uuid.UUID, name: str, sealed: bytes) -> str | None:
        """`unseal`; None where no key of theirs opens it. Raises KeyMissing where what is missing is for whoever runs
        the site to put back: the file of keys, or a contact key."""
        try:
            return self.unseal(person, name, sealed)
        except PersonKeyGone:
            return None

    def require(self, person: uuid.UUID) -> None:
        """Raises KeyMissing where a person's key is not there or not opened: what it seals may be opened another day,
        and nobody goes by what can be read without it."""
        self.expect((person,))
        if (error := self._shut.get(person)) is not None:
            raise error

    def opens_with(self, person: uuid.UUID, others: Sequence[uuid.UUID], name: str, sealed: bytes) -> bool:
        """Whether a person's own key opens it, or another of those that there are while these others, and no more, are
        merged into them."""
        self.expect((person, *others))
        own = [(person, key) for key in self._met.get(person, ())[-1:]]
        return any(
            _text_of(key, owner, name, sealed) is not None
            for owner, key in (*own, *self._together_with(person, others))
        )

    def write_together(self, person: uuid.UUID, others: Sequence[uuid.UUID]) -> None:
        """In this unit of work, what is written of a person is sealed with the key that they have together with these
        others; with their own where there are none, or where one of their keys is not there."""
        self.expect((person, *others))
        if person in self._met:
            # What opens now goes on opening until the unit of work ends.
            self._keys_besides(person)
            self._besides[person] |= {(person, each): None for each in self._met[person]}
            own = self._met[person][-1]
            self._met[person] = tuple(dict.fromkeys((self._key_with(person, others), own)))
            # Whoever decides that holds what is theirs, and no other does it meanwhile.
            self._decided.add(person)
            self._sealed_with.pop(person, None)

    def check(self) -> None:
        """Looks, before what was sealed is committed, whether it still will be opened by the keys there are: somebody
        may have been let go of, or taken apart, since they were looked up. Raises DatabaseUnavailable where not: it is
        to be tried again."""
        if self._sealed_with:
            now, _shut = self._store.tried_of(self._sealed_with)
            if any(key not in now.get(person, ()) for person, key in self._sealed_with.items()):
                raise DatabaseUnavailable(DatabaseFault.BUSY)

    def _key_with(self, person: uuid.UUID, others: Sequence[uuid.UUID]) -> bytes:
        all_of = [self._met[each][-1] for each in (person, *others) if each in self._met]
        return together(all_of) if others and len(all_of) > len(others) else self._met[person][-1]

    def _keys_besides(self, person: uuid.UUID) -> list[tuple[uuid.UUID, bytes]]:
        """What else may have sealed of a person, and bound to whom: the own keys of those who were merged into them,
        and the keys that they had together, as one after the other came."""
        if person not in self._besides:
            others = merging.folded_into(self._session, [person]) if self._session is not None else []
            self._besides[person] = dict.fromkeys(self._together_with(person, others))
        return list(self._besides[person])

    def _together_with(self, person: uuid.UUID, others: Sequence[uuid.UUID]) -> Iterator[tuple[uuid.UUID, bytes]]:
        self.expect((person, *others))
        for each in others:
            if each in self._met:
                yield each, self._met[each][-1]
        for many in range(1, len(others) + 1):
            all_of = [self._met[each][-1] for each in (person, *others[:many]) if each in self._met]
            if len(all_of) > many:
                yield person, together(all_of)

    def sealed(self, person: uuid.UUID, name: str, text: str) -> Sealed:
        """`seal`, with what says which key it was."""
        return Sealed(PERSONAL, self.seal(person, name, text))

    def words_sealed(self, study: str) -> bool:
        return study not in self._store.in_clear

    def fingerprint(self, person: uuid.UUID, said: str) -> str:
        """A keyed hash (HMAC-SHA-256, hex) of what a person said: the same words have the same, and once the key is
        gone nobody can try which words they were."""
        self.expect_new((person,))
        return hmac.new(self._met[person][-1], said.encode(), hashlib.sha256).hexdigest()

    def fingerprints(self, person: uuid.UUID, said: str) -> set[str]:
        """What may stand for these words among a person's: the hash with their own key, and with those of whoever was
        merged into them. None where there is no key."""
        self.expect((person,))
        own = self._met.get(person, ())[-1:]
        besides = [key for owner, key in self._keys_besides(person) if owner != person]
        return {hmac.new(key, said.encode(), hashlib.sha256).hexdigest() for key in (*own, *besides)}


def _bound_to(person: uuid.UUID, name: str) -> bytes:
    return person.bytes + name.encode()


def _closed(key: bytes, person: uuid.UUID, name: str, text: str) -> bytes:
    nonce = os.urandom(12)
    return nonce + AESGCM(key).encrypt(nonce, text.encode(), _bound_to(person, name))


def _text_of(key: bytes, person: uuid.UUID, name: str, sealed: bytes) -> str | None:
    try:
        return AESGCM(key).decrypt(sealed[:12], sealed[12:], _bound_to(person, name)).decode()
    except InvalidTag:
        return None
