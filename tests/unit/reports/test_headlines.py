"""What a headline says, case by case, and in every language the numbers that it has and none that it has not."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest

from surveyapp.domain.instrument.kinds import Summary
from surveyapp.domain.results import Category, RowScale, Shift
from surveyapp.reports.text import headlines
from surveyapp.reports.text.phrasing import ENGLISH, Phrasing
from surveyapp.services.translation.interface_catalogues import languages, translations
from tests.unit.reports.told import row, shift, step

RATING: dict[str, Any] = {"net": None, "summary": Summary.RATING}
NUMBER: dict[str, Any] = {"net": None, "summary": Summary.QUANTITY}
DAYS: dict[str, Any] = {"net": None, "summary": Summary.TIME}
ALIKE: dict[str, Any] = {"net": None}

TWO = (row(1, 104, 58), row(2, 100, 97))
SITTING = (row(0, 29, 11, back=True), row(1, 29, 28))
THREE = (row(1, 104, 58), row(2, 100, 97), row(3, 52, 46))
BACK = (row(0, 60, 25, back=True), row(1, 60, 55), row(2, 40, 39))
ROSE = step(0, 88, (47, 85), "rose")

CASES: dict[str, tuple[Shift, str]] = {
    # Who answered
    "nobody yet": (shift((row(1, 0), row(2, 0))), "Confidence: no answers yet"),
    "one moment": (shift((row(1, 104, 58),)), "Confidence: 58 of 104"),
    "one moment, one person": (shift((row(1, 1, 1),)), "Confidence: 1 of 1 ⚑"),
    "one moment, bounded": (shift((row(1, 100, "96+"),)), "Confidence: at least 96 of 100"),
    "one moment, ranged": (shift((row(1, "50-54", "45-49"),)), "Confidence: between 45 and 49 of 50 to 54"),
    "one moment, net withheld": (shift((row(1, 100),)), "Confidence: 100 people answered"),
    "one moment, withheld": (
        shift((row(1, "<10", withheld=True),)),
        "Confidence: not shown, to protect people",
    ),
    "one moment, a rating": (shift((row(1, 29, mean="8.3"),), **RATING), "Confidence: mean 8.3 of 29 people ⚑"),
    "one moment, a rating of one": (shift((row(1, 1, mean="8.0"),), **RATING), "Confidence: 8.0 from one person ⚑"),
    "one moment, words": (
        shift((row(1, 31),), net=None, summary=Summary.WORDS),
        "Confidence: 31 people wrote something",
    ),
    "one moment, words of one": (
        shift((row(1, 1),), net=None, summary=Summary.WORDS),
        "Confidence: one person wrote something ⚑",
    ),
    "one moment, several choices": (shift((row(1, 42),), **ALIKE), "Confidence: 42 people answered"),
    "asked again, not answered yet": (
        shift((row(1, 29, 27), row(2, 0))),
        "Confidence: 27 of 29 at “Touchpoint 1”, with nothing to compare yet ⚑",
    ),
    "nobody answered both": (
        shift((row(1, 50, 20), row(2, 40, 30)), step(0, 0)),
        "Confidence: 20 of 50 at “Touchpoint 1” and 30 of 40 at “Touchpoint 2”, and nobody answered both",
    ),
    "does not compare": (
        shift(TWO, broken=1),
        "Confidence: 58 of 104 at “Touchpoint 1” and 97 of 100 at “Touchpoint 2”, which do not compare",
    ),
    # A net at two moments
    "rose": (shift(TWO, ROSE), "Confidence rose from 47 to 85 of the same 88 people"),
    "fell": (shift(TWO, step(0, 88, (85, 47), "fell")), "Confidence fell from 85 to 47 of the same 88 people"),
    "nobody moved": (shift(TWO, step(0, 88, (47, 47), "no_change")), "Confidence stayed at 47 of the same 88 people"),
    "no change to speak of": (
        shift(TWO, step(0, 1_000_000, (400_500, 400_000), "no_change")),
        "Confidence did not change: 400,500, then 400,000 of the same 1,000,000 people",
    ),
    "too few to tell": (
        shift(TWO, step(0, 88, (47, 49), "unclear")),
        "Confidence: too few to tell, from 47 to 49 of the same 88 people",
    ),
    "few": (
        shift(TWO, step(0, 19, (18, 17), "unclear")),
        "Confidence: too few to tell, from 18 to 17 of the same 19 people ⚑",
    ),
    "one person": (
        shift(TWO, step(0, 1, (0, 1), "unclear")),
        "Confidence: too few to tell, from 0 to 1 of the same person ⚑",
    ),
    "looking back, one sitting": (
        shift(SITTING, step(0, 29, (11, 28), "rose", kind="looking_back")),
        "Confidence rose from 11 (looking back) to 28 of the same 29 people ⚑",
    ),
    # As a release tells it
    "bounded": (
        shift(TWO, step(0, 88, (47, "84+"), "rose")),
        "Confidence rose from 47 to at least 84 of the same 88 people",
    ),
    "bounded, no verdict": (
        shift(TWO, step(0, 88, (47, "84+"))),
        "Confidence: 47, then at least 84 of the same 88 people",
    ),
    "ranged": (
        shift(TWO, step(0, "40-44", ("20-24", "35-39"), "rose")),
        "Confidence rose from between 20 and 24 to between 35 and 39 of the same 40 to 44 people",
    ),
    "ranged, too few to tell": (
        shift(TWO, step(0, "45-49", ("45-49", "40-44"), "unclear")),
        "Confidence: too few to tell, from between 45 and 49 to between 40 and 44 of the same 45 to 49 people",
    ),
    "fewer than": (
        shift(TWO, step(0, 88, ("<5", 47), "rose")),
        "Confidence rose from fewer than 5 to 47 of the same 88 people",
    ),
    "counts withheld": (shift(TWO, step(0, 88, (47, None), "rose")), "Confidence rose among the same 88 people"),
    "counts withheld, too few": (
        shift(TWO, step(0, 88, (None, 47), "unclear")),
        "Confidence: too few to tell from the same 88 people",
    ),
    "only the verdict": (
        shift(TWO, step(0, None, (47, 85), "fell")),
        "Confidence fell among those who answered both times",
    ),
    "only who answered": (shift(TWO, step(0, 88)), "Confidence: 88 people answered both times"),
    "withheld": (
        shift(TWO, step(0, 88, (47, 85), "rose", withheld=True)),
        "Confidence: no change shown, to protect people",
    ),
    "nothing told": (shift(TWO, step(0, None)), "Confidence: no change shown, to protect people"),
    # Three moments and more
    "three, rose and too few": (
        shift(THREE, ROSE, step(1, 46, (45, 41), "unclear")),
        "Confidence rose from 47 to 85 of the same 88 people; since then, too few to tell",
    ),
    "three, rose and fell": (
        shift(THREE, ROSE, step(1, 46, (45, 31), "fell")),
        "Confidence rose from 47 to 85 of the same 88 people; since then, it fell from 45 to 31 of the same 46 people",
    ),
    "three, too few and rose": (
        shift(THREE, step(0, 88, (47, 49), "unclear"), step(1, 46, (25, "41+"), "rose")),
        "Confidence: too few to tell, from 47 to 49 of the same 88 people; since then, it rose from 25 to at least 41 "
        "of the same 46 people",
    ),
    "three, the first looking back": (
        shift(BACK, step(0, 60, (25, 55), "rose", kind="looking_back"), step(1, 19, (18, 17), "unclear")),
        "Confidence rose from 25 (looking back) to 55 of the same 60 people; since then, too few to tell ⚑",
    ),
    "three, no change since": (
        shift(THREE, ROSE, step(1, 46, (41, 41), "no_change")),
        "Confidence rose from 47 to 85 of the same 88 people; since then, no change",
    ),
    "three, the last not answered": (
        shift((*TWO, row(3, 0)), ROSE),
        "Confidence rose from 47 to 85 of the same 88 people; nobody has answered “Touchpoint 3” yet",
    ),
    "three, nobody again": (
        shift(THREE, ROSE, step(1, 0)),
        "Confidence rose from 47 to 85 of the same 88 people; since then, nobody has answered again",
    ),
    "three, withheld since": (
        shift(THREE, ROSE, step(1, 46, (45, 41), "fell", withheld=True)),
        "Confidence rose from 47 to 85 of the same 88 people; since then, no change shown, to protect people",
    ),
    "three, the verdict alone since": (
        shift(THREE, ROSE, step(1, None, (45, 41), "fell")),
        "Confidence rose from 47 to 85 of the same 88 people; since then, it fell",
    ),
    "three, broken since": (
        shift(THREE, ROSE, broken=2),
        "Confidence rose from 47 to 85 of the same 88 people; since then, not asked in a way that compares",
    ),
    "four": (
        shift(
            (*THREE, row(4, 44, 30)),
            ROSE,
            step(1, 46, (45, 31), "fell"),
            step(2, 40, (25, 38), "rose"),
        ),
        "Confidence rose from 47 to 85 of the same 88 people; since “Touchpoint 2”, it fell from 45 to 31 of the same "
        "46 people; since “Touchpoint 3”, it rose from 25 to 38 of the same 40 people",
    ),
    # Ratings, scores, numbers
    "a mean rose": (
        shift(TWO, step(0, 19, verdict="rose", mean=("1.3", "5.1", "6.4")), **RATING),
        "Confidence rose from a mean of 5.1 to 6.4 of the same 19 people ⚑",
    ),
    "a mean fell": (
        shift(TWO, step(0, 88, verdict="fell", mean=("-2.50", "8.25", "5.75")), **NUMBER),
        "Confidence fell from a mean of 8.25 to 5.75 of the same 88 people",
    ),
    "a mean, too few": (
        shift(TWO, step(0, 88, verdict="unclear", mean=("0.1", "5.1", "5.2")), **RATING),
        "Confidence: too few to tell, from a mean of 5.1 to 5.2 of the same 88 people",
    ),
    "a mean, nobody moved": (
        shift(TWO, step(0, 88, verdict="no_change", mean=("0.0", "5.1", "5.1")), **RATING),
        "Confidence stayed at a mean of 5.1 of the same 88 people",
    ),
    "a mean, withheld": (
        shift(TWO, step(0, 88, verdict="rose"), **RATING),
        "Confidence rose among the same 88 people",
    ),
    "a mean at three": (
        shift(
            (row(0, 60, mean="4.0", back=True), row(1, 60, mean="6.0"), row(2, 40, mean="7.0")),
            step(0, 60, verdict="rose", mean=("2.0", "4.0", "6.0"), kind="looking_back"),
            step(1, 40, verdict="rose", mean=("1.5", "5.5", "7.0")),
            **RATING,
        ),
        "Confidence rose from a mean of 4.0 (looking back) to 6.0 of the same 60 people; since then, it rose from a "
        "mean of 5.5 to 7.0 of the same 40 people",
    ),
    # Options in order that no net divides; days and times; options with no better or worse
    "in order, rose": (
        shift(TWO, step(0, 88, verdict="rose", moved=(61, 21, 6)), **ALIKE),
        "Confidence rose: of the same 88 people 61 went up, 6 down, and 21 stayed",
    ),
    "in order, looking back, fell": (
        shift(SITTING, step(0, 29, verdict="fell", moved=(2, 7, 20), kind="looking_back"), **ALIKE),
        "Confidence fell: of the same 29 people 20 went down, 2 up, and 7 stayed (the first answer looks back) ⚑",
    ),
    "in order, ranged": (
        shift(TWO, step(0, "45-49", verdict="unclear", moved=("5-9", "25-29", "10-14")), **ALIKE),
        "Confidence: too few to tell; of the same 45 to 49 people between 5 and 9 went up, between 10 and 14 down, and "
        "between 25 and 29 stayed",
    ),
    "days, later": (
        shift(TWO, step(0, 88, verdict="rose", moved=(61, 21, 6)), **DAYS),
        "Confidence became later: of the same 88 people 61 say later, 6 earlier, and 21 the same",
    ),
    "words, twice": (
        shift(TWO, step(0, 42, verdict="no_change", moved=(None, 42, None)), net=None, summary=Summary.WORDS),
        "Confidence: 42 people wrote something both times",
    ),
    "words, three times": (
        shift(
            THREE, step(0, 42, verdict="no_change"), step(1, 31, verdict="no_change"), net=None, summary=Summary.WORDS
        ),
        "Confidence: 42 people wrote something both times; since then, 31 people wrote something again",
    ),
    "nothing known of the same people": (
        shift(TWO),
        "Confidence: 58 of 104 at “Touchpoint 1” and 97 of 100 at “Touchpoint 2”",
    ),
    "no better or worse": (
        shift(TWO, step(0, 88, moved=(None, 21, None)), **ALIKE),
        "Confidence: of the same 88 people 21 gave the same answer again",
    ),
    "no better or worse, one person": (
        shift(TWO, step(0, 1, verdict="no_change", moved=(None, 1, None)), **ALIKE),
        "Confidence: the one person who answered both times gave the same answer ⚑",
    ),
}


def spoken(language: str) -> Phrasing:
    """The interface's own sentences in a language."""
    if language == "en":
        return ENGLISH
    found = translations(language)
    return Phrasing(
        lambda text, /, **values: found.gettext(text) % values,
        lambda one, many, number, /, **values: found.ngettext(one, many, number) % {"num": number, **values},
        lambda: language,
    )


