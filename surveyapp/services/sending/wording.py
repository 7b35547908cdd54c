"""A message in its words, for one person: as it is handed over, and as somebody looks at it before."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from babel import Locale
from babel.dates import format_date

from surveyapp.domain import normalise
from surveyapp.domain.fieldwork.cases import AccessKind, Case
from surveyapp.domain.fieldwork.days import last_day
from surveyapp.domain.instrument.easy.renderings import plain_of
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.participants import Contact, Participant
from surveyapp.domain.sending.planning import WhyNot
from surveyapp.domain.sending.rules import MessageStep, SendingWay
from surveyapp.domain.sending.words import filled, first_line, in_sight, tells
from surveyapp.services.participants import contacts, links
from surveyapp.services.sending.ways.carrier import OutgoingMessage
from surveyapp.services.work import Work
from surveyapp.written_numbers import in_order

LINES = 9
"""Lines of an address, with the name, that stand in the window of an envelope; what is more stands in the last."""

LINK_HERE, CODE_HERE = "https://…", "…"
"""What stands for a link and a code where nobody is given one."""


@dataclass(frozen=True, kw_only=True)
class MessageFacts:
    """What words fill in, by name, and the last day on which answers are taken, which reads in the language of what it
    stands in. `language`: the one that was asked for."""

    known: Mapping[str, str]
    last_day: dt.date | None
    language: str

    def fill(self, text: str) -> str:
        """A text with them filled in: one that is not translated is in its source's language, whoever it goes to."""
        language = plain_of(getattr(text, "language", None) or self.language)
        day = self.last_day and format_date(self.last_day, "d MMMM yyyy", locale=Locale.parse(language, sep="-"))
        return filled(text, {**self.known, "until": day or ""})


@dataclass(frozen=True, kw_only=True)
class WordedMessage:
    """What a message says, its link left open where nobody has been given one."""

    way: SendingWay
    language: str
    subject: str
    text: str
    short: str


def worded(
    work: Work, study: Study, step: MessageStep, way: SendingWay, language: str, facts: MessageFacts
) -> WordedMessage:
    """A step in a language of its study, with what is filled in. A subject is one line, whatever a file says that
    nobody has checked."""
    rules = work.runtime.study_in(study, language).messages
    said = (rules.step(step.id) if rules else None) or step
    return WordedMessage(
        way=way,
        language=language,
        subject=normalise.one_line(facts.fill(said.subject or "")),
        text=facts.fill(said.text or ""),
        short=facts.fill(said.short or ""),
    )


def facts_for(
    work: Work, study: Study, closes_at: dt.datetime | None, language: str, *, name: str, link: str, code: str
) -> MessageFacts:
    """What words fill in. `closes_at`: until when answers are taken."""
    local = work.runtime.study_in(study, language)
    known = {
        "name": name,
        "study": str(local.public_title),
        "link": link,
        "code": code,
        "help": whom_to_ask(local, language),
    }
    day = None if closes_at is None else last_day(closes_at, work.runtime.zone(study))
    return MessageFacts(known=known, last_day=day, language=language)


def whom_to_ask(local: Study, language: str) -> str:
    """Whom to ask, in a line among words of a language. The groups of a phone number keep their order where these run
    from right to left."""
    phone = in_order(local.help.phone or "", plain_of(language))
    return ", ".join(str(each) for each in (local.help.name, phone, local.help.email) if each)


def names_site(step: MessageStep, way: SendingWay, said: WordedMessage, person: Participant) -> bool:
    """Whether what others may read names the person's site."""
    if person.site is None:
        return False
    seen = {key: getattr(said, key) for key, _ in in_sight(step, way)}
    if "text" in seen:
        seen["text"] = first_line(seen["text"])
    return any(tells(text, [person.site.name]) is not None for text in seen.values())


def made(
    work: Work,
    study: Study,
    step: MessageStep,
    way: SendingWay,
    language: str,
    person: Participant,
    case: Case,
    key: str,
) -> OutgoingMessage | WhyNot:
    """A message with its own new link and code, inside a unit of work whose caller has the case locked; or why it
    cannot be one. What was made of links is stored only with the unit of work."""
    contact = contacts.read_to_act(work, person.id)
    to, address = reached(contact, way)
    if not to and not address:
        return WhyNot.NO_WAY
    claim = way is SendingWay.LETTER
    link = links.issue(work, person, case, AccessKind.LINK, claim=claim)
    wants_code = any("{code" in (each or "") for each in (step.text, step.short)) or way is SendingWay.LETTER
    code = links.issue(work, person, case, AccessKind.CODE, claim=claim).code if wants_code else None
    facts = facts_for(
        work,
        study,
        case.closes_at,
        language,
        name=contact.name,
        link=f"{work.runtime.settings.public_url}{link.link}",
        code=code or "",
    )
    said = worded(work, study, step, way, language, facts)
    if names_site(step, way, said, person):
        return WhyNot.NAMES_SITE
    return OutgoingMessage(
        key=key,
        to=to,
        address=address,
        subject=said.subject,
        text=said.text,
        short=said.short,
        link=facts.known["link"],
        code=facts.known["code"],
        language=language,
    )


def reached(contact: Contact, way: SendingWay) -> tuple[str, tuple[str, ...]]:
    """The e-mail address or number by which somebody is reached, or the lines of their postal address; empty where
    there is none."""
    match way:
        case SendingWay.EMAIL:
            return contacts.email_address(contact.email) or "", ()
        case SendingWay.TEXT:
            return contacts.phone_number(contact.phone) or "", ()
        case SendingWay.LETTER:
            return "", address_lines(contact)


def address_lines(contact: Contact) -> tuple[str, ...]:
    """Name and postal address, a line each, nine at most; nothing without an address."""
    lines = [each.strip() for each in re.split(r"[\n,;]+", contact.address) if each.strip()]
    if not lines:
        return ()
    whole = [*([contact.name] if contact.name else []), *lines]
    return tuple(whole) if len(whole) <= LINES else (*whole[: LINES - 1], ", ".join(whole[LINES - 1 :]))
