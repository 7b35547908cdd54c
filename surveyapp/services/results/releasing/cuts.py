"""What people's statuses were when a release was cut, so that the next is audited against it.

It is no part of a release: a file in the installation's cache for each release and group, without which statuses are
worked out from the answers that had been handed in by then. Whoever was erased since is left out of it for good.
"""

from __future__ import annotations

import datetime as dt
import functools
import os
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from surveyapp.analysis.disclosure.inputs import NOT_THERE, UNKNOWN, StatusCodes
from surveyapp.domain.participants import Origin
from surveyapp.domain.releases import Release
from surveyapp.services.runtime import Runtime


@dataclass(frozen=True, kw_only=True)
class StatusCut:
    """The people of a group by id, with their statuses by column and their values of segments, at a moment."""

    people: tuple[bytes, ...]
    columns: Mapping[str, StatusCodes]
    segments: Mapping[str, StatusCodes]

    @functools.cached_property
    def _places(self) -> Mapping[bytes, int]:
        return {person: index for index, person in enumerate(self.people)}

    def aligned(self, people: Sequence[bytes], columns: Collection[str]) -> StatusCut:
        """The same over other people and columns: who was not there was not, and what was not asked nobody answered."""
        if tuple(people) == self.people and set(columns) == set(self.columns):
            return self
        rows = np.array([self._places.get(person, -1) for person in people], dtype=np.intp)
        return StatusCut(
            people=tuple(people),
            columns={name: _rows(self.columns.get(name), rows, NOT_THERE) for name in columns},
            segments={name: _rows(codes, rows, UNKNOWN) for name, codes in self.segments.items()},
        )

    def without(self, gone: Collection[bytes]) -> StatusCut:
        """The same without some people."""
        kept = np.array([person not in gone for person in self.people], dtype=np.bool_)
        return StatusCut(
            people=tuple(person for person in self.people if person not in gone),
            columns={name: codes[kept] for name, codes in self.columns.items()},
            segments={name: codes[kept] for name, codes in self.segments.items()},
        )


def _rows(codes: StatusCodes | None, rows: npt.NDArray[np.intp], otherwise: int) -> StatusCodes:
    if codes is None or not len(codes):
        return np.full(len(rows), otherwise, dtype=np.int16)
    return np.where(rows >= 0, codes[rows], otherwise).astype(np.int16)


def keep(runtime: Runtime, release: Release, group: str, cut: StatusCut) -> None:
    """Writes a cut, whole or not at all."""
    _write(_place(runtime, release, group), cut)


def _write(place: Path, cut: StatusCut) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    half = place.with_name(f"{place.name}.{uuid.uuid4().hex}")
    arrays: dict[str, Any] = {"people": np.frombuffer(b"".join(cut.people), dtype=np.uint8).reshape(-1, 16)}
    arrays |= {f"c {name}": codes for name, codes in cut.columns.items()}
    arrays |= {f"s {name}": codes for name, codes in cut.segments.items()}
    with half.open("wb") as file:
        np.savez_compressed(file, **arrays)
    os.replace(half, place)


def kept(runtime: Runtime, release: Release, group: str) -> StatusCut | None:
    """A cut as it was kept; None where there is none (any more)."""
    return _read(_place(runtime, release, group))


def _read(place: Path) -> StatusCut | None:
    try:
        with np.load(place, allow_pickle=False) as found:
            arrays = {name: found[name] for name in found.files}
    except (OSError, ValueError):
        return None
    return StatusCut(
        people=tuple(row.tobytes() for row in arrays.pop("people")),
        columns={name[2:]: codes for name, codes in arrays.items() if name.startswith("c ")},
        segments={name[2:]: codes for name, codes in arrays.items() if name.startswith("s ")},
    )


def without_erased(
    runtime: Runtime, release: Release, group: str, cut: StatusCut, there: Collection[bytes]
) -> StatusCut:
    """A kept cut of those who are still there, in the file too. `there`: everybody whom the study knows."""
    gone = set(cut.people) - set(there)
    if not gone:
        return cut
    left = cut.without(gone)
    keep(runtime, release, group, left)
    return left


def forget(runtime: Runtime, study_id: str, origin: Origin, people: Collection[bytes]) -> None:
    """Takes people out of every cut of a study that is kept."""
    folder = runtime.settings.cache / f"{study_id}-{origin.value}"
    for place in folder.glob("release-*.npz") if folder.is_dir() else ():
        cut = _read(place)
        if cut is not None and not set(people).isdisjoint(cut.people):
            _write(place, cut.without(people))


def rebuilt(
    now: StatusCut,
    touchpoint_of: Mapping[str, int],
    submitted: Mapping[tuple[bytes, int], dt.datetime],
    at: dt.datetime,
) -> StatusCut:
    """A cut that was not kept: everybody's statuses of now, at the touchpoints they had handed in by then."""
    columns = {}
    for name, codes in now.columns.items():
        by_then = np.array(
            [
                (when := submitted.get((person, touchpoint_of[name]))) is not None and when <= at
                for person in now.people
            ],
            dtype=np.bool_,
        )
        columns[name] = np.where(by_then, codes, NOT_THERE).astype(np.int16)
    return StatusCut(people=now.people, columns=columns, segments=now.segments)


def _place(runtime: Runtime, release: Release, group: str) -> Path:
    folder = runtime.settings.cache / f"{release.study}-{release.origin.value}"
    return folder / f"release-{release.id.hex}-{group}.npz"
