"""Who may change what everybody in a study goes by."""

from __future__ import annotations

from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action, Scope
from surveyapp.services.work import Desk


def whole_study(desk: Desk, study_id: str) -> Scope:
    """Everybody in a study. A touchpoint is of every site: somebody who manages one of them does not change it. Raises
    NotPermitted, NotFound."""
    desk.study(study_id)
    return desk.check_everywhere(Action.MANAGE_PARTICIPANTS, study_id, say("all_sites_only"))
