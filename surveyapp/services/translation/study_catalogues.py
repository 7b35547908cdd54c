"""A study's translations: `text/<language>.po` in its folder, one entry a text, `msgctxt` the text's id.

`surveyapp.domain.instrument.translation` says which texts there are; here they are read, merged, counted and checked.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog, Message

from surveyapp.domain import normalise
from surveyapp.domain.authoring.checks.labels import same_labels, side_by_side, wordings
from surveyapp.domain.authoring.file_text import shown as shown_name
from surveyapp.domain.authoring.yaml_source import read_source, shortened
from surveyapp.domain.errors import Fault
from surveyapp.domain.instrument.easy.renderings import easy_of, is_easy, plain_of
from surveyapp.domain.instrument.easy.words import may_be_easy, media_texts
from surveyapp.domain.instrument.piping import is_well_formed, placeholders
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.instrument.translation import Audience, SourceText, Translations, texts_of
from surveyapp.services.translation import interface_catalogues
from surveyapp.services.translation.po_files import PoFile, PoUnreadable, is_translated, read, write

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
    words = _words_read(path, language, _stamp(path))
    return {**words_in(folder, plain_of(language)), **words} if is_easy(language) else words


def easy_words_in(folder: Path, language: str) -> Translations:
    """The easy words of a language alone. Raises PoUnreadable."""
    path = file_of(folder, easy_of(language))
    return _words_read(path, easy_of(language), _stamp(path))


def _stamp(path: Path) -> tuple[int, int] | None:
    """What changes when a file does."""
    found = path.stat() if path.is_file() else None
    return found and (found.st_mtime_ns, found.st_size)


@functools.lru_cache(maxsize=64)
def _words_read(path: Path, language: str, _stamp: tuple[int, int] | None) -> Translations:
    return _words(read(path, language).catalog)


@functools.lru_cache(maxsize=64)
def _participants_texts(study: Study) -> frozenset[tuple[str, str]]:
    return frozenset((text.id, text.source) for text in texts_of(study) if text.audience is Audience.PARTICIPANT)


def _words(catalog: Catalog) -> dict[tuple[str, str], str]:
    return {
        (message.context or "", str(message.id)): str(message.string)
        for message in catalog
        if message.id and is_translated(message)
    }


def coverage(study: Study, language: str, file: PoFile) -> Coverage:
    """How far a language is."""
    words = _words(file.catalog)
    shares = {audience: [text for text in texts_of(study) if text.audience is audience] for audience in Audience}
    participant, evaluator = (
        Share(sum((text.id, text.source) in words for text in shares[audience]), len(shares[audience]))
        for audience in (Audience.PARTICIPANT, Audience.EVALUATOR)
    )
    return Coverage(language, participant, evaluator, file.is_draft)


def offered(folder: Path, study: Study) -> tuple[str, ...]:
    """The languages people can choose: the source; those in which everything a participant meets is said, in the
    study and in the interface; and those the study offers in part. In the order of the study. One whose file cannot be
    read is left out: `questionnaires check` says so."""
    return tuple(language for language in study.languages if _is_offered(folder, study, language))


def _is_offered(folder: Path, study: Study, language: str) -> bool:
    if language == study.source_language:
        return True
    try:
        words = words_in(folder, language)
    except PoUnreadable:
        return False
    if language in study.partial:
        return True
    return words.keys() >= _participants_texts(study) and interface_catalogues.serves_participants(language)


def merged(study: Study, language: str, file: PoFile) -> PoFile:
    """The file with an entry for each text of the study as it now is, in its order. A text whose source changed
    gets its old translation back as fuzzy: not shown until somebody has looked at it. What nothing asks for any more
    is kept at the end, as obsolete, if it was translated."""
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
    by_id = {key[0]: message for key, message in gone.items()}
    used = set()
    for text in texts:
        message = old.get((text.id, text.source)) or obsolete.get((text.id, text.source))
        if message is not None and message.string:
            _add(made, text, str(message.string), message.flags, _before(message), message.user_comments)
        elif (before := by_id.get(text.id)) is not None:
            used.add((text.id, str(before.id)))
            _add(made, text, str(before.string), {"fuzzy"}, [f"{BEFORE}{before.id}"], before.user_comments)
        else:
            _add(made, text, "", set(), [], message.user_comments if message else [])
    for key, message in gone.items():
        if key not in used:
            message.auto_comments = []
            made.obsolete[key] = message
    return PoFile(made, file.status)


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


def wording_faults(folder: Path, study: Study) -> tuple[Fault, ...]:
    """What is wrong with a study's translations, by the codes of `FAULT_CODES`."""
    faults = [_no_language(folder, study, each) for each in (study.source_language,) if not _is_language(each)]
    for language in languages_in(folder, study):
        shown = f"{study.id}/text/{shown_name(language)}.po"
        if not _is_language(language):
            faults.append(_no_language(folder, study, language))
            continue
        try:
            file = read(file_of(folder, language), language)
        except PoUnreadable as error:
            faults.append(Fault(file=shown, line=error.line, column=1, code=error.code, sentence=error.why))
            continue
        texts = {(text.id, text.source): text for text in texts_in(study, language)}
        for line in file.repeated:
            sentence = "This entry came before already. Keep the better of the two."
            faults.append(Fault(file=shown, line=line, column=1, code="written_twice", sentence=sentence))
        for message in file.catalog:
            if message.id:
                faults.extend(_entry_faults(shown, message, texts))
        faults.extend(_same_labels(shown, study, file.catalog))
        if is_easy(language):
            faults.extend(_half_easy(shown, file.catalog, texts))
        if language in study.languages and language not in study.partial:
            faults.extend(_missing(shown, file.catalog, texts))
    return tuple(faults)


