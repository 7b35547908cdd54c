"""Bringing what is counted up to date: the first reader after a change does it, for every process; nobody who answers
ever does.

While somebody counts, other readers get the figures as they were, with their time. Before anything was ever counted
there are none, and they wait a little.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import functools
import shutil
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from surveyapp.analysis.counting.alike import Together
from surveyapp.analysis.counting.alike import alike as counted_alike
from surveyapp.analysis.linked import build, files, partitions
from surveyapp.analysis.linked.partitions import Outline, PartsWriter
from surveyapp.analysis.linked.table import LinkedTable
from surveyapp.domain.errors import NotReady, StateRefused
from surveyapp.domain.instrument.kinds import Part, PartType
from surveyapp.domain.instrument.routing import parts_of
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.participants import Origin
from surveyapp.domain.responses import CountedAnswers
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Scope
from surveyapp.services.open_answers import themes
from surveyapp.services.results.cluster import counted_in_parts
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk, Work
from surveyapp.store import participants, responses, results
from surveyapp.store.results import ResultState

CLAIM = dt.timedelta(minutes=10)
"""For how long whoever counts is believed to be at it."""

PATIENCE = 20.0
"""Seconds that a reader waits where nothing was counted yet."""

MANY_CHANGED = 2_000
"""Where more people changed than this, a table is made anew rather than brought up to date."""


def up_to_date(desk: Desk, study: Study) -> ResultState:
    """The state that results are read at: the newest, unless somebody else is counting it just now. Raises NotReady
    where nothing was counted yet and that takes long."""
    scope = Scope(study.id, desk.runtime.origin)
    deadline = time.monotonic() + PATIENCE
    while True:
        with desk.reading() as work:
            known = results.state(work.session, scope)
            if known is not None and not _stale(work, study, scope, known):
                return known
        # A copy of the database may not have what was counted just now: whoever counts reads what is written to.
        counted = _count(desk.on_primary, study, scope)
        if counted is not None:
            return counted
        if known is not None:
            return known
        if time.monotonic() > deadline:
            raise NotReady(say("counting"))
        time.sleep(0.1)


def install(work: Work, study: Study, made: ResultState, tables: Iterable[LinkedTable]) -> None:
    """Makes tables of simulated people the state that results are read at, although no answers in the database are
    behind them: there are too many. `tables`: those that are not written in parts already (`parts`). Raises
    StateRefused where something is counted already."""
    scope, who = Scope(study.id, Origin.SIMULATED), uuid.uuid4().hex
    if results.state(work.session, scope) or not results.claim(work.session, scope, who, work.now, work.now + CLAIM):
        raise StateRefused(say("counted_already", study=study.id))
    for table in tables:
        files.save(table, _place(work.runtime, study, table.group, made.name, scope.origin))
    results.advance(work.session, scope, who, made, ())


def parts(runtime: Runtime, study: Study, group: str, state: str) -> PartsWriter:
    """What writes a table of simulated people in parts, as they come."""
    return PartsWriter(in_parts_of(_place(runtime, study, group, state, Origin.SIMULATED)))


def in_tables_alone(work: Work) -> bool:
    """Whether the people of this installation are simulated and stand in linked tables alone: there are too many."""
    return work.runtime.origin is Origin.SIMULATED and not participants.counts_by_origin(work.session)


def tables(desk: Desk, study: Study, state: ResultState) -> Tables:
    """The linked tables of a state, each opened when it is asked for."""
    return Tables(desk, study, state)


@dataclasses.dataclass
class Tables:
    """A study's linked tables by group, opened when they are first read."""

    desk: Desk
    study: Study
    state: ResultState
    _open: dict[str, LinkedTable] = dataclasses.field(default_factory=dict, kw_only=True)
    _outlined: dict[str, Outline] = dataclasses.field(default_factory=dict, kw_only=True)
    _knowing: Mapping[str, tuple[Path, Outline]] = dataclasses.field(default_factory=dict, kw_only=True)

    def __getitem__(self, group: str) -> LinkedTable:
        if group not in self._open:
            self._open[group] = self._opened(group)
        return self._open[group]

    def _opened(self, group: str) -> LinkedTable:
        place = self._place(group)
        if (found := _loaded(place)) is not None:
            return found
        parts = in_parts_of(place)
        if (outline := partitions.outline(parts)) is not None:
            return partitions.whole(parts, outline)
        # Another machine counted this state, or the folder was emptied. What came since still waits to be taken in.
        with self.desk.on_primary.reading() as work:
            made = _made(work, self.study, group, self.state.name, self.state.on)
        files.save(made, place)
        return made

    def _place(self, group: str) -> Path:
        return _place(self.desk.runtime, self.study, group, self.state.name)

    def outline(self, group: str) -> Outline:
        """What is known of a group's table without counting."""
        if group not in self._outlined:
            place = self._place(group)
            found = _outline_of(place) or partitions.outline(in_parts_of(place))
            self._outlined[group] = found or partitions.outline_of(self[group])
        return self._outlined[group]

    def in_parts(self, group: str) -> tuple[Path, Outline] | None:
        """The folder of a table that is counted in parts: one that is too large to be counted in one, where there is a
        cluster, or that was written so. The parts are written when they are first asked for."""
        if group in self._knowing:
            return self._knowing[group]
        place = self._place(group)
        folder = in_parts_of(place)
        outline = partitions.outline(folder)
        if outline is None and self.desk.runtime.settings.cluster and self.outline(group).people > partitions.PEOPLE:
            outline = partitions.write(folder, partitions.slices(self[group]))
        return None if outline is None else (folder, outline)

    @contextlib.contextmanager
    def knowing(self, group: str, more: Callable[[Iterator[LinkedTable]], Iterator[LinkedTable]]) -> Iterator[Tables]:
        """For a while, the same of which more is known of a group's people, who are counted in parts: what `more` makes
        of these, one after another."""
        found = self.in_parts(group)
        assert found is not None
        parts = (partitions.read(path) for path in partitions.paths(*found))
        place = self._place(group)
        # As what is left of a state goes with it, so does this where a process is killed meanwhile.
        folder = place.with_name(f"{uuid.uuid4().hex}-{place.stem}.parts")
        try:
            known = partitions.write(folder, more(parts))
            yield dataclasses.replace(self, _knowing={**self._knowing, group: (folder, known)})
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def alike(self, group: str, asked: Sequence[Together]) -> list[LinkedTable]:
        """The people of a group that are alike in each of what is asked."""
        if not asked:
            return []
        found = self.in_parts(group)
        if found is None:
            table = self[group]
            return [counted_alike(table, each) for each in asked]
        return counted_in_parts(self.desk.runtime.settings.cluster, partitions.paths(*found), asked)


