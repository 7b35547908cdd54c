"""What an author must say where a question is not asked as it was: between versions, and between touchpoints."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from surveyapp.domain.authoring.yaml_source import Place, Source
from surveyapp.domain.instrument.conditions import Changed, Condition
from surveyapp.domain.instrument.kinds import Part
from surveyapp.domain.instrument.questionnaire import Declaration, Questionnaire
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.versions import comparability
from surveyapp.domain.versions.comparability import VersionHistory, variables

MomentsByVersion = Mapping[str | None, Part]


def check_comparability(study: Study, source: Source, sources: Mapping[tuple[str, int], Source]) -> None:
    """Records every fault of versions and of what is said of their differences."""
    names = list(dict.fromkeys(name for name, _ in study.questionnaires))
    for name in names:
        versions = sorted(version for each, version in study.questionnaires if each == name)
        _check_gap(name, versions, sources)
        last: dict[str, MomentsByVersion] = {}
        for version in versions:
            _check_version(study.questionnaires[name, version], last, sources[name, version])
            last.update(variables(study.questionnaires[name, version]))
    _check_one_meaning(study, names, sources)
    _check_comparisons(study, source, names)
    _check_measures(study, source)
    for name in names:
        _check_changed(study, study.newest(name), sources)


def _check_gap(name: str, versions: list[int], sources: Mapping[tuple[str, int], Source]) -> None:
    for expected, version in enumerate(versions, 1):
        if version != expected:
            sources[name, version].fault(
                ("version",),
                "version_gap",
                f"“{name}” has no version {expected}. Number its versions 1, 2, 3, without a gap.",
            )
            return


def _check_version(questionnaire: Questionnaire, last: Mapping[str, MomentsByVersion], source: Source) -> None:
    """`last`: each variable as the version before had it; one that was left out meanwhile, as it last was."""
    new = variables(questionnaire)
    both = [name for name in new if name in last]
    for name in both:
        old_parts, new_parts = last[name], new[name]
        here = _place(questionnaire, name)
        if not comparability.same_kind(old_parts, new_parts):
            was, now = (next(iter(parts.values())).question.kind for parts in (old_parts, new_parts))
            source.fault(
                here,
                "kind_changed",
                f"“{name}” was a {was} and is a {now} now. Give the new question an id of its own.",
            )
            continue
        declared = comparability.declaration_of(questionnaire.changes, next(iter(new_parts.values())))
        if declared is None:
            _check_undeclared(
                source, here, name, old_parts, new_parts, "in the version before", f"`changes: {{{name}: …}}`"
            )
    said: dict[str, list[str]] = {}
    for name in both:
        found = comparability.declaration_of(questionnaire.changes, next(iter(new[name].values())))
        if found is not None:
            said.setdefault(found.variable, []).append(name)
    asked_now, asked_before = _names(new), _names(last)
    known = asked_now | asked_before
    for declared in questionnaire.changes:
        place: Place = ("changes", declared.variable)
        if declared.variable not in known:
            _unknown(source, place, declared.variable, known)
            continue
        about = said.get(declared.variable, [])
        if not about and not (declared.variable in asked_now and declared.variable in asked_before):
            why = "is new in this version" if declared.variable in asked_now else "is no longer asked"
            source.fault(place, "nothing_changed", f"“{declared.variable}” {why}: nothing compares. Take this out.")
            continue
        pairs = {name: (last[name], new[name]) for name in about}
        _check_declared(source, place, declared, pairs, source.data["changes"][declared.variable])


def _names(asked: Mapping[str, MomentsByVersion]) -> set[str]:
    """What a declaration can be about: variables, and the questions they are of."""
    return {*asked, *(part.question.id for parts in asked.values() for part in parts.values())}


def _unknown(source: Source, place: Place, name: str, known: object) -> None:
    names = sorted(known)  # type: ignore[call-overload]
    source.fault(place, "unknown_question", f"There is no question “{name}”.{source.did_you_mean(name, names)}")


def _check_undeclared(
    source: Source, place: Place, name: str, old: MomentsByVersion, new: MomentsByVersion, where: str, how: str
) -> None:
    found = comparability.status(old, new)
    if found in ("reworded", "rescaled"):
        what = "worded otherwise" if found == "reworded" else "answered on another scale"
        source.fault(
            place,
            "undeclared_change",
            f"“{name}” is {what} {where}. Say under {how} whether the answers can be compared, and why.",
        )


def _check_declared(
    source: Source,
    place: Place,
    declared: Declaration,
    pairs: Mapping[str, tuple[MomentsByVersion, MomentsByVersion]],
    written: Any,
) -> None:
    """`pairs`: the variables it is about, as they were and as they are."""
    if not ({"comparable", "mapping"} & set(written)):
        source.fault(place, "missing_key", "Say `comparable: yes`, `comparable: no`, or a `mapping`.")
        return
    if {"comparable", "mapping"} <= set(written):
        said = f"comparable: {written['comparable']}"
        source.fault(place, "bad_mapping", f"A mapping makes it comparable. Take out `{said}`, or the mapping.")
        return
    differing = {
        name: pair
        for name, pair in pairs.items()
        if comparability.status(*pair) != "same" or comparability.notes_changed(*pair)
    }
    if not differing:
        source.fault(
            place, "nothing_changed", f"“{declared.variable}” is not asked otherwise than before. Take this out."
        )
    for name, (old, new) in differing.items():
        if not comparability.same_kind(old, new):
            continue
        one, two = next(iter(old.values())), next(iter(new.values()))
        if declared.mapping:
            left, strange = comparability.mapping_faults(dict(declared.mapping), one, two)
            if left or strange:
                what = [f"{_listed(left)} not mapped"] if left else []
                what += [f"{_listed(strange)} not among the answers"] if strange else []
                sentence = f"In the mapping of “{name}”, {' and '.join(what)}. Map each old answer to a new one."
                source.fault((*place, "mapping"), "bad_mapping", sentence)
        elif declared.comparable and comparability.status(old, new) == "rescaled":
            source.fault(
                place,
                "bad_mapping",
                f"“{name}” has other answers than before. Add a `mapping` of each old one, or say `comparable: no`.",
            )


def _listed(codes: list[str]) -> str:
    return f"{', '.join(f'“{code}”' for code in codes)} {'is' if len(codes) == 1 else 'are'}"


def _check_one_meaning(study: Study, names: list[str], sources: Mapping[tuple[str, int], Source]) -> None:
    """The same id is the same kind of question in every questionnaire."""
    first: dict[str, tuple[str, MomentsByVersion]] = {}
    for name in names:
        questionnaire = study.newest(name)
        for variable, parts in variables(questionnaire).items():
            known = first.setdefault(variable, (name, parts))
            if not comparability.same_kind(known[1], parts):
                sources[name, questionnaire.version].fault(
                    _place(questionnaire, variable),
                    "two_meanings",
                    f"“{variable}” is another kind of question in {known[0]}. Give one of them another id.",
                )


def _check_comparisons(study: Study, source: Source, names: list[str]) -> None:
    for index, each in enumerate(study.comparisons):
        place: Place = ("comparisons", index)
        unknown = [name for name in (each.first, each.second) if name not in names]
        for name in unknown:
            source.fault(
                (*place, "between"),
                "unknown_questionnaire",
                f"There is no questionnaire “{name}”.{source.did_you_mean(name, names)}",
            )
        if unknown:
            continue
        one, two = variables(study.newest(each.first)), variables(study.newest(each.second))
        about = {
            name: (one[name], two[name])
            for name in one
            if name in two and each.declaration.variable in (name, next(iter(two[name].values())).question.id)
        }
        if not about:
            shared = [name for name in one if name in two]
            variable = each.declaration.variable
            source.fault(
                (*place, "variable"),
                "unknown_question",
                f"{each.first} and {each.second} do not both ask “{variable}”.{source.did_you_mean(variable, shared)}",
            )
            continue
        _check_declared(source, place, each.declaration, about, source.data["comparisons"][index])


def _check_measures(study: Study, source: Source) -> None:
    for index, measure in enumerate(study.measures):
        rows = [study.touchpoint(measure.group, row.touchpoint) for row in measure.rows]
        asked = list(dict.fromkeys(touchpoint.questionnaire for touchpoint in rows if touchpoint))
        for first, second in itertools.pairwise(asked):
            _check_pair(study, source, ("measures", index, "variable"), measure.variable, first, second)


def _check_changed(study: Study, newest: Questionnaire, sources: Mapping[tuple[str, int], Source]) -> None:
    """A `changed` that looks back to an earlier touchpoint sets two wordings against one another."""
    touchpoints = [each for each in study.touchpoints if each.questionnaire == newest.id]
    for place, condition in _conditions(newest):
        for changed in _changes(condition):
            if changed.before.scope != "touchpoint" or changed.after.scope != "answer":
                continue
            name = changed.after.name.partition("@")[0]
            if changed.before.name.partition("@")[0] != name:
                continue
            for group in dict.fromkeys(each.group for each in touchpoints):
                earlier = study.touchpoint(group, changed.before.touchpoint or 0)
                if earlier and earlier.questionnaire != newest.id:
                    source = sources[newest.id, newest.version]
                    _check_pair(study, source, place, name, earlier.questionnaire, newest.id)


def _check_pair(study: Study, source: Source, place: Place, name: str, first: str, second: str) -> None:
    wordings = VersionHistory(study.questionnaires, study.comparisons)
    if not all(wordings.asking(each, name) for each in (first, second)) or wordings.said(name, first, second):
        return
    old, new = (variables(study.newest(each)).get(name) for each in (first, second))
    if old and new and comparability.same_kind(old, new):
        how = f"`comparisons: [{{variable: {name}, between: [{first}, {second}], …}}]` in study.yaml"
        _check_undeclared(source, place, name, old, new, f"in {second} than in {first}", how)


def _conditions(questionnaire: Questionnaire) -> Iterator[tuple[Place, Condition | None]]:
    for s, section in enumerate(questionnaire.sections):
        yield ("sections", s, "ask_if"), section.ask_if
        for q, question in enumerate(section.questions):
            place: Place = ("sections", s, "questions", q)
            yield (*place, "ask_if"), question.ask_if
            for statement in question.statements:
                yield (*place, "statements", statement.id, "ask_if"), statement.ask_if


def _changes(condition: Condition | None) -> Iterator[Changed]:
    if isinstance(condition, Changed):
        yield condition
    items = getattr(condition, "items", None) or ([condition.item] if hasattr(condition, "item") else [])  # type: ignore[union-attr]
    for item in items:
        yield from _changes(item)


def _place(questionnaire: Questionnaire, variable: str) -> Place:
    """Where a variable is written: its question, or its statement."""
    for s, section in enumerate(questionnaire.sections):
        for q, question in enumerate(section.questions):
            if question.id == variable:
                return ("sections", s, "questions", q, "id")
            if any(statement.id == variable for statement in question.statements):
                return ("sections", s, "questions", q, "statements", variable)
    return ()
