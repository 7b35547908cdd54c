"""Whoever holds a case holds what is answered in it: a save that comes meanwhile waits, and then looks again. On a
database file all of it waits anyway; a server locks rows."""

from __future__ import annotations

import dataclasses
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, select

from surveyapp.domain.audit import ByLink
from surveyapp.domain.entry.doors import Familiarity
from surveyapp.domain.participants import Participant
from surveyapp.domain.staff import Role
from surveyapp.services.privacy import erasing
from surveyapp.services.responses import answering, saving, survey_session
from surveyapp.services.runtime import Runtime
from surveyapp.store import participants
from surveyapp.store.tables import AnswerRow, ResponseRow
from tests import factories
from tests.integration.test_answering import walk_to
from tests.phone import SHORTEST


@pytest.fixture
def database_url(postgresql_url: str) -> str:
    return postgresql_url


@pytest.fixture
def person(runtime: Runtime) -> Participant:
    return factories.create_participant(runtime)


@pytest.fixture
def who(runtime: Runtime, person: Participant) -> ByLink:
    who = factories.by_link(runtime, person)
    answering.give_consent(runtime, who, {"take_part": True})
    answering.save_page(runtime, who, "heard_via", {"heard_via": ["job_shop"]}, uuid.uuid4())
    return dataclasses.replace(who, by=Familiarity.PROVEN)


class Meanwhile:
    """A save from another device, begun in the middle of something."""

    def __init__(self, runtime: Runtime, who: ByLink, page: str, form: dict[str, list[str]]) -> None:
        self.became: list[object] = []
        self.waited = False

        def save() -> None:
            try:
                self.became.append(answering.save_page(runtime, who, page, form, uuid.uuid4()))
            except Exception as error:
                self.became.append(error)

        self._thread = threading.Thread(target=save)

    def begin(self) -> None:
        if self._thread.ident is None:
            self._thread.start()
            self._thread.join(0.5)
            self.waited = self._thread.is_alive()

    def end(self) -> object:
        self._thread.join()
        return self.became[0]


def before(act: Callable[..., Any], first: Callable[[], None]) -> Callable[..., Any]:
    def done(*arguments: Any, **named: Any) -> Any:
        first()
        return act(*arguments, **named)

    return done


def test_what_is_sent_is_whole(runtime: Runtime, who: ByLink, monkeypatch: pytest.MonkeyPatch) -> None:
    walk_to(runtime, who, None, dict(SHORTEST))
    asked = "attended_readiness_sessions"
    meanwhile = Meanwhile(runtime, who, asked, {asked: ["yes"]})
    monkeypatch.setattr(answering.responses, "submit", before(answering.responses.submit, meanwhile.begin))
    answering.submit(runtime, who)
    assert isinstance(meanwhile.end(), Exception)
    assert meanwhile.waited
    after = survey_session.visit(runtime, who)
    assert after.submitted
    assert after.ready[1].complete


def test_an_interviewer_and_the_person_answer_one_after_the_other(
    runtime: Runtime, who: ByLink, person: Participant, monkeypatch: pytest.MonkeyPatch
) -> None:
    interviewer = factories.by_interviewer(factories.create_staff(runtime, Role.INTERVIEWER), person)
    section = survey_session.visit(runtime, interviewer).ready[0].sections[0].id
    meanwhile = Meanwhile(runtime, who, "heard_via", {"heard_via": ["online"]})
    monkeypatch.setattr(saving, "carry_out_in", before(saving.carry_out_in, meanwhile.begin))
    answering.save_section(runtime, interviewer, section, {"heard_via": ["family"]}, uuid.uuid4(), finish=False)
    assert not isinstance(meanwhile.end(), Exception)
    assert meanwhile.waited


def test_nobody_adds_to_what_is_being_erased(runtime: Runtime, who: ByLink, person: Participant) -> None:
    meanwhile = Meanwhile(runtime, who, "heard_via_detail", {"heard_via_detail": ["A friend told me"]})

    def begin(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("DELETE FROM response"):
            meanwhile.begin()

    event.listen(runtime.database.engine, "before_cursor_execute", begin)
    with factories.operator(runtime).writing() as work:
        found = participants.participant(work.session, person.id, work.now.date())
        assert found is not None
        erasing.erase(work, found)
    assert isinstance(meanwhile.end(), Exception)
    assert meanwhile.waited
    with runtime.database.reading() as session:
        assert not session.scalars(select(ResponseRow.id)).all()
        assert not session.scalars(select(AnswerRow.variable)).all()
