"""Who is in the cohort: groups, employers, who was reached, and who answered at which touchpoint.

The numbers come from the report's account of its fieldwork (section "The cohort behind the numbers" of the study's
notes); they are in none of the published tables, so they stand here.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

# What became of a person's first touchpoint.
State = Literal["answered", "refused", "open", "closed", "not_reached"]


@dataclass(frozen=True)
class Site:
    """An employer. `asks_uc` is "no" where the employer asked that its people not be asked about benefits."""

    reference: str
    name: str
    employer_size: str
    asks_uc: str = "yes"


SITES = (
    Site(id="ML", study="Larkmoor Health and Care Group", reference="large"),
    Site(id="S1", study="Tilewright Precision Parts", reference="sme"),
    Site(id="S2", study="Wrenhollow Home Care", reference="sme", asks_uc="no"),
    Site(id="S3", study="Quillfold Print Works", reference="sme"),
    Site(id="S4", study="Copperlane Kitchen Company", reference="sme"),
    Site(id="S5", study="Bramblestep Day Nursery", reference="sme"),
    Site(id="S6", study="Ashlock Pallets and Packing", reference="sme"),
)


@dataclass(frozen=True)
class Person:
    """One person of the cohort. `mood` (about -2 to 2, by touchpoint) is how favourably they see the scheme."""

    group: str
    site: Site | None
    state: State
    touchpoints: tuple[int, ...] = ()
    placed_first: bool | None = None
    placed_later: bool = False
    has_profile: bool = False
    mood: tuple[float, float] = (0.0, 0.0)

    @property
    def size(self) -> str:
        """The size of the employer: "sme", "large" or, with no employer, ""."""
        return self.site.employer_size if self.site else ""


def _site_list(places: dict[str, int]) -> list[Site]:
    """Each site as many times as it has places, turn about, so that a slice of the list is a mixture."""
    left, turns = dict(places), []
    by_reference = {site.reference: site for site in SITES}
    while any(left.values()):
        for reference in places:
            if left[reference]:
                left[reference] -= 1
                turns.append(by_reference[reference])
    return turns


def _moods(rng: random.Random, low: bool, disappointed: bool) -> tuple[float, float]:
    first = -2.3 if low else max(-1.7, min(1.8, rng.gauss(0.0, 0.9)))
    second = 0.85 * first + rng.gauss(-0.05, 0.3) - (1.6 if disappointed else 0.0)
    return first, second


def candidates(rng: random.Random) -> list[Person]:
    """The 76 backfill candidates: 47 answered (29 of them placed, 8 with a small employer), 19 of those twice.

    A candidate has an employer once they have been placed: 64 of the 76.
    """
    sme = _site_list({"S1": 2, "S2": 2, "S3": 1, "S4": 1, "S5": 1, "S6": 1})
    large = _site_list({"ML": 29})
    people = []
    for index, site in enumerate(sme + large[:21]):
        twice = index < 5 or 8 <= index < 22
        people.append(
            Person(
                "backfill",
                site,
                "answered",
                touchpoints=(1, 2) if twice else (1,),
                placed_first=True,
                has_profile=index not in (6, 12, 27),
                mood=_moods(rng, low=index in (3, 19), disappointed=index in (9, 14, 17, 20)),
            )
        )
    for index in range(18):
        later = index < 8
        people.append(
            Person(
                "backfill",
                large[21 + index] if later else None,
                "answered",
                touchpoints=(1,),
                placed_first=False,
                placed_later=later,
                has_profile=index not in (2, 9, 13, 16),
                mood=_moods(rng, low=index == 15, disappointed=False),
            )
        )
    others: list[tuple[State, Site | None]] = []
    more_sme = _site_list({"S1": 1, "S3": 1, "S4": 1, "S5": 1})
    others += [("refused", more_sme[0]), ("open", more_sme[1]), ("open", more_sme[2]), ("closed", more_sme[3])]
    others.extend([("refused", large[0])] * 4)
    others.extend([("open", large[0])] * 11)
    others.extend([("closed", large[0])] * 8)
    others += [("open", None), ("closed", None)]
    people += [Person("backfill", site, state, placed_later=site is not None) for state, site in others]
    return people


def employees(rng: random.Random) -> list[Person]:
    """The 72 employees: 38 in position during the fieldwork (12 with small employers), 18 answered, 11 of them twice.

    The report has one touchpoint of employees; who answers a second time is invented.
    """
    people = []
    sme = _site_list({"S1": 2, "S2": 2, "S3": 1, "S4": 1, "S5": 1})
    for index, site in enumerate(sme + _site_list({"ML": 11})):
        twice = index < 4 or 7 <= index < 14
        people.append(
            Person(
                "employee",
                site,
                "answered",
                touchpoints=(1, 2) if twice else (1,),
                has_profile=index in (0, 1, 3, 5) or 9 <= index < 17,
                mood=_moods(rng, low=index == 16, disappointed=index == 10),
            )
        )
    more_sme = _site_list({"S1": 1, "S3": 1, "S4": 1, "S5": 1, "S6": 1})
    away_sme = _site_list({"S1": 2, "S2": 2, "S3": 2, "S4": 1, "S5": 1, "S6": 1})
    large = _site_list({"ML": 40})
    others: list[tuple[State, Site]] = [("refused", more_sme[0]), ("closed", more_sme[1])]
    others += [("open", more_sme[2]), ("open", more_sme[3]), ("open", more_sme[4])]
    others.extend([("refused", large[0])] * 3)
    others.extend([("open", large[0])] * 9)
    others.extend([("closed", large[0])] * 3)
    others.extend(("not_reached", site) for site in away_sme + large[:25])
    people += [Person("employee", site, state) for state, site in others]
    return people
