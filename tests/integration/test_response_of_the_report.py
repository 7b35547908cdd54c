"""Who the demonstration's people are and who of them answered, against the printed report: its Appendices 2 and 3, its
Table 2 and the figures it sets beside its own."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from surveyapp.domain.fieldwork.standing import Standing
from surveyapp.domain.results import GroupResponse, ResponseCounts, TouchpointPeople
from surveyapp.services.results import response
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import migrating
from tests import factories
from tests.conftest import Clock
from tests.databases import Cluster, copy_rows

REFERENCE = Path(__file__).parents[1] / "reference" / "job_rotation"
GROUPS = ("employee", "backfill")


def reference(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


PROFILE = reference("profile.csv")
RATES = {row["audience"]: row for row in reference("response_rates.csv")}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def loaded(request: pytest.FixtureRequest) -> Iterator[Runtime]:
    url = f"sqlite:///{request.getfixturevalue('demo_template')}"
    if request.param == "postgresql":
        cluster: Cluster = request.getfixturevalue("cluster")
        copy = cluster.url(cluster.create())
        migrating.upgrade(copy)
        copy_rows(url, copy)
        url = copy
    runtime = factories.create_runtime(url, Clock(), demo=True)
    yield runtime
    runtime.database.dispose()


@pytest.fixture(scope="module")
def desk(loaded: Runtime) -> Desk:
    return factories.operator(loaded)


@pytest.fixture(scope="module")
def told(desk: Desk) -> dict[str, GroupResponse]:
    return {group: response.group(desk, factories.STUDY, group) for group in GROUPS}


def people(desk: Desk, group: str, touchpoint: int) -> TouchpointPeople:
    return response.touchpoint_people(desk, factories.STUDY, group, touchpoint)


def row(told: GroupResponse, touchpoint: int, by: str = "", value: str | None = None) -> ResponseCounts:
    table = next(each for each in told.response if (each.touchpoint, each.by) == (touchpoint, by))
    return next(each for each in table.rows if each.people.value == value)


def half_up(count: int, base: int) -> int:
    return int((Decimal(100) * count / base).quantize(Decimal(1), ROUND_HALF_UP))


def test_every_row_of_the_profile(told: dict[str, GroupResponse]) -> None:
    assert len(PROFILE) == 43
    wrong = []
    for printed in PROFILE:
        attribute = f"participant.{printed['variable']}"
        found = next(each for each in told[printed["group"]].profile if each.id == attribute)
        enrolled = found.columns[0]
        assert enrolled.kind == "enrolled"
        cell = enrolled.tally.cell(printed["category"])
        ours, theirs = (cell.count, enrolled.tally.base.count), (int(printed["count"]), int(printed["base"]))
        if ours != theirs or cell.percent != half_up(*theirs):
            wrong.append((printed, ours))
    assert wrong == []


def test_the_profile_has_nobody_that_the_report_has_not(told: dict[str, GroupResponse]) -> None:
    """The other way round: what is counted of an attribute that the report prints adds up to its base."""
    for group in GROUPS:
        printed = {row["variable"] for row in PROFILE if row["group"] == group}
        for each in told[group].profile:
            if each.id.partition(".")[2] in printed:
                tally = each.columns[0].tally
                values = {category.code for category in each.categories if category.kind == "option"}
                assert sum(tally.cells[code].count or 0 for code in values) == tally.base.count


def test_the_report_prints_every_percentage_half_up_but_these(told: dict[str, GroupResponse]) -> None:
    differ = {
        (row["group"], row["variable"], row["category"])
        for row in PROFILE
        if row["printed_pct"] and int(row["printed_pct"]) != half_up(int(row["count"]), int(row["base"]))
    }
    assert len(differ) == 5
    assert all(row["note"] for row in PROFILE if (row["group"], row["variable"], row["category"]) in differ)


def test_response_as_the_report_has_it(told: dict[str, GroupResponse]) -> None:
    sme = ("site.employer_size", "sme")
    ours = {
        "employees_in_position": row(told["employee"], 1),
        "backfill": row(told["backfill"], 1),
        "employees_sme": row(told["employee"], 1, *sme),
        "backfill_sme": row(told["backfill"], 1, *sme),
        "backfill_touchpoint_2": row(told["backfill"], 2),
    }
    for audience, counts in ours.items():
        printed = RATES[audience]
        assert counts.could_be_asked.count == int(printed["population"]), audience
        assert counts.answered.count == int(printed["achieved"]), audience
        if printed["printed_pct"]:
            assert counts.answered.percent == int(printed["printed_pct"]), audience
    # Of all in position, whether or not they could be asked.
    everyone = row(told["employee"], 1)
    assert (everyone.cases.count, everyone.answered.count) == (72, int(RATES["employees"]["achieved"]))


def test_how_they_answered(told: dict[str, GroupResponse]) -> None:
    """Three used the link; the large employer's candidates were met in person."""
    modes = [row(told[group], 1).modes for group in GROUPS]
    assert sum(each["self"].count or 0 for each in modes) == 3
    for group in GROUPS:
        for touchpoint in (1, 2):
            counts = row(told[group], touchpoint)
            assert sum(cell.count or 0 for cell in counts.modes.values()) == counts.answered.count


