"""What an author must say of a question that is not asked as it was; each fault where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from surveyapp.domain.authoring.loader import read_study
from surveyapp.domain.errors import QuestionnaireFaults
from surveyapp.domain.versions.comparability import VersionHistory
from tests import versioned
from tests.versioned import COFFEE, DRINKS, STUDY, VIEWS, WORTH, questionnaire

OTHERWISE = COFFEE.replace("do you like", "did you like")
THREE = COFFEE.replace("liking", "three")
FEWER = DRINKS.replace("tea: Tea, juice: Juice, ", "hot: Hot, cold: Cold, ")
FIVE = WORTH.replace("ten", "five")
ROOMS = VIEWS.replace("How much", "How far")


# (old question, new question, what stands under `changes:`, code, line)
BETWEEN_VERSIONS = [
    (COFFEE, OTHERWISE, "", "undeclared_change", 8),
    (COFFEE, THREE, "", "undeclared_change", 8),
    (WORTH, FIVE, "", "undeclared_change", 8),
    (VIEWS, ROOMS, "", "undeclared_change", 8),
    (COFFEE, COFFEE, "coffee: {comparable: yes, because: So.}", "nothing_changed", 5),
    (COFFEE, OTHERWISE, "cofee: {comparable: yes, because: So.}", "unknown_question", 5),
    (COFFEE, OTHERWISE, "coffee: {because: So.}", "missing_key", 5),
    (COFFEE, OTHERWISE, "coffee: {comparable: yes}", "missing_key", 5),
    (COFFEE, OTHERWISE, "coffee: {comparable: perhaps, because: So.}", "not_allowed", 5),
    (COFFEE, THREE, "coffee: {comparable: yes, because: So.}", "bad_mapping", 5),
    (COFFEE, THREE, "coffee: {mapping: {much: good, somewhat: fair, little: bad}, because: So.}", "bad_mapping", 5),
    (
        COFFEE,
        THREE,
        "coffee: {mapping: {much: good, somewhat: fair, little: bad, not: worst}, because: So.}",
        "bad_mapping",
        5,
    ),
    (
        COFFEE,
        THREE,
        "coffee: {mapping: {much: good, somewhat: fair, little: bad, not: bad, never: bad}, because: So.}",
        "bad_mapping",
        5,
    ),
    (
        COFFEE,
        THREE,
        "coffee: {comparable: yes, mapping: {much: good, somewhat: fair, little: bad, not: bad}, because: So.}",
        "bad_mapping",
        5,
    ),
    (
        COFFEE,
        THREE,
        "coffee: {comparable: no, mapping: {much: good, somewhat: fair, little: bad, not: bad}, because: So.}",
        "bad_mapping",
        5,
    ),
    (WORTH, FIVE, "worth: {mapping: {1: 1, 2: 1, 3: 2, 4: 2, 5: 3, 6: 3, 7: 4, 8: 4}, because: So.}", "bad_mapping", 5),
    (COFFEE, "{id: coffee, kind: yes_no, text: Do you like it?}", "", "kind_changed", 8),
    (DRINKS, DRINKS.replace("multiple", "choice"), "", "kind_changed", 8),
]


def faults(tmp_path: Path, files: dict[str, str], study: str = STUDY) -> list[tuple[str, str, int]]:
    """(file, code, line) of every fault."""
    with pytest.raises(QuestionnaireFaults) as refused:
        versioned.load(tmp_path, files, study)
    assert all(fault.sentence.endswith((".", "?")) for fault in refused.value.faults)
    return [(fault.file.removeprefix("cafe/"), fault.code, fault.line) for fault in refused.value.faults]


def pair(old: str, new: str, changes: str) -> dict[str, str]:
    """Two versions of the first questionnaire. The coffee is asked in the newest words at both touchpoints."""
    coffee = () if "coffee" in old else (COFFEE,)
    return {
        "first/v1": questionnaire("first", 1, old, *coffee),
        "first/v2": questionnaire("first", 2, new, *coffee, changes=changes),
        "second/v1": questionnaire("second", 1, *(coffee or (new,))),
    }


@pytest.mark.parametrize(
    ("old", "new", "changes", "code", "line"), BETWEEN_VERSIONS, ids=[f"{row[3]}:{row[2]}" for row in BETWEEN_VERSIONS]
)
def test_a_fault_between_versions(tmp_path: Path, old: str, new: str, changes: str, code: str, line: int) -> None:
    found = faults(tmp_path, pair(old, new, changes))
    assert ("first/v2.yaml", code, line) in found
    assert {fault[1] for fault in found if fault[0] == "first/v2.yaml"} <= {code, "undeclared_change"}


# (old question, new question, what is said): nothing is wrong
WELL_SAID = [
    (COFFEE, OTHERWISE, "coffee: {comparable: yes, because: Only the tense.}"),
    (COFFEE, OTHERWISE, "coffee: {comparable: no, because: It asks about the past.}"),
    (COFFEE, THREE, "coffee: {comparable: no, because: Another scale.}"),
    (COFFEE, THREE, "coffee: {mapping: {much: good, somewhat: fair, little: bad, not: bad}, because: Fewer.}"),
    (DRINKS, DRINKS.replace("water: Water", "water: Water, milk: Milk"), ""),
    (
        DRINKS,
        DRINKS.replace("water: Water", "water: Water, milk: Milk"),
        "drinks: {comparable: no, because: Milk was the commonest of the others.}",
    ),
    (DRINKS, FEWER, "drinks: {mapping: {tea: hot, juice: cold, water: water}, because: Two groups do.}"),
    (VIEWS, ROOMS, "views: {comparable: yes, because: Shorter.}"),
    (VIEWS, ROOMS, "views: {comparable: yes, because: Shorter.}\nroom: {comparable: no, because: The room moved.}"),
    (
        COFFEE,
        COFFEE.replace("coffee?}", "coffee?, hint: Today.}"),
        "coffee: {comparable: no, because: The hint leads.}",
    ),
    (COFFEE, COFFEE.replace("coffee?}", "coffee?, hint: Today.}"), ""),
    (
        WORTH,
        FIVE,
        "worth: {mapping: {1: 1, 2: 1, 3: 2, 4: 2, 5: 3, 6: 3, 7: 4, 8: 4, 9: 5, 10: 5}, because: By halves.}",
    ),
]


@pytest.mark.parametrize(("old", "new", "changes"), WELL_SAID, ids=[row[2] or row[1] for row in WELL_SAID])
def test_what_is_well_said_is_no_fault(tmp_path: Path, old: str, new: str, changes: str) -> None:
    assert versioned.load(tmp_path, pair(old, new, changes)).newest("first").version == 2


def test_a_gap_in_the_numbers_is_found_at_the_version_after_it(tmp_path: Path) -> None:
    files = {"first/v3": questionnaire("first", 3)}
    assert faults(tmp_path, files) == [("first/v3.yaml", "version_gap", 2)]


def test_the_first_version_has_nothing_to_declare(tmp_path: Path) -> None:
    files = {"first/v1": questionnaire("first", 1, changes="coffee: {comparable: yes, because: So.}")}
    assert faults(tmp_path, files) == [("first/v1.yaml", "nothing_changed", 5)]


def test_a_question_that_comes_back_is_held_against_its_last_words(tmp_path: Path) -> None:
    back = {
        "first/v2": questionnaire("first", 2, DRINKS),
        "first/v3": questionnaire("first", 3, OTHERWISE),
        "second/v1": questionnaire("second", 1, OTHERWISE),
    }
    assert faults(tmp_path, back) == [("first/v3.yaml", "undeclared_change", 8)]


SAID = "comparisons:\n  - {variable: coffee, between: [first, second], comparable: yes, because: Only the tense.}\n"
CHANGED = "{id: why, kind: open, text: Why?, ask_if: {changed: {from: touchpoint_1.worth, to: worth}}}"


def test_a_measure_across_two_wordings_needs_a_word_in_the_study(tmp_path: Path) -> None:
    files = {"second/v1": questionnaire("second", 1, OTHERWISE)}
    line = STUDY.splitlines().index("    variable: coffee") + 1
    assert faults(tmp_path, files) == [("study.yaml", "undeclared_change", line)]
    assert versioned.load(tmp_path, files, STUDY + SAID).comparisons[0].declaration.comparable


def test_words_that_nothing_compares_may_differ_between_touchpoints(tmp_path: Path) -> None:
    files = {
        "first/v1": questionnaire("first", 1, COFFEE, DRINKS),
        "second/v1": questionnaire("second", 1, COFFEE, FEWER),
    }
    assert versioned.load(tmp_path, files)


def test_a_condition_that_looks_back_for_a_change_needs_one_too(tmp_path: Path) -> None:
    reworded = WORTH.replace("is it worth", "was it worth")
    files = {
        "first/v1": questionnaire("first", 1, COFFEE, WORTH),
        "second/v1": questionnaire("second", 1, COFFEE, reworded, CHANGED),
    }
    assert faults(tmp_path, files) == [("second/v1.yaml", "undeclared_change", 10)]
    assert versioned.load(tmp_path, files, STUDY + SAID.replace("coffee", "worth"))


# (what stands in the study, what of it is replaced by what, code)
IN_THE_STUDY = [
    ("variable: coffee, between", "variable: cofee, between", "unknown_question"),
    ("[first, second]", "[first, secnd]", "unknown_questionnaire"),
    ("comparable: yes, ", "", "missing_key"),
    ("[first, second]", "[first]", "empty"),
    ("comparable: yes", "mapping: {much: much, somewhat: much, little: not}", "bad_mapping"),
]


@pytest.mark.parametrize(("old", "new", "code"), IN_THE_STUDY)
def test_a_fault_in_what_a_study_says(tmp_path: Path, old: str, new: str, code: str) -> None:
    assert old in SAID
    found = faults(
        tmp_path, {"second/v1": questionnaire("second", 1, OTHERWISE)}, STUDY + SAID.replace(old, new)
    )  # fmt: skip
    assert (code, len(STUDY.splitlines()) + 2) in {each[1:] for each in found}


def test_nothing_changed_between_touchpoints_either(tmp_path: Path) -> None:
    assert [each[1] for each in faults(tmp_path, {}, STUDY + SAID)] == ["nothing_changed"]


def test_one_id_is_one_kind_of_question_in_the_whole_study(tmp_path: Path) -> None:
    files = {"second/v1": questionnaire("second", 1, COFFEE, DRINKS.replace("multiple", "choice"))}
    files["first/v1"] = questionnaire("first", 1, COFFEE, DRINKS)
    assert faults(tmp_path, files) == [("second/v1.yaml", "two_meanings", 9)]


def test_a_name_that_is_near_is_offered(tmp_path: Path) -> None:
    with pytest.raises(QuestionnaireFaults, match="Did you mean “coffee”"):
        versioned.load(tmp_path, pair(COFFEE, OTHERWISE, "cofee: {comparable: yes, because: So.}"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ((COFFEE, DRINKS), (COFFEE,), "“drinks” is no longer asked: nothing compares. Take this out."),
        ((COFFEE,), (COFFEE, DRINKS), "“drinks” is new in this version: nothing compares. Take this out."),
        ((COFFEE, DRINKS), (COFFEE, DRINKS), "“drinks” is not asked otherwise than before. Take this out."),
    ],
)
def test_nothing_is_to_be_said_of_a_question_of_one_version_alone(
    tmp_path: Path, old: tuple[str, ...], new: tuple[str, ...], said: str
) -> None:
    files = {
        "first/v1": questionnaire("first", 1, *old),
        "first/v2": questionnaire("first", 2, *new, changes="drinks: {comparable: no, because: So.}"),
    }
    with pytest.raises(QuestionnaireFaults) as raised:
        versioned.load(tmp_path, files)
    assert [(fault.code, fault.sentence) for fault in raised.value.faults] == [("nothing_changed", said)]


# What study.yaml says between two versions, and the fault.
BETWEEN_FROZEN = [
    ("between: [first/v2, first/v1]", "bad_value"),
    ("between: [first/v1, second]", "bad_value"),
    ("between: [first/v1, second/v2]", "bad_value"),
    ("between: [first/v1, first/v7]", "unknown_questionnaire"),
    ("between: [first/v1, first/v3]", "bad_value"),
    ("between: [first/v2, first/v3]", "nothing_changed"),
    ("between: [First/v1, first/v2]", "bad_name"),
]
FROZEN = {
    "first/v2": questionnaire("first", 2, OTHERWISE),
    "first/v3": questionnaire("first", 3, OTHERWISE),
    "second/v1": questionnaire("second", 1, OTHERWISE),
}


def said_in_the_study(between: str) -> str:
    return f"{STUDY}comparisons:\n  - {{variable: coffee, {between}, comparable: yes, because: Only the tense.}}\n"


def test_what_a_frozen_version_did_not_declare_is_declared_in_the_study(tmp_path: Path) -> None:
    study = versioned.load(tmp_path, FROZEN, said_in_the_study("between: [first/v1, first/v2]"))
    link = VersionHistory(study.questionnaires, study.comparisons).along("first", "coffee", 1, 3)
    assert [(note.kind, note.reason, note.version) for note in link.notes] == [("reworded", "Only the tense.", 2)]
    assert link.comparable


@pytest.mark.parametrize(("between", "code"), BETWEEN_FROZEN)
def test_it_is_said_of_two_versions_that_follow_on_one_another(tmp_path: Path, between: str, code: str) -> None:
    found = faults(tmp_path, FROZEN, said_in_the_study(between))
    assert ("study.yaml", code) in {(file, each) for file, each, _ in found}


def test_it_is_not_said_twice(tmp_path: Path) -> None:
    declared = questionnaire("first", 2, OTHERWISE, changes="coffee: {comparable: no, because: So.}")
    found = faults(tmp_path, FROZEN | {"first/v2": declared}, said_in_the_study("between: [first/v1, first/v2]"))
    assert [(file, code) for file, code, _ in found] == [("study.yaml", "written_twice")]


# What stands in the study beside a comparison, and whether the two are of the same.
BESIDE_ANOTHER = [
    ("variable: coffee, between: [first, second], comparable: no", True),
    ("variable: coffee, between: [second, first], comparable: yes", True),
    ("variable: coffee, between: [first/v1, first/v2], comparable: no", False),
    ("variable: drinks, between: [first, second], comparable: no", False),
]


@pytest.mark.parametrize(("other", "same"), BESIDE_ANOTHER)
def test_one_variable_is_compared_once_between_two(tmp_path: Path, other: str, same: bool) -> None:
    files = {
        "first/v1": questionnaire("first", 1, COFFEE, DRINKS),
        "first/v2": questionnaire("first", 2, OTHERWISE, DRINKS),
        "second/v1": questionnaire("second", 1, COFFEE, FEWER),
    }
    both = f"{STUDY}{SAID}  - {{{other}, because: So.}}\n"
    found = read_study(versioned.write(tmp_path, files, both))[1]
    again = {fault.line for fault in found if fault.code == "written_twice"}
    assert again == ({len(both.splitlines())} if same else set())


def test_what_a_version_says_of_a_grid_is_not_said_again_of_its_statement_in_the_study(tmp_path: Path) -> None:
    declared = questionnaire("first", 2, COFFEE, ROOMS, changes="views: {comparable: no, because: So.}")
    files = {"first/v1": questionnaire("first", 1, COFFEE, VIEWS), "first/v2": declared}
    said = (
        f"{STUDY}comparisons:\n  - {{variable: room, between: [first/v1, first/v2], comparable: yes, because: So.}}\n"
    )
    assert [each[:2] for each in faults(tmp_path, files, said)] == [("study.yaml", "written_twice")]
