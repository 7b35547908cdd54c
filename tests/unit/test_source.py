"""What a YAML file comes to, and where it says what it does not mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from surveyapp.domain.authoring.file_text import MAXIMUM_BYTES
from surveyapp.domain.authoring.yaml_source import MAXIMUM_EVENTS, Source, read_source
from surveyapp.domain.instrument.patterns import PatternRefused, check_pattern, matches


def read(folder: Path, written: str) -> Source:
    (folder / "v1.yaml").write_text(written, encoding="utf-8")
    return read_source(folder / "v1.yaml", "v1.yaml")


def nested(depth: int) -> list[object]:
    return [nested(depth - 1)] if depth > 1 else []


def test_a_folded_text_is_one_line_with_nothing_left_of_the_folds(tmp_path: Path) -> None:
    path = tmp_path / "v1.yaml"
    path.write_text("folded: >-\n  Read out\n  the answers.\nkept: |\n  One\n  Two\n", encoding="utf-8")
    assert read_source(path, "v1.yaml").data == {"folded": "Read out the answers.", "kept": "One\nTwo\n"}


@pytest.mark.parametrize(
    ("written", "data"),
    [
        ("a: yes  # a comment\nb: 1", {"a": "yes", "b": 1}),
        ("a: What is it?   #\nb: 1", {"a": "What is it?", "b": 1}),
        ("a: 'What is #1?' #x\nb: 1", {"a": "What is #1?", "b": 1}),
        ("a: C#\nb: 1", {"a": "C#", "b": 1}),
        ("a:\n  b: 1\n  # a comment\n  c: 2\n# another\nd: 3", {"a": {"b": 1, "c": 2}, "d": 3}),
        ("a: {b: x, c: }\nd: [x, y]", {"a": {"b": "x", "c": None}, "d": ["x", "y"]}),
        ("a: [x,  # first\n  y]  # last", {"a": ["x", "y"]}),
        ("a: -12\nb: 1.50\nc: 0x1F\nd: 1_000\ne: 2025-01-31\nf: ~\ng: true\nh: True",
         {"a": -12, "b": 1.5, "c": "0x1F", "d": "1_000", "e": "2025-01-31", "f": None, "g": True, "h": "True"}),
        ("a: " + "9" * 15, {"a": 999_999_999_999_999}),
        ("[" * 40 + "]" * 40, nested(40)),
    ],
)  # fmt: skip
def test_what_a_file_says(tmp_path: Path, written: str, data: object) -> None:
    source = read(tmp_path, written)
    assert (source.data, source.faults) == (data, [])


@pytest.mark.parametrize(
    ("written", "code", "line", "column"),
    [
        ("a: 1\nb: What is #1?", "cut_text", 2, 1),
        ("a: 1\nb: What # is it?", "cut_text", 2, 1),
        ("a: 1\nb: What  #is it?", "cut_text", 2, 1),
        ("a: What is\n  our #1?", "cut_text", 2, 1),
        ("a: What is\n  # it?", "cut_text", 2, 1),
        ("a: {b: Tell us, why?}", "cut_text", 1, 17),
        ("a: 1\nb: " + "9" * 16, "bad_value", 2, 4),
        ("a: 1\nb: 0." + "9" * 16, "bad_value", 2, 4),
        ("a: *b", "not_plain", 1, 4),
        ("a: &b", "not_plain", 1, 4),
        ("a: !b c", "not_plain", 1, 4),
        ("a: 1\na: 2", "written_twice", 2, 1),
        ('a: 1\nb: "\\ud800"', "bad_character", 2, 4),
        ("a: 1\nb: \x07", "bad_character", 2, 1),
        ("a: b: c", "not_yaml", 1, 5),
        ("a: 1\n---\nb: 2", "not_yaml", 2, 1),
        ("a: 1\n<<<<<<< ours\nb: 2", "merge_conflict", 2, 1),
        ("[" * 41 + "]" * 41, "too_deep", 1, 41),
        ("a: [" + "b, " * MAXIMUM_EVENTS + "]", "too_large", 1, None),
        ("a: " + "b" * MAXIMUM_BYTES, "too_large", 1, 1),
    ],
)
def test_what_a_file_does_not_say_is_said_where_it_stands(
    tmp_path: Path, written: str, code: str, line: int, column: int | None
) -> None:
    [fault] = read(tmp_path, written).faults
    assert (fault.code, fault.line) == (code, line)
    assert column is None or fault.column == column


def test_hints_stop_where_there_are_many_faults() -> None:
    source = Source("x", {})
    assert source.did_you_mean("nmae", ["name"]) == " Did you mean “name”?"
    for _ in range(100):
        source.fault((), "unknown_key", "No.")
    assert source.did_you_mean("nmae", ["name"]) == ""


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        (r"[A-Z]\d{3}", "A123", True),
        (r"[A-Z]\d{3}", "A1234", False),
        (r"[A-Z]\d{3}", "A123\n", False),
        (r"a|b", "ab", False),
        (r"(a+)+b", "a" * 20_000, False),
        (r"(?i)yes", "YES", True),
    ],
)
def test_a_pattern_is_of_the_whole_line_in_linear_time(pattern: str, text: str, fits: bool) -> None:
    check_pattern(pattern)
    assert matches(pattern, text) is fits


@pytest.mark.parametrize("pattern", ["[", r"(a)\1", "(?=a)b", "a{1000}{1000}", "a)|(b", "(?x)a #", "a" * 501])
def test_a_pattern_that_cannot_be_matched_so_is_refused(pattern: str) -> None:
    with pytest.raises(PatternRefused, match=r"^[^\n]+$"):
        check_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "refused"),
    [
        ("(a{25}){20}", False),
        ("(a{25}){20}b{0,1}", False),
        ("(a{25}){20}b{2}", True),
        ("a{1,501}", True),
        ("a{501,}", True),
        ("a{1000000000000}", True),
    ],
)
def test_what_a_pattern_repeats_comes_to_no_more_than_can_be_compiled_at_once(pattern: str, refused: bool) -> None:
    if refused:
        with pytest.raises(PatternRefused, match="repetitions come to more than 500"):
            check_pattern(pattern)
    else:
        check_pattern(pattern)
