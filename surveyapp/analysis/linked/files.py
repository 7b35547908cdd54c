"""Linked tables on disk: an Arrow file each, read by column without loading it."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from surveyapp.analysis.linked.table import (
    AttributeColumn,
    ColumnKey,
    Flags,
    Ints,
    LinkedColumn,
    LinkedTable,
)
from surveyapp.domain.instrument.kinds import PartType
from surveyapp.domain.responses import CountedValue
from surveyapp.domain.results.cells import quantity_read, quantity_written

FORMAT = 1
"""Of what is written here. A file of another is no file."""


def save(table: LinkedTable, path: Path) -> None:
    """Writes a table, whole or not at all."""
    batch = as_batch(table)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}.part")
    try:
        with pa.OSFile(str(unfinished), "wb") as sink, pa.ipc.new_file(sink, batch.schema) as writer:
            writer.write_batch(batch)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def as_batch(table: LinkedTable) -> pa.RecordBatch:
    """A table as Arrow has it: an array a column, and in the schema what they are of."""
    arrays: dict[str, pa.Array] = {
        "people": pa.array(table.people.tolist(), pa.binary(16)),
        "site": pa.array(table.site),
    }
    columns = []
    for place, (key, column) in enumerate(table.columns.items()):
        arrays[f"c{place}"] = pa.array(column.codes)
        for number, flags in enumerate(column.chosen.values()):
            arrays[f"c{place}_{number}"] = pa.array(flags.astype(np.int8))
        columns.append(
            {
                "key": [key[0], key[1].value, key[2]],
                "values": [_written(value) for value in column.values],
                "chosen": list(column.chosen),
                "unsound": column.unsound,
            }
        )
    for touchpoint, versions in table.versions.items():
        arrays[f"v{touchpoint}"] = pa.array(versions)
    for place, held in enumerate(table.attributes.values()):
        arrays[f"a{place}"] = pa.array(held.codes)
    about = {
        "format": FORMAT,
        "group": table.group,
        "state": table.state,
        "on": table.on.isoformat(),
        "sites": table.sites,
        "versions": list(table.versions),
        "attributes": [[name, held.values] for name, held in table.attributes.items()],
        "columns": columns,
    }
    schema = pa.schema([pa.field(name, array.type) for name, array in arrays.items()], {"about": json.dumps(about)})
    return pa.record_batch(list(arrays.values()), schema=schema)


def load(path: Path) -> LinkedTable | None:
    """A table as it was saved; None where there is none, or none that can be read: it is only a cache."""
    try:
        with pa.memory_map(str(path)) as source:
            reader = pa.ipc.open_file(source)
            batch = reader.get_batch(0)
            about = about_of(reader.schema)
            return as_table(batch, about) if about.get("format") == FORMAT else None
    except (OSError, pa.ArrowInvalid, KeyError, ValueError, IndexError, TypeError):
        return None


def about_of(schema: pa.Schema) -> dict[str, Any]:
    """What a schema says the arrays are of."""
    found: dict[str, Any] = json.loads(schema.metadata[b"about"])
    return found


def names_of(about: dict[str, Any], wanted: Collection[ColumnKey], known: Collection[str]) -> list[str]:
    """The arrays that what is counted of some columns and attributes needs: theirs, sites and versions."""
    found = ["site", *(f"v{touchpoint}" for touchpoint in about["versions"])]
    found += [f"a{place}" for place, (name, _) in enumerate(about["attributes"]) if name in known]
    for place, each in enumerate(about["columns"]):
        if _key(each) in wanted:
            found += [f"c{place}", *(f"c{place}_{number}" for number, _ in enumerate(each["chosen"]))]
    return found


def as_table(batch: pa.RecordBatch, about: dict[str, Any]) -> LinkedTable:
    """The table of a batch, of which columns, attributes or the ids of people may have been left out."""
    there = set(batch.schema.names)

    def ints(name: str) -> Ints:
        codes: Ints = batch.column(name).to_numpy(zero_copy_only=True)
        return codes

    def flags(name: str) -> Flags:
        return ints(name).view(np.bool_)

    columns: dict[ColumnKey, LinkedColumn] = {}
    for place, each in enumerate(about["columns"]):
        if f"c{place}" not in there:
            continue
        columns[_key(each)] = LinkedColumn(
            ints(f"c{place}"),
            tuple(_read(value) for value in each["values"]),
            {option: flags(f"c{place}_{number}") for number, option in enumerate(each["chosen"])},
            each["unsound"],
        )
    return LinkedTable(
        group=about["group"],
        state=about["state"],
        on=dt.date.fromisoformat(about["on"]),
        people=_ids(batch) if "people" in there else np.zeros(0, dtype="V16"),
        sites=tuple(about["sites"]),
        site=ints("site"),
        attributes={
            name: AttributeColumn(ints(f"a{place}"), tuple(values))
            for place, (name, values) in enumerate(about["attributes"])
            if f"a{place}" in there
        },
        versions={touchpoint: ints(f"v{touchpoint}") for touchpoint in about["versions"]},
        columns=columns,
    )


def _ids(batch: pa.RecordBatch) -> npt.NDArray[np.void]:
    return np.frombuffer(batch.column("people").buffers()[1], dtype="V16", count=batch.num_rows)


def _key(column: dict[str, Any]) -> ColumnKey:
    touchpoint, kind, variable = column["key"]
    return touchpoint, PartType(kind), variable


def _written(value: CountedValue) -> str | list[str] | bool:
    return value if isinstance(value, bool | str) else quantity_written(value)


def _read(written: Any) -> CountedValue:
    return written if isinstance(written, bool | str) else quantity_read(written)
