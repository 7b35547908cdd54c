"""Whether anybody can be asked something: a table of conditions, and agreement with trying every answer."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings

from surveyapp.domain.answers import Answer
from surveyapp.domain.authoring.condition_parser import read_condition
from surveyapp.domain.authoring.reachability import Reachability, guards
from surveyapp.domain.authoring.yaml_source import Source
from surveyapp.domain.instrument.conditions import Condition
from surveyapp.domain.instrument.questionnaire import Moment, Option, Question, Questionnaire, Section
from surveyapp.domain.instrument.routing import Situation, pages_of, walk
from tests.unit.test_route import VALUES, questionnaires


def condition(written: Any) -> Condition:
    source = Source("x", {})
    read = read_condition(source, (), written)
    assert read is not None, source.faults
    return read


ABC = (Option("a", "A"), Option("b", "B"), Option("c", "C"))
BOTH = (Moment("before", "Before"), Moment("now", "Now"))
QUESTIONNAIRE = Questionnaire(
    "x",
    1,
    "X",
    (
        Section(
            "s",
            "S",
            (
                Question("first", "choice", "?", options=ABC),
                Question("follow", "choice", "?", options=ABC, ask_if=condition({"first": "a"})),
                Question("many", "multiple", "?", options=(*ABC, Option("none", "None", exclusive=True))),
                Question("worth", "rating", "?", minimum=1, maximum=10),
                Question("age", "number", "?", minimum=16),
                Question("mood", "choice", "?", options=ABC, moments=BOTH),
                Question("why", "open", "?"),
            ),
        ),
    ),
)

CONDITIONS: list[tuple[Any, bool]] = [
    ({"first": "a"}, True),
    ({"all": [{"first": "a"}, {"first": "b"}]}, False),
    ({"all": [{"first": "a"}, {"first": ["b", "a"]}]}, True),
    ({"all": [{"first": "a"}, {"not": {"first": "a"}}]}, False),
    ({"any": [{"first": "a"}, {"not": {"first": "a"}}]}, True),
    # What is asked only of those who said a cannot have an answer from those who said b.
    ({"all": [{"first": "b"}, {"follow": "c"}]}, False),
    ({"all": [{"first": "b"}, {"answered": "follow"}]}, False),
    ({"all": [{"first": "b"}, {"not": {"answered": "follow"}}]}, True),
    ({"all": [{"many": "a"}, {"many": "b"}]}, True),
    ({"all": [{"many": "a"}, {"many": "none"}]}, False),
    ({"all": [{"at_least": {"worth": 8}}, {"less_than": {"worth": 3}}]}, False),
    ({"at_least": {"worth": 11}}, False),
    ({"more_than": {"worth": 9}}, True),
    ({"less_than": {"age": 16}}, False),
    ({"all": [{"more_than": {"age": 20}}, {"less_than": {"age": 21}}]}, False),
    ({"changed": "mood"}, True),
    ({"all": [{"changed": "mood"}, {"mood@before": "a"}, {"mood@now": "a"}]}, False),
    ({"all": [{"changed": "mood"}, {"mood@before": "a"}, {"mood@now": "b"}]}, True),
    ({"all": [{"not": {"changed": "mood"}}, {"mood@before": "c"}]}, True),
    ({"answered": "why"}, True),
    ({"all": [{"site.size": "small"}, {"site.size": "large"}]}, False),
    ({"all": [{"site.size": "small"}, {"participant.age": "old"}]}, True),
    ({"all": [{"touchpoint_1.first": "a"}, {"first": "b"}]}, True),
]


@pytest.mark.parametrize(("written", "possible"), CONDITIONS, ids=str)
def test_what_can_hold(written: Any, possible: bool) -> None:
    assert Reachability(QUESTIONNAIRE).can_hold([condition(written)]) is possible


@settings(max_examples=15)
@given(questionnaires(4))
def test_it_agrees_with_trying_every_answer(questionnaire: Questionnaire) -> None:
    pages = pages_of(questionnaire)
    seen: set[str] = set()
    for chosen in itertools.product(VALUES, repeat=len(pages)):
        given: dict[str, Answer] = {page.id: value for page, value in zip(pages, chosen, strict=True)}
        seen.update(page.id for page in walk(questionnaire, given, Situation()).pages)
    guarded, reach = guards(questionnaire), Reachability(questionnaire)
    assert {page.id for page in pages if reach.can_hold(guarded[page.id].conditions)} == seen
