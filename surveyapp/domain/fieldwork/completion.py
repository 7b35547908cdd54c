"""What an interview that was handed in counts as: how much of what was asked was answered, and by the study's rule."""

from __future__ import annotations

from dataclasses import dataclass

from surveyapp.domain.answers import Answer, Missing, Reason
from surveyapp.domain.fieldwork.cases import Disposition
from surveyapp.domain.instrument.routing import Route
from surveyapp.domain.instrument.study import Completion, CompletionRule

DISPOSITIONS = {
    Completion.COMPLETE: Disposition.COMPLETE,
    Completion.PARTIAL: Disposition.PARTIAL,
    Completion.BROKEN_OFF: Disposition.REFUSAL,
}
"""AAPOR's classes: a break-off counts with refusals."""


@dataclass(frozen=True)
class AnsweredShare:
    """How many of the questions asked were answered: with anything but a refusal or nothing. *Don't know* is an answer.
    A line of words that goes with an option is none of its own."""

    answered: int
    asked: int

    @property
    def percent(self) -> int:
        return 100 * self.answered // self.asked if self.asked else 100

    def completion(self, rule: CompletionRule) -> Completion:
        return rule.of(self.answered, self.asked)


def is_answer(answer: Answer | None) -> bool:
    """Whether it counts as one."""
    return answer is not None and not (isinstance(answer, Missing) and answer.reason is not Reason.DONT_KNOW)


def answered_of(route: Route) -> AnsweredShare:
    """How much of what a route asks was answered, a variable at a time."""
    keys = [part.key for page in route.pages for part in page.parts if part.when is None]
    return AnsweredShare(sum(is_answer(route.answers.get(key)) for key in keys), len(keys))
