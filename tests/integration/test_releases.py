"""Releases: made through the service that cron and the manager's button use, and read behind their own door."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from surveyapp import create_app
from surveyapp.analysis.disclosure.budget import budget
from surveyapp.analysis.disclosure.release import protect
from surveyapp.analysis.disclosure.told import ReleaseTold
from surveyapp.cli import main
from surveyapp.domain.errors import NoReleaseYet, NotFound, NotPermitted, StateRefused
from surveyapp.domain.instrument.study import ReleaseRule, Thresholds
from surveyapp.domain.releases import closed_set
from surveyapp.domain.results import Distribution, Shift
from surveyapp.domain.staff import Role, Scope
from surveyapp.services.demo import loading as demo
from surveyapp.services.results import distributions, looking, measures, response
from surveyapp.services.results.releasing import drafting, released
from surveyapp.services.results.releasing import releases as service
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import migrating, participants
from surveyapp.store import releases as store
from surveyapp.store.database import Database
from tests import factories, versioned
from tests.conftest import NOW, Clock, once_a_run
from tests.databases import copy_database
from tests.page import Client
from tests.program import Program, token_of

pytestmark = pytest.mark.both_databases

MENTORING, ROTATION = "mentoring", "job_rotation"


def operator(runtime: Runtime) -> Desk:
    return factories.operator(runtime)


def redeclared(runtime: Runtime, study_id: str, **changes: object) -> Runtime:
    """The same installation, its study declaring something else."""
    study = dataclasses.replace(runtime.study(study_id), **changes)  # type: ignore[arg-type]
    return dataclasses.replace(runtime, studies={**runtime.studies, study_id: study})


def client(runtime: Runtime, *roles: Role, study: str = MENTORING, **more: object) -> Client:
    app = create_app(runtime)
    app.testing = True
    app.config.update(WTF_CSRF_ENABLED=False)
    made = Client(app.test_client())
    staff = factories.create_staff(runtime, *roles, study=study, second_factor=False, **more)  # type: ignore[arg-type]
    assert made.sign_in(staff.email).status_code == 302
    return made


def run(runtime: Runtime, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Result:
    monkeypatch.setattr("surveyapp.cli.releases.open_desk", lambda: operator(runtime))
    return CliRunner().invoke(main, ["releases", *arguments])


@pytest.fixture(scope="module")
def released_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The mentoring study of the demonstration with its three releases. Without segments: they are most of the work."""

    def load(made: Path) -> None:
        shutil.copy(sqlite_template, made)
        runtime = with_mentoring_alone(factories.create_runtime(f"sqlite:///{made}", Clock(), demo=True))
        demo.load(runtime, NOW.date())
        runtime.database.dispose()

    return once_a_run(tmp_path_factory, "released.db", load)


def with_mentoring_alone(runtime: Runtime) -> Runtime:
    study = dataclasses.replace(runtime.study(MENTORING), segments=())
    return dataclasses.replace(runtime, studies={MENTORING: study})


@pytest.fixture
def mentored(released_template: Path, tmp_path: Path, clock: Clock) -> Iterator[Runtime]:
    """An installation with the mentoring study in it, and three releases of it."""
    copy_database(released_template, tmp_path / "released.db")
    made = with_mentoring_alone(factories.create_runtime(f"sqlite:///{tmp_path / 'released.db'}", clock, demo=True))
    yield made
    made.database.dispose()


def test_the_demonstration_has_two_interim_releases_and_one_of_which_the_first_touchpoint_is_final(
    mentored: Runtime,
) -> None:
    study = mentored.study(MENTORING)
    third, second, first = released.releases(operator(mentored), MENTORING)
    everything = {point.key for point in study.touchpoints}
    assert set(first.collecting) == set(second.collecting) == everything
    assert not third.interim(("mentee", 1))
    assert third.interim(("mentee", 3))
    assert [each.number for each in (first, second, third)] == [1, 2, 3]
    assert first.cut_at < second.cut_at < third.cut_at
    assert first.people < second.people < third.people
    assert {each.made_by for each in (first, second, third)} == {"Max Manager"}
    for each in (first, second, third):
        assert each.answers_at <= each.cut_at
        assert each.new_or_changed >= 20


