"""What the report published, read from its four files."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

# A printed category that is a net of options, and the options under it.
NETS: dict[str, tuple[str, ...]] = {
    "agree": ("strongly_agree", "tend_to_agree"),
    "satisfied": ("very_satisfied", "quite_satisfied"),
    "likely": ("very_likely", "quite_likely"),
    "confident": ("very_confident", "quite_confident"),
    "increased": ("increased_a_lot", "increased_somewhat"),
    "great_or_some_extent": ("great_extent", "some_extent"),
    "dissatisfied": ("quite_dissatisfied", "very_dissatisfied"),
    "neutral_or_tend_to_disagree": ("neither", "tend_to_disagree"),
}
# A printed movement between the looking-back before and now: towards the favourable end, or away from it.
MOVEMENTS: dict[str, str] = {"less_satisfied": "fell", "more_likely": "rose"}


@dataclass(frozen=True)
class Count:
    """One row of published.csv or its additions: `least` to `most` of the `base` people asked gave one of `options`
    (or moved, if `movement`). A base that the report does not print is None."""

    group: str
    touchpoint: int
    segment: str
    asked_of: str
    variable: str
    options: tuple[str, ...]
    movement: str | None
    least: int
    most: int
    base: int | None


@dataclass(frozen=True)
class Rating:
    """One row of ratings.csv: the sums of `base` whole numbers that print as its mean, their one mode and range."""

    group: str
    touchpoint: int
    segment: str
    variable: str
    base: int
    least_sum: int
    most_sum: int
    mode: int
    minimum: int
    maximum: int


@dataclass(frozen=True)
class Profile:
    """One row of profile.csv: `n` of the `base` people whose attributes are known have this one."""

    group: str
    base: int
    attribute: str
    value: str
    n: int


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, in order, each a mapping of column to text."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def read_published(folder: Path) -> list[Count]:
    """The rows of published.csv and published_additions.csv that have a count, or a range of counts."""
    counts = []
    for row in [*rows_of(folder / "published.csv"), *rows_of(folder / "published_additions.csv")]:
        least, most = row.get("implied_low") or row["implied_n"], row.get("implied_high") or row["implied_n"]
        if not least:
            continue
        moves = row["timing"] == "change"
        at_moment = row["timing"] in ("before", "now")
        counts.append(
            Count(
                group=row["group"],
                touchpoint=int(row["touchpoint"]),
                segment=row["segment"],
                asked_of=row["asked_of"],
                variable=f"{row['variable']}@{row['timing']}" if at_moment else row["variable"],
                options=() if moves else NETS.get(row["category"], (row["category"],)),
                movement=MOVEMENTS[row["category"]] if moves else None,
                least=int(least),
                most=int(most),
                base=int(row["implied_base"]) if row["implied_base"] else None,
            )
        )
    return counts


def sums_that_print_as(mean: str, base: int) -> list[int]:
    """Every sum of `base` ratings whose mean, rounded half up to one decimal, is `mean`."""
    tenths = round(float(mean) * 10)
    return [total for total in range(base, 10 * base + 1) if (20 * total + base) // (2 * base) == tenths]


def read_ratings(folder: Path) -> list[Rating]:
    """The rows of ratings.csv. Where no sum prints as the mean, the row's note must say which sum to use."""
    ratings = []
    for row in rows_of(folder / "ratings.csv"):
        base = int(row["base"])
        sums = sums_that_print_as(row["printed_mean"], base)
        if not sums:
            said = re.search(r"use a sum of (\d+)", row["note"])
            if said is None:
                raise ValueError(f"No sum of {base} ratings has a mean of {row['printed_mean']}: say which to use.")
            sums = [int(said.group(1))]
        ratings.append(
            Rating(
                group=row["group"],
                touchpoint=int(row["touchpoint"]),
                segment=row["segment"],
                variable=row["variable"],
                base=base,
                least_sum=sums[0],
                most_sum=sums[-1],
                mode=int(row["printed_mode"]),
                minimum=int(row["printed_min"]),
                maximum=int(row["printed_max"]),
            )
        )
    return ratings


def read_profile(folder: Path) -> list[Profile]:
    """The rows of profile.csv, in order."""
    return [
        Profile(row["group"], int(row["base"]), row["variable"], row["category"], int(row["count"]))
        for row in rows_of(folder / "profile.csv")
    ]
