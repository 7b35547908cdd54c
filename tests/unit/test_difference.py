"""What is different between two questionnaires, and one variable through all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from surveyapp.domain.instrument.study import Study
from surveyapp.domain.versions.diff import Difference, difference
from surveyapp.domain.versions.variable_history import history, score_history
from surveyapp.reports.text.version_text import difference_lines, score_lines
from tests import versioned
from tests.versioned import COFFEE, DRINKS, STUDY, VIEWS, WHY, WORTH, questionnaire

ALL = (COFFEE, DRINKS, WORTH, VIEWS, WHY)


def between(tmp_path: Path, *new: str, changes: str = "") -> Difference:
    """From a version with one question of each sort to another."""
    files = {
        "first/v1": questionnaire("first", 1, *ALL),
        "first/v2": questionnaire("first", 2, *new, changes=changes),
    }
    study = versioned.load(tmp_path, files, STUDY.partition("measures:")[0])
    return difference(study, study.questionnaires["first", 1], study.questionnaires["first", 2])


def with_(old: str, new: str, question: str) -> tuple[str, ...]:
    assert old in question
    return tuple(question.replace(old, new) if each == question else each for each in ALL)


ROOM = "room: {text: The room, ask_if: {coffee: much}}"

# (the question, what of it is replaced by what, what is said, the one edit: what, about, old, new)
EDITS: list[tuple[str, str, str, str, tuple[str, str | None, str | None, str | None]]] = [
    (COFFEE, "How much do you", "How far do you", "coffee: {comparable: yes, because: So.}",
     ("text", None, "How much do you like the coffee?", "How far do you like the coffee?")),
    (COFFEE, "coffee?}", "coffee?, hint: Today.}", "", ("hint", None, None, "Today.")),
    (COFFEE, "coffee?}", "coffee?, interviewer: Slowly.}", "", ("interviewer", None, None, "Slowly.")),
    (COFFEE, "coffee?}", "coffee?, required: false}", "coffee: {comparable: yes, because: So.}",
     ("required", None, "yes", "no")),
    (COFFEE, "coffee?}", "coffee?, missing: [dont_know]}", "coffee: {comparable: yes, because: So.}",
     ("missing", None, "dont_know, prefer_not_to_say", "dont_know")),
    (DRINKS, "water: Water", "water: Water, milk: Milk", "", ("option", "milk", None, "Milk")),
    (DRINKS, ", water: Water", "", "drinks: {comparable: no, because: So.}", ("option", "water", "Water", None)),
    (DRINKS, "water: Water", "water: Tap water", "drinks: {comparable: yes, because: So.}",
     ("option", "water", "Water", "Tap water")),
    (DRINKS, "tea: Tea, juice: Juice", "juice: Juice, tea: Tea", "drinks: {comparable: yes, because: So.}",
     ("order", None, "Tea, Juice, Water", "Juice, Tea, Water")),
    (DRINKS, "tea: Tea", "tea: {text: Tea, specify: Which?}", "", ("specify", "tea", None, "Which?")),
    (WHY, "{coffee: much}", "{coffee: [much, somewhat]}", "why: {comparable: no, because: So.}",
     ("ask_if", None, "coffee is Very much", "coffee is Very much or Somewhat")),
    (WHY, ", ask_if: {coffee: much}", "", "why: {comparable: no, because: So.}",
     ("ask_if", None, "coffee is Very much", "always")),
    (WHY, "text:", "max_length: 300, text:", "", ("max_length", None, None, "300")),
    (VIEWS, "room: The room", ROOM, "room: {comparable: no, because: So.}",
     ("ask_if", "room", "always", "coffee is Very much")),
    (VIEWS, ", music: The music", "", "", ("statement", "music", "The music", None)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "old", "new", "changes", "edit"), EDITS, ids=[f"{row[4][0]}:{row[2][:20]}" for row in EDITS]
)
def test_one_change_is_one_edit(
    tmp_path: Path,
    question: str,
    old: str,
    new: str,
    changes: str,
    edit: tuple[str, str | None, str | None, str | None],
) -> None:
    found = between(tmp_path, *with_(old, new, question), changes=changes)
    (changed,) = found.questions
    assert [(each.what, each.about, each.old, each.new) for each in changed.edits] == [edit]
    assert (found.added, found.removed, found.moved) == ((), (), ())


def test_the_same_file_again_is_no_difference(tmp_path: Path) -> None:
    assert between(tmp_path, *ALL).nothing


def test_a_question_that_stands_elsewhere_has_moved_and_the_others_have_not(tmp_path: Path) -> None:
    found = between(tmp_path, WORTH, COFFEE, DRINKS, VIEWS, WHY)
    assert [(each.id, each.after) for each in found.moved] == [("worth", None)]
    assert not found.questions


def test_added_and_removed_questions_are_named_once(tmp_path: Path) -> None:
    new = "{id: sugar, kind: yes_no, text: With sugar?}"
    found = between(tmp_path, COFFEE, WORTH, new, VIEWS, WHY)
    assert ([each.id for each in found.added], [each.id for each in found.removed]) == (["sugar"], ["drinks"])
    assert not found.moved


def test_a_grid_says_what_became_of_each_statement(tmp_path: Path) -> None:
    said = "views: {comparable: yes, because: Shorter.}\nroom: {comparable: no, because: The room moved.}"
    (found,) = between(tmp_path, *with_("How much", "How far", VIEWS), changes=said).questions
    became = [(each.variable, each.status, each.said and each.said.because) for each in found.became]
    assert became == [("room", "reworded", "The room moved."), ("music", "reworded", "Shorter.")]


def test_versions_far_apart_say_what_was_declared_on_the_way(tmp_path: Path) -> None:
    past, three = COFFEE.replace("do you like", "did you like"), COFFEE.replace("liking", "three")
    said = "coffee: {mapping: {much: good, somewhat: good, little: fair, not: bad}, because: Four became three.}"
    files = {
        "first/v1": questionnaire("first", 1),
        "first/v2": questionnaire("first", 2, past, changes="coffee: {comparable: yes, because: Tense.}"),
        "first/v3": questionnaire("first", 3, three.replace("do you", "did you"), changes=said),
    }
    study = versioned.load(tmp_path, files, STUDY.partition("measures:")[0])
    found = difference(study, study.questionnaires["first", 1], study.questionnaires["first", 3])
    [[became]] = [question.became for question in found.questions]
    assert became.statuses == ("rescaled", "reworded")
    assert became.said is not None
    assert (became.said.because, dict(became.said.mapping)["little"]) == ("Tense. Four became three.", "fair")
    assert not became.undeclared


def test_whom_a_section_asks_is_said_of_each_of_its_questions(tmp_path: Path) -> None:
    later = "sections:\n  - id: filters\n    title: Filters\n    questions:\n      - " + COFFEE
    asks = (
        later + "\n  - id: start\n    title: Start\n    ask_if: {coffee: %s}\n    questions:\n      - " + WORTH + "\n"
    )
    head = "questionnaire: first\nversion: %s\ntitle: About us\n"
    files = {
        "first/v1": head % 1 + asks % "much",
        "first/v2": head % 2 + "changes: {worth: {comparable: no, because: Others.}}\n" + asks % "somewhat",
    }
    study = versioned.load(tmp_path, files, STUDY.partition("measures:")[0])
    found = difference(study, study.questionnaires["first", 1], study.questionnaires["first", 2])
    assert [each.id for each in found.sections] == ["start"]
    [worth] = found.questions
    assert (worth.edits, [each.statuses for each in worth.became]) == ((), [("rebased",)])


@pytest.mark.parametrize(("kind", "old", "new"), [("time", "06:00", "07:00"), ("date", "2026-01-05", "2026-01-06")])
def test_a_limit_is_called_so_that_it_fits_a_day_and_a_time(tmp_path: Path, kind: str, old: str, new: str) -> None:
    asks = "{id: begin, kind: KIND, earliest: 'LIMIT', text: When do you begin?}".replace("KIND", kind)
    files = {
        "first/v1": questionnaire("first", 1, COFFEE, asks.replace("LIMIT", old)),
        "first/v2": questionnaire(
            "first", 2, COFFEE, asks.replace("LIMIT", new), changes="begin: {comparable: yes, because: So.}"
        ),
        "second/v1": questionnaire("second", 1, COFFEE),
    }
    study = versioned.load(tmp_path, files, STUDY.partition("measures:")[0])
    lines = list(
        difference_lines(difference(study, study.questionnaires["first", 1], study.questionnaires["first", 2]))
    )
    assert lines[-3:] == ["  Earliest:", f"    - {old}", f"    + {new}"]


SCORED = """\
scores:
  - {id: sum, title: Sum, method: sum, items: [worth, price], bands: {all: {label: All, from: 1, to: 20}}}
