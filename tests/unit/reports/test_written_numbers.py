"""Thousands stand apart wherever a person reads a count, in a sentence, a table or a chart."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask_babel import force_locale, get_domain

from surveyapp.domain.results import Cell
from surveyapp.reports.documents.forms import phrasing_of
from surveyapp.reports.text.phrasing import ENGLISH, Phrasing, amount_words, count_words, of_words
from surveyapp.services.translation import interface_catalogues
from surveyapp.settings import ROOT
from surveyapp.web.shared import language
from surveyapp.written_numbers import Written, written

MANY = 354_817
WRITTEN = {"en": "354,817", "pl": "354\u00a0817", "pa": "3,54,817", "ur": "354,817"}
PACKAGE = ROOT / "surveyapp"


@pytest.mark.parametrize("code", WRITTEN)
def test_a_number_is_written_as_the_language_has_it(code: str) -> None:
    assert written(MANY, code) == WRITTEN[code]
    assert [written(each, code) for each in (0, 7, 999, -999)] == ["0", "7", "999", "-999"]
    stands = Written(MANY, code)
    said = {"num": stands}
    assert (ENGLISH.gettext("%(num)s", **said), ENGLISH.gettext("%(num)d", **said)) == (WRITTEN[code], str(MANY))
    assert (stands, stands + 1, stands == MANY) == (MANY, MANY + 1, True)


def test_cells_in_words() -> None:
    told = (
        (count_words, Cell(MANY), "354,817"),
        (count_words, Cell(None, low=1_000, high=MANY), "1,000 to 354,817"),
        (count_words, Cell(None, low=MANY), "354,817 or more"),
        (count_words, Cell(None, high=MANY - 1), "fewer than 354,817"),
        (amount_words, Cell(None, low=1_000, high=MANY), "between 1,000 and 354,817"),
        (amount_words, Cell(None, low=MANY), "at least 354,817"),
    )
    for said, cell, words in told:
        assert said(cell, ENGLISH) == words
    assert of_words(Cell(29), Cell(MANY), ENGLISH) == "29 of 354,817"


def test_every_way_of_saying_how_many_writes_its_number() -> None:
    one, many = "%(num)s person", "%(num)s people"
    assert ENGLISH.ngettext(one, many, MANY) == "354,817 people"
    app = Flask("pages", root_path=str(PACKAGE))
    language.Languages(app, locale_selector=lambda: "en")
    for code, number in WRITTEN.items():
        outside: Phrasing = phrasing_of(*interface_catalogues.spoken(code))
        with app.test_request_context("/"), force_locale(code):
            ways: tuple[Callable[..., str], ...] = (outside.ngettext, language.spoken_plural, get_domain().ngettext)
            for way in ways:
                said = way(one, many, MANY)
                assert number in said, (code, way)
                assert str(MANY) not in said


COUNTS = r"(?:count|people|base|total|answered|asked|listed)"
BARE_IN_CODE = re.compile(rf"\bstr\([\w.\[\]]*\b{COUNTS}\)|\{{[\w.]*\.{COUNTS}\}}")
BARE_IN_TEMPLATES = re.compile(rf'(?<!=")\{{\{{\s*(?:[\w.]*\b{COUNTS}|[\w.]+\s*\|\s*length)\s*\}}\}}')
"""What a count looks like that goes out as it is. What stands in an attribute a machine reads."""

WORDS = {
    *("{panel.base}", "{row.base}", "{{ panel.base }}", "{{ row.base }}"),
    *("{{ group.asked }}", "{{ step.people }}", "{{ people }}", "{{ asked }}"),
}
"""Named like counts, and made of words before."""

FOR_MACHINES = {"reports/exports/ddi.py"}


def test_no_count_goes_to_a_person_as_it_is_stored() -> None:
    assert BARE_IN_CODE.search("str(cell.count)")
    assert BARE_IN_TEMPLATES.search("<td>{{ row.total }}</td>{{ some | length }}")
    found = [
        (place, match.group())
        for folder, ending, bare in (
            ("reports", "py", BARE_IN_CODE),
            ("web", "py", BARE_IN_CODE),
            ("web", "html", BARE_IN_TEMPLATES),
        )
        for path in sorted((PACKAGE / folder).rglob(f"*.{ending}"))
        for match in bare.finditer(path.read_text(encoding="utf-8"))
        if (place := path.relative_to(PACKAGE).as_posix()) not in FOR_MACHINES and match.group() not in WORDS
    ]
    assert found == []
