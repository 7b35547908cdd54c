"""Counts of answers, from a long frame.

A frame has one row for each answer, and for a multiple-choice variable one for each option chosen:

| column | |
| --- | --- |
| `response_id` | the sitting |
| `participant_id` | the person |
| `variable` | what was answered |
| `code` | the option, or missing |
| `number`, `day`, `time_of_day` | the number, the day, the time of day, or missing; the last two may be left out |
| `words` | true where something was written, or missing; may be left out |
| `reason` | why there is no substantive answer (`dont_know`, `skipped`, ...), or missing |

Missing answers: the base is the responses with a substantive answer, in any of these columns. Reasons are counted
beside it, each by itself, and never become a zero or an option.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pandas as pd

from surveyapp.analysis.disclosure.tables import TrueRating
from surveyapp.analysis.statistics.change import JointCounts

ANSWER_CELLS = ("code", "number", "day", "time_of_day", "words")
"""The columns in which an answer may stand."""

REASONS = ("dont_know", "prefer_not_to_say", "skipped", "not_asked")


@dataclass(frozen=True, kw_only=True)
class TrueTally:
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
) -> TrueTally:
    """Count a variable's answers by option, and by net; a response is counted once in each.

    `options` are all the variable has, in order: one that nobody chose is counted as 0. Nets of a multiple count a
    person who chose several of their options once.

    Raises ValueError for an answer, or a net's option, that is not among the options, or a response that has both an
    answer and a reason for having none.
    """
    return tally_by(frame, variable, options, nets)[WHOLE]


WHOLE = "whole"
"""The one group of a frame that is not grouped."""


def tally_by(
    frame: pd.DataFrame,
    variable: str,
    options: Sequence[str],
    nets: Mapping[str, Sequence[str]] | None = None,
    groups: Mapping[Any, str] | None = None,
) -> dict[str, TrueTally]:
    """`tally` for each group of participants at once. `groups` maps every participant in the frame to a group's name;
    without it there is one group, `WHOLE`. Groups are those of the mapping, even where nobody of theirs answered."""
    nets = nets or {}
    for members in nets.values():
        _require_known(members, options, variable)
    rows = rows_of(frame, variable)
    chosen: dict[tuple[str, Any], set[str]] = {}
    for group, response, code in each_value(rows, "code", groups):
        chosen.setdefault((group, response), set()).add(code)
    _require_known({code for codes in chosen.values() for code in codes}, options, variable)
    bases = Counter(group for group, _ in chosen)
    by_option = Counter((group, code) for (group, _), codes in chosen.items() for code in codes)
    by_net = Counter(
        (group, net)
        for (group, _), codes in chosen.items()
        for net, members in nets.items()
        if not codes.isdisjoint(members)
    )
    missing = missing_by(rows, groups)
    return {
        name: TrueTally(
            variable=variable,
            base=bases[name],
            options={option: by_option[name, option] for option in options},
            nets={net: by_net[name, net] for net in nets},
            missing=missing[name],
        )
        for name in names_of(groups)
    }


def each_value(rows: pd.DataFrame, column: str, groups: Mapping[Any, str] | None) -> Iterator[tuple[str, Any, Any]]:
    """(group, response, value) of every row that has a value in a column. Plain lists: for the few thousand rows of one
    variable they are an order of magnitude faster than grouping frames."""
    values = rows[column]
    there = values.notna()
    kept = rows[there]
    names = [WHOLE] * len(kept) if groups is None else [groups[person] for person in kept["participant_id"]]
    return zip(names, kept["response_id"], values[there], strict=True)


def names_of(groups: Mapping[Any, str] | None) -> list[str]:
    """Every group, even one of which nobody answered."""
    return [WHOLE] if groups is None else sorted(set(groups.values()))


def missing_by(rows: pd.DataFrame, groups: Mapping[Any, str] | None) -> dict[str, dict[str, int]]:
    """How many responses of each group have each reason for no answer."""
    without = {(group, response, str(reason)) for group, response, reason in each_value(rows, "reason", groups)}
    counted = Counter((group, reason) for group, _, reason in without)
    reasons = [*REASONS, *sorted({reason for _, reason in counted} - set(REASONS))]
    return {name: {reason: counted[name, reason] for reason in reasons} for name in names_of(groups)}


def rating_summary(frame: pd.DataFrame, variable: str) -> TrueRating:
    """Summarise a variable of whole numbers.

    Formula: mean = sum / base, kept exact. Missing: only responses with a number are in the base.
    Raises ValueError for a number that is not whole, a response with two, or with one and a reason for having none.
    """
    return rating_summary_by(frame, variable)[WHOLE]


def rating_summary_by(
    frame: pd.DataFrame, variable: str, groups: Mapping[Any, str] | None = None
) -> dict[str, TrueRating]:
    """`rating_summary` for each group of participants at once; `groups` as in `tally_by`."""
    rows = rows_of(frame, variable)
    answers = [(group, response, _whole(number)) for group, response, number in each_value(rows, "number", groups)]
    if len({response for _, response, _ in answers}) < len(answers):
        raise ValueError(f"A response has two numbers for {variable}.")
    by_value = Counter((group, value) for group, _, value in answers)
    missing = missing_by(rows, groups)
    return {
        name: summary_of(
            variable,
            {value: people for (group, value), people in sorted(by_value.items()) if group == name},
            missing[name],
        )
        for name in names_of(groups)
    }


def summary_of(variable: str, counts: Mapping[int, int], missing: Mapping[str, int] | None = None) -> TrueRating:
    """The summary of people counted by value, lowest first, each value given by at least one."""
    base = sum(counts.values())
    total = sum(value * people for value, people in counts.items())
    most = max(counts.values(), default=0)
    return TrueRating(
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
    return link_by(before, before_variable, after, after_variable, categories)[WHOLE]


def link_by(
    before: pd.DataFrame,
    before_variable: str,
    after: pd.DataFrame,
    after_variable: str,
    categories: Sequence[str],
    groups: Mapping[Any, str] | None = None,
) -> dict[str, Linked]:
    """`link` for each group of participants at once; `groups` as in `tally_by`."""
    sides = _sides(before, before_variable, after, after_variable, "code")
    for column, variable in (("before", before_variable), ("after", after_variable)):
        _require_known(sides[column].dropna(), categories, variable)
    keys = [WHOLE if groups is None else groups[person] for person in sides.index]
    pairs = Counter(zip(keys, sides["before"], sides["after"], strict=True))
    lost = Counter(key for key, missing in zip(keys, sides["after"].isna(), strict=True) if missing)
    joined = Counter(key for key, missing in zip(keys, sides["before"].isna(), strict=True) if missing)
    return {
        name: Linked(
            JointCounts(
                tuple(categories),
                tuple(tuple(pairs[name, one, two] for two in categories) for one in categories),
            ),
            lost[name],
            joined[name],
        )
        for name in names_of(groups)
    }


def link_numbers(before: pd.DataFrame, before_variable: str, after: pd.DataFrame, after_variable: str) -> LinkedNumbers:
    """As `link`, for whole numbers: what `intervals.paired_mean` takes. Raises ValueError likewise."""
    sides = _sides(before, before_variable, after, after_variable, "number")
    matched = sides.dropna()
    pairs = zip(matched["before"].map(_whole), matched["after"].map(_whole), strict=True)
    counts: dict[tuple[int, int], int] = {}
    for pair in sorted(pairs):
        counts[pair] = counts.get(pair, 0) + 1
    return LinkedNumbers(counts, *_unmatched(sides))


def rows_of(frame: pd.DataFrame, variable: str) -> pd.DataFrame:
    """A variable's rows. Raises ValueError for a response that has both an answer and a reason for having none."""
    rows = frame[frame["variable"] == variable]
    held = [column for column in ANSWER_CELLS if column in rows.columns]
    with_answer = rows.loc[rows[held].notna().any(axis=1), "response_id"]
    with_reason = rows.loc[rows["reason"].notna(), "response_id"]
    if with_reason.isin(with_answer).any():
        raise ValueError(f"A response has both an answer to {variable} and a reason for having none.")
    return rows


def _sides(
    before: pd.DataFrame, before_variable: str, after: pd.DataFrame, after_variable: str, column: str
) -> pd.DataFrame:
    """One row a person with an answer on either side: columns before and after, missing where there is none."""
    sides = []
    for frame, variable in ((before, before_variable), (after, after_variable)):
        rows = rows_of(frame, variable)
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
