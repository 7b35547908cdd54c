"""Whether answers to one variable, asked in two wordings, may be counted together or set against one another.

A wording is a questionnaire's version. Two that follow on each other are compared key by key (`meaning.differences`);
where they differ, what counts is what the author says of it. Along versions and touchpoints such steps are put
together: one that is broken breaks the whole, and mappings are applied one after the other.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from surveyapp.domain.i18n import N_
from surveyapp.domain.instrument.kinds import Part
from surveyapp.domain.instrument.measures.measure import Comparison
from surveyapp.domain.instrument.questionnaire import Declaration, Questionnaire, Score
from surveyapp.domain.instrument.routing import parts_of
from surveyapp.domain.results import SeriesNote
from surveyapp.domain.versions.meaning import (
    Asked,
    Aspect,
    Differences,
    differences,
    notes_changed,
    same_kind,
    score_differences,
    variables,
)

NOT_DECLARED = N_("Nobody has said whether the two wordings can be compared.")
OTHER_KIND = N_("It is another kind of question.")
DOES_NOT_FIT = N_("What was said of the change does not fit these two wordings.")
NOT_HERE = N_("A version in between is not here.")
ITEM_NOT_ASKED = N_("One of its items was not asked then.")

UNDECLARED = frozenset({NOT_DECLARED, OTHER_KIND, DOES_NOT_FIT, NOT_HERE, ITEM_NOT_ASKED})
"""Reasons that no author wrote."""


@dataclass(frozen=True)
class Link:
    """Whether answers in one wording stand for answers in another. `mapping`: each code to the one it becomes; None
    where codes stay. `notes`: what lies between, a note for each step that is not the same. `added`: codes of the later
    wording that were not offered in the earlier."""

    comparable: bool = True
    mapping: Mapping[str, str] | None = None
    notes: tuple[SeriesNote, ...] = ()
    added: frozenset[str] = frozenset()

    def then(self, later: Link) -> Link:
        """This step, and a later one after it."""
        mapping = self.mapping
        if later.mapping is not None:
            step = later.mapping
            mapping = step if mapping is None else {old: step[new] for old, new in mapping.items() if new in step}
        notes = tuple(dict.fromkeys((*self.notes, *later.notes)))
        return Link(self.comparable and later.comparable, mapping, notes, self._still_added(later) | later.added)

    def _still_added(self, later: Link) -> frozenset[str]:
        """What was not offered here, in the words of a later step; what something that was offered became, was."""
        if later.mapping is None:
            return self.added
        became = {new for old, new in later.mapping.items() if old not in self.added}
        return frozenset(new for old, new in later.mapping.items() if old in self.added) - became


SAME = Link()


def broken(reason: str) -> Link:
    return Link(False, None, (SeriesNote("broken", reason),))


def declaration_of(declared: Iterable[Declaration], part: Part) -> Declaration | None:
    """What is said of a variable; what is said of a grid holds for each statement of which nothing else is said."""
    found = {each.variable: each for each in declared}
    return found.get(part.name) or found.get(part.question.id)


def mapping_faults(mapping: Mapping[str, str], old: Part, new: Part) -> tuple[list[str], list[str]]:
    """(old codes that are not mapped, codes mapped from or to that are not there)."""
    before, after = old.codes, new.codes
    strange = [each for each in mapping if each not in before] + [
        each for each in mapping.values() if each not in after
    ]
    return [code for code in before if code not in mapping], list(dict.fromkeys(strange))


def step(old: Asked, new: Asked, declared: Declaration | None, version: int | None) -> Link:
    """From one wording to another, by what is said of it. `version`: the newer one's number, where it is a version."""
    if not same_kind(old, new):
        return broken(OTHER_KIND)
    found = differences(old, new)
    if not found and (declared is None or not notes_changed(old, new)):
        return SAME
    if declared is None and needs_word(found):
        return broken(NOT_DECLARED)
    if declared is not None and not declared.comparable:
        return Link(False, None, (SeriesNote("broken", declared.because, version),))
    mapping = dict(declared.mapping) if declared else {}
    if (mapping and any(mapping_faults(mapping, old.part, new.part))) or ("rescaled" in found and not mapping):
        return broken(DOES_NOT_FIT)
    known = old.part.codes
    added = [option for option in new.question.options if option.code not in known]
    turned: list[Aspect] = ["rescaled"] if mapping else []
    kinds: list[Aspect] = list(dict.fromkeys([*turned, *found])) or ["reworded"]
    notes = _notes(kinds, declared, version, tuple(option.label for option in added))
    return Link(True, mapping or None, notes, frozenset(option.code for option in added) - set(mapping.values()))


