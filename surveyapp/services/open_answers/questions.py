"""The questions of a study that are answered in people's own words, and what stands beside each: what the same person
ticked, or said besides."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from surveyapp.domain.answers import Answer, Codes, Number
from surveyapp.domain.instrument.conditions import Changed, Reference, references
from surveyapp.domain.instrument.kinds import Part, PartType
from surveyapp.domain.instrument.piping import plain
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.routing import parts_of
from surveyapp.domain.instrument.study import Study, Touchpoint
from surveyapp.domain.open_answers.themes import is_open
from surveyapp.domain.staff import Scope
from surveyapp.domain.versions.comparability import VersionId
from surveyapp.domain.versions.looking_back import in_wording
from surveyapp.services.work import Work
from surveyapp.store import questionnaire_versions
from surveyapp.store.open_answers import reading as store

HIGH, MIDDLE, SEVEN = 9, 7, 7
"""From which number on a rating out of ten is high, and from which in between, as reasons for one are read; with how
many numbers a rating is read by such bands."""


QuestionPlace = tuple[str, int, str]
"""A group, a touchpoint and a variable."""


@dataclass(frozen=True)
class Companion:
    """A variable that stands beside somebody's words, at which touchpoint they answered it, and in whose wording it is
    read."""

    touchpoint: int
    part: Part
    wording: VersionId

    @property
    def asked(self) -> tuple[int, str]:
        return self.touchpoint, self.part.key


@dataclass(frozen=True, kw_only=True)
class AnswerBand:
    """Some of the answers to what stands beside the words: by code, by number, or by which way they changed."""

    id: str
    label: str
    codes: frozenset[str] = frozenset()
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, kw_only=True)
class OpenQuestion:
    """A question answered in words at a touchpoint. `option`: of the line beside an option, that option's label;
    `beside`: what stands beside the words; `change`: of a reason for a change, what it changed
    from and to."""

    group: str
    touchpoint: Touchpoint
    variable: str
    title: str
    section: str
    option: str | None = None
    beside: tuple[Companion, ...] = ()
    change: tuple[Companion, Companion] | None = None

    @property
    def place(self) -> QuestionPlace:
        return self.group, self.touchpoint.number, self.variable

    @property
    def ticked(self) -> tuple[Companion, ...]:
        """What stands beside the words and was ticked."""
        return tuple(each for each in self.beside if each.part.type is not PartType.TEXT)

    @property
    def said(self) -> tuple[Companion, ...]:
        """What stands beside the words and was said."""
        return tuple(each for each in self.beside if each.part.type is PartType.TEXT)

    @property
    def bands(self) -> tuple[AnswerBand, ...]:
        """What the words can be read by: which way it went, or what was ticked first."""
        if self.change is not None:
            return (
                (AnswerBand(id="rose", label=""), AnswerBand(id="fell", label=""))
                if _ordered(self.change[1].part)
                else ()
            )
        lead = self.lead
        return () if lead is None else tuple(answer_bands(lead.part))

    @property
    def lead(self) -> Companion | None:
        """What was ticked that the words are about."""
        return next(iter(self.ticked), None)

    def is_in(self, band: AnswerBand, said: Mapping[tuple[int, str], Ticked]) -> bool:
        """Whether somebody's answers beside their words are in a band, in the wording that all are read in."""
        read = {where: each.read_as for where, each in said.items()}
        if self.change is not None:
            before, after = (_rank(each.part, read.get(each.asked)) for each in self.change)
            return before is not None and after is not None and (after > before) == (band.id == "rose")
        assert self.lead is not None
        match read.get(self.lead.asked):
            case Codes(codes):
                return any(code in band.codes for code in codes)
            case Number(value):
                return (band.low is None or value >= band.low) and (band.high is None or value <= band.high)
            case _:
                return False


def questions(work: Work, study: Study) -> list[OpenQuestion]:
    """Every question of a study that is answered in words, by group and touchpoint, in the order asked: as the newest
    version that was opened words it, and those that only older ones ask after it."""
    opened: dict[str, list[int]] = {}
    for name, version, _, _ in questionnaire_versions.versions(work.session, study.id):
        opened.setdefault(name, []).append(version)
    versions = _Versions(work, study, opened)
    found: list[OpenQuestion] = []
    for touchpoint in study.touchpoints:
        known: set[str] = set()
        for instrument in versions.newest_first(touchpoint):
            for question in _in_version(versions, touchpoint, instrument):
                if question.variable not in known:
                    known.add(question.variable)
                    found.append(question)
    return found


@dataclass(frozen=True)
class _Versions:
    """Finds variables in whatever versions of a study's questionnaires were opened."""

    work: Work
    study: Study
    opened: Mapping[str, Sequence[int]]

    def newest_first(self, touchpoint: Touchpoint) -> Iterator[Questionnaire]:
        for version in sorted(self.opened.get(touchpoint.questionnaire, ()), reverse=True):
            yield self.work.instrument(self.study, touchpoint.questionnaire, version)

    def companion(self, touchpoint: Touchpoint, instrument: Questionnaire, reference: Reference) -> Companion | None:
        """The variable that a condition looks at; None for what is known of somebody and was not answered."""
        if reference.scope == "answer":
            part = parts_of(instrument).get(reference.name)
            return None if part is None else Companion(touchpoint.number, part, wording_of(instrument))
        earlier = None
        if reference.scope == "touchpoint" and reference.touchpoint is not None:
            earlier = self.study.touchpoint(touchpoint.group, reference.touchpoint)
        for before in self.newest_first(earlier) if earlier else ():
            part = parts_of(before).get(reference.name)
            if part is not None and earlier is not None:
                return Companion(earlier.number, part, wording_of(before))
        return None


