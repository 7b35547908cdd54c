"""Texts that quote a fact: `You work at {site.name|your workplace}.`

Only what is no opinion may be quoted: what is known of the person and of their site, and answers to questions marked
`fact: true`. Quoting an attitude back would tell people what to answer next. What is not known reads as the fallback.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from surveyapp.domain.i18n import in_language_of, runs_from_right
from surveyapp.domain.instrument.conditions import Reference, reference_of, references
from surveyapp.domain.instrument.kinds import KINDS
from surveyapp.domain.instrument.option_order import arranged
from surveyapp.domain.instrument.questionnaire import Question, Questionnaire
from surveyapp.domain.instrument.routing import Page
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.participants import Participant

_QUOTE = re.compile(r"\{([^{}|]*)(?:\|([^{}|]*))?\}")

QuotedFact = Callable[[Reference], str | None]
"""A fact as words; None where it is not known."""


@dataclass(frozen=True)
class Quote:
    """One quotation in a text. `reference` is None where what is written is not a reference."""

    written: str
    reference: Reference | None
    fallback: str | None


def quotes(text: str) -> Iterator[Quote]:
    """Every quotation in a text, in order."""
    for match in _QUOTE.finditer(text):
        yield Quote(match[0], reference_of(match[1].strip()), match[2].strip() if match[2] else None)


def is_well_formed(text: str) -> bool:
    """Whether every brace belongs to a quotation."""
    return not re.search(r"[{}]", _QUOTE.sub("", text))


def placeholders(text: str) -> list[str]:
    """What a text quotes, sorted: a translation must quote the same. What stands in for it is translated with it."""
    return sorted(match[1].strip() for match in _QUOTE.finditer(text))


def filled(text: str, fact: QuotedFact) -> str:
    """The text with every quotation replaced by its fact, or its fallback."""

    def word(match: re.Match[str]) -> str:
        reference = reference_of(match[1].strip())
        return (fact(reference) if reference else None) or (match[2] or "").strip()

    return in_language_of(text, _QUOTE.sub(word, quoting_apart(text))) if "{" in text else text


def plain(text: str) -> str:
    """The text as it reads where nothing is known of anybody: in results and in the codebook."""
    return in_language_of(text, _QUOTE.sub(lambda match: (match[2] or "").strip(), text)) if "{" in text else text


def quoting_apart(text: str) -> str:
    """The text with each quotation kept apart from what is around it, where that runs from right to left: of a fact in
    Latin letters, the figures that it begins with or the full stop that it ends in would go elsewhere. A phone is given
    it so, and puts its facts in as they are."""
    if "{" not in text or not runs_from_right(text):
        return text
    return in_language_of(text, _QUOTE.sub("\u2068\\g<0>\u2069", text))


def kept_apart(fact: str) -> str:
    """A fact with what keeps it apart where it runs from right to left, whichever way the text does."""
    return f"\u2068{fact}\u2069" if runs_from_right(fact) else str(fact)


def known_fact(study: Study, participant: Participant, reference: Reference) -> str | None:
    """What is known of somebody or their site, in words (`kept_apart`); None where it is not, and for what they
    answered."""
    if reference.scope not in ("site", "participant"):
        return None
    if reference.scope == "site" and reference.name == "name":
        return kept_apart(participant.site.name) if participant.site else None
    on_record = participant.attributes
    if reference.scope == "site":
        on_record = participant.site.attributes if participant.site else {}
    attribute, value = study.attribute(f"{reference.scope}.{reference.name}"), on_record.get(reference.name)
    label = attribute.values.get(value) if attribute and value else None
    return None if label is None else kept_apart(label)


def as_written(page: Page) -> Page:
    """A page for anybody, as whatever fills its quotations in is given it."""
    question = page.question
    if not any("{" in text for text in texts_of(question)):
        return page
    return _with(page, _saying(question, quoting_apart))


def presented(page: Page, seed: int, fact: QuotedFact) -> Page:
    """A page as one person sees it: its options in their order, its texts with their facts."""
    question = page.question
    if question.order is None and not any("{" in text for text in texts_of(question)):
        return page
    own = _saying(question, lambda text: filled(text, fact))
    return _with(page, dataclasses.replace(own, options=arranged(question, seed)))


def _saying(question: Question, say: Callable[[str], str]) -> Question:
    """The question, each text that may quote as `say` has it."""
    return dataclasses.replace(
        question,
        text=say(question.text),
        hint=say(question.hint) if question.hint else None,
        interviewer=say(question.interviewer) if question.interviewer else None,
        statements=tuple(dataclasses.replace(statement, text=say(statement.text)) for statement in question.statements),
    )


def _with(page: Page, own: Question) -> Page:
    """The page of a question as it is now."""
    keys = {part.key for part in page.parts}
    statement = next((each for each in own.statements if page.statement and each.id == page.statement.id), None)
    parts = tuple(part for part in KINDS[own.kind].parts(own) if part.key in keys)
    return dataclasses.replace(page, question=own, statement=statement, parts=parts)


def texts_of(question: Question) -> Iterator[str]:
    """The texts of a question that may quote."""
    yield question.text
    yield from (text for text in (question.hint, question.interviewer) if text)
    yield from (statement.text for statement in question.statements)


@functools.lru_cache(maxsize=128)
def earlier_answers_of(questionnaire: Questionnaire) -> frozenset[tuple[int, str]]:
    """The answers at earlier touchpoints that the conditions or texts of a version look at, by touchpoint and variable.
    Worked out once a process for each version."""
    looked_at = [
        reference
        for section in questionnaire.sections
        for condition in (
            section.ask_if,
            *(question.ask_if for question in section.questions),
            *(statement.ask_if for question in section.questions for statement in question.statements),
        )
        for reference in references(condition)
    ]
    quoted = [
        quote.reference
        for section in questionnaire.sections
        for question in section.questions
        for text in texts_of(question)
        for quote in quotes(text)
        if quote.reference is not None
    ]
    return frozenset(
        (reference.touchpoint or 0, reference.name)
        for reference in (*looked_at, *quoted)
        if reference.scope == "touchpoint"
    )
