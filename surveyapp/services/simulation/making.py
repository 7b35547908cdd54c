"""Simulating a study's cohort: checking that nobody real is near, opening its versions in the past, storing the people.

A batch is stored whole or not at all, and is drawn from the seed alone: what was interrupted goes on where it stopped.
Linked tables, of which there is nothing until all is there, are begun anew.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import functools
import tempfile
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from surveyapp.analysis.linked import partitions
from surveyapp.analysis.linked.table import LinkedTable
from surveyapp.analysis.simulation.cohort import simulated
from surveyapp.analysis.simulation.linking import linked_parts, linked_tables
from surveyapp.analysis.simulation.plan import BATCH, HISTORY, CohortPlan, SimulatedVersion
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import StateRefused
from surveyapp.domain.fieldwork.days import start_of
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.participants import Origin
from surveyapp.domain.sentences import say
from surveyapp.services import readiness
from surveyapp.services.questionnaires import versions as questionnaire_versions
from surveyapp.services.results import current
from surveyapp.services.simulation.storing import Storing, add_sites
from surveyapp.services.work import Desk, Work
from surveyapp.store import participants
from surveyapp.store import questionnaire_versions as store
from surveyapp.store.results import ResultState

MOST_STORED = 100_000
"""How many participants go through the database. More are written into the linked tables."""

OnProgress = Callable[[int], None]
"""Told how many more participants there are."""


def simulate(desk: Desk, study_id: str, count: int, seed: int, progress: OnProgress = lambda _: None) -> int:
    """Makes a cohort of so many participants, or goes on with one that was interrupted. How many rows were stored: of
    the database or, of more than `MOST_STORED` participants, of the linked tables.

    Raises NotFound; StateRefused where the database has not been migrated, holds people who are not simulated or a
    cohort that is not this one, where the study asks nobody, or where linked tables cannot be written.
    """
    study = desk.runtime.study(study_id)
    if problem := readiness.problem(desk.runtime):
        raise StateRefused(say("not_ready", problem=problem))
    if not study.touchpoints:
        raise StateRefused(say("asks_nobody", study=study_id))
    with desk.reading() as work:
        begun = _begun(work, study, count, seed)
    as_of = dt.date.fromisoformat(begun[-1]["as_of"]) if begun else desk.runtime.today(study)
    _open_versions(desk, study, as_of)
    plan = _plan(desk, study, count, seed, as_of)
    if count > MOST_STORED:
        return _link(desk, plan, progress)
    with desk.writing() as work:
        storing = Storing.prepare(work, plan)
    progress(min(len(begun) * BATCH, count))
    rows = 0
    for batch in range(len(begun), plan.batches):
        with desk.writing() as work:
            for group in simulated(plan, batch):
                rows += storing.store(work, group, progress)
            _record(work, plan, batch)
    return rows


def _link(desk: Desk, plan: CohortPlan, progress: OnProgress) -> int:
    """Writes the cohort's linked tables, and makes them what results are read from."""
    folder = desk.runtime.settings.cache
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        raise StateRefused(say("no_place_for_tables", most=MOST_STORED, folder=str(folder))) from None
    with desk.writing() as work:
        sites = [site.id.hex for site in add_sites(work, plan)]
    name = uuid.uuid4().hex
    tables: Mapping[str, LinkedTable] = {}
    if desk.runtime.settings.cluster:
        rows, newest = _link_in_parts(desk, plan, name, sites, progress)
    else:
        tables, newest = linked_tables(plan, name, sites, progress)
        rows = sum(len(table) for table in tables.values())
    answers_at = None if np.isnat(newest) else newest.astype(object).replace(tzinfo=dt.UTC)
    with desk.writing() as work:
        made = ResultState(name=name, before=None, answers_at=answers_at, on=plan.as_of)
        current.install(work, plan.study, made, tables.values())
        _record(work, plan, plan.batches - 1)
    return rows


def _link_in_parts(
    desk: Desk, plan: CohortPlan, state: str, sites: Sequence[str], progress: OnProgress
) -> tuple[int, np.datetime64]:
    """The same in parts, of which one is held at a time: how many people there are does not matter."""
    people, newest = 0, np.datetime64("NaT", "s")
    with contextlib.ExitStack() as stack:
        writers = {
            group.id: stack.enter_context(current.parts(desk.runtime, plan.study, group.id, state))
            for group in plan.groups
        }
        for tables, last in linked_parts(plan, state, sites, progress, max(1, partitions.PEOPLE // BATCH)):
            for group, table in tables.items():
                writers[group].add(table)
                people += len(table)
            newest = np.fmax(newest, last)
    return people, newest


def _record(work: Work, plan: CohortPlan, batch: int) -> None:
    work.record(
        AuditAction.COHORT_SIMULATED,
        study=plan.study.id,
        participants=plan.participants,
        seed=plan.seed,
        as_of=plan.as_of.isoformat(),
        batch=batch,
    )


def _begun(work: Work, study: Study, count: int, seed: int) -> Sequence[Mapping[str, Any]]:
    """What was noted of each batch of this cohort that is there. Raises StateRefused where there is anything else."""
    counts = participants.counts_by_origin(work.session)
    if counts.get(Origin.REAL) or counts.get(Origin.DEMO):
        raise StateRefused(say("holds_people", people=sum(counts.values()) - counts.get(Origin.SIMULATED, 0)))
    begun = [detail for _, detail in work.recorded(study.id, AuditAction.COHORT_SIMULATED)]
    if any((each["participants"], each["seed"]) != (count, seed) for each in begun):
        other = begun[0]
        raise StateRefused(
            say("other_cohort", study=study.id, participants=other["participants"], seed=str(other["seed"]))
        )
    if begun and begun[-1]["batch"] == -(-count // BATCH) - 1:
        raise StateRefused(say("cohort_there", study=study.id, participants=count, seed=str(seed)))
    return begun


def _open_versions(desk: Desk, study: Study, as_of: dt.date) -> None:
    """Opens every frozen version of what the study asks with: the first before anybody enrolled, the others after, the
    same time apart. Raises StateRefused where a questionnaire has none."""
    for name in sorted({touchpoint.questionnaire for touchpoint in study.touchpoints}):
        frozen = questionnaire_versions.frozen_versions(desk.runtime, study.id, name)
        if not frozen:
            command = f"surveyapp questionnaires freeze {study.id} {name}"
            raise StateRefused(say("none_frozen", name=name, command=command))
        for place, version in enumerate(frozen):
            day = as_of - HISTORY - dt.timedelta(days=1) + place * HISTORY / len(frozen)
            at = start_of(day, desk.runtime.zone(study))
            then = dataclasses.replace(desk.runtime, clock=functools.partial(_same, at))
            questionnaire_versions.open_version(dataclasses.replace(desk, runtime=then), study.id, name, version)


def _same(moment: dt.datetime) -> dt.datetime:
    return moment


def _plan(desk: Desk, study: Study, count: int, seed: int, as_of: dt.date) -> CohortPlan:
    versions: dict[str, tuple[SimulatedVersion, ...]] = {}
    with desk.reading() as work:
        for name, version, _, opened_at in store.versions(work.session, study.id):
            opened = SimulatedVersion(opened_at, desk.runtime.instrument(work.session, study.id, name, version))
            versions[name] = (*versions.get(name, ()), opened)
    return CohortPlan(
        study=study,
        participants=count,
        seed=seed,
        as_of=as_of,
        zone=desk.runtime.zone(study),
        versions={name: tuple(sorted(each, key=lambda one: one.opened_at)) for name, each in versions.items()},
    )
