"""Routes: over random questionnaires and answers, and through the four questionnaires of the study."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.answers import Answer, Codes, Missing, Reason
from surveyapp.domain.authoring.loader import load_study
from surveyapp.domain.instrument.conditions import All, Answered, AnyOf, Condition, Is, Not, Reference
from surveyapp.domain.instrument.questionnaire import (
    Option,
    Question,
    Questionnaire,
    Section,
    from_document,
    to_document,
)
from surveyapp.domain.instrument.routing import Situation, pages_of, parts_of, walk
from surveyapp.settings import ROOT

OPTIONS = (Option(code="a", label="A"), Option(code="b", label="B"), Option(code="c", label="C"))
VALUES: list[Answer] = [Codes(("a",)), Codes(("b",)), Codes(("c",)), Missing(Reason.DONT_KNOW), Missing(Reason.SKIPPED)]


@st.composite
def questionnaires(draw: st.DrawFn, most: int = 12) -> Questionnaire:
    """So many questions at most, in sections of up to four, each asked on any condition over those before it."""
    count = draw(st.integers(1, most))
    names: list[str] = []
    sections: list[Section] = []
    while len(names) < count:
        section_if = draw(conditions(names))
        questions = []
        for _ in range(min(count - len(names), draw(st.integers(1, 4)))):
            name = f"q{len(names)}"
            questions.append(
                Question(
                    id=name, kind="choice", text=name, options=OPTIONS, required=True, ask_if=draw(conditions(names))
                )
            )
            names.append(name)
        sections.append(Section(id=f"s{len(sections)}", title="S", questions=tuple(questions), ask_if=section_if))
    return Questionnaire(id="random", version=1, title="Random", sections=tuple(sections))


def conditions(names: list[str]) -> st.SearchStrategy[Condition | None]:
    if not names:
        return st.none()
    reference = st.sampled_from(names).map(lambda name: Reference("answer", name))
    leaf: st.SearchStrategy[Condition] = st.one_of(
        st.builds(Is, reference, st.lists(st.sampled_from("abc"), min_size=1, max_size=2).map(tuple)),
        st.builds(Answered, reference),
    )
    pair = st.lists(leaf, min_size=2, max_size=2).map(tuple)
    inner = st.one_of(leaf, st.builds(Not, leaf))
    tree = st.one_of(inner, st.builds(All, pair), st.builds(AnyOf, pair), st.builds(Not, st.builds(All, pair)))
    return st.one_of(st.none(), tree)


@given(questionnaires(), st.data())
def test_a_route_ends_shows_no_page_twice_and_keeps_nothing_from_off_it(
    questionnaire: Questionnaire, data: Any
) -> None:
    given: dict[str, Answer] = {}
    seen: list[str] = []
    route = walk(questionnaire, given, Situation())
    while route.frontier is not None:
        seen.append(route.frontier.id)
        assert len(seen) == len(set(seen)), "a page was shown twice"
        given[route.frontier.id] = data.draw(st.sampled_from(VALUES))
        route = walk(questionnaire, given, Situation())
    everything = set(parts_of(questionnaire))
    assert set(route.answers) | set(route.not_asked) == everything
    assert not set(route.answers) & set(route.not_asked)
    assert route.undecided == 0
    assert route.progress == (len(route.pages), len(route.pages))


@given(questionnaires(), st.data())
def test_going_back_and_forth_loses_nothing(questionnaire: Questionnaire, data: Any) -> None:
    given = {page.id: data.draw(st.sampled_from(VALUES)) for page in pages_of(questionnaire)}
    before = walk(questionnaire, given, Situation())
    changed = data.draw(st.sampled_from(sorted(given)))
    detour = {**given, changed: data.draw(st.sampled_from(VALUES))}
    walk(questionnaire, detour, Situation())
    assert walk(questionnaire, {**detour, changed: given[changed]}, Situation()) == before


@given(questionnaires(), st.data())
def test_what_was_given_off_the_route_changes_nothing_on_it(questionnaire: Questionnaire, data: Any) -> None:
    given = {page.id: data.draw(st.sampled_from(VALUES)) for page in pages_of(questionnaire)}
    route = walk(questionnaire, given, Situation())
    assert walk(questionnaire, route.answers, Situation()) == route


@given(questionnaires())
def test_a_questionnaire_survives_being_stored(questionnaire: Questionnaire) -> None:
    document = to_document(questionnaire)
    assert from_document(document) == questionnaire
    assert to_document(from_document(document)) == document


STUDY = load_study(ROOT / "questionnaires" / "job_rotation")

ROUTES: list[tuple[str, dict[str, str], Situation, set[str], set[str]]] = [
    (
        "backfill_1",
        {"attended_readiness_sessions": "no", "placed": "no"},
        Situation(),
        {"not_placed_reason", "recommend", "career_opportunities"},
        {
            "readiness_motivation",
            "confidence_long_term_job@now",
            "placement_satisfaction",
            "confidence_career_potential@now",
            "employer_discussed_permanent",
            "weeks_in_placement",
        },
    ),
    (
        "backfill_1",
        {"placed": "yes", "employability_sessions": "no", "placement_suits": "no"},
        Situation(),
        {"what_would_suit_better", "employer_support", "outcome_less_uc_reliance"},
        {"employability_engaging", "not_placed_reason"},
    ),
    ("backfill_1", {"hopes": "earn_more"}, Situation(), set(), {"skills_wanted"}),
    ("backfill_1", {"hopes": "new_knowledge_skills"}, Situation(), {"skills_wanted"}, set()),
    ("backfill_2", {"permanent_position_agreed": "yes"}, Situation(), set(), {"hopes_permanent_position"}),
    ("backfill_2", {"permanent_position_agreed": "no"}, Situation(), {"hopes_permanent_position"}, set()),
    (
        "employee_1",
        {"responsibilities_changed": "yes"},
        Situation(site={"asks_uc": "yes"}),
        {"uc_status@before", "uc_status@now", "responsibilities_before", "responsibilities_after"},
        set(),
    ),
    (
        "employee_1",
        {"responsibilities_changed": "no"},
        Situation(site={"asks_uc": "no"}),
        set(),
        {"uc_status@before", "uc_status@now", "responsibilities_before"},
    ),
    (
        "employee_2",
        {"work_satisfaction@now": "quite_satisfied"},
        Situation(earlier={1: {"work_satisfaction@now": Codes(("very_satisfied",))}}),
        {"work_satisfaction_why"},
        set(),
    ),
    (
        "employee_2",
        {"work_satisfaction@now": "very_satisfied"},
        Situation(earlier={1: {"work_satisfaction@now": Codes(("very_satisfied",))}}),
        set(),
        {"work_satisfaction_why"},
    ),
]


@pytest.mark.parametrize(("name", "chosen", "situation", "asked", "not_asked"), ROUTES)
def test_who_is_asked_what(
    name: str, chosen: dict[str, str], situation: Situation, asked: set[str], not_asked: set[str]
) -> None:
    questionnaire = STUDY.newest(name)
    given: dict[str, Answer] = {}
    route = walk(questionnaire, given, situation)
    while route.frontier is not None:
        for part in route.frontier.parts:
            options = part.question.options
            code = chosen.get(part.key) or (options[0].code if options else "")
            given[part.key] = Codes((code,)) if code else Missing(Reason.SKIPPED)
        route = walk(questionnaire, given, situation)
    assert asked <= set(route.answers)
    assert not_asked <= set(route.not_asked)


YES_NO = (Option(code="yes", label="Yes"), Option(code="no", label="No"))


def yes_no(name: str, on: str | None = None, kind: str = "yes_no") -> Question:
    ask_if = Is(Reference("answer", on), ("yes",)) if on else None
    return Question(
        id=name, kind=kind, text=name, options=YES_NO if kind == "yes_no" else (), required=True, ask_if=ask_if
    )


SMALL = Questionnaire(
    id="small",
    version=1,
    title="Small",
    sections=(
        Section(
            id="one",
            title="One",
            questions=(yes_no("a"), yes_no("b", "a"), yes_no("c", "a"), yes_no("read", kind="information")),
        ),
        Section(
            id="two",
            title="Two",
            questions=(yes_no("d"), yes_no("e", "d"), yes_no("more", "d", "information"), yes_no("f", "e")),
        ),
    ),
)
"""a; b and c where a is yes; something to read; d; e and something to read where d is yes; f where e is yes."""

PROGRESS = [
    # What is answered, the pages on the route, how many may come besides, what is done of how much, the page to answer.
    ("", "a read d", 4, (0, 4), "a"),
    ("a=yes", "a b c read d", 2, (1, 5), "b"),
    ("a=no", "a read d", 2, (1, 3), "d"),
    ("a=yes b=no", "a b c read d", 2, (2, 5), "c"),
    ("d=yes", "a read d e more", 3, (1, 4), "a"),
    ("d=no", "a read d", 2, (1, 3), "a"),
    ("a=no d=yes", "a read d e more", 1, (2, 3), "e"),
    ("a=no d=yes e=yes", "a read d e more f", 0, (3, 4), "f"),
    ("a=no d=no", "a read d", 0, (2, 2), None),
    ("a=no d=no e=yes", "a read d", 0, (2, 2), None),
    ("a=yes b=yes c=yes d=yes e=yes f=no", "a b c read d e more f", 0, (6, 6), None),
]


@pytest.mark.parametrize(("answered", "pages", "undecided", "progress", "frontier"), PROGRESS)
def test_how_far_somebody_is(
    answered: str, pages: str, undecided: int, progress: tuple[int, int], frontier: str | None
) -> None:
    given: dict[str, Answer] = {each.partition("=")[0]: Codes((each.partition("=")[2],)) for each in answered.split()}
    route = walk(SMALL, given, Situation())
    assert [page.id for page in route.pages] == pages.split()
    assert (route.undecided, route.progress) == (undecided, progress)
    assert (route.frontier.id if route.frontier else None, route.complete) == (frontier, frontier is None)
    upto = len(route.pages) if frontier is None else pages.split().index(frontier) + 1
    assert [page.id for page in route.pages if route.page(page.id)] == pages.split()[:upto]
    assert [after.id if (after := route.after(page.id)) else None for page in route.pages] == [*pages.split()[1:], None]
    assert [before.id if (before := route.before(page.id)) else None for page in route.pages] == [
        None,
        *pages.split()[:-1],
    ]
    assert route.page("nowhere") is None


SECTIONS = [
    # What is answered, and of each section that is or may still be asked: answered of so many pages.
    ("", {"one": (0, 3), "two": (0, 3), "three": (0, 1)}),
    ("a=no", {"one": (1, 1), "two": (0, 3), "three": (0, 1)}),
    ("a=yes b=no", {"one": (2, 3), "two": (0, 3), "three": (0, 1)}),
    ("a=no d=no", {"one": (1, 1), "two": (1, 1)}),
    ("a=no d=yes", {"one": (1, 1), "two": (1, 3), "three": (0, 1)}),
    ("a=no d=yes e=no g=yes", {"one": (1, 1), "two": (2, 2), "three": (1, 1)}),
    ("d=no g=yes", {"one": (0, 3), "two": (1, 1)}),
]


@pytest.mark.parametrize(("answered", "sections"), SECTIONS)
def test_the_sections_that_are_or_may_still_be_asked(answered: str, sections: dict[str, tuple[int, int]]) -> None:
    read = Section(id="read", title="Read", questions=(yes_no("before", kind="information"),))
    three = Section(id="three", title="Three", questions=(yes_no("g"),), ask_if=Is(Reference("answer", "d"), ("yes",)))
    longer = dataclasses.replace(SMALL, id="longer", sections=(read, *SMALL.sections, three))
    given: dict[str, Answer] = {each.partition("=")[0]: Codes((each.partition("=")[2],)) for each in answered.split()}
    route = walk(longer, given, Situation())
    assert {each.section.id: (each.answered, each.pages) for each in route.sections} == sections


@pytest.mark.parametrize(
    ("given", "answered", "not_asked"),
    [
        ({}, False, ()),
        ({"q": Codes(("other",))}, True, ()),
        ({"q": Codes(("other",)), "q_other_text": Codes(("x",))}, True, ()),
        ({"q": Codes(("one",)), "q_other_text": Codes(("x",))}, True, ("q_other_text",)),
        ({"q": Missing(Reason.SKIPPED)}, True, ("q_other_text",)),
        ({"q": Missing(Reason.NOT_ASKED)}, False, ()),
    ],
)
def test_the_line_that_goes_with_an_option_is_asked_with_it(
    given: dict[str, Answer], answered: bool, not_asked: tuple[str, ...]
) -> None:
    options = (Option(code="one", label="One"), Option(code="other", label="Other", specify="Which?"))
    section = Section(
        id="s", title="S", questions=(Question(id="q", kind="choice", text="?", options=options, required=True),)
    )
    route = walk(Questionnaire(id="x", version=1, title="X", sections=(section,)), given, Situation())
    assert (route.is_answered(route.pages[0]), route.not_asked) == (answered, not_asked)
    assert ("q_other_text" in route.answers) == (given.get("q") == Codes(("other",)) and len(given) == 2)
