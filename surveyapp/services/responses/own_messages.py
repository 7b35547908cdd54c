"""What somebody has sent to themselves: a receipt once they have sent their answers, a reminder while they have not.

Both go to a contact on record, if there is one: nothing here tells whether there is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from surveyapp.domain.audit import AuditAction, ByLink
from surveyapp.domain.entry.doors import Door
from surveyapp.domain.errors import DoorShut, InputRefused
from surveyapp.domain.fieldwork.cases import ANSWERABLE
from surveyapp.domain.sending.asked import AskedFor
from surveyapp.domain.sending.own_reminder import AT_MOST, OwnTime, own_times
from surveyapp.domain.sending.planning import MessageState
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.domain.sentences import say
from surveyapp.services.responses import survey_session
from surveyapp.services.responses.survey_session import Visit
from surveyapp.services.runtime import Runtime
from surveyapp.services.sending import asked
from surveyapp.services.work import Desk, Work
from surveyapp.store.sending import outbox
from surveyapp.store.sending.outbox import NewMessage, OutboxMessage


@dataclass(frozen=True, kw_only=True)
class ReminderStand:
    """What a page offers of reminders: by which ways, when; and the one that is to come."""

    ways: tuple[SendingWay, ...]
    times: Mapping[OwnTime, dt.datetime]
    planned: tuple[SendingWay, dt.datetime] | None


def receipt(runtime: Runtime, who: ByLink, way: SendingWay | None) -> None:
    """Has a receipt sent by a way, of what was sent last: once, however often it is asked for. Raises DoorShut before
    anything was sent, AccessRefused, and InputRefused for a way by which nothing goes."""
    with Desk(runtime, who).writing() as work:
        here = survey_session.visit_in(work, who, lock=True)
        if not here.submitted or here.response is None or here.response.submitted_at is None:
            raise DoorShut(here.door)
        way = _checked(work, way)
        sent_at = here.response.sent_again_at or here.response.submitted_at
        request = f"{way.value} {sent_at:%Y-%m-%d %H:%M:%S}"
        if request in {each.request for each in outbox.asked_of_case(work.session, here.case.id, AskedFor.RECEIPT)}:
            return
        _plan(work, here, AskedFor.RECEIPT, request, way, work.now)


def reminder_stand(runtime: Runtime, who: ByLink, here: Visit) -> ReminderStand:
    """What of reminders somebody is offered who is at their questions."""
    with Desk(runtime, who).reading() as work:
        planned = _planned(work, here)
        return ReminderStand(
            ways=asked.ways(work) if _can_be_reminded(here) else (),
            times=_times(work, here),
            planned=(planned[-1].way, planned[-1].due_at) if planned else None,
        )


def remind(runtime: Runtime, who: ByLink, way: SendingWay | None, when: OwnTime | None) -> None:
    """Plans a reminder, in place of the one that was planned. It goes only while they have not answered. Raises
    DoorShut, AccessRefused, and InputRefused (`when`, `way`)."""
    with Desk(runtime, who).writing() as work:
        here = survey_session.visit_in(work, who, lock=True)
        if not _can_be_reminded(here):
            raise DoorShut(here.door)
        times = _times(work, here)
        if when is None or when not in times:
            raise InputRefused(say("reminder_time_missing"), "when")
        way = _checked(work, way)
        before = outbox.asked_of_case(work.session, here.case.id, AskedFor.REMINDER)
        if len(before) >= AT_MOST:
            raise InputRefused(say("reminders_enough"), "when")
        for each in _planned(work, here):
            outbox.take_back(work.session, each.id)
        _plan(work, here, AskedFor.REMINDER, f"{times[when]:%Y-%m-%d %H:%M}", way, times[when])


def no_reminder(runtime: Runtime, who: ByLink) -> None:
    """Takes back the reminder that is to come, if there is one. Raises AccessRefused."""
    with Desk(runtime, who).writing() as work:
        here = survey_session.visit_in(work, who, lock=True)
        planned = _planned(work, here)
        for each in planned:
            outbox.take_back(work.session, each.id)
        if planned:
            person = here.participant
            work.record(
                AuditAction.OWN_REMINDER_DROPPED, person.reference, study=person.study, touchpoint=here.case.touchpoint
            )


def _can_be_reminded(here: Visit) -> bool:
    open_to_them = here.door is Door.QUESTIONS and not here.submitted and here.state in ANSWERABLE
    return open_to_them and here.consented and here.participant.stopped_at is None


def _times(work: Work, here: Visit) -> Mapping[OwnTime, dt.datetime]:
    return own_times(here.study.messages, work.now, work.runtime.zone(here.study), here.case.ends_at)


def _planned(work: Work, here: Visit) -> list[OutboxMessage]:
    there = outbox.asked_of_case(work.session, here.case.id, AskedFor.REMINDER)
    return [each for each in there if each.state is MessageState.PLANNED]


def _checked(work: Work, way: SendingWay | None) -> SendingWay:
    if way is None or way not in asked.ways(work):
        raise InputRefused(say("not_sent_that_way"), "way")
    return way


def _plan(work: Work, here: Visit, what: AskedFor, request: str, way: SendingWay, due_at: dt.datetime) -> None:
    message = NewMessage(
        case_id=here.case.id, step=what.value, request=request, way=way, language=here.language, due_at=due_at
    )
    outbox.add(work.session, [message], work.now)
    person = here.participant
    work.record(
        AuditAction.OWN_MESSAGE_ASKED,
        person.reference,
        study=person.study,
        touchpoint=here.case.touchpoint,
        what=what.value,
        way=way.value,
    )
