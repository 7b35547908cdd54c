"""Whether anybody can be asked something: a table of conditions, and agreement with trying every answer."""

from __future__ import annotations

import itertools
import json
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


ABC = (Option(code="a", label="A"), Option(code="b", label="B"), Option(code="c", label="C"))
BOTH = (Moment("before", "Before"), Moment("now", "Now"))
MANY = (*ABC, Option(code="none", label="None", exclusive=True))


def asked(name: str, **conditions: Any) -> Question:
    return Question(id=name, kind="choice", text="?", options=ABC, ask_if=condition(conditions) if conditions else None)


QUESTIONS = (
    asked("first"),
    asked("follow", first="a"),
    asked("after", follow=["a", "b"]),
    Question(id="many", kind="multiple", text="?", options=MANY),
    Question(id="two", kind="multiple", text="?", options=MANY, maximum=2),
    Question(id="both", kind="multiple", text="?", options=MANY, minimum=2),
    Question(id="worth", kind="rating", text="?", minimum=1, maximum=10),
    Question(id="age", kind="number", text="?", minimum=16),
    Question(id="hours", kind="number", text="?", maximum=80, decimals=1),
    Question(id="mood", kind="choice", text="?", options=ABC, moments=BOTH),
    Question(id="why", kind="open", text="?"),
    Question(id="began", kind="date", text="?"),
    Question(id="ended", kind="date", text="?"),
)
QUESTIONNAIRE = Questionnaire(id="x", version=1, title="X", sections=(Section(id="s", title="S", questions=QUESTIONS),))


def both(*written: Any) -> dict[str, Any]:
    return {"all": list(written)}


def no(written: Any) -> dict[str, Any]:
    return {"not": written}


SINCE = {"changed": {"from": "touchpoint_1.first", "to": "first"}}
CONDITIONS: list[tuple[Any, bool]] = [
    ({"first": "a"}, True),
    (both({"first": "a"}, {"first": "b"}), False),
    (both({"first": "a"}, {"first": ["b", "a"]}), True),
    (both({"first": "a"}, no({"first": "a"})), False),
    ({"any": [{"first": "a"}, no({"first": "a"})]}, True),
    # Nobody need answer; whoever does answers one of the options.
    (no({"first": ["a", "b", "c"]}), True),
    (both({"answered": "first"}, no({"first": ["a", "b", "c"]})), False),
    (both({"answered": "first"}, no({"first": ["a", "b"]})), True),
    # What is asked only of those who said a cannot have an answer from those who said b.
    (both({"first": "b"}, {"follow": "c"}), False),
    (both({"first": "b"}, {"answered": "follow"}), False),
    (both({"first": "b"}, no({"answered": "follow"})), True),
    (both({"first": "b"}, {"answered": "after"}), False),
    (both({"follow": "c"}, {"answered": "after"}), False),
    (both({"follow": "b"}, {"after": "c"}), True),
    (both(no({"first": "a"}), {"after": "c"}), False),
    (both(no({"answered": "first"}), no({"answered": "after"})), True),
    # Of a multiple, as many as may be chosen together.
    (both({"many": "a"}, {"many": "b"}), True),
    (both({"many": "a"}, {"many": "b"}, {"many": "c"}), True),
    (both({"many": "a"}, {"many": "none"}), False),
    (both({"many": "a"}, no({"many": ["b", "c"]})), True),
    (both({"answered": "many"}, no({"many": ["a", "b", "c"]})), True),
    (both({"answered": "many"}, no({"many": ["a", "b", "c", "none"]})), False),
    (both({"two": "a"}, {"two": "b"}), True),
    (both({"two": "a"}, {"two": "b"}, {"two": "c"}), False),
    ({"both": "a"}, True),
    ({"both": "none"}, True),
    (both({"both": "a"}, no({"both": "b"})), True),
    (both({"both": "a"}, no({"both": ["b", "c"]})), False),
    (both({"answered": "both"}, no({"both": "a"})), True),
    (both({"answered": "both"}, no({"both": ["a", "none"]})), True),
    (both({"answered": "both"}, no({"both": ["a", "b"]}), no({"both": "none"})), False),
    (both({"answered": "both"}, no({"both": ["a", "b"]})), True),
    # A rating from 1 to 10: its own ends, and what lies between two whole numbers.
    ({"at_least": {"worth": 10}}, True),
    ({"at_least": {"worth": 11}}, False),
    ({"more_than": {"worth": 9}}, True),
    ({"more_than": {"worth": 10}}, False),
    ({"at_most": {"worth": 1}}, True),
    ({"at_most": {"worth": 0}}, False),
    ({"less_than": {"worth": 2}}, True),
    ({"less_than": {"worth": 1}}, False),
    (both({"at_least": {"worth": 5}}, {"at_most": {"worth": 5}}), True),
    (both({"more_than": {"worth": 5}}, {"less_than": {"worth": 7}}), True),
    (both({"more_than": {"worth": 5}}, {"less_than": {"worth": 6}}), False),
    (both({"at_least": {"worth": 5.5}}, {"at_most": {"worth": 5.9}}), False),
    (both({"at_least": {"worth": 5.5}}, {"at_most": {"worth": 6.5}}), True),
    (both({"at_least": {"worth": 8}}, {"less_than": {"worth": 3}}), False),
    (both({"answered": "worth"}, no({"at_least": {"worth": 1}})), False),
    # A number from 16 on, and one to 80 with one decimal.
    ({"less_than": {"age": 17}}, True),
    ({"less_than": {"age": 16}}, False),
    ({"at_least": {"age": 1_000_000}}, True),
    (both({"more_than": {"age": 20}}, {"less_than": {"age": 21}}), False),
    ({"at_most": {"hours": -1_000_000}}, True),
    ({"at_least": {"hours": 80}}, True),
    ({"more_than": {"hours": 80}}, False),
    (both({"more_than": {"hours": 5}}, {"less_than": {"hours": 5.2}}), True),
    (both({"more_than": {"hours": 5}}, {"less_than": {"hours": 5.1}}), False),
    ({"changed": "mood"}, True),
    (both({"changed": "mood"}, {"mood@before": "a"}, {"mood@now": "a"}), False),
    (both({"changed": "mood"}, {"mood@before": "a"}, {"mood@now": "b"}), True),
    (both(no({"changed": "mood"}), {"mood@before": "c"}), True),
    ({"changed": {"from": "began", "to": "ended"}}, True),
    ({"answered": "why"}, True),
    (both({"site.size": "small"}, {"site.size": "large"}), False),
    (both({"site.size": "small"}, {"participant.age": "old"}), True),
    (both({"answered": "site.size"}, no({"site.size": ["small", "large"]})), True),
    (no({"answered": "site.size"}), True),
    # What was said at an earlier touchpoint may be anything, but one thing.
    (both({"touchpoint_1.first": "a"}, {"first": "b"}), True),
    (both(SINCE, {"touchpoint_1.first": "a"}, {"first": "a"}), False),
    (both(SINCE, {"touchpoint_1.first": "b"}, {"first": "a"}), True),
    (both(no(SINCE), {"answered": "touchpoint_1.first"}, {"first": "c"}), True),
    ({"changed": {"from": "touchpoint_1.first", "to": "touchpoint_2.first"}}, True),
    (both({"at_least": {"touchpoint_1.hours": 5.55}}, {"at_most": {"touchpoint_1.hours": 5.55}}), True),
    (both({"more_than": {"touchpoint_1.hours": 5}}, {"less_than": {"touchpoint_1.hours": 5}}), False),
    # What this questionnaire does not ask is never answered in it.
    ({"nowhere": "a"}, False),
    (no({"nowhere": "a"}), True),
    (both({"nowhere": "a"}, {"first": "a"}), False),
]


