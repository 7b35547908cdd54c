"""What is counted of people adds up: of the parts of a table as of the whole, whichever way it was cut."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveyapp.analysis.counting.alike import Together, added, alike
from surveyapp.analysis.counting.counts import any_of, counted_by, linked_by, linked_values_by
from surveyapp.analysis.counting.patterns import distinct
from surveyapp.analysis.counting.vectors import Vector, vector
from surveyapp.analysis.linked import partitions
from surveyapp.analysis.linked.table import NO_RESPONSE, LinkedTable
from surveyapp.analysis.simulation.linking import linked_tables
from surveyapp.domain.instrument.kinds import PartType
from surveyapp.domain.instrument.routing import parts_of
from surveyapp.domain.versions.comparability import Link
from tests.simulated import every_kind_study, own_study, plan_of

GROUP = "mentee"


@pytest.fixture(scope="module")
def table() -> LinkedTable:
    return _simulated(own_study("mentoring"), GROUP)


class Held(NamedTuple):
    """A table that hypothesis does not write out."""

    table: LinkedTable

    def __repr__(self) -> str:
        return "the table of every kind"


@pytest.fixture(scope="module")
def every_kind(tmp_path_factory: pytest.TempPathFactory) -> Held:
    study = every_kind_study(tmp_path_factory.mktemp("kinds"))
    return Held(_simulated(study, study.groups[0].id))


def _simulated(study, group: str) -> LinkedTable:  # type: ignore[no-untyped-def]
    plan = plan_of(study, participants=700)
    sites = [f"{number:032x}" for number, _ in enumerate(plan.sites)]
    return linked_tables(plan, "state", sites, lambda _: None)[0][group]


def _rows(table: LinkedTable) -> dict[tuple[object, ...], int]:
    """A table of people alike as what each row says and how many follow it, without the order of rows and values."""
    found: dict[tuple[object, ...], int] = {}
    for row, people in enumerate(table.stands_for if table.stands_for is not None else [1] * len(table)):
        said: list[object] = [f"{number}: {codes[row]}" for number, codes in sorted(table.versions.items())]
        for key, column in sorted(table.columns.items(), key=lambda each: str(each[0])):
            code = int(column.codes[row])
            said.append((key, column.values[code] if code >= 0 and column.values else code))
            said += [(key, option, bool(column.chosen[option][row])) for option in sorted(column.chosen)]
        said += [(name, int(held.codes[row])) for name, held in sorted(table.attributes.items())]
        for place, score in sorted(table.scores.items(), key=str):
            code = int(score.codes[row])
            said.append((place, score.values[code] if code >= 0 else code))
        found[tuple(said)] = found.get(tuple(said), 0) + int(people)
    return found


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_parts_add_up_to_the_whole(data: st.DataObject, every_kind: Held) -> None:
    table = every_kind.table
    keys = data.draw(st.lists(st.sampled_from(list(table.columns)), max_size=4, unique=True))
    names = data.draw(st.lists(st.sampled_from(sorted(table.attributes) or [""]), max_size=2, unique=True))
    at = data.draw(st.none() | st.sets(st.sampled_from(table.sites or ("none",))))
    asked = Together(
        columns=tuple(keys),
        attributes=tuple(name for name in names if name),
        touchpoints=tuple(table.versions),
        sites=None if at is None else frozenset(at),
    )
    cuts = sorted(data.draw(st.lists(st.integers(0, len(table)), max_size=5)))
    bounds = [0, *cuts, len(table)]
    parts = [partitions.cut(table, slice(one, two)) for one, two in itertools.pairwise(bounds)]
    # A part may not have met what others have.
    parts = [dataclasses.replace(part, columns=_met(part)) for part in parts]
    whole = alike(table, asked)
    together = added([alike(part, asked) for part in parts])
    assert sum(_rows(together).values()) == sum(_rows(whole).values())
    met = {key for part in parts for key in part.columns}
    assert _rows(together) == _rows(dataclasses.replace(whole, columns=_of(whole.columns, met)))


def _met(part: LinkedTable) -> dict:  # type: ignore[type-arg]
    """The columns of which a part has anything, with the values and options that it met alone, as if made of it."""
    found = {}
    for key, column in part.columns.items():
        if (column.codes == NO_RESPONSE).all():
            continue
        there = np.unique(column.codes[column.codes >= 0])
        turn = {int(code): place for place, code in enumerate(there[::-1])}
        codes = np.array([turn[code] if code >= 0 and column.values else code for code in column.codes.tolist()])
        found[key] = dataclasses.replace(
            column,
            codes=codes.astype(np.int16),
            values=tuple(column.values[code] for code in there[::-1]) if column.values else (),
        )
    return found


def _of(columns, met):  # type: ignore[no-untyped-def]
    return {key: column for key, column in columns.items() if key in met}


def test_counts_of_people_alike_are_those_of_people(table: LinkedTable) -> None:
    study = own_study("mentoring")
    for touchpoint in study.touchpoints_of(GROUP):
        newest = study.newest(touchpoint.questionnaire)
        links = {version: Link() for version in table.answered_versions(touchpoint.number)}
        before: tuple[Vector, Vector] | None = None
        for part in parts_of(newest).values():
            key = (touchpoint.number, part.type, part.key)
            if key not in table.columns:
                continue
            held = next(iter(table.attributes))
            try:
                whole = vector(table, touchpoint.number, part, links)
            except ValueError:
                continue  # a wording of before
            few = alike(table, Together(columns=(key,), attributes=(held,)))
            own = vector(few, touchpoint.number, part, links)
            size = len(table.attribute(held).values)
            of_people, of_alike = table.attribute(held).codes, few.attribute(held).codes
            assert counted_by(whole, of_people, size) == counted_by(own, of_alike, size)
            assert counted_by(whole, None, 1) == counted_by(own, None, 1)
            if whole.several:
                members = whole.values[:2]
                assert any_of(whole, members, of_people, size) == any_of(own, members, of_alike, size)
            elif before is not None and whole.values and part.type is not PartType.TEXT:
                pair = alike(table, Together(columns=(before[0], key), attributes=(held,)))
                one, two = (
                    vector(pair, touchpoint.number, before[1], links),
                    vector(pair, touchpoint.number, part, links),
                )
                first = vector(table, touchpoint.number, before[1], links)
                for counted, again in zip(
                    linked_by(first, whole, of_people, size),
                    linked_by(one, two, pair.attribute(held).codes, size),
                    strict=True,
                ):
                    assert (counted.counts == again.counts).all()
                    assert (counted.first_alone_by == again.first_alone_by).all()
                    assert counted.second_alone == again.second_alone
                assert linked_values_by(first, whole, of_people, size) == linked_values_by(
                    one, two, pair.attribute(held).codes, size
                )
            if not whole.several:
                before = (key, part)


def test_a_table_in_parts_is_the_table(table: LinkedTable, tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    written = partitions.write(folder, partitions.slices(table, 100))
    assert partitions.outline(folder) == written
    assert written.people == len(table)
    assert written.answered_at_all == table.answered_at_all
    assert written.answered_versions(1) == table.answered_versions(1)
    places = partitions.paths(folder, written)
    assert [len(partitions.read(place)) for place in places] == [100] * (len(table) // 100) + [len(table) % 100]
    assert b"".join(bytes(each) for place in places for each in partitions.read(place).people.tolist()) == b"".join(
        bytes(each) for each in table.people.tolist()
    )
    asked = Together(columns=tuple(table.columns)[:3], attributes=tuple(table.attributes)[:1])
    read = [partitions.read(place, asked.read, asked.attributes) for place in places]
    assert all(not len(part.people) and set(part.columns) == set(asked.columns) for part in read)
    assert len(table.attributes) > 1
    assert all(set(part.attributes) == set(asked.attributes) for part in read)
    assert _rows(added([alike(part, asked) for part in read])) == _rows(alike(table, asked))


def test_a_folder_that_was_not_finished_is_none(table: LinkedTable, tmp_path: Path) -> None:
    def broken():  # type: ignore[no-untyped-def]
        yield table
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        partitions.write(tmp_path / "parts", broken())
    assert list(tmp_path.iterdir()) == []
    assert partitions.outline(tmp_path / "parts") is None
    with pytest.raises(ValueError, match="at least one part"):
        partitions.write(tmp_path / "parts", ())
    other = partitions.write(tmp_path / "parts", partitions.slices(table))
    (tmp_path / "parts" / partitions.OUTLINE).write_text("{}")
    assert partitions.outline(tmp_path / "parts") is None
    assert other.parts == 1


def test_patterns_beyond_what_can_be_listed(table: LinkedTable) -> None:
    random = np.random.default_rng(3)
    for width in (3, 40, 2**20, 2**31 - 2):
        columns = [random.integers(-5, width, 200).astype(np.int32) for _ in range(9)]
        rows, people = distinct([*columns, *columns], None, np.int32)
        assert people.sum() == 200
        assert [tuple(row) for row in rows.tolist()] == sorted({(*each, *each) for each in zip(*columns, strict=True)})
