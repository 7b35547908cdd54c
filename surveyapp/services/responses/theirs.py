"""What somebody sees of what is theirs by their own link, where it opens that, and what they do with it: each consent
changed, what is held taken along, stopping, withdrawing, erasing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from surveyapp.domain.audit import AuditAction, ByLink
from surveyapp.domain.entry.doors import READS_ANSWERS, Familiarity, takes_pin
from surveyapp.domain.errors import DoorShut, InputRefused, StateRefused
from surveyapp.domain.fieldwork.call_queue import unkept
from surveyapp.domain.fieldwork.call_stand import DecisionKind
from surveyapp.domain.fieldwork.call_wishes import WEEKDAY_HOURS, WEEKEND_HOURS, within_call_hours
from surveyapp.domain.fieldwork.cases import ANSWERABLE, CaseState
from surveyapp.domain.instrument.consent.purposes import Governs
from surveyapp.domain.participants import ConsentGiven
from surveyapp.domain.privacy.held import HeldRecord
from surveyapp.domain.privacy.leaving import LeavingReason, ParticipationChange, open_changes
from surveyapp.domain.privacy.retention import KeptThing
from surveyapp.domain.responses import CorrectionReason
from surveyapp.domain.sentences import Sentence, say
from surveyapp.services.cases import consents, standing
from surveyapp.services.cases.agreed_times import AgreedTime, agreed_moment
from surveyapp.services.privacy import erasing, leaving, retention, subject_access
from surveyapp.services.responses import survey_session
from surveyapp.services.responses.survey_session import Visit
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk, Work
from surveyapp.store import cases, participants, responses
from surveyapp.store.privacy import reopening

BY_THEMSELVES = (
    ParticipationChange.STOPPED,
    ParticipationChange.TAKEN_UP,
    ParticipationChange.WITHDRAWN,
    ParticipationChange.ERASED,
)
"""What somebody does about their part in a study without asking anybody."""

FOR_WHOEVER_PROVED_IT = frozenset({ParticipationChange.ERASED})
"""What cannot be taken back needs more than a browser that they began in: their PIN."""


@dataclass(frozen=True, kw_only=True)
class Theirs:
    """What is theirs, as a page shows it. `sent`: when they sent something, oldest first; `changes`: what they can do
    about their part; `proven`: whether they gave their PIN, without which nothing is taken along or erased, `provable`:
    whether they can give it now; `kept`: until when what is held of them is, where the study says; `callable`: whether
    they can ask for a call, `called_at`: when they are called, where a time was agreed that can be kept."""

    visit: Visit
    sent: tuple[dt.datetime, ...]
    changes: tuple[ParticipationChange, ...]
    proven: bool
    provable: bool
    kept: Mapping[KeptThing, dt.date]
    callable: bool
    called_at: dt.datetime | None


@dataclass(frozen=True, kw_only=True)
class WaysOut:
    """How somebody leaves with nothing but a choice. `undone_for`: days in which a withdrawal can be undone; None: the
    study does not say."""

    ways: tuple[ParticipationChange, ...]
    undone_for: int | None


def ways_out(here: Visit) -> WaysOut:
    """Whoever they are: that they may take one is asked when they do."""
    person, rule = here.participant, here.study.retention
    possible = open_changes(person.stopped_at, person.withdrawn_at, person.deceased_at)
    ways = tuple(each for each in possible if each in BY_THEMSELVES and each not in FOR_WHOEVER_PROVED_IT)
    return WaysOut(ways=ways, undone_for=None if rule is None else rule.withdrawn_days)


def see(runtime: Runtime, who: ByLink) -> Theirs:
    """What is theirs. Raises DoorShut where their link does not open it, AccessRefused."""
    with Desk(runtime, who).reading() as work:
        here = _known(survey_session.visit_in(work, who), who)
        person = here.participant
        found = (responses.response_of(work.session, each.id) for each in cases.cases_of(work.session, person.id))
        sent = sorted(each.submitted_at for each in found if each is not None and each.submitted_at is not None)
        proven = who.by is Familiarity.PROVEN
        possible = open_changes(person.stopped_at, person.withdrawn_at, person.deceased_at)
        return Theirs(
            visit=here,
            sent=tuple(sent),
            changes=tuple(each for each in possible if each in BY_THEMSELVES),
            proven=proven,
            provable=takes_pin(here.door, who.by, here.pin),
            kept=retention.person_until(work, runtime.study(person.study), person.id),
            callable=_can_be_called(work, here),
            called_at=_called_at(work, here),
        )


def _called_at(work: Work, here: Visit) -> dt.datetime | None:
    at = here.case.next_at
    return None if at is None or unkept(here.case, here.state, at, work.now) is not None else at


def consent(runtime: Runtime, who: ByLink, said: Mapping[str, bool]) -> None:
    """Takes what they say now of purposes that are theirs to refuse, and does what follows. What they said before of
    one that is not named here stands. To take back what is required is to withdraw. Raises DoorShut, AccessRefused."""
    with Desk(runtime, who).writing() as work:
        here = _locked(work, who)
        new = [
            ConsentGiven(purpose.id, purpose.version, said[purpose.id], work.now)
            for purpose in here.study.consent
            if purpose.governs is not Governs.TAKE_PART and purpose.id in said
            if (before := here.consents.get(purpose.id)) is None
            or (before.given, before.version) != (said[purpose.id], purpose.version)
        ]
        if new:
            consents.record(work, here.study, here.participant, new, who.mode)
            consents.follow(work, here.study, here.participant)


def change(runtime: Runtime, who: ByLink, wanted: ParticipationChange) -> None:
    """Does at once what they want of their part in the study; what is so already changes nothing. Raises DoorShut,
    AccessRefused, and StateRefused for what cannot be, or not by them."""
    with Desk(runtime, who).writing() as work:
        here = _locked(work, who)
        person = here.participant
        possible = open_changes(person.stopped_at, person.withdrawn_at, person.deceased_at)
        if wanted in FOR_WHOEVER_PROVED_IT and who.by is not Familiarity.PROVEN:
            raise DoorShut(here.door)
        if wanted is ParticipationChange.STOPPED and person.stopped_at is not None and person.deceased_at is None:
            return
        if wanted not in possible or wanted not in BY_THEMSELVES:
            raise StateRefused(say("change_not_open", reference=person.reference))
        if wanted is ParticipationChange.ERASED:
            erasing.erase(work, person)
        else:
            back = wanted is ParticipationChange.TAKEN_UP
            leaving.make(work, person, wanted, LeavingReason.CHANGED_MIND if back else LeavingReason.NOT_SAID)


def ask_for_a_call(runtime: Runtime, who: ByLink, at: dt.datetime | None) -> dt.datetime:
    """Has them called at a time of the study's clock (no zone), and returns the moment. It goes before what was decided
    of calling them, and before a no to being contacted again: they ask for it. Raises DoorShut, AccessRefused,
    StateRefused where there is nothing to be called about or no number, and InputRefused, also for a time at which
    nobody is there to call."""
    with Desk(runtime, who).writing() as work:
        here = _locked(work, who)
        if not _can_be_called(work, here):
            state = here.state if here.case.paused_at is None else CaseState.PAUSED
            raise StateRefused(say("answers_not_taken", state=state))
        if at is None:
            raise InputRefused(say("call_time_missing"), "agreed")
        moment = agreed_moment(work, here.study, AgreedTime(at, later=False), here.case)
        if not within_call_hours(at):
            raise InputRefused(_outside_hours(), "agreed")
        cases.set_next(work.session, here.case.id, moment)
        standing.decided(work, here.study, here.case.id, DecisionKind.IN_TOUCH)
        person = here.participant
        work.record(AuditAction.CALL_ASKED_FOR, person.reference, study=person.study, touchpoint=here.case.touchpoint)
        return moment


def _outside_hours() -> Sentence:
    weekday, weekend = ([f"{each:%H:%M}" for each in hours] for hours in (WEEKDAY_HOURS, WEEKEND_HOURS))
    return say(
        "call_time_hours",
        begins=weekday[0],
        ends=weekday[1],
        weekend_begins=weekend[0],
        weekend_ends=weekend[1],
    )


def _can_be_called(work: Work, here: Visit) -> bool:
    """Whether somebody would call them. Of a touchpoint that is paused nobody calls, though what was begun goes on."""
    reachable = "phone" in participants.contact(work.session, here.participant.id)
    called = here.state in ANSWERABLE and here.case.paused_at is None
    return reachable and called and here.participant.stopped_at is None and not here.submitted


def correct(runtime: Runtime, who: ByLink) -> None:
    """Opens what they sent, to be corrected and sent again; open already, by them or by staff, nothing changes. What
    was sent counts until then, and when it was first sent stays. Raises DoorShut without their PIN, AccessRefused, and
    StateRefused once the study's time for it is over."""
    with Desk(runtime, who).writing() as work:
        here = _locked(work, who)
        if who.by is not Familiarity.PROVEN:
            raise DoorShut(here.door)
        if not here.submitted:
            return
        if here.correctable_until is None:
            raise StateRefused(say("correction_over"))
        assert here.response is not None
        why = CorrectionReason.BY_THEMSELVES
        reopening.reopen(work.session, here.response, why, None, work.now)
        person, touchpoint = here.participant, here.case.touchpoint
        work.record(
            AuditAction.RESPONSE_REOPENED, person.reference, study=person.study, touchpoint=touchpoint, why=why.value
        )


def take_along(runtime: Runtime, who: ByLink) -> HeldRecord:
    """All that is held of them, in the language they read. Raises DoorShut without their PIN, AccessRefused."""
    with Desk(runtime, who).writing() as work:
        here = _known(survey_session.visit_in(work, who), who)
        if who.by is not Familiarity.PROVEN:
            raise DoorShut(here.door)
        made = subject_access.record_of(work, here.participant, here.language)
        work.record(
            AuditAction.RECORD_GIVEN_OUT,
            here.participant.reference,
            study=here.participant.study,
            language=made.language,
        )
        return made


def _locked(work: Work, who: ByLink) -> Visit:
    return _known(survey_session.visit_in(work, who, lock=True), who)


def _known(here: Visit, who: ByLink) -> Visit:
    if here.door not in READS_ANSWERS or who.by is Familiarity.STRANGE:
        raise DoorShut(here.door)
    return here
