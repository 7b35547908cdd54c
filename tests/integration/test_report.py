"""The report of the demonstration's release: what stands in it is what the release says, in each form."""

from __future__ import annotations

import dataclasses
import io
import re
import uuid
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import docx
import lxml.html
import pytest
from click.testing import CliRunner
from docx.oxml.ns import qn

import surveyapp
from surveyapp.cli import main
from surveyapp.domain.audit import Operator
from surveyapp.domain.errors import NoReleaseYet, NotFound, ReportFaults
from surveyapp.domain.instrument.study import Thresholds
from surveyapp.domain.open_answers.quoting import Quotation
from surveyapp.domain.releases import ReleasedPage
from surveyapp.domain.reporting.loader import default_template
from surveyapp.domain.reporting.material import ReportMaterial
from surveyapp.domain.reporting.template import NumberName, read_template
from surveyapp.domain.results import Cell, Distribution
from surveyapp.domain.staff import Role
from surveyapp.reports.documents.building import build
from surveyapp.reports.documents.document import (
    Document,
    DocumentFigure,
    DocumentParagraph,
    DocumentQuotations,
    DocumentTable,
)
from surveyapp.reports.documents.page import page
from surveyapp.reports.documents.word import word_document
from surveyapp.reports.text.phrasing import ENGLISH
from surveyapp.services.reporting import reports
from surveyapp.services.results.releasing import releases
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from tests import factories
from tests.conftest import Clock
from tests.databases import copy_database
from tests.page import Client

SITE = "https://surveys.example.org"


