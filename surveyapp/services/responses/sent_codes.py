"""Codes that somebody has sent to a contact that the study holds, to get in without a PIN: asked for, and given.

Nothing here tells whether there is such a contact: what is asked for is noted the same, lives as long and takes as many
tries, and only the worker that hands it over finds that there is nowhere to send it.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from surveyapp.domain.audit import AuditAction, ByLink, System
from surveyapp.domain.entry.doors import PinStanding
from surveyapp.domain.entry.sent_codes import (
    DIGITS,
    KEPT_FOR,
    OF_A_PERSON,
    OF_AN_ADDRESS,
    TRIES,
    SentCode,
    code_in,
    takes_code,
)
from surveyapp.domain.errors import DoorShut, InputRefused
from surveyapp.domain.security.guesses import counted_as
from surveyapp.domain.sending.asked import AskedFor
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.domain.sentences import say
from surveyapp.services.responses import survey_session
from surveyapp.services.responses.survey_session import Visit
from surveyapp.services.runtime import Runtime
from surveyapp.services.security import guesses
from surveyapp.services.sending import asked, outbox
from surveyapp.services.sending.ways.shown import ShownOnly
from surveyapp.services.work import Desk, Work
from surveyapp.store.database import new_id
from surveyapp.store.entry import pins
from surveyapp.store.entry import sent_codes as store
from surveyapp.store.sending import outbox as messages
from surveyapp.store.sending.outbox import NewMessage

FIELD = "code"
"""What a form calls it."""


@dataclass(frozen=True, kw_only=True)
class CodeStand:
    """What a page of codes shows. `ways`: by which one can be sent now; `waits`: one was asked for in this browser, and
    can be given."""

    visit: Visit
    ways: tuple[SendingWay, ...]
    waits: bool


def ways(runtime: Runtime) -> tuple[SendingWay, ...]:
    """By which ways a code can be sent now; none where nobody carries it."""
    if not asked.carried_now(runtime.settings):
        return ()
    with Desk(runtime, System()).reading() as work:
        return asked.ways(work)


def stand(runtime: Runtime, who: ByLink, session_id: uuid.UUID) -> CodeStand:
    """Raises DoorShut where a code leads no further, AccessRefused."""
    with Desk(runtime, who).reading() as work:
        here = _opened_by_code(survey_session.visit_in(work, who), who)
        last = store.last_of_session(work.session, session_id)
        return CodeStand(visit=here, ways=asked.ways(work), waits=last is not None and last.alive(work.now))


def waits(runtime: Runtime, session_id: uuid.UUID) -> bool:
    """Whether one was asked for in this browser, and can be given."""
    with Desk(runtime, System()).reading() as work:
        last = store.last_of_session(work.session, session_id)
        return last is not None and last.alive(work.now)


@dataclass(frozen=True)
class AskedCode:
    """A code was asked for. `shown`: the demonstration's, which is sent nowhere."""

    shown: str = field(default="", repr=False)


def ask(runtime: Runtime, who: ByLink, session_id: uuid.UUID, way: SendingWay | None, address: str) -> AskedCode:
    """Has a code sent by a way to the contact on record, if there is one. Raises DoorShut, AccessRefused, and
    InputRefused (`way`) for one by which nothing goes, or once enough were asked for."""
    with Desk(runtime, who).writing() as work:
        here = _opened_by_code(survey_session.visit_in(work, who, lock=True), who)
        if way not in asked.ways(work):
            raise InputRefused(say("no_code_that_way"), "way")
        asked_from = runtime.keyring.digest("guess", counted_as(address))
        _check_enough(work, here.participant.id, asked_from)
        store.remove_old(work.session, work.now - KEPT_FOR)
        made = SentCode(id=new_id(), session_id=session_id, asked_at=work.now, digest=None)
        store.add(work.session, made, asked_from)
        message = NewMessage(
            case_id=here.case.id,
            step=AskedFor.CODE.value,
            request=made.id.hex,
            way=way,
            language=here.language,
            due_at=work.now,
        )
        [message_id] = messages.add(work.session, [message], work.now)
        _record(work, AuditAction.SENT_CODE_ASKED, here, way=way.value)
    if not runtime.settings.demo:
        return AskedCode()
    shown = ShownOnly()
    desk = Desk(runtime, System())
    with desk.reading() as work:
        row = messages.message(work.session, message_id)
    assert row is not None
    outbox.hand_over(desk, row, shown)
    return AskedCode(shown.last.code if shown.last else "")


def _check_enough(work: Work, participant_id: uuid.UUID, asked_from: str) -> None:
    for span, most in OF_A_PERSON:
        if store.of_person_since(work.session, participant_id, work.now - span) >= most:
            raise InputRefused(say("codes_enough"), "way")
    for span, most in OF_AN_ADDRESS:
        if store.from_address_since(work.session, asked_from, work.now - span) >= most:
            raise InputRefused(say("codes_enough_here"), "way")


def give(runtime: Runtime, who: ByLink, session_id: uuid.UUID, typed: str) -> Visit:
    """Takes a code that was sent to them, in the browser that asked for it; where they were before. It opens what a PIN
    does, once; a PIN that was tried ten times goes, for them to choose another. Raises InputRefused (`code`), DoorShut,
    AccessRefused."""
    digits = code_in(typed)
    if digits is None:
        raise InputRefused(say("sent_code_shape", digits=DIGITS), FIELD)
    with Desk(runtime, who).writing() as work:
        here = _opened_by_code(survey_session.visit_in(work, who), who)
        last = store.last_of_session(work.session, session_id)
        alive = last is not None and last.alive(work.now)
        if last is None or not alive or not store.take_try(work.session, last.id, TRIES):
            raise InputRefused(say("sent_code_over"), FIELD)
        right = asked.is_it(work, last, digits)
        if right:
            store.use(work.session, last.id, work.now)
            if here.pin is PinStanding.SPENT:
                pins.remove(work.session, here.participant.id)
        else:
            guesses.wrong_sent_code(work)
        _record(work, AuditAction.SENT_CODE_GIVEN if right else AuditAction.SENT_CODE_REFUSED, here)
    if not right:
        left = TRIES - last.tries - 1
        raise InputRefused(say("sent_code_wrong", left=left) if left else say("sent_code_over"), FIELD)
    return here


def _opened_by_code(here: Visit, who: ByLink) -> Visit:
    gone = here.participant.withdrawn_at is not None or here.participant.deceased_at is not None
    if gone or not takes_code(here.door, who.by):
        raise DoorShut(here.door)
    return here


def _record(work: Work, action: AuditAction, here: Visit, **detail: str) -> None:
    person = here.participant
    work.record(action, person.reference, study=person.study, touchpoint=here.case.touchpoint, **detail)
