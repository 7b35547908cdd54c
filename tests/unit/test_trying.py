"""Somebody made up answers a questionnaire, and what they said travels in an address."""

from __future__ import annotations

import base64
import datetime as dt
import json
import random
import zlib
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.answers import Answer, Codes, Day, Missing, Number, Reason, Text
from surveyapp.domain.authoring.loader import load_study
from surveyapp.domain.errors import AnswersRefused
from surveyapp.domain.instrument.codebook import codebook
from surveyapp.domain.instrument.kinds import Part, PartType
from surveyapp.domain.instrument.routing import parts_of
from surveyapp.services.questionnaires import preview
from surveyapp.services.questionnaires.preview import CARRIED_AT_MOST, TrialRespondent
from surveyapp.services.responses.survey_session import Visit
from surveyapp.settings import ROOT

STUDY = load_study(ROOT / "questionnaires" / "mentoring")
MENTEE = STUDY.questionnaires["mentee_1", 2]
BOOK = codebook(STUDY, MENTEE)


def begun(carried: str = "", **known: str) -> Visit:
    who = TrialRespondent({key.replace("__", "."): value for key, value in known.items()})
    return preview.begun(STUDY, MENTEE, BOOK, who, "en", carried)


def answer(part: Part) -> st.SearchStrategy[Answer]:
    """An answer that the part can have."""
    found: list[st.SearchStrategy[Answer]] = [st.just(Missing(reason)) for reason in part.question.missing]
    if not part.question.required and part.when is None:
        found.append(st.just(Missing(Reason.SKIPPED)))
    codes = [option.code for option in part.question.options]
    match part.type:
        case PartType.CODE:
            found.append(st.sampled_from(codes).map(lambda code: Codes((code,))))
        case PartType.CODES:
            found.append(st.just(Codes((codes[0],))))
        case PartType.NUMBER:
            found.append(st.integers(0, 90).map(lambda number: Number(Decimal(number))))
        case PartType.DATE:
            found.append(st.just(Day(dt.date(2024, 9, 2))))
        case PartType.TEXT:
            pattern = part.question.pattern
            found.append(st.sampled_from(["07:30"] if pattern else ["joinery", "Żółć, ਪੰਜਾਬੀ, اردو & <b>"]).map(Text))
    return st.one_of(found)


@given(st.data())
def test_what_was_said_comes_back_from_the_address(data: Any) -> None:
    visit, said = begun(site__sector="construction", participant__first_job="yes"), {}
    while (page := visit.ready[1].frontier) is not None:
        for part in page.parts:
            if part.when is None:
                said[part.key] = data.draw(answer(part))
        visit = preview._having_said(visit, said)
    again = begun(preview.carried(visit), site__sector="construction", participant__first_job="yes")
    assert again.ready[1].answers == visit.ready[1].answers
    assert again.ready[1].complete


@pytest.mark.parametrize(
    "carried",
    [
        "",
        "nonsense",
        "eNqr",
        base64.urlsafe_b64encode(zlib.compress(b"[1, 2]")).decode(),
        base64.urlsafe_b64encode(zlib.compress(json.dumps({"trade": "x", "recommend": [1]}).encode())).decode(),
        base64.urlsafe_b64encode(zlib.compress(json.dumps({"recommend": ["no_such"]}).encode())).decode(),
        base64.urlsafe_b64encode(zlib.compress(b" " * 50_000_000)).decode(),
    ],
    ids=["empty", "nonsense", "cut off", "a list", "no lists of words", "no such option", "a bomb"],
)
def test_an_address_that_was_tampered_with_says_nothing(carried: str) -> None:
    assert begun(carried).given == {}


def test_everything_that_can_be_written_fits_in_an_address() -> None:
    """Words that pack badly, as long as each may be: what is cut is cut, and nobody's page is refused by the server."""
    letters = random.Random(1)
    parts = [part for part in parts_of(MENTEE).values() if part.type is PartType.TEXT and not part.question.pattern]
    long: dict[str, Answer] = {
        part.key: Text("".join(letters.choices("abcdefghij klmnop ąćęł", k=(part.question.max_length or 200))))
        for part in parts
    }
    visit = preview._having_said(begun(), long)
    packed = preview.carried(visit)
    assert len(packed) <= CARRIED_AT_MOST
    assert (begun(packed).given or {}).keys() == long.keys() - {"heard_via_other_text", "hopes_other_text"}


def test_what_is_known_of_somebody_decides_what_they_are_asked() -> None:
    asked = {page.id for page in begun().ready[1].pages}
    at_a_site = {page.id for page in begun(site__sector="construction").ready[1].pages}
    assert at_a_site - asked == {"safety_training"}


def test_an_earlier_answer_is_one_of_that_touchpoint() -> None:
    later = STUDY.questionnaires["mentee_2", 1]
    book = codebook(STUDY, later)
    known = {"touchpoint_1.trade": "joinery", "touchpoint_1.apprenticeship_satisfaction": "nothing_like_it"}
    visit = preview.begun(STUDY, later, book, TrialRespondent(known), "en")
    assert visit.situation.earlier == {1: {"trade": Text("joinery")}}


def test_a_page_is_refused_as_it_is_for_a_participant() -> None:
    visit = begun()
    page = preview.page_at(visit, "heard_via", anywhere=True)
    assert page is not None
    assert preview.page_at(visit, "heard_via", anywhere=False) is None
    with pytest.raises(AnswersRefused):
        preview.answered(visit, "heard_via", {"heard_via": ["no_such"]}, anywhere=True)
    for passing in (True, False):
        left = preview.answered(visit, "usual_start", {}, anywhere=True, passing=passing)
        assert ("usual_start" in (left.given or {})) is not passing
    before, after = preview.beside(visit, page.id)
    assert before is not None
    assert after is not None
    assert (before.id, after.id) == ("usual_start", "hopes")
