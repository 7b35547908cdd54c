"""Case studies: one person over the touchpoints, from quotations that were cleared and what they ticked.

Only somebody who agrees to be quoted, and of whom something is cleared, is one. Nothing is told of them that few share:
what is known of them is told as long as enough people are alike in all of it, and an answer where no answer to that
question, or no net of them, is of few.
"""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from surveyapp.domain.answers import Answer, Codes, Number
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import NotFound
from surveyapp.domain.instrument.kinds import Part, PartType
from surveyapp.domain.instrument.piping import plain
from surveyapp.domain.instrument.routing import parts_of
from surveyapp.domain.instrument.study import Study, Touchpoint
from surveyapp.domain.open_answers.quoting import Quotation
from surveyapp.domain.participants import Participant
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action, Scope
from surveyapp.domain.versions.comparability import VersionId
from surveyapp.services.open_answers import quoting
from surveyapp.services.open_answers.questions import AnswerBand, Companion, answer_bands, questions, ticked
from surveyapp.services.open_answers.reading import Reader
from surveyapp.services.work import Desk, Work
from surveyapp.store import participants, questionnaire_versions

LEAST_ALIKE = 5
"""So many people at least share whatever is told of one, whatever the study's thresholds are."""

TickedPlace = tuple[int, str]
"""A touchpoint and a variable."""


@dataclass(frozen=True, kw_only=True)
class CaseAnswer:
    """What somebody ticked: the question, the moment it speaks of, and the answer or its net; None: an answer to it is
    of few, so that nobody's is told."""

    question: str
    moment: str | None
    said: str | None


@dataclass(frozen=True, kw_only=True)
class CaseMoment:
    """One touchpoint of somebody's: what they ticked and what of their words may be quoted."""

    touchpoint: Touchpoint
    answers: tuple[CaseAnswer, ...]
    quotations: tuple[Quotation, ...]


@dataclass(frozen=True, kw_only=True)
class CaseStudy:
    """One person over the touchpoints. `token` names them in one session alone, `number` on its pages; `member`: what
    the study calls one of their group; `known`: what is known of them that enough people share, by label."""

    token: str
    number: int
    member: str
    known: tuple[tuple[str, str], ...]
    moments: tuple[CaseMoment, ...]

    @property
    def quotations(self) -> int:
        return sum(len(each.quotations) for each in self.moments)


def case_studies(desk: Desk, reader: Reader, study_id: str) -> tuple[CaseStudy, ...]:
    """Everybody of whom something is cleared to be quoted, those with most of it first; the reading is noted. Raises
    NotFound, NotPermitted, KeyMissing."""
    made = _made(desk, reader, study_id)
    desk.note(AuditAction.CASE_STUDY_READ, study=study_id, cases=len(made), purpose=reader.purpose)
    return made


def case_study(desk: Desk, reader: Reader, study_id: str, token: str) -> CaseStudy:
    """One of them, as a page of this session names them. Raises NotFound where they may not be quoted (any more), and
    as `case_studies` does."""
    found = next((each for each in _made(desk, reader, study_id) if each.token == token), None)
    if found is None:
        raise NotFound(say("no_case_study"))
    desk.note(AuditAction.CASE_STUDY_READ, study=study_id, cases=1, quotations=found.quotations, purpose=reader.purpose)
    return found


def _made(desk: Desk, reader: Reader, study_id: str) -> tuple[CaseStudy, ...]:
    scope, study = desk.scope(Action.READ_WORDS, study_id), desk.study(study_id)
    with desk.reading() as work:
        theirs: dict[uuid.UUID, list[Quotation]] = {}
        for each in quoting.sights(work, study, scope):
            if each.may_be_quoted and each.quotation is not None:
                theirs.setdefault(each.person, []).append(each.quotation)
        order = sorted(theirs, key=lambda person: (-len(theirs[person]), _token(reader, person)))
        whole = Scope(scope.study, scope.origin)
        people = {each.id: each for each in participants.participants(work.session, whole, work.today(study))}
        groups: dict[str, _Group] = {}
        found = []
        for number, person in enumerate(order, 1):
            own = people[person]
            if own.group not in groups:
                groups[own.group] = _Group(work, study, whole, own.group, list(people.values()))
            found.append(groups[own.group].study_of(own, theirs[person], number, _token(reader, person)))
        return tuple(found)


def _token(reader: Reader, person: uuid.UUID) -> str:
    return hashlib.sha256(b"case" + reader.session_id.bytes + person.bytes).hexdigest()[:24]


