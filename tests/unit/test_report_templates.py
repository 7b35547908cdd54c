"""What can be wrong with a study's report, before any release: each fault with its line and what to do."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from surveyapp.domain.authoring.loader import load_study
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.reporting.loader import read_report
from surveyapp.domain.reporting.template import REPORT_FAULT_CODES, Directive, NumberName, read_template
from surveyapp.reports.drawing.picture import FILLS

ROOT = Path(__file__).parents[2]
HOME = ROOT / "questionnaires" / "job_rotation"

TITLE = "title: A report\n\n"

FAULTS = {
    "bad_line no title": ("Some words.", "bad_line", 1, "no title"),
    "bad_line heading": (TITLE + "##Words", "bad_line", 3, "a space before its words"),
    "bad_number alone": (TITLE + "A brace } stands here.", "bad_number", 3, "A brace stands alone"),
    "bad_number kind": (TITLE + "So {targets employees_upskilling}.", "bad_number", 3, "Did you mean “target”?"),
    "bad_number names": (TITLE + "So {change work_satisfaction}.", "bad_number", 3, "a measure and two of its rows"),
    "unknown_form": (TITLE + "So {release|nummer}.", "unknown_form", 3, "Did you mean “number”?"),
    "unknown_form of an option": (TITLE + "{employee.1.overall_value|percent}", "unknown_form", 3, "=code"),
    "unknown_form of no option": (TITLE + "{employee.1.first_feeling=positive|mean}", "unknown_form", 3, "take"),
    "unknown_number group": (TITLE + "{employees.1.first_feeling=positive}", "unknown_number", 3, "“employee”?"),
    "unknown_number touchpoint": (
        TITLE + "{employee.7.first_feeling=positive}",
        "unknown_number",
        3,
        "no touchpoint 7",
    ),
    "unknown_number variable": (TITLE + "{employee.1.first_feelin=positive}", "unknown_number", 3, "“first_feeling”?"),
    "unknown_number code": (TITLE + "a\nb {employee.1.first_feeling=positiv}", "unknown_number", 4, "mean “positive”?"),
    "unknown_number segment": (
        TITLE + "{employee.1[employer_siz=sme].first_feeling=positive}",
        "unknown_number",
        3,
        "“employer_size”?",
    ),
    "unknown_number value": (
        TITLE + "{employee.1[employer_size=smal].first_feeling=positive}",
        "unknown_number",
        3,
        "no value “smal”",
    ),
    "unknown_number rows": (TITLE + "{change work_satisfaction 1>9}", "unknown_number", 3, "Write them as `1>2`"),
    "unknown_number cost": (TITLE + "{cost grants}", "unknown_number", 3, "Did you mean “grant”?"),
    "unknown_number loaded": (
        TITLE + "{loaded employee_profile.femal}",
        "unknown_number",
        3,
        "employee_profile.female",
    ),
    "unknown_number answered": (TITLE + "{answered backfill.3}", "unknown_number", 3, "There is no touchpoint"),
    "unknown_directive": (
        TITLE + "::figur measure work_satisfaction",
        "unknown_directive",
        3,
        "Did you mean “figure”?",
    ),
    "unknown_figure subject": (TITLE + "::figure measures x", "unknown_figure", 3, "Did you mean “measure”?"),
    "unknown_figure name": (
        TITLE + "::figure measure work_satisfactio",
        "unknown_figure",
        3,
        "mean “work_satisfaction”?",
    ),
    "unknown_figure place": (TITLE + "::figure question employee", "unknown_figure", 3, "Name a question as"),
    "unknown_figure of a grid": (
        TITLE + "::figure question employee.1.training_views",
        "unknown_figure",
        3,
        "Name one: “training_useful”, “training_enjoyable”.",
    ),
    "unknown_figure quotations of a grid": (
        TITLE + "::quotations question employee.1.training_views",
        "unknown_figure",
        3,
        "is a grid",
    ),
    "unknown_figure split": (TITLE + "::figure measure work_satisfaction by age", "unknown_figure", 3, "no segment"),
    "unknown_figure names": (TITLE + "::figure measure", "unknown_figure", 3, "takes 1 name"),
    "unknown_figure beside nothing": (TITLE + "::figure comparators", "unknown_figure", 3, "takes 1 name"),
    "unknown_figure quotations": (
        TITLE + "::quotations question employee.1.benefits by employer_size",
        "unknown_figure",
        3,
        "cannot be split",
    ),
    "unknown_figure crosstab": (TITLE + "::table crosstab employee.1 a b", "unknown_figure", 3, "crosstabs"),
}


@pytest.fixture(scope="module")
def study() -> Study:
    return load_study(HOME)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The study's folder with its report alone, for a test to write into."""
    shutil.copytree(HOME / "report", tmp_path / "job_rotation" / "report")
    return tmp_path / "job_rotation"


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_says_its_line_and_what_to_do(home: Path, study: Study, name: str) -> None:
    written, code, line, said = FAULTS[name]
    (home / "report" / "report.md").write_text(written, encoding="utf-8")
    _report, faults = read_report(home, study)
    assert [(fault.file, fault.line, fault.code) for fault in faults] == [
        ("job_rotation/report/report.md", line, code)
    ], faults
    assert said in faults[0].sentence


