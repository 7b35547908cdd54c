"""A tablet of staff's in a participant's hands: handed over and taken back.

While it is with them the session of staff opens nothing (`WebSession.lent`); they answer by an access of their own,
made for this and gone with it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from dataclasses import dataclass

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.entry.pins import LONGEST, SHORTEST, pin_in
from surveyapp.domain.errors import HeldByAnother, InputRefused, StateRefused
from surveyapp.domain.fieldwork.cases import ANSWERABLE, AccessKind
from surveyapp.domain.security.passkeys import RelyingParty
from surveyapp.domain.security.spot_days import PIN_TRIES, SpotDay
from surveyapp.domain.sentences import say
from surveyapp.domain.web_sessions import EndedWhy, WebSession
from surveyapp.services.cases import leases
from surveyapp.services.cases.state import state_for_answering
from surveyapp.services.fieldwork import spot_days
from surveyapp.services.participants import links
from surveyapp.services.runtime import Runtime
from surveyapp.services.security import sessions
from surveyapp.services.staff import by_passkey, passkeys
from surveyapp.services.staff.passkeys import Challenge, ChallengePurpose
from surveyapp.services.work import Desk, Work
from surveyapp.store import cases, responses
from surveyapp.store import staff as staff_store
from surveyapp.store.calling import held, spot
from surveyapp.store.entry import accesses
from surveyapp.store.security import web_sessions


@dataclass(frozen=True)
class LentTablet:
    """In whose hands a tablet is: the access that lets them in, their pages' handle, and whether they began to answer
    on this tablet before. `handle` is None where nobody is; `away`: the study of a day without a signal."""

    access_id: uuid.UUID | None
    handle: str | None
    began: bool
    away: str | None = None


def hand_over(desk: Desk, session: WebSession, study_id: str, reference: str) -> str:
    """Locks the session until the tablet is taken back, and lets the person in: the path of a link, good on this day
    alone, the only time it can be read. They are held, and so is everybody whom the staff member holds, until the day
    ends; what they send completes the case. Raises NoSpotDay, NotPermitted, NotFound, HeldByAnother, and StateRefused
    where they cannot answer or the tablet is handed over already."""
    with desk.writing() as work:
        day = spot_days.day_in(work, desk, session, study_id)
        case = spot_days.case_in(work, desk, day, reference)
        someone = work.person(case.participant_id)
        assert someone is not None
        response = responses.response_of(work.session, case.id)
        state = state_for_answering(work, case, response, withdrawn=someone.withdrawn_at is not None)
        if state not in ANSWERABLE:
            raise StateRefused(say("cannot_answer", reference=reference, touchpoint=case.touchpoint, state=state))
        if (other := held.elsewhere(work.session, someone.id, case.id, work.staff.id, work.now)) is not None:
            raise HeldByAnother(other.staff_name, other.until)
        leases.take(work, case.id)
        if not web_sessions.lend(work.session, session.id, day.ends_at):
            raise StateRefused(say("tablet_lent"))
        secret = links.new_secret(work, work.runtime.study(day.study), case, AccessKind.LINK, claim=False)
        access = dataclasses.replace(secret.access, expires_at=day.ends_at)
        accesses.add_access(work.session, access, secret.digest)
        work.session.flush()
        cases.set_on_their_own(work.session, case.id, work.now, work.staff.id)
        spot.mark_arrived(work.session, case.id, work.now, spot_days.day_ends(work, day))
        spot.set_lent(work.session, day.id, case.id, access.id)
        spot.hold_until(work.session, work.staff.id, work.now, day.ends_at)
        work.record(AuditAction.TABLET_HANDED_OVER, reference, study=day.study, touchpoint=case.touchpoint)
        return secret.written


def lent(runtime: Runtime, token: str) -> LentTablet | None:
    """In whose hands the browser is that came with the token of a session of staff; None where it is not lent."""
    found = sessions.lent(runtime, token)
    if found is None:
        return None
    with sessions.nobody_known(runtime).reading() as work:
        day = spot.day_of(work.session, found.id)
        if day is None or day.case_id is None:
            return LentTablet(None, None, False, day.study if day else None)
        here = spot.arrivals(work.session, [day.case_id], work.now).get(day.case_id)
    began = here is not None and here.begun_in == found.id
    return LentTablet(day.access_id, runtime.keyring.handle(day.case_id), began)


def day_of(desk: Desk, session: WebSession) -> SpotDay | None:
    """The day in which a tablet was lent."""
    with desk.reading() as work:
        return spot.day_of(work.session, session.id)


def take_back(desk: Desk, session: WebSession, typed: str) -> SpotDay:
    """Takes the tablet back with the PIN of the day. A try counts as a wrong one until it was looked at. Raises
    InputRefused (`pin`) where it is wrong, none at all (which counts as no try) or no try is left, StateRefused where
    the tablet is not lent."""
    with desk.reading() as work:
        day = _lent_day(work, session)
    _check_pin(desk, day, typed)
    with desk.writing() as work:
        return _taken_back(work, session, "pin")


def check_pin(desk: Desk, session: WebSession, study_id: str, typed: str) -> None:
    """Raises InputRefused (`pin`) unless it is the PIN of the day, NoSpotDay, NotPermitted."""
    with desk.reading() as work:
        day = spot_days.day_in(work, desk, session, study_id)
    _check_pin(desk, day, typed)
    with desk.writing() as work:
        spot.give_tries_back(work.session, day.id)


def _check_pin(desk: Desk, day: SpotDay, typed: str) -> None:
    digits = pin_in(typed)
    if digits is None:
        raise InputRefused(say("pin_shape", shortest=SHORTEST, longest=LONGEST), "pin")
    with desk.writing() as work:
        left = spot.take_try(work.session, day.id)
    if not left:
        raise InputRefused(say("spot_pin_spent"), "pin")
    if not desk.runtime.keyring.pin_fits(day.pin, day.id, digits):
        desk.note(AuditAction.TABLET_REFUSED, study=day.study, way="pin")
        tries = PIN_TRIES - day.wrong - 1
        raise InputRefused(say("spot_pin_wrong", left=tries) if tries > 0 else say("spot_pin_spent"), "pin")


def take_back_by_passkey(desk: Desk, session: WebSession, challenge: Challenge | None, answer: str) -> SpotDay:
    """Takes the tablet back with a passkey of whoever is signed in. Raises InputRefused, StateRefused."""
    party: RelyingParty = by_passkey.party_of(desk.runtime)
    with desk.writing() as work:
        found = staff_store.credentials_by_id(work.session, work.staff.id, lock=True)
        good = found is not None and passkeys.check(
            work, party, found.staff.id, ChallengePurpose.AGAIN, challenge, answer
        )
        if good:
            return _taken_back(work, session, "passkey")
        work.record(AuditAction.TABLET_REFUSED, way="passkey")
    raise InputRefused(say("passkey_wrong"), "pin")


def leave(desk: Desk, session: WebSession, token: str) -> None:
    """Ends the day and the session of a tablet that is lent, for a staff member who comes in again by signing in."""
    with desk.writing() as work:
        day = spot.day_of(work.session, session.id)
        if day is not None:
            _let_go(work, session, day)
            spot.remove_day(work.session, day.id)
            work.record(AuditAction.SPOT_DAY_ENDED, study=day.study)
    sessions.end(desk.runtime, token, EndedWhy.SIGNED_OUT, desk.actor)


def _lent_day(work: Work, session: WebSession) -> SpotDay:
    day = spot.day_of(work.session, session.id)
    if day is None or not session.lent:
        raise StateRefused(say("tablet_not_lent"))
    return day


def _taken_back(work: Work, session: WebSession, way: str) -> SpotDay:
    day = _lent_day(work, session)
    reference = _let_go(work, session, day)
    spot.give_tries_back(work.session, day.id)
    web_sessions.take_back(work.session, session.id, work.now)
    work.record(AuditAction.TABLET_TAKEN_BACK, reference, study=day.study, touchpoint=day.touchpoint, way=way)
    return day


def _let_go(work: Work, session: WebSession, day: SpotDay) -> str | None:
    """Ends what let the person in, and gives holds their usual length again; returns whose it was. What they answered
    stands, and whether they began here is kept for the day: handed the tablet again they go on."""
    reference = None
    if day.case_id is not None and (case := cases.locked_case(work.session, day.case_id)) is not None:
        someone = work.person(case.participant_id)
        reference = someone.reference if someone else None
        if case.on_their_own_of == work.staff.id:
            cases.set_on_their_own(work.session, case.id, None, None)
        cases.release_lease(work.session, case.id, work.staff.id)
        if day.access_id is not None:
            spot.note_begun(work.session, case.id, day.access_id, session.id)
    if day.access_id is not None:
        accesses.remove(work.session, day.access_id)
    spot.set_lent(work.session, day.id, None, None)
    usual = work.now + dt.timedelta(minutes=work.runtime.settings.hold_minutes)
    spot.hold_until(work.session, work.staff.id, work.now, usual)
    return reference
