"""What somebody asked to be sent, in its words: made as it is handed over, in memory, like all that is sent."""

from __future__ import annotations

import dataclasses
import datetime as dt
import secrets
import uuid

from babel import Locale
from babel.dates import format_date, format_datetime

from surveyapp.domain.entry import sent_codes as codes
from surveyapp.domain.fieldwork.cases import ANSWERABLE, AccessKind, Case
from surveyapp.domain.fieldwork.days import last_day
from surveyapp.domain.i18n import N_
from surveyapp.domain.instrument.easy.renderings import easy_of, is_easy, plain_of
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.participants import Participant
from surveyapp.domain.responses import ResponseState
from surveyapp.domain.sending.asked import AskedFor
from surveyapp.domain.sending.planning import WhyNot
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.services.cases.next_time import next_time
from surveyapp.services.participants import contacts, links
from surveyapp.services.sending import wording
from surveyapp.services.sending.ways.carrier import OutgoingMessage
from surveyapp.services.sending.ways.chosen import carried
from surveyapp.services.translation import interface_catalogues
from surveyapp.services.work import Work
from surveyapp.settings import Settings
from surveyapp.store.entry import sent_codes
from surveyapp.store.sending import worker
from surveyapp.store.sending.outbox import OutboxMessage
from surveyapp.store.sending.recipients import RecipientFacts
from surveyapp.written_numbers import runs_left

BY = (SendingWay.TEXT, SendingWay.EMAIL)
"""Ways by which something gets to somebody while they wait."""

AGAIN_AFTER = dt.timedelta(minutes=1)
"""After how long what was asked for and not taken is tried again; twice as long each time."""

CODE_SUBJECT = N_("Your code")
CODE = N_("%(code)s is your code, for ten minutes.")
NOT_ASKED = N_("If you did not ask, do nothing. We never ask for it.")
RECEIPT_SUBJECT = N_("Your receipt")
RECEIPT = N_("Thank you. Your answers were sent on %(when)s. Your reference: %(reference)s.")
KEEP_IT = N_("If you want to ask us something about them, give your reference.")
AGAIN = N_("We hope to ask you again around %(day)s, to see what has changed. You can always say no.")
REMINDER_SUBJECT = N_("Your reminder")
REMINDER = N_("You asked us to remind you: your questions are still open.")
OWN_LINK = N_("Your own link: %(link)s")
UNTIL = N_("You can answer until %(day)s.")
QUESTIONS = N_("Questions? %(help)s")
"""Each message's words. Subject, first line and all of a text message say nothing of what somebody takes part in."""

EASY = {
    CODE: N_("%(code)s is your code. It works for 10 minutes."),
    NOT_ASKED: N_("Did you not ask for a code? Then do nothing. We never ask you for your code."),
    RECEIPT: N_("Thank you. We have your answers. You sent them on %(when)s. Your number is %(reference)s."),
    KEEP_IT: N_("Keep this number. Tell us the number if you ask about your answers."),
    AGAIN: N_("We want to ask you again around %(day)s. You can say no."),
    REMINDER: N_("You asked us to remind you. You can still answer the questions."),
    OWN_LINK: N_("This link is for you alone: %(link)s"),
    QUESTIONS: N_("Do you need help? Ask us: %(help)s"),
}
"""The same in easy words, for whoever was last asked in them, or asks on a page in them."""

_DAY, _MOMENT = "d MMMM yyyy", "d MMMM yyyy, HH:mm"


def ways(work: Work) -> tuple[SendingWay, ...]:
    """The ways by which somebody can have something sent to them now: those that have a carrier, while a worker is
    there to hand it over."""
    there = carried_now(work.runtime.settings)
    return there if there and (work.runtime.settings.demo or worker.runs(work.session, work.now)) else ()


def carried_now(settings: Settings) -> tuple[SendingWay, ...]:
    """The ways that have a carrier. Asks nothing of the database."""
    there = carried(settings)
    return tuple(each for each in BY if each in there)


def made(
    work: Work, study: Study, message: OutboxMessage, facts: RecipientFacts, person: Participant, case: Case
) -> OutgoingMessage | WhyNot:
    """A message that somebody asked for, inside a unit of work whose caller has the case locked; or why it is not sent
    (any more)."""
    if facts.withdrawn or person.deceased_at is not None:
        return WhyNot.WITHDRAWN
    if (ended := dict(facts.ended).get(message.way)) is not None:
        return ended
    to = wording.reached(contacts.read_to_act(work, person.id), message.way)[0]
    if not to:
        return WhyNot.NO_WAY
    easy = facts.easy and plain_of(message.language) in study.easy
    words = _Words(work, study, easy_of(message.language) if easy else message.language)
    match AskedFor(message.step):
        case AskedFor.CODE:
            said = _code(work, message, words)
        case AskedFor.RECEIPT:
            said = _receipt(work, facts, case, words)
        case AskedFor.REMINDER:
            said = _reminder(work, facts, person, case, words)
    if isinstance(said, WhyNot):
        return said
    return dataclasses.replace(said, key=message.id.hex, to=to, language=words.language)


