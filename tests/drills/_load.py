"""Participants who answer over HTTP, and what was acknowledged against what is stored."""

from __future__ import annotations

import contextlib
import itertools
import json
import random
import re
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Select, select

from surveyapp.domain.participants import Participant
from surveyapp.services.runtime import Runtime, system_clock
from surveyapp.store.answer_rows import PersonWords
from surveyapp.store.database import Database
from surveyapp.store.tables import AnswerHistoryRow, AnswerRow, CaseRow, ParticipantRow, ResponseRow, SaveRow
from tests import factories
from tests.drills import Ground, Row, none
from tests.drills._server import FORM, JSON, PATIENCE_S, HttpAnswer, NoAnswer, Server, ask
from tests.page import Page


@dataclass
class Tally:
    """What participants met, together."""

    acknowledged: dict[str, list[str]] = field(default_factory=dict)
    """By reference: every text that was answered as taken, in order."""
    statuses: Counter[int] = field(default_factory=Counter)
    unanswered: int = 0
    sent_again: int = 0
    saved: int = 0
    known: int = 0
    """Saves of a script that were taken, and of them those that had been before."""
    not_given_back: int = 0
    troubles: list[str] = field(default_factory=list)


class Answering(threading.Thread):
    """A participant: opens their link, agrees, and then writes one answer after another, each until it is taken. Of
    several `ports` each request goes to any, as from a balancer that knows nobody."""

    def __init__(self, ports: Sequence[int], reference: str, link: str, tally: Tally, end: threading.Event) -> None:
        super().__init__(daemon=True)
        self.ports, self.reference, self.link, self.tally, self.end = ports, reference, link, tally, end
        self.cookies: dict[str, str] = {}
        self.path = ""
        self.page = Page("")
        self.texts: list[str] = []
        tally.acknowledged[reference] = self.texts

    def run(self) -> None:
        try:
            self._walk()
        except Exception as error:
            self.tally.troubles.append(f"{self.reference} at {self.path}: {error!r} {self.page.words[:200]}")

    def _walk(self) -> None:
        self._open(self.link)
        while not self.end.is_set() and not self.path.endswith("/heard_via_detail"):
            fields = _one_each(self.page)
            if self.path.endswith("/consent"):
                fields["agree-take_part"] = "yes"
            if self.path.endswith("/heard_via"):
                fields["heard_via"] = "job_shop"
            self._send(self._action(), fields)
        self._write(f"{self.reference} wrote: line {number}" for number in itertools.count(1))

    def _write(self, lines: Iterator[str]) -> None:
        place = self.path
        for written in lines:
            if self.end.is_set():
                return
            if self._send(self._action(), {**_one_each(self.page), "heard_via_detail": written}):
                self.texts.append(written)
            self._open(place)

    def _action(self) -> str:
        return next(attributes["action"] for tag, attributes in self.page.elements if tag == "form")

    def _open(self, path: str) -> None:
        while not self.end.is_set():
            answer = self._ask("GET", path)
            if answer is not None and answer.status in (301, 302, 303):
                path = re.sub(r"^https?://[^/]+", "", answer.location)
            elif answer is not None and answer.status == 200:
                self.path, self.page = path.partition("?")[0], Page(answer.text)
                return
            elif answer is not None and answer.status not in (500, 503):
                raise RuntimeError(f"{answer.status} for a page")

    def _send(self, path: str, form: dict[str, str]) -> bool:
        """Sends a form until it is taken, whatever comes back, and follows where it leads. Whether it was taken."""
        while not self.end.is_set():
            answer = self._ask("POST", path, urlencode(form), Content_Type=FORM)
            if answer is not None and answer.status in (302, 303):
                self._open(re.sub(r"^https?://[^/]+", "", answer.location))
                return True
            self.tally.sent_again += 1
            if answer is not None and answer.status == 503:
                again = Page(answer.text)
                typed = [each.removeprefix("\n") for each in again.text.get("textarea", [])]
                if (written := form.get("heard_via_detail")) is not None and written not in typed:
                    self.tally.not_given_back += 1
            elif answer is not None and answer.status not in (500, 502):
                raise RuntimeError(f"{answer.status} for a form: {Page(answer.text).words[:300]}")
        return False

    def _ask(self, method: str, path: str, body: str | None = None, **headers: str) -> HttpAnswer | None:
        try:
            answer = ask(random.choice(self.ports), method, path, self.cookies, body, **headers)
        except NoAnswer:
            self.tally.unanswered += 1
            time.sleep(0.2)
            return None
        self.tally.statuses[answer.status] += 1
        self.cookies.update(answer.cookies)
        if answer.status >= 500:
            time.sleep(0.2)
        return answer