@pytest.fixture(scope="module")
def installation(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """The demonstration with a release of Job Rotation."""
    place = tmp_path_factory.mktemp("report") / "demo.db"
    copy_database(demo_template, place)
    made = factories.create_runtime(f"sqlite:///{place}", Clock(), demo=True)
    releases.make(Desk(made, Operator()), "job_rotation")
    yield made
    made.database.dispose()


@pytest.fixture(scope="module")
def material(installation: Runtime) -> ReportMaterial:
    return reports.material(Desk(installation, Operator()), "job_rotation")


@pytest.fixture(scope="module")
def document(material: ReportMaterial) -> Document:
    return build(material, ENGLISH, SITE)


@pytest.fixture(scope="module")
def written(document: Document) -> Any:
    """The Word file, opened anew."""
    return docx.Document(io.BytesIO(word_document(document, ENGLISH)))


@pytest.fixture(scope="module")
def html(document: Document) -> Any:
    return lxml.html.document_fromstring(page(document, ENGLISH))


def _with(material: ReportMaterial, text: str) -> ReportMaterial:
    """The same with another template."""
    template, faults = read_template(f"title: A report\n\n{text}", "job_rotation/report/report.md")
    assert faults == ()
    return dataclasses.replace(material, report=dataclasses.replace(material.report, template=template))


def _said(material: ReportMaterial, text: str) -> str:
    (paragraph,) = build(_with(material, text), ENGLISH).blocks
    assert isinstance(paragraph, DocumentParagraph)
    return paragraph.text


def _questions(material: ReportMaterial) -> Iterator[Distribution]:
    for point in material.study.touchpoints:
        for segment in (None, "employer_size"):
            yield from material.questions(point.group, point.number, segment)


def _amount(cell: Cell) -> str:
    """What is told of a count, in the words of a sentence."""
    if cell.count is not None:
        return str(cell.count)
    if cell.low is not None and cell.high is not None:
        return f"between {cell.low} and {cell.high}"
    return f"at least {cell.low}" if cell.low is not None else f"fewer than {(cell.high or 0) + 1}"


def _refused(material: ReportMaterial, name: str, forms: set[str]) -> None:
    """In none of these forms a number is told."""
    text = " ".join(f"{{{name}|{form}}}" for form in sorted(forms))
    with pytest.raises(ReportFaults) as refused:
        build(_with(material, text), ENGLISH)
    assert [fault.code for fault in refused.value.faults] == ["not_told"] * len(forms)


def test_every_number_that_can_be_named_is_the_releases_own(material: ReportMaterial) -> None:
    """Of every question, option and net, over everybody and by segment: what a text says equals the result object."""
    checked = 0
    for each in _questions(material):
        for tally in each.tallies:
            if tally.withheld:
                continue
            split = f"[{tally.people.segment}={tally.people.value}]" if tally.people.segment else ""
            name = f"{each.group}.{each.touchpoint}{split}.{each.key}"
            assert _said(material, f"{{{name}|base}}") == _amount(tally.base)
            if tally.rating and tally.rating.mean is not None:
                assert _said(material, f"{{{name}|mean}}") == f"{tally.rating.mean:.1f}"
            for code, cell in tally.cells.items():
                if cell.shown:
                    said = _said(material, f"{{{name}={code}|count}} {{{name}={code}|percent}} {{{name}={code}}}")
                    assert said == f"{cell.count} {cell.percent}% {cell.count} of {tally.base.count}"
                else:
                    untold = {"percent", *({"count", "of"} if not cell.told else ())}
                    _refused(material, f"{name}={code}", untold)
                    if cell.told:
                        assert _said(material, f"{{{name}={code}|count}}") == _amount(cell)
                checked += 1
    assert checked > 400


def test_the_numbers_of_the_published_report_come_out(document: Document, html: Any) -> None:
    text = html.text_content()
    for said in ("17 of 18 (94%) employees are satisfied", "14 of 18 (78%) agree", "13 of 29 (45%) have talked",
                 "7 of 8 (88%)", "2 of 19 (11%) had agreed", "£4,625", "£7,794", "£11,563", "72 of 80 (90%)",
                 "64 of 80 (80%)", "27 of 40 (68%)", "20 of 40 (50%)"):  # fmt: skip
        assert said in text, said


def test_what_rests_on_interviews_says_what_is_missing(html: Any) -> None:
    text = html.text_content()
    for said in ("with 5 of 7 (71%) employers, 3 of 3 (100%) partner bodies and 1 of 6 (17%) training",
                 "holds neither what they said nor who said it", "Would gladly take part again"):  # fmt: skip
        assert said in text, said


def test_the_demonstration_quotes_what_may_be_quoted(document: Document, html: Any) -> None:
    said = [each.text_content() for each in html.xpath("//blockquote/p")]
    assert len(said) == len(document.quoted) == 12
    assert "“I give out the […] and […] on my own.”" in said
    assert document.left_out == 0


def test_the_text_has_no_number_of_a_result_that_is_not_named(material: ReportMaterial) -> None:
    """A share or a count with its base that somebody typed would go on saying what is true no more."""
    typed = []
    for text in material.report.template.texts():
        for piece in text:
            if not isinstance(piece, NumberName):
                typed += re.findall(r"\d+(?:\.\d+)?%|\d+ of \d+", piece)
    assert typed == []


def test_every_figure_and_table_says_its_release_and_leads_back(document: Document) -> None:
    for block in document.blocks:
        if isinstance(block, DocumentFigure):
            assert "Base: " in block.note
            assert "Release 1, answers up to" in block.note
            assert block.address.startswith(f"{SITE}/released/job_rotation/1/")
            assert len(block.said) > len(block.caption) + 10
        elif isinstance(block, DocumentTable):
            assert block.note


def test_links_back_are_pages_that_are_there(installation: Runtime, document: Document) -> None:
    adapter = surveyapp.create_app(installation).url_map.bind("localhost")
    for block in document.blocks:
        if isinstance(block, DocumentFigure | DocumentTable) and block.address:
            endpoint, values = adapter.match(block.address.removeprefix(SITE))
            assert endpoint.startswith("viewer."), block.address
            if endpoint == "viewer.question":
                key = ReleasedPage(kind="questions", group=values["group"], touchpoint=values["touchpoint"]).key
                assert key.startswith("questions ")


def test_word_has_a_picture_for_each_figure_with_its_words(document: Document, written: Any) -> None:
    figures = [block for block in document.blocks if isinstance(block, DocumentFigure)]
    pictures = [shape._inline.docPr for shape in written.inline_shapes]
    assert [each.get("descr") for each in pictures] == [figure.said for figure in figures]
    assert all(each.get("title").startswith("Figure ") for each in pictures)
    ids = [each.get("id") for each in pictures]
    assert len(set(ids)) == len(ids)


def test_word_repeats_the_header_of_every_table(document: Document, written: Any) -> None:
    tables = [block for block in document.blocks if isinstance(block, DocumentTable)]
    assert len(written.tables) == len(tables) > 10
    for table, block in zip(written.tables, tables, strict=True):
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert [cell.text for cell in table.rows[0].cells] == list(block.columns)
        assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) == block.caption


