"""Rounding half up, from exact numbers."""

from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveyapp.analysis.statistics.rounding import half_up, mean, percent, points

unhurried = settings(deadline=None)  # the first call of a statistic loads its tables


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        (Fraction(1, 2), 0, "1"),
        (Fraction(-1, 2), 0, "-1"),
        (Fraction(5, 2), 0, "3"),  # to even would be 2
        (Fraction(1, 3), 2, "0.33"),
        (Fraction(2, 3), 2, "0.67"),
        (Decimal("2.675"), 2, "2.68"),  # round(2.675, 2) is 2.67, as the float lies below
        (Decimal("0.045"), 2, "0.05"),
        (Fraction(-1, 100), 1, "0.0"),  # never -0.0
        (8, 1, "8.0"),
        (10**40 + 1, 0, str(10**40 + 1)),  # beyond the 28 digits of the usual decimal context
    ],
)
def test_halves_go_away_from_zero(value: int | Fraction | Decimal, places: int, expected: str) -> None:
    assert str(half_up(value, places)) == expected


@unhurried
@given(st.fractions(min_value=-(10**6), max_value=10**6, max_denominator=10**4), st.integers(0, 4))
def test_rounded_value_is_within_half_a_unit_and_decimal_agrees(value: Fraction, places: int) -> None:
    rounded = half_up(value, places)
    assert abs(Fraction(rounded) - value) <= Fraction(1, 2 * 10**places)
    with localcontext() as context:
        context.prec = 60
        # Exact to 60 digits; a fraction this simple that is not a half is never within 1e-40 of one.
        reference = Decimal(value.numerator) / Decimal(value.denominator)
        assert rounded == reference.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


@pytest.mark.parametrize("value", [0.5, 2.0, float("nan")])
def test_a_float_is_refused(value: float) -> None:
    with pytest.raises(TypeError, match="float"):
        half_up(value)  # type: ignore[arg-type]


def test_what_is_not_finite_or_has_negative_places_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be rounded"):
        half_up(Decimal("NaN"))
    with pytest.raises(ValueError, match="negative"):
        half_up(1, -1)


# Counts and percentages as printed in the evaluation of the Job Rotation Pilot (June 2025), where the printed
# percentage is the one rounded half up.
@pytest.mark.parametrize(
    ("count", "base", "expected"),
    [(16, 18, 89), (2, 18, 11), (0, 18, 0), (18, 18, 100), (11, 18, 61), (5, 18, 28)],
)
def test_percentages_of_the_published_report(count: int, base: int, expected: int) -> None:
    assert percent(count, base) == expected


@pytest.mark.parametrize(
    ("count", "base", "expected"), [(1, 8, 13), (5, 8, 63), (1, 200, 1), (23, 40, 58), (29, 200, 15)]
)
def test_exact_halves_of_a_percent_go_up(count: int, base: int, expected: int) -> None:
    assert percent(count, base) == expected


@pytest.mark.parametrize(("count", "base"), [(0, 0), (1, 0), (5, 4), (-1, 4)])
def test_a_percentage_of_nobody_or_of_too_many_is_refused(count: int, base: int) -> None:
    with pytest.raises(ValueError, match=r"nobody|not a part"):
        percent(count, base)


def test_change_in_points_is_rounded_once() -> None:
    # 1/6 is 17%, 2/6 is 33%: printed, they differ by 16; the change is 16.67 points.
    assert percent(2, 6) - percent(1, 6) == 16
    assert points(1, 6, 2, 6) == 17
    assert points(2, 6, 1, 6) == -17
    assert points(29, 47, 16, 19) == 23  # 84.21 - 61.70 = 22.51


# 69 / 8 = 8.625 is the mean the report should have printed for eight candidates with a sum of 69.
@pytest.mark.parametrize(
    ("total", "count", "expected"), [(69, 8, "8.6"), (17, 4, "4.3"), (150, 18, "8.3"), (-17, 4, "-4.3")]
)
def test_means_to_one_decimal(total: int, count: int, expected: str) -> None:
    assert str(mean(total, count)) == expected


def test_there_is_no_mean_of_no_numbers() -> None:
    with pytest.raises(ValueError, match="no numbers"):
        mean(0, 0)