"""


def test_a_score_is_told_in_the_difference_and_the_history(tmp_path: Path) -> None:
    price = WORTH.replace("worth,", "price,")
    mean = SCORED.replace("method: sum", "method: mean").replace("to: 20", "to: 10")
    said = "sum: {comparable: yes, because: A mean is easier to read.}"
    files = {
        "first/v1": questionnaire("first", 1, WORTH, price) + SCORED,
        "first/v2": questionnaire("first", 2, WORTH, price, changes=said) + mean,
        "second/v1": questionnaire("second", 1, COFFEE) + "",
    }
    study = versioned.load(tmp_path, files, STUDY.partition("measures:")[0])
    found = difference(study, study.questionnaires["first", 1], study.questionnaires["first", 2])
    [score] = found.scores
    assert [(each.what, each.about, each.old, each.new) for each in score.edits] == [
        ("band", "all", "All (1–20)", "All (1–10)"),
        ("method", None, "sum", "mean"),
    ]
    [became] = score.became
    assert became.said is not None
    assert (became.statuses, became.said.because) == (("redefined",), "A mean is easier to read.")
    old, new = score_history(study, "sum")
    assert (old.since, new.since is not None and new.since.comparable) == (None, True)
    lines = "\n".join([*difference_lines(found), *score_lines("sum", (old, new))])
    assert "counted otherwise, declared comparable: A mean is easier to read." in lines
    assert "Since first v1: counted otherwise, comparable. A mean is easier to read." in lines


OTHERWISE = COFFEE.replace("do you like", "did you like")


@pytest.fixture
def followed(tmp_path: Path) -> Study:
    """Asked in two wordings and then dropped at the first touchpoint, and in the old words at the second."""
    files = {
        "first/v2": questionnaire("first", 2, OTHERWISE, changes="coffee: {comparable: yes, because: Tense.}"),
        "first/v3": questionnaire("first", 3, DRINKS),
    }
    return versioned.load(tmp_path, files, STUDY.partition("measures:")[0])


def test_a_history_follows_versions_then_touchpoints(followed: Study) -> None:
    found = history(followed, "coffee")
    assert [(each.wording.questionnaire, each.wording.version, len(each.parts)) for each in found] == [
        ("first", 1, 1),
        ("first", 2, 1),
        ("first", 3, 0),
        ("second", 1, 1),
    ]
    steps = [each.since and (each.since.wording.version, each.since.status, each.since.comparable) for each in found]
    assert steps == [None, (1, "reworded", True), (2, "removed", False), (2, "reworded", False)]
    assert found[1].since is not None
    assert [note.reason for note in found[1].since.notes] == ["Tense."]


def test_nothing_asks_what_nobody_wrote(followed: Study) -> None:
    assert history(followed, "tea") == ()
