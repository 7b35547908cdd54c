"""What an e-mail of a page says, whoever wrote the page."""

from __future__ import annotations

from email import message_from_string, policy

import pytest

from surveyapp.domain.sending.replies import _PIECE, lines_of, mail_reply, says_stop


@pytest.mark.parametrize(
    ("page", "lines"),
    [
        ("<html><head><title>x</title><style>p > a {}</style></head><body><p>Stop</p></body></html>", ["Stop"]),
        ("<!DOCTYPE html><!-- <p>x</p> --><DIV Class=a>Please&nbsp;stop<BR/>Ann</DIV>", ["Please stop", "Ann"]),
        ("<blockquote><p>Hello<br>there</p></blockquote><p>STOP", ["> Hello", "> there", "STOP"]),
        ("<![if !mso]><p>Stop</p><![endif]>", ["Stop"]),
        ("</blockquote></head><p>Stop</p>", ["Stop"]),
        ("1 < 2 & 3 > 2", ["1 < 2 & 3 > 2"]),
        ("<p>Sto<b>p</b>", ["Stop"]),
        ("&#83;top &zwj;", ["Stop \u200d"]),
        ("<![", ["<!["]),
        ("<!-- never closed <p>Stop</p>", []),
    ],
)
def test_lines_of_a_page(page: str, lines: list[str]) -> None:
    said = [line.replace("\xa0", " ").strip() for line in lines_of(page).splitlines()]
    assert [each for each in said if each not in ("", ">")] == lines


@pytest.mark.parametrize("left_open", ["<a ", "<!", "<![", "<!--", "</", "<a b='", "</a ", "&#", "<", "<p", "<style>"])
def test_a_page_is_gone_through_once_whatever_is_left_open(left_open: str) -> None:
    page = left_open * 3_000 + "Stop"
    pieces = [each[0] for each in _PIECE.finditer(page)]
    assert "".join(pieces) == page, "each piece begins where the one before ended"
    assert len(pieces) <= len(page)
    lines_of(page)


def test_a_reference_of_thousands_of_digits_to_a_sign_breaks_nothing() -> None:
    made = message_from_string(f"Content-Type: text/html\n\n<p>&#{'9' * 9_000};", policy=policy.default)
    assert not mail_reply(made).stop  # type: ignore[arg-type]


def test_a_long_line_is_no_stop() -> None:
    assert says_stop(f"please stop {'.' * 100}")
    assert not says_stop(f"stop {'_' * 100_000}a")
