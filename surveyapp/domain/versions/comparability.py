"""Whether answers to one variable, asked in two wordings, may be counted together or set against one another.

A wording is a questionnaire's version. Two that follow on each other are compared word for word (`status`); where they
differ, what counts is what the author says of it. Along versions and touchpoints such steps are put together: one that
is broken breaks the whole, and mappings are applied one after the other.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from surveyapp.domain.i18n import N_
from surveyapp.domain.instrument.kinds import Part
from surveyapp.domain.instrument.questionnaire import Declaration, Questionnaire, Score
from surveyapp.domain.instrument.routing import parts_of
from surveyapp.domain.instrument.study import Comparison
from surveyapp.domain.instrument.translation import source_of
from surveyapp.domain.results import SeriesNote

Status = Literal["same", "extended", "reworded", "rescaled", "new", "removed"]
_WORSE: tuple[Status, ...] = ("same", "extended", "reworded", "rescaled")

NOT_DECLARED = N_("Nobody has said whether the two wordings can be compared.")
OTHER_KIND = N_("It is another kind of question.")
DOES_NOT_FIT = N_("What was said of the change does not fit these two wordings.")
NOT_HERE = N_("A version in between is not here.")

UNDECLARED = frozenset({NOT_DECLARED, OTHER_KIND, DOES_NOT_FIT, NOT_HERE})
"""Reasons that no author wrote."""


@dataclass(frozen=True)
class Link:
    """Whether answers in one wording stand for answers in another. `mapping`: each code to the one it becomes; None
    where codes stay. `notes`: what lies between, a note for each step that is not the same."""

    comparable: bool = True
    mapping: Mapping[str, str] | None = None
    notes: tuple[SeriesNote, ...] = ()

    def then(self, later: Link) -> Link:
        """This step, and a later one after it."""
        mapping = self.mapping
        if later.mapping is not None:
            step = later.mapping
            mapping = step if mapping is None else {old: step[new] for old, new in mapping.items() if new in step}
        notes = tuple(dict.fromkeys((*self.notes, *later.notes)))
        return Link(self.comparable and later.comparable, mapping, notes)


SAME = Link()


def broken(reason: str) -> Link:
    return Link(False, None, (SeriesNote("broken", reason),))


@functools.lru_cache(maxsize=128)
def variables(questionnaire: Questionnaire) -> Mapping[str, Mapping[str | None, Part]]:
    """Every variable by name, with its part at each moment; the lines of text beside an option are left out."""
    found: dict[str, dict[str | None, Part]] = {}
    for part in parts_of(questionnaire).values():
        if part.when is None:
            found.setdefault(part.name, {})[part.moment] = part
    return found


def same_kind(old: Mapping[str | None, Part], new: Mapping[str | None, Part]) -> bool:
    """Whether a variable is of one kind in both, whatever its words and options."""
    one, two = next(iter(old.values())), next(iter(new.values()))
    return one.kind is two.kind and one.type is two.type


def status(old: Mapping[str | None, Part] | None, new: Mapping[str | None, Part] | None) -> Status:
    """What became of a variable from one wording to another, its moments taken together; None: not asked there.

    *rescaled*: an option is gone, or a rating's numbers are others. *reworded*: the question's or statement's text, an
    option's label or place, what a moment or an end of the rating is called. *extended*: there are more options and
    nothing else. Otherwise *same*: a hint, or a note to the interviewer, does not count. The first of these that holds.
    """
    if old is None or new is None:
        return "new" if old is None else "removed"
    shared = [(old[moment], new[moment]) for moment in old if moment in new]
    pairs = shared or [(next(iter(old.values())), next(iter(new.values())))]
    return max((_status(one, two) for one, two in pairs), key=_WORSE.index)


def _status(old: Part, new: Part) -> Status:
    before, after = old.codes, new.codes
    if set(before) - set(after) or (old.kind.scaled and before != after):
        return "rescaled"
    kept = [code for code in after if code in before]
    if list(before) != kept or _words(old, before) != _words(new, before):
        return "reworded"
    return "extended" if len(after) > len(before) else "same"


def _words(part: Part, kept: Sequence[str]) -> tuple[object, ...]:
    question = part.question
    options = tuple(
        (option.code, source_of(option.label), option.exclusive) for option in question.options if option.code in kept
    )
    return *_sources(question.text, part.label, part.moment_label, question.low, question.high), options


def _sources(*texts: str | None) -> tuple[str | None, ...]:
    """Two wordings are compared in what their author wrote: two texts may be translated alike."""
    return tuple(None if text is None else source_of(text) for text in texts)


def _as_written(score: Score) -> Score:
    """What is counted, and what it is called. How far it can be trusted may be found out later: it changes no score."""
    bands = tuple(dataclasses.replace(band, label=source_of(band.label)) for band in score.bands)
    return dataclasses.replace(score, title=source_of(score.title), bands=bands, reliability=None)


def notes_changed(old: Mapping[str | None, Part], new: Mapping[str | None, Part]) -> bool:
    """Whether the hint or the note to the interviewer is another."""
    one, two = next(iter(old.values())).question, next(iter(new.values())).question
    return _sources(one.hint, one.interviewer) != _sources(two.hint, two.interviewer)


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


def step(
    old: Mapping[str | None, Part], new: Mapping[str | None, Part], declared: Declaration | None, version: int | None
) -> Link:
    """From one wording to another, by what is said of it. `version`: the newer one's number, where it is a version."""
    one, two = next(iter(old.values())), next(iter(new.values()))
    if not same_kind(old, new):
        return broken(OTHER_KIND)
    found = status(old, new)
    if found == "same" and (declared is None or not notes_changed(old, new)):
        return SAME
    if declared is None:
        if found != "extended":
            return broken(NOT_DECLARED)
        known = one.codes
        added = tuple(option.label for option in two.question.options if option.code not in known)
        return Link(notes=(SeriesNote("extended", None, version, added),))
    if not declared.comparable:
        return Link(False, None, (SeriesNote("broken", declared.because, version),))
    mapping = dict(declared.mapping)
    if (mapping and any(mapping_faults(mapping, one, two))) or (found == "rescaled" and not mapping):
        return broken(DOES_NOT_FIT)
    kind: Literal["extended", "reworded", "rescaled"] = (
        "rescaled" if mapping else "extended" if found == "extended" else "reworded"
    )
    return Link(True, mapping or None, (SeriesNote(kind, declared.because, version),))


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

    def part(self, wording: VersionId, variable: str) -> Mapping[str | None, Part]:
        return variables(self.versions[wording])[variable]

    def along(self, questionnaire: str, variable: str, start: int, end: int) -> Link:
        """From a version to a later one that both ask the variable. A version that leaves it out is passed over: what
        the next one to ask it says is of the last one that did."""
        if any((questionnaire, version) not in self.versions for version in range(start, end + 1)):
            return broken(NOT_HERE)
        link = SAME
        asking = [version for version in self.asking(questionnaire, variable) if start <= version <= end]
        for older, newer in itertools.pairwise(asking):
            old = self.part(VersionId(questionnaire, older), variable)
            new = self.part(VersionId(questionnaire, newer), variable)
            declared = declaration_of(self.versions[questionnaire, newer].changes, next(iter(new.values())))
            link = link.then(step(old, new, declared, newer))
        return link

    def same_score(self, questionnaire: str, score: Score, version: int, newest: int) -> bool:
        """Whether a version has this very score, of items that are answered on the same options and mean the same."""
        there = self.versions[questionnaire, version].scores
        if _as_written(score) not in (_as_written(each) for each in there):
            return False
        links = [
            self.along(questionnaire, key.partition("@")[0], min(version, newest), max(version, newest))
            for key in score.items
        ]
        return all(link.comparable and link.mapping is None for link in links)

    def link(self, variable: str, start: VersionId, end: VersionId) -> Link:
        """From one wording of a variable to another, both of which ask it."""
        if start == end:
            return SAME
        if start.questionnaire == end.questionnaire:
            if start.version < end.version:
                return self.along(end.questionnaire, variable, start.version, end.version)
            return _turned(self.along(end.questionnaire, variable, end.version, start.version))
        if status(self.part(start, variable), self.part(end, variable)) == "same" and not self.said(
            variable, start.questionnaire, end.questionnaire
        ):
            return SAME
        # What is said between questionnaires is said of the newest version of each.
        newest = [self.asking(each.questionnaire, variable)[-1] for each in (start, end)]
        there = self.along(start.questionnaire, variable, start.version, newest[0])
        across = self._across(variable, start.questionnaire, end.questionnaire)
        back = _turned(self.along(end.questionnaire, variable, end.version, newest[1]))
        return there.then(across).then(back)

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
        old, new = (self.part(VersionId(name, self.asking(name, variable)[-1]), variable) for name in (first, second))
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
            if {each.first, each.second} == {first, second} and each.declaration.variable in names
        ]
        return next((each for each in found if each.declaration.variable == variable), found[0] if found else None)

    def _parts(self, questionnaire: str, variable: str) -> Iterable[Part]:
        asking = self.asking(questionnaire, variable)
        return self.part(VersionId(questionnaire, asking[-1]), variable).values() if asking else ()


def _turned(link: Link) -> Link:
    """The same step the other way: what several old answers became cannot be told apart again, so a mapping breaks."""
    if link.mapping is None:
        return link
    reason = next((note.reason for note in link.notes if note.kind == "rescaled"), None)
    return broken(reason or DOES_NOT_FIT)
