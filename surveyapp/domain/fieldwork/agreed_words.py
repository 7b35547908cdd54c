"""The words for days, times and spans in Polish, Punjabi and Urdu, turned into the English ones that `agreed` reads.

What says in Urdu and Punjabi when something is (`کو`, `ਨੂੰ`) stays as `ko`: after a number it makes a day of the month
of it.
"""

from __future__ import annotations

import re
import unicodedata

from surveyapp.domain.normalise import normalised

_POLISH = {
    "poniedzialek|pon": "monday", "wtorek|wt": "tuesday", "sroda|srode|sr": "wednesday", "czwartek|czw": "thursday",
    "piatek|pt": "friday", "sobota|sobote|sob": "saturday", "niedziela|niedziele|niedz|nd": "sunday",
    "dzis|dzisiaj": "today", "jutro": "tomorrow", "pojutrze": "day after tomorrow",
    "rano|z rana|przed poludniem": "morning", "w poludnie": "noon", "po poludniu": "afternoon",
    "wieczorem|wieczor": "evening",
    "za tydzien": "in a week", "za miesiac": "in a month", "za godzine": "in an hour",
    "za pol godziny": "in half an hour",
    "za dzien": "in a day", "za": "in", "tygodnie|tygodni": "weeks", "dni": "days", "miesiace|miesiecy": "months",
    "godziny": "hours", "minut|minuty|minute": "minutes",
    "po": "after", "od": "from", "okolo|kolo": "around", "przed": "before", "do": "to", "miedzy|pomiedzy": "between",
    "o|godz|godzinie|godzina": "at", "w|we|na": "", "dnia": "on",
    "przyszly|przyszla|przyszle|nastepny|nastepna|nastepne|najblizszy|najblizsza|najblizsze": "next",
    "jeden|jedna": "one", "dwa|dwie": "two", "trzy": "three", "cztery": "four", "piec": "five", "szesc": "six",
    "siedem": "seven", "osiem": "eight", "dziewiec": "nine", "dziesiec": "ten", "jedenascie": "eleven",
    "dwanascie": "twelve",
    "pierwszej": "1", "drugiej": "2", "trzeciej": "3", "czwartej": "4", "piatej": "5", "szostej": "6", "siodmej": "7",
    "osmej": "8", "dziewiatej": "9", "dziesiatej": "10", "jedenastej": "11", "dwunastej": "12", "trzynastej": "13",
    "czternastej": "14", "pietnastej": "15", "szesnastej": "16", "siedemnastej": "17", "osiemnastej": "18",
    "dziewietnastej": "19", "dwudziestej": "20",
    "stycznia": "jan", "lutego": "feb", "marca": "mar", "kwietnia": "apr", "maja": "may", "czerwca": "jun",
    "lipca": "jul", "sierpnia": "aug", "wrzesnia": "sep", "pazdziernika": "oct", "listopada": "nov", "grudnia": "dec",
}  # fmt: skip
"""Without accents, so that it does not matter whether they were typed."""

_URDU = {
    "پیر|سوموار": "monday", "منگل": "tuesday", "بدھ": "wednesday", "جمعرات": "thursday", "جمعہ|جمعے": "friday",
    "ہفتہ کے دن|ہفتے کے دن|سنیچر": "saturday", "اتوار": "sunday",
    "آج": "today", "کل": "tomorrow", "پرسوں": "day after tomorrow",
    "صبح": "morning", "دوپہر": "midday", "سہ پہر|دوپہر کے بعد|دوپہر بعد": "afternoon",
    "شام": "evening", "رات": "evening",
    "آدھے گھنٹے": "half an hour", "گھنٹے|گھنٹہ|گھنٹوں": "hour", "منٹ|منٹوں": "minute", "دن|دنوں": "day",
    "ہفتے|ہفتہ|ہفتوں": "week", "مہینے|مہینہ|مہینوں|ماہ": "month",
    "کے بعد|بعد|کے اندر|میں": "after", "سے پہلے": "before", "تقریبا|تقریباً": "around",
    "بجے": "o'clock", "کو": "ko", "کے|کی|کا|دن کو": "", "اگلے|اگلی|آئندہ": "next", "اس": "this",
    "ایک": "one", "دو": "two", "تین": "three", "چار": "four", "پانچ": "five", "چھ|چھے": "six", "سات": "seven",
    "آٹھ": "eight", "نو": "nine", "دس": "ten", "گیارہ": "eleven", "بارہ": "twelve",
    "جنوری": "jan", "فروری": "feb", "مارچ": "mar", "اپریل": "apr", "مئی": "may", "جون": "jun", "جولائی": "jul",
    "اگست": "aug", "ستمبر": "sep", "اکتوبر": "oct", "نومبر": "nov", "دسمبر": "dec",
}  # fmt: skip

