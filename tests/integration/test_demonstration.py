"""The demonstration: what it refuses, what it holds."""

from __future__ import annotations

import dataclasses
import datetime as dt
import socket
import uuid
from pathlib import Path

import pytest
from click.testing import CliRunner

from surveyapp.cli import main
from surveyapp.domain.audit import ByLink
from surveyapp.domain.errors import StateRefused
from surveyapp.domain.participants import Origin
from surveyapp.domain.staff import Role, Scope
from surveyapp.services.demo import loading as demo
from surveyapp.services.open_answers import quoting
from surveyapp.services.open_answers.reading import Reader
from surveyapp.services.participants import links as access_links
from surveyapp.services.responses import survey_session
from surveyapp.services.results import measures
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import cases, migrating, participants, questionnaire_versions, responses, staff
from surveyapp.store.security import copies
from tests import factories
from tests.conftest import NOW, Clock


def test_it_is_not_loaded_outside_a_demonstration(runtime: Runtime) -> None:
    with pytest.raises(StateRefused, match="not a demonstration"):
        demo.load(runtime)
    with pytest.raises(StateRefused):
        demo.new_links(runtime)


def test_it_refuses_a_database_with_real_people_and_touches_nothing(runtime: Runtime) -> None:
    participant = factories.create_participant(runtime)
    assert participant.origin is Origin.REAL
    as_demo = dataclasses.replace(runtime, settings=dataclasses.replace(runtime.settings, demo=True))
    with pytest.raises(StateRefused, match="real people"):
        demo.load(as_demo)
    with runtime.database.reading() as session:
        assert participants.counts_by_origin(session) == {Origin.REAL: 1}


@pytest.mark.parametrize("command", ["load", "serve"])
@pytest.mark.parametrize("there", ["of a real one", "with real people", "none"])
def test_what_is_no_demonstration_is_refused_before_anything_is_made_or_migrated(
    sqlite_url: str, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, there: str
) -> None:
    factories.create_participant(factories.create_runtime(sqlite_url, clock))
    migrating.downgrade(sqlite_url, "0061")
    url = sqlite_url if there != "none" else f"sqlite:///{tmp_path / 'none' / 'new.db'}"
    environment = factories.environment(url)
    if there == "with real people":
        environment["SURVEYAPP_DEMO"] = "yes"
    monkeypatch.setattr("surveyapp.cli.demo.become_server", lambda *_arguments: pytest.fail("served"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = ["demo", command, *(["--port", str(port)] if command == "serve" else [])]
    done = CliRunner().invoke(main, arguments, env=environment)
    says = "real people" if there == "with real people" else "This installation is not a demonstration"
    assert (done.exit_code, says in done.output) == (1, True), done.output
    assert copies.revision_now(sqlite_url) == "0061"
    assert not (tmp_path / "none").exists()


def test_its_people_and_responses_are_those_of_the_report(demo_runtime: Runtime) -> None:
    with demo_runtime.database.reading() as session:
        overviews = cases.overviews(session, factories.everyone(demo_runtime), NOW.date())
        assert participants.counts_by_origin(session) == {Origin.DEMO: 177 + 145}
    handed_in = [(each.participant.group, each.case.touchpoint) for each in overviews if each.submitted_at]
    assert {key: handed_in.count(key) for key in set(handed_in)} == {
        ("backfill", 1): 47,
        ("backfill", 2): 19,
        ("employee", 1): 18,
        ("employee", 2): 13,
    }
    assert all(each.submitted_at < NOW for each in overviews if each.submitted_at)


def test_mentees_answered_the_version_that_was_open_on_their_day(demo_runtime: Runtime) -> None:
    scope = Scope("mentoring", Origin.DEMO)
    with demo_runtime.database.reading() as session:
        versions = questionnaire_versions.versions(session, "mentoring")
        begun = [
            (response.version, response.started_at, response.state, response.submitted_at)
            for overview in cases.overviews(session, scope, NOW.date())
            if overview.participant.group == "mentee"
            and overview.case.touchpoint == 1
            and (response := responses.response_of(session, overview.case.id))
        ]
    opened = {version: at for name, version, _, at in versions if name == "mentee_1"}
    assert sorted(opened) == [1, 2]
    assert all((version == 2) == (at >= opened[2]) for version, at, *_ in begun)
    handed_in = [version for version, _, state, _ in begun if state == "submitted"]
    assert (handed_in.count(1), handed_in.count(2)) == (33, 68)
    assert len(begun) - len(handed_in) == 4
    took = [sent - at for _, at, _, sent in begun if sent]
    assert dt.timedelta(minutes=1) < min(took) < max(took) < dt.timedelta(hours=1)


def test_a_series_that_is_broken_and_those_that_are_marked_can_be_seen(demo_runtime: Runtime) -> None:
    staff = factories.create_staff(demo_runtime, Role.EVALUATOR, study="mentoring")
    notes = {
        (shift.measure, touchpoint.label): [note.kind for note in touchpoint.notes]
        for shift in measures.overview(Desk(demo_runtime, staff), "mentoring")
        for row in shift.rows
        for touchpoint in row
        if touchpoint.notes
    }
    assert notes == {
        ("apprenticeship_satisfaction", "Touchpoint 1"): ["reworded"],
        ("confidence_next_step", "Touchpoint 1"): ["rescaled"],
        ("recommend_mentee", "Touchpoint 1"): ["left_out"],
    }


def test_real_and_invented_people_are_never_in_one_scope(demo_runtime: Runtime) -> None:
    with demo_runtime.database.reading() as session:
        assert participants.participants(session, Scope("job_rotation", Origin.REAL), NOW.date()) == []


def test_its_links_open_questionnaires_that_can_be_answered(demo_runtime: Runtime) -> None:
    links = demo.new_links(demo_runtime)
    assert len(links) >= 20
    groups = set()
    for link in links:
        token = link.rpartition("/s/")[2]
        visit = survey_session.visit(demo_runtime, factories.known_by(demo_runtime, token))
        assert not visit.submitted
        groups.add((visit.participant.group, visit.case.touchpoint))
    assert {("backfill", 1), ("backfill", 2), ("employee", 1)} <= groups


def test_its_first_links_are_of_every_study(demo_runtime: Runtime) -> None:
    studies = set()
    for link in demo.new_links(demo_runtime, 2):
        access_id = access_links.open_link(demo_runtime, link.rpartition("/s/")[2])
        studies.add(survey_session.visit(demo_runtime, ByLink(access_id=access_id)).study.id)
    assert studies == {"job_rotation", "mentoring"}


def test_words_are_quoted_that_somebody_else_cleared(demo_runtime: Runtime) -> None:
    evaluator = factories.create_staff(demo_runtime, Role.READ_WORDS)
    found = quoting.read(Desk(demo_runtime, evaluator), Reader(uuid.uuid4(), "To see"), factories.STUDY).quotations
    assert len(found) == 12
    assert all(each.may_be_quoted and each.stored.asked_by != each.stored.decided_by for each in found)
    with demo_runtime.database.reading() as session:
        names = {row.email for row in staff.everyone(session) if row.id in {each.stored.decided_by for each in found}}
    assert names == {"supervisor@example.org"}
