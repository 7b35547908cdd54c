"""Faults in a study's files: each is found, with its file and line and a sentence that says what to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from surveyapp.domain.authoring.loader import load_studies, load_study
from surveyapp.domain.errors import QuestionnaireFaults
from surveyapp.domain.sending.rules import CallRule
from surveyapp.settings import ROOT

STUDY = """\
study: tiny
title: Tiny
public_title: Tiny
summary: A study for a test.
about: About it.
help: {name: Us}
attributes:
  site.size: {label: Size, values: {small: Small, large: Large}}
segments: [site.size]
groups:
  people: {title: People, member: person, reference_prefix: P}
events: {job_start: Started a job}
consent:
  - {id: take_part, version: 1, required: true, text: I agree.}
touchpoints:
  - {group: people, number: 1, title: First, questionnaire: first, opens: enrolled, due: 14 days, closes: 60 days}
  - {group: people, number: 2, title: Second, questionnaire: first, opens: "submitted(people, 1) + 30 days"}
scales:
  agreement:
    options: {agree: Agree, neither: Neither, disagree: Disagree}
    nets: {in_favour: {label: In favour, options: [agree]}}
    favourable: in_favour
    neutral: neither
  worth: {from: 1, to: 10}
measures:
  - id: m
    theme: confidence
    title: M
    group: people
    asked_of: Everyone
    variable: liked
    net: in_favour
    rows:
      - {touchpoint: 1, label: One}
      - {touchpoint: 2, label: Two}
"""

QUESTIONNAIRE = """\
questionnaire: first
version: 1
title: First
sections:
  - id: start
    title: Start
    questions:
      - {id: liked, kind: choice, scale: agreement, text: "Did you like it?"}
      - {id: liked_why, kind: open, text: Why?, ask_if: {liked: agree}}
  - id: then
    title: Then
    ask_if: {site.size: small}
    questions:
      - {id: value, kind: rating, scale: worth, text: How much was it worth?}
