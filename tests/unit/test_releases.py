"""Which touchpoints collect at a moment, who has to be new for a release, and when the next is due."""

from __future__ import annotations

import dataclasses
import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.authoring.loader import load_study
from surveyapp.domain.instrument.routing import parts_of
from surveyapp.domain.instrument.study import Anchor, EnrolmentRule, ReleaseRule, Study, Thresholds, Touchpoint
from surveyapp.domain.releases import (
    CasesSoFar,
    CollectingFacts,
    ReleaseTerms,
    closed_set,
    collecting,
    collects_until,
    due_on,
    needed,
)
from surveyapp.settings import ROOT

ZONE = ZoneInfo("Europe/London")


def day(written: str) -> dt.datetime:
    return dt.datetime.fromisoformat(written).replace(tzinfo=ZONE).astimezone(dt.UTC)


def touchpoint(number: int, opens: Anchor) -> Touchpoint:
    return Touchpoint(group="people", number=number, title=str(number), questionnaire="first", opens=opens)


@pytest.fixture(scope="module")
def mentoring() -> Study:
    return load_study(ROOT / "questionnaires" / "mentoring")


@pytest.fixture
def study(mentoring: Study) -> Study:
    """Touchpoint 1 at enrolment, 2 after 1 is handed in, 3 after 2; enrolment to the end of March."""
    touchpoints = (
        touchpoint(1, Anchor(type="enrolled")),
        touchpoint(2, Anchor(type="submitted", days=30, touchpoint=("people", 1))),
        touchpoint(3, Anchor(type="event", event="moved")),
    )
    return dataclasses.replace(mentoring, touchpoints=touchpoints, enrolment=EnrolmentRule(dt.date(2026, 3, 31)))


