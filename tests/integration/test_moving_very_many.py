"""Very many people are moved by the worker: how far it is stands on a page, nobody is moved twice or left out, and what
would have been said at once is said at the end."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from surveyapp import create_app
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.jobs.long_jobs import LEASE, LISTED_FOR, MOST_TRIES, JobKind, JobState, LongJob
from surveyapp.domain.participants import Participant
from surveyapp.domain.security.fitness import JOB_AGE
from surveyapp.domain.staff import Role, Scope, Staff
from surveyapp.services import worker
from surveyapp.services.doctor import kept
from surveyapp.services.doctor.finding import WRONG
from surveyapp.services.jobs import doing
from surveyapp.services.jobs.asking import SOON
from surveyapp.services.privacy import erasing
from surveyapp.services.questionnaires import moves, response_migration
from surveyapp.services.questionnaires import versions as questionnaire_versions
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.settings import ROOT
from surveyapp.store import participants, staff
from surveyapp.store.jobs import long_jobs as store
from surveyapp.store.security import audit
from tests import factories, versioned
from tests.conftest import Clock
from tests.integration.test_moving import NEW, cafe, guest, seen_on
from tests.page import Client, Page
from tests.phone import Phone

__all__ = ["cafe"]

VERSIONS = f"/manage/{versioned.NAME}/versions"
MOVE, MOVING = f"{VERSIONS}/first/move", f"{VERSIONS}/first/moving"
MANY = 3


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than two are very many."""
    monkeypatch.setattr(moves, "AT_ONCE", 2)


def midway(cafe: Runtime, many: int = MANY) -> list[Phone]:
    """GU-0001 and so on are midway on version 1, and version 2 is open."""
    phones = []
    for number in range(many):
        phone = Phone(cafe)
        phone.agree(guest(cafe, f"GU-{number + 1:04}"))
        phone.answer_until("last", {"gone": "The blue one"})
        phones.append(phone)
    questionnaire_versions.open_newest(factories.operator(cafe), versioned.NAME, "first")
    return phones


def manager(cafe: Runtime) -> tuple[Staff, Client]:
    member = factories.create_staff(cafe, Role.MANAGER, study=versioned.NAME)
    app = create_app(cafe)
    app.testing = True
    client = Client(app.test_client())
    assert client.sign_in(member.email).status_code == 302
    return member, client


def press(client: Client) -> str:
    """Presses the button of a page that was open before; where it leads."""
    token = client.page(VERSIONS).fields()["csrf_token"][0]
    return str(client.post(MOVE, {"csrf_token": token}).headers["Location"])


def work(cafe: Runtime) -> str:
    return worker.round_of(factories.operator(cafe), ["jobs"]).did.get("jobs", "")


def killed_after(cafe: Runtime, people: int) -> None:
    """A worker that is gone, without a word, once it has moved so many."""
    before, asked = last(cafe).done, itertools.count()

    def wanted() -> bool:
        # The first time, nothing is claimed yet.
        if next(asked) and last(cafe).done >= before + people:
            raise SystemExit
        return True

    with pytest.raises(SystemExit):
        doing.do_waiting(factories.operator(cafe), wanted, worker.JOBS)


def claimed(cafe: Runtime) -> bool:
    return last(cafe).state is JobState.DOING


def last(cafe: Runtime) -> LongJob:
    with cafe.database.reading() as session:
        found = store.newest(session, versioned.NAME, JobKind.MOVE, "first")
    assert found is not None
    return found


def noted(cafe: Runtime) -> list[tuple[str | None, object]]:
    """Whom the trail says was moved, and by whom."""
    with cafe.database.reading() as session:
        found = [each for each in audit.entries(session) if each.action is AuditAction.RESPONSE_MOVED]
    return sorted((each.subject, each.staff_id) for each in found)


def person(cafe: Runtime, reference: str) -> Participant:
    with cafe.database.reading() as session:
        scope = Scope(versioned.NAME, cafe.origin)
        found = participants.participant_by_reference(session, scope, reference, cafe.clock().date())
    assert found is not None
    return found


def lose_right(cafe: Runtime, member: Staff) -> None:
    with cafe.database.writing() as session:
        staff.remove_grants(session, member.id, member.grants)


def said(page: Page) -> str:
    page.check()
    return page.words


