"""What is different between two questionnaires: two versions of one, or those of two touchpoints."""

from __future__ import annotations

import dataclasses
import difflib
import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from surveyapp.domain import comparability
from surveyapp.domain.comparability import Status, Wording, declaration_of, same_kind, variables
from surveyapp.domain.condition_words import Known, condition_words, known_of
from surveyapp.domain.conditions import Condition
from surveyapp.domain.questionnaire import Declaration, Question, Questionnaire, Section
from surveyapp.domain.study import Study


@dataclass(frozen=True)
class Edit:
    """One thing that is not as it was. `what`: a key of the format (`text`, `hint`, `ask_if`, `option`, `statement`,
    `moment`, `minimum`, …), or `order` for options. `about`: which option, statement or moment. `old` is None for what
    was added, and `new` for what is gone. A condition is in words."""

    what: str
    about: str | None
    old: str | None
    new: str | None


@dataclass(frozen=True)
class Became:
    """A variable's status, and what the author says of it. `kind_changed`: it is another kind of question."""

    variable: str
    status: Status
    said: Declaration | None
    kind_changed: bool = False


@dataclass(frozen=True)
class QuestionDifference:
    """A question of both that is not as it was. `became`: each of its variables that is on both sides."""

    id: str
    text: str
    edits: tuple[Edit, ...]
    became: tuple[Became, ...]


@dataclass(frozen=True)
class Moved:
    """A question that stands elsewhere: in which section, after which question (None: first)."""

    id: str
    old_section: str
    new_section: str
    after: str | None


@dataclass(frozen=True)
class SectionDifference:
    """A section of both that is not as it was."""

    id: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class Difference:
    """Everything that is different, in the order of the new questionnaire."""

    old: Wording
    new: Wording
    edits: tuple[Edit, ...]
    added: tuple[Question, ...]
    removed: tuple[Question, ...]
    moved: tuple[Moved, ...]
    sections_added: tuple[str, ...]
    sections_removed: tuple[str, ...]
    sections: tuple[SectionDifference, ...]
    questions: tuple[QuestionDifference, ...]

    @property
    def nothing(self) -> bool:
        return not any(
            (self.edits, self.added, self.removed, self.moved, self.sections_added, self.sections_removed,
             self.sections, self.questions)
        )  # fmt: skip


def difference(study: Study, old: Questionnaire, new: Questionnaire) -> Difference:
    """From one questionnaire to another. What is said of a variable is the new version's word on the version before
    it, or between two questionnaires the study's."""
    knowns = (known_of(study, old), known_of(study, new))
    one, two = ({question.id: question for question in each.questions} for each in (old, new))
    first, second = ({section.id: section for section in each.sections} for each in (old, new))
    declared = _declared(study, old, new)
    sections = [
        SectionDifference(name, edits)
        for name in second
        if name in first and (edits := tuple(_section_edits(first[name], second[name], knowns)))
    ]
    questions = [
        QuestionDifference(name, question.text, edits, _became(old, new, question, declared))
        for name, question in two.items()
        if name in one and (edits := tuple(_question_edits(one[name], question, knowns)))
    ]
    return Difference(
        Wording(old.id, old.version),
        Wording(new.id, new.version),
        tuple(_edit("title", None, old.title, new.title)),
        tuple(question for name, question in two.items() if name not in one),
        tuple(question for name, question in one.items() if name not in two),
        tuple(_moved(old, new)),
        tuple(name for name in second if name not in first),
        tuple(name for name in first if name not in second),
        tuple(sections),
        tuple(questions),
    )


def _declared(study: Study, old: Questionnaire, new: Questionnaire) -> tuple[Declaration, ...]:
    if old.id == new.id:
        return new.changes if new.version == old.version + 1 else ()
    return tuple(each.declaration for each in study.comparisons if {each.first, each.second} == {old.id, new.id})


def _became(
    old: Questionnaire, new: Questionnaire, question: Question, declared: Sequence[Declaration]
) -> tuple[Became, ...]:
    before, after = variables(old), variables(new)
    found = []
    for name, parts in after.items():
        if name in before and next(iter(parts.values())).question.id == question.id:
            said = declaration_of(declared, next(iter(parts.values())))
            status = comparability.status(before[name], parts)
            found.append(Became(name, status, said, not same_kind(before[name], parts)))
    return tuple(found)


