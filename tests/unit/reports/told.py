"""Shifts by what is told of them: counts, bounds, ranges, or nothing; for tests of the sentences made of them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from surveyapp.domain.instrument.kinds import Summary
from surveyapp.domain.results import (
    WITHHELD,
    Category,
    Cell,
    Change,
    MeanChange,
    RatingSummary,
    Shift,
    ShiftRow,
    ShiftStep,
    Slice,
    Tally,
)

CONFIDENT = Category("confident", "Confident", "net", ("very", "quite"))
EVERYONE = Slice("")
LABELS = ("Before the placement", "Touchpoint 1", "Touchpoint 2", "Touchpoint 3", "Touchpoint 4")

Told = int | str | None
"""A count, or “84+” (84 or more), “5-9” (5 to 9), “<5” (fewer than 5), None (withheld); with “np” after it, private."""


def cell(told: Told) -> Cell:
    match told:
        case None:
            return WITHHELD
        case int():
            return Cell(told)
    text = told.removesuffix("np")
    if text.endswith("+"):
        return Cell(None, low=int(text[:-1]))
    if text.startswith("<"):
        return Cell(None, high=int(text[1:]) - 1)
    low, _, high = text.partition("-")
    if high:
        return Cell(None, low=int(low), high=int(high))
    return Cell(int(text), private=told != text)


def tally(base: Told, **over: Any) -> Tally:
    told = cell(base)
    low = told.count is not None and 0 < told.count < 30
    return Tally(people=EVERYONE, base=told, cells={}, missing={}, **({"low_base": low} | over))


def row(index: int, base: Told, net: Told = None, *, back: bool = False, **over: Any) -> ShiftRow:
    mean = over.pop("mean", None)
    rating = RatingSummary(Decimal(mean), None, None, None) if mean else None
    return ShiftRow(
        label=LABELS[index],
        detail=None,
        touchpoint=1 if back else index,
        moment="before" if back else None,
        looking_back=back,
        tally=tally(base, rating=rating, **over),
        net=cell(net),
    )


def step(before: int, base: Told, pair: tuple[Told, Told] = (None, None), verdict: Any = None, **over: Any) -> Change:
    """The change from one row to the next; `moved`: rose, same, fell; `mean`: the mean change, before and after."""
    told, mean = cell(base), over.pop("mean", None)
    rose, same, fell = (cell(each) for each in over.pop("moved", (None, None, None)))
    low = told.count is not None and 0 < told.count < 30
    values: dict[str, Any] = {
        "people": EVERYONE,
        "kind": "measured",
        "before_row": before,
        "after_row": before + 1,
        "base": told,
        "before": cell(pair[0]),
        "after": cell(pair[1]),
        "rose": rose,
        "same": same,
        "fell": fell,
        "verdict": verdict,
        "low_base": low,
        "mean": mean and MeanChange(mean=Decimal(mean[0]), before=Decimal(mean[1]), after=Decimal(mean[2])),
    }
    return Change(**(values | over))


def shift(
    rows: Sequence[ShiftRow], *changes: Change, net: Category | None = CONFIDENT, broken: int | None = None, **over: Any
) -> Shift:
    """`broken`: the row from which on nothing compares with the one before it."""
    steps = () if broken is None else (ShiftStep(broken - 1, broken, "broken"),)
    values: dict[str, Any] = {
        "study": "mentoring",
        "measure": "confidence",
        "theme": "confidence",
        "title": "Confidence",
        "asked_of": "Mentees",
        "variable": "confidence",
        "question": "How confident are you?",
        "note": None,
        "group": "mentee",
        "summary": Summary.OPTIONS,
        "options": (),
        "neutral": None,
        "net": net,
        "rows": tuple((each,) for each in rows),
        "changes": changes,
        "matched": False,
        "matched_base": None,
        "segment": None,
        "low_base_under": 30,
        "steps": steps,
    }
    return Shift(**(values | over))