class Queueing(Answering):
    """Somebody whose pages turn on the phone: each answer goes in the background, the same save until it is taken,
    and each third one once more after that, as where its acknowledgement was lost."""

    token = ""

    def _write(self, lines: Iterator[str]) -> None:
        address, before = self.path.rpartition("/q/")[0], None
        for number, written in enumerate(lines):
            save = str(uuid.uuid4())
            body = json.dumps(
                {
                    "save": save,
                    "page": "heard_via_detail",
                    "questionnaire": "backfill_1",
                    "version": 1,
                    "wording": None,
                    "language": "en",
                    "at": system_clock().isoformat(),
                    "form": {"heard_via_detail": [written]},
                    "over": {"heard_via_detail": before},
                }
            )
            if not self._save(address, body):
                return
            self.texts.append(written)
            if number % 3 == 0:
                self._save(address, body)
            before = save

    def _save(self, address: str, body: str) -> bool:
        """Sends a save until it is taken. Whether it was."""
        while not self.end.is_set():
            if not self.token:
                stand = self._ask("GET", f"{address}/stand")
                self.token = json.loads(stand.text)["token"] if stand and stand.status == 200 else ""
                continue
            headers = {"Content_Type": JSON, "X_CSRFToken": self.token, "Sec_Fetch_Site": "same-origin"}
            answer = self._ask("POST", f"{address}/saves", body, **headers)
            if answer is not None and answer.status == 200:
                told = json.loads(answer.text)
                if told["became"] not in ("saved", "known"):
                    raise RuntimeError(f"{told['became']} became of a save")
                self.tally.saved += 1
                self.tally.known += told["became"] == "known"
                return True
            self.tally.sent_again += 1
            if answer is not None and answer.status == 403 and json.loads(answer.text)["why"] == "token":
                self.token = ""
            elif answer is not None and answer.status not in (500, 502, 503):
                raise RuntimeError(f"{answer.status} for a save: {answer.text[:300]}")
        return False


def _one_each(page: Page) -> dict[str, str]:
    """The page's form as it stands, the first of every group of radios chosen."""
    form = {name: values[0] for name, values in page.fields().items()}
    for tag, attributes in page.elements:
        if tag == "input" and attributes.get("type") == "radio" and not attributes["name"].endswith(":missing"):
            form.setdefault(attributes["name"], attributes["value"])
    return {name: value for name, value in form.items() if not name.endswith(":missing")}


@dataclass
class Load:
    """Servers, and participants who are answering on them."""

    servers: list[Server]
    tally: Tally
    threads: list[Answering]
    end: threading.Event

    @property
    def server(self) -> Server:
        """The first of them, or the only one."""
        return self.servers[0]

    @property
    def acknowledged(self) -> int:
        return sum(len(each) for each in self.tally.acknowledged.values())

    def wait_for_more(self, count: int) -> None:
        """Until so many more answers were acknowledged."""
        wanted = self.acknowledged + count
        self.wait_until(lambda: self.acknowledged >= wanted)

    def wait_until(self, reached: Callable[[], bool], limit_s: float = 900) -> None:
        end = time.monotonic() + limit_s
        while not reached() and not self.tally.troubles:
            if time.monotonic() > end:
                self.tally.troubles.append(f"nothing came of waiting for {limit_s} seconds")
            for each in self.servers:
                each.keep_up()
            time.sleep(0.05)


