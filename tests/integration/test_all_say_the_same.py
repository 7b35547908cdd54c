"""Files, pages, the report and the interface for programs say the same of whatever was asked and answered: studies and
answers are drawn at random, and each number counted once more by hand."""

from __future__ import annotations

import csv
import io
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import docx
import lxml.html
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from surveyapp import create_app
from surveyapp.domain.answers import Answer, Codes, Missing, Reason
from surveyapp.domain.exports.dataset import ExportShape
from surveyapp.domain.exports.jobs import ExportRequest
from surveyapp.domain.staff import Role
from surveyapp.reports.documents.building import build
from surveyapp.reports.documents.page import page
from surveyapp.reports.documents.word import word_document
from surveyapp.reports.exports import folder
from surveyapp.reports.text.phrasing import ENGLISH
from surveyapp.services.exports.answers import export_answers
from surveyapp.services.reporting import reports
from surveyapp.services.results.releasing import releases
from surveyapp.services.runtime import Runtime
from tests import factories, versioned
from tests.conftest import Clock
from tests.page import Client
from tests.program import Program, token_of

OPTIONS = {"tea": "Tea", "juice": "Juice", "water": "Water", "cocoa": "Cocoa"}
LIKING = {"much": "Very much", "somewhat": "Somewhat", "little": "A little", "not": "Not at all"}
PATH = f"/studies/{versioned.NAME}"


@st.composite
def studies(draw: st.DrawFn) -> tuple[list[str], list[dict[str, Answer]], list[dict[str, Answer]]]:
    """The options of a question with several, and what guests answered at two touchpoints; the second may be missed by
    some."""
    offered = draw(st.lists(st.sampled_from(sorted(OPTIONS)), min_size=2, max_size=4, unique=True))
    skipped = st.just(Missing(Reason.SKIPPED))
    liking = st.sampled_from(sorted(LIKING)).map(lambda code: Codes((code,)))
    several = st.lists(st.sampled_from(offered), min_size=1, max_size=3, unique=True).map(
        lambda some: Codes(tuple(some))
    )
    # Of a question that nobody answered nothing is told: the first guest answers each.
    guests: list[dict[str, Any]] = [draw(st.fixed_dictionaries({"coffee": liking, "drinks": several}))]
    # Whoever hands in has said something of what they were asked, if only that they do not say it.
    others = st.fixed_dictionaries({"coffee": liking | skipped, "drinks": several | skipped | st.none()})
    guests += draw(st.lists(others, max_size=5))
    later = draw(st.lists(st.fixed_dictionaries({"coffee": liking | skipped}), max_size=len(guests)))
    return offered, [_given(each) for each in guests], [_given(each) for each in later]


def _given(answers: Mapping[str, Any]) -> dict[str, Answer]:
    return {name: answer for name, answer in answers.items() if answer is not None}


# Each example is an installation of its own: one that fails is told as it is, for a smaller one takes minutes to find.
@settings(max_examples=5, phases=[Phase.explicit, Phase.generate])
@given(studies())
def test_files_pages_the_report_and_the_interface_agree(
    sqlite_template: Path, drawn: tuple[list[str], list[dict[str, Answer]], list[dict[str, Answer]]]
) -> None:
    offered, guests, later = drawn
    with tempfile.TemporaryDirectory() as place:
        runtime = installation(Path(place), sqlite_template, offered)
        versioned.answer(runtime, 1, 1, *guests)
        versioned.answer(runtime, 2, 1, *later)
        releases.make(factories.operator(runtime), versioned.NAME)
        try:
            compare(runtime, Path(place), offered, guests)
        finally:
            runtime.database.dispose()


def installation(place: Path, template: Path, offered: list[str]) -> Runtime:
    shutil.copy(template, place / "test.db")
    options = ", ".join(f"{code}: {OPTIONS[code]}" for code in offered)
    drinks = f"{{id: drinks, kind: multiple, text: What do you drink?, options: {{{options}}}}}"
    files = {"first/v1": versioned.questionnaire("first", 1, versioned.COFFEE, drinks)}
    study = versioned.STUDY + "releases: {live: true}\n"
    return versioned.create_runtime(f"sqlite:///{place / 'test.db'}", Clock(), place / "q", files, study, demo=True)


