"""What is wrong with a study's translations: whatever is asked of a text in the source is asked of each translation."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Set
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog, Message

from surveyapp.domain import normalise
from surveyapp.domain.authoring.checks.labels import same_labels, side_by_side, wordings
from surveyapp.domain.authoring.checks.messages import WORDS, private_phrases, words_faults
from surveyapp.domain.authoring.checks.study import not_for_the_ear
from surveyapp.domain.authoring.file_text import shown as shown_name
from surveyapp.domain.authoring.folders import STUDY
from surveyapp.domain.authoring.yaml_source import read_source, shortened
from surveyapp.domain.errors import Fault
from surveyapp.domain.instrument.easy.renderings import is_easy
from surveyapp.domain.instrument.piping import is_well_formed, placeholders, quotes
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.instrument.translation import Audience, SourceText, Translations, translated_whole
from surveyapp.services.translation import interface_catalogues
from surveyapp.services.translation.offering import no_pages, own_texts, texts_met
from surveyapp.services.translation.po_files import PoUnreadable, read
from surveyapp.services.translation.study_catalogues import file_of, languages_in, texts_in, words_in, words_of


def faults_of(folder: Path, study: Study) -> tuple[Fault, ...]:
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
        faults.extend(_as_of_the_source(shown, folder, study, language, file.catalog))
        if is_easy(language):
            faults.extend(_half_easy(shown, file.catalog, texts))
        if language in study.languages and language not in study.partial:
            faults.extend(_missing(shown, study, file.catalog, texts))
    return tuple(faults)


def notes(folder: Path, study: Study) -> tuple[Fault, ...]:
    """A note for each language that is listed and not offered, whatever the study says in it."""
    source = read_source(folder / STUDY, f"{study.id}/{STUDY}")
    source.faults.clear()
    for index, language in enumerate(study.languages):
        whole = _is_language(language) and language not in study.partial
        if whole and not interface_catalogues.serves_participants(language):
            source.fault(("languages", index), "not_offered", f"{no_pages(language)} It is not offered.")
    return tuple(source.faults)


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
    if _filled_in(said) != _filled_in(source) or not is_well_formed(said):
        wanted = ", ".join(_filled_in(source)) or "none"
        sentence = f"What “{id}” fills in differs from the source, which has {wanted}. Keep the names in braces."
        faults.append(Fault(file=shown, line=line, column=1, code="broken_wording", sentence=sentence))
    elif not id.startswith("message.") and (quote := next((each for each in quotes(said) if not each.fallback), None)):
        sentence = (
            f"“{quote.written}” says nothing where the fact is not known. Say what stands there then, after a bar."
        )
        faults.append(Fault(file=shown, line=line, column=1, code="no_fallback", sentence=sentence))
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


def _as_of_the_source(shown: str, folder: Path, study: Study, language: str, catalog: Catalog) -> Iterator[Fault]:
    """What the source is refused for where several texts are looked at together, in the words of this language: its
    messages, and consent that is asked aloud."""
    words = words_of(catalog)
    lines = {(message.context or "", str(message.id)): message.lineno or 1 for message in catalog if message.id}
    for key, code, sentence in (*_messages(folder, study, language, words), *_aloud(study, words)):
        yield Fault(file=shown, line=lines[key], column=1, code=code, sentence=sentence)


_WordingFaults = Iterator[tuple[tuple[str, str], str, str]]
"""Id and source of a text, the code of its fault, and a sentence."""


def _messages(folder: Path, study: Study, language: str, words: Translations) -> _WordingFaults:
    """Of what this file itself says of each message. What is known of people may be called by either language."""
    here = translated_whole(dataclasses.replace(study, questionnaires={}), words_in(folder, language), language)
    phrases = (*private_phrases(study), *private_phrases(here))
    for step in study.messages.steps if study.messages else ():
        ids = {key: (f"message.{step.id}.{key}", getattr(step, key)) for key in WORDS}
        subject, text, short = (words.get(id) for id in ids.values())
        local = dataclasses.replace(step, subject=subject, text=text, short=short)
        for key, code, sentence in words_faults(local, phrases, here.public_title):
            yield ids[key], code, sentence


def _aloud(study: Study, words: Translations) -> _WordingFaults:
    for purpose in study.consent:
        id = f"consent.{purpose.id}"
        if purpose.aloud is None or (aloud := words.get((f"{id}.aloud", purpose.aloud))) is None:
            continue
        if sentence := not_for_the_ear(words.get((id, purpose.text), purpose.text), aloud):
            yield (f"{id}.aloud", purpose.aloud), "not_for_the_ear", sentence


def _same_labels(shown: str, study: Study, catalog: Catalog) -> list[Fault]:
    """Labels that stand side by side and are told apart in the source, but not in this language."""
    words = words_of(catalog)
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
    words = words_of(catalog)
    lines = {(message.context or "", str(message.id)): message.lineno or 1 for message in catalog if message.id}
    for common, beside in side_by_side(texts).items():
        lacking = [key for key in beside if key not in words]
        if lacking and len(lacking) < len(beside):
            sentence = (
                f"“{lacking[0][0]}” has no easy words, and others of “{common}” beside it have. Write them; what is "
                "easy already is said again as it is."
            )
            yield Fault(file=shown, line=lines.get(lacking[0], 1), column=1, code="half_easy", sentence=sentence)


def _missing(
    shown: str, study: Study, catalog: Catalog, texts: Mapping[tuple[str, str], SourceText]
) -> Iterator[Fault]:
    words = words_of(catalog)
    missing = [key for key, text in texts.items() if text.audience is Audience.PARTICIPANT and key not in words]
    if not missing:
        return
    lines = {(message.context or "", str(message.id)): message.lineno or 1 for message in catalog if message.id}
    sentence = (
        f"{len(missing)} of the texts that participants and interviewers meet are not translated, “{missing[0][0]}” "
        f"among them. {_until_then(study, set(missing))} Translate them, or list the language under `partial` in "
        "study.yaml."
    )
    yield Fault(file=shown, line=lines.get(missing[0], 1), column=1, code="missing_wording", sentence=sentence)


def _until_then(study: Study, missing: Set[tuple[str, str]]) -> str:
    """What comes of it that texts are not translated, as far as the files can say."""
    if not missing.isdisjoint((*own_texts(study), *texts_met(study))):
        return (
            "Until they are, nobody is offered the language who was not before; whoever was reads a text whose words "
            "changed in the source language."
        )
    if all(id.startswith("message.") for id, _ in missing):
        return "Until they are, those messages go in the source language."
    return "They are of versions that nobody meets yet: none of these can be opened while others are read in it."


def _is_language(code: str) -> bool:
    try:
        Locale.parse(code, sep="-")
    except (ValueError, UnknownLocaleError):
        return False
    return True
