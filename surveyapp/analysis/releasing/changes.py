"""Changes of a release, from what protection lets it tell of two moments."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Sequence
from itertools import product

from surveyapp.analysis.disclosure.told import PairTold
from surveyapp.analysis.releasing.statuses import StatusPlace
from surveyapp.analysis.releasing.tallies import codes_of, sum_of, told_cell
from surveyapp.analysis.statistics import intervals
from surveyapp.domain.instrument.study import Thresholds
from surveyapp.domain.results import Category, Change, Verdict


def told_change(
    working: Change,
    bare: Change,
    pair: PairTold,
    where: StatusPlace,
    options: Sequence[Category],
    net: Category | None,
    rules: Thresholds,
    computed: bool = True,
) -> Change:
    """A change as it is told. What is computed from counts is kept where every one of those counts is told; else the
    verdict is what holds for whatever the counts may be."""
    base = pair.base.exact
    if not any(each.known for each in (pair.base, pair.rose, pair.gained)) and not pair.before:
        return dataclasses.replace(bare, withheld=True)
    made = dataclasses.replace(
        bare,
        base=told_cell(pair.base, None),
        first_alone=told_cell(pair.first_alone, None),
        second_alone=told_cell(pair.second_alone, None),
        same=told_cell(pair.stayed, base),
        low_base=(pair.base.low or 0) < rules.low_base,
    )
    if working.rose.told:
        made = dataclasses.replace(made, rose=told_cell(pair.rose, base), fell=told_cell(pair.fell, base))
    codes = codes_of(options, where)
    members = {codes.index(code) for code in net.members} if net else set()
    if net and set(pair.sides[0]) == members:
        before, after = (sum_of(groups, pair.base, members) for groups in (pair.before, pair.after))
        made = dataclasses.replace(
            made,
            before=told_cell(before, base),
            after=told_cell(after, base),
            gained=told_cell(pair.gained, base),
            given_up=told_cell(pair.given_up, base),
        )
        if computed and "net_interval" in pair.statistics:
            made = dataclasses.replace(made, points=working.points, interval=working.interval, verdict=working.verdict)
        else:
            made = dataclasses.replace(made, verdict=worst_case(pair))
    if not computed:
        return made
    tests = tuple(test for test in working.tests if test.name in pair.statistics)
    if "mean_change" in pair.statistics:
        made = dataclasses.replace(made, mean=working.mean)
        if net is None:
            made = dataclasses.replace(made, verdict=working.verdict)
    if "reliable_change" in pair.statistics:
        made = dataclasses.replace(made, reliable=working.reliable)
    each = tuple(len(group) == 1 for group in pair.movement_groups)
    if each and all(each) and working.transitions is not None:
        made = dataclasses.replace(made, transitions=working.transitions)
    return dataclasses.replace(made, tests=tests)


MOST_TRIED = 2_000
"""So many counts that ranges may hide are tried, one by one: five wide, they are 625 at most."""


@functools.lru_cache(maxsize=4096)
def worst_case(pair: PairTold) -> Verdict | None:
    """What Newcombe's interval says whatever the counts are that the ranges hide, each tried: too few to tell where
    they say different things, or are too many. None where nothing is told."""
    counts = (pair.both, pair.given_up, pair.gained, pair.neither)
    hidden = [range(told.low, told.high + 1) for told in counts if told.low is not None and told.high is not None]
    if len(hidden) < len(counts):
        return None
    if math.prod(map(len, hidden)) > MOST_TRIED:
        return "unclear"
    said: Verdict | None = None
    for each in product(*hidden):
        found = intervals.newcombe_paired(*each)
        verdict: Verdict = "unclear"
        if found is not None:
            verdict = "rose" if found.low > 0 else "fell" if found.high < 0 else "unclear"
        if verdict == "unclear" or said not in (None, verdict):
            return "unclear"
        said = verdict
    return said