@pytest.mark.parametrize(("thresholds", "told"), [((1, 1), True), ((5, 1), False), ((1, 5), False)])
def test_how_many_are_in_it_is_told_where_it_withholds_nothing(
    database_url: str, clock: Clock, tmp_path: Path, thresholds: tuple[int, int], told: bool
) -> None:
    """Of 29 people who answered less 26 of one group, 3 are of the other: here is one group alone."""
    text = versioned.STUDY.replace(
        "thresholds: {minimum_base: 1, minimum_cell: 1}",
        "thresholds: {{minimum_base: {}, minimum_cell: {}}}".format(*thresholds),
    )
    runtime = versioned.create_runtime(database_url, clock, tmp_path, {}, text)
    versioned.answer(runtime, 1, 1, *versioned.coffee(*["much"] * 26))
    service.make(operator(runtime), versioned.NAME)
    app, viewer = create_app(runtime), factories.create_staff(runtime, Role.VIEWER, study=versioned.NAME)
    reader = Client(app.test_client())
    reader.sign_in(viewer.email)
    said = "26 people had answered, 26 of them new or changed."
    assert (said in reader.page(f"/released/{versioned.NAME}/releases").words) is told
    [listed] = Program(app, token_of(runtime, viewer).secret).read(f"/studies/{versioned.NAME}/releases")["releases"]
    assert (listed["people"], listed["new_or_changed"]) == ((26, 26) if told else (None, None))
    runtime.database.dispose()


def test_interim_counts_are_ranges_and_final_ones_exact(mentored: Runtime) -> None:
    desk = operator(mentored)
    for number, exact in ((1, False), (2, False), (3, True)):
        _, found = released.questions(desk, MENTORING, "mentee", 1, number)
        cells = [cell for each in found for tally in each.tallies for cell in tally.cells.values() if cell.told]
        assert any(cell.shown for cell in cells) is exact, number
    _, found = released.questions(desk, MENTORING, "mentee", 3, 3)
    told = [cell for each in found for tally in each.tallies for cell in (tally.base, *tally.cells.values())]
    assert not any(cell.shown for cell in told)


def test_a_release_holds_its_closed_set_and_nothing_else(mentored: Runtime) -> None:
    desk = operator(mentored)
    expected = {page.key for page in closed_set(mentored.study(MENTORING))}
    for each in released.releases(desk, MENTORING):
        _, pages = released.pages(desk, MENTORING, each.number)
        assert set(pages) == expected


def cells_of(page: Shift | tuple[Distribution, ...]) -> dict[tuple[object, ...], object]:
    """Every count of a page by what it is of."""
    if isinstance(page, Shift):
        tallies = {(number, row.tally.people.value): row.tally for number, rows in enumerate(page.rows) for row in rows}
    else:
        tallies = {(each.key, tally.people.value): tally for each in page for tally in each.tallies}
    return {
        (*place, code): cell
        for place, tally in tallies.items()
        for code, cell in (("base", tally.base), *tally.cells.items())
    }


def test_what_a_release_tells_exactly_is_true_and_what_it_bounds_holds(mentored: Runtime) -> None:
    """Against the working view on the same day: nobody has answered since the last release was cut."""
    desk = operator(mentored)
    study = mentored.study(MENTORING)
    exact = 0
    for page in closed_set(study):
        if page.measure:
            _, told = released.measure(desk, MENTORING, page.measure, None, page.segment)
            true = measures.shift(desk, MENTORING, page.measure, segment=page.segment)
            both = (cells_of(told), cells_of(true))
        elif page.kind == "questions" and page.touchpoint is not None:
            _, shown = released.questions(desk, MENTORING, page.group, page.touchpoint, None, page.segment)
            working = distributions.questions(desk, MENTORING, page.group, page.touchpoint, segment=page.segment)
            both = (cells_of(shown), cells_of(working))
        for place, cell in both[0].items():
            count = both[1][place].count  # type: ignore[attr-defined]
            if cell.shown:  # type: ignore[attr-defined]
                assert cell.count == count, (page.key, place)  # type: ignore[attr-defined]
                exact += 1
            elif cell.told:  # type: ignore[attr-defined]
                least, most = cell.least, cell.most  # type: ignore[attr-defined]
                assert least <= count, (page.key, place)
                assert most is None or count <= most, (page.key, place)
            assert not cell.private  # type: ignore[attr-defined]
    assert exact > 100


