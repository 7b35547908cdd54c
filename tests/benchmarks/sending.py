"""What planning 100,000 messages costs."""

from __future__ import annotations

import datetime as dt
import random

from surveyapp.domain.authoring.loader import load_study
from surveyapp.domain.sending.planning import MessageState, PastMessage, PlannedMessage, Recipient, planned
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.settings import ROOT
from tests.benchmarks.shared import headed, in_words, once

MESSAGES = 100_000


def main() -> None:
    study = load_study(ROOT / "questionnaires" / "job_rotation")
    rules = study.messages
    assert rules is not None
    from zoneinfo import ZoneInfo

    zone, chance = ZoneInfo(study.time_zone), random.Random(14)
    now = dt.datetime(2026, 6, 15, 10, 30, tzinfo=dt.UTC)
    ways = (SendingWay.EMAIL, SendingWay.TEXT, SendingWay.LETTER)
    people = []
    for _ in range(MESSAGES // len(rules.steps)):
        opens = now - dt.timedelta(days=chance.randrange(10), hours=10, minutes=30)
        invited = PastMessage("invite", SendingWay.EMAIL, MessageState.SENT, opens + dt.timedelta(hours=9))
        people.append(
            Recipient(
                group="backfill",
                opens_at=opens,
                closes_at=opens + dt.timedelta(days=60),
                answered_at=now if chance.random() < 0.3 else None,
                reached_by=tuple(chance.sample(ways, chance.randrange(1, 4))),
                history=(invited,) if chance.random() < 0.5 else (),
            )
        )
    found: list[PlannedMessage] = []

    def plan() -> None:
        found.clear()
        for person in people:
            found.extend(planned(rules, person, now, zone))

    headed("Sending")
    taken = once(plan)
    print(f"{f'{len(found):,} messages planned':60} {in_words(taken)}", flush=True)