def test_very_many_are_moved_by_the_worker_and_their_page_says_how_far_it_is(cafe: Runtime, clock: Clock) -> None:
    midway(cafe)
    member, client = manager(cafe)
    worker.round_of(factories.operator(cafe), ["jobs"])
    assert press(client) == MOVING
    page = said(client.page(MOVING))
    for words in ("People are moved to version 2 of first", "Waits for the worker", "0 of 3 people are through."):
        assert words in page
    assert f"Asked for by {member.name}" in page
    assert "A worker begins it in a moment." in page
    assert "People are being moved to version 2: 0 of 3." in said(client.page(VERSIONS))
    assert client.get(MOVE).headers["Location"] == MOVING, "while it goes on nobody asks for it anew"
    assert seen_on(cafe, 2) == 0
    killed_after(cafe, 2)
    page = said(client.page(MOVING))
    assert "2 of 3 people are through." in page
    assert "Is being done" in page
    clock.forward(seconds=LEASE.total_seconds() + 1)
    assert "was interrupted. A worker goes on with it" in said(client.page(MOVING))
    assert work(cafe) == "1 done"
    page = said(client.page(MOVING))
    assert "3 people were moved." in page
    assert "people are through" not in page
    assert "People are being moved" not in said(client.page(VERSIONS))
    assert (seen_on(cafe, 1), seen_on(cafe, 2)) == (0, 3)
    assert noted(cafe) == [(f"GU-000{number}", member.id) for number in (1, 2, 3)]
    assert "Nobody is midway on an older version." in said(client.page(MOVE))


def test_a_few_are_moved_while_the_page_waits(cafe: Runtime) -> None:
    midway(cafe, 2)
    member, client = manager(cafe)
    assert press(client) == VERSIONS
    assert "2 people were moved." in said(client.page(VERSIONS))
    assert noted(cafe) == [("GU-0001", member.id), ("GU-0002", member.id)]
    assert (last(cafe).state, work(cafe)) == (JobState.DONE, "")


def test_of_a_few_of_whom_one_cannot_be_moved_it_is_said_at_once(cafe: Runtime) -> None:
    midway(cafe, 2)
    cafe.person_keys.forget([person(cafe, "GU-0001").id], cafe.clock())
    _, client = manager(cafe)
    token = client.page(VERSIONS).fields()["csrf_token"][0]
    refused = client.raw.post(MOVE, data={"csrf_token": token})
    assert (refused.status_code, seen_on(cafe, 2)) == (409, 1)
    job = last(cafe)
    assert (job.state, job.changed, job.refused) == (JobState.FAILED, 1, 1)
    cause = Page(refused.get_data(as_text=True)).words
    assert "1 person could not be moved:" in said(client.page(MOVING))
    sentence = said(client.page(MOVING)).partition("could not be moved: ")[2].partition(".")[0]
    assert sentence in cause, "the same words"


def test_one_who_cannot_be_moved_keeps_nobody_back_and_is_told_at_the_end(cafe: Runtime) -> None:
    midway(cafe)
    cafe.person_keys.forget([person(cafe, "GU-0002").id], cafe.clock())
    _, client = manager(cafe)
    press(client)
    work(cafe)
    page = said(client.page(MOVING))
    assert "Not all is done" in page
    assert "2 people were moved." in page
    assert "1 person could not be moved:" in page
    assert MOVE in client.page(MOVING).links()
    assert [reference for reference, _ in noted(cafe)] == ["GU-0001", "GU-0003"]


@pytest.mark.parametrize("by", ["the same", "another"])
def test_pressed_twice_it_is_done_once_and_whoever_pressed_second_is_told(cafe: Runtime, by: str) -> None:
    midway(cafe)
    first, client = manager(cafe)
    second = client if by == "the same" else manager(cafe)[1]
    assert press(client) == press(second) == MOVING
    assert f"They are being moved already: {first.name} asked for it." in said(second.page(MOVING))
    assert work(cafe) == "1 done"
    assert noted(cafe) == [(f"GU-000{number}", first.id) for number in (1, 2, 3)]


def test_a_few_are_not_begun_either_while_the_same_goes_on(cafe: Runtime) -> None:
    midway(cafe)
    _, client = manager(cafe)
    press(client)
    killed_after(cafe, 2)  # which leaves one
    assert press(client) == MOVING
    assert (seen_on(cafe, 2), last(cafe).done) == (2, 2)


@pytest.mark.parametrize("moved", [0, 1])
def test_whoever_lost_the_right_meanwhile_moves_nobody_more_and_is_told(
    cafe: Runtime, clock: Clock, moved: int
) -> None:
    midway(cafe)
    member, client = manager(cafe)
    press(client)
    if moved:
        killed_after(cafe, moved)
        clock.forward(seconds=LEASE.total_seconds() + 1)
    lose_right(cafe, member)
    work(cafe)
    assert seen_on(cafe, 2) == moved
    for who in (client, manager(cafe)[1]):
        page = said(who.page(MOVING))
        assert "It was ended before everybody was moved. Whoever asked may not do this any more." in page
        assert ("1 person was moved." in page) is bool(moved)
    assert client.get(MOVE).status_code == 403, "and nothing else is theirs"