def test_who_answered_is_told_as_far_as_the_bases_beside_it_let_it(mentored: Runtime) -> None:
    desk = operator(mentored)
    working = {
        (each.group, table.touchpoint): table.rows[0].answered.count
        for each in response.groups(desk, MENTORING)
        for table in each.response
    }
    told = 0
    for group in mentored.study(MENTORING).groups:
        for number in (1, 2, 3):
            release, tables = released.people(desk, MENTORING, group.id, number)
            for table in tables:
                (row,) = table.rows
                if number == 3 and row.answered.told:
                    count = working[table.group, table.touchpoint]
                    assert (row.answered.least or 0) <= count <= (row.answered.most or count)  # type: ignore[operator]
                told += row.answered.told
                assert not (row.answered.shown and release.interim((table.group, table.touchpoint)))
                assert not any(cell.told for cell in (row.cases, row.could_be_asked, row.open, row.closed, row.refused))
    assert told > 5
    viewer = client(mentored, Role.VIEWER)
    overview = viewer.page(f"/released/{MENTORING}/2")
    assert f"/released/{MENTORING}/2/people/mentee" in overview.links()
    page = viewer.page(f"/released/{MENTORING}/2/people/mentee")
    assert "Release 2, answers up to" in page.words
    assert re.search(r"Everyone \d+ to \d+", page.words), page.words
    content = viewer.get(f"/released/{MENTORING}/2/people/mentee.csv").data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert {row["category"] for row in rows} == {"answered"}
    assert {row["edition"] for row in rows} == {"release 2"}
    assert viewer.get(f"/released/{MENTORING}/people/nobody").status_code == 404


def test_nothing_stored_of_a_release_is_of_anybody(mentored: Runtime) -> None:
    scope = dataclasses.replace(factories.everyone(mentored), study=MENTORING)
    with mentored.database.reading() as session:
        newest = store.release(session, scope)
        assert newest is not None
        text = " ".join(body.decode() for body in store.pages(session, newest.id).values() if body)
        text += store.log(session, newest.id)
        people = participants.participants(session, scope, mentored.clock().date())
    for person in people:
        assert person.reference not in text
        assert str(person.id) not in text
        assert person.id.hex not in text


def test_a_release_of_before_calls_who_answered_once_by_another_name_and_says_the_same(mentored: Runtime) -> None:
    def bodies() -> dict[tuple[uuid.UUID, str], bytes]:
        database = Database(mentored.settings.database_url, any_revision=True)
        with database.reading() as session:
            found = {
                (release.id, key): body
                for release in store.releases(session, Scope(MENTORING, mentored.origin))
                for key, body in store.pages(session, release.id).items()
                if body is not None
            }
        database.dispose()
        return found

    now, url = bodies(), mentored.settings.database_url
    mentored.database.dispose()
    migrating.downgrade(url, "0060")
    before = bodies()
    shifts = [key for key in now if key[1].startswith("measure ")]
    assert shifts
    for key in shifts:
        assert before[key].count(b'"lost"') == now[key].count(b'"first_alone"') > 0
        assert b'"first_alone"' not in before[key]
    assert {key: body for key, body in before.items() if key not in shifts} == {
        key: body for key, body in now.items() if key not in shifts
    }
    migrating.upgrade(url)
    assert bodies() == now


