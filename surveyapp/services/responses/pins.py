"""Participants' PINs: chosen, given, and read out by staff when one is forgotten."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from surveyapp.domain.audit import AuditAction, ByLink
from surveyapp.domain.entry.doors import (
    CHOOSES_PIN,
    READS_ANSWERS,
    Answering,
    Door,
    Familiarity,
    PinStanding,
    takes_pin,
)
from surveyapp.domain.entry.pins import (
    LONGEST,
    ONCE_LIVES,
    SHORTEST,
    TRIES,
    Pin,
    is_tried_first,
    pin_in,
)
from surveyapp.domain.errors import DoorShut, InputRefused, NotFound, StateRefused
from surveyapp.domain.participants import Participant
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action
from surveyapp.domain.web_sessions import EndedWhy
from surveyapp.services.cases import consents
from surveyapp.services.participants import identity, links
from surveyapp.services.participants.identity import IdentityFact
from surveyapp.services.responses import survey_session
from surveyapp.services.responses.survey_session import Visit
from surveyapp.services.runtime import Runtime
from surveyapp.services.security import sessions
from surveyapp.services.work import Desk, Work
from surveyapp.store import cases, participants, responses
from surveyapp.store.answering import consents as said_of_consent
from surveyapp.store.entry import pins as store

FIELD, NEW_FIELD = "pin", "new"
"""What a form calls it, and the one that somebody chooses in its place."""


def choose(runtime: Runtime, who: ByLink, typed: str) -> str | None:
    """Takes the PIN that somebody chooses who has none. It is stored at once where it claims a link, or where there are
    answers that it keeps; before the first answer it is not, and what is to be kept with that answer is returned
    (`ByLink.chosen_pin`). Raises InputRefused, DoorShut, AccessRefused."""
    digits = _checked(typed)
    # Hashing takes a while on purpose, and so is done before anything is locked.
    hashed = _hashed(runtime, survey_session.visit(runtime, who).participant.id, digits)
    with Desk(runtime, who).writing() as work:
        visit = survey_session.visit_in(work, who, lock=True)
        if visit.pin is not PinStanding.NONE or visit.door not in (*CHOOSES_PIN, Door.QUESTIONS, Door.RECEIPT):
            raise DoorShut(visit.door)
        if visit.door is Door.QUESTIONS and survey_session.answering_of(visit.response) is Answering.NONE:
            return hashed
        store.set_pin(work.session, Pin(participant_id=visit.participant.id, hashed=hashed, set_at=work.now))
        work.record(AuditAction.PIN_CHOSEN, visit.participant.reference, study=visit.study.id)
        return None


def give(runtime: Runtime, who: ByLink, typed: str) -> None:
    """Tries a PIN where one can be given (`takes_pin`). One that staff read out is spent with that; one that is hashed
    under an older access key comes under the first. Raises InputRefused where it is wrong, or is none at all (which
    counts as no try), DoorShut where none can be given or no try is left."""
    digits = _digits(typed, FIELD)
    visit, pin, right = _tried(runtime, who, digits, lambda here: takes_pin(here.door, who.by, here.pin))
    newer = None
    if right and pin.once_until is None and not runtime.keyring.pin_is_current(pin.hashed):
        newer = runtime.keyring.pin_hash(pin.participant_id, digits)
    with Desk(runtime, who).writing() as work:
        if right and pin.once_until is not None:
            if not store.spend(work.session, pin):
                raise DoorShut(visit.door)
        elif right:
            store.give_try_back(work.session, pin.participant_id)
            if newer is not None:
                store.renew(work.session, pin, newer)
        _record(work, AuditAction.PIN_GIVEN if right else AuditAction.PIN_REFUSED, visit)
    if not right:
        raise InputRefused(say("pin_wrong", left=TRIES - pin.wrong - 1), FIELD)


def change(runtime: Runtime, who: ByLink, session_id: uuid.UUID, present: str, new: str) -> None:
    """Takes another PIN of somebody who gives the one they have, which counts as every try does. Their sessions in
    other browsers end: whoever got in with the former one is out. Raises InputRefused, whose field says which of the
    two is wrong, DoorShut where what is theirs is not open or no try is left."""
    digits, fresh = _digits(present, FIELD), _checked(new, NEW_FIELD)
    if digits == fresh:
        raise InputRefused(say("pin_same"), NEW_FIELD)
    visit, pin, right = _tried(runtime, who, digits, lambda here: changes_pin(here, who))
    # Hashing takes a while on purpose, and so is done before anything is locked.
    hashed = _hashed(runtime, pin.participant_id, fresh) if right else ""
    with Desk(runtime, who).writing() as work:
        if right:
            now = store.pin_of(work.session, pin.participant_id)
            if now is None or now.hashed != pin.hashed:
                raise DoorShut(visit.door)
            store.set_pin(work.session, Pin(participant_id=pin.participant_id, hashed=hashed, set_at=work.now))
            sessions.end_all_of_participant(work, pin.participant_id, EndedWhy.ENDED_BY_OWNER, but=session_id)
        _record(work, AuditAction.PIN_CHANGED if right else AuditAction.PIN_REFUSED, visit)
    if not right:
        raise InputRefused(say("pin_wrong", left=TRIES - pin.wrong - 1), FIELD)


def changes_pin(here: Visit, who: ByLink) -> bool:
    """Whether somebody who has a PIN is where they can choose another: where what is theirs is open."""
    return here.door in READS_ANSWERS and who.by is not Familiarity.STRANGE and here.pin is PinStanding.SET


def _tried(runtime: Runtime, who: ByLink, digits: str, may: Callable[[Visit], bool]) -> tuple[Visit, Pin, bool]:
    """Where somebody is, the PIN they have, and whether these digits are it: counted before it is looked at. Raises
    DoorShut where they may not try, or no try is left."""
    with Desk(runtime, who).writing() as work:
        visit = survey_session.visit_in(work, who)
        pin = store.pin_of(work.session, visit.participant.id)
        if not may(visit) or pin is None or not store.take_try(work.session, pin.participant_id, TRIES):
            raise DoorShut(visit.door)
    return visit, pin, runtime.keyring.pin_fits(pin.hashed, pin.participant_id, digits)


@dataclass(frozen=True)
class OncePin:
    """A PIN to be read out to somebody, the only time it can be read; it lets in once, until then."""

    digits: str = field(repr=False)
    until: dt.datetime

    @property
    def written(self) -> str:
        """In groups of three, as it is read out."""
        return " ".join(self.digits[start : start + 3] for start in range(0, len(self.digits), 3))


def to_ask_for(desk: Desk, study_id: str, reference: str, *besides: Action) -> Mapping[IdentityFact, str | dt.date]:
    """What staff can ask somebody for before they let them in; `besides`: what they do with them otherwise, where they
    come from. A sight of a contact, noted as one. Raises NotPermitted, NotFound."""
    with desk.writing() as work:
        participant = _found(work, desk, study_id, reference, *besides)
        work.record(AuditAction.CONTACT_SEEN, reference, study=study_id)
        return identity.facts(work, participant)


def read_out(
    desk: Desk,
    study_id: str,
    reference: str,
    confirmed: Collection[IdentityFact],
    *besides: Action,
    taken: bool = False,
) -> OncePin | None:
    """Makes a PIN that lets somebody in once, in place of the one they had, for staff who have confirmed facts on
    record with them (`identity`). `besides` as in `to_ask_for`. `taken`: somebody else opened their link first.
    Every link and code of theirs ends then, with all that it let in, the PIN and what was agreed to; they need a
    new link. What was begun stays, for them to look through with the PIN; where nothing was, none is needed (None):
    they choose their own. Raises NotPermitted, NotFound, InputRefused."""
    digits = _new_digits()
    with desk.writing() as work:
        participant = _found(work, desk, study_id, reference, *besides)
        identity.confirm(work, participant, confirmed)
        if taken:
            links.revoke_all(work, participant)
            said_of_consent.ask_again(work.session, participant.id)
            consents.follow(work, desk.runtime.study(study_id), participant)
            if not _begun(work, participant):
                store.remove(work.session, participant.id)
                return None
        until = work.now + ONCE_LIVES
        hashed = _hashed(desk.runtime, participant.id, digits)
        pin = Pin(participant_id=participant.id, hashed=hashed, set_at=work.now, once_until=until)
        store.set_pin(work.session, pin)
        work.record(AuditAction.PIN_READ_OUT, reference, study=study_id)
    return OncePin(digits, until)


def _begun(work: Work, participant: Participant) -> bool:
    """Whether there are answers that a PIN keeps."""
    found = (responses.response_of(work.session, case.id) for case in cases.cases_of(work.session, participant.id))
    return any(survey_session.answering_of(each) is not Answering.NONE for each in found)


def _found(work: Work, desk: Desk, study_id: str, reference: str, *besides: Action) -> Participant:
    scope = desk.scope(Action.GIVE_ACCESS, study_id, *besides)
    today = work.today(work.runtime.study(study_id))
    person = participants.participant_by_reference(work.session, scope, reference, today)
    if person is None:
        raise NotFound(say("no_participant", reference=reference))
    if person.withdrawn_at is not None:
        raise StateRefused(say("withdrawn", reference=reference))
    return person


def _record(work: Work, action: AuditAction, visit: Visit) -> None:
    work.record(action, visit.participant.reference, study=visit.study.id, touchpoint=visit.case.touchpoint)


def _digits(typed: str, name: str) -> str:
    digits = pin_in(typed)
    if digits is None:
        raise InputRefused(say("pin_shape", shortest=SHORTEST, longest=LONGEST), name)
    return digits


def _checked(typed: str, name: str = FIELD) -> str:
    digits = _digits(typed, name)
    if is_tried_first(digits):
        raise InputRefused(say("pin_tried_first"), name)
    return digits


def _hashed(runtime: Runtime, participant_id: uuid.UUID, digits: str) -> str:
    return runtime.keyring.pin_hash(participant_id, digits)


def _new_digits() -> str:
    while True:
        digits = "".join(str(secrets.randbelow(10)) for _ in range(SHORTEST))
        if not is_tried_first(digits):
            return digits