def test_the_right_is_asked_of_each_one(cafe: Runtime) -> None:
    midway(cafe)
    member, client = manager(cafe)
    press(client)

    def wanted() -> bool:
        if last(cafe).done == 1:
            lose_right(cafe, member)
        return True

    doing.do_waiting(factories.operator(cafe), wanted, worker.JOBS)
    assert (seen_on(cafe, 2), last(cafe).state) == (1, JobState.FAILED)


def test_an_account_that_was_closed_moves_nobody(cafe: Runtime) -> None:
    midway(cafe)
    member, client = manager(cafe)
    press(client)
    with cafe.database.writing() as session:
        staff.set_active(session, member.id, False)
    work(cafe)
    assert "The account of whoever asked for this was closed." in said(manager(cafe)[1].page(MOVING))
    assert seen_on(cafe, 2) == 0


def test_another_who_may_not_move_people_sees_nothing_of_it(cafe: Runtime) -> None:
    midway(cafe)
    press(manager(cafe)[1])
    other = factories.create_staff(cafe, Role.EVALUATOR, study=versioned.NAME)
    client = Client(create_app(cafe).test_client())
    assert client.sign_in(other.email).status_code == 302
    assert client.get(MOVING).status_code == 403
    assert "being moved" not in said(client.page(VERSIONS))


def test_who_leaves_or_hands_in_meanwhile_is_not_moved_and_the_rest_are(cafe: Runtime) -> None:
    phones = midway(cafe, 4)
    _, client = manager(cafe)
    press(client)
    with factories.operator(cafe).writing() as at_work:
        erasing.erase(at_work, person(cafe, "GU-0001"))
        participants.withdraw(at_work.session, person(cafe, "GU-0002").id, at_work.now)
    phones[2].answer_until(None)
    phones[2].send()
    work(cafe)
    assert "1 person was moved." in said(client.page(MOVING))
    assert [reference for reference, _ in noted(cafe)] == ["GU-0004"]


def test_people_answer_while_the_others_are_moved(cafe: Runtime) -> None:
    phones = midway(cafe)
    _, client = manager(cafe)
    press(client)
    killed_after(cafe, 2)
    for phone in phones:
        phone.answer_until(None)
        phone.send()
        assert phone.path == "/survey/done"


def test_what_was_asked_for_another_version_is_not_done(
    cafe: Runtime, database_url: str, clock: Clock, tmp_path: Path
) -> None:
    midway(cafe)
    _, client = manager(cafe)
    press(client)
    third = versioned.questionnaire("first", 3, *(each for each in NEW if "id: mood" not in each))
    (tmp_path / versioned.NAME / "first" / "v3.yaml").write_text(third, "utf-8")
    later = factories.create_runtime(database_url, clock, tmp_path)
    questionnaire_versions.freeze(later, versioned.NAME, "first")
    questionnaire_versions.open_newest(factories.operator(later), versioned.NAME, "first")
    work(later)
    assert "asked for while version 2 was open, and version 3 is open now" in said(manager(later)[1].page(MOVING))
    assert seen_on(later, 1) == MANY
    later.database.dispose()


def test_where_no_worker_is_it_is_said_and_what_to_do(cafe: Runtime, clock: Clock) -> None:
    midway(cafe)
    _, client = manager(cafe)
    press(client)
    page = said(client.page(MOVING))
    assert "No worker does this at present, so that nothing goes on here." in page
    assert "jobs in SURVEYAPP_WORKER" in page
    assert client.page(MOVING).source.count("data-moving") == 1
    assert '<noscript><meta http-equiv="refresh"' in client.page(MOVING).source
    clock.forward(seconds=SOON.total_seconds() + 1)
    assert "It should have begun by now" not in said(client.page(MOVING)), "one thing to do is enough"
    clock.forward(seconds=JOB_AGE.total_seconds())
    [(weight, what, todo)] = list(kept.jobs(cafe))
    assert (weight, "has waited for 32 minutes" in what, "--status" in todo) == (WRONG, True, True)
    sends_only = dataclasses.replace(cafe, settings=dataclasses.replace(cafe.settings, worker=("messages",)))
    assert [todo for _, _, todo in kept.jobs(sends_only)] == ["Add `jobs` to SURVEYAPP_WORKER, and restart it."]


def test_where_the_worker_is_busy_it_is_said_too(cafe: Runtime, clock: Clock) -> None:
    midway(cafe)
    work(cafe)
    _, client = manager(cafe)
    press(client)
    clock.forward(seconds=SOON.total_seconds() + 1)
    page = said(client.page(MOVING))
    assert "It should have begun by now: the worker is busy with something else" in page
    assert "No worker does this" not in page
    assert list(kept.jobs(cafe)) == []


