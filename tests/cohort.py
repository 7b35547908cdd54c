"""The demonstration cohort of the Job Rotation study, read from its file alone: nothing of the application."""

import csv
import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parent
REFERENCE = TESTS / "reference" / "job_rotation"
COHORT_FILE = TESTS.parent / "questionnaires" / "job_rotation" / "demo" / "cohort.json"

Cohort = dict[str, Any]
Person = dict[str, Any]
Answers = dict[str, Any]

COHORT: Cohort = json.loads(COHORT_FILE.read_text(encoding="utf-8"))
PEOPLE: list[Person] = COHORT["participants"]
CANDIDATES = [person for person in PEOPLE if person["group"] == "backfill"]
EMPLOYEES = [person for person in PEOPLE if person["group"] == "employee"]
SITES: dict[str, Any] = {site["reference"]: site for site in COHORT["sites"]}

CONFIDENCE = ["very_confident", "quite_confident", "neither", "not_very_confident", "not_at_all_confident"]
# A scale's options, from the most favourable.
SCALES = {
    "work_satisfaction": ["very_satisfied", "quite_satisfied", "neither", "quite_dissatisfied", "very_dissatisfied"],
    "stay_likelihood": ["very_likely", "quite_likely", "neither", "quite_unlikely", "very_unlikely"],
    "confidence_long_term_job": CONFIDENCE,
    "confidence_career_potential": CONFIDENCE,
}
NETS = {
    "agree": {"strongly_agree", "tend_to_agree"},
    "satisfied": {"very_satisfied", "quite_satisfied"},
    "dissatisfied": {"quite_dissatisfied", "very_dissatisfied"},
    "likely": {"very_likely", "quite_likely"},
    "confident": {"very_confident", "quite_confident"},
    "increased": {"increased_a_lot", "increased_somewhat"},
    "great_or_some_extent": {"great_extent", "some_extent"},
    # No net of the scale: the report counts two options together that stand on either side of its middle.
    "neutral_or_tend_to_disagree": {"neither", "tend_to_disagree"},
}
ROUTES = {
    "attended": ("attended_readiness_sessions", "yes"),
    "placed": ("placed", "yes"),
    "not_placed": ("placed", "no"),
    "employability": ("employability_sessions", "yes"),
    "not_agreed": ("permanent_position_agreed", "no"),
}


def read(name: str) -> list[dict[str, str]]:
    """The rows of a file of the reference."""
    with (REFERENCE / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def size_of(person: Person) -> str | None:
    return SITES[person["site"]]["attributes"]["employer_size"] if person["site"] else None


def answers_of(person: Person, touchpoint: int) -> Answers | None:
    return next((r["answers"] for r in person["responses"] if r["touchpoint"] == touchpoint), None)


def sittings(
    group: str, touchpoint: int, segment: str = "all", people: list[Person] | None = None
) -> list[tuple[Person, Answers]]:
    """Those of a group who answered at a touchpoint, with their answers."""
    found = []
    for person in PEOPLE if people is None else people:
        answers = answers_of(person, touchpoint)
        if person["group"] == group and answers is not None and segment in ("all", size_of(person)):
            found.append((person, answers))
    return found


def is_substantive(answer: object) -> bool:
    return answer is not None and not isinstance(answer, dict)


def movement(answers: Answers, variable: str) -> int:
    """Steps towards the favourable end, from before to now."""
    scale = SCALES[variable]
    return scale.index(answers[f"{variable}@before"]) - scale.index(answers[f"{variable}@now"])


def gives(answers: Answers, variable: str, options: Collection[str]) -> bool:
    """Whether an answer is, or is among, some options; or one of those of a net."""
    wanted = {each for option in options for each in NETS.get(option, {option})}
    answer = answers.get(variable)
    return bool(wanted & set(answer if isinstance(answer, list) else [str(answer)]))


def giving(
    group: str, touchpoint: int, variable: str, *options: str, segment: str = "all", people: list[Person] | None = None
) -> list[Person]:
    """The people who gave one of these options, or one of those of a net."""
    return [
        person for person, answers in sittings(group, touchpoint, segment, people) if gives(answers, variable, options)
    ]


def moving(
    group: str, variable: str, way: int, segment: str = "all", people: list[Person] | None = None
) -> list[Person]:
    """Those who moved towards the favourable end between before and now (1), or away from it (-1)."""
    return [
        person
        for person, answers in sittings(group, 1, segment, people)
        if is_substantive(answers.get(f"{variable}@before")) and movement(answers, variable) * way > 0
    ]


def themes_of(person: Person, variable: str) -> list[str]:
    """The themes that somebody's open answer at touchpoint 1 carries."""
    return [theme for r in person["responses"] if r["touchpoint"] == 1 for theme in r["themes"].get(variable, [])]


def carrying(variable: str, theme: str, people: list[Person] | None = None) -> list[Person]:
    """The people whose open answer at touchpoint 1 carries a theme."""
    return [person for person in (PEOPLE if people is None else people) if theme in themes_of(person, variable)]


def pairs(people: list[Person] | None = None) -> list[tuple[Person, Person]]:
    """Each employee with the candidate who stands in for them."""
    by_reference = {person["reference"]: person for person in (PEOPLE if people is None else people)}
    return [
        (by_reference[pair["from"]], by_reference[pair["to"]])
        for pair in COHORT["relationships"]
        if pair["relationship"] == "paired_with" and {pair["from"], pair["to"]} <= set(by_reference)
    ]


def placed(people: list[Person] | None = None) -> list[Person]:
    """The candidates who were placed, whether they answered or not."""
    return [
        person for person in (PEOPLE if people is None else people) if person["group"] == "backfill" and person["site"]
    ]


def is_surveyed(person: Person) -> bool:
    """Whether somebody is in the surveyed population: a candidate who could be asked, an employee in position."""
    return "1" not in person["not_eligible"]
