"""Letting go of what is held of people once its time is over, as each study says.

A transaction a person: killed half-way, those who came before are done, and the next run goes on with the rest. Run
again, it finds nothing to do.
"""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.instrument.consent.retention import RetentionRule
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.privacy.retention import KeptPerson, KeptThing, retained
from surveyapp.domain.staff import Action
from surveyapp.services.one_by_one import one_by_one
from surveyapp.services.privacy import erasing
from surveyapp.services.sealed_files import export_files
from surveyapp.services.work import Desk, Work
from surveyapp.store.privacy import retention as store

ANONYMOUS = "anon-"
"""How references of people begin whose answers are nobody's any more."""


@dataclass(frozen=True, kw_only=True)
class RetentionLine:
    """Of so many `people` of a study, something is kept to the end of `on`. `over`: that day has passed."""

    study: str
    what: KeptThing
    on: dt.date
    people: int
    over: bool


@dataclass(frozen=True, kw_only=True)
class RetentionOutlook:
    """What goes when in a study; `rule` None: it does not say, and everything stays."""

    study: Study
    rule: RetentionRule | None
    lines: tuple[RetentionLine, ...]
    today: dt.date


def outlook(desk: Desk, study_id: str) -> RetentionOutlook:
    """What a study holds, by until when it is kept, the first to go first. Raises NotFound, NotPermitted."""
    scope, study = desk.scope(Action.HANDLE_RIGHTS, study_id), desk.study(study_id)
    with desk.reading() as work:
        today = work.today(study)
        if study.retention is None:
            return RetentionOutlook(study=study, rule=None, lines=(), today=today)
        zone, counted = work.runtime.zone(study), Counter[tuple[dt.date, KeptThing]]()
        for person in store.people(work.session, scope):
            counted.update((on, what) for what, on in retained(study.retention, person, zone).items())
    order = list(KeptThing)
    lines = tuple(
        RetentionLine(study=study_id, what=what, on=on, people=people, over=today > on)
        for (on, what), people in sorted(counted.items(), key=lambda each: (each[0][0], order.index(each[0][1])))
    )
    return RetentionOutlook(study=study, rule=study.retention, lines=lines, today=today)


def run(desk: Desk, study_id: str) -> dict[KeptThing, int]:
    """Lets go of what a study keeps no longer; of how many people, by what. Whoever cannot be let go of keeps nobody
    else: what went wrong first is raised once all others are done. Raises NotFound, NotPermitted."""
    scope, study = desk.scope(Action.HANDLE_RIGHTS, study_id), desk.runtime.study(study_id)
    done = Counter[KeptThing]()
    if study.retention is None:
        return done
    with desk.reading() as work:
        waiting = [person.id for person in store.people(work.session, scope) if any(_over(work, study, person))]
    # In no order that is known: rows that are stored one after another would tell whose they were.
    secrets.SystemRandom().shuffle(waiting)

    def let_go(person_id: uuid.UUID) -> None:
        with desk.writing() as work:
            # Read anew: since then they may have withdrawn, or somebody else may have been here.
            person = store.person(work.session, person_id)
            over = [] if person is None else list(_over(work, study, person))
            if person is not None and over:
                _let_go(work, study, person, over)
        done.update(over)

    one_by_one(waiting, let_go)
    return done


def _over(work: Work, study: Study, person: KeptPerson) -> Iterator[KeptThing]:
    assert study.retention is not None
    today = work.today(study)
    for what, on in retained(study.retention, person, work.runtime.zone(study)).items():
        if today > on:
            yield what


def _let_go(work: Work, study: Study, person: KeptPerson, over: list[KeptThing]) -> None:
    assert study.retention is not None
    for what in over:
        work.record(AuditAction.KEPT_NO_LONGER, study=study.id, what=what.value)
    if KeptThing.WITHDRAWN in over or (KeptThing.ANSWERS in over and study.retention.then == "erase"):
        found = work.person(person.id)
        assert found is not None
        erasing.erase(work, found)
        return
    if KeptThing.CONTACTS in over:
        store.erase_contacts(work.session, person.id)
    if KeptThing.WORDS in over:
        store.erase_words(work.session, person.id)
    if KeptThing.ANSWERS in over:
        reference, zone = f"{ANONYMOUS}{secrets.token_hex(8)}", work.runtime.zone(study)
        store.anonymise(work.session, person.id, reference, work.now, zone)
    if {KeptThing.WORDS, KeptThing.ANSWERS} & set(over):  # files have words, and references
        export_files.void(work, study.id, kept_no_longer=True)
    erasing.renew_key(work, person.id)


def person_until(work: Work, study: Study, person_id: uuid.UUID) -> dict[KeptThing, dt.date]:
    """Until when what is held of one person is kept; empty where their study does not say."""
    if study.retention is None:
        return {}
    found = store.person(work.session, person_id)
    return {} if found is None else retained(study.retention, found, work.runtime.zone(study))