@contextlib.contextmanager
def answering(ground: Ground, participants: int, servers: int = 1) -> Iterator[Load]:
    """So many participants answering until the block ends, on so many servers."""
    runtime = factories.create_runtime(ground.url, system_clock)
    factories.open_questionnaires(runtime)
    made = people(runtime, participants)
    links = {each.reference: factories.create_link(runtime, each) for each in made}
    runtime.database.dispose()
    all_of_them = [Server(ground, f"server-{number}") for number in range(servers)]
    ports = [each.port for each in all_of_them]
    tally, end = Tally(), threading.Event()
    threads = [
        (Queueing if number % 2 else Answering)(ports, reference, link, tally, end)
        for number, (reference, link) in enumerate(links.items())
    ]
    load = Load(all_of_them, tally, threads, end)
    try:
        for server in all_of_them:
            server.wait_until_ready()
        for thread in threads:
            thread.start()
        load.wait_for_more(participants)
        load.wait_until(lambda: tally.known > 0 or participants < 2)
        yield load
        load.wait_for_more(participants)
    finally:
        end.set()
        for thread in threads:
            if thread.ident is not None:
                thread.join(PATIENCE_S * 2)
        for server in all_of_them:
            server.stop()


def people(runtime: Runtime, count: int) -> list[Participant]:
    return [factories.create_participant(runtime, reference=f"BF-{9000 + number}") for number in range(count)]


def stored(runtime: Runtime, url: str) -> tuple[dict[str, list[str]], dict[str, str]]:
    """What an installation, or a copy of its database, holds by reference: every text in the history, in order, and the
    one that stands."""
    columns = ParticipantRow.reference, ParticipantRow.id

    def texts(row: type[AnswerHistoryRow] | type[AnswerRow], query: Select[Any]) -> list[tuple[str, str]]:
        with database.reading() as session:
            return [
                (each.reference, PersonWords(session, person=each.id).of(each[0]) or "")
                for each in session.execute(query.where(row.variable == "heard_via_detail", row.reason.is_(None)))
            ]

    database = Database(url, runtime.database._seals)
    history = (
        select(AnswerHistoryRow, *columns)
        .join(SaveRow, SaveRow.id == AnswerHistoryRow.save_id)
        .join(ResponseRow, ResponseRow.id == SaveRow.response_id)
        .join(CaseRow, CaseRow.id == ResponseRow.case_id)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
        .order_by(SaveRow.revision)
    )
    current = (
        select(AnswerRow, *columns)
        .join(ResponseRow, ResponseRow.id == AnswerRow.response_id)
        .join(CaseRow, CaseRow.id == ResponseRow.case_id)
        .join(ParticipantRow, ParticipantRow.id == CaseRow.participant_id)
    )
    found: dict[str, list[str]] = {}
    for reference, written in texts(AnswerHistoryRow, history):
        found.setdefault(reference, []).append(written)
    stands = dict(texts(AnswerRow, current))
    database.dispose()
    return found, stands


def figures(load: Load, url: str) -> list[Row]:
    """What is promised of every drill in which participants answer while something dies."""
    tally = load.tally
    runtime = factories.create_runtime(url, system_clock)
    history, stands = stored(runtime, url)
    runtime.database.dispose()
    lost = doubled = broken = 0
    for reference, acknowledged in tally.acknowledged.items():
        counted = Counter(history.get(reference, []))
        lost += sum(counted[each] == 0 for each in acknowledged)
        doubled += sum(times - 1 for times in counted.values())
        broken += bool(acknowledged) and stands.get(reference) != history.get(reference, [None])[-1]
    return [
        Row("answers acknowledged", load.acknowledged, load.acknowledged > 0),
        Row("of them, saves of a script, and such as came again", (tally.saved, tally.known), tally.known > 0),
        none("acknowledged answers lost", lost),
        none("doubled", doubled),
        none("responses whose answer is not the last one saved", broken),
        none("answered with 500", sum(count for status, count in tally.statuses.items() if status in (500, 502))),
        Row("answered with 503, and sent again", tally.statuses[503]),
        Row("never answered, and sent again", tally.unanswered),
        Row("participants who could not go on", tally.troubles[:3] or 0, not tally.troubles),
    ]
