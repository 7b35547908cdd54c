"""In which wording a questionnaire's conditions speak of what was asked at an earlier touchpoint.

They speak of options and numbers as one version of the earlier questionnaire had them: the one that they were *written
against*. What others answered is carried there (`versions/looking_back`).
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from surveyapp.domain.instrument.conditions import Changed, Compare, Condition, Is, Not, Reference
from surveyapp.domain.instrument.kinds import Part
from surveyapp.domain.instrument.outside import leaves_outside
from surveyapp.domain.instrument.piping import earlier_answers_of
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.routing import parts_of
from surveyapp.domain.instrument.study import Study


@dataclass(frozen=True)
class Use:
    """What a questionnaire's conditions make of an earlier variable: the options and the numbers they name, and the
    options of what it is to have `changed` from or to."""

    options: frozenset[str] = frozenset()
    numbers: frozenset[Decimal] = frozenset()
    beside: frozenset[tuple[str, ...]] = frozenset()

    def and_(self, more: Use) -> Use:
        return Use(self.options | more.options, self.numbers | more.numbers, self.beside | more.beside)

    def fits(self, part: Part) -> bool:
        """Whether all of it could be said of a wording."""
        codes = part.codes
        numbers = {Decimal(code) for code in codes} if part.kind.scaled else self.numbers
        return (
            self.options <= {option.code for option in part.question.options}
            and all(min(numbers) <= number <= max(numbers) for number in self.numbers)
            and all(set(each) == set(codes) for each in self.beside)
        )


@functools.lru_cache(maxsize=128)
def uses(questionnaire: Questionnaire) -> Mapping[tuple[int, str], Use]:
    """By touchpoint and variable key, what the conditions of a version make of earlier answers."""
    found: dict[tuple[int, str], Use] = {}
    own = parts_of(questionnaire)
    for leaf in leaves_outside(questionnaire):
        for reference, use in _used(leaf, own):
            if reference.scope == "touchpoint":
                key = reference.touchpoint or 0, reference.name
                known = found.get(key, Use())
                found[key] = known.and_(use)
    return found


def _used(leaf: Condition, own: Mapping[str, Part]) -> Iterator[tuple[Reference, Use]]:
    match leaf:
        case Not(item):
            yield from _used(item, own)
        case Is(reference, options):
            yield reference, Use(options=frozenset(options))
        case Compare(reference, _, number):
            yield reference, Use(numbers=frozenset({number}))
        case Changed(before, after):
            for side, other in ((before, after), (after, before)):
                if other.scope == "answer" and other.name in own:
                    yield side, Use(beside=frozenset({own[other.name].codes}))


def wordings_of(study: Study, earlier: str, key: str) -> Sequence[tuple[int, Part]]:
    """Every version of a questionnaire that asks a variable, with its part there; the newest first."""
    return [(each.version, parts_of(each)[key]) for each in study.versions_of(earlier) if key in parts_of(each)]


def written_against(
    study: Study, questionnaire: Questionnaire, touchpoint: int, earlier: str, key: str
) -> tuple[int, Part] | None:
    """The version of an earlier questionnaire that a version's conditions on a variable speak of, with its part there:
    of those that there were when it was frozen (all, of a draft) the newest that has what they name. None where no
    version asks it."""
    use = uses(questionnaire).get((touchpoint, key), Use())
    newest = study.frozen.get((questionnaire.id, questionnaire.version), {}).get(earlier)
    asking = wordings_of(study, earlier, key)
    if newest is not None:
        asking = sorted(asking, key=lambda each: each[0] > newest)
    return next((each for each in asking if use.fits(each[1])), asking[0] if asking else None)


def questionnaires_before(study: Study, questionnaire: Questionnaire) -> Mapping[int, tuple[str, ...]]:
    """What the same people are asked at every touchpoint, by number: one questionnaire, or one for each of several
    groups."""
    groups = {each.group for each in study.touchpoints if each.questionnaire == questionnaire.id}
    written = {name for name, _ in study.questionnaires}
    found: dict[int, dict[str, None]] = {}
    for each in study.touchpoints:
        if each.group in groups and each.questionnaire in written:
            found.setdefault(each.number, {})[each.questionnaire] = None
    return {number: tuple(names) for number, names in found.items()}


def newest_before(study: Study, questionnaire: Questionnaire, frozen: Collection[tuple[str, int]]) -> dict[str, int]:
    """The newest `frozen` version of each earlier questionnaire that a version looks back at, where there is one: what
    is still a draft may be another tomorrow."""
    before = questionnaires_before(study, questionnaire)
    names = {name for number, _ in earlier_answers_of(questionnaire) for name in before.get(number, ())}
    return {name: version for name, version in sorted(frozen) if name in names}
