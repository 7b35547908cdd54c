"""The one boundary: whatever comes in as text is one shape before anything tests it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.normalise import code, free_text, is_blank, length, one_line

ANY_TEXT = st.text(
    st.one_of(
        st.characters(codec=None, exclude_categories=()),
        st.sampled_from(
            "\x00\r\n\t ae<\u0301\u0338\u200b\u200c\u200d\ufe0f\u3164\u2800\u202e\u0966\u06f3\ud83d\ude00²½①１"
        ),
    ),
    max_size=20,
)

FREE = [
    ("plain words", "plain words"),
    ("  at the ends \n", "at the ends"),
    ("cafe\u0301", "café"),
    ("one\r\ntwo\rthree\nfour", "one\ntwo\nthree\nfour"),
    ("a\x0bb\x0cc\x85d\u2028e\u2029f", "a\nb\nc\nd\ne\nf"),
    ("tab\tstays", "tab\tstays"),
    ("nul\x00 bell\x07 escape\x1b[0m \x7f\x9bend", "nul bell escape[0m end"),
    ("half \ud83d a face", "half  a face"),
    ("\ude00", ""),
    ("no\ufffe\uffff\ufdd0 character", "no character"),
    ("می\u200cخواهم", "می\u200cخواهم"),
    ("क्\u200dष", "क्\u200dष"),
    ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
    ("❤\ufe0f\u200d🔥", "❤\ufe0f\u200d🔥"),
    ("❤\ufe0f", "❤\ufe0f"),
    ("\u200dword\u200c", "word"),
    ("two \u200cwords, \u200d.", "two words, ."),
    ("a\u200c\u200c\u200db", "a\u200cb"),
    ("\ufefffrom a file", "from a file"),
    ("\u200bfrom the web\u200b", "from the web"),
    ("<b>bold</b> & =1+1", "<b>bold</b> & =1+1"),
    ("missing:dont_know", "missing:dont_know"),
    ("10² ½ ①", "10² ½ ①"),
    ("ﬁne １", "ﬁne １"),
    ("۳ سال \u2067x\u2069", "۳ سال \u2067x\u2069"),
]


@pytest.mark.parametrize(("typed", "kept"), FREE)
def test_free_text(typed: str, kept: str) -> None:
    assert free_text(typed) == kept


NOTHING = [
    "",
    " \t\r\n",
    "\xa0\u2003\u202f\u3000",
    "\u200b",
    "\u2800",
    "\u3164",
    "\ufeff",
    "\u00ad",
    "\u115f\u1160",
    "\uffa0",
    "\u200c\u200d",
    "\u200e\u200f\u202e\u2066\u2069",
    "\ufe0f\U000e0100",
    "\U000e0001\U000e007f",
    "\u180e\u034f\u061c",
    "\x00\x01\x7f",
    "\ud800",
    " \u200b \u2800\u3164\n\ufeff",
]


@pytest.mark.parametrize("typed", NOTHING)
def test_what_shows_nothing_is_empty(typed: str) -> None:
    assert is_blank(typed)
    assert free_text(typed) == one_line(typed) == ""
    assert code(typed) == ""


@pytest.mark.parametrize("typed", [".", "-", "0", "\u0301", "🙂", "\u06dd", "\u0600", "\ufffd"])
def test_what_shows_something_is_not(typed: str) -> None:
    assert not is_blank(typed)
    assert free_text(typed)


CODES = [
    ("BF-0042", "BF-0042"),
    ("  BF 0042\t", "BF 0042"),
    ("BF\u20130042", "BF-0042"),
    ("BF\u22120042", "BF-0042"),
    ("ＢＦ－００４２", "BF-0042"),
    ("۲۰۲۵", "2025"),
    ("٢٤", "24"),
    ("੧੨੩", "123"),
    ("१२३", "123"),
    ("𝟏𝟚", "12"),
    ("\u200f24\u200e", "24"),
    ("\u206624\u2069", "24"),
    ("2\u200b4\u200d5\ufeff", "245"),
    ("24\xa0000", "24 000"),
    ("24\u202f000", "24 000"),
    ("24\u2009\n000", "24 000"),
    ("10²", "10²"),
    ("H₂O", "H₂O"),
    ("½", "½"),
    ("1½", "1½"),
    ("①", "①"),
    ("❶", "❶"),
    ("⒈", "⒈"),
    ("⑴", "⑴"),
    ("ⓐ", "ⓐ"),
    ("Ⅷ", "Ⅷ"),
    ("㊀", "㊀"),
    ("ﬁ", "fi"),
    ("7\x00:30", "7:30"),
    ("7\ud800", "7"),
    ("Cafe\u0301", "Café"),
]


@pytest.mark.parametrize(("typed", "read"), CODES)
def test_codes(typed: str, read: str) -> None:
    assert code(typed) == read


def test_one_line() -> None:
    assert one_line(" Ana\r\n Maria\tde  la Cruz ") == "Ana Maria de la Cruz"


@pytest.mark.parametrize(("text", "points"), [("", 0), ("abc", 3), ("🙂", 1), ("👨\u200d👩", 3), ("é", 1)])
def test_length_counts_code_points(text: str, points: int) -> None:
    assert length(text) == points


@given(ANY_TEXT)
def test_any_text_comes_out_clean_and_twice_is_once(text: str) -> None:
    for shape in (free_text, one_line, code):
        out = shape(text)
        assert shape(out) == out
        assert unicodedata.is_normalized("NFC", out)
        assert not any(unicodedata.category(each) in ("Cc", "Cs") and each not in "\n\t" for each in out)
        out.encode("utf-8")
        assert out == "" or not is_blank(out)
    assert "\n" not in one_line(text) + code(text)


@given(ANY_TEXT)
def test_nothing_shown_is_lost_but_what_no_file_can_hold(text: str) -> None:
    visible = [each for each in unicodedata.normalize("NFC", text) if unicodedata.category(each)[0] in "LNP"]
    kept = free_text(text)
    assert not is_blank(text) or kept == ""
    assert all(each in kept or is_blank(each) for each in visible if unicodedata.is_normalized("NFC", each))


def test_every_decimal_digit_is_read() -> None:
    digits = [chr(point) for point in range(0x110000) if unicodedata.category(chr(point)) == "Nd"]
    assert len(digits) > 600
    assert {code(digit) for digit in digits} == set("0123456789")


def test_no_other_character_becomes_a_digit() -> None:
    for point in range(0x110000):
        character = chr(point)
        if unicodedata.category(character) in ("No", "Nl") or unicodedata.decomposition(character).startswith(
            ("<super>", "<sub>", "<circle>", "<fraction>")
        ):
            assert not any(each.isascii() and each.isdigit() for each in code(character)), hex(point)
