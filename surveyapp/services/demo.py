"""The demonstration: a study's invented cohort, answered through the same services as real answers.

A study has one if its folder holds `demo/cohort.json`. Everything in it is dated in days relative to the day it is
loaded for, so that a demonstration is never out of date.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from surveyapp.domain.answers import Mode, Reason
from surveyapp.domain.audit import AuditAction, ByLink, Operator
from surveyapp.domain.entry.doors import Familiarity
from surveyapp.domain.errors import AnswersRefused, StateRefused, Unfinished
from surveyapp.domain.fieldwork.cases import (
    ANSWERABLE,
    AccessKind,
    Attempt,
    Disposition,
    Outcome,
    access_expiry,
    disposition_after,
)
from surveyapp.domain.instrument.kinds import missing_field
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.participants import Contact, Event, Origin, Participant, Site
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import MAY_BE_OF_ALL, Grant, Role, Scope, Staff
from surveyapp.services.cases import scheduling, standing
from surveyapp.services.cases.state import state_for_answering, state_of
from surveyapp.services.demo_words import code_answers, quote
from surveyapp.services.fieldwork import attempts
from surveyapp.services.keyring import hash_password
from surveyapp.services.participants import contacts, links
from surveyapp.services.questionnaires import versions as questionnaire_versions
from surveyapp.services.responses import answering, survey_session
from surveyapp.services.responses.survey_session import ByInterviewer
from surveyapp.services.results.releasing import releases
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk, Work
from surveyapp.store import cases, demonstration, participants, relationships
from surveyapp.store import staff as staff_store
from surveyapp.store.database import after_commit, new_id
from surveyapp.store.relationships import RelatedPair

STAFF = {
    "interviewer@example.org": ("Ines Interviewer", Role.INTERVIEWER),
    "supervisor@example.org": ("Sam Supervisor", Role.SUPERVISOR),
    "evaluator@example.org": ("Eva Evaluator", Role.EVALUATOR),
    "manager@example.org": ("Max Manager", Role.MANAGER),
    "viewer@example.org": ("Vera Viewer", Role.VIEWER),
    "auditor@example.org": ("Audrey Auditor", Role.AUDITOR),
    "administrator@example.org": ("Ada Administrator", Role.ADMINISTRATOR),
}
"""Who can sign in to the demonstration."""

BESIDES = {Role.EVALUATOR: (Role.READ_WORDS,), Role.SUPERVISOR: (Role.READ_WORDS,)}
"""What somebody may there beside their role: two read words, for one chooses what is quoted and another clears it."""

BEFORE_EVERYTHING = dt.timedelta(days=400)
"""How long before the day of the demonstration its sites are there and the first versions are open."""


@dataclasses.dataclass
class MovingClock:
    """The clock of the past that is being lived through again."""

    now: dt.datetime

    def __call__(self) -> dt.datetime:
        self.now += dt.timedelta(seconds=5)
        return self.now


def password(runtime: Runtime) -> str:
    """The one password of the demonstration's staff, made from its own key."""
    return f"demo-{runtime.keyring.digest('demo', 'password')[:8]}"


def is_loaded(runtime: Runtime) -> bool:
    """Whether the demonstration's people are there."""
    with Desk(runtime, Operator()).reading() as work:
        return participants.counts_by_origin(work.session).get(Origin.DEMO, 0) > 0


def load(runtime: Runtime, as_of: dt.date | None = None, *, with_releases: bool = True) -> int:
    """Builds the demonstration anew and returns how many people are in it. Everything entered before is lost.
    `with_releases`: also the releases that a study's cohort says; they are most of the time it takes.

    Raises StateRefused outside a demonstration, and where there are real people.
    """
    if not runtime.settings.demo:
        raise StateRefused(say("not_a_demonstration"))
    with Desk(runtime, Operator()).writing() as work:
        counts = participants.counts_by_origin(work.session)
        if counts.get(Origin.REAL):
            raise StateRefused(say("holds_real_people"))
        if counts.get(Origin.SIMULATED):
            raise StateRefused(say("holds_simulated_people"))
        demonstration.empty(work.session)
        after_commit(work.session, runtime.person_keys.file.empty)
    count = 0
    with_cohort = [study for study in runtime.studies.values() if _cohort_file(runtime, study).exists()]
    staff = _add_staff(runtime, with_cohort)
    for study in with_cohort:
        cohort = json.loads(_cohort_file(runtime, study).read_text(encoding="utf-8"))
        if not with_releases:
            cohort["releases"] = []
        count += _load_cohort(runtime, study, cohort, as_of or runtime.today(study), staff)
    return count


