"""Questionnaires to look at: as they were opened, as the files have them, or as they are being written."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from surveyapp.domain.authoring.folders import study_folders
from surveyapp.domain.authoring.loader import read_study
from surveyapp.domain.errors import Fault, NotFound, QuestionnaireFaults
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.instrument.translation import Translations, translated, translated_study, words_for
from surveyapp.domain.near_names import near
from surveyapp.domain.sentences import say, with_hint
from surveyapp.domain.staff import Action
from surveyapp.domain.versions.comparability import VersionId
from surveyapp.services.runtime import Runtime
from surveyapp.services.translation import study_catalogues
from surveyapp.services.translation.po_files import PoUnreadable
from surveyapp.services.work import Desk
from surveyapp.store import questionnaire_versions as store


@dataclass(frozen=True)
class Catalogue:
    """A study's questionnaires in every language there is a file for. With `runtime`, a version that was opened is
    what was opened, in the words people see. `faults`: what is wrong in the files that could be read all the same.

    Raises QuestionnaireFaults for a language whose file cannot be read.
    """

    folder: Path
    study: Study
    runtime: Runtime | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        return (self.study.source_language, *study_catalogues.languages_in(self.folder, self.study))

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.study.time_zone)

    @property
    def wordings(self) -> tuple[VersionId, ...]:
        """Every version of every questionnaire."""
        return tuple(VersionId(name, version) for name, version in sorted(self.study.questionnaires))

    def study_in(self, language: str) -> Study:
        """The study in a language, text by text; a text that is not translated is in the source's."""
        return translated_study(self.study, self._words(language), language)

    def questionnaire(self, name: str, version: int, language: str) -> Questionnaire:
        """Raises NotFound."""
        if self.runtime is not None and (opened := self._opened(self.runtime, name, version, language)):
            return opened
        written = self.study.questionnaires.get((name, version))
        if written is None:
            raise NotFound(say("no_version", version=version, name=name, study=self.study.id))
        words = words_for(written, self._words(language))
        return translated(written, words, language, self.study.source_language, 0)

    def _opened(self, runtime: Runtime, name: str, version: int, language: str) -> Questionnaire | None:
        with runtime.database.reading() as session:
            opened = {(each, number) for each, number, _, _ in store.versions(session, self.study.id)}
            if (name, version) not in opened:
                return None
            return runtime.instrument_in(session, self.study, name, version, language)

    def _words(self, language: str) -> Translations:
        if language == self.study.source_language:
            return {}
        try:
            return study_catalogues.words_in(self.folder, language)
        except PoUnreadable as error:
            file = f"{self.folder.name}/text/{language}.po"
            raise QuestionnaireFaults(
                (Fault(file=file, line=error.line, column=1, code=error.code, sentence=error.why),)
            ) from None


def catalogue(desk: Desk, study_id: str) -> Catalogue:
    """What a study's staff may look at. Raises NotFound, NotPermitted."""
    desk.check(Action.SEE_QUESTIONNAIRES, study_id)
    runtime = desk.runtime
    return Catalogue(runtime.settings.questionnaires / study_id, runtime.study(study_id), runtime)


def draft(folder: Path, study_id: str) -> Catalogue:
    """A study as its files are now. Raises NotFound, and QuestionnaireFaults where they cannot be read."""
    known = [each.name for each in study_folders(folder)]
    if study_id not in known:
        raise NotFound(with_hint(say("no_study", study=study_id), near(study_id, known)))
    study, faults = _read(folder / study_id, stamp(folder / study_id))
    return Catalogue(folder / study_id, study, None, faults)


def newest(found: Catalogue, name: str) -> int:
    """The newest version of a questionnaire. Raises NotFound."""
    versions = [each.version for each in found.wordings if each.questionnaire == name]
    if not versions:
        hint = near(name, sorted({each.questionnaire for each in found.wordings}))
        raise NotFound(with_hint(say("no_questionnaire", name=name, study=found.study.id), hint))
    return max(versions)


def stamp(folder: Path) -> str:
    """What changes whenever a file of a study does."""
    files = sorted(path for pattern in ("*.yaml", "*/*.yaml", "text/*.po") for path in folder.glob(pattern))
    found = ((str(path), path.stat()) for path in files if path.is_file())
    return str(hash(tuple((path, stat.st_mtime_ns, stat.st_size) for path, stat in found)))


@functools.lru_cache(maxsize=2)
def _read(folder: Path, _stamp: str) -> tuple[Study, tuple[Fault, ...]]:
    return read_study(folder)
