"""Questionnaire versions: checking, freezing and opening.

A frozen version's file cannot change: `frozen.lock` in the study's folder holds the hash of its resolved document.
Opening stores that document in the database, from where it is served.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.authoring.fault_codes import NOTES
from surveyapp.domain.authoring.file_text import exists
from surveyapp.domain.authoring.folders import STUDY, study_folders
from surveyapp.domain.authoring.frozen import lock
from surveyapp.domain.authoring.frozen.lock import LOCK as LOCK
from surveyapp.domain.authoring.loader import read_studies, read_study
from surveyapp.domain.errors import Fault, NotFound, QuestionnaireFaults, StateRefused
from surveyapp.domain.instrument.earlier.wordings import newest_before
from surveyapp.domain.instrument.easy.renderings import easy_of, is_easy, plain_of
from surveyapp.domain.instrument.questionnaire import fingerprint, to_document
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.instrument.translation import words_fingerprint, words_for
from surveyapp.domain.reporting.loader import read_report
from surveyapp.domain.sentences import Sentence, say
from surveyapp.domain.staff import Action, Scope
from surveyapp.services.questionnaires import languages_kept, study_lock
from surveyapp.services.runtime import Runtime
from surveyapp.services.translation import easy_words, study_catalogues, wording_faults
from surveyapp.services.translation.po_files import PoUnreadable
from surveyapp.services.work import Desk, Work
from surveyapp.store import questionnaire_versions as store
from surveyapp.store import translations


@dataclass(frozen=True, kw_only=True)
class VersionState:
    """A version as files, lock and database have it. `current` is the one that new responses begin on, `openable` the
    one that could take its place, `midway` how many responses begun on it are not handed in; `opened_by`: a member of
    staff's name; `translated`: the newest words of each other language."""

    questionnaire: str
    version: int
    title: str
    questions: int
    frozen: bool
    opened_at: dt.datetime | None
    opened_by: str | None
    translated: tuple[translations.RevisionTaken, ...]
    current: bool
    openable: bool
    midway: int


def read_lock(folder: Path) -> dict[tuple[str, int], str]:
    """What is frozen in a study's folder: (questionnaire, version) to SHA-256. Raises QuestionnaireFaults where the
    file is not as freezing wrote it: nothing is served past it."""
    return {key: locked.sha256 for key, locked in lock.read_lines(folder).items()}


def lock_faults(folder: Path, study: Study) -> tuple[Fault, ...]:
    """Frozen files that changed or went away since, and consent that changed under its version."""
    faults = []
    for (name, version), sha256 in read_lock(folder).items():
        file = f"{study.id}/{name}/v{version}.yaml"
        questionnaire = study.questionnaires.get((name, version))
        if questionnaire is None:
            faults.append(_gone(file))
        elif fingerprint(to_document(questionnaire)) != sha256:
            faults.append(
                Fault(
                    file=file,
                    line=1,
                    column=1,
                    code="frozen_changed",
                    sentence=f"Version {version} is frozen: it, or a scale of study.yaml that it uses, changed since. "
                    f"Undo the change. Write other words as v{version + 1}.yaml, and another scale under another name.",
                )
            )
    return (*faults, *study_lock.consent_faults(folder, study))


def _gone(file: str) -> Fault:
    return Fault(
        file=file,
        line=1,
        column=1,
        code="frozen_missing",
        sentence="This version is frozen but its file is gone. Bring it back.",
    )


def _without_notice(folder: Path, study: Study) -> Iterator[Fault]:
    """What nobody may be asked without. A study that lacks it can be tried and loaded: it is written last, and it is
    what `check` asks for before anybody is asked."""
    wanted = {
        "privacy": (study.privacy, "who decides over it, on which basis, who gets it, what they may ask for of whom"),
        "retention": (study.retention, "until when it is kept"),
    }
    for key, (written, what) in wanted.items():
        if written is None:
            yield Fault(
                file=f"{folder.name}/{STUDY}",
                line=1,
                column=1,
                code="no_privacy_notice",
                sentence=f"People are not told what is done with what they give: {what}. Write `{key}:` (README, "
                "What people are told).",
            )


def check_folder(folder: Path) -> list[str]:
    """A line for each questionnaire under a folder of studies, or of one study, and for each note to their authors.
    Raises QuestionnaireFaults, with every fault of the files, of what is frozen and of the translations."""
    one = exists(folder / STUDY)
    if one:
        folder = Path(os.path.abspath(folder))
    studies, found = ({}, ()) if one else read_studies(folder)
    homes = [folder] if one else study_folders(folder)
    if one:
        try:
            studies[folder.name], found = read_study(folder)
        except QuestionnaireFaults as error:
            found = error.faults
    faults = [fault for fault in found if fault.code not in NOTES]
    spoilt = {fault.file.partition("/")[0] for fault in faults}
    notes = [fault for fault in found if fault.code in NOTES]
    for home in homes:
        try:
            study = studies[home.name] if home.name not in spoilt else None
            faults += _beside(home, study)
            notes += (*study_lock.notes(home, study), *wording_faults.notes(home, study)) if study else ()
            faults += _without_notice(home, study) if study and not faults else ()
        except QuestionnaireFaults as error:
            faults += error.faults
    if faults:
        raise QuestionnaireFaults(tuple(sorted(faults)))
    return [
        *(
            f"{study.id}/{name} v{version}: {_counted(len(questionnaire.questions))}"
            for study in studies.values()
            for (name, version), questionnaire in sorted(study.questionnaires.items())
        ),
        *(f"note: {note}" for note in notes),
    ]


