"""Answering a questionnaire, by a participant or with an interviewer: consent, saves, going back, handing in.

Both go through the same functions and so the same rules; who answers is a `Who`, and where they are a `Visit`.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import secrets
import uuid
from collections.abc import Collection, Mapping, Sequence

from surveyapp.domain.answers import Answer, Mode, said_in_passing
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.entry.doors import Door
from surveyapp.domain.errors import (
    AlreadySubmitted,
    AnswerFault,
    AnswersRefused,
    ConsentMissing,
    DoorShut,
    NotFound,
    NotOnRoute,
    ShiftlineError,
    StateRefused,
    Unfinished,
)
from surveyapp.domain.fieldwork.cases import ANSWERABLE, Attempt, Disposition, Outcome
from surveyapp.domain.instrument.kinds import KINDS, Form, SkipRule
from surveyapp.domain.instrument.routing import NOT_ASKED, pages_of, walk
from surveyapp.domain.participants import ConsentGiven
from surveyapp.domain.responses import Response, ResponseState
from surveyapp.domain.sentences import say
from surveyapp.services.cases import consents
from surveyapp.services.cases.scheduling import plan_cases
from surveyapp.services.responses import saving
from surveyapp.services.responses.saving import Entered, Saved
from surveyapp.services.responses.survey_session import ByInterviewer, Visit, Who, visit_in
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk, Work
from surveyapp.store import cases, questionnaire_versions, responses
from surveyapp.store.answering.standing import Arrived
from surveyapp.store.database import new_id
from surveyapp.store.privacy import reopening


def give_consent(
    runtime: Runtime,
    who: Who,
    agreed: Mapping[str, bool],
    *,
    said_at: dt.datetime | None = None,
    seed: int | None = None,
) -> Visit:
    """Records what was said of each purpose and, once those required are agreed to, begins the response on the version
    that is open. Saying the same again records nothing new. `said_at` and `seed`: when it was said, and the order in
    which options were shown, where that was before it came here. Raises StateRefused outside the window."""
    with Desk(runtime, who.actor).writing() as work:
        before = visit_in(work, who, lock=True)
        _check_answerable(before)
        new = {}
        for purpose in before.study.consent:
            said = before.consents.get(purpose.id)
            given = agreed.get(purpose.id, False)
            if said is None or said.given != given or said.version != purpose.version:
                new[purpose.id] = ConsentGiven(purpose.id, purpose.version, given, said_at or work.now)
        consents.record(work, before.study, before.participant, new.values(), who.mode)
        all_said = {**before.consents, **new}
        after = dataclasses.replace(before, consents=all_said)
        if after.consented and after.response is None:
            _begin(work, after, seed)
        if before.study.declined_contact_at(all_said) != before.participant.declined_contact_at:
            consents.follow(work, before.study, before.participant)
        return visit_in(work, who)


class MovedMeanwhile(ShiftlineError):
    """The page was shown of another version than is answered now: its words and options are not those of this one."""


def save_page(
    runtime: Runtime,
    who: Who,
    page_id: str,
    form: Form,
    save_id: uuid.UUID,
    client_at: dt.datetime | None = None,
    found: Arrived | None = None,
    seen: Sequence[uuid.UUID | None] | None = None,
    passing: bool = False,
    version: int | None = None,
) -> Saved:
    """Stores one page's answers: history appended, current answers replaced, all in one transaction.

    The same form sent again changes nothing. `found`: where they stand, if that was read already; `seen`: of each part
    of the page the save whose answer was on the screen, so that a newer one is not written over in silence; `passing`:
    the form was sent by going elsewhere than on; `version`: of the questionnaire, in which it was asked (None: not
    known). Raises AnswersRefused (nothing stored), NotOnRoute, AlreadySubmitted, StateRefused, and MovedMeanwhile where
    they answer another version by now.
    """

    def work_out(work: Work, found: Arrived | None) -> saving.Planned[Saved]:
        before = visit_in(work, who, found=found, client_ids={save_id, *filter(None, seen or ())})
        _check_answerable(before)
        _check_consented(before)
        _check_version(before, version)
        page = before.ready[1].page(page_id)
        if page is None:
            frontier = before.ready[1].frontier
            raise NotOnRoute(frontier.id if frontier else None)
        parsed = KINDS[page.question.kind].parse(page.parts, form, _skip_rule(who))
        if parsed.faults:
            raise AnswersRefused(tuple(parsed.faults))
        answers = said_in_passing(parsed.answers, before.given or {}) if passing else parsed.answers
        keys = [part.key for part in page.parts]
        entered = Entered(
            section=page.section.id,
            page=page.id,
            answers=answers,
            save_id=save_id,
            client_at=client_at,
            over=None if seen is None else dict(zip(keys, seen, strict=False)),
        )
        return saving.plan(work, who, before, entered)

    return saving.carry_out(runtime, who, work_out, found)


def _check_version(visit: Visit, version: int | None) -> None:
    if version not in (None, visit.begun[1].version):
        raise MovedMeanwhile(f"Version {version} is not the one that is answered now.")


def save_section(
    runtime: Runtime,
    who: ByInterviewer,
    section_id: str,
    form: Form,
    save_id: uuid.UUID,
    *,
    finish: bool,
    shown: Collection[str] | None = None,
    version: int | None = None,
) -> Saved:
    """Stores an interviewer's screen: every variable of a section that has something posted.

    With `finish`, questions left empty are faults where an answer is required, and skipped where it is not; but what
    can be stored is stored either way, so that stopping half-way loses nothing. `shown` says which pages were on the
    screen (None: all): one that only these answers bring up was never asked, so it is neither. Raises AnswersRefused
    after storing, NotFound for a section that the questionnaire does not have, and MovedMeanwhile where the screen was
    shown of another `version` than is answered now (None: not known).
    """
    with Desk(runtime, who.actor).writing() as work:
        before = visit_in(work, who, lock=True)
        _check_answerable(before)
        _check_consented(before)
        _check_version(before, version)
        saved, faults = save_section_in(work, who, before, section_id, form, save_id, finish=finish, shown=shown)
    if faults:
        raise AnswersRefused(faults)
    return saved


def save_section_in(
    work: Work,
    who: Who,
    before: Visit,
    section_id: str,
    form: Form,
    save_id: uuid.UUID,
    *,
    finish: bool,
    shown: Collection[str] | None = None,
) -> tuple[Saved, tuple[AnswerFault, ...]]:
    """`save_section` inside the caller's unit of work, after a visit that holds the lock: what was saved, and what is
    wrong with the rest."""
    questionnaire, _, _ = before.ready
    if not any(section.id == section_id for section in questionnaire.sections):
        raise NotFound(say("no_section", questionnaire=questionnaire.title, section=section_id))
    answers: dict[str, Answer] = {}
    faults: list[AnswerFault] = []
    posted = saving.filled_in(form)
    for page in (page for page in pages_of(questionnaire) if page.section.id == section_id):
        parsed = KINDS[page.question.kind].parse(page.parts, form, _skip_rule(who))
        left_empty = finish and (shown is None or page.id in shown)
        answers.update({key: each for key, each in parsed.answers.items() if left_empty or key in posted})
        faults.extend(fault for fault in parsed.faults if left_empty or fault.code != "required")
    given = {key: each.answer for key, each in (before.given or {}).items()}
    reached = walk(questionnaire, given | answers, before.situation)
    asked = {part.key for page in reached.pages if page.section.id == section_id for part in page.parts}
    kept = {key: answer for key, answer in answers.items() if key in asked and key in reached.answers}
    entered = Entered(section=section_id, page=section_id, answers=kept, save_id=save_id, client_at=None)
    saved = saving.carry_out_in(work, who, saving.plan(work, who, before, entered))
    return saved, tuple(fault for fault in faults if fault.variable in asked)


def submit(runtime: Runtime, who: Who) -> None:
    """Hands the response in and opens what follows from it. Handing in twice is the same as once. Raises Unfinished
    with the first page still to answer."""
    with Desk(runtime, who.actor).writing() as work:
        _hand_in(work, who)


def submit_in(work: Work, who: Who) -> tuple[Visit, bool]:
    """`submit` inside the caller's unit of work: the visit, and whether this was what handed it in."""
    anew = _hand_in(work, who)
    work.session.expire_all()
    return visit_in(work, who), anew


