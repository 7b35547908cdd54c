"""Letters as a PDF: looked at as whoever prints them does, by what stands where on the sheet."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from surveyapp.domain.sending.rules import AddressWindow
from surveyapp.reports.documents.forms import phrasing_of
from surveyapp.reports.documents.letters import Letter, LetterPaper, lacking, letters_pdf
from surveyapp.reports.drawing.qr import qr_drawing
from surveyapp.services.translation import interface_catalogues
from tests.conftest import unavailable

PAPER = LetterPaper(title="Letters", window=AddressWindow(), day=dt.date(2026, 11, 27), start="example.org/s")
ADDRESS = ("Amara Nowak", "Flat 1", "2 High Street", "Coventry", "CV1 1AA")
MM = 72 / 25.4
NOBODY = "\U0010fffd"
"""A private letter that no font has."""


def letter(language: str = "en", address: tuple[str, ...] = ADDRESS, text: str = "Hello.\n\nBye.") -> Letter:
    link = qr_drawing("https://example.org/s/abc")
    return Letter(language=language, address=address, subject="Your questions", text=text, qr=link, code="ABCD-EFGH")


def pdf(tmp_path: Path, *letters: Letter, paper: LetterPaper = PAPER) -> Path:
    made = tmp_path / "letters.pdf"
    made.write_bytes(letters_pdf(letters, paper, lambda each: phrasing_of(*interface_catalogues.spoken(each))))
    return made


def told(program: str, *given: object) -> str:
    if shutil.which(program) is None:
        unavailable("Poppler")
    done = subprocess.run([program, *map(str, given)], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout


def pages(made: Path) -> list[str]:
    return told("pdftotext", "-layout", made, "-").split("\f")[:-1]


def places(made: Path) -> list[tuple[float, float, float, float, str]]:
    """Every word with where it stands, mm from the left and upper edge."""
    found = re.findall(
        r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>',
        told("pdftotext", "-bbox", made, "-"),
    )
    return [(*(float(each) / MM for each in four), word) for *four, word in found]  # type: ignore[misc]


NINE = tuple(f"Line {number} of an address which is as long as they come in Ynysybwl" for number in range(8))


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("as most are", ADDRESS),
        ("nine long lines", ("Amara Nowak", *NINE)),
        ("a very long name", ("Wolfeschlegelsteinhausenbergerdorff" * 6, "1 High Street", "Coventry")),
        ("from the right", ("آمنہ نوواک", "12 High Street", "Coventry")),
        ("another script", ("Γεωργία Αλεξίου", "ਅਮਰਜੀਤ ਕੌਰ", "Coventry")),
    ],
)
def test_an_address_stands_in_the_window(name: str, address: tuple[str, ...], tmp_path: Path) -> None:
    window = AddressWindow(left=25, top=50, width=80, height=30)
    paper = LetterPaper(title="Letters", window=window, day=PAPER.day, start=PAPER.start)
    words = places(pdf(tmp_path, letter(address=address, text="Hello."), paper=paper))
    begins = next(number for number, each in enumerate(words) if each[4] == "27")
    assert begins >= sum(len(line.split()) for line in address) > 0, name
    for left, top, right, bottom, word in words[:begins]:
        assert left >= 25 - 0.1, word
        assert right <= 105 + 0.1, word
        assert top >= 50 - 1, word
        assert bottom <= 80 + 1, word
    assert words[begins][1] > 80


def test_each_is_on_pages_of_its_own_and_says_which_where_there_are_several(tmp_path: Path) -> None:
    made = pdf(tmp_path, letter(), letter(text="Once more.\n\n" * 24), letter(address=("Last One", "Far Away")))
    found = pages(made)
    assert [re.findall(r"^ *(\d) ?/ ?(\d)$", each, re.M) for each in found] == [[], [("1", "2")], [("2", "2")], []]
    assert ["ABCD-EFGH" in re.sub(r"(?<=\w|-) (?=\w|-)", "", each) for each in found] == [True, False, True, True]
    assert "Amara" not in found[3]


def test_nothing_of_it_is_markup(tmp_path: Path) -> None:
    hostile = '#panic("x") *bold* <b>_it_</b> $x$ \\ `code` @ref // no'
    made = pdf(tmp_path, letter(address=(hostile, "Coventry"), text=f"Hello {hostile}"))
    assert "".join(pages(made)).count("bold* <b>_it_</b>") == 2


@pytest.mark.parametrize(
    ("language", "words", "hand"),
    [
        ("pl", "Zażółć gęślą jaźń", "DejaVuSans"),
        ("pa", "ਸਤ ਸ੍ਰੀ ਅਕਾਲ", "NotoSansGurmukhi"),
        ("ur", "السلام علیکم", "NotoNastaliqUrdu"),
        ("en-simple", "Hello", "DejaVuSans"),
    ],
)
def test_every_language_is_in_a_hand_that_has_it(language: str, words: str, hand: str, tmp_path: Path) -> None:
    made = pdf(tmp_path, letter(language, text=f"{words}\n\nhttps://example.org/s/abc"))
    fonts = [line for line in told("pdffonts", made).splitlines()[2:] if hand in line]
    assert fonts
    assert all("yes yes yes" in each for each in fonts), "embedded, a subset, with its letters named"
    assert "Tagged:          yes" in told("pdfinfo", made)
    assert re.search(rb"/Lang ?\(%s" % language[:2].encode(), made.read_bytes())
    code = next(each for each in places(made) if each[4].startswith("ABCD"))
    assert (code[0] > 105) is (language == "ur")


def test_letters_that_no_font_has_are_said_and_never_set(tmp_path: Path) -> None:
    assert lacking([*ADDRESS, "Ђорђе", "ਅਮਰ", "آمنہ", "Zoë a\u0301 \u200d"]) == ""
    assert lacking([f"A{NOBODY}B", f"{NOBODY}"]) == NOBODY
    with pytest.raises(ValueError, match=r"^The letters could not be set\.$"):
        pdf(tmp_path, letter(address=(f"Amara {NOBODY}",)))
