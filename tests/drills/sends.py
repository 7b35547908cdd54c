"""Whoever sends is killed (kill -9) between handing a message over and noting it: none goes out twice, and each of
which nobody knows is listed for a person."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from pathlib import Path

from surveyapp.domain.sending.planning import MessageState
from surveyapp.services.sending import calendar, outbox
from surveyapp.services.sending.ways.carrier import CarrierOutcome, OutgoingMessage, Receipt
from surveyapp.store.sending import outbox as store
from tests import factories
from tests.conftest import Clock
from tests.drills import Ground, Row, none, rounds
from tests.sending import STUDY, at_ten, by, reachable, switch_on

FULL = {"kills": 100, "people": 400}
SHORT = {"kills": 3, "people": 8}


class Post:
    """Carries a message by writing it down, durably, as a post office would; and takes its time to say so."""

    name = "post"

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def hand_over(self, message: OutgoingMessage) -> Receipt:
        os.write(self._file, f"{message.key}\n".encode())
        time.sleep(0.01)
        return Receipt(CarrierOutcome.SENT, message.key)

    def look_up(self, key: str) -> Receipt | None:
        return None

    def close(self) -> None:
        """What is written is on its way; the process that ends lets go of the file."""


def run(ground: Ground, kills: int, people: int) -> list[Row]:
    clock, random_ = Clock(), random.Random(14)
    clock.now += at_ten(clock.now)
    runtime = factories.create_runtime(ground.url, clock)
    for number in range(people):
        reachable(runtime, number)
    switch_on(runtime)
    went = ground.folder / "went"
    went.touch()
    for _ in rounds("kills", kills):
        before = len(went.read_text().split())
        runtime.database.dispose()
        child = os.fork()
        if child == 0:
            _send(ground.url, clock, went)
        wanted = before + random_.randrange(1, 4)
        while len(went.read_text().split()) < wanted and os.waitpid(child, os.WNOHANG) == (0, 0):
            time.sleep(0.001)
        try:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        except (ProcessLookupError, ChildProcessError):
            break
    # What is left goes out undisturbed.
    desk = factories.operator(runtime)
    outbox.send(desk, [STUDY], by(Post(went)), holder="drill")  # type: ignore[arg-type]
    sent = Counter(went.read_text().split())
    with runtime.database.reading() as session:
        scope = factories.everyone(runtime)
        uncertain = store.in_states(session, scope, (MessageState.UNCERTAIN,))
        settled = {each.id.hex for each in store.in_states(session, scope, (MessageState.SENT,))}
        lost = store.in_states(session, scope, (MessageState.PLANNED, MessageState.HANDING_OVER))
    listed = {each.id for each in calendar.calendar(desk, STUDY).decide}
    unknown = {each.id.hex for each in uncertain}
    runtime.database.dispose()
    return [
        Row("messages that went", len(sent)),
        Row("of which nobody knows", len(uncertain)),
        none("sent twice", sum(count > 1 for count in sent.values())),
        none("noted as sent that did not go", len(settled - set(sent))),
        none("that went and are neither sent nor uncertain", len(set(sent) - settled - unknown)),
        none("uncertain and not listed", len([each for each in uncertain if each.id not in listed][:100])),
        none("neither sent nor uncertain at the end", len(lost)),
    ]


def _send(url: str, clock: Clock, went: Path) -> None:
    """What the process that is killed does; it never returns."""
    try:
        runtime = factories.create_runtime(url, clock)
        outbox.send(factories.operator(runtime), [STUDY], by(Post(went)), holder="drill")  # type: ignore[arg-type]
    finally:
        os._exit(0)
