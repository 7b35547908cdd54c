"""How a page looks to one person: the order of its options, the facts its texts quote."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.instrument.conditions import Reference
from surveyapp.domain.instrument.option_order import arranged, is_reversed
from surveyapp.domain.instrument.piping import filled, is_well_formed, plain, presented, quotes
from surveyapp.domain.instrument.questionnaire import Option, Question, Questionnaire, Section, Statement
from surveyapp.domain.instrument.routing import pages_of

OPTIONS = (
    Option(code="a", label="A"),
    Option(code="b", label="B"),
    Option(code="c", label="C"),
    Option(code="other", label="Other", specify="Which?"),
    Option(code="none", label="None", exclusive=True),
)
SHUFFLED = Question(id="q", kind="multiple", text="Q?", options=OPTIONS, order="shuffled")
REVERSED = Question(id="q", kind="choice", text="Q?", options=OPTIONS, order="reversed_for_half")
seeds = st.integers(0, 2**31)


def codes(question: Question, seed: int) -> str:
    return "".join(option.code[0] for option in arranged(question, seed))


@given(seeds)
def test_an_order_holds_every_option_once_and_ends_with_what_stands_apart(seed: int) -> None:
    for question in (SHUFFLED, REVERSED):
        order = arranged(question, seed)
        assert sorted(option.code for option in order) == sorted(option.code for option in OPTIONS)
        assert [option.code for option in order[-2:]] == ["other", "none"]
        assert arranged(question, seed) == order


def test_half_of_the_people_see_a_scale_the_other_way_round() -> None:
    seen = Counter(codes(REVERSED, seed) for seed in range(2000))
    assert set(seen) == {"abcon", "cbaon"}
    assert 900 < seen["abcon"] < 1100


def test_one_person_sees_every_scale_the_same_way_round() -> None:
    other = Question(id="another", kind="choice", text="Another?", options=OPTIONS, order="reversed_for_half")
    assert all((codes(other, seed) == "cbaon") == is_reversed(seed) for seed in range(100))


def test_every_shuffled_order_comes_about_as_often() -> None:
    seen = Counter(codes(SHUFFLED, seed) for seed in range(6000))
    assert len(seen) == 6
    assert all(850 < count < 1150 for count in seen.values())


def test_the_order_of_a_stored_seed_never_changes() -> None:
    # What people were shown is told from their seed: these orders are on record, and no change may alter them.
    assert [codes(SHUFFLED, seed) for seed in (1, 2, 3, 2**31)] == STORED
    assert [is_reversed(seed) for seed in range(8)] == TURNED


STORED = ["cbaon", "cbaon", "abcon", "bcaon"]
TURNED = [True, True, True, False, False, True, True, True]

SITE, NAME, EARLIER = Reference("site", "name"), Reference("answer", "job"), Reference("touchpoint", "job", 1)

TEXTS = [
    ("You work at {site.name|your workplace}.", {SITE: "Acme"}, "You work at Acme."),
    ("You work at {site.name|your workplace}.", {}, "You work at your workplace."),
    ("As a {job|worker} at { site.name | work }?", {NAME: "cook"}, "As a cook at work?"),
    ("{touchpoint_1.job|It}", {EARLIER: "Baker {x}"}, "Baker {x}"),
    ("Nothing here.", {}, "Nothing here."),
]


@pytest.mark.parametrize(("text", "facts", "read"), TEXTS)
def test_a_text_reads_with_its_facts_or_without(text: str, facts: dict[Reference, str], read: str) -> None:
    assert filled(text, facts.get) == read


def test_a_text_read_by_nobody_in_particular_has_its_fallbacks() -> None:
    assert plain("As a {job|worker} at {site.name|your workplace}?") == "As a worker at your workplace?"


@given(st.text(alphabet="ab{}|. \n", max_size=30))
def test_no_text_breaks_the_reading_and_a_well_formed_one_leaves_no_brace(text: str) -> None:
    assert isinstance(plain(text), str)
    if is_well_formed(text):
        assert "{" not in plain(text)
    assert all(quote.written.startswith("{") for quote in quotes(text))


def test_a_page_is_presented_with_both() -> None:
    statements = (Statement("s", "{site.name|Work} is good"),)
    question = Question(
        id="q",
        kind="statements",
        text="At {site.name|work}",
        options=OPTIONS[:3],
        statements=statements,
        order="reversed_for_half",
    )
    (page,) = pages_of(
        Questionnaire(id="x", version=1, title="X", sections=(Section(id="s", title="S", questions=(question,)),))
    )
    seed = next(seed for seed in range(10) if is_reversed(seed))
    seen = presented(page, seed, {SITE: "Acme"}.get)
    assert seen.question.text == "At Acme"
    assert seen.statement is not None
    assert seen.statement.text == seen.parts[0].label == "Acme is good"
    assert [option.code for option in seen.parts[0].question.options] == ["c", "b", "a"]
    assert [part.key for part in seen.parts] == [part.key for part in page.parts]


def test_a_page_with_neither_is_the_page_itself() -> None:
    question = Question(id="q", kind="choice", text="Q?", options=OPTIONS)
    (page,) = pages_of(
        Questionnaire(id="y", version=1, title="Y", sections=(Section(id="s", title="S", questions=(question,)),))
    )
    assert presented(page, 7, {}.get) is page
