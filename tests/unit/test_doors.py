"""What a link opens, as one table; and what a PIN may be."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.entry import sent_codes
from surveyapp.domain.entry.doors import (
    DOORS,
    READS_ANSWERS,
    Answering,
    Door,
    Familiarity,
    Passage,
    PinStanding,
    door,
    takes_pin,
)
from surveyapp.domain.entry.pins import LONGEST, SHORTEST, TRIES, Pin, is_tried_first, pin_in
from surveyapp.domain.entry.sent_codes import SentCode

CASES = list(itertools.product(Answering, Familiarity, Passage, PinStanding))


@pytest.mark.parametrize("case", CASES)
def test_each_case_fits_one_line_of_the_table(case: tuple[Answering, Familiarity, Passage, PinStanding]) -> None:
    assert len([rule for rule in DOORS if rule.fits(*case)]) == 1


NONE, SOME, SENT = Answering
STRANGE, BEGAN, STAYED, PROVEN = Familiarity
DIRECT, PASSED_ON = Passage


@pytest.mark.parametrize(
    ("answering", "by", "passage", "pin", "opens"),
    [
        # Nothing to see yet: anywhere, with a PIN of before or without.
        (NONE, STRANGE, DIRECT, PinStanding.NONE, Door.QUESTIONS),
        (NONE, STRANGE, DIRECT, PinStanding.SET, Door.QUESTIONS),
        # Passed on: claimed first, and then nowhere else without the PIN.
        (NONE, STRANGE, PASSED_ON, PinStanding.NONE, Door.CLAIM),
        (NONE, STRANGE, PASSED_ON, PinStanding.SET, Door.PIN),
        (NONE, STRANGE, PASSED_ON, PinStanding.SPENT, Door.ASK),
        (NONE, PROVEN, PASSED_ON, PinStanding.SET, Door.QUESTIONS),
        # Begun: where they began, or with the PIN.
        (SOME, BEGAN, DIRECT, PinStanding.NONE, Door.QUESTIONS),
        (SOME, STRANGE, DIRECT, PinStanding.SET, Door.PIN),
        (SOME, STRANGE, DIRECT, PinStanding.NONE, Door.ASK),
        (SOME, STRANGE, DIRECT, PinStanding.SPENT, Door.ASK),
        (SOME, BEGAN, DIRECT, PinStanding.SPENT, Door.QUESTIONS),
        (SOME, PROVEN, DIRECT, PinStanding.SET, Door.QUESTIONS),
        # Somebody else's answers cannot be claimed.
        (SOME, STRANGE, PASSED_ON, PinStanding.NONE, Door.ASK),
        # Sent: thanks, also where they began; the rest after the PIN.
        (SENT, BEGAN, DIRECT, PinStanding.NONE, Door.THANKS),
        (SENT, BEGAN, DIRECT, PinStanding.SET, Door.THANKS_PIN),
        (SENT, STAYED, DIRECT, PinStanding.NONE, Door.THANKS_CHOOSE),
        (SENT, STAYED, DIRECT, PinStanding.SET, Door.THANKS_PIN),
        (SENT, STAYED, DIRECT, PinStanding.SPENT, Door.THANKS),
        (SOME, STAYED, PASSED_ON, PinStanding.NONE, Door.CLAIM),
        (SENT, STRANGE, PASSED_ON, PinStanding.SPENT, Door.THANKS),
        (SENT, PROVEN, PASSED_ON, PinStanding.SET, Door.RECEIPT),
    ],
)
def test_what_it_opens(answering: Answering, by: Familiarity, passage: Passage, pin: PinStanding, opens: Door) -> None:
    assert door(answering, by, passage, pin) is opens


@pytest.mark.parametrize("case", [case for case in CASES if case[1] is STRANGE and case[0] is not NONE])
def test_no_link_alone_reads_answers_in_a_strange_browser(
    case: tuple[Answering, Familiarity, Passage, PinStanding],
) -> None:
    assert door(*case) not in READS_ANSWERS


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("482913", "482913"),
        (" 482 913 ", "482913"),
        ("48-29-13", "482913"),
        ("٤٨٢٩١٣", "482913"),
        ("੪੮੨੯੧੩", "482913"),
        ("４８２９１３", "482913"),
        ("4829137700", "4829137700"),
        ("9" * LONGEST, "9" * LONGEST),
        ("", None),
        ("48291", None),
        ("48291x", None),
        ("①②③④⑤⑥", None),
        ("4829¹³", None),
        ("9" * (LONGEST + 1), None),
        ("\x00482913\u202e", "482913"),
    ],
)
def test_a_pin_is_digits_of_any_script(typed: str, digits: str | None) -> None:
    assert pin_in(typed) == digits


@given(st.text())
def test_whatever_is_typed_is_digits_or_nothing(typed: str) -> None:
    found = pin_in(typed)
    assert found is None or (found.isascii() and found.isdecimal() and SHORTEST <= len(found) <= LONGEST)


@pytest.mark.parametrize(
    "digits", ["000000", "123456", "654321", "890123", "121212", "123123", "112233", "111222", "159753"]
)
def test_what_is_tried_first_is_none(digits: str) -> None:
    assert is_tried_first(digits)


@pytest.mark.parametrize("digits", ["482913", "190685", "135790", "20481024"])
def test_others_are_for_people_to_choose(digits: str) -> None:
    assert not is_tried_first(digits)


def test_a_pin_that_was_read_out_ends() -> None:
    now = dt.datetime(2026, 6, 15, 10, 30, tzinfo=dt.UTC)
    pin = Pin(participant_id=uuid.uuid4(), hashed="x", set_at=now, once_until=now + dt.timedelta(days=7))
    assert pin.standing(now) is PinStanding.SET
    assert pin.standing(now + dt.timedelta(days=7)) is PinStanding.NONE
    spent = Pin(participant_id=uuid.uuid4(), hashed="x", set_at=now, wrong=TRIES)
    assert spent.standing(now) is PinStanding.SPENT
    assert "hashed" not in repr(pin)


@pytest.mark.parametrize(
    ("after", "more", "alive"),
    [
        (dt.timedelta(), {}, True),
        (sent_codes.LIVES - dt.timedelta(microseconds=1), {"tries": sent_codes.TRIES - 1}, True),
        (sent_codes.LIVES, {}, False),
        (dt.timedelta(), {"tries": sent_codes.TRIES}, False),
        (dt.timedelta(), {"used_at": dt.datetime(2026, 6, 15, 10, 31, tzinfo=dt.UTC)}, False),
    ],
)
def test_a_code_that_was_sent_ends_by_the_clock_by_its_tries_and_once(
    after: dt.timedelta, more: dict[str, Any], alive: bool
) -> None:
    asked_at = dt.datetime(2026, 6, 15, 10, 30, tzinfo=dt.UTC)
    code = SentCode(id=uuid.uuid4(), session_id=uuid.uuid4(), asked_at=asked_at, digest="x", **more)
    assert code.alive(asked_at + after) is alive
    assert "digest" not in repr(code)


@pytest.mark.parametrize(
    ("opened", "by", "pin", "takes"),
    [
        (Door.PIN, STRANGE, PinStanding.SET, True),
        (Door.THANKS_PIN, BEGAN, PinStanding.SET, True),
        # Whoever is let in without gives it for what needs it, once.
        (Door.QUESTIONS, BEGAN, PinStanding.SET, True),
        (Door.QUESTIONS, PROVEN, PinStanding.SET, False),
        (Door.QUESTIONS, BEGAN, PinStanding.NONE, False),
        (Door.QUESTIONS, BEGAN, PinStanding.SPENT, False),
        (Door.RECEIPT, PROVEN, PinStanding.SET, False),
    ],
)
def test_where_a_pin_can_be_given(opened: Door, by: Familiarity, pin: PinStanding, takes: bool) -> None:
    assert takes_pin(opened, by, pin) is takes
