"""Cohorts too large for the database: their linked tables are those that the database would have come to."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from surveyapp.analysis.linked.table import LinkedColumn, LinkedTable
from surveyapp.domain.errors import StateRefused
from surveyapp.domain.participants import Origin
from surveyapp.services.results import current, distributions, measures
from surveyapp.services.results.releasing import released, releases
from surveyapp.services.runtime import Runtime
from surveyapp.services.simulation import making
from surveyapp.services.simulation.making import simulate
from surveyapp.store import participants
from tests import factories
from tests.conftest import Clock
from tests.integration.test_simulating import installation

PEOPLE, SEED = 260, 5


@pytest.fixture(params=["mentoring", "job_rotation", "every_kind"])
def both(
    request: pytest.FixtureRequest, sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, Runtime, Runtime]]:
    """A study, a cohort of it in a database, and the same one written into linked tables."""
    made = []
    for place, most in (("stored", PEOPLE), ("linked", PEOPLE - 1)):
        shutil.copy(sqlite_template, tmp_path / f"{place}.db")
        runtime = installation(request.param, f"sqlite:///{tmp_path / f'{place}.db'}", Clock(), tmp_path / place)
        monkeypatch.setattr(making, "MOST_STORED", most)
        simulate(factories.operator(runtime), request.param, PEOPLE, SEED)
        made.append(runtime)
    yield request.param, made[0], made[1]
    for runtime in made:
        runtime.database.dispose()


def table(runtime: Runtime, study: str, group: str) -> LinkedTable:
    desk = factories.operator(runtime)
    found = runtime.study(study)
    return current.tables(desk, found, current.up_to_date(desk, found))[group]


def said(column: LinkedColumn) -> list[object]:
    """What stands in each row, whatever the numbers that it is written in."""
    rows = []
    for row, code in enumerate(column.codes.tolist()):
        if code >= 0 and not column.values:
            rows.append(frozenset(option for option, flags in column.chosen.items() if flags[row]))
        else:
            rows.append(column.values[code] if code >= 0 else code)
    return rows


def test_both_ways_come_to_the_same_table(both: tuple[str, Runtime, Runtime]) -> None:
    study, stored, linked = both
    with linked.database.reading() as session:
        assert participants.counts_by_origin(session) == {}
    answers = 0
    for group in stored.study(study).groups:
        here, there = table(stored, study, group.id), table(linked, study, group.id)
        assert len(here) == len(there) > 0
        assert here.columns.keys() == there.columns.keys()
        for key, column in here.columns.items():
            assert said(column) == said(there.columns[key]), key
            answers += len(column.codes)
        assert {number: each.tolist() for number, each in here.versions.items()} == {
            number: each.tolist() for number, each in there.versions.items()
        }
        for name, known in here.attributes.items():
            assert (known.codes.tolist(), known.values) == (
                there.attributes[name].codes.tolist(),
                there.attributes[name].values,
            )
        sites = [[None if place < 0 else place for place in each.site.tolist()] for each in (here, there)]
        assert [place is None for place in sites[0]] == [place is None for place in sites[1]]
    assert answers > 1000


def test_results_are_read_from_either(both: tuple[str, Runtime, Runtime]) -> None:
    study, stored, linked = both
    assert linked.origin is Origin.SIMULATED
    found = []
    for runtime in (stored, linked):
        desk = factories.operator(runtime)
        touchpoint = runtime.study(study).touchpoints[0]
        shifts = measures.overview(desk, study)
        questions = distributions.questions(desk, study, touchpoint.group, touchpoint.number)
        found.append([*shifts, *questions])
    assert found[0] == found[1]
    assert len(found[0]) > 5


def test_tables_that_are_there_are_not_made_again(both: tuple[str, Runtime, Runtime]) -> None:
    study, _, linked = both
    with pytest.raises(StateRefused, match=f"The cohort is there already: {PEOPLE} simulated participants"):
        simulate(factories.operator(linked), study, PEOPLE, SEED)
    with pytest.raises(StateRefused, match="another cohort"):
        simulate(factories.operator(linked), study, PEOPLE, SEED + 1)


def test_tables_that_are_gone_are_missed_and_not_counted_as_nobody(both: tuple[str, Runtime, Runtime]) -> None:
    study, _, linked = both
    shutil.rmtree(linked.settings.cache)
    touchpoint = linked.study(study).touchpoints[0]
    with pytest.raises(StateRefused, match="were in linked tables alone"):
        distributions.questions(factories.operator(linked), study, touchpoint.group, touchpoint.number)


def test_without_a_place_for_tables_nothing_is_made(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    runtime = factories.create_runtime(sqlite_url, Clock(), cache=tmp_path / "file" / "cache")
    with pytest.raises(StateRefused, match=r"Set SURVEYAPP_CACHE to a folder that can be written to"):
        simulate(factories.operator(runtime), "mentoring", 100_001, SEED)
    assert runtime.origin is Origin.REAL
    runtime.database.dispose()


def test_a_release_is_made_of_people_who_stand_in_tables_alone(
    sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(sqlite_template, tmp_path / "linked.db")
    runtime = installation("mentoring", f"sqlite:///{tmp_path / 'linked.db'}", Clock(), tmp_path / "linked")
    study = dataclasses.replace(runtime.study("mentoring"), segments=())
    runtime = dataclasses.replace(runtime, studies={"mentoring": study})
    desk = factories.operator(runtime)
    monkeypatch.setattr(making, "MOST_STORED", PEOPLE - 1)
    simulate(desk, "mentoring", PEOPLE, SEED)
    ahead = releases.outlook(desk, "mentoring")
    answered = sum(table(runtime, "mentoring", group.id).answered_at_all for group in study.groups)
    assert ahead.people == ahead.new_or_changed == answered > 100
    made = releases.make(desk, "mentoring")
    assert made.people == answered
    assert set(made.versions["mentee_1"]) <= {1, 2}
    _, pages = released.pages(desk, "mentoring", made.number)
    assert any(told and told["withheld"] < sum(told.values()) for told in pages.values())
    with pytest.raises(StateRefused, match="missing"):
        releases.make(desk, "mentoring")
    runtime.database.dispose()
