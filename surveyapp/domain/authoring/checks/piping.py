"""Quotations in texts: well written, of facts that are known by then, with something to say where they are not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from surveyapp.domain.authoring.checks.names import unknown_question
from surveyapp.domain.authoring.yaml_source import Place, Source
from surveyapp.domain.instrument.conditions import Reference
from surveyapp.domain.instrument.earlier import wordings
from surveyapp.domain.instrument.kinds import Part
from surveyapp.domain.instrument.piping import Quote, is_well_formed, quotes
from surveyapp.domain.instrument.questionnaire import Question, Questionnaire
from surveyapp.domain.instrument.routing import asked_in, parts_of
from surveyapp.domain.instrument.study import Study


def check_quotes(study: Study, questionnaire: Questionnaire, source: Source) -> None:
    """Records every fault of quotation in the source's list."""
    seen: dict[str, Part] = {}
    for s, section in enumerate(questionnaire.sections):
        places = {question.id: q for q, question in enumerate(section.questions)}
        for question, parts in asked_in(questionnaire, section):
            if question.id not in places:  # only its before, from an earlier section
                continue
            q = places[question.id]
            for place, text in _texts(("sections", s, "questions", q), question):
                if not is_well_formed(text):
                    source.fault(
                        place,
                        "bad_quote",
                        "A brace is left over. A quotation is written `{site.name|your workplace}`.",
                    )
                for quote in quotes(text):
                    _check_quote(study, questionnaire, source, place, quote, seen)
            seen.update({part.key: part for part in parts})
    check_unquoting(source, _has_braces_of_its_own)


def check_unquoting(source: Source, excepted: Callable[[Place], bool] = lambda _place: False) -> None:
    """Records a fault at every text of a file in which people would read the braces as they are written: all but those
    at an `excepted` place."""
    for place, text in _written((), source.data):
        if ("{" in text or "}" in text) and not excepted(place):
            source.fault(
                place,
                "bad_quote",
                "This quotes nothing: only a question’s text, hint, note to interviewers and statements do. Write it "
                "without braces.",
            )


def _written(place: Place, data: Any) -> Iterator[tuple[Place, str]]:
    """Every text of a file, whatever it says, so that a new one need not be named here."""
    if isinstance(data, str):
        yield place, data
    elif isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from _written((*place, key), value)


def _has_braces_of_its_own(place: Place) -> bool:
    """Whether a text of a questionnaire quotes, or is an expression in which braces count."""
    match place:
        case ("sections", _, "questions", _, "text" | "hint" | "interviewer"):
            return True
        case ("sections", _, "questions", _, "statements", _, *inner):
            return inner in ([], ["text"])
        case _:
            return place[-2:] == ("pattern", "match")


def _texts(place: Place, question: Question) -> Iterator[tuple[Place, str]]:
    yield (*place, "text"), question.text
    if question.hint:
        yield (*place, "hint"), question.hint
    if question.interviewer:
        yield (*place, "interviewer"), question.interviewer
    for statement in question.statements:
        yield (*place, "statements", statement.id), statement.text


def _check_quote(
    study: Study,
    questionnaire: Questionnaire,
    source: Source,
    place: Place,
    quote: Quote,
    seen: Mapping[str, Part],
) -> None:
    reference = quote.reference
    if reference is None:
        source.fault(
            place,
            "bad_quote",
            f"“{quote.written}” quotes nothing. Write `{{site.name|your workplace}}`, or an earlier question’s id "
            "in place of site.name.",
        )
        return
    if not quote.fallback:
        source.fault(
            place,
            "no_fallback",
            f"“{quote.written}” says nothing where the fact is not known. Add it: "
            f"`{quote.written[:-1].partition('|')[0]}|your workplace}}`.",
        )
    match reference.scope:
        case "site" | "participant":
            names = [attribute.id for attribute in study.attributes]
            name = f"{reference.scope}.{reference.name}"
            if name != "site.name" and name not in names:
                near = source.did_you_mean(name, [*names, "site.name"])
                source.fault(place, "unknown_attribute", f"There is no attribute “{name}”.{near}")
        case "answer":
            _check_answer(questionnaire, source, place, reference, seen)
        case "touchpoint":
            _check_earlier(study, questionnaire, source, place, reference)


def _check_answer(
    questionnaire: Questionnaire, source: Source, place: Place, reference: Reference, seen: Mapping[str, Part]
) -> None:
    everything = parts_of(questionnaire)
    part = seen.get(reference.name)
    if part is None and reference.name in everything:
        source.fault(place, "asked_later", f"“{reference.name}” is asked only later, or here: it cannot be quoted yet.")
    elif part is None:
        sentence = f"There is no question “{reference.name}”."
        unknown_question(source, place, reference.name, questionnaire, everything, sentence)
    elif not part.question.fact:
        _not_a_fact(source, place, reference)


def _check_earlier(
    study: Study, questionnaire: Questionnaire, source: Source, place: Place, reference: Reference
) -> None:
    own = [touchpoint for touchpoint in study.touchpoints if touchpoint.questionnaire == questionnaire.id]
    number = reference.touchpoint or 0
    if number >= min((touchpoint.number for touchpoint in own), default=1):
        source.fault(place, "not_earlier", f"Touchpoint {number} is not an earlier one.")
        return
    names = wordings.questionnaires_before(study, questionnaire).get(number, ())
    # A fact of any version: whoever answered one that does not ask it is told what stands after the bar.
    asked = [part for name in names for _, part in wordings.wordings_of(study, name, reference.name)]
    if not asked:
        known = [key for name in names for each in study.versions_of(name) for key in parts_of(each)]
        near = source.did_you_mean(reference.name, dict.fromkeys(known))
        source.fault(place, "unknown_question", f"Touchpoint {number} does not ask “{reference.name}”.{near}")
    elif not any(part.question.fact for part in asked):
        _not_a_fact(source, place, reference)
    elif not asked[0].kind.quotable:
        source.fault(
            place,
            "not_a_fact",
            f"Of an earlier touchpoint only numbers, days, times and lines can be quoted; “{reference.name}” is a "
            f"{asked[0].question.kind}.",
        )


def _not_a_fact(source: Source, place: Place, reference: Reference) -> None:
    source.fault(
        place,
        "not_a_fact",
        f"“{reference.name}” is not marked as a fact, and only facts may be quoted: what somebody thinks must not be "
        "put into a later question. If it says nothing but a fact, add `fact: true` to it.",
    )
