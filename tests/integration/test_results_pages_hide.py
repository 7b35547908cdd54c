"""Under a new study's thresholds a hidden count is nowhere: not in a page, not in its figures, not in a file."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
from collections.abc import Iterable, Iterator
from html import unescape
from pathlib import Path

import pytest

from surveyapp.domain.instrument.study import Thresholds
from surveyapp.domain.results import Category, Distribution, Shift, Tally
from surveyapp.domain.staff import Role, Staff
from surveyapp.services.results import distributions, measures
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from tests import factories
from tests.conftest import Clock
from tests.integration.test_results_pages import MEASURES, TOUCHPOINTS, Evaluator, signed_in
from tests.page import Page

STUDY = factories.STUDY
WAYS = ((None, False), ("employer_size", True))


@dataclasses.dataclass
class Both:
    """One database under two rules: `open` hides nothing, `strict` hides what a new study hides."""

    open: Runtime
    strict: Runtime
    staff: Staff
    evaluator: Evaluator

    def shift(self, measure: str, by: str | None = None, matched: bool = False) -> Shift:
        return measures.shift(Desk(self.strict, self.staff), STUDY, measure, matched=matched, segment=by)

    def questions(self, group: str, touchpoint: int, by: str | None) -> tuple[Distribution, ...]:
        return distributions.questions(Desk(self.strict, self.staff), STUDY, group, touchpoint, segment=by)


def under(runtime: Runtime, thresholds: Thresholds) -> Runtime:
    study = dataclasses.replace(runtime.study(STUDY), thresholds=thresholds)
    return dataclasses.replace(runtime, studies={**runtime.studies, STUDY: study})


@pytest.fixture(scope="module")
def both(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    path = tmp_path_factory.mktemp("hidden") / "demo.db"
    path.write_bytes(demo_template.read_bytes())
    runtime = factories.create_runtime(f"sqlite:///{path}", Clock(), demo=True)
    strict = under(runtime, Thresholds())
    staff = factories.create_staff(runtime, Role.EVALUATOR)
    yield Both(under(runtime, Thresholds(0, 0)), strict, staff, signed_in(strict, Role.EVALUATOR))
    runtime.database.dispose()


def query(by: str | None, matched: bool) -> str:
    return "?" + "&".join([*(["by=employer_size"] if by else []), *(["people=matched"] if matched else [])])


def shown_by_label(tallies: Iterable[tuple[Tally, Iterable[Category]]]) -> dict[str, set[int]]:
    """The counts that may be read, by the label they stand beside."""
    found: dict[str, set[int]] = {}
    for tally, categories in tallies:
        for category in categories:
            count = tally.cells[category.code].count
            found.setdefault(category.label, set()).update(set() if count is None else {count})
    return found


def said_by_label(source: str, labels: Iterable[str]) -> dict[str, set[int]]:
    """The counts that stand beside a label anywhere in a page: “Very confident: 16 of 29”, “Very confident 16 (55%)”;
    beside a rating's number only the first."""
    text = unescape(source).replace("\\u003c", "<").encode().decode("unicode_escape", "ignore")
    return {
        label: {
            int(number)
            for number in re.findall(
                rf"[\";>] ?{label}: (\d+) of" if label.isdigit() else rf"{re.escape(label)}:? (\d+)(?: of| \()", text
            )
        }
        for label in labels
    }


@pytest.mark.parametrize("measure", MEASURES)
def test_a_measures_page_and_file_say_only_what_may_be_said(both: Both, measure: str) -> None:
    for by, matched in WAYS:
        shown = both.shift(measure, by, matched)
        rows = [row for together in shown.rows for row in together]
        path = f"/measures/{measure}{query(by, matched)}"
        page = both.evaluator.page(path)
        categories = (*shown.options, shown.net)
        # The page sets everyone beside the matched, so what may be said of either may stand there.
        pair = [*rows, *both.shift(measure, None, not shown.matched).everyone]
        allowed = shown_by_label((row.tally, categories) for row in pair)
        for label, numbers in said_by_label(page.source, allowed).items():
            assert numbers <= allowed[label], (path, label)
        _figure_draws_only(page, shown)
        response = both.evaluator.get(f"/measures/{measure}.csv{query(by, matched)}")
        written = list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig"), newline="")))
        wanted = [
            cell.count
            for row in rows
            for cell in (*(row.tally.cells[each.code] for each in shown.options), row.net, *row.tally.missing.values())
        ]
        counts = [each["count"] for each in written if each["kind"] != "statistic"]
        assert counts == ["" if count is None else str(count) for count in wanted]
        assert all(each["shown"] != "yes" for each in written if not each["count"])


def _figure_draws_only(page: Page, shown: Shift) -> None:
    """A segment for each count that is shown and not zero, and for nothing else."""
    drawn = {option.label: 0 for option in shown.options}
    blocks = re.findall(r'<script type="application/json"(?: data-narrow)?>(.*?)</script>', page.source, re.DOTALL)
    wanted = {
        option.label: sum(bool(row.tally.cells[option.code].count) for together in shown.rows for row in together)
        for option in shown.options
    }
    for block in blocks:
        for trace in json.loads(block)["data"]:
            drawn[trace["name"]] = len(trace["x"])
            assert len(trace["x"]) == len(trace["hovertext"]) == len(trace["text"])
        assert drawn == wanted


@pytest.mark.parametrize("place", TOUCHPOINTS)
def test_the_questions_page_and_file_say_only_what_may_be_said(both: Both, place: str) -> None:
    group, number = place.split("/")
    for by in (None, "employer_size"):
        found = both.questions(group, int(number), by)
        page = both.evaluator.page(f"/questions/{place}{query(by, False)}")
        allowed = shown_by_label((tally, (*each.options, *each.nets)) for each in found for tally in each.tallies)
        for label, numbers in said_by_label(page.source, allowed).items():
            assert numbers <= allowed[label], label
        response = both.evaluator.get(f"/questions/{place}.csv{query(by, False)}")
        written = list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig"), newline="")))
        wanted = [
            cell.count
            for each in found
            for tally in each.tallies
            for cell in (
                *(() if each.options else (tally.base,)),
                *(tally.cells[category.code] for category in (*each.options, *each.nets)),
                *tally.missing.values(),
            )
        ]
        counts = [each["count"] for each in written if each["kind"] != "statistic"]
        assert counts == ["" if count is None else str(count) for count in wanted]


def test_these_thresholds_do_hide_counts_and_pages_say_that(both: Both) -> None:
    hidden = 0
    true, shown = (
        measures.overview(Desk(runtime, both.staff), STUDY) for runtime in (both.open, both.strict)
    )  # fmt: skip
    for one, two in zip(true, shown, strict=True):
        for before, after in zip(one.everyone, two.everyone, strict=True):
            cells = [(before.tally.cells[option.code], after.tally.cells[option.code]) for option in two.options]
            hidden += sum(bool(told.count) and not kept.shown for told, kept in cells)
    assert hidden > 5
    page = both.evaluator.page("/measures/confidence_career_potential")
    assert "Some counts are not shown, because they are of very few people." in page.words
    assert "fewer than 5" in page.words or "not shown" in page.words


def test_a_split_of_few_people_is_refused(both: Both) -> None:
    page = both.evaluator.page("/measures/confidence_career_potential?by=employer_size")
    assert "Not split: one part, or all but it, would be too few people to show." in page.words
    assert "Small or medium employer" not in page.words