def in_parts_of(place: Path) -> Path:
    """Beside a table's file, the folder of its parts."""
    return place.with_suffix(".parts")


@functools.lru_cache(maxsize=32)
def _cached(place: Path, _written: int) -> LinkedTable | None:
    return files.load(place)


@functools.lru_cache(maxsize=32)
def _cached_outline(place: Path, written: int) -> Outline | None:
    table = _cached(place, written)
    return None if table is None else partitions.outline_of(table)


def _outline_of(place: Path) -> Outline | None:
    try:
        return _cached_outline(place, place.stat().st_mtime_ns)
    except OSError:
        return None


def _loaded(place: Path) -> LinkedTable | None:
    """The table in a file, opened once a process; None where there is none."""
    try:
        written = place.stat().st_mtime_ns
    except OSError:
        return None
    return _cached(place, written)


def _stale(work: Work, study: Study, scope: Scope, known: ResultState) -> bool:
    today = work.today(study)
    turned = today != known.on and participants.attributes_turn(work.session, study.id, known.on, today)
    return turned or results.waits(work.session, scope)


def _count(desk: Desk, study: Study, scope: Scope) -> ResultState | None:
    """Counts what came since; None where somebody else is at it."""
    who = uuid.uuid4().hex
    with desk.writing() as work:
        if not results.claim(work.session, scope, who, work.now, work.now + CLAIM):
            return None
    try:
        with desk.reading() as work:
            known = results.state(work.session, scope)
            fresh = known is not None and not _stale(work, study, scope, known)
        if fresh:  # Somebody else counted between the look and the claim.
            with desk.writing() as work:
                results.release_claim(work.session, scope, who)
            return known
        with desk.reading() as work:
            waiting = results.waiting(work.session, scope)
            on = work.today(study)
            turned = known is not None and participants.attributes_turn(work.session, study.id, known.on, on)
            made = ResultState(
                name=uuid.uuid4().hex,
                before=known.name if known else None,
                answers_at=responses.newest_submission(work.session, scope),
                on=on,
            )
            changed = None if turned or len(waiting) > MANY_CHANGED else set(waiting.values())
            for group in study.groups:
                table = _brought_up(work, study, group.id, known, made, changed)
                files.save(table, _place(desk.runtime, study, group.id, made.name))
        with desk.writing() as work:
            if not results.advance(work.session, scope, who, made, waiting):
                return results.state(work.session, scope)
    except BaseException:
        with desk.writing() as work:
            results.release_claim(work.session, scope, who)
        raise
    _sweep(desk.runtime, study, made)
    return made


