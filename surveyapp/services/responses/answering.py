"""Answering a questionnaire, by a participant or with an interviewer: consent, saves, going back, handing in.

Both go through the same functions and so the same rules; who answers is a `Who`, and where they are a `Visit`.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import secrets
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from surveyapp.domain.answers import Answer, Answers, Text
from surveyapp.domain.audit import AuditAction, ByLink
from surveyapp.domain.entry.doors import Door, PinStanding
from surveyapp.domain.entry.pins import Pin
from surveyapp.domain.errors import (
    AlreadySubmitted,
    AnswerFault,
    AnswersRefused,
    ConsentMissing,
    DatabaseFault,
    DatabaseUnavailable,
    DoorShut,
    NotFound,
    NotOnRoute,
    StateRefused,
    Unfinished,
)
from surveyapp.domain.fieldwork.cases import ANSWERABLE, CaseState, Disposition
from surveyapp.domain.instrument.kinds import KINDS, Form, SkipRule
from surveyapp.domain.instrument.routing import NOT_ASKED, pages_of, walk
from surveyapp.domain.participants import ConsentGiven, Participant
from surveyapp.domain.responses import NewSave, RecordedAnswer, Response, ResponseState, payload_hash
from surveyapp.domain.sentences import say
from surveyapp.services.cases.scheduling import plan_cases
from surveyapp.services.responses.survey_session import ByInterviewer, Visit, Who, visit_in
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk, Work
from surveyapp.store import cases, participants, questionnaire_versions, responses
from surveyapp.store.answer_rows import Cells, answer_cells
from surveyapp.store.answering import writing
from surveyapp.store.answering.standing import Arrived, CurrentAnswer
from surveyapp.store.answering.writing import PreparedSave
from surveyapp.store.database import new_id
from surveyapp.store.entry import pins
from surveyapp.store.privacy import reopening


@dataclass(frozen=True)
class Saved:
    """After a save: the visit as it now is, and whether it said nothing new (the same form sent again)."""

    visit: Visit
    repeated: bool


def give_consent(runtime: Runtime, who: Who, agreed: Mapping[str, bool]) -> Visit:
    """Records what was said of each purpose and, once those required are agreed to, begins the response on the version
    that is open. Saying the same again records nothing new. Raises StateRefused outside the window."""
    with Desk(runtime, who.actor).writing() as work:
        before = visit_in(work, who, lock=True)
        _check_answerable(before)
        for purpose in before.study.consent:
            said = before.consents.get(purpose.id)
            given = agreed.get(purpose.id, False)
            if said is None or said.given != given or said.version != purpose.version:
                consent = ConsentGiven(purpose.id, purpose.version, given, work.now)
                participants.add_consent(work.session, before.participant.id, consent, who.mode, work.staff_id)
                work.record(
                    AuditAction.CONSENT_GIVEN if given else AuditAction.CONSENT_DECLINED,
                    before.participant.reference,
                    study=before.study.id,
                    purpose=purpose.id,
                    version=purpose.version,
                    mode=who.mode.value,
                )
        work.session.flush()
        after = visit_in(work, who)
        if after.consented and after.response is None:
            _begin(work, after)
            after = visit_in(work, who)
        return after


def save_page(
    runtime: Runtime,
    who: Who,
    page_id: str,
    form: Form,
    save_id: uuid.UUID,
    client_at: dt.datetime | None = None,
    found: Arrived | None = None,
) -> Saved:
    """Stores one page's answers: history appended, current answers replaced, all in one transaction.

    The same form sent again changes nothing. `found`: where they stand, if that was read already. Raises
    AnswersRefused (nothing stored), NotOnRoute, AlreadySubmitted, StateRefused.
    """

    def work_out(work: Work, found: Arrived | None) -> Planned[Saved]:
        before = visit_in(work, who, found=found, client_ids=(save_id,))
        _check_answerable(before)
        _check_consented(before)
        page = before.ready[1].page(page_id)
        if page is None:
            frontier = before.ready[1].frontier
            raise NotOnRoute(frontier.id if frontier else None)
        parsed = KINDS[page.question.kind].parse(page.parts, form, _skip_rule(who))
        if parsed.faults:
            raise AnswersRefused(tuple(parsed.faults))
        return _plan(work, who, before, page.section.id, page.id, parsed.answers, save_id, client_at)

    return carry_out(runtime, who, work_out, found)


def save_section(
    runtime: Runtime,
    who: ByInterviewer,
    section_id: str,
    form: Form,
    save_id: uuid.UUID,
    *,
    finish: bool,
    shown: Collection[str] | None = None,
    client_at: dt.datetime | None = None,
) -> Saved:
    """Stores an interviewer's screen: every variable of a section that has something posted.

    With `finish`, questions left empty are faults where an answer is required, and skipped where it is not; but what
    can be stored is stored either way, so that stopping half-way loses nothing. `shown` says which pages were on the
    screen (None: all): one that only these answers bring up was never asked, so it is neither. Raises AnswersRefused
    after storing, and NotFound for a section that the questionnaire does not have.
    """
    with Desk(runtime, who.actor).writing() as work:
        before = visit_in(work, who, lock=True)
        _check_answerable(before)
        _check_consented(before)
        saved, faults = save_section_in(
            work, who, before, section_id, form, save_id, finish=finish, shown=shown, client_at=client_at
        )
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
    client_at: dt.datetime | None = None,
) -> tuple[Saved, tuple[AnswerFault, ...]]:
    """`save_section` inside the caller's unit of work, after a visit that holds the lock: what was saved, and what is
    wrong with the rest."""
    questionnaire, _, _ = before.ready
    if not any(section.id == section_id for section in questionnaire.sections):
        raise NotFound(say("no_section", questionnaire=questionnaire.title, section=section_id))
    answers: dict[str, Answer] = {}
    faults: list[AnswerFault] = []
    posted = {key.partition(":")[0] for key, values in form.items() if any(value.strip() for value in values)}
    for page in (page for page in pages_of(questionnaire) if page.section.id == section_id):
        parsed = KINDS[page.question.kind].parse(page.parts, form, _skip_rule(who))
        left_empty = finish and (shown is None or page.id in shown)
        answers.update({key: each for key, each in parsed.answers.items() if left_empty or key in posted})
        faults.extend(fault for fault in parsed.faults if left_empty or fault.code != "required")
    given = {key: each.answer for key, each in (before.given or {}).items()}
    reached = walk(questionnaire, given | answers, before.situation)
    asked = {part.key for page in reached.pages if page.section.id == section_id for part in page.parts}
    kept = {key: answer for key, answer in answers.items() if key in asked and key in reached.answers}
    saved = _save(work, who, before, section_id, section_id, kept, save_id, client_at)
    return saved, tuple(fault for fault in faults if fault.variable in asked)


def submit(runtime: Runtime, who: Who) -> Visit:
    """Hands the response in and opens what follows from it. Handing in twice is the same as once. Raises Unfinished
    with the first page still to answer."""
    with Desk(runtime, who.actor).writing() as work:
        return submit_in(work, who)[0]


def submit_in(work: Work, who: Who) -> tuple[Visit, bool]:
    """`submit` inside the caller's unit of work: the visit, and whether this was what handed it in."""
    before = visit_in(work, who, lock=True)
    if before.submitted:
        return before, False
    _check_answerable(before)
    _check_consented(before)
    _, route, response = before.ready
    if route.frontier is not None:
        raise Unfinished(route.frontier.id)
    if response.reopened_at is not None:
        _send_again(work, before)
    else:
        responses.submit(work.session, response.id, work.now)
    cases.set_disposition(work.session, before.case.id, Disposition.COMPLETE)
    cases.set_next(work.session, before.case.id, None)
    work.session.flush()
    plan_cases(work, before.participant)
    work.session.expire_all()
    return visit_in(work, who), True


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


