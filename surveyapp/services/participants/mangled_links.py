"""Finds a link's token, or a code, in what arrived: messages break links, and people paste more than was asked for."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import unquote

from surveyapp.domain import normalise
from surveyapp.services.keyring import CODE_ALPHABET, CODE_LENGTH, TOKEN_LENGTH

LONGEST = 2000
"""Characters that are looked at. A link that is longer with all that was put around it is not one of ours."""

MOST = 12
"""Tokens or codes that are tried of one text."""

_SOFT_BREAK = re.compile(r"=[ \t]*\r?\n|=[ \t]*\r")
_QUOTED = re.compile(r"=(3D|0A|0D|20)", re.IGNORECASE)
_RUN = re.compile(rf"[A-Za-z0-9_-]{{{TOKEN_LENGTH},}}")
_AFTER_LINK = re.compile(rf"/s/+([A-Za-z0-9_-]{{{TOKEN_LENGTH},}})", re.IGNORECASE)
_LETTER = f"[{CODE_ALPHABET}]"
_GROUPED = re.compile(rf"(?<![A-Z0-9]){_LETTER}{{4}}[ .-]*{_LETTER}{{4}}[ .-]*{_LETTER}{{3}}(?![A-Z0-9])")


def tokens_in(arrived: str) -> Iterator[str]:
    """Whatever in a text may be a link's token, most likely first: what stands after `/s/`, then any run of its
    characters that is long enough, as it is and with the line breaks of a message taken out. Of a run that is too long,
    the beginning and the end, with the dashes and lines at its ends and without."""
    text = _undone(arrived[:LONGEST])
    one_line = _visible(text)
    joined = _visible(re.sub(r"\s+", "", text))
    runs = [found for shape in (one_line, joined) for found in _AFTER_LINK.findall(shape)]
    runs += [found for shape in (one_line, joined) for found in _RUN.findall(shape)]
    pieces = [piece for run in runs for piece in (run, run.strip("-_")) if len(piece) >= TOKEN_LENGTH]
    candidates = [token for piece in pieces for token in (piece[:TOKEN_LENGTH], piece[-TOKEN_LENGTH:])]
    yield from list(dict.fromkeys(candidates))[:MOST]


def codes_in(typed: str) -> Iterator[str]:
    """Whatever in a text may be a code, most likely first: in groups as it is given out, after a colon, or letter by
    letter. In any case, with any blanks, dashes and full stops, in the digits of any script."""
    text = normalise.code(typed[:LONGEST]).upper()
    candidates = [*_GROUPED.findall(text), text.rpartition(":")[2], text]
    codes = (re.sub(r"[^A-Z0-9]", "", candidate) for candidate in candidates)
    yield from list(dict.fromkeys(code for code in codes if len(code) == CODE_LENGTH))[:MOST]


def _undone(text: str) -> str:
    """Without what mail and web programs put into a link: percent signs, entities, quoted-printable, soft line ends."""
    for _ in range(2):
        text = html.unescape(unquote(text))
    return _QUOTED.sub(" ", _SOFT_BREAK.sub("", text))


def _visible(text: str) -> str:
    """On one line, every dash as `-`, marks that show nothing left out."""
    return normalise.code(text)
