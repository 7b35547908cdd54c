"""Files of results: the counts of the page that they are taken of, in CSV and in a spreadsheet, noted in the trail."""

from __future__ import annotations

import csv
import io

import pytest
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from surveyapp.domain.audit import AuditAction
from surveyapp.store.security import audit
from tests.files import check_files
from tests.integration.test_results_pages import ROOT, Evaluator, evaluator

__all__ = ["evaluator"]


def records(response: TestResponse) -> list[dict[str, str]]:
    assert response.content_type == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig"), newline="")))


def test_the_files_hold_the_counts_of_the_page(evaluator: Evaluator) -> None:
    response = evaluator.get("/measures/stay_likelihood.csv?by=employer_size")
    assert response.data.startswith(b"\xef\xbb\xbf")
    assert 'filename="stay_likelihood.csv"' in response.headers["Content-Disposition"]
    found = {
        (each["row"], each["segment_value"], each["category"]): each["count"]
        for each in records(response)
    }  # fmt: skip
    assert found["Before the training", "", "very_likely"] == "11"
    assert found["Before the training", "sme", "very_likely"] == "1"
    questions = records(evaluator.get("/questions/backfill/1.csv"))
    assert {each["variable"] for each in questions} >= {"hopes", "readiness_motivation", "overall_value"}
    assert next(each["count"] for each in questions if each["category"] == "job_shop") == "24"


FILES = (
    "/measures/placement_satisfaction",
    "/questions/backfill/1",
    "/look/backfill/placement_satisfaction",
    "/who",
    "/who/backfill",
    "/who/backfill/1",
)
"""Every kind of page that files can be taken of."""


@pytest.mark.parametrize("path", FILES)
def test_a_spreadsheet_has_the_records_of_the_csv_says_its_edition_and_is_in_the_trail(
    evaluator: Evaluator, path: str
) -> None:
    reply = evaluator.get(path + ".csv")
    assert reply.status_code == 200
    wanted = list(csv.reader(io.StringIO(reply.text.removeprefix("\ufeff"))))
    reply = evaluator.get(path + ".xlsx")
    assert reply.status_code == 200
    book = load_workbook(io.BytesIO(reply.data))
    notes = [str(cell.value) for cell in book["Notes"]["A"]]
    assert notes[0].startswith("Working figures, answers up to ")
    assert notes[1].startswith("np: not for publication")
    assert len(book.sheetnames) > 2
    figures = list(book["Figures"].iter_rows(values_only=True))
    assert list(figures[0]) == wanted[0]
    label = wanted[0].index("label")
    assert [row[label] or "" for row in figures[1:]] == [row[label].lstrip("'") for row in wanted[1:]]
    with evaluator.runtime.database.reading() as session:
        taken = [each for each in audit.entries(session) if each.action is AuditAction.RESULTS_TAKEN]
    assert [each.detail["form"] for each in taken[-2:]] == ["csv", "xlsx"]


FOR_FILES = (
    "/measures/placement_satisfaction?people=matched",
    "/measures/placement_satisfaction?by=employer_size",
    "/look/backfill/placement_satisfaction?with=1:heard_via",
    "/questions/backfill/1?by=employer_size",
)
"""Beside what the walk comes to by itself: the states of a page that have other tables."""


def test_every_table_of_every_page_is_in_its_csv_and_spreadsheet(evaluator: Evaluator) -> None:
    """Three pages of each kind that the overview leads to, and the states above."""
    check_files(evaluator.client, ROOT, [ROOT, *(ROOT + path for path in FOR_FILES)])
