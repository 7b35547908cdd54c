"""What must hold between the parts of a study: names that exist, questions that come before what looks back at them,
one meaning for each id, measures whose sides can be compared."""

from __future__ import annotations

from collections.abc import Mapping

from surveyapp.domain.authoring.checks.comparability import check_comparability
from surveyapp.domain.authoring.checks.piping import check_quotes
from surveyapp.domain.authoring.checks.scores import check_scores
from surveyapp.domain.authoring.reachability import Guarded, can_hold, guards, leaves
from surveyapp.domain.authoring.yaml_source import Place, Source
from surveyapp.domain.instrument.conditions import Changed, Compare, Condition, Is, Reference, references
from surveyapp.domain.instrument.kinds import KINDS, Part, PartType
from surveyapp.domain.instrument.questionnaire import Questionnaire, Section
from surveyapp.domain.instrument.routing import parts_of
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.near_names import did_you_mean
from surveyapp.domain.versions.comparability import codes


def check_study(study: Study, source: Source, sources: Mapping[tuple[str, int], Source]) -> None:
    """Records every semantic fault in the sources' own lists."""
    _check_names(study, source)
    for key, questionnaire in study.questionnaires.items():
        _check_questionnaire(study, questionnaire, sources[key])
        check_quotes(study, questionnaire, sources[key])
        check_scores(questionnaire, sources[key])
        if not sources[key].faults:
            # A condition on a name that does not exist is said already; it would be unreachable besides.
            _check_reach(questionnaire, sources[key])
    _check_measures(study, source)
    check_comparability(study, source, sources)


def _check_names(study: Study, source: Source) -> None:
    groups = [group.id for group in study.groups]
    questionnaires = {name for name, _ in study.questionnaires}
    keys = {touchpoint.key for touchpoint in study.touchpoints}
    for index, touchpoint in enumerate(study.touchpoints):
        place: Place = ("touchpoints", index)
        _known(source, (*place, "group"), touchpoint.group, groups, "group")
        _known(source, (*place, "questionnaire"), touchpoint.questionnaire, questionnaires, "questionnaire")
        anchor = touchpoint.opens
        if anchor.touchpoint and anchor.touchpoint not in keys:
            source.fault(
                (*place, "opens"),
                "unknown_touchpoint",
                f"There is no touchpoint {anchor.touchpoint[1]} of “{anchor.touchpoint[0]}”.",
            )
        elif anchor.touchpoint == touchpoint.key:
            source.fault(
                (*place, "opens"),
                "anchored_on_itself",
                "A touchpoint cannot wait for itself. Name an earlier one, `enrolled`, an event or a date.",
            )
        elif anchor.touchpoint and (
            anchor.touchpoint[0] != touchpoint.group or anchor.touchpoint[1] >= touchpoint.number
        ):
            source.fault(
                (*place, "opens"),
                "anchor_not_before",
                "A touchpoint can wait only for an earlier touchpoint of its own group.",
            )
        if anchor.event:
            _known(source, (*place, "opens"), anchor.event, study.events, "event")
    for each in study.relationships:
        for side, group in (("from", each.first), ("to", each.second)):
            _known(source, ("relationships", each.id, side), group, groups, "group")
        if each.first == each.second:
            source.fault(
                ("relationships", each.id, "to"),
                "bad_value",
                "A relationship is between people of two groups. Name another group here.",
            )
    if len(keys) != len(study.touchpoints):
        source.fault(("touchpoints",), "written_twice", "Two touchpoints have the same group and number.")
    attributes = [attribute.id for attribute in study.attributes]
    for index, segment in enumerate(study.segments):
        _known(source, ("segments", index), segment, attributes, "attribute")
    for name in ("minimum_base", "minimum_cell"):
        if getattr(study.thresholds, name) == 2:
            source.fault(
                ("thresholds", name),
                "threshold_of_two",
                "“Fewer than 2” would say one. Use 1 (hide nothing), or 3 or more.",
            )
    if not study.required_purposes:
        source.fault(("consent",), "no_consent", "One purpose must be `required: true`: consent to take part.")
    if study.source_language not in study.languages:
        source.fault(("languages",), "unknown_language", "`languages` must include the source language.")
    for index, language in enumerate(study.partial):
        _known(source, ("partial", index), language, study.languages, "language")
    for name in source.data.get("scales", {}):
        _check_scale(source, name)


