"""What is different between two questionnaires: two versions of one, or those of two touchpoints."""

from __future__ import annotations

import dataclasses
import difflib
import enum
import functools
from collections.abc import Iterator
from dataclasses import dataclass

from surveyapp.domain.i18n import joined
from surveyapp.domain.instrument.condition_text import Gettext, KnownParts, condition_words, english, known_of
from surveyapp.domain.instrument.conditions import Condition
from surveyapp.domain.instrument.questionnaire import Declaration, Pattern, Question, Questionnaire, Score, Section
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.versions import meaning
from surveyapp.domain.versions.comparability import (
    UNDECLARED,
    Link,
    VersionHistory,
    VersionId,
    needs_word,
)
from surveyapp.domain.versions.meaning import Differences, Status, same_kind, variables


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
    """What became of a variable, or a score, and what the author says of it. `found`: all that is another in what it
    means, the gravest first. `kind_changed`: it is another kind of question."""

    variable: str
    found: Differences
    said: Declaration | None
    kind_changed: bool = False

    @property
    def statuses(self) -> tuple[Status, ...]:
        return tuple(self.found) or ("same",)

    @property
    def status(self) -> Status:
        return self.statuses[0]

    @property
    def undeclared(self) -> bool:
        """Whether its author has still to say if answers compare."""
        return self.said is None and needs_word(self.found)


@dataclass(frozen=True)
class QuestionDifference:
    """A question of both that is not as it was, or a score. `became`: each of its variables that is on both sides, and
    what of them means something else though nothing of the question itself changed (whom its section asks)."""

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
    scores: tuple[QuestionDifference, ...] = ()

    @property
    def nothing(self) -> bool:
        return not any(
            (self.edits, self.added, self.removed, self.moved, self.sections_added, self.sections_removed,
             self.sections, self.questions, self.scores)
        )  # fmt: skip


def difference(study: Study, old: Questionnaire, new: Questionnaire) -> Difference:
    """From one questionnaire to another. What is said of a variable is the new version's word on the version before
    it; further apart all that is said on the way, and between two questionnaires the study's."""
    knowns = (known_of(study, old), known_of(study, new))
    one, two = ({question.id: question for question in each.questions} for each in (old, new))
    first, second = ({section.id: section for section in each.sections} for each in (old, new))
    said = _Said(study, old, new)
    sections = [
        SectionDifference(name, edits)
        for name in second
        if name in first and (edits := tuple(_section_edits(first[name], second[name], knowns)))
    ]
    questions = []
    for name, question in two.items():
        if name in one:
            edits, became = tuple(_question_edits(one[name], question, knowns)), _became(said, question)
            if edits or any(each.found for each in became):
                questions.append(QuestionDifference(name, question.text, edits, became))
    return Difference(
        old=VersionId(old.id, old.version),
        new=VersionId(new.id, new.version),
        edits=(*_edit("title", None, old.title, new.title), *_scores_on_one_side(old, new)),
        added=tuple(question for name, question in two.items() if name not in one),
        removed=tuple(question for name, question in one.items() if name not in two),
        moved=tuple(_moved(old, new)),
        sections_added=tuple(name for name in second if name not in first),
        sections_removed=tuple(name for name in first if name not in second),
        sections=tuple(sections),
        questions=tuple(questions),
        scores=tuple(_score_differences(said)),
    )


@dataclass(frozen=True)
class _Said:
    """Two questionnaires, and what authors say of what is different between them."""

    study: Study
    old: Questionnaire
    new: Questionnaire

    @functools.cached_property
    def wordings(self) -> VersionHistory:
        versions = {**self.study.questionnaires, **{(each.id, each.version): each for each in (self.old, self.new)}}
        return VersionHistory(versions, self.study.comparisons)

    @property
    def ids(self) -> tuple[VersionId, VersionId]:
        return VersionId(self.old.id, self.old.version), VersionId(self.new.id, self.new.version)

    @property
    def next_to_one_another(self) -> bool:
        return self.old.id == self.new.id and self.new.version == self.old.version + 1

    def of_variable(self, name: str) -> Declaration | None:
        if self.next_to_one_another:
            return self.wordings.declared(self.new.id, self.old.version, self.new.version, name)
        return _together(name, self.wordings.link(name, *self.ids))

    def of_score(self, name: str) -> Declaration | None:
        if self.next_to_one_another:
            return self.wordings.declared(self.new.id, self.old.version, self.new.version, name)
        return _together(name, self.wordings.score_link(name, *self.ids))


def _together(name: str, link: Link) -> Declaration | None:
    """What several authors' words come to. None where somebody has still to speak, or nobody had to."""
    reasons = tuple(dict.fromkeys(note.reason for note in link.notes if note.reason))
    if not reasons or UNDECLARED & set(reasons):
        return None
    return Declaration(name, joined(" ", reasons), link.comparable, tuple((link.mapping or {}).items()))


def _became(said: _Said, question: Question) -> tuple[Became, ...]:
    before, after = variables(said.old), variables(said.new)
    found = []
    for name, asked in after.items():
        if name in before and asked.question.id == question.id:
            if not same_kind(before[name], asked):
                found.append(Became(name, {}, None, kind_changed=True))
            else:
                found.append(Became(name, meaning.differences(before[name], asked), said.of_variable(name)))
    return tuple(found)


def _scores_on_one_side(old: Questionnaire, new: Questionnaire) -> Iterator[Edit]:
    for score in old.scores:
        if new.score(score.id) is None:
            yield Edit("score", score.id, score.title, None)
    for score in new.scores:
        if old.score(score.id) is None:
            yield Edit("score", score.id, None, score.title)


def _score_differences(said: _Said) -> Iterator[QuestionDifference]:
    for score in said.new.scores:
        was = said.old.score(score.id)
        if was is None:
            continue
        one, two = _score_content(was), _score_content(score)
        edits = tuple(
            edit
            for what, about in dict.fromkeys((*one, *two))
            for edit in _edit(what, about, one.get((what, about)), two.get((what, about)))
        )
        if edits:
            became = Became(score.id, meaning.score_differences(was, score), said.of_score(score.id))
            yield QuestionDifference(score.id, score.title, edits, (became,))


def _score_content(score: Score) -> Content:
    found: Content = {("band", each.code): f"{each.label} ({each.low}–{each.high})" for each in score.bands}
    for key in ("title", "method", "items", "reverse", "minimum_answered"):
        if (said := _said(getattr(score, key))) is not None:
            found[key, None] = said
    if (trusted := score.reliability) is not None:
        found["reliability", None] = f"{trusted.value} (SD {trusted.sd}, {trusted.better})"
    return found


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
_ORDER = ("text", "statement", "option", "order", "specify", "exclusive", "value", "moment", "net", "ask_if")
_OWNERS = {"specify": "option", "exclusive": "option", "value": "option"}


def content(question: Question, known: KnownParts, _: Gettext = english) -> Content:
    """All that is written of a question, in words, in the order in which it is read."""
    found: Content = {("text", None): question.text}
    found |= {("statement", each.id): each.text for each in question.statements}
    found |= {("option", each.code): each.label for each in question.options}
    found |= {("specify", each.code): each.specify for each in question.options if each.specify}
    found |= {("exclusive", each.code): "yes" for each in question.options if each.exclusive}
    found |= {("value", each.code): str(each.value) for each in question.options if each.value is not None}
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
        if both or what not in ("specify", "exclusive", "value", "ask_if") or about is None:
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
