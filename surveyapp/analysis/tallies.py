"""Counts of answers, from a long frame.

A frame has one row for each answer, and for a multiple-choice variable one for each option chosen:

| column | |
| --- | --- |
| `response_id` | the sitting |
| `participant_id` | the person |
| `variable` | what was answered |
| `code` | the option, or missing |
| `number` | the number, or missing |
| `reason` | why there is no substantive answer (`dont_know`, `skipped`, ...), or missing |

Missing answers: the base is the responses with a substantive answer, that is a code or a number. Reasons are counted
beside it, each by itself, and never become a zero or an option.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from surveyapp.analysis.change import JointCounts

REASONS = ("dont_know", "prefer_not_to_say", "skipped", "not_asked")


@dataclass(frozen=True)
class Tally:
    """How many responses chose each option and fall in each net, of a base of responses with an answer.

    `options` and `nets` keep the order asked for; `missing` has the four stored reasons, then any others by name.
    """

    variable: str
    base: int
    options: Mapping[str, int]
    nets: Mapping[str, int]
    missing: Mapping[str, int]

    @property
    def asked(self) -> int:
        """The base of a question whose denominator is everyone asked: answers, don't knows, refusals and skips."""
        return self.base + sum(self.missing[reason] for reason in REASONS if reason != "not_asked")


@dataclass(frozen=True)
class RatingSummary:
    """Whole-number ratings: exact mean, the most common values (all of them when tied), range and sum.

    `counts` are the people by value, from the lowest. With a base of zero there is no mean, minimum or maximum.
    """

    variable: str
    base: int
    total: int
    mean: Fraction | None
    most_common: tuple[int, ...]
    minimum: int | None
    maximum: int | None
    counts: Mapping[int, int]
    missing: Mapping[str, int]


@dataclass(frozen=True)
class Linked:
    """Joint counts of people with an answer on both sides; `lost` have one before only, `joined` after only."""

    joint: JointCounts
    lost: int
    joined: int


@dataclass(frozen=True)
class LinkedNumbers:
    """People with a number on both sides, by (before, after); `lost` have one before only, `joined` after only."""

    counts: Mapping[tuple[int, int], int]
    lost: int
    joined: int

    @property
    def base(self) -> int:
        return sum(self.counts.values())


def tally(
    frame: pd.DataFrame, variable: str, options: Sequence[str], nets: Mapping[str, Sequence[str]] | None = None
) -> Tally:
    """Count a variable's answers by option, and by net; a response is counted once in each.

    `options` are all the variable has, in order: one that nobody chose is counted as 0. Nets of a multiple count a
    person who chose several of their options once.

    Raises ValueError for an answer, or a net's option, that is not among the options, or a response that has both an
    answer and a reason for having none.
    """
    nets = nets or {}
    rows = _rows(frame, variable)
    answers = rows[rows["code"].notna()]
    _require_known(answers["code"], options, variable)
    for members in nets.values():
        _require_known(members, options, variable)
    by_option = answers.groupby("code")["response_id"].nunique()
    return Tally(
        variable=variable,
        base=int(answers["response_id"].nunique()),
        options={option: int(by_option.get(option, 0)) for option in options},
        nets={
            net: int(answers.loc[answers["code"].isin(members), "response_id"].nunique())
            for net, members in nets.items()
        },
        missing=_missing(rows),
    )


def rating_summary(frame: pd.DataFrame, variable: str) -> RatingSummary:
    """Summarise a variable of whole numbers.

    Formula: mean = sum / base, kept exact. Missing: only responses with a number are in the base.
    Raises ValueError for a number that is not whole, a response with two, or with one and a reason for having none.
    """
    rows = _rows(frame, variable)
    answers = rows[rows["number"].notna()]
    if answers["response_id"].duplicated().any():
        raise ValueError(f"A response has two numbers for {variable}.")
    by_value = answers["number"].map(_whole).value_counts().sort_index()
    counts = {int(str(value)): int(people) for value, people in by_value.items()}
    return summary_of(variable, counts, _missing(rows))


