"""Letters as one PDF, to print and post: each for one person, with their address where the envelope's window is.

Set by Typst, which shapes every script and tags what it sets, in a process of its own (`setting`). What a letter says
goes in as data and is never read as markup; nothing is written to a disk.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from babel import Locale

from surveyapp.domain.i18n import runs_from_right
from surveyapp.domain.instrument.easy.renderings import plain_of
from surveyapp.domain.sending.rules import AddressWindow
from surveyapp.reports.drawing.picture import LETTERS
from surveyapp.reports.text.phrasing import ISOLATED, LEFT_TO_RIGHT, Phrasing

TEMPLATE = Path(__file__).with_name("letters.typ")

LONGEST = 300.0
"""Seconds after which letters that are not set by then are given up: no batch takes a tenth of it."""

_TALL = ("ur",)
"""Languages that are read in Nastaliq, whose lines are tall."""

_ONE_LETTER = b'#set document(title: "-")\n#set text(font: "DejaVu Sans")\n#text(sys.inputs.letters)'


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What one person is written. `address`: lines, the name first; `qr`: the code that opens their link, as SVG."""

    language: str
    address: tuple[str, ...] = field(repr=False)
    subject: str
    text: str = field(repr=False)
    qr: str = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class LetterPaper:
    """What the letters of a batch share. `start`: where a code is typed; `outlined`: the window is drawn, for a sheet
    that somebody holds against an envelope."""

    title: str
    window: AddressWindow
    day: dt.date
    start: str
    outlined: bool = False


def letters_pdf(letters: Sequence[Letter], paper: LetterPaper, words_in: Callable[[str], Phrasing]) -> bytes:
    """All letters as one PDF (PDF/UA-1), each on pages of its own. `words_in`: how readers of a language are spoken
    to. Raises ValueError where they cannot be set, as where no font here has a letter: ask `lacking` before."""
    window = {each: getattr(paper.window, each) for each in ("left", "top", "width", "height")}
    batch = {
        "title": paper.title,
        "window": window,
        "outlined": paper.outlined,
        "letters": [_set(each, paper, words_in(each.language)) for each in letters],
    }
    given = {"template": str(TEMPLATE), "fonts": str(LETTERS), "data": json.dumps(batch)}
    done = subprocess.run(  # noqa: S603 - a program of ours, arguments of our own
        [sys.executable, "-I", str(Path(__file__).with_name("setting.py"))],
        input=json.dumps(given).encode(),
        capture_output=True,
        env={},
        timeout=LONGEST,
        check=False,
    )
    if done.returncode != 0:
        raise ValueError("The letters could not be set.")
    return done.stdout


def lacking(texts: Sequence[str]) -> str:
    """The letters in these texts that no font here has, each once, in their order."""
    unsure = list(dict.fromkeys(each for text in texts for each in text if not _plain(each)))
    return "".join(each for each in unsure if not _has(each))


def _plain(letter: str) -> bool:
    """Whether it needs no look: Latin of Europe, which our own fonts have, what is no letter, and what only joins."""
    return letter < "\u0180" or unicodedata.category(letter) in ("Cf", "Mn", "Zs", "Cc")


@functools.lru_cache(maxsize=4096)
def _has(letter: str) -> bool:
    # A large library, which nothing but letters needs.
    from typst import TypstError

    from surveyapp.reports.documents import setting

    try:
        setting.pdf(_ONE_LETTER, TEMPLATE.parent, LETTERS, letter)
    except TypstError:
        return False
    return True


def _breakable(text: str, most: int) -> str:
    """A text whose words may go on in the next line after so many letters: what stands out of its room is cut off."""
    return re.sub(rf"(\S{{{most}}})(?=\S)", "\\1\u200b", text)


def _set(letter: Letter, paper: LetterPaper, words: Phrasing) -> dict[str, Any]:
    """One letter as the template reads it."""
    plain = plain_of(letter.language)
    right = Locale.parse(plain, sep="-").text_direction == "rtl"
    way_in = words.gettext(
        "Open the link with your phone’s camera, or type the code at %(address)s.",
        address=f"{LEFT_TO_RIGHT}{paper.start}{ISOLATED}" if right else paper.start,
    )
    return {
        "language": Locale.parse(plain, sep="-").language,
        "right": right,
        "tall": plain in _TALL,
        # In the hand of print: a postman reads them, and nine lines of Nastaliq stand in no window.
        "address": [
            {"words": _breakable(each, 24), "right": runs_from_right(each), "tall": False} for each in letter.address
        ],
        "date": words.measured(paper.day),
        "subject": _breakable(letter.subject, 32),
        "paragraphs": [each.split("\n") for each in _breakable(letter.text, 60).strip().split("\n\n")],
        "qr": letter.qr,
        "picture": words.gettext("QR code that opens the link"),
        "way-in": way_in,
        "code": letter.code,
    }
