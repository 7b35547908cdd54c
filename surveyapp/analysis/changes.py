"""The change between two moments, from joint counts of the people who answered both."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from surveyapp.analysis.counting.counts import Linked, LinkedValues
from surveyapp.analysis.counting.vectors import AnswerValue
from surveyapp.analysis.marking import complemented
from surveyapp.analysis.statistics import paired_tests, rounding, verdict
from surveyapp.analysis.statistics.change import Movement, favourable, movement, people_by_steps
from surveyapp.analysis.statistics.intervals import ExactInterval, steps_of
from surveyapp.analysis.statistics.missing import missing_bounds
from surveyapp.analysis.statistics.reliable import reliably_changed
from surveyapp.analysis.tallying import Rules
from surveyapp.domain.instrument.questionnaire import Reliability
from surveyapp.domain.results import Cell, Change, ChangeTest, Interval, MeanChange, ReliableChange, TestName


@dataclass(frozen=True)
class OptionScale:
    """What a change of options is measured in. `best_first`: they run from most to least favourable; `favourable`: the
    places of those in the net; `turned`: they run the other way, from least to most."""

    size: int
    best_first: bool
    favourable: frozenset[int] = frozenset()
    turned: bool = False


def option_change(bare: Change, linked: Linked, scale: OptionScale, rules: Rules) -> Change:
    """A change of options with everything that is told of it. With nobody on both sides there is only the base.

    Its verdict is that of the net; without one, that of who rose and fell; of options with no better or worse there is
    none, unless nobody moved.
    """
    told = _bases(bare, linked, rules)
    if not linked.base:
        return told
    cell = _cells(bare, rules, linked.base)
    joint = linked.joint([str(place) for place in range(scale.size)])
    tests: list[ChangeTest] = []
    if scale.best_first:
        moved, steps = movement(joint), people_by_steps(joint)
        if scale.turned:
            moved = Movement(moved.fell, moved.same, moved.rose, moved.base)
            steps = {-step: people for step, people in steps.items()}
        told = dataclasses.replace(
            told,
            rose=cell(moved.rose),
            same=cell(moved.same),
            fell=cell(moved.fell),
            verdict=verdict.of_movement(moved).verdict,
        )
        tests += _test("sign", paired_tests.sign_test(steps))
        tests += _test("wilcoxon", paired_tests.wilcoxon_signed_rank(steps))
    else:
        same = int(linked.counts.trace())
        told = dataclasses.replace(told, same=cell(same), verdict="no_change" if same == linked.base else None)
        tests += _test("stuart_maxwell", paired_tests.stuart_maxwell(joint))
    if scale.favourable:
        pair = favourable(joint, [str(place) for place in scale.favourable])
        judged = verdict.of_net(pair)
        told = dataclasses.replace(
            told,
            before=cell(pair.before),
            after=cell(pair.after),
            gained=cell(pair.after_only),
            given_up=cell(pair.before_only),
            verdict=judged.verdict,
            points=rounding.points(pair.before, pair.base, pair.after, pair.base),
            interval=Interval(*_ends(judged.interval, 100)) if judged.interval else None,
        )
        tests = [*_test("mcnemar", paired_tests.mcnemar_exact(pair)), *tests]
        if bare.kind == "measured" and linked.first_alone:
            were = int(linked.first_alone_by[sorted(scale.favourable)].sum())
            bounds = missing_bounds(pair, were, linked.first_alone - were)
            private = told.base.private or rules.hides  # no release has them
            told = dataclasses.replace(told, bounds=dataclasses.replace(bounds, private=private))
    transitions = tuple(tuple(cell(int(people)) for people in row) for row in linked.counts)
    told = dataclasses.replace(told, transitions=transitions, tests=() if told.low_base else tuple(tests))
    return _marked(told, scale, cell)


def value_change(
    bare: Change,
    linked: LinkedValues,
    rules: Rules,
    *,
    places: int | None,
    reliability: Reliability | None = None,
    is_released: bool = True,
) -> Change:
    """A change of numbers, scores, days or times: who rose, stayed and fell and, of numbers, the mean change with
    `places` decimals, and who changed reliably where the scale says what that is. `is_released`: of ratings a release
    may tell who moved where, and so their mean; of numbers, days, times and scores it tells no change."""
    told = _bases(bare, linked, rules)
    if not linked.base:
        return told
    cell = _cells(bare, rules, linked.base)
    few = any(map(rules.few, linked.pairs.values())) or (rules.hides and not is_released)
    rose = sum(people for pair, people in linked.pairs.items() if _rose(*pair))
    same = sum(people for (before, after), people in linked.pairs.items() if after == before)
    moved = Movement(rose, same, linked.base - rose - same, linked.base)
    steps: Mapping[Fraction, int] = {Fraction(1): moved.rose, Fraction(0): same, Fraction(-1): moved.fell}
    tests = _test("sign", paired_tests.sign_test(steps))
    told = dataclasses.replace(
        told,
        rose=cell(moved.rose),
        same=cell(same),
        fell=cell(moved.fell),
        verdict=verdict.of_movement(moved).verdict,
    )
    if places is not None:
        numbers = _numbers(linked.pairs)
        tests += _test("wilcoxon", paired_tests.wilcoxon_signed_rank(steps_of(numbers)))
        told = _with_mean(told, numbers, places, private=few or told.base.private)
        if reliability is not None:
            told = dataclasses.replace(told, reliable=_reliable(numbers, reliability, cell))
    return _marked(dataclasses.replace(told, tests=() if told.low_base else tuple(tests)), None, cell)


def _marked(told: Change, scale: OptionScale | None, cell: Callable[[int], Cell]) -> Change:
    """The change with what gives a marked count away marked too, and the tests of marked counts. `scale`: of options,
    of which there is a table of who moved where."""
    cells: dict[Any, Cell] = {name: each for name in COUNTED if (each := getattr(told, name)).count is not None}
    sums: list[list[Any]] = [["base", "rose", "same", "fell"]]
    moves = {(i, j): each for i, row in enumerate(told.transitions or ()) for j, each in enumerate(row)}
    cells |= moves
    if moves and scale is not None:
        inside = scale.favourable
        sums += [["base", *moves], ["same", *((i, j) for i, j in moves if i == j)]]
        rose, fell = ("fell", "rose") if scale.turned else ("rose", "fell")
        sums += [[rose, *((i, j) for i, j in moves if i > j)], [fell, *((i, j) for i, j in moves if i < j)]]
        sums.append(["gained", *((i, j) for i, j in moves if i not in inside and j in inside)])
        sums.append(["given_up", *((i, j) for i, j in moves if i in inside and j not in inside)])
    if told.gained.count is not None and told.given_up.count is not None and told.before.count is not None:
        both = told.before.count - told.given_up.count
        neither = (told.base.count or 0) - both - told.gained.count - told.given_up.count
        cells |= {"both": cell(both), "neither": cell(neither)}
        sums += [["before", "both", "given_up"], ["after", "both", "gained"]]
        sums.append(["base", "both", "neither", "gained", "given_up"])
    found = complemented(cells, sums)
    transitions = tuple(tuple(found[i, j] for j, _ in enumerate(row)) for i, row in enumerate(told.transitions or ()))
    again: dict[str, Any] = {name: found[name] for name in COUNTED if name in found}
    told = dataclasses.replace(told, **again, transitions=transitions or told.transitions)
    moved = any(found[place].private for place in moves) or (told.mean is not None and told.mean.private)
    of = {"mcnemar": told.net_private, "sign": told.moves_private}
    tests = [dataclasses.replace(each, private=of.get(each.name, told.moves_private or moved)) for each in told.tests]
    return dataclasses.replace(told, tests=tuple(tests))


COUNTED = ("base", "before", "after", "gained", "given_up", "rose", "same", "fell")


def _with_mean(told: Change, numbers: Mapping[tuple[Fraction, Fraction], int], places: int, *, private: bool) -> Change:
    judged, found = verdict.of_mean(numbers, printed_in=10.0**-places)
    assert found.mean is not None
    before, after = (
        rounding.half_up(sum((pair[side] * people for pair, people in numbers.items()), Fraction(0)) / found.n, places)
        for side in (0, 1)
    )
    low, high = _ends(found.interval, 1, places) if found.interval else (None, None)
    mean = MeanChange(
        mean=rounding.half_up(found.mean, places), low=low, high=high, before=before, after=after, private=private
    )
    return dataclasses.replace(told, mean=mean, verdict=judged.verdict)


def _reliable(
    numbers: Mapping[tuple[Fraction, Fraction], int], reliability: Reliability, cell: Callable[[int], Cell]
) -> ReliableChange:
    found = reliably_changed(numbers, reliability)
    cells = {name: cell(getattr(found, name)) for name in ("improved", "same", "worse")}
    cells = complemented(cells | {"base": cell(sum(numbers.values()))}, [["base", "improved", "same", "worse"]])
    return ReliableChange(cells["improved"], cells["same"], cells["worse"], reliability.source)


def _numbers(pairs: Mapping[tuple[AnswerValue, AnswerValue], int]) -> dict[tuple[Fraction, Fraction], int]:
    exact = {value: Fraction(value) for pair in pairs for value in pair}  # type: ignore[arg-type]  # numbers alone
    return {(exact[before], exact[after]): people for (before, after), people in pairs.items()}


def _ends(interval: ExactInterval, times: int, places: int = 0) -> tuple[Decimal, Decimal]:
    """The ends of an interval as they are printed; exact from here on."""
    low, high = (rounding.half_up_off_zero(times * Fraction(end), places) for end in (interval.low, interval.high))
    return low, high


def _bases(bare: Change, linked: Linked | LinkedValues, rules: Rules) -> Change:
    private = _whole(bare, rules, linked.base)
    # The base of either moment less the matched are those who answered it alone.
    given_away = rules.few(linked.first_alone) or rules.few(linked.second_alone)
    return dataclasses.replace(
        bare,
        base=rules.cell(linked.base, private=private or given_away),
        first_alone=rules.cell(linked.first_alone, private=private),
        second_alone=rules.cell(linked.second_alone, private=private),
        low_base=rules.low(linked.base),
    )


def _cells(bare: Change, rules: Rules, base: int) -> Callable[[int], Cell]:
    """What makes a cell of some of the matched: it tells how many the others are, too."""
    private = _whole(bare, rules, base)
    return lambda count: rules.cell(count, private=private or rules.few(base - count))


def _whole(bare: Change, rules: Rules, base: int) -> bool:
    """Whether all of a change is not for publication: of few, or of some people, of whom no release tells one."""
    return rules.small(base) or (bare.people.segment is not None and rules.hides)


def _test(name: TestName, made: paired_tests.PairedTest) -> list[ChangeTest]:
    if made.p_value is None:
        return []
    return [ChangeTest(name=name, p=made.p_value, n=made.n, zeros=made.zeros)]


def _rose(before: AnswerValue, after: AnswerValue) -> bool:
    return bool(after > before)  # type: ignore[operator]  # both are of one sort
