"""What is said of a variable that is not asked as it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from surveyapp.domain.results.words import Words


@dataclass(frozen=True)
class SeriesNote:
    """What is not as it was, where one variable is followed through versions and touchpoints.

    `kind`: *reworded*, *rescaled* (its answers were turned into the new ones), *redefined* (nets, values or the good
    side; a score's making), *rebased* (who is asked), *relimited* (what may be answered or left out), *rearranged*
    (options or moments shown in another order), *extended* (`options` are those added): counted together all the same,
    as the newest says. *left_out*: answers to an earlier wording are not counted. *broken*: what stands
    before and after cannot be compared. *removed*: asked no longer. `reason`: the author's own words. `version`: since
    which.
    """

    kind: Literal[
        "reworded", "rescaled", "redefined", "rebased", "relimited", "rearranged", "extended", "left_out", "broken",
        "removed",
    ]  # fmt: skip
    reason: Words | None = None
    version: int | None = None
    options: tuple[Words, ...] = ()
