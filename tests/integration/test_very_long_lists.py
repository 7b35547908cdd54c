"""A list that takes longer than a page waits is looked at and brought in by the worker: whole or not at all, once, by
whoever may, and its page says how far it is."""

from __future__ import annotations

import dataclasses
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from surveyapp import create_app
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import NotFound, StateRefused
from surveyapp.domain.fieldwork.lists import KEPT_FOR, ListState
from surveyapp.domain.jobs.long_jobs import LEASE
from surveyapp.domain.staff import Role, Staff
from surveyapp.services import worker
from surveyapp.services.jobs import doing
from surveyapp.services.lists import bringing, held, imports, list_pages, taking_back
from surveyapp.services.lists.sorting import Decisions
from surveyapp.services.mending import people as mending
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import staff
from surveyapp.store.lists import staging
from surveyapp.store.security import audit
from tests import factories
from tests.conftest import Clock
from tests.integration.test_lists_brought_in import LIST, STUDY, desk, manager, placed_of, references
from tests.page import Client

__all__ = ["desk", "manager"]

PLACES = "Reference,Group,Site,Enrolled on\nBF-0001,backfill,SM,2026-06-10\nBF-0002,backfill,SM,2026-06-11\n"


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two people are very many."""
    monkeypatch.setattr(imports, "AT_ONCE", 1)


@pytest.fixture
def client(runtime: Runtime, manager: Staff) -> Client:
    app = create_app(runtime)
    app.testing = True
    made = Client(app.test_client())
    assert made.sign_in(manager.email).status_code == 302
    return made


def told(desk: Desk, data: str, group: str = "backfill") -> uuid.UUID:
    """A list whose columns were told: the worker is to look at it."""
    import_id = imports.begin(desk, STUDY, "list.csv", data.encode())
    imports.tell_columns(desk, STUDY, import_id, list_pages.opened(desk, STUDY, import_id, group=group).mapping)
    return import_id


def looked_at(desk: Desk, data: str, group: str = "backfill") -> uuid.UUID:
    import_id = told(desk, data, group)
    assert work(desk.runtime) == "1 done"
    return import_id


def people(runtime: Runtime) -> list[object]:
    """Two people on record, and where they are to be put; how they stand."""
    factories.create_site(runtime, "SM")
    for reference in ("BF-0001", "BF-0002"):
        factories.create_participant(runtime, reference=reference)
    return places(runtime)


def places(runtime: Runtime) -> list[object]:
    return [placed_of(runtime, each) for each in ("BF-0001", "BF-0002")]


def work(runtime: Runtime) -> str:
    return worker.round_of(factories.operator(runtime), ["jobs"]).did.get("jobs", "")


def state(desk: Desk, import_id: uuid.UUID) -> ListState:
    return held.record(desk, STUDY, import_id).state


def page_of(import_id: uuid.UUID) -> str:
    return f"/manage/{STUDY}/participants/import/{import_id}"


def said(client: Client, import_id: uuid.UUID) -> str:
    page = client.page(page_of(import_id))
    page.check()
    return page.words


def lose_right(runtime: Runtime, member: Staff) -> None:
    with runtime.database.writing() as session:
        staff.remove_grants(session, member.id, member.grants)


def killed_before(monkeypatch: pytest.MonkeyPatch, runtime: Runtime, step: str) -> None:
    """A worker that is gone before a step of bringing a list in, and could take nothing back."""
    with monkeypatch.context() as gone:

        def killed(*_: Any, **__: Any) -> None:
            raise SystemExit

        gone.setattr(bringing, step, killed)
        gone.setattr(bringing, "clear", lambda *_: None)
        with pytest.raises(SystemExit):
            doing.do_waiting(factories.operator(runtime), lambda: True, worker.JOBS)


@pytest.mark.both_databases
def test_a_long_list_is_looked_at_and_brought_in_by_the_worker(
    runtime: Runtime, desk: Desk, manager: Staff, client: Client
) -> None:
    before = people(runtime)
    work(runtime)
    import_id = told(desk, PLACES, group="")
    words = said(client, import_id)
    for each in (
        "Waits for the worker",
        f"Asked for by {manager.name}",
        "Every row is being looked at.",
        "0 of 2 rows",
    ):
        assert each in words
    assert work(runtime) == "1 done"
    assert "Whose group, site or days change" in said(client, import_id)
    token = client.page(page_of(import_id)).fields()["csrf_token"][0]
    client.post(f"{page_of(import_id)}/decide", {"csrf_token": token, "go": "on"})
    words = said(client, import_id)
    assert "Everybody is being brought in. They are in the study once all of them are." in words
    assert "A worker begins it in a moment." in words
    assert places(runtime) == before
    assert work(runtime) == "1 done"
    assert "2 who were there already were changed." in said(client, import_id)
    assert [place[1] for place in places(runtime)] == ["SM", "SM"]  # type: ignore[index]
    with runtime.database.reading() as session:
        entries = [each for each in audit.entries(session) if each.action is AuditAction.PARTICIPANT_CHANGED]
    assert [(each.subject, each.staff_id) for each in entries] == [("BF-0001", manager.id), ("BF-0002", manager.id)]
    taking_back.undo(desk, STUDY, import_id)
    assert places(runtime) == before


def test_a_short_one_is_done_while_the_page_waits(
    runtime: Runtime, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody on record takes as long as ten newcomers."""
    people(runtime)
    monkeypatch.setattr(imports, "AT_ONCE", 20)
    import_id = told(desk, PLACES, group="")
    assert state(desk, import_id) is ListState.CHECKED
    imports.decide(desk, STUDY, import_id, Decisions())
    assert state(desk, import_id) is ListState.IMPORTED
    monkeypatch.setattr(imports, "AT_ONCE", 19)
    assert state(desk, told(desk, PLACES.replace("06-1", "06-0"), group="")) is ListState.CHECKING
    assert state(desk, told(desk, LIST)) is ListState.CHECKED


