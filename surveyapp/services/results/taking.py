"""Figures that leave the platform are in the audit trail, under the name of whoever took them."""

from __future__ import annotations

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.staff import Action
from surveyapp.services.work import Desk


def took(desk: Desk, study_id: str, what: str, form: str) -> None:
    """Notes that working figures were taken: `what` of them, in which `form`. Raises NotFound, NotPermitted."""
    desk.study(study_id)
    desk.check(Action.SEE_RESULTS, study_id)
    with desk.writing() as work:
        work.record(AuditAction.RESULTS_TAKEN, None, study=study_id, what=what, form=form)


def took_release(desk: Desk, study_id: str, what: str, form: str, number: int | None) -> None:
    """Notes that figures of a release (None: the newest) were taken. Raises NotFound, NotPermitted."""
    desk.study(study_id)
    desk.check(Action.SEE_RELEASES, study_id)
    desk.note(AuditAction.RELEASE_TAKEN, study=study_id, what=what, form=form, number=number)
