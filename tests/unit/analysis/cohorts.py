"""Seeded cohorts of invented people: skewed answers that improve, drop-out, "don't know", routing, a segment or two."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surveyapp.analysis.disclosure.inputs import (
    NO_ANSWER,
    NOT_ASKED,
    NOT_THERE,
    Cohort,
    RoutedBy,
    StatusMoment,
    StatusTable,
)

Statuses = np.ndarray


@dataclass(frozen=True)
class InventedStudy:
    cohort: Cohort
    tables: tuple[StatusTable, ...]


def invent(
    seed: int,
    *,
    people: int | None = None,
    moments: int = 3,
    options: int = 5,
    values: int | None = None,
    collecting: tuple[int, ...] = (),
    variables: int = 4,
) -> InventedStudy:
    """A study of 30 to 500 people (or so many): scales with a net, a nominal question, one option of a several-choice
    question, a routed scale; moments are touchpoints; one segment of 3 or 4 values, some of them not known."""
    random = np.random.default_rng(seed)
    count = int(np.exp(random.uniform(np.log(30), np.log(500)))) if people is None else people
    values = int(random.integers(3, 5)) if values is None else values
    shares = random.dirichlet(np.full(values, 2.0))
    segment = random.choice(values, count, p=shares).astype(np.int16)
    segment[random.random(count) < 0.02] = -1
    there = [random.random(count) < share for share in np.linspace(1.0, random.uniform(0.6, 0.9), moments)]
    columns: dict[str, Statuses] = {}
    tables: list[StatusTable] = []
    for number in range(variables):
        name = f"q{number}"
        kind = ("scale", "routed", "nominal", "multiple")[number % 4]
        size = 2 if kind == "multiple" else options
        person = random.normal(0, 0.8, count)
        level, growth = random.uniform(-0.5, 1.0), random.uniform(0, 0.7)
        weights = random.dirichlet(np.full(size, 0.8))
        rows = []
        for moment in range(moments):
            column = f"{name}@{moment}"
            if kind in ("scale", "routed"):
                latent = level + growth * moment + person + random.normal(0, 0.7, count)
                status = np.clip(np.floor(latent + size / 2), 0, size - 1).astype(np.int16)
            else:
                status = random.choice(size, count, p=weights).astype(np.int16)
            status[random.random(count) < 0.03] = NO_ANSWER
            if kind == "routed":
                status[random.random(count) < 0.35] = NOT_ASKED
            status[~there[moment]] = NOT_THERE
            columns[column] = status
            routed: RoutedBy = "opinion" if kind == "routed" else "everybody"
            rows.append(
                StatusMoment(column=column, touchpoint=f"t{moment}", routed=routed, collecting=moment in collecting)
            )
        ordered = kind in ("scale", "routed")
        tables.append(
            StatusTable(
                key=name,
                options=tuple(f"o{index}" for index in range(size)),
                kind="ordered" if ordered else "nominal",
                moments=tuple(rows),
                favourable=tuple(range(size - max(1, size * 2 // 5), size)) if ordered and size > 1 else (),
                pairs=tuple((moment, moment + 1) for moment in range(moments - 1))
                + (((0, moments - 1),) if moments > 2 else ()),
                segments=("group",),
            )
        )
    return InventedStudy(Cohort(columns=columns, segments={"group": segment}, values={"group": values}), tuple(tables))
