"""The route on the phone is the server's: the table of conditions, and random questionnaires walked on both sides."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from surveyapp.domain.answers import Answer, Answers, Codes, Missing, Number, Reason, Text
from surveyapp.domain.authoring.condition_parser import read_condition
from surveyapp.domain.authoring.yaml_source import Source
from surveyapp.domain.instrument.conditions import (
    All,
    Answered,
    AnyOf,
    Changed,
    Compare,
    Condition,
    Is,
    Not,
    Reference,
    references,
)
from surveyapp.domain.instrument.kinds import Part, PartType
from surveyapp.domain.instrument.outside import as_data as condition_data
from surveyapp.domain.instrument.outside import condition_of, leaves_of, leaves_outside, told_of, told_of_outside
from surveyapp.domain.instrument.questionnaire import Moment, Option, Question, Questionnaire, Section, Statement
from surveyapp.domain.instrument.routing import Route, Situation, pages_of, parts_of, walk
from surveyapp.web.packs.pack import reading_of
from tests.browser.modules import modules, run
from tests.browser.test_reading_on_the_phone import as_data
from tests.unit.test_conditions import CASES, case_lookup


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[Page]:
    with modules(browser) as page:
        yield page


HOLDS = """
  const { holds } = await load("conditions.js");
  return given.map(({ condition, answers, told }) => holds(
    condition, (variable) => answers[variable] ?? null, (leaf) => told[leaf.outside],
  ) ?? null);
"""


def test_the_table_of_conditions(phone: Page) -> None:
    cases, wanted = [], []
    for case in CASES:
        condition = read_condition(Source("case", case["if"]), (), case["if"])
        assert condition is not None
        lookup = case_lookup(case)
        names = {each.name for each in references(condition)}
        known = {name: lookup(Reference("answer", name)) for name in names}
        answers = {name: as_data(answer) for name, answer in known.items() if not isinstance(answer, str | None)}
        outside = tuple(
            leaf for leaf in leaves_of(condition) if any(each.scope != "answer" for each in references(leaf))
        )
        told = {str(place): told_of(leaf, lookup) for place, leaf in enumerate(outside)}
        cases.append({"condition": condition_data(condition, outside), "answers": answers, "told": told})
        wanted.append(case["holds"])
    found = run(phone, HOLDS, cases)
    assert [(case["name"], each) for case, each in zip(CASES, found, strict=True)] == [
        (case["name"], each) for case, each in zip(CASES, wanted, strict=True)
    ]


OPTIONS = (Option(code="a", label="A"), Option(code="b", label="B", specify="Which?"), Option(code="c", label="C"))
BOTH = (Moment("before", "Before"), Moment("now", "Now"))
OUTSIDE = (
    Reference("site", "size"),
    Reference("participant", "age"),
    Reference("touchpoint", "x", 1),
    Reference("touchpoint", "y", 1),
)


class Author:
    """Writes questionnaires at random: every kind of part, every kind of condition, over what comes before."""

    def __init__(self, seed: int) -> None:
        self.source = random.Random(seed)
        self.names: list[str] = []

    def questionnaire(self) -> Questionnaire:
        sections = [self.section(f"s{number}") for number in range(self.source.randint(1, 4))]
        return Questionnaire(
            id="random", version=self.source.randrange(10**9), title="Random", sections=tuple(sections)
        )

    def section(self, name: str) -> Section:
        ask_if = self.condition(0.2)
        questions = tuple(self.question(f"{name}q{number}", name) for number in range(self.source.randint(1, 4)))
        return Section(id=name, title="S", questions=questions, ask_if=ask_if)

    def question(self, name: str, section: str) -> Question:
        kind = self.source.choice(["choice", "choice", "multiple", "number", "statements", "information", "open"])
        ask_if = self.condition(0.6)
        more: dict[str, Any] = {}
        if kind in ("choice", "multiple", "statements"):
            more["options"] = OPTIONS
        if kind == "statements":
            more["statements"] = tuple(
                Statement(f"{name}x{number}", "X", self.condition(0.4)) for number in range(self.source.randint(1, 3))
            )
        if kind == "choice" and self.source.random() < 0.4:
            more["moments"] = BOTH
            if self.source.random() < 0.5:
                more["apart"] = f"s{int(section[1:]) + 1}"
        made = Question(id=name, kind=kind, text=name, required=self.source.random() < 0.5, ask_if=ask_if, **more)
        if kind == "statements":
            self.names += [each.id for each in made.statements]
        elif made.moments:
            # The before that is asked apart comes later: no condition may look at it before that.
            self.names += [f"{name}@now", *([] if made.apart else [f"{name}@before"])]
        elif kind != "information":
            self.names.append(name)
        return made

    def condition(self, likely: float) -> Condition | None:
        return self.tree(2) if self.source.random() < likely else None

    def tree(self, depth: int) -> Condition:
        if depth == 0 or self.source.random() < 0.5:
            return self.leaf()
        match self.source.randrange(3):
            case 0:
                return All(tuple(self.tree(depth - 1) for _ in range(2)))
            case 1:
                return AnyOf(tuple(self.tree(depth - 1) for _ in range(2)))
            case _:
                return Not(self.tree(depth - 1))

    def leaf(self) -> Condition:
        match self.source.randrange(4):
            case 0:
                return Is(self.reference(), tuple(self.source.sample("abc", self.source.randint(1, 2))))
            case 1:
                return Answered(self.reference())
            case 2:
                return Compare(self.reference(), self.source.choice(["at_least", "less_than"]), Decimal("4.5"))
            case _:
                return Changed(self.reference(), self.reference())

    def reference(self) -> Reference:
        inside = [Reference("answer", name) for name in self.names]
        return self.source.choice([*(inside * 2), *OUTSIDE])

    def answers(self, questionnaire: Questionnaire, likely: float = 0.7) -> dict[str, Answer]:
        parts = parts_of(questionnaire).values()
        return {part.key: self.answer(part) for part in parts if self.source.random() < likely}

    def answer(self, part: Part) -> Answer:
        if self.source.random() < 0.2:
            return Missing(self.source.choice([Reason.SKIPPED, Reason.DONT_KNOW]))
        match part.type:
            case PartType.CODE:
                return Codes((self.source.choice("abc"),))
            case PartType.CODES:
                return Codes(tuple(sorted(self.source.sample("abc", self.source.randint(1, 3)))))
            case PartType.NUMBER:
                return Number(Decimal(self.source.choice(["4", "4.5", "10", "-1"])))
            case _:
                return Text("words")

    def situation(self) -> Situation:
        earlier = {key: Codes((self.source.choice("abc"),)) for key in "xy" if self.source.random() < 0.7}
        known = [{key: self.source.choice("abc")} if self.source.random() < 0.7 else {} for key in ("age", "size")]
        return Situation({1: earlier} if earlier else {}, *known)


WALK = """
  const { outsideBy, walk } = await load("route.js");
  return given.map(({ pages, answers, told, then }) => {
    const route = walk(pages, answers, outsideBy(pages, told, then));
    const sure = (page) => (route.isUnclear(page) ? "unclear" : page?.id ?? null);
    return {
      pages: route.pages.map((page) => page.id),
      possible: route.possible.map((page) => page.id),
      answers: route.answers,
      notAsked: route.notAsked,
      frontier: sure(route.frontier),
      resume: sure(route.resume),
      next: Object.fromEntries(route.pages.map((page) => [page.id, sure(route.next(page.id))])),
      before: Object.fromEntries(route.pages.map((page) => [page.id, route.before(page.id)?.id ?? null])),
      doubt: route.doubt?.id ?? null,
    };
  });
