"""A condition as somebody would say it: “placed is Yes and site size is Small”. In English, or in the language of the
`_` that is handed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from surveyapp.domain.instrument.conditions import All, Answered, AnyOf, Changed, Compare, Condition, Is, Not, Reference
from surveyapp.domain.instrument.earlier import wordings
from surveyapp.domain.instrument.kinds import Part, PartType
from surveyapp.domain.instrument.piping import earlier_answers_of
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.routing import parts_of
from surveyapp.domain.instrument.study import Attribute, Study


class Gettext(Protocol):
    """A sentence in a language, values filled in: gettext's way."""

    def __call__(self, text: str, /, **values: str) -> str: ...


def english(text: str, /, **values: str) -> str:
    return text % values if values else text


@dataclass(frozen=True)
class KnownParts:
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


def known_of(study: Study, questionnaire: Questionnaire) -> KnownParts:
    """What conditions of one questionnaire may speak of: of earlier touchpoints, in the wording that they speak of."""
    earlier: dict[int, dict[str, Part]] = {}
    for number, names in wordings.questionnaires_before(study, questionnaire).items():
        for name in names:
            earlier.setdefault(number, {}).update(parts_of(study.newest(name)))
    for number, key in earlier_answers_of(questionnaire):
        for name in wordings.questionnaires_before(study, questionnaire).get(number, ()):
            if found := wordings.written_against(study, questionnaire, number, name, key):
                earlier[number][key] = found[1]
    return KnownParts(parts_of(questionnaire), {each.id: each for each in study.attributes}, earlier)


def condition_words(condition: Condition | None, known: KnownParts, _: Gettext = english) -> str:
    """The condition in words, variables by id, options and attributes by label; “always” where there is none."""
    match condition:
        case None:
            return _("always")
        case Is(reference, options):
            name, choice = _name(reference, known, _), _either(reference, options, known, _)
            if _includes(reference, known):
                return _("%(name)s includes %(choice)s", name=name, choice=choice)
            return _("%(name)s is %(choice)s", name=name, choice=choice)
        case Answered(reference):
            return _("%(name)s is answered", name=_name(reference, known, _))
        case Changed(before, after):
            return _changed(before, after, known, _)
        case Compare(reference, operator, number):
            values = {"name": _name(reference, known, _), "number": format(number, "f")}
            match operator:
                case "at_least":
                    return _("%(name)s is at least %(number)s", **values)
                case "at_most":
                    return _("%(name)s is at most %(number)s", **values)
                case "more_than":
                    return _("%(name)s is more than %(number)s", **values)
                case "less_than":
                    return _("%(name)s is less than %(number)s", **values)
        case All(items):
            return _(" and ").join(_inner(item, known, AnyOf, _) for item in items)
        case AnyOf(items):
            return _(" or ").join(_inner(item, known, All, _) for item in items)
        case Not(Is(reference, options)) if not _includes(reference, known):
            name, choice = _name(reference, known, _), _either(reference, options, known, _)
            return _("%(name)s is not %(choice)s", name=name, choice=choice)
        case Not(item):
            return _("not (%(condition)s)", condition=condition_words(item, known, _))


def _inner(item: Condition, known: KnownParts, other: type, _: Gettext) -> str:
    words = condition_words(item, known, _)
    several = isinstance(item, Is) and len(item.options) > 1 and other is AnyOf
    return f"({words})" if isinstance(item, other) or several else words


def _name(reference: Reference, known: KnownParts, _: Gettext) -> str:
    if reference.scope in ("site", "participant"):
        attribute = known.attribute(reference)
        label = attribute.label if attribute else f"{reference.scope} {reference.name}"
        return label if label[:2].isupper() else label[:1].lower() + label[1:]
    name, _at, moment = reference.name.partition("@")
    words = f"{name} ({moment})" if moment else name
    if reference.scope == "touchpoint":
        return _("%(name)s at touchpoint %(number)s", name=words, number=str(reference.touchpoint))
    return words


def _includes(reference: Reference, known: KnownParts) -> bool:
    """Whether the answer is of several options, of which a condition looks for one."""
    part = known.part(reference)
    return part is not None and part.type is PartType.CODES


def _either(reference: Reference, options: tuple[str, ...], known: KnownParts, _: Gettext) -> str:
    attribute, part = known.attribute(reference), known.part(reference)
    labels: Mapping[str, str] = attribute.values if attribute else {}
    if part is not None:
        labels = {option.code: option.label for option in part.question.options}
    return _(" or ").join(labels.get(option, option) for option in options)


def _changed(before: Reference, after: Reference, known: KnownParts, _: Gettext) -> str:
    names = [side.name.partition("@")[0] for side in (before, after)]
    if names[0] == names[1] and before.scope == "answer" == after.scope:
        return _("%(name)s changed", name=names[0])
    if names[0] == names[1] and before.scope == "touchpoint":
        number = str(before.touchpoint)
        return _("%(name)s changed since touchpoint %(number)s", name=_name(after, known, _), number=number)
    return _("%(one)s and %(other)s differ", one=_name(before, known, _), other=_name(after, known, _))
