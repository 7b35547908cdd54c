"""Make the demonstration cohort: invented people whose answers add up to every published result.

    python questionnaires/job_rotation/demo/solve_cohort.py [--reference FOLDER] [--output FILE]

The closed answers come from OR-tools CP-SAT (`pip install '.[cohort]'`), with the published counts as constraints; the
words, the contacts and the dates are drawn after that. The same files give the same cohort, byte for byte. Nobody
needs to run this: its output, cohort.json, is kept beside it.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Mapping
from pathlib import Path

import facts
from model import CohortModel
from names import ContactBook
from pairing import Solved, add_ages, add_roles, add_training_lengths, pairs
from people import NOT_PLACED, SITES, Person, candidates, employees
from reference import read_profile, read_published, read_ratings
from telling import Teller
from themes import Speaker
from timeline import Calendar

HERE = Path(__file__).resolve().parent
REFERENCE = HERE.parents[2] / "tests" / "reference" / "job_rotation"
NOTE = (
    "Invented people whose answers add up to the published results of the Job Rotation Pilot. "
    "No name, number, employer or sentence is anybody's. "
    "Days count from the day the demonstration is loaded for; employees' touchpoint 2 is invented altogether. "
    "`themes` are those of themes.csv that the answers of a response carry, by variable."
)
PREFIXES = {"backfill": "BF", "employee": "EM"}
SEED = 20250630


def solve_closed(group: str, people: list[Person], reference: Path, rng: random.Random) -> list[Solved]:
    """The closed answers and attributes of one group, as near to plausible as the published counts let them be."""
    model = CohortModel(group, people, rng)
    for count in read_published(reference):
        if count.group == group:
            model.publish(count)
    for rating in read_ratings(reference):
        if rating.group == group:
            model.rate(rating)
    model.describe(read_profile(reference))
    if group == "backfill":
        facts.bind_candidates(model)
        # The report prints 75% of a base that it does not give; 14 of 19 is the nearest count.
        model.choose(2, "employer_support", ("great_extent", "some_extent"), 14)
        # Nor does it say who moved: most stay, some fall, a few rise.
        model.choose_moves("placement_satisfaction", rise=2, fall=5)
        model.choose_moves("confidence_career_potential@now", rise=3, fall=4)
        model.choose_moves("overall_value", rise=3, fall=6)
        model.choose_moves("recommend", rise=2, fall=2)
    else:
        facts.bind_employees(model)
        # The report has no second touchpoint of employees: most stay, few fall.
        model.choose_moves("work_satisfaction@now", rise=2, fall=1)
        model.choose_moves("stay_likelihood@now", rise=1, fall=1)
        model.choose_moves("progression_improved", rise=2, fall=1)
        model.choose_moves("overall_value", rise=3, fall=2)
    solver = model.solve(SEED)
    print(f"{group}: solved in {solver.wall_time:.1f} s, {solver.objective_value:.0f} from tendencies", file=sys.stderr)
    return [
        Solved(
            person,
            model.known_attributes(solver, index),
            {touchpoint: dict(model.closed_answers(solver, index, touchpoint)) for touchpoint in person.touchpoints},
        )
        for index, person in enumerate(people)
    ]


def modes_of(index: int, person: Person) -> dict[int, str]:
    """How each response of a person came.

    The large employer's candidates were met there; three people used the link (a candidate with a small employer, one
    without a placement, an employee), two of them a second time; some employees were on video; all else by phone.
    """
    if person.group == "backfill" and person.size == "large":
        return {1: "in_person", 2: "phone"}
    if (person.group, index) in (("backfill", 0), ("backfill", 40), ("employee", 2)):
        return {1: "self", 2: "self"}
    if person.group == "employee" and person.size == "large" and index % 3 == 0:
        return {1: "video", 2: "phone"}
    return {1: "phone", 2: "phone"}


def fill_in(group: list[Solved], book: ContactBook, calendar: Calendar, teller: Teller) -> None:
    """Contacts, days, themes and words for people whose closed answers are there."""
    speakers = {
        index: Speaker(solved.person, solved.answers[1], solved.attributes.get("placement_role", ""))
        for index, solved in enumerate(group)
        if solved.person.state == "answered"
    }
    teller.give_themes(list(speakers.values()))
    for index, solved in enumerate(group):
        person = solved.person
        modes = modes_of(index, person) if person.state == "answered" else {1: "phone"}
        solved.contact = book.add(solved.attributes, modes[1])
        if person.state != "answered":
            solved.timeline = calendar.of_others(person, solved.contact["times"])
            continue
        last_visit = 2 not in person.touchpoints and index % 4 != 0
        solved.timeline = calendar.of_respondent(person, solved.answers[1], modes, solved.contact["times"], last_visit)
        solved.themes = {variable: themes for variable, themes in speakers[index].themes.items() if themes}
        said: set[str] = set()
        first: Mapping[str, object] = dict(solved.answers[1])
        for touchpoint in person.touchpoints:
            then, themes = (first, {}) if touchpoint == 2 else ({}, solved.themes)
            solved.answers[touchpoint] = teller.tell(touchpoint, solved.answers[touchpoint], then, themes, said)
        if "responsibilities_after" in solved.themes:
            solved.themes["responsibilities_before"] = solved.themes["responsibilities_after"]


def not_eligible(person: Person) -> dict[str, str]:
    """The touchpoints at which somebody is not eligible, each with its reason."""
    if person.why_outside:
        return {"1": person.why_outside, "2": person.why_outside}
    return {"2": NOT_PLACED} if person.group == "backfill" and person.touchpoints and not person.placed else {}


def participants(group: list[Solved]) -> dict[str, Solved]:
    """The people of one group by their references, which are in the order of enrolment."""
    in_order = sorted(group, key=lambda solved: solved.timeline.enrolled)
    return {f"{PREFIXES[solved.person.group]}-{place:04d}": solved for place, solved in enumerate(in_order, start=1)}


def row_of(reference: str, solved: Solved) -> dict[str, object]:
    """A person as the file has them."""
    person, timeline = solved.person, solved.timeline
    row: dict[str, object] = {
        "reference": reference,
        "group": person.group,
        "site": person.site.reference if person.site else None,
        "attributes": solved.attributes,
        "not_eligible": not_eligible(person),
    }
    if person.group == "backfill":
        row["attended_sessions"] = person.attended
    responses = []
    for number, (mode, day, hour) in timeline.responses.items():
        response = {"touchpoint": number, "mode": mode, "days": day, "hour": hour, "answers": solved.answers[number]}
        if number == 1:
            response["themes"] = solved.themes
        responses.append(response)
    return row | {
        "enrolled_days": timeline.enrolled,
        "contact": solved.contact,
        "events": timeline.events,
        "attempts": timeline.attempts,
        "responses": responses,
    }


def to_text(rows: list[dict[str, object]], pairs: list[dict[str, object]]) -> str:
    """The cohort as JSON with one site, participant or pair a line."""
    sites = [
        {
            "reference": site.reference,
            "name": site.name,
            "attributes": {"employer_size": site.employer_size, "asks_uc": site.asks_uc},
        }
        for site in SITES
    ]
    parts = []
    for key, items in (("sites", sites), ("participants", rows), ("relationships", pairs)):
        listed = ",\n".join("  " + json.dumps(item, ensure_ascii=False) for item in items)
        parts.append(f' "{key}": [\n{listed}\n ]')
    head = ["{", ' "study": "job_rotation",', f' "note": {json.dumps(NOTE, ensure_ascii=False)},', ' "releases": [-1],']
    return "\n".join([*head, ",\n".join(parts), "}"]) + "\n"


def chance(purpose: str) -> random.Random:
    """Random numbers for one purpose, so that a change in one part leaves the others as they were."""
    return random.Random(f"{SEED} {purpose}")


def make_cohort(reference: Path) -> str:
    """The text of cohort.json for the published files in a folder."""
    book = ContactBook(chance("contacts"))
    groups: dict[str, list[Solved]] = {}
    for group, make in (("backfill", candidates), ("employee", employees)):
        solved = solve_closed(group, make(chance(f"{group} moods")), reference, chance(f"{group} answers"))
        if group == "backfill":
            add_ages(solved, chance("ages"))
            add_roles(solved, chance("roles"))
        else:
            add_training_lengths(solved)
        fill_in(solved, book, Calendar(chance(f"{group} days")), Teller(group, chance(f"{group} words")))
        groups[group] = solved
    everyone = {group: participants(solved) for group, solved in groups.items()}
    names = {id(solved): name for people in everyone.values() for name, solved in people.items()}
    rows = [row_of(name, solved) for people in everyone.values() for name, solved in people.items()]
    together: list[dict[str, object]] = [
        {"relationship": "paired_with", "from": names[id(employee)], "to": names[id(candidate)]}
        for employee, candidate in pairs(groups["employee"], groups["backfill"], chance("pairs"))
    ]
    return to_text(rows, sorted(together, key=lambda pair: str(pair["from"])))


def main() -> None:
    """Read the arguments and write the file."""
    parser = argparse.ArgumentParser(description="Make the demonstration cohort of the Job Rotation study.")
    parser.add_argument("--reference", type=Path, default=REFERENCE, help="the folder of published.csv, ratings.csv …")
    parser.add_argument("--output", type=Path, default=HERE / "cohort.json", help="the file to write")
    arguments = parser.parse_args()
    arguments.output.write_text(make_cohort(arguments.reference), encoding="utf-8")


if __name__ == "__main__":
    main()
