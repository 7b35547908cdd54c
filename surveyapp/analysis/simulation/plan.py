"""What a simulated cohort is made of."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from surveyapp.analysis.simulation.chance import Chance, skewed
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.study import Attribute, Group, Study

BATCH = 10_000
"""How many people are drawn together: what bounds the memory."""

HISTORY = dt.timedelta(days=760)
"""How long before the day of the cohort the first people enrolled."""


@dataclass(frozen=True)
class SimulatedVersion:
    """A questionnaire version, and since when new responses began on it."""

    opened_at: dt.datetime
    questionnaire: Questionnaire


@dataclass(frozen=True, kw_only=True)
class CohortPlan:
    """What a cohort is made of. `versions`: of each questionnaire, oldest first. All answers are from days before
    `as_of`."""

    study: Study
    participants: int
    seed: int
    as_of: dt.date
    zone: dt.tzinfo
    versions: Mapping[str, tuple[SimulatedVersion, ...]]

    @property
    def groups(self) -> tuple[Group, ...]:
        """Those who are asked at all."""
        return tuple(group for group in self.study.groups if self.study.touchpoints_of(group.id))

    @property
    def batches(self) -> int:
        return -(-self.participants // BATCH)

    def attributes(self, scope: str) -> tuple[Attribute, ...]:
        return tuple(attribute for attribute in self.study.attributes if attribute.scope == scope)

    @functools.cached_property
    def sites(self) -> tuple[Mapping[str, str], ...]:
        """What is known of each site; none where the study knows nothing of sites."""
        if not self.attributes("site"):
            return ()
        count, chance = min(400, max(2, self.participants // 60)), Chance(self.seed)
        drawn = {
            each.name: _values_of(each, count, chance.of_all("site", each.name)) for each in self.attributes("site")
        }
        return tuple({name: values[site] for name, values in drawn.items()} for site in range(count))

    def __hash__(self) -> int:
        return hash((self.study.id, self.participants, self.seed, self.as_of))


def _values_of(attribute: Attribute, count: int, chance: np.random.Generator) -> list[str]:
    values = list(attribute.values)
    drawn = chance.choice(len(values), count, p=skewed(len(values), chance))
    return [values[place] for place in drawn]