def compare(runtime: Runtime, place: Path, offered: list[str], guests: list[dict[str, Answer]]) -> None:
    app = create_app(runtime)
    app.testing = True
    roles = (Role.EVALUATOR, Role.VIEWER, Role.EXPORT_ANSWERS)
    member = factories.create_staff(runtime, *roles, study=versioned.NAME)
    program, browser = Program(app, token_of(runtime, member).secret), Client(app.test_client())
    browser.sign_in(member.email)

    # By hand, and from the single answers of files and of the interface.
    given_codes = (answer.codes for each in guests for answer in each.values() if isinstance(answer, Codes))
    counted = Counter(code for codes in given_codes for code in codes)
    rows = program.read_all(f"{PATH}/answers/first", "rows", limit=2)
    filed = in_a_file(runtime, place)
    assert Counter(as_in_a_file(row) for row in rows) == Counter(tuple(sorted(row.items())) for row in filed)
    read = Counter(row["coffee"] for row in rows if row["coffee"]) + Counter(
        code for row in rows for code in offered if row[f"drinks_{code}"]
    )
    assert read == +counted

    # From the interface's numbers, the page's file, and the pages themselves.
    records = program.read(f"{PATH}/releases/latest/records", table="questions.guest.1")["records"]
    told = {each["category"]: each["count"] for each in records if each["kind"] == "option"}
    assert told == {code: counted[code] for code in (*LIKING, *offered)}
    released = f"/released/{versioned.NAME}/questions/guest/1"
    file = browser.raw.get(f"{released}.csv").get_data(as_text=True).lstrip("\ufeff")
    written = {row["category"]: row["count"] for row in csv.DictReader(io.StringIO(file)) if row["kind"] == "option"}
    assert written == {code: str(number) for code, number in told.items()}
    for address in (released, f"/results/{versioned.NAME}/questions/guest/1"):
        lines = browser.page(address).said("tr")
        for code, label in {**LIKING, **{each: OPTIONS[each] for each in offered}}.items():
            assert any(f"{line} ".startswith(f"{label} {counted[code]} ") for line in lines), (address, label)

    # From the report: the numbers that its text names, in both its forms, and what a figure says of itself.
    for lines, figures in in_a_report(runtime, offered):
        assert lines == [f"{code} {counted[code]}" for code in (*LIKING, *offered)]
        for code, label in {**LIKING, **{each: OPTIONS[each] for each in offered}}.items():
            assert re.search(rf"\b{label}(?:: {counted[code]} of | {counted[code]} \()", figures), (label, figures)

    # Who answered.
    standing = program.read(f"{PATH}/standing")["records"]
    answered = {
        each["touchpoint"]: each["count"] for each in standing if each["category"] == "answered" and not each["segment"]
    }
    assert answered[1] == len(guests) == len(rows)
    people = program.read(f"{PATH}/releases/latest/records", table="people.guest")["records"]
    released_people = {each["touchpoint"]: each["count"] for each in people if not each["segment"]}
    # Of a touchpoint at which nobody answered a release says nothing.
    assert released_people == {point: number or None for point, number in answered.items()}


def in_a_file(runtime: Runtime, place: Path) -> list[dict[str, str]]:
    """The rows of the first questionnaire's CSV, without what people are called in it."""
    asked = ExportRequest(shape=ExportShape.RESPONSES, form="csv", purpose="To compare")
    export = export_answers(factories.operator(runtime), versioned.NAME, asked, str)
    folder.write(export, "csv", place / "out")
    [path] = (place / "out").glob("*_first.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{name: cell for name, cell in row.items() if name != "person"} for row in csv.DictReader(file)]


def in_a_report(runtime: Runtime, offered: list[str]) -> list[tuple[list[str], str]]:
    """The lines of a report that names every option's count, as a page and as a Word file have them, each with what its
    figures say in words."""
    named = {**dict.fromkeys(LIKING, "coffee"), **dict.fromkeys(offered, "drinks")}
    lines = [f"- {code} {{guest.1.{variable}={code}|count}}" for code, variable in named.items()]
    figures = [f"::figure question guest.1.{variable} | {variable}" for variable in ("coffee", "drinks")]
    place = runtime.settings.questionnaires / versioned.NAME / "report"
    place.mkdir()
    (place / "report.md").write_text("\n".join(["title: The café", "", *lines, "", *figures, ""]), encoding="utf-8")
    found = build(reports.material(factories.operator(runtime), versioned.NAME), ENGLISH)
    html = lxml.html.document_fromstring(page(found, ENGLISH))
    word = docx.Document(io.BytesIO(word_document(found, ENGLISH)))
    return [
        (
            [each.text_content().strip() for each in html.xpath("//li") if not each.xpath(".//a")],
            " ".join(html.xpath("//svg/@aria-label")),
        ),
        (
            [each.text for each in word.paragraphs if each.style is not None and each.style.name == "List Bullet"],
            " ".join(str(each._inline.docPr.get("descr")) for each in word.inline_shapes),
        ),
    ]


def as_in_a_file(row: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """A row of the interface as CSV has it: why there is no answer stands in its place."""
    made = {}
    for name, value in row.items():
        of, _, beside = name.rpartition("_missing")
        if name == "person" or (of in row and not beside):
            continue
        why = row.get(f"{name}_missing")
        plain = int(value) if isinstance(value, bool) else value
        made[name] = f".{why}" if why else "" if plain is None else str(plain)
    return tuple(sorted(made.items()))
