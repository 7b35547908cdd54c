"""While something frozen is not as it was, that is all that is said of a study: the rest is measured by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from surveyapp.domain.authoring.frozen import lock
from surveyapp.domain.authoring.loader import load_study
from surveyapp.domain.errors import QuestionnaireFaults
from surveyapp.domain.instrument.questionnaire import fingerprint, to_document
from surveyapp.domain.versions.variable_history import history
from surveyapp.services.questionnaires import versions
from tests import versioned
from tests.versioned import STUDY, WORTH, questionnaire

PO = """\
msgid ""
msgstr ""
"Language: pl\\n"
"Content-Type: text/plain; charset=utf-8\\n"

msgctxt "first.coffee.text"
msgid "How much do you like the coffee?"
msgstr "Jak bardzo lubisz kawę?"
"""


def codes(folder: Path) -> list[str]:
    with pytest.raises(QuestionnaireFaults) as refused:
        versions.check_folder(folder)
    return [fault.code for fault in refused.value.faults]


def test_a_slip_in_frozen_words_is_to_be_undone_and_no_translation_to_be_changed_for_it(tmp_path: Path) -> None:
    folder = versioned.write(tmp_path, {}, STUDY + "languages: [en, pl]\npartial: [pl]\n")
    (folder / "text").mkdir()
    (folder / "text" / "pl.po").write_text(PO, encoding="utf-8")
    study = load_study(folder)
    frozen = {key: lock.Locked(fingerprint(to_document(each))) for key, each in study.questionnaires.items()}
    lock.write_lines(folder, frozen)
    assert versions.check_folder(folder)
    first = folder / "first" / "v1.yaml"
    first.write_text(first.read_text(encoding="utf-8").replace("do you like", "did you like"), encoding="utf-8")
    assert set(codes(folder)) <= {"frozen_changed", "undeclared_change"}
    second = folder / "second" / "v1.yaml"
    second.write_text(second.read_text(encoding="utf-8").replace("do you like", "did you like"), encoding="utf-8")
    assert codes(folder) == ["frozen_changed", "frozen_changed"]


def test_a_mapping_is_told_whole(tmp_path: Path) -> None:
    """Whoever applies it as a table loses nobody, those whose number stays neither."""
    changes = "worth: {mapping: {1: 1, 2: 1, 3: 2, 4: 2, 5: 3, 6: 3, 7: 4, 8: 4, 9: 5, 10: 5}, because: Half as many.}"
    files = {
        "first/v1": questionnaire("first", 1, WORTH),
        "first/v2": questionnaire("first", 2, WORTH.replace("ten", "five"), changes=changes),
    }
    study = versioned.load(tmp_path, files, STUDY[: STUDY.index("measures:")])
    [_, newer] = [each for each in history(study, "worth") if each.wording.questionnaire == "first"]
    assert newer.since is not None
    assert dict(newer.since.mapping) == {str(old): str((old + 1) // 2) for old in range(1, 11)}
