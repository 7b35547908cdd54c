"""The change between two moments, from joint counts of the people who answered both."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from surveyapp.analysis.counting.counts import Linked, LinkedValues
from surveyapp.analysis.counting.vectors import AnswerValue
from surveyapp.analysis.statistics import change as statistics
from surveyapp.analysis.statistics import intervals, rounding
from surveyapp.analysis.tallying import Rules
from surveyapp.domain.results import Cell, Change, ChangeTest, Interval, MeanChange, TestName, Verdict


@dataclass(frozen=True)
class OptionScale:
    """What a change of options is measured in. `best_first`: they run from most to least favourable; `favourable`: the
    places of those in the net."""

    size: int
    best_first: bool
    favourable: frozenset[int] = frozenset()


def option_change(bare: Change, linked: Linked, scale: OptionScale, rules: Rules) -> Change:
    """A change of options with everything that is told of it. With nobody on both sides there is only the base."""
    told = _bases(bare, linked, rules)
    if not linked.base:
        return told
    cell = _cells(rules, linked.base)
    joint = linked.joint([str(place) for place in range(scale.size)])
    tests: list[ChangeTest] = []
    verdict: Verdict | None = None
    if scale.favourable:
        pair = statistics.favourable(joint, [str(place) for place in scale.favourable])
        difference = intervals.newcombe_paired(pair.both, pair.before_only, pair.after_only, pair.neither)
        verdict = _verdict(difference.low, difference.high) if difference else None
        told = dataclasses.replace(
            told,
            before=cell(pair.before),
            after=cell(pair.after),
            gained=cell(pair.after_only),
            given_up=cell(pair.before_only),
            points=rounding.points(pair.before, pair.base, pair.after, pair.base),
            interval=Interval(_points(difference.low), _points(difference.high)) if difference else None,
        )
        tests += _test("mcnemar", statistics.mcnemar_exact(pair))
    if scale.best_first:
        moved = statistics.movement(joint)
        told = dataclasses.replace(told, rose=cell(moved.rose), same=cell(moved.same), fell=cell(moved.fell))
        tests += _test("wilcoxon", statistics.wilcoxon_signed_rank(joint))
    else:
        told = dataclasses.replace(told, same=cell(int(linked.counts.trace())))
        tests += _test("stuart_maxwell", statistics.stuart_maxwell(joint))
    return dataclasses.replace(
        told,
        verdict="no_change" if told.same.count == linked.base else verdict,
        tests=() if told.low_base else tuple(tests),
        transitions=tuple(tuple(cell(int(people)) for people in row) for row in linked.counts),
    )


def value_change(bare: Change, linked: LinkedValues, rules: Rules, *, places: int | None) -> Change:
    """A change of numbers, days or times: who rose, stayed and fell and, of numbers, the mean change, with `places`
    decimals."""
    told = _bases(bare, linked, rules)
    if not linked.base:
        return told
    cell = _cells(rules, linked.base)
    rose = sum(people for pair, people in linked.pairs.items() if _rose(*pair))
    same = sum(people for (before, after), people in linked.pairs.items() if after == before)
    told = dataclasses.replace(told, rose=cell(rose), same=cell(same), fell=cell(linked.base - rose - same))
    verdict: Verdict | None = None
    if places is not None:
        numbers = {(Fraction(one), Fraction(two)): n for (one, two), n in linked.pairs.items()}  # type: ignore[arg-type]
        found = intervals.paired_mean(numbers)
        assert found.mean is not None
        mean = MeanChange(rounding.half_up(found.mean, places))
        if found.interval is not None:
            low, high = (rounding.half_up(Fraction(end), places) for end in (found.interval.low, found.interval.high))
            mean, verdict = MeanChange(mean.mean, low, high), _verdict(found.interval.low, found.interval.high)
        told = dataclasses.replace(told, mean=mean)
    return dataclasses.replace(told, verdict="no_change" if same == linked.base else verdict)


def _bases(bare: Change, linked: Linked | LinkedValues, rules: Rules) -> Change:
    cell = _cells(rules, linked.base)
    return dataclasses.replace(
        bare,
        base=cell(linked.base),
        lost=cell(linked.lost),
        joined=cell(linked.joined),
        low_base=rules.low(linked.base),
    )


def _cells(rules: Rules, base: int) -> Callable[[int], Cell]:
    return functools.partial(rules.cell, private=rules.small(base))


def _test(name: TestName, made: statistics.PairedTest) -> list[ChangeTest]:
    if made.p_value is None:
        return []
    return [ChangeTest(name=name, p=made.p_value, n=made.n, zeros=getattr(made, "zeros", 0))]


def _rose(before: AnswerValue, after: AnswerValue) -> bool:
    return bool(after > before)  # type: ignore[operator]  # both are of one sort


def _verdict(low: float, high: float) -> Verdict:
    return "rose" if low > 0 else "fell" if high < 0 else "unclear"


def _points(share: float) -> int:
    """A bound of an interval, a share from -1 to 1, in whole points. Exact from here on."""
    return int(rounding.half_up(100 * Fraction(share)))
