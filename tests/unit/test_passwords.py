"""What can be chosen as a password, and the operator's files of stolen ones."""

from __future__ import annotations

import contextlib
import hashlib
import uuid
from pathlib import Path

import argon2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.errors import InputRefused
from surveyapp.domain.staff import Staff
from surveyapp.services import keyring
from surveyapp.services.keyring import hash_password, password_fits
from surveyapp.services.staff import passwords
from surveyapp.services.staff.passwords import check_new_password, is_breached
from tests import factories

ANA = Staff(
    id=uuid.UUID(int=1), email="ana.kowalska@example.org", name="Ana Kowalska", active=True, second_factor=False,
)  # fmt: skip
OLD = hash_password(factories.PASSWORD)


@pytest.mark.parametrize(
    ("new", "taken"),
    [
        ("gravel tin oboe", True),  # 15 characters
        ("gravel tin obo", False),
        ("gravel tin oboe" + "x1y2z" * 37, True),
        ("gravel tin oboe" + "x1y2z" * 37 + "x", False),  # 201 characters
        ("abcd" + "a" * 20, False),  # four different ones
        ("żółw gęś źdźbło", True),
        ("اونٹ سبز کھڑکی بادل", True),
        ("passwordpassword", False),
        ("P4ssw0rd!P4ssw0rd!", False),
        ("1234567890123456", False),
        ("qwertyuiopasdfgh", False),
        ("brunobrunobrunobruno", False),
        ("summer-2026-welcome", False),
        ("shiftlineshiftline", False),
        ("Shiftline manager 2026", False),
        ("ana.kowalska@example.org", False),
        ("Kowalska, Ana: 1979", False),
        ("Kowalska paints gravel", True),
        (factories.PASSWORD, False),  # the one they have
    ],
)
def test_what_can_be_chosen_as_a_password(new: str, taken: bool) -> None:
    with contextlib.nullcontext() if taken else pytest.raises(InputRefused):
        check_new_password(new, ANA, OLD)


def test_the_same_signs_are_the_same_password_whatever_keyboard_makes_them() -> None:
    """An acute accent that is a sign of its own, and one that is part of its letter."""
    assert password_fits(hash_password("cafe\u0301 tin oboe gravel"), "caf\u00e9 tin oboe gravel")


@pytest.mark.parametrize(("name", "count", "found"), [("", 3, True), (".txt", 1, True), ("", 0, False)])
def test_a_password_in_the_operators_files_is_refused(tmp_path: Path, name: str, count: int, found: bool) -> None:
    stolen = "gravel tin oboe harbour"
    digest = hashlib.sha1(stolen.encode()).hexdigest().upper()
    lines = [f"{'0' * 35}:7", f"{digest[5:]}:{count}", f"{'F' * 35}:0"]
    (tmp_path / f"{digest[:5]}{name}").write_text("\r\n".join(lines))
    assert is_breached(stolen, tmp_path) is found
    assert not is_breached("another tin oboe harbour", tmp_path), "its file is not there"
    with pytest.raises(InputRefused, match="stolen") if found else contextlib.nullcontext():
        check_new_password(stolen, ANA, None, tmp_path)


def test_every_common_password_is_refused_however_it_is_stretched() -> None:
    for word in passwords.common():
        for stretched in (word * 15, f"{word}-{word}-{word}-{word}-{word}", f"!!!{word.upper()}!!!" * 3):
            if len(stretched) <= passwords.MAXIMUM_LENGTH:
                with pytest.raises(InputRefused):
                    check_new_password(stretched, ANA, None)


@given(st.text(max_size=300))
def test_anything_typed_is_taken_or_refused_with_a_sentence(new: str) -> None:
    with contextlib.suppress(InputRefused):
        check_new_password(new, ANA, None)


def test_what_is_stretched_is_found_again_by_a_newer_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of Argon2id as RFC 9106 has it; what the library hashes passwords with may be raised meanwhile."""
    assert factories.AS_SLOW_AS_IT_SHOULD_BE == (3, 65_536, 4)
    before = keyring.stretched("one", b"s" * 16)
    monkeypatch.setattr(keyring, "_hasher", argon2.PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    assert keyring.stretched("one", b"s" * 16) == before
    assert password_fits(OLD, factories.PASSWORD), "a hash says itself how it was made"
    assert (anew := keyring.hashed_anew(OLD, factories.PASSWORD)) is not None
    assert "m=16,t=2,p=1" in anew
    assert password_fits(anew, factories.PASSWORD)
    assert keyring.hashed_anew(anew, factories.PASSWORD) is None
