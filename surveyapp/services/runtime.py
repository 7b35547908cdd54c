"""What every service is given: the database, the studies, the keys, the clock."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from surveyapp.domain.authoring.loader import load_studies
from surveyapp.domain.errors import OF_DATABASE, DatabaseUnavailable, NotFound, StateRefused
from surveyapp.domain.instrument.easy.renderings import easy_of
from surveyapp.domain.instrument.questionnaire import Questionnaire, from_document
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.instrument.translation import (
    Translations,
    translated,
    translated_study,
    translated_whole,
    words_for,
)
from surveyapp.domain.participants import Origin
from surveyapp.domain.sending.rules import MessageStep
from surveyapp.domain.sentences import say
from surveyapp.domain.versions.looking_back import LookingBack
from surveyapp.services.keyring import Keyring
from surveyapp.services.person_keys import PersonKeys
from surveyapp.services.translation import easy_words, offering, study_catalogues
from surveyapp.services.translation.po_files import PoUnreadable
from surveyapp.settings import Settings
from surveyapp.store import participants, questionnaire_versions, translations
from surveyapp.store.database import Database
from surveyapp.store.security.key_file import KeyFile
from surveyapp.store.standby import ReadFromStandby

Clock = Callable[[], dt.datetime]


def system_clock() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """The installation as services see it. Made once a process."""

    settings: Settings
    database: Database
    studies: Mapping[str, Study]
    keyring: Keyring
    person_keys: PersonKeys
    clock: Clock = system_clock
    standby: Database | None = None
    _instruments: dict[tuple[str, str, int], Questionnaire] = field(default_factory=dict)
    _worded: dict[tuple[str, str, int, str, int], Questionnaire] = field(default_factory=dict)
    _studies_in: dict[tuple[str, str], Study] = field(default_factory=dict)
    _studies_for_staff: dict[tuple[str, str], Study] = field(default_factory=dict)
    _instruments_for_staff: dict[tuple[str, str, int, str], Questionnaire] = field(default_factory=dict)
    _offered: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _written_easy: dict[tuple[str, str, int, str], bool] = field(default_factory=dict)
    _messages_whole: dict[tuple[str, str, str], bool] = field(default_factory=dict)
    _messages_easy: dict[tuple[str, str, str], bool] = field(default_factory=dict)
    _opened_easy: set[tuple[str, str, int, str]] = field(default_factory=set)
    _looking_back: dict[tuple[str, str, int], LookingBack] = field(default_factory=dict)
    _people: list[Origin] = field(default_factory=list)
    times: dict[tuple[str, str], tuple[dt.datetime, tuple[int, bool]]] = field(default_factory=dict)
    """How long each study's questionnaires take, and when that was worked out (`responses.expected_time`)."""
    confirmed_keys: set[str] = field(default_factory=set)
    """What access keys are known by that were found to be those that links rest on (`security.access_keys`)."""
    kept_counts: dict[Any, Any] = field(default_factory=dict)
    """Counts of cases that took long, and when they were made (`progress.standing`)."""

    @property
    def of_primary(self) -> Runtime:
        """The same, reading the database that is written to."""
        if isinstance(self.database, ReadFromStandby):
            return dataclasses.replace(self, database=self.database.primary)
        return self

    def study(self, study_id: str) -> Study:
        """Raises NotFound."""
        try:
            return self.studies[study_id]
        except KeyError:
            raise NotFound(say("no_study", study=study_id)) from None

    @property
    def origin(self) -> Origin:
        """Whose answers this installation is about: simulated people, where those are in its database; else the
        demonstration's, or real ones. Never two of them. Looked up until there is somebody, once a process."""
        if not self._people:
            with self.database.reading() as session:
                found = participants.first_origin(session)
            if found is not None:
                self._people.append(found)
        if self.simulated:
            return Origin.SIMULATED
        return Origin.DEMO if self.settings.demo else Origin.REAL

    @property
    def simulated(self) -> bool:
        """Whether simulated people have been met in the database. Asks nothing of it."""
        return Origin.SIMULATED in self._people

    def zone(self, study: Study) -> ZoneInfo:
        return _zone(study.time_zone)

    def today(self, study: Study) -> dt.date:
        """The day it is where the study is."""
        return self.clock().astimezone(self.zone(study)).date()

    def instrument(self, session: Session, study: str, questionnaire: str, version: int) -> Questionnaire:
        """A version as it was opened, from the database; parsed once a process, for it cannot change."""
        key = (study, questionnaire, version)
        if key not in self._instruments:
            document = questionnaire_versions.document(session, study, questionnaire, version)
            if document is None:
                raise StateRefused(
                    say(
                        "never_opened",
                        version=version,
                        name=questionnaire,
                        command=f"surveyapp questionnaires open {study} {questionnaire}",
                    )
                )
            self._instruments[key] = from_document(document)
        return self._instruments[key]

    def looking_back(self, study_id: str, questionnaire: Questionnaire) -> LookingBack:
        """How a version knows the answers of earlier touchpoints, by the versions that the files have."""
        key = (study_id, questionnaire.id, questionnaire.version)
        if key not in self._looking_back:
            self._looking_back[key] = LookingBack(self.study(study_id), questionnaire)
        return self._looking_back[key]

    def offered(self, study: Study, session: Session | None = None) -> tuple[str, ...]:
        """The languages people can choose in a study, its source among them, in its order. Worked out once a process:
        whoever comes back is offered the same. While the database cannot be asked, by the files alone. `session`: of
        the unit of work that asks, which then needs no other connection beside its own."""
        if study.id in self._offered:
            return self._offered[study.id]
        try:
            withheld, known = self.not_offered(study, session), True
        except DatabaseUnavailable:
            withheld, known = offering.not_offered(self.settings.questionnaires / study.id, study, None), False
        found = tuple(language for language in study.languages if language not in withheld)
        if known:
            self._offered[study.id] = found
        return found

    def not_offered(self, study: Study, session: Session | None = None) -> dict[str, str]:
        """Each language that a study lists and people cannot choose as things are now, with a sentence that says why.
        Raises DatabaseUnavailable."""
        with contextlib.nullcontext(session) if session is not None else self.database.reading() as reading:
            opened = self.opened_versions(reading, study)
        return offering.not_offered(self.settings.questionnaires / study.id, study, opened)

    def opened_versions(self, session: Session, study: Study) -> tuple[offering.OpenedVersion, ...]:
        """Every version of a study that was opened, as far as its languages go."""
        taken_up = translations.ever_taken_up(session, study.id)
        return tuple(
            offering.OpenedVersion(
                questionnaire=name,
                version=version,
                texts=frozenset(id for id, _ in offering.met_in(self.instrument(session, study.id, name, version))),
                taken_up=taken_up.get((name, version), {}),
            )
            for name, version, _, _ in questionnaire_versions.versions(session, study.id)
        )

    def offers_easy(self, session: Session, study: Study, questionnaire: Questionnaire, language: str) -> bool:
        """Whether a version can be had in the easy words of a language: all it asks has them, and they were taken up
        with it. Asks the database nothing of a version that has none, nor twice of one that has."""
        key = (study.id, questionnaire.id, questionnaire.version, easy_of(language))
        if key not in self._written_easy:
            folder = self.settings.questionnaires / study.id
            self._written_easy[key] = easy_words.is_offered(folder, self.study(study.id), questionnaire, language)
        if not self._written_easy[key] or key in self._opened_easy:
            return self._written_easy[key]
        if translations.newest_revision(session, *key) is None:
            return False
        self._opened_easy.add(key)
        return True

    def writes_easy(self, study: Study, step: MessageStep, language: str) -> bool:
        """Whether a message of a study can be written in the easy words of a language. Looked up once a process."""
        key = (study.id, step.id, language)
        if key not in self._messages_easy:
            folder = self.settings.questionnaires / study.id
            self._messages_easy[key] = easy_words.writes(folder, study, step, language)
        return self._messages_easy[key]

    def writes(self, study: Study, step: MessageStep, language: str) -> bool:
        """Whether a message of a study is written in a language, all of it. Looked up once a process."""
        key = (study.id, step.id, language)
        if key not in self._messages_whole:
            self._messages_whole[key] = offering.writes(self.settings.questionnaires / study.id, study, step, language)
        return self._messages_whole[key]

    def study_in(self, study: Study, language: str) -> Study:
        """The study with its own texts in a language, as the files have them; each says which language it is in."""
        key = (study.id, language)
        if key not in self._studies_in:
            self._studies_in[key] = translated_study(study, self._file_words(study, language), language)
        return self._studies_in[key]

    def study_for_staff(self, study_id: str, language: str | None) -> Study:
        """The study in the language of a member of staff, with what they alone meet and its questionnaires; each text
        says which language it is in. None: as it was written. Raises NotFound."""
        study = self.study(study_id)
        if language is None:
            return study
        key = (study_id, language)
        if key not in self._studies_for_staff:
            self._studies_for_staff[key] = translated_whole(study, self._file_words(study, language), language)
        return self._studies_for_staff[key]

    def instrument_for_staff(
        self, session: Session, study: Study, questionnaire: str, version: int, language: str | None
    ) -> Questionnaire:
        """`instrument` in the language of a member of staff (None: as it was written), in the words the files have now:
        what staff read need not be the revision that somebody once answered."""
        source = self.instrument(session, study.id, questionnaire, version)
        if language is None:
            return source
        key = (study.id, questionnaire, version, language)
        if key not in self._instruments_for_staff:
            words = words_for(source, self._file_words(study, language))
            self._instruments_for_staff[key] = translated(source, words, language, study.source_language, 0)
        return self._instruments_for_staff[key]

    def _file_words(self, study: Study, language: str) -> Translations:
        """None in the source, in a language without a file, and where the file cannot be read, which
        `questionnaires check` tells of: the study is then shown as it was written."""
        if language == study.source_language:
            return {}
        try:
            return study_catalogues.words_in(self.settings.questionnaires / study.id, language)
        except PoUnreadable:
            return {}

    def instrument_in(
        self,
        session: Session,
        study: Study,
        questionnaire: str,
        version: int,
        language: str,
        newest: int | None = None,
    ) -> Questionnaire:
        """`instrument` in a language, in the newest revision of its words; in the source's where it has none. `newest`:
        the number of that revision, where it is known; 0 for none."""
        source = self.instrument(session, study.id, questionnaire, version)
        own = language == study.source_language
        if newest is None and not own:
            newest = translations.newest_revision(session, study.id, questionnaire, version, language)
        revision = 0 if own else newest or 0
        key = (study.id, questionnaire, version, language, revision)
        if key not in self._worded:
            words = translations.words(session, *key) if revision else {}
            self._worded[key] = translated(source, words, language, study.source_language, revision)
        return self._worded[key]


_zone = functools.lru_cache(ZoneInfo)


def build(
    settings: Settings,
    clock: Clock = system_clock,
    studies: Mapping[str, Study] | None = None,
    address: str = OF_DATABASE,
) -> Runtime:
    """Loads the studies, unless they are given, and connects to the database, which is named by `address`. Raises
    QuestionnaireFaults."""
    studies = load_studies(settings.questionnaires) if studies is None else studies
    in_clear = frozenset(study.id for study in studies.values() if study.open_answers == "clear")
    keys = PersonKeys(KeyFile(settings.person_keys), settings.contact_keys, in_clear)
    standby = None
    if settings.standby_url is not None:
        standby = Database(
            settings.standby_url,
            keys.seals,
            any_revision=True,
            timed=settings.times_statements,
            address="SURVEYAPP_STANDBY_URL",
        )
    return Runtime(
        settings=settings,
        standby=standby,
        database=Database(settings.database_url, keys.seals, timed=settings.times_statements, address=address),
        studies=studies,
        keyring=Keyring(settings.access_keys, settings.contact_keys),
        person_keys=keys,
        clock=clock,
    )