def summary_of(variable: str, counts: Mapping[int, int], missing: Mapping[str, int] | None = None) -> RatingSummary:
    """The summary of people counted by value, lowest first, each value given by at least one."""
    base = sum(counts.values())
    total = sum(value * people for value, people in counts.items())
    most = max(counts.values(), default=0)
    return RatingSummary(
        variable=variable,
        base=base,
        total=total,
        mean=Fraction(total, base) if base else None,
        most_common=tuple(value for value, people in counts.items() if people == most),
        minimum=min(counts, default=None),
        maximum=max(counts, default=None),
        counts=counts,
        missing=missing or {},
    )


def link(
    before: pd.DataFrame, before_variable: str, after: pd.DataFrame, after_variable: str, categories: Sequence[str]
) -> Linked:
    """Joint counts of the same people's answers to two variables of one list of categories, linked on the person.

    The frames may be one and the same (before and now in one sitting) or those of two touchpoints.
    Missing: only people with a substantive answer on both sides are matched; the others are counted, not imputed.
    Raises ValueError for an answer not among the categories, or a person with two answers on a side.
    """
    sides = _sides(before, before_variable, after, after_variable, "code")
    for column, variable in (("before", before_variable), ("after", after_variable)):
        _require_known(sides[column].dropna(), categories, variable)
    matched = sides.dropna()
    people = matched.groupby(["before", "after"]).size()
    counts = tuple(tuple(int(people.get((one, two), 0)) for two in categories) for one in categories)
    return Linked(JointCounts(tuple(categories), counts), *_unmatched(sides))


def link_numbers(before: pd.DataFrame, before_variable: str, after: pd.DataFrame, after_variable: str) -> LinkedNumbers:
    """As `link`, for whole numbers: what `intervals.paired_mean` takes. Raises ValueError likewise."""
    sides = _sides(before, before_variable, after, after_variable, "number")
    matched = sides.dropna()
    pairs = zip(matched["before"].map(_whole), matched["after"].map(_whole), strict=True)
    counts: dict[tuple[int, int], int] = {}
    for pair in sorted(pairs):
        counts[pair] = counts.get(pair, 0) + 1
    return LinkedNumbers(counts, *_unmatched(sides))


def _rows(frame: pd.DataFrame, variable: str) -> pd.DataFrame:
    rows = frame[frame["variable"] == variable]
    with_answer = rows.loc[rows["code"].notna() | rows["number"].notna(), "response_id"]
    with_reason = rows.loc[rows["reason"].notna(), "response_id"]
    if with_reason.isin(with_answer).any():
        raise ValueError(f"A response has both an answer to {variable} and a reason for having none.")
    return rows


def _missing(rows: pd.DataFrame) -> dict[str, int]:
    found = rows[rows["reason"].notna()].groupby("reason")["response_id"].nunique()
    others = sorted(str(reason) for reason in found.index if reason not in REASONS)
    return {reason: int(found.get(reason, 0)) for reason in (*REASONS, *others)}


def _sides(
    before: pd.DataFrame, before_variable: str, after: pd.DataFrame, after_variable: str, column: str
) -> pd.DataFrame:
    """One row a person with an answer on either side: columns before and after, missing where there is none."""
    sides = []
    for frame, variable in ((before, before_variable), (after, after_variable)):
        rows = _rows(frame, variable)
        answers = rows[rows[column].notna()].set_index("participant_id")[column]
        if answers.index.has_duplicates:
            raise ValueError(f"A person has two answers to {variable}: keep one response a person on each side.")
        sides.append(answers)
    return pd.concat(sides, axis=1, keys=["before", "after"])


def _unmatched(sides: pd.DataFrame) -> tuple[int, int]:
    return int(sides["after"].isna().sum()), int(sides["before"].isna().sum())


def _require_known(codes: Iterable[object], options: Sequence[str], variable: str) -> None:
    unknown = sorted({str(code) for code in codes} - set(options))
    if unknown:
        raise ValueError(f"Not an option of {variable}: {', '.join(unknown)}.")


def _whole(number: float) -> int:
    if int(number) != number:
        raise ValueError(f"{number} is not a whole number.")
    return int(number)
