"""A fact that runs the other way than the text that quotes it keeps its own order there."""

from __future__ import annotations

import pytest

from surveyapp.domain.i18n import LocalText
from surveyapp.domain.instrument.piping import as_written, filled, kept_apart, plain, presented
from surveyapp.domain.instrument.questionnaire import Question, Questionnaire, Section, Statement
from surveyapp.domain.instrument.routing import pages_of

URDU, ENGLISH = "آپ {site.name|اپنی جگہ} میں کیسے ہیں؟", "How is {site.name|your place}?"
CARE = "24 Hour Care Ltd."


@pytest.mark.parametrize(
    ("text", "fact", "reads"),
    [
        (URDU, CARE, f"آپ \u2068{CARE}\u2069 میں کیسے ہیں؟"),
        (URDU, None, "آپ \u2068اپنی جگہ\u2069 میں کیسے ہیں؟"),
        (ENGLISH, CARE, f"How is {CARE}?"),
        (ENGLISH, kept_apart("24 گھنٹے"), "How is \u206824 گھنٹے\u2069?"),
        (ENGLISH, kept_apart(CARE), f"How is {CARE}?"),
    ],
)
def test_a_fact_is_kept_apart_where_one_of_them_runs_from_right_to_left(
    text: str, fact: str | None, reads: str
) -> None:
    assert filled(text, lambda _reference: fact) == reads


def test_what_is_read_of_nobody_is_as_it_was() -> None:
    assert plain(URDU) == "آپ اپنی جگہ میں کیسے ہیں؟"
    made = filled(LocalText(URDU, "ur"), lambda _reference: CARE)
    assert isinstance(made, LocalText)
    assert made.language == "ur"


def test_a_phone_that_fills_in_what_is_written_comes_to_the_same() -> None:
    """Whichever text of a question quotes."""
    question = Question(
        id="q", kind="statements", text=URDU, hint=URDU, interviewer=URDU, statements=(Statement(id="s", text=URDU),)
    )
    section = Section(id="one", title="One", questions=(question,))
    for page in pages_of(Questionnaire(id="q", version=1, title="Q", sections=(section,))):
        written = as_written(page).question
        there = presented(page, 1, lambda _reference: CARE).question
        for here, server in (
            (written.text, there.text),
            (written.hint, there.hint),
            (written.interviewer, there.interviewer),
            (written.statements[0].text, there.statements[0].text),
        ):
            assert here is not None
            assert here.replace("{site.name|اپنی جگہ}", CARE) == server
