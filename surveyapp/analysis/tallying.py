"""True counts as they are told in the working view: everything, with a mark at what is not for publication."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from surveyapp.analysis.counting.counts import Counted
from surveyapp.analysis.counting.counts import counted as counted_of
from surveyapp.analysis.counting.vectors import AnswerValue, Vector
from surveyapp.analysis.marking import marked
from surveyapp.analysis.split import Split
from surveyapp.analysis.statistics import rounding
from surveyapp.analysis.statistics.bins import Bin, bins_for, last_of
from surveyapp.analysis.statistics.bins import counted as binned
from surveyapp.analysis.statistics.intervals import wilson
from surveyapp.analysis.statistics.quantities import TrueQuantity, quantity
from surveyapp.domain.instrument.kinds import Part, Summary
from surveyapp.domain.instrument.study import Thresholds
from surveyapp.domain.results import (
    Category,
    Cell,
    Interval,
    Offered,
    QuantityBin,
    QuantitySummary,
    RatingSummary,
    ScoreSummary,
    Slice,
    Tally,
)

ANSWERED = "answered"
"""What is counted of a variable whose answers are no options."""


@dataclass(frozen=True)
class Rules:
    """A study's thresholds at a touchpoint, of which more may still be `collecting`. `unreleased`: of people of whom no
    release tells anything."""

    thresholds: Thresholds
    collecting: bool = False
    unreleased: bool = False

    @property
    def hides(self) -> bool:
        """Whether there are counts that are too small to be told."""
        return self.thresholds.minimum_cell > 1

    def few(self, count: int) -> bool:
        """Whether so many people are too few to be counted apart."""
        return 1 <= count < self.thresholds.minimum_cell

    def cell(self, count: int, base: int | None = None, *, private: bool = False) -> Cell:
        """A count as the working view tells it, with its percentage of a base. It tells how many the others of its base
        are, too."""
        private |= (
            self.few(count)
            or (base is not None and self.few(base - count))
            or (self.hides and (self.collecting or self.unreleased))
        )
        return Cell(count, rounding.percent(count, base) if base else None, private=private)

    def small(self, base: int) -> bool:
        """Whether a table of so many people is not for publication."""
        return 1 <= base < self.thresholds.minimum_base

    def low(self, base: int) -> bool:
        return base < self.thresholds.low_base


def categories(part: Part) -> tuple[tuple[Category, ...], tuple[Category, ...]]:
    """(options, nets) of a variable, in order. A rating's options are its numbers."""
    question = part.question
    options = tuple(
        Category(code, option.label if (option := question.option(code)) else code, "option") for code in part.codes
    )
    nets = question.nets if part.summary is Summary.OPTIONS else ()
    return options, tuple(Category(net.name, net.label, "net", net.options) for net in nets)


def value_of(part: Part, code: str) -> AnswerValue:
    """What a variable's option is in a vector."""
    return Decimal(code) if part.summary is Summary.RATING else code


def tallies(
    part: Part, vector: Vector, split: Split, rules: Rules, bins: Sequence[Bin] | None = None
) -> tuple[Tally, ...]:
    """A variable's counts for each slice of people. `bins`: those of its values, where it is one of several moments."""
    options, nets = categories(part)
    counted = split.counted(vector)
    several = {net.code: split.any_of(vector, net.members) for net in nets} if vector.several else {}
    bins = value_bins(part, [vector]) if bins is None else bins
    found = []
    for index, (people, each) in enumerate(zip(split.slices, counted, strict=True)):
        sums = {code: people_by_slice[index] for code, people_by_slice in several.items()}
        told = _tally(part, people, each, options, _nets(each, nets, sums), rules)
        if part.summary in (Summary.QUANTITY, Summary.TIME):
            told = dataclasses.replace(told, quantity=quantity_of(each, part, bins, rules))
        found.append(told)
    return marked(found, () if vector.several else options, () if vector.several else nets)


def score_tallies(vector: Vector, split: Split, rules: Rules) -> tuple[Tally, ...]:
    """A score's base, mean and range for each slice of people."""
    found = []
    for people, counted in zip(split.slices, split.counted(vector), strict=True):
        values = {value: n for value, n in counted.given.items() if isinstance(value, Fraction)}
        base = counted.base
        mean = rounding.half_up(sum((v * n for v, n in values.items()), Fraction(0)) / base, 1) if base else None
        low, high = (rounding.half_up(end(values), 1) if values else None for end in (min, max))
        private = ("mean", "minimum", "maximum") if rules.hides or rules.small(base) else ()
        score = ScoreSummary(mean, low, high, private=private)
        found.append(dataclasses.replace(_bare(people, counted, {}, rules), score=score))
    return marked(found)


