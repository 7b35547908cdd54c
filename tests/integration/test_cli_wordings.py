"""What an author is told of changes, as it is typed and printed."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from surveyapp.cli import main
from tests import versioned
from tests.versioned import COFFEE, DRINKS, questionnaire

OTHERWISE = COFFEE.replace("do you like", "did you like")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    files = {
        "first/v1": questionnaire("first", 1, COFFEE, DRINKS),
        "first/v2": questionnaire(
            "first", 2, OTHERWISE, changes="coffee: {comparable: no, because: It asks about the past.}"
        ),
        "second/v1": questionnaire("second", 1, OTHERWISE),
    }
    versioned.write(tmp_path, files)
    return {"SURVEYAPP_QUESTIONNAIRES": str(tmp_path)}


def run(environment: dict[str, str], *arguments: str) -> tuple[int, list[str], str]:
    result = CliRunner().invoke(main, ("questionnaires", *arguments), env=environment)
    return result.exit_code, result.stdout.splitlines(), result.stderr


def test_a_difference_reads_from_top_to_bottom(environment: dict[str, str]) -> None:
    code, said, _ = run(environment, "diff", "cafe", "first")
    assert code == 0
    assert said == [
        "From first v1 to first v2",
        "",
        "Removed",
        "  drinks: What do you drink?",
        "",
        "coffee",
        "  reworded, declared not comparable: It asks about the past.",
        "  Text:",
        "    - How much do you like the coffee?",
        "    + How much did you like the coffee?",
    ]
    assert run(environment, "diff", "cafe", "first", "v1", "v2")[1] == said


def test_touchpoints_are_compared_by_name(environment: dict[str, str]) -> None:
    code, said, _ = run(environment, "diff", "cafe", "first/v2", "second/v1")
    assert (code, said) == (0, ["From first v2 to second v1", "Nothing is different."])


def test_a_history_says_where_in_which_words_and_since_when(environment: dict[str, str]) -> None:
    code, said, _ = run(environment, "history", "cafe", "coffee")
    assert code == 0
    assert said[:9] == [
        "coffee",
        "",
        "Guests, Touchpoint 1: first v1",
        "  Section: Start",
        "  Text: How much do you like the coffee?",
        "  Options: Very much / Somewhat / A little / Not at all",
        "",
        "Guests, Touchpoint 1: first v2",
        "  Since first v1: reworded, not comparable. It asks about the past.",
    ]
    assert "  Since first v2: the same, comparable." in said


@pytest.mark.parametrize(
    "arguments",
    [("diff", "job_rotation", "backfill_1/v1", "backfill_2/v1"), ("history", "job_rotation", "overall_value")],
)
def test_it_is_readable_in_eighty_columns(arguments: tuple[str, ...]) -> None:
    code, said, _ = run({}, *arguments)
    assert code == 0
    assert len(said) > 10
    assert max(map(len, said)) <= 80


# (what is typed, what is said)
MISTYPED = [
    (("diff", "caff", "first"), "There is no study “caff”. Did you mean “cafe”?"),
    (("diff", "cafe", "frist"), "There is no questionnaire “frist” in cafe. Did you mean “first”?"),
    (("diff", "cafe", "second"), "“second” has one version only. There is nothing to compare it with."),
    (("diff", "cafe", "first", "v1", "v9"), "“first” has no version 9 in cafe."),
    (("diff", "cafe", "first", "one"), "“first/one” is not a version."),
    (("diff", "cafe", "first/v1"), "Name two questionnaires to compare"),
    (("history", "cafe", "cofee"), "No questionnaire of cafe asks “cofee”. Did you mean “coffee”?"),
]


@pytest.mark.parametrize(("arguments", "sentence"), MISTYPED)
def test_what_is_mistyped_is_a_sentence(environment: dict[str, str], arguments: tuple[str, ...], sentence: str) -> None:
    code, _, error = run(environment, *arguments)
    assert (code, error.startswith(sentence)) == (1, True), error


def test_what_an_author_has_still_to_declare_can_be_seen(tmp_path: Path, environment: dict[str, str]) -> None:
    """The difference is there before the fault is mended: it is what the author declares."""
    (tmp_path / "cafe" / "first" / "v2.yaml").write_text(questionnaire("first", 2, OTHERWISE), encoding="utf-8")
    assert run(environment, "check")[0] == 1
    code, said, _ = run(environment, "diff", "cafe", "first")
    assert (code, "  reworded, nothing declared" in said) == (0, True)
