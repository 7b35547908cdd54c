"""What a phone is told of its own person beside the pack: the order of their options, the facts that texts quote, what
they answered, and of everything outside this response only whether each condition on it holds."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any

from surveyapp.domain.instrument.conditions import Reference, reference_id
from surveyapp.domain.instrument.kinds import form_values
from surveyapp.domain.instrument.option_order import arranged
from surveyapp.domain.instrument.outside import told_of_outside
from surveyapp.domain.instrument.piping import quotes, texts_of
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.services.responses.survey_session import Visit
from surveyapp.web.shared.answers import DAY
from surveyapp.web.shared.assembly import last_local_day
from surveyapp.web.shared.presenting import fact_of
from surveyapp.web.shared.session import signed_form_token


def contents(visit: Visit, own: bool | None, pack: str) -> dict[str, Any]:
    """The slip as data; `pack`: where that is. Raises ConsentMissing before the response begins."""
    questionnaire, route, response = visit.ready
    closes = visit.case.ends_at
    return {
        "pack": pack,
        "token": signed_form_token(),
        "own": own,
        "orders": {
            question.id: [option.code for option in arranged(question, response.seed)]
            for question in questionnaire.questions
            if question.order
        },
        "facts": dict(_facts(visit, questionnaire)),
        "outside": told_of_outside(questionnaire, route, visit.situation),
        "answers": _answers(visit),
        "until": last_local_day(closes, visit.study.time_zone, DAY) if closes else None,
    }


def version_of(visit: Visit) -> dict[str, Any]:
    """What a save names as the version it answers, for whoever has no pack that says it."""
    questionnaire = visit.ready[0]
    return {
        "questionnaire": questionnaire.id,
        "version": questionnaire.version,
        "wording": (questionnaire.wording and questionnaire.wording[1]) or None,
        "language": visit.language,
    }


def _facts(visit: Visit, questionnaire: Questionnaire) -> Iterator[tuple[str, str]]:
    """What texts quote from outside the response, where it is known, by how it is written."""
    for reference in _quoted(questionnaire):
        if (fact := fact_of(visit, reference)) is not None:
            yield reference_id(reference), str(fact)


@functools.lru_cache(maxsize=128)
def _quoted(questionnaire: Questionnaire) -> tuple[Reference, ...]:
    found = (
        quote.reference
        for question in questionnaire.questions
        for text in texts_of(question)
        for quote in quotes(text)
        if quote.reference and quote.reference.scope != "answer"
    )
    return tuple(dict.fromkeys(found))


def _answers(visit: Visit) -> Mapping[str, Any]:
    """The newest answer to each variable, off the route too, as a form would hold it."""
    return {
        key: {"save": str(each.client_id), "form": form_values(key, each.answer)}
        for key, each in (visit.given or {}).items()
    }