class _Words:
    """What speaks to somebody in a language, in its usual or its easy words."""

    def __init__(self, work: Work, study: Study, language: str) -> None:
        known, self._say, _ = interface_catalogues.spoken(language)
        self._easy = is_easy(language)
        self.language = easy_of(known) if self._easy else known
        spoken = plain_of(language)
        local = work.runtime.study_in(study, spoken) if spoken in work.runtime.offered(study, work.session) else study
        self.study, self.zone, self._locale = study, work.runtime.zone(study), Locale.parse(known, sep="-")
        self.questions = self.say(QUESTIONS, help=wording.whom_to_ask(local, known))

    def say(self, text: str, /, **values: object) -> str:
        return self._say(EASY.get(text, text) if self._easy else text, **values)

    def digits(self, digits: str) -> str:
        """In groups as they are read, but where words run from right to left: there the groups would change places."""
        return digits if runs_left(self.language) else codes.written(digits)

    def day(self, day: dt.date) -> str:
        return format_date(day, _DAY, locale=self._locale)

    def moment(self, at: dt.datetime) -> str:
        return format_datetime(at.astimezone(self.zone), _MOMENT, locale=self._locale)

    def message(
        self, subject: str, first: str, *more: str, short: str = "", link: str = "", code: str = ""
    ) -> OutgoingMessage:
        """`first`: what others may read of it; `short`: a text message, where it says more than that."""
        text = "\n\n".join((first, *(each for each in more if each), self.questions))
        return OutgoingMessage(key="", subject=self.say(subject), text=text, short=short or first, link=link, code=code)


def _code(work: Work, message: OutboxMessage, words: _Words) -> OutgoingMessage | WhyNot:
    asked = sent_codes.code(work.session, uuid.UUID(message.request))
    if asked is None or not asked.alive(work.now):
        return WhyNot.TOO_LATE
    digits = "".join(str(secrets.randbelow(10)) for _ in range(codes.DIGITS))
    sent_codes.keep(work.session, asked.id, digest(work, asked.id, digits))
    first = words.say(CODE, code=words.digits(digits))
    return words.message(CODE_SUBJECT, first, words.say(NOT_ASKED), code=codes.written(digits))


def _receipt(work: Work, facts: RecipientFacts, case: Case, words: _Words) -> OutgoingMessage | WhyNot:
    if facts.submitted_at is None:
        return WhyNot.NOT_ANSWERED
    when = words.moment(facts.submitted_at)
    first = words.say(RECEIPT, when=when, reference=facts.reference)
    again = next_time(work, words.study, facts.participant_id, case.id)
    to_come = words.say(AGAIN, day=words.day(again.on)) if again and not again.come else ""
    return words.message(RECEIPT_SUBJECT, first, words.say(KEEP_IT), to_come)


def _reminder(
    work: Work, facts: RecipientFacts, person: Participant, case: Case, words: _Words
) -> OutgoingMessage | WhyNot:
    if facts.response_state is ResponseState.SUBMITTED and not facts.reopened:
        return WhyNot.ANSWERED
    if facts.stopped:
        return WhyNot.STOPPED
    if case.state(work.now, facts.response_state, facts.withdrawn, facts.reopened) not in ANSWERABLE:
        return WhyNot.CLOSED
    link = f"{work.runtime.settings.public_url}{links.issue(work, person, case, AccessKind.LINK).link}"
    first, own = words.say(REMINDER), words.say(OWN_LINK, link=link)
    until = words.say(UNTIL, day=words.day(last_day(case.ends_at, words.zone))) if case.ends_at else ""
    return words.message(REMINDER_SUBJECT, first, own, until, short=f"{first} {own}", link=link)


def digest(work: Work, id: uuid.UUID, digits: str) -> str:
    """What is kept of a code: with an access key that is not in the database, so that a million cannot be tried on a
    copy of it."""
    return work.runtime.keyring.digest("sent_code", f"{id}\0{digits}")


def is_it(work: Work, asked: codes.SentCode, digits: str) -> bool:
    """Whether these are the digits that were sent."""
    known = work.runtime.keyring.digests("sent_code", f"{asked.id}\0{digits}")
    return asked.digest is not None and any(secrets.compare_digest(asked.digest, each) for each in known)