"""


def write(folder: Path, study: str = STUDY, questionnaire: str = QUESTIONNAIRE) -> Path:
    root = folder / "tiny"
    (root / "first").mkdir(parents=True)
    (root / "study.yaml").write_text(study, encoding="utf-8")
    (root / "first" / "v1.yaml").write_text(questionnaire, encoding="utf-8")
    return root


def test_a_study_without_faults_loads(tmp_path: Path) -> None:
    study = load_study(write(tmp_path))
    assert [question.id for question in study.newest("first").questions] == ["liked", "liked_why", "value"]
    assert study.newest("first").questions[0].favourable == "in_favour"


def test_the_messages_that_the_guide_writes_are_without_a_fault(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "guides" / "write_to_people.md").read_text(encoding="utf-8")
    example = guide.partition("```yaml\n")[2].partition("```")[0]
    study = load_study(write(tmp_path, STUDY + example))
    assert study.messages is not None
    assert [each.id for each in study.messages.steps] == ["invite", "remind"]
    assert study.messages.calls == CallRule(10)


def test_a_file_that_would_not_be_read_is_a_fault(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "first" / "v2.yml").write_text(QUESTIONNAIRE, encoding="utf-8")
    with pytest.raises(QuestionnaireFaults, match=r"tiny/first/v2\.yml:1:1: wrong_file: "):
        load_study(folder)


def test_a_fault_of_the_study_brings_no_others_with_it(tmp_path: Path) -> None:
    with pytest.raises(QuestionnaireFaults) as raised:
        load_study(write(tmp_path, STUDY.replace("about: About it.\n", "")))
    assert [fault.code for fault in raised.value.faults] == ["missing_key"]


# (which file, what is replaced, by what, the fault's code, the line it is at)
FAULTS = [
    ("first", "title: First\n", "", "missing_key", 1),
    ("first", "kind: open", "kind: opne", "not_allowed", 9),
    ("first", "text: Why?", "txet: Why?", "unknown_key", 9),
    ("first", "scale: agreement", "scale: agrement", "unknown_scale", 8),
    ("first", "ask_if: {liked: agree}", "ask_if: {likd: agree}", "unknown_question", 9),
    ("first", "ask_if: {liked: agree}", "ask_if: {liked: agre}", "unknown_option", 9),
    ("first", "ask_if: {liked: agree}", "ask_if: {value: agree}", "asked_later", 9),
    ("first", "ask_if: {liked: agree}", "ask_if: liked", "bad_condition", 9),
    ("first", "ask_if: {liked: agree}", 'ask_if: {"liked == 1": agree}', "bad_reference", 9),
    ("first", "ask_if: {liked: agree}", "ask_if: {touchpoint_3.liked: agree}", "not_earlier", 9),
    ("first", "{site.size: small}", "{site.sise: small}", "unknown_attribute", 12),
    ("first", "{site.size: small}", "{site.size: tiny}", "unknown_option", 12),
    ("first", "id: liked_why", "id: liked", "written_twice", 9),
    ("first", "id: liked_why", "id: Liked", "bad_name", 9),
    ("first", "kind: rating, scale: worth", "kind: rating, scale: agreement", "wrong_scale", 14),
    ("first", "kind: choice, scale: agreement", "kind: choice", "needs_options", 8),
    ("first", "kind: open,", "kind: open, minimum: 3,", "key_of_another_kind", 9),
    ("first", "kind: open,", "kind: open, missing: [dont_know],", "key_of_another_kind", 9),
    (
        "first",
        "id: liked_why, kind: open",
        "id: liked_why, kind: choice, options: {a: 'At {site.name|it}'}",
        "bad_quote",
        9,
    ),
    ("first", "  - id: then", "  - id: then\n    id: again", "written_twice", 11),
    ("first", "version: 1", "version: 2", "wrong_file", 1),
    ("first", "sections:", "sections: [", "not_yaml", 5),
    (
        "study",
        "questionnaire: first, opens: enrolled",
        "questionnaire: frist, opens: enrolled",
        "unknown_questionnaire",
        16,
    ),
    ("study", "opens: enrolled", "opens: someday", "bad_anchor", 16),
    ("study", "opens: enrolled", "opens: event(job_strat)", "unknown_event", 16),
    ("study", "submitted(people, 1)", "submitted(people, 2)", "anchored_on_itself", 17),
    ("study", "due: 14 days", "due: 14", "not_words", 16),
    ("study", "required: true", "required: false", "no_consent", 13),
    ("study", "options: [agree]", "options: [agreed]", "unknown_option", 21),
    ("study", "neutral: neither", "neutral: neutral", "unknown_option", 23),
    ("study", "variable: liked", "variable: likes", "unknown_question", 34),
    ("study", "    net: in_favour", "    net: in_favor", "unknown_net", 32),
    ("study", "segments: [site.size]", "segments: [site.shape]", "unknown_attribute", 9),
    ("study", "study: tiny", "study: small", "wrong_folder", 1),
    ("study", "events:", "thresholds: {minimum_cell: 2}\nevents:", "threshold_of_two", 12),
]


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "line"), FAULTS, ids=[f"{each[3]}:{each[2][:24]}" for each in FAULTS]
)
def test_a_fault_is_found_where_it_stands(tmp_path: Path, file: str, old: str, new: str, code: str, line: int) -> None:
    texts = {"study": STUDY, "first": QUESTIONNAIRE}
    assert old in texts[file]
    texts[file] = texts[file].replace(old, new, 1)
    with pytest.raises(QuestionnaireFaults) as refused:
        load_study(write(tmp_path, texts["study"], texts["first"]))
    found = {(fault.code, fault.line) for fault in refused.value.faults}
    assert (code, line) in found, refused.value.faults
    for fault in refused.value.faults:
        assert fault.sentence.endswith((".", "?")), fault


SCORED = """\
      - {id: other, kind: rating, scale: worth, text: And that?}
scores:
  - id: whole
    title: The whole
    method: METHOD
    minimum_answered: NEEDED
    items: [value, other]
    bands:
      low: {label: Low, from: FROM, to: 4}
      high: {label: High, from: 5, to: TO}
