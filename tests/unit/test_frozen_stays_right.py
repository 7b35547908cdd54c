"""What was frozen and right when it was stays so, whatever is written in other files later: nobody could mend it."""

from __future__ import annotations

from pathlib import Path

import pytest

from surveyapp.domain.authoring.frozen import lock
from surveyapp.domain.authoring.loader import read_study
from surveyapp.domain.errors import Fault
from surveyapp.domain.instrument.earlier.wordings import newest_before
from surveyapp.domain.instrument.questionnaire import fingerprint, to_document
from tests import versioned
from tests.versioned import STUDY, questionnaire

ANIMAL = "{id: animal, kind: choice, text: Which do you keep?, options: {cows: Cattle, sheep: Sheep}}"
RATE = "{id: rate, kind: rating, scale: ten, text: How likely is it?}"
JOB = "{id: job, kind: short, fact: true, text: What is your job?}"
HERDS = "{id: herds, kind: multiple, text: And which others?, options: {goats: Goats, hens: Hens}}"
FIRST = (ANIMAL, RATE, JOB, HERDS)

LOOKING = (
    ANIMAL,
    "{id: milk, kind: yes_no, ask_if: {touchpoint_1.animal: cows}, text: Do you milk?}",
    "{id: eggs, kind: yes_no, ask_if: {touchpoint_1.herds: [hens]}, text: Do you sell eggs?}",
    "{id: why, kind: open, ask_if: {changed: {from: touchpoint_1.animal, to: animal}}, text: Why another?}",
    "{id: keen, kind: yes_no, ask_if: {at_least: {touchpoint_1.rate: 8}}, text: Still keen?}",
    "{id: told, kind: yes_no, ask_if: {answered: touchpoint_1.job}, text: 'Still {touchpoint_1.job|a worker}?'}",
)
NOT_LOOKING = (ANIMAL, "{id: more, kind: open, text: More?}")

_STUDY = STUDY[: STUDY.index("measures:")]

# What a second version of the first questionnaire has for one of its questions (None: it leaves it out), and what it
# says of it.
LATER: dict[str, tuple[str, str | None, str]] = {
    "an option more": (ANIMAL, ANIMAL.replace("sheep: Sheep", "sheep: Sheep, goats: Goats"), ""),
    "a code renamed": (
        ANIMAL,
        ANIMAL.replace("cows:", "cattle:"),
        "animal: {mapping: {cows: cattle, sheep: sheep}, because: Only the code is another.}",
    ),
    "an option gone": (ANIMAL, ANIMAL.replace("cows: Cattle", "pigs: Pigs"), "animal: {comparable: no, because: So.}"),
    "other words": (ANIMAL, ANIMAL.replace("Which do", "What do"), "animal: {comparable: yes, because: Words.}"),
    "another order": (
        ANIMAL,
        ANIMAL.replace("cows: Cattle, sheep: Sheep", "sheep: Sheep, cows: Cattle"),
        "animal: {comparable: yes, because: The order.}",
    ),
    "a scale with other ends": (
        RATE,
        RATE.replace("ten", "five"),
        "rate: {mapping: {1: 1, 2: 1, 3: 2, 4: 2, 5: 3, 6: 3, 7: 4, 8: 4, 9: 5, 10: 5}, because: Half as many.}",
    ),
    "no fact any more": (JOB, JOB.replace("fact: true, ", ""), "job: {comparable: yes, because: Not quoted.}"),
    "other choices": (HERDS, HERDS.replace("hens: Hens", "ducks: Ducks"), "herds: {comparable: no, because: So.}"),
    **{f"without {each[5:9].strip(',')}": (each, None, "") for each in FIRST},
}  # fmt: skip


def frozen(root: Path) -> None:
    """The two versions there are, frozen as they are."""
    study, faults = read_study(root)
    assert not faults
    lock.write_lines(
        root,
        {
            key: lock.Locked(fingerprint(to_document(each)), newest_before(study, each, study.questionnaires.keys()))
            for key, each in study.questionnaires.items()
        },
    )


