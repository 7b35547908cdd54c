"""Moving everybody midway on a page: some at once, very many by the worker, while whoever asked sees how far it is."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from surveyapp.domain.errors import NotPermitted, StateRefused
from surveyapp.domain.jobs.long_jobs import JobKind, LongJob
from surveyapp.domain.sentences import say
from surveyapp.services.jobs import asking, doing
from surveyapp.services.jobs.asking import JobStand
from surveyapp.services.jobs.doing import JobInHand
from surveyapp.services.questionnaires import response_migration
from surveyapp.services.questionnaires import versions as questionnaire_versions
from surveyapp.services.questionnaires.response_migration import ToMove
from surveyapp.services.work import Desk, Work
from surveyapp.store.jobs import long_jobs as store
from surveyapp.store.responses import Midway

AT_ONCE = 30
"""How many people are moved while the page waits: a second or two. More are the worker's."""


@dataclass(frozen=True)
class AskedMove:
    """What became of asking: how many were `moved` (None: the worker moves them), or who asked for it before, where
    that is not through."""

    moved: int | None
    before: LongJob | None = None


def ask(desk: Desk, study_id: str, name: str) -> AskedMove:
    """Moves everybody midway to the open version: a few at once, more by the worker. Nothing is begun while the same is
    under way. Raises NotPermitted, NotFound, and what went wrong first of those moved at once."""
    those = response_migration.to_move(desk, study_id, name)
    several = len(those.there)
    at_once = several <= AT_ONCE
    holder = doing.new_holder() if at_once else None
    with desk.writing() as work:
        asked = asking.ask(
            work, JobKind.MOVE, study_id, name, version=those.target.version, total=several, holder=holder
        )
    if asked.already:
        return AskedMove(None, asked.job)
    if holder is None:
        return AskedMove(None)
    return AskedMove(doing.do_now(desk, asked.job, holder, carry_on))


def carry_on(mine: JobInHand) -> None:
    """Moves whoever is still to be moved of those a job is of."""
    job = mine.job

    def may(desk: Desk) -> None:
        questionnaire_versions.whole_study(desk, job.study)

    those = response_migration.to_move(mine.asker(may), job.study, job.subject)
    if those.target.version != job.version:
        raise StateRefused(say("moves_elsewhere", version=job.version, open=those.target.version))
    mine.begin(len(those.there))
    for each in those.there:
        mine.one(may, functools.partial(_move, those, each))


def _move(those: ToMove, each: Midway, work: Work) -> int:
    return len(those.move(work, each))


def under_way(desk: Desk, study_id: str) -> dict[str, LongJob]:
    """The moves of a study that are not through, by questionnaire, for those who may ask for one."""
    if not _may(desk, study_id):
        return {}
    with desk.reading() as work:
        return {each.subject: each for each in store.under_way(work.session, study_id, JobKind.MOVE)}


def last(desk: Desk, study_id: str, name: str) -> JobStand | None:
    """How the move that was asked for last stands, for those who may ask for one; who asked for it sees it whatever
    they may now. Raises NotPermitted."""
    with desk.reading() as work:
        job = store.newest(work.session, study_id, JobKind.MOVE, name)
        if job is None or job.staff_id != work.staff_id:
            questionnaire_versions.whole_study(desk, study_id)
        return None if job is None else asking.standing(work, job)


def _may(desk: Desk, study_id: str) -> bool:
    try:
        questionnaire_versions.whole_study(desk, study_id)
    except NotPermitted:
        return False
    return True
