"""What runs on the phone comes to what the server comes to: the same tables, and whatever else is typed or asked."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from surveyapp.domain.answers import Answer, Codes, Day, Missing, Number, Text, TimeOfDay
from surveyapp.domain.errors import AnswerFault
from surveyapp.domain.instrument.kinds import KINDS, Form
from surveyapp.domain.instrument.kinds.dates import MONTHS_BY_NAME
from surveyapp.domain.instrument.questionnaire import Option, Question
from surveyapp.domain.normalise import code, digits_in, free_text, one_line
from surveyapp.web.packs.pack import reading_of
from tests.browser.modules import modules, run
from tests.unit.test_reading import CASES, form_of, question_of

WORDS = {"months_typed": dict(MONTHS_BY_NAME)}

READ = """
  const { learn, read } = await load("reading.js");
  learn((await load("typed.js")).typed);
  return given.cases.map(([parts, form]) => read(parts, form, given.words));
"""


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[Page]:
    with modules(browser) as page:
        yield page


def as_data(answer: Answer) -> dict[str, Any]:
    """An answer as the phone has it."""
    match answer:
        case Codes(codes):
            return {"codes": list(codes)}
        case Number(value):
            return {"number": format(value.normalize(), "f")}
        case Day(value):
            return {"day": value.isoformat()}
        case TimeOfDay(value):
            return {"time": value.isoformat("minutes")}
        case Text(text):
            return {"text": text}
        case Missing(reason):
            return {"missing": reason.value}


def fault_data(fault: AnswerFault) -> dict[str, Any]:
    """A fault as the phone has it: the option that stands alone is named by its code there, so that it is left out."""
    alone = fault.code == "exclusive" and fault.limit is not None
    return {"variable": fault.variable, "code": "exclusive_option" if alone else fault.code} | (
        {"readings": list(fault.readings)} if fault.readings else {}
    )


def read_here(question: Question, form: Form) -> dict[str, Any]:
    kind = KINDS[question.kind]
    parsed = kind.parse(kind.parts(question), form)
    return {
        "answers": {key: as_data(answer) for key, answer in parsed.answers.items()},
        "faults": [fault_data(fault) for fault in parsed.faults],
    }


def read_there(phone: Page, cases: list[tuple[Question, Form]]) -> list[dict[str, Any]]:
    parts = [[reading_of(part) for part in KINDS[question.kind].parts(question)] for question, _ in cases]
    forms = [dict(form) for _, form in cases]
    found: list[dict[str, Any]] = run(phone, READ, {"cases": list(zip(parts, forms, strict=True)), "words": WORDS})
    for each in found:
        for fault in each["faults"]:
            fault.pop("option", None)
    return found


def test_the_table_of_what_people_type(phone: Page) -> None:
    cases = [(question_of(case), form_of(case["typed"])) for case in CASES]
    for (question, form), found in zip(cases, read_there(phone, cases), strict=True):
        if question.pattern and found["unsure"]:
            continue  # it says itself that only the server can tell
        assert {"answers": found["answers"], "faults": found["faults"]} == read_here(question, form), form


PIECES = [
    *"0123456789", *"٠٣۴੨９𝟐²①½", *" .,'’٫٬،۔:-–−/\n\t", "\u00a0", "\u200b", "\u200d", "\ufeff", "\u2800", "\u0301",
    *"aäßıſŁǅΣςأیكਫ਼ਜਜ਼", "am", "pm", "h", "st", "of", "May", "marca", "ਮਾਰਚ", "جنوری", "xii", "2025", "31",
    "kg", "£", "👩‍👩‍👧", "ª", "ⓐ", "ﬁ",
    "a", "b", "none", "dont_know", "ٹھیک",
]  # fmt: skip
"""What hostile and hurried people type, to be put together at random."""

DIGITS = [*"0123456789٠٣۴੨९７𝟐", *" .,_/-–−", "\u00a0", "\u200e", "\u200f"]
"""As a PIN is typed, by those who part its digits, too."""

QUESTIONS = [
    Question(id="q", kind="number", text="", required=True, units=("kg", "£", "STRASSE"), decimals=2, minimum=-5),
    Question(id="q", kind="number", text="", maximum=3000, missing=()),
    Question(id="q", kind="rating", text="", minimum=1, maximum=10, required=True),
    Question(id="q", kind="date", text="", required=True, earliest="1950-01-01", latest="2025-06-30"),
    Question(id="q", kind="time", text="", earliest="05:00", latest="23:30"),
    Question(id="q", kind="short", text="", max_length=8),
    Question(id="q", kind="open", text="", required=True),
]


def chooses(kind: str, required: bool) -> Question:
    from surveyapp.domain.answers import Reason

    return Question(
        id="q",
        kind=kind,
        text="",
        required=required,
        minimum=2 if kind == "multiple" and required else None,
        maximum=2 if kind == "multiple" else None,
        missing=(Reason.DONT_KNOW, Reason.PREFER_NOT_TO_SAY),
        options=(
            Option(code="a", label="A", specify="Which?"),
            Option(code="b", label="B"),
            Option(code="c", label="C"),
            Option(code="none", label="None", exclusive=True),
        ),
    )


def random_forms(seed: int, count: int) -> Iterator[tuple[Question, dict[str, list[str]]]]:
    source = random.Random(seed)
    questions = QUESTIONS + [chooses(kind, required) for kind in ("choice", "multiple") for required in (True, False)]
    for _ in range(count):
        question = source.choice(questions)
        part = KINDS[question.kind].parts(question)[0]
        names = ["q", "q", "q:missing", "q_a_text", *(f"q:{box.name}" for box in part.kind.boxes)]
        form: dict[str, list[str]] = {}
        for name in source.sample(names, source.randint(1, 3)):
            pieces = ["a", "b", "c", "none"] if name == "q" and question.options else PIECES
            typed = "".join(source.choices(pieces, k=1 if question.options else source.randint(0, 5)))
            form.setdefault(name, []).append(typed)
        yield question, form


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_typed_is_read_alike(phone: Page, seed: int) -> None:
    cases = list(random_forms(seed, 1500))
    for (question, form), found in zip(cases, read_there(phone, cases), strict=True):
        there = {"answers": found["answers"], "faults": found["faults"]}
        assert there == read_here(question, form), (question.kind, json.dumps(form))


NORMALISE = """
  const { freeText, oneLine } = await load("normalise.js");
  const { code, digitsIn } = await load("folding.js");
  return given.map((text) => [code(text), freeText(text), oneLine(text), digitsIn(text)]);
"""


def test_whatever_is_written_takes_the_same_shape(phone: Page) -> None:
    source = random.Random(11)
    texts = ["".join(source.choices(PIECES, k=source.randint(0, 9))) for _ in range(1500)]
    texts += ["".join(source.choices(DIGITS, k=source.randint(1, 9))) for _ in range(500)]
    texts += ["7" * 201, " " * 199 + "739", "𝟕" * 200 + "x"]
    # Every character of the first two planes but the halves of surrogates, which no form can send.
    texts += [chr(point) for point in range(0x20000) if not 0xD800 <= point < 0xE000 and assigned(chr(point))]
    for text, found in zip(texts, run(phone, NORMALISE, texts), strict=True):
        assert found == [code(text), free_text(text), one_line(text), digits_in(text)], ascii(text)


def assigned(character: str) -> bool:
    """Whether this Python's Unicode has the character: a browser's may be a newer one."""
    import unicodedata

    return unicodedata.category(character) != "Cn"


def test_every_part_says_what_reading_it_takes() -> None:
    kinds = {question.kind for question in QUESTIONS} | {"choice", "multiple"}
    assert set(KINDS) - kinds == {"yes_no", "statements", "information"}, "a kind that is read in its own way has cases"