@pytest.mark.parametrize("case", CASES)
def test_headline(case: str) -> None:
    made, sentence = CASES[case]
    assert headlines.headline(made, ENGLISH) == sentence


def numbers(text: str) -> list[str]:
    """The numbers in a sentence, in order of size: languages order them in their own way, write a decimal point or a
    comma, and have their thousands apart in their own way."""
    together = re.sub(r"(?<=\d)[,\u00a0](?=(?:\d{2,3}[,\u00a0])*\d{3}(?!\d))", "", re.sub(r"Touchpoint \d", "", text))
    found = re.findall(r"\d+(?:[.,]\d+)?", together)
    return sorted(each.replace(",", ".") for each in found)


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("case", CASES)
def test_every_language_says_the_same_numbers(case: str, language: str) -> None:
    made, english = CASES[case]
    said = headlines.headline(made, spoken(language))
    one = "one person" in english or "the same person" in english
    if not one:  # one person is said in words, or as a number
        assert numbers(said) == numbers(english)
    assert said.endswith(("⚑", "†")) is english.endswith(("⚑", "†"))
    assert "%(" not in said
    if language != "en":
        assert said != english


DIRECTIONS = re.compile(r"\b(rose|fell|later|earlier)\b")


@pytest.mark.parametrize("case", CASES)
def test_a_direction_is_said_only_where_there_is_a_verdict_for_it(case: str) -> None:
    made, english = CASES[case]
    told = {each.verdict for each in made.changes if not each.withheld}
    if not told & {"rose", "fell"}:
        assert not DIRECTIONS.search(english)


