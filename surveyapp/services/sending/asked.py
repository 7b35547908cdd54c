"""What somebody asked to be sent, in its words: made as it is handed over, in memory, like all that is sent."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid

from surveyapp.domain.entry import sent_codes as codes
from surveyapp.domain.fieldwork.cases import Case
from surveyapp.domain.i18n import N_
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.participants import Participant
from surveyapp.domain.sending.planning import WhyNot
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.services.participants import contacts
from surveyapp.services.sending import wording
from surveyapp.services.sending.ways.carrier import OutgoingMessage
from surveyapp.services.sending.ways.chosen import carried
from surveyapp.services.translation import interface_catalogues
from surveyapp.services.work import Work
from surveyapp.store.entry import sent_codes
from surveyapp.store.sending import worker
from surveyapp.store.sending.outbox import OutboxMessage
from surveyapp.store.sending.recipients import RecipientFacts

BY = (SendingWay.TEXT, SendingWay.EMAIL)
"""Ways by which something gets to somebody while they wait."""

AGAIN_AFTER = dt.timedelta(minutes=1)
"""After how long what was asked for and not taken is tried again; twice as long each time."""

SUBJECT = N_("Your code")
CODE = N_("%(code)s is your code. It works for ten minutes, on the page where you asked for it.")
NOT_ASKED = N_("If you did not ask for it, do nothing: without it nobody gets in. We never ask you for it.")
QUESTIONS = N_("Questions? %(help)s")
"""Each message's words. Subject, first line and all of a text message say nothing of what somebody takes part in."""


def ways(work: Work) -> tuple[SendingWay, ...]:
    """The ways by which somebody can have something sent to them now: those that have a carrier, while a worker is
    there to hand it over."""
    settings = work.runtime.settings
    if not settings.demo and not worker.runs(work.session, work.now):
        return ()
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
    to = wording.reached(contacts.read(work, person.id), message.way)[0]
    if not to:
        return WhyNot.NO_WAY
    return _code(work, study, message, to)


def _code(work: Work, study: Study, message: OutboxMessage, to: str) -> OutgoingMessage | WhyNot:
    asked = sent_codes.code(work.session, uuid.UUID(message.request))
    if asked is None or not asked.alive(work.now):
        return WhyNot.TOO_LATE
    digits = "".join(str(secrets.randbelow(10)) for _ in range(codes.DIGITS))
    sent_codes.keep(work.session, asked.id, digest(work, asked.id, digits))
    language, gettext, _ = interface_catalogues.spoken(message.language)
    first = gettext(CODE, code=codes.written(digits))
    local = work.runtime.study_in(study, language) if language in work.runtime.offered(study) else study
    told = ", ".join(str(each) for each in (local.help.name, local.help.phone, local.help.email) if each)
    return OutgoingMessage(
        key=message.id.hex,
        to=to,
        subject=gettext(SUBJECT),
        text="\n\n".join((first, gettext(NOT_ASKED), gettext(QUESTIONS, help=told))),
        short=first,
        code=codes.written(digits),
        language=language,
    )


def digest(work: Work, id: uuid.UUID, digits: str) -> str:
    """What is kept of a code: with an access key that is not in the database, so that a million cannot be tried on a
    copy of it."""
    return work.runtime.keyring.digest("sent_code", f"{id}\0{digits}")


def is_it(work: Work, asked: codes.SentCode, digits: str) -> bool:
    """Whether these are the digits that were sent."""
    known = work.runtime.keyring.digests("sent_code", f"{asked.id}\0{digits}")
    return asked.digest is not None and any(secrets.compare_digest(asked.digest, each) for each in known)
