"""Which cases a participant has: one for each touchpoint whose anchor has come to pass."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping

from surveyapp.domain.fieldwork.cases import Case, Disposition, Window, window
from surveyapp.domain.instrument.study import Anchor, Touchpoint
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
        case = _new_case(participant, touchpoint, window(touchpoint, anchored_on, work.runtime.zone(study)))
        if participant.stopped_at is not None:
            case = dataclasses.replace(case, disposition=Disposition.REFUSAL)
        cases.add_case(work.session, case)
        existing[touchpoint.number] = case
        made.append(case)
    return made


def first_cases(work: Work, participant: Participant, events: Mapping[str, dt.date]) -> list[Case]:
    """The cases somebody new has from the start, not yet stored. `events` is what happened to them, and when."""
    study = work.runtime.study(participant.study)
    made = []
    for touchpoint in sorted(study.touchpoints_of(participant.group), key=lambda each: each.number):
        day = _day_of(touchpoint.opens, participant, events)
        if day is not None:
            made.append(_new_case(participant, touchpoint, window(touchpoint, day, work.runtime.zone(study))))
    return made


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