def _begin(work: Work, visit: Visit) -> None:
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
            seed=responses.seed_of(work.session, visit.participant.id) or secrets.randbits(31),
            started_at=work.now,
        ),
    )
    if visit.case.disposition in (Disposition.UNKNOWN, Disposition.NON_CONTACT, Disposition.OTHER):
        cases.set_disposition(work.session, visit.case.id, Disposition.PARTIAL)


Done = TypeVar("Done")


@dataclass(frozen=True)
class Planned(Generic[Done]):
    """What a save comes to, and the rows that make it so (None: there is nothing to store). `before`: what it was
    worked out on."""

    outcome: Done
    before: Visit
    rows: PreparedSave | None = None


MOST_TRIES = 20
"""How often a save is worked out anew because somebody else was quicker."""


def carry_out(
    runtime: Runtime,
    who: Who,
    work_out: Callable[[Work, Arrived | None], Planned[Done]],
    found: Arrived | None = None,
) -> Done:
    """Works a save out before anything is locked, and stores it under the lock as long as what it rests on still
    holds; else once more, on what there is then."""
    for _ in range(MOST_TRIES):
        with Desk(runtime, who.actor).reading() as work:
            planned = work_out(work, found)
        if planned.rows is None:
            return planned.outcome
        with Desk(runtime, who.actor).writing() as work:
            if _store(work, who, planned.before, planned.rows):
                return planned.outcome
        found = None
    raise DatabaseUnavailable(DatabaseFault.BUSY)


