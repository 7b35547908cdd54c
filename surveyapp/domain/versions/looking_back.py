"""Answers of earlier touchpoints, as the conditions and texts of a later questionnaire know them.

A condition speaks of an earlier question in the wording that it was written against (`earlier/wordings`). Whoever
answered another version is known to it by what they said there, carried along as results carry it: forwards by a
mapping, and backwards to whatever it may have been.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from surveyapp.domain.answers import Answer, Answers, Codes, Number
from surveyapp.domain.i18n import source_of
from surveyapp.domain.instrument.conditions import MayBe
from surveyapp.domain.instrument.earlier.wordings import written_against
from surveyapp.domain.instrument.kinds import Part, PartType
from surveyapp.domain.instrument.questionnaire import Question, Questionnaire
from surveyapp.domain.instrument.routing import parts_of
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.versions.comparability import Link, VersionHistory, VersionId

MOST_THAT_IT_MAY_HAVE_BEEN = 64
"""So many answers are tried of somebody; of more, nothing is known."""


class AnsweredThen(NamedTuple):
    """What somebody answered at an earlier touchpoint, and in which wording."""

    wording: VersionId
    answers: Answers


KnownThen = Mapping[str, Answer | MayBe]
"""Answers of an earlier touchpoint by variable key, as a later questionnaire knows them."""


@dataclass(frozen=True)
class LookingBack:
    """How a version of a questionnaire knows what was answered before it. Works out each step once."""

    study: Study
    questionnaire: Questionnaire
    _steps: dict[tuple[int, str, VersionId], _Step | None] = field(default_factory=dict)

    def known(self, earlier: Mapping[int, AnsweredThen]) -> dict[int, KnownThen]:
        """Somebody's earlier answers, by touchpoint, as conditions and texts know them. What does not compare is not
        among them, unless it was said in the same words."""
        return {
            number: dict(self._known(number, then.wording, then.answers)) for number, then in sorted(earlier.items())
        }

    def _known(self, number: int, wording: VersionId, answers: Answers) -> Iterator[tuple[str, Answer | MayBe]]:
        for key, answer in answers.items():
            place = number, key, wording
            if place not in self._steps:
                self._steps[place] = self._step(*place)
            step = self._steps[place]
            found = answer if step is None else step.carried(answer)
            if found is not None:
                yield key, found

    def _step(self, number: int, key: str, answered: VersionId) -> _Step | None:
        written = written_against(self.study, self.questionnaire, number, answered.questionnaire, key)
        return None if written is None else _step_to(self.study, key, answered, written[0])


def in_wording(study: Study, key: str, answered: VersionId, version: int, answer: Answer) -> Answer | None:
    """An answer as a later version of the same questionnaire has it; None where it has none that says the same. As it
    is where the files do not have one of the two."""
    step = _step_to(study, key, answered, version)
    found = answer if step is None else step.carried(answer)
    return None if isinstance(found, MayBe) else found


def _step_to(study: Study, key: str, answered: VersionId, version: int) -> _Step | None:
    """From the version that was answered to another; None where answers stay as they are, and where the files do not
    have one of the two."""
    then, now = (
        parts_of(document).get(key) if (document := study.questionnaires.get(each)) else None
        for each in (answered, VersionId(answered.questionnaire, version))
    )
    if then is None or now is None or version == answered.version:
        return None
    wordings = VersionHistory(study.questionnaires, study.comparisons)
    low, high = sorted((answered.version, version))
    link = wordings.along(answered.questionnaire, now.name, low, high)
    if link.comparable and link.mapping is None:
        return None
    return _Step(link, then, now, back=answered.version > version)


@dataclass(frozen=True)
class _Step:
    """From an answer in one wording (`then`) to one in another (`now`), the older one if `back`."""

    link: Link
    then: Part
    now: Part
    back: bool

    def carried(self, answer: Answer) -> Answer | MayBe | None:
        """None: nothing can be said of it there."""
        if not isinstance(answer, Codes | Number):
            return answer
        if not self.link.comparable:
            return answer if self._in_the_same_words(answer) else None
        codes = answer.codes if isinstance(answer, Codes) else (format(answer.value.normalize(), "f"),)
        options = [self._may_be(code) for code in codes]
        if not all(options) or self._many(options) > MOST_THAT_IT_MAY_HAVE_BEEN:
            return None
        most = None if self.now.type is PartType.CODES else 1
        choices = [_some_of(each, most) for each in options]
        chosen = (tuple(itertools.chain(*each)) for each in itertools.product(*choices))
        found = tuple(dict.fromkeys(_answer(answer, each) for each in chosen))
        return found[0] if len(found) == 1 else MayBe(found)

    def _many(self, options: Sequence[Sequence[str]]) -> int:
        """How many answers there are behind so many options for each code."""
        several = self.now.type is PartType.CODES
        return math.prod(2 ** len(each) - 1 if several else len(each) for each in options)

    def _may_be(self, code: str) -> tuple[str, ...]:
        mapping = self.link.mapping or {}
        if not self.back:
            return (mapping[code],) if code in mapping else ()
        older = tuple(old for old, new in mapping.items() if new == code)
        # An option that only the newer version has is none of those that a condition names.
        return older or (() if code in self.now.codes else (code,))

    def _in_the_same_words(self, answer: Codes | Number) -> bool:
        one, two = self.then.question, self.now.question
        if isinstance(answer, Codes):
            labels = [{option.code: source_of(option.label) for option in each.options} for each in (one, two)]
            return all(code in labels[1] and labels[0].get(code) == labels[1][code] for code in answer.codes)
        return self.then.codes == self.now.codes and _ends(one) == _ends(two)


def _ends(question: Question) -> tuple[str | None, ...]:
    """What a number is of: what a scale's ends say, and the unit."""
    return tuple(
        None if each is None else source_of(each) for each in (question.low, question.high, *question.units[:1])
    )


def _some_of(codes: Sequence[str], most: int | None) -> list[tuple[str, ...]]:
    """One or more of several codes, in every way there is; `most`: no more than so many of them."""
    return [some for many in range(1, (most or len(codes)) + 1) for some in itertools.combinations(codes, many)]


def _answer(like: Codes | Number, codes: Sequence[str]) -> Answer:
    return Codes(tuple(dict.fromkeys(codes))) if isinstance(like, Codes) else Number(Decimal(codes[0]))