"""


def pages_data(questionnaire: Questionnaire) -> list[dict[str, Any]]:
    outside = leaves_outside(questionnaire)
    made = []
    for page in pages_of(questionnaire):
        condition = condition_of(page)
        made.append(
            {
                "id": page.id,
                "parts": [reading_of(part) for part in page.parts],
                "if": condition_data(condition, outside) if condition else None,
            }
        )
    return made


def data_of(answers: Answers) -> dict[str, Any]:
    return {key: as_data(answer) for key, answer in answers.items()}


def resume_of(route: Route) -> str | None:
    from surveyapp.domain.instrument.routing import resume_at

    page = resume_at(route)
    return page.id if page else None


def next_of(route: Route, page_id: str) -> str | None:
    """As `Visit.next_page`."""
    following = route.after(page_id)
    on = following if following is None or route.page(following.id) else route.frontier
    return on.id if on else None


def cases(
    seed: int, count: int, changed: Callable[[Author, Questionnaire, dict[str, Answer]], dict[str, Answer]]
) -> Any:
    """Questionnaires with what was answered when the slip was written, and what is answered now."""
    for each in range(count):
        author = Author(seed * 100_003 + each)
        questionnaire = author.questionnaire()
        then = author.answers(questionnaire)
        yield questionnaire, then, changed(author, questionnaire, then), author.situation()


def walked(phone: Page, given: list[Any]) -> list[Any]:
    sent = []
    for questionnaire, then, now, situation in given:
        route = walk(questionnaire, then, situation)
        told = told_of_outside(questionnaire, route, situation)
        sent.append({"pages": pages_data(questionnaire), "answers": data_of(now), "told": told, "then": data_of(then)})
    found: list[Any] = run(phone, WALK, sent)
    return found


@pytest.mark.parametrize("seed", range(3))
def test_random_questionnaires_are_walked_alike(phone: Page, seed: int) -> None:
    given = list(cases(seed, 300, lambda _author, _questionnaire, then: then))
    for (questionnaire, answers, _now, situation), found in zip(given, walked(phone, given), strict=True):
        route = walk(questionnaire, answers, situation)
        assert found == {
            "pages": [page.id for page in route.pages],
            "possible": found["possible"],
            "answers": data_of(route.answers),
            "notAsked": list(route.not_asked),
            "frontier": route.frontier.id if route.frontier else None,
            "resume": resume_of(route),
            "next": {page.id: next_of(route, page.id) for page in route.pages},
            "before": {page.id: (before.id if (before := route.before(page.id)) else None) for page in route.pages},
            "doubt": None,
        }


@pytest.mark.parametrize("seed", range(3, 6))
def test_what_was_answered_since_the_slip_leads_to_the_same_page_or_to_the_server(phone: Page, seed: int) -> None:
    given = list(cases(seed, 300, lambda author, questionnaire, then: then | author.answers(questionnaire, 0.4)))
    doubted = 0
    for (questionnaire, _then, answers, situation), found in zip(given, walked(phone, given), strict=True):
        route = walk(questionnaire, answers, situation)
        doubted += found["doubt"] is not None
        if found["doubt"] is None:
            assert found["pages"] == [page.id for page in route.pages]
            assert found["answers"] == data_of(route.answers)
        for page_id, following in found["next"].items():
            if following != "unclear" and before_doubt(questionnaire, page_id, found["doubt"]):
                assert following == next_of(route, page_id)
        if found["frontier"] != "unclear":
            assert found["frontier"] == (route.frontier.id if route.frontier else None)
    assert 0 < doubted < len(given) / 3


def before_doubt(questionnaire: Questionnaire, page_id: str, doubt: str | None) -> bool:
    """Whether a page stands before the first that the phone cannot tell of."""
    order = [page.id for page in pages_of(questionnaire)]
    return doubt is None or order.index(page_id) < order.index(doubt)
