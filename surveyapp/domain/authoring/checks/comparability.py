"""What an author must say where a question is not asked as it was: between versions, and between touchpoints."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any

from surveyapp.domain.authoring.checks.names import check_distinct
from surveyapp.domain.authoring.reachability import leaves
from surveyapp.domain.authoring.yaml_source import Place, Source
from surveyapp.domain.instrument.conditions import Changed, Condition
from surveyapp.domain.instrument.measures.measure import Comparison
from surveyapp.domain.instrument.questionnaire import Declaration, Questionnaire, Score
from surveyapp.domain.instrument.routing import parts_of
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.versions import comparability, meaning
from surveyapp.domain.versions.comparability import VersionHistory
from surveyapp.domain.versions.meaning import Asked, Aspect, Differences, variables


def check_comparability(study: Study, source: Source, sources: Mapping[tuple[str, int], Source]) -> None:
    """Records every fault of versions and of what is said of their differences."""
    names = list(dict.fromkeys(name for name, _ in study.questionnaires))
    for name in names:
        versions = sorted(version for each, version in study.questionnaires if each == name)
        _check_gap(name, versions, sources)
        last: dict[str, Asked] = {}
        scores: dict[str, Score] = {}
        for version in versions:
            questionnaire = study.questionnaires[name, version]
            elsewhere = {
                each.declaration.variable
                for each in study.comparisons
                if each.first == name and each.versions is not None and each.versions[1] == version
            }
            _check_version(questionnaire, last, scores, elsewhere, sources[name, version])
            last.update(variables(questionnaire))
            scores.update({each.id: each for each in questionnaire.scores})
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


def _check_version(
    questionnaire: Questionnaire,
    last: Mapping[str, Asked],
    scores: Mapping[str, Score],
    elsewhere: Set[str],
    source: Source,
) -> None:
    """`last`: each variable as the version before had it, and `scores`: each score; one that was left out meanwhile, as
    it last was. `elsewhere`: what study.yaml declares of this version."""
    new = variables(questionnaire)
    both = [name for name in new if name in last]
    for name in both:
        old_asked, new_asked = last[name], new[name]
        here = _place(questionnaire, name)
        if not meaning.same_kind(old_asked, new_asked):
            was, now = (asked.question.kind for asked in (old_asked, new_asked))
            source.fault(
                here,
                "kind_changed",
                f"“{name}” was a {was} and is a {now} now. Give the new question an id of its own.",
            )
            continue
        said_elsewhere = {name, new_asked.question.id} & elsewhere
        if not said_elsewhere and comparability.declaration_of(questionnaire.changes, new_asked.part) is None:
            found = meaning.differences(old_asked, new_asked)
            _check_undeclared(source, here, name, found, "in the version before", *_under_changes(name))
    _check_scores(questionnaire, last, scores, elsewhere, source)
    said: dict[str, list[str]] = {}
    for name in both:
        declaration = comparability.declaration_of(questionnaire.changes, new[name].part)
        if declaration is not None:
            said.setdefault(declaration.variable, []).append(name)
    asked_now, asked_before = _names(new), _names(last)
    own = {each.id for each in questionnaire.scores} | set(scores)
    known = asked_now | asked_before | own
    for declared in questionnaire.changes:
        place: Place = ("changes", declared.variable)
        if declared.variable in own and declared.variable not in asked_now:
            continue
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


def _check_scores(
    questionnaire: Questionnaire,
    asked: Mapping[str, Asked],
    last: Mapping[str, Score],
    elsewhere: Set[str],
    source: Source,
) -> None:
    """A score is declared as a variable is, by its id; of its items what is said of them holds. `asked`: what was asked
    before; `last`: each score as it was."""
    declared = {each.variable: each for each in questionnaire.changes}
    keys = {part.key for each in asked.values() for part in each.parts.values()}
    for index, score in enumerate(questionnaire.scores):
        said, old = declared.get(score.id), last.get(score.id)
        found = meaning.score_differences(old, score) if old else {}
        if said is None and score.id in elsewhere:
            continue
        if said is None:
            place: Place = ("scores", index, "id")
            _check_undeclared(source, place, score.id, found, "in the version before", *_under_changes(score.id))
        else:
            place = ("changes", score.id)
            _check_declared_score(source, place, said, found, keys, score, source.data["changes"][score.id])
    for name in sorted(set(declared) & set(last) - {score.id for score in questionnaire.scores}):
        sentence = f"The score “{name}” is no longer there: nothing compares. Take this out."
        source.fault(("changes", name), "nothing_changed", sentence)


def _check_declared_score(
    source: Source, place: Place, said: Declaration, found: Differences, asked: set[str], new: Score, written: Any
) -> None:
    """`asked`: the keys of what is asked on the other side."""
    if not _is_whole(source, place, written):
        return
    lacking = [key for key in new.items if key not in asked]
    if not found:
        source.fault(place, "nothing_changed", f"The score “{new.id}” is made as before. Take this out.")
    elif said.mapping:
        sentence = "A score has no answers to map. Say `comparable: yes`, or `comparable: no`."
        source.fault((*place, "mapping"), "bad_mapping", sentence)
    elif said.comparable and lacking:
        sentence = f"Of the items of “{new.id}”, {_listed(lacking)} not asked before: say `comparable: no`."
        source.fault(place, "bad_mapping", sentence)


def _names(asked: Mapping[str, Asked]) -> set[str]:
    """What a declaration can be about: variables, and the questions they are of."""
    return {*asked, *(each.question.id for each in asked.values())}


def _unknown(source: Source, place: Place, name: str, known: Iterable[str]) -> None:
    names = sorted(known)
    source.fault(place, "unknown_question", f"There is no question “{name}”.{source.did_you_mean(name, names)}")


_SAID: Mapping[Aspect, str] = {
    "rescaled": "answered on another scale",
    "reworded": "worded otherwise",
    "redefined": "counted otherwise",
    "rebased": "asked of others",
    "relimited": "limited otherwise",
    "rearranged": "shown in another order",
}


def _under_changes(name: str) -> tuple[str, str]:
    """Where a version declares, and how; `{said}` stands for what."""
    return "under `changes:`", name + ": {{{said}, because: …}}"


def _check_undeclared(
    source: Source, place: Place, name: str, found: Differences, there: str, where: str, how: str
) -> None:
    """`there`: with what it is compared. `where` and `how` the declaration is to be written, with `{said}` for what."""
    if not comparability.needs_word(found):
        return
    what = " and ".join(
        f"{_SAID[aspect]} ({', '.join(f'`{key}`' for key in keys)})"
        for aspect, keys in found.items()
        if aspect in _SAID
    )
    declaration = how.format(said="mapping: {old: new, …}" if "rescaled" in found else "comparable: yes")
    source.fault(
        place,
        "undeclared_change",
        f"“{name}” is {what} than {there}. Write {where} `{declaration}`, or `comparable: no` in it, and why.",
    )


def _is_whole(source: Source, place: Place, written: Any) -> bool:
    """Whether a declaration says one of the three things it can."""
    said = {key for key in ("comparable", "mapping") if written.get(key) is not None}
    if not said:
        source.fault(place, "missing_key", "Say `comparable: yes`, `comparable: no`, or a `mapping`.")
        return False
    if len(said) == 2:
        other = f"comparable: {written['comparable']}"
        source.fault(place, "bad_mapping", f"A mapping makes it comparable. Take out `{other}`, or the mapping.")
        return False
    return True


def _check_declared(
    source: Source, place: Place, declared: Declaration, pairs: Mapping[str, tuple[Asked, Asked]], written: Any
) -> None:
    """`pairs`: the variables it is about, as they were and as they are."""
    if not _is_whole(source, place, written):
        return
    differing = {
        name: pair for name, pair in pairs.items() if meaning.differences(*pair) or meaning.notes_changed(*pair)
    }
    if not differing:
        source.fault(
            place, "nothing_changed", f"“{declared.variable}” is not asked otherwise than before. Take this out."
        )
    for name, (old, new) in differing.items():
        if not meaning.same_kind(old, new):
            continue
        if declared.mapping:
            left, strange = comparability.mapping_faults(dict(declared.mapping), old.part, new.part)
            if left or strange:
                what = [f"{_listed(left)} not mapped"] if left else []
                what += [f"{_listed(strange)} not among the answers"] if strange else []
                sentence = f"In the mapping of “{name}”, {' and '.join(what)}. Map each old answer to a new one."
                source.fault((*place, "mapping"), "bad_mapping", sentence)
        elif declared.comparable and "rescaled" in meaning.differences(old, new):
            source.fault(
                place,
                "bad_mapping",
                f"“{name}” has other answers than before. Add a `mapping` of each old one, or say `comparable: no`.",
            )


def _listed(codes: list[str]) -> str:
    return f"{', '.join(f'“{code}”' for code in codes)} {'is' if len(codes) == 1 else 'are'}"


def _check_one_meaning(study: Study, names: list[str], sources: Mapping[tuple[str, int], Source]) -> None:
    """The same id is the same kind of question in every questionnaire; where it is not, a draft is to give way."""
    first: dict[str, tuple[str, Asked]] = {}
    for name in sorted(names, key=lambda each: (each, study.newest(each).version) not in study.frozen):
        questionnaire = study.newest(name)
        for variable, asked in variables(questionnaire).items():
            known = first.setdefault(variable, (name, asked))
            if not meaning.same_kind(known[1], asked):
                sources[name, questionnaire.version].fault(
                    _place(questionnaire, variable),
                    "two_meanings",
                    f"“{variable}” is another kind of question in {known[0]}. Give one of them another id.",
                )


def _check_comparisons(study: Study, source: Source, names: list[str]) -> None:
    sentence = "The same variable is compared between these two already. Keep one."
    check_distinct(source, ("comparisons",), map(_compared, study.comparisons), sentence)
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
        written = source.data["comparisons"][index]
        sides = _sides(study, source, place, each)
        if sides is None:
            continue
        scores = tuple(document.score(each.declaration.variable) for document in sides)
        if scores[0] and scores[1]:
            keys = set(parts_of(sides[0]))
            found = meaning.score_differences(scores[0], scores[1])
            _check_declared_score(source, place, each.declaration, found, keys, scores[1], written)
            continue
        one, two = (variables(document) for document in sides)
        about = {
            name: (one[name], two[name])
            for name in one
            if name in two and each.declaration.variable in (name, two[name].question.id)
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
        _check_declared(source, place, each.declaration, about, written)


def _compared(said: Comparison) -> tuple[str, frozenset[tuple[str, int]]]:
    """The variable, and the two it is compared between, whichever is written first."""
    return said.declaration.variable, frozenset(zip((said.first, said.second), said.versions or (0, 0), strict=True))


def _sides(study: Study, source: Source, place: Place, said: Comparison) -> tuple[Questionnaire, Questionnaire] | None:
    """The two documents that a comparison is about; None where it names none, which is a fault."""
    if said.versions is None:
        return study.newest(said.first), study.newest(said.second)
    first, second = ((said.first, said.versions[0]), (said.second, said.versions[1]))
    if said.first != said.second or 0 in said.versions or first >= second:
        sentence = "Name two questionnaires, or an earlier and a later version of one: `[first/v1, first/v2]`."
        source.fault((*place, "between"), "bad_value", sentence)
        return None
    for name, version in (first, second):
        if (name, version) not in study.questionnaires:
            sentence = f"There is no version {version} of “{name}”."
            source.fault((*place, "between"), "unknown_questionnaire", sentence)
            return None
    one, two = study.questionnaires[first], study.questionnaires[second]
    name = said.declaration.variable
    between = (study.questionnaires.get((said.first, version)) for version in range(first[1] + 1, second[1]))
    if any(each is not None and (name in variables(each) or each.score(name)) for each in between):
        sentence = f"A version in between has “{name}” too. Say it of two that follow on one another."
        source.fault((*place, "between"), "bad_value", sentence)
        return None
    asked = variables(two).get(name)
    if any(each.variable in (name, asked and asked.question.id) for each in two.changes):
        sentence = f"Version {second[1]} itself says what became of “{name}”, under `changes:`. Take this out."
        source.fault((*place, "variable"), "written_twice", sentence)
        return None
    return one, two


def _check_measures(study: Study, source: Source) -> None:
    for index, measure in enumerate(study.measures):
        rows = [study.touchpoint(measure.group, row.touchpoint) for row in measure.rows]
        asked = list(dict.fromkeys(touchpoint.questionnaire for touchpoint in rows if touchpoint))
        for first, second in itertools.pairwise(asked):
            place: Place = ("measures", index, "variable")
            for newest in study.versions_of(second)[:1]:
                _check_pair(study, source, place, measure.variable, study.versions_of(first)[:1], newest)


def _check_changed(study: Study, newest: Questionnaire, sources: Mapping[tuple[str, int], Source]) -> None:
    """A `changed` that looks back to an earlier touchpoint sets two wordings against one another."""
    touchpoints = [each for each in study.touchpoints if each.questionnaire == newest.id]
    for place, condition in _conditions(newest):
        for changed in leaves([condition] if condition is not None else []):
            if not isinstance(changed, Changed):
                continue
            if changed.before.scope != "touchpoint" or changed.after.scope != "answer":
                continue
            name = changed.after.name.partition("@")[0]
            if changed.before.name.partition("@")[0] != name:
                continue
            for group in dict.fromkeys(each.group for each in touchpoints):
                earlier = study.touchpoint(group, changed.before.touchpoint or 0)
                if earlier and earlier.questionnaire != newest.id:
                    source = sources[newest.id, newest.version]
                    # What later versions make of the one that it is set against, they say themselves.
                    _check_pair(study, source, place, name, study.versions_of(earlier.questionnaire), newest)


def _check_pair(
    study: Study, source: Source, place: Place, name: str, firsts: Sequence[Questionnaire], second: Questionnaire
) -> None:
    """`firsts`: the versions of one questionnaire, the newest first, any of which may be what it is set against."""
    wordings, first = VersionHistory(study.questionnaires, study.comparisons), firsts[0].id if firsts else ""
    if not all(wordings.asking(each, name) for each in (first, second.id)) or wordings.said(name, first, second.id):
        return
    new = variables(second).get(name)
    olds = [old for each in firsts if (old := variables(each).get(name))]
    found = [meaning.differences(old, new) for old in olds if new and meaning.same_kind(old, new)]
    if found and all(map(comparability.needs_word, found)):
        how = f"- {{{{variable: {name}, between: [{first}, {second.id}], {{said}}, because: …}}}}"
        _check_undeclared(source, place, name, found[0], f"in {first}", "in study.yaml under `comparisons:`", how)


def _conditions(questionnaire: Questionnaire) -> Iterator[tuple[Place, Condition | None]]:
    for s, section in enumerate(questionnaire.sections):
        yield ("sections", s, "ask_if"), section.ask_if
        for q, question in enumerate(section.questions):
            place: Place = ("sections", s, "questions", q)
            yield (*place, "ask_if"), question.ask_if
            for statement in question.statements:
                yield (*place, "statements", statement.id, "ask_if"), statement.ask_if


def _place(questionnaire: Questionnaire, variable: str) -> Place:
    """Where a variable is written: its question, or its statement."""
    for s, section in enumerate(questionnaire.sections):
        for q, question in enumerate(section.questions):
            if question.id == variable:
                return ("sections", s, "questions", q, "id")
            if any(statement.id == variable for statement in question.statements):
                return ("sections", s, "questions", q, "statements", variable)
    return ()
