"""What those who gave no second answer could have made of a change: the three cases that bound it."""

from __future__ import annotations

from surveyapp.analysis.statistics.change import PairedBinary
from surveyapp.analysis.statistics.verdict import of_net
from surveyapp.domain.results import MissingBounds, MissingCase


def missing_bounds(pair: PairedBinary, favourable: int, others: int) -> MissingBounds:
    """The change on the matched with the missing added in each of three ways, by what they had answered before.

    Nobody is guessed at one by one: between `fallen` and `risen` stands every count that the missing could have made
    true. Source: worst-case bounds, Manski (1990), American Economic Review 80(2), 319-323.
    Raises ValueError on a negative count.
    """
    if min(favourable, others) < 0:
        raise ValueError("A count cannot be negative.")
    missing = favourable + others

    def case(both: int = 0, before_only: int = 0, after_only: int = 0, neither: int = 0) -> MissingCase:
        whole = PairedBinary(
            pair.both + both, pair.before_only + before_only, pair.after_only + after_only, pair.neither + neither
        )
        return MissingCase(whole.after, of_net(whole).verdict)

    return MissingBounds(
        missing=missing,
        base=pair.base + missing,
        stayed=case(both=favourable, neither=others),
        fallen=case(before_only=favourable, neither=others),
        risen=case(both=favourable, after_only=others),
    )
