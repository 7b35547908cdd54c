"""What errors say: each sentence once, by a code; carried with what it is made of; put into words where it is shown."""

from __future__ import annotations

import ast
import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask_babel import force_locale

from surveyapp import create_app
from surveyapp.domain.errors import InputRefused, NotFound, NotPermitted, SaidError
from surveyapp.domain.fieldwork.cases import CaseState
from surveyapp.domain.near_names import near
from surveyapp.domain.sentences import FOR_OPERATORS, SENTENCES, say, with_hint
from surveyapp.domain.staff import Action
from surveyapp.services.translation import interface_catalogues
from surveyapp.settings import ROOT
from surveyapp.web.shared.words import worded
from tests import factories
from tests.conftest import Clock

PACKAGE = ROOT / "surveyapp"
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
CARRY = {each.__name__ for each in SaidError.__subclasses__()} | {"SaidError", "FieldFault", "RowFault"}
"""What says a sentence."""


def calls() -> Iterator[tuple[Path, ast.Call, str]]:
    """Every call in the package, but in what is said to authors of questionnaires."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if "authoring" not in path.parts:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                    yield path, node, name


def test_no_error_is_raised_with_a_sentence_that_is_not_in_the_catalogue() -> None:
    free = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path, node, name in calls()
        if name in CARRY
        for each in [*node.args, *(keyword.value for keyword in node.keywords)]
        if isinstance(each, ast.JoinedStr) or (isinstance(each, ast.Constant) and " " in str(each.value))
    ]
    assert free == []


def test_every_sentence_is_said_and_with_all_it_is_made_of() -> None:
    every = {**SENTENCES, **FOR_OPERATORS}
    said: set[str] = set()
    for path, node, name in calls():
        if name == "say" and node.args and path.name != "map_view.py":
            written = {keyword.arg for keyword in node.keywords}
            for code in codes(node.args[0]):
                assert set(PLACEHOLDER.findall(every[code])) == written, (path, node.lineno, code)
                said.add(code)
    assert said == set(every)
    assert not SENTENCES.keys() & FOR_OPERATORS.keys()
    assert len(set(every.values())) == len(every)


def codes(written: ast.expr) -> list[str]:
    """The codes that an expression may be: one, either of two, all that fit a pattern."""
    match written:
        case ast.Constant(str(code)):
            return [code] if code in SENTENCES or code in FOR_OPERATORS else []
        case ast.IfExp(body=one, orelse=other):
            return codes(one) + codes(other)
        case ast.JoinedStr(values):
            parts = (re.escape(each.value) if isinstance(each, ast.Constant) else r"\w+" for each in values)
            pattern = re.compile("".join(parts))
            return [code for code in SENTENCES if pattern.fullmatch(code)]
        case _:
            return []


@pytest.mark.parametrize("language", interface_catalogues.languages()[1:])
def test_every_sentence_is_translated_with_the_same_placeholders(language: str) -> None:
    words = interface_catalogues.translations(language)
    for code, english in [*SENTENCES.items(), *((each.name, each.value) for each in Action)]:
        translated = words.gettext(english)
        assert translated != english or not re.search(r"[a-z]{3}", PLACEHOLDER.sub("", english)), (language, code)
        assert sorted(PLACEHOLDER.findall(translated)) == sorted(PLACEHOLDER.findall(english)), (language, code)


def test_words_in_arabic_script_are_parted_by_its_own_commas() -> None:
    with interface_catalogues.file_of("ur").open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    said = [each for one in messages for each in ((one.string,) if isinstance(one.string, str) else one.string)]
    assert len(said) > 1000
    # Between words in Latin letters a comma is theirs.
    latin = re.compile(r"(?<![%(\w])[A-Za-z]\w*(, [A-Za-z ]+)+")
    assert [each for each in said if re.search(r"[,;?]", latin.sub("", each))] == []


def test_an_error_carries_a_code_and_says_it_in_english() -> None:
    error = NotFound(with_hint(say("no_study", study="mentorin"), near("mentorin", ["mentoring"])))
    assert str(error) == "There is no study “mentorin”. Did you mean “mentoring”?"
    assert error.sentence.code == "both"
    refused = InputRefused(say("agreed_too_far", days=1200), "agreed")
    assert str(refused) == "That is more than 1,200 days ahead. Check the date."
    assert str(NotPermitted(say("role_does_not_let", action=Action.SEE_RESULTS))) == (
        "Your role in this study does not let you see the working figures. Ask a manager."
    )
    assert say("day_to_come", day=dt.date(2027, 1, 2)) == "2027-01-02 is still to come. Check the year."
    with pytest.raises(KeyError):
        say("day_to_come")


def test_it_is_put_into_the_readers_words_with_all_it_is_made_of(sqlite_url: str, clock: Clock) -> None:
    runtime = factories.create_runtime(sqlite_url, clock)
    with create_app(runtime).test_request_context("/staff/login"), force_locale("pl"):
        said = worded(say("cannot_answer", reference="BF-0001", touchpoint=1, state=CaseState.CLOSED))
        assert "BF-0001" in said
        assert "closed" not in said
        assert worded(say("day_to_come", day=dt.date(2027, 1, 2))).startswith("2 stycznia 2027")
        hinted = worded(with_hint(say("no_study", study="mentorin"), near("mentorin", ["mentoring"])))
        assert "„mentoring”" in hinted
        assert "Did you mean" not in hinted
        assert "see the working figures" not in worded(say("role_does_not_let", action=Action.SEE_RESULTS))
