"""Which cases a participant has: one for each touchpoint whose anchor has come to pass."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping

from surveyapp.domain.fieldwork.cases import Case, Disposition, Window, access_expiry, window
from surveyapp.domain.fieldwork.days import start_of
from surveyapp.domain.fieldwork.lists import LateChoice
from surveyapp.domain.fieldwork.touchpoint_changes import TouchpointStanding
from surveyapp.domain.instrument.study import Anchor, Study, Touchpoint
from surveyapp.domain.participants import Participant
from surveyapp.services.work import Work
from surveyapp.store import cases, enrolment, participants, responses
from surveyapp.store.database import new_id
from surveyapp.store.mending import touchpoints


def as_it_stands(work: Work, study: Study) -> Study:
    """The study with what was done to its touchpoints: one that was extended lasts so many days longer for whoever
    comes to it, and one that was closed is nobody's any more. Read once a unit of work, however many people."""
    return with_changes(study, touchpoints.standings(work.session, study.id))


def with_changes(study: Study, standings: Mapping[tuple[str, int], TouchpointStanding]) -> Study:
    """A study with its touchpoints as their changes leave them."""
    if not standings:
        return study
    nothing = TouchpointStanding()
    made = []
    for each in study.touchpoints:
        standing = standings.get(each.key, nothing)
        if standing.closed_at is None:
            made.append(_longer(each, standing.extended))
    return dataclasses.replace(study, touchpoints=tuple(made))


def _longer(touchpoint: Touchpoint, days: int) -> Touchpoint:
    def later(last: int | None) -> int | None:
        return None if last is None else last + days

    return dataclasses.replace(
        touchpoint, due_days=later(touchpoint.due_days), closes_days=later(touchpoint.closes_days)
    )


def plan_cases(work: Work, participant: Participant) -> list[Case]:
    """Makes the cases that have become due to exist, and returns the new ones. Doing it again makes none. Somebody who
    stopped has theirs all the same, as refusals that nobody is asked to mend: who was asked and did not answer is
    counted."""
    study = work.runtime.study(participant.study)
    existing = {case.touchpoint: case for case in cases.cases_of(work.session, participant.id)}
    missing = [each for each in study.touchpoints_of(participant.group) if each.number not in existing]
    if not missing:
        return []
    zone, sent, happened = work.runtime.zone(study), dict[int, dt.date](), dict[str, dt.date]()
    for number in sorted({each.opens.touchpoint[1] for each in missing if each.opens.touchpoint}):
        response = responses.response_of(work.session, existing[number].id) if number in existing else None
        if response is not None and response.submitted_at is not None:
            sent[number] = response.submitted_at.astimezone(zone).date()
    if any(each.opens.type == "event" for each in missing):
        # Oldest last, so that it is the one kept.
        happened = {event.event: event.on for event in reversed(participants.events(work.session, participant.id))}
    made: list[Case] = []
    for touchpoint, days in windows(as_it_stands(work, study), zone, participant, happened, sent):
        if touchpoint.number not in existing:
            case = new_case(
                touchpoint, days, participant, work.now, zone, LateChoice.CLOSED, again=bool(existing or made)
            )
            cases.add_case(work.session, case)
            made.append(case)
    return made


def move(work: Work, study: Study, moved: Case) -> None:
    """Gives a case its new window; its links and codes live as long as is due to that."""
    enrolment.move_case(work.session, moved, access_expiry(moved, work.runtime.zone(study)))


LateChoices = Mapping[tuple[str, int], LateChoice]
"""What becomes of cases whose window is over when their people join, by touchpoint; those not named are closed."""

ALL_CLOSED: LateChoices = {}


def first_cases(
    work: Work, participant: Participant, events: Mapping[str, dt.date], late: LateChoices = ALL_CLOSED
) -> list[Case]:
    """The cases somebody new has from the start, not yet stored. `events` is what happened to them, and when."""
    study = as_it_stands(work, work.runtime.study(participant.study))
    return planned(study, work.runtime.zone(study), work.now, participant, events, late)


