"""What answers given to one version of a questionnaire become on a later one."""

from __future__ import annotations

from surveyapp.domain.answers import Answers
from surveyapp.domain.errors import StateRefused
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.sentences import say
from surveyapp.domain.versions.answer_migration import Carried, carry
from surveyapp.domain.versions.comparability import VersionHistory
from surveyapp.services.work import Work
from surveyapp.store import questionnaire_versions


def carried(work: Work, study: Study, old: Questionnaire, target: Questionnaire, given: Answers) -> tuple[Carried, ...]:
    """What becomes of each answer. Raises StateRefused as `between` does."""
    return carry(between(work, study, old, target), old, target, given)


def between(work: Work, study: Study, old: Questionnaire, target: Questionnaire) -> VersionHistory:
    """What leads from one version to a later one, whoever goes that way. Every version in between must have been
    opened, as must have been said what it makes of the one before. Raises StateRefused where one was not."""
    versions = range(old.version, target.version + 1)
    there = questionnaire_versions.versions(work.session, study.id)
    opened = {(name, version) for name, version, _, _ in there if name == target.id}
    documents = {
        (target.id, version): work.instrument(study, target.id, version)
        if (target.id, version) in opened
        else study.questionnaires.get((target.id, version))
        for version in versions
    }
    if None in documents.values():
        raise StateRefused(say("version_between_missing", name=target.id))
    return VersionHistory({key: document for key, document in documents.items() if document is not None})
