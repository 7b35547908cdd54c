"""The platform's numbers against those of the printed report: tests/reference/job_rotation."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from surveyapp.domain.results import ResultRow
from surveyapp.services.results import table as results_table
from surveyapp.services.runtime import Runtime
from surveyapp.store import migrating
from tests import factories
from tests.conftest import NOW, Clock
from tests.databases import Cluster, copy_rows

REFERENCE = Path(__file__).parents[1] / "reference" / "job_rotation"
Key = tuple[str, int, str, str, str, str]


def reference(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


PUBLISHED = [row for row in reference("published.csv") if row["implied_n"]]
RATINGS = reference("ratings.csv")
ADDITIONS = reference("published_additions.csv")
# No net of a scale: the report counts two options together that stand on either side of its middle, so the table has
# them as two rows.
TWO_OPTIONS = {"neutral_or_tend_to_disagree": ("neither", "tend_to_disagree")}
# No count is printed, or none but what bounds it: the row holds where ours is from `implied_low` to `implied_high`.
BOUNDED = {"sme": 2, "all": 5}
# Of everyone asked about Universal Credit the report says only that it leaves one organisation out (note 18).
WITHOUT_BASE = {("uc_status", "before"), ("uc_status", "now")}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def table(request: pytest.FixtureRequest) -> Iterator[list[ResultRow]]:
    """The whole results table, counted by each database from the same rows."""
    url = f"sqlite:///{request.getfixturevalue('demo_template')}"
    if request.param == "postgresql":
        cluster: Cluster = request.getfixturevalue("cluster")
        copy = cluster.url(cluster.create())
        migrating.upgrade(copy)
        copy_rows(url, copy)
        url = copy
    runtime = factories.create_runtime(url, Clock(), demo=True)
    yield results_table.table(factories.operator(runtime), "job_rotation")
    runtime.database.dispose()


def segment(row: dict[str, str]) -> str:
    return "all" if row["segment"] == "all" else f"employer_size={row['segment']}"


def counted(table: list[ResultRow], statistic: str) -> dict[Key, ResultRow]:
    return {
        (row.group, row.touchpoint, row.segment, row.variable, row.timing, row.category): row
        for row in table
        if row.statistic == statistic
    }


def test_every_published_count_and_base(table: list[ResultRow]) -> None:
    assert len(PUBLISHED) == 105
    counts, changes = counted(table, "count"), counted(table, "change")
    wrong = []
    for row in PUBLISHED:
        moved = row["timing"] == "change"
        key = (
            row["group"],
            int(row["touchpoint"]),
            segment(row),
            row["variable"],
            "-" if moved else row["timing"],
            row["category"],
        )
        ours = (changes if moved else counts).get(key)
        printed = (int(row["implied_n"]), int(row["implied_base"]))
        if ours is None or (ours.count, ours.base) != printed:
            wrong.append((key, printed, ours))
        elif row["half_up_pct"]:
            assert ours.percent == int(row["half_up_pct"]), key
    assert wrong == []


def test_every_addition(table: list[ResultRow]) -> None:
    assert len(ADDITIONS) == 14
    counts = counted(table, "count")
    wrong = []
    for row in ADDITIONS:
        start = (row["group"], int(row["touchpoint"]), segment(row), row["variable"], row["timing"])
        ours = [counts.get((*start, option)) for option in TWO_OPTIONS.get(row["category"], (row["category"],))]
        found = [each for each in ours if each is not None and each.count is not None]
        bases = {str(each.base) for each in found}
        fits = int(row["implied_low"]) <= sum(each.count or 0 for each in found) <= int(row["implied_high"])
        if len(found) < len(ours) or not fits or (row["implied_base"] and bases != {row["implied_base"]}):
            wrong.append((row, ours))
    assert wrong == []


def test_only_these_additions_have_no_count_or_no_base_of_their_own() -> None:
    bounded = [row["segment"] for row in ADDITIONS if not row["implied_n"]]
    assert {each: bounded.count(each) for each in bounded} == BOUNDED
    assert {(row["variable"], row["timing"]) for row in ADDITIONS if not row["implied_base"]} == WITHOUT_BASE
    assert {row["category"] for row in ADDITIONS} >= set(TWO_OPTIONS)


def test_every_rating(table: list[ResultRow]) -> None:
    by_key: dict[tuple[str, int, str, str, str], list[ResultRow]] = {}
    for row in table:
        by_key.setdefault((row.group, row.touchpoint, row.segment, row.variable, row.statistic), []).append(row)
    for row in RATINGS:

        def ours(statistic: str, row: dict[str, str] = row) -> list[Decimal | None]:
            key = (row["group"], int(row["touchpoint"]), segment(row), row["variable"], statistic)
            assert all(each.base == int(row["base"]) for each in by_key[key])
            return [each.value for each in by_key[key]]

        # The report prints 8.7 for eight small-employer candidates, which no eight whole numbers give: their sum is 69.
        impossible = (row["group"], segment(row)) == ("backfill", "employer_size=sme")
        mean = (Decimal(69) / 8).quantize(Decimal("0.1"), ROUND_HALF_UP) if impossible else Decimal(row["printed_mean"])
        assert ours("mean") == [mean]
        assert ours("most_common") == [Decimal(row["printed_mode"])]
        assert ours("min") == [Decimal(row["printed_min"])]
        assert ours("max") == [Decimal(row["printed_max"])]


def test_every_percentage_is_of_its_own_count(table: list[ResultRow]) -> None:
    for row in table:
        if row.count is not None and row.base:
            assert row.percent == int((Decimal(100) * row.count / row.base).quantize(Decimal(1), ROUND_HALF_UP))


def test_what_the_thresholds_do_not_let_out_is_marked(table: list[ResultRow]) -> None:
    assert {row.publish for row in table if 1 <= row.base < 5} == {"no"}
    assert all(
        row.publish == "as released"
        for row in table
        if row.segment == "all" and row.base >= 5 and row.statistic == "count"
    )


def test_a_number_differs_when_one_answer_does(demo_runtime: Runtime) -> None:
    """The comparison above can fail: withdraw one person and the counts of what they said fall by one."""
    from surveyapp.store import participants

    before = counted(results_table.table(factories.operator(demo_runtime), "job_rotation"), "count")
    scope = factories.everyone(demo_runtime)
    with demo_runtime.database.writing() as session:
        submitted = next(
            each for each in factories.submitted(demo_runtime, session, scope) if each.case.touchpoint == 1
        )
        participants.withdraw(session, submitted.participant.id, NOW)
    after = counted(results_table.table(factories.operator(demo_runtime), "job_rotation"), "count")
    assert any(after[key].base == before[key].base - 1 for key in before)
