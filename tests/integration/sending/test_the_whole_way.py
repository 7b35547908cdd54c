"""The whole way of a study that writes to its people: a list of thirty in, invitations by a real mail server, answers
by link and by phone, reminders to those alone who are still due; one stops, one withdraws, one is erased; where it
stands."""

from __future__ import annotations

import re
from collections import Counter

from surveyapp.domain.participants import Participant
from surveyapp.domain.privacy.leaving import ParticipationChange
from surveyapp.domain.sending.planning import MessageState
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.domain.staff import Action
from surveyapp.services.lists import all_at_once
from surveyapp.services.privacy import erasing
from surveyapp.services.progress import standing
from surveyapp.services.runtime import Runtime
from surveyapp.services.sending import outbox
from surveyapp.services.sending.ways.mail_server import MailServer
from surveyapp.store import participants
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

    def opened(number: int) -> Phone:
        phone = Phone(runtime)
        phone.agree(links[f"p{number}@example.org"])
        return phone

    # One answers by the link, one on the phone.
    phone = opened(1)
    phone.answer_until(None, ANSWERS)
    phone.send()
    assert phone.path == "/survey/done"
    interviewer = Interviewer(client, runtime)
    interviewer.open(person(runtime, 2))
    interviewer.start()
    interviewer.finish(ANSWERS)

    # One stops, one withdraws by themselves; one asks us to be erased.
    for number, change in ((3, ParticipationChange.STOPPED), (4, ParticipationChange.WITHDRAWN)):
        phone = opened(number)
        phone.send(heard_via="family")
        # As a new participant: from the questions by the page of what is theirs, in three steps.
        phone.open("/survey/later")
        phone.follow("Change what you agreed to, stop or withdraw")
        phone.open(f"/survey/yours/{change.value}")
        phone.send()
    gone = person(runtime, 5)
    with factories.operator(runtime).writing() as work:
        erasing.erase(work, gone)

    # Reminders go to those alone who are still due.
    clock.forward(days=3)
    arrived.got.clear()
    assert send(runtime, url) == {MessageState.SENT: MANY - 5 + 2}
    subjects = Counter(str(each["Subject"]).rpartition(": ")[2] for each in arrived.got)
    assert subjects == {"your questions are still open": MANY - 5, "thank you": 2}
    reminded = {str(each["To"]) for each in arrived.got if "still open" in str(each["Subject"])}
    assert reminded == {f"p{each}@example.org" for each in range(6, MANY + 1)}

    # Where it stands: whoever withdrew or was erased is in no count, who stopped is a refusal.
    desk = factories.operator(runtime)
    with desk.reading() as work:
        told = standing.as_it_stands(work, desk.scope(Action.SEE_STANDING, STUDY), "")
        first = next(each for each in told.whole if each.touchpoint.key == ("backfill", 1))
        counts = first.counts
    assert (counts.could_be_asked, counts.answered, counts.refused, counts.open) == (MANY - 2, 2, 1, MANY - 5)
    assert counts.withdrawn == 1
