"""What must hold within a questionnaire: every name once, conditions on what comes before, nothing nobody is asked."""

from __future__ import annotations

from collections.abc import Iterator

from surveyapp.domain.authoring.checks.names import check_known, check_once, unknown_question
from surveyapp.domain.authoring.reachability import Reachability, leaves
from surveyapp.domain.authoring.yaml_source import Place, Source
from surveyapp.domain.instrument.conditions import Changed, Compare, Condition, Is, Reference, references
from surveyapp.domain.instrument.earlier import wordings
from surveyapp.domain.instrument.kinds import Part, PartType
from surveyapp.domain.instrument.questionnaire import Questionnaire, Section
from surveyapp.domain.instrument.routing import asked_in, parts_of
from surveyapp.domain.instrument.study import Study


def check_routing(study: Study, questionnaire: Questionnaire, source: Source) -> None:
    """Records every fault of names and of what conditions look at."""
    context = _Context(study, questionnaire, source)
    _check_apart(questionnaire, source)
    named: dict[str, str] = {}
    for s, section in enumerate(questionnaire.sections):
        context.check(("sections", s, "ask_if"), section.ask_if)
        places = {question.id: q for q, question in enumerate(section.questions)}
        for question, parts in asked_in(questionnaire, section):
            if question.id not in places:  # only its before, from an earlier section
                context.seen.update({part.key: part for part in parts})
                continue
            place: Place = ("sections", s, "questions", places[question.id])
            context.check((*place, "ask_if"), question.ask_if)
            own = [question.id, *(statement.id for statement in question.statements)]
            for name in [*own, *dict.fromkeys(part.name for part in parts if part.when)]:
                if name in named:
                    source.fault((*place, "id"), "written_twice", _twice(name, name in own, named[name]))
                named.setdefault(name, question.id)
            for statement in question.statements:
                context.check((*place, "statements", statement.id, "ask_if"), statement.ask_if)
                context.seen.update({part.key: part for part in parts if part.statement == statement})
            context.seen.update({part.key: part for part in parts})
    sections = [section.id for section in questionnaire.sections]
    check_once(source, ("sections",), sections, "sections")


def _check_apart(questionnaire: Questionnaire, source: Source) -> None:
    """A now that is asked first needs a before, and a later section that asks the same people."""
    sections = {section.id: index for index, section in enumerate(questionnaire.sections)}
    for s, section in enumerate(questionnaire.sections):
        for q, question in enumerate(section.questions):
            if question.apart is None:
                continue
            place: Place = ("sections", s, "questions", q, "apart")
            later = sections.get(question.apart)
            if question.moments_layout is None:
                sentence = (
                    f"“{question.id}” is not asked of a before and a now. Write "
                    "`moments: {before: …, now: …}`, or take `apart` out."
                )
                source.fault(place, "bad_layout", sentence)
            elif later is None:
                near = source.did_you_mean(question.apart, sections)
                sentence = f"There is no section “{question.apart}” to ask the before in. Name a later one.{near}"
                source.fault(place, "bad_layout", sentence)
            elif later <= s:
                sentence = (
                    f"The now is asked first: “{question.apart}” does not come after “{section.id}”. Name a later "
                    "section, or take `apart` out."
                )
                source.fault(place, "bad_layout", sentence)
            elif questionnaire.sections[later].ask_if != section.ask_if:
                sentence = (
                    f"“{question.apart}” is not asked of the same people as “{section.id}”: whoever says how it is now "
                    "must be asked how it was. Give both sections the same `ask_if`, or name another section."
                )
                source.fault(place, "bad_layout", sentence)


def _twice(name: str, written: bool, other: str) -> str:
    if written and name == other:
        return f"“{name}” is asked twice in this questionnaire. Give one of them another id."
    made = "“{}” is the name of the line that goes with an option of “{}” too. Rename the question or the option."
    return made.format(name, other) if written else f"An option’s line would be stored as “{name}”, as “{other}” is."


def check_reach(questionnaire: Questionnaire, source: Source) -> None:
    """Sections, questions and statements that nobody can ever be asked; a note of those too hard to tell."""
    reach = Reachability(questionnaire)
    untold: list[tuple[Place, str]] = []

    def holds(conditions: list[Condition], place: Place, name: str) -> bool:
        outcome = reach.can_hold(conditions)
        if outcome is None:
            untold.append((place, name))
        return outcome is not False

    for s, section in enumerate(questionnaire.sections):
        place: Place = ("sections", s, "ask_if")
        if section.ask_if is not None and not holds([section.ask_if], place, section.id):
            source.fault(
                place,
                "unreachable_section",
                f"Nobody can ever come to “{section.title}”: its condition never holds. Change it, or take it out.",
            )
            continue
        for here, name, conditions, why in _guarded(s, section):
            if not holds(conditions, here, name):
                sentence = f"“{name}” is never asked: its condition{why} never holds. Change it, or take it out."
                source.fault(here, "never_holds", sentence)
    if untold:
        more = f" and {len(untold) - 1} more" if len(untold) > 1 else ""
        sentence = (
            f"Whether anybody is asked “{untold[0][1]}”{more} could not be made out: the conditions combine in too "
            "many ways to try them all. Nothing need be wrong; say it with fewer conditions, or look at them with "
            "`questionnaires try`."
        )
        source.fault(untold[0][0], "not_tried", sentence)