def _hand_in(work: Work, who: Who) -> bool:
    """Whether this was what handed it in."""
    before = visit_in(work, who, lock=True)
    if before.submitted:
        return False
    _check_answerable(before)
    _check_consented(before)
    _, route, response = before.ready
    if route.frontier is not None:
        raise Unfinished(route.frontier.id)
    if response.reopened_at is not None:
        _send_again(work, before)
    else:
        responses.submit(work.session, response.id, work.now)
    if before.case.on_their_own_of is not None and who.mode is Mode.SELF:
        _close_call(work, before)
    cases.complete(work.session, before.case.id)
    work.session.flush()
    plan_cases(work, before.participant)
    return True


def _close_call(work: Work, before: Visit) -> None:
    """The call in which they went on by themselves ends as complete, and its hold with it."""
    case, staff_id = before.case, before.case.on_their_own_of
    assert staff_id is not None
    attempt = Attempt(
        id=new_id(),
        case_id=case.id,
        staff_id=staff_id,
        staff_name=None,
        at=work.now,
        outcome=Outcome.COMPLETED,
        mode=Mode.SELF,
    )
    cases.add_attempt(work.session, attempt)
    cases.release_lease(work.session, case.id, staff_id)
    work.record(
        AuditAction.ATTEMPT_RECORDED,
        before.participant.reference,
        study=before.study.id,
        touchpoint=case.touchpoint,
        outcome=attempt.outcome.value,
        mode=attempt.mode.value,
    )