def _in_version(versions: _Versions, touchpoint: Touchpoint, instrument: Questionnaire) -> Iterator[OpenQuestion]:
    parts = parts_of(instrument)
    by_question: dict[str, list[Part]] = {}
    for part in parts.values():
        by_question.setdefault(part.question.id, []).append(part)
    for section in instrument.sections:
        for question in section.questions:
            for part in by_question.get(question.id, ()):
                if not is_open(part):
                    continue
                if part.when is not None:
                    option = question.option(part.when[1])
                    yield OpenQuestion(
                        group=touchpoint.group,
                        touchpoint=touchpoint,
                        variable=part.key,
                        title=plain(question.text),
                        section=section.title,
                        option=option.label if option else None,
                        beside=(Companion(touchpoint.number, parts[part.when[0]], wording_of(instrument)),),
                    )
                    continue
                looked_at = [versions.companion(touchpoint, instrument, each) for each in references(question.ask_if)]
                same = [
                    Companion(touchpoint.number, other, wording_of(instrument))
                    for each in section.questions
                    if each.id != question.id and question.ask_if is not None and each.ask_if == question.ask_if
                    for other in by_question.get(each.id, ())
                    if is_open(other) and other.when is None
                ]
                change = None
                if isinstance(question.ask_if, Changed):
                    before, after = looked_at
                    change = None if before is None or after is None else (before, after)
                yield OpenQuestion(
                    group=touchpoint.group,
                    touchpoint=touchpoint,
                    variable=part.key,
                    title=plain(part.label),
                    section=section.title,
                    beside=(*dict.fromkeys(each for each in looked_at if each is not None), *same),
                    change=change,
                )


def wording_of(instrument: Questionnaire) -> VersionId:
    return VersionId(instrument.id, instrument.version)


class Ticked(NamedTuple):
    """What somebody ticked: the `part` as it was shown to them, their answer, and what that is in the wording that all
    are read in (None: it has none that says the same)."""

    part: Part
    answer: Answer
    read_as: Answer | None


def ticked(
    work: Work,
    study: Study,
    scope: Scope,
    group: str,
    beside: Iterable[Companion],
    only: Collection[uuid.UUID] | None = None,
) -> dict[uuid.UUID, dict[tuple[int, str], Ticked]]:
    """What people of a group ticked at some variables, by person, touchpoint and variable. `only`: of these alone."""
    companions = {each.asked: each for each in beside}

    def told(where: tuple[int, str], then: store.TickedThen) -> Ticked:
        one = companions[where]
        shown = parts_of(work.instrument(study, *then.wording)).get(one.part.key, one.part)
        same = then.wording.questionnaire == one.wording.questionnaire
        counted = in_wording(study, one.part.key, then.wording, one.wording.version, then.answer) if same else None
        return Ticked(shown, then.answer, counted)

    found = store.ticked(work.session, scope, group, companions.keys(), only)
    return {person: {where: told(where, then) for where, then in theirs.items()} for person, theirs in found.items()}


def answer_bands(part: Part) -> Iterator[AnswerBand]:
    """Nets and what is in none of them, or each option; of a rating with seven numbers or more, high, between, low."""
    question = part.question
    if part.type is PartType.NUMBER:
        numbers = [int(code) for code in part.codes]
        if len(numbers) < SEVEN:
            yield from (AnswerBand(id=str(each), label=str(each), low=each, high=each) for each in numbers)
        elif numbers:
            for low, high in ((HIGH, max(numbers)), (MIDDLE, HIGH - 1), (min(numbers), MIDDLE - 1)):
                low, high = max(low, min(numbers)), min(high, max(numbers))
                if low <= high:
                    yield AnswerBand(id=f"{low}-{high}", label=f"{low}\u2013{high}", low=low, high=high)
        return
    netted = {code for net in question.nets for code in net.options}
    yield from (AnswerBand(id=net.name, label=net.label, codes=frozenset(net.options)) for net in question.nets)
    yield from (
        AnswerBand(id=option.code, label=option.label, codes=frozenset((option.code,)))
        for option in question.options
        if option.code not in netted
    )


def _ordered(part: Part) -> bool:
    """Whether one of its answers is better than another: its options run from the most favourable to the least."""
    return part.type is PartType.NUMBER or part.question.scale is not None


def _rank(part: Part, answer: Answer | None) -> Decimal | None:
    """How favourable an answer is."""
    match answer:
        case Number(value):
            return value
        case Codes((code,)) if part.question.option(code) is not None:
            return -Decimal([option.code for option in part.question.options].index(code))
        case _:
            return None
