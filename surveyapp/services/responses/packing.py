"""The part of a questionnaire that is the same for everybody who answers it in a language, read without anybody."""

from __future__ import annotations

from surveyapp.domain.errors import NotFound, StateRefused
from surveyapp.domain.instrument.easy.renderings import easy_of, is_easy, plain_of
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.study import Study
from surveyapp.services.runtime import Runtime


def opened(
    runtime: Runtime, study_id: str, questionnaire: str, version: int, language: str
) -> tuple[Study, Questionnaire]:
    """A study and a version of one of its questionnaires, in a language or, where the study does not offer it, as
    written. Raises NotFound for a version that was never opened."""
    source = runtime.study(study_id)
    spoken = plain_of(language) if plain_of(language) in runtime.offered(source) else source.source_language
    with runtime.database.reading() as session:
        try:
            opened = runtime.instrument(session, study_id, questionnaire, version)
            if is_easy(language) and runtime.offers_easy(session, source, opened, spoken):
                spoken = easy_of(spoken)
            study = runtime.study_in(source, spoken)
            return study, runtime.instrument_in(session, study, questionnaire, version, spoken)
        except StateRefused as refused:
            raise NotFound(refused.sentence) from None
