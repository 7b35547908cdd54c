"""The model of the door in `tests/walks/server.js` does what the server does: what it was sent on walks is sent to the
application, and every answer and all that then stands is the same."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import select, update

from surveyapp import create_app
from surveyapp.domain.answers import Mode
from surveyapp.domain.staff import Role
from surveyapp.services.responses import answering
from surveyapp.services.responses.survey_session import ByInterviewer
from surveyapp.services.runtime import Runtime
from surveyapp.store import responses
from surveyapp.store.tables import AnswerHistoryRow, CaseRow, ParticipantRow, ResponseRow, SaveRow, WebSessionRow
from tests import factories, versioned
from tests.conftest import Clock
from tests.device import Device
from tests.integration.test_moving import guest
from tests.phone import Phone
from tests.two_databases import is_whole
from tests.walks import walked

WALKS = 36
WALKS_OF_ALL = 12
"""Of a run of everything."""

ASKED = (
    versioned.COFFEE,
    "{id: why, kind: open, ask_if: {coffee: much}, text: Why is that?}",
    versioned.WORTH,
    "{id: hopes, kind: open, text: What do you hope for?}",
    "{id: plans, kind: open, text: What do you plan?}",
)
"""What the model asks."""

PEOPLE = ("ana", "ben")
PHONES = ("phone", "laptop")


@pytest.fixture
def cafe(sqlite_url: str, clock: Clock, tmp_path: Path) -> Iterator[Runtime]:
    files = {"first/v1": versioned.questionnaire("first", 1, *ASKED)}
    made = versioned.create_runtime(sqlite_url, clock, tmp_path, files)
    yield made
    made.database.dispose()


class Replay:
    """The two people of a walk and their phones, on the application. `number`: tells the people of walks apart."""

    def __init__(self, runtime: Runtime, clock: Clock, number: int) -> None:
        self.runtime, self.clock = runtime, clock
        self.references = {name: f"GU-{number:02d}{place}" for place, name in enumerate(PEOPLE)}
        links = {name: guest(runtime, reference) for name, reference in self.references.items()}
        app = create_app(runtime)
        # Opened before anything is answered: later it would be asked for a PIN, as on a phone that nobody knows.
        self.devices = {(name, each): self._device(app, links[name]) for name in links for each in PHONES}
        self.staff = factories.create_staff(
            runtime, Role.INTERVIEWER, email=f"i{number}@example.org", study=versioned.NAME
        )

    def _device(self, app: Flask, link: str) -> Device:
        opened = Phone(self.runtime, app)
        opened.open(link)
        if opened.path == "/survey/consent":
            opened.send({"agree-take_part": "yes"})
        opened.say_whose()
        with self.runtime.database.writing() as session:
            # Answers were begun on this phone: else nothing is taken from it once they were sent on another.
            session.execute(update(WebSessionRow).values(began=True))
        return Device(opened, self.runtime, "first")

    def hear(self, event: dict[str, Any]) -> dict[str, Any] | None:
        """Does what happened; what a save is answered."""
        name = event["handle"]
        if "save" in event:
            return self.devices[name, event["phone"]].send(event["save"])
        if "gives" in event:
            gives = event["gives"]
            interviewer = ByInterviewer(
                staff=self.staff, study=versioned.NAME, reference=self.references[name], touchpoint=1, mode=Mode.PHONE
            )
            form = {gives["page"]: [gives["value"]]}
            answering.save_page(self.runtime, interviewer, gives["page"], form, uuid.UUID(gives["save"]))
            return None
        with self.runtime.database.writing() as session:
            response = session.scalars(self._of(name, select(ResponseRow))).one()
            if event["state"] == "sent":
                responses.submit(session, response.id, self.clock.now)
            else:
                case = session.get_one(CaseRow, response.case_id)
                self.clock.forward(minutes=1)
                case.closes_at = self.clock.now
        self.clock.forward(seconds=1)
        return None

    def history(self, name: str) -> list[tuple[str, str]]:
        query = self._of(name, select(SaveRow.client_id, AnswerHistoryRow.variable))
        with self.runtime.database.reading() as session:
            joined = query.join(SaveRow, SaveRow.response_id == ResponseRow.id).join(
                AnswerHistoryRow, AnswerHistoryRow.save_id == SaveRow.id
            )
            return [(str(row.client_id), row.variable) for row in session.execute(joined.order_by(SaveRow.revision))]

    def newest(self, name: str) -> dict[str, str]:
        with self.runtime.database.reading() as session:
            (response_id,) = session.scalars(self._of(name, select(ResponseRow.id)))
            return {key: str(each.client_id) for key, each in responses.given_answers(session, response_id).items()}

    def _of(self, name: str, query: Any) -> Any:
        return (
            query.select_from(ResponseRow)
            .join(CaseRow, CaseRow.id == ResponseRow.case_id)
            .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
            .where(ParticipantRow.reference == self.references[name])
        )


def compared(answer: dict[str, Any]) -> dict[str, Any]:
    """Of an answer all but its sentences, which are the server's own."""
    stands = {key: {part: each[part] for part in ("save", "form", "whose")} for key, each in answer["stands"].items()}
    return answer | {"stands": stands, "faults": sorted(each["variable"] for each in answer["faults"])}


def test_the_model_answers_as_the_server_does(
    browser: Browser, cafe: Runtime, clock: Clock, pytestconfig: pytest.Config
) -> None:
    walks = WALKS_OF_ALL if is_whole(pytestconfig) else WALKS
    taken = walked(browser, range(2000, 2000 + walks), hears=True)
    became = set()
    for number, (seed, events) in enumerate(taken.heard.items()):
        replay = Replay(cafe, clock, number)
        for event in events:
            answer = replay.hear(event)
            if answer is not None:
                assert compared(answer) == compared(event["answer"]), f"walk {seed}: {event}"
                became.add(answer["became"])
        for name, stands in taken.stands[seed].items():
            assert replay.history(name) == [(each["save"], each["variable"]) for each in stands["history"]], seed
            assert replay.newest(name) == {key: each["save"] for key, each in stands["newest"].items()}, seed
        clock.now = clock.now.replace(microsecond=0) + dt.timedelta(seconds=1)
    assert became == {"saved", "known", "kept_off_route", "faulty", "contested", "kept_as_correction"}
