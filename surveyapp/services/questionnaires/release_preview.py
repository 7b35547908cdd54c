"""What freezing or opening a version would mean, to be said before it is done."""

from __future__ import annotations

from dataclasses import dataclass

from surveyapp.domain.errors import NotFound
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Scope
from surveyapp.domain.versions.diff import Difference, Edit, difference
from surveyapp.services.questionnaires import study_lock
from surveyapp.services.questionnaires import versions as questionnaire_versions
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import questionnaire_versions as store


@dataclass(frozen=True, kw_only=True)
class Prospect:
    """The version that would be frozen or opened (None: there is none to), the one it follows, and what is different.
    `study`: what of the study itself is not as it was frozen. `midway`: how many responses are under way on which
    version."""

    questionnaire: str
    title: str
    version: int | None
    questions: int
    follows: int | None
    difference: Difference | None
    midway: tuple[tuple[int, int], ...]
    study: tuple[Edit, ...] = ()

    @property
    def people_midway(self) -> int:
        return sum(count for _, count in self.midway)


def freezing(desk: Desk, study_id: str, name: str) -> Prospect:
    """The newest version of the files, if it is not frozen yet, against the one before. Raises NotFound."""
    runtime = desk.runtime
    study, versions = _versions(runtime, study_id, name)
    questionnaire_versions.check_lock(runtime, study)
    frozen = questionnaire_versions.read_lock(runtime.settings.questionnaires / study_id)
    newest = versions[-1] if (name, versions[-1]) not in frozen else None
    return _prospect(desk, study, name, newest, versions[-2] if len(versions) > 1 else None)


def opening(desk: Desk, study_id: str, name: str) -> Prospect:
    """The newest frozen version, if it is not open yet, against the one that is. The title is in the language of the
    desk; what is different is what the author wrote differently, marked with the source's language where the desk has
    one. Raises NotPermitted, NotFound."""
    runtime = desk.runtime
    questionnaire_versions.whole_study(desk, study_id)
    study, versions = _versions(runtime, study_id, name)
    questionnaire_versions.check_lock(runtime, study)
    locked = questionnaire_versions.read_lock(runtime.settings.questionnaires / study_id)
    frozen = [version for version in versions if (name, version) in locked]
    with desk.reading() as work:
        current = store.open_version(work.session, study_id, name)
    newest = frozen[-1] if frozen and frozen[-1] != current else None
    return _prospect(desk, study, name, newest, current)


def _versions(runtime: Runtime, study_id: str, name: str) -> tuple[Study, list[int]]:
    study = runtime.study(study_id)
    versions = sorted(version for each, version in study.questionnaires if each == name)
    if not versions:
        raise NotFound(say("no_questionnaire", name=name, study=study_id))
    return study, versions


def _prospect(desk: Desk, study: Study, name: str, version: int | None, follows: int | None) -> Prospect:
    with desk.reading() as work:
        midway = store.midway(work.session, Scope(study.id, desk.runtime.origin))
    if desk.language is not None:
        study = desk.runtime.study_for_staff(study.id, study.source_language)
    old = study.questionnaires.get((name, follows)) if follows else None
    new = study.questionnaires.get((name, version)) if version else None
    shown = new or study.newest(name)
    titled = desk.study(study.id).questionnaires[name, shown.version]
    return Prospect(
        questionnaire=name,
        title=titled.title,
        version=version,
        questions=len(shown.questions),
        follows=follows,
        difference=difference(study, old, new) if old and new else None,
        study=study_lock.edits(desk.runtime.settings.questionnaires / study.id, desk.runtime.study(study.id)),
        midway=tuple(sorted((number, count) for (each, number), count in midway.items() if each == name)),
    )
