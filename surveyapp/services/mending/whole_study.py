"""Who may change what everybody in a study goes by."""

from __future__ import annotations

from surveyapp.domain.errors import NotPermitted
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action, Scope
from surveyapp.services.work import Desk


def whole_study(desk: Desk, study_id: str) -> Scope:
    """Everybody in a study. A touchpoint is of every site: somebody who manages one of them does not change it. Raises
    NotPermitted, NotFound."""
    desk.study(study_id)
    scope = desk.scope(Action.MANAGE_PARTICIPANTS, study_id)
    if not desk.may_everywhere(Action.MANAGE_PARTICIPANTS, study_id):
        raise NotPermitted(say("all_sites_only"))
    return scope
