"""Where a study stands: the demonstration against the printed report, what waits, who may see what, and the pages."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import threading
import uuid
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from surveyapp import create_app
from surveyapp.domain.answers import Mode
from surveyapp.domain.errors import NotFound, NotPermitted
from surveyapp.domain.fieldwork.call_stand import CallHold
from surveyapp.domain.fieldwork.cases import Disposition, Outcome
from surveyapp.domain.fieldwork.consequences import ReferralKind
from surveyapp.domain.fieldwork.standing import Standing
from surveyapp.domain.participants import Contact, Participant
from surveyapp.domain.progress.standing import FATES, StudyStanding, fate_of
from surveyapp.domain.responses import Response, ResponseState
from surveyapp.domain.staff import Action, Role, Staff
from surveyapp.reports.files import csv_file, standing_file
from surveyapp.services.fieldwork import attempts, call_queue, calls
from surveyapp.services.mending import touchpoints
from surveyapp.services.progress import kept_counts
from surveyapp.services.progress import month as months
from surveyapp.services.progress import standing as standings
from surveyapp.services.progress.standing import call_hours, median_of
from surveyapp.services.results import response
from surveyapp.services.results.data import read_data
from surveyapp.services.results.releasing import releases
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import cases, responses
from surveyapp.store.calling import referrals
from surveyapp.store.database import new_id
from surveyapp.store.progress.attempts import HalfHour
from surveyapp.store.tables import CaseRow, ParticipantRow
from surveyapp.web.shared.answers import written_number
from surveyapp.web.supervisor.views import MOST_BARS, MOST_LINES, standing_view
from tests import factories
from tests.conftest import Clock
from tests.integration.test_response_of_the_report import RATES
from tests.integration.test_who_answered import hand_in
from tests.interviewer import create_reachable
from tests.page import Client

PATH = f"/standing/{factories.STUDY}"


@pytest.fixture(scope="module")
def demonstration(request: pytest.FixtureRequest) -> Iterator[Runtime]:
    url = f"sqlite:///{request.getfixturevalue('demo_template')}"
    runtime = factories.create_runtime(url, Clock(), demo=True)
    yield runtime
    runtime.database.dispose()


def of(runtime: Runtime, by: str = "") -> StudyStanding:
    """Where the study stands, without an entry in the trail."""
    desk = factories.operator(runtime)
    with desk.reading() as work:
        return standings.as_it_stands(work, desk.scope(Action.SEE_STANDING, factories.STUDY), by)


@pytest.fixture(scope="module")
def told(demonstration: Runtime) -> StudyStanding:
    return of(demonstration)


def test_the_table_of_response_is_the_reports(demonstration: Runtime) -> None:
    """Appendix 2: employees and candidates counted, the others loaded; every row, and no other."""
    study = demonstration.study(factories.STUDY)
    lines = standings.response_table(factories.operator(demonstration), factories.STUDY)
    found = {each.id: line for each, line in zip(study.response, lines, strict=True)}
    assert set(found) == set(RATES)
    for audience, printed in RATES.items():
        line = found[audience]
        assert (line.population, line.achieved) == (int(printed["population"]), int(printed["achieved"])), audience
        if printed["printed_pct"]:
            assert line.percent == int(printed["printed_pct"])


def test_it_agrees_with_what_evaluators_see(demonstration: Runtime, told: StudyStanding) -> None:
    """Who could be asked and who answered, by the two pages that say it."""
    for each in response.groups(factories.operator(demonstration), factories.STUDY):
        for table in each.response:
            (theirs,) = table.rows
            (row,) = [one for one in told.whole if one.touchpoint.key == (each.group, table.touchpoint)]
            assert row.counts.could_be_asked == theirs.could_be_asked.count
            assert row.counts.answered == theirs.answered.count
            assert row.counts.open == theirs.open.count
            assert row.counts.listed == theirs.cases.count
            assert sum(row.counts.modes.values()) == theirs.answered.count


def test_who_handed_in_without_an_answer_counts_here_in_results_and_in_a_release(runtime: Runtime) -> None:
    people = [factories.create_participant(runtime) for _ in range(3)]
    hand_in(runtime, people[0])
    hand_in(runtime, people[1], overall_value="10")
    desk = factories.operator(runtime)
    (row,) = [each for each in of(runtime).whole if each.touchpoint.key == ("backfill", 1)]
    table = read_data(desk, factories.STUDY).table("backfill")
    assert row.counts.answered == table.answered_at_all == releases.outlook(desk, factories.STUDY).people == 2
    # One who comes later is counted into the table as it is.
    hand_in(runtime, people[2])
    assert read_data(desk, factories.STUDY).table("backfill").answered_at_all == 3


def test_rates_are_of_the_same_people(told: StudyStanding) -> None:
    for row in told.whole:
        final = row.counts.final
        assert final.b + final.u == row.counts.could_be_asked
        assert final.ne == row.counts.not_eligible


def test_parts_add_up(demonstration: Runtime, told: StudyStanding) -> None:
    """By site and by segment nobody is lost and nobody is counted twice."""
    for by in (standings.SITE, "employer_size"):
        apart = of(demonstration, by)
        for row in told.whole:
            parts = [each.counts for each in apart.rows if each.touchpoint == row.touchpoint]
            for name in (*FATES, "answered", "not_open", "not_eligible", "withdrawn"):
                assert sum(getattr(part, name) for part in parts) == getattr(row.counts, name), (by, name)


def test_by_site_those_wanting_most_come_first_and_very_many_are_in_the_file(demonstration: Runtime) -> None:
    told = of(demonstration, standings.SITE)
    with create_app(demonstration).test_request_context():
        view = standing_view(told)
        assert sum(len(part.lines) for part in view.parts) == sum(row.counts.listed > 0 for row in told.rows)
        for part in view.parts:
            short = [line.row.short_of or 0 for line in part.lines]
            assert short == sorted(short, reverse=True)
            # Nobody who is short of a target is folded away, of few.
            assert all(line.row.short_of == 0 for line in part.lines[part.shown :])
            assert part.left_out == 0
        (first,) = {row.touchpoint for row in told.rows[:1]}
        many = tuple(
            dataclasses.replace(told.rows[0], value=f"S{number}", label=f"Site {number}", target=number)
            for number in range(100)
        )
        (part,) = standing_view(dataclasses.replace(told, rows=many)).parts
        assert part.lines[0].row.target == 99
        assert (len(part.lines), part.shown, part.left_out) == (MOST_LINES, MOST_BARS, 100 - MOST_LINES)
        assert part.title.endswith(first.title)
        (whole,) = standing_view(of(demonstration)).parts
        assert (whole.title, whole.shown, whole.left_out) == ("", len(whole.lines), 0)


def test_every_case_that_could_be_asked_has_a_fate() -> None:
    for standing in (Standing.ANSWERED, Standing.OPEN, Standing.CLOSED, Standing.REFUSED):
        for disposition in Disposition:
            assert fate_of(standing, disposition) in FATES
    assert fate_of(Standing.CLOSED, Disposition.PARTIAL) == "refused"
    assert fate_of(Standing.ANSWERED, Disposition.REFUSAL) == "refused"
    assert fate_of(Standing.OPEN, Disposition.NON_CONTACT) == "open"


@pytest.mark.parametrize(
    ("counts", "median"), [({}, None), ({4: 1}, 4), ({4: 1, 9: 1}, 4), ({4: 1, 9: 2}, 9), ({1: 5, 100: 4}, 1)]
)
def test_the_median(counts: dict[int, int], median: int | None) -> None:
    assert median_of(counts) == median


def test_hours_are_by_the_clock_of_the_study() -> None:
    """16:30 in Greenwich is 17:30 in a British summer, and a Saturday is a weekend wherever it is noon."""
    monday = dt.datetime(2026, 6, 15, 16, 30, tzinfo=dt.UTC)
    saturday = dt.datetime(2026, 6, 20, 12, tzinfo=dt.UTC)
    evening, weekend = call_hours([HalfHour(monday, 4, 1), HalfHour(saturday, 2, 2)], ZoneInfo("Europe/London"))
    assert (evening.begins, evening.ends, evening.made, evening.reached) == (17, 24, 4, 1)
    assert (weekend.weekend, weekend.made, weekend.reached) == (True, 2, 2)


def tried(runtime: Runtime, staff: Staff, person: Participant, outcome: Outcome) -> None:
    runtime.clock.forward(seconds=1)  # type: ignore[attr-defined]
    attempts.record_attempt(runtime, factories.by_interviewer(staff, person), outcome, uuid.uuid4())


def test_what_waits_is_counted_where_it_is_done(runtime: Runtime, clock: Clock) -> None:
    """Five attempts, a time that passed, a wrong number, a case begun and left, and one that is open with somebody."""
    staff = factories.create_staff(runtime, Role.INTERVIEWER)
    five, late, wrong, left, open_now = (create_reachable(runtime, Contact(phone="07700 900142")) for _ in range(5))
    for _ in range(5):
        tried(runtime, staff, five, Outcome.NO_ANSWER)
    tried(runtime, staff, wrong, Outcome.WRONG_NUMBER)
    with runtime.database.writing() as session:
        session.execute(
            update(CaseRow).where(CaseRow.participant_id == late.id).values(next_at=clock(), keeper=staff.id)
        )
    with runtime.database.writing() as session:
        (case,) = (each for each in cases.cases_of(session, left.id) if each.touchpoint == 1)
        begun = Response(
            id=new_id(), case_id=case.id, questionnaire="backfill_1", version=1, state=ResponseState.STARTED,
            revision=0, seed=1, started_at=clock(),
        )  # fmt: skip
        responses.add_response(session, begun)
    clock.forward(days=3, seconds=1)
    calls.open_case(runtime, factories.by_interviewer(staff, open_now))
    see = of(runtime).to_see
    assert (see.used_up.count, see.used_up.some[0].reference) == (1, five.reference)
    assert [(each.reference, each.by) for each in see.overdue.some] == [(late.reference, staff.name)]
    assert see.referred == {ReferralKind.WRONG_NUMBER: 1}
    assert [each.reference for each in see.stuck.some] == [left.reference]
    assert [(each.reference, each.by) for each in see.held.some] == [(open_now.reference, staff.name)]
    counts = of(runtime)
    (month,) = counts.interviewers
    assert (month.name, month.attempts, month.interviews) == (staff.name, 6, 0)
    assert sum(each.made for each in counts.hours) == 6
    assert sum(each.reached for each in counts.hours) == 0
    client = Client(create_app(runtime).test_client())
    client.sign_in(factories.create_staff(runtime, Role.SUPERVISOR).email)
    page = client.page(PATH)
    assert "1 to decide" in page.words
    assert "1 call-back overdue" in page.words
    for each in (late, left, open_now):
        assert f"/interviews/{factories.STUDY}/{each.reference}/1" in page.source


HELD_BACK = ("nothing", "not again", "a wrong number", "paused", "stopped by a supervisor", "all attempts used up")


@pytest.mark.parametrize("why", HELD_BACK)
def test_nobody_is_named_whom_the_queue_does_not_lead_to(runtime: Runtime, clock: Clock, why: str) -> None:
    """Overdue and to decide: those, and those alone, of whom the pages behind say so too, whatever holds them back."""
    staff, supervisor = (
        factories.create_staff(runtime, Role.INTERVIEWER),
        factories.create_staff(runtime, Role.SUPERVISOR),
    )
    late, five = (create_reachable(runtime, Contact(phone="07700 900142")) for _ in range(2))
    tried(runtime, staff, late, Outcome.NO_ANSWER)
    for _ in range(5):
        tried(runtime, staff, five, Outcome.NO_ANSWER)
    held = {"not again": CallHold.NOT_AGAIN, "stopped by a supervisor": CallHold.STOPPED}
    held |= {"all attempts used up": CallHold.SUPERVISOR}
    with runtime.database.writing() as session:
        mine = update(CaseRow).where(CaseRow.participant_id == late.id)
        session.execute(mine.values(next_at=clock(), keeper=staff.id, held_back=held.get(why)))
        if why == "a wrong number":
            for each in (late, five):
                (case,) = (one for one in cases.cases_of(session, each.id) if one.touchpoint == 1)
                first = cases.attempts_of(session, case.id)[0]
                referrals.add(session, first.id, each.id, ReferralKind.WRONG_NUMBER, clock())
    if why == "paused":
        manager = Desk(runtime, factories.create_staff(runtime, Role.MANAGER))
        touchpoints.change(manager, factories.STUDY, "backfill", 1, {"act": "pause", "days": ""})
    clock.forward(hours=1)
    see, desk = of(runtime).to_see, Desk(runtime, supervisor)
    called = call_queue.queue(desk).lines
    due = {each.reference for each in called if each.next_at and each.next_at < clock()}
    assert {each.reference for each in see.overdue.some} == due
    assert due == (set() if why in HELD_BACK[1:5] else {late.reference})
    decided = call_queue.held_back(desk, Action.DECIDE_CALLS, factories.STUDY, CallHold.SUPERVISOR)[1]
    assert {each.reference for each in see.used_up.some} == {each.reference for each in decided}
    page = Client(create_app(runtime).test_client())
    page.sign_in(supervisor.email)
    if why == "paused":
        return
    calls.open_case(runtime, factories.by_interviewer(supervisor, late))
    shown = page.get(f"/interviews/{factories.STUDY}/{late.reference}/1").text
    assert ("They do not want to be contacted again" in shown) == (why == "not again")


def test_a_refusal_of_being_asked_again_is_one(runtime: Runtime, clock: Clock) -> None:
    """Whoever said no to the next touchpoint is counted there as asked, and as refused."""
    person = factories.create_participant(runtime)
    hand_in(runtime, person)
    with runtime.database.writing() as session:
        session.execute(
            update(ParticipantRow).where(ParticipantRow.id == person.id).values(declined_contact_at=clock())
        )
        session.execute(
            update(CaseRow)
            .where(CaseRow.participant_id == person.id, CaseRow.touchpoint == 2)
            .values(disposition=Disposition.REFUSAL)
        )
    clock.forward(days=31)
    found = of(runtime)
    first, second = (row.counts for row in found.whole if row.touchpoint.group == "backfill")
    assert (first.answered, first.declined) == (1, 0)
    assert (second.could_be_asked, second.refused, second.declined) == (1, 1, 1)
    (steps,) = (each.steps for each in found.drop_out if each.group == "backfill")
    assert [(step.could_be_asked, step.declined, step.answered) for step in steps] == [(1, 0, 1), (1, 1, 0)]


def test_what_takes_long_is_shown_with_its_time_and_counted_anew_beside_whoever_looks(
    runtime: Runtime, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def people(told: StudyStanding) -> int:
        return sum(row.counts.listed for row in told.whole if row.touchpoint.number == 1)

    def waited() -> None:
        for each in threading.enumerate():
            if each.name.startswith("count "):
                each.join()

    monkeypatch.setattr(kept_counts, "TAKES_LONG", 0)
    first = of(runtime)
    assert (first.counted_at, first.anew) == (first.at, False)
    factories.create_participant(runtime)
    clock.forward(seconds=59)
    kept = of(runtime)
    assert (kept.counted_at, kept.anew, people(kept)) == (first.at, False, people(first))
    clock.forward(seconds=1)
    old = of(runtime)
    assert (old.counted_at, old.anew, people(old)) == (first.at, True, people(first))
    waited()
    new = of(runtime)
    assert (new.counted_at, new.anew, people(new)) == (old.at, False, people(first) + 1)
    # What is older than that is not shown: whoever looks waits.
    factories.create_participant(runtime)
    clock.forward(minutes=15)
    assert people(of(runtime)) == people(first) + 2
    # What is counted soon is counted each time.
    monkeypatch.setattr(kept_counts, "TAKES_LONG", 1000)
    clock.forward(minutes=2)
    of(runtime)
    waited()
    assert runtime.kept_counts == {}


def test_of_some_sites_alone(runtime: Runtime) -> None:
    own, other = factories.create_site(runtime), factories.create_site(runtime, "LG")
    for site in (own, own, other):
        factories.create_participant(runtime, site=site)
    desk = Desk(runtime, factories.create_staff(runtime, Role.MANAGER, site=own))
    found = standings.standing(desk, factories.STUDY, standings.SITE)
    assert found.some_sites
    assert {row.value for row in found.rows} == {own.reference}
    assert sum(row.counts.listed for row in found.whole if row.touchpoint.key == ("backfill", 1)) == 2
    (line,) = [
        line
        for each, line in zip(
            runtime.study(factories.STUDY).response, standings.response_table(desk, factories.STUDY), strict=True
        )
        if each.id == "backfill"
    ]
    assert line.population == 2


def test_attempts_per_interview_have_the_decimals_they_are_written_with() -> None:
    assert [written_number(round(each, 1)) for each in (85 / 15, 3 / 1, 0.1 + 0.2)] == ["5.7", "3", "0.3"]


def test_a_month_is_beside_the_one_before(runtime: Runtime, clock: Clock) -> None:
    person = factories.create_participant(runtime)
    hand_in(runtime, person)
    clock.forward(days=20)
    factories.create_participant(runtime)
    found = months.month(factories.operator(runtime), factories.STUDY, 2026, 7)
    assert (found.this.joined, found.before.joined) == (1, 1)
    assert (found.this.sent, found.before.sent) == (0, 1)
    assert found.answered_by_start == found.answered_by_end == {("backfill", 1): 1}
    client = Client(create_app(runtime).test_client())
    client.sign_in(factories.create_staff(runtime, Role.SUPERVISOR).email)
    page = client.page(f"{PATH}/month/2026/7")
    assert "What changed since June 2026" in page.words
    assert '<bdi dir="ltr">−1</bdi>' in page.source, "the sign stands before its number, whichever way the page runs"


def test_nobody_is_told_as_such(runtime: Runtime) -> None:
    client = Client(create_app(runtime).test_client())
    client.sign_in(factories.create_staff(runtime, Role.MANAGER).email)
    assert "Nobody is in the study yet" in client.page(PATH).words
    assert not of(runtime).anybody


def test_an_unknown_segment_and_a_month_that_is_none(runtime: Runtime) -> None:
    desk = factories.operator(runtime)
    with pytest.raises(NotFound, match="shoe_size"):
        standings.standing(desk, factories.STUDY, "shoe_size")
    for year, month in ((2026, 13), (2026, 0), (0, 1), (1, 1), (9999, 12), (10**30, 1)):
        with pytest.raises(NotFound, match="is no month"):
            months.month(desk, factories.STUDY, year, month)
    with pytest.raises(NotFound, match="2026-07 has not begun"):
        months.month(desk, factories.STUDY, 2026, 7)
    assert months.month(desk, factories.STUDY, 2026, 6).ended is False
    assert months.month(desk, factories.STUDY, 2026, 5).ended is True


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.SUPERVISOR, Role.MANAGER)])
def test_others_do_not_see_it(runtime: Runtime, role: Role) -> None:
    with pytest.raises(NotPermitted):
        standings.standing(Desk(runtime, factories.create_staff(runtime, role)), factories.STUDY)


def test_a_file_says_what_the_page_says(demonstration: Runtime, told: StudyStanding) -> None:
    made = csv_file.csv_file(standing_file.COLUMNS, standing_file.standing_rows(told)).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(made)))
    assert len(rows) == len(told.whole)
    for line, row in zip(rows, told.whole, strict=True):
        assert int(line["could_be_asked"]) == row.counts.could_be_asked
        rate = row.counts.final.rate("RR2")
        assert rate is not None
        assert line["RR2"] == f"{float(rate):.4f}"
        assert int(line["mode_phone"]) == row.counts.modes.get(Mode.PHONE, 0)
