"""Result objects made by hand, for tests of what is said and drawn from them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from surveyapp.domain.instrument.kinds import Summary
from surveyapp.domain.results import (
    WITHOUT,
    Category,
    Cell,
    Change,
    ChangeKind,
    ChangeTest,
    Distribution,
    Edition,
    Interval,
    Joined,
    RatingSummary,
    Shift,
    ShiftRow,
    Slice,
    Tally,
)
from surveyapp.reports.charts.bars import BarChart
from surveyapp.reports.charts.scales import shift_bars
from surveyapp.reports.text.phrasing import ENGLISH

OPTIONS = tuple(
    Category(code, label, "option")
    for code, label in (
        ("very", "Very confident"),
        ("quite", "Quite confident"),
        ("neither", "Neither"),
        ("not_very", "Not very confident"),
        ("not_at_all", "Not at all confident"),
    )
)
NET = Category("confident", "Confident", "net", ("very", "quite"))
EVERYONE = Slice("")
SMALL, LARGE = Slice("Small employer", "employer_size", "sme"), Slice("Large employer", "employer_size", "large")

Counts = Sequence[int | None]
"""People by option, most favourable first. None: hidden."""


def percent(count: int, base: int) -> int | None:
    if not base:
        return None
    return int((Decimal(100 * count) / base).quantize(Decimal(1), ROUND_HALF_UP))


def cell(count: int | None, base: int, fewer_than: int | None = None) -> Cell:
    high = fewer_than - 1 if fewer_than else None
    return Cell(None, high=high) if count is None else Cell(count, percent(count, base))


def tally(
    counts: Counts,
    base: int | None = None,
    people: Slice = EVERYONE,
    options: Sequence[Category] = OPTIONS,
    nets: Sequence[Category] = (NET,),
) -> Tally:
    """A tally of counts by option; `base` is needed only where a count is hidden."""
    whole = sum(count or 0 for count in counts) if base is None else base
    cells = {option.code: cell(count, whole, 5) for option, count in zip(options, counts, strict=True)}
    for net in nets:
        members = [cells[code].count for code in net.members]
        known = None if None in members else sum(member or 0 for member in members)
        cells[net.code] = cell(known, whole)
    return Tally(
        people=people,
        base=Cell(whole, 100 if whole else None),
        cells=cells,
        missing={"dont_know": Cell(0)},
        low_base=whole < 30,
    )


def withheld(people: Slice = EVERYONE, options: Sequence[Category] = OPTIONS) -> Tally:
    cells = {each.code: Cell(None) for each in (*options, NET)}
    return Tally(people=people, base=Cell(None, high=9), cells=cells, missing={}, withheld=True)


def row(label: str, made: Tally, *, touchpoint: int = 1, moment: str | None = "now", detail: str = "then") -> ShiftRow:
    back = moment == "before"
    return ShiftRow(
        label=label,
        detail="looking back" if back else detail,
        touchpoint=touchpoint,
        moment=moment,
        looking_back=back,
        tally=made,
        net=made.cell(NET.code),
    )


BEFORE, FIRST, SECOND = "Before the placement", "Touchpoint 1", "Touchpoint 2"


def looking_back(before: Counts = (2, 9, 6, 8, 4), now: Counts = (16, 12, 1, 0, 0)) -> tuple[tuple[ShiftRow, ...], ...]:
    return (row(BEFORE, tally(before), moment="before"),), (row(FIRST, tally(now)),)


def measured(first: Tally, second: Tally) -> tuple[tuple[ShiftRow, ...], ...]:
    return (row(FIRST, first, moment=None),), (row(SECOND, second, touchpoint=2, moment=None),)


def shift(rows: tuple[tuple[ShiftRow, ...], ...], *changes: Change, **over: object) -> Shift:
    values: dict[str, object] = {
        "study": "job_rotation",
        "measure": "confidence",
        "theme": "confidence",
        "title": "Confidence",
        "asked_of": "People in a placement",
        "variable": "confidence",
        "question": "How confident are you?",
        "note": None,
        "group": "backfill",
        "options": OPTIONS,
        "neutral": "neither",
        "net": NET,
        "rows": rows,
        "changes": changes,
        "matched": False,
        "matched_base": None,
        "segment": None,
        "edition": Edition("working", dt.datetime(2026, 6, 12, 10, 30, tzinfo=dt.UTC)),
        "low_base_under": 30,
    }
    return Shift(**(values | over))  # type: ignore[arg-type]


def change(kind: ChangeKind = "looking_back", **over: object) -> Change:
    values: dict[str, object] = {
        "people": EVERYONE,
        "kind": kind,
        "before_row": 0,
        "after_row": 1,
        "base": 29,
        "first_alone": 0,
        "second_alone": 0,
        "before": 11,
        "after": 28,
        "gained": 18,
        "given_up": 1,
        "rose": 20,
        "same": 8,
        "fell": 1,
        "verdict": "rose",
        "points": 59,
        "interval": Interval(Decimal(38), Decimal(74)),
        "transitions": None,
        "low_base": True,
    }
    given = values | over
    counts = {
        name: value if isinstance(value, Cell) else Cell(value) for name, value in given.items() if name in COUNTS
    }
    return Change(**(given | counts))  # type: ignore[arg-type]


COUNTS = ("base", "first_alone", "second_alone", "before", "after", "gained", "given_up", "rose", "same", "fell")


def distribution(tallies: Sequence[Tally], **over: object) -> Distribution:
    values: dict[str, object] = {
        "group": "backfill",
        "touchpoint": 1,
        "variable": "heard_via",
        "moment": None,
        "question": "How did you hear?",
        "text": "How did you hear?",
        "statement": None,
        "moment_label": None,
        "summary": Summary.OPTIONS,
        "section": "How it began",
        "options": OPTIONS,
        "nets": (NET,),
        "tallies": tuple(tallies),
    }
    return Distribution(**(values | over))  # type: ignore[arg-type]


RATINGS = tuple(Category(str(number), str(number), "option") for number in range(1, 11))


def rating(counts: Counts, summary: RatingSummary) -> Distribution:
    made = tally(counts, options=RATINGS, nets=())
    made = Tally(
        people=made.people,
        base=made.base,
        cells=made.cells,
        missing=made.missing,
        rating=summary,
        low_base=made.low_base,
    )
    return distribution(
        [made], summary=Summary.RATING, options=RATINGS, nets=(), low="Not at all valuable", high="Extremely valuable"
    )


TESTS = (ChangeTest(name="mcnemar", p=0.0004, n=19), ChangeTest(name="wilcoxon", p=0.0213, n=21))


Told = int | str | None
"""A count as it is told: exactly, “5-9”, “52+”, “<5”, with “!” at the end where it is not for publication; None: not at
all."""


def told(count: Told, base: int | None = None) -> Cell:
    """A cell of any kind."""
    if count is None or isinstance(count, int):
        return Cell(count, percent(count, base) if count is not None and base else None)
    private, count = count.endswith("!"), count.removesuffix("!")
    if count.endswith("+"):
        return Cell(None, low=int(count[:-1]), private=private)
    if count.startswith("<"):
        return Cell(None, high=int(count[1:]) - 1, private=private)
    if "-" in count:
        low, high = map(int, count.split("-"))
        return Cell(None, low=low, high=high, private=private)
    return Cell(int(count), percent(int(count), base) if base else None, private=private)


def release(
    parts: dict[str, Told],
    base: Told,
    net: Told = None,
    *,
    people: Slice = EVERYONE,
    options: Sequence[Category] = OPTIONS,
    collecting: bool = False,
) -> Tally:
    """A tally as a release tells it: “neither+not_very” are options that are told as one."""
    whole = base if isinstance(base, int) else None
    cells = {name: told(count, whole) for name, count in parts.items() if "+" not in name}
    return Tally(
        people=people,
        base=told(base, whole),
        cells=cells | {NET.code: told(net, whole)},
        joined=tuple(
            Joined(tuple(name.split("+")), told(count, whole)) for name, count in parts.items() if "+" in name
        ),
        missing={WITHOUT: Cell(None, high=4)},
        collecting=collecting,
    )


RELEASED = {
    "exact": release({"very": 21, "quite": 37, "neither": 29, "not_very": 14, "not_at_all": 5}, 106, 58),
    "joined": release({"very": 21, "quite": 37, "neither": 29, "not_very+not_at_all": 17}, 104, 58),
    "joined with neutral": release({"very+quite": 25, "neither+not_very+not_at_all": 19}, 44, 25),
    "joined over the border": release({"very": 12, "quite+neither+not_very": 20, "not_at_all": 6}, 38, None),
    "bounded": release({"very": 44, "quite": "52+", "neither+not_very+not_at_all": "<5"}, 100, "96+"),
    "ranged": release(
        {"very": "15-19", "quite": "25-29", "neither": "5-9", "not_very+not_at_all": "<5"},
        "50-54",
        "45-49",
        collecting=True,
    ),
    "one withheld": release({"very": 21, "quite": 37, "neither": 29, "not_very": None, "not_at_all": None}, 104, 58),
    "private": release({"very": 21, "quite": 37, "neither": 29, "not_very": 14, "not_at_all": "3!"}, 104, 58),
    "private whole": release(
        {"very": "19!", "quite": "27!", "neither": "5!", "not_very": "1!", "not_at_all": 0},
        "52!",
        "46!",
        collecting=True,
    ),
    "withheld": withheld(),
}
"""A row of every kind, by its name."""


def released() -> Shift:
    """A measure with a moment for every kind of row."""
    rows = tuple(
        (row(name, each, touchpoint=number, moment=None, detail=""),)
        for number, (name, each) in enumerate(RELEASED.items(), 1)
    )
    edition = Edition("release", dt.datetime(2026, 11, 14, tzinfo=dt.UTC), 3)
    return shift(rows, edition=edition, title="Confidence to ask for help")


def one_row(tally: Tally) -> BarChart:
    """The chart of one row of a measure."""
    return shift_bars(shift(((row("here", tally, moment=None, detail=""),),)), ENGLISH)
