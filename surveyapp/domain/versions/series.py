"""A variable followed through the versions it was answered in, and a measure's rows set beside one another."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from surveyapp.domain.instrument.kinds import Part
from surveyapp.domain.instrument.routing import Page, pages_of
from surveyapp.domain.results import SeriesNote, ShiftStep
from surveyapp.domain.versions.comparability import NOT_DECLARED, SAME, Link, VersionHistory, VersionId


@dataclass(frozen=True, kw_only=True)
class Followed:
    """One variable at one touchpoint. `part` and `page` are of the newest wording that was answered there. `links`:
    how the answers of each answered version that asks it become answers in that wording. `section`: under which title
    it stands. `turned`: what was said of the step by which it is counted in a later questionnaire's wording, if it
    is."""

    part: Part
    page: Page
    section: str
    wording: VersionId
    links: Mapping[int, Link]
    notes: tuple[SeriesNote, ...]
    turned: tuple[SeriesNote, ...] = ()


def follow(
    wordings: VersionHistory, questionnaire: str, answered: Collection[int], current: int | None
) -> tuple[Followed, ...]:
    """Every variable of a questionnaire at a touchpoint, in the order asked; one that the newest version no longer asks
    stands where it was. `answered`: the versions with responses; `current`: the one that new responses begin on."""
    asked = {
        version: {part.key: (page, part) for page in pages_of(wordings.versions[questionnaire, version])
                  for part in page.parts}
        for version in {*answered, *([] if current is None else [current])}
    }  # fmt: skip
    newest_first = sorted(asked, reverse=True)
    titles = {section.id: section.title for section in wordings.versions[questionnaire, newest_first[0]].sections}
    order: list[str] = []
    for version in newest_first:
        place = 0
        for key in asked[version]:
            if key not in order:
                order.insert(place, key)
            place = order.index(key) + 1
    found = []
    for key in order:
        holding = [version for version in newest_first if key in asked[version]]
        version = next((each for each in holding if each in answered), holding[0])
        page, part = asked[version][key]
        wording = VersionId(questionnaire, version)
        older = [each for each in holding if each in answered and each <= version]
        links = {each: _along(wordings, part, wording, each) for each in older}
        notes = notes_of(links, _gone(asked, key, version))
        section = titles.get(page.section.id, page.section.title)
        found.append(Followed(part=part, page=page, section=section, wording=wording, links=links, notes=notes))
    return tuple(found)


def _along(wordings: VersionHistory, part: Part, wording: VersionId, version: int) -> Link:
    # The line of text beside an option goes with the option: nobody compares it.
    return SAME if part.when else wordings.along(wording.questionnaire, part.name, version, wording.version)


def _gone(asked: Mapping[int, Mapping[str, object]], key: str, version: int) -> int | None:
    """Since which version a variable is asked no longer."""
    return min((later for later in asked if later > version and key not in asked[later]), default=None)


def notes_of(links: Mapping[int, Link], gone: int | None = None) -> tuple[SeriesNote, ...]:
    """What is said where the answers of several versions become answers in one, or are left out. `gone`: since which
    version it is asked no longer."""
    notes: list[SeriesNote] = []
    for link in links.values():
        if link.comparable:
            notes.extend(link.notes)
        else:
            breaks = [note for note in link.notes if note.kind == "broken"]
            notes.extend(SeriesNote("left_out", note.reason, note.version) for note in breaks)
    if gone is not None:
        notes.append(SeriesNote("removed", None, gone))
    return tuple(dict.fromkeys(notes))


def beside(wordings: VersionHistory, rows: Sequence[Followed]) -> tuple[tuple[Followed, ...], tuple[ShiftStep, ...]]:
    """A measure's rows, those that compare turned into one wording; and the step between every two of them.

    Rows fall into sets, the last row's first: whatever becomes an answer in its wording (or in a newer one of the same
    questionnaire) belongs to it. Two rows of one set compare, and two of different sets do not.
    """
    turned: dict[int, Followed] = {}
    set_of: dict[int, VersionId] = {}
    left = list(range(len(rows)))
    while left:
        last = rows[left[-1]]
        target = VersionId(
            last.wording.questionnaire,
            max(rows[i].wording.version for i in left if rows[i].wording.questionnaire == last.wording.questionnaire),
        )
        if not _link(wordings, last, target).comparable:
            target = last.wording
        for i in list(left):
            link = _link(wordings, rows[i], target)
            if link.comparable:
                turned[i], set_of[i] = _turned(wordings, rows[i], target, link), target
                left.remove(i)
    steps = tuple(
        _step(wordings, rows, i, j, [set_of[i], set_of[j]]) for i, j in combinations(range(len(rows)), 2)
    )  # fmt: skip
    return tuple(turned[i] for i in range(len(rows))), steps


def _link(wordings: VersionHistory, row: Followed, target: VersionId) -> Link:
    return wordings.link(row.part.name, row.wording, target)


def _turned(wordings: VersionHistory, row: Followed, target: VersionId, link: Link) -> Followed:
    """The row in the target's wording: its own moment and words, the target's options and nets."""
    if target == row.wording:
        return row
    question = wordings.asked(target, row.part.name).question
    part = dataclasses.replace(row.part, question=question)
    links = {version: own.then(link) for version, own in row.links.items()}
    return dataclasses.replace(row, part=part, links=links, turned=link.notes if link.mapping else ())


def _step(wordings: VersionHistory, rows: Sequence[Followed], i: int, j: int, sets: Sequence[VersionId]) -> ShiftStep:
    direct = _link(wordings, rows[i], rows[j].wording)
    if sets[0] != sets[1]:
        breaks = tuple(note for note in direct.notes if note.kind == "broken")
        return ShiftStep(i, j, "broken", breaks or (SeriesNote("broken", NOT_DECLARED),))
    notes = direct.notes
    if not direct.comparable:  # the mapping goes the other way
        notes = (*_link(wordings, rows[i], sets[0]).notes, *_link(wordings, rows[j], sets[0]).notes)
    return ShiftStep(i, j, "marked" if notes else "comparable", tuple(dict.fromkeys(notes)))
