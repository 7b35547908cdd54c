"""What is different between two questionnaires: two versions of one, or those of two touchpoints."""

from __future__ import annotations

import dataclasses
import difflib
import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from surveyapp.domain.instrument.condition_text import Gettext, KnownParts, condition_words, english, known_of
from surveyapp.domain.instrument.conditions import Condition
from surveyapp.domain.instrument.questionnaire import Declaration, Pattern, Question, Questionnaire, Section
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.versions import comparability
from surveyapp.domain.versions.comparability import Status, VersionId, declaration_of, same_kind, variables


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


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Everything that is different, in the order of the new questionnaire."""

    old: VersionId
    new: VersionId
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
        old=VersionId(old.id, old.version),
        new=VersionId(new.id, new.version),
        edits=tuple(_edit("title", None, old.title, new.title)),
        added=tuple(question for name, question in two.items() if name not in one),
        removed=tuple(question for name, question in one.items() if name not in two),
        moved=tuple(_moved(old, new)),
        sections_added=tuple(name for name in second if name not in first),
        sections_removed=tuple(name for name in first if name not in second),
        sections=tuple(sections),
        questions=tuple(questions),
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


def _section_edits(old: Section, new: Section, knowns: tuple[KnownParts, KnownParts]) -> Iterator[Edit]:
    yield from _edit("title", None, old.title, new.title)
    yield from _edit("interviewer", None, old.interviewer, new.interviewer)
    yield from _routing(None, old.ask_if, new.ask_if, knowns)


Content = dict[tuple[str, str | None], str]
"""What a question holds: (what, of which option, statement or moment) to its words. Defaults are left out."""

_DEFAULTS = {"ask_if": "always", "exclusive": "no", "required": "no", "fact": "no", "decimals": "0"}
_ORDER = ("text", "statement", "option", "order", "specify", "exclusive", "moment", "net", "ask_if")
_OWNERS = {"specify": "option", "exclusive": "option"}


def content(question: Question, known: KnownParts, _: Gettext = english) -> Content:
    """All that is written of a question, in words, in the order in which it is read."""
    found: Content = {("text", None): question.text}
    found |= {("statement", each.id): each.text for each in question.statements}
    found |= {("option", each.code): each.label for each in question.options}
    found |= {("specify", each.code): each.specify for each in question.options if each.specify}
    found |= {("exclusive", each.code): "yes" for each in question.options if each.exclusive}
    found |= {("moment", each.id): each.label for each in question.moments}
    found |= {("net", each.name): f"{each.label} ({', '.join(each.options)})" for each in question.nets}
    found |= {("ask_if", each): condition_words(condition, known, _) for each, condition in _conditions(question)}
    for key in dataclasses.fields(Question):
        said = _said(getattr(question, key.name)) if key.name not in _APART else None
        if said is not None and said != _DEFAULTS.get(key.name):
            found[key.name, None] = said
    return found


_APART = ("id", "kind", "text", "options", "nets", "statements", "moments", "ask_if", "scale")
"""Keys of a question that are held by their parts, or whose parts say it all."""


def _conditions(question: Question) -> Iterator[tuple[str | None, Condition]]:
    """The question's own condition under None, and its statements' under their ids."""
    if question.ask_if is not None:
        yield None, question.ask_if
    yield from ((each.id, each.ask_if) for each in question.statements if each.ask_if is not None)


def _question_edits(old: Question, new: Question, knowns: tuple[KnownParts, KnownParts]) -> Iterator[Edit]:
    one, two = content(old, knowns[0]), content(new, knowns[1])
    conditions = dict(_conditions(old)), dict(_conditions(new))
    found = [*_edit("kind", None, old.kind, new.kind), *_reordered(old, new)]
    for what, about in dict.fromkeys((*one, *two)):
        owner = (_OWNERS.get(what, "statement" if about else what), about)
        both = owner in one and owner in two
        if what == "ask_if" and conditions[0].get(about) == conditions[1].get(about):
            continue
        if both or what not in ("specify", "exclusive", "ask_if") or about is None:
            default = _DEFAULTS.get(what)
            found.extend(_edit(what, about, one.get((what, about), default), two.get((what, about), default)))
    yield from sorted(found, key=lambda edit: _ORDER.index(edit.what) if edit.what in _ORDER else len(_ORDER))


def _reordered(old: Question, new: Question) -> Iterator[Edit]:
    """The options of both in another order."""
    labels = [{option.code: option.label for option in each.options} for each in (old, new)]
    kept = [[code for code in each if code in labels[1 - index]] for index, each in enumerate(labels)]
    if kept[0] != kept[1]:
        yield Edit("order", None, ", ".join(labels[0].values()), ", ".join(labels[1].values()))


def _routing(
    about: str | None, old: Condition | None, new: Condition | None, knowns: tuple[KnownParts, KnownParts]
) -> Iterator[Edit]:
    if old != new:
        yield Edit("ask_if", about, condition_words(old, knowns[0]), condition_words(new, knowns[1]))


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
    if isinstance(value, Pattern):
        return f"{value.says} ({value.match})"
    return str(value.value if isinstance(value, enum.Enum) else value)
