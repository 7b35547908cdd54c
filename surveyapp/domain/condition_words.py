"""A condition as somebody would say it: “placed is Yes and site size is Small”."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from surveyapp.domain.conditions import All, Answered, AnyOf, Changed, Compare, Condition, Is, Not, Reference
from surveyapp.domain.kinds import Part, PartType
from surveyapp.domain.questionnaire import Questionnaire
from surveyapp.domain.route import parts_of
from surveyapp.domain.study import Attribute, Study

ALWAYS = "always"

_COMPARED = {"at_least": "at least", "at_most": "at most", "more_than": "more than", "less_than": "less than"}


@dataclass(frozen=True)
class Known:
    """What a condition may speak of: this questionnaire's variables, attributes by id, and the variables of earlier
    touchpoints by number. What is not there is called by its code."""

    parts: Mapping[str, Part] = field(default_factory=dict)
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    earlier: Mapping[int, Mapping[str, Part]] = field(default_factory=dict)

    def part(self, reference: Reference) -> Part | None:
        if reference.scope == "touchpoint":
            return self.earlier.get(reference.touchpoint or 0, {}).get(reference.name)
        return self.parts.get(reference.name) if reference.scope == "answer" else None

    def attribute(self, reference: Reference) -> Attribute | None:
        return self.attributes.get(f"{reference.scope}.{reference.name}")


def known_of(study: Study, questionnaire: Questionnaire) -> Known:
    """What conditions of one questionnaire may speak of."""
    groups = {each.group for each in study.touchpoints if each.questionnaire == questionnaire.id}
    earlier: dict[int, dict[str, Part]] = {}
    for touchpoint in study.touchpoints:
        if touchpoint.group in groups and any(name == touchpoint.questionnaire for name, _ in study.questionnaires):
            parts = parts_of(study.newest(touchpoint.questionnaire))
            earlier.setdefault(touchpoint.number, {}).update(parts)
    return Known(parts_of(questionnaire), {each.id: each for each in study.attributes}, earlier)


def condition_words(condition: Condition | None, known: Known) -> str:
    """The condition in words, variables by id, options and attributes by label; “always” where there is none."""
    match condition:
        case None:
            return ALWAYS
        case Is(reference, options):
            return f"{_name(reference, known)} {_verb(reference, known)} {_either(reference, options, known)}"
        case Answered(reference):
            return f"{_name(reference, known)} is answered"
        case Changed(before, after):
            return _changed(before, after, known)
        case Compare(reference, operator, number):
            return f"{_name(reference, known)} is {_COMPARED[operator]} {format(number, 'f')}"
        case All(items):
            return " and ".join(_inner(item, known, AnyOf) for item in items)
        case AnyOf(items):
            return " or ".join(_inner(item, known, All) for item in items)
        case Not(Is(reference, options)) if _verb(reference, known) == "is":
            return f"{_name(reference, known)} is not {_either(reference, options, known)}"
        case Not(item):
            return f"not ({condition_words(item, known)})"


def _inner(item: Condition, known: Known, other: type) -> str:
    words = condition_words(item, known)
    several = isinstance(item, Is) and len(item.options) > 1 and other is AnyOf
    return f"({words})" if isinstance(item, other) or several else words


def _name(reference: Reference, known: Known) -> str:
    if reference.scope in ("site", "participant"):
        attribute = known.attribute(reference)
        label = attribute.label if attribute else f"{reference.scope} {reference.name}"
        return label if label[:2].isupper() else label[:1].lower() + label[1:]
    name, _, moment = reference.name.partition("@")
    words = f"{name} ({moment})" if moment else name
    return f"{words} at touchpoint {reference.touchpoint}" if reference.scope == "touchpoint" else words


def _verb(reference: Reference, known: Known) -> str:
    part = known.part(reference)
    return "includes" if part is not None and part.type is PartType.CODES else "is"


def _either(reference: Reference, options: tuple[str, ...], known: Known) -> str:
    attribute, part = known.attribute(reference), known.part(reference)
    labels: Mapping[str, str] = attribute.values if attribute else {}
    if part is not None:
        labels = {option.code: option.label for option in part.question.options}
    return " or ".join(labels.get(option, option) for option in options)


def _changed(before: Reference, after: Reference, known: Known) -> str:
    names = [side.name.partition("@")[0] for side in (before, after)]
    if names[0] == names[1] and before.scope == "answer" == after.scope:
        return f"{names[0]} changed"
    if names[0] == names[1] and before.scope == "touchpoint":
        return f"{_name(after, known)} changed since touchpoint {before.touchpoint}"
    return f"{_name(before, known)} and {_name(after, known)} differ"
