"""Saves that a device sends in the background: each with an id of its own, answered one by one whatever became of it.

The page was turned on the device already, so that nothing is refused for coming out of turn: what is off the route, or
came after somebody else's answer, is kept in the history.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from surveyapp.domain.answering.saves import (
    Reception,
    SaveFate,
    SeenSave,
    SentSave,
    StandingSave,
    is_contested,
    reception,
    still_contested,
)
from surveyapp.domain.answers import Answer, Answers
from surveyapp.domain.audit import ByLink
from surveyapp.domain.entry.doors import Answering, Door, Familiarity
from surveyapp.domain.errors import AnswerFault, ConsentMissing, DoorShut, ShiftlineError, StateRefused
from surveyapp.domain.instrument.kinds import KINDS, SkipRule
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.routing import Page, pages_of
from surveyapp.domain.responses import NewSave, RecordedAnswer, Response
from surveyapp.services.responses import answering, carrying
from surveyapp.services.responses.survey_session import Visit, answering_of, visit_in
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk, Work
from surveyapp.store import responses
from surveyapp.store.answering import newest
from surveyapp.store.database import new_id


class NoSave(ShiftlineError):
    """What was sent names no page of a version that this response ever was on."""


@dataclass(frozen=True, kw_only=True)
class Received:
    """What became of a save. `visit`: where they are now; None where nothing may be shown of it. `page`: the one it was
    sent from, as that version has it. `stands`: what stands in place of what was contested."""

    fate: SaveFate
    visit: Visit | None = None
    page: Page | None = None
    faults: tuple[AnswerFault, ...] = ()
    stands: Mapping[str, RecordedAnswer] = field(default_factory=dict)


def receive(runtime: Runtime, who: ByLink, sent: SentSave) -> Received:
    """Takes a save as it came. Raises NoSave, ConsentMissing, DoorShut, AccessRefused."""
    with Desk(runtime, who).writing() as work:
        before = visit_in(work, dataclasses.replace(who, language=sent.language), lock=True)
        response = before.response
        if response is None:
            raise ConsentMissing("Consent to take part comes before every answer.")
        met = reception(before.state, before.case.closes_at, response.started_at, work.now)
        if met is Reception.DISCARDED:
            return Received(fate=SaveFate.DISCARDED)
        _check_door(before, who, met)
        old, page = _page(work, before, response, sent)
        known = newest.known(work.session, response.id, {sent.save, *filter(None, sent.over.values())})
        if sent.save in known:
            return _again(before, page, met, {} if met is Reception.LATE else _contested_still(before, sent, known))
        parsed = KINDS[page.question.kind].parse(page.parts, sent.form, SkipRule.NOBODY)
        if parsed.faults:
            shown = None if met is Reception.LATE else before
            return Received(fate=SaveFate.FAULTY, visit=shown, page=page, faults=tuple(parsed.faults))
        if not parsed.answers:
            return Received(fate=SaveFate.SAVED, visit=before, page=page)
        if met is Reception.LATE and any(not each.given for each in before.required_consents):
            return Received(fate=SaveFate.DISCARDED)
        if met is Reception.LATE:
            return _kept_late(work, who, before, old, page, sent, parsed.answers)
        if not before.consented:
            raise ConsentMissing("Consent to take part comes before every answer.")
        return _taken(work, who, before, old, page, sent, parsed.answers, known)


def _check_door(visit: Visit, who: ByLink, met: Reception) -> None:
    """Questions have to be open; a correction needs a browser in which they were answered before. Raises DoorShut."""
    sent = answering_of(visit.response) is Answering.SENT
    if met is Reception.LATE and sent and who.by is not Familiarity.STRANGE:
        return
    if visit.door is not Door.QUESTIONS:
        raise DoorShut(visit.door)


def _page(work: Work, visit: Visit, response: Response, sent: SentSave) -> tuple[Questionnaire, Page]:
    """The version that it was asked in, and its page. Raises NoSave."""
    if sent.questionnaire != response.questionnaire or sent.version > response.version:
        raise NoSave("There is no such version.")
    try:
        questionnaire = work.runtime.instrument_in(
            work.session, visit.study, sent.questionnaire, sent.version, visit.language
        )
    except StateRefused as unknown:
        raise NoSave("There is no such version.") from unknown
    page = next((each for each in pages_of(questionnaire) if each.id == sent.page), None)
    if page is None:
        raise NoSave("There is no such page.")
    return questionnaire, page


def _contested_still(visit: Visit, sent: SentSave, known: Mapping[uuid.UUID, SeenSave]) -> dict[str, RecordedAnswer]:
    given = visit.given or {}
    return {each: given[each] for each in still_contested(known[sent.save], _standing(given))}


def _again(visit: Visit, page: Page, met: Reception, stands: Mapping[str, RecordedAnswer]) -> Received:
    """It was there before: nothing is stored. Where its answer never arrived, what it was contested by is told now."""
    fate = SaveFate.CONTESTED if stands else SaveFate.KNOWN
    return Received(fate=fate, visit=None if met is Reception.LATE else visit, page=page, stands=stands)


def _kept_late(
    work: Work, who: ByLink, visit: Visit, old: Questionnaire, page: Page, sent: SentSave, answers: Answers
) -> Received:
    """Kept in the history of the version it was asked in, for staff to open the answers with. Nothing is shown."""
    assert visit.response is not None
    response = dataclasses.replace(visit.response, version=old.version)
    save = dataclasses.replace(_save_of(work, who, visit, old, page, sent, answers), late=True)
    responses.record_save(work.session, response, save, answers, ())
    return Received(fate=SaveFate.KEPT_AS_CORRECTION, page=page)


def _taken(
    work: Work,
    who: ByLink,
    before: Visit,
    old: Questionnaire,
    page: Page,
    sent: SentSave,
    answers: Answers,
    known: Mapping[uuid.UUID, SeenSave],
) -> Received:
    _, _, response = before.ready
    new = _save_of(work, who, before, old, page, sent, answers)
    if old.version != response.version:
        before, answers = _carried(work, before, old, new, answers)
        _, _, response = before.ready
    given = before.given or {}
    changed = answering.changed_by(given, answers)
    if not changed:
        newest.remember(work.session, response.id, sent.save, response.revision)
        return Received(fate=SaveFate.SAVED, visit=before, page=page)
    standing = _standing(given)
    contested = {key for key in changed if is_contested(key, standing.get(key), sent.over.get(key), known)}
    taken = {key: answer for key, answer in changed.items() if key not in contested}
    after = answering.store_save(work, who, before, new, changed, taken)
    if contested:
        return Received(
            fate=SaveFate.CONTESTED, visit=after, page=page, stands={key: given[key] for key in sorted(contested)}
        )
    route = after.ready[1]
    reached = any(each.id == page.id for each in route.pages) or any(key in route.answers for key in answers)
    return Received(fate=SaveFate.SAVED if reached else SaveFate.KEPT_OFF_ROUTE, visit=after, page=page)


def _carried(
    work: Work, before: Visit, old: Questionnaire, new: NewSave, answers: Answers
) -> tuple[Visit, dict[str, Answer]]:
    """The response was moved to another version since the page was shown: what its answers are there. Those that do not
    go along as they are stay in the history of the version they were given on."""
    questionnaire, _, response = before.ready
    becomes = carrying.carried(work, before.study, old, questionnaire, answers)
    carried = {each.variable: each.new for each in becomes if each.new is not None}
    left = {key: answer for key, answer in answers.items() if carried.get(key) != answer}
    if left:
        as_sent = dataclasses.replace(new, id=new_id() if carried else new.id)
        responses.record_save(work.session, dataclasses.replace(response, version=old.version), as_sent, left, ())
        before = dataclasses.replace(before, response=dataclasses.replace(response, revision=response.revision + 1))
    return before, carried


def _save_of(
    work: Work, who: ByLink, visit: Visit, asked: Questionnaire, page: Page, sent: SentSave, answers: Answers
) -> NewSave:
    newest_wording = asked.wording[1] if asked.wording else 0
    return NewSave(
        id=sent.save,
        section=page.section.id,
        language=visit.language,
        mode=who.mode,
        by=None,
        client_at=sent.at,
        recorded_at=work.now,
        payload_hash=answering.hash_of(work, visit.participant, page.id, answers),
        wording=min(sent.wording or 0, newest_wording) or None,
    )


def _standing(given: Mapping[str, RecordedAnswer]) -> dict[str, StandingSave]:
    return {key: StandingSave(each.client_id, each.revision) for key, each in given.items()}
