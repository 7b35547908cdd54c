"""What planning 100,000 messages costs, and setting 500 letters."""

from __future__ import annotations

import datetime as dt
import random
import resource

from surveyapp.domain.authoring.loader import load_study
from surveyapp.domain.sending.planning import MessageState, PastMessage, PlannedMessage, Recipient, planned
from surveyapp.domain.sending.rules import AddressWindow, SendingWay
from surveyapp.reports.documents.forms import phrasing_of
from surveyapp.reports.documents.letters import Letter, LetterPaper, letters_pdf
from surveyapp.reports.drawing.qr import qr_drawing
from surveyapp.services.sending.taking import MOST
from surveyapp.services.translation import interface_catalogues
from surveyapp.settings import ROOT
from tests.benchmarks.shared import Taken, headed, in_words, once

MESSAGES = 100_000
WORDS = "\n\n".join(
    ["Hello Amara Nowak,", "We would like to know how it has been for you. " * 5, "Questions? Us, 0800 1"]
)


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
    _letters()


def _letters() -> None:
    """As many as are taken along at once, in the languages of the demonstration."""
    letters = [
        Letter(
            language=("en", "pl", "pa", "ur")[number % 4],
            address=("Amara Nowak", f"{number} High Street", "Coventry", "CV1 1AA"),
            subject="Your questions",
            text=WORDS,
            qr=qr_drawing(f"https://example.org/s/{number:022}"),
            code="ABCD-EFGH-JKMN",
        )
        for number in range(MOST)
    ]
    paper = LetterPaper(title="Letters", window=AddressWindow(), day=dt.date(2026, 11, 27), start="example.org/s")
    made = b""

    def set_all() -> None:
        nonlocal made
        made = letters_pdf(letters, paper, lambda language: phrasing_of(*interface_catalogues.spoken(language)))

    taken = once(set_all)
    # They are set in a process of their own.
    of_it = resource.getrusage(resource.RUSAGE_CHILDREN)
    label = f"{MOST} letters, {len(made) / 1e6:.1f} MB, {of_it.ru_maxrss // 1024} MB of memory"
    print(f"{label:60} {in_words(Taken(taken.clock, of_it.ru_utime + of_it.ru_stime))}", flush=True)
