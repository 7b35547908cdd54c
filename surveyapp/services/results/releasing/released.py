"""Releases as everybody may read them: what is stored of one is all there is to see."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import TypeAdapter

from surveyapp.domain.errors import NoReleaseYet, NotFound
from surveyapp.domain.releases import Release, ReleasedPage, closed_set
from surveyapp.domain.results import Cell, Crosstab, Distribution, ResponseTable, Shift, Tally
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action, Scope
from surveyapp.services.results import keeping
from surveyapp.services.work import Desk, Work
from surveyapp.store import releases as store
from surveyapp.store.results import released_state

_SHIFT, _QUESTIONS = TypeAdapter(Shift), TypeAdapter(tuple[Distribution, ...])
_PEOPLE, _CROSSTAB = TypeAdapter(tuple[ResponseTable, ...]), TypeAdapter(Crosstab)

PUBLISHED = "published "
"""How the keys begin of what is no page: what a release told, as later ones are audited against it."""


T = TypeVar("T")

PageObjects = Shift | Crosstab | tuple[Distribution, ...] | tuple[ResponseTable, ...]

WaysTold = Mapping[str, int]
"""How many rows are told *exact*, *joined*, *bounded*, *range* or *withheld*."""


def written(key: str, page: PageObjects) -> bytes:
    """A page's result objects as they are stored under its key."""
    return _objects_of(key).dump_json(page)


def read(key: str, body: bytes) -> PageObjects:
    """A page by its key."""
    found: PageObjects = _objects_of(key).validate_json(body)
    return found


def _objects_of(key: str) -> TypeAdapter[Any]:
    kinds: dict[str, TypeAdapter[Any]] = {"measure": _SHIFT, "people": _PEOPLE, "crosstab": _CROSSTAB}
    return kinds.get(key.partition(" ")[0], _QUESTIONS)


def keep_drawn(
    desk: Desk,
    study_id: str,
    number: int | None,
    key: str,
    kind: type[T],
    make: Callable[[], T],
    worth: Callable[[T], bool],
) -> T:
    """What is drawn of a release: as it was kept, or as `make` draws it now. Raises NotFound, NotPermitted,
    NoReleaseYet."""
    with desk.reading() as work:
        release = _release(desk, work, study_id, number)
        # One that is drawn while another page is taken down is kept under a key that nobody asks for any more.
        taken_down = store.taken_down(work.session, release.id)
    printed = f"{keeping.fingerprint(desk.study(study_id), (), desk.language)} {taken_down}"
    scope = Scope(study_id, desk.runtime.origin)
    return keeping.kept(desk, scope, released_state(release.id), f"{printed}|{key}", kind, make, worth)


def releases(desk: Desk, study_id: str) -> list[Release]:
    """Every release of a study, the newest first. Raises NotFound, NotPermitted."""
    study = desk.study(study_id)
    desk.check(Action.SEE_RELEASES, study_id)
    with desk.reading() as work:
        return store.releases(work.session, Scope(study.id, desk.runtime.origin))


def overview(desk: Desk, study_id: str, number: int | None) -> tuple[Release, tuple[Shift, ...]]:
    """A release (the newest without a number) with its measures over everybody, in the study's order. Raises NotFound,
    NotPermitted, NoReleaseYet."""
    keys = [page.key for page in closed_set(desk.study(study_id)) if page.kind == "measure" and page.segment is None]
    with desk.reading() as work:
        release = _release(desk, work, study_id, number)
        found = store.some_pages(work.session, release.id, keys)
    return release, tuple(_SHIFT.validate_json(found[key]) for key in keys if key in found)


def measure(
    desk: Desk, study_id: str, measure_id: str, number: int | None, segment: str | None = None
) -> tuple[Release, Shift]:
    """A measure of a release. Raises as `overview` does."""
    page = ReleasedPage(kind="measure", group="", measure=measure_id, segment=segment)
    release, body = _page(desk, study_id, number, page)
    return release, _SHIFT.validate_json(body)


def questions(
    desk: Desk, study_id: str, group: str, touchpoint: int, number: int | None, segment: str | None = None
) -> tuple[Release, tuple[Distribution, ...]]:
    """A touchpoint's questions in a release, in the order asked. Raises as `overview` does."""
    page = ReleasedPage(kind="questions", group=group, touchpoint=touchpoint, segment=segment)
    release, body = _page(desk, study_id, number, page)
    # One that was made before releases had it does not say which statements are worded the other way round.
    turned = desk.study(study_id).turned_items(group, touchpoint)
    return release, tuple(each.turned_as(turned) for each in _QUESTIONS.validate_json(body))


def people(desk: Desk, study_id: str, group: str, number: int | None) -> tuple[Release, tuple[ResponseTable, ...]]:
    """How many of a group answered each touchpoint, everybody and by each segment. Raises as `overview` does."""
    release, body = _page(desk, study_id, number, ReleasedPage(kind="people", group=group))
    return release, _PEOPLE.validate_json(body)


def crosstabs(
    desk: Desk, study_id: str, group: str, touchpoint: int, number: int | None
) -> tuple[Release, tuple[Crosstab, ...]]:
    """The questions of a touchpoint that are put across one another in a release, in the study's order. Raises as
    `overview` does."""
    keys = [
        page.key
        for page in closed_set(desk.study(study_id))
        if (page.kind, page.group, page.touchpoint) == ("crosstab", group, touchpoint)
    ]
    with desk.reading() as work:
        release = _release(desk, work, study_id, number)
        found = store.some_pages(work.session, release.id, keys)
    if not found:
        raise NotFound(say("not_in_release", number=release.number))
    return release, tuple(_CROSSTAB.validate_json(found[key]) for key in keys if key in found)


