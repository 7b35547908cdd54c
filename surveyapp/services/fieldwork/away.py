"""A day on the spot without a signal: what a tablet is given beforehand, and what it sends afterwards.

Beforehand the session of staff is locked for the day, as when the tablet is in somebody's hands: without a signal it
could not be locked then. What is given are names, references and what a survey is asked with; no phone number, no
earlier answer, no words that texts quote.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import enum
import secrets
import uuid
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from surveyapp.domain.answering.saves import DeviceMoment, LanguageTag, SentSave, StorableName
from surveyapp.domain.audit import AuditAction, ByLink, System
from surveyapp.domain.entry.doors import Familiarity
from surveyapp.domain.errors import AlreadySubmitted, ShiftlineError, StateRefused, Unfinished
from surveyapp.domain.fieldwork.cases import AccessKind, CaseState
from surveyapp.domain.fieldwork.days import end_of
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.responses import Response, ResponseState
from surveyapp.domain.security.spot_days import SpotDay
from surveyapp.domain.sentences import say
from surveyapp.domain.web_sessions import WebSession
from surveyapp.services.fieldwork import spot_days, tablets
from surveyapp.services.fieldwork.spot_days import SpotPerson
from surveyapp.services.responses import answering, local_saves, survey_session
from surveyapp.services.responses.local_saves import NoSave
from surveyapp.services.responses.survey_session import Visit
from surveyapp.services.runtime import Runtime
from surveyapp.services.security import boxes
from surveyapp.services.security.boxes import BoxUnreadable, SealedBox
from surveyapp.services.work import Desk, Work
from surveyapp.store import cases, participants, questionnaire_versions, responses
from surveyapp.store.calling import spot
from surveyapp.store.database import new_id
from surveyapp.store.entry import accesses
from surveyapp.store.security import web_sessions

NOT_BEGUN = frozenset({CaseState.OPEN, CaseState.OVERDUE})
"""Who can be asked without a signal: what others have begun is not known there."""

ACCESS_LIVES = dt.timedelta(minutes=10)
"""How long the access lives by which what was sealed is saved; it is removed at once."""


@dataclass(frozen=True, kw_only=True)
class AwayPerson:
    """Somebody as a tablet is given them: `ticket`: what it hands back with their answers; `visit`: where they would be
    if they began now, not stored."""

    person: SpotPerson
    ticket: str = field(repr=False)
    visit: Visit


@dataclass(frozen=True, kw_only=True)
class AwayDay:
    """What a tablet is given. `key`: what it seals with."""

    day: SpotDay
    people: tuple[AwayPerson, ...]
    key: tuple[str, str]


def instrument(desk: Desk, session: WebSession, study_id: str, language: str) -> tuple[Study, Questionnaire]:
    """What is asked on a day, in a language. Raises NoSpotDay, NotPermitted, NotFound, StateRefused."""
    with desk.reading() as work:
        day = spot_days.day_in(work, desk, session, study_id)
        study = work.runtime.study_in(work.runtime.study(study_id), language)
        return study, _instrument(work, study, day, language)


def _instrument(work: Work, study: Study, day: SpotDay, language: str) -> Questionnaire:
    touchpoint = study.touchpoint(day.group, day.touchpoint)
    name = touchpoint.questionnaire if touchpoint else ""
    version = questionnaire_versions.open_version(work.session, study.id, name)
    if version is None:
        raise StateRefused(say("nothing_open_yet", name=name))
    return work.runtime.instrument_in(work.session, study, name, version, language)


def go(desk: Desk, session: WebSession, study_id: str, typed: str) -> AwayDay:
    """Locks the session, for whoever knows the PIN of the day, and gives what the day needs. Raises InputRefused
    (`pin`), NoSpotDay, NotPermitted, NotFound, StateRefused."""
    tablets.check_pin(desk, session, study_id, typed)
    listed = spot_days.people(desk, session, study_id)
    with desk.writing() as work:
        day = spot_days.day_in(work, desk, session, study_id)
        source = work.runtime.study(study_id)
        questionnaire = _instrument(work, source, day, source.source_language)
        waiting = [each for each in listed.here + listed.expected if each.waits and each.state in NOT_BEGUN]
        people = tuple(_person(work, source, questionnaire, day, each) for each in waiting)
        if not web_sessions.lend(work.session, session.id, day.ends_at):
            raise StateRefused(say("tablet_lent"))
        references = [each.reference for each in waiting]
        work.record(AuditAction.SPOT_FETCHED, study=study_id, count=len(references), references=references)
    return AwayDay(day=day, people=people, key=boxes.public_key(desk.runtime.keyring))


def _person(work: Work, study: Study, questionnaire: Questionnaire, day: SpotDay, person: SpotPerson) -> AwayPerson:
    someone = participants.participant(work.session, person.case.participant_id, work.today(study))
    touchpoint = study.touchpoint(day.group, day.touchpoint)
    assert someone is not None
    assert touchpoint is not None
    seed = responses.seed_of(work.session, someone.id) or secrets.randbits(31)
    situation = survey_session.situation_of(work, someone, day.touchpoint, questionnaire)
    visit = Visit(
        study=study,
        touchpoint=touchpoint,
        participant=someone,
        case=person.case,
        state=person.state,
        consents={},
        language=study.source_language,
        response=Response(
            id=new_id(),
            case_id=person.case.id,
            questionnaire=questionnaire.id,
            version=questionnaire.version,
            state=ResponseState.STARTED,
            revision=0,
            seed=seed,
            started_at=work.now,
        ),
        questionnaire=questionnaire,
        given={},
        situation=situation,
    )
    content = {
        "case": person.case.id.hex,
        "staff": day.staff_id.hex,
        "session": day.session_id.hex,
        "seed": seed,
        "at": work.now.isoformat(),
    }
    return AwayPerson(person=person, ticket=boxes.note(work.runtime.keyring, content), visit=visit)


class AwayAnswers(BaseModel):
    """What is in a box: whose it is (`ticket`), what they agreed to and when, each page as it was answered, and whether
    they sent all of it."""

    model_config = ConfigDict(frozen=True)

    ticket: Annotated[str, Field(max_length=1000)]
    language: LanguageTag
    at: DeviceMoment
    agreed: Annotated[dict[StorableName, bool], Field(max_length=50)]
    saves: Annotated[list[SentSave], Field(max_length=500)] = Field(default_factory=list)
    send: bool = False


class BoxFate(enum.StrEnum):
    """What became of a box: taken, whatever became of each save in it; not wanted any more; or refused for now."""

    TAKEN = "taken"
    GONE = "gone"
    REFUSED = "refused"


def receive(runtime: Runtime, sent: bytes) -> BoxFate:
    """Opens a box and saves what is in it as if it came from a device of theirs: a save that is known is dropped, one
    that somebody else's answer stands against is kept beside it. The same box again changes nothing. Nobody has to be
    signed in: who may answer is in the ticket. Raises BoxUnreadable."""
    try:
        answers = AwayAnswers.model_validate_json(boxes.opened(runtime.keyring, SealedBox.model_validate_json(sent)))
        told = boxes.read_note(runtime.keyring, answers.ticket)
    except ValidationError as error:
        raise BoxUnreadable("It holds no answers.") from error
    who = _let_in(runtime, told, answers)
    if who is None:
        return BoxFate.GONE
    try:
        return _save(runtime, who, told, answers)
    except StateRefused:
        return BoxFate.REFUSED
    except ShiftlineError:
        return BoxFate.GONE
    finally:
        _let_out(runtime, who, told, answers)


def _let_in(runtime: Runtime, told: dict[str, Any], answers: AwayAnswers) -> ByLink | None:
    """An access of theirs for this alone, and on its day that they have come; None where nothing of theirs is wanted
    any more."""
    with Desk(runtime, System()).writing() as work:
        case = cases.locked_case(work.session, uuid.UUID(told["case"]))
        someone = work.person(case.participant_id) if case else None
        if case is None or someone is None or someone.withdrawn_at is not None or someone.deceased_at is not None:
            return None
        access = accesses.new_access(case.id, AccessKind.LINK, work.now, work.now + ACCESS_LIVES, claim=False)
        accesses.add_access(work.session, access, f"box {access.id.hex}")
        said_at = _said_at(told, answers, work.now)
        zone = work.runtime.zone(work.runtime.study(someone.study))
        if (until := end_of(_given_at(told).astimezone(zone).date(), zone)) > work.now:
            spot.mark_arrived(work.session, case.id, said_at, until)
        if case.on_their_own_of is None and responses.response_of(work.session, case.id) is None:
            cases.set_on_their_own(work.session, case.id, work.now, uuid.UUID(told["staff"]))
        return ByLink(access_id=access.id, language=answers.language, by=Familiarity.PROVEN)


def _given_at(told: dict[str, Any]) -> dt.datetime:
    return dt.datetime.fromisoformat(told["at"])


def _said_at(told: dict[str, Any], answers: AwayAnswers, now: dt.datetime) -> dt.datetime:
    """When they said whether they take part: since the tablet was given the day, whatever its clock says."""
    return min(max(answers.at, _given_at(told)), now)


def _save(runtime: Runtime, who: ByLink, told: dict[str, Any], answers: AwayAnswers) -> BoxFate:
    said_at = _said_at(told, answers, runtime.clock())
    # Where they have sent theirs meanwhile, these are kept to correct them with.
    with contextlib.suppress(AlreadySubmitted):
        visit = answering.give_consent(runtime, who, answers.agreed, said_at=said_at, seed=int(told["seed"]))
        if not visit.consented:
            return BoxFate.TAKEN
    for save in answers.saves:
        try:
            local_saves.receive(runtime, dataclasses.replace(who, language=save.language), save)
        except NoSave:
            continue
    if answers.send:
        # Where more is asked than the tablet knew, what is there is kept, and the rest is theirs to answer.
        with contextlib.suppress(Unfinished):
            answering.submit(runtime, who)
    return BoxFate.TAKEN


def _let_out(runtime: Runtime, who: ByLink, told: dict[str, Any], answers: AwayAnswers) -> None:
    """Ends what let them in. Whether they began on this tablet is kept for the day: handed it again they go on."""
    with Desk(runtime, System()).writing() as work:
        accesses.remove(work.session, who.access_id)
        case = cases.locked_case(work.session, uuid.UUID(told["case"]))
        if case is not None and case.on_their_own_of is not None and case.on_their_own_of.hex == told["staff"]:
            cases.set_on_their_own(work.session, case.id, None, None)
        # Tickets of before say nothing of the session.
        if case is not None and "session" in told:
            saves = {each.save for each in answers.saves}
            spot.note_begun_by(work.session, case.id, saves, uuid.UUID(told["session"]))
