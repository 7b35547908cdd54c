"""What is set beside a study's own numbers: targets, and the figures of other people."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection

from surveyapp.domain.authoring.checks.limits import FIRST_YEAR, LAST_YEAR
from surveyapp.domain.authoring.checks.names import check_distinct, check_known, check_once, unknown_question
from surveyapp.domain.authoring.yaml_source import Place, Source
from surveyapp.domain.instrument.kinds import Part
from surveyapp.domain.instrument.measures.beside import Comparator, ComparatorPlace, ResponseLine, Target
from surveyapp.domain.instrument.routing import parts_of
from surveyapp.domain.instrument.study import Study


def check_beside(study: Study, source: Source) -> None:
    """Records every fault of `targets` and `comparators` in the source's list."""
    for key, each in (("targets", study.targets), ("comparators", study.comparators), ("response", study.response)):
        check_once(source, (key,), [one.id for one in each], key)
    for index, target in enumerate(study.targets):
        _check_target(study, source, ("targets", index), target)
    for index, line in enumerate(study.response):
        _check_response_line(study, source, ("response", index), line)
    for index, comparator in enumerate(study.comparators):
        _check_comparator(study, source, ("comparators", index), comparator)


def _check_target(study: Study, source: Source, place: Place, target: Target) -> None:
    if not source.faults and not FIRST_YEAR <= target.as_at.year <= LAST_YEAR:
        sentence = f"The year {target.as_at.year} is not one a study can be in. Write one from 2000 to 2199."
        source.fault((*place, "as_at"), "beyond_calendar", sentence)
    if target.by is None:
        return
    attribute = study.attribute(target.by)
    check_known(source, (*place, "by", target.by), target.by, [each.id for each in study.attributes], "attribute")
    for code in target.parts if attribute else ():
        check_known(source, (*place, "by", target.by, code), code, attribute.values if attribute else (), "value")
    told = sum(target.parts.values())
    if target.actual is None or told != target.actual:
        sentence = f"These add up to {told}, and `actual` says {'nothing' if target.actual is None else target.actual}."
        source.fault((*place, "by", target.by), "does_not_add_up", f"{sentence} Correct one of them.")


def _check_response_line(study: Study, source: Source, place: Place, line: ResponseLine) -> None:
    written = source.data["response"][place[1]]
    loaded = [key for key in ("population", "achieved", "source") if key in written]
    if line.group is None:
        counted = [key for key in ("touchpoint", "of", "where") if key in written]
        if counted or len(loaded) < 3:
            sentence = (
                "A line is either counted, of a `group`, or loaded, with `population`, `achieved` and `source`. "
                "Write all of one."
            )
            source.fault(place, "two_meanings", sentence)
        elif line.achieved > line.population:
            source.fault(
                (*place, "achieved"), "limits_crossed", "That is more than could be asked. Correct one of them."
            )
        return
    if loaded:
        sentence = f"It is counted, of “{line.group}”. Take `{loaded[0]}` out, or the group."
        source.fault((*place, loaded[0]), "two_meanings", sentence)
    check_known(source, (*place, "group"), line.group, [group.id for group in study.groups], "group")
    if study.group(line.group) is not None and study.touchpoint(line.group, line.touchpoint) is None:
        sentence = f"“{line.group}” has no touchpoint {line.touchpoint}."
        source.fault((*place, "touchpoint") if "touchpoint" in written else place, "unknown_touchpoint", sentence)
    if line.where is not None:
        name, value = line.where
        attribute = study.attribute(name)
        check_known(source, (*place, "where", name), name, [each.id for each in study.attributes], "attribute")
        if attribute is not None:
            check_known(source, (*place, "where", name), value, attribute.values, "value")
            if name not in study.segments:
                sentence = f"People are told apart here by segments alone. Add `{name}` to `segments`."
                source.fault((*place, "where", name), "bad_value", sentence)


def _check_comparator(study: Study, source: Source, place: Place, comparator: Comparator) -> None:
    if comparator.to is not None and comparator.to <= comparator.value:
        source.fault((*place, "to"), "limits_crossed", "A range ends above where it begins. Write a larger number.")
    end = comparator.value if comparator.to is None else comparator.to
    if comparator.is_share and end > 100:
        key = "value" if comparator.to is None else "to"
        source.fault((*place, key), "bad_value", "A share is at most 100%. Write a smaller number, or another unit.")
    places = [dataclasses.replace(each, options=tuple(sorted(each.options))) for each in comparator.beside]
    check_distinct(source, (*place, "beside"), places, "It stands beside this already. Keep one.")
    for index, each in enumerate(comparator.beside):
        _check_place(study, source, (*place, "beside", index), each)


def _check_place(study: Study, source: Source, place: Place, beside: ComparatorPlace) -> None:
    if (beside.variable is None) == (beside.attribute is None):
        sentence = "It stands beside either a variable or an attribute. Name one of the two."
        source.fault(place, "two_meanings", sentence)
        return
    if beside.group is not None:
        check_known(source, (*place, "group"), beside.group, [group.id for group in study.groups], "group")
    if beside.attribute is not None:
        attribute = study.attribute(beside.attribute)
        known = [each.id for each in study.attributes]
        check_known(source, (*place, "attribute"), beside.attribute, known, "attribute")
        if attribute is not None:
            _check_options(source, place, beside, attribute.values, "value")
        return
    if beside.group is None:
        source.fault(place, "missing_key", "“group” is missing: a variable is a group’s. Add it.")
    elif study.group(beside.group) is not None:
        _check_variable(study, source, place, beside)


def _check_variable(study: Study, source: Source, place: Place, beside: ComparatorPlace) -> None:
    assert beside.variable is not None
    assert beside.group is not None
    names = dict.fromkeys(point.questionnaire for point in study.touchpoints_of(beside.group))
    asked = [study.newest(name) for name in names if any(name == each for each, _ in study.questionnaires)]
    parts: dict[str, Part] = {key: part for each in asked for key, part in parts_of(each).items()}
    if beside.variable not in parts:
        sentence = f"“{beside.group}” is never asked “{beside.variable}”."
        asking = (each for each in asked if any(question.id == beside.variable for question in each.questions))
        unknown_question(source, (*place, "variable"), beside.variable, next(asking, None), parts, sentence)
        return
    part = parts[beside.variable]
    _check_options(source, place, beside, [*part.codes, *(net.name for net in part.question.nets)], "option")


def _check_options(source: Source, place: Place, beside: ComparatorPlace, known: Collection[str], what: str) -> None:
    for index, code in enumerate(beside.options):
        check_known(source, (*place, "options", index), code, known, what)
