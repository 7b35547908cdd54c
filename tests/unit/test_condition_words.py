"""Conditions as somebody would say them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from surveyapp.domain.instrument.condition_text import KnownParts, condition_words
from surveyapp.domain.instrument.conditions import All, Answered, AnyOf, Changed, Compare, Condition, Is, Not, Reference
from surveyapp.domain.instrument.questionnaire import Option, Question, Questionnaire, Section
from surveyapp.domain.instrument.routing import parts_of
from surveyapp.domain.instrument.study import Attribute

YES = (Option(code="yes", label="Yes"), Option(code="no", label="No"))
QUESTIONS = (
    Question(id="placed", kind="choice", text="Placed?", options=YES),
    Question(
        id="hopes",
        kind="multiple",
        text="Hopes?",
        options=(Option(code="job", label="A job"), Option(code="skill", label="Skills")),
    ),
)
PARTS = parts_of(
    Questionnaire(id="first", version=1, title="First", sections=(Section(id="s", title="S", questions=QUESTIONS),))
)
SIZE = Attribute("site.size", "Site size", {"small": "Small"})
BENEFIT = Attribute("participant.uc", "UC claim", {"yes": "Claims"})
KNOWN = KnownParts(PARTS, {"site.size": SIZE, "participant.uc": BENEFIT}, {1: PARTS})

PLACED = Is(Reference("answer", "placed"), ("yes",))
SMALL = Is(Reference("site", "size"), ("small",))
HOPES = Is(Reference("answer", "hopes"), ("job", "skill"))
VALUE = Compare(Reference("answer", "value"), "at_least", Decimal("8.0"))


def before_now(name: str, touchpoint: int | None = None) -> Changed:
    if touchpoint is None:
        return Changed(Reference("answer", f"{name}@before"), Reference("answer", f"{name}@now"))
    return Changed(Reference("touchpoint", f"{name}@now", touchpoint), Reference("answer", f"{name}@now"))


WORDS: list[tuple[Condition | None, str]] = [
    (None, "always"),
    (PLACED, "placed is Yes"),
    (SMALL, "site size is Small"),
    (Is(Reference("participant", "uc"), ("yes",)), "UC claim is Claims"),
    (Is(Reference("participant", "age"), ("old",)), "participant age is old"),
    (HOPES, "hopes includes A job or Skills"),
    (Is(Reference("touchpoint", "placed", 1), ("no",)), "placed at touchpoint 1 is No"),
    (Is(Reference("answer", "liked@before"), ("agree",)), "liked (before) is agree"),
    (Answered(Reference("answer", "placed")), "placed is answered"),
    (VALUE, "value is at least 8.0"),
    (before_now("liked"), "liked changed"),
    (before_now("liked", 1), "liked (now) changed since touchpoint 1"),
    (Changed(Reference("answer", "one"), Reference("answer", "two")), "one and two differ"),
    (All((PLACED, SMALL)), "placed is Yes and site size is Small"),
    (AnyOf((PLACED, SMALL)), "placed is Yes or site size is Small"),
    (All((PLACED, AnyOf((SMALL, VALUE)))), "placed is Yes and (site size is Small or value is at least 8.0)"),
    (AnyOf((All((PLACED, SMALL)), VALUE)), "(placed is Yes and site size is Small) or value is at least 8.0"),
    (All((HOPES, PLACED)), "(hopes includes A job or Skills) and placed is Yes"),
    (Not(PLACED), "placed is not Yes"),
    (Not(HOPES), "not (hopes includes A job or Skills)"),
    (Not(All((PLACED, SMALL))), "not (placed is Yes and site size is Small)"),
]


@pytest.mark.parametrize(("condition", "words"), WORDS, ids=[words for _, words in WORDS])
def test_a_condition_in_words(condition: Condition | None, words: str) -> None:
    assert condition_words(condition, KNOWN) == words
