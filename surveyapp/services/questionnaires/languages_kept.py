"""The languages in which people are offered a study: none is lost by opening a version, and one that is not offered is
named."""

from __future__ import annotations

from surveyapp.domain.errors import StateRefused
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.sentences import say
from surveyapp.services.runtime import Runtime
from surveyapp.services.translation import offering
from surveyapp.services.work import Work


def check_whole(work: Work, study: Study, questionnaire: Questionnaire) -> None:
    """Nobody who reads a study in a language it offers whole is brought to a version that lacks some of it: all of them
    would lose the language, in what they have begun too. Raises StateRefused."""
    opened = work.runtime.opened_versions(work.session, study)
    if not opened:
        return
    folder = work.runtime.settings.questionnaires / study.id
    withheld = offering.not_offered(folder, study, opened)
    for language in study.languages:
        if language in (study.source_language, *study.partial, *withheld):
            continue
        if lacking := offering.lacking(folder, questionnaire, language):
            raise StateRefused(
                say(
                    "version_not_in_language",
                    version=questionnaire.version,
                    name=questionnaire.id,
                    language=language,
                    count=len(lacking),
                    text=lacking[0],
                )
            )


def without_languages(runtime: Runtime, study_id: str) -> tuple[str, ...]:
    """A sentence for each language that a study lists and that people cannot choose. Raises DatabaseUnavailable."""
    withheld = runtime.not_offered(runtime.study(study_id))
    return tuple(f"“{language}” is listed and not offered: {why}" for language, why in withheld.items())
