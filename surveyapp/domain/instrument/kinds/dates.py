"""A day, typed in three boxes (or all in the first), the month by number or by name."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from surveyapp.domain.answers import Answer, Day
from surveyapp.domain.errors import AnswerFault
from surveyapp.domain.i18n import N_
from surveyapp.domain.instrument.kinds.base import ALWAYS, Box, Control, Form, Kind, Part, PartType, Summary
from surveyapp.domain.normalise import FULL_STOPS, code

_MONTHS: tuple[tuple[str, ...], ...] = (
    ("january", "styczeń", "stycznia", "i", "ਜਨਵਰੀ", "جنوری"),
    ("february", "luty", "lutego", "ii", "ਫ਼ਰਵਰੀ", "ਫਰਵਰੀ", "فروری"),
    ("march", "marzec", "marca", "iii", "ਮਾਰਚ", "مارچ"),
    ("april", "kwiecień", "kwietnia", "iv", "ਅਪ੍ਰੈਲ", "ਅਪਰੈਲ", "اپریل"),
    ("may", "maj", "maja", "v", "ਮਈ", "مئی"),
    ("june", "czerwiec", "czerwca", "vi", "ਜੂਨ", "جون"),
    ("july", "lipiec", "lipca", "vii", "ਜੁਲਾਈ", "جولائی"),
    ("august", "sierpień", "sierpnia", "viii", "ਅਗਸਤ", "اگست"),
    ("september", "wrzesień", "września", "ix", "ਸਤੰਬਰ", "ਸਿਤੰਬਰ", "ستمبر"),
    ("october", "październik", "października", "x", "ਅਕਤੂਬਰ", "اکتوبر"),
    ("november", "listopad", "listopada", "xi", "ਨਵੰਬਰ", "نومبر"),
    ("december", "grudzień", "grudnia", "xii", "ਦਸੰਬਰ", "دسمبر"),
)
"""What the months are called in the languages that the pages are written in (English, Polish in two cases and in Roman
numerals, Punjabi, Urdu). A name's first three letters or more will do, where they are one month's alone."""

_PLAIN = str.maketrans("ąćęłńóśźżيك", "acelnoszzیک")
"""Polish without its marks, and the Arabic letters of a keyboard that has no Urdu."""

_ORDINAL = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th|\.|-?go)?", re.ASCII)
_ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})", re.ASCII)
_BETWEEN = re.compile(r"[\s,/.-]+(?:of\s+)?")
_EDGES = f" ,{FULL_STOPS}"


def _named(name: str) -> str:
    return code(name).casefold().translate(_PLAIN)


MONTHS_BY_NAME = {_named(name): number for number, names in enumerate(_MONTHS, 1) for name in names}
"""The number of each month by its name, in the shape that what is typed is brought to."""


def month_of(typed: str) -> int | None:
    """The month that a number or a name stands for; None where it is none, or more than one."""
    word = _named(typed).rstrip(FULL_STOPS)
    if re.fullmatch("[0-9]{1,2}", word, re.ASCII):
        return int(word) if 1 <= int(word) <= 12 else None
    if word in MONTHS_BY_NAME:
        return MONTHS_BY_NAME[word]
    begun = {number for name, number in MONTHS_BY_NAME.items() if len(word) >= 3 and name.startswith(word)}
    return begun.pop() if len(begun) == 1 else None


class DateKind(Kind):
    """A day: three boxes (`key:day`, `key:month`, `key:year`), or one ISO date under the key itself."""

    name = "date"
    described = N_("a day")
    control = Control.BOXES
    summary = Summary.TIME
    type = PartType.DATE
    quotable = True
    accepts = ALWAYS | {"missing", "required", "earliest", "latest", "fact"}
    asks = (N_("Write the day, month and year."), N_("Write the day, month and year, or choose %(out)s."))
    boxes = (
        Box("day", N_("Day"), 2, "numeric"),
        Box("month", N_("Month"), 4, "text"),
        Box("year", N_("Year"), 4, "numeric"),
    )
    faulty_boxes: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "no_day": ("day",),
        "no_month": ("month",),
        "no_year": ("year",),
        "not_a_day": ("day",),
        "not_a_month": ("month",),
        "not_a_year": ("year",),
        "not_in_month": ("day",),
    }
    sentences: ClassVar[Mapping[str, str]] = {
        "no_day": N_("The day is missing. Write it as a number, such as 27."),
        "no_month": N_("The month is missing. Write it as a number or a name, such as 3 or March."),
        "no_year": N_("The year is missing. Write all of it, such as 2025."),
        "not_a_day": N_("The day must be a number from 1 to 31."),
        "not_a_month": N_("The month must be a number from 1 to 12, or its name, such as March."),
        "not_a_year": N_("Write all four figures of the year, such as 2025."),
        "not_in_month": N_("That month does not have so many days. Check the day and the month."),
    }

    def typed(self, part: Part, form: Form) -> list[str]:
        """ISO-like: `year-month-day`, each as it was typed and empty where nothing was."""
        posted = super().typed(part, form)
        boxes = {name: code(value) for name, value in super().box_values(part, form).items()}
        if not any(boxes.values()):
            return posted
        if boxes["day"] and not (boxes["month"] or boxes["year"]):
            return [*posted, boxes["day"]]
        return [*posted, _SEPARATOR.join(boxes.values())]

    def box_values(self, part: Part, form: Form) -> dict[str, str]:
        boxes = super().box_values(part, form)
        stored = _ISO.fullmatch(code("".join(form.get(part.key, ()))))
        if any(boxes.values()) or stored is None:
            return boxes
        year, month, day = stored.groups()
        return {"day": str(int(day)), "month": str(int(month)), "year": year}

    def read(self, part: Part, values: list[str]) -> Answer | AnswerFault:
        if len(values) > 1:
            return AnswerFault(part.key, "more_than_one")
        found = _day(values[0])
        if isinstance(found, str):
            return AnswerFault(part.key, found)
        question = part.question
        if question.earliest and found < dt.date.fromisoformat(question.earliest):
            return AnswerFault(part.key, "too_early", question.earliest)
        if question.latest and found > dt.date.fromisoformat(question.latest):
            return AnswerFault(part.key, "too_late", question.latest)
        return Day(found)


def day_of(typed: str) -> dt.date | None:
    """The day that was typed in one box, in the shape of `normalise.code`; None where it is none."""
    found = _day(typed)
    return None if isinstance(found, str) else found


_SEPARATOR = "\n"
"""Between the boxes: what nobody can have typed in one."""


def _day(typed: str) -> dt.date | str:
    """The day that was typed, or the code of what is wrong with it."""
    if _SEPARATOR in typed:
        return _day_of(typed.split(_SEPARATOR))
    bare = typed.strip(_EDGES)
    iso = _ISO.fullmatch(bare)
    pieces = list(reversed(iso.groups())) if iso else _BETWEEN.split(bare)
    if len(pieces) == 3 and _ORDINAL.fullmatch(pieces[1].casefold()) and not pieces[0][:1].isdigit():
        # March 7, 2025
        pieces[0], pieces[1] = pieces[1], pieces[0]
    if len(pieces) == 2:
        pieces.append("")
    if len(pieces) == 1 and _ORDINAL.fullmatch(pieces[0].casefold()):
        pieces += ["", ""]
    return _day_of(pieces) if len(pieces) == 3 else "not_a_date"


def _day_of(pieces: Sequence[str]) -> dt.date | str:
    day, month, year = bare = [piece.strip(_EDGES) for piece in pieces]
    empty = [name for name, piece in zip(("day", "month", "year"), bare, strict=True) if not piece]
    if len(empty) > 1:
        return "not_a_date"
    if empty:
        return f"no_{empty[0]}"
    number = _ORDINAL.fullmatch(day.casefold())
    if number is None or not 1 <= int(number[1]) <= 31:
        return "not_a_day"
    if (which := month_of(month)) is None:
        return "not_a_month"
    if not re.fullmatch("[1-9][0-9]{3}", year, re.ASCII):
        return "not_a_year"
    try:
        return dt.date(int(year), which, int(number[1]))
    except ValueError:
        return "not_in_month"
