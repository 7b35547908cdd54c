"""A table in parts gives the numbers of the whole, here and on a cluster, whatever becomes of its workers."""

from __future__ import annotations

import dataclasses
import os
import shutil
import signal
import uuid
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from surveyapp.analysis.linked import partitions
from surveyapp.domain.instrument.study import Thresholds
from surveyapp.domain.releases import Release
from surveyapp.domain.staff import Scope
from surveyapp.services.results import cluster, current, distributions, looking, measures, response
from surveyapp.services.results.data import ResultData, read_data
from surveyapp.services.results.looking import Look
from surveyapp.services.results.releasing import cuts, drafting, in_parts
from surveyapp.services.results.releasing.cuts import StatusCut
from surveyapp.services.results.releasing.variables import PlannedVariable
from surveyapp.services.runtime import Runtime
from surveyapp.services.simulation import making
from surveyapp.store import releases as release_store
from tests import factories
from tests.conftest import Clock
from tests.integration.test_simulating import installation
from tests.simulated import first_release
from tests.workers import workers

PEOPLE = 450
NOBODY = "tcp://127.0.0.1:9"


@pytest.fixture(scope="module", params=["job_rotation", "every_kind"])
def cohort(
    request: pytest.FixtureRequest, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Runtime]]:
    """A cohort that stands in linked tables alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(making, "MOST_STORED", PEOPLE - 1)
        yield request.param, simulated(request.param, sqlite_template, tmp_path_factory.mktemp("cohort"))


def simulated(study: str, template: Path, folder: Path, cluster_at: str | None = None) -> Runtime:
    shutil.copy(template, folder / "cohort.db")
    runtime = installation(study, f"sqlite:///{folder / 'cohort.db'}", Clock(), folder / "tables")
    runtime = dataclasses.replace(runtime, settings=dataclasses.replace(runtime.settings, cluster=cluster_at))
    making.simulate(factories.operator(runtime), study, PEOPLE, 11)
    return runtime


def data_of(runtime: Runtime, study_id: str, cluster_at: str | None = None) -> ResultData:
    runtime = dataclasses.replace(runtime, settings=dataclasses.replace(runtime.settings, cluster=cluster_at))
    data = read_data(factories.operator(runtime), study_id)
    # Nothing has to be hidden, which takes long, and everything is told; of some measures, by one segment.
    study = dataclasses.replace(
        data.study,
        thresholds=Thresholds(1, 1, 30),
        measures=data.study.measures[:3],
        segments=data.study.segments[:1],
        crosstabs=data.study.crosstabs[:1],
    )
    return dataclasses.replace(data, study=study)


def told(data: ResultData) -> dict[str, object]:
    """Everything that is counted of a study, from the beginning."""
    study, found = data.study, dict[str, object]()
    segments = [None, *(each.partition(".")[2] for each in study.segments)]
    for segment in segments:
        for measure in study.measures:
            for matched in (False, True):
                key = f"measure {measure.id} {segment} {matched}"
                found[key] = measures.counted_shift(data, measure, matched=matched, segment=segment)
        for point in study.touchpoints:
            found[f"questions {point.key} {segment}"] = distributions.counted_questions(data, point, segment)
    for group in study.groups:
        reader = response._Reader(data, group.id, *response._moment(data))
        found[f"profile {group.id}"] = list(reader.profile())
        places = looking._places(data, group.id)
        found[f"places {group.id}"] = places
        for place in places[:4]:
            look = Look(group=group.id, variable=place.variable)
            found[f"known {look}"] = looking._known(data, look)
            by = next((each.id for each in study.attributes), None)
            found[f"look {look}"] = looking._look(data, dataclasses.replace(look, by=by))
        crossed = [each for each in places if each.crosses][:2]
        if len(crossed) == 2:
            (one, two), point = crossed, crossed[0].moments[0].touchpoint
            ask = Look(group=group.id, variable=one.moments[0].key)
            found[f"cross {group.id}"] = looking._cross(data, ask, point, two.moments[0].key, two.moments[0].touchpoint)
        draft = drafting.group_draft(data, group.id, first_release(data.study), ())
        found[f"released {group.id}"] = draft.objects
        found[f"published {group.id}"] = sorted(drafting._PUBLISHED.validate_json(draft.published).items())
        found[f"passed {group.id}"] = draft.passed
        assert (draft.cut is None) == (data.tables.in_parts(group.id) is not None)
    return found


def split_up(data: ResultData, people: int = 60) -> None:
    for group in data.study.groups:
        table = data.tables[group.id]
        partitions.write(current.in_parts_of(data.tables._place(group.id)), partitions.slices(table, people))


def joined(data: ResultData) -> None:
    for group in data.study.groups:
        shutil.rmtree(current.in_parts_of(data.tables._place(group.id)), ignore_errors=True)


def test_parts_count_as_the_whole(cohort: tuple[str, Runtime]) -> None:
    study, runtime = cohort
    whole = told(data_of(runtime, study))
    data = data_of(runtime, study)
    split_up(data)
    try:
        parts = told(data_of(runtime, study))
    finally:
        joined(data)
    assert parts.keys() == whole.keys()
    for key, counted in whole.items():
        assert parts[key] == counted, key


def test_a_cohort_written_in_parts_is_the_one_that_is_not(
    sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "MOST_STORED", PEOPLE - 1)
    monkeypatch.setattr(making, "BATCH", 100)
    for module in ("cohort", "plan"):
        monkeypatch.setattr(f"surveyapp.analysis.simulation.{module}.BATCH", 100)
    monkeypatch.setattr(partitions, "PEOPLE", 200)
    found = []
    for name, address in (("whole", None), ("parts", NOBODY)):
        (tmp_path / name).mkdir()
        runtime = simulated("mentoring", sqlite_template, tmp_path / name, address)
        data = data_of(runtime, "mentoring")
        written = list((runtime.settings.cache).rglob("*.parquet"))
        assert bool(written) == (address is not None)
        outline = data.outline("mentee")
        overview = [measures.counted_shift(data, each, matched=False, segment=None) for each in data.study.measures]
        table = data.tables["mentee"]  # joined again where somebody has to be told from another
        assert outline.people == len(table)
        found.append((dataclasses.replace(outline, state="", parts=1), overview, bytes(table.people.tobytes())))
        runtime.database.dispose()
    assert found[0] == found[1]


def test_a_cluster_counts_what_is_counted_here(
    sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(making, "MOST_STORED", PEOPLE - 1)
    monkeypatch.setattr(partitions, "PEOPLE", 40)
    monkeypatch.setattr(cluster, "PATIENCE", 3.0)
    study = "mentoring"
    runtime = simulated(study, sqlite_template, tmp_path)
    here = data_of(runtime, study)
    measure, point = here.study.measures[0], here.study.touchpoint("mentee", 1)
    assert point is not None

    def counted(data: ResultData) -> tuple[object, object]:
        return (
            measures.counted_shift(data, measure, matched=False, segment=None),
            distributions.counted_questions(data, point, None),
        )

    expected = counted(here)
    with workers(2) as address:
        assert cluster.problem(address) is None
        there = data_of(runtime, study, address)
        assert there.tables.in_parts("mentee") is not None
        assert counted(there) == expected
        pid = next(iter(cluster._client(address).run(os.getpid).values()))
        os.kill(pid, signal.SIGKILL)
        assert counted(data_of(runtime, study, address)) == expected
        assert not [each for each in caplog.records if each.name.startswith("surveyapp")]
        monkeypatch.setattr(cluster, "program_print", lambda: "another")
        assert "another version" in (cluster.problem(address) or "")
        assert counted(data_of(runtime, study, address)) == expected
        assert "another version of this program" in caplog.text
    caplog.clear()
    assert counted(data_of(runtime, study, NOBODY)) == expected
    assert "does not answer" in caplog.text
    assert "does not answer" in (cluster.problem(NOBODY) or "")
    runtime.database.dispose()


def test_beside_earlier_releases_parts_are_protected_as_the_whole(
    sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """People who stand in the database, of whom most handed in after the second release; few at the last touchpoint,
    which has closed: it is held. The first release has kept what people were in it, which some no longer are: they
    corrected an answer since, or moved, or are not in the table any more."""
    shutil.copy(sqlite_template, tmp_path / "cohort.db")
    runtime = installation("mentoring", f"sqlite:///{tmp_path / 'cohort.db'}", Clock(), tmp_path / "tables")
    making.simulate(factories.operator(runtime), "mentoring", 90, 11)
    published: dict[tuple[int, str], bytes] = {}
    monkeypatch.setattr(drafting.store, "page", lambda _session, release, key: published.get((release.int, key)))
    monkeypatch.setattr(cuts, "without_erased", lambda _runtime, _release, _group, cut, _there: cut)
    planned = drafting.planned_variables
    monkeypatch.setattr(drafting, "planned_variables", lambda *asked: some(planned(*asked)))
    held_at: list[set[int]] = []
    for module, name in ((in_parts, "held"), (drafting, "held_touchpoints")):
        hold = getattr(module, name)
        noting = lambda *asked, hold=hold: held_at.append(found := hold(*asked)) or found  # noqa: E731
        monkeypatch.setattr(module, name, noting)

    def drafts() -> list[drafting.GroupDraft]:
        data = data_of(runtime, "mentoring")
        own = {"thresholds": Thresholds(3, 3, 5), "measures": data.study.measures[:1]}
        data = dataclasses.replace(data, study=dataclasses.replace(data.study, **own))
        with runtime.database.reading() as session:
            times = release_store.submissions(session, Scope("mentoring", runtime.origin), "mentee").values()
        last = sorted(times)
        made: list[drafting.GroupDraft] = []
        earlier: tuple[Release, ...] = ()
        for number, end in enumerate((last[len(last) // 6], last[len(last) // 5], last[-1]), 1):
            release = dataclasses.replace(
                first_release(data.study), id=uuid.UUID(int=number), number=number, cut_at=end
            )
            made.append(drafting.group_draft(data, "mentee", release, earlier))
            published[number, drafting.published_key("mentee")] = made[-1].published
            if number == 1 and made[0].cut is not None:
                cuts.keep(runtime, release, "mentee", otherwise(made[0].cut))
            earlier += (release,)
        return made

    def some(variables: list[PlannedVariable]) -> list[PlannedVariable]:
        """One in nine, and what is put across one another: what protects them takes long."""
        names = sorted({each.part.name for each in variables})[::9]
        return [each for each in variables if each.part.name in {*names, "heard_via", "own_mind"}]

    def otherwise(cut: StatusCut) -> StatusCut:
        """As it was before some changed, of most people and one who is gone."""
        first = next(iter(cut.columns))
        people = (*cut.people[10:], b"x" * 16)
        moved = cut.aligned(people, list(cut.columns))
        columns = {name: codes.copy() for name, codes in moved.columns.items()}
        columns[first] = np.where(columns[first] >= 0, 0, columns[first])
        for codes in columns.values():
            codes[-1] = 0
        segments = {name: np.roll(codes, 3) for name, codes in moved.segments.items()}
        return StatusCut(people=people, columns=columns, segments=segments)

    whole = drafts()
    held_whole, held_at[:] = list(held_at), []
    split_up(data_of(runtime, "mentoring"), 40)
    parts = drafts()
    assert held_at == held_whole
    assert {3} in held_at
    assert all(each.cut is not None for each in whole)
    assert parts == [dataclasses.replace(each, cut=None) for each in whole]
    left = [path for path in runtime.settings.cache.rglob("*mentee-*.parts") if not path.name.startswith("mentee")]
    assert not left, "what was known for a while is gone"
    runtime.database.dispose()