def _beside(home: Path, study: Study | None) -> tuple[Fault, ...]:
    """What is wrong with a study's lock and translations: of what was frozen first, for while that is not as it was the
    rest is measured by what is to be undone. Where its files have faults (None), only which of those that are frozen
    are not there: often that is why."""
    if study is not None:
        if locked := lock_faults(home, study):
            return locked
        return (*wording_faults.faults_of(home, study), *read_report(home, study)[1])
    files = (f"{name}/v{version}.yaml" for name, version in read_lock(home))
    return tuple(_gone(f"{home.name}/{file}") for file in files if not exists(home / file))


def _counted(questions: int) -> str:
    return "1 question" if questions == 1 else f"{questions} questions"


def check_frozen(runtime: Runtime) -> None:
    """Raises QuestionnaireFaults when a frozen file is not what was frozen. Done before anything is served."""
    faults = tuple(
        fault
        for study in runtime.studies.values()
        for fault in lock_faults(runtime.settings.questionnaires / study.id, study)
    )
    if faults:
        raise QuestionnaireFaults(faults)


def check_lock(runtime: Runtime, study: Study) -> None:
    """Raises StateRefused when a frozen file is not what was frozen: nothing is frozen or opened on top of it."""
    faults = lock_faults(runtime.settings.questionnaires / study.id, study)
    if faults:
        raise StateRefused(
            say("frozen_files_changed", faults=" ".join(f"{fault.file}: {fault.sentence}" for fault in faults))
        )


def disagreements(runtime: Runtime, study_id: str) -> tuple[Sentence, ...]:
    """A sentence for each version that the database holds otherwise than the lock says, or that the files do not have.
    Both are served as they were opened: what people answered cannot change under them."""
    frozen = read_lock(runtime.settings.questionnaires / study_id)
    found = []
    with runtime.database.reading() as session:
        for name, version, sha256, _ in store.versions(session, study_id):
            if (name, version) not in frozen:
                found.append(say("version_not_in_lock", version=version, name=name, lock=LOCK))
            elif frozen[name, version] != sha256:
                found.append(say("version_not_as_locked", version=version, name=name, lock=LOCK, next=version + 1))
    return tuple(found)


def freeze(runtime: Runtime, study_id: str, name: str) -> int:
    """Freezes the newest version of a questionnaire and returns its number; and what the study itself says, consent and
    all. Freezing again does nothing.

    Raises NotFound, and StateRefused when there is a gap in the numbers.
    """
    study = runtime.study(study_id)
    versions = sorted(version for each, version in study.questionnaires if each == name)
    if not versions:
        raise NotFound(say("no_questionnaire", name=name, study=study_id))
    if versions != list(range(1, versions[-1] + 1)):
        raise StateRefused(say("gap_in_versions", name=name, versions=versions))
    check_lock(runtime, study)
    folder = runtime.settings.questionnaires / study_id
    frozen = lock.read_lines(folder)
    for version in versions:
        document = study.questionnaires[name, version]
        looks_back = newest_before(study, document, frozen.keys())
        frozen.setdefault((name, version), lock.Locked(fingerprint(to_document(document)), looks_back))
    lock.write_lines(folder, frozen)
    study_lock.write(folder, study)
    return versions[-1]


def open_newest(desk: Desk, study_id: str, name: str) -> tuple[int, bool]:
    """Opens the newest frozen version for new responses: (version, whether it was not open before). Responses begun on
    an older one finish on it.

    Raises NotPermitted, NotFound, StateRefused when the newest is not frozen.
    """
    study = desk.runtime.study(study_id)
    whole_study(desk, study_id)
    if not any(each == name for each, _ in study.questionnaires):
        raise NotFound(say("no_questionnaire", name=name, study=study_id))
    frozen = _frozen(desk.runtime, study_id, name)
    if not frozen:
        raise StateRefused(say("none_frozen", name=name, command=f"surveyapp questionnaires freeze {study_id} {name}"))
    return max(frozen), open_version(desk, study_id, name, max(frozen))


