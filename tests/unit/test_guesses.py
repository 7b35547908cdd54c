"""How long whoever guesses waits, and whose guesses are counted together."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.security.guesses import (
    FORGOTTEN_AFTER,
    OF_AN_ACCOUNT,
    OF_CODES,
    OF_PASSWORDS,
    GuessCount,
    Slowing,
    counted_as,
)

NOW = dt.datetime(2026, 11, 26, 9, 0, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


@pytest.mark.parametrize(
    ("slowing", "wrong", "seconds"),
    [
        (OF_CODES, 0, 0),
        (OF_CODES, 9, 0),
        (OF_CODES, 10, 10),
        (OF_CODES, 11, 20),
        (OF_CODES, 18, 2560),
        (OF_CODES, 19, 3600),
        (OF_CODES, 10_000, 3600),
        (OF_AN_ACCOUNT, 4, 0),
        (OF_AN_ACCOUNT, 5, 30),
        (OF_AN_ACCOUNT, 6, 60),
        (OF_AN_ACCOUNT, 12, 3600),
        (OF_PASSWORDS, 49, 0),
        (OF_PASSWORDS, 50, 30),
    ],
)
def test_waits_grow(slowing: Slowing, wrong: int, seconds: int) -> None:
    assert slowing.wait(wrong) == dt.timedelta(seconds=seconds)


@given(st.sampled_from([OF_CODES, OF_AN_ACCOUNT, OF_PASSWORDS]), st.integers(0, 10**9))
def test_a_wait_never_shrinks_and_has_an_end(slowing: Slowing, wrong: int) -> None:
    assert dt.timedelta() <= slowing.wait(wrong) <= slowing.wait(wrong + 1) <= slowing.longest


@pytest.mark.parametrize(
    ("after", "left"),
    [
        (dt.timedelta(), 30),
        (dt.timedelta(milliseconds=1), 30),
        (29 * SECOND, 1),
        (30 * SECOND - dt.timedelta(milliseconds=1), 1),
        (30 * SECOND, 0),
        (FORGOTTEN_AFTER, 0),
    ],
)
def test_the_seconds_left_are_whole_and_end(after: dt.timedelta, left: int) -> None:
    assert GuessCount(5, NOW, NOW).left(OF_AN_ACCOUNT, NOW + after) == left


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("unix:", "unknown"),
    ],
)
def test_whose_guesses_an_addresss_are(address: str, counted: str) -> None:
    assert counted_as(address) == counted


@given(st.ip_addresses(v=6))
def test_a_whole_network_of_a_household_counts_as_one(address: object) -> None:
    network = counted_as(str(address))
    assert counted_as(network.partition("/")[0]) == network or "." in network
