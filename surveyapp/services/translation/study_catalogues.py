"""A study's translations: `text/<language>.po` in its folder, one entry a text, `msgctxt` the text's id.

`surveyapp.domain.instrument.translation` says which texts there are; here they are read, merged, counted and checked.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog, Message

from surveyapp.domain import normalise
from surveyapp.domain.instrument.easy.renderings import easy_of, is_easy, plain_of
from surveyapp.domain.instrument.easy.words import may_be_easy, media_texts
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.instrument.translation import Audience, SourceText, Translations, texts_of, texts_of_questionnaire
from surveyapp.services.translation.po_files import PoFile, is_translated, read, write

NOTES = {
    Audience.PARTICIPANT: "Participants and interviewers meet this.",
    Audience.EVALUATOR: "Only staff meet this.",
}
"""What a translator is told about who reads a text."""

BEFORE = "The source said before: "


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    done: int
    total: int

    @property
    def complete(self) -> bool:
        return self.done == self.total

    @property
    def percent(self) -> int:
        """Whole percent, rounded down: 100 is all of them and nothing less."""
        return 100 if self.complete else 100 * self.done // self.total


@dataclass(frozen=True)
class Coverage:
    """How much of a study is said in a language: what participants and interviewers meet, and what staff alone do."""

    language: str
    participant: Share
    evaluator: Share
    draft: bool


def file_of(folder: Path, language: str) -> Path:
    """The file of a language, in a study's folder."""
    return folder / "text" / f"{language}.po"


def languages_in(folder: Path, study: Study) -> tuple[str, ...]:
    """The languages a study offers, its easy words among them, or has a file for; its source left out."""
    written = [path.name.removesuffix(".po") for path in sorted((folder / "text").glob("*.po"))]
    named = (*study.languages, *map(easy_of, study.easy), *written)
    return tuple(dict.fromkeys(each for each in named if each != study.source_language))


def texts_in(study: Study, language: str) -> tuple[SourceText, ...]:
    """The texts that the file of a language has an entry for. Of easy words those that people who answer read; and what
    stands for a picture or a clip, where the language is not the one it is written in."""
    if not is_easy(language):
        return texts_of(study)
    texts = (text for text in texts_of(study) if text.audience is Audience.PARTICIPANT and may_be_easy(text.id))
    beside = () if plain_of(language) == study.source_language else media_texts(study.media.media)
    return (*texts, *(SourceText(id, source, Audience.PARTICIPANT) for id, source in dict.fromkeys(beside)))


def words_in(folder: Path, language: str) -> Translations:
    """What is translated; of easy words, over the usual ones of their language. Read once for as long as the file stays
    as it is. Raises PoUnreadable."""
    path = file_of(folder, language)
    words, _ = _read_once(path, language, _stamp(path))
    return {**words_in(folder, plain_of(language)), **words} if is_easy(language) else words


def easy_words_in(folder: Path, language: str) -> Translations:
    """The easy words of a language alone. Raises PoUnreadable."""
    path = file_of(folder, easy_of(language))
    return _read_once(path, easy_of(language), _stamp(path))[0]


def ever_said_in(folder: Path, language: str) -> frozenset[str]:
    """The ids of what was ever translated: what is in doubt is among it, and what the source has since worded anew.
    Raises PoUnreadable."""
    path = file_of(folder, language)
    return _read_once(path, language, _stamp(path))[1]


def _stamp(path: Path) -> tuple[int, int] | None:
    """What changes when a file does."""
    found = path.stat() if path.is_file() else None
    return found and (found.st_mtime_ns, found.st_size)


@functools.lru_cache(maxsize=64)
def _read_once(path: Path, language: str, _stamp: tuple[int, int] | None) -> tuple[Translations, frozenset[str]]:
    """What a file translates, and the ids of what it ever did."""
    catalog = read(path, language).catalog
    every = (message for message in (*catalog, *catalog.obsolete.values()) if message.id)
    ever = frozenset(each.context or "" for each in every if not normalise.is_blank(str(each.string or "")))
    return words_of(catalog), ever


def words_of(catalog: Catalog) -> dict[tuple[str, str], str]:
    """What a file translates without a doubt, in the one shape of all text that comes in."""
    return {
        (message.context or "", str(message.id)): normalise.free_text(str(message.string))
        for message in catalog
        if message.id and is_translated(message)
    }