def crossed_at(desk: Desk, release: Release) -> list[tuple[str, int]]:
    """The touchpoints of which a release has crosstabs, by group and number, in the study's order."""
    pages = [page for page in closed_set(desk.study(release.study)) if page.kind == "crosstab"]
    with desk.reading() as work:
        found = store.some_pages(work.session, release.id, [page.key for page in pages])
    return list(dict.fromkeys((page.group, page.touchpoint or 0) for page in pages if page.key in found))


def groups(desk: Desk, release: Release) -> set[str]:
    """The groups of which a release says how many answered: one that was made before releases did has none."""
    keys = {ReleasedPage(kind="people", group=each.id).key: each.id for each in desk.study(release.study).groups}
    with desk.reading() as work:
        return {keys[key] for key in store.some_pages(work.session, release.id, list(keys))}


def pages(desk: Desk, study_id: str, number: int | None = None) -> tuple[Release, dict[str, WaysTold | None]]:
    """A release (the newest without a number) and how the rows of each of its pages are told; None for a page that was
    taken down. Raises NotFound, NotPermitted."""
    study = desk.study(study_id)
    desk.check(Action.SEE_RELEASES, study_id)
    with desk.reading() as work:
        found = store.release(work.session, Scope(study.id, desk.runtime.origin), number)
        if found is None:
            raise NoReleaseYet(say("no_release_yet")) if number is None else NotFound(say("no_release", number=number))
        stored = store.pages(work.session, found.id)
    told: dict[str, WaysTold | None] = {}
    for key, body in stored.items():
        if not key.startswith(PUBLISHED):
            told[key] = None if body is None else how_told(read(key, body))
    return found, told


def tables(desk: Desk, study_id: str, number: int | None) -> tuple[Release, tuple[ReleasedTable, ...]]:
    """Every table of a release (the newest without a number), in the order of its study's pages; those that it no
    longer declares at the end. Raises as `overview` does."""
    with desk.reading() as work:
        release = _release(desk, work, study_id, number)
        stored = store.pages(work.session, release.id)
    declared = {page.key: place for place, page in enumerate(closed_set(desk.study(study_id)))}
    keys = [key for key in stored if not key.startswith(PUBLISHED)]
    keys.sort(key=lambda key: (declared.get(key, len(declared)), key))
    return release, tuple(ReleasedTable(key, stored[key]) for key in keys)


@dataclass(frozen=True)
class ReleasedTable:
    """A table of a release by its key; without a body once it was taken down."""

    key: str
    body: bytes | None = field(repr=False)

    @property
    def name(self) -> str:
        """The key as an address has it: no part of one holds a full stop."""
        return self.key.replace(" ", ".")

    @property
    def told(self) -> PageObjects | None:
        """What it tells; None where it was taken down."""
        return None if self.body is None else read(self.key, self.body)


def log_of(desk: Desk, study_id: str, number: int) -> list[dict[str, str]]:
    """What gave way in a release, to what, because of which number: for those who see everybody's true counts. Raises
    NotFound, NotPermitted."""
    study = desk.study(study_id)
    desk.check_everywhere(Action.SEE_RESULTS, study_id, say("role_does_not_let", action=Action.SEE_RESULTS))
    with desk.reading() as work:
        found = store.release(work.session, Scope(study.id, desk.runtime.origin), number)
        if found is None:
            raise NotFound(say("no_release", number=number))
        lines: list[dict[str, str]] = json.loads(store.log(work.session, found.id))
    return lines


def _page(desk: Desk, study_id: str, number: int | None, page: ReleasedPage) -> tuple[Release, bytes]:
    """A page as it is stored: that the study no longer declares it takes it out of no earlier release."""
    with desk.reading() as work:
        release = _release(desk, work, study_id, number)
        body = store.page(work.session, release.id, page.key)
    if body is None:
        raise NotFound(say("not_in_release", number=release.number))
    return release, body


def _release(desk: Desk, work: Work, study_id: str, number: int | None) -> Release:
    desk.study(study_id)
    desk.check(Action.SEE_RELEASES, study_id)
    found = store.release(work.session, Scope(study_id, desk.runtime.origin), number)
    if found is None and number is not None:
        raise NotFound(say("no_release", number=number))
    if found is None:
        raise NoReleaseYet(say("no_release_yet"))
    return found


def how_told(page: PageObjects) -> WaysTold:
    """How the rows of a page are told."""
    if isinstance(page, Shift):
        return Counter(row_told(row.tally) for together in page.rows for row in together)
    if isinstance(page, Crosstab):
        return _lines_told(page)
    found: Counter[str] = Counter()
    for each in page:
        if isinstance(each, ResponseTable):
            found.update(_cell_told(row.answered) for row in each.rows)
        else:
            found.update(row_told(tally) for tally in each.tallies)
    return found


def _lines_told(crosstab: Crosstab) -> WaysTold:
    """Each line of a crosstab by the least that is said of any count in it."""
    if crosstab.withheld:
        return {"withheld": 1}
    together = any(option.members for side in (crosstab.down, crosstab.across) for option in side.options)
    told = [{_cell_told(cell) for cell in line} for line in crosstab.cells]
    return Counter("range" if "range" in each else "joined" if together else "exact" for each in told)


def _cell_told(cell: Cell) -> str:
    return "exact" if cell.shown else "range" if cell.told else "withheld"


def row_told(tally: Tally) -> str:
    """How one row is told: by the least that is said of any count in it."""
    cells = [tally.base, *tally.cells.values(), *(each.cell for each in tally.joined)]
    if tally.withheld:
        return "withheld"
    if any(cell.low is not None and cell.high is not None for cell in cells):
        return "range"
    if any(cell.told and not cell.shown for cell in cells):
        return "bounded"
    return "joined" if tally.joined else "exact"