def _store(work: Work, who: Who, before: Visit, rows: PreparedSave) -> bool:
    stored = writing.store(work.session, rows)
    if stored and before.response is not None and before.response.revision == 0:
        _keep_pin(work, who, before)
    return stored


def _save(
    work: Work,
    who: Who,
    before: Visit,
    section: str,
    page_id: str,
    answers: Answers,
    save_id: uuid.UUID,
    client_at: dt.datetime | None,
) -> Saved:
    """Stores a save in the caller's unit of work, who holds the lock."""
    planned = _plan(work, who, before, section, page_id, answers, save_id, client_at)
    if planned.rows is not None:
        stored = _store(work, who, before, planned.rows)
        assert stored, "nobody else saves while the case is locked"
    return planned.outcome


def _plan(
    work: Work,
    who: Who,
    before: Visit,
    section: str,
    page_id: str,
    answers: Answers,
    save_id: uuid.UUID,
    client_at: dt.datetime | None,
) -> Planned[Saved]:
    questionnaire, _, _ = before.ready
    hashed = hash_of(work, before.participant, page_id, answers)
    changed = changed_by(before.given or {}, answers)
    if not changed or before.said.hashes.get(save_id) == hashed:
        return Planned(Saved(before, True), before)
    revision = questionnaire.wording[1] or None if questionnaire.wording else None
    new = NewSave(
        id=save_id,
        section=section,
        language=before.language,
        mode=who.mode,
        by=work.staff_id,
        client_at=client_at,
        recorded_at=work.now,
        payload_hash=hashed,
        wording=revision,
    )
    rows, after = prepared(work, before, new, changed, changed)
    return Planned(Saved(after, False), before, rows)


def prepared(
    work: Work,
    before: Visit,
    new: NewSave,
    said: Answers,
    taken: Answers,
    aside: Answers | None = None,
    asked_in: int = 0,
) -> tuple[PreparedSave, Visit]:
    """The rows of a save, and the visit as it then is: all that it `said` goes into the history, and of that what was
    `taken` stands from now on. `aside`: what of it stays in the history of another version, `asked_in`."""
    response, standing = before.response, before.standing
    assert response is not None
    assert standing is not None
    revision, saves, history = response.revision, list[Cells](), list[Cells]()
    parts = [(aside or {}, asked_in), (said, asked_in if new.late else response.version)]
    for answers, version in parts:
        if answers:
            revision += 1
            save_id = new_id()
            # The id that it came with is that of what was said on the version of now, where there is any of that.
            sent = new if answers is said or not said else dataclasses.replace(new, id=new_id())
            saves.append(writing.save_row(response, save_id, version, revision, sent))
            history += writing.history_rows(work.session, before.participant, save_id, answers)
    after = dataclasses.replace(response, revision=revision)
    rows = PreparedSave(
        standing=standing, consents_said=before.said.consents_said, revision=revision, saves=saves, history=history
    )
    here = dataclasses.replace(before, response=after, standing=dataclasses.replace(standing, response=after))
    return (rows, here) if not taken else _standing_anew(work, here, rows, new, save_id, taken)