def test_word_has_headings_a_title_and_a_language(document: Document, written: Any) -> None:
    found = [(p.style.name, p.text) for p in written.paragraphs if p.style.name.startswith("Heading")]
    assert found == [(f"Heading {heading.level}", heading.text) for heading in document.headings]
    assert written.core_properties.title == document.title
    assert written.core_properties.language == "en"
    assert written.core_properties.author == ""


def test_tables_of_word_and_page_say_the_same(document: Document, written: Any, html: Any) -> None:
    pages = html.xpath("//table")
    assert len(pages) == len(written.tables)
    for table, other, block in zip(written.tables, pages, (b for b in document.blocks if isinstance(b, DocumentTable)),
                                   strict=True):  # fmt: skip
        rows = [row for row in block.rows if not row.section]
        assert len(other.xpath(".//tbody/tr[not(@class)]")) == len(rows)
        assert len(table.rows) == len(block.rows) + 1
        for row, line in zip(rows, other.xpath(".//tbody/tr[not(@class)]"), strict=True):
            assert [cell.text_content() for cell in line.xpath("./td")] == [cell.text for cell in row.cells]


def test_a_report_in_a_language_that_runs_from_the_right_is_turned_as_a_whole(document: Document) -> None:
    turned = dataclasses.replace(document, language="ur", from_right=True, blocks=document.blocks[:40])
    root = lxml.html.document_fromstring(page(turned, ENGLISH))
    assert (root.get("lang"), root.get("dir")) == ("ur", "rtl")
    straight = lxml.html.document_fromstring(page(document, ENGLISH))
    for one, two in zip(straight.xpath("//figure//svg"), root.xpath("//figure//svg"), strict=False):
        width = float(one.get("width"))
        for left, right in zip(one.xpath(".//rect"), two.xpath(".//rect"), strict=True):
            end = float(right.get("x")) + float(right.get("width"))
            assert float(left.get("x")) == pytest.approx(width - end, abs=0.05)
    opened = docx.Document(io.BytesIO(word_document(turned, ENGLISH)))
    assert opened.styles["Normal"].element.pPr.find(qn("w:bidi")) is not None
    assert opened.tables[0]._tbl.tblPr.find(qn("w:bidiVisual")) is not None


