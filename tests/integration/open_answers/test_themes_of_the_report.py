"""The themes that the platform counts of the demonstration's open answers, against the printed report."""

from __future__ import annotations

import json
from collections import defaultdict

import pytest

from surveyapp.domain.results import Distribution
from surveyapp.services.results import distributions
from surveyapp.services.runtime import Runtime
from tests import factories
from tests.cohort import COHORT_FILE, read
from tests.conftest import Clock

FRAMES = json.loads(COHORT_FILE.with_name("frames.json").read_text(encoding="utf-8"))["frames"]
TITLES = {
    (group, variable, theme["id"]): theme["title"]
    for group, frames in FRAMES.items()
    for variable, themes in frames.items()
    for theme in themes
}


@pytest.fixture(scope="module")
def counted(demo_template: object) -> dict[tuple[str, str], Distribution]:
    runtime = factories.create_runtime(f"sqlite:///{demo_template}", Clock(), demo=True)
    desk = factories.operator(runtime)
    found = {
        (each.group, each.variable): each
        for group in FRAMES
        for each in distributions.questions(desk, "job_rotation", group, 1)
    }
    runtime.database.dispose()
    return found


def allowed() -> dict[tuple[str, str, str], tuple[int, int]]:
    """By how many each theme may be carried, all that the report says it of together."""
    found: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for row in read("themes.csv"):
        for variable in row["variable"].split(" + "):
            key = (row["audience"], variable, row["theme_id"])
            if key in TITLES:
                found[key][0] += int(row["implied_low"])
                found[key][1] += int(row["implied_high"])
    return {key: (low, high) for key, (low, high) in found.items()}


ALLOWED = allowed()


def test_every_theme_of_the_demonstration_is_in_the_reference() -> None:
    assert ALLOWED.keys() == TITLES.keys()
    assert len(ALLOWED) > 150


@pytest.mark.parametrize("key", ALLOWED, ids="-".join)
def test_the_count_of_a_theme_lies_within_what_the_report_says(
    counted: dict[tuple[str, str], Distribution], key: tuple[str, str, str]
) -> None:
    group, variable, _ = key
    themes = counted[group, f"{variable}_themes"]
    [tally] = themes.tallies
    [code] = [each.code for each in themes.options if each.label.endswith(TITLES[key])]
    low, high = ALLOWED[key]
    number = tally.cell(code).count
    assert number is not None
    assert low <= number <= high
    # Of those who were asked and answered in words, each theme and part at most once.
    [words] = counted[group, variable].tallies
    assert tally.base == words.base


def test_the_page_says_what_the_themes_rest_on(demo_runtime: Runtime) -> None:
    found = distributions.questions(factories.operator(demo_runtime), "job_rotation", "employee", 1)
    [themes] = [each for each in found if each.variable == "benefits_themes"]
    assert themes.coding is not None
    assert (themes.coding.version, themes.coding.coders, themes.coding.both, themes.coding.alpha) == (1, 1, 0, None)
    assert [each.code for each in themes.options][-1] == "none"
    [tally] = themes.tallies
    answered = sum(1 for each in tally.cells if each.startswith("t") or each == "none")
    assert answered == len(themes.options)