def _check_scale(source: Source, name: str) -> None:
    scale = source.data["scales"][name]
    options = list(scale.get("options") or {})
    nets = scale.get("nets") or {}
    for net, written in nets.items():
        for index, option in enumerate(written["options"]):
            _known(source, ("scales", name, "nets", net, "options", index), option, options, "option")
        if net in options:
            source.fault(
                ("scales", name, "nets", net),
                "two_meanings",
                f"“{net}” is both a net and an option. Call one of them something else.",
            )
    if scale.get("favourable"):
        _known(source, ("scales", name, "favourable"), scale["favourable"], nets, "net")
    for option in scale.get("values") or {}:
        _known(source, ("scales", name, "values", option), option, options, "option")
    missing = [option for option in options if option not in (scale.get("values") or options)]
    if missing:
        source.fault(("scales", name, "values"), "no_values", f"“{missing[0]}” has no value. Give every option one.")
    if scale.get("neutral"):
        _known(source, ("scales", name, "neutral"), scale["neutral"], options, "option")
    low, high = scale.get("from"), scale.get("to")
    if (low is None) != (high is None) or (low is not None and low >= high) or (low is None and not options):
        source.fault(("scales", name), "wrong_scale", "A scale has options, or `from` and a larger `to`.")


def _known(source: Source, place: Place, name: str, known: object, what: str) -> None:
    names = list(known)  # type: ignore[call-overload]
    if name not in names:
        source.fault(place, f"unknown_{what}", f"There is no {what} “{name}”.{did_you_mean(name, names)}")


def _check_questionnaire(study: Study, questionnaire: Questionnaire, source: Source) -> None:
    numbers = [
        number
        for touchpoint in study.touchpoints
        if touchpoint.questionnaire == questionnaire.id
        for number in [touchpoint.number]
    ]
    groups = {touchpoint.group for touchpoint in study.touchpoints if touchpoint.questionnaire == questionnaire.id}
    seen: dict[str, Part] = {}
    ids: set[str] = set()
    everything = parts_of(questionnaire)
    for s, section in enumerate(questionnaire.sections):
        context = _Context(study, source, seen, everything, groups, min(numbers, default=1))
        context.check(("sections", s, "ask_if"), section.ask_if)
        for q, question in enumerate(section.questions):
            place: Place = ("sections", s, "questions", q)
            context.check((*place, "ask_if"), question.ask_if)
            for name in [question.id, *(statement.id for statement in question.statements)]:
                if name in ids:
                    source.fault((*place, "id"), "written_twice", f"“{name}” is asked twice in this questionnaire.")
                ids.add(name)
            parts = KINDS[question.kind].parts(question)
            for statement in question.statements:
                context.check((*place, "statements", statement.id, "ask_if"), statement.ask_if)
                seen.update({part.key: part for part in parts if part.statement == statement})
            seen.update({part.key: part for part in parts})


def _check_reach(questionnaire: Questionnaire, source: Source) -> None:
    """Sections, questions and statements that nobody can ever be asked."""
    guarded = guards(questionnaire)
    for s, section in enumerate(questionnaire.sections):
        if section.ask_if is not None and not can_hold([section.ask_if], guarded):
            source.fault(
                ("sections", s, "ask_if"),
                "unreachable_section",
                f"Nobody can ever come to “{section.title}”: its condition never holds. Change it, or take it out.",
            )
            continue
        _check_reach_in(section, ("sections", s), guarded, source)


def _check_reach_in(section: Section, place: Place, guarded: Mapping[str, Guarded], source: Source) -> None:
    for q, question in enumerate(section.questions):
        here: Place = (*place, "questions", q)
        around = [condition for condition in (section.ask_if, question.ask_if) if condition is not None]
        if question.ask_if is not None and not can_hold(around, guarded):
            source.fault(
                (*here, "ask_if"),
                "never_holds",
                f"“{question.id}” is never asked: its condition (with its section’s) never holds. Change it, or take "
                "the question out.",
            )
            continue
        for statement in question.statements:
            if statement.ask_if is not None and not can_hold([*around, statement.ask_if], guarded):
                source.fault(
                    (*here, "statements", statement.id, "ask_if"),
                    "never_holds",
                    f"“{statement.id}” is never asked: its condition never holds. Change it, or take it out.",
                )