def new_links(runtime: Runtime, limit: int | None = None) -> list[str]:
    """A new personal link for each case that takes answers and has none yet, so that it opens at once in whatever
    browser: those in their window first and the studies by turns. A demonstration takes them outside it too, while
    links still open. Raises StateRefused where this is none."""
    if not runtime.settings.demo:
        raise StateRefused(say("links_for_demonstration"))
    with Desk(runtime, Operator()).writing() as work:
        open_now: list[cases.CaseOverview] = []
        later: list[cases.CaseOverview] = []
        for study in runtime.studies.values():
            for overview in cases.overviews(work.session, Scope(study.id, Origin.DEMO), work.today(study)):
                ends = access_expiry(overview.case, runtime.zone(study))
                if (ends is not None and ends <= work.now) or overview.response_state is not None:
                    continue
                there = (work, overview.case, overview.response_state)
                withdrawn = overview.participant.withdrawn_at is not None
                if state_for_answering(*there, withdrawn=withdrawn) in ANSWERABLE:
                    in_window = state_of(*there, withdrawn=withdrawn) in ANSWERABLE
                    (open_now if in_window else later).append(overview)
        chosen = [*_by_turns(open_now), *_by_turns(later)][:limit]
        given = [links.issue(work, each.participant, each.case, AccessKind.LINK) for each in chosen]
    return [f"{runtime.settings.public_url}{each.link}" for each in given]


def _by_turns(cases_of_all: list[cases.CaseOverview]) -> list[cases.CaseOverview]:
    """The first of every study, then the second of each, and so on."""
    turns: Counter[str] = Counter()
    placed = []
    for each in cases_of_all:
        placed.append((turns[each.participant.study], each))
        turns[each.participant.study] += 1
    return [each for _, each in sorted(placed, key=lambda pair: pair[0])]


def _cohort_file(runtime: Runtime, study: Study) -> Path:
    return runtime.settings.questionnaires / study.id / "demo" / "cohort.json"


def _add_staff(runtime: Runtime, studies: list[Study]) -> dict[Role, Staff]:
    hashed = hash_password(password(runtime))
    names = [study.id for study in studies]
    with Desk(runtime, Operator()).writing() as work:
        return {
            role: staff_store.add_staff(
                work.session,
                email,
                name,
                hashed,
                [
                    Grant(each, study)
                    for each in (role, *BESIDES.get(role, ()))
                    for study in ([None] if role in MAY_BE_OF_ALL else names)
                ],
                work.now,
            )
            for email, (name, role) in STAFF.items()
        }


def _load_cohort(
    runtime: Runtime, study: Study, cohort: Mapping[str, Any], as_of: dt.date, staff: Mapping[Role, Staff]
) -> int:
    with Desk(runtime, Operator()).writing() as work:
        sites = {
            each["reference"]: participants.add_site(
                work.session, study.id, each["reference"], each["name"], each["attributes"], as_of - BEFORE_EVERYTHING
            )
            for each in cohort["sites"]
        }
        persons = [(written, _add_person(work, study, written, sites, as_of)) for written in cohort["participants"]]
    to_make = sorted(cohort.get("releases", ()))
    _live_through(runtime, study, cohort, as_of, persons, staff, to_make)
    with Desk(runtime, Operator()).writing() as work:
        for written, person in persons:
            _exclude(work, study, written, person)
            _add_attempts(work, study, written, person, as_of, staff[Role.INTERVIEWER])
        _relate(work, study, cohort, {person.reference: person for _, person in persons})
        frames = _cohort_file(runtime, study).with_name("frames.json")
        code_answers(work, study, {person.id: written for written, person in persons}, staff[Role.EVALUATOR], frames)
    quote(
        Desk(runtime, staff[Role.EVALUATOR]),
        Desk(runtime, staff[Role.SUPERVISOR]),
        study.id,
        {person.reference: person for _, person in persons},
        _cohort_file(runtime, study).with_name("quotations.json"),
    )
    for day in to_make:
        _release(runtime, study, as_of, day, staff[Role.MANAGER])
    return len(persons)