"""


@pytest.mark.parametrize(
    ("method", "low", "high", "said"),
    [
        ("sum", 2, 20, {}),
        ("sum", 3, 20, {23: "begin at 2"}),
        ("sum", 2, 19, {24: "end at 20"}),
        ("mean", 2, 9, {23: "begin at 1", 24: "end at 10"}),
        ("mean", 0, 10, {}),
    ],
)
def test_bands_hold_whatever_a_score_can_come_to(
    tmp_path: Path, method: str, low: int, high: int, said: dict[int, str]
) -> None:
    score = SCORED.replace("METHOD", method).replace("NEEDED", "1").replace("FROM", str(low)).replace("TO", str(high))
    try:
        load_study(write(tmp_path, questionnaire=QUESTIONNAIRE + score))
        faults = {}
    except QuestionnaireFaults as refused:
        faults = {fault.line: fault for fault in refused.faults}
    assert list(faults) == list(said)
    for line, words in said.items():
        assert faults[line].code == "band_gap"
        assert words in faults[line].sentence
        assert f"from {2 if method == 'sum' else 1} to {20 if method == 'sum' else 10}" in faults[line].sentence


def test_all_faults_are_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(QuestionnaireFaults) as refused:
        load_study(
            write(
                tmp_path,
                questionnaire=QUESTIONNAIRE.replace("{liked: agree}", "{likd: agree}").replace(
                    "{site.size: small}", "{site.sise: small}"
                ),
            )
        )
    assert [(fault.code, fault.line) for fault in refused.value.faults] == [
        ("unknown_question", 9),
        ("unknown_attribute", 12),
    ]
    assert "Did you mean “liked”?" in refused.value.faults[0].sentence


def test_one_id_with_two_meanings_is_refused(tmp_path: Path) -> None:
    root = write(tmp_path, STUDY.replace("title: Second, questionnaire: first", "title: Second, questionnaire: second"))
    (root / "second").mkdir()
    (root / "second" / "v1.yaml").write_text(
        "questionnaire: second\nversion: 1\ntitle: Second\nsections:\n  - id: s\n    title: S\n    questions:\n"
        "      - {id: liked, kind: yes_no, text: Did you like it?}\n",
        encoding="utf-8",
    )
    with pytest.raises(QuestionnaireFaults) as refused:
        load_study(root)
    assert "two_meanings" in {fault.code for fault in refused.value.faults}


def test_a_folder_without_a_study_says_so(tmp_path: Path) -> None:
    with pytest.raises(QuestionnaireFaults, match="no study here"):
        load_studies(tmp_path)


@pytest.mark.parametrize("written", ["", "- a\n- list\n"])
def test_a_file_that_is_no_mapping_is_said_so(tmp_path: Path, written: str) -> None:
    with pytest.raises(QuestionnaireFaults) as raised:
        load_study(write(tmp_path, questionnaire=written))
    assert [(fault.file, fault.line, fault.code) for fault in raised.value.faults] == [
        ("tiny/first/v1.yaml", 1, "not_a_mapping")
    ]


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("when", "Did you mean “ask_if”?"),
        ("zzz", "Take it out, or look in questionnaires/README.md"),
        # A key of a study's file, and nearer to one that can stand here.
        ("moment", "Did you mean “moments”?"),
        # Near to one that cannot.
        ("favourables", "Take it out, or look in questionnaires/README.md"),
    ],
)
def test_a_key_that_there_is_not_says_what_it_is_called_here_or_what_to_do(
    tmp_path: Path, written: str, says: str
) -> None:
    with pytest.raises(QuestionnaireFaults, match=re.escape(says)):
        load_study(write(tmp_path, questionnaire=QUESTIONNAIRE.replace("ask_if: {liked", f"{written}: {{liked", 1)))


def test_what_a_study_has_wrong_by_itself_is_said_beside_what_its_questionnaires_have(tmp_path: Path) -> None:
    study = STUDY.replace("help:", "time_zone: Europe/Lundon\nhelp:")
    with pytest.raises(QuestionnaireFaults) as raised:
        load_study(write(tmp_path, study, QUESTIONNAIRE.replace("scale: agreement", "scale: agrement", 1)))
    assert [fault.code for fault in raised.value.faults] == ["unknown_scale", "unknown_time_zone"]


def test_a_key_that_stands_in_the_wrong_place_is_not_said_to_be_misspelt(tmp_path: Path) -> None:
    with pytest.raises(QuestionnaireFaults) as refused:
        load_study(
            write(tmp_path, questionnaire=QUESTIONNAIRE.replace("    title: Then\n", "    title: Then\n    text: X\n"))
        )
    [fault] = refused.value.faults
    assert (fault.code, "Did you mean" in fault.sentence) == ("unknown_key", False)
    assert "look how far the line is indented" in fault.sentence


def test_a_key_that_cannot_be_one_is_said_of_what_it_stands_in(tmp_path: Path) -> None:
    written = QUESTIONNAIRE.replace("kind: open,", "kind: open, moments: {then: Then},", 1)
    with pytest.raises(QuestionnaireFaults, match="“then” cannot be used for “moments”"):
        load_study(write(tmp_path, questionnaire=written))


# (file, what stands there, what of it is replaced by what, the one fault and what it says)
ADVICE = [
    ("study", "due: 14 days", "due: 14", "not_words", "“14” cannot be used for “due”: write a number of days,"),
    ("study", "due: 14 days", "due: soon", "bad_value", "“soon” cannot be used for “due”: write a number of days,"),
    ("study", "help:", "corrections: soon\nhelp:", "bad_value", "“corrections”: write a number of days,"),
    *(
        ("study", "due: 14 days", f"target: {written}", "bad_value", "“target”: write a number of answers, 1 or more,")
        for written in ("12.5", "150%", "0", "[5]", "true")
    ),
    ("study", "reference_prefix: P", "reference_prefix: gr", "bad_value", "“gr” cannot be used for “reference_prefix”"),
    ("study", "reference_prefix: P", "reference_prefix: gr", "bad_value", "use one to six capitals"),
    ("study", "  site.size: {", "  person.size: {", "bad_name", "“attributes”: begin with `site.` or `participant.`"),
    ("study", "[site.size]", "[person.size]", "bad_name", "for entry 1 of “segments”: begin with `site.`"),
    ("study", "id: m\n", "id: M m\n", "bad_name", "“M m” cannot be used for “id”: use lower-case letters, digits"),
    ("study", "help:", "crosstabs: [[liked]]\nhelp:", "empty", "Entry 1 of “crosstabs” has too few entries: 1."),
    ("study", "help:", "languages: [en, 7]\nhelp:", "not_words", "Entry 2 of “languages” should be words."),
    ("first", "scale: agreement", "options: {a: {text: 5}}", "not_words", "“text” should be words."),
    ("first", "text: Why?", "text: Why?, missing: [dontknow]", "not_allowed", "for entry 1 of “missing”. Use one of"),
]


@pytest.mark.parametrize(("file", "old", "new", "code", "says"), ADVICE)
def test_a_fault_of_shape_says_what_fits_there(
    tmp_path: Path, file: str, old: str, new: str, code: str, says: str
) -> None:
    text = {"study": STUDY, "first": QUESTIONNAIRE}
    assert old in text[file]
    text[file] = text[file].replace(old, new, 1)
    with pytest.raises(QuestionnaireFaults) as raised:
        load_study(write(tmp_path, text["study"], text["first"]))
    [fault] = [each for each in raised.value.faults if each.code not in ("no_privacy_notice", "unknown_attribute")]
    assert (fault.code, says in fault.sentence) == (code, True), fault.sentence
    assert "constrained" not in fault.sentence


@pytest.mark.parametrize("name", ["job_rotation", "mentoring"])
def test_studies_that_ship_ask_for_consent_in_words_for_the_ear(name: str) -> None:
    study = load_study(ROOT / "questionnaires" / name)
    assert [purpose.id for purpose in study.consent if purpose.aloud is None] == []