_PUNJABI = {
    "ਸੋਮਵਾਰ": "monday", "ਮੰਗਲਵਾਰ|ਮੰਗਲ": "tuesday", "ਬੁੱਧਵਾਰ|ਬੁਧਵਾਰ|ਬੁੱਧ": "wednesday", "ਵੀਰਵਾਰ": "thursday",
    "ਸ਼ੁੱਕਰਵਾਰ|ਸ਼ੁਕਰਵਾਰ|ਸ਼ੁੱਕਰ": "friday", "ਸ਼ਨੀਵਾਰ|ਸ਼ਨਿੱਚਰਵਾਰ|ਸ਼ਨੀਚਰਵਾਰ": "saturday", "ਐਤਵਾਰ": "sunday",
    "ਅੱਜ": "today", "ਕੱਲ੍ਹ|ਕੱਲ|ਭਲਕੇ": "tomorrow", "ਪਰਸੋਂ": "day after tomorrow",
    "ਸਵੇਰੇ|ਸਵੇਰ": "morning", "ਦੁਪਹਿਰ|ਦੁਪਹਿਰੇ": "midday", "ਦੁਪਹਿਰ ਬਾਅਦ|ਦੁਪਹਿਰ ਤੋਂ ਬਾਅਦ": "afternoon",
    "ਸ਼ਾਮ|ਸ਼ਾਮੀਂ": "evening", "ਰਾਤ": "evening",
    "ਅੱਧੇ ਘੰਟੇ": "half an hour", "ਘੰਟੇ|ਘੰਟਾ|ਘੰਟਿਆਂ": "hour", "ਮਿੰਟ|ਮਿੰਟਾਂ": "minute", "ਦਿਨ|ਦਿਨਾਂ": "day",
    "ਹਫ਼ਤੇ|ਹਫਤੇ|ਹਫ਼ਤਾ|ਹਫਤਾ|ਹਫ਼ਤਿਆਂ|ਹਫਤਿਆਂ": "week", "ਮਹੀਨੇ|ਮਹੀਨਾ|ਮਹੀਨਿਆਂ": "month",
    "ਤੋਂ ਬਾਅਦ|ਬਾਅਦ|ਵਿੱਚ|ਵਿਚ|ਮਗਰੋਂ": "after", "ਤੋਂ ਪਹਿਲਾਂ": "before", "ਲਗਭਗ|ਕਰੀਬ": "around",
    "ਵਜੇ": "o'clock", "ਨੂੰ": "ko", "ਦੇ|ਦੀ|ਦਾ": "", "ਅਗਲੇ|ਅਗਲੀ": "next", "ਇਸ": "this",
    "ਇੱਕ|ਇਕ": "one", "ਦੋ": "two", "ਤਿੰਨ": "three", "ਚਾਰ": "four", "ਪੰਜ": "five", "ਛੇ": "six", "ਸੱਤ": "seven", "ਅੱਠ": "eight",
    "ਨੌਂ|ਨੌ": "nine", "ਦਸ": "ten", "ਗਿਆਰਾਂ": "eleven", "ਬਾਰਾਂ": "twelve",
    "ਜਨਵਰੀ": "jan", "ਫ਼ਰਵਰੀ|ਫਰਵਰੀ": "feb", "ਮਾਰਚ": "mar", "ਅਪ੍ਰੈਲ": "apr", "ਮਈ": "may", "ਜੂਨ": "jun", "ਜੁਲਾਈ": "jul",
    "ਅਗਸਤ": "aug", "ਸਤੰਬਰ": "sep", "ਅਕਤੂਬਰ": "oct", "ਨਵੰਬਰ": "nov", "ਦਸੰਬਰ": "dec",
}  # fmt: skip

_SAME_LETTERS = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک", "ه": "ہ", "ة": "ہ", "،": " ", "۔": " ", "।": " "})
_LATIN_WITHOUT_MARK = str.maketrans({"ł": "l"})
_HOUR_WORDS = {name: str(number) for number, name in enumerate(
    ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), start=1
)}  # fmt: skip


def _shape(text: str) -> str:
    """Digits in the ASCII ones, letters in one of the ways they are written, Latin ones without marks."""
    text = "".join(
        str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in text.casefold()
    ).translate(_SAME_LETTERS)
    apart = normalised("NFD", text).translate(_LATIN_WITHOUT_MARK)
    kept, latin = [], False
    for letter in apart:
        if unicodedata.combining(letter) and latin:
            continue
        latin = letter.isascii()
        kept.append(letter)
    return normalised("NFC", "".join(kept))


_PHRASES = {
    tuple(_shape(each).split()): english.split()
    for words in (_POLISH, _URDU, _PUNJABI)
    for written, english in words.items()
    for each in written.split("|")
}
_LONGEST = max(len(phrase) for phrase in _PHRASES)
_POLISH_HOUR = re.compile(r"\b(\d{1,2})-?(?:tej|stej|ej)\b")


def in_english(text: str) -> str:
    """A text with what is known of its words in English, everything else as it was; small letters."""
    words = _POLISH_HOUR.sub(r"\1", _shape(text)).replace(",", " , ").split()
    between = bool({"miedzy", "pomiedzy"} & set(words))
    found: list[str] = []
    at = 0
    while at < len(words):
        for length in range(min(_LONGEST, len(words) - at), 0, -1):
            english = _PHRASES.get(tuple(words[at : at + length]))
            if english is not None:
                found += english
                at += length
                break
        else:
            bare = words[at].rstrip(".")
            other = "and" if between and bare in ("a", "i") else words[at]
            found += _PHRASES.get((bare,), [other])
            at += 1
    # `five o'clock` and `after five`, where no span of days or weeks follows, are of the clock.
    for index, word in enumerate(found[:-1]):
        if found[index + 1] == "o'clock" and word in _HOUR_WORDS:
            found[index] = _HOUR_WORDS[word]
    return " ".join(found).replace(" , ", ", ")
