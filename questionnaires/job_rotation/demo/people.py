"""Who is in the cohort: groups, employers, who was reached, and who answered at which touchpoint.

The numbers come from the report's account of its fieldwork (section "The cohort behind the numbers" of the study's
notes); they are in none of the published tables, so they stand here.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

# What became of a person's first touchpoint; `outside` is outside the surveyed population.
State = Literal["answered", "refused", "open", "closed", "outside"]

LATE_START = "The placement started too late for the fieldwork."
NO_CONSENT = "The employer had not agreed to the survey during the fieldwork."
NOT_IN_POSITION = "Not in position, or with an employer that had not agreed to the survey, during the fieldwork."
NOT_PLACED = "Not in a placement at touchpoint 1."


@dataclass(frozen=True)
class Site:
    """An employer. `asks_uc` is "no" where the employer asked that its people not be asked about benefits."""

    reference: str
    name: str
    employer_size: str
    asks_uc: str = "yes"


SITES = (
    Site("ML", "Larkmoor Health and Care Group", "large"),
    Site("S1", "Tilewright Precision Parts", "sme"),
    Site("S2", "Wrenhollow Home Care", "sme", asks_uc="no"),
    Site("S3", "Quillfold Print Works", "sme"),
    Site("S4", "Copperlane Kitchen Company", "sme"),
    Site("S5", "Bramblestep Day Nursery", "sme"),
    Site("S6", "Ashlock Pallets and Packing", "sme"),
)
# The care employer among the small ones, where the case study of a carer belongs.
CARE = "S2"


@dataclass(frozen=True)
class Person:
    """One person of the cohort. `mood` (about -2 to 2, by touchpoint) is how favourably they see the scheme.

    `attended` and `placed` (ever, and by touchpoint 1: nobody is placed after it) are a candidate's. `age` is an age
    that must be this one, of somebody with a profile. `why_outside` says why they are outside the surveyed population.
    """

    group: str
    site: Site | None
    state: State
    touchpoints: tuple[int, ...] = ()
    attended: bool = False
    has_profile: bool = False
    age: str = ""
    is_apprentice: bool = False
    why_outside: str = ""
    mood: tuple[float, float] = (0.0, 0.0)

    @property
    def size(self) -> str:
        """The size of the employer: "sme", "large" or, with no employer, ""."""
        return self.site.employer_size if self.site else ""

    @property
    def placed(self) -> bool:
        """Whether a candidate was placed: a candidate has an employer once they have been."""
        return self.group == "backfill" and self.site is not None

    @property
    def trainings(self) -> tuple[str, ...]:
        """The values that the training of a profiled person may have, by who trains them."""
        if self.group == "backfill":
            return (
                ("employability",) if self.size == "large" else ("machine_operator", "mandatory_theoretical_practical")
            )
        if self.size == "large":
            return ("leadership_management", "management_shadowing", "breakaway_classroom")
        return ("nvq_level_3_adult_care",)


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
    """The 105 backfill candidates.

    76 are in the surveyed population: 49 who attended sessions (8 of them placed) and 27 placed by other routes. 47
    answered: 29 of the placed (8 with a small employer), 6 of whom attended, and 18 not placed, who all attended; 19
    of the placed answered twice, one of them with a small employer. The other 29 were placed outside it.
    """
    return [*_placed_respondents(rng), *_unplaced_respondents(rng), *_silent_candidates(), *_outside_candidates()]


def _placed_respondents(rng: random.Random) -> list[Person]:
    sme = _site_list({"S1": 2, "S2": 2, "S3": 1, "S4": 1, "S5": 1, "S6": 1})
    return [
        Person(
            "backfill",
            site,
            "answered",
            touchpoints=(1, 2) if index == 0 or 8 <= index < 26 else (1,),
            attended=index in (0, 2, 4, 7, 10, 18),
            has_profile=index in (0, 1) or 8 <= index < 25,
            # A pair of the report's: somebody under 21 stands in for an older employee, in the small care company.
            age="under_25" if index == 1 else "",
            mood=_moods(rng, low=index in (3, 19), disappointed=index in (9, 14, 17, 20)),
        )
        for index, site in enumerate(sme + _site_list({"ML": 21}))
    ]


def _unplaced_respondents(rng: random.Random) -> list[Person]:
    return [
        Person(
            "backfill",
            None,
            "answered",
            touchpoints=(1,),
            attended=True,
            mood=_moods(rng, low=index == 15, disappointed=False),
        )
        for index in range(18)
    ]


def _silent_candidates() -> list[Person]:
    """The 29 of the surveyed population who did not answer: 6 placed, 2 of whom attended, and 23 who only attended."""
    sites = _site_list({"S1": 1, "S3": 1, "S4": 1, "S5": 1, "ML": 2})
    states: list[State] = ["refused", "open", "open", "closed", "open", "closed"]
    placed = [
        Person("backfill", site, state, attended=index in (1, 3), has_profile=index in (2, 4))
        for index, (site, state) in enumerate(zip(sites, states, strict=True))
    ]
    rest: list[State] = ["refused"] * 4
    rest += ["open"] * 11
    rest += ["closed"] * 8
    return placed + [Person("backfill", None, state, attended=True) for state in rest]


def _outside_candidates() -> list[Person]:
    """The 29 placed outside the surveyed population: 28 with the large employer, one with a small one."""
    large = [
        Person("backfill", SITES[0], "outside", has_profile=index < 19, why_outside=LATE_START) for index in range(28)
    ]
    return [*large, Person("backfill", SITES[6], "outside", why_outside=NO_CONSENT)]


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
                has_profile=site.reference == CARE or 9 <= index < 14,
                age="over_50" if index == 1 else "",
                mood=_moods(rng, low=index == 16, disappointed=index == 10),
            )
        )
    more_sme = _site_list({"S1": 1, "S3": 1, "S4": 1, "S5": 1, "S6": 1})
    away_sme = _site_list({"S1": 2, "S2": 2, "S3": 2, "S4": 1, "S5": 1, "S6": 1})
    large = SITES[0]
    others: list[tuple[State, Site]] = [("refused", more_sme[0]), ("closed", more_sme[1])]
    others += [("open", more_sme[2]), ("open", more_sme[3]), ("open", more_sme[4])]
    others.extend([("refused", large)] * 3)
    others.extend([("open", large)] * 9)
    others.extend([("closed", large)] * 3)
    people += [
        Person("employee", site, state, has_profile=index in (5, 8, 17)) for index, (state, site) in enumerate(others)
    ]
    people += [
        Person(
            "employee",
            site,
            "outside",
            has_profile=site.reference == CARE,
            # An employer's trainee on an apprenticeship has nobody who stands in.
            is_apprentice=index == 0,
            why_outside=NOT_IN_POSITION,
        )
        for index, site in enumerate(away_sme + [large] * 25)
    ]
    return people
