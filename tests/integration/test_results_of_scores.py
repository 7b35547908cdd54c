"""Scores in results: bands counted like any variable's options, versions whose score is another left out."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from surveyapp.domain.answers import Answer, Codes, Missing, Reason
from surveyapp.domain.staff import Role
from surveyapp.services.results import distributions
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
