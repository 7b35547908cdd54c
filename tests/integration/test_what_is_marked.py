"""What the working view marks as not for publication, walked over every result of both demonstrations: no mark is given
away by what stands beside it, and page, table and file mark the same."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

import pytest
from openpyxl import load_workbook

from surveyapp.domain.instrument.study import Study, Thresholds
from surveyapp.domain.releases import closed_set
from surveyapp.domain.results import Cell, Change, Crosstab, Distribution, Shift, Tally
from surveyapp.domain.staff import Role
from surveyapp.reports.charts.drawn import by_question
from surveyapp.reports.files import tables
from surveyapp.reports.files.records import distribution_records, shift_records
from surveyapp.reports.files.same_people import same_people
from surveyapp.reports.text import changes, headlines, sentences
from surveyapp.reports.text.phrasing import ENGLISH
from surveyapp.services.results import distributions, looking, measures, response
from surveyapp.services.results import table as results_table
from surveyapp.services.results.releasing import released
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from tests import factories
from tests.conftest import Clock
from tests.databases import copy_database
from tests.integration.test_releases import MENTORING, ROTATION, client, released_template

__all__ = ["released_template"]

SENTENCE = "not for publication. What may be published of the rest, a release says."
"""All that a number without a mark is said to be."""


@pytest.fixture(scope="module")
def runtimes(
    demo_template: Path, released_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Runtime]]:
    folder = tmp_path_factory.mktemp("marked")
    made = {}
    for study, template in ((ROTATION, demo_template), (MENTORING, released_template)):
        copy_database(template, folder / f"{study}.db")
        made[study] = factories.create_runtime(f"sqlite:///{folder / study}.db", Clock(), demo=True)
    yield made
    for runtime in made.values():
        runtime.database.dispose()


STUDIES = (ROTATION, MENTORING)


def splits(study: Study) -> list[str | None]:
    return [None, *(each.partition(".")[2] for each in study.segments)]


def questions(desk: Desk, study: Study) -> Iterator[Distribution]:
    for point in study.touchpoints:
        for segment in splits(study):
            yield from distributions.questions(desk, study.id, point.group, point.number, segment=segment)


def shifts(desk: Desk, study: Study, *, matched: bool = False) -> Iterator[Shift]:
    """Every measure by every segment, and every question and option there is to look at, whole and by each; `matched`:
    of those alone who answered every time."""
    for measure in study.measures:
        for segment in splits(study):
            yield measures.shift(desk, study.id, measure.id, matched=matched, segment=segment)
    for group in study.groups:
        for place in looking.places(desk, study.id, group.id):
            for option in (None, *(code for code, _ in place.options)):
                for by in (None, *study.segments) if option is None else (None,):
                    asked = looking.Look(group=group.id, variable=place.variable, option=option, by=by, matched=matched)
                    yield looking.look(desk, study.id, asked)


def crosstabs(desk: Desk, study: Study) -> Iterator[Crosstab]:
    for page in closed_set(study):
        if page.kind == "crosstab" and page.pair and page.touchpoint:
            first, second = page.pair
            asked = looking.Look(group=page.group, variable=first.partition("@")[0])
            with_other = looking.cross(desk, study.id, asked, page.touchpoint, second, page.touchpoint)
            assert with_other.across.key == second
            yield with_other


def alone(cells: Iterable[Cell]) -> bool:
    """Whether just one of a whole and its parts is marked: then it is what the others leave."""
    counted = [cell for cell in cells if cell.count]
    return len(counted) > 1 and sum(cell.private for cell in counted) == 1


def check_tallies(together: Sequence[Tally], codes: Sequence[str], rules: Thresholds) -> None:
    for tally in together:
        base = tally.base.count or 0
        if 1 <= base < rules.minimum_base:
            assert tally.base.private
            assert all(cell.private for cell in tally.cells.values())
        for cell in tally.cells.values():
            small = [count for count in (cell.count or 0, base - (cell.count or 0)) if 1 <= count < rules.minimum_cell]
            assert cell.private or not small
        if sum(tally.cell(code).count or 0 for code in codes) == base:  # one answer each
            assert not alone([tally.base, *(tally.cell(code) for code in codes)])
        for code, offered in tally.offered.items():
            assert offered.chosen.count == tally.cell(code).count
            assert offered.chosen.private == tally.cell(code).private  # one number in two places
        check_statistics(tally, rules)
    if len(together) > 1:
        for code in together[0].cells:
            assert not alone(tally.cell(code) for tally in together)
        assert not alone(tally.base for tally in together)
        for code in together[0].offered:
            of_them = [tally.offered[code] for tally in together if code in tally.offered]
            assert not alone(each.base for each in of_them)
            assert not alone(each.chosen for each in of_them)


def check_statistics(tally: Tally, rules: Thresholds) -> None:
    """Of numbers, days, times and scores a release has none; of a rating what every count behind it lets out."""
    if rules.minimum_cell > 1:
        for held in (tally.quantity, tally.score):
            assert held is None or {"mean", "minimum", "maximum"} <= set(held.private)
        assert tally.quantity is None or all(each.cell.private for each in tally.quantity.bins)
    if (rating := tally.rating) is not None:
        of = {
            "mean": list(tally.cells),
            "most_common": [str(each) for each in rating.most_common or ()],
            "minimum": [str(rating.minimum)],
            "maximum": [str(rating.maximum)],
        }
        for name, codes in of.items():
            assert (name in rating.private) == any(tally.cell(code).private for code in codes if code in tally.cells)


def check_change(change: Change, rules: Thresholds) -> None:
    """No figure of a change can be worked out from the others of it."""
    told = change.rose, change.same, change.fell
    lines = [
        [change.base, *told],
        [change.base, *(cell for row in change.transitions or () for cell in row)],
    ]
    for line in lines:
        assert not alone(line)
    base = change.base.count or 0
    for cell in (change.before, change.after, change.gained, change.given_up, *told):
        if cell.count is not None:
            small = [count for count in (cell.count, base - cell.count) if 1 <= count < rules.minimum_cell]
            assert cell.private or not small
    if any(cell.private for cell in (change.before, change.after, change.gained, change.given_up)):
        assert change.net_private
    if 1 <= base < rules.minimum_base:
        assert change.net_private
        assert change.moves_private
    if rules.minimum_cell > 1:
        assert change.bounds is None or change.bounds.private
        assert change.people.segment is None or not change.base.count or change.private


@pytest.mark.parametrize("study_id", STUDIES)
def test_no_mark_is_given_away_by_what_stands_beside_it(runtimes: dict[str, Runtime], study_id: str) -> None:
    desk, study = factories.operator(runtimes[study_id]), runtimes[study_id].study(study_id)
    rules, marked = study.thresholds, Counter[str]()
    for each in questions(desk, study):
        check_tallies(each.tallies, [option.code for option in each.options], rules)
        marked["questions"] += sum(tally.private for tally in each.tallies)
        marked["offered"] += sum(offered.private for tally in each.tallies for offered in tally.offered.values())
    for shift in shifts(desk, study):
        for index, together in enumerate(shift.rows):
            codes = [option.code for option in shift.scale_of(index).options]
            check_tallies([row.tally for row in together], codes, rules)
        for change in shift.changes:
            check_change(change, rules)
            marked["changes"] += change.private
    for found in crosstabs(desk, study):
        columns = list(zip(*found.cells, strict=True))
        for cells, total in (*zip(found.cells, found.rows, strict=True), *zip(columns, found.columns, strict=True)):
            assert not alone([*cells, total])
        assert not alone([*found.rows, found.base])
        marked["crosstabs"] += any(cell.private for row in found.cells for cell in row)
    for group in study.groups:
        for of_people in response.group(desk, study_id, group.id).response:
            for row in of_people.rows:
                assert not alone([row.could_be_asked, row.answered, row.open, row.closed, row.refused])
                assert not alone([row.cases, row.could_be_asked, row.not_open, row.not_eligible, row.withdrawn])
            if len(of_people.rows) > 2:
                marked["who"] += any(row.answered.private for row in of_people.rows)
    assert marked["questions"] > 10
    assert marked["changes"] > 10
    assert study_id == ROTATION or (marked["crosstabs"] and marked["offered"])


@pytest.mark.parametrize("study_id", STUDIES)
def test_tables_facts_and_files_mark_the_same(runtimes: dict[str, Runtime], study_id: str) -> None:
    desk, study = factories.operator(runtimes[study_id]), runtimes[study_id].study(study_id)
    for together in by_question(list(questions(desk, study))):
        if not any(tally.withheld for each in together for tally in each.tallies):
            same_in_table(together)
    for shift in shifts(desk, study):
        records = [each for each in shift_records(shift) if each["kind"] in ("change", "test")]
        for each in (each for each in shift.changes if each.people.segment is None and each.base.count):
            ours = {
                record["category"]: record["publish"]
                for record in records
                if (record["row"], record["until"]) == (row_of(shift, each.before_row), row_of(shift, each.after_row))
                and record["segment"] is None
            }
            facts = changes.facts(each, shift, ENGLISH)
            for fact in facts:
                names = named(fact.small)
                assert fact.private == any(ours[name] == "no" for name in names if name in ours), (fact, ours)
            said = changes.tests(each, ENGLISH) or ""
            assert said.count("np: ") == sum(ours[test.name] == "no" for test in each.tests if said)
            if shift.segment:
                slices_the_same(each, shift)
        if (steps := same_people(shift, ENGLISH)) is not None:
            whole = [each for each in shift.changes if each.people.segment is None]
            for row, each in zip(steps.rows, whole, strict=True):
                assert row.whole or row.cells[-1].private == (each.points is not None and each.net_private)


@pytest.mark.parametrize("study_id", STUDIES)
def test_of_those_who_answered_every_time_all_is_marked_where_counts_are_hidden(
    runtimes: dict[str, Runtime], study_id: str
) -> None:
    """No release has them, and of one touchpoint they are chosen by another, which may still collect: 30 people stood
    without a mark at two, and with it at the third."""
    desk, study = factories.operator(runtimes[study_id]), runtimes[study_id].study(study_id)
    seen, rules = Counter[str](), study.thresholds
    for shift in shifts(desk, study, matched=True):
        if not shift.matched:
            continue
        seen["matched"] += 1
        assert shift.matched_base is not None
        assert shift.matched_base.count
        if rules.minimum_cell == 1:
            assert shift.matched_base.private == (shift.matched_base.count < rules.minimum_base)
            continue
        assert shift.matched_base.private
        for record in shift_records(shift):
            empty = record["value"] is None if record["kind"] == "statistic" else record["kind"] == "uncounted"
            assert empty or record["publish"] == "no", record
        for row in tables.counts(shift, ENGLISH).rows:
            assert all(cell.private or not cell.text[:1].isdigit() for cell in row.cells), row
    for whole in shifts(desk, study):
        if (said := sentences.matched_words(whole, ENGLISH)) is not None and whole.matched_base is not None:
            assert whole.matched_base.private or rules.minimum_cell == 1
            assert said.endswith(" np") is whole.matched_base.private
            seen["told"] += 1
    assert min(seen["matched"], seen["told"]) > 10


def row_of(shift: Shift, index: int) -> str:
    return shift.everyone[index].label


def named(small: str) -> list[str]:
    """Which records a fact is made of, by what stands under it."""
    if "became" in small:
        return ["matched", "before", "after", "gained", "given_up"]
    if small.startswith("of the"):
        return ["matched", "rose", "same", "fell"]
    if "Newcombe" in small or small == "percentage points":
        return ["points"]
    if "mean" in small:
        return ["mean"]
    if "reliable" in small:
        return ["reliably_improved", "reliably_unchanged", "reliably_worse"]
    return ["first_alone"]


def same_in_table(together: tuple[Distribution, ...]) -> None:
    """Every cell of a question's table beside its record."""
    made = tables.answers(together, ENGLISH)
    if len([tally for each in together for tally in each.tallies]) > tables.MOST_ACROSS:
        return  # the same, turned round
    records = [
        list(of_tally)
        for _, of_tally in groupby(
            distribution_records("", together),
            key=lambda record: (record["variable"], record["moment"], record["statement"], record["segment_value"]),
        )
    ]
    codes = [each.code for each in (*together[0].options, *together[0].nets)]
    for number, code in enumerate(codes):
        for cell, ours in zip(made.rows[number].cells, records, strict=True):
            [record] = [each for each in ours if each["category"] == code and each["kind"] in ("option", "net")]
            assert cell.private == (record["publish"] == "no"), (together[0].question, code)
    tallies = [tally for each in together for tally in each.tallies]
    for option in together[0].options:
        for row in (each for each in made.rows if each.heading == f"{option.label}, of those offered it"):
            for cell, tally, ours in zip(row.cells, tallies, records, strict=True):
                told = [
                    each["publish"] for each in ours if (each["kind"], each["category"]) == ("offered", option.code)
                ]
                assert told == (["no" if cell.private else "as released"] if option.code in tally.offered else [])
                assert option.code not in tally.offered or cell.private == tally.offered[option.code].private
    names = {"Mean": "mean", "Median": "median", "Lowest": "minimum", "Highest": "maximum", "Earliest": "minimum"}
    for row in made.rows:
        for cell, ours in zip(row.cells, records, strict=True) if row.heading in names else ():
            for record in ours:
                if record["kind"] == "statistic" and record["category"] == names[row.heading]:
                    assert cell.private == (record["publish"] == "no" and record["value"] is not None)


