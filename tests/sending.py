"""What tests of sending share: somebody who can be reached, a study whose sending is on, carriers that do as told."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from surveyapp.domain.participants import Contact, Participant
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.environment.outside import MailSettings
from surveyapp.services.participants import contacts
from surveyapp.services.runtime import Runtime
from surveyapp.services.sending import calendar
from surveyapp.services.sending import outbox as outbox_service
from surveyapp.services.sending.ways.carrier import CarrierOutcome, OutgoingMessage, Receipt
from surveyapp.store.sending import outbox, worker
from surveyapp.store.sending.outbox import OutboxMessage
from tests import factories
from tests.phone import Phone

STUDY = factories.STUDY


@dataclass
class Told:
    """A carrier that does as it is told, and keeps what it was handed."""

    outcomes: Iterable[CarrierOutcome] = ()
    before: Callable[[OutgoingMessage], None] = lambda message: None
    name: str = "told"
    prefix: str = "ref"
    handed: list[OutgoingMessage] = field(default_factory=list)
    known: dict[str, Receipt] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._outcomes = iter(self.outcomes)

    def hand_over(self, message: OutgoingMessage) -> Receipt:
        self.before(message)
        self.handed.append(message)
        return Receipt(next(self._outcomes, CarrierOutcome.SENT), f"{self.prefix}-{message.key}")

    def look_up(self, key: str) -> Receipt | None:
        return self.known.get(key)

    def close(self) -> None:
        pass


def by(carrier: Told) -> dict[SendingWay, Told]:
    return dict.fromkeys(SendingWay, carrier)


def reachable(runtime: Runtime, number: int = 1, **contact: str) -> Participant:
    """Somebody with an e-mail address, unless told otherwise."""
    person = factories.create_participant(runtime)
    said = contact or {"email": f"person{number}@example.org"}
    with factories.operator(runtime).writing() as work:
        contacts.write(work, person, Contact(name="Amara Nowak", **said))
    return person


def switch_on(runtime: Runtime) -> None:
    calendar.switch(factories.operator(runtime), STUDY, True)


def rows(runtime: Runtime, person: Participant) -> list[OutboxMessage]:
    """All messages of somebody's first touchpoint."""
    from surveyapp.store import cases

    with runtime.database.reading() as session:
        case = next(each for each in cases.cases_of(session, person.id) if each.touchpoint == 1)
        return outbox.of_case(session, case.id)


def with_mail(runtime: Runtime) -> Runtime:
    """The same installation, which carries e-mail and whose worker runs."""
    mail = MailSettings("smtp://127.0.0.1:1", "Team <team@example.org>")
    runtime = dataclasses.replace(runtime, settings=dataclasses.replace(runtime.settings, mail=mail))
    beat(runtime)
    return runtime


def beat(runtime: Runtime) -> None:
    """The worker is seen."""
    with factories.operator(runtime).writing() as work:
        worker.done(work.session, worker.BEAT, work.now)


def asked_for(runtime: Runtime, carrier: Told | None = None) -> list[OutgoingMessage]:
    """What the worker hands over now of what people asked for."""
    carrier = carrier or Told()
    outbox_service.send_asked_for(factories.operator(runtime), by(carrier))
    return carrier.handed


def begun(runtime: Runtime, person: Participant, pin: str = "") -> Phone:
    """A phone in which somebody has answered one question."""
    phone = Phone(runtime)
    phone.open(factories.create_link(runtime, person))
    phone.send({"agree-take_part": "yes", "agree-recontact": "yes"})
    phone.say_whose(pin=pin)
    phone.send(heard_via="family")
    return phone


def at_ten(clock_now: dt.datetime) -> dt.timedelta:
    """How far it is to ten in the morning of the next Monday."""
    days = (7 - clock_now.weekday()) % 7 or 7
    monday = (clock_now + dt.timedelta(days=days)).replace(hour=10, minute=0, second=0, microsecond=0)
    return monday - clock_now