def _relate(
    work: Work,
    study: Study,
    cohort: Mapping[str, Any],
    persons: Mapping[str, Participant],
) -> None:
    """Records who is what to whom."""
    written = cohort.get("relationships", ())
    pairs = [RelatedPair(each["relationship"], persons[each["from"]].id, persons[each["to"]].id) for each in written]
    relationships.add(work.session, pairs, work.now)
    for each in written:
        detail = {"relationship": each["relationship"], "other": each["to"]}
        work.record(AuditAction.RELATIONSHIP_RECORDED, each["from"], study=study.id, **detail)


def _live_through(
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
            _release(runtime, study, as_of, to_make.pop(0), staff[Role.MANAGER])
        then = dataclasses.replace(runtime, clock=MovingClock(_moment(runtime, study, as_of, response)))
        _answer(then, study, person, response, as_of, staff[Role.INTERVIEWER])
    for opening in openings:
        _open(runtime, study, as_of, opening)


def _release(runtime: Runtime, study: Study, as_of: dt.date, day: int, manager: Staff) -> None:
    """Makes a release in the evening of a day, through the service that makes real ones."""
    clock = MovingClock(_moment(runtime, study, as_of, {"days": day, "hour": 22}))
    releases.make(Desk(dataclasses.replace(runtime, clock=clock), manager), study.id)


def _open(runtime: Runtime, study: Study, as_of: dt.date, opening: Mapping[str, Any]) -> None:
    then = dataclasses.replace(
        runtime, clock=MovingClock(_moment(runtime, study, as_of, {"days": opening["days"], "hour": 0}))
    )
    questionnaire_versions.open_version(Desk(then, Operator()), study.id, opening["questionnaire"], opening["version"])


def _add_person(
    work: Work, study: Study, written: Mapping[str, Any], sites: Mapping[str, Site], as_of: dt.date
) -> Participant:
    person = Participant(
        id=new_id(),
        study=study.id,
        group=written["group"],
        reference=written["reference"],
        origin=Origin.DEMO,
        enrolled_on=as_of + dt.timedelta(days=written["enrolled_days"]),
        site=sites[written["site"]] if written.get("site") else None,
        attributes=written["attributes"],
    )
    participants.add_participant(work.session, person)
    contacts.write(work, person, Contact(**written["contact"]))
    for event in written["events"]:
        participants.add_event(
            work.session, person.id, Event(event["event"], as_of + dt.timedelta(days=event["days"]), "demo")
        )
    scheduling.plan_cases(work, person)
    return person


def _exclude(work: Work, study: Study, written: Mapping[str, Any], person: Participant) -> None:
    """Closes the cases of the touchpoints at which somebody is not eligible, and puts the reason on record."""
    for case in cases.cases_of(work.session, person.id):
        reason = written["not_eligible"].get(str(case.touchpoint))
        if reason is not None:
            cases.set_disposition(work.session, case.id, Disposition.NOT_ELIGIBLE)
            detail = {"touchpoint": case.touchpoint, "reason": reason}
            work.record(AuditAction.NOT_ELIGIBLE, person.reference, study=study.id, **detail)


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
        if isinstance(who, ByInterviewer):
            attempts.hand_in(runtime, who, uuid.uuid4())
        else:
            answering.submit(runtime, who)
    except (AnswersRefused, Unfinished) as error:
        raise StateRefused(
            say("cohort_answers", reference=person.reference, touchpoint=written["touchpoint"], why=str(error))
        ) from error


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


def _add_attempts(
    work: Work,
    study: Study,
    written: Mapping[str, Any],
    person: Participant,
    as_of: dt.date,
    interviewer: Staff,
) -> None:
    by_touchpoint = {case.touchpoint: case for case in cases.cases_of(work.session, person.id)}
    for each in sorted(written["attempts"], key=lambda attempt: (attempt["days"], attempt["hour"])):
        case = by_touchpoint.get(each["touchpoint"])
        if case is None:
            continue
        outcome = Outcome(each["outcome"])
        at = _moment(work.runtime, study, as_of, each)
        cases.add_attempt(
            work.session,
            Attempt(
                id=new_id(),
                case_id=case.id,
                staff_id=interviewer.id,
                staff_name=interviewer.name,
                at=at,
                outcome=outcome,
                mode=Mode.PHONE,
            ),
        )
        case = dataclasses.replace(case, disposition=disposition_after(case.disposition, outcome))
        by_touchpoint[case.touchpoint] = case
        cases.set_disposition(work.session, case.id, case.disposition)
        standing.work_out(work, study, case.id)
