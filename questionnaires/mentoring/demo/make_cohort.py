"""Make the demonstration cohort of the mentoring study: invented people and what they answered.

    python questionnaires/mentoring/demo/make_cohort.py [--output FILE]

Run it from the root of the repository. The same files give the same cohort, byte for byte. Everybody has a mood of
their own that what they answer leans on, and most mentees' grows with each touchpoint, so that movements look like
movements and not like dice. Nobody needs to run this: its output, cohort.json, is kept beside it.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from typing import Any

from invented import FAMILY_NAMES, FIRST_NAMES, SITES, TRADES, WORDS

from surveyapp.domain.answers import Answer, Codes, Missing, Number, Reason, Text
from surveyapp.domain.authoring.loader import load_study
from surveyapp.domain.instrument.kinds import Part, PartType
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.routing import Situation, walk

HERE = Path(__file__).resolve().parent
STUDY = load_study(HERE.parent)
NOTE = (
    "Invented people. No name, number, workplace or sentence is anybody's. Days count from the day the demonstration "
    "is loaded for."
)
SEED = 20260415
SECOND_VERSION_OPENS = -205
RELEASES = [-150, -60, -1]
"""On which days releases are made: on the first two every touchpoint collects, on the last the first has closed."""
ALWAYS_SAID = ("times_met", "still_training", "recommend", "apprenticeship_satisfaction")
"""What everybody answers: later texts quote it or, of the last two, a base that could not be told would hide them."""
COUNTS = {"mentee": 110, "mentor": 20, "manager": 15}
GROWTH = {1: 0.0, 2: 0.5, 3: 0.7}
"""How much better mentees are on the whole, in standard deviations of mood, at each touchpoint."""
CUTS = {5: (-0.9, -0.1, 0.4, 1.3), 4: (-0.3, 0.6, 1.5)}
"""Where a lean becomes the next worse option, for scales of five and of four options, the best first; a lean is a
mood turned round."""
MODES = ("self", "phone", "phone", "phone", "video", "in_person")
NO_CONTACT = ("no_answer", "no_answer", "answerphone", "busy", "callback")
TURNED = {"awkward", "out_of_depth"}


class Person:
    """Somebody invented. `written` is how the cohort holds them; `mood` is in standard deviations."""

    def __init__(self, rng: random.Random, group: str, number: int, enrolled: int) -> None:
        self.rng = rng
        self.mood = rng.gauss(0, 0.9) if group == "mentee" else rng.gauss(1, 0.8)
        self.trend = rng.gauss(1, 0.8) if group == "mentee" else 0.0
        self.site = rng.choice(SITES)
        self.trade = rng.choice(TRADES[self.site["attributes"]["sector"]])
        prefix = next(each.reference_prefix for each in STUDY.groups if each.id == group)
        name = f"{rng.choice(FIRST_NAMES)} {rng.choice(FAMILY_NAMES)}"
        self.written: dict[str, Any] = {
            "reference": f"{prefix}-{number:04d}",
            "group": group,
            "site": self.site["reference"],
            "attributes": self._attributes(group),
            "not_eligible": {},
            "enrolled_days": enrolled,
            "contact": {
                "name": name,
                # 07700 900000 to 900999 are kept for drama.
                "phone": f"+44 7700 900{rng.randint(100, 999)}",
                "email": f"{name.lower().replace(' ', '.')}@example.org",
                "preferred": rng.choice(("phone", "phone", "email")),
                "times": rng.choice(("", "", "after 16:00", "before 12:00")),
                "language": "en",
            },
            "events": [],
            "attempts": [],
            "responses": [],
        }
        self.earlier: dict[int, dict[str, Answer]] = {}

    def _attributes(self, group: str) -> dict[str, str]:
        if group != "mentee":
            return {}
        age = self.rng.choices(("under_19", "19_to_24", "25_or_over"), (9, 8, 3))[0]
        first = self.rng.random() < {"under_19": 0.8, "19_to_24": 0.35, "25_or_over": 0.05}[age]
        return {"age_band": age, "first_job": "yes" if first else "no"}

    def try_to_reach(self, touchpoint: int, first: int, last: int, count: int, end: str | None = None) -> None:
        """Calls between two days that came to nothing, the last of them to `end`."""
        days = sorted(self.rng.randint(first, last) for _ in range(count)) if first <= last else []
        for index, day in enumerate(days):
            outcome = end if end and index == len(days) - 1 else self.rng.choice(NO_CONTACT)
            self.written["attempts"].append(
                {"touchpoint": touchpoint, "days": day, "hour": self.rng.randint(9, 16), "outcome": outcome}
            )

    def answer(self, name: str, version: int, touchpoint: int, day: int, stopped_at: str | None = None) -> None:
        """A response to a questionnaire, along the route that these answers give. `stopped_at`: the section in front
        of which they stopped, themselves, without handing in."""
        questionnaire = STUDY.questionnaires[name, version]
        mode = "self" if stopped_at else self.rng.choice(MODES)
        situation = Situation(self.earlier, self.written["attributes"], self.site["attributes"])
        given: dict[str, Answer] = {}
        told: dict[str, Any] = {}
        route = walk(questionnaire, given, situation)
        while (page := route.frontier) is not None and page.section.id != stopped_at:
            for part in page.parts:
                told[part.key] = self._say(questionnaire, part, touchpoint, given)
                given[part.key] = as_answer(part, told[part.key])
            route = walk(questionnaire, given, situation)
        told = {key: value for key, value in told.items() if value is not None}
        hour = self.rng.randint(18, 20) if mode == "self" else self.rng.randint(9, 16)
        response = {"touchpoint": touchpoint, "version": version, "mode": mode, "days": day, "hour": hour}
        response |= {"stopped_at": stopped_at} if stopped_at else {}
        self.written["responses"].append(response | {"answers": told})
        if not stopped_at:
            self.earlier[touchpoint] = {key: given[key] for key in route.answers if key in given}

    def _say(self, questionnaire: Questionnaire, part: Part, touchpoint: int, given: dict[str, Answer]) -> Any:
        """What the cohort holds for one variable; None for a line beside an option that was not chosen."""
        question, rng = part.question, self.rng
        if part.when is not None:
            chosen = given.get(part.when[0])
            is_there = isinstance(chosen, Codes) and part.when[1] in chosen.codes
            return rng.choice(WORDS[part.key]) if is_there else None
        if question.kind == "open" or (question.kind == "short" and not question.required):
            return {"missing": "skipped"} if rng.random() < 0.35 else self._words(part.key)
        if question.missing and part.key not in ALWAYS_SAID and rng.random() < 0.025:
            return {"missing": rng.choice(question.missing).value}
        match part.type:
            case PartType.NUMBER:
                return self._number(part.key, touchpoint)
            case PartType.DATE:
                return {"days": self._day(part.key, touchpoint)}
            case PartType.CODES:
                return self._several(part)
            case PartType.CODE:
                return self._one(part, touchpoint, given)
            case _:
                return self._words(part.key)

    def _words(self, key: str) -> str:
        return self.trade if key == "trade" else self.rng.choice(WORDS[key])

    def _lean(self, touchpoint: int) -> float:
        return self.mood + GROWTH[touchpoint] * self.trend + self.rng.gauss(0, 0.45)

    def _number(self, key: str, touchpoint: int) -> int:
        match key:
            case "commute_minutes":
                return max(5, round(self.rng.gammavariate(3, 11) / 5) * 5)
            case "times_met":
                return max(0, round(self.rng.gauss(4, 2)))
            case "worth":
                return min(10, max(0, round(7.2 + 1.6 * self._lean(touchpoint))))
            case "mentored_years":
                return self.rng.randint(1, 9)
            case _:
                return self.rng.choice((0, 1, 1, 2, 2, 3, 4))

    def _day(self, key: str, touchpoint: int) -> int:
        if key == "first_day":
            return int(self.written["enrolled_days"]) - self.rng.randint(10, 120)
        return min(-1, self.today - self.rng.randint(2, 25))

    def _several(self, part: Part) -> list[str]:
        options = part.question.options
        alone = [option.code for option in options if option.exclusive]
        if alone and self.rng.random() < 0.06:
            return alone
        codes = [option.code for option in options if not option.exclusive and not option.specify]
        chosen = self.rng.sample(codes, self.rng.randint(1, min(3, len(codes))))
        other = [option.code for option in options if option.specify]
        chosen += other if other and self.rng.random() < 0.12 else []
        return [option.code for option in options if option.code in chosen][: part.question.maximum]

    def _one(self, part: Part, touchpoint: int, given: dict[str, Answer]) -> str:
        codes = [option.code for option in part.question.options]
        lean = self._lean(touchpoint) - (0.6 if part.moment == "before" else 0)
        if part.name in TURNED:
            lean = -lean
        if part.question.id == "wellbeing_items":
            return codes[min(4, max(0, round(2.4 + 0.7 * lean)))]
        if part.question.nets:
            return codes[sum(-lean > cut for cut in (cut - 0.4 for cut in CUTS[len(codes)]))]
        if part.question.kind == "yes_no":
            likely = {"pay_worry": 0.45, "still_training": 0.93, "safety_training": 0.7, "still_meeting": 0.8}
            return "yes" if self.rng.random() < likely.get(part.name, 0.4) else "no"
        # Whatever comes first in a list of ways is the commonest.
        return self.rng.choices(codes, [len(codes) + 1 - index for index in range(len(codes))])[0]

    @property
    def today(self) -> int:
        return int(self.written["responses"][-1]["days"]) if self.written["responses"] else -1


def as_answer(part: Part, told: Any) -> Answer:
    """What the cohort holds, as the route takes it."""
    if told is None:
        return Missing(Reason.NOT_ASKED)
    if isinstance(told, dict):
        return Missing(Reason(told["missing"])) if "missing" in told else Text("a day")
    if part.type in (PartType.CODE, PartType.CODES):
        return Codes(tuple(told) if isinstance(told, list) else (told,))
    return Number(told) if part.type is PartType.NUMBER else Text(told)


def mentees(rng: random.Random) -> list[Person]:
    """Enrolled over seven months. The first third answered before the second version opened."""
    count = COUNTS["mentee"]
    people = []
    for index in range(count):
        enrolled = -315 + round(index * 298 / (count - 1)) + rng.randint(-2, 2)
        person = Person(rng, "mentee", index + 1, enrolled)
        people.append(person)
        first = enrolled + rng.randint(1, 10)
        person.try_to_reach(1, enrolled, first - 1, rng.choice((0, 0, 1, 2)))
        if index in (9, 30):
            person.written["not_eligible"] = dict.fromkeys(
                ("1", "2", "3"), "Left the scheme before the first touchpoint."
            )
            person.written["attempts"] = []
            continue
        if index in (4, 20, 41):
            person.try_to_reach(1, enrolled + 11, min(enrolled + 30, -1), 3, "refused" if index == 20 else None)
            continue
        version = 2 if first >= SECOND_VERSION_OPENS else 1
        if index in (6, 11, 38, 43):
            person.answer("mentee_1", version, 1, first, stopped_at="wellbeing" if index % 2 else "ahead")
            continue
        person.answer("mentee_1", version, 1, first)
        met = first + rng.randint(8, 24)
        if met >= 0:
            continue
        person.written["events"].append({"event": "first_meeting", "days": met})
        second = met + 42 + rng.randint(1, 13)
        if second >= 0 or rng.random() < 0.12:
            person.try_to_reach(2, met + 43, min(met + 80, -1), rng.choice((1, 2, 3)))
            continue
        person.answer("mentee_2", 1, 2, second)
        third = second + 60 + rng.randint(1, 12)
        if third >= 0 or rng.random() < 0.12:
            person.try_to_reach(3, second + 61, min(second + 100, -1), rng.choice((1, 2, 3)))
            continue
        person.answer("mentee_3", 2, 3, third)
    return people


def others(rng: random.Random) -> list[Person]:
    """Mentors, asked twice, and line managers, asked once."""
    people = []
    for index in range(COUNTS["mentor"]):
        person = Person(rng, "mentor", index + 1, -270 + 12 * index + rng.randint(-3, 3))
        people.append(person)
        enrolled = int(person.written["enrolled_days"])
        first = enrolled + rng.randint(2, 20)
        if index in (7, 19):
            person.try_to_reach(1, enrolled + 2, min(enrolled + 30, -1), 2)
            continue
        person.answer("mentor_1", 1, 1, min(first, -1))
        second = first + 90 + rng.randint(1, 20)
        if second >= 0 or rng.random() < 0.15:
            person.try_to_reach(2, first + 91, min(first + 120, -1), 2)
            continue
        person.answer("mentor_2", 1, 2, second)
    for index in range(COUNTS["manager"]):
        person = Person(rng, "manager", index + 1, -200 + 12 * index + rng.randint(-3, 3))
        people.append(person)
        enrolled = int(person.written["enrolled_days"])
        if index in (3, 12):
            person.try_to_reach(1, enrolled + 2, min(enrolled + 40, -1), 3)
        else:
            person.answer("manager_1", 1, 1, min(enrolled + rng.randint(3, 30), -1))
    return people


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the demonstration cohort of the mentoring study.")
    parser.add_argument("--output", type=Path, default=HERE / "cohort.json")
    rng = random.Random(SEED)
    openings = [
        {"questionnaire": "mentee_1", "version": 2, "days": SECOND_VERSION_OPENS},
        {"questionnaire": "mentee_3", "version": 2, "days": -300},
    ]
    written = [person.written for person in (*mentees(rng), *others(rng))]
    rows = {"sites": SITES, "participants": written}
    lines = ['"study": "mentoring"', f'"note": {json.dumps(NOTE)}', f'"openings": {json.dumps(openings)}']
    lines.append(f'"releases": {json.dumps(RELEASES)}')
    lines += [
        f'"{key}": [\n' + ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in each) + "\n ]"
        for key, each in rows.items()
    ]
    text = "{\n " + ",\n ".join(lines) + "\n}\n"
    parser.parse_args().output.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
