"""The pages of touchpoints: what follows is shown before anything is done, and participants are told of a pause."""

from __future__ import annotations

import re

from sqlalchemy import delete

from surveyapp.domain.staff import Role
from surveyapp.services.mending import touchpoints
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import cases
from surveyapp.store.tables import CaseRow
from tests import factories
from tests.office import HOME, post
from tests.page import Client, Page
from tests.phone import Phone

STUDY = factories.STUDY
HERE = f"{HOME}/touchpoints/backfill/1"


def test_a_manager_pauses_a_touchpoint_and_participants_are_told(runtime: Runtime, client: Client) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    link = factories.create_link(runtime, factories.create_participant(runtime))
    client.sign_in(manager.email)
    assert "Running" in client.page(f"{HOME}/touchpoints").words
    nothing = post(client, HERE)
    assert isinstance(nothing, Page)
    assert "Choose what is to be done" in nothing.words
    shown = post(client, HERE, act="pause")
    assert isinstance(shown, Page)
    assert "Whoever has begun may finish" in shown.words
    line = touchpoints.line(Desk(runtime, manager), STUDY, "backfill", 1)
    assert line.standing.paused_at is None
    # What was shown is what is done: another choice is shown first.
    shown = post(client, HERE, act="close", sure="pause")
    assert isinstance(shown, Page)
    assert "Nobody who joins later is asked this" in shown.words
    assert str(post(client, HERE, act="pause", sure="pause")).endswith(HERE)
    assert "Paused" in client.page(f"{HOME}/touchpoints").words
    assert client.page(HERE).fields()["days"] == ["1"]
    told = Phone(runtime).open(link)
    assert "These questions are paused" in told.words
    shown = post(client, HERE, act="extend", days="ever")
    assert isinstance(shown, Page)
    assert "is not a number of days" in shown.words
    post(client, HERE, act="resume", days="1", sure="resume 1")
    done = client.page(HERE).words
    assert re.search(rf"Paused, .*, {manager.name} until .*, {manager.name}", done)
    assert "Extended by 1 day" in done
    post(client, HERE, act="close", days="", sure="close")
    assert "Open it again as it was" in client.page(HERE).words
    post(client, HERE, act="undo", days="", sure="undo")
    assert "taken back" in client.page(HERE).words
    assert client.get(f"{HOME}/touchpoints/backfill/9").status_code == 404


def test_a_changed_schedule_is_shown_before_it_is_carried_out(runtime: Runtime, client: Client) -> None:
    person = factories.create_participant(runtime)
    with runtime.database.writing() as session:
        case = cases.cases_of(session, person.id)[0]
        session.execute(delete(CaseRow).where(CaseRow.id == case.id))
    client.sign_in(factories.create_staff(runtime, Role.MANAGER).email)
    here = f"{HOME}/touchpoints/replan"
    shown = client.page(here)
    assert "1 case would be new or move" in shown.words
    assert person.reference in shown.words
    refused = post(client, here, late="whenever")
    assert isinstance(refused, Page)
    assert "There is a problem" in refused.words
    assert str(post(client, here, late="not_asked", ended="y", sure="not_asked ended")).endswith("/touchpoints")
    assert "There is nothing to do" in client.page(here).words
