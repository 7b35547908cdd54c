"""What a program may be told of a study besides its numbers: which studies there are, and their questionnaires."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from surveyapp.domain.errors import NotFound
from surveyapp.domain.instrument.questionnaire import to_document
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.programs.tokens import NEEDS, TokenScope
from surveyapp.domain.sentences import say
from surveyapp.services.programs.tokens import ProgramCaller
from surveyapp.services.questionnaires import catalogue
from surveyapp.services.work import Desk
from surveyapp.store import questionnaire_versions


@dataclass(frozen=True)
class ReadableStudy:
    """A study of which a program may read something now, and what."""

    study: Study
    scopes: tuple[TokenScope, ...]


def studies(desk: Desk, caller: ProgramCaller) -> tuple[ReadableStudy, ...]:
    """The studies of which the token lets its owner read something, by name."""
    found = []
    for study_id in sorted(desk.runtime.studies):
        scopes = [each for each in TokenScope if each in caller.token.scopes and desk.may(NEEDS[each], study_id)]
        if scopes:
            found.append(ReadableStudy(desk.study(study_id), tuple(scopes)))
    return tuple(found)


@dataclass(frozen=True, kw_only=True)
class VersionListed:
    """A version of a questionnaire. `opened_at` and `sha256` of one that was opened; None of one that only the study's
    files have."""

    questionnaire: str
    version: int
    title: str
    opened_at: dt.datetime | None
    sha256: str | None


def versions(desk: Desk, study_id: str) -> tuple[VersionListed, ...]:
    """Every version of every questionnaire. Raises NotFound, NotPermitted."""
    study = desk.study(study_id)
    found = catalogue.catalogue(desk, study_id)
    with desk.reading() as work:
        rows = questionnaire_versions.versions(work.session, study_id)
    opened = {(name, version): (sha256, at) for name, version, sha256, at in rows}
    there = {(each.questionnaire, each.version) for each in found.wordings} | opened.keys()
    made = []
    for name, version in sorted(there):
        sha256, at = opened.get((name, version), (None, None))
        title = found.questionnaire(name, version, study.source_language).title
        made.append(VersionListed(questionnaire=name, version=version, title=title, opened_at=at, sha256=sha256))
    return tuple(made)


def document(desk: Desk, study_id: str, name: str, version: int, language: str | None) -> Mapping[str, Any]:
    """A version as it was opened or, where it never was, as the files have it; in a language of the study's, else in
    the one it was written in. Raises NotFound, NotPermitted."""
    study = desk.study(study_id)
    found = catalogue.catalogue(desk, study_id)
    if language is not None and language not in found.languages:
        raise NotFound(say("no_such_language"))
    made = found.questionnaire(name, version, language or study.source_language)
    tree: Mapping[str, Any] = json.loads(to_document(made))
    return tree
