"""What comes in from outside as text, made one shape before anything tests it. Every door uses this module: forms of
participants, interviewers and staff, files, addresses.

- `free_text`: somebody's own words, which stay theirs (NFC, Unicode Standard Annex 15).
- `one_line`: a name, a label, an e-mail address: the same on a single line.
- `as_read`: a label as it is compared with those beside it.
- `code`: what is read by a machine: a code, a number, a date, a time, a link's token (NFKC, ASCII digits).
- `name_parts`: a name as it is looked up, part by part.
- `storable`: any text at all, such as a password, which is nobody's to change further.
- `is_blank`, `length`, `unusable_at`: whether text shows anything, how long it is, what in it is no text.
- `normalised`: any form of Unicode's, in time that goes with the length of the text. Nothing else here, and nothing
  elsewhere, calls the library for it.

All are total: any `str` goes in, none raises, and doing it twice is doing it once. Nothing that comes out holds NUL,
another control, a noncharacter or a lone surrogate.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import Literal

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_NEVER = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""Controls (line ends and the tab apart), surrogates and noncharacters: no text, in any file or database."""

_ZERO_WIDTH_JOINERS = "\u200c\u200d"
_JOINERS = re.compile("([^\u200c\u200d])?[\u200c\u200d]+(?=([^\u200c\u200d])?)")
_NOT_SHOWN = re.compile(
    "[\\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
"""What shows nothing: blanks, the default ignorable code points of the Unicode Character Database, the Braille pattern
without a dot, and a note without a head."""

_EDGES = " \t\n\u00ad\u180e\u200b\u2060\u2800\u3164\ufeff" + "".join(
    chr(point) for point in range(0x80, 0x3001) if chr(point).isspace()
)
"""What is trimmed from the ends of words. Not the variation selectors and tags: they end many an emoji."""

_KEPT_APART = ("<super>", "<sub>", "<circle>", "<fraction>")
"""Compatibility forms that mean something else than what they would fold to: 10² is not 102."""


MOST_MARKS = 30
"""How many marks in a row are kept: more than any writing puts on one letter (Unicode Standard Annex 15, Stream-Safe
Text Format). To put n of them in order takes n² steps, in which nobody else is served."""


_MARKS_BY_ANOTHER_NAME = "\u0f73\u0f75\u0f81\uff9e\uff9f"
"""Those that say of themselves that they are none, and come apart into some."""


def _every_mark() -> str:
    """What is put in order when text is normalised, as it stands between the brackets of a regular expression."""
    points = [each for each in range(0x300, 0x1F000) if unicodedata.combining(chr(each))]
    points = sorted({*points, *map(ord, _MARKS_BY_ANOTHER_NAME)})
    there = set(points)
    first, last = ([each for each in points if each + beside not in there] for beside in (-1, 1))
    return "".join(f"{chr(begin)}-{chr(end)}" for begin, end in zip(first, last, strict=True))


_EVERY_MARK = _every_mark()
_A_MARK = re.compile(f"[{_EVERY_MARK}]")
_HALF = MOST_MARKS // 2
_HALF_OF_TOO_MANY = re.compile(f"[{_EVERY_MARK}]{{{_HALF + 1}}}")
_TOO_MANY_MARKS = re.compile(f"([{_EVERY_MARK}]{{{MOST_MARKS}}})[{_EVERY_MARK}]+")


def _with_few_marks(text: str) -> str:
    """The text with the first `MOST_MARKS` of each run of marks. Few places are looked at: a longer run has one of
    them in it, and goes on for half its length before or after that."""
    for found in _A_MARK.finditer(text[MOST_MARKS :: MOST_MARKS + 1]):
        at = MOST_MARKS + (MOST_MARKS + 1) * found.start()
        if _HALF_OF_TOO_MANY.match(text, at) or _HALF_OF_TOO_MANY.match(text, at - _HALF):
            return _TOO_MANY_MARKS.sub(r"\1", text)
    return text


def normalised(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
    """The text in a form of Unicode Standard Annex 15. Of more than `MOST_MARKS` marks in a row the rest is left out:
    before, for they take so long, and after, for some come apart into two."""
    few = _with_few_marks(text)
    made = unicodedata.normalize(form, few)
    return made if made is few else _with_few_marks(made)


def storable(text: str) -> str:
    """The text without what no file or database can hold: controls, lone surrogates, noncharacters."""
    return _NEVER.sub("", text)


def free_text(text: str) -> str:
    """Somebody's own words in NFC, trimmed; line ends and tabs stay, every line end as LF. Joiners stay inside words,
    where Urdu, Punjabi and emoji are written with them. Empty where nothing would show."""
    text = _NEVER.sub("", _LINE_ENDS.sub("\n", text))
    if is_blank(text):
        return ""
    text = normalised("NFC", text)
    if any(joiner in text for joiner in _ZERO_WIDTH_JOINERS):
        text = normalised("NFC", _JOINERS.sub(_joined, text))
    return text.strip(_EDGES)


def one_line(text: str) -> str:
    """`free_text` on one line: a line end, a tab or several blanks become one space."""
    if text.isascii() and text.isprintable():  # what most text is, and what nothing is to be done to
        return " ".join(text.split())
    return " ".join(free_text(text).split())


_NOTHING_WITHIN = re.compile("[\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""What shows nothing within a word either. Joiners, variation selectors and tags do: they make other letters, emoji."""


def as_read(text: str) -> str:
    """`one_line` in one case and without what shows nothing: two that look alike are alike. To compare, not to keep."""
    return one_line(_NOTHING_WITHIN.sub("", one_line(text)).casefold())


def code(text: str) -> str:
    """What a machine is to read, in NFKC on one line: digits of any script as 0-9, every dash as `-`, what shows
    nothing (the marks of direction among it) left out.

    Superscripts, circled digits, fractions and other signs that only contain a digit stay as they are, so that whoever
    reads the code in ASCII refuses them.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    folded = "".join(map(_folded, normalised("NFC", _NEVER.sub("", text))))
    # What is left out may have kept a letter and its mark apart.
    return " ".join(normalised("NFC", _NOT_SHOWN.sub(_blank_or_nothing, folded)).split())


FULL_STOPS = ".\u06d4\u0964"
"""What a phone ends a line with that is dictated to it: in Latin letters, in Urdu, in Punjabi."""

_BETWEEN_DIGITS = re.compile(r"[ .,_/-]")


def digits_in(typed: str) -> str | None:
    """The digits of what was typed as digits, in ASCII whatever script it is in; blanks and dashes between them are
    nothing. None where there is anything else, or nothing."""
    digits = _BETWEEN_DIGITS.sub("", code(typed[:200]))
    return digits if digits.isascii() and digits.isdecimal() else None


def is_blank(text: str) -> bool:
    """Whether nothing of the text would show: blanks, controls and marks such as U+200B, U+2800, U+3164, U+FEFF."""
    return not _NOT_SHOWN.sub("", _NEVER.sub("", text))


def unusable_at(text: str) -> int | None:
    """Where the first control, noncharacter or lone surrogate stands: what a file's author is told of, rather than
    have it taken out. None where there is none."""
    found = _NEVER.search(text)
    return found.start() if found else None


def length(text: str) -> int:
    """Code points: what a limit counts here and in the page alike (`[...text].length` there)."""
    return len(text)


def _joined(found: re.Match[str]) -> str:
    before, after = found[1] or "", found[2] or ""
    joiner = found[0][len(before) :][0]
    return before + joiner if _of_a_word(before) and _of_a_word(after) else before


def _of_a_word(character: str) -> bool:
    return bool(character) and unicodedata.category(character)[0] in "LMNS" and character not in _EDGES


@functools.lru_cache(maxsize=4_096)
def _folded(character: str) -> str:
    match unicodedata.category(character):
        case "Nd":
            return str(unicodedata.decimal(character))
        case "Pd":
            return "-"
        case "No" | "Nl":
            return character
    if character == "\u2212":
        return "-"
    return character if unicodedata.decomposition(character).startswith(_KEPT_APART) else _compatible(character)


def _compatible(character: str) -> str:
    folded = normalised("NFKC", character)
    return folded if folded == character else "".join(map(_folded, folded))


def _blank_or_nothing(found: re.Match[str]) -> str:
    return " " if found[0].isspace() else ""


_MARKS = re.compile("[\u0300-\u036f\u064b-\u0652]")
"""Accents of Latin, Greek and Cyrillic letters, and the short vowels that Arabic letters are written without too. Not
the vowel signs of Gurmukhi, which are no ornament."""

_PLAIN = str.maketrans(
    {"ł": "l", "đ": "d", "ø": "o", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŋ": "n"}
)
"""Letters that an English keyboard has not, and that are no letter with an accent to Unicode."""

_ASCII_PARTS = re.compile(r"[a-z0-9]+")

_IN_NAMES = re.compile("['\u2018\u2019\u02bc`\u00b4]")


def name_parts(name: str) -> tuple[str, ...]:
    """The parts of a name as they are looked up: lower case, without accents, each once and in order. Łukasz
    O'Brien-Żak is lukasz, obrien, zak. Nothing is carried from one script to another."""
    plain = normalised("NFKD", code(name)).casefold().translate(_PLAIN)
    plain = normalised("NFC", _MARKS.sub("", _IN_NAMES.sub("", plain)))
    if plain.isascii():  # what most names are, by now
        return tuple(dict.fromkeys(_ASCII_PARTS.findall(plain)))
    parts = "".join(each if unicodedata.category(each)[0] in "LMN" else " " for each in plain).split()
    return tuple(dict.fromkeys(parts))