def _guarded(s: int, section: Section) -> Iterator[tuple[Place, str, list[Condition], str]]:
    """Questions and statements with conditions: where, their name, all that must hold, and what else that counts in."""
    for q, question in enumerate(section.questions):
        place: Place = ("sections", s, "questions", q)
        around = [condition for condition in (section.ask_if, question.ask_if) if condition is not None]
        if question.ask_if is not None:
            yield (*place, "ask_if"), question.id, around, " (with its section’s)" if section.ask_if else ""
        for statement in question.statements:
            if statement.ask_if is not None:
                here = (*place, "statements", statement.id, "ask_if")
                yield here, statement.id, [*around, statement.ask_if], " (with its question’s)" if around else ""


class _Context:
    """What a condition may look at, the further down the questionnaire the more: `seen`."""

    def __init__(self, study: Study, questionnaire: Questionnaire, source: Source) -> None:
        self.study, self.questionnaire, self.source = study, questionnaire, source
        self.seen: dict[str, Part] = {}
        self.everything = parts_of(questionnaire)
        own = [touchpoint for touchpoint in study.touchpoints if touchpoint.questionnaire == questionnaire.id]
        self.groups = {touchpoint.group for touchpoint in own}
        self.number = min((touchpoint.number for touchpoint in own), default=1)
        self.attributes = {attribute.id: attribute.values for attribute in study.attributes}
        self.before = wordings.questionnaires_before(study, questionnaire)

    def check(self, place: Place, condition: Condition | None) -> None:
        for reference in references(condition):
            self._check_reference(place, reference)
        for item in leaves([condition] if condition is not None else []):
            self._check_use(place, item)

    def _check_reference(self, place: Place, reference: Reference) -> None:
        match reference.scope:
            case "site" | "participant":
                check_known(self.source, place, f"{reference.scope}.{reference.name}", self.attributes, "attribute")
            case "touchpoint":
                number = reference.touchpoint or 0
                if number >= self.number:
                    self.source.fault(place, "not_earlier", f"Touchpoint {number} is not an earlier one.")
                elif reference.name not in self.earlier(number):
                    sentence = f"Touchpoint {number} does not ask “{reference.name}”."
                    unknown_question(self.source, place, reference.name, None, self.earlier(number), sentence)
            case "answer":
                if reference.name in self.seen:
                    return
                if reference.name in self.everything:
                    self.source.fault(
                        place, "asked_later", f"“{reference.name}” is asked only later. Move this after it."
                    )
                else:
                    sentence = f"There is no question “{reference.name}”."
                    asked = self.questionnaire
                    unknown_question(self.source, place, reference.name, asked, self.everything, sentence)

    def earlier(self, number: int) -> set[str]:
        """Every variable that any version of what these people are asked at a touchpoint has: whatever was right of one
        stays right when another comes."""
        names = self.before.get(number, ())
        return {key for name in names for each in self.study.versions_of(name) for key in parts_of(each)}

    def _check_use(self, place: Place, item: Condition) -> None:
        if isinstance(item, Is):
            self._check_options(place, item)
        if isinstance(item, Compare):
            parts = self._parts(item.reference)
            of_somebody = item.reference.scope in ("site", "participant")
            if of_somebody or (parts and parts[0].type is not PartType.NUMBER):
                self.source.fault(place, "not_a_number", f"“{item.reference.name}” is not a number to compare.")
        if isinstance(item, Changed):
            sides = [[set(part.codes) for part in self._parts(side)] for side in (item.before, item.after)]
            # Routing looks at codes; whether words changed between them is for the author to declare.
            if all(sides) and not any(codes in sides[1] for codes in sides[0]):
                self.source.fault(place, "not_comparable", "The two sides of “changed” have different options.")

    def _check_options(self, place: Place, item: Is) -> None:
        reference = item.reference
        if reference.scope in ("site", "participant"):
            known = self.attributes.get(f"{reference.scope}.{reference.name}")
            asked = [] if known is None else [list(known)]
        else:
            asked = [[option.code for option in part.question.options] for part in self._parts(reference)]
        strange = [option for option in item.options if asked and not any(option in each for each in asked)]
        for option in strange:
            check_known(self.source, place, option, dict.fromkeys(code for each in asked for code in each), "option")
        if reference.scope == "touchpoint" and not strange:
            self._check_of_one_version(place, reference, asked)

    def _check_of_one_version(self, place: Place, reference: Reference, asked: list[list[str]]) -> None:
        """What all conditions name of a question is named as one version of it has them."""
        use = wordings.uses(self.questionnaire).get((reference.touchpoint or 0, reference.name))
        if use and asked and not any(use.options <= set(options) for options in asked):
            named = ", ".join(f"“{option}”" for option in sorted(use.options))
            sentence = (
                f"No version of “{reference.name}” has all of the options that are named of it here: {named}. Name "
                "those of one version: answers to another are carried to it as its `changes:` say."
            )
            self.source.fault(place, "unknown_option", sentence)

    def _parts(self, reference: Reference) -> list[Part]:
        """The variable as it was asked, in every version; nothing where it is none."""
        match reference.scope:
            case "answer":
                return [self.seen[reference.name]] if reference.name in self.seen else []
            case "touchpoint":
                names = self.before.get(reference.touchpoint or 0, ())
                return [part for name in names for _, part in wordings.wordings_of(self.study, name, reference.name)]
        return []