def _standing_anew(
    work: Work, before: Visit, rows: PreparedSave, new: NewSave, save_id: uuid.UUID, taken: Answers
) -> tuple[PreparedSave, Visit]:
    """The rows that make what was taken stand, and the visit with it."""
    questionnaire, _, response = before.ready
    given = {**(before.given or {})}
    for key, answer in taken.items():
        given[key] = RecordedAnswer(
            variable=key,
            answer=answer,
            mode=new.mode,
            by=new.by,
            recorded_at=new.recorded_at,
            save_id=save_id,
            client_id=new.id,
            revision=response.revision,
        )
    route = walk(questionnaire, {key: each.answer for key, each in given.items()}, before.situation)
    current = before.said.current
    if response.reopened_at is not None:
        # Until they are sent again what was sent counts.
        pointed = dict.fromkeys(taken, save_id)
    else:
        target = {**dict.fromkeys(route.not_asked, NOT_ASKED), **route.answers}
        sources = {key: each.save_id for key, each in given.items()}
        dropped, answers = writing.current_rows(
            work.session, before.participant, response.id, save_id, current, target, sources
        )
        leaves = {*taken, *(key for key, each in current.items() if each.answer != NOT_ASKED)}
        pointed = {key: sources[key] for key in sorted(leaves) if key in sources and key not in route.answers}
        current = {
            key: CurrentAnswer(answer, sources.get(key, save_id), len(answer_cells(key, answer)))
            for key, answer in target.items()
        }
        rows = dataclasses.replace(rows, dropped=dropped, answers=answers)
    rows = dataclasses.replace(rows, newest=writing.newest_rows(response.id, pointed))
    return rows, dataclasses.replace(
        before,
        state=CaseState.IN_PROGRESS if before.state in ANSWERABLE else before.state,
        route=route,
        given=given,
        said=dataclasses.replace(before.said, given=given, current=current),
    )


def hash_of(work: Work, participant: Participant, page_id: str, answers: Answers) -> str:
    """`payload_hash`, keyed with the person's own key where it is of words that are sealed: a plain one would let
    whoever reads it try which words they were."""
    plain = payload_hash(page_id, answers)
    words = any(isinstance(answer, Text) for answer in answers.values())
    return (
        work.seals.fingerprint(participant.id, plain) if words and work.seals.words_sealed(participant.study) else plain
    )


def _send_again(work: Work, visit: Visit) -> None:
    """Takes answers that were opened again as sent: only now do the corrections count."""
    _, route, response = visit.ready
    given = visit.given or {}
    if given:
        newest = max(given.values(), key=lambda each: (each.recorded_at, each.save_id)).save_id
        sources = {key: each.save_id for key, each in given.items()}
        current = responses.current_answers(work.session, response.id)
        asked = {**dict.fromkeys(route.not_asked, NOT_ASKED), **route.answers}
        responses.replace_answers(work.session, response.id, newest, current, asked, sources)
    reopening.send_again(work.session, response.id, work.now)
    work.record(
        AuditAction.RESPONSE_SENT_AGAIN,
        visit.participant.reference,
        study=visit.study.id,
        touchpoint=visit.touchpoint.number,
    )


def _keep_pin(work: Work, who: Who, before: Visit) -> None:
    """The PIN chosen before the first answer belongs to whoever gave that answer, and to nobody who opened the same
    link elsewhere meanwhile. One from an earlier touchpoint stays."""
    if isinstance(who, ByLink) and who.chosen_pin and before.pin is PinStanding.NONE:
        pins.set_pin(work.session, Pin(participant_id=before.participant.id, hashed=who.chosen_pin, set_at=work.now))
        work.record(AuditAction.PIN_CHOSEN, before.participant.reference, study=before.study.id)


def changed_by(given: Mapping[str, RecordedAnswer], answers: Answers) -> dict[str, Answer]:
    """The answers that say something new. One that only repeats what stands is not entered again: the interviewer who
    pages past a participant's own answer did not give it."""
    return {key: answer for key, answer in answers.items() if key not in given or given[key].answer != answer}