def test_what_is_withheld_is_in_no_sentence_of_any_language() -> None:
    hidden = step(0, 77, (41, 63), "rose", moved=(31, 39, 7), mean=("1.9", "5.7", "7.6"), withheld=True)
    for over in ({}, RATING, DAYS, ALIKE):
        for language in languages():
            assert numbers(headlines.headline(shift(TWO, hidden, **over), spoken(language))) == []


@pytest.mark.parametrize(
    ("title", "said"), [("How are you?", "“How are you?”"), ("Trust…", "“Trust…”"), ("Trust", "Trust")]
)
def test_a_title_with_a_mark_at_its_end_is_quoted_in_a_sentence(title: str, said: str) -> None:
    for found, _says in CASES.values():
        headline = headlines.headline(dataclasses.replace(found, title=title), ENGLISH)
        about = headline.removeprefix("“Confident” to ")
        assert about.startswith((f"{said}: ", f"{said} ")), headline
        assert about == headline or title != "Trust"
    assert ENGLISH.labelled(title, "16 of 29") == f"{said}: 16 of 29"


WORDING = "I find it hard to talk to my mentor."
NAMES_NO_COUNT = (
    "no answers yet", "people answered", "not shown, to protect people", "no change shown, to protect people",
)  # fmt: skip


@pytest.mark.parametrize("case", [name for name, (found, _) in CASES.items() if found.net is not None])
@pytest.mark.parametrize(("title", "declared"), [(WORDING, True), (WORDING, False), ("Hard to talk", False)])
def test_a_question_s_wording_says_which_answer_is_counted(case: str, title: str, declared: bool) -> None:
    """“I find it hard to talk to my mentor.”: 10 of 69. How many of them do?"""
    said = headlines.headline(dataclasses.replace(CASES[case][0], title=title, declared=declared), ENGLISH)
    named = ENGLISH.named(title)
    assert said.startswith(f"“Confident” to {named}") or any(
        said.removesuffix(" ⚑").endswith(words) for words in NAMES_NO_COUNT
    ), said


def test_moments_that_count_another_answer_each_say_which() -> None:
    other = RowScale((), None, Category("sure", "Sure", "net", ()))
    rows = (dataclasses.replace(row(1, 104, 58), scale=other), row(2, 100, 97))
    found = shift(rows, broken=1, title=WORDING)
    said = headlines.headline(dataclasses.replace(found, declared=False), ENGLISH)
    assert said == (
        f"“{WORDING}”: Sure: 58 of 104 at “Touchpoint 1” and Confident: 97 of 100 at “Touchpoint 2”, "
        "which do not compare"
    )
    assert "Sure" not in headlines.headline(dataclasses.replace(found, title="Confidence"), ENGLISH)
