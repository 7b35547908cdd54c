"""A page as one person sees it: options in their order, facts in their texts."""

from __future__ import annotations

import functools

from surveyapp.domain.answers import Text, is_substantive
from surveyapp.domain.instrument.conditions import MayBe, Reference
from surveyapp.domain.instrument.piping import kept_apart, known_fact, presented
from surveyapp.domain.instrument.routing import Page, parts_of
from surveyapp.services.responses.survey_session import Visit
from surveyapp.web.shared.answers import said, written
from surveyapp.web.shared.language import listed


def presented_to(visit: Visit, page: Page) -> Page:
    """The page as the person of this visit sees it. Raises ConsentMissing before the response begins."""
    _, _, response = visit.ready
    return presented(page, response.seed, functools.partial(fact_of, visit))


def fact_of(visit: Visit, reference: Reference) -> str | None:
    """What a text quotes, in words; None where it is not known."""
    match reference.scope:
        case "site" | "participant":
            return known_fact(visit.study, visit.participant, reference)
        case "touchpoint":
            earlier = visit.situation.earlier.get(reference.touchpoint or 0, {})
            # A number, a day, a time or a line: no mapping is of those, and what they said is shown as they said it.
            then = earlier.get(reference.name)
            said_then = None if isinstance(then, MayBe) else written(then)
            return None if said_then is None else kept_apart(said_then)
        case "answer":
            questionnaire, route, _ = visit.ready
            answer = route.answers.get(reference.name)
            part = parts_of(questionnaire)[reference.name]
            if isinstance(answer, Text):
                return kept_apart(answer.text)
            return listed(said(part, answer)) if is_substantive(answer) else None
