"""Scores in results: bands counted like any variable's options, versions whose score is another left out."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from surveyapp.domain.answers import Answer, Codes, Missing, Reason
from surveyapp.domain.staff import Role
from surveyapp.reports.text import changes, sentences
from surveyapp.reports.text.phrasing import ENGLISH
from surveyapp.services.results import distributions, looking
from surveyapp.services.results import table as results_table
from surveyapp.services.work import Desk
from tests import factories, versioned
from tests.conftest import Clock

STUDY = versioned.STUDY.replace(
    "  liking:\n",
    "  often:\n    options: {never: Never, some: Sometimes, often: Often}\n    values: {never: 1, some: 2, often: 3}\n"
    "  liking:\n",
)
ITEMS = ("calm", "useful")
QUESTIONS = [versioned.COFFEE, *(f"{{id: {name}, kind: choice, scale: often, text: {name}?}}" for name in ITEMS)]
SCORE = """\
scores:
  - {id: well, title: Feeling well, method: sum, items: [calm, useful],
     bands: {low: {label: Low, from: 2, to: 3}, high: {label: High, from: 4, to: 6}}}
"""


def sitting(calm: str | None, useful: str | None) -> Mapping[str, Answer]:
    given = {"calm": calm, "useful": useful}
    return {key: Codes((code,)) if code else Missing(Reason.DONT_KNOW) for key, code in given.items()}


def test_bands_are_counted_and_another_score_is_left_out(database_url: str, clock: Clock, tmp_path: Path) -> None:
    other = SCORE.replace("sum", "mean").replace("2, to: 3", "1, to: 1").replace("4, to: 6", "2, to: 3")
    files = {
        "first/v1": versioned.questionnaire("first", 1, *QUESTIONS) + other,
        "first/v2": versioned.questionnaire(
            "first", 2, *QUESTIONS, changes="well: {comparable: no, because: A mean is no sum.}"
        )
        + SCORE,
    }
    runtime = versioned.create_runtime(database_url, clock, tmp_path, files, STUDY)
    versioned.answer(runtime, 1, 1, sitting("often", "often"))
    versioned.answer(
        runtime, 1, 2, sitting("never", "some"), sitting("often", "never"), sitting("often", "often"),
        sitting("often", None), start=2,
    )  # fmt: skip
    staff = factories.create_staff(runtime, Role.EVALUATOR, study=versioned.NAME)
    found = {each.variable: each for each in distributions.questions(Desk(runtime, staff), versioned.NAME, "guest", 1)}
    well = found["well"]
    (everyone,) = well.tallies
    assert [category.label for category in well.options] == ["Low (2–3)", "High (4–6)"]
    assert (everyone.base.count, everyone.cell("low").count, everyone.cell("high").count) == (3, 1, 2)
    assert everyone.missing["skipped"].count == 1
    assert [(note.kind, note.version, note.reason) for note in well.series_notes] == [
        ("left_out", 2, "A mean is no sum.")
    ]
    rows = {
        row.category: row.count
        for row in results_table.table(factories.operator(runtime), versioned.NAME)
        if (row.variable, row.segment, row.statistic) == ("well", "all", "count")
    }
    assert rows == {"low": 1, "high": 2}
    assert everyone.score is not None
    assert (everyone.score.mean, everyone.score.minimum, everyone.score.maximum) == (
        Decimal("4.3"), Decimal("3.0"), Decimal("6.0")
    )  # fmt: skip
    runtime.database.dispose()


def test_a_score_that_is_made_anew_counts_what_was_answered_before_it(
    database_url: str, clock: Clock, tmp_path: Path
) -> None:
    """Declared comparable, earlier answers come to the new score with the new values: no number has two meanings."""
    worth_more = STUDY.replace(
        "  liking:\n",
        "  worth_more:\n    options: {never: Never, some: Sometimes, often: Often}\n"
        "    values: {never: 0, some: 2, often: 4}\n  liking:\n",
    )
    questions = [each.replace("scale: often", "scale: worth_more") for each in QUESTIONS]
    said = "\n".join(f"{name}: {{comparable: yes, because: The values were mistyped.}}" for name in (*ITEMS, "well"))
    made = SCORE.replace("from: 4, to: 6", "from: 4, to: 8").replace("from: 2, to: 3", "from: 0, to: 3")
    files = {
        "first/v1": versioned.questionnaire("first", 1, *QUESTIONS) + SCORE,
        "first/v2": versioned.questionnaire("first", 2, *questions, changes=said) + made,
    }
    runtime = versioned.create_runtime(database_url, clock, tmp_path, files, worth_more)
    # Of the old values these come to 3 and to 4; of the new ones to 2 and to 4.
    versioned.answer(runtime, 1, 1, sitting("never", "some"), sitting("some", "some"))
    versioned.answer(runtime, 1, 2, sitting("often", "never"), start=3)
    staff = factories.create_staff(runtime, Role.EVALUATOR, study=versioned.NAME)
    found = {each.variable: each for each in distributions.questions(Desk(runtime, staff), versioned.NAME, "guest", 1)}
    (everyone,) = found["well"].tallies
    assert (everyone.base.count, everyone.cell("low").count, everyone.cell("high").count) == (3, 1, 2)
    assert [(note.kind, note.version) for note in found["well"].series_notes] == [("redefined", 2)]
    runtime.database.dispose()


def test_of_who_left_an_item_out_it_is_not_said_that_they_did_not_answer(
    database_url: str, clock: Clock, tmp_path: Path
) -> None:
    """Who could not be scored, or said “don't know”, at the second touchpoint answered it all the same."""
    files = {
        "first/v1": versioned.questionnaire("first", 1, *QUESTIONS) + SCORE,
        "second/v1": versioned.questionnaire("second", 1, *QUESTIONS) + SCORE,
    }
    runtime = versioned.create_runtime(database_url, clock, tmp_path, files, STUDY)
    often = sitting("often", "often")
    versioned.answer(runtime, 1, 1, *[often] * 4)
    versioned.answer(runtime, 2, 1, often, often, sitting("often", None))
    desk = Desk(runtime, factories.create_staff(runtime, Role.EVALUATOR, study=versioned.NAME))
    said = {}
    for variable in ("well", "useful"):
        found = looking.look(desk, versioned.NAME, looking.Look(group="guest", variable=variable))
        alone = looking.look(desk, versioned.NAME, looking.Look(group="guest", variable=variable, matched=True))
        [change] = found.changes
        said[variable] = [
            sentences.lead(found, ENGLISH)[-1],
            changes.facts(change, found, ENGLISH)[-1].small,
            sentences.lead(alone, ENGLISH)[-1],
        ]
        assert changes.facts(change, found, ENGLISH)[-1].big == "2 not matched"
    rows = [row.label for row in found.everyone]
    assert said["well"] == [
        f"Of the 4 who could be scored at “{rows[0]}”, 2 could be at “{rows[1]}”; 2 could not.",
        f"could be scored at “{rows[0]}” and not at “{rows[1]}”",
        "Only the 2 people who could be scored every time.",
    ]
    assert said["useful"] == [
        f"Of the 4 who gave an answer to this at “{rows[0]}”, 2 gave one at “{rows[1]}”; 2 did not.",
        f"gave an answer to this at “{rows[0]}” and none at “{rows[1]}”",
        "Only the 2 people who gave an answer to this every time.",
    ]
    runtime.database.dispose()
