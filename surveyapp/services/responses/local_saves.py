"""Saves that a device sends in the background: each with an id of its own, answered one by one whatever became of it.

The page was turned on the device already, so that nothing is refused for coming out of turn: what is off the route, or
came after somebody else's answer, is kept in the history.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from surveyapp.domain.answering.saves import (
    Meanwhile,
    Reception,
    SaveFate,
    SeenSave,
    SentSave,
    contested_in,
    meanwhile,
    reception,
    still_contested,
)
from surveyapp.domain.answers import Answers, said_in_passing
from surveyapp.domain.audit import ByLink
from surveyapp.domain.entry.doors import Answering, Door, Familiarity
from surveyapp.domain.errors import (
    AnswerFault,
    AnswersRefused,
    ConsentMissing,
    DoorShut,
    NotOnRoute,
    ShiftlineError,
    StateRefused,
)
from surveyapp.domain.instrument.kinds import KINDS, Form, SkipRule
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.routing import Page, pages_of
from surveyapp.domain.responses import NewSave, RecordedAnswer, Response
from surveyapp.services.responses import carrying, saving
from surveyapp.services.responses.saving import Planned, filled_in
from surveyapp.services.responses.survey_session import ByInterviewer, Visit, Who, answering_of, visit_in
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk, Work
from surveyapp.store.answering import writing
from surveyapp.store.answering.standing import Arrived


class NoSave(ShiftlineError):
    """What was sent names no page of a version that this response ever was on."""


@dataclass(frozen=True, kw_only=True)
class Received:
    """What became of a save. `visit`: where they are now; None where nothing may be shown of it. `page`: the one it was
    sent from, as that version has it. `stands`: what stands in place of what was contested. `to_remember`: of one that
    changed nothing the response, the id and how many saves there were. `meanwhile`: why it does not count, where it was
    kept as a correction or discarded."""

    fate: SaveFate
    visit: Visit | None = None
    page: Page | None = None
    faults: tuple[AnswerFault, ...] = ()
    stands: Mapping[str, RecordedAnswer] = field(default_factory=dict)
    to_remember: tuple[uuid.UUID, uuid.UUID, int] | None = None
    meanwhile: Meanwhile | None = None


def receive(runtime: Runtime, who: Who, sent: SentSave, found: Arrived | None = None) -> Received:
    """Takes a save as it came. `found`: where they stand, if that was read already. An interviewer's takes the hold on
    the case anew. Raises NoSave, ConsentMissing, DoorShut, AccessRefused, HeldByAnother, NotPermitted, NotFound."""
    who = dataclasses.replace(who, language=sent.language)
    if isinstance(who, ByInterviewer):
        return _received_under_the_hold(runtime, who, sent)

    def work_out(work: Work, found: Arrived | None) -> Planned[Received]:
        return _worked_out(work, who, sent, found)

    received = saving.carry_out(runtime, who, work_out, found)
    if received.to_remember is not None:
        with Desk(runtime, who).writing() as work:
            writing.remember(work.session, *received.to_remember)
    return received


def receive_form(
    runtime: Runtime,
    who: ByLink,
    page_id: str,
    form: Form,
    save_id: uuid.UUID,
    seen: Sequence[uuid.UUID | None] | None,
    *,
    version: int,
    passing: bool,
) -> Visit:
    """Takes the form of a page that was shown before they were moved to another version, as it was asked: what goes
    along is stored, and they are where that leads. Raises AnswersRefused, and NotOnRoute where they are to look at the
    question anew."""
    with Desk(runtime, who).reading() as work:
        before = visit_in(work, who)
        response = before.begun[1]
        sent = SentSave(
            save=save_id,
            page=page_id,
            questionnaire=response.questionnaire,
            version=version,
            language=before.language,
            form={name: list(values) for name, values in form.items()},
            passing=passing,
        )
        try:
            _, page = _page(work, before, response, sent)
        except NoSave as unknown:
            raise _anew(before) from unknown
    keys = [part.key for part in page.parts]
    sent = sent.model_copy(update={"over": dict(zip(keys, seen or [None] * len(keys), strict=False))})
    received = receive(runtime, who, sent)
    if received.faults:
        raise AnswersRefused(received.faults)
    after = received.visit or before
    if received.fate is SaveFate.CONTESTED:
        # What stands is that answer as it was carried over, or another one: they see it and choose in today's words.
        raise _anew(after, page_id)
    stored = received.fate in (SaveFate.SAVED, SaveFate.KNOWN) and all(key in (after.given or {}) for key in keys)
    if not stored:
        raise _anew(after)
    return after


def _anew(visit: Visit, page_id: str = "") -> NotOnRoute:
    route = visit.ready[1]
    page = route.page(page_id) or route.frontier
    return NotOnRoute(page.id if page else None)


def _received_under_the_hold(runtime: Runtime, who: ByInterviewer, sent: SentSave) -> Received:
    with Desk(runtime, who.actor).writing() as work:
        planned = _worked_out(work, who, sent, None, lock=True)
        received = saving.carry_out_in(work, who, planned)
        if received.to_remember is not None:
            writing.remember(work.session, *received.to_remember)
        return received


def _worked_out(work: Work, who: Who, sent: SentSave, found: Arrived | None, lock: bool = False) -> Planned[Received]:
    ids = {sent.save, *filter(None, sent.over.values())}
    before = visit_in(work, who, lock, found, ids)
    response = before.response
    if response is None:
        raise ConsentMissing("Consent to take part comes before every answer.")
    met = reception(before.state, before.case.ends_at, response.started_at, work.now)
    if met is Reception.DISCARDED:
        return Planned(Received(fate=SaveFate.DISCARDED, meanwhile=_meanwhile(before)), before)
    _check_door(before, who, met)
    old, page = _page(work, before, response, sent)
    # Of answers that were sent, nothing is shown.
    shown = None if met is Reception.LATE else before
    if sent.save in before.said.known:
        return Planned(_again(shown, page, sent, before.said.known[sent.save]), before)
    answers, faults = _read(who, page, sent, before.given or {})
    if faults:
        return Planned(Received(fate=SaveFate.FAULTY, visit=shown, page=page, faults=faults), before)
    if not answers:
        return Planned(Received(fate=SaveFate.SAVED, visit=shown, page=page), before)
    if met is Reception.LATE:
        return _kept_late(work, who, before, old, page, sent, answers)
    if not before.consented:
        raise ConsentMissing("Consent to take part comes before every answer.")
    return _taken(work, who, before, old, page, sent, answers)


def _read(who: Who, page: Page, sent: SentSave, given: Collection[str]) -> tuple[Answers, tuple[AnswerFault, ...]]:
    """What the form says, and what is wrong with it. An interviewer's screen saves as it is filled in: of a page it
    sends what has something in it, and what is still empty is no fault."""
    kind = KINDS[page.question.kind]
    if isinstance(who, ByLink):
        parsed = kind.parse(page.parts, sent.form, SkipRule.NOBODY)
        said = said_in_passing(parsed.answers, given) if sent.passing else parsed.answers
        return said, tuple(parsed.faults)
    parsed = kind.parse(page.parts, sent.form, SkipRule.INTERVIEWER)
    posted = filled_in(sent.form)
    answers = {key: answer for key, answer in parsed.answers.items() if key in posted}
    return answers, tuple(fault for fault in parsed.faults if fault.code != "required")


def _check_door(visit: Visit, who: Who, met: Reception) -> None:
    """Questions have to be open; a correction needs a browser in which they were answered before. Raises DoorShut."""
    sent = answering_of(visit.response) is Answering.SENT
    if isinstance(who, ByLink) and met is Reception.LATE and sent and who.by is not Familiarity.STRANGE:
        return
    if visit.door is not Door.QUESTIONS:
        raise DoorShut(visit.door)


def _page(work: Work, visit: Visit, response: Response, sent: SentSave) -> tuple[Questionnaire, Page]:
    """The version that it was asked in, and its page. Raises NoSave."""
    if sent.questionnaire != response.questionnaire or sent.version > response.version:
        raise NoSave("There is no such version.")
    newest = visit.standing.wording if visit.standing and sent.version == response.version else None
    try:
        questionnaire = work.runtime.instrument_in(
            work.session, visit.study, sent.questionnaire, sent.version, visit.language, newest
        )
    except StateRefused as unknown:
        raise NoSave("There is no such version.") from unknown
    page = next((each for each in pages_of(questionnaire) if each.id == sent.page), None)
    if page is None:
        raise NoSave("There is no such page.")
    return questionnaire, page


def _again(shown: Visit | None, page: Page, sent: SentSave, seen: SeenSave) -> Received:
    """It was there before: nothing is stored. Where its answer never arrived, what it was contested by is told now."""
    given = shown.given or {} if shown else {}
    stands = {each: given[each] for each in still_contested(seen, given)}
    fate = SaveFate.CONTESTED if stands else SaveFate.KNOWN
    return Received(fate=fate, visit=shown, page=page, stands=stands)


def _kept_late(
    work: Work, who: Who, before: Visit, old: Questionnaire, page: Page, sent: SentSave, answers: Answers
) -> Planned[Received]:
    """Kept in the history of the version it was asked in, for staff to open the answers with. Nothing is shown. What
    was taken back with the consent to it is let go."""
    if any(not each.given for each in before.required_consents):
        return Planned(Received(fate=SaveFate.DISCARDED, meanwhile=Meanwhile.CONSENT_TAKEN_BACK), before)
    new = dataclasses.replace(_save_of(work, who, before, old, page, sent, answers), late=True)
    rows, _ = saving.prepared(work, before, new, answers, {}, asked_in=old.version)
    kept = Received(fate=SaveFate.KEPT_AS_CORRECTION, page=page, meanwhile=_meanwhile(before))
    return Planned(kept, before, rows)


def _meanwhile(visit: Visit) -> Meanwhile:
    return meanwhile(visit.state, visit.participant.stopped_at is not None)


def _taken(
    work: Work, who: Who, before: Visit, old: Questionnaire, page: Page, sent: SentSave, answers: Answers
) -> Planned[Received]:
    questionnaire, response = before.begun
    new = _save_of(work, who, before, old, page, sent, answers)
    aside: Answers = {}
    if old.version != response.version:
        # The response was moved since the page was shown. What does not go along as it is stays in the history of the
        # version it was given on.
        becomes = carrying.carried(work, before.study, old, questionnaire, answers)
        moved = {each.variable: each.new for each in becomes if each.new is not None}
        aside = {key: answer for key, answer in answers.items() if moved.get(key) != answer}
        answers = moved
    given = before.given or {}
    changed = saving.changed_by(given, answers)
    if not changed and not aside:
        unchanged = Received(
            fate=SaveFate.SAVED, visit=before, page=page, to_remember=(response.id, sent.save, response.revision)
        )
        return Planned(unchanged, before)
    contested = contested_in(changed, given, sent.over, before.said.known)
    taken = {key: answer for key, answer in changed.items() if key not in contested}
    rows, after = saving.prepared(work, before, new, changed, taken, aside, old.version)
    stands = {key: given[key] for key in sorted(contested)}
    if contested:
        return Planned(Received(fate=SaveFate.CONTESTED, visit=after, page=page, stands=stands), before, rows)
    route = after.ready[1]
    reached = route.leads_past(page.id) or any(key in route.answers for key in answers)
    fate = SaveFate.SAVED if reached else SaveFate.KEPT_OFF_ROUTE
    return Planned(Received(fate=fate, visit=after, page=page), before, rows)


def _save_of(
    work: Work, who: Who, visit: Visit, asked: Questionnaire, page: Page, sent: SentSave, answers: Answers
) -> NewSave:
    newest_wording = asked.wording[1] if asked.wording else 0
    return NewSave(
        id=sent.save,
        section=page.section.id,
        language=visit.language,
        mode=who.mode,
        by=work.staff_id,
        client_at=sent.at,
        recorded_at=work.now,
        payload_hash=saving.hash_of(work, visit.participant, page.id, answers),
        wording=min(sent.wording or 0, newest_wording) or None,
    )
