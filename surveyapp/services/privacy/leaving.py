"""Stopping, withdrawing, and coming back, as staff record it for somebody who asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import InputRefused, NotFound, StateRefused
from surveyapp.domain.fieldwork.cases import Disposition, disposition_without_refusal
from surveyapp.domain.instrument.study import Study, Touchpoint
from surveyapp.domain.participants import Participant
from surveyapp.domain.privacy.leaving import (
    NOT_SPOKEN_WITH,
    REASONS,
    LeavingReason,
    Participation,
    ParticipationChange,
    open_changes,
)
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action
from surveyapp.domain.web_sessions import EndedWhy
from surveyapp.services.cases import scheduling
from surveyapp.services.cases.state import can_be_opened, state_of
from surveyapp.services.cases.stopping import ENDED_BY_STOPPING, end_cases, note, stop, take_up
from surveyapp.services.participants import identity, links, roster
from surveyapp.services.participants.identity import IdentityFact
from surveyapp.services.privacy import erasing
from surveyapp.services.security import sessions
from surveyapp.services.work import Desk, Work
from surveyapp.store import cases, participants, responses
from surveyapp.store.entry import accesses
from surveyapp.store.privacy import participation, reopening

SHOWN = 50
"""How many of the changes recorded are listed."""


@dataclass(frozen=True, kw_only=True)
class LeavingOutlook:
    """Somebody's part in a study before it is changed: what they have `sent` (touchpoint and when, oldest first), what
    they have `begun` and not sent, and the touchpoints to which they could still be asked (`ahead`). `contacts`:
    whether anything on record reaches them; `openable`: what was sent and may be opened again."""

    study: Study
    participant: Participant
    changes: tuple[ParticipationChange, ...]
    recorded: tuple[Participation, ...]
    sent: tuple[tuple[Touchpoint, dt.datetime], ...]
    begun: tuple[Touchpoint, ...]
    ahead: tuple[Touchpoint, ...]
    contacts: bool
    openable: tuple[Touchpoint, ...] = ()


def recorded(desk: Desk, study_id: str) -> list[tuple[str, Participation]]:
    """The last changes that were recorded in a study, each with whose, newest first. Raises NotPermitted."""
    scope = desk.scope(Action.HANDLE_RIGHTS, study_id)
    with desk.writing() as work:
        work.record(AuditAction.PARTICIPANTS_SEEN, study=study_id, page="what was recorded last")
        return participation.newest(work.session, scope, SHOWN)


def find(desk: Desk, study_id: str, written: str) -> list[str]:
    """References of the people whom a reference, or part of one, a phone number or an e-mail address may mean. Raises
    NotPermitted."""
    return roster.find(desk, Action.HANDLE_RIGHTS, study_id, written)


def outlook(desk: Desk, study_id: str, reference: str) -> LeavingOutlook:
    """What there is before something is changed. The sight of them is in the audit trail, and that they had withdrawn.
    Raises NotPermitted, NotFound."""
    with desk.writing() as work:
        participant = found(work, desk, study_id, reference)
        withdrew = participant.withdrawn_at is not None
        seen = AuditAction.WITHDRAWN_PERSON_SEEN if withdrew else AuditAction.PERSON_SEEN
        work.record(seen, participant.reference, study=study_id)
        return _outlook(work, desk.study(study_id), participant)


def _outlook(work: Work, study: Study, participant: Participant) -> LeavingOutlook:
    sent, begun, ahead, openable = [], [], [], []
    for case in cases.cases_of(work.session, participant.id):
        touchpoint = study.touchpoint(participant.group, case.touchpoint)
        if touchpoint is None:
            continue
        response = responses.response_of(work.session, case.id)
        if response is not None and response.submitted_at is not None:
            sent.append((touchpoint, response.submitted_at))
            here = participant.stopped_at is None and participant.withdrawn_at is None
            if here and response.reopened_at is None and can_be_opened(work, case, response):
                openable.append(touchpoint)
        elif response is not None:
            begun.append(touchpoint)
        if state_of(work, case, response) in ENDED_BY_STOPPING:
            ahead.append(touchpoint)
    return LeavingOutlook(
        study=study,
        participant=participant,
        changes=open_changes(participant.stopped_at, participant.withdrawn_at, participant.deceased_at),
        recorded=tuple(participation.of(work.session, participant.id)),
        sent=tuple(sent),
        begun=tuple(begun),
        ahead=tuple(ahead),
        contacts=bool(participants.contact(work.session, participant.id)),
        openable=tuple(openable),
    )


def to_ask_for(desk: Desk, study_id: str, reference: str) -> Mapping[IdentityFact, str | dt.date]:
    """What somebody on the phone can be asked for, to be compared with what they say. A sight of a contact, noted as
    one. Raises NotPermitted, NotFound."""
    with desk.writing() as work:
        participant = found(work, desk, study_id, reference)
        work.record(AuditAction.CONTACT_SEEN, reference, study=study_id)
        return identity.facts(work, participant, rights=True)


def found(work: Work, desk: Desk, study_id: str, reference: str) -> Participant:
    """A participant whose rights the actor may handle, withdrawn or not. Raises NotPermitted, NotFound."""
    scope = desk.scope(Action.HANDLE_RIGHTS, study_id)
    today = work.today(work.runtime.study(study_id))
    person = participants.participant_by_reference(work.session, scope, reference, today)
    if person is None:
        raise NotFound(say("no_participant", reference=reference))
    return person


def record(
    desk: Desk,
    study_id: str,
    reference: str,
    change: ParticipationChange,
    why: LeavingReason | None,
    confirmed: Collection[IdentityFact],
) -> Participant | None:
    """Does at once what somebody asked, and returns them as they now are (None: erased); what is so already changes
    nothing.

    Raises NotPermitted, NotFound, InputRefused (`facts`, `why`), and StateRefused where it cannot be.
    """
    with desk.writing() as work:
        participant = found(work, desk, study_id, reference)
        if why is None or why not in REASONS[change]:
            raise InputRefused(say("why_missing"), "why")
        if change not in open_changes(participant.stopped_at, participant.withdrawn_at, participant.deceased_at):
            if change is _standing_change(participant):
                return participant
            raise StateRefused(say("change_not_open", reference=reference))
        if change not in NOT_SPOKEN_WITH:
            identity.confirm(work, participant, confirmed, rights=True)
        if change is ParticipationChange.ERASED:
            erasing.erase(work, participant)
            return None
        make(work, participant, change, why)
        work.session.flush()
        work.session.expire_all()
        return found(work, desk, study_id, reference)


def _standing_change(participant: Participant) -> ParticipationChange | None:
    """What was recorded last of those that show in where somebody stands: the same form sent twice."""
    if participant.withdrawn_at is not None:
        return ParticipationChange.WITHDRAWN
    if participant.deceased_at is not None:
        return ParticipationChange.DIED
    return ParticipationChange.STOPPED if participant.stopped_at is not None else ParticipationChange.TAKEN_UP


def make(work: Work, participant: Participant, change: ParticipationChange, why: LeavingReason) -> None:
    """Does what was asked, in the caller's unit of work, who has checked who asks; it is never an erasure."""
    _MAKE[change](work, participant, why)


