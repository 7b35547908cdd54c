"""An interview on an interviewer's screens: begun, saved section by section, looked over.

The rules of answering are `answering`'s; here is what only screens need.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from surveyapp.domain.answers import Mode
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import AnswerFault, AnswersRefused, InputRefused, NotFound, NotOnRoute
from surveyapp.domain.instrument.kinds import Form
from surveyapp.domain.instrument.questionnaire import Section
from surveyapp.domain.instrument.routing import Page, pages_of
from surveyapp.domain.sentences import say
from surveyapp.services.fieldwork import calls
from surveyapp.services.fieldwork.calls import OpenCase
from surveyapp.services.responses import answering, survey_session
from surveyapp.services.responses.survey_session import ByInterviewer, Visit
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import cases

MODES = (Mode.PHONE, Mode.IN_PERSON, Mode.VIDEO)
"""How an interviewer can talk with somebody."""

ASKING = (*MODES, Mode.PROXY)
"""How the answers can come that an interviewer enters."""


@dataclass(frozen=True)
class SectionStand:
    """How a section stands: its pages on the route so far, and those of them still to answer. A section with no page
    yet may or may not come."""

    section: Section
    pages: tuple[Page, ...]
    unanswered: tuple[Page, ...]


@dataclass(frozen=True)
class Screen:
    """The case as it is after a save, and what could not be stored."""

    case: OpenCase
    faults: tuple[AnswerFault, ...]


def needs_consent(visit: Visit) -> bool:
    """Whether consent is to be read out: a purpose was never put to them in its present wording, or one that is
    required was declined. What was said at an earlier touchpoint carries over."""
    said = visit.consents
    asked = all(purpose.id in said and said[purpose.id].version >= purpose.version for purpose in visit.study.consent)
    return not (asked and visit.consented)


def begin(runtime: Runtime, who: ByInterviewer, proxy: str = "") -> Visit:
    """Starts or takes up the response, consent having been recorded before (see `needs_consent`). `proxy`: the code of
    who answers for the person, which the study must allow. Raises InputRefused (`proxy`)."""
    visit = survey_session.visit(runtime, who)
    if proxy or who.mode is Mode.PROXY:
        _note_proxy(runtime, who, proxy)
    if visit.response is None and not needs_consent(visit):
        return answering.give_consent(runtime, who, {key: said.given for key, said in visit.consents.items()})
    return visit


def _note_proxy(runtime: Runtime, who: ByInterviewer, proxy: str) -> None:
    with Desk(runtime, who.actor).writing() as work:
        visit = calls.callable_visit(work, who, lock=True)
        if proxy not in visit.study.proxies:
            raise InputRefused(say("no_proxy"), "proxy")
        if visit.case.proxy != proxy:
            cases.set_proxy(work.session, visit.case.id, proxy)
            calls.record_on(work, who, AuditAction.PROXY_ANSWERS, proxy=proxy)


def sections(visit: Visit) -> tuple[SectionStand, ...]:
    """The sections this person is or may still be asked, in order. Raises ConsentMissing before the response begins."""
    questionnaire, route, _ = visit.ready
    ruled_out = set(route.not_asked)
    stands = []
    for section in questionnaire.sections:
        pages = visit.pages_in(section)
        keys = {part.key for page in pages_of(questionnaire) if page.section.id == section.id for part in page.parts}
        if pages or keys - ruled_out:
            unanswered = tuple(page for page in pages if not route.is_answered(page))
            stands.append(SectionStand(section, pages, unanswered))
    return tuple(stands)


def stand_of(visit: Visit, section_id: str) -> SectionStand:
    """A section that can be asked now. Raises NotFound when the questionnaire has no such section, NotOnRoute (with
    the section to be in, None at the end) when this person is not, or not yet, asked it."""
    questionnaire, _, _ = visit.ready
    if not any(section.id == section_id for section in questionnaire.sections):
        raise NotFound(say("no_section", questionnaire=questionnaire.title, section=section_id))
    stand = next((stand for stand in sections(visit) if stand.section.id == section_id), None)
    if stand is None or not stand.pages:
        raise NotOnRoute(section_to_go_on(visit))
    return stand


def section_to_go_on(visit: Visit) -> str | None:
    """The first section with something to answer; None when there is none."""
    frontier = visit.ready[1].frontier
    return frontier.section.id if frontier else None


def save(
    runtime: Runtime,
    who: ByInterviewer,
    section_id: str,
    form: Form,
    save_id: uuid.UUID,
    *,
    finish: bool,
    shown: Collection[str] | None = None,
    version: int | None = None,
) -> Screen:
    """Stores a screen, as `answering.save_section` does, and shows the case as it then is, with the faults of what
    could not be stored. Renews the hold. Raises NotFound, HeldByAnother, AlreadySubmitted, ConsentMissing,
    MovedMeanwhile."""
    faults: tuple[AnswerFault, ...] = ()
    try:
        answering.save_section(runtime, who, section_id, form, save_id, finish=finish, shown=shown, version=version)
    except AnswersRefused as refused:
        faults = refused.faults
    return Screen(calls.opened_case(runtime, who), faults)