def open_version(desk: Desk, study_id: str, name: str, version: int) -> bool:
    """Opens one frozen version, and says whether it was not open before. New responses begin on the highest that is
    open.

    Raises NotPermitted, and StateRefused where it is not frozen, or not read, or the database holds another; and where
    somebody who is asked in another language would meet texts of it that are not translated.
    """
    study = desk.runtime.study(study_id)
    whole_study(desk, study_id)
    check_lock(desk.runtime, study)
    frozen = _frozen(desk.runtime, study_id, name)
    if version not in frozen:
        raise StateRefused(say("version_not_frozen", version=version, name=name))
    if (name, version) not in study.questionnaires:
        raise StateRefused(say("version_too_new", version=version, name=name))
    document = to_document(study.questionnaires[name, version])
    with desk.writing() as work:
        opened = {(each, number): sha256 for each, number, sha256, _ in store.versions(work.session, study_id)}
        if (name, version) in opened:
            if opened[name, version] != frozen[version]:
                raise StateRefused(say("version_differs", version=version, name=name))
            _reword(work, study, name)
            return False
        languages_kept.check_whole(work, study, study.questionnaires[name, version])
        store.add_version(
            work.session, study_id, name, version, fingerprint(document), document, work.now, work.staff_id
        )
        work.record(AuditAction.VERSION_OPENED, name, study=study_id, version=version)
        work.session.flush()
        _reword(work, study, name)
        return True


def frozen_versions(runtime: Runtime, study_id: str, name: str) -> list[int]:
    """The numbers of a questionnaire's frozen versions, oldest first. Raises QuestionnaireFaults."""
    return sorted(_frozen(runtime, study_id, name))


def _frozen(runtime: Runtime, study_id: str, name: str) -> dict[int, str]:
    """A questionnaire's frozen versions: number to SHA-256."""
    locked = read_lock(runtime.settings.questionnaires / study_id)
    return {version: sha256 for (each, version), sha256 in locked.items() if each == name}


def reword(desk: Desk, study_id: str, name: str) -> list[translations.RecordedRevision]:
    """Takes up corrected translations for every opened version of a questionnaire: those whose words changed get a new
    revision. Says which.

    Raises NotPermitted, NotFound, and StateRefused when no version is open or a translation cannot be read.
    """
    study = desk.runtime.study(study_id)
    whole_study(desk, study_id)
    with desk.writing() as work:
        if not any(each == name for each, _, _, _ in store.versions(work.session, study_id)):
            raise NotFound(say("no_open_version", name=name, study=study_id))
        return _reword(work, study, name)


def _reword(work: Work, study: Study, name: str) -> list[translations.RecordedRevision]:
    session, runtime = work.session, work.runtime
    folder = runtime.settings.questionnaires / study.id
    versions = [version for each, version, _, _ in store.versions(session, study.id) if each == name]
    before = translations.newest(session, study.id, name)
    made = []
    for language in (*study.languages, *map(easy_of, study.easy)):
        if language == study.source_language:
            continue
        try:
            words = study_catalogues.words_in(folder, language)
        except PoUnreadable as error:
            raise StateRefused(
                say(
                    "translation_unreadable",
                    file=study_catalogues.file_of(folder, language).name,
                    line=error.line,
                    why=error.why,
                )
            ) from None
        for version in versions:
            source = runtime.instrument(session, study.id, name, version)
            if is_easy(language):
                said = easy_words.recorded(folder, study, source, plain_of(language))
            else:
                said = words_for(source, words)
            if not said and is_easy(language):
                continue
            old, sha256 = before.get((version, language)), words_fingerprint(said)
            if old is None or old.sha256 != sha256:
                new = translations.RecordedRevision(version, language, old.revision + 1 if old else 1, sha256)
                translations.add(session, study.id, name, new, said, work.now, work.staff_id)
                detail = {"version": version, "language": language, "revision": new.revision}
                work.record(AuditAction.WORDING_RECORDED, name, study=study.id, **detail)
                made.append(new)
    return made


def whole_study(desk: Desk, study_id: str) -> Scope:
    """Everybody in a study. A version is for every site: somebody who manages one of them does not open it, nor move
    anybody to it. Raises NotPermitted."""
    return desk.check_everywhere(Action.OPEN_VERSION, study_id, say("some_sites_only"))


def version_states(desk: Desk, study_id: str) -> list[VersionState]:
    """Every version of every questionnaire of a study, newest last. How many are midway is told to those who may open
    versions alone: they may move them. Raises NotPermitted."""
    desk.check(Action.SEE_QUESTIONNAIRES, study_id)
    study = desk.study(study_id)
    frozen = read_lock(desk.runtime.settings.questionnaires / study_id)
    with desk.reading() as work:
        opened = {(name, version): at for name, version, _, at in store.versions(work.session, study_id)}
        openers = store.openers(work.session, study_id)
        translated = translations.taken(work.session, study_id)
        opens = desk.may_everywhere(Action.OPEN_VERSION, study_id)
        midway = store.midway(work.session, Scope(study_id, desk.runtime.origin)) if opens else {}
    newest_frozen = {name: max(version for each, version in frozen if each == name) for name, _ in frozen}
    newest = {name: max(version for each, version in opened if each == name) for name, _ in opened}
    return [
        VersionState(
            questionnaire=name,
            version=version,
            title=questionnaire.title,
            questions=len(questionnaire.questions),
            frozen=(name, version) in frozen,
            opened_at=opened.get((name, version)),
            opened_by=openers.get((name, version)),
            translated=tuple(translated.get((name, version), ())),
            current=newest.get(name) == version,
            openable=newest_frozen.get(name) == version and (name, version) not in opened,
            midway=midway.get((name, version), 0),
        )
        for (name, version), questionnaire in sorted(study.questionnaires.items())
    ]
