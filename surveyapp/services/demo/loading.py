"""The demonstration: a study's invented cohort, answered through the same services as real answers.

A study has one if its folder holds `demo/cohort.json`. Everything in it is dated in days relative to the day it is
loaded for, so that a demonstration is never out of date.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from surveyapp.domain.audit import AuditAction, Operator
from surveyapp.domain.errors import DatabaseFault, DatabaseUnavailable, StateRefused
from surveyapp.domain.fieldwork.cases import (
    ANSWERABLE,
    AccessKind,
    Disposition,
    access_expiry,
)
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.participants import Contact, Event, Origin, Participant, Site
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import MAY_BE_OF_ALL, Grant, Role, Scope, Staff
from surveyapp.services.cases import scheduling
from surveyapp.services.cases.state import state_for_answering, state_of
from surveyapp.services.demo.answering import BEFORE_EVERYTHING, add_attempts, live_through, release
from surveyapp.services.demo.words import code_answers, quote
from surveyapp.services.keyring import hash_password
from surveyapp.services.participants import contacts, links
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk, Work
from surveyapp.settings import Settings
from surveyapp.store import cases, demonstration, participants, relationships
from surveyapp.store import staff as staff_store
from surveyapp.store.database import Database, after_commit, new_id
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

BESIDES = {Role.EVALUATOR: (Role.READ_WORDS, Role.EXPORT_ANSWERS), Role.SUPERVISOR: (Role.READ_WORDS,)}
"""What somebody may there beside their role: two read words, for one chooses what is quoted and another clears it;
whoever evaluates takes answers to other programs."""


def password(runtime: Runtime) -> str:
    """The one password of the demonstration's staff, made from its own key."""
    return f"demo-{runtime.keyring.digest('demo', 'password')[:8]}"


def is_loaded(runtime: Runtime) -> bool:
    """Whether the demonstration's people are there."""
    with Desk(runtime, Operator()).reading() as work:
        return participants.counts_by_origin(work.session).get(Origin.DEMO, 0) > 0


def refuse_a_real_one(settings: Settings) -> None:
    """Before anything is made or migrated for a demonstration: raises StateRefused where the settings are not those of
    one, or the database that they name holds real people, in tables of whichever release."""
    if not settings.demo:
        raise StateRefused(say("not_a_demonstration"))
    database = Database(settings.database_url, any_revision=True)
    try:
        with database.reading() as session:
            if participants.counts_by_origin(session).get(Origin.REAL):
                raise StateRefused(say("holds_real_people"))
    except DatabaseUnavailable as error:
        # What making one begins with. Anything else keeps it from being made, and is said then.
        if error.fault not in (DatabaseFault.GONE, DatabaseFault.NOT_MIGRATED):
            raise
    finally:
        database.dispose()


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
    live_through(runtime, study, cohort, as_of, persons, staff, to_make)
    with Desk(runtime, Operator()).writing() as work:
        for written, person in persons:
            _exclude(work, study, written, person)
            add_attempts(work, study, written, person, as_of, staff[Role.INTERVIEWER])
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
        release(runtime, study, as_of, day, staff[Role.MANAGER])
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
            cases.set_disposition(work.session, case, Disposition.NOT_ELIGIBLE)
            detail = {"touchpoint": case.touchpoint, "reason": reason}
            work.record(AuditAction.NOT_ELIGIBLE, person.reference, study=study.id, **detail)
