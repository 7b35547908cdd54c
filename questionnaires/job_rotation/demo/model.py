"""One constraint model of a group: every person, every closed variable, every published count."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from ortools.sat.python import cp_model
from people import Person
from reference import Count, Profile, Rating
from variables import (
    CONDITIONS,
    GO_TOGETHER,
    IMPLAUSIBLE,
    PROFILE_ATTRIBUTES,
    PROFILE_LINKS,
    QUESTIONNAIRES,
    UNUSUAL,
    Variable,
)

Answer = str | int | list[str] | dict[str, str]
Literals = dict[str, cp_model.IntVar]
# Work the solver may do before it must stop with the best cohort found. Counted in steps, not in seconds, so that a
# slower machine writes the same cohort.
MOST_WORK = 30.0
# The one closed question that somebody leaves out: its published base is one short.
SKIPPABLE = ("employee", 1, "job_title_more_senior")
# What one step, or one option, away from a person's own tendency costs; and changing an answer between touchpoints,
# or being less favourable now than looking back, which few are.
STEP, CHANGE_OF_MIND, CHANGE_OF_VALUE, FALL = 10, 9, 6, 40


class CohortModel:
    """The answers of one group as 0/1 literals: `answers[person, touchpoint][variable][option]`."""

    def __init__(self, group: str, people: list[Person], rng: random.Random) -> None:
        self.group = group
        self.people = people
        self.rng = rng
        self.model = cp_model.CpModel()
        self.answers: dict[tuple[int, int], dict[str, Literals]] = {}
        self.skips: dict[int, cp_model.IntVar] = {}
        self.attributes: dict[int, dict[str, Literals]] = {}
        self.costs: list[cp_model.LinearExprT] = []
        self._moves: dict[tuple[int, str, int, int], tuple[cp_model.IntVar, cp_model.IntVar]] = {}
        for person, plan in enumerate(people):
            for touchpoint in plan.touchpoints:
                self._add_sitting(person, touchpoint)
        self._keep_answers_together()

    # What is asked, and what a person would tend to say

    def _add_sitting(self, person: int, touchpoint: int) -> None:
        sitting: dict[str, Literals] = {}
        self.answers[person, touchpoint] = sitting
        for variable in QUESTIONNAIRES[self.group, touchpoint]:
            literals = {
                option: self.model.new_bool_var(f"{person}.{touchpoint}.{variable.name}.{option}")
                for option in variable.options
            }
            sitting[variable.name] = literals
            asked = self._asked(person, touchpoint, variable.asked_of)
            if variable.kind == "multiple":
                self._limit_multiple(literals, asked)
            elif (self.group, touchpoint, variable.name) == SKIPPABLE:
                self.skips[person] = self.model.new_bool_var(f"{person}.skips")
                self.model.add(sum(literals.values()) + self.skips[person] == asked)
            else:
                self.model.add(sum(literals.values()) == asked)
            self._add_tendency(person, touchpoint, variable, literals)
        plan = self.people[person]
        if self.group == "backfill":
            self.model.add(sitting["placed"]["yes"] == int(plan.placed))
            # All of the large employer's candidates, and nobody else, went to employability sessions (J26).
            self.model.add(sitting["employability_sessions"]["yes"] == int(plan.size == "large"))
        if touchpoint == 1 and self.group == "backfill":
            self.model.add(sitting["attended_readiness_sessions"]["yes"] == int(plan.attended))

    def _asked(self, person: int, touchpoint: int, asked_of: str) -> cp_model.IntVar | int:
        if asked_of == "all":
            return 1
        if asked_of == "asks_uc":
            site = self.people[person].site
            return int(site is not None and site.asks_uc == "yes")
        variable, option = CONDITIONS[asked_of]
        return self.answers[person, touchpoint][variable][option]

    def _limit_multiple(self, literals: Literals, asked: cp_model.IntVar | int) -> None:
        self.model.add(sum(literals.values()) >= asked)
        for option, literal in literals.items():
            self.model.add(literal <= asked)
            if option == "none":
                for other in literals:
                    if other != "none":
                        self.model.add(literal + literals[other] <= 1)

    def _add_tendency(self, person: int, touchpoint: int, variable: Variable, literals: Literals) -> None:
        """Costs that are least for what this person would tend to say: their mood, and some chance."""
        if variable.kind in ("ordered", "value"):
            lift = 0.8 * self.people[person].mood[touchpoint - 1] + 0.6 * self.rng.gauss(0.0, 1.0)
            better = 1 if variable.kind == "value" else -1
            target = variable.centre + better * variable.spread * lift
            for place, literal in enumerate(literals.values(), start=1 if variable.kind == "value" else 0):
                self.costs.append(round(STEP * abs(place - target) ** 1.3) * literal)
        elif variable.kind == "multiple":
            for literal, chance in zip(literals.values(), variable.odds, strict=True):
                cost = STEP // 2 + round(STEP * self.rng.random())
                self.costs.append(cost * (1 - literal) if self.rng.random() < chance else cost * literal)
        else:
            wanted = self.rng.choices(variable.options, variable.odds)[0]
            for option, literal in literals.items():
                if option != wanted:
                    self.costs.append((STEP // 2 + round(STEP * self.rng.random())) * literal)

    # Change, between moments and between touchpoints

    def _place(self, person: int, touchpoint: int, name: str) -> cp_model.LinearExpr:
        """How unfavourable an answer is: 0 for the first option. A value counts downwards: -10 is the best."""
        literals = self.answers[person, touchpoint][name]
        places = [-int(option) for option in literals] if name == "overall_value" else range(len(literals))
        return cp_model.LinearExpr.weighted_sum(list(literals.values()), list(places))

    def moves(self, person: int, name: str, start: int = 1, end: int = 1) -> tuple[cp_model.IntVar, cp_model.IntVar]:
        """Literals that say whether a person rose, and fell: from before to now, or from touchpoint 1's to 2's."""
        key = (person, name, start, end)
        if key not in self._moves:
            first_name, last_name = (f"{name}@before", f"{name}@now") if start == end else (name, name)
            first, last = self._place(person, start, first_name), self._place(person, end, last_name)
            rose, fell = (self.model.new_bool_var(f"{person}.{name}.{way}") for way in ("rose", "fell"))
            self.model.add(last <= first - 1).only_enforce_if(rose)
            self.model.add(last >= first).only_enforce_if(~rose)
            self.model.add(last >= first + 1).only_enforce_if(fell)
            self.model.add(last <= first).only_enforce_if(~fell)
            self._moves[key] = rose, fell
        return self._moves[key]

    def _keep_answers_together(self) -> None:
        """What makes a person's answers one person's: few fall looking back, most stay at touchpoint 2."""
        for (person, touchpoint), sitting in self.answers.items():
            for name in sitting:
                if name.endswith("@before") and name != "uc_status@before":
                    self.costs.append(FALL * self.moves(person, name.removesuffix("@before"))[1])
            self._rule_out_pairs(sitting)
            if touchpoint == 2:
                self._link_touchpoints(person)
                self._keep_direction(person)

    def _rule_out_pairs(self, sitting: dict[str, Literals]) -> None:
        for first, first_options, second, second_options in IMPLAUSIBLE:
            if first in sitting and second in sitting:
                self.model.add(_any(sitting[first], first_options) + _any(sitting[second], second_options) <= 1)
        for first, first_options, second, second_options in UNUSUAL:
            if first in sitting and second in sitting:
                both = self.model.new_bool_var("")
                either = _any(sitting[first], first_options) + _any(sitting[second], second_options)
                self.model.add(either <= 1 + both)
                self.costs.append(STEP * both)

    def _link_touchpoints(self, person: int) -> None:
        first, second = self.answers[person, 1], self.answers[person, 2]
        for variable in QUESTIONNAIRES[self.group, 2]:
            if variable.name not in first:
                continue
            if variable.kind in ("ordered", "value"):
                distance = self.model.new_int_var(0, len(variable.options), "")
                change = self._place(person, 2, variable.name) - self._place(person, 1, variable.name)
                self.model.add(distance >= change)
                self.model.add(distance >= -change)
                self.costs.append((CHANGE_OF_VALUE if variable.kind == "value" else CHANGE_OF_MIND) * distance)
            else:
                for option in variable.options:
                    changed = self.model.new_bool_var("")
                    self.model.add(changed >= first[variable.name][option] - second[variable.name][option])
                    self.model.add(changed >= second[variable.name][option] - first[variable.name][option])
                    self.costs.append(CHANGE_OF_MIND * changed)

    def _keep_direction(self, person: int) -> None:
        """Nobody rises on one of these between the touchpoints and falls on the other."""
        for one, other in GO_TOGETHER:
            if one in self.answers[person, 2] and other in self.answers[person, 2]:
                (rose, fell), (other_rose, other_fell) = self.moves(person, one, 1, 2), self.moves(person, other, 1, 2)
                self.model.add(rose + other_fell <= 1)
                self.model.add(fell + other_rose <= 1)

    # What was published

    def in_segment(self, touchpoint: int, segment: str) -> list[int]:
        """The places in the plan of those who answered at a touchpoint, with an employer of that size or "all"."""
        return [
            person
            for person, plan in enumerate(self.people)
            if touchpoint in plan.touchpoints and segment in ("all", plan.size)
        ]

    def publish(self, count: Count) -> None:
        """The count and the base of one row of published.csv, or of its additions."""
        people = self.in_segment(count.touchpoint, count.segment)
        if count.movement is not None:
            which = ("rose", "fell").index(count.movement)
            self.model.add(len(people) == count.base)
            moved = [self.moves(person, count.variable)[which] for person in people]
            self.model.add_linear_constraint(cp_model.LinearExpr.sum(moved), count.least, count.most)
            return
        given = self.number(count.touchpoint, count.variable, count.options, count.segment)
        self.model.add_linear_constraint(given, count.least, count.most)
        variable = next(v for v in QUESTIONNAIRES[self.group, count.touchpoint] if v.name == count.variable)
        if count.base is None:
            return
        if variable.kind == "multiple":
            self.model.add(len(people) == count.base)
        else:
            self.model.add(self.number(count.touchpoint, count.variable, variable.options, count.segment) == count.base)

    def number(self, touchpoint: int, name: str, options: Iterable[str], segment: str = "all") -> cp_model.LinearExpr:
        """How many give one of these options, as an expression."""
        chosen = tuple(options)
        cells = [self.answers[person, touchpoint][name] for person in self.in_segment(touchpoint, segment)]
        return cp_model.LinearExpr.sum([literals[option] for literals in cells for option in chosen])

    def rate(self, rating: Rating) -> None:
        """The mean, the one most common value and the range of one row of ratings.csv."""
        people = self.in_segment(rating.touchpoint, rating.segment)
        times = {
            int(option): sum(self.answers[person, rating.touchpoint][rating.variable][option] for person in people)
            for option in self.answers[people[0], rating.touchpoint][rating.variable]
        }
        self.model.add(sum(times.values()) == rating.base)
        self.model.add_linear_constraint(
            sum(number * total for number, total in times.items()), rating.least_sum, rating.most_sum
        )
        for number, total in times.items():
            if not rating.minimum <= number <= rating.maximum:
                self.model.add(total == 0)
            elif number != rating.mode:
                self.model.add(total + 1 <= times[rating.mode])
        self.model.add(times[rating.minimum] >= 1)
        self.model.add(times[rating.maximum] >= 1)

    def describe(self, profiles: Iterable[Profile]) -> None:
        """The attributes of the people who carry them, so that every row of profile.csv holds."""
        known = [person for person, plan in enumerate(self.people) if plan.has_profile]
        rows = [profile for profile in profiles if profile.group == self.group]
        for person in known:
            self.attributes[person] = {}
            for attribute in PROFILE_ATTRIBUTES[self.group]:
                literals = {
                    row.value: self.model.new_bool_var(f"{person}.{attribute}.{row.value}")
                    for row in rows
                    if row.attribute == attribute
                }
                self.attributes[person][attribute] = literals
                self.model.add_exactly_one(literals.values())
                if attribute == "training_offered":
                    self.model.add(_any(literals, self.people[person].trainings) == 1)
                if attribute == "age" and self.people[person].age:
                    self.model.add(literals[self.people[person].age] == 1)
                self.costs += [round(STEP * self.rng.random()) * literal for literal in literals.values()]
            for first, value, second, allowed in PROFILE_LINKS[self.group]:
                have = self.attributes[person]
                self.model.add(have[first][value] <= _any(have[second], allowed))
        for row in rows:
            self.model.add(sum(self.attributes[person][row.attribute][row.value] for person in known) == row.n)
            self.model.add(len(known) == row.base)

    def choose(self, touchpoint: int, name: str, options: tuple[str, ...], n: int) -> None:
        """A count that the report leaves open: how many give one of these options."""
        self.model.add(self.number(touchpoint, name, options) == n)

    def someone(self, *cases: Sequence[cp_model.IntVar]) -> None:
        """At least one of some people has all of their literals: `cases` holds a person's literals each."""
        held = []
        for literals in cases:
            whole = self.model.new_bool_var("")
            self.model.add_bool_and(*literals).only_enforce_if(whole)
            held.append(whole)
        self.model.add_bool_or(*held)

    def choose_moves(self, name: str, rise: int, fall: int) -> None:
        """How many rise (at least) and fall (at most) between the touchpoints, where the report leaves it open."""
        both = [self.moves(person, name, 1, 2) for person in self.in_segment(2, "all")]
        self.model.add(sum(rose for rose, _ in both) >= rise)
        self.model.add(sum(fell for _, fell in both) <= fall)

    # The answer

    def solve(self, seed: int) -> cp_model.CpSolver:
        """Find the cohort nearest to what people would tend to say. Raises ValueError if no cohort fits the rows."""
        self.model.minimize(sum(self.costs))
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = seed
        solver.parameters.max_deterministic_time = MOST_WORK
        # The counts are nearly a transport problem: its full linear relaxation closes the gap at the root.
        solver.parameters.linearization_level = 2
        status = solver.solve(self.model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            raise ValueError(f"No {self.group} cohort fits every row: the solver says {solver.status_name(status)}.")
        return solver

    def closed_answers(self, solver: cp_model.CpSolver, person: int, touchpoint: int) -> dict[str, Answer]:
        """What one person answered at one touchpoint, in the questionnaire's order; what was not asked is absent."""
        given: dict[str, Answer] = {}
        for variable in QUESTIONNAIRES[self.group, touchpoint]:
            literals = self.answers[person, touchpoint][variable.name]
            options = [option for option, literal in literals.items() if solver.boolean_value(literal)]
            if options and variable.kind == "multiple":
                given[variable.name] = options
            elif options:
                given[variable.name] = int(options[0]) if variable.kind == "value" else options[0]
            elif (self.group, touchpoint, variable.name) == SKIPPABLE:
                given[variable.name] = {"missing": "skipped"}
        return given

    def known_attributes(self, solver: cp_model.CpSolver, person: int) -> dict[str, str]:
        """The profile attributes of one person: none for most."""
        return {
            attribute: next(value for value, literal in literals.items() if solver.boolean_value(literal))
            for attribute, literals in self.attributes.get(person, {}).items()
        }


def _any(literals: Literals, options: Iterable[str]) -> cp_model.LinearExpr:
    """1 if any of these options is the answer (they exclude each other)."""
    return cp_model.LinearExpr.sum([literals[option] for option in options])
