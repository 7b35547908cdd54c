"""Which cases a participant has: one for each touchpoint whose anchor has come to pass."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping

from surveyapp.domain.fieldwork.cases import Case, Disposition, Window, window
from surveyapp.domain.fieldwork.days import start_of
from surveyapp.domain.fieldwork.lists import LateChoice
from surveyapp.domain.instrument.study import Anchor, Study, Touchpoint
from surveyapp.domain.participants import Participant
from surveyapp.services.work import Work
from surveyapp.store import cases, participants, responses
from surveyapp.store.database import new_id


def plan_cases(work: Work, participant: Participant) -> list[Case]:
    """Makes the cases that have become due to exist, and returns the new ones. Doing it again makes none. Somebody who
    stopped has theirs all the same, as refusals that nobody is asked to mend: who was asked and did not answer is
    counted."""
    study = work.runtime.study(participant.study)
    existing = {case.touchpoint: case for case in cases.cases_of(work.session, participant.id)}
    made = []
    for touchpoint in sorted(study.touchpoints_of(participant.group), key=lambda each: each.number):
        if touchpoint.number in existing:
            continue
        anchored_on = _anchored_on(work, participant, touchpoint, existing)
        if anchored_on is None:
            continue
        days = window(touchpoint, anchored_on, work.runtime.zone(study))
        if ended_before(touchpoint, days, participant, work.runtime.zone(study)):
            continue
        case = _new_case(participant, touchpoint, days)
        if participant.stopped_at is not None:
            case = dataclasses.replace(case, disposition=_ended_as(participant))
        cases.add_case(work.session, case)
        existing[touchpoint.number] = case
        made.append(case)
    return made


LateChoices = Mapping[tuple[str, int], LateChoice]
"""What becomes of cases whose window is over when their people join, by touchpoint; those not named are closed."""

ALL_CLOSED: LateChoices = {}


def first_cases(
    work: Work, participant: Participant, events: Mapping[str, dt.date], late: LateChoices = ALL_CLOSED
) -> list[Case]:
    """The cases somebody new has from the start, not yet stored. `events` is what happened to them, and when."""
    study = work.runtime.study(participant.study)
    return planned(study, work.runtime.zone(study), work.now, participant, events, late)


def planned(
    study: Study,
    zone: dt.tzinfo,
    now: dt.datetime,
    participant: Participant,
    events: Mapping[str, dt.date],
    late: LateChoices = ALL_CLOSED,
) -> list[Case]:
    """`first_cases` of somebody who need not be on record."""
    made = []
    for touchpoint in sorted(study.touchpoints_of(participant.group), key=lambda each: each.number):
        day = _day_of(touchpoint.opens, participant, events)
        if day is None:
            continue
        days, disposition = window(touchpoint, day, zone), Disposition.UNKNOWN
        if ended_before(touchpoint, days, participant, zone):
            continue
        if days.closes_at is not None and days.closes_at <= now:
            match late.get(touchpoint.key, LateChoice.CLOSED):
                case LateChoice.FROM_TODAY:
                    opens_on = now.astimezone(zone).date()
                    days = window(touchpoint, opens_on - dt.timedelta(days=touchpoint.opens.days), zone)
                case LateChoice.NOT_ASKED:
                    disposition = Disposition.NOT_ELIGIBLE
        if participant.stopped_at is not None:
            disposition = _ended_as(participant)
        made.append(dataclasses.replace(_new_case(participant, touchpoint, days), disposition=disposition))
    return made


def ended_before(touchpoint: Touchpoint, days: Window, participant: Participant, zone: dt.tzinfo) -> bool:
    """Whether a wave on fixed days was over before somebody joined: it is not theirs."""
    return (
        touchpoint.opens.type == "fixed"
        and days.closes_at is not None
        and days.closes_at <= start_of(participant.enrolled_on, zone)
    )


def _ended_as(participant: Participant) -> Disposition:
    """What the cases are of somebody who is not asked any more."""
    return Disposition.DECEASED if participant.deceased_at is not None else Disposition.REFUSAL


def _new_case(participant: Participant, touchpoint: Touchpoint, days: Window) -> Case:
    return Case(
        id=new_id(),
        participant_id=participant.id,
        touchpoint=touchpoint.number,
        opens_at=days.opens_at,
        due_at=days.due_at,
        closes_at=days.closes_at,
    )


def _day_of(anchor: Anchor, participant: Participant, events: Mapping[str, dt.date]) -> dt.date | None:
    """The day an anchor that is no response fell on, or None while it has not."""
    match anchor.type:
        case "enrolled":
            return participant.enrolled_on
        case "fixed":
            return anchor.date
        case "event":
            return events.get(anchor.event or "")
    return None


def _anchored_on(
    work: Work, participant: Participant, touchpoint: Touchpoint, existing: dict[int, Case]
) -> dt.date | None:
    """The day that the touchpoint's anchor fell on, or None while it has not."""
    anchor = touchpoint.opens
    if anchor.type != "submitted":
        # Oldest last, so that it is the one kept.
        happened = {event.event: event.on for event in reversed(participants.events(work.session, participant.id))}
        return _day_of(anchor, participant, happened)
    case_before = existing.get(anchor.touchpoint[1]) if anchor.touchpoint else None
    response = responses.response_of(work.session, case_before.id) if case_before else None
    if response is None or response.submitted_at is None:
        return None
    return response.submitted_at.astimezone(work.runtime.zone(work.runtime.study(participant.study))).date()
