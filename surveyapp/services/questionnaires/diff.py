"""How questions were worded: what is different between two questionnaires, and one variable through all of them.

From the files, faults between versions or not: to see what changed is how an author finds what to declare.
"""

from __future__ import annotations

import re
from pathlib import Path

from surveyapp.domain.authoring.folders import study_folders
from surveyapp.domain.authoring.loader import read_study
from surveyapp.domain.errors import NotFound
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.near_names import near
from surveyapp.domain.sentences import say, with_hint
from surveyapp.domain.versions.comparability import VersionId
from surveyapp.domain.versions.diff import Difference, Edit, difference
from surveyapp.domain.versions.meaning import variables
from surveyapp.domain.versions.study_meaning import FrozenPurpose, freeze
from surveyapp.domain.versions.variable_history import Occurrence, ScoreOccurrence, history, score_history
from surveyapp.services.questionnaires import study_lock


def find_difference(
    folder: Path, study_id: str, questionnaire: str, first: str | None = None, second: str | None = None
) -> Difference:
    """From one version to a later one: of a questionnaire the two newest, or the versions named (`v1`, `v2`, in either
    order); or from `name/v1` to `other/v1`. Raises NotFound, QuestionnaireFaults."""
    study = _study(folder, study_id)
    if "/" in questionnaire:
        if first is None or second is not None:
            raise NotFound(say("name_two_versions"))
        old, new = _wording(study, questionnaire), _wording(study, first)
    else:
        versions = _versions(study, questionnaire)
        if first is None and len(versions) < 2:
            raise NotFound(say("one_version_only", name=questionnaire))
        old = _wording(study, f"{questionnaire}/{first or f'v{versions[-2]}'}")
        new = _wording(study, f"{questionnaire}/{second or f'v{versions[-1]}'}")
    if old.questionnaire == new.questionnaire and old.version > new.version:
        # What an author declares looks from the earlier to the later.
        old, new = new, old
    return difference(study, study.questionnaires[old], study.questionnaires[new])


def find_history(folder: Path, study_id: str, variable: str) -> tuple[Study, tuple[Occurrence, ...]]:
    """A variable through every touchpoint and version, with its study. Raises NotFound, QuestionnaireFaults."""
    study = _study(folder, study_id)
    found = history(study, variable)
    if not found:
        known = sorted({name for each in study.questionnaires.values() for name in variables(each)})
        raise NotFound(with_hint(say("nothing_asks", study=study_id, variable=variable), near(variable, known)))
    return study, found


def find_study_edits(folder: Path, study_id: str) -> tuple[Edit, ...]:
    """What of study.yaml is not as it was frozen. Raises NotFound, QuestionnaireFaults."""
    study = _study(folder, study_id)
    return study_lock.edits(folder / study_id, study)


def find_consent(folder: Path, study_id: str, purpose: str) -> tuple[tuple[int, FrozenPurpose], ...]:
    """Every wording of a purpose of consent by version: those that were frozen, and the one in the file. Nothing where
    there is no such purpose. Raises NotFound, QuestionnaireFaults."""
    study = _study(folder, study_id)
    return tuple(sorted(freeze(study, study_lock.read(folder / study_id)).consent.get(purpose, {}).items()))


def find_score_history(folder: Path, study_id: str, score: str) -> tuple[ScoreOccurrence, ...]:
    """A score through every touchpoint and version; nothing where there is none. Raises NotFound,
    QuestionnaireFaults."""
    return score_history(_study(folder, study_id), score)


def _study(folder: Path, study_id: str) -> Study:
    known = [each.name for each in study_folders(folder)]
    if study_id not in known:
        raise NotFound(with_hint(say("no_study", study=study_id), near(study_id, known)))
    return read_study(folder / study_id)[0]


def _versions(study: Study, questionnaire: str) -> list[int]:
    versions = sorted(version for name, version in study.questionnaires if name == questionnaire)
    if not versions:
        known = sorted({name for name, _ in study.questionnaires})
        hint = near(questionnaire, known)
        raise NotFound(with_hint(say("no_questionnaire", name=questionnaire, study=study.id), hint))
    return versions


def _wording(study: Study, written: str) -> VersionId:
    match = re.fullmatch(r"([a-z0-9_]+)/v?([0-9]{1,4})", written)
    if match is None:
        raise NotFound(say("not_a_version", written=written))
    found = VersionId(match[1], int(match[2]))
    if found.version not in _versions(study, found.questionnaire):
        raise NotFound(say("no_such_version", name=found.questionnaire, version=found.version, study=study.id))
    return found
