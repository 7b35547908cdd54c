"""What a password must be (NIST SP 800-63B-4, 3.1.1.2): long, and not one that is tried first. No rules about kinds of
characters, which make passwords shorter and no safer, and none about changing them every so often."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from surveyapp.domain.errors import InputRefused
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Staff
from surveyapp.services.keyring import composed, password_fits

MINIMUM_LENGTH, MAXIMUM_LENGTH = 15, 200
"""In characters. Fifteen is what a password needs that stands alone, as it does on the day its owner sets up their
second factor."""

_FEWEST_CHARACTERS = 5
_LEFT_AT_LEAST = 8
_SHORTEST_WORD = 3
_PRODUCT = ("shiftline", "surveyapp")
_COMMON = Path(__file__).with_name("common_passwords.txt")

_LOOKALIKES = str.maketrans("013457@$!", "oleastasi")
_REPEATED = re.compile(r"(.{2,}?)\1+")


def check_new_password(new: str, staff: Staff, old_hash: str | None, breached: Path | None = None) -> None:
    """Raises InputRefused unless somebody can choose the password: long, not a pattern, not made of common passwords,
    their name, their address or the product's name, not the old one, and in none of the operator's files of stolen
    ones (`breached`). Compares as `composed`."""
    password = composed(new)
    if not MINIMUM_LENGTH <= len(password) <= MAXIMUM_LENGTH:
        raise InputRefused(say("password_length", shortest=MINIMUM_LENGTH, longest=MAXIMUM_LENGTH), "password")
    if len(set(password.casefold())) < _FEWEST_CHARACTERS:
        raise InputRefused(say("password_guessable"), "password")
    if _left(password, (*common(), *_PRODUCT, *_own_words(staff))) < _LEFT_AT_LEAST:
        raise InputRefused(say("password_common"), "password")
    if breached is not None and is_breached(password, breached):
        raise InputRefused(say("password_breached"), "password")
    if old_hash is not None and password_fits(old_hash, password):
        raise InputRefused(say("password_same"), "password")


@functools.cache
def common() -> tuple[str, ...]:
    """The passwords and pieces of them that everybody tries first."""
    lines = _COMMON.read_text(encoding="utf-8").splitlines()
    return tuple(word for line in lines if not line.startswith("#") for word in line.split())


def is_breached(password: str, folder: Path) -> bool:
    """Whether a password stands in a folder of files as Have I Been Pwned's range format has them: named for the first
    five digits of its SHA-1 hash (`21BD1` or `21BD1.txt`), each line the other 35, a colon and how often it was
    found. A file that is not there holds none; one found 0 times is padding."""
    # What such files are found by; nothing rests on the strength of this hash.
    digest = hashlib.sha1(composed(password).encode(), usedforsecurity=False).hexdigest().upper()
    for path in (folder / digest[:5], folder / f"{digest[:5]}.txt"):
        if path.is_file():
            for line in path.read_text(encoding="ascii", errors="replace").splitlines():
                suffix, _, count = line.strip().partition(":")
                if suffix.upper() == digest[5:] and count.strip() != "0":
                    return True
    return False


def _own_words(staff: Staff) -> tuple[str, ...]:
    """What their name and address are made of."""
    found = re.findall(r"\w+", composed(f"{staff.name} {staff.email}").casefold().replace("_", " "))
    return tuple(word for word in found if len(word) >= _SHORTEST_WORD)


def _left(password: str, words: Iterable[str]) -> int:
    """How many letters and digits are left once words that can be expected are taken away, however they are written
    (`P4ssw0rd`), and what is repeated but once."""
    text = password.casefold()
    longest_first = sorted(words, key=len, reverse=True)
    return min(_left_of(each, longest_first) for each in (text, text.translate(_LOOKALIKES)))


def _left_of(text: str, words: Iterable[str]) -> int:
    for word in words:
        text = text.replace(word, " ")
    return sum(each.isalnum() for each in _REPEATED.sub(r"\1", text))