def _no_language(folder: Path, study: Study, language: str) -> Fault:
    sentence = f"“{shown_name(language)}” is no language’s code. Write it like pl, or pa-Arab."
    if language not in (study.source_language, *study.languages):
        return Fault(
            file=f"{study.id}/text/{shown_name(language)}.po",
            line=1,
            column=1,
            code="unknown_language",
            sentence=sentence,
        )
    source = read_source(folder / "study.yaml", f"{study.id}/study.yaml")
    in_list = language in study.languages and language in (source.data or {}).get("languages", ())
    source.fault(
        ("languages", study.languages.index(language)) if in_list else ("source_language",),
        "unknown_language",
        sentence,
    )
    return source.faults[-1]


def _entry_faults(shown: str, message: Message, texts: Mapping[tuple[str, str], SourceText]) -> list[Fault]:
    id, source, line = message.context or "", str(message.id), message.lineno or 1
    if (id, source) not in texts:
        sentence = f"Nothing in the study says this under “{shortened(id)}” any more. Run `make messages`."
        return [Fault(file=shown, line=line, column=1, code="unknown_wording", sentence=sentence)]
    said = str(message.string)
    if not said or message.fuzzy:
        return []
    faults = []
    if normalise.is_blank(said):
        sentence = f"The translation of “{id}” shows nothing. Write it, or leave it empty."
        faults.append(Fault(file=shown, line=line, column=1, code="blank_wording", sentence=sentence))
    if (at := normalise.unusable_at(said)) is not None:
        sentence = f"There is a character (U+{ord(said[at]):04X}) that no text can have. Take it out."
        faults.append(Fault(file=shown, line=line, column=1, code="bad_character", sentence=sentence))
    if _filled_in(said) != _filled_in(source) or (not is_well_formed(said) and is_well_formed(source)):
        wanted = ", ".join(_filled_in(source)) or "none"
        sentence = f"What “{id}” fills in differs from the source, which has {wanted}. Keep the names in braces."
        faults.append(Fault(file=shown, line=line, column=1, code="broken_wording", sentence=sentence))
    if added := sorted({*_MARKUP.findall(said)} - {*_MARKUP.findall(source)}):
        sentence = (
            f"“{shortened(added[0])}” is not in the source of “{id}”: people would read it as it stands. Take it out."
        )
        faults.append(Fault(file=shown, line=line, column=1, code="added_markup", sentence=sentence))
    return faults


_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|<!--|&(?:#\d+|#x[0-9A-Fa-f]+|[A-Za-z][A-Za-z0-9]*);")
_FORMATS = re.compile(r"%\(\w*\)[a-z]")


def _filled_in(text: str) -> list[str]:
    """What a text quotes, and what it looks like filling in as the interface's own texts do."""
    return [f"{{{name}}}" for name in placeholders(text)] + sorted(_FORMATS.findall(text))


def _same_labels(shown: str, study: Study, catalog: Catalog) -> list[Fault]:
    """Labels that stand side by side and are told apart in the source, but not in this language."""
    words = _words(catalog)
    lines = {(message.context or "", str(message.id)): message.lineno or 1 for message in catalog if message.id}
    found: dict[tuple[str, str], Fault] = {}
    for _, texts in wordings(study):
        sources = {text.id: text.source for text in texts}
        said = [(text.id, words[text.id, text.source]) for text in texts if (text.id, text.source) in words]
        for one, other in same_labels(said):
            sentence = f"“{one}” and “{other}” read the same here. Word one of them otherwise."
            fault = Fault(file=shown, line=lines[other, sources[other]], column=1, code="same_label", sentence=sentence)
            found.setdefault((other, sources[other]), fault)
    return list(found.values())


def _half_easy(shown: str, catalog: Catalog, texts: Mapping[tuple[str, str], SourceText]) -> Iterator[Fault]:
    """What stands side by side to be chosen from, some of it in easy words and the rest not."""
    words = _words(catalog)
    lines = {(message.context or "", str(message.id)): message.lineno or 1 for message in catalog if message.id}
    for common, beside in side_by_side(texts).items():
        lacking = [key for key in beside if key not in words]
        if lacking and len(lacking) < len(beside):
            sentence = (
                f"“{lacking[0][0]}” has no easy words, and others of “{common}” beside it have. Write them; what is "
                "easy already is said again as it is."
            )
            yield Fault(file=shown, line=lines.get(lacking[0], 1), column=1, code="half_easy", sentence=sentence)


def _missing(shown: str, catalog: Catalog, texts: Mapping[tuple[str, str], SourceText]) -> list[Fault]:
    words = _words(catalog)
    missing = [key for key, text in texts.items() if text.audience is Audience.PARTICIPANT and key not in words]
    if not missing:
        return []
    lines = {(message.context or "", str(message.id)): message.lineno or 1 for message in catalog if message.id}
    id = missing[0][0]
    sentence = (
        f"{len(missing)} of the texts that participants and interviewers meet are not translated, “{id}” among them. "
        "Translate them, or list the language under `partial` in study.yaml."
    )
    return [Fault(file=shown, line=lines.get(missing[0], 1), column=1, code="missing_wording", sentence=sentence)]


def _is_language(code: str) -> bool:
    try:
        Locale.parse(code, sep="-")
    except (ValueError, UnknownLocaleError):
        return False
    return True


def names_of(code: str) -> set[str]:
    """What a language is called in English and by its speakers, case folded."""
    locale = Locale.parse(code, sep="-")
    return {name.casefold() for name in (locale.get_display_name("en"), locale.get_display_name()) if name}
