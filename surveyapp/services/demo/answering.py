"""What a cohort of the demonstration lived through: every response on its day, through the same services as real
answers, on the version that was open then; attempts to reach people; releases on the days they are made."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from surveyapp.domain.answers import Mode, Reason
from surveyapp.domain.audit import ByLink, Operator
from surveyapp.domain.entry.doors import Familiarity
from surveyapp.domain.errors import AnswersRefused, StateRefused, Unfinished
from surveyapp.domain.fieldwork.cases import (
    AccessKind,
    Attempt,
    Outcome,
    disposition_after,
)
from surveyapp.domain.fieldwork.consequences import CONSEQUENCES
from surveyapp.domain.instrument.kinds import missing_field
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.participants import Participant
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Role, Staff
from surveyapp.services.cases import standing
from surveyapp.services.fieldwork import attempts
from surveyapp.services.participants import links
from surveyapp.services.questionnaires import versions as questionnaire_versions
from surveyapp.services.responses import answering, survey_session
from surveyapp.services.responses.survey_session import ByInterviewer
from surveyapp.services.results.releasing import releases
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk, Work
from surveyapp.store import cases
from surveyapp.store.calling import referrals
from surveyapp.store.database import new_id

BEFORE_EVERYTHING = dt.timedelta(days=400)
"""How long before the day of the demonstration its sites are there and the first versions are open."""


@dataclasses.dataclass
class MovingClock:
    """The clock of the past that is being lived through again."""

    now: dt.datetime

    def __call__(self) -> dt.datetime:
        self.now += dt.timedelta(seconds=5)
        return self.now


def live_through(
    runtime: Runtime,
    study: Study,
    cohort: Mapping[str, Any],
    as_of: dt.date,
    persons: Sequence[tuple[Mapping[str, Any], Participant]],
    staff: Mapping[Role, Staff],
    to_make: list[int],
) -> None:
    """Every response in the order of its day, on the version that was open then: version 1 from the start, a later one
    from the day the cohort's `openings` give. `to_make`: on which days releases are made; those left when the last
    response is in stay in it."""
    for name in sorted({name for name, _ in study.questionnaires}):
        _open(runtime, study, as_of, {"questionnaire": name, "version": 1, "days": -BEFORE_EVERYTHING.days})
    openings = sorted(cohort.get("openings", ()), key=lambda each: int(each["days"]))
    answered = sorted(
        ((response, person) for written, person in persons for response in written["responses"]),
        key=lambda each: (int(each[0]["days"]), int(each[0]["touchpoint"])),
    )
    for response, person in answered:
        while openings and openings[0]["days"] <= response["days"]:
            _open(runtime, study, as_of, openings.pop(0))
        while to_make and to_make[0] < response["days"]:
            release(runtime, study, as_of, to_make.pop(0), staff[Role.MANAGER])
        clock = MovingClock(_moment(runtime, study, as_of, response))
        then = dataclasses.replace(runtime, clock=clock)
        _answer(then, study, person, response, as_of, staff[Role.INTERVIEWER], clock)
    for opening in openings:
        _open(runtime, study, as_of, opening)


def release(runtime: Runtime, study: Study, as_of: dt.date, day: int, manager: Staff) -> None:
    """Makes a release in the evening of a day, through the service that makes real ones."""
    clock = MovingClock(_moment(runtime, study, as_of, {"days": day, "hour": 22}))
    releases.make(Desk(dataclasses.replace(runtime, clock=clock), manager), study.id)


def _open(runtime: Runtime, study: Study, as_of: dt.date, opening: Mapping[str, Any]) -> None:
    then = dataclasses.replace(
        runtime, clock=MovingClock(_moment(runtime, study, as_of, {"days": opening["days"], "hour": 0}))
    )
    questionnaire_versions.open_version(Desk(then, Operator()), study.id, opening["questionnaire"], opening["version"])


def _moment(runtime: Runtime, study: Study, as_of: dt.date, written: Mapping[str, Any]) -> dt.datetime:
    """The local hour of a day as UTC; never later than now, whatever the time of day the demonstration is made."""
    day = as_of + dt.timedelta(days=written["days"])
    local = dt.datetime.combine(day, dt.time(written.get("hour", 11), written.get("minute", 0)), runtime.zone(study))
    return local.astimezone(dt.UTC)


def _answer(
    runtime: Runtime,
    study: Study,
    person: Participant,
    written: Mapping[str, Any],
    as_of: dt.date,
    interviewer: Staff,
    clock: MovingClock,
) -> None:
    mode = Mode(written["mode"])
    who: survey_session.Who
    if mode is Mode.SELF:
        with Desk(runtime, Operator()).writing() as work:
            there = cases.cases_of(work.session, person.id)
            case = next(each for each in there if each.touchpoint == written["touchpoint"])
            link = links.issue(work, person, case, AccessKind.LINK).link
        assert link is not None
        who = ByLink(access_id=links.open_link(runtime, link.removeprefix("/s/")), by=Familiarity.BEGAN)
    else:
        who = ByInterviewer(
            staff=interviewer, study=study.id, reference=person.reference, touchpoint=written["touchpoint"], mode=mode
        )
    visit = answering.give_consent(runtime, who, {purpose.id: True for purpose in study.consent})
    begun = visit.ready[2].version
    if begun != written.get("version", begun):
        raise StateRefused(
            say(
                "cohort_version",
                reference=person.reference,
                touchpoint=written["touchpoint"],
                version=written["version"],
                begun=begun,
            )
        )
    form = {
        name: values
        for key, value in written["answers"].items()
        for name, values in _form_values(key, value, mode, as_of).items()
    }
    try:
        if not _save_sections(runtime, who, form, written.get("stopped_at")):
            return
        clock.now += _taken(person, len(form), mode)
        if isinstance(who, ByInterviewer):
            attempts.hand_in(runtime, who, uuid.uuid4())
        else:
            answering.submit(runtime, who)
    except (AnswersRefused, Unfinished) as error:
        raise StateRefused(
            say("cohort_answers", reference=person.reference, touchpoint=written["touchpoint"], why=str(error))
        ) from error


def _taken(person: Participant, answers: int, mode: Mode) -> dt.timedelta:
    """How long so many answers took: read out, twice as long as by themselves; some people are quicker than others."""
    pace = 8 + int(person.reference[-2:]) % 7
    return dt.timedelta(seconds=answers * pace * (1 if mode is Mode.SELF else 2))


def _save_sections(
    runtime: Runtime, who: survey_session.Who, form: Mapping[str, list[str]], stopped_at: str | None
) -> bool:
    """A save for each section on the route, all in one unit of work: there are thousands of answers. Whether the end
    was reached, and not the section in front of which they stopped. Raises AnswersRefused."""
    with Desk(runtime, who.actor).writing() as work:
        visit = survey_session.visit_in(work, who, lock=True)
        passed = None
        while (page := visit.ready[1].frontier) is not None and page.section.id != passed:
            passed = page.section.id
            if passed == stopped_at:
                return False
            saved, faults = answering.save_section_in(work, who, visit, passed, form, uuid.uuid4(), finish=True)
            if faults:
                raise AnswersRefused(faults)
            visit = saved.visit
    return True


def _form_values(key: str, written: object, mode: Mode, as_of: dt.date) -> dict[str, list[str]]:
    """What a form would have held. Only an interviewer can say that a question was skipped; a participant leaves it.
    A day is written as days from the one the demonstration is for."""
    if isinstance(written, dict) and "days" in written:
        return {key: [(as_of + dt.timedelta(days=written["days"])).isoformat()]}
    if isinstance(written, dict):
        left = written["missing"] == Reason.SKIPPED.value and mode is Mode.SELF
        return {} if left else {missing_field(key): [written["missing"]]}
    return {key: [str(value) for value in written] if isinstance(written, list) else [str(written)]}


def add_attempts(
    work: Work,
    study: Study,
    written: Mapping[str, Any],
    person: Participant,
    as_of: dt.date,
    interviewer: Staff,
) -> None:
    by_touchpoint = {case.touchpoint: case for case in cases.cases_of(work.session, person.id)}
    last: Attempt | None = None
    for each in sorted(written["attempts"], key=lambda attempt: (attempt["days"], attempt["hour"])):
        case = by_touchpoint.get(each["touchpoint"])
        if case is None:
            continue
        outcome = Outcome(each["outcome"])
        at = _moment(work.runtime, study, as_of, each)
        attempt = Attempt(
            id=new_id(),
            case_id=case.id,
            staff_id=interviewer.id,
            staff_name=interviewer.name,
            at=at,
            outcome=outcome,
            mode=Mode.PHONE,
        )
        cases.add_attempt(work.session, attempt)
        disposition = disposition_after(case.disposition, outcome)
        cases.set_disposition(work.session, case, disposition)
        by_touchpoint[case.touchpoint] = dataclasses.replace(case, disposition=disposition)
        standing.work_out(work, study, case.id)
        last = attempt
    # What came of an earlier one was put right, or they would not have been tried again.
    kind = CONSEQUENCES[last.outcome].referral if last else None
    if last and kind:
        work.session.flush()
        referrals.add(work.session, last.id, person.id, kind, last.at)