def slices_the_same(change: Change, shift: Shift) -> None:
    pair = (change.before_row, change.after_row)
    held = [each for each in shift.changes if (each.before_row, each.after_row) == pair]
    for row, each in zip(tables.slices(change, shift, ENGLISH).rows, held, strict=True):
        cells = (each.base, each.first_alone, each.before, each.after, each.rose, each.same, each.fell)
        assert [cell.private for cell in row.cells[: len(cells)]] == [cell.private for cell in cells]


def test_what_has_no_mark_is_in_the_release_of_the_same_answers_or_left_to_it(runtimes: dict[str, Runtime]) -> None:
    """A release joins, ranges and withholds more than the marks say, for it looks at everything together. So of a
    number without one nothing is claimed but that a release says; and what a release has no place for is marked."""
    desk, study = factories.operator(runtimes[MENTORING]), runtimes[MENTORING].study(MENTORING)
    exact = left = 0
    for point in study.touchpoints:
        _, told = released.questions(desk, MENTORING, point.group, point.number, None)
        theirs = {each.key: each for each in told}
        for each in distributions.questions(desk, MENTORING, point.group, point.number):
            given = theirs[each.key].tallies[0]
            for code, cell in each.tallies[0].cells.items():
                same = given.cell(code).count == cell.count
                assert not given.cell(code).shown or same
                exact += same and not cell.private
                left += not same and not cell.private
            for summary, kept in (
                (each.tallies[0].quantity, given.quantity), (each.tallies[0].score, given.score)
            ):  # fmt: skip
                assert kept is None
                assert summary is None or summary.private, each.key
    assert exact > 40
    assert left, "a mark is all there is to say"
    evaluator = client(runtimes[MENTORING], Role.EVALUATOR)
    for path in ("", "/measures/belonging", "/questions/mentee/1", "/look/mentee/wellbeing", "/who"):
        page = evaluator.page(f"/results/{MENTORING}{path}")
        assert SENTENCE in page.words
        assert "a release would not give it" not in page.words
    rows = csv.DictReader(io.StringIO(evaluator.get(f"/results/{MENTORING}/measures/belonging.csv").text))
    assert {row["publish"] for row in rows} == {"as released", "no"}
    book = load_workbook(io.BytesIO(evaluator.get(f"/results/{MENTORING}/measures/belonging.xlsx").data))
    assert any(str(cell.value).endswith(SENTENCE) for cell in book["Notes"]["A"])
    assert {row.publish for row in results_table.table(desk, MENTORING)} == {"as released", "no"}


