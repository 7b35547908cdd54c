"""Recovery codes: ten ways back in for whoever lost their second factor, each good once, beside the password.

They are hashed with Argon2id under one salt for a set, so that a try costs one hash and not ten, and no key of the
installation is needed: they outlive its rotation. 78 random bits each (SP 800-63B-4 asks 64 of them).
"""

from __future__ import annotations

import hmac
import os
import secrets
import uuid

from surveyapp.domain import normalise
from surveyapp.services.keyring import CODE_ALPHABET, stretched, written_code
from surveyapp.services.work import Work
from surveyapp.store.sign_in import recovery_codes as store

COUNT, LENGTH = 10, 16


def make_set() -> tuple[tuple[str, ...], bytes, list[bytes]]:
    """A set as it is shown, once (`K7QM-2VXA-9TBC-XY23`), with its salt and hashes. Slow on purpose: outside any
    transaction."""
    codes = ["".join(secrets.choice(CODE_ALPHABET) for _ in range(LENGTH)) for _ in range(COUNT)]
    salt = os.urandom(16)
    return tuple(written_code(code) for code in codes), salt, [stretched(code, salt) for code in codes]


def matching(unused: list[store.HashedCode], typed: str) -> uuid.UUID | None:
    """Which unused code somebody typed, in any case, with or without its dashes. Slow on purpose, and as slow for
    somebody who has none."""
    code = normalise.code(typed).upper().replace(" ", "").replace("-", "")
    salt = unused[0].salt if unused else b"\0" * 16
    digest = stretched(code, salt)
    found = [each.id for each in unused if each.salt == salt and hmac.compare_digest(each.digest, digest)]
    return found[0] if found else None


def unused(work: Work, staff_id: uuid.UUID) -> list[store.HashedCode]:
    """Somebody's codes that are left."""
    return store.unused(work.session, staff_id)
