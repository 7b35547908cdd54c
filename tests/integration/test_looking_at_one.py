"""One place to look: any question, its touchpoints side by side, by any attribute, for some people, by another one."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from surveyapp.domain.answers import Answer, Codes, Number
from surveyapp.domain.errors import NotFound, NotPermitted
from surveyapp.domain.participants import Participant
from surveyapp.domain.results import Cell, Shift
from surveyapp.domain.staff import Role
from surveyapp.services.cases import scheduling
from surveyapp.services.results import looking
from surveyapp.services.results.looking import Look
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import participants
from surveyapp.store.database import new_id
from tests import factories, versioned
from tests.conftest import Clock

COFFEE = "{id: coffee, kind: choice, scale: liking, text: How much do you like the coffee?"
DRINKS = "{id: drinks, kind: multiple, text: What else?, options: {tea: Tea, juice: Juice}}"
MINUTES = "{id: minutes, kind: number, text: How long do you stay?}"
FIRST = (COFFEE + ", moments: {before: Then, now: Now}}", versioned.WORTH, DRINKS, MINUTES)
SECOND = (COFFEE + "}", versioned.WORTH, DRINKS)

Sitting = dict[str, Answer]


def sitting(then: str, now: str, worth: int, *drinks: str) -> Sitting:
    return {
        "coffee@before": Codes((then,)),
        "coffee@now": Codes((now,)),
        "worth": Number(Decimal(worth)),
        "drinks": Codes(drinks),
        "minutes": Number(Decimal(worth * 2)),
    }


def later(now: str, worth: int, *drinks: str) -> Sitting:
    return {"coffee": Codes((now,)), "worth": Number(Decimal(worth)), "drinks": Codes(drinks)}


@pytest.fixture
def cafe(database_url: str, clock: Clock, tmp_path: Path) -> Iterator[Runtime]:
    """Three guests at the first touchpoint, two at the second; the first two are of a small site."""
    files = {
        "first/v1": versioned.questionnaire("first", 1, *FIRST),
        "second/v1": versioned.questionnaire("second", 1, *SECOND),
    }
    study = versioned.STUDY.replace("touchpoint: 1, label", "touchpoint: 1, moment: now, label")
    study += "comparisons:\n  - {variable: coffee, between: [first, second], comparable: yes, because: Only when.}\n"
    made = versioned.create_runtime(database_url, clock, tmp_path, files, study)
    today = made.today(made.study(versioned.NAME))
    with factories.operator(made).writing() as work:
        sites = {
            size: participants.add_site(work.session, versioned.NAME, size, size, {"size": size}, today)
            for size in ("small", "large")
        }
        for number, size in enumerate(("small", "small", "large"), 1):
            guest = Participant(
                id=new_id(), study=versioned.NAME, group="guest", reference=f"GU-{number:04d}", origin=made.origin,
                enrolled_on=today, site=sites[size],
            )  # fmt: skip
            participants.add_participant(work.session, guest)
            scheduling.plan_cases(work, guest)
    versioned.answer(
        made, 1, 1, sitting("not", "much", 4, "tea"), sitting("not", "not", 5, "tea", "juice"),
        sitting("little", "much", 8, "juice"),
    )  # fmt: skip
    versioned.answer(made, 2, 1, later("much", 6, "juice"), later("somewhat", 9, "juice"))
    yield made
    made.database.dispose()


@pytest.fixture
def desk(cafe: Runtime) -> Desk:
    return Desk(cafe, factories.create_staff(cafe, Role.EVALUATOR, study=versioned.NAME))


def look(desk: Desk, variable: str, **asked: object) -> Shift:
    return looking.look(desk, versioned.NAME, Look(group="guest", variable=variable, **asked))  # type: ignore[arg-type]


def test_a_question_stands_at_every_touchpoint_and_moment_it_is_asked(desk: Desk) -> None:
    found = look(desk, "coffee")
    assert [(row.label, row.touchpoint, row.moment) for row in found.everyone] == [
        ("Touchpoint 1 · Then", 1, "before"), ("Touchpoint 1", 1, "now"), ("Touchpoint 2", 2, None)
    ]  # fmt: skip
    assert [row.net.count for row in found.everyone] == [0, 2, 2]
    assert [row.tally.base.count for row in found.everyone] == [3, 3, 2]
    assert {(c.before_row, c.after_row): c.base.count for c in found.changes} == {(0, 1): 3, (0, 2): 2, (1, 2): 2}
    assert found.matched_base == Cell(2)


def test_some_touchpoints_and_those_who_answered_every_time(desk: Desk) -> None:
    found = look(desk, "coffee", touchpoints=(1,))
    assert [row.touchpoint for row in found.everyone] == [1, 1]
    matched = look(desk, "coffee", matched=True)
    assert [row.tally.base.count for row in matched.everyone] == [2, 2, 2]


def test_a_rating_has_its_mean_change(desk: Desk) -> None:
    found = look(desk, "worth")
    assert [row.tally.rating.mean for row in found.everyone if row.tally.rating] == [Decimal("5.7"), Decimal("7.5")]
    (change,) = found.changes
    assert change.mean is not None
    assert (change.mean.mean, change.base.count, change.rose.count) == (Decimal("3.0"), 2, 2)


def test_an_option_of_several_is_a_variable_of_its_own(desk: Desk) -> None:
    whole = look(desk, "drinks")
    assert whole.changes == ()
    found = look(desk, "drinks", option="juice")
    assert [row.net.count for row in found.everyone] == [2, 2]
    (change,) = found.changes
    assert [change.base.count, change.before.count, change.after.count, change.gained.count] == [2, 1, 2, 1]
    assert found.options[0].label == "Juice"


def test_by_any_attribute_and_for_some_alone(desk: Desk) -> None:
    by = look(desk, "coffee", by="site.size")
    assert [[row.tally.people.value for row in rows] for rows in by.rows] == [[None, "small", "large"]] * 3
    assert [row.tally.base.count for row in by.rows[1]] == [3, 2, 1]
    assert [change.base.count for change in by.changes] == [3, 2, 1, 2, 2, 0, 2, 2, 0]
    only = look(desk, "coffee", only=("site.size", "small"))
    assert [(row.net.count, row.tally.base.count) for row in only.everyone] == [(0, 2), (1, 2), (2, 2)]
    assert only.title.endswith(": Small)")
    assert only.asked_of.endswith(": Small)")
    assert only.title.startswith(by.title)


def test_whoever_is_offered_alone_answered(cafe: Runtime, desk: Desk) -> None:
    for place in looking.places(desk, versioned.NAME, "guest"):
        for touchpoint in place.touchpoints:
            asked = Look(group="guest", variable=place.variable, touchpoints=(touchpoint,))
            offered = looking.known(desk, versioned.NAME, asked)
            assert offered == {"site.size": ("small", "large") if touchpoint == 1 else ("small",)}
            for value in offered["site.size"]:
                shift = look(desk, place.variable, touchpoints=(touchpoint,), only=("site.size", value))
                assert max(row.tally.base.count or 0 for row in shift.everyone) > 0
    # Whoever sees one site alone is offered what is known of its people, and no more.
    with cafe.database.reading() as session:
        today = cafe.today(cafe.study(versioned.NAME))
        small = next(each for each in participants.sites(session, versioned.NAME, today) if each.name == "small")
    staff = factories.create_staff(cafe, Role.EVALUATOR, study=versioned.NAME, site=small)
    asked = Look(group="guest", variable="coffee")
    assert looking.known(Desk(cafe, staff), versioned.NAME, asked) == {"site.size": ("small",)}


def test_a_question_by_a_question(desk: Desk) -> None:
    asked = Look(group="guest", variable="coffee@before")
    found = looking.cross(desk, versioned.NAME, asked, 1, "coffee@now", 1)
    codes = [option.code for option in found.down.options]
    cells = {
        (codes[row], codes[column]): cell.count
        for row, cells in enumerate(found.cells) for column, cell in enumerate(cells) if cell.count
    }  # fmt: skip
    assert cells == {("not", "much"): 1, ("not", "not"): 1, ("little", "much"): 1}
    assert found.cells[codes.index("not")][0].percent == 50
    assert found.column_percents[codes.index("not")][0] == 50
    assert ([cell.count for cell in found.rows], found.base.count, found.left_out.count) == ([0, 0, 1, 2], 3, 0)
    across = looking.cross(desk, versioned.NAME, asked, 1, "worth", 2)
    assert (across.base.count, across.left_out.count) == (2, 1)


def test_every_question_has_its_place(desk: Desk) -> None:
    found = looking.places(desk, versioned.NAME, "guest")
    assert [(each.variable, each.touchpoints) for each in found] == [
        ("coffee", (1, 2)), ("worth", (1, 2)), ("drinks", (1, 2)), ("minutes", (1,))
    ]  # fmt: skip
    for each in found:
        assert look(desk, each.variable).everyone


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (Look(group="nobody", variable="coffee"), "no group"),
        (Look(group="guest", variable="unheard_of"), "no question"),
        (Look(group="guest", variable="minutes", touchpoints=(2,)), "no question"),
        (Look(group="guest", variable="coffee", by="site.colour"), "not a segment"),
        (Look(group="guest", variable="coffee", only=("site.size", "huge")), "not a segment"),
        (Look(group="guest", variable="drinks", option="wine"), "not one of several"),
        (Look(group="guest", variable="coffee", option="much"), "not one of several"),
    ],
)
def test_what_is_not_there_is_said(desk: Desk, asked: Look, sentence: str) -> None:
    with pytest.raises(NotFound, match=sentence):
        looking.look(desk, versioned.NAME, asked)


@pytest.mark.parametrize(("other", "touchpoint"), [("minutes", 1), ("drinks", 1), ("coffee", 9), ("site.colour", 0)])
def test_what_has_no_options_is_not_crossed(desk: Desk, other: str, touchpoint: int) -> None:
    with pytest.raises(NotFound):
        looking.cross(desk, versioned.NAME, Look(group="guest", variable="worth"), 1, other, touchpoint)


def test_others_may_not_look(cafe: Runtime) -> None:
    staff = factories.create_staff(cafe, Role.INTERVIEWER, study=versioned.NAME)
    with pytest.raises(NotPermitted):
        looking.places(Desk(cafe, staff), versioned.NAME, "guest")