def test_a_release_needs_enough_who_are_new_and_says_how_many_are_missing(
    mentored: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = operator(mentored)
    ahead = service.outlook(desk, MENTORING)
    assert (ahead.number, ahead.needed, ahead.missing) == (4, 20, 20 - ahead.new_or_changed)
    with pytest.raises(StateRefused, match=f"needs 20: {ahead.missing} are missing"):
        service.make(desk, MENTORING)
    with pytest.raises(StateRefused, match="missing"):
        service.preview(desk, MENTORING)
    result = run(mentored, monkeypatch, "make", MENTORING, "--yes")
    assert result.exit_code == 1
    assert "are missing" in result.output
    # For cron, that none is due is no fault.
    result = run(mentored, monkeypatch, "make", MENTORING, "--due")
    assert result.exit_code == 0
    assert "No release of mentoring is due. The next is due on 2026-07-14." in result.output
    assert len(released.releases(desk, MENTORING)) == 3


def test_where_no_count_is_hidden_a_release_is_exact_while_people_answer(
    demo_runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = operator(demo_runtime)
    with pytest.raises(NoReleaseYet):
        released.overview(desk, ROTATION, None)
    assert "no release yet" in run(demo_runtime, monkeypatch, "list", ROTATION).output
    result = run(demo_runtime, monkeypatch, "make", ROTATION, "--yes")
    assert result.output.startswith("Made release 1, answers up to"), result.output
    release, shifts = released.overview(desk, ROTATION, None)
    assert release.collecting
    assert release.exact_while_collecting
    hidden = 0
    for told in shifts:
        true = measures.shift(desk, ROTATION, told.measure)
        for place, cell in cells_of(told).items():
            assert cell == dataclasses.replace(cells_of(true)[place], private=False) or not cell.told  # type: ignore[call-overload,attr-defined]
            hidden += not cell.told  # type: ignore[attr-defined]
    assert not hidden
    assert "release 1," in run(demo_runtime, monkeypatch, "list", ROTATION).output
    shown = run(demo_runtime, monkeypatch, "show", ROTATION, "--log").output
    assert "measure recommend_backfill\t" in shown
    assert "Collecting at the cut:" in shown
    assert run(demo_runtime, monkeypatch, "show", ROTATION, "7").exit_code == 1
    # Nobody answered since: another is refused, also one that follows every answer.
    live = redeclared(demo_runtime, ROTATION, releases=ReleaseRule(live=True))
    with pytest.raises(StateRefused, match="needs 1: 1 are missing"):
        service.make(operator(live), ROTATION)
    assert service.make_due(operator(live), ROTATION) is None


def test_job_rotation_at_ten_and_five_keeps_the_budget_for_hiding(
    demo_runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own thresholds hide no count; with the usual ones it is the smallest real study there is."""
    made: list[ReleaseTold] = []

    def protected(*arguments: Any, **more: Any) -> ReleaseTold:
        made.append(protect(*arguments, **more))
        return made[-1]

    monkeypatch.setattr(drafting, "protect", protected)
    service.preview(operator(redeclared(demo_runtime, ROTATION, thresholds=Thresholds(10, 5, 30))), ROTATION)
    tables = [table for release in made for table in release.tables.values()]
    assert len(tables) > 50
    assert [str(line) for line in budget(tables) if not line.held] == []
    assert all(release.passed for release in made)
    assert [key for table in tables for key in table.pinned] == []


def test_one_made_at_the_same_time_is_said_and_neither_is_half_made(demo_runtime: Runtime) -> None:
    desk = operator(demo_runtime)
    ahead = service.outlook(desk, ROTATION)
    drafts = [service._draft(desk, ROTATION, ahead) for _ in range(2)]
    service._made(desk, drafts[0])
    with pytest.raises(StateRefused, match="Release 1 was made meanwhile"):
        service._made(desk, drafts[1])
    assert [each.id for each in released.releases(desk, ROTATION)] == [drafts[0].release.id]


def test_what_is_declared_otherwise_than_before_is_said_first(mentored: Runtime) -> None:
    changed = redeclared(
        mentored, MENTORING, segments=("site.sector",), thresholds=Thresholds(10, 3), crosstabs=(("a", "b"),)
    )
    assert service.outlook(operator(changed), MENTORING).changed == ("segments", "crosstabs", "thresholds")
    page = client(changed, Role.MANAGER).page(f"/manage/{MENTORING}/releases")
    assert "Earlier releases stay as they are" in page.words
    assert "more people have to be new or changed" in page.words


@pytest.mark.parametrize(("study", "hides"), [(MENTORING, True), (ROTATION, False)])
def test_what_protects_people_is_promised_where_it_does(demo_runtime: Runtime, study: str, hides: bool) -> None:
    page = client(demo_runtime, Role.MANAGER, study=study).page(f"/manage/{study}/releases").words
    assert ("until nobody’s answer can be worked out" in page) is hides
    assert ("hide no count for being small" in page) is not hides
    assert ("could be told from the last" in page) <= hides


@pytest.mark.parametrize("role", [Role.EVALUATOR, Role.VIEWER, Role.INTERVIEWER])
def test_only_a_manager_of_the_whole_study_makes_one(demo_runtime: Runtime, role: Role) -> None:
    desk = Desk(demo_runtime, factories.create_staff(demo_runtime, role, study=ROTATION))
    with pytest.raises(NotPermitted):
        service.make(desk, ROTATION)
    site = factories.create_site(demo_runtime, "S9")
    partly = Desk(demo_runtime, factories.create_staff(demo_runtime, Role.MANAGER, study=ROTATION, site=site))
    with pytest.raises(NotPermitted, match="whole study"):
        service.make(partly, ROTATION)


def test_only_those_with_true_counts_read_what_gave_way(mentored: Runtime) -> None:
    evaluator = Desk(mentored, factories.create_staff(mentored, Role.EVALUATOR, study=MENTORING))
    for line in released.log_of(evaluator, MENTORING, 3):
        assert {"group", "exhibit", "to", "because"} <= set(line)
    for role in (Role.MANAGER, Role.VIEWER):
        desk = Desk(mentored, factories.create_staff(mentored, role, study=MENTORING))
        with pytest.raises(NotPermitted):
            released.log_of(desk, MENTORING, 3)
    with pytest.raises(NotFound):
        released.log_of(evaluator, MENTORING, 9)


def test_a_crosstab_of_a_release_holds_the_true_counts_and_is_drawn_as_the_working_one(mentored: Runtime) -> None:
    """Every cell of it against the working crosstab's, whose options are told one by one."""
    desk, viewer = operator(mentored), client(mentored, Role.VIEWER)
    for number in (1, 3):
        told, exact = 0, 0
        for group, touchpoint in (("mentee", 1), ("mentee", 2)):
            _, found = released.crosstabs(desk, MENTORING, group, touchpoint, number)
            for each in found:
                asked = looking.Look(group=group, variable=each.down.key)
                true = looking.cross(desk, MENTORING, asked, touchpoint, each.across.key, touchpoint)
                for line, down in zip(each.cells, each.down.options, strict=True):
                    for cell, across in zip(line, each.across.options, strict=True):
                        of = (down.members or (down.code,), across.members or (across.code,))
                        count = sum(
                            true.cells[row][column].count or 0
                            for row, one in enumerate(true.down.options)
                            for column, two in enumerate(true.across.options)
                            if one.code in of[0] and two.code in of[1]
                        )
                        if number == 3:  # nobody has answered since
                            assert (cell.least or 0) <= count, (down.code, across.code)
                            assert cell.most is None or count <= cell.most, (down.code, across.code)
                        told += 1
                        exact += cell.shown
            page = viewer.page(f"/released/{MENTORING}/{number}/crosstabs/{group}/{touchpoint}")
            assert all(each.down.title in page.words for each in found)
            assert "people answered both" in page.words
            content = viewer.get(f"/released/{MENTORING}/{number}/crosstabs/{group}/{touchpoint}.csv").data
            rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
            assert {row["edition"] for row in rows} == {f"release {number}"}
        assert told > 0
        assert (exact > 0) is (number == 3), "the first touchpoint has closed by the third"
    assert f"/released/{MENTORING}/3/crosstabs/mentee/1" in viewer.page(f"/released/{MENTORING}/3").links()
    assert viewer.get(f"/released/{MENTORING}/crosstabs/mentee/3").status_code == 404


def test_a_box_that_withholds_says_in_which_release_it_is_looked_at_again(mentored: Runtime) -> None:
    desk = operator(mentored)
    for number in (1, 3):
        for point in mentored.study(MENTORING).touchpoints:
            release, found = released.questions(desk, MENTORING, point.group, point.number, number)
            boxes = [tally.again for each in found for tally in each.tallies if tally.withheld]
            assert {again is not None and again.number for again in boxes} <= {number + 1}
            dated = {again.after is not None for again in boxes if again}
            assert dated <= {release.collecting.get(point.key) is not None}
            assert not [tally for each in found for tally in each.tallies if tally.again and not tally.withheld]
