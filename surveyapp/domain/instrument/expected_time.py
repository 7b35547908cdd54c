"""How long a questionnaire takes, before enough people have shown it: from the words to read and what to answer.

Reading: 150 words a minute. Adults read 238 a minute silently in English (Brysbaert 2019, Journal of Memory and
Language 109); who answers often reads in a second language, or on a small screen. Answering: what a finger needs, and
for answers in one's own words, half of which are left empty, a sentence of fifteen words at 20 a minute. What not
everybody is asked counts half.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from surveyapp.domain.instrument.kinds import PartType
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.routing import Page, pages_of

SECONDS_A_WORD = 60 / 150
SECONDS_TO_ANSWER = {PartType.TEXT: 22.5}
SECONDS_TO_CHOOSE = 3.0


def minutes_expected(questionnaire: Questionnaire) -> int:
    """Whole minutes, rounded up; at least one."""
    return max(1, math.ceil(sum(map(_seconds, pages_of(questionnaire))) / 60))


def _seconds(page: Page) -> float:
    reading = SECONDS_A_WORD * sum(len(text.split()) for text in _texts(page))
    answering = sum(SECONDS_TO_ANSWER.get(part.type, SECONDS_TO_CHOOSE) for part in page.parts if part.when is None)
    conditions = (page.section.ask_if, page.question.ask_if, page.statement.ask_if if page.statement else None)
    return (reading + answering) / (2 if any(conditions) else 1)


def _texts(page: Page) -> Iterator[str]:
    """What is read on the page: of a grid's statements, the question and its options with the first alone."""
    question = page.question
    if page.statement is not None:
        yield page.statement.text
        if page.statement != question.statements[0]:
            return
    yield question.text
    yield question.hint or ""
    yield from (option.label for option in question.options)
    yield from (moment.label for moment in question.moments)
