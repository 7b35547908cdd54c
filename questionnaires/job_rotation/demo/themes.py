"""Which themes an open answer carries: each theme by as many people as the report's words allow, drawn among those who
can give it."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from people import Person
from variables import CONFIDENCE, LIKELIHOOD, SATISFACTION

SCALES = {
    "work_satisfaction": SATISFACTION,
    "stay_likelihood": LIKELIHOOD,
    "confidence_long_term_job": CONFIDENCE,
    "confidence_career_potential": CONFIDENCE,
}


@dataclass
class Speaker:
    """Somebody at touchpoint 1: their closed answers, their part in a placement, and the themes given to them so far
    (by variable, in the order they are said)."""

    person: Person
    answers: Mapping[str, object]
    role: str = ""
    themes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def carries(self, theme: str) -> bool:
        """Whether any of their answers carries a theme."""
        return any(theme in given for given in self.themes.values())


Test = Callable[[Speaker], bool]


@dataclass(frozen=True)
class Theme:
    """A theme of the answers to an open question.

    `people` carry it, drawn among those of whom `of` is true, who carry the theme it is `within` and none it stands
    `apart` from: first those of whom `first` is true, then those with the fewest themes in this answer. A theme within
    another is said in the place of that one; its sentences are in the files of words, by its id.
    """

    id: str
    variable: str
    people: int
    of: Test
    within: str = ""
    apart: tuple[str, ...] = ()
    first: Test = lambda speaker: False


# Conditions


def anyone(speaker: Speaker) -> bool:
    """Everybody who is asked."""
    return True


def says(variable: str, *options: str) -> Test:
    """Those who gave one of these options, or, of a question with several, chose one of them."""

    def test(speaker: Speaker) -> bool:
        answer = speaker.answers.get(variable)
        return any(each in options for each in (answer if isinstance(answer, list) else [answer]))

    return test


def rates(least: int, most: int) -> Test:
    """Those whose rating of the whole is in this range."""
    return lambda speaker: least <= int(str(speaker.answers["overall_value"])) <= most


def moved(variable: str, way: int) -> Test:
    """Those whose answer now is more favourable than before (1), less (-1), or either (0)."""

    def test(speaker: Speaker) -> bool:
        scale = SCALES[variable]
        before, now = (speaker.answers.get(f"{variable}@{moment}") for moment in ("before", "now"))
        if not isinstance(before, str) or not isinstance(now, str):
            return False
        steps = scale.index(before) - scale.index(now)
        return steps != 0 if way == 0 else steps * way > 0

    return test


def with_employer(size: str) -> Test:
    """Those with an employer of this size."""
    return lambda speaker: speaker.person.size == size


def at(*sites: str) -> Test:
    """Those with one of these employers."""
    return lambda speaker: speaker.person.site is not None and speaker.person.site.reference in sites


def role(*roles: str) -> Test:
    """Those placed in one of these roles."""
    return lambda speaker: speaker.role in roles


def carrying(*themes: str) -> Test:
    """Those of whom another answer carries one of these themes."""
    return lambda speaker: any(speaker.carries(theme) for theme in themes)


def every(*tests: Test) -> Test:
    """Those of whom all of it is true."""
    return lambda speaker: all(test(speaker) for test in tests)


def no(test: Test) -> Test:
    """Those of whom it is not true."""
    return lambda speaker: not test(speaker)


# Giving them out


def give_out(
    themes: Sequence[Theme],
    speakers: Sequence[Speaker],
    is_asked: Callable[[Speaker, str], bool],
    rng: random.Random,
) -> None:
    """Writes into each speaker which themes their answers carry. `is_asked` says of whom a variable is asked.

    Raises ValueError where too few can carry a theme.
    """
    for theme in themes:
        fitting = [each for each in speakers if is_asked(each, theme.variable) and _can_carry(each, theme)]
        if len(fitting) < theme.people:
            raise ValueError(
                f"Only {len(fitting)} people can say “{theme.id}” of {theme.variable}: {theme.people} must."
            )
        chances = {id(speaker): rng.random() for speaker in fitting}
        fitting.sort(key=lambda each: (not theme.first(each), len(each.themes[theme.variable]), chances[id(each)]))
        for speaker in fitting[: theme.people]:
            speaker.themes[theme.variable].append(theme.id)


def _can_carry(speaker: Speaker, theme: Theme) -> bool:
    held = speaker.themes[theme.variable]
    return (
        theme.id not in held
        and (not theme.within or theme.within in held)
        and not any(other in held for other in theme.apart)
        and theme.of(speaker)
    )


def said_of(themes: Iterable[Theme], held: Sequence[str]) -> list[Theme]:
    """Of the themes that an answer carries, those that are said: not what a theme within them says already."""
    carried = {theme.id: theme for theme in themes if theme.id in held}
    within = {theme.within for theme in carried.values()}
    return [theme for name, theme in carried.items() if name not in within]
