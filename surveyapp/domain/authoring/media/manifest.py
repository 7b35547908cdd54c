"""`media/media.yaml` of a study and the files it names, into a `MediaShelf`, or every fault of theirs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from surveyapp.domain.authoring.checks.piping import check_unquoting
from surveyapp.domain.authoring.file_text import UnreadableFile, exists, read_bytes
from surveyapp.domain.authoring.folders import MEDIA, shown_in
from surveyapp.domain.authoring.media.content import (
    CAPTIONS,
    CLIPS,
    PICTURES,
    SORTS,
    SOUNDS,
    UnsafePicture,
    check_drawing,
    sort_of,
)
from surveyapp.domain.authoring.schema import Code, Fits, Model, NameW, WordsW
from surveyapp.domain.authoring.shape_faults import validated
from surveyapp.domain.authoring.yaml_source import Place, Source, read_source, shortened
from surveyapp.domain.errors import Fault
from surveyapp.domain.instrument.easy.media import MediaShelf, StudyMedium
from surveyapp.domain.instrument.questionnaire import Medium, MediumKind, Question
from surveyapp.domain.instrument.study import Study

FileNameW = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9]+([_-][a-z0-9]+)*\.[a-z0-9]{2,4}$", max_length=80),
    Fits(
        "write a file’s name like `front-door.jpg`: lower-case letters, digits, single - or _, an ending.", "bad_name"
    ),
]
LanguageW = Annotated[str, StringConstraints(max_length=35)]


class _Written(Model):
    pass


class PictureW(_Written):
    file: FileNameW
    alt: WordsW | None = None


class ClipW(_Written):
    file: FileNameW
    captions: FileNameW | None = None
    transcript: WordsW | None = None


class OptionMediaW(_Written):
    picture: FileNameW


class StatementMediaW(_Written):
    picture: PictureW | None = None
    sound: Annotated[dict[LanguageW, FileNameW], Field(min_length=1)] | None = None
    clip: Annotated[dict[LanguageW, ClipW], Field(min_length=1)] | None = None


class QuestionMediaW(StatementMediaW):
    options: Annotated[dict[Code, OptionMediaW], Field(min_length=1)] | None = None
    statements: dict[NameW, StatementMediaW] | None = None


class MediaW(_Written):
    questions: Annotated[dict[NameW, QuestionMediaW], Field(min_length=1)]


def read_media(folder: Path, study: Study) -> tuple[MediaShelf, tuple[Fault, ...]]:
    """The media of a study in its folder, and all that is wrong with them."""
    home = folder / MEDIA.partition("/")[0]
    if not exists(home):
        return MediaShelf(), ()
    source = read_source(folder / MEDIA, shown_in(folder, folder / MEDIA))
    written = validated(MediaW, source) if not source.faults else None
    if written is None:
        return MediaShelf(), tuple(source.faults)
    check_unquoting(source)
    reading = _Reading(folder, home, study, source)
    media = tuple(each for name, own in written.questions.items() for each in reading.question(name, own))
    return MediaShelf(media, reading.files), (*source.faults, *reading.faults, *reading.unused())


class _Reading:
    """`files`: the path of each by the name it has in addresses; `faults`: of the files themselves."""

    def __init__(self, folder: Path, home: Path, study: Study, source: Source) -> None:
        self._folder, self._home, self._study, self._source = folder, home, study, source
        self._named: dict[str, str | None] = {}
        self.files: dict[str, Path] = {}
        self.faults: list[Fault] = []

    def question(self, name: str, written: QuestionMediaW) -> Iterator[StudyMedium]:
        asked = [
            question
            for questionnaire in self._study.questionnaires.values()
            for question in questionnaire.questions
            if question.id == name
        ]
        place: Place = ("questions", name)
        if not asked:
            known = {each.id for one in self._study.questionnaires.values() for each in one.questions}
            near = self._source.did_you_mean(name, known)
            sentence = f"No questionnaire of this study asks “{shortened(name)}”. Take it out, or mend its name.{near}"
            self._source.fault(place, "unknown_question", sentence)
        yield from self._beside(name, "", place, written)
        for id, of in (written.statements or {}).items():
            self._known(asked, (*place, "statements", id), "statement", id)
            yield from self._beside(name, f"statement.{id}", (*place, "statements", id), of)
        for code, option in (written.options or {}).items():
            self._known(asked, (*place, "options", code), "option", code)
            found = self._file((*place, "options", code, "picture"), option.picture, PICTURES)
            if found:
                # Its words stand beside it: read out after them it would only say them again.
                medium = Medium(of=f"option.{code}", kind=MediumKind.PICTURE, file=found)
                yield StudyMedium(question=name, language=None, medium=medium)

    def _known(self, asked: Sequence[Question], place: Place, what: str, id: str) -> None:
        known = {
            each
            for question in asked
            for each in (
                (option.code for option in question.options)
                if what == "option"
                else (statement.id for statement in question.statements)
            )
        }
        if asked and id not in known:
            code = "unknown_option" if what == "option" else "unknown_question"
            near = self._source.did_you_mean(id, known)
            sentence = f"The question has no {what} “{shortened(id)}”. Take it out, or mend its name.{near}"
            self._source.fault(place, code, sentence)

    def _beside(self, name: str, of: str, place: Place, written: StatementMediaW) -> Iterator[StudyMedium]:
        if written.picture is not None:
            yield from self._picture(name, of, place, written.picture)
        for language, file in (written.sound or {}).items():
            self._language((*place, "sound", language), language)
            found = self._file((*place, "sound", language), file, SOUNDS)
            if found:
                yield StudyMedium(
                    question=name, language=language, medium=Medium(of=of, kind=MediumKind.SOUND, file=found)
                )
        for language, clip in (written.clip or {}).items():
            yield from self._clip(name, of, (*place, "clip", language), language, clip)

    def _picture(self, name: str, of: str, place: Place, written: PictureW) -> Iterator[StudyMedium]:
        place = (*place, "picture")
        if written.alt is None:
            sentence = (
                "This picture has no words for people who cannot see it. Say under `alt` what it shows, in a short "
                "sentence."
            )
            self._source.fault(place, "no_alternative", sentence)
        found = self._file((*place, "file"), written.file, PICTURES)
        if found:
            medium = Medium(of=of, kind=MediumKind.PICTURE, file=found, alt=written.alt or "")
            yield StudyMedium(question=name, language=None, medium=medium)

    def _clip(self, name: str, of: str, place: Place, language: str, written: ClipW) -> Iterator[StudyMedium]:
        self._language(place, language)
        if written.captions is None and written.transcript is None:
            sentence = (
                "This clip says nothing to people who cannot see it or do not sign. Give it `captions` (a .vtt file), "
                "a `transcript`, or both."
            )
            self._source.fault(place, "no_alternative", sentence)
        found = self._file((*place, "file"), written.file, CLIPS)
        captions = self._file((*place, "captions"), written.captions, CAPTIONS) if written.captions else None
        if found:
            medium = Medium(of=of, kind=MediumKind.CLIP, file=found, captions=captions, transcript=written.transcript)
            yield StudyMedium(question=name, language=language, medium=medium)

    def _language(self, place: Place, language: str) -> None:
        if language not in self._study.languages:
            near = self._source.did_you_mean(language, self._study.languages)
            sentence = f"study.yaml does not list the language “{shortened(language)}”. Add it there, or mend it.{near}"
            self._source.fault(place, "unknown_language", sentence)

    def _file(self, place: Place, name: str, wanted: tuple[str, ...]) -> str | None:
        """The file's name in addresses; None where it cannot be shown. Read once, however often it is named."""
        path = self._home / name
        if not exists(path):
            near = self._source.did_you_mean(name, [each.name for each in self._there()])
            sentence = f"There is no file media/{shortened(name)}. Put it there, or mend its name.{near}"
            self._source.fault(place, "missing_file", sentence)
            return None
        if name not in self._named:
            self._named[name] = self._read(path)
        address = self._named[name]
        if address is not None and address.rpartition(".")[2] not in wanted:
            can = ", ".join(wanted)
            self._source.fault(
                place, "wrong_content", f"media/{name} is no file that can stand here. Use one of: {can}."
            )
            return None
        return address

    def _read(self, path: Path) -> str | None:
        try:
            data = read_bytes(path, max(sort.most for sort in SORTS.values()))
        except UnreadableFile as error:
            self._fault(path, error.line, error.code, error.sentence)
            return None
        sort = sort_of(data)
        ending = path.suffix.removeprefix(".").replace("jpeg", "jpg")
        if sort is None or sort.suffix != ending:
            what = f"It is {sort.suffix}" if sort else "It is none of those that can be shown"
            sentence = (
                f"What is in this file is not what its name says. {what}: {', '.join(SORTS)} can be. Save it anew as "
                f"{ending if ending in SORTS else 'one of these'}, or give it its right name."
            )
            self._fault(path, 1, "wrong_content", sentence)
            return None
        if len(data) > sort.most:
            most = f"{sort.most // 1000:,} KB"
            sentence = (
                f"The file is larger than {most}, which is more than a phone should have to fetch. Make it smaller."
            )
            self._fault(path, 1, "too_large", sentence)
            return None
        if sort.suffix == "svg":
            try:
                check_drawing(data)
            except UnsafePicture as unsafe:
                sentence = (
                    f"This drawing is not shown: {unsafe.why}. Take that out, or save it as “plain SVG” or as a .png."
                )
                self._fault(path, unsafe.line, "unsafe_picture", sentence)
                return None
        address = f"{hashlib.sha256(data).hexdigest()[:20]}.{sort.suffix}"
        self.files[address] = path
        return address

    def _fault(self, path: Path, line: int, code: str, sentence: str) -> None:
        self.faults.append(
            Fault(
                file=shown_in(self._folder, path), line=line, column=1, code=code, sentence=" ".join(sentence.split())
            )
        )

    def _there(self) -> list[Path]:
        return sorted(path for path in self._home.iterdir() if path.name != MEDIA.rpartition("/")[2])

    def unused(self) -> Iterator[Fault]:
        """A fault for each file that nothing names."""
        for path in self._there():
            if path.name not in self._named:
                sentence = f"Nothing in {MEDIA} names this file. Name it there, or take it away."
                yield Fault(file=shown_in(self._folder, path), line=1, column=1, code="unused_file", sentence=sentence)