def _notes(
    kinds: Sequence[Aspect], declared: Declaration | None, version: int | None, added: tuple[str, ...] = ()
) -> tuple[SeriesNote, ...]:
    """A note for each thing that is another, the gravest first and with the author's reason: it is said once."""
    reasons = [declared.because if declared else None]
    return tuple(
        SeriesNote(kind, reason, version, added if kind == "extended" else ())
        for kind, reason in itertools.zip_longest(kinds, reasons[: len(kinds)])
    )


def score_step(old: Score, new: Score, declared: Declaration | None, version: int | None) -> Link:
    """From one definition of a score to another, by what is said of it."""
    found = score_differences(old, new)
    if not found:
        return SAME
    if declared is None or not declared.comparable:
        return Link(False, None, (SeriesNote("broken", declared.because, version),)) if declared else broken(
            NOT_DECLARED
        )  # fmt: skip
    return Link(notes=_notes(list(found), declared, version))


def needs_word(found: Differences) -> bool:
    """Whether somebody must say if answers still compare: options that were only added need no word."""
    return bool(set(found) - {"extended"})


class VersionId(NamedTuple):
    """A questionnaire in a version."""

    questionnaire: str
    version: int


@dataclass(frozen=True)
class VersionHistory:
    """Every version there is of a study's questionnaires, what is said between questionnaires, and the order in which
    one group meets them."""

    versions: Mapping[tuple[str, int], Questionnaire]
    comparisons: tuple[Comparison, ...] = ()
    order: tuple[str, ...] = ()

    def asking(self, questionnaire: str, variable: str) -> list[int]:
        """The versions that ask a variable, oldest first."""
        return sorted(
            version
            for (name, version), document in self.versions.items()
            if name == questionnaire and variable in variables(document)
        )

    def asked(self, wording: VersionId, variable: str) -> Asked:
        return variables(self.versions[wording])[variable]

    def along(self, questionnaire: str, variable: str, start: int, end: int) -> Link:
        """From a version to a later one that both ask the variable. A version that leaves it out is passed over: what
        the next one to ask it says is of the last one that did."""
        if any((questionnaire, version) not in self.versions for version in range(start, end + 1)):
            return broken(NOT_HERE)
        link = SAME
        asking = [version for version in self.asking(questionnaire, variable) if start <= version <= end]
        for older, newer in itertools.pairwise(asking):
            old = self.asked(VersionId(questionnaire, older), variable)
            new = self.asked(VersionId(questionnaire, newer), variable)
            declared = self.declared(questionnaire, older, newer, variable)
            link = link.then(step(old, new, declared, newer))
        return link

    def link(self, variable: str, start: VersionId, end: VersionId) -> Link:
        """From one wording of a variable to another, both of which ask it."""
        if start == end:
            return SAME
        if start.questionnaire == end.questionnaire:
            if start.version < end.version:
                return self.along(end.questionnaire, variable, start.version, end.version)
            return _turned(self.along(end.questionnaire, variable, end.version, start.version))
        if not differences(self.asked(start, variable), self.asked(end, variable)) and not self.said(
            variable, start.questionnaire, end.questionnaire
        ):
            return SAME
        # What is said between questionnaires is said of the newest version of each.
        newest = [self.asking(each.questionnaire, variable)[-1] for each in (start, end)]
        there = self.along(start.questionnaire, variable, start.version, newest[0])
        across = self._across(variable, start.questionnaire, end.questionnaire)
        back = _turned(self.along(end.questionnaire, variable, end.version, newest[1]))
        return there.then(across).then(back)

    def declared(self, questionnaire: str, older: int, newer: int, name: str) -> Declaration | None:
        """What is said of a variable or a score from one version to a later one: in the later one's file or, of what is
        frozen, in the study's."""
        study = tuple(
            each.declaration
            for each in self.comparisons
            if each.first == questionnaire and each.versions == (older, newer)
        )
        for said in (self.versions[questionnaire, newer].changes, study):
            asked = variables(self.versions[questionnaire, newer]).get(name)
            found = declaration_of(said, asked.part) if asked else next((d for d in said if d.variable == name), None)
            if found is not None:
                return found
        return None

    def scoring(self, questionnaire: str, score: str) -> list[int]:
        """The versions that have a score, oldest first."""
        return sorted(
            version
            for (name, version), document in self.versions.items()
            if name == questionnaire and document.score(score) is not None
        )

    def score(self, wording: VersionId, score: str) -> Score:
        """Raises LookupError where that version has no such score."""
        found = self.versions[wording].score(score)
        if found is None:
            raise LookupError(score)
        return found

    def score_link(self, score: str, start: VersionId, end: VersionId) -> Link:
        """From a score in one version to the same in another: whether the answers of `start`, carried along each item's
        own link, may be scored as `end` scores. Broken by its own definition or by any of its items. Both have it."""
        link = self._defined(score, start, end)
        there = parts_of(self.versions[start])
        for key in self.score(end, score).items:
            item = self.link(key.partition("@")[0], start, end) if key in there else broken(ITEM_NOT_ASKED)
            link = link.then(Link(item.comparable, None, item.notes))
        return link

    def _defined(self, score: str, start: VersionId, end: VersionId) -> Link:
        """The step between two definitions of a score, whatever its items; it is the same either way round."""
        if start.questionnaire == end.questionnaire:
            low, high = sorted((start.version, end.version))
            link = SAME
            having = [each for each in self.scoring(end.questionnaire, score) if low <= each <= high]
            for older, newer in itertools.pairwise(having):
                pair = VersionId(end.questionnaire, older), VersionId(end.questionnaire, newer)
                declared = self.declared(end.questionnaire, older, newer, score)
                link = link.then(score_step(self.score(pair[0], score), self.score(pair[1], score), declared, newer))
            return link
        one, two = (VersionId(each.questionnaire, self.scoring(each.questionnaire, score)[-1]) for each in (start, end))
        said = self.said(score, start.questionnaire, end.questionnaire)
        across = score_step(self.score(one, score), self.score(two, score), said.declaration if said else None, None)
        return self._defined(score, start, one).then(across).then(self._defined(score, two, end))

    def _across(self, variable: str, first: str, second: str) -> Link:
        """Between the newest versions of two questionnaires: as is said of the two, or through those in between."""
        direct = self._direct(variable, first, second)
        asked = [name for name in self.order if self.asking(name, variable)]
        if direct is not None or first not in asked or second not in asked:
            return direct or broken(NOT_DECLARED)
        low, high = sorted((asked.index(first), asked.index(second)))
        path = asked[low : high + 1] if asked.index(first) == low else asked[low : high + 1][::-1]
        link = SAME
        for one, two in itertools.pairwise(path):
            link = link.then(self._direct(variable, one, two) or broken(NOT_DECLARED))
        return link

    def _direct(self, variable: str, first: str, second: str) -> Link | None:
        """None where the two differ and nothing is said of them."""
        old, new = (self.asked(VersionId(name, self.asking(name, variable)[-1]), variable) for name in (first, second))
        said = self.said(variable, first, second)
        turned = said is not None and said.first != first
        link = step(new, old, said.declaration, None) if turned and said else step(
            old, new, said.declaration if said else None, None
        )  # fmt: skip
        if said is None and not link.comparable and same_kind(old, new):
            return None
        return _turned(link) if turned else link

    def said(self, variable: str, first: str, second: str) -> Comparison | None:
        """What is said of a variable between two questionnaires, either way round."""
        names = {variable, *(part.question.id for name in (first, second) for part in self._parts(name, variable))}
        found = [
            each
            for each in self.comparisons
            if each.versions is None
            and {each.first, each.second} == {first, second}
            and each.declaration.variable in names
        ]
        return next((each for each in found if each.declaration.variable == variable), found[0] if found else None)

    def _parts(self, questionnaire: str, variable: str) -> Iterable[Part]:
        asking = self.asking(questionnaire, variable)
        return self.asked(VersionId(questionnaire, asking[-1]), variable).parts.values() if asking else ()


def _turned(link: Link) -> Link:
    """The same step the other way: what several old answers became cannot be told apart again, so a mapping breaks."""
    if link.mapping is None:
        return link
    reason = next((note.reason for note in link.notes if note.kind == "rescaled"), None)
    return broken(reason or DOES_NOT_FIT)