def test_the_page_stands_alone_and_is_named_throughout(html: Any) -> None:
    assert html.get("lang") == "en"
    assert html.xpath("//script | //link | //img | //iframe | //form | //*[@onclick] | //*[@style]") == []
    levels = [int(each.tag[1]) for each in html.xpath("//h1 | //h2 | //h3 | //h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all(svg.get("aria-label") for svg in html.xpath("//figure//svg"))
    assert all(figure.xpath("./figcaption") for figure in html.xpath("//figure"))
    assert all(table.xpath("./caption") and table.xpath(".//th[@scope='col']") for table in html.xpath("//table"))
    names = html.xpath("//@id")
    assert len(set(names)) == len(names)
    assert all(link[1:] in names for link in html.xpath("//nav//a/@href"))


UNTOLD = {
    "a question of a later version": ("{employee.1.first_feeling=positive}", "first_feeling", "not_in_release"),
    "a figure of a later version": ("::figure question employee.1.first_feeling", "first_feeling", "not_in_release"),
}


@pytest.mark.parametrize("name", UNTOLD)
def test_what_an_older_release_does_not_hold_is_said_with_its_place(material: ReportMaterial, name: str) -> None:
    text, variable, code = UNTOLD[name]
    key = ReleasedPage(kind="questions", group="employee", touchpoint=1).key
    kept = tuple(each for each in material.questions("employee", 1) if each.variable != variable)
    older = dataclasses.replace(_with(material, f"Some words.\n\n{text}"), pages={**material.pages, key: kept})
    with pytest.raises(ReportFaults) as refused:
        build(older, ENGLISH)
    (fault,) = refused.value.faults
    assert (fault.file, fault.line, fault.code) == ("job_rotation/report/report.md", 5, code)
    assert "release 1" in fault.sentence
    assert "another release" in fault.sentence


def test_a_number_that_is_hidden_is_said_to_be(material: ReportMaterial) -> None:
    key = ReleasedPage(kind="questions", group="employee", touchpoint=1).key
    hidden = tuple(
        dataclasses.replace(each, tallies=tuple(dataclasses.replace(tally, withheld=True) for tally in each.tallies))
        for each in material.questions("employee", 1)
    )
    kept = dataclasses.replace(
        _with(material, "So {employee.1.first_feeling=positive}.\n\n::figure question employee.1.first_feeling"),
        pages={**material.pages, key: hidden},
    )
    with pytest.raises(ReportFaults) as refused:
        build(kept, ENGLISH)
    (fault,) = refused.value.faults
    assert (fault.line, fault.column, fault.code) == (3, 4, "not_told")
    assert "to protect people" in fault.sentence


def test_how_many_are_in_a_release_is_said_where_it_withholds_nothing(material: ReportMaterial) -> None:
    assert (material.study.thresholds.minimum_base, material.study.thresholds.minimum_cell) == (5, 1)
    _refused(material, "release", {"people"})
    open_terms = dataclasses.replace(material.release.terms, thresholds=Thresholds(1, 1))
    open_release = dataclasses.replace(material.release, terms=open_terms)
    said = _said(dataclasses.replace(material, release=open_release), "{release|people}")
    assert said == str(open_release.people)


def test_a_figure_of_which_nothing_is_told_says_so(material: ReportMaterial) -> None:
    key = ReleasedPage(kind="questions", group="employee", touchpoint=1).key
    hidden = tuple(
        dataclasses.replace(each, tallies=tuple(dataclasses.replace(tally, withheld=True) for tally in each.tallies))
        for each in material.questions("employee", 1)
    )
    kept = dataclasses.replace(
        _with(material, "::figure question employee.1.first_feeling"), pages={**material.pages, key: hidden}
    )
    (figure,) = build(kept, ENGLISH).blocks
    assert isinstance(figure, DocumentFigure)
    assert "to protect people" in figure.said


def test_other_peoples_figures_stand_beside_the_profile_that_was_loaded(document: Document) -> None:
    (table,) = (b for b in document.blocks if isinstance(b, DocumentTable) and b.caption == "Figures of other people")
    own = {row.heading: row.cells[1].text for row in table.rows if not row.section}
    assert own["Female"].startswith("Backfill candidates by what is known of them: 25 of 40 (63%)")
    assert "27 of 40 (68%)" in own["Not White British"]
    assert "10 of 12 (83%)" in own["Not White British"]
    assert own["Would recommend it"] == "Touchpoint 1: 45 of 47 (96%); Touchpoint 2: 18 of 19 (95%)"


def test_a_study_without_a_template_has_a_report_of_every_measure_and_question(material: ReportMaterial) -> None:
    hostile = dataclasses.replace(material.study, summary="// {not} a comment", title=":: <b>A title</b> {x}")
    usual = dataclasses.replace(
        material, report=dataclasses.replace(material.report, template=default_template(hostile))
    )
    found = build(usual, ENGLISH)
    assert found.title == hostile.title
    assert found.blocks[0] == DocumentParagraph(hostile.summary)
    assert "<b>" not in page(found, ENGLISH).decode()
    drawn = {block.caption for block in found.blocks if isinstance(block, DocumentFigure)}
    assert {measure.title for measure in material.study.measures} <= drawn
    assert {each.question for each in material.questions("backfill", 1) if each.options} <= drawn


def test_a_rating_that_nobody_signed_says_so(document: Document) -> None:
    (table,) = (b for b in document.blocks if isinstance(b, DocumentTable) and "Table 6" in b.caption)
    signed = [row.cells[-1].text for row in table.rows]
    assert sum("Signed: Eva Evaluator" in each and "2026" in each for each in signed) == 5
    assert sum(each == "Not rated: nobody has signed a rating yet." for each in signed) == 2


QUOTED = Quotation(
    id=uuid.UUID(int=7),
    group="employee",
    touchpoint=1,
    variable="benefits",
    question="How was it useful?",
    text="Wiem <teraz> więcej",
    language="pl",
    translated=False,
    member="employee",
    segment="Small or medium employer",
)


def test_cleared_words_stand_where_the_template_wants_them(material: ReportMaterial) -> None:
    quoting = dataclasses.replace(
        _with(
            material, "::quotations question employee.1.benefits\n::quotations question employee.1.stay_likelihood_why"
        ),
        quotations=(QUOTED,),
    )
    found = build(quoting, ENGLISH)
    (listed,) = found.blocks
    assert isinstance(listed, DocumentQuotations)
    assert (found.quoted, found.left_out) == ({QUOTED.id}, 1)
    (said,) = lxml.html.document_fromstring(page(found, ENGLISH)).xpath("//blockquote/p")
    assert (said.get("lang"), said.text_content()) == ("pl", "“Wiem <teraz> więcej”")
    opened = docx.Document(io.BytesIO(word_document(found, ENGLISH)))
    (quote,) = [each for each in opened.paragraphs if each.style.name == "Quote"]
    assert "Wiem <teraz> więcej" in quote.text
    assert "Employee, Small or medium employer" in quote.text
    assert quote.runs[0]._r.rPr.find(qn("w:lang")).get(qn("w:val")) == "pl"


def test_a_report_with_words_that_may_not_be_quoted_does_not_leave(
    installation: Runtime, material: ReportMaterial
) -> None:
    with pytest.raises(NotFound):
        reports.took(Desk(installation, Operator()), material, "report.html", b"words", {QUOTED.id})


def test_themes_are_figures_of_the_release(material: ReportMaterial) -> None:
    coded = {each.variable for each in material.questions("employee", 1) if each.is_themes}
    assert "benefits_themes" in coded
    (figure,) = build(_with(material, "::themes question employee.1.benefits"), ENGLISH).blocks
    assert isinstance(figure, DocumentFigure)
    themes = material.distribution("employee", 1, "benefits_themes")
    assert themes is not None
    for option in themes.options:
        cell = themes.tallies[0].cells.get(option.code)
        if cell is not None and cell.shown:
            assert f"{option.label}: {cell.count} of {themes.tallies[0].base.count}" in figure.said


def test_a_viewer_takes_the_report_from_its_page(installation: Runtime) -> None:
    client = Client(surveyapp.create_app(installation).test_client())
    client.sign_in(factories.create_staff(installation, Role.VIEWER).email)
    shown = client.page("/released/job_rotation/1/report")
    assert "Evaluation of the Job Rotation Pilot" in shown.words
    for form, begins in (("docx", b"PK"), ("html", b"<!doctype html>")):
        taken = client.raw.get(f"/released/job_rotation/1/report.{form}")
        assert taken.status_code == 200
        assert taken.data.startswith(begins)
        assert f"job_rotation_report_release_1.{form}" in taken.headers["Content-Disposition"]
    assert client.raw.get("/released/job_rotation/1/report.pdf").status_code == 404
    assert client.get("/released/job_rotation/9/report").status_code == 404
    elsewhere = Client(surveyapp.create_app(installation).test_client())
    elsewhere.sign_in(factories.create_staff(installation, Role.VIEWER, study="mentoring").email)
    assert "No release yet" in elsewhere.page("/released/mentoring/report").words
    assert elsewhere.raw.get("/released/job_rotation/1/report.html").status_code == 403


def test_a_study_without_a_release_is_told_so(installation: Runtime) -> None:
    with pytest.raises(NoReleaseYet):
        reports.material(Desk(installation, Operator()), "mentoring")


def test_the_command_writes_both_forms_and_refuses_others(
    installation: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("surveyapp.cli.exports.report.open_desk", lambda: Desk(installation, Operator()))
    run = CliRunner()
    for name in ("report.docx", "deeper/report.html"):
        done = run.invoke(main, ["report", "job_rotation", "--out", str(tmp_path / name)])
        assert done.exit_code == 0, done.output
        assert (tmp_path / name).stat().st_size > 50_000
    other = run.invoke(main, ["report", "job_rotation", "--out", str(tmp_path / "report.pdf")])
    assert other.exit_code == 1
    assert "neither .docx nor .html" in other.output
    (tmp_path / "file").write_text("")
    nowhere = run.invoke(main, ["report", "job_rotation", "--out", str(tmp_path / "file" / "report.html")])
    assert nowhere.exit_code == 1
    assert "cannot be written" in nowhere.output
    none = run.invoke(main, ["report", "job_rotation", "--release", "9", "--out", str(tmp_path / "none.html")])
    assert none.exit_code == 1
    assert "release 9" in none.output
    assert not (tmp_path / "none.html").exists()
