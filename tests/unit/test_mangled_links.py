"""Links and codes as messages and people mangle them: one table of what arrives and what is in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.services import keyring
from surveyapp.services.participants.mangled_links import MOST, codes_in, tokens_in

TOKEN = "dQ7-wXk2_Zr9mYb4Hc6LpT1v"
OLD = "-Q7-wXk2_Zr9mYb4Hc6LpT1_"
"""As links were given out that may still be under way: a dash or a line at the ends."""

ARRIVED = (
    TOKEN,
    f"{TOKEN}.",
    f"{TOKEN}。",
    f"{TOKEN}．",
    f"{TOKEN}۔",
    f"{TOKEN}।",
    f"{TOKEN}…",
    f"{TOKEN}/",
    f"{TOKEN}//",
    f"{TOKEN},",
    f"{TOKEN}!?",
    f"{TOKEN})",
    f"({TOKEN})",
    f"[{TOKEN}]",
    f"<{TOKEN}>",
    f"{TOKEN}>",
    f"{TOKEN}%3E",
    f"{TOKEN}&gt;",
    f"{TOKEN}&amp;gt;",
    f"&lt;{TOKEN}&gt;",
    f"{TOKEN}%26gt%3B",
    f"{TOKEN}&#62;",
    f'{TOKEN}"',
    f"“{TOKEN}”",
    f"«{TOKEN}»",
    f"{TOKEN}’",
    f"`{TOKEN}`",
    f"*{TOKEN}*",
    f"_{TOKEN}_",
    f"~{TOKEN}~",
    f"{TOKEN}=3D",
    f"=3D{TOKEN}",
    f"{TOKEN}=20",
    f"{TOKEN}=",
    f"{TOKEN[:9]}=\r\n{TOKEN[9:]}",
    f"{TOKEN[:9]}=\n{TOKEN[9:]}",
    f"{TOKEN[:9]}=%0D%0A{TOKEN[9:]}",
    f"{TOKEN[:9]}\n{TOKEN[9:]}",
    f"{TOKEN[:9]} {TOKEN[9:]}",
    f"{TOKEN[:9]}%20{TOKEN[9:]}",
    f"{TOKEN[:9]}\u200b{TOKEN[9:]}",
    f"{TOKEN[:9]}\u00ad{TOKEN[9:]}",
    f"{TOKEN[:9]}\u2060{TOKEN[9:]}",
    f"\ufeff{TOKEN}\u200e",
    f"\u202a{TOKEN}\u202c",
    TOKEN.replace("-", "\u2011"),
    TOKEN.replace("-", "\u2010"),
    TOKEN.replace("-", "%2D"),
    TOKEN.replace("_", "%5F"),
    TOKEN.replace("_", "%255F"),
    f"%20{TOKEN}",
    f"{TOKEN}%20",
    f"{TOKEN}%0D%0A",
    f"{TOKEN}\t",
    f" \u00a0{TOKEN}\u00a0",
    f"{TOKEN} Thank you!",
    f"{TOKEN}\nThank you very much for taking part in this",
    f"{TOKEN}Thank",
    f"{TOKEN}—thank you",
    f"{TOKEN}?fbclid=IwAR0aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789",
    f"{TOKEN}%3Futm_source%3Dnewsletter_of_the_twelfth_of_june",
    f"{TOKEN}#:~:text=hello",
    f"{TOKEN};jsessionid=1234",
    f"https://survey.example.org/s/{TOKEN}",
    f"HTTPS://SURVEY.EXAMPLE.ORG/S/{TOKEN}",
    f"survey.example.org/s/{TOKEN}.",
    f"https%3A%2F%2Fsurvey.example.org%2Fs%2F{TOKEN}",
    f"https://the-survey-of-a-very-long-organisation.example.org/s/{TOKEN}",
    f"https://safelinks.example.com/?url=https%3A%2F%2Fsurvey.example.org%2Fs%2F{TOKEN}&data=05%7C01",
    f"[Your survey](https://survey.example.org/s/{TOKEN})",
    f'<a href=3D"https://survey.example.org/s/{TOKEN}">',
    f"Your link: https://survey.example.org/s/{TOKEN} It works until August.",
    f"ਤੁਹਾਡਾ ਲਿੰਕ https://survey.example.org/s/{TOKEN}।",
    f"آپ کا لنک https://survey.example.org/s/{TOKEN}۔",
)

CODE = "K7QM2VXA9TB"

TYPED = (
    "K7QM-2VXA-9TB",
    "K7QM2VXA9TB",
    "k7qm-2vxa-9tb",
    "k7qm 2vxa 9tb",
    "K7QM\u00a02VXA\u20099TB",
    "K7QM–2VXA—9TB",
    "K7QM\u20112VXA\u22129TB",
    "K7QM.2VXA.9TB",
    "K7QM - 2VXA - 9TB",
    " K7QM-2VXA-9TB.",
    "“K7QM-2VXA-9TB”",
    "(K7QM-2VXA-9TB)",
    "Code: K7QM-2VXA-9TB",
    "code K7QM-2VXA-9TB",
    "CODE:K7QM2VXA9TB",
    "Kod: k7qm-2vxa-9tb",
    "ਕੋਡ: K7QM-2VXA-9TB",
    "کوڈ: K7QM-2VXA-9TB",
    "Your code is K7QM-2VXA-9TB, thank you",
    "The code: K 7 Q M 2 V X A 9 T B",
    "K 7 Q M - 2 V X A - 9 T B",
    "Ｋ７ＱＭ－２ＶＸＡ－９ＴＢ",
    "K٧QM-٢VXA-٩TB",
    "K۷QM-۲VXA-۹TB",
    "K੭QM-੨VXA-੯TB",
    "\u202aK7QM-2VXA-9TB\u202c",
    "K7QM\u200b-2VXA\u200b-9TB",
    "K7QM-\n2VXA-9TB",
    "K7QM-2VXA-9TB\r\n",
    "K7QM_2VXA_9TB",
)


@pytest.mark.parametrize("arrived", ARRIVED)
def test_the_token_is_found_in_what_arrived(arrived: str) -> None:
    assert TOKEN in list(tokens_in(arrived))


@pytest.mark.parametrize("arrived", [OLD, f"{OLD}.", f"https://survey.example.org/s/{OLD}", f"<{OLD}>"])
def test_a_token_that_ends_in_a_dash_or_a_line_is_found_still(arrived: str) -> None:
    assert OLD in list(tokens_in(arrived))


@pytest.mark.parametrize("arrived", ["", "x", TOKEN[:-1], TOKEN.replace("_", "²"), "\x00" * 50, "%" * 50, "&#" * 40])
def test_where_no_token_is_none_is_found(arrived: str) -> None:
    assert list(tokens_in(arrived)) == []


@pytest.mark.parametrize("typed", TYPED)
def test_the_code_is_found_in_what_is_typed(typed: str) -> None:
    assert next(codes_in(typed)) == CODE


@pytest.mark.parametrize("typed", ["", "K7QM-2VXA-9T", "K²QM-2VXA-9TB", "K7QM-2VXA-9TBX", "⑦" * 11, "é" * 11])
def test_where_no_code_is_none_is_found(typed: str) -> None:
    assert CODE not in list(codes_in(typed))


@given(st.text(), st.text())
def test_anything_may_stand_around_a_link(before: str, after: str) -> None:
    assert len(list(tokens_in(before + after))) <= MOST
    assert len(list(codes_in(before + after))) <= MOST
    assert TOKEN in list(tokens_in(f"{before} /s/{TOKEN} {after}"))


def test_tokens_begin_and_end_in_a_letter_or_digit() -> None:
    made = [keyring.new_token() for _ in range(300)]
    assert all(token[0].isalnum() and token[-1].isalnum() and len(token) == keyring.TOKEN_LENGTH for token in made)
    assert len(set(made)) == 300