def planned(
    study: Study,
    zone: dt.tzinfo,
    now: dt.datetime,
    participant: Participant,
    events: Mapping[str, dt.date],
    late: LateChoices = ALL_CLOSED,
) -> list[Case]:
    """`first_cases` of somebody who need not be on record, in a study as it stands (`as_it_stands`)."""
    made: list[Case] = []
    for touchpoint, days in windows(study, zone, participant, events, {}):
        choice = late.get(touchpoint.key, LateChoice.CLOSED)
        made.append(new_case(touchpoint, days, participant, now, zone, choice, again=bool(made)))
    return made


def windows(
    study: Study,
    zone: dt.tzinfo,
    participant: Participant,
    events: Mapping[str, dt.date],
    sent: Mapping[int, dt.date],
) -> list[tuple[Touchpoint, Window]]:
    """The touchpoints that are somebody's, each with its window by the study's rule, in the order of their numbers.
    `events`: when what happened to them first did; `sent`: on which day they sent which touchpoint."""
    found = []
    for touchpoint in sorted(study.touchpoints_of(participant.group), key=lambda each: each.number):
        day = _day_of(touchpoint.opens, participant, events, sent)
        if day is None:
            continue
        days = window(touchpoint, day, zone)
        if not ended_before(touchpoint, days, participant, zone):
            found.append((touchpoint, days))
    return found


def new_case(
    touchpoint: Touchpoint,
    days: Window,
    participant: Participant,
    now: dt.datetime,
    zone: dt.tzinfo,
    late: LateChoice,
    *,
    again: bool,
) -> Case:
    """A case with a window. `late`: what becomes of it where that is over; `again`: whether they have another. Of
    somebody who stopped, or does not want to be contacted again, it is a refusal that nobody is asked to mend: who was
    asked and did not answer is counted."""
    disposition, moved_at = Disposition.UNKNOWN, None
    if days.closes_at is not None and days.closes_at <= now:
        match late:
            case LateChoice.FROM_TODAY:
                opens_on = now.astimezone(zone).date()
                days, moved_at = window(touchpoint, opens_on - dt.timedelta(days=touchpoint.opens.days), zone), now
            case LateChoice.NOT_ASKED:
                disposition = Disposition.NOT_ELIGIBLE
    return Case(
        id=new_id(),
        participant_id=participant.id,
        touchpoint=touchpoint.number,
        opens_at=days.opens_at,
        due_at=days.due_at,
        closes_at=days.closes_at,
        disposition=_ended_as(participant, disposition, again),
        moved_at=moved_at,
    )


def ended_before(touchpoint: Touchpoint, days: Window, participant: Participant, zone: dt.tzinfo) -> bool:
    """Whether a wave on fixed days was over before somebody joined: it is not theirs."""
    return (
        touchpoint.opens.type == "fixed"
        and days.closes_at is not None
        and days.closes_at <= start_of(participant.enrolled_on, zone)
    )


def _ended_as(participant: Participant, otherwise: Disposition, again: bool) -> Disposition:
    """What the cases are of somebody who is not asked any more."""
    if participant.deceased_at is not None:
        return Disposition.DECEASED
    declined = again and participant.declined_contact_at is not None
    return Disposition.REFUSAL if declined or participant.stopped_at is not None else otherwise


def _day_of(
    anchor: Anchor, participant: Participant, events: Mapping[str, dt.date], sent: Mapping[int, dt.date]
) -> dt.date | None:
    """The day an anchor fell on, or None while it has not."""
    match anchor.type:
        case "enrolled":
            return participant.enrolled_on
        case "fixed":
            return anchor.date
        case "event":
            return events.get(anchor.event or "")
    return sent.get(anchor.touchpoint[1]) if anchor.touchpoint else None
