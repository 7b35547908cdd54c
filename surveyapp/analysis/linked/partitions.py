"""A group's linked table in parts: a folder of Parquet files, each of some of the people, with all that is known of
each of them, so that what is counted of the parts adds up to the whole. How large it is does not matter to whoever
writes or counts it: one part is held at a time.

`outline.json` is written last: a folder without it is not finished, and none.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import shutil
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import TypeAdapter

from surveyapp.analysis.linked.files import FORMAT, about_of, as_batch, as_table, names_of
from surveyapp.analysis.linked.joining import joined_codes, joined_columns, keys, or_none
from surveyapp.analysis.linked.table import AttributeColumn, ColumnKey, LinkedColumn, LinkedTable

PEOPLE = 100_000
"""How many people a part holds at most: what bounds the memory of whoever counts."""

OUTLINE = "outline.json"


@dataclass(frozen=True, kw_only=True)
class Outline:
    """What is known of a group's table without counting. `people`: how many, and how many of them `answered_at_all`.
    `answered`: by touchpoint, the versions that somebody answered; `chosen`: by variable, the options that somebody
    chose; `attributes`: the values of each. `parts`: how many it is written in."""

    format: int = FORMAT
    group: str
    state: str
    on: dt.date
    people: int
    answered_at_all: int
    answered: Mapping[int, frozenset[int]]
    chosen: Mapping[str, frozenset[str]]
    attributes: Mapping[str, tuple[str, ...]]
    parts: int = 1

    def answered_versions(self, touchpoint: int) -> frozenset[int]:
        """The versions that somebody answered at a touchpoint."""
        return self.answered.get(touchpoint, frozenset())


_OUTLINE = TypeAdapter(Outline)


def outline_of(table: LinkedTable) -> Outline:
    """The outline of a whole table, or of one part."""
    chosen: dict[str, frozenset[str]] = {}
    for (_, _, variable), column in table.columns.items():
        options = frozenset(option for option, flags in column.chosen.items() if flags.any())
        chosen[variable] = chosen.get(variable, frozenset()) | options
    return Outline(
        group=table.group,
        state=table.state,
        on=table.on,
        people=len(table),
        answered_at_all=table.answered_at_all,
        answered={number: table.answered_versions(number) for number in table.versions},
        chosen=chosen,
        attributes={name: column.values for name, column in table.attributes.items()},
    )


def write(folder: Path, parts: Iterable[LinkedTable]) -> Outline:
    """Writes the parts of a table one after another; the folder is there whole or not at all. Raises ValueError where
    there is no part."""
    with PartsWriter(folder) as writer:
        for part in parts:
            writer.add(part)
    assert writer.outline is not None
    return writer.outline


class PartsWriter:
    """Parts as they come."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.unfinished = folder, folder.with_name(f"{folder.name}.{uuid.uuid4().hex}")
        self.outline: Outline | None = None

    def __enter__(self) -> PartsWriter:
        self.unfinished.mkdir(parents=True)
        return self

    def add(self, part: LinkedTable) -> None:
        """One more part."""
        number = self.outline.parts if self.outline else 0
        batch = as_batch(part)
        pq.write_table(pa.Table.from_batches([batch]), self.unfinished / _name(number), compression="zstd")
        own = outline_of(part)
        self.outline = _with(self.outline, own) if self.outline else own

    def __exit__(self, kind: object, *_rest: object) -> None:
        try:
            if kind is None:
                if self.outline is None:
                    raise ValueError("A table in parts has at least one part.")
                (self.unfinished / OUTLINE).write_bytes(_OUTLINE.dump_json(self.outline))
                shutil.rmtree(self.folder, ignore_errors=True)
                # Where another process was quicker, its parts are the same.
                with contextlib.suppress(OSError):
                    self.unfinished.rename(self.folder)
        finally:
            shutil.rmtree(self.unfinished, ignore_errors=True)


def outline(folder: Path) -> Outline | None:
    """The outline of a folder of parts; None where there is none, or none that can be read."""
    try:
        found = _OUTLINE.validate_json((folder / OUTLINE).read_bytes())
    except (OSError, ValueError):
        return None
    return found if found.format == FORMAT else None


def paths(folder: Path, outlined: Outline) -> list[Path]:
    """The files of a table in parts."""
    return [folder / _name(number) for number in range(outlined.parts)]


def read(path: Path, wanted: Collection[ColumnKey] | None = None, known: Collection[str] = ()) -> LinkedTable:
    """One part with the columns `wanted`, the attributes that are to be `known`, and without people's ids; None: all of
    it. Raises OSError, and ValueError for what is no part."""
    with pq.ParquetFile(path) as file:
        about = about_of(file.schema_arrow)
        whole = file.read(None if wanted is None else names_of(about, wanted, known))
    batches = whole.combine_chunks().to_batches()
    batch = batches[0] if batches else pa.RecordBatch.from_pylist([], schema=whole.schema)
    return as_table(batch, about)


def whole(folder: Path, outlined: Outline) -> LinkedTable:
    """All parts as one table, in memory. Raises as `read` does."""
    parts = [read(path) for path in paths(folder, outlined)]
    first = parts[0]
    return dataclasses.replace(
        first,
        people=np.concatenate([part.people for part in parts]),
        site=np.concatenate([part.site for part in parts]),
        attributes={
            name: AttributeColumn(joined_codes([part.attribute(name).codes for part in parts]), column.values)
            for name, column in first.attributes.items()
        },
        versions={
            number: joined_codes([or_none(part, part.versions.get(number)) for part in parts])
            for number in keys([part.versions for part in parts])
        },
        columns={
            key: joined_columns([(part, part.columns.get(key)) for part in parts])
            for key in keys([part.columns for part in parts])
        },
    )


def slices(table: LinkedTable, people: int = PEOPLE) -> Iterator[LinkedTable]:
    """A table cut into parts of so many people; one without anybody is one part."""
    for start in range(0, max(len(table), 1), people):
        yield cut(table, slice(start, start + people))


def cut(table: LinkedTable, rows: slice) -> LinkedTable:
    """Some of a table's rows, as a view."""
    return dataclasses.replace(
        table,
        people=table.people[rows],
        site=table.site[rows],
        attributes={
            name: AttributeColumn(column.codes[rows], column.values) for name, column in table.attributes.items()
        },
        versions={number: versions[rows] for number, versions in table.versions.items()},
        columns={
            key: LinkedColumn(
                column.codes[rows],
                column.values,
                {option: flags[rows] for option, flags in column.chosen.items()},
                column.unsound,
            )
            for key, column in table.columns.items()
        },
    )


def _with(one: Outline, two: Outline) -> Outline:
    return dataclasses.replace(
        one,
        people=one.people + two.people,
        answered_at_all=one.answered_at_all + two.answered_at_all,
        answered=_united(one.answered, two.answered),
        chosen=_united(one.chosen, two.chosen),
        parts=one.parts + two.parts,
    )


Key = TypeVar("Key")


def _united(one: Mapping[Key, frozenset[Key]], two: Mapping[Key, frozenset[Key]]) -> dict[Key, frozenset[Key]]:
    return {key: one.get(key, frozenset()) | two.get(key, frozenset()) for key in dict.fromkeys((*one, *two))}


def _name(number: int) -> str:
    return f"{number:05}.parquet"
