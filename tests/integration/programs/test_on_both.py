"""What of the interface for programs rests on the database: requests counted, tokens found, some people's answers."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from surveyapp import create_app
from surveyapp.domain.errors import FieldsRefused
from surveyapp.domain.programs.tokens import CALLS
from surveyapp.domain.staff import Role
from surveyapp.services.programs import tokens
from surveyapp.services.programs.tokens import TooManyCalls
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store.database import new_id
from surveyapp.store.sign_in import program_tokens as store
from tests import factories, versioned
from tests.conftest import Clock
from tests.program import Program, token_of


def test_requests_are_counted_whoever_comes_at_once_and_anew_after_a_minute(
    database_url: str, clock: Clock, tmp_path: Path
) -> None:
    runtime = versioned.create_three_touchpoints(database_url, clock, tmp_path / "q")
    made = token_of(runtime, factories.create_staff(runtime, Role.VIEWER, study=versioned.NAME))
    refused: list[int] = []

    def ask() -> None:
        for _ in range(CALLS // 4 + 2):
            try:
                tokens.called_by(runtime, made.secret, "203.0.113.9")
            except TooManyCalls as many:
                refused.append(many.seconds)

    several = [threading.Thread(target=ask) for _ in range(4)]
    for each in several:
        each.start()
    for each in several:
        each.join()
    assert refused == [60] * 8
    clock.forward(minutes=1)
    assert tokens.called_by(runtime, made.secret, "203.0.113.9").token.id == made.token.id
    runtime.database.dispose()


@pytest.mark.both_databases
def test_asked_for_twice_under_one_key_a_token_is_made_once(runtime: Runtime) -> None:
    desk, key = Desk(runtime, factories.create_staff(runtime, Role.VIEWER)), new_id()
    made = tokens.make(desk, "Nightly", ["releases"], 30, asked_as=key)
    with pytest.raises(FieldsRefused) as refused:
        tokens.make(desk, "Nightly", ["releases"], 30, asked_as=key)
    assert [each.sentence.code for each in refused.value.faults] == ["token_made_already"]
    assert [each.id for each in tokens.own(desk)] == [made.token.id] == [key]


def test_answers_come_some_people_at_a_time(database_url: str, clock: Clock, tmp_path: Path) -> None:
    runtime = versioned.create_three_touchpoints(database_url, clock, tmp_path / "q")
    app = create_app(runtime)
    app.testing = True
    who = factories.create_staff(runtime, Role.EXPORT_ANSWERS, study=versioned.NAME)
    program = Program(app, token_of(runtime, who).secret)
    path = f"/studies/{versioned.NAME}/answers/first"
    whole = program.read(path)["rows"]
    assert len(whole) == 12
    assert program.read_all(path, "rows", limit=5) == whole
    with factories.operator(runtime).writing() as work:
        assert store.end_all(work.session, work.now) == 1
        assert store.of_staff(work.session, who.id, work.now) == ()
    assert program.ask(path).status_code == 401
    assert tokens.own(Desk(runtime, who)) == ()
    runtime.database.dispose()
