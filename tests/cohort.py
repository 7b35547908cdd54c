"""The demonstration cohort of the Job Rotation study, read from its file alone: nothing of the application."""

import json
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
SITES: dict[str, Any] = {site["reference"]: site for site in COHORT["sites"]}

# A scale's options, from the most favourable.
SCALES = {
    "work_satisfaction": ["very_satisfied", "quite_satisfied", "neither", "quite_dissatisfied", "very_dissatisfied"],
    "stay_likelihood": ["very_likely", "quite_likely", "neither", "quite_unlikely", "very_unlikely"],
}
ROUTES = {
    "attended": ("attended_readiness_sessions", "yes"),
    "placed": ("placed", "yes"),
    "not_placed": ("placed", "no"),
    "employability": ("employability_sessions", "yes"),
    "not_agreed": ("permanent_position_agreed", "no"),
}


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
