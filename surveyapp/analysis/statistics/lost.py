"""What those who were lost could have made of a change: the three cases that bound it."""

from __future__ import annotations

from surveyapp.analysis.statistics.change import PairedBinary
from surveyapp.analysis.statistics.verdict import of_net
from surveyapp.domain.results import LostBounds, LostCase


def lost_bounds(pair: PairedBinary, lost_favourable: int, lost_other: int) -> LostBounds:
    """The change on the matched with the lost added in each of three ways, by what they had answered before.

    Nobody is guessed at one by one: between `fallen` and `risen` stands every count that the lost could have made true.
    Source: worst-case bounds, Manski (1990), American Economic Review 80(2), 319-323.
    Raises ValueError on a negative count.
    """
    if min(lost_favourable, lost_other) < 0:
        raise ValueError("A count cannot be negative.")
    lost = lost_favourable + lost_other

    def case(both: int = 0, before_only: int = 0, after_only: int = 0, neither: int = 0) -> LostCase:
        whole = PairedBinary(
            pair.both + both, pair.before_only + before_only, pair.after_only + after_only, pair.neither + neither
        )
        return LostCase(whole.after, of_net(whole).verdict)

    return LostBounds(
        lost=lost,
        base=pair.base + lost,
        stayed=case(both=lost_favourable, neither=lost_other),
        fallen=case(before_only=lost_favourable, neither=lost_other),
        risen=case(both=lost_favourable, after_only=lost_other),
    )