def test_a_worker_that_is_told_to_stop_gives_the_rest_back(cafe: Runtime) -> None:
    midway(cafe)
    _, client = manager(cafe)
    press(client)
    assert doing.do_waiting(factories.operator(cafe), lambda: not seen_on(cafe, 2), worker.JOBS) == ""
    assert (last(cafe).state, last(cafe).done) == (JobState.WAITING, 1)
    assert "1 of 3 people are through." in said(client.page(MOVING))
    assert work(cafe) == "1 done"
    assert last(cafe).changed == MANY


def test_it_begins_between_two_rounds(cafe: Runtime) -> None:
    midway(cafe)
    press(manager(cafe)[1])
    worker.look_for_jobs(factories.operator(cafe), lambda: True, sends=True)
    assert last(cafe).state is JobState.DONE


@pytest.mark.both_databases
def test_whoever_is_killed_over_it_leaves_the_rest_to_the_next(cafe: Runtime, clock: Clock) -> None:
    midway(cafe, 4)
    member = factories.create_staff(cafe, Role.MANAGER, study=versioned.NAME)
    moves.ask(Desk(cafe, member), versioned.NAME, "first")
    killed_after(cafe, 1)
    with cafe.database.writing() as session:
        assert store.claim(session, "another", clock()) is None, "it may live still"
    clock.forward(seconds=LEASE.total_seconds() + 1)
    killed_after(cafe, 2)
    # Who has come by himself meanwhile is not moved again.
    assert response_migration.move(factories.operator(cafe), versioned.NAME, "first") == 1
    clock.forward(seconds=LEASE.total_seconds() + 1)
    work(cafe)
    job = last(cafe)
    assert (job.state, job.done, job.total, job.changed, job.refused) == (JobState.DONE, 4, 4, 3, 0)
    assert [reference for reference, _ in noted(cafe)] == [f"GU-000{number}" for number in (1, 2, 3, 4)]


@pytest.mark.both_databases
def test_two_workers_do_not_both_have_it_and_one_that_lost_it_moves_nobody(cafe: Runtime, clock: Clock) -> None:
    midway(cafe)
    member = factories.create_staff(cafe, Role.MANAGER, study=versioned.NAME)
    moves.ask(Desk(cafe, member), versioned.NAME, "first")

    def wanted() -> bool:
        """While the first is at it, it falls silent and another takes it up and does all of it."""
        if claimed(cafe) and not seen_on(cafe, 2):
            clock.forward(seconds=LEASE.total_seconds() + 1)
            assert work(cafe) == "1 done"
        return True

    assert doing.do_waiting(factories.operator(cafe), wanted, worker.JOBS) == ""
    assert (seen_on(cafe, 2), last(cafe).changed, len(noted(cafe))) == (MANY, MANY, MANY)


@pytest.mark.both_databases
def test_what_gets_no_further_is_given_up_and_what_is_over_is_forgotten(cafe: Runtime, clock: Clock) -> None:
    midway(cafe)
    member = factories.create_staff(cafe, Role.MANAGER, study=versioned.NAME)
    moves.ask(Desk(cafe, member), versioned.NAME, "first")
    for _ in range(MOST_TRIES):
        killed_after(cafe, 0)
        clock.forward(seconds=LEASE.total_seconds() + 1)
    assert work(cafe) == ""
    assert last(cafe).state is JobState.FAILED
    assert moves.ask(Desk(cafe, member), versioned.NAME, "first").before is None, "and can be asked for again"
    assert work(cafe) == "1 done"
    clock.forward(seconds=LISTED_FOR.total_seconds())
    work(cafe)
    with cafe.database.reading() as session:
        assert store.newest(session, versioned.NAME, JobKind.MOVE, "first") is None


@pytest.mark.both_databases
def test_a_worker_that_is_killed_for_real(cafe: Runtime, tmp_path: Path) -> None:
    midway(cafe, 12)
    member = factories.create_staff(cafe, Role.MANAGER, study=versioned.NAME)
    moves.ask(Desk(cafe, member), versioned.NAME, "first")
    settings = factories.environment(str(cafe.settings.database_url))
    environment = {**os.environ, **settings, "SURVEYAPP_QUESTIONNAIRES": str(tmp_path), "SURVEYAPP_WORKER": "jobs"}
    command = [sys.executable, "-c", "from surveyapp.cli import main; main()", "worker", "--once"]
    with subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL) as running:
        until = time.monotonic() + 60
        while last(cafe).done < 3 and time.monotonic() < until:
            time.sleep(0.002)
        running.kill()
    stopped = last(cafe)
    assert 3 <= stopped.done < 12, stopped
    assert seen_on(cafe, 2) == stopped.done == stopped.changed
    with cafe.database.writing() as session:  # a minute later
        session.query(store.LongJobRow).update({"until": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)})
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.stdout == "jobs: 1 done\n", done.stderr
    assert (last(cafe).state, last(cafe).changed) == (JobState.DONE, 12)
    assert noted(cafe) == [(f"GU-{number:04}", member.id) for number in range(1, 13)]
