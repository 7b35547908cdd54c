"""Rounding half up, once, from exact numbers.

Percentages and means are computed from whole counts with `fractions.Fraction`, so that 62.5% is exactly half and goes
up whatever binary floating point makes of it. A float is refused: whoever holds one has already rounded.
"""

from decimal import Decimal
from fractions import Fraction


def half_up(value: int | Fraction | Decimal, places: int = 0) -> Decimal:
    """`value` rounded to `places` decimals, halves away from zero (so a fall of 2.5 shows as big as a rise of 2.5).

    Formula: sign(v) * floor(|v| * 10^places + 1/2) / 10^places, in exact arithmetic. The answer keeps its trailing
    zeros (`Decimal("8.0")`); a value that rounds to nothing is plain zero, never minus zero.

    Raises TypeError on a float, ValueError on a value that is not finite or on negative `places`.
    """
    if isinstance(value, float) or not isinstance(value, (int, Fraction, Decimal)):
        raise TypeError(f"Round counts, fractions or decimals, not {type(value).__name__}: a float is already rounded.")
    if isinstance(value, Decimal) and not value.is_finite():
        raise ValueError(f"{value} cannot be rounded.")
    if places < 0:
        raise ValueError("The number of decimal places cannot be negative.")
    exact = Fraction(value)
    units = (2 * abs(exact.numerator) * 10**places + exact.denominator) // (2 * exact.denominator)
    digits = tuple(int(digit) for digit in str(units))
    # Built from digits, so that no decimal context (with its limit of 28 digits) can round a second time.
    return Decimal((1 if exact < 0 and units else 0, digits, -places))


def half_up_off_zero(value: Fraction, places: int = 0) -> Decimal:
    """As `half_up`; but what would round to nothing, and is not nothing, is rounded at its first digit instead, so that
    the side of zero it is on is not lost: 0.3 in whole points is 0.3, and 1.3 is 1."""
    rounded = half_up(value, places)
    while not rounded and value:
        places += 1
        rounded = half_up(value, places)
    return rounded


def percent(count: int, base: int) -> int:
    """`count` as a whole percentage of `base` people, rounded half up: floor(100 * count / base + 1/2).

    Raises ValueError when the base is empty (there is no percentage of nobody) or the count is outside 0 to base.
    """
    _require_part_of(count, base)
    return int(half_up(Fraction(100 * count, base)))


def points(before: int, before_base: int, after: int, after_base: int) -> int:
    """The change from one percentage to another in percentage points, rounded once.

    Formula: 100 * (after / after_base - before / before_base), rounded half up. It may differ by one from the
    difference of the two printed percentages, and is the better number of the two.

    Raises ValueError as `percent` does.
    """
    _require_part_of(before, before_base)
    _require_part_of(after, after_base)
    return int(half_up(100 * (Fraction(after, after_base) - Fraction(before, before_base))))


def mean(total: int, count: int, places: int = 1) -> Decimal:
    """The mean of `count` whole numbers that sum to `total`, rounded half up to one decimal.

    Raises ValueError when there are none.
    """
    if count < 1:
        raise ValueError("There is no mean of no numbers.")
    return half_up(Fraction(total, count), places)


def _require_part_of(count: int, base: int) -> None:
    if base < 1:
        raise ValueError("There is no percentage of nobody.")
    if not 0 <= count <= base:
        raise ValueError(f"{count} is not a part of a base of {base}.")