def _brought_up(
    work: Work,
    study: Study,
    group: str,
    known: ResultState | None,
    made: ResultState,
    changed: set[uuid.UUID] | None,
) -> LinkedTable:
    """A group's table at a new state, from the one before where that is there."""
    old = None
    if known is not None and changed is not None:
        old = _loaded(_place(work.runtime, study, group, known.name))
    if old is None or changed is None:
        return _made(work, study, group, made.name, made.on)
    scope = Scope(study.id, work.runtime.origin)
    people = participants.counted_people(work.session, scope, made.on, group, changed)
    answers, types = _answers(work, study, scope, group, changed)
    try:
        return build.updated(
            old,
            state=made.name,
            on=made.on,
            changed=changed,
            people=people,
            answers=answers,
            attributes=_attributes(study),
            type_of=types,
        )
    except ValueError:
        return _made(work, study, group, made.name, made.on)


def _made(work: Work, study: Study, group: str, state: str, on: dt.date) -> LinkedTable:
    scope = Scope(study.id, work.runtime.origin)
    people = participants.counted_people(work.session, scope, on, group)
    if in_tables_alone(work):
        raise StateRefused(say("tables_gone", study=study.id, folder=str(work.runtime.settings.cache)))
    answers, types = _answers(work, study, scope, group)
    return build.build(
        group=group,
        state=state,
        on=on,
        people=people,
        answers=answers,
        attributes=_attributes(study),
        type_of=types,
    )


def _answers(
    work: Work, study: Study, scope: Scope, group: str, changed: set[uuid.UUID] | None = None
) -> tuple[Iterator[CountedAnswers], build.TypeOf]:
    """A group's answers with what was coded of them, and what the answers to each variable are."""
    parts_at = _parts(work, study, group)
    coded = themes.group_themes(work, scope, group, changed)
    answers = responses.counted_answers(work.session, scope, group, changed)

    def type_of(touchpoint: int, version: int, variable: str) -> PartType | None:
        parts = parts_at(touchpoint, version)
        part = parts.get(variable)
        return coded.type_of(variable, parts) if part is None else part.type

    return themes.with_themes(answers, coded, parts_at), type_of


def _attributes(study: Study) -> Mapping[str, tuple[str, ...]]:
    """What is known of people and of sites, by the full id, with the values that each can have."""
    return {attribute.id: tuple(attribute.values) for attribute in study.attributes}


def _parts(work: Work, study: Study, group: str) -> themes.PartsAt:
    names = {touchpoint.number: touchpoint.questionnaire for touchpoint in study.touchpoints_of(group)}

    def parts_at(touchpoint: int, version: int) -> Mapping[str, Part]:
        name = names.get(touchpoint)
        return {} if name is None else parts_of(work.runtime.instrument(work.session, study.id, name, version))

    return parts_at


def _place(runtime: Runtime, study: Study, group: str, state: str, origin: Origin | None = None) -> Path:
    return _folder(runtime, study.id, origin or runtime.origin) / f"{group}-{state}.arrow"


def _folder(runtime: Runtime, study_id: str, origin: Origin) -> Path:
    return runtime.settings.cache / f"{study_id}-{origin.value}"


def _sweep(runtime: Runtime, study: Study, made: ResultState) -> None:
    """Takes away the files of states that nobody reads any more."""
    for path in _files(runtime, study):
        if not any(state and path.stem.endswith(state) for state in (made.name, made.before)):
            _remove(path)


def _remove(path: Path) -> None:
    if path.suffix == ".parts":
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def forget(runtime: Runtime, study_id: str, origin: Origin) -> None:
    """Takes away everything that was counted of a study. Whoever reads next counts anew."""
    for path in _tables_in(_folder(runtime, study_id, origin)):
        _remove(path)


def _files(runtime: Runtime, study: Study) -> Iterator[Path]:
    return _tables_in(_folder(runtime, study.id, runtime.origin))


def _tables_in(folder: Path) -> Iterator[Path]:
    for kind in ("*.arrow", "*.parts") if folder.is_dir() else ():
        yield from folder.glob(kind)
