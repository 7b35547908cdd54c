"""Everything that needs a key: sealed contact fields, hashes of links, codes and phone numbers, passwords."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from surveyapp.domain.normalise import normalised
from surveyapp.store.participants import Sealed

CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Letters and digits that cannot be taken for one another when read from paper or said on the phone."""

CODE_LENGTH = 11
"""30^11 is more than 2^53: a typed code must carry at least 50 random bits (standards.md)."""


HANDLE_LENGTH = 20
"""Characters of base32, five bits each."""

TOKEN_LENGTH = 24
"""Characters of URL-safe base64, six bits each: 144, less what the two ends give up."""


@dataclass(frozen=True)
class Keyring:
    """The keys of an installation by name: of each kind the first is used for what is new, and all are tried."""

    access_keys: Mapping[str, bytes] = field(repr=False)
    contact_keys: Mapping[str, bytes] = field(repr=False)

    def seal(self, participant: uuid.UUID, name: str, value: str) -> Sealed:
        """Encrypts a contact field (AES-256-GCM), bound to its participant and field so that it fits nowhere else."""
        key_id = next(iter(self.contact_keys))
        nonce = os.urandom(12)
        sealed = AESGCM(self.contact_keys[key_id]).encrypt(nonce, value.encode(), _bound_to(participant, name))
        return Sealed(key_id, nonce + sealed)

    def unseal(self, participant: uuid.UUID, name: str, sealed: Sealed) -> str:
        """Raises cryptography's InvalidTag if it was tampered with or belongs elsewhere, KeyError without its key."""
        key = self.contact_keys[sealed.key_id]
        opened = AESGCM(key).decrypt(sealed.ciphertext[:12], sealed.ciphertext[12:], _bound_to(participant, name))
        return opened.decode()

    def digest(self, purpose: str, value: str) -> str:
        """A keyed hash (HMAC-SHA-256, hex), by which a secret is found without being stored. With the first access
        key."""
        return self.digests(purpose, value)[0]

    def digests(self, purpose: str, value: str) -> tuple[str, ...]:
        """`digest` with each access key, the first's first: what was stored under one that is retiring is found."""
        message = f"{purpose}\0{value}".encode()
        return tuple(hmac.new(key, message, hashlib.sha256).hexdigest() for key in self.access_keys.values())

    def access_digest(self, kind: str, secret: str) -> str:
        """The hash by which a link or code is found, with the name of its key: a key retires with its last link."""
        return f"{next(iter(self.access_keys))}:{self.digest(kind, secret)}"

    def access_digests(self, kind: str, secret: str) -> tuple[str, ...]:
        """Every form in which a link or code may be stored; without a name from before keys had one."""
        plain = self.digests(kind, secret)
        return (*(f"{name}:{each}" for name, each in zip(self.access_keys, plain, strict=True)), *plain)

    def pin_hash(self, participant: uuid.UUID, pin: str) -> str:
        """A slow hash of a PIN under the first access key, with the key's name: whoever has the database but no key
        cannot try a million of them."""
        return f"{next(iter(self.access_keys))}:{hash_password(self._peppered(participant, pin)[0])}"

    def pin_fits(self, stored: str, participant: uuid.UUID, pin: str) -> bool:
        """Whether a PIN is the one hashed, with whichever key. One from before keys had names is tried with each."""
        name, _, hashed = stored.rpartition(":")
        peppered = dict(zip(self.access_keys, self._peppered(participant, pin), strict=True))
        tried = peppered.values() if not name else [peppered[name]] if name in peppered else []
        return any(password_fits(hashed, each) for each in tried)

    def pin_is_current(self, stored: str) -> bool:
        """Whether the hash of a PIN is under the first access key."""
        return stored.startswith(f"{next(iter(self.access_keys))}:")

    def _peppered(self, participant: uuid.UUID, pin: str) -> tuple[str, ...]:
        return self.digests("pin", f"{participant}\0{pin}")

    def handle(self, case: uuid.UUID) -> str:
        """What stands for a case in the addresses of its pages: 100 bits of its keyed hash, in base32. It says nothing
        of the case and opens nothing. With the oldest access key: it stays until that one retires."""
        digest = bytes.fromhex(self.digests("handle", str(case))[-1])
        return base64.b32encode(digest).decode().lower()[:HANDLE_LENGTH]

    def whose(self, person: uuid.UUID) -> str:
        """What a phone keeps beside answers that are not sent, so that it can be told that whoever gave them was
        erased: their key, sealed, 59 characters of URL-safe base64. Each differs, and says nothing without our keys."""
        nonce = os.urandom(12)
        sealed = AESGCM(next(iter(self.contact_keys.values()))).encrypt(nonce, person.bytes, _WHOSE)
        return base64.urlsafe_b64encode(nonce + sealed).decode().rstrip("=")

    def person_of(self, whose: str) -> uuid.UUID | None:
        """Whose key was sealed in it; None for what we did not seal, or with a key that is no longer there."""
        try:
            data = base64.urlsafe_b64decode(whose + "=" * (-len(whose) % 4))
        except ValueError:
            return None
        for key in self.contact_keys.values():
            with contextlib.suppress(InvalidTag, ValueError):
                return uuid.UUID(bytes=AESGCM(key).decrypt(data[:12], data[12:], _WHOSE))
        return None


_WHOSE = b"whose"


def _bound_to(participant: uuid.UUID, name: str) -> bytes:
    return participant.bytes + name.encode()


def new_token() -> str:
    """A link's token. It begins and ends in a letter or digit: programs that make links of the addresses in a message
    take a dash or a line at the end for the sentence's."""
    while True:
        token = secrets.token_urlsafe(TOKEN_LENGTH * 6 // 8)
        if token[0].isalnum() and token[-1].isalnum():
            return token


def new_code() -> str:
    """A code to type, 53 random bits, without its dashes."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def written_code(code: str) -> str:
    """A code as it is given out: K7QM-2VXA-9TB."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """Argon2id, with the library's current parameters, of the password as `composed`."""
    return _hasher.hash(composed(password))


def password_fits(stored: str, password: str) -> bool:
    """Whether the password is the one hashed."""
    try:
        return _hasher.verify(stored, composed(password))
    except (VerificationError, InvalidHashError):
        return False


def hashed_anew(stored: str, password: str) -> str | None:
    """The hash of a password that fits, where it was made with other parameters than the library's current ones."""
    return hash_password(password) if _hasher.check_needs_rehash(stored) else None


def composed(password: str) -> str:
    """The password in the one form (NFKC) in which it is hashed: what another keyboard makes of the same signs is the
    same password (SP 800-63B-4, 3.1.1.2)."""
    return normalised("NFKC", password)


STRETCHING = (3, 65_536, 4)
"""Passes, KiB and lanes, as RFC 9106 advises. Written down, for what was stretched with others would not be found."""


def stretched(secret: str, salt: bytes) -> bytes:
    """Argon2id of a secret under a salt that is given, 32 bytes: to find one among several."""
    passes, memory, lanes = STRETCHING
    return hash_secret_raw(secret.encode(), salt, passes, memory, lanes, 32, Type.ID)
