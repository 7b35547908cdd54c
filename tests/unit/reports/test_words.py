"""How numbers, signs and lists are written in the reader's language."""

from __future__ import annotations

from decimal import Decimal

import pytest

from surveyapp.domain.i18n import LocalText
from surveyapp.domain.results import Interval, RatingSummary
from surveyapp.reports.charts import columns
from surveyapp.reports.charts.bars import BarChart
from surveyapp.reports.charts.scales import shift_bars
from surveyapp.reports.drawing.figure_bars import bar_figure
from surveyapp.reports.files import tables
from surveyapp.reports.text import changes, sentences
from surveyapp.reports.text.phrasing import ENGLISH, Phrasing
from tests.unit.reports import made

POLISH = ENGLISH._replace(language=lambda: "pl")
URDU = ENGLISH._replace(language=lambda: "ur")


@pytest.mark.parametrize(
    ("words", "mean", "p"),
    [
        (ENGLISH, "8.3", "Exact McNemar test: p < 0.001; Wilcoxon signed-rank test (Pratt): p = 0.021"),
        (POLISH, "8,3", "Exact McNemar test: p < 0,001; Wilcoxon signed-rank test (Pratt): p = 0,021"),
    ],
)
def test_decimals_are_written_as_the_reader_writes_them(words: Phrasing, mean: str, p: str) -> None:
    rating = made.rating((0, 0, 0, 0, 0, 0, 2, 3, 5, 0), RatingSummary(Decimal("8.3"), (9,), 7, 9))
    [tally] = rating.tallies
    assert columns.summary_words(tally.rating, words).startswith(f"Mean {mean} ")
    assert mean in [cell.text for row in tables.answers([rating], words).rows for cell in row.cells]
    assert changes.tests(made.change(low_base=False, tests=made.TESTS), words) == p


def test_a_whole_mean_keeps_its_decimal() -> None:
    assert POLISH.decimal(8, 1) == "8,0"


@pytest.mark.parametrize(
    ("words", "number", "plus", "written"),
    [
        (ENGLISH, -31, True, "−31"),
        (ENGLISH, 8, False, "8"),
        (POLISH, 8, True, "+8"),
        (POLISH, 0, True, "0"),
        (URDU, -31, False, "\u2066−31\u2069"),
        (URDU, 8, True, "\u2066+8\u2069"),
    ],
)
def test_a_sign_stays_before_its_number(words: Phrasing, number: int, plus: bool, written: str) -> None:
    assert words.signed(number, plus=plus) == written


def test_every_signed_number_on_a_page_that_runs_from_the_right_is_kept_together() -> None:
    change = made.change(points=-1, gained=1, given_up=3, interval=Interval(Decimal(-31), Decimal(8)))
    shift = made.shift(made.looking_back(), change)
    said = [text for fact in changes.facts(change, shift, URDU) for text in fact[:2]]
    said += [cell.text for row in tables.slices(change, shift, URDU).rows for cell in row.cells]
    signed = [text for text in said if "−" in text]
    assert len(signed) == 5
    assert all("\u2066−" in text for text in signed)


def test_percentages_are_the_languages_own() -> None:
    french = ENGLISH._replace(language=lambda: "fr")
    assert (ENGLISH.percent(55), POLISH.percent(55)) == ("55%", "55%")
    assert french.percent(55) == "55\xa0%"


def test_commas_quotes_and_full_stops_are_the_translators() -> None:
    asked: list[str] = []

    def gettext(text: str, **values: object) -> str:
        asked.append(text)
        return (text.replace(", ", "، ").replace("“", "«").replace(".", "۔")) % values

    words = Phrasing(gettext, ENGLISH.ngettext, lambda: "ur")
    assert words.listed(["a", "b", "c"]) == "a، b، c"
    assert words.listed([]) == ""
    assert words.quoted("a").startswith("«a")
    lead = sentences.lead(made.shift(made.looking_back()), words)
    assert lead[:2] == ("People in a placement۔", "«Confident” is Very confident + Quite confident۔")
    assert all("%(" in text for text in asked)


def texts(chart: BarChart, narrow: bool) -> list[tuple[str, float]]:
    drawn = bar_figure(chart, narrow=narrow)
    return [(each["text"], each["y"]) for each in drawn["layout"]["annotations"]]


@pytest.mark.parametrize("narrow", [False, True])
def test_a_drawn_chart_keeps_lines_that_run_from_the_right_as_they_are_read(narrow: bool) -> None:
    before, after = made.looking_back()
    urdu = (made.row("مرحلہ 1", before[0].tally, detail="28 میں سے 20"),)
    plain, drawn = (texts(shift_bars(made.shift((first, after)), ENGLISH), narrow) for first in (before, urdu))
    assert [text for text, _ in drawn if text.startswith("\u2067")] == [
        "\u2067مرحلہ 1\u2069",
        "\u206728 میں سے 20\u2069",
    ]
    assert all("\u2067" not in text for text, _ in plain)
    apart = [abs(two[1] - one[1]) for one, two in (plain[:2], drawn[:2])]
    assert apart[1] > apart[0], "Nastaliq is tall: its lines are further apart"


def test_what_is_made_of_a_studys_text_says_in_which_language_it_is() -> None:
    before, after = made.looking_back()
    named = (made.row(LocalText("Pomiar 1", "pl"), before[0].tally),)
    chart = shift_bars(made.shift((named, after)), ENGLISH)
    assert [getattr(bar.label, "language", None) for bar in chart.bars] == ["pl", None]