def test_what_is_copied_says_what_is_not_for_publication(runtimes: dict[str, Runtime]) -> None:
    """What 2 people gave up stood bare in the facts, in the title and in what is copied, and “no” in the file."""
    evaluator = client(runtimes[MENTORING], Role.EVALUATOR, study=MENTORING)
    desk, seen = factories.operator(runtimes[MENTORING]), Counter[bool]()
    for measure in runtimes[MENTORING].study(MENTORING).measures:
        page = evaluator.page(f"/results/{MENTORING}/measures/{measure.id}")
        private = headlines.is_private(measures.shift(desk, MENTORING, measure.id))
        copied = re.search(r'id="sentence">(.*?)</span>', page.source, re.DOTALL)
        assert copied is not None
        assert ("np: not for publication" in copied[1]) is private
        assert page.said("h1")[0].endswith(" np") is private
        seen[private] += 1
    assert seen[True]
    matched = evaluator.page(f"/results/{MENTORING}/measures/belonging?people=matched")
    assert "whole row: in no release" in matched.words
    assert "too few people" not in matched.words
    page = evaluator.page(f"/results/{MENTORING}/measures/belonging")
    assert re.search(r"Only the \d+ who answered this twice np", page.words)
    facts = re.findall(r"<div><b>(.*?)</b><span>(.*?)</span></div>", page.source, re.DOTALL)
    [gained] = [big for big, small in facts if ", 2 went the other way (94 answered both)" in small]
    assert "np" in gained