def coverage(study: Study, language: str, file: PoFile) -> Coverage:
    """How far a language is."""
    words = words_of(file.catalog)
    shares = {audience: [text for text in texts_of(study) if text.audience is audience] for audience in Audience}
    participant, evaluator = (
        Share(sum((text.id, text.source) in words for text in shares[audience]), len(shares[audience]))
        for audience in (Audience.PARTICIPANT, Audience.EVALUATOR)
    )
    return Coverage(language, participant, evaluator, file.is_draft)


def merged(study: Study, language: str, file: PoFile) -> PoFile:
    """The file with an entry for each text of the study as it now is, in its order. A text whose source changed
    gets its old translation back as fuzzy: not shown until somebody has looked at it; so does one that is worded anew
    in a new version, whose earlier one still has its own. What nothing asks for any more is kept at the end, as
    obsolete, if it was translated."""
    old = {(message.context or "", str(message.id)): message for message in file.catalog if message.id}
    obsolete: dict[tuple[str, str], Message] = {
        (message.context or "", str(message.id)): message for message in file.catalog.obsolete.values()
    }
    made = Catalog(
        locale=plain_of(language), project="Shiftline", creation_date=file.catalog.creation_date, fuzzy=False
    )
    texts = texts_in(study, language)
    wanted = {(text.id, text.source) for text in texts}
    gone = {key: message for key, message in {**obsolete, **old}.items() if key not in wanted and message.string}
    by_id = _last_said(study, old, gone)
    used = set()
    for text in texts:
        message = old.get((text.id, text.source)) or obsolete.get((text.id, text.source))
        if message is not None and message.string:
            _add(made, text, str(message.string), message.flags, _before(message), message.user_comments)
        elif (before := by_id.get(text.id)) is not None:
            used.add((text.id, str(before.id)))
            said = _before(before) or [f"{BEFORE}{before.id}"]
            _add(made, text, str(before.string), {"fuzzy"}, said, before.user_comments)
        else:
            _add(made, text, "", set(), [], message.user_comments if message else [])
    for key, message in gone.items():
        if key not in used:
            message.auto_comments = []
            made.obsolete[key] = message
    return PoFile(made, file.status)


_Messages = Mapping[tuple[str, str], Message]
"""Entries of a file by id and source."""


def _last_said(study: Study, old: _Messages, gone: _Messages) -> dict[str, Message]:
    """What is nearest to new words of an id: what it said until just now, else in the newest other version, else long
    ago. `gone`: what nothing asks for any more, those of `old` among it."""
    newest_last = sorted(study.questionnaires.values(), key=lambda each: each.version)
    named = dict.fromkeys((text.id, text.source) for each in newest_last for text in texts_of_questionnaire(each))
    elsewhere = [message for key in named if (message := old.get(key)) and message.string]
    farthest_first = (
        *(message for key, message in gone.items() if key not in old),
        *sorted(elsewhere, key=lambda message: not message.fuzzy),
        *(message for key, message in gone.items() if key in old),
    )
    return {message.context or "": message for message in farthest_first}


def _before(message: Message) -> list[str]:
    """What the source said before, for as long as somebody has to look at it."""
    return [each for each in message.auto_comments if message.fuzzy and each.startswith(BEFORE)]


def _add(
    catalog: Catalog, text: SourceText, string: str, flags: set[str], before: list[str], comments: list[str]
) -> None:
    catalog.add(
        text.source,
        string,
        flags=flags & {"fuzzy"},
        auto_comments=[NOTES[text.audience], *before],
        user_comments=comments,
        context=text.id,
    )


def update(folder: Path, study: Study) -> list[Coverage]:
    """Brings every language's file up to date with the study, and says how far each is. Raises PoUnreadable."""
    found = []
    for language in languages_in(folder, study):
        path = file_of(folder, language)
        file = merged(study, language, read(path, language))
        write(path, file, sort=False)
        found.append(coverage(study, language, file))
    return found


def coverages(folder: Path, study: Study) -> list[Coverage]:
    """How far each language is, nothing written. Raises PoUnreadable."""
    return [
        coverage(study, language, read(file_of(folder, language), language)) for language in languages_in(folder, study)
    ]


def names_of(code: str) -> set[str]:
    """What a language is called in English and by its speakers, case folded."""
    locale = Locale.parse(code, sep="-")
    return {name.casefold() for name in (locale.get_display_name("en"), locale.get_display_name()) if name}