def with_scores(bands: Sequence[Tally], scores: Sequence[Tally]) -> tuple[Tally, ...]:
    """The tallies of a score's bands, with its mean and range. A score in no band is in the base."""
    return tuple(
        dataclasses.replace(one, score=two.score, base=two.base, low_base=two.low_base)
        for one, two in zip(bands, scores, strict=True)
    )


def _nets(counted: Counted, nets: Sequence[Category], several: Mapping[str, int]) -> dict[str, int]:
    return {
        net.code: several[net.code] if net.code in several else sum(counted.of(code) for code in net.members)
        for net in nets
    }


def _tally(
    part: Part, people: Slice, counted: Counted, options: Sequence[Category], nets: Mapping[str, int], rules: Rules
) -> Tally:
    small = rules.small(counted.base)
    counts = {option.code: counted.of(value_of(part, option.code)) for option in options} | dict(nets)
    cells = {code: rules.cell(count, counted.base, private=small) for code, count in counts.items()}
    offered = {
        str(code): _offered(counted.of(code), base, counted.base, rules) for code, base in counted.offered.items()
    }
    bare = dataclasses.replace(_bare(people, counted, cells, rules), offered=offered)
    return dataclasses.replace(bare, rating=rating_of(counted)) if part.summary is Summary.RATING else bare


def _offered(chosen: int, base: int, answered: int, rules: Rules) -> Offered:
    """Who was not offered it, and of those who were who did not choose it, are counts of people too."""
    private = rules.small(base) or rules.few(answered - base)
    return Offered(rules.cell(base, private=private), rules.cell(chosen, base, private=private))


def _bare(people: Slice, counted: Counted, cells: dict[str, Cell], rules: Rules) -> Tally:
    return Tally(
        people=people,
        base=rules.cell(counted.base, private=rules.small(counted.base)),
        cells=cells,
        missing={reason: rules.cell(count) for reason, count in counted.missing.items()},
        low_base=rules.low(counted.base),
        collecting=rules.collecting,
        unreleased=rules.unreleased,
    )


def share_interval(tally: Tally, net: Category | None) -> Interval | None:
    """Wilson's 95% interval of the favourable share, in whole percent; None unless both its counts are told exactly."""
    base, count = tally.base.count, tally.cell(net.code).count if net else None
    limits = wilson(count, base) if base and count is not None else None
    if limits is None:
        return None
    low, high = (rounding.half_up(100 * Fraction(limit)) for limit in (limits.low, limits.high))
    return Interval(low, high)


def rating_of(counted: Counted) -> RatingSummary:
    """Mean, most common and range of whole numbers."""
    counts = {int(value): people for value, people in counted.given.items() if isinstance(value, Decimal)}
    most = max(counts.values(), default=0)
    total = sum(value * people for value, people in counts.items())
    return RatingSummary(
        mean=rounding.mean(total, counted.base) if counted.base else None,
        most_common=tuple(value for value, people in counts.items() if people == most) or None,
        minimum=min(counts, default=None),
        maximum=max(counts, default=None),
    )


def true_quantity(counted: Counted) -> TrueQuantity:
    """What a variable's numbers, days or times come to, exact."""
    return quantity(counted.given)  # type: ignore[arg-type]  # all of one sort


def quantity_of(counted: Counted, part: Part, bins: Sequence[Bin], rules: Rules) -> QuantitySummary:
    """The same, as it is told, and people by bin. Where counts are hidden all of it is marked: a release has no more
    than how many gave one, for the ends are single people's own (0042)."""
    found, decimals = true_quantity(counted), part.question.decimals
    private = rules.hides or rules.small(counted.base)
    people = binned(counted.given, bins) if counted.base else [0] * len(bins)  # type: ignore[arg-type]  # all of one sort
    return QuantitySummary(
        mean=None if found.mean is None else rounding.half_up(found.mean, decimals + 1),
        median=found.median,
        lower_quartile=found.lower_quartile,
        upper_quartile=found.upper_quartile,
        minimum=found.minimum,
        maximum=found.maximum,
        bins=tuple(
            QuantityBin(each.low, last_of(each, decimals), rules.cell(count, counted.base, private=private))
            for each, count in zip(bins, people, strict=True)
        ),
        private=QUANTITIES if private else (),
    )


QUANTITIES = tuple(name for name, _ in QuantitySummary().statistics)


def value_bins(part: Part, vectors: Sequence[Vector]) -> tuple[Bin, ...]:
    """The bins of everybody's numbers, days or times at all the moments: those of a slice, of one moment, or of those
    alone who are looked at are no others. Other variables have none."""
    if part.summary not in (Summary.QUANTITY, Summary.TIME):
        return ()
    together: Counter[AnswerValue] = Counter()
    for vector in vectors:
        together.update(counted_of(vector).given)
    return bins_for(together, part.question.decimals)  # type: ignore[arg-type]  # all of one sort
