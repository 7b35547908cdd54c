"""Who stands in for whom, in which role, and what else is known of people beside their profile."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from people import CARE, Person
from timeline import Timeline

# The roles there are with each employer, as often as they are drawn.
ROLES: dict[str, tuple[str, ...]] = {
    "ML": (
        "administration",
        "administration",
        "administration",
        "customer_service",
        "customer_service",
        "project_support",
        "project_support",
        "digital_data",
        "finance",
        "care",
    ),
    "S1": ("production", "administration"),
    "S2": ("care",),
    "S3": ("production", "administration"),
    "S4": ("kitchen", "customer_service"),
    "S5": ("care",),
    "S6": ("warehouse",),
}


@dataclass(eq=False)
class Solved:
    """One person with everything but a reference. `themes` are those of touchpoint 1, by variable."""

    person: Person
    attributes: dict[str, str]
    answers: dict[int, dict[str, object]]
    themes: dict[str, list[str]] = field(default_factory=dict)
    contact: dict[str, str] = field(default_factory=dict)
    timeline: Timeline = field(default_factory=lambda: Timeline(0))


def _suits(solved: Solved) -> object:
    return solved.answers.get(1, {}).get("placement_suits")


def add_roles(candidates: Sequence[Solved], rng: random.Random) -> None:
    """The role of everybody placed: customer service for whom it does not suit (J30), and marketing for one whose
    confidence in a career rose (J76)."""
    for solved in candidates:
        if solved.person.site is not None:
            unhappy = _suits(solved) == "no"
            drawn = rng.choice(ROLES[solved.person.site.reference])
            solved.attributes["placement_role"] = "customer_service" if unhappy else drawn
    rose = [
        solved
        for solved in candidates
        if solved.person.size == "large" and _suits(solved) == "yes" and _rose(solved.answers[1])
    ]
    rng.choice(rose).attributes["placement_role"] = "marketing"


def _rose(answers: Mapping[str, object]) -> bool:
    order = ("very_confident", "quite_confident", "neither", "not_very_confident", "not_at_all_confident")
    before, now = (order.index(str(answers[f"confidence_career_potential@{when}"])) for when in ("before", "now"))
    hopes = answers["hopes"]
    return now < before and isinstance(hopes, list) and "new_knowledge_skills" in hopes


def add_ages(candidates: Sequence[Solved], rng: random.Random) -> None:
    """Whether those whose age is known are under 21: of the small employers' the one of the pair (J16), and some of
    the large one's under 25."""
    for solved in candidates:
        if "age" in solved.attributes:
            young = solved.attributes["age"] == "under_25"
            drawn = young and rng.random() < 0.4
            solved.attributes["under_21"] = _yes(bool(solved.person.age) if solved.person.size == "sme" else drawn)


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


def add_training_lengths(employees: Sequence[Solved]) -> None:
    """How long the training is of those with a profile, and of the apprentice (J17)."""
    for solved in employees:
        if solved.person.is_apprentice:
            solved.attributes["training_length"] = "apprenticeship_18_months"
        elif solved.person.has_profile:
            solved.attributes["training_length"] = "within_12_weeks"


def pairs(employees: Sequence[Solved], candidates: Sequence[Solved], rng: random.Random) -> list[tuple[Solved, Solved]]:
    """Every candidate who was placed, with an employee of the same employer in whose stead they work.

    In the small care company the older employee has the candidate under 21 (J16); the one employee who is less
    satisfied than before has somebody who is unhappy in their department (J43); the apprentice has nobody (J17).
    """
    made = [
        (
            next(each for each in employees if each.person.age and _is_at(each, CARE)),
            next(each for each in candidates if each.person.age and _is_at(each, CARE)),
        ),
        (
            next(
                each
                for each in employees
                if "sat_down_backfill_unhappy" in each.themes.get("work_satisfaction_why", ())
            ),
            next(each for each in candidates if _suits(each) == "no"),
        ),
    ]
    free = [each for each in employees if not each.person.is_apprentice and each not in [one for one, _ in made]]
    rng.shuffle(free)
    # Those in position during the fieldwork go together, and so do those who came later.
    free.sort(key=lambda each: each.person.state == "outside")
    for candidate in candidates:
        if candidate.person.placed and candidate not in [one for _, one in made]:
            employee = next(each for each in free if each.person.site == candidate.person.site)
            free.remove(employee)
            made.append((employee, candidate))
    return made


def _is_at(solved: Solved, reference: str) -> bool:
    return solved.person.site is not None and solved.person.site.reference == reference
