"""A month of a study to take along: where it stands, and what changed since the month before."""

from __future__ import annotations

import datetime as dt

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.authoring.checks.limits import FIRST_YEAR, LAST_YEAR
from surveyapp.domain.errors import NotFound
from surveyapp.domain.fieldwork.days import start_of
from surveyapp.domain.progress.standing import PeriodCounts, StudyMonth
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action, Scope
from surveyapp.services.progress.standing import as_it_stands
from surveyapp.services.work import Desk, Work
from surveyapp.store.progress import attempts, cases


def month(desk: Desk, study_id: str, year: int, number: int) -> StudyMonth:
    """A month that is over or has begun, by its year and number. Raises NotFound, NotPermitted."""
    scope = desk.scope(Action.SEE_STANDING, study_id)
    with desk.reading() as work:
        study = work.study(study_id)
        today = work.today(study)
        if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= number <= 12):
            raise NotFound(say("no_month", month=f"{year}-{number:02}"))
        first = dt.date(year, number, 1)
        if first > today:
            raise NotFound(say("month_to_come", month=f"{year}-{number:02}"))
        until, before = next_month(first), month_before(first)
        zone = work.runtime.zone(study)
        begins, ends = start_of(first, zone), min(start_of(until, zone), work.now)
        return StudyMonth(
            standing=as_it_stands(work, scope),
            first=first,
            ended=until <= today,
            this=_between(work, scope, first, until),
            before=_between(work, scope, before, first),
            answered_by_end=cases.answered(work.session, scope, ends),
            answered_by_start=cases.answered(work.session, scope, begins),
        )


def took(desk: Desk, study_id: str, what: str, form: str) -> None:
    """Notes that figures of where a study stands were taken: `what` of them, in which `form`. Raises NotPermitted."""
    desk.check(Action.SEE_STANDING, study_id)
    desk.note(AuditAction.RESULTS_TAKEN, study=study_id, what=what, form=form)


def next_month(first: dt.date) -> dt.date:
    """The first day of the month after that of a day."""
    return (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1)


def month_before(first: dt.date) -> dt.date:
    """The first day of the month before that of a day."""
    return (first.replace(day=1) - dt.timedelta(days=1)).replace(day=1)


def _between(work: Work, scope: Scope, first: dt.date, until: dt.date) -> PeriodCounts:
    """What happened from a day to the one before another."""
    zone = work.runtime.zone(work.study(scope.study))
    since, ends = start_of(first, zone), min(start_of(until, zone), work.now)
    tried, interviews, refused = attempts.totals(work.session, scope, since, ends)
    return PeriodCounts(
        joined=cases.joined(work.session, scope, first, until),
        opened=cases.opened(work.session, scope, since, ends),
        answered=cases.answered(work.session, scope, ends, since),
        attempts=tried,
        interviews=interviews,
        refused=refused,
        left=cases.left(work.session, scope, since, ends),
    )