NOTHING = CasesSoFar()
CASES: dict[str, tuple[EnrolmentRule, dict[int, CasesSoFar], str | None, int, str | None]] = {
    # (rule, cases by touchpoint, last day somebody enrolled, touchpoint, from when it collects no longer)
    "nobody yet, a day is set": (EnrolmentRule(dt.date(2026, 3, 31)), {}, None, 1, "2026-04-04"),
    "nobody yet, no day is set": (EnrolmentRule(), {}, None, 1, None),
    "28 days without anybody": (EnrolmentRule(), {}, "2026-03-01", 1, "2026-04-02"),
    "as many days as it says": (EnrolmentRule(None, 10), {}, "2026-03-01", 1, "2026-03-15"),
    "a case outlasts enrolment": (
        EnrolmentRule(None, 10), {1: CasesSoFar(False, day("2026-04-20T12:00"))}, "2026-03-01", 1, "2026-04-23T12:00",
    ),
    "enrolment outlasts the cases": (
        EnrolmentRule(dt.date(2026, 3, 31)), {1: CasesSoFar(False, day("2026-02-01"))}, "2026-01-01", 1, "2026-04-04",
    ),
    "a case that never closes": (
        EnrolmentRule(None, 10), {1: CasesSoFar(True, day("2026-02-01"))}, "2026-01-01", 1, None,
    ),
    "the one before collects": (
        EnrolmentRule(None, 10), {1: CasesSoFar(False, day("2026-05-01")), 2: CasesSoFar(False, day("2026-04-01"))},
        "2026-01-01", 2, "2026-05-04",
    ),
    "the one before never closes": (EnrolmentRule(None, 10), {1: CasesSoFar(True)}, "2026-01-01", 2, None),
    "the one before has closed": (
        EnrolmentRule(None, 10), {1: CasesSoFar(False, day("2026-02-01")), 2: CasesSoFar(False, day("2026-04-01"))},
        "2026-01-01", 2, "2026-04-04",
    ),
    "an event may come while people enrol": (
        EnrolmentRule(dt.date(2026, 3, 31)), {3: CasesSoFar(False, day("2026-02-01"))}, "2026-01-01", 3, "2026-04-04",
    ),
    "another touchpoint's cases": (EnrolmentRule(None, 10), {2: CasesSoFar(True)}, "2026-03-01", 1, "2026-03-15"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_touchpoint_collects_until(
    study: Study, case: tuple[EnrolmentRule, dict[int, CasesSoFar], str | None, int, str | None]
) -> None:
    rule, cases, enrolled, number, ends = case
    study = dataclasses.replace(study, enrolment=rule)
    point = study.touchpoint("people", number)
    assert point is not None
    facts = CollectingFacts(
        {("people", each): so_far for each, so_far in cases.items()},
        {"people": dt.date.fromisoformat(enrolled)} if enrolled else {},
    )
    expected = day(ends) if ends else None
    assert collects_until(study, point, facts, ZONE) == expected
    if expected is not None:
        tick = dt.timedelta(microseconds=1)
        assert point.key in collecting(study, facts, expected - tick, ZONE)
        assert point.key not in collecting(study, facts, expected, ZONE)
    else:
        assert collecting(study, facts, day("2199-01-01"), ZONE)[point.key] is None


@pytest.mark.parametrize(
    ("rule", "base", "expected"),
    [
        (ReleaseRule(), 0, 20),
        (ReleaseRule(), 200, 20),
        (ReleaseRule(), 201, 21),
        (ReleaseRule(), 1005, 101),
        (ReleaseRule(minimum_new=7), 1005, 7),
        (ReleaseRule(live=True), 1005, 1),
    ],
)
def test_so_many_have_to_be_new(rule: ReleaseRule, base: int, expected: int) -> None:
    assert needed(rule, base) == expected


@given(st.integers(0, 10**7))
def test_usually_at_least_twenty_and_a_tenth(base: int) -> None:
    assert needed(ReleaseRule(), base) >= 20
    assert needed(ReleaseRule(), base) * 10 >= base
    assert needed(ReleaseRule(), base) == 20 or (needed(ReleaseRule(), base) - 1) * 10 < base


@pytest.mark.parametrize(
    ("rule", "last", "expected"),
    [
        (ReleaseRule(), "2026-01-01", None),
        (ReleaseRule(), None, None),
        (ReleaseRule(every="week"), None, dt.date.min),
        (ReleaseRule(every="week"), "2026-01-29", dt.date(2026, 2, 5)),
        (ReleaseRule(every="month"), "2026-01-15", dt.date(2026, 2, 15)),
        (ReleaseRule(every="month"), "2026-01-31", dt.date(2026, 2, 28)),
        (ReleaseRule(every="month"), "2025-12-31", dt.date(2026, 1, 31)),
        (ReleaseRule(live=True), "2026-01-31", dt.date.min),
    ],
)
def test_the_next_is_due(rule: ReleaseRule, last: str | None, expected: dt.date | None) -> None:
    assert due_on(rule, dt.date.fromisoformat(last) if last else None) == expected


def test_the_closed_set_is_what_the_study_declares(mentoring: Study) -> None:
    first, second, *_ = parts_of(mentoring.newest("mentor_1"))
    study = dataclasses.replace(mentoring, crosstabs=((first, second), (first, "nothing")))
    pages = closed_set(study)
    keys = [page.key for page in pages]
    assert len(set(keys)) == len(keys)
    by_kind = {
        kind: [page for page in pages if page.kind == kind] for kind in ("measure", "questions", "crosstab", "people")
    }
    segments = {None, "sector", "age_band"}
    assert {(page.measure, page.segment) for page in by_kind["measure"]} == {
        (measure.id, segment) for measure in study.measures for segment in segments
    }
    assert {(page.group, page.touchpoint, page.segment) for page in by_kind["questions"]} == {
        (*point.key, segment) for point in study.touchpoints for segment in segments
    }
    asking = {("mentor", 1)} | {
        point.key for point in study.touchpoints if {first, second} <= set(parts_of(study.newest(point.questionnaire)))
    }
    assert {(page.group, page.touchpoint, page.pair) for page in by_kind["crosstab"]} == {
        (*key, (first, second)) for key in asking
    }
    assert [page.group for page in by_kind["people"]] == [group.id for group in study.groups]
    assert len(pages) == sum(map(len, by_kind.values()))


def test_what_is_another_than_in_an_earlier_release_is_named(mentoring: Study) -> None:
    before = ReleaseTerms.of(mentoring)
    assert before.changes_since(before) == ()
    changed = dataclasses.replace(
        mentoring, thresholds=Thresholds(20, 5), segments=(), crosstabs=(("a", "b"),), measures=()
    )
    names = ("measures", "segments", "crosstabs", "thresholds")
    assert ReleaseTerms.of(changed).changes_since(before) == names
    assert {each.name for each in dataclasses.fields(ReleaseTerms)} == set(names)
