"""What may be said of a change: it rose, it fell, it did not change, or the data are too few to tell.

The 95% interval of the paired difference alone decides. *Rose* and *fell*: the interval leaves zero out. *No change*:
the data themselves say so, in that nobody moved at all, or that the whole interval lies within half of the unit that a
change is printed in (of a million people: half a point either way). Everything else that spans zero is *unclear*. A
p-value never decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from surveyapp.analysis.statistics.change import Movement, PairedBinary
from surveyapp.analysis.statistics.intervals import (
    Exact,
    ExactInterval,
    PairedMean,
    clopper_pearson,
    newcombe_paired,
    paired_mean,
    steps_of,
)
from surveyapp.domain.results import Verdict

POINT, TENTH = 0.01, 0.1
"""What a share and a mean are printed in, unless it is said otherwise."""


@dataclass(frozen=True)
class Judgement:
    """A verdict, None where there is nobody to judge by, and the interval it rests on: of the difference of two shares
    or of two means; of a movement, of the share of the movers who rose less the share who fell. None: there is none
    (nobody moved, or, of a mean, nobody's change differs from another's)."""

    verdict: Verdict | None
    interval: ExactInterval | None
    method: Literal["newcombe", "paired_mean", "sign"]


def of_net(pair: PairedBinary) -> Judgement:
    """Of people who are in a net or not: Newcombe's paired interval. Nobody moved: nobody came into it or left it."""
    interval = newcombe_paired(pair.both, pair.before_only, pair.after_only, pair.neither)
    moved = pair.before_only + pair.after_only
    return Judgement(_verdict(interval, pair.base, moved, POINT), interval, "newcombe")


def of_mean(pairs: Mapping[tuple[Exact, Exact], int], printed_in: float = TENTH) -> tuple[Judgement, PairedMean]:
    """Of a rating, a score or a number, with the mean change itself: the paired t interval. Where everyone changed by
    the same amount it has no width, which would claim certainty of two people: then as many as rose, or fell, decide
    as in `of_movement`."""
    found = paired_mean(pairs)
    steps = steps_of(pairs)
    moved = found.n - steps.get(Fraction(0), 0)
    if found.n and found.interval is None:
        alike = _of_steps(steps)
        return Judgement(alike.verdict, None, "sign"), found
    return Judgement(_verdict(found.interval, found.n, moved, printed_in), found.interval, "paired_mean"), found


def of_movement(movement: Movement) -> Judgement:
    """Of options in order that no net divides: the exact interval of the share of the movers who rose, as rose less
    fell. It leaves zero out exactly where the exact sign test's p-value is below 0.05."""
    movers = movement.rose + movement.fell
    share = clopper_pearson(movement.rose, movers)
    interval = share and ExactInterval(2 * share.low - 1, 2 * share.high - 1)
    return Judgement(_verdict(interval, movement.base, movers, 0.0), interval, "sign")


def _of_steps(steps: Mapping[Fraction, int]) -> Judgement:
    rose = sum(people for step, people in steps.items() if step > 0)
    fell = sum(people for step, people in steps.items() if step < 0)
    return of_movement(Movement(rose, steps.get(Fraction(0), 0), fell, sum(steps.values())))


def _verdict(interval: ExactInterval | None, base: int, moved: int, unit: float) -> Verdict | None:
    if base == 0:
        return None
    if moved == 0:
        return "no_change"
    if interval is None:
        return "unclear"
    if interval.low > 0:
        return "rose"
    if interval.high < 0:
        return "fell"
    return "no_change" if -unit / 2 < interval.low and interval.high < unit / 2 else "unclear"