def _skip_rule(who: Who) -> SkipRule:
    return SkipRule.INTERVIEWER if isinstance(who, ByInterviewer) else SkipRule.NOBODY


def _check_answerable(visit: Visit) -> None:
    if visit.submitted:
        raise AlreadySubmitted("These answers were handed in; thank you. They can no longer be changed here.")
    if visit.state not in ANSWERABLE:
        raise StateRefused(say("answers_not_taken", state=visit.state))
    if visit.door is not Door.QUESTIONS:
        raise DoorShut(visit.door)


def _check_consented(visit: Visit) -> None:
    """Consent can be taken back, and its wording can change, while a response is under way."""
    if not visit.consented:
        raise ConsentMissing("Consent to take part comes before every answer.")


def _begin(work: Work, visit: Visit, seed: int | None = None) -> None:
    """Starts the response on the newest open version. It keeps that version to the end.

    Options come in the order this person had before: were it drawn anew, part of a change would be the order's.
    """
    version = questionnaire_versions.open_version(work.session, visit.study.id, visit.touchpoint.questionnaire)
    if version is None:
        raise StateRefused(say("nothing_open_yet", name=visit.touchpoint.questionnaire))
    responses.add_response(
        work.session,
        Response(
            id=new_id(),
            case_id=visit.case.id,
            questionnaire=visit.touchpoint.questionnaire,
            version=version,
            state=ResponseState.STARTED,
            revision=0,
            seed=responses.seed_of(work.session, visit.participant.id) or seed or secrets.randbits(31),
            started_at=work.now,
        ),
    )
    if visit.case.disposition in (Disposition.UNKNOWN, Disposition.NON_CONTACT, Disposition.OTHER):
        cases.set_disposition(work.session, visit.case, Disposition.PARTIAL)


def _send_again(work: Work, visit: Visit) -> None:
    """Takes answers that were opened again as sent: only now do the corrections count."""
    _, route, response = visit.ready
    given = visit.given or {}
    if given:
        newest = max(given.values(), key=lambda each: (each.recorded_at, each.save_id)).save_id
        sources = {key: each.save_id for key, each in given.items()}
        asked = {**dict.fromkeys(route.not_asked, NOT_ASKED), **route.answers}
        responses.replace_answers(work.session, response.id, newest, asked, sources)
    reopening.send_again(work.session, response.id, work.now)
    work.record(
        AuditAction.RESPONSE_SENT_AGAIN,
        visit.participant.reference,
        study=visit.study.id,
        touchpoint=visit.touchpoint.number,
    )
