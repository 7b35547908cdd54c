"""The interface's own words: which languages it speaks, and how far each is.

A language is read from its .po when it is first needed. There is no compiled file that could be older than it.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Callable, Iterable
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.support import NullTranslations, Translations

from surveyapp.domain.instrument.easy.renderings import plain_of
from surveyapp.services.translation.po_files import PoFile, is_translated, read, write
from surveyapp.written_numbers import Written

PACKAGE = Path(__file__).resolve().parents[2]
FOLDER = PACKAGE / "translations"
SOURCE = "en"

FOR_PARTICIPANTS = "Participants read this."
"""Marks, in the .po, what is on participants' pages: a language serves them once all of it is translated."""

KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "lazy": None, "lazy_gettext": None, "N_": None}
_METHODS = [("**.py", "python"), ("web/**/templates/**.html", "jinja2")]
_PARTICIPANTS_READ = (
    "services/sending/asked.py",
    "web/participant/",
    "web/shared/answers.py",
    "web/shared/errors.py",
    "web/shared/faults.py",
    "web/shared/templates/shared/document.html",
    "web/shared/templates/shared/error.html",
)


@functools.cache
def languages() -> tuple[str, ...]:
    """The languages there is a file for, and the source. Looked up once a process."""
    return (SOURCE, *sorted(path.parent.parent.name for path in FOLDER.glob("*/LC_MESSAGES/messages.po")))


def file_of(language: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


@functools.cache
def _messages(language: str) -> tuple[Message, ...]:
    return tuple(message for message in read(file_of(language), language).catalog if message.id)


@functools.cache
def translations(language: str) -> Translations:
    """What gettext asks. Empty for a language without a file."""
    compiled = io.BytesIO()
    write_mo(compiled, read(file_of(language), language).catalog)
    compiled.seek(0)
    return Translations(compiled)


@functools.cache
def serves_participants(language: str) -> bool:
    """Whether everything on participants' pages is said in a language. A page is never half in one: where this is
    false, the interface stays in English around the study's own words."""
    return language == SOURCE or _all_said(
        each for each in _messages(language) if FOR_PARTICIPANTS in each.auto_comments
    )


@functools.cache
def serves_staff(language: str) -> bool:
    """Whether every page is said in a language."""
    return language == SOURCE or _all_said(_messages(language))


def _all_said(messages: Iterable[Message]) -> bool:
    said = [is_translated(message) for message in messages]
    return bool(said) and all(said)


def extracted() -> Catalog:
    """Every string the interface has, as the source stands now."""
    found = Catalog(project="Shiftline", fuzzy=False)
    for file, _line, id, _comments, context in extract_from_dir(PACKAGE, _METHODS, keywords=KEYWORDS):
        notes = [FOR_PARTICIPANTS] if file.startswith(_PARTICIPANTS_READ) else []
        found.add(id, None, auto_comments=notes, context=context)
    return found


def updated(language: str, template: Catalog) -> PoFile:
    """A language's file, brought up to date with the source: what is new is empty, or fuzzy where it resembles what
    was there."""
    file = read(file_of(language), language)
    file.catalog.update(template, update_header_comment=False, update_creation_date=False)
    return file


def update(added: Iterable[str] = ()) -> None:
    """Brings every language's file up to date, and begins those `added`. Raises PoUnreadable."""
    template = extracted()
    for language in dict.fromkeys((*languages(), *added)):
        if language != SOURCE:
            write(file_of(language), updated(language, template), sort=True)
    for each in (languages, _messages, translations, serves_participants, serves_staff):
        each.cache_clear()


def counted(language: str) -> tuple[tuple[int, int], tuple[int, int], bool]:
    """How far a language is: (said, there are) for participants' pages and for all, and whether it is a draft."""
    file = read(file_of(language), language)
    every = [message for message in file.catalog if message.id]
    theirs = [message for message in every if FOR_PARTICIPANTS in message.auto_comments]
    return (
        (sum(map(is_translated, theirs)), len(theirs)),
        (sum(map(is_translated, every)), len(every)),
        file.is_draft,
    )


def spoken(language: str) -> tuple[str, Callable[..., str], Callable[..., str]]:
    """What speaks to somebody outside a request, as Flask-Babel's functions do: the language (the source, where the
    interface does not have this one whole), `gettext(text, **values)` and `ngettext(one, many, number, **values)`."""
    language = plain_of(language)
    known = language if language in languages() and serves_participants(language) else SOURCE
    words = translations(known) if known != SOURCE else NullTranslations()

    def gettext(text: str, /, **values: object) -> str:
        said = words.gettext(text)
        return said % values if values else said

    def ngettext(one: str, many: str, number: int, /, **values: object) -> str:
        return words.ngettext(one, many, number) % {"num": Written(number, known), **values}

    return known, gettext, ngettext
