"""When things happened, in days before the day the demonstration is loaded for (negative numbers)."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from people import Person

# Touchpoint 2 opens this many days after touchpoint 1 was handed in, and each touchpoint stays open so long.
OPENS_AFTER, STAYS_OPEN = 30, 60
# Interviewers visited the large employer twice, two days each; who is asked twice was met on the first visit.
VISITS = {"first": (-64, -63), "second": (-43, -42)}
# Days on which a first touchpoint was answered away from the visits: earlier, if there is a second.
FIRST_DAYS = {True: (-75, -50), False: (-72, -35)}
# How long after the start of a placement touchpoint 1 was, for each answer about weeks.
DAYS_PLACED = {"4_to_8": (29, 55), "8_or_more": (57, 72)}
# Hours that are within calling times on any day of the week; a link can be used in the evening.
CALLING_HOURS = (9, 16)
EVENING_HOURS = (19, 21)
HOURS_FOR = {"after 16:00": (16, 16), "before 12:00": (9, 11), "12:00 to 14:00": (12, 13)}

NO_CONTACT = ("no_answer", "no_answer", "no_answer", "answerphone", "answerphone", "busy")
BEFORE_RESPONSE = ("appointment", "callback", "no_answer", "answerphone")

Event = dict[str, str | int]


@dataclass
class Timeline:
    """One person's days. `responses` maps a touchpoint to its mode, day and hour."""

    enrolled: int
    events: list[Event] = field(default_factory=list)
    attempts: list[Event] = field(default_factory=list)
    responses: dict[int, tuple[str, int, int]] = field(default_factory=dict)


class Calendar:
    """Makes timelines, one person after another."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def between(self, days: tuple[int, int]) -> int:
        """A day or an hour in this range, ends included."""
        return self.rng.randint(min(days), max(days))

    def of_respondent(
        self, person: Person, answers: Mapping[str, object], modes: Mapping[int, str], times: str, last_visit: bool
    ) -> Timeline:
        """The days of somebody who answered. `answers` are those of touchpoint 1; `modes` go by touchpoint."""
        if modes[1] == "in_person":
            first = self.between(VISITS["second" if last_visit else "first"])
        else:
            first = self.between(FIRST_DAYS[2 in person.touchpoints])
        timeline = Timeline(enrolled=first - self.between((8, 40)))
        timeline.responses[1] = (modes[1], first, self._hour(modes[1], times))
        earliest = timeline.enrolled + 1
        timeline.attempts += self._tries(1, (earliest, first - 1), self.rng.choice((0, 0, 1, 1, 2, 3)), times)
        opens = first + OPENS_AFTER + 1
        if 2 in person.touchpoints:
            second = self.between((opens, min(first + OPENS_AFTER + 15, -1)))
            timeline.responses[2] = (modes[2], second, self._hour(modes[2], times))
            timeline.attempts += self._tries(2, (opens, second - 1), self.rng.choice((0, 1, 1, 2)), times)
        elif person.group == "employee" or person.placed:
            timeline.attempts += self._tries(2, (opens, -1), self.rng.choice((0, 1, 2, 3)), times, NO_CONTACT)
        timeline.events = self._began(person, answers, timeline.enrolled, first)
        return timeline

    def of_others(self, person: Person, times: str) -> Timeline:
        """The days of somebody who has not answered: refused, still open, closed, or not surveyed."""
        if person.state == "outside" and person.group == "backfill":
            timeline = Timeline(enrolled=self.between((-34, -8)))
            timeline.events = [{"event": "placement_start", "days": timeline.enrolled + self.between((1, 7))}]
            return timeline
        if person.state == "open":
            timeline = Timeline(enrolled=self.between((-47, -5)))
            tries = self.rng.choice((0, 1, 2, 2, 3))
        elif person.state == "closed":
            timeline = Timeline(enrolled=self.between((-120, -63)))
            tries = self.rng.choice((2, 3, 3))
        else:
            timeline = Timeline(enrolled=self.between((-110, -25)))
            tries = self.rng.choice((1, 2, 3)) if person.state == "refused" else 0
        last_day = min(timeline.enrolled + STAYS_OPEN - 5, -1)
        timeline.attempts = self._tries(1, (timeline.enrolled + 1, last_day), tries, times, NO_CONTACT)
        if timeline.attempts:
            self._end_tries(person, timeline.attempts[-1])
        timeline.events = self._began(person, {}, timeline.enrolled, timeline.enrolled)
        return timeline

    def _end_tries(self, person: Person, last: Event) -> None:
        """How the last try went: a refusal ends the trying; a wrong number, or a promise, may."""
        if person.state == "refused":
            last["outcome"] = "refused"
        elif self.rng.random() < 0.45:
            promising = ("appointment", "callback") if person.state == "open" else ("callback",)
            last["outcome"] = self.rng.choice((*promising, "wrong_number"))

    def _tries(
        self,
        touchpoint: int,
        window: tuple[int, int],
        number: int,
        times: str,
        last_outcomes: tuple[str, ...] = BEFORE_RESPONSE,
    ) -> list[Event]:
        """Up to `number` attempts on different days of the window, at different hours, oldest first."""
        days = list(range(window[0], window[1] + 1))
        chosen = sorted(self.rng.sample(days, min(number, len(days))))
        return [
            {
                "touchpoint": touchpoint,
                "days": day,
                "hour": self._hour("phone", times if day == chosen[-1] else ""),
                "outcome": self.rng.choice(last_outcomes if day == chosen[-1] else NO_CONTACT),
            }
            for day in chosen
        ]

    def _hour(self, mode: str, times: str) -> int:
        if mode == "self":
            return self.between(EVENING_HOURS)
        if mode == "in_person":
            return self.between(CALLING_HOURS)
        return self.between(HOURS_FOR.get(times, CALLING_HOURS))

    def _began(self, person: Person, answers: Mapping[str, object], enrolled: int, first: int) -> list[Event]:
        """When the placement or the training began."""
        if person.group == "employee":
            return [{"event": "training_start", "days": enrolled - self.between((10, 70))}]
        if not person.placed:
            return []
        if "weeks_in_placement" in answers:
            weeks = str(answers["weeks_in_placement"])
            return [{"event": "placement_start", "days": first - self.between(DAYS_PLACED[weeks])}]
        return [{"event": "placement_start", "days": min(enrolled - 20 + self.between((0, 24)), -1)}]