def test_every_code_of_a_template_has_a_case() -> None:
    seen = {code for _written, code, _line, _said in FAULTS.values()}
    assert set(REPORT_FAULT_CODES) - seen == {"not_in_release", "not_told", "unreadable_report"}


FIGURE_FAULTS = {
    "a day that is none": ('"2026-11-14"', '"14 November"', "bad_value", "is not a date"),
    "more than the base": ("label: Under 25, count: 23", "label: Under 25, count: 41", "does_not_add_up", "41 is more"),
    "an amount of nothing": ("of: grant, by: planned", "by: planned", "missing_key", "has no amount"),
    "an amount of an unknown": ("of: grant, by: planned", "of: grants, by: planned", "bad_value", "mean “grant”?"),
    "a value of no attribute": ("value: male, label: Male, count: 14", "value: mal, label: Male, count: 14",
                                "unknown_value", "“mal”"),
    "an attribute that is none": ("participant.gender\n", "participant.gende\n", "unknown_attribute",
                                  "“participant.gende”"),
    "two of one name": ("{id: male, value: male, label: Male, count: 14}", "{id: female, label: Male, count: 14}",
                        "written_twice", "Two rows"),
    "evidence that names nothing": ("{target backfill_placed|said} were", "{targt x} were", "bad_number", "no number"),
    "evidence that names an unknown": ("{target backfill_placed|said} were", "{target placed} were", "unknown_number",
                                       "There is no target"),
}  # fmt: skip


@pytest.mark.parametrize("name", FIGURE_FAULTS)
def test_what_is_wrong_with_loaded_figures_is_said_with_its_place(home: Path, study: Study, name: str) -> None:
    old, new, code, said = FIGURE_FAULTS[name]
    path = home / "report" / "figures.yaml"
    written = path.read_text(encoding="utf-8")
    assert old in written
    path.write_text(written.replace(old, new, 1), encoding="utf-8")
    line = written[: written.index(old)].count("\n") + 1
    _report, faults = read_report(home, study)
    assert [(fault.file, fault.code) for fault in faults[:1]] == [("job_rotation/report/figures.yaml", code)], faults
    assert said in faults[0].sentence
    assert abs(faults[0].line - line) <= 1


def test_a_template_that_is_no_text_is_said(home: Path, study: Study) -> None:
    (home / "report" / "report.md").write_bytes(b"title: \xff\xfe\x00")
    _report, faults = read_report(home, study)
    assert faults[0].code == "unreadable_report"


@pytest.mark.parametrize("name", ["job_rotation", "mentoring"])
def test_the_reports_of_the_studies_that_ship_have_no_faults(name: str) -> None:
    home = ROOT / "questionnaires" / name
    report, faults = read_report(home, load_study(home))
    assert faults == ()
    assert report.own == (name == "job_rotation")


def test_what_is_written_is_read_as_it_stands() -> None:
    written = "title: One {{and}} two\n\n// left out\n# A {release}\nfirst\nsecond\n- x\n- y\n  on\n::contents\n"
    template, faults = read_template(written, "file")
    assert faults == ()
    assert "".join(map(str, template.title)) == "One {and} two"
    heading, paragraph, listed, contents = template.blocks
    assert isinstance(heading.text[1], NumberName)  # type: ignore[union-attr]
    assert paragraph.text == ("first", " ", "second")  # type: ignore[union-attr]
    assert listed.items == (("x",), ("y", " ", "on"))  # type: ignore[union-attr]
    assert isinstance(contents, Directive)


def test_amounts_follow_from_what_was_loaded() -> None:
    report, _faults = read_report(HOME, load_study(HOME))
    values = {cost.id: str(cost.value) for cost in report.figures.costs}
    assert values["other_funding"] == "320000"
    assert values["grant_planned"] == "4625.00"
    assert values["grant_placed"] == "11562.50"
    assert values["all_in_position"] == "7794.12"
    assert values["saving_placed"] == "946560"


def test_pictures_have_the_colours_of_the_page() -> None:
    scales = (ROOT / "surveyapp" / "static" / "css" / "scales.css").read_text(encoding="utf-8")
    light = scales[: scales.index("@media")]
    wrong = [name for name, colour in FILLS.items() if name != "plain" and f"--{name}: {colour};" not in light]
    assert wrong == []