def faults_after(tmp_path: Path, files: dict[str, str]) -> tuple[Fault, ...]:
    """What is wrong once more files are written beside what is frozen."""
    first = {"first/v1": questionnaire("first", 1, *FIRST), "second/v1": questionnaire("second", 1, *LOOKING)}
    root = versioned.write(tmp_path, first, _STUDY)
    frozen(root)
    versioned.write(tmp_path, first | files, _STUDY)
    return read_study(root)[1]


@pytest.mark.parametrize("also", [None, LOOKING, NOT_LOOKING], ids=["alone", "and a second that looks", "and one not"])
@pytest.mark.parametrize("later", LATER)
def test_a_later_version_of_what_a_frozen_one_looks_at_makes_no_fault_of_it(
    tmp_path: Path, later: str, also: tuple[str, ...] | None
) -> None:
    old, new, changes = LATER[later]
    questions = [new if each == old else each for each in FIRST if not (each == old and new is None)]
    files = {"first/v2": questionnaire("first", 2, *map(str, questions), changes=changes)}
    if also is not None:
        files["second/v2"] = questionnaire("second", 2, *also)
    assert [str(fault) for fault in faults_after(tmp_path, files)] == []


def test_the_same_holds_of_what_was_frozen_before_it_was_recorded_after_which_versions(tmp_path: Path) -> None:
    new, changes = LATER["a code renamed"][1:]
    files = {
        "first/v1": questionnaire("first", 1, *FIRST),
        "first/v2": questionnaire("first", 2, str(new), RATE, JOB, HERDS, changes=changes),
        "second/v1": questionnaire("second", 1, *LOOKING),
    }
    assert read_study(versioned.write(tmp_path, files, _STUDY))[1] == ()


def test_a_draft_gives_way_to_what_is_frozen(tmp_path: Path) -> None:
    """“eggs” is a question of the second, and frozen."""
    eggs = "{id: eggs, kind: open, text: Eggs?}"
    (fault,) = faults_after(tmp_path, {"first/v2": questionnaire("first", 2, *FIRST, eggs)})
    assert (fault.code, fault.file) == ("two_meanings", "cafe/first/v2.yaml")


def test_options_of_several_versions_are_not_named_together(tmp_path: Path) -> None:
    both = LOOKING[1].replace("animal: cows", "animal: [cows, cattle]").replace("milk", "cream")
    new, changes = LATER["a code renamed"][1:]
    (fault,) = faults_after(
        tmp_path,
        {
            "first/v2": questionnaire("first", 2, str(new), RATE, JOB, HERDS, changes=changes),
            "second/v2": questionnaire("second", 2, ANIMAL, both),
        },
    )
    assert (fault.code, fault.file) == ("unknown_option", "cafe/second/v2.yaml")
    assert "“cattle”, “cows”" in fault.sentence


def test_what_no_version_has_is_a_fault_of_a_draft(tmp_path: Path) -> None:
    strange = (
        "{id: a, kind: yes_no, ask_if: {touchpoint_1.animal: pigs}, text: Pigs?}",
        "{id: b, kind: yes_no, ask_if: {at_least: {touchpoint_1.animal: 3}}, text: Many?}",
        "{id: c, kind: yes_no, ask_if: {answered: touchpoint_1.anmal}, text: 'Still {touchpoint_1.rate|so}?'}",
    )
    found = faults_after(tmp_path, {"second/v2": questionnaire("second", 2, *strange)})
    assert sorted(fault.code for fault in found) == ["not_a_fact", "not_a_number", "unknown_option", "unknown_question"]
    assert {fault.file for fault in found} == {"cafe/second/v2.yaml"}


def test_a_lock_says_after_which_versions_something_was_written(tmp_path: Path) -> None:
    root = versioned.write(
        tmp_path,
        {"first/v1": questionnaire("first", 1, *FIRST), "second/v1": questionnaire("second", 1, *LOOKING)},
        _STUDY,
    )
    frozen(root)
    assert (root / lock.LOCK).read_text(encoding="utf-8").splitlines()[-1].endswith(" after first v1")
    assert lock.read_lines(root)["second", 1].looks_back == {"first": 1}
    assert read_study(root)[0].frozen == {("first", 1): {}, ("second", 1): {"first": 1}}