@pytest.mark.parametrize(("written", "possible"), CONDITIONS, ids=str)
def test_what_can_hold(written: Any, possible: bool) -> None:
    assert Reachability(QUESTIONNAIRE).can_hold([condition(written)]) is possible


def test_effort_is_bounded_and_what_it_does_not_reach_is_not_said() -> None:
    assert Reachability(QUESTIONNAIRE, 1).can_hold([condition({"first": "a"})]) is True
    assert Reachability(QUESTIONNAIRE, 0).can_hold([condition({"first": "a"})]) is None
    assert Reachability(QUESTIONNAIRE, 10).can_hold([condition(both({"first": "b"}, {"after": "c"}))]) is None
    assert Reachability(QUESTIONNAIRE, 200).can_hold([condition(both({"first": "b"}, {"after": "c"}))]) is False


@pytest.mark.parametrize("said", [{"q": "yes"}, {"not": {"q": "yes"}}, {"answered": "q"}], ids=str)
def test_a_chain_of_five_hundred_takes_effort_by_its_length_alone(said: dict[str, Any]) -> None:
    def of(name: str) -> Condition:
        return condition(json.loads(json.dumps(said).replace('"q"', f'"{name}"')))

    options = (Option(code="yes", label="Yes"), Option(code="no", label="No"))
    questions = [Question(id="q0", kind="yes_no", text="?", options=options)]
    questions += [
        Question(id=f"q{n}", kind="yes_no", text="?", options=options, ask_if=of(f"q{n - 1}")) for n in range(1, 500)
    ]
    questionnaire = Questionnaire(
        id="x", version=1, title="X", sections=(Section(id="s", title="S", questions=tuple(questions)),)
    )
    reach = Reachability(questionnaire, 4 * len(questions))
    guarded = guards(questionnaire)
    assert all(reach.can_hold(guarded[question.id].conditions) for question in questions)


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
