"""Numbers of any size, days and times: what they come to."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter
from decimal import Decimal
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.analysis.statistics.quantities import quantity


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
