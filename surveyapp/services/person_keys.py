"""A key for each person, with which what says who they are, and their own words, are sealed.

The keys lie outside the database and its backups, each sealed ("wrapped") with the first of the installation's contact
keys. Where a person's key is forgotten, nothing that was sealed with it can be read again: not in the database, nor in
any copy of it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import os
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from surveyapp.domain.errors import KeyMissing
from surveyapp.domain.sentences import say
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
        """The keys of these people, of those who have one. Raises KeyMissing without the file, or without the contact
        key that one is wrapped with."""
        return {
            person: self._unwrapped(record)
            for person, record in self.file.read(people).items()
            if record.gone_at is None
        }

    def ensured(self, people: Collection[uuid.UUID]) -> dict[uuid.UUID, bytes]:
        """The keys of these people, made for those who have none: on the disk before anything is sealed with them.
        Raises KeyMissing as `of` does, and for somebody who was erased."""
        found = self.of(people)
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

    def renew(self, person: uuid.UUID) -> None:
        """Puts a new key in the place of a person's, of whom nothing is sealed now: copies of what was can no longer be
        opened. Nothing where they have none. Raises KeyMissing without the file."""
        self.file.wrap_anew({person: self.wrapped(person, AESGCM.generate_key(256))})

    def forgotten(self) -> dict[uuid.UUID, dt.datetime]:
        """Whose keys were destroyed, and when: the erasures, as they are known outside the database. Raises KeyMissing
        without the file."""
        return {
            each.person: each.gone_at
            for each in self.file.everything()
            if each.gone_at is not None and not is_of_thing(each.person)
        }

    def whose(self) -> set[uuid.UUID]:
        """Everybody who has a key. Raises KeyMissing without the file."""
        return {each for each in self._there() if not is_of_thing(each)}

    def of_things(self) -> set[uuid.UUID]:
        """The keys that are no person's (`own_keys`). Raises KeyMissing without the file."""
        return {each for each in self._there() if is_of_thing(each)}

    def _there(self) -> set[uuid.UUID]:
        return {each.person for each in self.file.everything() if each.gone_at is None}

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

    def _unwrapped(self, record: KeyRecord) -> bytes:
        for each in record.keys:
            if (key := self._opened(record.person, each)) is not None:
                return key
        raise KeyMissing(say("contact_key_gone", names=[each.key_id for each in record.keys]))

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


class PersonSeals:
    """The keys that a unit of work has met, each looked up once."""

    def __init__(self, keys: PersonKeys) -> None:
        self._store = keys
        self._met: dict[uuid.UUID, bytes] = {}

    def expect(self, people: Iterable[uuid.UUID]) -> None:
        """Looks up the keys of many people in one go. Raises KeyMissing as `PersonKeys.of` does."""
        if wanted := {each for each in people if each not in self._met}:
            self._met |= self._store.of(wanted)

    def expect_new(self, people: Iterable[uuid.UUID]) -> None:
        """The same, making those that there are not."""
        if wanted := {each for each in people if each not in self._met}:
            self._met |= self._store.ensured(wanted)

    def seal(self, person: uuid.UUID, name: str, text: str) -> bytes:
        """AES-256-GCM under the person's key, bound to them and to what it is called. Raises KeyMissing."""
        if person not in self._met:
            self.expect_new((person,))
        nonce = os.urandom(12)
        return nonce + AESGCM(self._met[person]).encrypt(nonce, text.encode(), _bound_to(person, name))

    def unseal(self, person: uuid.UUID, name: str, sealed: bytes) -> str:
        """Raises KeyMissing without the person's key; cryptography's InvalidTag if it was tampered with or belongs
        elsewhere."""
        if person not in self._met:
            self.expect((person,))
        if person not in self._met:
            raise KeyMissing(say("person_key_gone"))
        return AESGCM(self._met[person]).decrypt(sealed[:12], sealed[12:], _bound_to(person, name)).decode()

    def sealed(self, person: uuid.UUID, name: str, text: str) -> Sealed:
        """`seal`, with what says which key it was."""
        return Sealed(PERSONAL, self.seal(person, name, text))

    def words_sealed(self, study: str) -> bool:
        return study not in self._store.in_clear

    def fingerprint(self, person: uuid.UUID, said: str) -> str:
        """A keyed hash (HMAC-SHA-256, hex) of what a person said: the same words have the same, and once the key is
        gone nobody can try which words they were."""
        self.expect_new((person,))
        return hmac.new(self._met[person], said.encode(), hashlib.sha256).hexdigest()


def _bound_to(person: uuid.UUID, name: str) -> bytes:
    return person.bytes + name.encode()
