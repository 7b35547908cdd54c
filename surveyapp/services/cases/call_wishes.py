"""How somebody asked to be called, read out of their contact record."""

from __future__ import annotations

import functools
import re

from babel import Locale

from surveyapp.domain.fieldwork.call_wishes import CallWishes, times_in_words
from surveyapp.domain.participants import Contact

INTERVIEWERS = {"woman_interviewer": "woman", "man_interviewer": "man"}
"""Needs that say who is to call."""


def read_wishes(contact: Contact) -> CallWishes:
    """What a contact record says of calling; what cannot be read narrows nothing."""
    begins, ends, days = times_in_words(contact.times)
    needs = [each.strip() for each in contact.needs.split(",")]
    asked = [INTERVIEWERS[each] for each in needs if each in INTERVIEWERS]
    return CallWishes(
        way=contact.preferred,
        languages=languages_of(contact.language),
        interviewer=asked[0] if len(asked) == 1 else "",
        begins=begins,
        ends=ends,
        days=days,
    )


def languages_of(written: str) -> tuple[str, ...]:
    """Codes of languages written as codes or as names, in English or in the language itself, in the order written. Of
    words that are none, none: whoever speaks one nobody can read from the record can be called by anybody."""
    known = _known()
    found = [known.get(each.strip().casefold(), "") for each in re.split(r"[,;/&+]|\band\b", written)]
    return tuple(dict.fromkeys(found)) if all(found) else ()


@functools.cache
def _known() -> dict[str, str]:
    """Codes of languages by what each is called."""
    english = Locale("en").languages
    known = {name.casefold(): code for code, name in english.items() if re.fullmatch("[a-z]{2,3}", code)}
    known |= {code: code for code in known.values()}
    for code in ("pl", "pa", "ur", "ro", "uk", "ar", "so", "fa", "pt", "es", "fr", "de", "it", "cy", "bn", "gu", "hi"):
        known[str(Locale(code).languages[code]).casefold()] = code
    return known | {"panjabi": "pa", "farsi": "fa"}