class _Group:
    """A group's people and what they ticked at what case studies tell: what measures are made of, and what stands
    beside open questions."""

    def __init__(self, work: Work, study: Study, scope: Scope, group: str, people: Sequence[Participant]) -> None:
        self.study, self.group = study, group
        self.least = max(LEAST_ALIKE, study.thresholds.minimum_base, study.thresholds.minimum_cell)
        self.people = [each for each in people if each.group == group and each.withdrawn_at is None]
        opened = {name: version for name, version, _, _ in questionnaire_versions.versions(work.session, study.id)}
        names = {
            each.number: each.questionnaire for each in study.touchpoints_of(group) if each.questionnaire in opened
        }
        self.parts: dict[int, Mapping[str, Part]] = {
            number: parts_of(work.instrument(study, name, opened[name])) for number, name in names.items()
        }
        self.asked = tuple(dict.fromkeys(each for each in self._asked(work) if each[1] in self.parts.get(each[0], ())))
        companions = (
            Companion(at, self.parts[at][key], VersionId(names[at], opened[names[at]])) for at, key in self.asked
        )
        theirs = ticked(work, study, scope, group, companions)
        # What does not compare with how it is asked now is not told.
        self.said = {
            person: {where: each.read_as for where, each in said.items() if each.read_as is not None}
            for person, said in theirs.items()
        }

    def _asked(self, work: Work) -> Iterator[TickedPlace]:
        for measure in self.study.measures:
            if measure.group == self.group:
                for row in measure.rows:
                    yield row.touchpoint, f"{measure.variable}@{row.moment}" if row.moment else measure.variable
        for question in questions(work, self.study):
            if question.group == self.group:
                yield from (each.asked for each in question.ticked)

    def study_of(self, person: Participant, quotations: Sequence[Quotation], number: int, token: str) -> CaseStudy:
        moments = []
        for touchpoint in self.study.touchpoints_of(self.group):
            answers = tuple(self._answers(person, touchpoint))
            quoted = tuple(each for each in quotations if each.touchpoint == touchpoint.number)
            if answers or quoted:
                moments.append(CaseMoment(touchpoint=touchpoint, answers=answers, quotations=quoted))
        group = self.study.group(self.group)
        return CaseStudy(
            token=token,
            number=number,
            member=group.member if group is not None else self.group,
            known=tuple(self._known(person)),
            moments=tuple(moments),
        )

    def _known(self, person: Participant) -> Iterator[tuple[str, str]]:
        """What is known of somebody, one after the other, as long as enough people are alike in all of it. Whether
        something is told is the same for all of them: that it is not told of one says nothing of them."""
        alike = self.people
        for attribute in self.study.attributes:
            if attribute.id not in self.study.segments:
                continue
            values = {each.id: _value(each, attribute.scope, attribute.name) for each in alike}
            own = values[person.id]
            if own and self._enough(Counter(values.values())):
                alike = [each for each in alike if values[each.id] == own]
                yield attribute.label, attribute.values.get(own, own)

    def _enough(self, counted: Counter[str]) -> bool:
        """Whether nobody is among few, whatever it is that they have."""
        return all(number >= self.least for number in counted.values())

    def _answers(self, person: Participant, touchpoint: Touchpoint) -> Iterator[CaseAnswer]:
        for asked in self.asked:
            answer = self.said.get(person.id, {}).get(asked)
            if asked[0] != touchpoint.number or not isinstance(answer, Codes | Number):
                continue
            part = self.parts[asked[0]][asked[1]]
            yield CaseAnswer(
                question=plain(part.statement.text if part.statement else part.label),
                moment=part.moment_label,
                said=self._told(asked, part, answer),
            )

    def _told(self, asked: TickedPlace, part: Part, answer: Answer) -> str | None:
        """The answer where none was given by few of the group, else its net (of a rating, its band) where none of
        them was: the same for everybody. Of several choices, those that enough people made."""
        every = [said for each in self.people if (said := self.said.get(each.id, {}).get(asked)) is not None]
        if isinstance(answer, Number):
            numbers = [each.value for each in every if isinstance(each, Number)]
            if self._enough(Counter(str(each.normalize()) for each in numbers)):
                return f"{answer.value.normalize():f}"
            bands = list(answer_bands(part))
            within = [next((each.label for each in bands if _is_in(each, number)), "") for number in numbers]
            own = next((each.label for each in bands if _is_in(each, answer.value)), None)
            return own if self._enough(Counter(within)) else None
        if not isinstance(answer, Codes):
            return None
        counted = Counter(code for each in every if isinstance(each, Codes) for code in each.codes)
        options = {option.code: option.label for option in part.question.options}
        if part.type is PartType.CODES:
            shown = [options[code] for code in answer.codes if counted[code] >= self.least and code in options]
            return ", ".join(shown) or None
        [code] = answer.codes
        if self._enough(counted):
            return options.get(code)
        inside = {each: net.name for net in reversed(part.question.nets) for each in net.options}
        netted = Counter[str]()
        for each, number in counted.items():
            netted[inside.get(each, "")] += number
        net = part.question.net(inside.get(code, ""))
        return net.label if net is not None and self._enough(netted) else None


def _is_in(band: AnswerBand, number: Decimal) -> bool:
    return (band.low is None or number >= band.low) and (band.high is None or number <= band.high)


def _value(person: Participant, scope: str, name: str) -> str:
    held = person.attributes if scope == "participant" else person.site.attributes if person.site else {}
    return held.get(name, "")