class _Context:
    """What a condition at one point of a questionnaire may look at."""

    def __init__(
        self,
        study: Study,
        source: Source,
        seen: Mapping[str, Part],
        everything: Mapping[str, Part],
        groups: set[str],
        number: int,
    ) -> None:
        self.study, self.source, self.seen, self.everything = study, source, seen, everything
        self.groups, self.number = groups, number

    def check(self, place: Place, condition: Condition | None) -> None:
        for reference in references(condition):
            self._check_reference(place, reference)
        for item in leaves([condition] if condition is not None else []):
            self._check_use(place, item)

    def _check_reference(self, place: Place, reference: Reference) -> None:
        match reference.scope:
            case "site" | "participant":
                names = [attribute.id for attribute in self.study.attributes]
                _known(self.source, place, f"{reference.scope}.{reference.name}", names, "attribute")
            case "touchpoint":
                earlier = self._earlier(reference.touchpoint or 0)
                if (reference.touchpoint or 0) >= self.number:
                    self.source.fault(place, "not_earlier", f"Touchpoint {reference.touchpoint} is not an earlier one.")
                else:
                    _known(self.source, place, reference.name, earlier, "question")
            case "answer":
                if reference.name in self.seen:
                    return
                if reference.name in self.everything:
                    self.source.fault(
                        place, "asked_later", f"“{reference.name}” is asked only later. Move this after it."
                    )
                else:
                    _known(self.source, place, reference.name, self.everything, "question")

    def _earlier(self, number: int) -> dict[str, Part]:
        found: dict[str, Part] = {}
        for touchpoint in self.study.touchpoints:
            if touchpoint.number == number and touchpoint.group in self.groups:
                for (name, _), questionnaire in self.study.questionnaires.items():
                    if name == touchpoint.questionnaire:
                        found.update(parts_of(questionnaire))
        return found

    def _check_use(self, place: Place, item: Condition) -> None:
        if isinstance(item, Is):
            for option in item.options:
                known = self._options(item.reference)
                if known is not None:
                    _known(self.source, place, option, known, "option")
        if isinstance(item, Compare):
            part = self.seen.get(item.reference.name)
            if part and part.type is not PartType.NUMBER:
                self.source.fault(place, "not_a_number", f"“{item.reference.name}” is not a number to compare.")
        if isinstance(item, Changed):
            pair = [
                self.seen.get(side.name)
                if side.scope == "answer"
                else self._earlier(side.touchpoint or 0).get(side.name)
                for side in (item.before, item.after)
            ]
            # Routing looks at codes; whether words changed between them is for the author to declare.
            if pair[0] and pair[1] and codes(pair[0]) != codes(pair[1]):
                self.source.fault(place, "not_comparable", "The two sides of “changed” have different options.")

    def _options(self, reference: Reference) -> list[str] | None:
        if reference.scope in ("site", "participant"):
            attribute = self.study.attribute(f"{reference.scope}.{reference.name}")
            return list(attribute.values) if attribute else None
        part = self.seen.get(reference.name)
        if reference.scope == "touchpoint":
            part = self._earlier(reference.touchpoint or 0).get(reference.name)
        if part is None:
            return None
        return [option.code for option in part.question.options]


def _check_measures(study: Study, source: Source) -> None:
    groups = [group.id for group in study.groups]
    for index, measure in enumerate(study.measures):
        place: Place = ("measures", index)
        _known(source, (*place, "group"), measure.group, groups, "group")
        for number, row in enumerate(measure.rows):
            here: Place = (*place, "rows", number)
            touchpoint = study.touchpoint(measure.group, row.touchpoint)
            if touchpoint is None:
                source.fault(
                    (*here, "touchpoint"),
                    "unknown_touchpoint",
                    f"“{measure.group}” has no touchpoint {row.touchpoint}.",
                )
                continue
            if not any(name == touchpoint.questionnaire for name, _ in study.questionnaires):
                continue
            parts = parts_of(study.newest(touchpoint.questionnaire))
            key = f"{measure.variable}@{row.moment}" if row.moment else measure.variable
            if key not in parts:
                source.fault(
                    here,
                    "unknown_question",
                    f"{touchpoint.questionnaire} does not ask “{key}”.{did_you_mean(key, parts)}",
                )
            elif parts[key].question.net(measure.net) is None:
                nets = [net.name for net in parts[key].question.nets]
                _known(source, (*place, "net"), measure.net, nets, "net")