def test_every_row_adds_up(told: dict[str, GroupResponse]) -> None:
    for group in GROUPS:
        whole = {each.touchpoint: each.rows[0] for each in told[group].response if not each.by}
        for table in told[group].response:
            for each in table.rows:
                own = {standing: getattr(each, standing.value).count for standing in Standing}
                asked = ("answered", "open", "closed", "refused")
                assert each.could_be_asked.count == sum(own[Standing(name)] for name in asked)
                assert each.cases.count == sum(own.values())
            for name in ("cases", "answered", "withdrawn"):
                parts = sum(getattr(each, name).count for each in table.rows)
                assert parts == getattr(whole[table.touchpoint], name).count, (table.by, name)


def test_those_asked_again_are_told_from_those_who_never_could_be(desk: Desk) -> None:
    second = people(desk, "backfill", 2)
    counts = second.everybody.rows[0]
    assert (counts.asked_before.count, counts.again.count) == (29, 19)
    confidence = next(each for each in second.lost if each.id == "confidence_career_potential")
    kinds = {each.kind: each.tally for each in confidence.columns}
    # 18 were never placed, so that they were neither asked this nor at touchpoint 2.
    assert (kinds["not_asked"].base.count, kinds["not_asked"].missing["not_known"].count) == (0, 18)
    assert sum((tally.base.count or 0) + (tally.missing["not_known"].count or 0) for tally in kinds.values()) == 47


def test_respondents_and_the_others_are_those_who_could_be_asked(desk: Desk, told: dict[str, GroupResponse]) -> None:
    for group in GROUPS:
        for touchpoint in (1, 2):
            counts = row(told[group], touchpoint)
            for each in people(desk, group, touchpoint).respondents:
                total = sum(
                    (column.tally.base.count or 0) + (column.tally.missing["not_known"].count or 0)
                    for column in each.columns
                )
                assert total == counts.could_be_asked.count


def test_targets_are_table_2(loaded: Runtime) -> None:
    targets = loaded.study(factories.STUDY).targets
    printed = [each for each in reference("monitoring.csv") if each["report_ref"] == "Table 2"]
    assert [
        (each.target, each.actual, each.parts["large"], each.parts["sme"], each.as_at.isoformat())
        for each in targets[:3]
    ] == [
        (int(each["target"]), int(each["actual"]), int(each["large_employer"]), int(each["sme"]), each["as_at"])
        for each in printed
    ]
    assert [each.id for each in targets if each.actual is None] == ["backfill_long_term_work"]


def test_what_stands_beside_the_profile_is_the_reports_own_figure(told: dict[str, GroupResponse]) -> None:
    """`comparators.csv` says what each stands beside: counts of ours, which the profile has too."""
    of = {(group, each.id): each.columns[0].tally for group in GROUPS for each in told[group].profile}
    ethnicity = "asian_asian_british+black_african_caribbean_black_british+white_other+other"
    found = {
        "backfill not White British": of["backfill", "participant.ethnicity"].cells[ethnicity],
        "employees not White British": of["employee", "participant.ethnicity"].cells[ethnicity],
        "backfill at level 2 or below": of["backfill", "participant.highest_qualification"].cells[
            "none+level_1+level_2"
        ],
    }
    assert {name: (cell.count, cell.percent) for name, cell in found.items()} == {
        "backfill not White British": (27, 68),
        "employees not White British": (10, 83),
        "backfill at level 2 or below": (14, 35),
    }


def test_every_comparator_is_a_row_of_the_reports(loaded: Runtime) -> None:
    rows = {(each["value"], each["source"]) for each in reference("comparators.csv") if each["unit"] == "%"}
    rows |= {("11", "DWP (2023)"), ("3", "DWP (2023)")}  # printed as so many of 100
    rows |= {("84", "Shiel, Clark and Richards (2006)")}  # printed as 21 of 25
    rows |= {("10", "Centrifuge Consulting (2021)")}  # printed as just over 10
    for each in loaded.study(factories.STUDY).comparators:
        value = str(each.value) if each.to is None else f"{each.value}-{each.to}"
        assert (value, each.source) in rows, each.id
