"""The whole way of a study that writes to its people: a list of thirty in, invitations by a real mail server, answers
by link and by phone, reminders to those alone who are still due; one stops, two withdraw, one is erased; where it
stands, and what an evaluator reads of it."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import select

from surveyapp.domain.answers import Mode
from surveyapp.domain.errors import NotFound
from surveyapp.domain.participants import Participant
from surveyapp.domain.privacy.leaving import REASONS, ParticipationChange
from surveyapp.domain.sending.planning import MessageState
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.domain.staff import Role
from surveyapp.services.lists import all_at_once
from surveyapp.services.participants.identity import IdentityFact
from surveyapp.services.privacy import leaving
from surveyapp.services.progress import standing
from surveyapp.services.results import response
from surveyapp.services.results.data import read_data
from surveyapp.services.runtime import Runtime
from surveyapp.services.sending import outbox
from surveyapp.services.sending.ways.mail_server import MailServer
from surveyapp.services.work import Desk
from surveyapp.store import participants
from surveyapp.store.tables import Base
from tests import factories
from tests.conftest import Clock
from tests.integration.sending.test_mail_server import Post, post
from tests.interviewer import Interviewer
from tests.page import Client
from tests.phone import Phone
from tests.sending import STUDY, at_ten, switch_on

__all__ = ["post"]
"""A fixture: a real mail server on this machine."""

MANY = 30
ANSWERS = {"attended_readiness_sessions": "no", "placed": "no"}


def send(runtime: Runtime, url: str) -> dict[MessageState, int]:
    carrier = MailServer(url, "The evaluation team <survey@example.org>")
    return dict(outbox.send(factories.operator(runtime), [STUDY], {SendingWay.EMAIL: carrier}))


def person(runtime: Runtime, number: int) -> Participant:
    with runtime.database.reading() as session:
        scope = factories.everyone(runtime)
        found = participants.participant_by_reference(session, scope, f"BF-{number:04}", runtime.clock().date())
    assert found is not None
    return found


def test_a_list_of_thirty(runtime: Runtime, clock: Clock, client: Client, post: tuple[Post, str]) -> None:
    arrived, url = post
    arrived.got.clear()
    clock.now += at_ten(clock.now)
    lines = "\n".join(f"backfill,BF-{each:04},Person {each},p{each}@example.org" for each in range(1, MANY + 1))
    brought = all_at_once.import_file(
        factories.operator(runtime), STUDY, f"group,reference,name,email\n{lines}\n".encode()
    )
    assert (brought.faults, len(brought.references)) == ((), MANY)

    # Invitations, each once, each with a link of its own.
    switch_on(runtime)
    assert send(runtime, url) == {MessageState.SENT: MANY}
    assert send(runtime, url) == {}
    letters = {str(each["To"]): each.get_content() for each in arrived.got}
    found = {to: re.search(r"/s/[\w-]+", words) for to, words in letters.items()}
    links = {to: match[0] for to, match in found.items() if match}
    assert len(set(links.values())) == MANY

    gone = person(runtime, 5)

    def opened(number: int) -> Phone:
        phone = Phone(runtime)
        phone.agree(links[f"p{number}@example.org"])
        return phone

    # Three answer by the link, one on the phone.
    for number in (1, 5, 6):
        phone = opened(number)
        phone.answer_until(None, ANSWERS)
        phone.send()
        assert phone.path == "/survey/done"
    interviewer = Interviewer(client, runtime)
    interviewer.open(person(runtime, 2))
    interviewer.start()
    interviewer.finish(ANSWERS)

    desk = factories.operator(runtime)
    assert (in_results(desk), bases(runtime, client)) == (4, {"4"})

    # One stops, one withdraws by themselves; of those who answered one asks us to withdraw, and one to be erased.
    for number, change in ((3, ParticipationChange.STOPPED), (4, ParticipationChange.WITHDRAWN)):
        phone = opened(number)
        phone.send(heard_via="family")
        # As a new participant: from the questions by the page that says what each does, in two steps.
        phone.follow("Stop or withdraw")
        phone.send(change=change.value)
    manager = Desk(runtime, factories.create_staff(runtime, Role.MANAGER))
    known = (IdentityFact.NAME, IdentityFact.EMAIL)
    for number, change in ((6, ParticipationChange.WITHDRAWN), (5, ParticipationChange.ERASED)):
        leaving.record(manager, STUDY, f"BF-{number:04}", change, REASONS[change][0], known)

    # Reminders go to those alone who are still due.
    clock.forward(days=3)
    arrived.got.clear()
    assert send(runtime, url) == {MessageState.SENT: MANY - 6 + 2}
    subjects = Counter(str(each["Subject"]).rpartition(": ")[2] for each in arrived.got)
    assert subjects == {"your questions are still open": MANY - 6, "thank you": 2}
    reminded = {str(each["To"]) for each in arrived.got if "still open" in str(each["Subject"])}
    assert reminded == {f"p{each}@example.org" for each in range(7, MANY + 1)}

    # Where it stands: whoever withdrew or was erased is in no count, who stopped is a refusal.
    told = standing.standing(desk, STUDY)
    counts = next(each for each in told.whole if each.touchpoint.key == ("backfill", 1)).counts
    assert (counts.could_be_asked, counts.answered, counts.refused, counts.open) == (MANY - 3, 2, 1, MANY - 6)
    assert (counts.withdrawn, counts.modes) == (2, {Mode.SELF: 1, Mode.PHONE: 1})

    # What an evaluator reads: the two who answered and are still there, and nobody by their reference.
    assert (in_results(desk), bases(runtime, client)) == (2, {"2"})
    (first, *_others) = response.group(desk, STUDY, "backfill").response
    assert first.rows[0].answered.count == 2
    for each in (f"/results/{STUDY}", QUESTIONS):
        assert not re.search(r"BF-\d{4}", client.page(each).source)
    # Of the one who was erased nothing is anywhere but that there was one.
    assert "BF-0005" in refused(lambda: leaving.outlook(manager, STUDY, "BF-0005"))
    with runtime.database.reading() as session:
        for table in Base.metadata.sorted_tables:
            words = " ".join(str(tuple(row)) for row in session.execute(select(table)))
            assert gone.id.hex not in words.replace("-", "") or table.name == "erasure", table.name
            assert "p5@example.org" not in words, table.name


QUESTIONS = f"/results/{STUDY}/questions/backfill/1"


def in_results(desk: Desk) -> int:
    """How many people the results rest on."""
    return read_data(desk, STUDY).table("backfill").answered_at_all


def bases(runtime: Runtime, client: Client) -> set[str]:
    """On how many people what everybody was asked first rests, in the evaluator's file."""
    client.sign_in(factories.create_staff(runtime, Role.EVALUATOR).email)
    rows = list(csv.DictReader(io.StringIO(client.get(f"{QUESTIONS}.csv").text)))
    return {row["base"] for row in rows if row["variable"] == "heard_via"}


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(NotFound) as refusal:
        act()
    return str(refusal.value)
