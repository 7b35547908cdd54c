"""What a manager sees: everybody by group and touchpoint with their state, and one person with everything but answers
and contact details."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from surveyapp.domain import normalise
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.entry.doors import PinStanding
from surveyapp.domain.entry.pins import standing_of
from surveyapp.domain.errors import NotFound
from surveyapp.domain.fieldwork.cases import OPENS, Access, Attempt, Case, CaseState
from surveyapp.domain.fieldwork.consequences import DECIDES
from surveyapp.domain.instrument.study import Study, Touchpoint
from surveyapp.domain.participants import (
    CONTACT_FIELDS,
    ConsentGiven,
    Event,
    MergeRecord,
    Participant,
    RelatedPerson,
)
from surveyapp.domain.privacy.held import HeldReferral
from surveyapp.domain.responses import Response
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action, Scope
from surveyapp.services.cases.state import can_be_opened, state_of
from surveyapp.services.participants import contacts
from surveyapp.services.work import Desk, Work
from surveyapp.store import cases, participants, relationships, responses
from surveyapp.store import roster as store
from surveyapp.store.answering import consents as said_of_consent
from surveyapp.store.entry import accesses, pins
from surveyapp.store.mending import merging
from surveyapp.store.privacy import held, reopening
from surveyapp.store.roster import RosterLine

PER_PAGE = 50


@dataclass(frozen=True, kw_only=True)
class RosterEntry:
    """A participant at a touchpoint. `touchpoint` and `state` are None for somebody whom none has come for yet."""

    reference: str
    group: str
    site: str | None
    touchpoint: Touchpoint | None
    state: CaseState | None
    due_at: dt.datetime | None
    submitted_at: dt.datetime | None
    attempts: int


@dataclass(frozen=True, kw_only=True)
class Roster:
    """A page of the list. `counts` is over everybody the staff member may see, whatever the list is narrowed to; its
    keys are touchpoints. `matching` is how many lines the list has in all."""

    study: Study
    people: int
    counts: Mapping[tuple[str, int], Mapping[CaseState, int]]
    without_touchpoint: int
    lines: tuple[RosterEntry, ...]
    matching: int
    page: int
    pages: int


@dataclass(frozen=True)
class Narrowed:
    """What a list is narrowed to. Empty: everybody."""

    group: str = ""
    touchpoint: int | None = None
    state: CaseState | None = None

    def fits(self, line: RosterLine, state: CaseState | None) -> bool:
        return (
            (not self.group or line.group == self.group)
            and (self.touchpoint is None or (line.case is not None and line.case.touchpoint == self.touchpoint))
            and (self.state is None or state is self.state)
        )


@dataclass(frozen=True, kw_only=True)
class PersonCase:
    """One of a person's touchpoints: `case` is None while it has not come. `admits` says whether links and codes open
    it; `live` are those that work now; `can_be_opened`: answers were sent, and may be opened again; `late`: how many
    came too late and wait for that; `referrals`: what came of attempts, of those that whoever looks may decide."""

    touchpoint: Touchpoint
    case: Case | None = None
    state: CaseState | None = None
    response: Response | None = None
    attempts: tuple[Attempt, ...] = ()
    accesses: tuple[Access, ...] = ()
    live: tuple[Access, ...] = ()
    can_be_opened: bool = False
    late: int = 0
    referrals: tuple[HeldReferral, ...] = ()

    @property
    def admits(self) -> bool:
        return self.state in OPENS


@dataclass(frozen=True, kw_only=True)
class Person:
    """A participant without answers and without contact details: only which of those are on record. `pin_set_at`: when
    whoever had their link chose the PIN that is theirs now; `consents_taken_by`: who took each consent, by purpose;
    `related_elsewhere`: relationships that they have to somebody whom whoever looks may not see."""

    study: Study
    participant: Participant
    cases: tuple[PersonCase, ...]
    events: tuple[Event, ...]
    consents: Mapping[str, ConsentGiven]
    consents_taken_by: Mapping[str, str]
    contact_fields: tuple[str, ...]
    pin: PinStanding
    pin_set_at: dt.datetime | None = None
    related: tuple[RelatedPerson, ...] = ()
    related_elsewhere: tuple[str, ...] = ()
    merged: tuple[MergeRecord, ...] = ()


def state_of_line(work: Work, line: RosterLine) -> CaseState | None:
    """Where a line stands now; None while no touchpoint has come."""
    if line.case is None:
        return CaseState.WITHDRAWN if line.withdrawn else None
    return state_of(work, line.case, line.response_state, withdrawn=line.withdrawn, reopened=line.reopened)


def roster(desk: Desk, study_id: str, narrowed: Narrowed = Narrowed(), page: int = 1) -> Roster:
    """Everybody the staff member manages. Two queries, however many people. Raises NotPermitted."""
    scope, study = desk.scope(Action.MANAGE_PARTICIPANTS, study_id), desk.study(study_id)
    with desk.reading() as work:
        everybody = [(line, state_of_line(work, line)) for line in store.lines(work.session, scope)]
        fitting = [(line, state) for line, state in everybody if narrowed.fits(line, state)]
        pages = max(1, -(-len(fitting) // PER_PAGE))
        page = min(max(page, 1), pages)
        shown = fitting[(page - 1) * PER_PAGE : page * PER_PAGE]
        tried = store.attempt_counts(work.session, [line.case.id for line, _ in shown if line.case])
    narrowing = {
        "group": narrowed.group if study.group(narrowed.group) else None,
        "touchpoint": narrowed.touchpoint,
        "state": narrowed.state.value if narrowed.state else None,
    }
    noted: dict[str, Any] = {name: value for name, value in narrowing.items() if value is not None}
    desk.note(AuditAction.PARTICIPANTS_SEEN, study=study_id, page=page, **noted)
    return Roster(
        study=study,
        people=len({line.participant_id for line, _ in everybody}),
        counts=_counts(everybody),
        without_touchpoint=sum(line.case is None for line, _ in everybody),
        lines=tuple(_line(study, line, state, tried) for line, state in shown),
        matching=len(fitting),
        page=page,
        pages=pages,
    )


def _counts(everybody: Iterable[tuple[RosterLine, CaseState | None]]) -> dict[tuple[str, int], Counter[CaseState]]:
    counts: dict[tuple[str, int], Counter[CaseState]] = {}
    for line, state in everybody:
        if line.case is not None and state is not None:
            counts.setdefault((line.group, line.case.touchpoint), Counter())[state] += 1
    return counts


def _line(study: Study, line: RosterLine, state: CaseState | None, tried: Mapping[uuid.UUID, int]) -> RosterEntry:
    group = study.group(line.group)
    touchpoint = study.touchpoint(line.group, line.case.touchpoint) if line.case else None
    return RosterEntry(
        reference=line.reference,
        group=group.title if group else line.group,
        site=line.site,
        touchpoint=touchpoint,
        state=state,
        due_at=line.case.due_at if line.case else None,
        submitted_at=line.submitted_at,
        attempts=tried.get(line.case.id, 0) if line.case else 0,
    )


def find(desk: Desk, action: Action, study_id: str, written: str) -> list[str]:
    """References of the people whom these words may mean, among those that the actor may see for an action: the one
    whose reference it is, or else everybody whose phone number, e-mail address or beginnings of names they are, or else
    whose reference has them in it. Nothing written finds nobody. The search enters the audit trail without its words.
    Raises NotPermitted."""
    scope = desk.scope(action, study_id)
    wanted = normalise.code(written).casefold()
    if not wanted:
        return []
    with desk.writing() as work:
        references = participants.references_in(work.session, scope)
        found = (
            [each for each in references if each.casefold() == wanted]
            or contacts.find(work, scope, written)
            or [each for each in references if wanted in each.casefold()]
            or _merged(work, scope, wanted)
        )
        work.record(AuditAction.SEARCHED, study=study_id, found=len(found))
    return found


def _merged(work: Work, scope: Scope, wanted: str) -> list[str]:
    """Who somebody is now who had this reference."""
    found = merging.kept_reference(work.session, scope.study, wanted.upper())
    return [found] if found in participants.references_in(work.session, scope) else []


def those(desk: Desk, action: Action, study_id: str, references: Iterable[str]) -> frozenset[str]:
    """Of these people, by their references, those of whom the actor may do something: for a page that leads on to it.
    None where they may do it of nobody."""
    if not desk.may(action, study_id):
        return frozenset()
    with desk.reading() as work:
        return frozenset(relationships.by_reference(work.session, desk.scope(action, study_id), references))


def person(desk: Desk, study_id: str, reference: str) -> Person:
    """One participant and where they stand at each touchpoint. Raises NotPermitted, NotFound."""
    scope, study = desk.scope(Action.MANAGE_PARTICIPANTS, study_id), desk.study(study_id)
    with desk.reading() as work:
        session = work.session
        participant = participants.participant_by_reference(session, scope, reference, work.today(study))
        if participant is None:
            raise NotFound(say("no_participant", reference=reference))
        there = {case.touchpoint: case for case in cases.cases_of(session, participant.id)}
        lines = []
        referred = held.referrals(session, participant.id)
        seen = {kind for kind, action in DECIDES.items() if desk.may_of(action, participant)}
        for touchpoint in study.touchpoints_of(participant.group):
            case = there.get(touchpoint.number)
            if case is None:
                lines.append(PersonCase(touchpoint=touchpoint))
                continue
            response = responses.response_of(session, case.id)
            given = tuple(accesses.accesses_of(session, case.id))
            attempts = tuple(cases.attempts_of(session, case.id))
            lines.append(
                PersonCase(
                    touchpoint=touchpoint,
                    case=case,
                    state=state_of(work, case, response, withdrawn=participant.withdrawn_at is not None),
                    response=response,
                    attempts=attempts,
                    referrals=tuple(
                        referred[each.id] for each in attempts if each.id in referred and referred[each.id].kind in seen
                    ),
                    accesses=given,
                    live=tuple(each for each in given if each.works(work.now, case)),
                    can_be_opened=participant.withdrawn_at is None and can_be_opened(work, case, response),
                    late=len(reopening.late_variables(session, response)) if response else 0,
                )
            )
        contact = participants.contact(session, participant.id)
        pin = pins.pin_of(session, participant.id)
        found = Person(
            study=study,
            participant=participant,
            cases=tuple(lines),
            events=tuple(participants.events(session, participant.id)),
            consents=said_of_consent.last_said(session, participant.id),
            consents_taken_by=said_of_consent.last_taken_by(session, participant.id),
            contact_fields=tuple(name for name in CONTACT_FIELDS if name in contact),
            pin=standing_of(pin, work.now),
            pin_set_at=pin.set_at if pin is not None and pin.once_until is None else None,
            related=tuple(relationships.related_to(session, scope, participant.id)),
            related_elsewhere=tuple(
                relationship
                for (relationship, _), other in relationships.partners(session, scope, [participant.id]).items()
                if other is None
            ),
            merged=tuple(merging.of_person(session, participant.id)),
        )
    desk.note(AuditAction.PERSON_SEEN, found.participant.reference, study=study_id)
    return found
