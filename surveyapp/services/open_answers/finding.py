"""What in people's words may say who somebody is: phone numbers, e-mail addresses, postcodes, long numbers, and the
names of the people and sites of the study.

Names of places at large are not found: there is no list of them that would not mark half of what people write. A reader
marks what is missed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator

import phonenumbers

from surveyapp.domain import normalise
from surveyapp.domain.open_answers.marking import SpanKind, TextSpan, apart
from surveyapp.domain.staff import Scope
from surveyapp.services.participants import contacts
from surveyapp.services.work import Work
from surveyapp.store import participants

SHORTEST_NAME = 3
"""Letters that a part of a name must have to be looked for: shorter ones are in too many words."""

ALSO_WORDS = frozenset(
    """
    art april august autumn baker bell best bill black brook brown bush butcher carter chance chase church clay cliff
    cook cooper cross dale dan dawn day dean drew earl eve faith field fields fisher fox frank gardener gene gill good
    grace grant gray green guy hall harmony harper hart heath hill holly home hope house hunt hunter iris ivy jack jay
    jewel joy june kay king lane law lee little long love major man mark marsh mason may miles miller mills moody moon
    moore more nick noble norm olive page park parker pat patience pearl penny poole pope porter potter power price
    pride prince queen rain ray read reed rice rich rob robin rocky rose rosemary ruby rusty sage sally sandy savage
    short skip smart snow star stone storm street strong sue summer summers sunny taylor terry tony turner violet wade
    walker wall ward waters way weaver west white will winter wise wood woods work worth young
    """.split()  # noqa: SIM905 (read more easily)
)
"""Names that are English words as well: in lower case, or as the first word of a sentence, they are taken for words."""

_EMAIL = re.compile(r"(?<![\w.!#$%&'*+/=?^`{|}~-])[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+")
_POSTCODE = re.compile(
    r"(?<![A-Za-z0-9])(?:GIR ?0AA|[A-PR-UWYZ](?:[0-9]{1,2}|[A-HK-Y][0-9]|[A-HK-Y][0-9][0-9]|[0-9][A-HJKPS-UW]"
    r"|[A-HK-Y][0-9][ABEHMNPRV-Y]) ?[0-9][ABD-HJLNP-UW-Z]{2})(?![A-Za-z0-9])",
    re.IGNORECASE,
)
"""Postcodes of the United Kingdom, as its government describes them (BS 7666)."""

_NUMBER = re.compile(r"(?<![\w.,])\d(?:[ -]?\d){5,}(?![\w])")
_SENTENCE_ENDS = frozenset(".!?…\n\u06d4\u0964:;")
_COMPANY = frozenset(("ltd", "limited", "plc", "llp", "llc", "inc", "cic", "co", "company", "the"))


class Finder:
    """Finds in one study's words. `names`: parts of people's names as they are looked up; `sites`: what its sites are
    called."""

    def __init__(self, names: Collection[str], sites: Iterable[str]) -> None:
        self._names = frozenset(each for each in names if len(each) >= SHORTEST_NAME and not each.isdecimal())
        phrases = {phrase for each in sites for phrase in _called(each)}
        self._sites = [
            re.compile(r"(?<!\w)" + r"\s+".join(map(re.escape, phrase)) + r"(?!\w)", re.IGNORECASE)
            for phrase in sorted(phrases)
        ]

    def find(self, text: str) -> list[TextSpan]:
        """Everything found in a text, in order; of what overlaps the longest."""
        return apart(self._found(text))

    def _found(self, text: str) -> Iterator[TextSpan]:
        yield from _phones(text)
        for pattern, kind in ((_EMAIL, SpanKind.EMAIL), (_POSTCODE, SpanKind.POSTCODE), (_NUMBER, SpanKind.NUMBER)):
            for match in pattern.finditer(text):
                yield TextSpan(match.start(), match.end(), kind)
        for each in self._sites:
            for match in each.finditer(text):
                yield TextSpan(match.start(), match.end(), SpanKind.SITE)
        for start, end in _words(text):
            if self._is_name(text, start, end):
                yield TextSpan(start, end, SpanKind.NAME)

    def _is_name(self, text: str, start: int, end: int) -> bool:
        word = text[start:end]
        parts = normalise.name_parts(re.sub(r"['’]s$", "", word))
        if not any(part in self._names for part in parts):
            return False
        if not any(part in ALSO_WORDS for part in parts):
            return True
        before = text[max(0, start - 20) : start].rstrip(" \t'\"“‘(")
        return word[:1].isupper() and bool(before) and before[-1] not in _SENTENCE_ENDS


def finder(work: Work, study_id: str) -> Finder:
    """What finds in a study's words: the names of all its people, whoever reads, opened in memory."""
    scope = Scope(study_id, work.runtime.origin)
    names = {entry for _, there in contacts.lookups(work, scope) for entry in there if "@" not in entry}
    sites = participants.sites(work.session, study_id, work.today(work.runtime.study(study_id)))
    return Finder({each for each in names if not each.startswith("+")}, (each.name for each in sites))


def _phones(text: str) -> Iterator[TextSpan]:
    leniency = phonenumbers.Leniency.POSSIBLE
    for match in phonenumbers.PhoneNumberMatcher(text, contacts.HOME_REGION, leniency=leniency):
        if sum(each.isdigit() for each in match.raw_string) >= 9:
            yield TextSpan(match.start, match.end, SpanKind.PHONE)


def _called(name: str) -> Iterator[tuple[str, ...]]:
    """A site's name in words, whole and without what says only that it is a company."""
    words = tuple(name.split())
    if not words:
        return
    yield words
    short = tuple(each for each in words if each.strip(".,").casefold() not in _COMPANY)
    if short and len(" ".join(short)) > SHORTEST_NAME:
        yield short


def _words(text: str) -> Iterator[tuple[int, int]]:
    """Where the words of a text stand: letters with their marks, of any script, with apostrophes between them."""
    start = None
    for at, character in enumerate(text):
        inside = unicodedata.category(character)[0] in "LM" or (
            character in "'’ʼ" and start is not None and text[at + 1 : at + 2].isalpha()
        )
        if inside and start is None:
            start = at
        elif not inside and start is not None:
            yield start, at
            start = None
    if start is not None:
        yield start, len(text)