def _moved(old: Questionnaire, new: Questionnaire) -> Iterator[Moved]:
    places = [
        {question.id: section.title for section in each.sections for question in section.questions}
        for each in (old, new)
    ]
    ids = [[name for name in place if name in places[1 - index]] for index, place in enumerate(places)]
    matcher = difflib.SequenceMatcher(None, ids[0], ids[1], autojunk=False)
    stayed = {name for block in matcher.get_matching_blocks() for name in ids[1][block.b : block.b + block.size]}
    everything = list(places[1])
    same_section = {section.id for section in old.sections} & {section.id for section in new.sections}
    owners = [{q.id: s.id for s in each.sections for q in s.questions} for each in (old, new)]
    for name in ids[1]:
        elsewhere = owners[0][name] != owners[1][name] and bool(same_section & {owners[0][name], owners[1][name]})
        if name not in stayed or elsewhere:
            at = everything.index(name)
            yield Moved(name, places[0][name], places[1][name], everything[at - 1] if at else None)


def _section_edits(old: Section, new: Section, knowns: tuple[Known, Known]) -> Iterator[Edit]:
    yield from _edit("title", None, old.title, new.title)
    yield from _edit("interviewer", None, old.interviewer, new.interviewer)
    yield from _routing(None, old.ask_if, new.ask_if, knowns)


_APART = ("id", "text", "options", "nets", "statements", "moments", "ask_if", "scale")
"""Keys of a question that are compared by their parts, or whose parts say it all."""


def _question_edits(old: Question, new: Question, knowns: tuple[Known, Known]) -> Iterator[Edit]:
    yield from _edit("text", None, old.text, new.text)
    yield from _listed(
        "statement", {each.id: each.text for each in old.statements}, {each.id: each.text for each in new.statements}
    )
    labels = [{option.code: option.label for option in each.options} for each in (old, new)]
    yield from _listed("option", *labels)
    kept = [[code for code in each if code in labels[1 - index]] for index, each in enumerate(labels)]
    if kept[0] != kept[1]:
        yield Edit("order", None, ", ".join(labels[0].values()), ", ".join(labels[1].values()))
    for option in new.options:
        before = old.option(option.code)
        if before is not None:
            yield from _edit("specify", option.code, before.specify, option.specify)
            yield from _edit("exclusive", option.code, _said(before.exclusive), _said(option.exclusive))
    yield from _listed(
        "moment", {each.id: each.label for each in old.moments}, {each.id: each.label for each in new.moments}
    )
    nets = [{each.name: f"{each.label} ({', '.join(each.options)})" for each in q.nets} for q in (old, new)]
    yield from _listed("net", *nets)
    yield from _routing(None, old.ask_if, new.ask_if, knowns)
    asked = {each.id: each for each in old.statements}
    for each in new.statements:
        if each.id in asked:
            yield from _routing(each.id, asked[each.id].ask_if, each.ask_if, knowns)
    for key in dataclasses.fields(Question):
        if key.name not in _APART:
            yield from _edit(key.name, None, _said(getattr(old, key.name)), _said(getattr(new, key.name)))


def _routing(
    about: str | None, old: Condition | None, new: Condition | None, knowns: tuple[Known, Known]
) -> Iterator[Edit]:
    if old != new:
        yield Edit("ask_if", about, condition_words(old, knowns[0]), condition_words(new, knowns[1]))


def _listed(what: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Edit]:
    for name in dict.fromkeys((*old, *new)):
        yield from _edit(what, name, old.get(name), new.get(name))


def _edit(what: str, about: str | None, old: str | None, new: str | None) -> Iterator[Edit]:
    if old != new:
        yield Edit(what, about, old, new)


def _said(value: object) -> str | None:
    """A key's value in words; None for what is not set."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(filter(None, map(_said, value))) or None
    return str(value.value if isinstance(value, enum.Enum) else value)