def note_undone(work: Work, participant: Participant, change: ParticipationChange) -> None:
    """Notes that a change was taken back within the minute in which an attempt can be undone."""
    note(work, participant, _UNDONE_BY[change], LeavingReason.MISTAKE)


_UNDONE_BY = {
    ParticipationChange.WITHDRAWN: ParticipationChange.WITHDRAWAL_UNDONE,
    ParticipationChange.DIED: ParticipationChange.DEATH_UNDONE,
}


def _die(work: Work, participant: Participant, why: LeavingReason) -> None:
    """Nobody calls, writes to or asks them, on any page, from now on; their links end, and with them whatever is open
    in a browser. Touchpoints to come are made as ended (`scheduling`)."""
    end_cases(work, participant, Disposition.DECEASED)
    links.revoke_all(work, participant)
    participants.set_stopped(work.session, participant.id, participant.stopped_at or work.now)
    participants.set_deceased(work.session, participant.id, work.now)
    note(work, participant, ParticipationChange.DIED, why)


def _undo_death(work: Work, participant: Participant, why: LeavingReason) -> None:
    """It was somebody else, or an error: what can still be answered is what its attempts made of it, and links that
    ended with it open again."""
    asked_before = participant.stopped_at == participant.deceased_at
    for case in cases.cases_of(work.session, participant.id):
        if case.disposition is Disposition.DECEASED:
            response = responses.response_of(work.session, case.id)
            attempts = cases.attempts_of(work.session, case.id)
            before = disposition_without_refusal(case.disposition, attempts, response.state if response else None)
            cases.set_disposition(work.session, case, before if asked_before else Disposition.REFUSAL)
        if participant.deceased_at is not None:
            accesses.open_again(work.session, case.id, participant.deceased_at)
    if asked_before:
        participants.set_stopped(work.session, participant.id, None)
    participants.set_deceased(work.session, participant.id, None)
    note(work, participant, ParticipationChange.DEATH_UNDONE, why)


def _withdraw(work: Work, participant: Participant, why: LeavingReason) -> None:
    for case in cases.cases_of(work.session, participant.id):
        cases.locked_case(work.session, case.id)
        cases.set_next(work.session, case.id, None)
    cases.end_leases(work.session, participant.id, work.now)
    reopening.close_all(work.session, participant.id)
    participants.withdraw(work.session, participant.id, work.now)
    sessions.end_all_of_participant(work, participant.id, EndedWhy.WITHDRAWN)
    note(work, participant, ParticipationChange.WITHDRAWN, why)


def _undo_withdrawal(work: Work, participant: Participant, why: LeavingReason) -> None:
    participants.withdraw(work.session, participant.id, None)
    work.session.expire_all()
    note(work, participant, ParticipationChange.WITHDRAWAL_UNDONE, why)
    back = work.person(participant.id)
    assert back is not None
    scheduling.plan_cases(work, back)


_MAKE: Mapping[ParticipationChange, Callable[[Work, Participant, LeavingReason], None]] = {
    ParticipationChange.STOPPED: stop,
    ParticipationChange.TAKEN_UP: take_up,
    ParticipationChange.WITHDRAWN: _withdraw,
    ParticipationChange.WITHDRAWAL_UNDONE: _undo_withdrawal,
    ParticipationChange.DIED: _die,
    ParticipationChange.DEATH_UNDONE: _undo_death,
}
