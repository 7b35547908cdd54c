"""What a phone keeps to be told that somebody is gone, and what tells nobody else anything."""

from __future__ import annotations

import base64
import dataclasses
import uuid

import pytest

from surveyapp.services.keyring import Keyring

PERSON = uuid.UUID("018f0000-0000-7000-8000-000000000001")
OLD, NEW = b"o" * 32, b"n" * 32
KEYS = Keyring({"a": b"a" * 32}, {"old": OLD})


def test_it_names_one_person_and_differs_each_time() -> None:
    first, second = KEYS.whose(PERSON), KEYS.whose(PERSON)
    assert first != second
    assert KEYS.person_of(first) == KEYS.person_of(second) == PERSON


def test_it_is_read_while_its_key_is_there() -> None:
    whose = KEYS.whose(PERSON)
    both = dataclasses.replace(KEYS, contact_keys={"new": NEW, "old": OLD})
    assert both.person_of(whose) == PERSON
    assert dataclasses.replace(KEYS, contact_keys={"new": NEW}).person_of(whose) is None


def test_a_sealed_contact_is_not_taken_for_one() -> None:
    sealed = KEYS.seal(PERSON, "phone", "x" * 16)
    assert KEYS.person_of(base64.urlsafe_b64encode(sealed.ciphertext).decode().rstrip("=")) is None


@pytest.mark.parametrize("wrong", ["", "A", "====", "not ours", "łącze", "é" * 59, "A" * 59, "A" * 100_000])
def test_what_we_did_not_make_names_nobody(wrong: str) -> None:
    assert KEYS.person_of(wrong) is None
