"""What each kind of question makes of what is posted."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.answers import Answer, Codes, Day, Missing, Number, Reason, Text
from surveyapp.domain.instrument.kinds import KINDS, Form, SkipRule, form_values
from surveyapp.domain.instrument.questionnaire import Moment, Option, Pattern, Question, Statement

OPTIONS = (
    Option(code="x", label="X"),
    Option(code="y", label="Y"),
    Option(code="other", label="Other", specify="Which?"),
    Option(code="none", label="None", exclusive=True),
)
BOTH = (Reason.DONT_KNOW, Reason.PREFER_NOT_TO_SAY)

CHOICE = Question(id="q", kind="choice", text="Q?", options=OPTIONS, required=True, missing=BOTH)
YES_NO = Question(
    id="q",
    kind="yes_no",
    text="Q?",
    options=(Option(code="yes", label="Yes"), Option(code="no", label="No")),
    required=True,
)
MULTIPLE = Question(
    id="q", kind="multiple", text="Q?", options=OPTIONS, required=True, missing=(Reason.PREFER_NOT_TO_SAY,)
)
RATING = Question(id="q", kind="rating", text="Q?", minimum=1, maximum=10, required=True, missing=BOTH)
NUMBER = Question(id="q", kind="number", text="Q?", minimum=0, maximum=100, decimals=1, required=True)
DATE = Question(id="q", kind="date", text="Q?", earliest="2025-01-01", latest="2025-12-31", required=True)
TIME = Question(id="q", kind="time", text="Q?", earliest="06:00", latest="22:00", required=True)
MILLIS = Question(id="q", kind="number", text="Q?", decimals=3, required=True)
OPEN = Question(id="q", kind="open", text="Q?", max_length=10)
SHORT = Question(id="q", kind="short", text="Q?", required=True)
CODE = Question(
    id="q", kind="short", text="Q?", pattern=Pattern(r"[A-Z]{2}\d{3}", "Write two letters and three digits.")
)
TWO = Question(id="q", kind="multiple", text="Q?", options=OPTIONS, required=True, minimum=2, maximum=2)

ANSWERS: list[tuple[Question, Form, Answer]] = [
    (CHOICE, {"q": ["x"]}, Codes(("x",))),
    (CHOICE, {"q": [" x "]}, Codes(("x",))),
    (CHOICE, {"q:missing": ["dont_know"]}, Missing(Reason.DONT_KNOW)),
    (YES_NO, {"q": ["no"]}, Codes(("no",))),
    (MULTIPLE, {"q": ["y", "x"]}, Codes(("x", "y"))),
    (MULTIPLE, {"q": ["x", "x"]}, Codes(("x",))),
    (MULTIPLE, {"q": ["none"]}, Codes(("none",))),
    (MULTIPLE, {"q:missing": ["prefer_not_to_say"]}, Missing(Reason.PREFER_NOT_TO_SAY)),
    (RATING, {"q": ["10"]}, Number(Decimal(10))),
    (NUMBER, {"q": ["7.5"]}, Number(Decimal("7.5"))),
    (NUMBER, {"q": ["7,5"]}, Number(Decimal("7.5"))),
    (NUMBER, {"q": ["0"]}, Number(Decimal(0))),
    (DATE, {"q:day": ["1"], "q:month": ["2"], "q:year": ["2025"]}, Day(dt.date(2025, 2, 1))),
    (DATE, {"q": ["2025-02-01"]}, Day(dt.date(2025, 2, 1))),
    (OPEN, {"q": ["a\r\nb"]}, Text("a\nb")),
    (OPEN, {"q": ["   "]}, Missing(Reason.SKIPPED)),
    (OPEN, {}, Missing(Reason.SKIPPED)),
    (SHORT, {"q": ["=1+1"]}, Text("=1+1")),
    (SHORT, {"q": ["missing:dont_know"]}, Text("missing:dont_know")),
    (SHORT, {"q": ["one\r\nline"]}, Text("one line")),
    (OPEN, {"q": ["Cafe\u0301\x00"]}, Text("Café")),
    (OPEN, {"q": ["🙂" * 10]}, Text("🙂" * 10)),
    (OPEN, {"q": ["\u2800\u3164"]}, Missing(Reason.SKIPPED)),
    (CODE, {"q": ["AB\u0661\u0662\u0663"]}, Text("AB123")),
    (CODE, {"q": [" AB123 "]}, Text("AB123")),
    (CODE, {}, Missing(Reason.SKIPPED)),
    (TWO, {"q": ["x", "y"]}, Codes(("x", "y"))),
    (TWO, {"q": ["none"]}, Codes(("none",))),
]

FAULTS: list[tuple[Question, Form, str]] = [
    (CODE, {"q": ["AB1234"]}, "wrong_pattern"),
    (CODE, {"q": ["ab123"]}, "wrong_pattern"),
    (TWO, {"q": ["x"]}, "too_few"),
    (TWO, {"q": ["x", "y", "other"], "q_other_text": ["z"]}, "too_many"),
    (CHOICE, {}, "required"),
    (CHOICE, {"q": [""]}, "required"),
    (CHOICE, {"q": ["z"]}, "not_an_option"),
    (CHOICE, {"q": ["x", "y"]}, "more_than_one"),
    (CHOICE, {"q": ["x"], "q:missing": ["dont_know"]}, "exclusive"),
    (CHOICE, {"q:missing": ["dont_know", "prefer_not_to_say"]}, "more_than_one"),
    (CHOICE, {"q:missing": ["skipped"]}, "not_an_option"),
    (CHOICE, {"q:missing": ["not_asked"]}, "not_an_option"),
    (CHOICE, {"q": ["missing:dont_know"]}, "not_an_option"),
    (OPEN, {"q:missing": ["dont_know"]}, "not_an_option"),
    (YES_NO, {"q:missing": ["dont_know"]}, "not_an_option"),
    (MULTIPLE, {"q": ["x", "none"]}, "exclusive"),
    (MULTIPLE, {"q": ["x", "z"]}, "not_an_option"),
    (RATING, {"q": ["11"]}, "too_large"),
    (RATING, {"q": ["0"]}, "too_small"),
    (RATING, {"q": ["5.5"]}, "not_whole"),
    (NUMBER, {"q": ["1e3"]}, "not_a_number"),
    (NUMBER, {"q": ["NaN"]}, "not_a_number"),
    (NUMBER, {"q": ["1.25"]}, "too_many_decimals"),
    (DATE, {"q:day": ["30"], "q:month": ["2"], "q:year": ["2025"]}, "not_in_month"),
    (DATE, {"q:day": ["1"], "q:month": [""], "q:year": ["2025"]}, "no_month"),
    (DATE, {"q": ["2024-12-31"]}, "too_early"),
    (DATE, {"q": ["2026-01-01"]}, "too_late"),
    (OPEN, {"q": ["x" * 11]}, "too_long"),
    (SHORT, {}, "required"),
]


@pytest.mark.parametrize(("question", "form", "answer"), ANSWERS)
def test_an_answer_is_read(question: Question, form: Form, answer: Answer) -> None:
    kind = KINDS[question.kind]
    parsed = kind.parse(kind.parts(question)[:1], form)
    assert not parsed.faults
    assert parsed.answers == {"q": answer}


@pytest.mark.parametrize(("question", "form", "code"), FAULTS)
def test_what_is_no_answer_is_a_fault(question: Question, form: Form, code: str) -> None:
    kind = KINDS[question.kind]
    parsed = kind.parse(kind.parts(question), form)
    assert [fault.code for fault in parsed.faults] == [code]
    assert not parsed.answers


def test_an_interviewer_may_skip_with_a_reason() -> None:
    parsed = KINDS["choice"].parse(
        KINDS["choice"].parts(CHOICE), {"q:missing": ["skipped"], "q:note": ["upset"]}, SkipRule.INTERVIEWER
    )
    assert parsed.answers == {"q": Missing(Reason.SKIPPED, "upset")}


def test_a_line_of_text_goes_with_its_option_alone() -> None:
    parts = KINDS["choice"].parts(CHOICE)
    form = {"q": ["other"], "q_other_text": ["Radio"]}
    assert KINDS["choice"].parse(parts, form).answers == {"q": Codes(("other",)), "q_other_text": Text("Radio")}
    assert KINDS["choice"].parse(parts, {**form, "q": ["x"]}).answers == {"q": Codes(("x",))}
    assert KINDS["choice"].parse(parts, {"q": ["other"]}).answers["q_other_text"] == Missing(Reason.SKIPPED)


def test_each_moment_and_each_statement_is_a_variable() -> None:
    moments = (Moment("before", "Before"), Moment("now", "Now"))
    twice = Question(id="q", kind="choice", text="Q?", options=OPTIONS[:2], moments=moments)
    assert [part.key for part in KINDS["choice"].parts(twice)] == ["q@before", "q@now"]
    grid = Question(
        id="g",
        kind="statements",
        text="Q?",
        options=OPTIONS[:2],
        statements=(Statement("s1", "A"), Statement("s2", "B")),
    )
    assert [(part.key, part.label) for part in KINDS["statements"].parts(grid)] == [("s1", "A"), ("s2", "B")]


QUESTIONS = st.sampled_from([CHOICE, YES_NO, MULTIPLE, RATING, NUMBER, DATE, TIME, MILLIS, OPEN, SHORT])
VALUES = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["x", "y", "other", "none", "yes", "7", "2025-02-01", "1.5", "24,000", "7:30", "dont_know", "missing:skipped"]
    ),
)


@given(
    QUESTIONS,
    st.dictionaries(
        st.sampled_from(["q", "q:missing", "q_other_text", "q:day", "q:month", "q:year", "q:note"]),
        st.lists(VALUES, max_size=3),
    ),
)
def test_any_form_is_an_answer_or_a_fault_and_an_answer_fills_the_form_in_again(question: Question, form: Form) -> None:
    kind = KINDS[question.kind]
    parts = kind.parts(question)
    parsed = kind.parse(parts, form)
    assert "q" in parsed.answers or any(fault.variable == "q" for fault in parsed.faults)
    assert not {fault.variable for fault in parsed.faults} & set(parsed.answers)
    given = {key: answer for key, answer in parsed.answers.items() if answer != Missing(Reason.SKIPPED)}
    again = {name: values for key, answer in given.items() for name, values in form_values(key, answer).items()}
    if not parsed.faults:
        assert kind.parse(parts, again).answers == parsed.answers