@pytest.mark.both_databases
@pytest.mark.parametrize("step", ["_stage", "_take_in"])
def test_a_worker_that_is_killed_leaves_it_to_the_next_which_brings_all_in_once(
    runtime: Runtime, desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    people(runtime)
    import_id = looked_at(desk, f"{PLACES},backfill,SM,2026-06-12\n", group="")
    imports.decide(desk, STUDY, import_id, Decisions())
    killed_before(monkeypatch, runtime, step)
    assert references(runtime) == {"BF-0001", "BF-0002"}
    assert work(runtime) == "", "it may live still"
    with pytest.raises(StateRefused):
        taking_back.discard(desk, STUDY, import_id)
    clock.forward(seconds=LEASE.total_seconds() + 1)
    assert work(runtime) == "1 done"
    assert state(desk, import_id) is ListState.IMPORTED
    assert references(runtime) == {"BF-0001", "BF-0002", "BF-0003"}
    with runtime.database.reading() as session:
        assert staging.staged(session, import_id) == []
        entries = [each for each in audit.entries(session) if each.action is AuditAction.PARTICIPANT_CHANGED]
    assert len(entries) == 2


def test_one_that_was_interrupted_is_said_to_be_and_can_be_thrown_away(
    runtime: Runtime, desk: Desk, client: Client, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    work(runtime)
    import_id = looked_at(desk, LIST)
    imports.decide(desk, STUDY, import_id, Decisions())
    killed_before(monkeypatch, runtime, "_take_in")
    assert "Is being done" in said(client, import_id)
    assert "Throw the list away" not in said(client, import_id)
    clock.forward(seconds=LEASE.total_seconds() + 1)
    assert "Whatever did it was interrupted. A worker goes on with it" in said(client, import_id)
    assert "Throw the list away" in said(client, import_id)
    taking_back.discard(desk, STUDY, import_id)
    assert (work(runtime), references(runtime)) == ("", set())
    with runtime.database.reading() as session:
        assert staging.staged(session, import_id) == []


def test_one_that_waits_for_a_worker_says_what_to_do_and_can_be_thrown_away(
    runtime: Runtime, desk: Desk, client: Client, clock: Clock
) -> None:
    import_id = told(desk, LIST)
    clock.forward(minutes=5)
    words = said(client, import_id)
    assert "No worker does this at present" in words
    assert "was interrupted" not in words
    with pytest.raises(StateRefused):  # it waits still: nothing is begun beside it
        imports.tell_columns(desk, STUDY, import_id, list_pages.opened(desk, STUDY, import_id).mapping)
    token = client.page(page_of(import_id)).fields()["csrf_token"][0]
    client.post(f"{page_of(import_id)}/discard", {"csrf_token": token})
    with pytest.raises(NotFound):
        held.record(desk, STUDY, import_id)
    assert work(runtime) == ""


def test_one_that_nobody_brought_in_goes_with_what_was_asked_for(runtime: Runtime, desk: Desk, clock: Clock) -> None:
    import_id = told(desk, LIST)
    clock.forward(seconds=KEPT_FOR.total_seconds() + 1)
    worker.round_of(factories.operator(runtime), ["retention"])
    with pytest.raises(NotFound):
        held.record(desk, STUDY, import_id)
    assert work(runtime) == ""


def test_pressed_twice_it_is_brought_in_once_and_the_second_is_told(
    runtime: Runtime, desk: Desk, client: Client
) -> None:
    import_id = looked_at(desk, LIST)
    token = client.page(page_of(import_id)).fields()["csrf_token"][0]
    statuses = [
        client.raw.post(f"{page_of(import_id)}/decide", data={"csrf_token": token, "go": "on"}).status_code
        for _ in range(2)
    ]
    assert statuses == [302, 409]
    assert work(runtime) == "1 done"
    assert len(references(runtime)) == 2


@pytest.mark.parametrize("bringing_in", [False, True])
def test_whoever_lost_the_right_meanwhile_brings_nobody_in_and_it_is_told(
    runtime: Runtime, desk: Desk, manager: Staff, client: Client, bringing_in: bool
) -> None:
    import_id = looked_at(desk, LIST) if bringing_in else told(desk, LIST)
    if bringing_in:
        imports.decide(desk, STUDY, import_id, Decisions())
    lose_right(runtime, manager)
    assert work(runtime) == ""
    assert references(runtime) == set()
    other = Desk(runtime, factories.create_staff(runtime, Role.MANAGER))
    found = held.record(other, STUDY, import_id)
    assert found.state is (ListState.CHECKED if bringing_in else ListState.READ)
    assert str(held.failure(found)) == "Whoever asked may not do this any more."
    assert client.get(page_of(import_id)).status_code == 403


@pytest.mark.both_databases
def test_the_right_is_asked_again_in_the_transaction_that_takes_them_in(
    runtime: Runtime, desk: Desk, manager: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = looked_at(desk, LIST)
    imports.decide(desk, STUDY, import_id, Decisions())
    stage: Callable[..., Any] = bringing._stage

    def losing(*arguments: Any) -> Any:
        found = stage(*arguments)
        lose_right(runtime, manager)
        return found

    monkeypatch.setattr(bringing, "_stage", losing)
    work(runtime)
    other = Desk(runtime, factories.create_staff(runtime, Role.MANAGER))
    assert (state(other, import_id), references(runtime)) == (ListState.CHECKED, set())
    with runtime.database.reading() as session:
        assert staging.staged(session, import_id) == []


@pytest.mark.both_databases
def test_one_who_changed_meanwhile_keeps_all_of_it_out_and_the_row_says_why(
    runtime: Runtime, desk: Desk, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it would have been said at once."""
    before = people(runtime)
    import_id = looked_at(desk, PLACES, group="")
    imports.decide(desk, STUDY, import_id, Decisions())
    make, calls = mending.make, []

    def breaks(*arguments: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise OSError("the disk is full")
        make(*arguments)

    monkeypatch.setattr(mending, "make", breaks)
    assert work(runtime) == ""
    assert places(runtime) == before, "the first is as before, too"
    assert "Something went wrong on our side. Nobody was added; try again." in said(client, import_id)
    monkeypatch.undo()
    monkeypatch.setattr(imports, "AT_ONCE", 1)
    imports.decide(desk, STUDY, import_id, Decisions())
    assert work(runtime) == "1 done"


@pytest.mark.both_databases
def test_a_worker_that_another_took_it_from_brings_nobody_in(
    runtime: Runtime, desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stood still for longer than may be, and goes on when all of it is done."""
    import_id = looked_at(desk, LIST)
    imports.decide(desk, STUDY, import_id, Decisions())
    stage, still = bringing._stage, threading.local()

    def slow(*arguments: Any) -> Any:
        if not getattr(still, "passed", False):
            still.passed = True
            clock.forward(seconds=LEASE.total_seconds() + 1)
            assert work(runtime) == "1 done"
        return stage(*arguments)

    monkeypatch.setattr(bringing, "_stage", slow)
    assert doing.do_waiting(factories.operator(runtime), lambda: True, worker.JOBS) == ""
    assert (state(desk, import_id), len(references(runtime))) == (ListState.IMPORTED, 2)
    with runtime.database.reading() as session:
        assert staging.staged(session, import_id) == []


@pytest.mark.both_databases
def test_it_says_that_it_lives_while_a_step_takes_long(
    runtime: Runtime, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = looked_at(desk, LIST)
    imports.decide(desk, STUDY, import_id, Decisions())
    monkeypatch.setattr(doing, "BEATS_EVERY", 0.01)
    heard, beat = threading.Event(), doing.store.going_on

    def noted(*arguments: Any) -> bool:
        heard.set()
        return beat(*arguments)

    monkeypatch.setattr(doing.store, "going_on", noted)
    stage: Callable[..., Any] = bringing._stage

    def slow(*arguments: Any) -> Any:
        assert heard.wait(10)
        return stage(*arguments)

    monkeypatch.setattr(bringing, "_stage", slow)
    assert work(runtime) == "1 done"


def test_a_worker_that_is_told_to_stop_leaves_nobody_half_way(runtime: Runtime, desk: Desk) -> None:
    import_id = looked_at(desk, LIST)
    imports.decide(desk, STUDY, import_id, Decisions())
    asked: list[int] = []

    def wanted() -> bool:
        asked.append(1)
        return len(asked) < 2  # before it is claimed, and not after some are stored

    doing.do_waiting(factories.operator(runtime), wanted, worker.JOBS)
    assert (state(desk, import_id), references(runtime)) == (ListState.IMPORTING, set())
    with runtime.database.reading() as session:
        assert staging.staged(session, import_id) == []
    assert work(runtime) == "1 done"
    assert len(references(runtime)) == 2


def test_who_manages_some_sites_less_meanwhile_brings_nobody_in(runtime: Runtime, clock: Clock) -> None:
    sites = [factories.create_site(runtime, each) for each in ("SA", "SB")]
    member = factories.create_staff(
        runtime, Role.MANAGER, site=sites[0], more=[factories.grant_of(Role.MANAGER, STUDY, sites[1])]
    )
    desk = Desk(runtime, member)
    import_id = looked_at(desk, "First Name,Mobile,Site\nAmina,07700 900142,SA\nMarek,07700 900143,SB\n")
    imports.decide(desk, STUDY, import_id, Decisions())
    with runtime.database.writing() as session:
        staff.remove_grants(session, member.id, member.grants[1:])
    work(runtime)
    fewer = dataclasses.replace(member, grants=member.grants[:1])
    found = held.record(Desk(runtime, fewer), STUDY, import_id)
    assert (found.state, references(runtime)) == (ListState.CHECKED, set())
    assert held.failure(found) is not None
