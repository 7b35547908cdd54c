"""Numbers of any size, days and times: what they come to, and what of it may be shown."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.analysis.counting.distributions import answer_frame, distribution, protect, tally
from surveyapp.analysis.counting.quantities import values_by
from surveyapp.analysis.counting.slices import People, Segment
from surveyapp.analysis.disclosure.protection import protect_quantity
from surveyapp.analysis.disclosure.tables import Limits
from surveyapp.analysis.statistics.quantities import quantity
from surveyapp.domain.instrument.kinds import KINDS, Part
from surveyapp.domain.instrument.questionnaire import Question
from surveyapp.domain.instrument.study import Anchor, Thresholds, Touchpoint
from surveyapp.domain.results import Slice

COLUMNS = ("response_id", "participant_id", "variable", "code", "number", "day", "time_of_day", "words", "reason")
EVERYONE = Slice("", None, None)
THRESHOLDS = Thresholds(minimum_base=10, minimum_cell=5)


def part_of(kind: str, decimals: int = 0) -> Part:
    (part,) = KINDS[kind].parts(Question(id="q", kind=kind, text="Q?", decimals=decimals))
    return part


def rows_of(column: str, values: list[object]) -> list[tuple[object, ...]]:
    """A row a person; None is somebody who would not say."""
    return [
        tuple(
            {"response_id": n, "participant_id": n, "variable": "q", column: value,
             "reason": "prefer_not_to_say" if value is None else None}.get(name)
            for name in COLUMNS
        )
        for n, value in enumerate(values)
    ]  # fmt: skip


@given(st.lists(st.decimals(-1000, 1000, places=2), min_size=1, max_size=30))
def test_numbers_come_to_what_the_standard_library_says(values: list[Decimal]) -> None:
    counts = Counter(values)
    found = quantity({value: counts[value] for value in sorted(counts)})
    assert found.base == len(values)
    assert found.mean == statistics.mean(map(Fraction, values))
    assert found.median == statistics.median(values)
    assert (found.minimum, found.maximum) == (min(values), max(values))
    # R's quantile(type = 2); of doubled hundredths, so that half-way is whole.
    hundredths = [int(200 * value) for value in values]
    lower, upper = np.quantile(hundredths, [0.25, 0.75], method="averaged_inverted_cdf")
    assert (found.lower_quartile, found.upper_quartile) == (Decimal(int(lower)) / 200, Decimal(int(upper)) / 200)


def test_quartiles_are_those_of_r() -> None:
    # R: quantile(c(1:7, 9, 9, 30), c(.25, .5, .75), type = 2): 3, 5.5, 9; of c(1:8), 2.5, 4.5, 6.5.
    values = Counter(map(Decimal, [1, 2, 3, 4, 5, 6, 7, 9, 9, 30]))
    found = quantity(values)
    assert (found.lower_quartile, found.median, found.upper_quartile) == (3, Decimal("5.5"), 9)
    found = quantity(Counter(map(Decimal, range(1, 9))))
    assert (found.lower_quartile, found.median, found.upper_quartile) == (Decimal("2.5"), 4.5, Decimal("6.5"))
    assert quantity({Decimal(1): 0, Decimal(2): 3, Decimal(9): 0}).minimum == 2


def test_days_and_times_have_a_middle_and_no_mean() -> None:
    days = {dt.date(2025, 3, 1): 1, dt.date(2025, 3, 4): 1}
    assert (quantity(days).mean, quantity(days).median) == (None, dt.date(2025, 3, 2))
    times = {dt.time(7, 30): 1, dt.time(9, 1): 1}
    assert (quantity(times).mean, quantity(times).median) == (None, dt.time(8, 15))
    assert quantity({}).median is quantity({}).minimum is quantity({}).mean is None


def test_a_value_of_few_is_not_told_and_the_mean_is() -> None:
    counts = {Decimal(1): 2, Decimal(40): 9, Decimal(60): 5}
    shown = protect_quantity(quantity(counts), counts, Limits(10, 5))
    assert (shown.mean, shown.median, shown.minimum, shown.maximum) == (Fraction(662, 16), 40, None, 60)
    own = {Decimal(n): 1 for n in range(12)}
    shown = protect_quantity(quantity(own), own, Limits(10, 5))
    assert (shown.mean, shown.median, shown.minimum, shown.maximum) == (Fraction(11, 2), None, None, None)


@given(st.dictionaries(st.integers(0, 50).map(Decimal), st.integers(1, 6), min_size=1, max_size=8))
def test_nothing_told_is_a_value_that_fewer_than_the_minimum_cell_gave(given_values: dict[Decimal, int]) -> None:
    counts = {value: given_values[value] for value in sorted(given_values)}
    summary = quantity(counts)
    shown = protect_quantity(summary, counts, Limits(10, 5))
    if summary.base < 10:
        assert shown.mean is shown.median is shown.minimum is shown.maximum is None
    for value in (shown.minimum, shown.maximum, *(summary.middle if shown.median is not None else ())):
        assert value is None or counts[value] >= 5


@pytest.mark.parametrize(
    ("kind", "column", "value"),
    [
        ("number", "number", Decimal("7.5")),
        ("date", "day", dt.date(2025, 3, 7)),
        ("time", "time_of_day", dt.time(7, 30)),
        ("short", "words", True),
        ("open", "words", True),
    ],
)
def test_those_who_answered_are_counted_and_few_of_them_are_not_shown(kind: str, column: str, value: object) -> None:
    part = part_of(kind, decimals=1 if kind == "number" else 0)
    for answered, seen in ((12, True), (9, False)):
        frame = answer_frame(rows_of(column, [value] * answered + [None] * 6), COLUMNS)
        found = tally(part, protect(frame, part, People(), THRESHOLDS), EVERYONE, THRESHOLDS)
        assert found.withheld is not seen
        assert found.base.count == (answered if seen else None)
        if seen:
            assert found.missing["prefer_not_to_say"].count == 6
            assert found.cells == {}
            assert (found.quantity is None) == (column == "words")
            assert found.quantity is None or found.quantity.median == value
        else:
            assert found.quantity is None


def test_one_who_would_not_say_hides_their_number_and_not_the_answers() -> None:
    part = part_of("number")
    frame = answer_frame(rows_of("number", [Decimal(8)] * 14 + [None]), COLUMNS)
    found = tally(part, protect(frame, part, People(), THRESHOLDS), EVERYONE, THRESHOLDS)
    assert (found.withheld, found.base.count, found.missing["prefer_not_to_say"].count) == (False, 14, None)


def test_a_segment_too_small_is_not_split_off() -> None:
    part = part_of("number")
    values: list[object] = [Decimal(n) for n in range(30)]
    people = People((Segment("size", {"x": "X", "y": "Y"}, {n: "x" if n < 4 else "y" for n in range(30)}),))
    protected = protect(answer_frame(rows_of("number", values), COLUMNS), part, people, THRESHOLDS)
    assert ("size", False) in protected.refused
    for value in ("x", "y"):
        found = tally(part, protected, Slice(value.upper(), "size", value), THRESHOLDS)
        assert (found.withheld, found.quantity) == (True, None)


def test_nobody_has_no_mean() -> None:
    touchpoint = Touchpoint(
        group="guest", number=1, title="One", questionnaire="guest_1", opens=Anchor(type="enrolled")
    )
    found = distribution(
        answer_frame([], COLUMNS), part_of("number"), group="guest", touchpoint=touchpoint, section="S",
        people=People(), segment=None, thresholds=THRESHOLDS,
    )  # fmt: skip
    assert found.tallies[0].base.count == 0
    assert found.tallies[0].quantity is None


def test_two_answers_of_one_response_are_refused() -> None:
    rows = [*rows_of("number", [Decimal(1)]), *rows_of("number", [Decimal(2)])]
    with pytest.raises(ValueError, match="two answers"):
        values_by(answer_frame(rows, COLUMNS), "q", "number", {0: "all"})
