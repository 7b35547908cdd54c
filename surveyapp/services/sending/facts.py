"""Everybody of a study as a plan of messages needs them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection

from surveyapp.domain.errors import StateRefused
from surveyapp.domain.fieldwork.call_queue import called_from
from surveyapp.domain.fieldwork.cases import CaseState
from surveyapp.domain.fieldwork.consequences import ReferralKind
from surveyapp.domain.instrument.easy.renderings import easy_of
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.responses import ResponseState
from surveyapp.domain.sending.planning import PlannedMessage, Recipient, WhyNot, planned
from surveyapp.domain.sending.rules import MessageRules, MessageStep, SendingWay
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Scope
from surveyapp.services.work import Work
from surveyapp.store.sending import recipients
from surveyapp.store.sending.recipients import RecipientFacts

_BARRED = {
    CaseState.CLOSED: WhyNot.CLOSED,
    CaseState.PAUSED: WhyNot.PAUSED,
    CaseState.NOT_ELIGIBLE: WhyNot.NOT_ELIGIBLE,
    CaseState.DECEASED: WhyNot.STOPPED,
    CaseState.REFUSED: WhyNot.STOPPED,
    CaseState.WITHDRAWN: WhyNot.WITHDRAWN,
}
"""States of a case in which nobody is asked, and why."""


def rules_of(study: Study) -> MessageRules:
    """Raises StateRefused where a study says nothing of messages."""
    if study.messages is None:
        raise StateRefused(say("no_messages", study=study.title))
    return study.messages


def recipient(work: Work, facts: RecipientFacts) -> Recipient:
    """Somebody as the rules see them."""
    answered = facts.submitted_at if facts.response_state is ResponseState.SUBMITTED else None
    return Recipient(
        group=facts.group,
        opens_at=facts.case.opens_at,
        closes_at=facts.case.ends_at,
        answered_at=answered,
        barred=_barred(work, facts),
        reached_by=facts.reached_by,
        preferred=facts.preferred,
        ended=facts.ended,
        history=facts.history,
    )


def _barred(work: Work, facts: RecipientFacts) -> WhyNot | None:
    if facts.withdrawn:
        return WhyNot.WITHDRAWN
    if facts.stopped:
        return WhyNot.STOPPED
    if ReferralKind.COMPLAINT in facts.referred:
        return WhyNot.COMPLAINED
    state = facts.case.state(work.now, facts.response_state, facts.withdrawn, facts.reopened)
    # What they have begun, or were first asked, is theirs to finish, and nobody presses them to.
    return WhyNot.DECLINED if facts.declined else _BARRED.get(state)


def plan_of(work: Work, study: Study, facts: RecipientFacts) -> tuple[PlannedMessage, ...]:
    """What becomes of every message to somebody, from now on."""
    return planned(rules_of(study), recipient(work, facts), work.now, work.runtime.zone(study))


def calls_begin(work: Work, study: Study, facts: RecipientFacts) -> dt.datetime | None:
    """From when somebody is called who is still due, whom the study writes to first; None where they are not called
    (yet), or are from the beginning."""
    rule = study.messages.calls if study.messages else None
    person = recipient(work, facts)
    if person.answered_at is not None or person.barred is not None or facts.referred:
        return None
    if SendingWay.TEXT not in person.reached_by:
        return None
    begins = called_from(rule, facts.group, facts.case.opens_at, work.runtime.zone(study))
    return None if begins is None or (person.closes_at is not None and begins >= person.closes_at) else begins


def everyone(
    work: Work, study: Study, scope: Scope, cases: Collection[uuid.UUID] | None = None
) -> list[RecipientFacts]:
    """Everybody whom a study writes to, at each of their touchpoints; or those `cases` alone."""
    choice = bool(study.easy) or len(work.runtime.offered(study)) > 1
    return recipients.everyone(work.session, scope, cases, asked_in=choice)


def language_of(work: Work, study: Study, facts: RecipientFacts, step: MessageStep | None) -> str:
    """The language a message is in: the first of theirs that the study offers, else the study's own; its easy words,
    where they were last asked in easy ones and the message has them. `step`: None for no message in particular."""
    offered = work.runtime.offered(study)
    language = next((each for each in facts.languages if each in offered), study.source_language)
    if facts.easy and step is not None and work.runtime.writes_easy(study, step, language):
        return easy_of(language)
    return language
